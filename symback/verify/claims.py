"""The judge: is this formula right? Proved, or compared with differences of the loss alone, or refuted with a witness."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from time import perf_counter

from symback.algebra.terms import ZERO, Partial
from symback.algebra.traverse import names
from symback.errors import SymbackError
from symback.network.program import Program
from symback.numeric.worked import RATE
from symback.reading.claims import is_python, read_claim
from symback.reading.renaming import renamed, target_of
from symback.reading.sides import Claim, Side
from symback.reading.stacking import SAYS as STACKED
from symback.reading.stacking import Order, unfolded, unstacked
from symback.verify.conventions import of_single_samples
from symback.verify.derivatives import Resolved, resolve
from symback.verify.equality import NO_KINK
from symback.verify.judge import Judge
from symback.verify.link import ROUNDED
from symback.verify.links import NUMBERS, STEPS, chains_of, further
from symback.verify.mending import mended_text
from symback.verify.numbers import look
from symback.verify.other_layout import other_layout
from symback.verify.own_notation import read_entries, read_own, same
from symback.verify.pairs import Pair, pair_of
from symback.verify.sample import size_sets
from symback.verify.showing import without_internal_names
from symback.verify.sized import sized_for
from symback.verify.updates import with_steps
from symback.verify.verdict import HOLDS, Verdict
from symback.verify.widths import Freed, freed, in_widths
from symback.verify.wording import together

SHAPES = "the shapes alone"
ORDERS: tuple[Order, ...] = ("columns", "rows")
"""The ways to stack the axes of an array, the usual one first."""
LONGEST_MENDED = 2_000
PLACES = "wrong where places count from 0, as in NumPy, and right where they count from 1, as in formulas; write the places as NumPy counts"


def check(
    program: Program,
    claim: object,
    target: str | None = None,
    kind: str | None = None,
    id: str = "",
    rename: Mapping[str, str] | None = None,
) -> Verdict:
    """The verdict on a claim about a program's result; see `symback.reading.claims.read_claim` for how one is written.

    ``rename`` says which names of the program the claim's own ones are.

    >>> from symback.reading.files import from_dict
    >>> net = from_dict({"symbols": {"w": {}, "x": {}}, "forward": "L = w**2*x", "loss": "L"})
    >>> check(net, "dL/dw = 2*x*w").word
    'proved'
    """
    if rename:
        return _in_its_letters(program, claim, target, kind, id, rename)
    start = perf_counter()
    return replace(_verdict(program, claim, target, kind), id=id, seconds=round(perf_counter() - start, 4))


def _verdict(program: Program, claim: object, target: str | None, kind: str | None) -> Verdict:
    """The verdict on what symback prints is that on its one reading; text that says something else to people gets the better of both."""
    try:
        claims, failed = read_claim(program, claim, target, kind), ""
    except SymbackError as error:
        claims, failed = (), str(error)
    python = any(c.language == "numpy" for c in claims) and is_python(_text_of(claim))
    own = read_own(program, claim, target, kind) if not python or "[" in _text_of(claim) else None
    first = None if own is None or python or same(own.claim, claims) else judge(*own)
    if first is not None and (first.holds or failed):
        return first
    found = Verdict(_text_of(claim), "cannot read", failed) if failed else _as_written(program, claims, claim, target, kind)
    if first is not None and not found.holds:
        clash = any(side.body is None for c in claims for side in c.sides)
        own_word = clash or (found.word == "refuted" and first.word != "refuted")
        return replace(first, repair=first.repair or found.repair) if own_word else found
    if python and not found.holds:
        return found if own is None or not judge(*own).holds else replace(found, word="cannot read", why=PLACES)
    entries = read_entries(program, claim, target, kind) if found.word != "proved" else None
    last = found if entries is None else judge(*entries)
    return last if last.word == "proved" or (last.holds and not found.holds) else found


def _in_its_letters(program: Program, claim: object, target: str | None, kind: str | None, id: str, rename: Mapping[str, str]) -> Verdict:
    """The verdict over the program with its names as the claim writes them."""
    try:
        own, about = renamed(program, rename), None if target is None else target_of(target, rename)
        if isinstance(claim, Mapping) and isinstance(claim.get("target"), str):
            claim = {**claim, "target": target_of(claim["target"], rename)}
    except SymbackError as error:
        return Verdict(_text_of(claim), "cannot read", str(error), id=id)
    return check(own, claim, about, kind, id)


def _as_written(program: Program, claims: tuple[Claim, ...], claim: object, target: str | None, kind: str | None) -> Verdict:
    """The verdict on what people mean by a text."""
    verdicts = tuple(judge(c, program) for c in claims)
    found = verdicts[0] if len(verdicts) == 1 else together(_text_of(claim), verdicts)
    if found.word == "refuted" and (samples := of_single_samples(program, claims)) is not None:
        found = samples.better(found, tuple(judge(c, program) for c in samples.claims), _text_of(claim))
    if found.word == "refuted" and found.route == SHAPES:
        found = replace(found, repair=_mended(program, claim, target, kind))
    elif found.word == "refuted" and not found.repair and claims[-1].language == "latex":
        found = replace(found, repair=_mended(program, claim, target, kind, searched=True))
    if found.word in ("refuted", "conditional") and len(claims) == 1 and isinstance(claim, str):
        turned = other_layout(claims[0], lambda text: read_claim(program, text), lambda c: judge(c, program))
        found = replace(found, repair=turned or found.repair)
    sized = None if found.holds else sized_for(program, claims)
    if sized is not None:
        found = further(found, check(sized[0], claim, target, kind), sized[1])
    return found


def _mended(program: Program, claim: object, target: str | None, kind: str | None, searched: bool = False) -> str:
    """What mends a claim whose sizes do not fit, or whose terms were ``searched`` in vain, found by reading its text with an edit; else empty."""

    def read(text: str) -> tuple[Claim, ...]:
        return read_claim(program, _with_text(claim, text), target, kind)

    text = _text_of(claim)
    found = mended_text(text, read, program, searched) if isinstance(claim, str | Mapping) and len(text) <= LONGEST_MENDED else None
    return "" if found is None else found.sentence


def _with_text(claim: object, text: str) -> object:
    """A claim as it was given, with another text."""
    if not isinstance(claim, Mapping):
        return text
    given = claim.get("claim")
    return {**claim, "claim": {"latex" if "latex" in given else "text": text} if isinstance(given, Mapping) else text}


def _line(text: str) -> str:
    return " ".join(text.split())


def _text_of(claim: object) -> str:
    if isinstance(claim, Mapping):
        given = claim.get("claim", "")
        return _text_of(given if not isinstance(given, Mapping) else given.get("text", given.get("latex", "")))
    return str(claim)


def judge(claim: Claim, network: Program) -> Verdict:
    """The verdict on one equation over a network; a chain is judged link by link, and for the derivation it shows too.

    Names that reading the claim made for its own use are shown as what they stand for.
    """
    text = "\n".join(side.text for side in claim.sides)
    found = _judged(claim, network)
    if found.word in ("refuted", "conditional") and claim.others is not None:
        found = next((v for other in claim.others() if (v := _otherwise(other, network)) is not None), found)
    return _assuming(without_internal_names(found, claim.program, text), claim.assumed)


def _differs(pair: Pair) -> bool:
    """Whether a look at a few points of one choice of sizes tells that the sides are not the same."""
    return look(pair, next(size_sets(pair.program, 1), {})) == "different"


def _otherwise(other: Claim, network: Program) -> Verdict | None:
    """The verdict on a claim in another reading, where it holds; a look at a few points tells most that do not."""
    pairs = _Pairs(other, network)
    for k in range(len(other.sides) - 1):
        own, _ = pairs.judge(k)
        if own is None or _differs(own.pair):
            return None
    found = without_internal_names(_judged(other, network), other.program, "\n".join(side.text for side in other.sides))
    return found if found.holds else None


def _assuming(found: Verdict, assumed: tuple[str, ...]) -> Verdict:
    """What holds only where a value that the claim does not give is 0 is conditional; what is wrong even so says what was assumed."""
    if not assumed:
        return found
    needed = " and ".join(assumed)
    if found.word not in (*HOLDS, "conditional"):
        return replace(found, choices=(*found.choices, needed))
    return replace(found, word="conditional", why=f"holds when {needed}", condition=" and ".join(filter(None, [found.condition, needed])))


def _judged(claim: Claim, network: Program) -> Verdict:
    text = " = ".join(map(_line, (side.text for side in claim.sides)))
    if len(claim.sides) < 2:
        return chains_of(network).judge(claim)
    chain = chains_of(network).judge(claim) if is_chain(claim, network) else None
    steps: tuple[Verdict | None, ...] = (None,) * (len(claim.sides) - 1) if chain is None else chain.links or (chain,)
    if chain is None or len(steps) == len(claim.sides) - 1:
        pairs = _Pairs(claim, network)
        steps = tuple(_near(_link(step, k, pairs), claim.sides[k + 1]) for k, step in enumerate(steps))
    links = tuple(filter(None, steps))
    return replace(links[0] if len(links) == 1 else together(text, links), claim=text)


class _Pairs:
    """The sides of a claim and the pairs of neighbours among them, judged by their values alone."""

    def __init__(self, claim: Claim, network: Program) -> None:
        self.claim, self.network = claim, network
        self._judges: dict[int, tuple[Judge | None, Verdict]] = {}
        self._widths: dict[int, Freed] = {}

    @cached_property
    def resolved(self) -> Resolved:
        """The claim with every derivative as a definition."""
        return resolve(with_steps(self.claim))

    def judge(self, k: int) -> tuple[Judge | None, Verdict]:
        """The judge of the ``k``-th pair, counted from 0, and a verdict to begin with: without a judge the shapes differ."""
        if k not in self._judges:
            pair, clash = self._pair(k)
            free = None if pair is None else freed(pair)
            if free is not None:
                self._widths[k] = free
            self._judges[k] = (None if pair is None else Judge(pair if free is None else free.pair, clash.claim), clash)
        return self._judges[k]

    def _pair(self, k: int) -> tuple[Pair | None, Verdict]:
        claim, known = self.claim, self.network.definition
        own = tuple(d.name for d in with_steps(claim).program.definitions if d.name not in known and d.name != claim.program.loss)
        first, second = unfolded((self.resolved.sides[k], self.resolved.sides[k + 1]))
        pair, fitted = pair_of(self.resolved, first, second, own)
        line = f"{_line(first.text)} = {_line(second.text)}"
        return pair, Verdict(
            line,
            "refuted",
            f"the shapes differ: {fitted.clash}",
            route=SHAPES,
            choices=tuple(filter(None, [*claim.choices, fitted.choice])),
        )

    def verdict(self, k: int) -> Verdict:
        """The verdict on the ``k``-th pair: for any widths, and for the declared ones where a number may mean one of these."""
        own, clash = self.judge(k)
        if own is None:
            return self._stacked(k) or clash
        found, free = own.verdict(), self._widths.get(k)
        if free is not None:
            found = in_widths(found if found.holds or not free.is_written else _as_meant(found, free, clash.claim), free.widths)
        return replace(found, choices=clash.choices)

    def _stacked(self, k: int) -> Verdict | None:
        """The verdict where one side has the axes of the other stacked, in the order in which the claim holds if there is one."""
        ways = [made for order in ORDERS if (made := self._in_order(k, order)) is not None]
        if not ways:
            return None
        alike = [(own, choices) for own, choices in ways if not _differs(own.pair)]
        found = [replace(own.verdict(), choices=choices) for own, choices in alike or ways[:1]]
        return next((v for v in found if v.holds), found[0])

    def _in_order(self, k: int, order: Order) -> tuple[Judge, tuple[str, ...]] | None:
        """The judge of the ``k``-th pair with axes stacked in one order, and the choices that were made."""
        first, second = self.resolved.sides[k : k + 2]
        longer = len(first.indices) >= len(second.indices)
        sides = (first, unstacked(second, first, order)) if longer else (unstacked(first, second, order), second)
        if sides[0] is None or sides[1] is None:
            return None
        pair, fitted = pair_of(self.resolved, sides[0], sides[1])
        choices = (*self.claim.choices, *filter(None, [fitted.choice]), STACKED[order])
        return None if pair is None else (Judge(pair, f"{_line(first.text)} = {_line(second.text)}"), choices)

    def form(self, k: int) -> str:
        """Symback's own form of the derivative that the ``k``-th pair is about."""
        own, _ = self.judge(k)
        return "" if own is None else own.form()


def _as_meant(found: Verdict, free: Freed, line: str) -> Verdict:
    """The verdict where a number may mean a width: as a size if that holds, else at the width itself, else as a size."""
    assert free.meant is not None
    assert free.apart is not None
    second = Judge(free.meant, line).verdict()
    if second.holds:
        return second
    third = Judge(free.apart, line).verdict()
    return second if third.word == "undecided" else third


def _near(found: Verdict, side: Side) -> Verdict:
    """A link that says ≈: judged as an equation, or to the digits that are printed; where it is neither, that refutes nothing."""
    if not side.near or found.word != "refuted" or found.route == NUMBERS or (side.body is not None and not names(side.body)):
        return found
    return replace(found, word="undecided", why=f"≈ says that the sides are near each other; they are not equal: {found.why}", repair="")


def _link(step: Verdict | None, k: int, pairs: _Pairs) -> Verdict:
    """A link that is settled as a step of a derivation needs no second judge; what that one does not settle is judged by its values."""
    if step is None:
        return pairs.verdict(k)
    if step.route == NUMBERS:
        return step
    settled = step.word == "proved" and NO_KINK not in step.conditions
    found = replace(step, form=pairs.form(k)) if settled else _both(pairs.verdict(k), step)
    own, _ = pairs.judge(k)
    return found if own is None else own.nowhere or own.within(found)


def is_chain(claim: Claim, network: Program) -> bool:
    """Whether a claim shows a derivation: several links, products of derivatives, numbers, updates, expressions differentiated."""
    bodies = [side.body for side in claim.sides if side.body is not None]
    read = [n for body in bodies for n in names(body)]
    if len(claim.sides) > 2 or any(not names(body) for body in bodies if body is not ZERO):
        return True
    derivatives = [sum(isinstance(n, Partial) for n in names(body)) for body in bodies]
    known = {*network.leaf, *(n for n in claim.program.leaf if n != RATE), *claim.program.definition}
    in_place = any(isinstance(n, Partial) and n.of in claim.program.definition and n.of not in network.definition for n in read)
    return in_place or max(derivatives, default=0) > 1 or any(not isinstance(n, Partial) and n not in known for n in read)


def _both(one: Verdict, step: Verdict) -> Verdict:
    """A link by its values and as a step of a derivation: wrong as a step is wrong, a number that was rounded may be right.

    A step that was only seen to agree, at few points, stands back behind what its values say.
    """
    if one.word == "agrees to digits":
        return step if step.holds else one
    if step.word == "refuted":
        shown = step.route == STEPS
        return replace(one, why=f"{step.why}; {one.why}") if shown and one.word == "refuted" else step if shown or one.holds else one
    by_hand = step.why == ROUNDED and one.word != "proved"
    return step if by_hand or (step.word == "agrees" and one.word == "undecided") else one
