"""Sums that are known by definition: a softmax sums to 1, and the gradient by a score that softmax does not feel sums to 0.

Asked once a gradient is finished. The normal form decides, with the definitions of the summed name and of what it reads.
"""

from __future__ import annotations

from symback.algebra.definitions import Definition
from symback.algebra.facts import Fact
from symback.algebra.normal import Given, Normalizer, Proof
from symback.algebra.relabel import joint_shape, shape_of, shape_of_indices
from symback.algebra.terms import ONE, ZERO, Add, Name, Partial, Reduce, Ref, Term
from symback.algebra.traverse import factors, free_indices, names, rewrite, walk
from symback.network.program import Program
from symback.simplify.arithmetic import arithmetic
from symback.simplify.known import Find, Known, around, nodes
from symback.simplify.shape import addends

BUDGET = 1_000


def known_sums(node: Term, program: Program, gradient: Find) -> Known | None:
    """The term with the first sum that is known put in; None where none is.

    >>> from symback.algebra.sizes import Index
    >>> from symback.algebra.terms import apply, ref, total
    >>> i, j = Index("i", "n"), Index("j", "n")
    >>> softmax = Definition("p", (i,), apply("exp", ref("z", i)) / total([j], apply("exp", ref("z", j))))
    >>> known_sums(total([i], ref("p", i)) - ref("y"), Program("net", (), (softmax,), ("p",)), lambda name: None).term
    1 + -1*y
    """
    for inner in walk(node):
        balanced = _balanced(inner, program)
        if balanced:
            definitions = tuple({d.name: d for n in balanced for d in around(n, program, gradient)}.values())
            proof = _shown(inner, ZERO, program, definitions)
            if proof.proved:
                new = arithmetic(rewrite(node, lambda n, inner=inner: ZERO if n is inner else n))  # type: ignore[misc]
                return Known(new, SUM_IS_ZERO[len(balanced)], balanced, proof.facts, "")
        summed = _summed(inner, program)
        if summed is None:
            continue
        value = ZERO if isinstance(summed, Partial) else ONE
        definitions = around(summed, program, gradient)
        if isinstance(summed, Partial) and not _may_cancel(inner, definitions):
            continue
        proof = _shown(inner, value, program, definitions)
        if proof.proved:
            new = arithmetic(rewrite(node, lambda n, inner=inner, value=value: value if n is inner else n))  # type: ignore[misc]
            reason = f"the gradient by {summed.by} sums to 0" if isinstance(summed, Partial) else ""
            return Known(new, f"the sum of {{}} is {value} by its definition", (summed,), proof.facts, reason)
    return None


SUM_IS_ZERO = {2: "{} and {} have the same sum", 3: "the sums of {}, {} and {} cancel"}


def _balanced(node: Term, program: Program) -> tuple[Name, ...]:
    """The names in a sum of a few of them, one of which may have a known sum: p − y sums to 0 where both sum to 1."""
    if not (isinstance(node, Reduce) and node.kind == "sum" and isinstance(node.body, Add)):
        return ()
    terms = [[f for f in factors(a) if node.index in free_indices(f)] for a in addends(node.body)]
    read = dict.fromkeys(t[0].name for t in terms if len(t) == 1 and isinstance(t[0], Ref))
    own = [program.definition[n] for n in read if n in program.definition]
    known = any(isinstance(d.body, Term) and _may_be_known(d, program) for d in own)
    return tuple(read) if known and len(read) == len(terms) and len(read) in SUM_IS_ZERO else ()


def _summed(node: Term, program: Program) -> Name | None:
    """The name that is summed alone over one of its axes: a gradient, or a definition that divides."""
    if not (isinstance(node, Reduce) and node.kind == "sum" and isinstance(node.body, Ref)):
        return None
    name = node.body.name
    if isinstance(name, Partial):
        return None if name.local else name
    own = program.definition.get(name)
    return name if own is not None and isinstance(own.body, Term) and _may_be_known(own, program) else None


def _may_cancel(node: Term, definitions: tuple[Definition, ...]) -> bool:
    """Whether some definition subtracts a sum over as many places as a sum has: what is summed may be centred then."""
    assert isinstance(node, Reduce)
    terms = (t for d in definitions if isinstance(d.name, Partial) for n in nodes(d) if isinstance(n, Add) for t in n.args)
    return any(isinstance(n, Reduce) and n.index.size is node.index.size for t in terms for n in walk(t))


def _may_be_known(own: Definition, program: Program) -> bool:
    """Whether a definition holds a sum, or a name with a fact about its sum."""
    assert isinstance(own.body, Term)
    held = names(own.body)
    about = any(leaf.facts for leaf in program.leaves if leaf.name in held)
    below = [program.definition[n].body for n in held if n in program.definition]
    return about or any(isinstance(n, Reduce) for body in (own.body, *below) if isinstance(body, Term) for n in walk(body))


def _shown(node: Term, value: Term, program: Program, definitions: tuple[Definition, ...]) -> Proof:
    """Whether a sum has a value; what was refused once is refused at once for every other network of the same shape."""
    read = dict.fromkeys((*names(node), *(n for d in definitions for n in d.reads)))
    leaves = [program.leaf[n] for n in read if n in program.leaf]
    facts: dict[Name, tuple[Fact, ...]] = {leaf.name: leaf.facts for leaf in leaves if leaf.facts}
    asked = Definition("", free_indices(node), node)
    shapes = [*(shape_of(d) for d in (asked, *definitions)), *(shape_of_indices(leaf.name, leaf.indices) for leaf in leaves)]
    shape = joint_shape(str((value, tuple(facts.values()))), shapes)[0]
    if shape in _REFUSED:
        return Proof(False, node)
    given = Given(facts, {d.name: d for d in definitions}, {}, {leaf.name: leaf.shape for leaf in leaves})
    proof = Normalizer(given, BUDGET).equal(node, value)
    if not proof.proved:
        _REFUSED[shape] = None
        if len(_REFUSED) > MOST_REFUSED:
            _REFUSED.pop(next(iter(_REFUSED)))
    return proof


_REFUSED: dict[int, None] = {}
MOST_REFUSED = 4096
