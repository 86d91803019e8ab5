"""Terms to SymPy expressions, and scalar formulas to NumPy functions under names of our own making."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from symback.algebra.operations import OPERATIONS, Operation, meaning
from symback.algebra.sizes import Atom, Floor, Index, Size, SizeAt, SizeSymbol
from symback.algebra.terms import Add, Apply, Bracket, Count, Mul, Name, Num, Partial, Pow, Reduce, Ref, Term
from symback.algebra.traverse import refs, rewrite
from symback.errors import NotationError, UnknownTerm
from symback.reading.lazy import sp

Known = Mapping[Name, Any]
RELATIONS = {"=": "Eq", "!=": "Ne", "<": "Lt", "<=": "Le", ">": "Gt", ">=": "Ge"}


def write(term: Term, known: Known) -> Any:
    """A term as a SymPy expression; ``known`` gives symbols that stand for names, any other name becomes one.

    A scalar name is a Symbol, an indexed one an IndexedBase; places and the limits of sums count from 0. Inside a sum in a
    sum a bracket is a step, not a Piecewise: SymPy takes a Piecewise out of the inner sum and leaves its index behind.
    """
    made: dict[tuple[Term, bool], Any] = {}

    def go(node: Term, sums: int = 0) -> Any:
        found = made.get((node, sums > 1))
        if found is None:
            found = made[node, sums > 1] = write_node(node, sums)
        return found

    def write_node(node: Term, sums: int) -> Any:
        match node:
            case Num():
                return sp.Rational(node.value.numerator, node.value.denominator)
            case Count():
                return size(node.size)
            case Ref():
                return read(node, known)
            case Bracket():
                return (step if sums > 1 else truth)(node, go(node.left, sums), go(node.right, sums))
            case Add():
                return sp.Add(*(go(a, sums) for a in node.args))
            case Mul():
                return sp.Mul(*(go(a, sums) for a in node.args))
            case Pow():
                return sp.Pow(go(node.base, sums), go(node.exponent, sums))
            case Apply():
                return applied(node.op, [go(a, sums) for a in node.args])
            case Reduce():
                return reduction(node, go(node.body, sums + 1))
        raise UnknownTerm(node, "term_to_sympy")

    return go(term)


def truth(node: Bracket, left: Any, right: Any) -> Any:
    """1 where the relation holds, else 0."""
    if node.relation == "=" and isinstance(node.left, Count) and isinstance(node.right, Count):
        return sp.KroneckerDelta(left, right)
    return sp.Piecewise((sp.S.One, getattr(sp, RELATIONS[node.relation])(left, right)), (sp.S.Zero, True))


def step(node: Bracket, left: Any, right: Any) -> Any:
    """The same by Kronecker's delta and Heaviside's step, with their values where both sides are equal."""
    match node.relation:
        case "=":
            return sp.KroneckerDelta(left, right)
        case "!=":
            return 1 - sp.KroneckerDelta(left, right)
        case "<" | "<=":
            left, right = right, left
    return sp.Heaviside(left - right, int(node.relation.endswith("=")))


def applied(op: str, arguments: Sequence[Any]) -> Any:
    """An operation of the table as a SymPy function."""
    function = function_of(OPERATIONS[op])
    return function(*arguments) if arguments else function


def function_of(row: Operation) -> Any:
    """The SymPy function of an operation: SymPy's own, or else a class made from the row."""
    return getattr(sp, row.sympy) if row.sympy else function_class(row.name)


def reduction(node: Reduce, body: Any) -> Any:
    """A reduction as Sum, Product, or Max and Min over a range that is a number."""
    index, count = symbol_of(node.index), size(node.index.size)
    match node.kind:
        case "sum":
            return sp.Sum(body, (index, 0, count - 1))
        case "mean":
            return sp.Sum(body, (index, 0, count - 1)) / count
        case "prod":
            return sp.Product(body, (index, 0, count - 1))
    if node.index.size.constant is None:
        found = f"SymPy has no {node.kind} over a range of symbolic size {node.index.size}"
        raise NotationError("sympy", found, "give the sizes numbers, or use .text() or .latex()")
    chosen = sp.Max if node.kind == "max" else sp.Min
    return chosen(*(body.subs(index, place) for place in range(node.index.size.constant)))


def read(node: Ref, known: Known) -> Any:
    """A name, read at places."""
    if node.name in known:
        base, places = known[node.name], tuple(map(size, node.places))
        if len(places) == 1 and getattr(base, "is_Matrix", False):
            places = (places[0], sp.S.Zero)
        return base[places] if places else base
    if not node.places:
        return sp.Symbol(plain_name(node.name))
    return sp.IndexedBase(plain_name(node.name))[tuple(map(size, node.places))]


def plain_name(name: Name) -> str:
    """A name SymPy and NumPy can carry: the derivative of L by z1 is ``dL_dz1``."""
    if isinstance(name, Partial):
        return f"d{plain_name(name.of)}_d{plain_name(name.by)}"
    return name


def symbol_of(index: Index) -> Any:
    """An index as an integer symbol."""
    return sp.Symbol(f"{index.name}_{index.mark}" if index.mark else index.name, integer=True)


def size(value: Size) -> Any:
    """A size or place as a SymPy expression; a size symbol is a positive integer."""
    return sp.Add(*(sp.Mul(c, *(sp.Pow(_atom(a), e) for a, e in m)) for m, c in value.terms))


def _atom(atom: Atom) -> Any:
    match atom:
        case SizeSymbol():
            return sp.Symbol(atom.name, integer=True, **({"positive": True} if atom.least else {"nonnegative": True}))
        case Index():
            return symbol_of(atom)
        case SizeAt():
            return sp.IndexedBase(atom.name, integer=True)[size(atom.place)]
        case Floor():
            return sp.floor(size(atom.numerator) / size(atom.denominator))
    raise UnknownTerm(atom, "term_to_sympy")


def through_dummies(build: Callable[..., Term], arguments: Sequence[Any]) -> Any:
    """A term built from arguments that are SymPy expressions."""
    names = [f"x{n}" for n in range(len(arguments))]
    dummies = [sp.Dummy(n) for n in names]
    expression = write(build(*(Ref(n) for n in names)), dict(zip(names, dummies, strict=True)))
    return expression.xreplace(dict(zip(dummies, arguments, strict=True)))


@cache
def function_class(name: str) -> Any:
    """The SymPy function of an operation that SymPy does not have (sigmoid, relu ...), with its slope and its meaning."""
    row = OPERATIONS[name]

    def fdiff(self: Any, argindex: int = 1) -> Any:
        return through_dummies(lambda *arguments: row.slopes[argindex - 1](_applied(name, arguments), arguments), self.args)

    def meant(self: Any, *_: Any, **__: Any) -> Any:
        return self if row.means is None else through_dummies(row.means, self.args)

    def numeric(*values: Any) -> Any:
        return _numeric(name)(*values)

    body = {
        "nargs": row.arity,
        "fdiff": fdiff,
        "_eval_rewrite_as_exp": meant,
        "_eval_rewrite_as_Piecewise": meant,
        "meaning": meant,
        "_eval_evalf": lambda self, precision: (
            _evaluated(self, row.mpmath, precision) if row.means is None else meant(self)._eval_evalf(precision)
        ),
        "_imp_": staticmethod(numeric),
        "__doc__": row.says,
        "__module__": "symback.reading.function_classes",
    }
    return type(name, (sp.Function,), body)


def _applied(name: str, arguments: Any) -> Any:
    return Apply(name, tuple(arguments))


def _evaluated(node: Any, function: str, precision: int) -> Any:
    """A primitive of numbers by mpmath; None where an argument is no number."""
    import mpmath

    if not all(a.is_number for a in node.args):
        return None
    with mpmath.workprec(precision):
        value = getattr(mpmath, function)(*(a._to_mpmath(precision) for a in node.args))
    return sp.Expr._from_mpmath(value, precision)


@cache
def _numeric(name: str) -> Callable[..., Any]:
    """The operation as a NumPy function: from its meaning, or for a primitive NumPy's own."""
    import numpy as np

    if OPERATIONS[name].means is None:
        return getattr(np, OPERATIONS[name].numpy.removeprefix("np."))  # type: ignore[no-any-return]
    arguments = sp.symbols(f"x:{OPERATIONS[name].arity}")
    return sp.lambdify(arguments, function_class(name)(*arguments).meaning(), "numpy")  # type: ignore[no-any-return]


def spelled_out(term: Term) -> Term:
    """A term in which operations that SymPy lacks are replaced by their meaning."""

    def change(node: Term) -> Term:
        if isinstance(node, Apply) and not OPERATIONS[node.op].sympy:
            meant = meaning(node)
            return node if meant is None else spelled_out(meant)
        return node

    return rewrite(term, change)


def lambdify(term: Term, arguments: Sequence[Name]) -> Callable[..., Any]:
    """A scalar formula as a NumPy function of the given names, in order.

    SymPy sees symbols ``a0``, ``a1`` ... only, so no name a user wrote reaches generated source.
    """
    import math

    import numpy as np

    for found in refs(term):
        if found.places or found.name not in arguments:
            reason = "has indices" if found.places else "is no argument"
            raise NotationError(
                "lambdify", f"{plain_name(found.name)} {reason}", "lambdify takes scalar formulas; compile() runs the others"
            )
    symbols = sp.symbols(f"a:{len(arguments)}")
    expression = write(spelled_out(term), dict(zip(arguments, symbols, strict=True)))
    lacking = (row for row in OPERATIONS.values() if row.sympy and not row.numpy)
    own = {row.sympy: np.vectorize(getattr(math, row.plain.removeprefix("math."))) for row in lacking}
    return sp.lambdify(symbols, expression, modules=[own, "numpy"])  # type: ignore[no-any-return]
