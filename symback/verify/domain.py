"""Where the sides of a claim have values: what each needs, and what the claim needs beyond what it speaks of.

A root needs what is not negative, a logarithm what is positive, a quotient what is not 0, an inverse a matrix that is invertible. Two formulas
that are equal wherever both have a value are not yet the same: ``2 log w`` has none where ``log w²`` has one. A false bracket
annihilates, so what it multiplies needs nothing where it is false.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Literal, NamedTuple

from symback.algebra.definitions import Opaque
from symback.algebra.facts import Fact
from symback.algebra.normal import Given, Normalizer, normal
from symback.algebra.normal.requirements import apart
from symback.algebra.normal.signs import anonymous
from symback.algebra.operations import OPERATIONS
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import ONE, ZERO, Add, Apply, Bracket, Count, Mul, Name, Num, Partial, Pow, Reduce, Ref, Relation, Term, mul
from symback.algebra.traverse import factors, names, walk
from symback.network.program import Program
from symback.verify.pairs import Pair
from symback.verify.wording import term_text

BUDGET = 4_000
MOST = 60
"""How many needs are looked at; a network that has more is taken to be defined where its loss is."""
LONGEST = 90
REGULAR = ("inv", "solve", "logabsdet")
Kind = Literal[">", ">=", "!=", "invertible", "never"]
STRONGER: Mapping[tuple[Kind, Kind], Kind] = {(">=", "!="): ">", ("!=", ">="): ">", (">=", ">"): ">", ("!=", ">"): ">"}


class Need(NamedTuple):
    """What a value needs: a base that is positive, not negative, not 0, or a matrix that is invertible, wherever the guards are true."""

    kind: Kind
    base: Term
    guards: tuple[Bracket, ...] = ()


class Beyond(NamedTuple):
    """What a claim needs beyond the original, and the original beyond the claim; why one of them has no value anywhere."""

    claim: tuple[Need, ...] = ()
    original: tuple[Need, ...] = ()
    claim_nowhere: str = ""
    original_nowhere: str = ""


# what a term needs ----------------------------------------------------------------------------------------------------


def needs(terms: Iterable[Term], program: Program) -> tuple[Need, ...]:
    """What some terms, and the definitions that they rest on, need to have values, each once.

    >>> from symback.algebra.terms import apply, ref
    >>> [(n.kind, n.base) for n in needs([apply("log", ref("x")) / ref("y")], Program("", (), (), ()))]
    [('>', x), ('!=', y)]
    """
    found: dict[Need, None] = {}
    pending: list[tuple[Term, tuple[Bracket, ...]]] = [(t, ()) for t in terms]
    seen = dict.fromkeys(pending)
    while pending:
        node, guards = pending.pop(0)
        found.update(dict.fromkeys(Need(kind, base, guards) for kind, base in _own(node, program)))
        for step in _below(node, guards, program):
            if step not in seen:
                seen[step] = None
                pending.append(step)
    return tuple(found)


def _below(node: Term, guards: tuple[Bracket, ...], program: Program) -> Iterator[tuple[Term, tuple[Bracket, ...]]]:
    """The parts of a node and the definitions it reads, each with the brackets that guard it."""
    if isinstance(node, Mul):
        parts = factors(node)
        own = tuple(f for f in parts if isinstance(f, Bracket))
        guards_inside = tuple(dict.fromkeys((*guards, *own)))
        yield from ((f, guards if isinstance(f, Bracket) else guards_inside) for f in parts)
        return
    yield from ((child, guards) for child in node.below)
    definition = program.definition.get(node.name) if isinstance(node, Ref) else None
    if definition is not None:
        body = definition.body
        yield from ((read_of(o, program), guards) for o in body.operands) if isinstance(body, Opaque) else ((body, guards),)


def _own(node: Term, program: Program) -> Iterator[tuple[Kind, Term]]:
    """What a node itself needs."""
    match node:
        case Pow(base=base, exponent=exponent):
            yield from _power(base, exponent)
        case Apply(op=op) if OPERATIONS[op].domain.low is not None:
            yield from (((">" if OPERATIONS[op].domain.open else ">="), a) for a in node.args)
        case Ref(name=name) if name in program.definition:
            body = program.definition[name].body
            if isinstance(body, Opaque) and body.row in REGULAR:
                yield "invertible", read_of(body.operands[0], program)


def read_of(name: Name, program: Program) -> Ref:
    """A name read at every place."""
    return Ref(name, tuple(Size.of(i) for i in program.indices(name)))


def _power(base: Term, exponent: Term) -> Iterator[tuple[Kind, Term]]:
    if not isinstance(exponent, Num) and not names(exponent):
        exponent = normal(exponent)
    if isinstance(exponent, Num):
        below = exponent.value < 0
        if Fraction(exponent.value).denominator != 1:
            yield (">" if below else ">="), base
        elif below:
            yield "!=", base
    elif isinstance(base, Num) and base.value == 0:
        yield ">", exponent
    elif not _is_whole(exponent):
        yield ">", base


def _is_whole(exponent: Term) -> bool:
    """Whether an exponent is an integer by its form: sizes, places and whole numbers."""
    return all(isinstance(n, Count | Add | Mul | Bracket) or (isinstance(n, Num) and n.value.denominator == 1) for n in walk(exponent))


# what is needed beyond -------------------------------------------------------------------------------------------------


def beyond(pair: Pair) -> Beyond:
    """What each side needs that the other does not, as far as it can be told; what is known to hold anyway is left out."""
    other = pair.right if pair.original is pair.left else pair.left
    first = needs([pair.original, *_differentiated(pair)], pair.program)
    every = needs([other], pair.program)
    second = tuple(n for n in every if n not in first)
    if not second and not first:
        return Beyond()
    judge = _Needs(pair, {})
    mine = judge.told(first)
    if any(n.kind == "never" for n in mine):
        return Beyond(original_nowhere=judge.says(mine))
    within = judge.under(mine)
    theirs = within.told(second)
    if any(n.kind == "never" for n in theirs):
        return Beyond(claim_nowhere=judge.says(theirs))
    own = () if _is_given(pair) or not mine else judge.under(judge.told(every)).told(mine)
    return Beyond(theirs, own)


def _is_given(pair: Pair) -> bool:
    """Whether the original is the network's own: a name or a derivative, which is looked at where it has a value."""
    return isinstance(pair.original, Ref)


def _differentiated(pair: Pair) -> list[Term]:
    """What is differentiated: a claim about a slope speaks of where there is one."""
    return [read_of(p.of, pair.program) for p in pair.partials if not isinstance(p.of, Partial)]


class _Needs:
    """Which needs hold anyway where some are known to hold."""

    def __init__(self, pair: Pair, facts: Mapping[str, tuple[Fact, ...]], known: tuple[Need, ...] = ()) -> None:
        self.pair, self.known = pair, known
        leaves = pair.program.leaves
        declared: dict[Name, tuple[Fact, ...]] = {a.name: (*a.facts, *facts.get(a.name, ())) for a in leaves if a.facts or a.name in facts}
        self.normalizer = Normalizer(Given(declared, pair.program.definition, {}, {a.name: a.shape for a in leaves}), BUDGET)
        for need in known:
            if need.kind in (">", ">="):
                self.normalizer.suppose(need.base, strict=need.kind == ">")

    def under(self, known: tuple[Need, ...]) -> _Needs:
        """The same where more is known."""
        return _Needs(self.pair, facts_of(known, self.pair.program), known)

    def told(self, wanted: Iterable[Need]) -> tuple[Need, ...]:
        """Those that do not hold anyway, in their shortest form; *never* where one holds nowhere."""
        found: dict[Term, Need] = {}
        for need in [part for n in list(wanted)[:MOST] for part in self._parts(n)]:
            old = found.get(need.base)
            kind = need.kind if old is None else STRONGER.get((old.kind, need.kind), old.kind)
            found[need.base] = Need(kind, need.base, () if old is None or not old.guards else need.guards)
        return tuple(n for n in found.values() if not self._is_known(n))

    def _parts(self, need: Need) -> list[Need]:
        """A need of a product as needs of its factors, without those that hold."""
        if need.kind == "invertible":
            return [need]
        if need.kind == "!=" and isinstance(need.base, Mul):
            return [part for f in factors(need.base) if not isinstance(f, Bracket) for part in self._parts(Need("!=", f, need.guards))]
        if need.kind in (">", "!=") and isinstance(need.base, Apply) and need.base.op in ("abs", "sign"):
            return self._parts(Need("!=", need.base.args[0], need.guards))
        form = self.normalizer.normal(need.base) if not self._holds(need.kind, need.base) else None
        if form is None or self._guarded(need):
            return []
        if self._fails(need.kind, form):
            return [] if need.guards else [Need("never", need.base)]
        if self._holds(need.kind, form):
            return []
        if need.kind == "!=":
            return [Need("!=", b) for b in _bases(form, need.base) if not self._holds("!=", b)]
        even, odd = _even(form) if not isinstance(form, Add) else ([], need.base)
        found = [Need(need.kind, odd, need.guards), *(Need("!=", b, need.guards) for b in even if need.kind == ">")]
        return [n for n in found if not self._holds(n.kind, n.base)]

    def _holds(self, kind: Kind, base: Term) -> bool:
        sign = self.normalizer.sign(base)
        return sign == "positive" or (sign == "nonnegative" and kind == ">=") or (sign == "negative" and kind == "!=")

    def _fails(self, kind: Kind, form: Term) -> bool:
        sign = self.normalizer.sign(form)
        if form is ZERO:
            return kind != ">="
        return kind != "!=" and (sign == "negative" or (sign == "nonpositive" and kind == ">"))

    def _guarded(self, need: Need) -> bool:
        """Whether a need holds wherever its guards are true."""
        values = [g for g in need.guards if not (isinstance(g.left, Count) and isinstance(g.right, Count))]
        if not values:
            return False
        inner = _Needs(self.pair, {}, self.known)
        for guard in values:
            inner.suppose(guard)
        form = inner.normalizer.normal(need.base)
        return inner._holds(need.kind, form) or inner._is_known(Need(need.kind, form))

    def suppose(self, guard: Bracket) -> None:
        """Take a bracket to be true."""
        turned = guard.relation in ("<", "<=")
        gap = guard.right - guard.left if turned else guard.left - guard.right
        kinds: Mapping[Relation, Kind] = {">": ">", "<": ">", ">=": ">=", "<=": ">=", "!=": "!="}
        if guard.relation in kinds:
            kind = kinds[guard.relation]
            self.known = (*self.known, Need(kind, self.normalizer.normal(gap)))
            if kind != "!=":
                self.normalizer.suppose(gap, strict=kind == ">")

    def _is_known(self, need: Need) -> bool:
        if need.kind == "never":
            return False
        return any(self._follows(need, k) for k in self.known)

    def _follows(self, need: Need, known: Need) -> bool:
        if need.kind == "invertible":
            return self._operand(known) is not None and self._same(need.base, self._operand(known))
        return known.kind in (need.kind, ">") and self._same(known.base, need.base)

    def _operand(self, known: Need) -> Term | None:
        """The matrix that a need says is invertible: itself, or because its determinant is not 0."""
        if known.kind == "invertible":
            return known.base
        definition = self.pair.program.definition.get(known.base.name) if isinstance(known.base, Ref) else None
        if definition is None or not isinstance(definition.body, Opaque) or definition.body.row != "det" or known.kind not in (">", "!="):
            return None
        return read_of(definition.body.operands[0], self.pair.program)

    def _same(self, one: Term, other: Term | None) -> bool:
        """Whether two terms are one, whatever their indices are called."""
        return other is not None and anonymous(self.normalizer.normal(one))[0] is anonymous(self.normalizer.normal(other))[0]

    def says(self, found: Iterable[Need]) -> str:
        """Why there is no value anywhere."""
        need = next(n for n in found if n.kind == "never")
        return f"{_plain(need.base, self.pair.program)} is in a logarithm, under a root or below a fraction"


def _bases(form: Term, written: Term) -> Iterator[Term]:
    """The factors of a base without their exponents; as it was written where it is no product."""
    parts = [p for p in factors(form) if not isinstance(p, Num)]
    if len(parts) == 1 and isinstance(parts[0], Add):
        yield written
        return
    for part in parts:
        yield part.base if isinstance(part, Pow) and isinstance(part.exponent, Num) else part


def _even(form: Term) -> tuple[list[Term], Term]:
    """The bases of even powers in a product, and the rest: ``x²·y`` is positive where y is, and x is not 0."""
    even, odd = list[Term](), list[Term]()
    for part in factors(form):
        power = part.exponent.value if isinstance(part, Pow) and isinstance(part.exponent, Num) else 1
        whole = Fraction(power).denominator == 1 and power % 2 == 0
        even += [part.base] if whole and isinstance(part, Pow) else []
        odd += [] if whole else [part.base if Fraction(power).denominator == 1 and isinstance(part, Pow) else part]
    return even, mul(odd) if odd else ONE


# in words and as facts ---------------------------------------------------------------------------------------------------


def facts_of(found: Iterable[Need], program: Program) -> dict[str, tuple[Fact, ...]]:
    """The needs that speak of a whole leaf, as facts about it."""
    facts: dict[str, tuple[Fact, ...]] = {}
    for need in found:
        leaf = whole_leaf(need.base, program)
        if leaf is not None and need.kind in (">", ">="):
            facts[leaf] = (*facts.get(leaf, ()), Fact("positive" if need.kind == ">" else "nonnegative"))
    return facts


def whole_leaf(base: Term, program: Program) -> str | None:
    """The leaf that a base reads at every place; None for anything else."""
    if not isinstance(base, Ref) or base.name not in program.leaf:
        return None
    places = [p.single for p in base.places]
    whole = all(isinstance(p, Index) or q.size.constant == 1 for p, q in zip(places, program.leaf[str(base.name)].indices, strict=False))
    return str(base.name) if whole and len(set(places)) == len(places) else None


def is_region(need: Need, program: Program) -> bool:
    """Whether a need surely leaves out more than single values: the sign of a leaf, the rank of a matrix that need not have it."""
    if need.kind in (">", ">="):
        return whole_leaf(need.base, program) is not None
    gram = gram_of(need.base, program) if need.kind == "invertible" else None
    return gram is not None and len({i.size for i in program.indices(gram[0])}) > 1


def need_text(need: Need, program: Program) -> str:
    """A need as a reader writes it: ``w > 0``, ``X has full column rank``; what nobody would read is not written out."""
    if need.kind == "invertible":
        return _regular(need.base, program)
    relation: Relation = need.kind if need.kind in (">", ">=") else "!="
    found = term_text(apart(need.base) if relation == "!=" else _turned(Bracket(relation, need.base, ZERO)), program)
    return found if len(found) <= LONGEST else "the claim has a value"


def _turned(bracket: Bracket) -> Bracket:
    """``−x > 0`` as ``x < 0``."""
    first = bracket.left.args[0] if isinstance(bracket.left, Mul) else bracket.left
    if not (isinstance(first, Num) and first.value == -1 and isinstance(bracket.left, Mul)):
        return bracket
    opposite: Mapping[Relation, Relation] = {">": "<", ">=": "<=", "!=": "!="}
    return Bracket(opposite[bracket.relation], mul(bracket.left.args[1:]), ZERO)


def _regular(operand: Term, program: Program) -> str:
    gram = gram_of(operand, program)
    if gram is None:
        return f"{_plain(operand, program)} is invertible"
    return f"{gram[0]} has full {'column' if gram[1] else 'row'} rank"


def gram_of(operand: Term, program: Program) -> tuple[Name, bool] | None:
    """The X of a matrix XᵀX (True) or XXᵀ (False); None for any other."""
    definition = program.definition.get(operand.name) if isinstance(operand, Ref) else None
    body = None if definition is None else definition.body
    if definition is None or not isinstance(body, Reduce) or body.kind != "sum" or len(definition.indices) != 2:
        return None
    reads = [f for f in factors(body.body) if isinstance(f, Ref)]
    if len(reads) != 2 or len(factors(body.body)) != 2 or reads[0].name != reads[1].name or len(reads[0].places) != 2:
        return None
    summed = [
        [p.single is body.index for p in r.places].index(True) if any(p.single is body.index for p in r.places) else -1 for r in reads
    ]
    return (reads[0].name, summed[0] == 0) if summed[0] == summed[1] >= 0 else None


def _plain(term: Term, program: Program) -> str:
    return term_text(term, program)


__all__ = ["Beyond", "Need", "beyond", "facts_of", "gram_of", "is_region", "need_text", "needs", "whole_leaf"]
