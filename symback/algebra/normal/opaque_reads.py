"""Reads of opaque rows in normal form: one name for equal rows and operands, solutions through inverses, transposes outside.

``solve(A, B)`` is ``A⁻¹B``; ``(Aᵀ)⁻¹`` is ``(A⁻¹)ᵀ``, likewise for the pseudo-inverse; a determinant does not see a transpose;
``A·A⁻¹`` is the identity where A is read as a name. Operands that are defined alike are one operand, and the inverse of what is
symmetric by its definition is symmetric.
"""

from __future__ import annotations

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.normal.context import Context
from symback.algebra.normal.poly import size_key
from symback.algebra.sizes import Index, Size, fresh
from symback.algebra.terms import Name, Ref, Term, total
from symback.algebra.traverse import substitute

TURNED = ("inv", "pinv")
UNTURNED = ("det", "logabsdet", "signdet")


def opaque_read(context: Context, node: Ref) -> Term:
    """A read of an opaque definition, written through the canonical ones; any other read as it is."""
    definition = context.given.definitions.get(node.name)
    if definition is None or not isinstance(definition.body, Opaque):
        return node
    row, operands = definition.body.row, definition.body.operands
    if row == "solve":
        return _solved(context, node, operands)
    base, turned = _matrix(context, operands[0])
    if row in UNTURNED:
        return Ref(canonical_name(context, row, base), node.places)
    if row in TURNED:
        return _turned(context, Ref(canonical_name(context, row, base), node.places[::-1] if turned else node.places), base)
    return Ref(_first_name(context, definition), node.places)


def _matrix(context: Context, name: Name) -> tuple[Name, bool]:
    """The operand that stands for a name and for all that are defined like it or like its transpose; whether it is turned."""
    base, turned = _untransposed(context, name)
    own = _entries(context, base)
    if own is None:
        return base, turned
    for other in _operands(context):
        if other == base:
            break
        theirs = _entries(context, other)
        if theirs is not None and own[0] is theirs[0]:
            return other, turned
        if theirs is not None and own[1] is theirs[0]:
            return other, not turned
    return base, turned


def _operands(context: Context) -> tuple[Name, ...]:
    """The matrices that opaque rows are asked of, in the order of the definitions."""
    ident = ("operands",)
    if ident not in context.aside:
        rows = [d.body for d in context.given.definitions.values() if isinstance(d.body, Opaque)]
        context.aside[ident] = tuple(dict.fromkeys(_untransposed(context, body.operands[0])[0] for body in rows))
    found: tuple[Name, ...] = context.aside[ident]  # type: ignore[assignment]
    return found


def _entries(context: Context, name: Name) -> tuple[Term, Term] | None:
    """The normal form of the entry of a defined matrix at two places that stand for any, and that of its transpose."""
    known = context.definition(name)
    if known is None or len(known[0].indices) != 2:
        return None
    ident = ("entries", name)
    if ident not in context.aside:
        indices = known[0].indices
        context.prepare(name)
        places = [Size.of(Index("~entry", i.size, mark)) for mark, i in enumerate(indices)]
        turned = [Size.of(Index("~entry", i.size, mark)) for mark, i in enumerate(indices[::-1])]
        body = context.term(context.poly(known[1]))
        context.aside[ident] = tuple(
            context.term(context.poly(substitute(body, dict(zip(indices, at, strict=True))))) for at in (places, turned[::-1])
        )
    found: tuple[Term, Term] = context.aside[ident]  # type: ignore[assignment]
    return found


def canonical_name(context: Context, row: str, base: Name) -> Name:
    """The first definition of a row over an operand; where there is none, a name that only the normal form uses."""
    wanted = Opaque(row, (base,))
    return next((n for n, d in context.given.definitions.items() if d.body == wanted), f"{row}({base})")


def _first_name(context: Context, definition: Definition) -> Name:
    return next(n for n, d in context.given.definitions.items() if d.body == definition.body)


def _turned(context: Context, node: Ref, base: Name) -> Ref:
    """The inverse of a symmetric matrix is symmetric."""
    declared = context.fact(base, "symmetric")
    defined = None if declared else _entries(context, base)
    if not declared and (defined is None or defined[0] is not defined[1]):
        return node
    context.turnable.add(node.name)
    places = tuple(sorted(node.places, key=size_key))
    if declared and places != node.places:
        context.use(base, "symmetric")
    return Ref(node.name, places)


def _untransposed(context: Context, name: Name) -> tuple[Name, bool]:
    """The matrix a name is the transpose of, through any number of transposes and copies, and whether it is turned."""
    turned, seen = False, {name}
    while (found := context.definition(name)) is not None and isinstance(body := found[1], Ref) and len(body.places) == 2:
        indices = tuple(Size.of(i) for i in found[0].indices)
        if body.places not in {indices, indices[::-1]} or body.name in seen:
            break
        turned ^= body.places != indices
        name = body.name
        seen.add(name)
    return name, turned


def _solved(context: Context, node: Ref, operands: tuple[Name, ...]) -> Term:
    matrix, right = operands
    base, turned = _matrix(context, matrix)
    size = context.given.definitions[node.name].indices[0].size
    k = fresh(Index("k", size), [i for p in node.places for i in p.indices])
    places = (node.places[0], Size.of(k))
    inverse = _turned(context, Ref(canonical_name(context, "inv", base), places[::-1] if turned else places), base)
    return total([k], inverse * Ref(right, (Size.of(k), *node.places[1:])))


def inverse_of(context: Context, node: Ref) -> Name | None:
    """The name of the matrix that a canonical name is the inverse of."""
    definition = context.given.definitions.get(node.name)
    if definition is not None:
        body = definition.body
        return body.operands[0] if isinstance(body, Opaque) and body.row == "inv" else None
    name = str(node.name)
    return name[4:-1] if name.startswith("inv(") and name.endswith(")") else None
