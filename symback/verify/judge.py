"""Two sides being judged: proved, compared, or refuted with a witness, a condition, a repair."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.sizes import Index
from symback.algebra.terms import ZERO, Name, Partial, Term
from symback.algebra.traverse import inline
from symback.errors import SymbackError
from symback.network.profile import style_of
from symback.network.program import Program
from symback.notation.write import equation_text, formula_text
from symback.reading.goals import parts_of
from symback.reading.sides import INTERNAL
from symback.verify.conditions import FEW_VALUES, Assumed, discrete, weakest
from symback.verify.derivatives import gradients, restricted
from symback.verify.differences import POINTS, Outcome
from symback.verify.differences import Witness as Contradiction
from symback.verify.differing import difference
from symback.verify.domain import Beyond, beyond, facts_of, is_region, need_text
from symback.verify.equal_names import equal_names
from symback.verify.equality import NO_KINK, Shown, prove
from symback.verify.exactly import SmallSizes, small_sizes
from symback.verify.kinks import Kinks, check_kinks
from symback.verify.mistakes import ORDER
from symback.verify.numbers import FEW_POINTS, against_differences, look, sets_of
from symback.verify.pairs import CLAIMED, Pair
from symback.verify.repair import Repair, repair
from symback.verify.rounded import rounded_constants
from symback.verify.sample import possible
from symback.verify.settled import hidden
from symback.verify.tried import meeting, tried
from symback.verify.verdict import Verdict, Witness, Word
from symback.verify.witness import observed, smallest
from symback.verify.wording import term_text

SIZE_SETS = 3
NESTED = 12
"""How often derivatives within derivatives are put in."""
LONGEST_FORM = 120
LARGEST_REPAIRED = 4000


class Judge:
    """One pair of sides being judged."""

    def __init__(self, pair: Pair, text: str) -> None:
        self.pair, self.text = pair, text
        self.contradiction: Contradiction | None = None
        self.lacking: Contradiction | None = None

    def verdict(self) -> Verdict:
        """What can be shown for the symbols; else with declared values put in; else under a fact; else what is wrong."""
        return self.nowhere or self.within(self._verdict())

    def _verdict(self) -> Verdict:
        found = self._holds(self.pair)
        if (found is None or found.word != "proved") and any(name in self.pair.values for name in self.pair.reads):
            found = _better(found, self._with_values())
        if found is not None and found.word == "undecided" and smallest(self.pair) is not None:
            found = None
        return self._with_form(found or self._fails())

    def _with_form(self, found: Verdict) -> Verdict:
        """The verdict with symback's own form of the right formula, and whether a right claim is another one."""
        form = self.form()
        other = found.holds and form and not form.endswith(f"= {self._written()}")
        return replace(found, form=form, why=f"equivalent, {found.why}" if other else found.why)

    def _written(self) -> str:
        """The claimed formula as symback prints it; empty where it cannot."""
        found = self.pair.derivative
        try:
            return "" if found is None else formula_text(found[1], self.pair.indices, self.pair.program, style_of(self.pair.program))
        except SymbackError:
            return ""

    @cached_property
    def sizes(self) -> list[dict[str, object]]:
        """The sizes at which the sides are compared in numbers."""
        return sets_of(self.pair, SIZE_SETS)

    def _with_values(self) -> Verdict | None:
        valued = self.pair.given(values=True).written_out()
        found = self._holds(valued)
        if found is None and self.pair.derivative is None and self.pair.partials and (shown := prove(valued)).proved:
            found = self._made("agrees", "by the normal form; the differences of the loss are not those of its value", shown)
        if found is None:
            return None
        put_in = ", ".join(f"{n} = {float(v):.6g}" for n, v in self.pair.values.items() if n in self.pair.reads)
        return replace(found, why=f"{found.why}, with {put_in} put in")

    # where it holds -------------------------------------------------------------------------------------------------------

    @cached_property
    def domain(self) -> Beyond:
        """What the sides need to have values."""
        try:
            return beyond(self.pair)
        except RecursionError:
            return Beyond()

    @cached_property
    def nowhere(self) -> Verdict | None:
        """The verdict where a side has no value at all."""
        if self.domain.original_nowhere:
            return Verdict(self.text, "undecided", f"{self.pair.about} has no value anywhere: {self.domain.original_nowhere}")
        if self.domain.claim_nowhere:
            return Verdict(self.text, "refuted", f"the claim has no value anywhere: {self.domain.claim_nowhere}")
        return None

    def within(self, found: Verdict) -> Verdict:
        """What holds, with what it needs to have a value: *conditional* where that leaves out a region in which the original has one."""
        if not found.holds:
            return found
        program = self.pair.program
        region = tuple(n for n in self.domain.claim if self.lacking is not None or is_region(n, program))
        listed = [need_text(n, program) for n in (*self.domain.original, *self.domain.claim) if n not in region]
        found = replace(found, conditions=tuple(dict.fromkeys([*found.conditions, *listed])))
        if not region and self.lacking is None:
            return found
        facts = tuple((name, fact) for name, several in facts_of(region, program).items() for fact in several)
        shown = self._holds(self.pair.given(facts)) if facts and found.word != "proved" else None
        condition = " and ".join(dict.fromkeys(need_text(n, program) for n in region)) or "the claim has a value"
        return replace(
            shown if shown is not None and shown.holds else found,
            word="conditional",
            why=f"holds where {condition}; the claim has no value elsewhere, where {self.pair.about} may have one",
            condition=condition,
            facts=tuple(f for f in (shown or found).facts if f not in condition),
            conditions=tuple(c for c in found.conditions if c not in condition),
            witness=None if self.lacking is None else observed(self.pair, self.lacking),
        )

    # what holds ----------------------------------------------------------------------------------------------------------

    def _holds(self, pair: Pair, floats: bool = True) -> Verdict | None:
        """Proved or agrees; undecided where nothing could be tried; None where the sides differ, at a glance in ``floats`` if allowed."""
        sizes = [s for s in self.sizes if pair is self.pair or possible(pair.program, s)]
        if floats and sizes and look(pair, sizes[0]) == "different":
            return None
        shown = prove(pair)
        if shown.proved:
            return self._confirmed(pair, shown, sizes)
        outcome = against_differences(pair, POINTS, sizes)
        if self._contradicts(pair, outcome):
            return None
        if outcome.points and not outcome.reason:
            more = tried(pair, sizes)
            self.contradiction = more.against or hidden(pair, sizes)
            if self.contradiction is not None:
                return None
            at = more.says(outcome.points, sizes)
            return self._made("agrees", f"by numbers {at}; no proof was found", outcome=outcome, shown=shown)
        spent = "the work budget of the proof was spent" if shown.exhausted else "no proof was found"
        return self._made("undecided", f"{spent}, and no point could be tried: {outcome.reason}", outcome=outcome)

    def _contradicts(self, pair: Pair, outcome: Outcome) -> bool:
        """Whether numbers speak against a claim: it is wrong, or has no value wherever the original has one. Where it lacks one is kept."""
        wrong = {**outcome.failed, **({} if outcome.points else outcome.lacking)}
        if pair is self.pair and not wrong:
            self.lacking = next(iter(outcome.lacking.values()), None)
        self.contradiction = next(iter(wrong.values()), self.contradiction)
        return bool(wrong)

    def _confirmed(self, pair: Pair, shown: Shown, sizes: list[dict[str, object]]) -> Verdict | None:
        """A proof, and the numbers that must not contradict it."""
        outcome = against_differences(pair, FEW_POINTS, sizes[:1])
        small = small_sizes(pair)
        kinks = self._at_kinks(pair, sizes) if shown.provided == (NO_KINK,) else Kinks()
        if kinks.outside:
            return Verdict(self.text, "refuted", f"at a kink, {kinks.outside}")
        met = meeting(pair, sizes) if NO_KINK in shown.provided else None
        if self._contradicts(pair, outcome) or small.failed or met is not None:
            self.contradiction = met or self.contradiction
            return None
        if kinks.points:
            shown = replace(shown, provided=(kinks.says,))
        return self._made("proved", "for all sizes and values" if sizes and sizes[0] else "for all values", shown, outcome, small)

    def _at_kinks(self, pair: Pair, sizes: list[dict[str, object]]) -> Kinks:
        """Where the claim has a convention of its own at kinks: whether its values there are subgradients."""
        found = pair.derivative
        free = None if found is None else pair.cut(found[0].by)
        if found is None or free is None or not sizes:
            return Kinks()
        return check_kinks(free.forward(found[0].of), free.claimed(found[1]), {found[0].by: CLAIMED}, sizes[0])

    def _made(
        self, word: Word, why: str, shown: Shown | None = None, outcome: Outcome | None = None, small: SmallSizes | None = None
    ) -> Verdict:
        proof = Shown(False) if shown is None or not shown.proved else shown
        facts = tuple(dict.fromkeys(f.says(str(n)) for n, f in proof.facts))
        conditions = (*proof.provided, *(term_text(t, self.pair.program) for t in proof.conditions))
        worst = outcome.worst if outcome is not None else 0.0
        return Verdict(self.text, word, why, route=_route(proof, outcome, small), conditions=conditions, facts=facts, worst=worst)

    # what does not ---------------------------------------------------------------------------------------------------------

    def _fails(self) -> Verdict:
        rounded = rounded_constants(self.pair, self.sizes)
        if rounded is not None:
            return replace(self._made("agrees to digits", rounded.says), digits=rounded.digits, constants=rounded.constants)
        witness = smallest(self.pair)
        supported: dict[str, Verdict] = {}

        def holds(given: Pair) -> bool:
            found = self._holds(given)
            if found is not None and found.holds:
                supported["found"] = found
            return found is not None and (found.word == "proved" or (found.word == "agrees" and not discrete(given, self.pair)))

        assumed = weakest(self.pair, holds)
        repair = self._repair()
        if assumed is not None and not self._is_empty(assumed) and not self._is_far_fetched(assumed, supported["found"], repair):
            says = [fact.says(name) for name, fact in assumed]
            return self._conditional(supported["found"], says, witness, _sentence(repair))
        alike = None if _is_slip(repair) else self._where_names_are_equal()
        if alike is not None:
            return self._conditional(*alike, witness, _sentence(repair))
        if witness is None:
            return self._unseen()
        why = "; ".join(filter(None, [witness.values_there, self._differing() or witness.differing]))
        return Verdict(self.text, "refuted", why, witness=witness, repair=_sentence(repair))

    def _where_names_are_equal(self) -> tuple[Verdict, list[str]] | None:
        """What is proved where two names that the network compares are equal, and that condition."""
        for (one, other), pair in equal_names(self.pair, self.sizes):
            shown = prove(pair)
            if shown.proved:
                return self._made("proved", "", shown), [f"{one} = {other}"]
        return None

    def _is_empty(self, assumed: Assumed) -> bool:
        """Whether both sides vanish under a condition, and the claim is not that they do: then nothing is said under it."""
        return self.pair.right is not ZERO and prove(replace(self.pair.given(assumed), right=ZERO)).proved

    def _is_far_fetched(self, assumed: Assumed, found: Verdict, repair: Repair | None) -> bool:
        """Whether a claim is rather repaired: a slip that few values hide, or several facts under which it was seen to hold but not shown."""
        hidden = _is_slip(repair) and any(fact.kind in FEW_VALUES for _, fact in assumed)
        return hidden or (repair is not None and len(assumed) > 1 and found.word != "proved")

    def _conditional(self, found: Verdict, says: list[str], witness: Witness | None, repair: str) -> Verdict:
        """What was shown under facts that were not declared."""
        condition = " and ".join(says)
        return replace(
            found,
            word="conditional",
            why=f"holds when {condition}, which is not declared",
            condition=condition,
            facts=tuple(f for f in found.facts if f not in says),
            witness=witness,
            repair=repair,
        )

    def _differing(self) -> str:
        """Which entries and which terms are wrong, at a point of distinct sizes."""
        found = self.pair.derivative
        if found is None or self.pair.nodes > LARGEST_REPAIRED:
            return ""
        return difference(self.pair.program, self.pair.indices, found[1], self.pair.program.definition[found[0]], self.pair.own)

    def _unseen(self) -> Verdict:
        """The sides look different in floats, and no small point shows it: many digits decide."""
        found = self._holds(self.pair, floats=False)
        if found is not None or self.contradiction is None:
            return found or Verdict(self.text, "undecided", "the differences contradict the proof")
        seen = observed(self.pair, self.contradiction)
        return Verdict(self.text, "refuted", seen.values_there, witness=seen, repair=_sentence(self._repair()))

    def _repair(self) -> Repair | None:
        """The one change that makes the claim right, where one was found."""
        found = self.pair.derivative
        if found is None or self.pair.nodes > LARGEST_REPAIRED:
            return None
        partial, formula = found
        target = without_nested(self.pair.program, self.pair.program.definition[partial])
        return repair(self.pair.program, self.pair.indices, formula, target, self.pair.own)

    def form(self) -> str:
        """Symback's own formula for the derivative that the claim is about."""
        found = self.pair.derivative
        return "" if found is None else own_form(self.pair.program, found[0])


def _sentence(found: Repair | None) -> str:
    return "" if found is None else found.sentence


def _is_slip(found: Repair | None) -> bool:
    """Whether a repair is a slip of the pen, not a part of the formula that is missing or another one."""
    return found is not None and ORDER.index(found.kind) < ORDER.index("factor missing")


def _better(symbol: Verdict | None, valued: Verdict | None) -> Verdict | None:
    """What is shown for the symbols, unless more is shown with their values put in."""
    if symbol is None or valued is None:
        return symbol or valued
    return min(symbol, valued, key=lambda v: ("proved", "agrees").index(v.word) if v.holds else 2)


def _route(shown: Shown, outcome: Outcome | None, small: SmallSizes | None) -> str:
    parts = ["normal form"] if shown.proved else []
    if outcome is not None and outcome.points:
        sizes = f" at {outcome.size_sets} sets of sizes" if outcome.size_sets > 1 else ""
        parts.append(f"differences at {outcome.points} points{sizes}")
    if small is not None and small.run:
        parts.append(f"sizes {', '.join(map(str, small.run))} {'in fractions' if small.exact else 'to 40 digits'}")
    return "; ".join(parts)


def without_nested(program: Program, definition: Definition) -> Definition:
    """A definition with derivatives of derivatives, by them, and of what has no name put in: no reader writes those."""

    def body_of(name: Name) -> tuple[tuple[Index, ...], Term] | None:
        found = program.definition.get(name)
        hidden = isinstance(name, Partial) and (isinstance(name.of, Partial) or isinstance(name.by, Partial) or name.of.endswith(INTERNAL))
        return (found.indices, found.body) if hidden and found is not None and isinstance(found.body, Term) else None

    body = definition.body
    for _ in range(NESTED):
        wider = body if isinstance(body, Opaque) else inline(body, body_of)
        if wider is body:
            break
        body = wider
    return replace(definition, body=body)


def _with_derived(around: Program, program: Program) -> Program:
    """A program with the names that it only reads the derivatives of."""
    partials = [n for d in around.definitions for n in (d.name, *d.reads) if isinstance(n, Partial)]
    names = dict.fromkeys(part for n in partials for part in parts_of(n))
    known = {*around.leaf, *around.definition}
    return around.with_definitions((*around.definitions, *(program.definition[n] for n in names if n not in known)))


def own_form(program: Program, partial: Partial) -> str:
    """The gradient as symback prints it, over forward names; empty where it has no printed form."""
    if isinstance(partial.of, Partial):
        return ""
    below = restricted(program, partial.of)
    if partial.by not in (*below.leaf, *below.definition) or partial.of in below.leaf:
        return ""
    core = gradients(below.leaves, below.definitions, partial.of)
    derived, style = core.printed[partial.by], style_of(program)
    around = _with_derived(core.gradient_program((partial.by,), facts=True), program)
    try:
        lines = [
            equation_text(Definition(derived.target, derived.indices, body), around, style)
            for body in (core.over_leaves(partial.by), derived.result)
        ]
    except SymbackError:
        return ""
    return lines[0] if len(lines[0]) <= LONGEST_FORM else min(lines, key=len)
