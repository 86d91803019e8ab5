r"""LaTeX as published, read as claims over a program whose declared names are its symbol table.

Tokens (`published_tokens`), grammar (`published_grammar`), names (`published_names`, `published_symbols`), arrays
(`published_values`, `published_terms`) and statements (here). What can be read in more than one way is read in the first way in
which all sides have one shape, and every such choice is said. Free index letters mean the same index on all sides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index, Size, SizeSymbol
from symback.algebra.terms import Mul, Num, Term
from symback.algebra.traverse import binders, free_indices, substitute
from symback.errors import ReadingError
from symback.network.program import PARAMETERS, Program
from symback.reading.formula_grammar import Digits
from symback.reading.published_grammar import tree
from symback.reading.published_names import Generic, Names, Row, cells, text, unbracketed
from symback.reading.published_nodes import Big, Group, Negative, Node, Product, Sum, Symbol, changed, walk
from symback.reading.published_statements import Statement, statements
from symback.reading.published_symbols import located, read_symbol, row_vectors, scripts, text_of
from symback.reading.published_terms import located_symbol, value
from symback.reading.published_tokens import Piece, pieces_of
from symback.reading.published_values import Clash, Context, Undeclared, Value, squeezed
from symback.reading.sides import Claim, Side

REDEFINED = ("e", "I", "pi")
"""Letters with a meaning of their own that a text may give another one."""
MOST_SUMS = 20
"""How many sums are looked at for what their last letter stands for."""
QUOTED = 200
"""How much of a text an error quotes."""
TRIES = 48
"""How many combinations of readings of a statement are tried before the first one is kept."""


def read_published(program: Program, source: str, goal: Side | None = None) -> tuple[Claim, ...]:
    r"""The claims that a LaTeX text makes over a program, in order; a text without a relation is a claim of one side.

    ``goal`` is the left side that is meant where the last statement has none, or has a name that only this text uses. Raises ReadingError with a position where the text cannot be read.

    >>> from symback.algebra.terms import ref
    >>> from symback.network.program import Leaf
    >>> net = Program("net", (Leaf("p"), Leaf("y")), (Definition("L", (), (ref("p") - ref("y")) ** 2),), ("L",))
    >>> [side.body for side in read_published(net, r"\frac{\partial L}{\partial p} = 2(p - y)")[0].sides]
    [dL/dp, 2*(p + -1*y)]
    """
    try:
        found = statements(source, pieces_of(source))
        if not found:
            raise ReadingError(source, "this says nothing", "write a formula", 0)
        return _Text(source, program, Names(program), None if goal is None else (found[-1], goal)).all(found)
    except ReadingError as error:
        raise in_one_line(error) from None


def in_one_line(error: ReadingError) -> ReadingError:
    """The error with what it quotes as one printable line of bounded length; the position still counts in the whole source."""
    where, found = (_line(text, length) for text, length in ((error.where, QUOTED), (error.found, QUOTED)))
    if (where, found) == (error.where, error.found):
        return error
    short = ReadingError(where, found, _line(error.remedy, QUOTED))
    short.position = error.position
    return short


def _line(text: str, length: int) -> str:
    shown = "".join(c if c.isprintable() else " " for c in text)
    return shown if len(shown) <= length else f"{shown[: length // 2]}...{shown[-length // 3 :]}"


@dataclass
class _Text:
    """The statements of one text, each of which may use the names that others define."""

    source: str
    program: Program
    names: Names
    goal: tuple[Statement, Side] | None = None

    def all(self, found: tuple[Statement, ...]) -> tuple[Claim, ...]:
        """The claims of all statements in order; one that uses a name of a later one waits for it."""
        claims: dict[int, tuple[Claim, ...]] = {}
        waiting = sorted(range(len(found)), key=lambda k: not self._defines(found[k]))
        while waiting:
            errors: list[ReadingError] = []
            later: list[int] = []
            for k in waiting:
                try:
                    claims[k] = self.instances(found[k])
                except Undeclared as error:
                    errors.append(error)
                    later.append(k)
            if len(later) == len(waiting):
                raise errors[0]
            waiting = later
        return tuple(claim for k in sorted(claims) for claim in claims[k])

    def _defines(self, statement: Statement) -> bool:
        """Whether the left side is one symbol that nobody declares; such statements come first."""
        if len(statement.sides) < 2 or len(statement.sides[0].pieces) > 8:
            return False
        head = tree(self.source, statement.sides[0].pieces, self.names)
        return isinstance(head, Symbol) and not self.names.letters_of(head.letter, head.accents)

    def instances(self, statement: Statement) -> tuple[Claim, ...]:
        """A statement, or one for each layer where a letter marks the layer or no mark is shown."""
        open_layers: list[dict[str, str]] = [{}]
        claims: list[Claim] = []
        errors: list[Undeclared] = []
        skipped: list[str] = []
        bare = False
        while open_layers:
            layers = open_layers.pop(0)
            try:
                claims.append(self.claim(statement, layers))
            except Generic as generic:
                if len(layers) > 2:
                    raise ReadingError(self.source, f"the layer of {generic.text} cannot be told", "mark it", statement.position) from None
                bare = bare or not generic.letter
                open_layers += [{**layers, generic.letter: layer} for layer in generic.layers]
            except Undeclared as error:
                if not layers:
                    raise
                errors.append(error)
                skipped.append(_says(layers))
        if not claims:
            raise errors[0]
        fitting = [c for c in claims if not any(s.clash for s in c.sides)]
        if bare and fitting and len(fitting) < len(claims):
            skipped += [c.choices[0] for c in claims if c not in fitting]
            claims = fitting
        if skipped:
            note = f"left out, because not all names are declared there or the sizes differ: {', '.join(skipped)}"
            claims = [replace(c, choices=(*c.choices, note)) for c in claims]
        return tuple(claims)

    def claim(self, statement: Statement, layers: Mapping[str, str]) -> Claim:
        """One claim: the first combination of readings in which all sides fit, else the first of all."""
        kept: tuple[Context, tuple[Side, ...]] | None = None
        failed: ReadingError | None = None
        asked: dict[str, int] = {}
        seen: set[tuple[tuple[str, int], ...]] = set()
        tried = 0
        again = True
        while again and tried < TRIES:
            again = False
            for policy in _policies(asked):
                key = tuple(sorted((k, v) for k, v in policy.items() if v))
                if key in seen:
                    continue
                seen.add(key)
                tried += 1
                ctx = Context(self.source, self.program, self.names, layers=dict(layers), policy=policy)
                before = {k: list(v) for k, v in self.names.rows.items()}, dict(self.names.typed)
                try:
                    sides = self.sides(statement, ctx)
                except ReadingError as error:
                    failed = failed or error
                    self._restore(*before)
                else:
                    if all(not s.clash for s in sides):
                        return self.made(ctx, sides)
                    kept = kept or (ctx, sides)
                    self._restore(*before)
                if set(ctx.asked) - set(asked):
                    asked = {**asked, **ctx.asked}
                    again = True
                    break
                if tried >= TRIES:
                    break
        if kept is None:
            assert failed is not None
            raise failed
        return self.made(*kept)

    def _restore(self, rows: dict[str, list[Row]], typed: dict[str, Row]) -> None:
        self.names.rows, self.names.typed = rows, typed
        self.names.__dict__.pop("heads", None)

    def made(self, ctx: Context, sides: tuple[Side, ...]) -> Claim:
        """The claim, over the program with what reading it added; later statements may use the names it defines."""
        added = {d.name for d in self.program.definitions}
        whole = replace(
            self.program,
            leaves=(*self.program.leaves, *(leaf for leaf in ctx.leaves if leaf.name not in self.program.leaf)),
            definitions=(*self.program.definitions, *(d for d in ctx.added if d.name not in added)),
        )
        self.program = whole
        for leaf in ctx.leaves:
            if leaf.name not in self.names.typed:
                self.names.enter(leaf.name, leaf.indices)
        notes = [_instance(ctx.layers)] if ctx.layers else []
        return Claim(whole, sides, "latex", (*notes, *ctx.notes))

    def sides(self, statement: Statement, ctx: Context) -> tuple[Side, ...]:
        """The sides of a statement, aligned."""
        trees = self._stepped([tree(self.source, side.pieces, self.names) for side in statement.sides], ctx)
        try:
            trees = self._update(statement, trees, ctx)
        except Clash as clash:
            return tuple(Side(self.source[s.position : s.end].strip(), s.position, clash=str(clash)) for s in statement.sides)
        self._bounds(trees, ctx)
        head, undefined = self._head(trees, ctx)
        for remark in statement.remarks:
            ctx.note(f"{self.source[remark.position : remark.end].strip()} says where an index runs; it runs over its whole axis")
        for _ in range(3):
            values = [undefined if undefined and not k else self._value(node, ctx, first=not k) for k, node in enumerate(trees)]
            if not self._settled(ctx):
                break
        else:
            raise ReadingError(
                self.source, "the range of an index letter cannot be told", "write it at an axis by itself", statement.position
            )
        texts = [(self.source[s.position : s.end].strip(), s.position) for s in statement.sides]
        if self.goal is not None and self.goal[0] is statement and (head is not None or len(trees) == 1):
            goal = self.goal[1]
            values, texts = [of_side(goal, ctx), *values[head is not None :]], [(goal.text, 0), *texts[head is not None :]]
        elif head is not None:
            ctx.note(f"{text_of(head, ctx)} is defined here")
        return aligned(values, texts, ctx)

    def _settled(self, ctx: Context) -> bool:
        """Give free letters the axes they were seen at; whether that changed any."""
        changed = False
        for letter, index in tuple(ctx.free.items()):
            waiting = index.size.single
            if isinstance(waiting, SizeSymbol) and waiting.name == f"?{letter}":
                size = ctx.sizes.pop(index, None)
                if size is None:
                    raise ReadingError(
                        self.source,
                        f"the range of the index {letter} cannot be told",
                        f"write {letter} at an axis by itself",
                        self._where(letter),
                    )
                ctx.free[letter] = ctx.fresh(letter, size)
                changed = True
        return changed

    def _where(self, letter: str) -> int:
        return max(self.source.find(letter), 0)

    def _bounds(self, trees: list[Node], ctx: Context) -> None:
        """Learn what the letters stand for that sums run to, before they are read elsewhere."""
        sums = [
            n for n in walk(tuple(trees)) if isinstance(n, Big) and isinstance(n.last, Symbol) and not self.names.declares(n.last.letter)
        ]
        said = dict(ctx.notes)
        for node in sums[:MOST_SUMS]:
            with suppress(ReadingError, Clash, Generic):
                value(node, ctx)
                self._settled(ctx)
        ctx.free.clear()
        ctx.sizes.clear()
        ctx.notes = said

    def _value(self, node: Node, ctx: Context, first: bool = False) -> Value | str:
        ctx.loss_letter = first and isinstance(node, Symbol | Product)
        try:
            return value(node, ctx)
        except Clash as clash:
            return str(clash)

    def _head(self, trees: list[Node], ctx: Context) -> tuple[Symbol | None, str]:
        """A statement whose left side is one undeclared symbol defines it; and why it does not, where no side of it fits."""
        head = self._new_symbol(trees, ctx)
        if head is None:
            return None, ""
        try:
            self._define(head, trees[1:], ctx)
        except Clash as clash:
            return head, str(clash)
        return head, ""

    def _new_symbol(self, trees: list[Node], ctx: Context) -> Symbol | None:
        """The left side, where it is one symbol that nobody declares."""
        head = trees[0]
        if not isinstance(head, Symbol) or len(trees) < 2 or head.primes or head.marked:
            return None
        if any(not r.layer or not head.above for r in self.names.letters_of(head.letter, head.accents)):
            return None
        if self.names.declares(head.letter) and not head.accents:
            return None
        if head.letter not in REDEFINED:
            try:
                value(head, ctx)
            except Undeclared as error:
                if error.position != head.position:
                    raise
            except (Clash, Generic):
                return None
            else:
                return None
        return head

    def _define(self, head: Symbol, others: list[Node], ctx: Context) -> None:
        """Enter a definition: its value is that of the first side that fits."""
        made: Value | None = None
        found: Value | str = ""
        for node in others:
            found = self._value(node, ctx)
            if self._settled(ctx):
                found = self._value(node, ctx)
            if isinstance(found, Value) and not found.any_size:
                made = found
                break
        if made is None:
            raise Clash(found if isinstance(found, str) else "the size of this cannot be told")
        places = tuple(c for c in cells(head.below) if text(c) in ctx.free)
        letters = tuple(ctx.free[text(c)] for c in places)
        body = made.entry(*map(Size.of, made.axes))
        strange = [i for i in free_indices(body) if i not in letters and i not in made.axes]
        if strange:
            raise ReadingError(self.source, f"the index {strange[0]} is on the right side only", "write it on the left too", head.position)
        name = self._fresh_name(head)
        indices = (*letters, *made.axes)
        ctx.added.append(Definition(name, indices, body))
        words = tuple(text(c) for c in cells(head.below) if c not in places)
        layer = text(unbracketed(scripts(head.above).rest)[0])
        self.names.add(Row(head.letter, head.accents, layer, (), words, name, indices))
        self.names.typed[name] = Row(name, (), "", (), (), name, indices)

    def _fresh_name(self, head: Symbol) -> str:
        shown = head.letter + "".join(head.accents) + text(head.above) + (f"_{text(head.below)}" if head.below else "")
        plain = "".join(c if c.isalnum() or c == "_" else "" for c in shown) or "defined"
        wish = plain if plain.isidentifier() else f"defined_{plain}"
        return next(n for n in (wish, *(f"{wish}_{k}" for k in range(1, 10_000))) if n not in self.names.typed)

    def _stepped(self, trees: list[Node], ctx: Context) -> list[Node]:
        """Marks of time on a parameter, w_{t+1} = w_t - ..., are marks of old and new."""
        left = trees[0]
        if not isinstance(left, Symbol) or len(trees) < 2:
            return trees
        letter = _time(left)
        plain = _without_time(left, letter, left)
        others = [n for n in walk(tuple(trees[1:])) if isinstance(n, Symbol) and n.letter == left.letter]
        before = any(_time(n) != letter or n.primes < left.primes for n in others)
        if not (letter or left.primes == 1) or not before or self._parameter(replace(plain, primes=0), ctx) is None:
            return trees
        if letter:
            ctx.note(f"{letter} counts the steps")
        return [replace(plain, primes=0, marked="new"), *(changed(node, lambda s: _without_time(s, letter, left)) for node in trees[1:])]

    def _update(self, statement: Statement, trees: list[Node], ctx: Context) -> list[Node]:
        """A statement about the value of a parameter after a step: its left side is that value."""
        left = trees[0]
        if len(trees) < 2 or not isinstance(left, Symbol):
            return trees
        relation = statement.sides[1].relation
        ctx.updating = relation in (":=", r"\leftarrow", "-=", "+=") or left.marked == "new"
        if left.marked:
            return trees
        at = self._parameter(left, ctx)
        if at is None:
            return trees
        if relation in ("-=", "+="):
            right = Sum((("+", left), (relation[0], Group(trees[1], left.position))), left.position)
            trees = [left, right, *trees[2:]]
        shown = text_of(left, ctx)
        if ctx.updating or _starts_with(trees[1], left, ctx):
            ctx.updating = True
            ctx.note(f"{shown} on the left is the value after the update")
            return [replace(left, marked="new"), *trees[1:]]
        if len(trees) == 2 and self._other_number(at, left, trees[1], ctx):
            ctx.note(f"{shown} has another value in the network, so that this is read as its value after the update")
            return [replace(left, marked="new"), *trees[1:]]
        return trees

    def _parameter(self, left: Symbol, ctx: Context) -> str | None:
        try:
            reading = read_symbol(left, ctx, scripts(left.above).rest)
        except Generic:
            raise
        if reading is None or reading.power:
            return None
        leaf = self.program.leaf.get(reading.row.name)
        return leaf.name if leaf is not None and leaf.role in PARAMETERS else None

    def _other_number(self, name: str, left: Symbol, right: Node, ctx: Context) -> bool:
        """Whether a parameter with a declared value is said to be another number."""
        shown = _constant(right)
        declared: object = self.program.values.get(name)
        if shown is None or declared is None:
            return False
        reading = read_symbol(left, ctx, scripts(left.above).rest)
        if reading is None:
            return False
        for at in located(left, reading, ctx).places:
            position = at.constant if at is not None else 0
            if isinstance(declared, list | tuple) and position is not None and position < len(declared):
                declared = declared[position]
        if not isinstance(declared, int | float | str | Fraction) or isinstance(declared, bool):
            return False
        exact, digits = shown
        return abs(Fraction(str(declared)) - exact) > Fraction(1, 2 * 10**digits)


def _time(symbol: Symbol) -> str:
    """The letter that counts steps in the scripts of a symbol such as w_{t+1} or w^{(k+1)}; empty where there is none."""
    for pieces in (*cells(symbol.below), symbol.above):
        letter, _, step = text(unbracketed(pieces)[0]).partition("+")
        if step == "1" and len(letter) == 1 and letter.isalpha():
            return letter
    return ""


def _without_time(symbol: Symbol, letter: str, left: Symbol) -> Symbol:
    """A symbol of the parameter without the mark of its step."""
    if symbol.letter != left.letter or not letter:
        return symbol
    counts = (letter, f"{letter}+1")
    above = () if text(unbracketed(symbol.above)[0]) in counts else symbol.above
    below = tuple(c for c in cells(symbol.below) if text(unbracketed(c)[0]) not in counts)
    joined = tuple(p for k, c in enumerate(below) for p in (*((Piece("sign", ",", c[0].position, c[0].position),) if k else ()), *c))
    newer = f"{letter}+1" in (text(unbracketed(symbol.above)[0]), *(text(unbracketed(c)[0]) for c in cells(symbol.below)))
    return replace(symbol, above=above, below=joined, marked="new" if newer else symbol.marked)


def _constant(node: Node) -> tuple[Fraction, int] | None:
    """A number and how many decimals it shows."""
    if isinstance(node, Sum) and len(node.terms) == 1 and node.terms[0][0] == "-":
        found = _constant(node.terms[0][1])
        return None if found is None else (-found[0], found[1])
    if isinstance(node, Negative):
        found = _constant(node.body)
        return None if found is None else (-found[0], found[1])
    if isinstance(node, Digits) and "e" not in node.digits.lower():
        return Fraction(node.digits), len(node.digits.partition(".")[2])
    return None


def _starts_with(node: Node, left: Symbol, ctx: Context) -> bool:
    """Whether a side is the left symbol and something added to it or taken from it."""
    if not isinstance(node, Sum) or len(node.terms) < 2 or node.terms[0][0] != "+":
        return False
    first = node.terms[0][1]
    if isinstance(first, Product) and len(first.factors) > 1:
        return False
    if not isinstance(first, Symbol) or first.marked == "new":
        return False
    same = located_symbol(replace(first, marked=""), ctx), located_symbol(left, ctx)
    return same[0] is not None and same[0] == same[1]


def _policies(asked: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """Every combination of readings, the usual ones first."""
    keys = list(asked)
    combinations = sorted(product(*(range(asked[k]) for k in keys)), key=lambda c: (sum(map(bool, c)), c))
    for combination in combinations:
        yield dict(zip(keys, combination, strict=True))


def _says(layers: Mapping[str, str]) -> str:
    return ", ".join(f"{letter or 'layer'} = {layer}" for letter, layer in layers.items())


def _instance(layers: Mapping[str, str]) -> str:
    shown = [
        f"{letter} marks the layer, here {layer}" if letter else f"letters without a layer mark are of layer {layer}"
        for letter, layer in layers.items()
    ]
    return "; ".join(shown)


def aligned(values: list[Value | str], texts: list[tuple[str, int]], ctx: Context) -> tuple[Side, ...]:
    """Values as sides at common indices: free letters first, then the axes of the first side that has any."""
    reference = next((v for v in values if isinstance(v, Value) and (v.rank or not _constant_value(v)) and not v.any_size), None)
    if reference is None:
        reference = next((v for v in values if isinstance(v, Value)), None)
    axes = _own_axes(reference, ctx) if reference is not None else ()
    bodies = [_fitted(v, reference, axes, ctx) for v in values]
    read = dict.fromkeys(i for b in bodies if isinstance(b, Term) for i in free_indices(b))
    letters = tuple(i for i in ctx.free.values() if i in read)
    indices = (*letters, *axes)
    made = []
    for (shown, position), body in zip(texts, bodies, strict=True):
        if isinstance(body, str):
            made.append(Side(shown, position, indices, None, body))
        else:
            made.append(Side(shown, position, indices, body))
    return tuple(made)


def of_side(side: Side, ctx: Context) -> Value:
    """A side as an array."""
    body = side.body
    assert body is not None
    found = squeezed(side.indices, lambda *places: substitute(body, dict(zip(side.indices, places, strict=True))))
    return replace(found, row=True) if found.rank == len(side.indices) == 1 and row_vectors(ctx.program) else found


def _constant_value(found: Value) -> bool:
    """Whether a value is a number written out, which every entry may equal."""
    if found.rank or found.any_size:
        return False
    term = found.entry()
    return isinstance(term, Num) or (isinstance(term, Mul) and all(isinstance(a, Num) for a in term.args))


def _own_axes(found: Value, ctx: Context) -> tuple[Index, ...]:
    """The axes of a value, told apart from each other and from the free letters."""
    used = {(i.name, i.mark) for i in ctx.free.values()}
    own: list[Index] = []
    for axis in found.axes:
        mark = axis.mark
        index = Index(axis.name, axis.size, mark) if (axis.name, mark) not in used else ctx.fresh(axis.name, axis.size)
        used.add((index.name, index.mark))
        own.append(index)
    return tuple(own)


def _fitted(found: Value | str, reference: Value | None, axes: tuple[Index, ...], ctx: Context) -> Term | str:
    """The entry of a value at the common axes, or what does not fit."""
    if isinstance(found, str) or reference is None:
        return found if isinstance(found, str) else ""
    places = tuple(map(Size.of, axes))
    if found.any_size:
        return _renamed(found.entry(*places), axes) if axes else "the size of this cannot be told"
    if not found.rank and axes and _constant_value(found):
        ctx.note("a number beside an array is meant for every entry")
        return found.entry()
    if found.shape != reference.shape:
        return f"this is {found.says}, and the other side {reference.says}"
    if found.rank == 1 and found.row != reference.row:
        if found.fixed or reference.fixed:
            return f"this is {found.says}, and the other side {reference.says}"
        ctx.note("a row and a column of one length are compared entry by entry")
    return _renamed(found.entry(*places), axes)


def _renamed(body: Term, axes: tuple[Index, ...]) -> Term:
    """A body whose binders look like none of the free indices."""
    return substitute(body, {}, axes) if axes and binders(body) else body


__all__ = ["read_published"]
