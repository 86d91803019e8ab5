"""The command line: verbs that ask the API and print what it says, as text or as JSON.

Exit status: 1 if anything is refuted; else 2 if any input cannot be used; else 3 if anything is undecided or conditional (with
``--strict``: or only agrees in numbers); else 0.
70 is an unexpected failure, a defect. With ``--json`` a failure is an answer, too: {"schema": 1, "error": {"what", "where", "remedy"}}.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from symback.errors import SymbackError

if TYPE_CHECKING:
    from symback.api import Derivation, Formula, Network
    from symback.typeset.style import Style

SCHEMA = 1
REFUTED, UNUSABLE, OPEN = 1, 2, 3
UNEXPECTED, INTERRUPTED, BROKEN_PIPE = 70, 130, 141


@dataclass(frozen=True)
class Answer:
    """What a verb says: the data for ``--json``, the text otherwise, and the exit status."""

    data: Mapping[str, Any]
    text: str
    status: int = 0


@dataclass(frozen=True)
class Verb:
    """One verb of the command line: its help, its arguments and what it does."""

    name: str
    help: str
    run: Callable[[argparse.Namespace], Answer]
    arguments: tuple[tuple[tuple[str, ...], Mapping[str, Any]], ...] = ()


class WrongCall(SymbackError):
    """Words that make no command."""


class Parser(argparse.ArgumentParser):
    """Complains in one line."""

    def error(self, message: str) -> NoReturn:
        raise WrongCall(self.prog, one_line(message), f"{self.prog} --help says more")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    >>> main(["examples", "--json"]) == 0
    {"schema": 1, ...
    True
    """
    words = sys.argv[1:] if argv is None else argv
    try:
        return _answered(words)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _silence()
        return BROKEN_PIPE


def _answered(words: Sequence[str]) -> int:
    try:
        args = _parsed(words)
        answer: Answer = args.run(args)
    except SymbackError as error:
        return _failed(error, status_of(error), "--json" in words)
    except BrokenPipeError:
        raise
    except Exception as error:
        kind = f"{type(error).__name__} {error}".rstrip()
        defect = SymbackError(" ".join(words[:2]), f"an unexpected failure ({kind})", "this is a defect of symback; please report it")
        return _failed(defect, UNEXPECTED, "--json" in words)
    _print(_json(answer.data) if args.json else answer.text)
    return answer.status


def _parsed(words: Sequence[str]) -> argparse.Namespace:
    """The words of a command; formulas may stand behind options as well as before them."""
    parser = _parser()
    args, rest = parser.parse_known_args(words)
    if rest and (not hasattr(args, "claim") or any(word.startswith("-") for word in rest)):
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if rest:
        args.claim = [*args.claim, *rest]
    return args


def _failed(error: SymbackError, status: int, as_json: bool) -> int:
    """An error in one line, and with ``--json`` as an answer, too: what is wrong, where, and what would be right."""
    said = one_line(str(error))
    print(said if isinstance(error, WrongCall) else f"symback: {said}", file=sys.stderr)
    if as_json:
        parts = {"what": error.found, "where": error.where, "remedy": error.remedy}
        _print(_json({"error": {name: one_line(part) for name, part in parts.items()}}))
    return status


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps({"schema": SCHEMA, **data}, ensure_ascii=False, allow_nan=False)


def _print(text: str) -> None:
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    print(text, end="" if text.endswith("\n") else "\n", flush=True)


def _silence() -> None:
    """Keep Python from complaining once more when it closes a pipe nobody reads."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def status_of(error: SymbackError) -> int:
    """The exit status of an error: a failed check refutes, everything else is unusable input."""
    from symback.errors import VerificationError

    return REFUTED if isinstance(error, VerificationError) else UNUSABLE


def one_line(text: str) -> str:
    r"""A message on one line, control characters made visible.

    >>> one_line("a\n b\x1b[31m")
    'a b\\x1b[31m'
    """
    joined = " ".join(text.split())
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in joined)


# verbs --------------------------------------------------------------------------------------------------------------------


def derive(args: argparse.Namespace) -> Answer:
    """The gradients."""
    network = found(args.net)
    derivation = _scalar(network, wanted(args)) if args.notation == "scalar" else derived(network, args)
    formulas = derivation.gradients
    data = {
        "network": network.name,
        "loss": str(network.program.loss),
        "gradients": {name: _formula(formula, args) for name, formula in formulas.items()},
        "definitions": _definitions(derivation, args),
    }
    if args.steps:
        from symback.sheets.board import board

        text = board(derivation)
        return Answer({**data, "steps": text.splitlines()}, text)
    shown = derivation.lines if args.over == "names" else formulas.values()
    return Answer(data, "\n".join(_line(f, args) for f in shown))


def _line(formula: Formula, args: argparse.Namespace) -> str:
    """A formula, and the reason of a zero."""
    because = f"   because {formula.reason}" if formula.reason else ""
    return f"{formula.text(notation=args.notation, over=args.over)}{because}"


def _scalar(network: Network, wrt: Sequence[str] | None) -> Derivation:
    """The derivation over plain numbers; the name of an array stands for its entries."""
    single = network.unrolled()
    known = [str(n) for n in (*single.program.leaf, *single.program.definition)]
    chosen = None if wrt is None else [e for n in wrt for e in ([k for k in known if n not in known and k.startswith(f"{n}_")] or [n])]
    return single.derive(chosen)


def _formula(formula: Formula, args: argparse.Namespace) -> dict[str, Any]:
    return {
        "text": formula.text(notation=args.notation, over=args.over),
        "latex": formula.latex(notation=args.notation, over=args.over),
        "shape": [str(size) if size.constant is None else size.constant for size in formula.shape],
        "facts": [fact.says(str(name)) for name, fact in formula.facts],
        **({"reason": formula.reason} if formula.reason else {}),
        "verdict": "unchecked",
    }


def _definitions(derivation: Derivation, args: argparse.Namespace) -> list[dict[str, str]]:
    """What the gradients read: the forward pass, and the gradients of intermediates."""
    from symback.notation.write import equation_text

    program = derivation.gradient_program
    forward = [{"name": str(d.name), "text": equation_text(d, program, _style(args))} for d in derivation.program.definitions]
    read = [f for f in derivation.lines if f.name not in derivation.gradients]
    return forward + [{"name": f"d{derivation.program.loss}/d{f.name}", "text": f.text(notation=args.notation)} for f in read]


def _style(args: argparse.Namespace) -> Style:
    from dataclasses import replace

    from symback.typeset.style import DEFAULT

    return replace(DEFAULT, notation=args.notation)


def sheet(args: argparse.Namespace) -> Answer:
    """The handout."""
    from symback import __version__
    from symback.sheets.subject import Options
    from symback.sheets.write import publish

    network = found(args.net)
    path = Path(args.output or f"{_slug(args.net)}.pdf")
    if args.exact and args.by_hand:
        raise SymbackError("sheet", "--exact and --by-hand exclude each other", "give one of them")
    policy = "exact" if args.exact else _by_hand(network) if args.by_hand else None
    options = Options(args.notation or "", args.links or "", _given(args), policy, not args.no_code, __version__, not args.no_marks)
    written = publish(derived(network, args), path, options, args.engine)
    data = {"network": network.name, "files": [str(p) for p in written.paths], "engine": written.engine}
    return Answer(data, f"{', '.join(map(str, written.paths))}: {written.how}")


def step(args: argparse.Namespace) -> Answer:
    """One step of gradient descent."""
    network = found(args.net)
    values, rate = _numbers(network, args)
    chosen = wanted(args)
    model = derived(network, args).compile()
    loss, gradients = model.gradients(values)
    after = {name: value for name, value in model.step(values, rate).items() if chosen is None or name in chosen}
    before = {name: plain(values[name], name) for name in after}
    new = {name: plain(value, name) for name, value in after.items()}
    loss_after = model.gradients({**values, **after})[0]
    data = {
        "network": network.name,
        "rate": rate,
        "before": before,
        "gradients": {name: plain(value, name) for name, value in gradients.items()},
        "after": new,
        "loss_before": plain(loss, "loss"),
        "loss_after": plain(loss_after, "loss"),
    }
    return Answer(data, _step_text(data))


def _numbers(network: Network, args: argparse.Namespace) -> tuple[dict[str, Any], float]:
    values = {**network.program.values, **_given(args)}
    declared = {leaf.name for leaf in network.program.leaves}
    rate = values.get("rate")
    if "rate" not in declared:
        values.pop("rate", None)
    if not isinstance(rate, int | float):
        raise SymbackError("rate", "no learning rate is given", "add --rate 0.1 or write rate = 0.1 under values")
    return values, float(rate)


def _given(args: argparse.Namespace) -> dict[str, Any]:
    """The values of a file, and the rate, as given on the command line."""
    values: dict[str, Any] = {}
    if args.values:
        from symback.reading.files import read_file

        table = read_file(args.values)
        given = table.get("values", table)
        if not isinstance(given, Mapping):
            raise SymbackError(args.values, "holds no table of values", "write [values] and a line for each name")
        values |= given
    return values if args.rate is None else {**values, "rate": args.rate}


def _by_hand(network: Network) -> Any:
    """The network's own rounding, or four decimals that are used further on."""
    from symback.network.rounding import Policy

    return network.program.rounding or Policy.of({"quantity": {"decimals": 4}})


def train(args: argparse.Namespace) -> Answer:
    """Gradient descent over the points of a data file."""
    from symback.reading.files import read_file

    network = found(args.net)
    values, rate = _numbers(network, args)
    data = read_file(args.data)
    points = data.get("points", [data.get("values", data)])
    if not isinstance(points, list) or not all(isinstance(point, Mapping) for point in points):
        raise SymbackError(args.data, "holds no points", "write [[points]] and a line for each input and target, once a point")
    epochs = 1000 if args.epochs is None and args.below is None else args.epochs
    parameters = {leaf.name for leaf in network.program.leaves if leaf.role in ("weight", "bias")}
    start = {name: value for name, value in values.items() if name in parameters}
    history = network.derive().asking().compile().train(points, rate=rate, epochs=epochs, below=args.below, error=args.error, start=start)
    answer = {
        "network": network.name,
        "rate": rate,
        "updates": history.updates,
        "error": history.error,
        "errors": plain(history.errors, "error"),
        "loss_before": history.losses[0],
        "loss_after": history.losses[-1],
        "after": {name: plain(value, name) for name, value in history.values.items()},
        "why": history.why,
    }
    rows = [f"{name}: {shown(value)}" for name, value in answer["after"].items()]
    return Answer(answer, "\n".join([str(history), *rows]))


def _step_text(data: Mapping[str, Any]) -> str:
    head = f"rate {data['rate']:.6g}, loss {data['loss_before']:.6g} → {data['loss_after']:.6g}"
    still = [f"{name}: gradient {shown(value)}" for name, value in data["gradients"].items() if name not in data["after"]]
    return "\n".join([head, *(_row(name, data) for name in data["after"]), *still])


def _row(name: str, data: Mapping[str, Any]) -> str:
    before, after, gradient = (shown(data[key][name]) for key in ("before", "after", "gradients"))
    return f"{name}: {before} → {after}   (gradient {gradient})"


def verify(args: argparse.Namespace) -> Answer:
    """Evidence for every formula."""
    from symback.verify.report import verify as verified

    network = found(args.net)
    derivation = derived(network, args)
    report = verified(derivation.core, derivation.wanted)
    data = report.json() if args.json else {}
    return Answer(data, report.text(steps=args.steps), verdict_status([row.verdict for row in report], args.strict))


def check(args: argparse.Namespace) -> Answer:
    """Verdicts on somebody's formulas."""
    from symback.reading.renaming import renaming
    from symback.verify.command import Given, check_entries, check_file, shown

    if bool(args.claim) == (args.claims is not None) or (args.claim and args.net is None):
        raise SymbackError("check", "formulas or a file of them are judged", 'write check NET "dL/dW = ...", or check NET --claims FILE')
    network = None if args.net is None else found(args.net).program
    given = Given(args.target, renaming(args.rename) if args.rename else {})
    several = len(args.claim) > 1
    entries = ({"claim": text, **({} if several else {"id": ""})} for text in args.claim)
    verdicts = tuple(check_entries(entries, network, more=given)) if args.claim else check_file(args.claims, network, given)
    unread = [v for v in verdicts if v.word == "cannot read"]
    if unread:
        more = f" (and {len(unread) - 1} more)" if len(unread) > 1 else ""
        print(one_line(f"symback: {unread[0].id or 'claim'}: {unread[0].why}{more}"), file=sys.stderr)
    return Answer({"claims": [v.json() for v in verdicts]}, shown(verdicts), verdict_status([v.word for v in verdicts], args.strict))


def verdict_status(verdicts: Sequence[str], strict: bool = False) -> int:
    """The exit status of verdicts; where it is ``strict`` what only agrees is open, too."""
    open_ = ("undecided", "conditional", "unchecked", *(("agrees", "agrees to digits") if strict else ()))
    for words, status in ((("refuted",), REFUTED), (("cannot read",), UNUSABLE), (open_, OPEN)):
        if any(v in words for v in verdicts):
            return status
    return 0


def lookup(args: argparse.Namespace) -> Answer:
    """Entries of the catalogue, best first; with a file, the sheet of them."""
    with _uncollected():
        from symback.catalogue.command import EVERY, SHOWN, chosen, listed, shown

        entries = chosen(args.words, args.formula, args.all, EVERY if args.output else SHOWN)
    data: dict[str, Any] = {"entries": [e.json() for e in entries]}
    if args.output is None:
        return Answer(data, listed(entries) if args.all else shown(entries))
    from symback import __version__
    from symback.sheets.reference import TITLE, write_reference

    title = f"Gradients: {' '.join(args.words)}" if args.words else TITLE
    written = write_reference(entries, Path(args.output), title, __version__)
    return Answer({**data, "files": [str(p) for p in written.paths], "engine": written.engine}, f"{args.output}: {written.how}")


@contextmanager
def _uncollected() -> Iterator[None]:
    """No garbage is looked for: what ends within a moment leaves little, and looking takes a tenth of the time."""
    import gc

    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def code(args: argparse.Namespace) -> Answer:
    """The NumPy module."""
    network = found(args.net)
    source = derived(network, args).compile().source
    data = {"network": network.name, "source": source, "file": args.output}
    if args.output is None:
        return Answer(data, source)
    from symback.sheets.files import write_file

    write_file(Path(args.output), source)
    return Answer(data, f"{args.output}: a NumPy module with forward, gradients and step")


def examples(args: argparse.Namespace) -> Answer:
    """What is packaged."""
    from symback.sheets.resources import examples as packaged

    rows = [{"name": name, "file": str(path), "says": first_line(path)} for name, path in packaged().items()]
    width = max(len(row["name"]) for row in rows)
    return Answer({"examples": rows}, "\n".join(f"{row['name']:<{width}}  {row['says']}" for row in rows))


def doctor(args: argparse.Namespace) -> Answer:
    """What is installed."""
    from symback.sheets.doctor import parts

    rows = parts()
    width = max(len(row.name) for row in rows)
    text = "\n".join(f"{row.name:<{width}}  {row.found or 'missing'}{f' ({row.use})' if row.use else ''}" for row in rows)
    data = {"parts": [{"name": r.name, "found": r.found, "use": r.use, "needed": r.needed} for r in rows]}
    return Answer(data, text, UNUSABLE if any(r.needed and not r.found for r in rows) else 0)


def derived(network: Network, args: argparse.Namespace) -> Derivation:
    """The derivation by the names that were chosen, or by every parameter."""
    return network.derive(wanted(args)).asking()


def wanted(args: argparse.Namespace) -> list[str] | None:
    """The names to derive by, which may be parted by spaces or commas; None where nobody chose."""
    return None if args.wrt is None else [name for part in args.wrt for name in part.split(",") if name]


# input and output ---------------------------------------------------------------------------------------------------------


def found(net: str) -> Network:
    """The network a user names: a file, or else a packaged example."""
    from symback.sheets.resources import examples as packaged

    path = Path(net)
    known = packaged()
    if not path.is_file():
        if net not in known:
            from difflib import get_close_matches

            near = get_close_matches(net, known, 1)
            names = f"did you mean {near[0]}?" if near else f"packaged examples are {', '.join(known)}"
            raise SymbackError(net, "no such file, and no packaged example of that name", names)
        path = known[net]
    from symback.api import Network, load

    if path.suffix != ".py":
        return load(path)
    from symback.sheets.scripts import network_of

    network = network_of(path)
    if not isinstance(network, Network):
        raise SymbackError(str(path), f"network is of type {type(network).__name__}", "write network = symback.Network(...)")
    return network


def first_line(path: Path) -> str:
    """The first sentence of a file: its docstring or leading comment."""
    return path.read_text(encoding="utf-8").partition("\n")[0].strip('#" ')


def _slug(net: str) -> str:
    return Path(net).stem.replace("_", "-")


def plain(value: Any, name: str) -> Any:
    """A number or nested lists of numbers, none of them infinite or undefined."""
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, list | tuple):
        return [plain(v, name) for v in value]
    number = float(value)
    if not isfinite(number):
        raise SymbackError(name, f"the result is {number}", "the values are out of range for this network")
    return number


def shown(value: Any) -> str:
    """Numbers to six digits."""
    return f"[{', '.join(map(shown, value))}]" if isinstance(value, list) else f"{value:.6g}"


NET = (("net",), {"metavar": "NET", "help": "a network file, a Python file that defines `network`, or a packaged example"})
OUTPUT = (("-o", "--output"), {"metavar": "FILE", "help": "the file to write"})

WRT = (
    ("--wrt",),
    {"metavar": "NAME", "nargs": "+", "action": "extend", "help": "derive by these names only; inputs and intermediates too"},
)
RATE = (("--rate",), {"type": float, "metavar": "R", "help": "the learning rate (default: the network's own)"})
STRICT = (("--strict",), {"action": "store_true", "help": "exit with 3 where a formula agrees in numbers and is not proved"})
VALUES = (("--values",), {"metavar": "FILE", "help": "a TOML or JSON file with numbers for the declared symbols"})

VERBS = (
    Verb("derive", "print the gradients", derive, (
        NET,
        WRT,
        (("--notation",), {"choices": ("matrix", "index", "scalar"), "default": "matrix"}),
        (("--over",), {"choices": ("names", "leaves"), "default": "names", "help": "keep the names of other gradients, or put them in"}),
        (("--steps",), {"action": "store_true", "help": "show every step, as on a board"}),
    )),
    Verb("sheet", "write the derivation as a handout: .pdf, .tex, .md or .txt", sheet, (
        NET, OUTPUT, WRT, RATE, VALUES,
        (("--notation",), {"choices": ("matrix", "index", "scalar"), "help": "default: small networks entry by entry"}),
        (("--exact",), {"action": "store_true", "help": "numbers without rounding on the way"}),
        (("--by-hand",), {"action": "store_true", "help": "numbers rounded as the network says, else to four decimals"}),
        (("--links",), {"choices": ("written", "contracted"), "help": "show the factor 1 of a linear link, or leave it out"}),
        (("--no-code",), {"action": "store_true", "help": "leave out the NumPy code"}),
        (("--no-marks",), {"action": "store_true", "help": "leave out the marks that say how each line was checked"}),
        (("--engine",), {"choices": ("typst", "pdflatex"), "default": "typst", "help": "what makes the PDF"}),
    )),
    Verb("step", "one step of gradient descent, in numbers", step, (NET, WRT, RATE, VALUES)),
    Verb("train", "gradient descent over several points", train, (
        NET, RATE, VALUES,
        (("--data",), {"metavar": "FILE", "required": True, "help": "a TOML or JSON file with [[points]]: inputs and targets"}),
        (("--epochs",), {"type": int, "metavar": "N", "help": "how many updates (default: 1000)"}),
        (("--below",), {"type": float, "metavar": "E", "help": "stop as soon as the error is at most this"}),
        (("--error",), {"default": "loss", "metavar": "NAME", "help": "the error looked at: loss, squared error, rmse or absolute error"}),
    )),
    Verb("verify", "check every gradient and every step", verify, (
        NET, WRT,
        (("--steps",), {"action": "store_true", "help": "list every step with its verdict"}),
        STRICT,
    )),
    Verb("check", "judge somebody's formula", check, (
        (("net",), {"nargs": "?", "metavar": "NET", "help": "the network, as for the other verbs"}),
        (("claim",), {"nargs": "*", "metavar": "CLAIM", "help": "formulas: \"dL/dW = np.outer(p - y, x)\", or LaTeX"}),
        (("--claims",), {"metavar": "FILE", "help": "a file with a formula a line, or a JSON or TOML file of claims"}),
        (("--target",), {"metavar": "NAME", "help": "what a formula without a left side is the derivative by"}),
        (("--rename",), {"metavar": "A=B,...", "help": "names of the formula and what the network calls them: theta=w,J=L"}),
        STRICT,
    )),
    Verb("lookup", "formulas from the catalogue, by name or by shape", lookup, (
        (("words",), {"nargs": "*", "metavar": "WORDS", "help": "softmax cross entropy; layernorm dx"}),
        (("--formula",), {"metavar": "F", "help": "a formula whose shape is looked for: \"g - mean(g) - x*mean(g*x)\""}),
        (("--all",), {"action": "store_true", "help": "every entry: their names, or with -o all formulas on a reference sheet"}),
        (("-o", "--output"), {"metavar": "FILE", "help": "write what is found as a reference sheet: .pdf, .tex, .md or .txt"}),
    )),
    Verb("code", "print or write the NumPy module", code, (NET, WRT, OUTPUT)),
    Verb("examples", "list the packaged examples", examples),
    Verb("doctor", "say what is installed", doctor),
)  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    from symback import __version__

    parser = Parser(prog="symback", description="Derive, prove and print the gradient formulas of neural networks.")
    parser.add_argument("--version", action="version", version=f"symback {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for verb in VERBS:
        own = verbs.add_parser(verb.name, help=verb.help, description=verb.help)
        for names, options in verb.arguments:
            own.add_argument(*names, **options)
        own.add_argument("--json", action="store_true", help="answer in JSON")
        own.set_defaults(run=verb.run)
    return parser


__all__ = ["main"]
