"""SymPy both ways: declarations to programs, terms to expressions. Nothing a user wrote is ever sympified or parsed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from symback.algebra.terms import Name, Term
from symback.network.program import Program, Role
from symback.reading.names import network_name
from symback.reading.sympy_equations import listed, several, table
from symback.reading.sympy_reading import Declared, read_program
from symback.reading.sympy_writing import lambdify, write


def program_from_sympy(
    forward: Sequence[Any] | Mapping[Any, Any] | str,
    loss: Any,
    parameters: Iterable[Any],
    inputs: Iterable[Any] = (),
    targets: Iterable[Any] = (),
    name: str = "",
    facts: Mapping[Any, Any] | None = None,
    values: Mapping[Any, Any] | None = None,
) -> Program:
    """The program of a network declared with SymPy equations, pairs ``(left, right)`` and lines of text, in any order.

    What is left unnamed is a constant. See `symback.Network` for what may stand in the equations.
    """
    return declared_with_sympy(forward, loss, parameters, inputs, targets, name, facts, values)[0]


def declared_with_sympy(
    forward: Sequence[Any] | Mapping[Any, Any] | str,
    loss: Any,
    parameters: Iterable[Any],
    inputs: Iterable[Any] = (),
    targets: Iterable[Any] = (),
    name: str = "",
    facts: Mapping[Any, Any] | None = None,
    values: Mapping[Any, Any] | None = None,
) -> tuple[Program, dict[str, Any]]:
    """The program, and the SymPy objects it was declared with by the names they have in it."""
    roles: tuple[tuple[Role, tuple[Any, ...]], ...] = (
        ("weight", several(parameters, "parameters")),
        ("input", several(inputs, "inputs")),
        ("target", several(targets, "targets")),
    )
    said = [table(given, where) for given, where in ((facts, "facts"), (values, "values"))]
    return read_program(Declared(listed(forward), loss, roles, network_name(name), *said))


def term_to_sympy(term: Term, program: Program | None = None) -> Any:
    """A term as a SymPy expression: scalars as Symbol, arrays as IndexedBase, places counted from 0.

    ``Σ_i`` becomes ``Sum``, ``[i = j]`` KroneckerDelta, other brackets Piecewise (steps in a sum in a sum), the adjoint of z1 the symbol ``dL_dz1``.

    >>> from symback.algebra.terms import apply, ref
    >>> term_to_sympy(apply("tanh", ref("w") * ref("x")))
    tanh(w*x)
    """
    return write(term, {})


def lambdify_scalar(term: Term, args: Sequence[Name]) -> Callable[..., Any]:
    """A scalar formula as a NumPy function of the named quantities, in the order of ``args``.

    >>> from symback.algebra.terms import apply, ref
    >>> float(lambdify_scalar(apply("sigmoid", ref("z")), ["z"])(0.0))
    0.5
    """
    return lambdify(term, args)
