"""Claims written with SymPy: equations, pairs ``(left, right)``, or an expression for a target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Name, Partial, Ref, Term
from symback.algebra.traverse import rewrite
from symback.errors import DeclarationError, ReadingError
from symback.network.hints import suggestion
from symback.network.program import PARAMETERS, Program
from symback.reading.arrays import Misfit, is_one
from symback.reading.derivative_names import Names, joined
from symback.reading.goals import Goal, derivative_axes
from symback.reading.lazy import sp
from symback.reading.over_program import concealed, scope_of
from symback.reading.settle import settle
from symback.reading.sides import Claim, Side
from symback.reading.sympy_equations import name_of
from symback.reading.sympy_order import Order, is_literal
from symback.reading.sympy_sizes import Shapes, size_of
from symback.reading.sympy_terms import Converter

MAX_SHOWN = 160


def read_sympy(program: Program, claim: object, goal: Goal | None = None) -> tuple[Claim, ...]:
    """The claim of ``sp.Eq(left, right)``, of a pair, or of an expression that a goal gives the left side for.

    A derivative is ``sp.Derivative(L, w)``, or a symbol called ``dL/dw`` or ``dw``. Raises ReadingError, in one line.

    >>> import sympy as sp
    >>> from symback.reading.files import from_dict
    >>> net = from_dict({"symbols": {"w": {}, "x": {}}, "forward": "L = w*x", "loss": "L"})
    >>> L, w, x = sp.symbols("L w x")
    >>> [side.body for side in read_sympy(net, sp.Eq(sp.Derivative(L, w), x))[0].sides]
    [dL/dw, x]
    """
    given = _sides(claim)
    if goal is not None and len(given) == 1:
        reader = _Reader(goal.program, given)
        sides: tuple[Side, ...] = (goal.side, reader.side(given[0]))
        return (reader.claim(sides),)
    if len(given) < 2:
        raise ReadingError(_shown(claim), "does not say what it is the derivative of", "give sp.Eq(sp.Derivative(L, w), ...) or a target")
    reader = _Reader(program, given)
    sides = tuple(reader.side(side) for side in given)
    return (reader.claim(sides),)


def _sides(claim: Any) -> tuple[Any, ...]:
    if isinstance(claim, bool | sp.BooleanAtom):
        found = f"the equation is plain {bool(claim)}: sp.Eq decided it instead of keeping it"
        raise ReadingError("claim", found, "give the pair (left, right)")
    if isinstance(claim, sp.Equality):
        return tuple(claim.args)
    if isinstance(claim, tuple | list) and len(claim) > 1:
        return tuple(claim)
    if isinstance(claim, sp.Basic | sp.MatrixBase):
        return (claim,)
    raise ReadingError("claim", f"is {type(claim).__name__}", "give text, a SymPy equation, or an entry of a claims file")


class _Reader:
    """The sides of one claim over the names of a program."""

    def __init__(self, program: Program, sides: Sequence[Any]) -> None:
        self.program = program
        self.scope = scope_of(program)
        formulas = [s for s in sides if isinstance(s, sp.Basic | sp.MatrixBase) and not isinstance(s, sp.Derivative)]
        self.shapes = Shapes([(sp.Symbol("claim"), s) for s in formulas])
        order = {str(name): n for n, name in enumerate((*program.leaf, *program.definition))}
        weights = [leaf.name for leaf in program.leaves if leaf.role in PARAMETERS]
        literal = is_literal(s for s in formulas if not isinstance(s, sp.MatrixBase))
        self.converter = _Converter(self.scope, self.shapes, Order(order, weights, literal), self._name)

    def claim(self, sides: tuple[Side, ...]) -> Claim:
        """The claim, over the program with the definitions that reading the sides added: inverses, determinants and what they are of."""
        hidden, shown = concealed(self.scope.added, (), sides)
        return Claim(replace(self.program, definitions=(*self.program.definitions, *hidden)), shown, "sympy")

    def _name(self, thing: Any) -> str:
        name = name_of(thing)
        if name not in self.scope.axes and name not in self.shapes.names and name not in self.scope.sizes:
            raise Misfit(f"{name} is not declared", suggestion(name, self.scope.names()))
        return name

    def side(self, given: Any) -> Side:
        """One side: a derivative, a matrix or a scalar."""
        text = _shown(given)
        try:
            partial = self._derivative(given)
            if partial is not None:
                return self._read(partial, text)
            return self._formula(given if isinstance(given, sp.Basic | sp.MatrixBase) else sp.sympify(given, strict=True), text)
        except Misfit as misfit:
            if misfit.sizes:
                return Side(text, 0, clash=misfit.found + (f"; {misfit.remedy}" if misfit.remedy else ""))
            raise ReadingError(text, misfit.found, misfit.remedy) from None
        except (DeclarationError, sp.SympifyError) as error:
            raise ReadingError(text, str(error)) from None

    def _derivative(self, given: Any) -> Partial | None:
        if isinstance(given, sp.Derivative):
            partial: Name = self._differentiated(given.expr)
            for variable, count in given.variable_count:
                for _ in range(int(count)):
                    partial = Partial(partial, self._declared(variable))
            assert isinstance(partial, Partial)
            return partial
        name = getattr(given, "name", "") if isinstance(given, sp.Symbol | sp.MatrixSymbol) else ""
        names = Names(self._is_value, self._is_value, self.program.loss)
        whole, found = joined(name, names) if name and not self._is_value(name) else ("", {})
        return found.get(whole)

    def _differentiated(self, thing: Any) -> str:
        """What a derivative is of: a declared name, or an expression, which becomes a definition; its axes of one entry are left out."""
        if isinstance(thing, sp.Symbol | sp.MatrixSymbol | sp.Indexed | sp.matrices.expressions.matexpr.MatrixElement):
            return self._declared(thing)
        indices, body = self._entry(thing)
        name = self.scope.fresh_name("derived")
        self.scope.add(Definition(name, tuple(i for i in indices if not is_one(i.size)), body))
        return name

    def _is_value(self, name: str) -> bool:
        return name in self.scope.axes

    def _declared(self, thing: Any) -> str:
        name = name_of(thing)
        if not self._is_value(name):
            raise Misfit(f"{name} is not declared", suggestion(name, self.scope.names()))
        return name

    def _read(self, partial: Partial, text: str) -> Side:
        hidden, sizes = derivative_axes(partial, lambda name: tuple(i.size for i in self.scope.axes[name]))
        indices = self.scope.letters.indices(sizes)
        places = [Size.of(0) if is_one(i.size) else Size.of(i) for i in indices]
        return Side(text, 0, indices, Ref(partial, (*[Size.of(0)] * hidden, *places)))

    def _formula(self, given: Any, text: str) -> Side:
        return Side(text, 0, *self._entry(given))

    def _entry(self, given: Any) -> tuple[tuple[Index, ...], Term]:
        """An expression as its entry at free indices."""
        if not getattr(given, "is_Matrix", False):
            return (), self._ranks(self.converter.scalar(given))
        axes: list[Index] = [self.scope.index(size_of(n)) for n in given.shape]
        body = self.converter.entry(given, *(Size.of(0) if is_one(i.size) else Size.of(i) for i in axes))
        return settle(axes, self._ranks(body), self.scope.letters)

    def _ranks(self, body: Term) -> Term:
        """A matrix with one column read where the network has a vector: the place 0 is dropped."""

        def change(node: Term) -> Term:
            if not isinstance(node, Ref) or not isinstance(node.name, str):
                return node
            axes = self.scope.axes[node.name]
            places = node.places
            if len(places) != len(axes):
                places = tuple(p for p in places if p.constant != 0)
            if len(places) != len(axes):
                raise Misfit(f"{node.name} has {len(axes)} axes and is read with {len(node.places)}", sizes=True)
            return Ref(node.name, places)

        return rewrite(body, change)


class _Converter(Converter):
    """Terms from SymPy with derivatives of scalars by scalars among them."""

    def scalar(self, node: Any) -> Term:
        """A scalar expression; ``Derivative(a, b)`` of declared scalars is the total derivative in the network."""
        if isinstance(node, sp.Derivative):
            partial: Name = self.name(node.expr)
            for variable, count in node.variable_count:
                for _ in range(int(count)):
                    partial = Partial(partial, self.name(variable))
            return Ref(partial)
        return super().scalar(node)


def _shown(claim: object) -> str:
    text = " ".join(str(claim).split())
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 3] + "..."
