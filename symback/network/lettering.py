"""Names as boxes: which letter, layer and units each name of a program is drawn with in a style, without collisions.

One table per program and style, shared by writing and reading, so that a drawn name means exactly one declared name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import chain
from typing import Literal

from symback.algebra.operations import OPERATIONS, Operation
from symback.algebra.sizes import Index
from symback.algebra.terms import Name, Partial
from symback.errors import NotationError
from symback.network.program import Program, Spelling
from symback.network.weights import destination
from symback.typeset.boxes import Box, Derivative, Named, Word
from symback.typeset.latex import superscript, units
from symback.typeset.letters import NAMES, SIGNS, letter_latex
from symback.typeset.style import Style

Mark = Literal["∂", "d"]
RESERVED = ("e", "pi")
"""Letters that stand for a number in typeset markup: a user's name of that spelling is drawn upright."""


@dataclass(frozen=True, eq=False)
class Lettering:
    """How the names of one program are written in one style."""

    program: Program
    style: Style
    drawn: dict[str, Name] = field(init=False, default_factory=dict)
    boxes: dict[Name, Named] = field(init=False, default_factory=dict)
    typed: dict[str, Name] = field(init=False, default_factory=dict)
    small: dict[Name, str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        declared = [n for n in self.names if isinstance(n, str)]
        shared = {self._spelling(n).letter for n in declared if self._spelling(n).layer}
        for declaration in declared:
            self._enter(declaration, self._declared(declaration, shared))
        for name in self.names:
            if isinstance(name, Partial):
                self._shorten(name)
        if self.style.entries == "small":
            for name, box in tuple(self.boxes.items()):
                self._entries(name, box)

    @cached_property
    def names(self) -> tuple[Name, ...]:
        """Every name of the program: leaves, definitions, and what the definitions read."""
        found: dict[Name, None] = dict.fromkeys(leaf.name for leaf in self.program.leaves)
        for definition in self.program.definitions:
            found.update(dict.fromkeys((definition.name, *definition.reads)))
        for name in tuple(found):
            found.update(dict.fromkeys(_parts(name)))
        return tuple(found)

    @cached_property
    def losses(self) -> tuple[Name, ...]:
        """The names whose adjoints the program holds, or else its results."""
        found = dict.fromkeys(n.of for n in self.names if isinstance(n, Partial) and not n.local)
        return tuple(found) or self.program.results

    @cached_property
    def weights(self) -> frozenset[Name]:
        """The names that carry a weight's two subscripts: weights and their adjoints."""
        own = [leaf.name for leaf in self.program.leaves if leaf.role == "weight" and len(leaf.indices) == 2]
        return frozenset(own)

    def _spelling(self, name: str) -> Spelling:
        return self.program.spellings.get(name) or Spelling(name)

    @cached_property
    def relettered(self) -> Mapping[str, str]:
        """The names for which the style has a letter of its own, where that letter is free."""
        declared = [n for n in self.names if isinstance(n, str)]
        wanted = letters_of(self.program, self.style, self.losses)
        taken = {letter_latex(self._spelling(n).letter) for n in declared if n not in wanted} | set(declared)
        return {n: letter for n, letter in wanted.items() if letter_latex(letter) not in taken and letter not in taken}

    def _declared(self, name: str, shared: set[str]) -> Named:
        s = self._spelling(name)
        if name in self.relettered:
            letter = self.relettered[name]
            return Named("_".join((letter, "".join(s.units))) if s.units else letter, letter, "", s.units, mark=self.style.layer_mark)
        layer, unit = ("", (*((s.layer,) if s.layer else ()), *s.units)) if s.flat else (s.layer, s.units)
        if s.ends and self.style.weight_order not in ("row-column", s.ends):
            unit = (*unit[:-2], unit[-1], unit[-2])
        exposed = s.letter in shared and not layer and self.style.layer_mark != "plain"
        box = Named(name, s.letter, layer, unit, mark=self.style.layer_mark, exposed=exposed)
        reserved = not layer and not unit and NAMES.get(s.letter, s.letter) in RESERVED
        return replace(box, verbatim=reserved or name in OPERATIONS or signature(box) in self.drawn)

    def _enter(self, name: Name, box: Named) -> None:
        self.drawn[signature(box)] = name
        self.boxes[name] = box
        self.typed[box.typed] = name

    def _shorten(self, name: Partial) -> None:
        """The style's shorthand for an adjoint of the only loss, where it is free."""
        base = self.boxes.get(name.by)
        if name.local or base is None or len(self.losses) != 1 or not isinstance(name.of, str) or base.verbatim:
            return
        if self.style.derivative == "dz" and not self.declares("d"):
            box = replace(base, typed=f"d{base.typed}", prefix="d")
        elif self.style.derivative == "delta" and base.letter == "z":
            box = replace(base, typed=f"δ{base.typed.removeprefix(base.letter)}", letter="delta")
        else:
            return
        if box.typed not in self.typed and signature(box) not in self.drawn:
            self._enter(name, box)

    def _entries(self, name: Name, box: Named) -> None:
        """A small letter for the entries of a weight with a capital one, where that cannot be taken for another name."""
        by = name.by if isinstance(name, Partial) else name
        drawn = signature(replace(box, letter=box.letter.lower()))
        if by in self.weights and len(box.letter) == 1 and not box.verbatim and drawn not in self.drawn:
            self.small[name] = box.letter.lower()
            self.drawn[drawn] = name

    @cached_property
    def letters(self) -> frozenset[str]:
        """The letters that names are drawn with, as LaTeX."""
        return frozenset(letter_latex(box.letter) for box in self.boxes.values() if not box.verbatim)

    @cached_property
    def heads(self) -> frozenset[str]:
        """What drawn names begin with, as LaTeX: letters, upright words, ``d`` and a letter."""
        return frozenset(key.partition("|")[0] for key in self.drawn)

    @cached_property
    def words(self) -> Mapping[str, Word]:
        """How each operation is written: by its sign, or by its name where the program declares that sign or letter."""
        return {row.name: self._word(row) for row in OPERATIONS.values()}

    def _word(self, row: Operation) -> Word:
        text = row.text if row.text and row.text not in self.typed else row.name
        return Word(text, rf"\operatorname{{{row.name}}}" if row.latex in self.letters else row.latex)

    @cached_property
    def taken(self) -> frozenset[str]:
        """What an index letter must not look like: names, letters of names, sizes."""
        letters = [*(box.letter for box in self.boxes.values()), *self.small.values()]
        sizes = [s for n in self.names if isinstance(n, str) for i in self.axes(n, 0) for s in i.size.symbols]
        bound = [f"{word}_" for word in ("max", "min", "mean")]
        marked = [t.removeprefix(w) for t in self.typed for w in bound if t.startswith(w)]
        return frozenset([*self.typed, *letters, *sizes, *marked, *self.program.sizes, "e", "d"])

    def declares(self, letter: str) -> bool:
        """Whether a name of the program is typed or drawn as this letter."""
        return letter in self.typed or letter_latex(letter) in self.letters

    def axes(self, name: Name, places: int) -> tuple[Index, ...]:
        """The indices of a name; those of a derivative nobody defined follow from its parts.

        ``places`` is how many it is read at, which tells whether the result's indices come first.
        """
        try:
            return self.program.indices(name)
        except KeyError:
            if not isinstance(name, Partial):
                raise
            by = self.axes(name.by, 0)
            return by if places == len(by) and not name.local else (*self.axes(name.of, 0), *by)

    def box(self, name: Name, places: tuple[Box, ...] = ()) -> Box:
        """A name read at places."""
        own = self.boxes.get(name)
        if own is not None:
            letter = self.small.get(name, own.letter) if places else own.letter
            return replace(own, letter=letter, places=places, drawn=self.order(name, len(places)))
        if not isinstance(name, Partial):
            raise NotationError("", f"{name} is no name of {self.program.name}", "declare it or define it")
        top, bottoms = _chain(name)
        ranks = [self._rank(top, len(places), bottoms), *(len(self.axes(b, 0)) for b in bottoms)]
        if not places:
            ranks = [0] * len(ranks)
        cuts = [sum(ranks[:n]) for n in range(len(ranks) + 1)]
        boxes = [self.box(n, places[a:b]) for n, a, b in zip((top, *bottoms), cuts, cuts[1:], strict=False)]
        return Derivative(self.mark(name), boxes[0], tuple(boxes[1:]))

    @property
    def rate(self) -> Box:
        """The learning rate: as it is declared, else by the style's letter, else by its name where that letter is taken."""
        letter = sign_of(self.style.rate or "eta")
        if "rate" in self.boxes:
            return self.box("rate")
        return (
            Word("rate", r"\mathrm{rate}")
            if self.declares(NAMES.get(letter, letter)) or self.declares(letter)
            else Word(letter, letter_latex(letter))
        )

    def _rank(self, top: Name, places: int, bottoms: tuple[Name, ...]) -> int:
        return max(places - sum(len(self.axes(b, 0)) for b in bottoms), 0)

    def order(self, name: Name, places: int) -> tuple[int, ...]:
        """The order in which typeset markup shows the places of a name (empty: as stored)."""
        by = name.by if isinstance(name, Partial) else name
        if places != 2 or by not in self.weights or self.style.weight_order == "row-column":
            return ()
        first = self.destinations[by] if self.style.weight_order == "destination-source" else 1 - self.destinations[by]
        return (1, 0) if first == 1 else ()

    @cached_property
    def destinations(self) -> Mapping[Name, int]:
        """Which place of each weight is its destination; the row, where nothing says so."""
        return {name: destination(self.program, name) or 0 for name in self.weights}

    def mark(self, name: Partial) -> Mark:
        """The sign of a derivative: the style's own where reading it back gives the same name, else the other one."""
        own: Mark = "d" if self.style.derivative == "d" else "∂"
        other: Mark = "∂" if own == "d" else "d"
        return own if self.resolve(own, name.of, (name.by,)) == name else other

    def resolve(self, mark: Mark, top: Name, bottoms: tuple[Name, ...]) -> Name:
        """The name that a derivative written with a sign means."""
        name = top
        for by in bottoms:
            name = Partial(name, by, local=self._means_local(mark, name, by))
        return name

    def _means_local(self, mark: Mark, of: Name, by: Name) -> bool:
        """What a sign means: where a name has both derivatives, d is the total one and ∂ the one with all between held fixed."""
        if Partial(of, by) in self.names and Partial(of, by, True) in self.names:
            return mark == "∂"
        usual = mark == ("d" if self.style.derivative == "d" else "∂")
        return self._usually_local(of, by) is usual

    def _usually_local(self, of: Name, by: Name) -> bool:
        if isinstance(of, Partial) or Partial(of, by) in self.names:
            return False
        return Partial(of, by, True) in self.names or of not in self.losses


def sign_of(letter: str) -> str:
    """A letter by its sign.

    >>> sign_of("alpha"), sign_of("a")
    ('α', 'a')
    """
    return SIGNS.get(letter, letter)


def letters_of(program: Program, style: Style, losses: tuple[Name, ...]) -> Mapping[str, str]:
    """The letters of a style by the names they stand for: the loss, its only target, the only prediction it reads, the rate.

    Entries of one array count as one.
    """
    found: dict[str, str] = {}
    loss = losses[0] if len(losses) == 1 else None
    definition = program.definition.get(loss) if loss is not None else None
    if style.loss and isinstance(loss, str):
        found[loss] = style.loss
    targets = [leaf.name for leaf in program.leaves if leaf.role == "target"]
    reads = [n for n in definition.reads if isinstance(n, str) and n in program.definition] if definition is not None else []
    for letter, names in ((style.target, targets), (style.prediction, reads)):
        spellings = [program.spellings.get(n) or Spelling(n) for n in names]
        if letter and len({(s.letter, s.layer) for s in spellings}) == 1:
            found.update(dict.fromkeys(names, letter))
    if style.rate and "rate" in program.leaf and program.leaf["rate"].role == "constant":
        found["rate"] = style.rate
    return found


def _parts(name: Name) -> Iterator[Name]:
    if isinstance(name, Partial):
        for part in (name.of, name.by):
            yield part
            yield from _parts(part)


def _chain(name: Partial) -> tuple[Name, tuple[Name, ...]]:
    """A derivative of derivatives as the first function and all it was derived by."""
    if isinstance(name.of, Partial) and not name.of.local and not name.local:
        top, bottoms = _chain(name.of)
        return top, (*bottoms, name.by)
    return name.of, (name.by,)


def signature(box: Named) -> str:
    """What a drawn name looks like, its places left out: equal signatures cannot be told apart.

    >>> signature(Named("h2_1", "h", "2", ("1",)))
    'h|2|1'
    """
    letter = letter_latex(box.typed, upright=True) if box.verbatim else letter_latex(box.letter)
    return ("d" if box.prefix else "") + "|".join((letter, superscript(box), units(box)))


@lru_cache(maxsize=64)
def _cached(key: _Key) -> Lettering:
    return Lettering(key.program, key.style)


@dataclass(frozen=True, eq=False)
class _Key:
    """A program and a style, compared by identity of the program (programs are large)."""

    program: Program
    style: Style

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.program is other.program and self.style == other.style

    def __hash__(self) -> int:
        return hash((id(self.program), self.style))


def lettering(program: Program, style: Style) -> Lettering:
    """The table of a program's names in a style (made once)."""
    return _cached(_Key(program, style))


def letters_for(indices: Iterable[Index], taken: Collection[str], pool: tuple[str, ...], visible: Collection[str] = ()) -> dict[Index, str]:
    """A letter for each index: its own where that is one free letter, else the next of the pool.

    >>> i = Index("i", "n")
    >>> letters_for([i, Index("i", "n", 1)], ["j"], ("i", "j", "k"))
    {i: 'i', i': 'k'}
    """
    chosen: dict[Index, str] = {}
    for index in indices:
        own = [index.name] if len(index.name) == 1 and index.name.isalpha() else []
        numbered = (f"{letter}{n}" for n in range(1, 100) for letter in pool)
        chosen[index] = next(c for c in chain(own, pool, numbered) if c not in taken and c not in visible and c not in chosen.values())
    return chosen


__all__ = ["Lettering", "lettering", "letters_for", "signature"]
