"""Templates: where they are, how their text is made safe for each markup."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any

from symback.sheets.plain import halves, in_columns
from symback.sheets.records import Math, Prose
from symback.sheets.resources import folder
from symback.typeset.letters import NAMES, letter_latex
from symback.typeset.typst import quoted

if TYPE_CHECKING:
    from jinja2 import Environment

TEX_NAMED: Mapping[str, str] = {
    "\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "'": r"\textquotesingle{}", "`": r"\textasciigrave{}",
    '"': r"\textquotedbl{}",
}  # fmt: skip
TEX_SIGNS: Mapping[str, str] = {
    "−": "-", "·": r"\cdot", "×": r"\times", "⊙": r"\odot", "⊘": r"\oslash", "≠": r"\neq", "≤": r"\leq", "≥": r"\geq", "→": r"\rightarrow",
    "∂": r"\partial", "Σ": r"\Sigma", "Π": r"\Pi", "‖": r"\Vert", "𝟏": r"\mathbf{1}", "ᵀ": r"{}^{\top}", "⌊": r"\lfloor", "⌋": r"\rfloor",
    **{sign: rf"{{}}^{{{plain}}}" for sign, plain in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True)},
    **{sign: letter_latex(sign) for sign in NAMES},
}  # fmt: skip
TEX_SPECIAL = frozenset("_#$%&{}")
TEX_LIGATURES = frozenset("-<>,?!.")
MARKDOWN_SPECIAL = re.compile(r"([\\`*_{}\[\]#|<>&$~])")


class Ready(str):
    """Text that is markup already and is not escaped again."""

    __slots__ = ()


def tex_text(word: str) -> str:
    r"""Any text as LaTeX that shows these very characters; the template declares those that pdfLaTeX does not know.

    >>> tex_text(r"\input{x} 50%")
    '\\textbackslash{}input\\{x\\} 50\\%'
    """
    return "".join(map(_tex_character, word))


def _tex_character(c: str) -> str:
    if c in TEX_NAMED:
        return TEX_NAMED[c]
    if c in TEX_SPECIAL:
        return "\\" + c
    if c in TEX_LIGATURES:
        return f"{c}{{}}"
    if c in TEX_SIGNS:
        return rf"\ensuremath{{{TEX_SIGNS[c]}}}"
    if c.isspace():
        return " "
    return c if c.isprintable() else f"[U+{ord(c):04X}]"


def foreign(texts: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The printable characters beyond ASCII with their numbers, in order: TeX has to be told about some of them.

    >>> foreign(["Größe"])
    (('ß', '00DF'), ('ö', '00F6'))
    """
    found = {c for text in texts for c in text if not c.isascii() and c.isprintable()}
    return tuple((Ready(c), f"{ord(c):04X}") for c in sorted(found))


def tex_code(line: str) -> Ready:
    r"""A line of source: its spaces stay as they are.

    >>> tex_code("  a = b_1")
    '\\ \\ a\\ =\\ b\\_1'
    """
    return Ready(tex_text(line).replace(" ", r"\ "))


def typst_text(word: str) -> str:
    """Any text as a Typst string that shows these very characters."""
    return f"#{quoted(word)};"


def markdown_text(word: str) -> str:
    r"""Any text as Markdown that shows these very characters.

    >>> markdown_text("<b> a_1")
    '\\<b\\> a\\_1'
    """
    return MARKDOWN_SPECIAL.sub(r"\\\1", re.sub(r"\s+", " ", word))


def plain_text(word: str) -> str:
    r"""Any text as one line of plain text; what is not printable shows its number.

    >>> plain_text("a\nb\x07")
    'a b[U+0007]'
    """
    return "".join(c if c.isprintable() else " " if c.isspace() else f"[U+{ord(c):04X}]" for c in word)


@dataclass(frozen=True)
class Markup:
    """How one kind of file is made: its escape, how a formula and a line of source look in it.

    ``inline`` and ``loud`` are how a formula stands among words, in small or in full size.
    """

    name: str
    escape: Callable[[str], str]
    math: Callable[[Math], str]
    source: Callable[[str], str]
    inline: str = "${}$"
    loud: str = "${}$"


MARKUPS: Mapping[str, Markup] = {
    ".tex": Markup("LaTeX", tex_text, lambda m: m.latex, tex_code, loud=r"$\displaystyle {}$"),
    ".typ": Markup("Typst", typst_text, lambda m: m.typst, quoted, loud="$display({})$"),
    ".md": Markup("Markdown", markdown_text, lambda m: m.latex, str),
    ".txt": Markup("plain text", plain_text, lambda m: m.text, str, "{}", "{}"),
}


def rendered(sheet: object, suffix: str, template: str = "sheet") -> str:
    """A record of strings in the markup of a suffix, by the template of that name and suffix."""
    markup = MARKUPS[suffix]
    return _environment(markup).get_template(f"{template}{suffix}.j2").render(sheet=sheet, foreign=foreign(_strings(sheet)))


def _strings(record: object) -> Iterator[str]:
    """Every string of a record that is set as it is; formulas as LaTeX."""
    match record:
        case str():
            yield record
        case Math(latex=latex):
            yield latex
        case tuple():
            for part in record:
                yield from _strings(part)
        case _ if is_dataclass(record):
            for field in fields(record):
                yield from _strings(getattr(record, field.name))


def _environment(markup: Markup) -> Environment:
    """Templates with delimiters that mean nothing to TeX or Typst; every value is escaped unless it is markup already."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    def prose(said: Prose, inline: str = markup.inline) -> Ready:
        return Ready("".join(markup.escape(p) if isinstance(p, str) else inline.replace("{}", markup.math(p)) for p in said))

    def finalize(value: Any) -> Any:
        return value if isinstance(value, Ready) else markup.escape(str(value))

    environment = Environment(
        block_start_string="<%", block_end_string="%>", variable_start_string="<<", variable_end_string=">>",
        comment_start_string="<#", comment_end_string="#>", trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
        undefined=StrictUndefined, finalize=finalize, autoescape=False, loader=FileSystemLoader(folder("templates")),
    )  # fmt: skip
    environment.filters |= {
        "math": lambda m: Ready(markup.math(m)),
        "prose": prose,
        "loud": lambda said: prose(said, markup.loud),
        "source": lambda line: Ready(markup.source(line)),
        "list_of": lambda all_said: Ready("; ".join(map(prose, all_said))),
        "anchor": lambda title: Ready(title.lower().replace(" ", "-")),
        "ready": Ready,
        "digits": lambda number: Ready(str(number)),
        "columns": in_columns,
        "halves": halves,
        "figures": lambda sections: any(part.kind == "figure" for section in sections for part in section.parts),
    }
    return environment


__all__ = ["MARKUPS", "rendered"]
