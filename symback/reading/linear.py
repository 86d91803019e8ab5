"""Rows of linear algebra: products, einsum, and the opaque rows (inverse, solve, determinant ...)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from string import ascii_letters

from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Add, Mul, Term, bracket, mul
from symback.algebra.traverse import substitute
from symback.reading import conditions
from symback.reading.arrays import Array, Misfit, broadcast, copy, is_one, matmul, over, position, reduced
from symback.reading.masks import diagonal, identity
from symback.reading.rows import Build, Function, row
from symback.reading.scope import Scope
from symback.reading.shaping import moved, raveled, regrouped

MAX_POWER = 64


def _outer(scope: Scope, x: Array, y: Array) -> Array:
    """``x_i y_j`` of all entries of both."""
    x, y = raveled(scope, x), raveled(scope, y)
    return Array((*x.axes, *y.axes), Mul((x.body, y.body)))


def _dot(scope: Scope, x: Array, y: Array) -> Array:
    """NumPy's dot: a product with a scalar, else the last axis of x against the second last of y."""
    if not x.rank or not y.rank:
        return Array((*x.axes, *y.axes), Mul((x.body, y.body)))
    if y.rank > 2:
        raise Misfit(f"dot is read for vectors and matrices: {y.says}", "use einsum", sizes=True)
    return matmul(scope, x, y)


def _inner(scope: Scope, x: Array, y: Array) -> Array:
    """The last axes of both multiplied and summed."""
    if not x.rank or not y.rank:
        return _dot(scope, x, y)
    turned = replace(y, axes=(y.axes[-1], *y.axes[:-1])) if y.rank > 1 else y
    if y.rank > 2:
        raise Misfit(f"inner is read for vectors and matrices: {y.says}", "use einsum", sizes=True)
    return matmul(scope, x, turned)


def _trace(scope: Scope, x: Array, offset: Size) -> Array:
    """``Σ_i x_ii``, or the sum of another diagonal."""
    takes = "trace takes a square matrix" if x.rank == 2 else "trace takes a matrix"
    line = diagonal(scope, x, offset, takes)
    return reduced(scope, line, "sum")


def _matrix(scope: Scope, x: Array, name: str, square: bool = False) -> None:
    if x.rank != 2:
        raise Misfit(f"{name} takes a matrix, and {x.says}", sizes=True)
    if square and not scope.agree(*x.shape):
        raise Misfit(f"{name} takes a square matrix, and {x.says}", sizes=True)


def _opaque(name: str) -> Build:
    return lambda scope, x: scope.opaque_read(name, (x,))


def _solve(scope: Scope, a: Array, b: Array) -> Array:
    """The solution of ``a x = b`` for a vector or a matrix b."""
    _matrix(scope, a, "solve", square=True)
    if b.rank not in (1, 2) or not scope.agree(a.shape[1], b.shape[0]):
        raise Misfit(f"solve(A, b): {a.says} and {b.says}", "the sizes of A and the first axis of b must agree", sizes=True)
    return scope.opaque_read("solve", (a, b))


def _matrix_power(scope: Scope, x: Array, n: Size) -> Array:
    _matrix(scope, x, "matrix_power", square=True)
    power = n.constant
    if power is None or abs(power) > MAX_POWER:
        raise Misfit(f"matrix_power is read for whole powers from -{MAX_POWER} to {MAX_POWER}")
    if not power:
        return identity(scope, x.shape[0])
    if power < 0:
        x, power = scope.opaque_read("inv", (x,)), -power
    whole = x
    for _ in range(power - 1):
        whole = matmul(scope, whole, copy(scope, x))
    return whole


def _slogdet(scope: Scope, x: Array) -> Array:
    raise Misfit("slogdet gives (sign, logarithm)", "write np.linalg.slogdet(A)[1]")


def _cross(scope: Scope, x: Array, y: Array, axis: int) -> Array:
    """``(x_1 y_2 − x_2 y_1, x_2 y_0 − x_0 y_2, x_0 y_1 − x_1 y_0)`` along an axis."""
    if axis != -1:
        turned = [moved(side, position(side, axis), side.rank - 1) for side in (x, y)]
        found = _cross(scope, turned[0], turned[1], -1)
        return moved(found, found.rank - 1, position(found, axis))
    for side in (x, y):
        if not side.rank or side.shape[-1].constant != 3:
            raise Misfit(f"cross takes vectors of size 3, and {side.says}", sizes=True)
    axes, bodies = broadcast(scope, (x, y))
    last = axes[-1]

    def entry(body: Term, place: int) -> Term:
        return substitute(body, {last: Size.of(place)})

    index = scope.index(3)
    parts = []
    for n, (a, b) in enumerate(((1, 2), (2, 0), (0, 1))):
        value = entry(bodies[0], a) * entry(bodies[1], b) - entry(bodies[0], b) * entry(bodies[1], a)
        parts.append(conditions.times(bracket(index, "=", n), value))
    return Array((*axes[:-1], index), Add(tuple(parts)))


def kron(scope: Scope, x: Array, y: Array) -> Array:
    """All products of entries of two matrices, block by block."""
    for side in (x, y):
        _matrix(scope, side, "kron")
    whole = Array((x.axes[0], y.axes[0], x.axes[1], y.axes[1]), Mul((x.body, y.body)))
    return regrouped(scope, whole, (x.shape[0] * y.shape[0], x.shape[1] * y.shape[1]))


def _einsum(scope: Scope, subscripts: str, operands: Sequence[Array], optimize: bool = False) -> Array:
    """Einstein's sum: a letter that is not in the result is summed over; ``...`` stands for all axes that are left.

    The sums stand outermost in the order in which their letters appear; the product has the operands in order.
    """
    inputs, output = _einsum_letters(_without_dots(subscripts, operands), operands)
    letters: dict[str, tuple[Index, Array]] = {}
    bodies = [_einsum_body(scope, word, array, letters) for word, array in zip(inputs, operands, strict=True)]
    gone = [letters[c][0] for c in letters if c not in output]
    body = mul(bodies)
    return Array(tuple(letters[c][0] for c in output), over("sum", gone, body))


def _without_dots(subscripts: str, operands: Sequence[Array]) -> str:
    """The subscripts with letters of their own in place of ``...``, counted from the last axis."""
    text = subscripts.replace(" ", "")
    if "..." not in text:
        return text
    left, arrow, output = text.partition("->")
    words = left.split(",")
    free = [c for c in ascii_letters if c not in text]
    widths = [a.rank - len(w.replace("...", "")) if "..." in w else 0 for w, a in zip(words, operands, strict=False)]
    most = max(widths, default=0)
    if len(words) != len(operands) or not 0 <= min(widths, default=0) <= most <= len(free):
        raise Misfit(f"einsum cannot read '{subscripts[:60]}'", "write letters, commas and ->, as in 'ij,jk->ik'")
    if not arrow:
        output = "..." + "".join(c for c in sorted(left.replace("...", "").replace(",", "")) if left.count(c) == 1)
    elif most and "..." not in output:
        raise Misfit(f"einsum '{subscripts[:60]}': the axes of ... are missing in the result", "write ... in the result, too")
    dots = "".join(free[:most])
    told = [w.replace("...", dots[most - n :]) for w, n in zip(words, widths, strict=True)]
    return f"{','.join(told)}->{output.replace('...', dots)}"


def _einsum_letters(subscripts: str, operands: Sequence[Array]) -> tuple[list[str], str]:
    text = subscripts.replace(" ", "")
    found = re.fullmatch(r"([A-Za-z]*(?:,[A-Za-z]*)*)(?:->([A-Za-z]*))?", text)
    if found is None:
        raise Misfit(f"einsum cannot read '{subscripts[:60]}'", "write letters, commas and ->, as in 'ij,jk->ik'")
    inputs = found[1].split(",")
    if len(inputs) != len(operands):
        raise Misfit(f"einsum '{subscripts}' names {len(inputs)} operands and gets {len(operands)}")
    joined = "".join(inputs)
    output = found[2] if found[2] is not None else "".join(sorted(c for c in set(joined) if joined.count(c) == 1))
    if any(c not in joined or output.count(c) > 1 for c in output):
        raise Misfit(f"einsum '{subscripts}': the result {output} must use letters of the operands, each once")
    return inputs, output


def _einsum_body(scope: Scope, word: str, array: Array, letters: dict[str, tuple[Index, Array]]) -> Term:
    if len(word) != array.rank:
        raise Misfit(f"einsum: {word or 'no letters'} for {array.says}", sizes=True)
    moves: dict[Index, Size] = {}
    for letter, axis in zip(word, array.axes, strict=True):
        known = letters.get(letter)
        if known is None or is_one(known[0].size):
            letters[letter] = (axis, array)
        elif not is_one(axis.size):
            if not scope.agree(known[0].size, axis.size):
                found = f"einsum: {letter} is {known[0].size} in {known[1].text} and {axis.size} in {array.text}"
                raise Misfit(found, sizes=True)
            moves[axis] = Size.of(known[0])
    return substitute(array.body, moves)


def _vdot(scope: Scope, x: Array, y: Array) -> Array:
    return _dot(scope, raveled(scope, x), raveled(scope, y))


ROWS: tuple[Function, ...] = (
    row("outer", _outer, "x, y"),
    row("dot", _dot, "x, y"),
    row("vdot", _vdot, "x, y"),
    row("inner", _inner, "x, y"),
    row("matmul", matmul, "x, y"),
    row("cross", _cross, "x, y, axis: axis = -1"),
    row("kron", kron, "x, y"),
    row("einsum", _einsum, "subscripts: text, *operands, optimize: flag = False"),
    row("trace", _trace, "x, offset: size = size 0"),
    row("inv", _opaque("inv"), "x"),
    row("pinv", _opaque("pinv"), "x"),
    row("det", _opaque("det"), "x"),
    row("slogdet", _slogdet, "x"),
    row("solve", _solve, "a, b"),
    row("matrix_power", _matrix_power, "x, n: size"),
)
