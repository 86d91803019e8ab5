"""The catalogue as a reference sheet: every formula derived anew, its evidence as it was stored beside that very formula."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Size
from symback.algebra.terms import Name, Partial
from symback.catalogue.derived import Entry, entry
from symback.catalogue.spelling import words
from symback.catalogue.view import EntryView, Gradient
from symback.errors import SymbackError
from symback.network.lettering import Lettering, lettering
from symback.network.program import Program
from symback.notation.index import scope_of, size_box
from symback.notation.write import equation, equation_text
from symback.sheets.conventions import SIGNS
from symback.sheets.engines import by_typst
from symback.sheets.files import write_file
from symback.sheets.prose import prose
from symback.sheets.records import Math, Prose
from symback.sheets.setting import TIMES
from symback.sheets.templates import MARKUPS, rendered
from symback.sheets.write import Written
from symback.typeset.boxes import Fence, Relation, Sum
from symback.typeset.style import Style

TEMPLATE, TITLE = "reference", "Gradients of the field"
STYLE = Style(derivative="dz")
"""dx for ∂L/∂x: a sheet of hundreds of formulas has no room for fractions that say the same every time."""

TOPICS: Mapping[str, str] = {
    "linear": "Layers", "activation": "Activations", "norm": "Normalisation", "attention": "Attention", "gates": "Gates and residuals",
    "blocks": "Cells and blocks", "classification": "Losses of classes", "regression": "Losses of numbers", "metric": "Losses of pairs",
    "preference": "Losses of preferences", "generative": "Losses of generative models", "penalty": "Penalties", "models": "Whole models",
    "arrays": "Scalars and arrays of vectors and matrices",
}  # fmt: skip
"""What each group is called, in the order of the sheet."""

MANY = 40
"""From this many entries on a sheet has an index."""

LONG = 40
"""A longer condition that something is not 0 is said of the denominators at large."""


@dataclass(frozen=True, slots=True)
class Formula:
    """An equation, the word for its evidence where it is not the word of the entry, and under what it holds."""

    math: Math
    verdict: str = ""
    conditions: tuple[Prose, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """An entry: its names, the shapes of its symbols, the definition and the gradients by every argument."""

    key: str
    title: str
    verdict: str
    shapes: tuple[Prose, ...]
    forward: tuple[Math, ...]
    gradients: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Entries of one topic."""

    key: str
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A name in the index and the entry it leads to."""

    name: str
    key: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A whole reference sheet; the index in parts that begin with one letter each."""

    title: str
    subtitle: str
    conventions: tuple[Prose, ...]
    groups: tuple[Group, ...]
    index: tuple[tuple[str, tuple[Named, ...]], ...]


def write_reference(entries: Sequence[EntryView], path: Path, title: str = TITLE, version: str = "") -> Written:
    """Write entries as a reference sheet; the suffix chooses the form, and a PDF needs nothing beyond pip.

    Raises SymbackError for an unknown suffix, a place that cannot be written, and where what is derived is not what was verified.
    """
    forms = (".pdf", *MARKUPS)
    if path.suffix not in forms:
        raise SymbackError(str(path), f"the suffix is {path.suffix or 'missing'}", f"name a file that ends in {', '.join(forms)}")
    record = reference(entries, title, version)
    if path.suffix != ".pdf":
        write_file(path, rendered(record, path.suffix, TEMPLATE))
        return Written((path,), "jinja2", f"{len(entries)} entries as {MARKUPS[path.suffix].name} source")
    made = by_typst(rendered(record, ".typ", TEMPLATE))
    write_file(path, made.content)
    return Written((path,), made.engine, f"{len(entries)} entries, PDF by {made.engine}")


def reference(entries: Sequence[EntryView], title: str, version: str = "") -> Reference:
    """Entries as a record of strings, by topic."""
    order = list(TOPICS)
    by_topic = sorted(entries, key=lambda e: order.index(e.topic))
    groups = tuple(Group(topic, TOPICS[topic], tuple(map(item, own))) for topic, own in groupby(by_topic, key=lambda e: e.topic))
    gradients = sum(len(e.stored["gradients"]) for e in entries)
    made = f"{len(entries)} entries with {gradients} gradients, derived and verified by symback {version}".rstrip()
    return Reference(title, made, tuple(_conventions(groups)), groups, tuple(_index(entries)) if len(entries) >= MANY else ())


# entries


def item(view: EntryView) -> Item:
    """One entry, derived anew."""
    found = entry(view.key)
    program = found.core.printing_program
    gradients = {view.asked: view.gradient()} if view.asked else view.gradients
    verdict = min((g.verdict for g in gradients.values()), key=WORDS.index)
    lines = [found.program.definition[name] for name in found.row.defined]
    before = found.helpers(tuple(lines))
    forward = tuple(_equation(line, program) for line in (*before, *lines))
    shown = tuple(_gradients(found, gradients, verdict, {line.name: None for line in before}))
    return Item(view.key, view.title, verdict, tuple(_shapes(view, program)), forward, shown)


def _gradients(found: Entry, gradients: Mapping[str, Gradient], verdict: str, seen: dict[Name, None]) -> Iterator[Formula]:
    """The gradients, each after the lines it reads; what several read stands once, and so does what a line takes for granted."""
    program = found.core.printing_program
    table = lettering(program, STYLE)
    for name, stored in gradients.items():
        *before, last = found.lines(name)
        if equation_text(last, program) != stored.text():
            raise SymbackError(f"{found.row.name} by {name}", "what is derived is not what was verified", "run tools/build_catalogue.py")
        said: dict[str, None] = {}
        for line in (*found.helpers((*before, last)), *before):
            own = _facts(found, line)
            said.update(dict.fromkeys(own))
            if line.name not in seen:
                yield Formula(_equation(line, program), "", _conditions(own, table))
            seen[line.name] = None
        held = _conditions([c for c in stored.conditions if c not in said], table)
        word = "" if stored.verdict == verdict else stored.verdict
        if last.name not in seen or held or word:
            yield Formula(_equation(last, program), word, held)
        seen[last.name] = None


def _facts(found: Entry, line: Definition) -> list[str]:
    """The declared facts that a line uses itself."""
    steps = found.core.printed[line.name.by].steps if isinstance(line.name, Partial) else ()
    return [fact.says(str(of)) for step in steps for of, fact in step.facts]


def _conditions(says: Iterable[str], table: Lettering) -> tuple[Prose, ...]:
    return tuple(dict.fromkeys(_condition(c, table) for c in says))


def _equation(line: Definition, program: Program) -> Math:
    return Math.of(equation(line, program, STYLE))


def _condition(says: str, table: Lettering) -> Prose:
    return ("no denominator is 0",) if says.endswith(" ≠ 0") and len(says) > LONG else _with_names(says, table)


def _with_names(says: str, table: Lettering) -> Prose:
    return prose(says, {leaf.name: Math.of(table.box(leaf.name)) for leaf in table.program.leaves})


def _shapes(view: EntryView, program: Program) -> Iterator[Prose]:
    """``W, V: m × n`` for symbols of one shape together, then what is declared of them."""
    table = lettering(program, STYLE)
    leaves = [leaf for leaf in program.leaves if leaf.name in {s["name"] for s in view.symbols}]
    for sizes in dict.fromkeys(tuple(i.size for i in leaf.indices) for leaf in leaves):
        alike = [leaf for leaf in leaves if tuple(i.size for i in leaf.indices) == sizes]
        named = [Math.of(table.box(leaf.name)) for leaf in alike]
        yield (*(p for k, name in enumerate(named) for p in ((", ", name) if k else (name,))), ": ", _size(sizes, table))
    for leaf in leaves:
        yield from (_with_names(fact.says(leaf.name), table) for fact in leaf.facts)


def _size(sizes: tuple[Size, ...], table: Lettering) -> str | Math:
    scope = scope_of(table, ())
    boxes = [Fence("round", b) if isinstance(b := size_box(s, scope), Sum) and len(sizes) > 1 else b for s in sizes]
    return Math.of(Relation(tuple(boxes), (TIMES,) * (len(boxes) - 1))) if boxes else "a number"


# what signs mean


def _math(text: str, latex: str, typst: str) -> Math:
    return Math(text, latex, typst)


GENERAL: tuple[Prose, ...] = (
    (
        "Of each entry: what it is, the shapes of its symbols, its definition, then the gradient of the loss ",
        _math("L", "L", "L"), " by every argument.",
    ),
    (
        _math("dx", "dx", "upright(d) x"), " is ", _math("∂L/∂x", r"\partial L/\partial x", "∂ L \\/ ∂ x"),
        " and has the shape of ", _math("x", "x", "x"), "; ", _math("G", "G", "G"),
        " is the gradient of whatever loss by the result of a layer.",
    ),
    ("Vectors are columns, samples are rows where there are several, indices count from 1.",),
)  # fmt: skip

FURTHER: tuple[tuple[str, Prose], ...] = (
    ("⊘", (_math("⊘", r"\oslash", "⊘"), " divides entry by entry.")),
    (r"\bdiag\(", (_math("diag", r"\operatorname{diag}", 'op("diag")'), " makes a diagonal matrix of a vector, and takes the diagonal of a matrix.")),
    (r"\browmean\(", (_math("rowmean", r"\operatorname{rowmean}", 'op("rowmean")'), " is the column of the means of the rows.")),
)  # fmt: skip

WORDS = ("proved", "agrees")
"""What the evidence of a stored gradient may be, the best first."""

EVIDENCE: tuple[tuple[str, Prose], ...] = (
    (WORDS[0], ("proved: identical to the derivative of the definition for all sizes and all values that satisfy what is stated.",)),
    (WORDS[1], ("agrees: equal to high-precision differences of the loss at random points, but not proved; such a gradient of an entry that is proved otherwise is marked.",)),
)  # fmt: skip


def _conventions(groups: Sequence[Group]) -> Iterator[Prose]:
    """What holds for every entry, and the signs that occur."""
    items = [i for g in groups for i in g.items]
    together = "\n".join(m.text for i in items for m in (*i.forward, *(f.math for f in i.gradients)))
    yield from GENERAL
    yield from (says for sign, says in (*SIGNS, *FURTHER) if re.search(sign, together))
    verdicts = {v for i in items for v in (i.verdict, *(f.verdict for f in i.gradients))}
    yield from (says for word, says in EVIDENCE if word in verdicts)


# index


def _index(entries: Iterable[EntryView]) -> Iterator[tuple[str, tuple[Named, ...]]]:
    """Titles and aliases by first letter; a name that only spells another one of its entry differently is left out."""
    found = [Named(name, view.key) for view in entries for name in _names(view)]
    found.sort(key=lambda n: (_plain(n.name), n.key))
    for letter, own in groupby(found, key=lambda n: _letter(n.name)):
        yield letter, tuple(own)


def _names(view: EntryView) -> Iterator[str]:
    seen: dict[str, None] = {}
    for name in (view.title, *view.aliases):
        alike = "".join(words(name))
        if alike not in seen:
            seen[alike] = None
            yield name


def _letter(name: str) -> str:
    first = _plain(name)[0]
    return first.upper() if first.isalpha() else "0–9"


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9 ]", "", name.lower()).strip() or name


__all__ = ["Formula", "Group", "Item", "Reference", "reference", "write_reference"]
