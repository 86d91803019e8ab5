"""A report: one row a formula and one line a step, as a table a person reads and as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Any, Literal

from symback.algebra.definitions import Definition
from symback.algebra.terms import Name, plain
from symback.calculus.trace import Step
from symback.derivation import Derivation
from symback.errors import SymbackError, VerificationError, short
from symback.notation.write import equation_text
from symback.verify.kinks import Kinks, check_kinks
from symback.verify.sample import size_sets
from symback.verify.steps import StepVerdict, counted

Verdict = Literal["proved", "agrees", "refuted", "undecided", "unchecked"]
SCHEMA = 1
WORDS = ("proved", "agrees", "undecided", "refuted")
LONGEST = 72
COUNTED: Mapping[str, tuple[str, str]] = {"agrees": ("agrees", "agree")}


@dataclass(frozen=True, repr=False)
class Row:
    """The evidence for one formula.

    ``route`` says how it was checked, ``conditions`` under what it holds, ``worst`` the largest relative error met,
    ``steps`` how many of its steps got which word, ``lines`` those steps; ``why`` says what is wrong or open. ``shown``, ``points`` and
    ``second`` are the parts of the route: the proof, the number of points of differences, what SymPy said;
    ``not_asked`` is why it said nothing.
    """

    name: str
    verdict: Verdict
    route: str = ""
    conditions: tuple[str, ...] = ()
    worst: float = 0.0
    seconds: float = 0.0
    steps: Mapping[str, int] | None = None
    why: str = ""
    lines: tuple[StepVerdict, ...] = field(default=(), repr=False)
    shown: str = ""
    points: int = 0
    second: str = ""
    not_asked: str = ""

    def __repr__(self) -> str:
        return short([f"gradient by {self.name}: {self.verdict}", self.why or self.route])


@dataclass(frozen=True, repr=False)
class Report:
    """One row a formula; ``report["w2"]`` is the row of a name."""

    network: str
    rows: tuple[Row, ...]
    core: Derivation | None = field(default=None, repr=False, compare=False)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, name: str) -> Row:
        return next(row for row in self.rows if row.name == name)

    @property
    def ok(self) -> bool:
        """Whether every formula is proved or agrees."""
        return all(row.verdict in ("proved", "agrees") for row in self.rows)

    def or_raise(self) -> Report:
        """The report itself; VerificationError if a formula or a step is refuted."""
        wrong = [row for row in self.rows if row.verdict == "refuted"]
        if wrong:
            more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
            raise VerificationError(
                f"gradient by {wrong[0].name}", f"{wrong[0].why}{more}", "this is a defect of symback; please report it"
            )
        return self

    @cached_property
    def kinks(self) -> Kinks:
        """What the gradients do at kinks of the loss."""
        if self.core is None:
            return Kinks()
        program = self.core.program
        names: list[Name] = [leaf.name for leaf in program.leaves if leaf.name in {row.name for row in self.rows}]
        sizes = next(size_sets(program, 1), None)
        if not names or sizes is None:
            return Kinks()
        gradient = self.core.gradient_program(names, facts=True)
        return check_kinks(program, gradient, {n: self.core.adjoint(n) for n in names}, sizes)

    @property
    def lines(self) -> tuple[StepVerdict, ...]:
        """Every step that leads to any of the formulas, once."""
        return tuple({line.step: line for row in self.rows for line in row.lines}.values())

    def text(self, steps: bool = False) -> str:
        """The report as a table, then what is wrong, open or assumed, then a line that counts; with ``steps`` a second table of every step."""
        head = ("gradient by", "verdict", "shown by", "points", "SymPy", "worst error", "steps", "time")
        cells = [
            (r.name, r.verdict, r.shown or "–", str(r.points), r.second, *_error(r), _counted(r.steps), _time(r.seconds)) for r in self.rows
        ]
        lines = _table(head, cells, right=(3, 5, 7))
        if steps:
            lines = [*lines, "", *self._step_table()]
        lines += [f"{_listed(r.name for r in same)}: {why}" for why, same in _together(self.rows, lambda r: r.why)]
        lines += [f"{_listed(r.name for r in same)}: where {where}" for where, same in _together(self.rows, lambda r: _where(r.conditions))]
        lines += [self.kinks.says] if self.kinks.says else []
        return "\n".join([*lines, self._closing()])

    def _closing(self) -> str:
        verdicts = Counter(r.verdict for r in self.rows)
        words = ", ".join(f"{count} {word}" for word, count in verdicts.items())
        told = f"; {counted(len(self.lines), 'different step')}: {_counted(counts(self.lines))}" if self.lines else ""
        return f"{words}{told}; {_time(sum(r.seconds for r in self.rows))}"

    def _step_table(self) -> list[str]:
        head = ("", "step", "verdict", "shown by", "worst error", "time")
        cells = [
            (str(k), self.line(v.step, LONGEST), v.word, v.route or v.why, _digits(v.worst) if v.word != "proved" else "", _time(v.seconds))
            for k, v in enumerate(self.lines, 1)
        ]
        return _table(head, cells, right=(0, 4, 5))

    def line(self, step: Step, longest: int | None = None) -> str:
        """A step as an equation, cut where it is longer than ``longest``."""
        assert self.core is not None
        program = self.core.printing_program
        try:
            text = equation_text(Definition(step.target, step.indices, step.after), program)
        except SymbackError:
            text = f"{step.target} = {plain(step.after)}"
        return text if longest is None or len(text) <= longest else f"{text[: longest - 1]}…"

    def json(self) -> dict[str, Any]:
        """The report as plain data."""
        kinks = {"kinks": self.kinks.says} if self.kinks.says else {}
        return {"schema": SCHEMA, "network": self.network, "formulas": [self._json(row) for row in self.rows], **kinks}

    def _json(self, row: Row) -> dict[str, Any]:
        keys = ("name", "verdict", "route", "conditions", "worst", "seconds", "steps")
        found = {key: getattr(row, key) for key in keys} | ({"why": row.why} if row.why else {})
        found |= {"sympy": f"not asked: {row.not_asked}"} if row.not_asked else {}
        return found | {"conditions": list(row.conditions), "steps": [self._step_json(v) for v in row.lines]}

    def _step_json(self, verdict: StepVerdict) -> dict[str, Any]:
        step = verdict.step
        return {
            "line": self.line(step),
            "rule": step.rule,
            "verdict": verdict.word,
            "route": verdict.route,
            "conditions": [*(fact.says(str(name)) for name, fact in step.facts), *map(plain, step.conditions)],
            "worst": verdict.worst,
            "seconds": round(verdict.seconds, 6),
            **({"why": verdict.why} if verdict.why else {}),
        }

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return short([f"Report on {self.network or 'a network'}: {self._closing()}", *(f"{row.name}: {row.verdict}" for row in self.rows)])


def counts(lines: Iterable[StepVerdict]) -> dict[str, int]:
    """How many steps got which word, the good words first."""
    found = Counter(str(line.word) for line in lines)
    return {word: found[word] for word in WORDS if found[word]}


def _table(head: Sequence[str], cells: Sequence[Sequence[str]], right: Sequence[int]) -> list[str]:
    widths = [max(len(row[k]) for row in [head, *cells]) for k in range(len(head))]

    def line(row: Sequence[str]) -> str:
        return "  ".join(c.rjust(w) if k in right else c.ljust(w) for k, (c, w) in enumerate(zip(row, widths, strict=True))).rstrip()

    return [line(head), "  ".join("─" * w for w in widths), *map(line, cells)]


def _together(rows: Iterable[Row], key: Any) -> Iterator[tuple[str, list[Row]]]:
    """Neighbours that say the same, where they say anything."""
    yield from ((said, list(same)) for said, same in groupby(rows, key) if said)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def _where(conditions: Sequence[str]) -> str:
    return " and ".join(c if len(c) <= LONGEST else f"{c[: LONGEST - 1]}…" for c in conditions)


def _counted(words: Mapping[str, int] | None) -> str:
    """``18 proved, 14 agree``."""
    found = [(count, COUNTED.get(word, (word, word))[count != 1]) for word in WORDS if (count := (words or {}).get(word, 0))]
    return ", ".join(f"{count} {word}" for count, word in found) or "–"


def _error(row: Row) -> tuple[str]:
    return (_digits(row.worst) if row.points else "–",)


def _digits(worst: float) -> str:
    return f"{worst:.0e}" if worst else "0"


def _time(seconds: float) -> str:
    """Milliseconds up to a second."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1e3 * seconds:.1f} ms"


__all__ = ["SCHEMA", "Report", "Row", "Verdict", "counts"]
