"""Axes of size 1 (columns and rows as SymPy declares them) read along an index, so that they are written as matrices.

``z[i,k] = Σ_j W[i,j]·x[j,0]`` with k over one place is ``z[i,k] = Σ_j W[i,j]·x[j,k]``, which is ``W @ x``; and ``d[i,0]·x[j,0]`` is
``Σ_b d[i,b]·x[j,b]``, which is ``d @ x.T``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Mul, Name, Reduce, Ref, Term, mul
from symback.algebra.traverse import rewrite
from symback.network.program import Program

ONLY = Index("b", 1, mark=80)
Shapes = Mapping[Name, tuple[Index, ...]]


def with_columns(program: Program) -> Program:
    """The program with places 0 on axes of size 1 replaced by indices."""
    shapes = {n: program.indices(n) for n in (*program.leaf, *program.definition)}
    if not any(i.size.constant == 1 for indices in shapes.values() for i in indices):
        return program
    definitions = [
        replace(d, body=_body(d.body, d.indices, shapes)) if isinstance(d.body, Term) and d.indices else d for d in program.definitions
    ]
    return program.with_definitions(definitions)


def _body(body: Term, indices: tuple[Index, ...], shapes: Shapes) -> Term:
    aligned = rewrite(body, lambda n: _aligned(n, indices, shapes) if isinstance(n, Ref) else n)
    return rewrite(aligned, lambda n: _joined(n, shapes) if isinstance(n, Mul) else n)


def _aligned(node: Ref, indices: tuple[Index, ...], shapes: Shapes) -> Term:
    """Each place 0 on an axis of size 1 becomes the definition's index at the same position, where that has size 1 too."""
    own = {k: Size.of(i) for k, i in enumerate(indices) if i.size.constant == 1}
    places = [own[k] if k in own and k in _ones(node, shapes) else p for k, p in enumerate(node.places)]
    return Ref(node.name, tuple(places))


def _ones(node: Ref, shapes: Shapes) -> list[int]:
    axes = enumerate(zip(node.places, shapes[node.name], strict=True))
    return [k for k, (p, i) in axes if p.constant == 0 and i.size.constant == 1]


def _joined(node: Mul, shapes: Shapes) -> Term:
    """Two reads that are left at place 0 of one axis each, multiplied: a matrix product over that axis."""
    left = [f for f in node.args if isinstance(f, Ref) and len(f.places) == 2 and len(_ones(f, shapes)) == 1]
    if len(left) != 2:
        return node
    pair = [_at_only(f, _ones(f, shapes)[0]) for f in left]
    if left[0] is left[1]:
        return node
    product = Reduce("sum", ONLY, Mul(tuple(pair)))
    return mul([product if f is left[0] else f for f in node.args if f is not left[1]])


def _at_only(node: Ref, axis: int) -> Term:
    return Ref(node.name, tuple(Size.of(ONLY) if k == axis else p for k, p in enumerate(node.places)))
