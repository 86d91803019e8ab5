"""What a formula written without a left side is said to be: the gradient, Jacobian or Hessian by a named variable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Size
from symback.algebra.terms import Name, Partial, Ref, Term, total
from symback.errors import ReadingError
from symback.network.hints import suggestion
from symback.network.program import PARAMETERS, Program
from symback.reading.over_program import scope_of
from symback.reading.sides import Side

KINDS = ("gradient", "jacobian", "hessian", "hessian_diag", "value")
SUMMED = "Σ {}"


@dataclass(frozen=True, slots=True)
class Goal:
    """The left side that is meant, over a program that may hold the sum of its result; ``target`` is the variable."""

    program: Program
    target: str
    side: Side


def goal_of(program: Program, target: str, kind: str | None = None) -> Goal:
    """The derivative of the first result by ``target``; of the kind *value* the target itself.

    The gradient, and the diagonal of the Hessian, of a result with axes are those of its sum. A Jacobian has the places of the
    result first, a Hessian those of the variable twice.
    """
    known = [str(n) for n in (*program.leaf, *program.definition)]
    if target not in known:
        raise ReadingError(f"target = {target[:80]}", "is not declared", suggestion(target, known))
    chosen = "gradient" if kind is None else kind
    if chosen not in KINDS:
        raise ReadingError(f"kind = {str(kind)[:80]}", "is not known", "write one of " + ", ".join(KINDS))
    if chosen == "value":
        return Goal(program, target, _value(program, target))
    of = program.loss
    if chosen != "jacobian" and not all(i.size.constant == 1 for i in program.indices(of)):
        program, of = summed(program, of)
    shape = [i.size for i in program.indices(target)]
    above = [i.size for i in program.indices(of)]
    scalar = all(n.constant == 1 for n in above)
    indices = scope_of(program).letters.indices([*([] if scalar else above), *shape, *(shape if chosen == "hessian" else ())])
    places = [Size.of(0) if i.size.constant == 1 else Size.of(i) for i in indices]
    front = [Size.of(0)] * len(above) if scalar else []
    first = Partial(of, target)
    second = chosen.startswith("hessian")
    again = places if chosen == "hessian_diag" else []
    body = Ref(Partial(first, target) if second else first, (*front, *places, *again))
    head = f"∂²{program.loss}/∂{target}²" if second else f"∂{program.loss}/∂{target}"
    return Goal(program, target, Side(head, 0, indices, body))


def _value(program: Program, target: str) -> Side:
    """A name as the left side of an equation."""
    indices = scope_of(program).letters.indices([i.size for i in program.indices(target)])
    places = tuple(Size.of(0) if i.size.constant == 1 else Size.of(i) for i in indices)
    return Side(target, 0, indices, Ref(target, places))


def summed(program: Program, result: Name) -> tuple[Program, Name]:
    """The program with the sum of a result over all its places as its result."""
    name = SUMMED.format(result)
    indices = program.indices(result)
    read = Ref(result, tuple(Size.of(0) if i.size.constant == 1 else Size.of(i) for i in indices))
    body: Term = total([i for i in indices if i.size.constant != 1], read)
    return replace(program, definitions=(*program.definitions, Definition(name, (), body)), results=(name,)), name


def parameters(program: Program) -> tuple[str, ...]:
    """The weights and biases of a network; where it says no roles, all that it declares.

    >>> from symback.network.program import Leaf
    >>> parameters(Program("", (Leaf("w", (), "weight"), Leaf("x")), (), ())), parameters(Program("", (Leaf("x"),), (), ()))
    (('w',), ('x',))
    """
    own = tuple(leaf.name for leaf in program.leaves if leaf.role in PARAMETERS)
    return own or tuple(leaf.name for leaf in program.leaves)


def of_shape(program: Program, shape: tuple[Size, ...], text: str) -> str | None:
    """The one weight or bias that has a shape, else the one symbol; None where nothing has it. ReadingError where several have."""
    alike = [leaf.name for leaf in program.leaves if leaf.shape == shape]
    fitting = [n for n in alike if n in parameters(program)] or alike
    if len(fitting) > 1:
        raise ReadingError(
            text, f"{' and '.join(fitting)} have its shape", f"write d{program.loss}/d{fitting[0]} = ..., or give the target"
        )
    return fitting[0] if fitting else None


def derivative_axes(partial: Partial, shape: Callable[[str], tuple[Size, ...]]) -> tuple[int, tuple[Size, ...]]:
    """How many leading places of a derivative are 0 (a result all of whose sizes are 1 counts as a scalar), and the sizes of the
    other axes: those of what is differentiated, then those of the variables."""
    above, *by = parts_of(partial)
    own = shape(above)
    hidden = len(own) if all(n.constant == 1 for n in own) else 0
    return hidden, (*own[hidden:], *(n for name in by for n in shape(name)))


def parts_of(partial: Name) -> tuple[str, ...]:
    """The names that a derivative is made of, what is differentiated first."""
    return (*parts_of(partial.of), *parts_of(partial.by)) if isinstance(partial, Partial) else (partial,)
