"""Mutants of the gradients of the catalogue, as NumPy text: two thirds are mistakes people make, one third is chance.

A formula of the catalogue becomes the text of a claim; a mutant changes one node of Python's tree of that text. Nothing is shared
with the search for repairs, which works on terms. Whether a mutant is wrong is told by the reference evaluator at high precision.
"""

from __future__ import annotations

import ast
import random
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from zlib import crc32

from symback.algebra.sizes import Size
from symback.algebra.terms import Name, Ref, Term
from symback.algebra.traverse import walk
from symback.catalogue.derived import Entry, entry, small_sizes
from symback.catalogue.entries import ENTRIES
from symback.errors import AxisMismatch, NumericError, SymbackError
from symback.network.program import Program
from symback.numeric.evaluate import Entries, Evaluator
from symback.numeric.field import HighPrecision
from symback.numeric.values import index_tuples, size_value
from symback.reading.claims import extend
from symback.verify.sample import Point, draw, size_sets

FIELD = HighPrecision(60)
SAME = FIELD.power(FIELD.real(10), -40)
COMPARES = re.compile(r"[<>]|maximum|minimum|abs|sign|relu")
POINTS, MORE, MANY = 3, 10, 60
LONGEST = 900
CLEANED = ((r"\bDTYPE\(", "("), (r"\.astype\(DTYPE\)", ""), (r", (dtype=)?DTYPE\)", ")"), (r"\bmath\.", "np."))
BOUND = re.compile(r"(values|computed)\[|forward\(|= np\.arange|\.shape\[")


# formulas of the catalogue as text ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Original:
    """A gradient of the catalogue as a claim: lines of NumPy, the last of them the gradient by ``name``."""

    entry: Entry
    name: Name
    text: str

    @property
    def key(self) -> str:
        return f"{self.entry.row.name} by {self.name}"

    @property
    def program(self) -> Program:
        return self.entry.program

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def local(self) -> Program:
        """The program with the claim's lines."""
        return extend(self.program, self.text)

    @cached_property
    def shapes(self) -> dict[str, tuple[Size, ...]]:
        """The shape of every name that the text may read."""
        known = self.local
        return {str(n): tuple(i.size for i in known.indices(n)) for n in (*known.leaf, *known.definition) if isinstance(n, str)}

    @cached_property
    def activations(self) -> dict[str, str]:
        """Names that are an element-wise function of one other name, and that name."""
        found: dict[str, str] = {}
        for d in self.program.definitions:
            if not isinstance(d.body, Term) or not d.indices:
                continue
            own = tuple(Size.of(i) for i in d.indices)
            read = {n.name for n in walk(d.body) if isinstance(n, Ref) and n.places}
            if len(read) == 1 and all(n.places == own for n in walk(d.body) if isinstance(n, Ref) and n.places):
                found[str(d.name)] = str(*read)
        return found

    @cached_property
    def runs(self) -> list[tuple[Point, Evaluator]]:
        """The right gradient at a few points."""
        return list(self._runs(POINTS, ordinary))

    @cached_property
    def more_runs(self) -> list[tuple[Point, Evaluator]]:
        """At many more, large and small, for what was right at the few: a condition may be wrong in a corner."""
        return list(self._runs(MORE, scaled))

    @cached_property
    def many_runs(self) -> list[tuple[Point, Evaluator]]:
        """At very many, scaled by any factor, for formulas that compare: what holds on both sides of a threshold differs between two only."""
        return list(self._runs(MANY, anywhere))

    def _runs(
        self, count: int, drawn: Callable[[Program, Mapping[str, object], random.Random, int], Point]
    ) -> Iterator[tuple[Point, Evaluator]]:
        core = self.entry.core
        gradient = core.gradient_program(self.entry.arguments, facts=True)
        rng = random.Random(f"{self.key} {count}")
        for sizes in small_sizes(self.program) or list(size_sets(self.program, 2)):
            done = 0
            for turn in range(3 * count):
                point = drawn(core.program, sizes, rng, turn)
                run = evaluator(gradient, point)
                try:
                    run.array(core.adjoint(self.name))
                except NumericError:
                    continue
                yield point, run
                done += 1
                if done == count:
                    break

    def is_true(self, text: str) -> bool | None:
        """Whether a text gives the gradient: same shape, same value of every entry at every point; None if it cannot be read."""
        try:
            program = extend(self.program, text)
        except AxisMismatch:
            return False
        except SymbackError:
            return None
        target = self.entry.core.adjoint(self.name)
        result, indices = program.results[0], self.entry.core.program.indices(self.name)
        if [i.size for i in program.indices(result)] != [i.size for i in indices]:
            return False
        routes = (lambda: self.runs, lambda: self.more_runs, lambda: self.many_runs if COMPARES.search(text) else ())
        return all(self._agrees(program, result, target, *one) for runs in routes for one in runs())

    def _agrees(self, program: Program, result: Name, target: Name, point: Point, run: Evaluator) -> bool:
        claim = evaluator(program, point)
        try:
            for places in index_tuples(program.indices(result), point.sizes):
                right = run.entry(target, places)
                if abs(claim.entry(result, places) - right) > (1 + abs(right)) * SAME:
                    return False
        except NumericError:
            return False
        return True


def ordinary(program: Program, sizes: Mapping[str, object], rng: random.Random, turn: int) -> Point:
    return draw(program, sizes, rng, positive=turn > 4)


def scaled(program: Program, sizes: Mapping[str, object], rng: random.Random, turn: int) -> Point:
    """A point with each free leaf as it is, a quarter of it, or four times."""
    point = draw(program, sizes, rng, positive=turn % 3 == 2)
    free = {leaf.name for leaf in program.leaves if all(fact.kind == "positive" for fact in leaf.facts)}
    by = {name: rng.choice((Fraction(1, 4), 1, 4)) if name in free else 1 for name in point.values}
    return Point(sizes, {name: {p: v * by[name] for p, v in table.items()} for name, table in point.values.items()})


def anywhere(program: Program, sizes: Mapping[str, object], rng: random.Random, turn: int) -> Point:
    """A point with each free leaf times some factor."""
    point = draw(program, sizes, rng, positive=turn % 3 == 2)
    free = {leaf.name for leaf in program.leaves if all(fact.kind == "positive" for fact in leaf.facts)}
    by = {name: Fraction(rng.randrange(25, 300), 100) if name in free else 1 for name in point.values}
    return Point(sizes, {name: {p: v * by[name] for p, v in table.items()} for name, table in point.values.items()})


def evaluator(program: Program, point: Point) -> Evaluator:
    values = {n: Entries({p: FIELD.number(v) for p, v in table.items()}) for n, table in point.values.items()}
    return Evaluator(program, values, point.sizes, field=FIELD)


def originals() -> Iterator[Original]:
    """Every gradient of the catalogue whose generated source is a claim when cleaned of types."""
    for key in ENTRIES:
        found = entry(key)
        source = found.model().source
        body = source[source.index("def gradients") : source.index("def step")]
        lines = [line.strip() for line in body.splitlines()]
        lines = [line for line in lines if re.match(r"\w+ = ", line) and not BOUND.search(line)]
        for name in found.arguments:
            text = _text(lines, f"d{name}")
            if text and len(text) <= LONGEST and _readable(found.program, text):
                yield Original(found, name, text)


def _text(lines: list[str], wanted: str) -> str:
    """The line of a name and those that it rests on, in order."""
    table = {line.partition(" = ")[0]: line for line in lines}
    needed = {wanted: None}
    for name in (pending := [wanted]):
        read = re.findall(r"\w+", table.get(name, "").partition(" = ")[2])
        new = [n for n in dict.fromkeys(read) if n in table and n not in needed]
        needed.update(dict.fromkeys(new))
        pending += new
    text = "\n".join(line for name, line in table.items() if name in needed and wanted in table)
    for pattern, put in CLEANED:
        text = re.sub(pattern, put, text)
    return text


def _readable(program: Program, text: str) -> bool:
    try:
        extend(program, text)
    except SymbackError:
        return False
    return True


# changing a tree ----------------------------------------------------------------------------------------------------------


class _Put(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else self.generic_visit(node)


def put(tree: ast.Module, old: ast.AST, new: ast.AST) -> str:
    """The text of a tree with one node replaced."""
    memo: dict[int, object] = {}
    copy = deepcopy(tree, memo)
    changed = _Put(memo[id(old)], deepcopy(new)).visit(copy)  # type: ignore[arg-type]
    return ast.unparse(ast.fix_missing_locations(changed))


def values(tree: ast.Module) -> list[ast.expr]:
    """The right sides."""
    return [s.value for s in tree.body if isinstance(s, ast.Assign)]


def nodes(tree: ast.Module) -> Iterator[ast.expr]:
    """Every expression of the right sides, but not what stands in an index or an axis, and no called name."""
    pending: list[ast.AST] = [*reversed(values(tree))]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.expr):
            yield node
        match node:
            case ast.Call():
                own = [node.func.value] if isinstance(node.func, ast.Attribute) and not _is_module(node.func.value) else []
                below: list[ast.AST] = [*own, *node.args]
            case ast.Subscript():
                below = [node.value]
            case _:
                below = list(ast.iter_child_nodes(node))
        pending += reversed(below)


def _is_module(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "np"


def number(value: float) -> ast.Constant:
    return ast.Constant(value)


def product(left: ast.expr, right: ast.expr) -> ast.BinOp:
    return ast.BinOp(left, ast.Mult(), right)


def quotient(left: ast.expr, right: ast.expr) -> ast.BinOp:
    return ast.BinOp(left, ast.Div(), right)


def transpose(node: ast.expr) -> ast.expr:
    return node.value if is_transpose(node) else ast.Attribute(node, "T", ast.Load())  # type: ignore[attr-defined]


def is_transpose(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "T"


def is_op(node: ast.AST, *ops: type[ast.operator]) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ops)


def called(node: ast.AST, *names: str) -> bool:
    """Whether a node calls one of NumPy's functions."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names and _is_module(node.func.value)


def names_in(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} - {"np"}


def factors(node: ast.expr) -> list[ast.expr]:
    """The factors of an element-wise product; a quotient is one."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return [*factors(node.left), *factors(node.right)]
    return [node]


def joined(parts: list[ast.expr]) -> ast.expr:
    whole = parts[0]
    for part in parts[1:]:
        whole = product(whole, part)
    return whole


def renamed(node: ast.expr, old: str, new: str) -> ast.expr:
    copy = deepcopy(node)
    for n in ast.walk(copy):
        if isinstance(n, ast.Name) and n.id == old:
            n.id = new
    return copy


def products(tree: ast.Module) -> Iterator[tuple[ast.BinOp, list[ast.expr]]]:
    """The outermost node of every product, with its factors."""
    inner: set[int] = set()
    for node in nodes(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and id(node) not in inner:
            inner.update(id(n) for n in ast.walk(node) if is_op(n, ast.Mult) and n is not node and _in_chain(node, n))
            yield node, factors(node)


def _in_chain(top: ast.BinOp, node: ast.AST) -> bool:
    chain = [top.left, top.right]
    for part in chain:
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mult):
            chain += [part.left, part.right]
    return any(part is node for part in chain)


# mistakes people make -----------------------------------------------------------------------------------------------------


Mutations = Iterator[str]


def sign(of: Original) -> Mutations:
    for node in nodes(of.tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            other = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
            yield put(of.tree, node, ast.BinOp(node.left, other, node.right))
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            yield put(of.tree, node, node.operand)
    for value in values(of.tree):
        if not isinstance(value, ast.UnaryOp):
            yield put(of.tree, value, ast.UnaryOp(ast.USub(), value))


def transpose_missing(of: Original) -> Mutations:
    for node in nodes(of.tree):
        if isinstance(node, ast.Attribute) and is_transpose(node):
            yield put(of.tree, node, node.value)


def transpose_extra(of: Original) -> Mutations:
    for node in nodes(of.tree):
        if is_op(node, ast.MatMult):
            for side in (node.left, node.right):  # type: ignore[attr-defined]
                if isinstance(side, ast.Name) and len(of.shapes.get(side.id, ())) == 2:
                    yield put(of.tree, side, transpose(side))


def transpose_misplaced(of: Original) -> Mutations:
    for node in nodes(of.tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            if is_transpose(node.left) or is_transpose(node.right):
                yield put(of.tree, node, ast.BinOp(transpose(node.left), ast.MatMult(), transpose(node.right)))
            yield put(of.tree, node, ast.BinOp(node.right, ast.MatMult(), node.left))
        elif called(node, "outer"):
            assert isinstance(node, ast.Call)
            yield put(of.tree, node, ast.Call(node.func, node.args[::-1], []))


def activation_lost(of: Original) -> Mutations:
    """The factors that read an activation, or what it is of, and nothing else."""
    for top, parts in products(of.tree):
        for pair in of.activations.items():
            kept = [p for p in parts if not names_in(p) or not names_in(p) <= set(pair)]
            if kept and len(kept) < len(parts):
                yield put(of.tree, top, joined(kept))
    for node in nodes(of.tree):
        if isinstance(node, ast.Call) and called(node, "where"):
            read = names_in(node.args[0])
            if read and any(read <= set(pair) for pair in of.activations.items()):
                yield put(of.tree, node, node.args[1])


def _derivative_factors(of: Original) -> Iterator[tuple[ast.BinOp, list[ast.expr], str, str]]:
    for top, parts in products(of.tree):
        for output, inner in of.activations.items():
            if any(names_in(p) == {output} for p in parts):
                yield top, parts, output, inner


def activation_of_wrong_layer(of: Original) -> Mutations:
    for top, parts, output, _ in _derivative_factors(of):
        for other in of.activations:
            if other != output and len(of.shapes[other]) == len(of.shapes[output]):
                yield put(of.tree, top, joined([renamed(p, output, other) if names_in(p) == {output} else p for p in parts]))


def activation_at_pre_activation(of: Original) -> Mutations:
    for top, parts, output, inner in _derivative_factors(of):
        yield put(of.tree, top, joined([renamed(p, output, inner) if names_in(p) == {output} else p for p in parts]))


def constant(of: Original) -> Mutations:
    """½, 2 and 1/m too many or too few."""
    for value in values(of.tree):
        yield put(of.tree, value, product(number(2), value))
        yield put(of.tree, value, product(number(0.5), value))
        for name in _sizes(of):
            yield put(of.tree, value, quotient(value, ast.Name(name, ast.Load())))
    for node in nodes(of.tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and _is_number(node.right, of):
            yield put(of.tree, node, node.left)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and _is_number(node.left, of):
            yield put(of.tree, node, node.right)


def _sizes(of: Original) -> list[str]:
    """Named sizes of the leaves' first axes."""
    found = [leaf.indices[0].size for leaf in of.program.leaves if leaf.indices]
    return list(dict.fromkeys(str(s) for s in found if s.symbols and str(s).isidentifier()))


def _is_number(node: ast.expr, of: Original) -> bool:
    if isinstance(node, ast.UnaryOp):
        return _is_number(node.operand, of)
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id not in of.shapes)


def sum_lost(of: Original) -> Mutations:
    for node in nodes(of.tree):
        if called(node, "sum", "mean") and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            other = "mean" if node.func.attr == "sum" else "sum"
            yield put(of.tree, node, ast.Call(ast.Attribute(node.func.value, other, ast.Load()), node.args, node.keywords))
            axis = next((k.value for k in node.keywords if k.arg == "axis"), None)
            if axis is None:
                yield put(of.tree, node, node.args[0])
            elif isinstance(axis, ast.Constant) and axis.value == 0:
                yield put(of.tree, node, ast.Subscript(node.args[0], number(0), ast.Load()))


def index_slip(of: Original) -> Mutations:
    for node in nodes(of.tree):
        if isinstance(node, ast.Call):
            for word in node.keywords:
                if word.arg == "axis" and isinstance(word.value, ast.Constant) and word.value.value in (0, 1):
                    changed = [ast.keyword("axis", number(1 - word.value.value)) if k is word else k for k in node.keywords]
                    yield put(of.tree, node, ast.Call(node.func, node.args, changed))
        elif isinstance(node, ast.Subscript) and ast.unparse(node.slice).strip("()") in (":, None", "None, :"):
            other = "x[None, :]" if ast.unparse(node.slice).strip("()").endswith("None") else "x[:, None]"
            new = ast.parse(other, mode="eval").body
            assert isinstance(new, ast.Subscript)
            yield put(of.tree, node, ast.Subscript(node.value, new.slice, ast.Load()))


def term_missing(of: Original) -> Mutations:
    for node in nodes(of.tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            yield put(of.tree, node, node.left)
            yield put(of.tree, node, node.right if isinstance(node.op, ast.Add) else ast.UnaryOp(ast.USub(), node.right))


def fraction_swapped(of: Original) -> Mutations:
    for node in nodes(of.tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            yield put(of.tree, node, quotient(node.right, node.left))


def layout(of: Original) -> Mutations:
    last = values(of.tree)[-1]
    if len(of.shapes[of.local.results[0]]) == 2:  # type: ignore[index]
        yield put(of.tree, last, transpose(last))


MISTAKES: Mapping[str, Callable[[Original], Mutations]] = {
    "sign": sign,
    "transpose missing": transpose_missing,
    "transpose extra": transpose_extra,
    "transpose misplaced": transpose_misplaced,
    "activation lost": activation_lost,
    "activation of the wrong layer": activation_of_wrong_layer,
    "activation at the pre-activation": activation_at_pre_activation,
    "constant": constant,
    "sum or mean lost": sum_lost,
    "index slip": index_slip,
    "term missing": term_missing,
    "fraction upside down": fraction_swapped,
    "other layout": layout,
}


# chance -------------------------------------------------------------------------------------------------------------------


def swapped_name(of: Original) -> Mutations:
    """One read of a name becomes another name of the same shape."""
    for node in nodes(of.tree):
        if isinstance(node, ast.Name) and node.id in of.shapes:
            for other, shape in of.shapes.items():
                if other != node.id and shape == of.shapes[node.id] and other not in of.local.results and other not in _lines(of):
                    yield put(of.tree, node, ast.Name(other, ast.Load()))


def _lines(of: Original) -> set[str]:
    return {t.id for s in of.tree.body if isinstance(s, ast.Assign) for t in s.targets if isinstance(t, ast.Name)}


def exchanged_names(of: Original) -> Mutations:
    """Two names of the same shape change places in one line."""
    for value in values(of.tree):
        here = sorted(n for n in names_in(value) if n in of.shapes)
        for k, one in enumerate(here):
            for other in here[k + 1 :]:
                if of.shapes[one] == of.shapes[other]:
                    yield put(of.tree, value, renamed(renamed(renamed(value, one, "\0"), other, one), "\0", other))


def other_function(of: Original) -> Mutations:
    table = {"exp": "tanh", "log": "exp", "tanh": "sin", "sqrt": "exp", "sign": "abs", "abs": "sign", "sin": "cos", "cos": "sin"}
    for node in nodes(of.tree):
        if called(node, *table) and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield put(of.tree, node, ast.Call(ast.Attribute(node.func.value, table[node.func.attr], ast.Load()), node.args, []))


def other_number(of: Original) -> Mutations:
    for node in nodes(of.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and node.value:
            for value in (node.value + 1, node.value * 3, node.value + 0.25):
                yield put(of.tree, node, number(value))


def deleted_factor(of: Original) -> Mutations:
    for top, parts in products(of.tree):
        for k in range(len(parts)):
            yield put(of.tree, top, joined([*parts[:k], *parts[k + 1 :]]))


def deleted_function(of: Original) -> Mutations:
    for node in nodes(of.tree):
        if called(node, "exp", "log", "tanh", "sqrt", "abs", "sin", "cos") and isinstance(node, ast.Call):
            yield put(of.tree, node, node.args[0])
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow | ast.Div):
            yield put(of.tree, node, node.left)


def deleted_operand(of: Original) -> Mutations:
    for node in nodes(of.tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult | ast.Div | ast.Pow):
            yield put(of.tree, node, node.right)


CHANCE: Mapping[str, Callable[[Original], Mutations]] = {
    "swapped name": swapped_name,
    "exchanged names": exchanged_names,
    "other function": other_function,
    "other number": other_number,
    "deleted factor": deleted_factor,
    "deleted function": deleted_function,
    "deleted operand": deleted_operand,
}


# the right formula in another form ----------------------------------------------------------------------------------------


class _OtherForm(ast.NodeTransformer):
    """The same function of the same names, written otherwise at about half of the nodes."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if self.rng.random() < 0.5:
            return node
        match node.op:
            case ast.Mult() | ast.Add():
                return ast.BinOp(node.right, node.op, node.left)
            case ast.Sub():
                return ast.UnaryOp(ast.USub(), ast.BinOp(node.right, ast.Sub(), node.left))
            case ast.Div():
                return product(quotient(number(1), node.right), node.left)
            case ast.Pow() if isinstance(node.right, ast.Constant) and node.right.value == 2:
                return product(node.left, node.left)
        return node


def other_form(of: Original, seed: int = 0) -> str:
    """The text of a formula written otherwise."""
    rng = random.Random(crc32(f"{of.key} {seed}".encode()))
    tree = deepcopy(of.tree)
    for line in tree.body:
        assert isinstance(line, ast.Assign)
        line.value = _OtherForm(rng).visit(line.value)
    return ast.unparse(ast.fix_missing_locations(tree))


# sampling -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mutant:
    """A claim with one change: of which kind, whether that is one of the mistakes people make, and whether it is wrong."""

    original: Original
    kind: str
    text: str

    @property
    def listed(self) -> bool:
        return self.kind in MISTAKES

    @cached_property
    def wrong(self) -> bool:
        """Whether the change changes the meaning."""
        return not self.original.is_true(self.text)

    def __str__(self) -> str:
        return f"{self.original.key}, {self.kind}:\n{self.text}"


def mutants(count: int, seed: int = 0) -> Iterator[Mutant]:
    """``count`` wrong mutants, two thirds of them mistakes people make; every kind in turn, over formulas drawn at random.

    Mutants that mean what the original means come between them and are not counted. A kind that has no more is passed over.
    """
    rng = random.Random(seed)
    pool = list(originals())
    seen: set[tuple[str, str]] = set()
    streams = {kind: _stream(kind, pool, seen, rng) for kind in (*MISTAKES, *CHANCE)}
    inside, outside = deque(MISTAKES), deque(CHANCE)
    made = 0
    while made < count and (inside or outside):
        kinds = outside if outside and (made % 3 == 2 or not inside) else inside
        found = next(streams[kinds[0]], None)
        if found is None:
            kinds.popleft()
            continue
        if found.wrong:
            made += 1
            kinds.rotate(-1)
        yield found


def _stream(kind: str, pool: list[Original], seen: set[tuple[str, str]], rng: random.Random) -> Iterator[Mutant]:
    """The mutants of a kind, round by round one of each formula."""
    changes = MISTAKES.get(kind) or CHANCE[kind]
    left: dict[str, list[str]] = {}
    order = rng.sample(pool, len(pool))
    while order:
        for of in tuple(order):
            texts = left[of.key] if of.key in left else list(dict.fromkeys(changes(of)))
            left[of.key] = [t for t in texts if (of.key, t) not in seen]
            if not left[of.key]:
                order.remove(of)
                continue
            text = rng.choice(left[of.key])
            seen.add((of.key, text))
            if of.is_true(text) is not None:
                yield Mutant(of, kind, text)


__all__ = ["CHANCE", "MISTAKES", "Mutant", "Original", "mutants", "originals", "other_form", "size_value"]
