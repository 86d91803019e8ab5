"""LaTeX as published, read as claims over a program whose declared names are its symbol table.

Tokens (`published_tokens`), grammar (`published_grammar`), names (`published_names`, `published_symbols`), arrays
(`published_values`, `published_meaning`) and statements (here). What can be read in more than one way is read in the first way in
which all sides have one shape, and every such choice is said. Free index letters mean the same index on all sides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice, product

from symback.algebra.terms import ZERO
from symback.errors import ReadingError
from symback.network.program import Program
from symback.reading import published_cells, published_functions, published_products, published_sums
from symback.reading.published_accents import are_adjoints
from symback.reading.published_conditions import restricted
from symback.reading.published_context import Clash, Context, Undeclared, Unsized
from symback.reading.published_definitions import head_of, learn_bounds, marked_below, of_other_case, settled, value_or_clash
from symback.reading.published_forms import varying
from symback.reading.published_functions import asks
from symback.reading.published_grammar import tree
from symback.reading.published_names import Generic, Names, Row
from symback.reading.published_nodes import Node, Symbol, walk
from symback.reading.published_places import text_of
from symback.reading.published_sides import aligned, of_side
from symback.reading.published_statements import Statement, accumulated, statements
from symback.reading.published_tokens import pieces_of
from symback.reading.published_updates import after_update, stepped
from symback.reading.published_values import number
from symback.reading.sides import Claim, Side

QUOTED = 200
"""How much of a text an error quotes."""


MEANINGS = (published_cells, published_functions, published_products, published_sums)
"""The modules that say what the nodes of the syntax mean, beside `published_meaning`."""
MOST_LAYERS = 200
"""For how many layers a statement with a letter for the layer is read."""
MEANT = (
    "matrices ", "a dot between", "square of a matrix", "bars around", "products between", "products beside",
    "⊗ between", "the size of the identity", "vec", "a reduction of", "a slash before",
)  # fmt: skip
"""Signs that mean one thing or another: where a claim is wrong in the first reading, the others are tried, too."""
MOST_OTHERS = 12
"""How many other readings of a statement are tried before it is said to be wrong."""
TRIES = 48
"""How many combinations of readings of a statement are tried before the first one is kept."""


def read_published(program: Program, source: str, goal: Side | None = None) -> tuple[Claim, ...]:
    r"""The claims that a LaTeX text makes over a program, in order; a text without a relation is a claim of one side.

    ``goal`` is the left side that is meant where the last statement has none, or has a name that only this text uses. The sides of a
    claim share their indices: first those of free index letters, then the axes of the first side that has any; axes of one entry
    are left out. Raises ReadingError with a position where the text cannot be read.

    >>> from symback.algebra.definitions import Definition
    >>> from symback.algebra.terms import ref
    >>> from symback.network.program import Leaf
    >>> net = Program("net", (Leaf("p"), Leaf("y")), (Definition("L", (), (ref("p") - ref("y")) ** 2),), ("L",))
    >>> [side.body for side in read_published(net, r"\frac{\partial L}{\partial p} = 2(p - y)")[0].sides]
    [dL/dp, 2*(p + -1*y)]
    """
    try:
        names = Names(program)
        found = accumulated(statements(source, pieces_of(source), names))
        if not found:
            raise ReadingError(source, "this says nothing", "write a formula", 0)
        trees = [[tree(source, s.pieces, names) for s in statement.sides] for statement in found]
        asked = None if goal is None else (_asked(found, trees, names), goal)
        return _Text(source, program, names, asked, are_adjoints(trees, names)).all(found)
    except ReadingError as error:
        raise in_one_line(error) from None
    except RecursionError:
        raise ReadingError(source[:60], "this is too long a product or nested too deeply", "give it in parts", 0) from None


def _asked(found: tuple[Statement, ...], trees: list[list[Node]], names: Names) -> Statement:
    """The statement that answers what is asked: the last one, but for definitions of what stands before them, where S = sign(Y)."""
    for k in range(len(found) - 1, 0, -1):
        head = trees[k][0]
        before = {n.letter for sides in trees[:k] for n in walk(tuple(sides)) if isinstance(n, Symbol)}
        if not (isinstance(head, Symbol) and len(trees[k]) > 1 and head.letter in before and not names.declares(head.letter)):
            return found[k]
    return found[0]


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
    bars: bool = False

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
        if not isinstance(head, Symbol):
            return False
        if not self.names.letters_of(head.letter, head.accents):
            return True
        return of_other_case(head, [tree(self.source, s.pieces, self.names) for s in statement.sides[1:]], self.names)

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
                if len(open_layers) > MOST_LAYERS:
                    raise ReadingError(self.source, "too many layers are meant", "mark the layers", statement.position) from None
                open_layers += [{**layers, generic.letter: layer} for layer in generic.layers]
            except Undeclared as error:
                if not layers:
                    raise
                errors.append(error)
                skipped.append(_says_layers(layers))
        if not claims:
            raise errors[0]
        fitting = [c for c in claims if not any(s.clash for s in c.sides)]
        if bare and fitting and len(fitting) < len(claims):
            skipped += [c.choices[0] for c in claims if c not in fitting]
            claims = fitting
        if bare and not fitting and len(statement.sides) > 1 and len(statement.sides[0].pieces) == 1:
            with suppress(Generic):
                return (self.claim(statement, {}, new=True),)
        if skipped:
            note = f"left out, because not all names are declared there or the sizes differ: {', '.join(skipped)}"
            claims = [replace(c, choices=(*c.choices, note)) for c in claims]
        return tuple(claims)

    def claim(self, statement: Statement, layers: Mapping[str, str], new: bool = False) -> Claim:
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
                ctx = Context(self.source, self.program, self.names, layers=dict(layers), policy=policy, new=new, bars=self.bars)
                before = {k: list(v) for k, v in self.names.rows.items()}, dict(self.names.typed)
                try:
                    sides = self.sides(statement, ctx)
                except ReadingError as error:
                    failed = error if isinstance(error, Unsized) else failed or error
                    self._restore(*before)
                else:
                    if all(not s.clash for s in sides):
                        others = partial(self._copy(*before).others, statement, layers, policy, dict(ctx.asked))
                        return replace(self.made(ctx, sides), others=others)
                    kept = kept or (ctx, sides)
                    self._restore(*before)
                if set(ctx.asked) - set(asked):
                    asked = {**asked, **ctx.asked}
                    again = True
                    break
                if tried >= TRIES:
                    break
        if failed is not None and (kept is None or isinstance(failed, Unsized)):
            raise failed
        assert kept is not None
        return self.made(*kept)

    def others(
        self, statement: Statement, layers: Mapping[str, str], first: Mapping[str, int], asked: Mapping[str, int]
    ) -> Iterator[Claim]:
        """A statement in other readings of its signs, those in which all sides fit; the first reading was another one."""
        open_keys = {k: n for k, n in asked.items() if k.startswith(MEANT)}
        for choice in islice(_policies(open_keys), MOST_OTHERS) if open_keys else ():
            policy = {**first, **choice}
            if any(policy.get(k, 0) != first.get(k, 0) for k in open_keys):
                text = self._copy(self.names.rows, self.names.typed)
                ctx = Context(self.source, self.program, text.names, layers=dict(layers), policy=policy, bars=self.bars)
                with suppress(ReadingError, Generic):
                    sides = text.sides(statement, ctx)
                    if all(not s.clash for s in sides):
                        yield text.made(ctx, sides)

    def _copy(self, rows: Mapping[str, list[Row]], typed: Mapping[str, Row]) -> _Text:
        """The text with names of its own, which what is read in it does not add to these."""
        names = copy(self.names)
        names.__dict__.pop("heads", None)
        names.rows, names.typed = {k: list(v) for k, v in rows.items()}, dict(typed)
        return _Text(self.source, self.program, names, self.goal, self.bars)

    def _restore(self, rows: dict[str, list[Row]], typed: dict[str, Row]) -> None:
        self.names.rows, self.names.typed = rows, typed
        self.names.__dict__.pop("heads", None)

    def made(self, ctx: Context, sides: tuple[Side, ...]) -> Claim:
        """The claim, over the program with what reading it added; later statements may use the names it defines."""
        added = {d.name for d in self.program.definitions}
        leaves = (*ctx.leaves, *ctx.directions)
        whole = replace(
            self.program,
            leaves=(*self.program.leaves, *(leaf for leaf in leaves if leaf.name not in self.program.leaf)),
            definitions=(*self.program.definitions, *(d for d in ctx.added if d.name not in added)),
        )
        self.program = whole
        for leaf in ctx.leaves:
            if leaf.name not in self.names.typed:
                self.names.enter(leaf.name, leaf.indices)
        notes = [_instance(ctx.layers)] if ctx.layers else []
        return Claim(whole, sides, "latex", (*notes, *ctx.notes), tuple(ctx.assumed))

    def sides(self, statement: Statement, ctx: Context) -> tuple[Side, ...]:
        """The sides of a statement, aligned."""
        trees = [tree(self.source, side.pieces, self.names) for side in statement.sides]
        ctx.lower = marked_below(trees, ctx)
        try:
            trees = trees if ctx.new else after_update(statement, stepped(trees, ctx), ctx)
        except Clash as clash:
            return tuple(Side(self.source[s.position : s.end].strip(), s.position, clash=str(clash)) for s in statement.sides)
        learn_bounds(trees, ctx)
        ctx.varying = varying(trees, ctx)
        if ctx.varying:
            ctx.note(
                f"a statement about differentials, in which {' and '.join(ctx.varying)} var{'y' if len(ctx.varying) > 1 else 'ies'} and nothing else"
            )
        open_goal = self.goal is not None and self.goal[0] is statement and len(trees) > 1 and asks(trees[0], self.goal[1], ctx)
        head, undefined = (None, "") if open_goal else head_of(trees, ctx)
        for remark in statement.remarks:
            ctx.note(f"{self.source[remark.position : remark.end].strip()} says where an index runs; it runs over its whole axis")
        said = dict(ctx.notes)
        for _ in range(3):
            ctx.notes = dict(said)
            said_sides = [undefined] if undefined else [number(ZERO)] if open_goal else []
            values = [*said_sides, *(value_or_clash(node, ctx, first=not k) for k, node in enumerate(trees) if k >= len(said_sides))]
            if not settled(ctx):
                break
        else:
            raise ReadingError(
                self.source, "the range of an index letter cannot be told", "write it at an axis by itself", statement.position
            )
        texts = [(self.source[s.position : s.end].strip(), s.position) for s in statement.sides]
        if self.goal is not None and self.goal[0] is statement and (open_goal or head is not None or len(trees) == 1):
            goal, named = self.goal[1], open_goal or head is not None
            values, texts = [of_side(goal, ctx), *values[named:]], [(goal.text, 0), *texts[named:]]
        elif head is not None:
            ctx.note(f"{text_of(head, ctx)} is defined here")
        sides = aligned(restricted(values, statement.conditions, ctx), texts, ctx)
        nears = [s.relation == r"\approx" for s in statement.sides][-len(sides) :]
        return (*sides[: -len(nears)], *(replace(s, near=near) if near else s for s, near in zip(sides[-len(nears) :], nears, strict=True)))


def _policies(asked: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """Every combination of readings, the usual ones first."""
    keys = list(asked)
    combinations = sorted(product(*(range(asked[k]) for k in keys)), key=lambda c: (sum(map(bool, c)), c))
    for combination in combinations:
        yield dict(zip(keys, combination, strict=True))


def _says_layers(layers: Mapping[str, str]) -> str:
    return ", ".join(f"{letter or 'layer'} = {layer}" for letter, layer in layers.items())


def _instance(layers: Mapping[str, str]) -> str:
    shown = [
        f"{letter} marks the layer, here {layer}" if letter else f"letters without a layer mark are of layer {layer}"
        for letter, layer in layers.items()
    ]
    return "; ".join(shown)
