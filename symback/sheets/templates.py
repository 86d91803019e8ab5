"""Templates: where they are, how their text is made safe for each markup."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symback.sheets.records import Math, Prose, Sheet
from symback.sheets.resources import folder
from symback.typeset.typst import quoted

if TYPE_CHECKING:
    from jinja2 import Environment

TEX_NAMED: Mapping[str, str] = {
    "\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "'": r"\textquotesingle{}", "`": r"\textasciigrave{}",
    '"': r"\textquotedbl{}", "−": r"\ensuremath{-}", "·": r"\ensuremath{\cdot}", "≥": r"\ensuremath{\geq}", "≤": r"\ensuremath{\leq}",
    "∂": r"\ensuremath{\partial}", "→": r"\ensuremath{\rightarrow}", "×": r"\ensuremath{\times}", "Σ": r"\ensuremath{\Sigma}",
}  # fmt: skip
TEX_SPECIAL = frozenset("_#$%&{}")
TEX_LIGATURES = frozenset("-<>,?!.")
MARKDOWN_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>&$~])")


class Ready(str):
    """Text that is markup already and is not escaped again."""

    __slots__ = ()


def tex_text(word: str) -> str:
    r"""Any text as LaTeX that shows these very characters; what pdfLaTeX has no glyph for shows its number.

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
    if c.isspace():
        return " "
    if c.isascii() or 0xC0 <= ord(c) <= 0x17F:
        return c if c.isprintable() else f"[U+{ord(c):04X}]"
    return rf"\othersign{{{c if c.isprintable() else '?'}}}{{{ord(c):04X}}}"


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
    return MARKDOWN_SPECIAL.sub(r"\\\1", " ".join(word.split()))


@dataclass(frozen=True)
class Markup:
    """How one kind of file is made: its template, its escape, how a formula and a line of source look in it."""

    template: str
    escape: Callable[[str], str]
    math: Callable[[Math], str]
    source: Callable[[str], str]


MARKUPS: Mapping[str, Markup] = {
    ".tex": Markup("sheet.tex.j2", tex_text, lambda m: m.latex, tex_code),
    ".typ": Markup("sheet.typ.j2", typst_text, lambda m: m.typst, quoted),
    ".md": Markup("sheet.md.j2", markdown_text, lambda m: m.latex, str),
}


def rendered(sheet: Sheet, suffix: str) -> str:
    """The sheet in the markup of a suffix."""
    markup = MARKUPS[suffix]
    return _environment(markup).get_template(markup.template).render(sheet=sheet)


def _environment(markup: Markup) -> Environment:
    """Templates with delimiters that mean nothing to TeX or Typst; every value is escaped unless it is markup already."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    def prose(said: Prose, inline: str = "${}$") -> Ready:
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
        "source": lambda line: Ready(markup.source(line)),
    }
    return environment


__all__ = ["MARKUPS", "rendered"]
