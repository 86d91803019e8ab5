"""LaTeX and plain mathematical text as people publish it, cut into pieces: markup that says nothing goes, groups become trees.

A piece is a number, a run of letters, an upright word, a command, a sign, a group in braces or an environment. Unicode signs,
superscripts and subscripts become the pieces their LaTeX would have given. Every piece knows where it stands in the source.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from symback.errors import ReadingError
from symback.typeset.letters import NAMES

LONGEST, MOST, DEEPEST, LONGEST_NUMBER = 20_000, 8_000, 40, 60
"""How long a text may be, how many pieces it may have, how deep groups may be nested, how many digits a number may have."""

PieceKind = Literal["number", "run", "word", "command", "sign", "group", "environment"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the text: what it says, where it begins and ends, and for a group or an environment what is in it."""

    kind: PieceKind
    text: str
    position: int
    end: int
    inner: tuple[Piece, ...] = ()

    def is_(self, *texts: str) -> bool:
        """Whether this is one of some commands or signs."""
        return self.kind in ("command", "sign") and self.text in texts


Pieces = tuple[Piece, ...]

_RAW = re.compile(
    r"(?P<space>\s+|[\u200b\ufeff\u2061\u2062])"
    r"|(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+\u2212][0-9]+)?)"
    r"|(?P<run>[A-Za-z]+)"
    r"|(?P<command>\\(?:(?:operatorname|tag|hspace|vspace)\*|[A-Za-z]+|\\|.))"
    r"|(?P<super>[\u2070\u00b9\u00b2\u00b3\u2074-\u207f\u1d40\u02e1\u02b2\u2071\u1d4f\u1d50]+)"
    r"|(?P<sub>[\u2080-\u209c\u1d62-\u1d65\u2c7c]+)"
    r"|(?P<dots>\.\.\.)"
    r"|(?P<assign>:=|\+=|-=|\u2212=|<-|->|=>|<=|>=|!=|==)"
    r"|(?P<sign>.)",
    re.DOTALL,
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SILENT = _words(r"""\, \; \! \: \> \  \/ \quad \qquad \displaystyle \textstyle \scriptstyle \limits \nolimits \nonumber \notag \mathstrut \strut
    \middle \left \right \big \Big \bigg \Bigg \bigl \bigr \Bigl \Bigr \biggl \biggr \Biggl \Biggr \bigm \Bigm \( \) \[ \] \enspace
    \thinspace \centering \hfill \mathop \mathrel \mathbin \mathord \mathclose \mathopen \- \hline""") | {"\\ "}
_DELIMITED = _words(r"\middle \left \right \big \Big \bigg \Bigg \bigl \bigr \Bigl \Bigr \biggl \biggr \Biggl \Biggr \bigm \Bigm")
_DROPPED_ARGUMENT = frozenset((r"\label", r"\tag", r"\tag*", r"\hspace", r"\hspace*", r"\vspace", r"\vspace*", r"\kern"))
_FONTS = _words(r"""\mathbf \boldsymbol \bm \mathit \mathcal \mathscr \mathfrak \mathbb \mathbbm \vec \overrightarrow \underline \pmb \bf \it \rm \cal
    \mathnormal \symbf \symbfit \mathds \mathsf \mathtt \mathrm \text \textbf \textit \textrm \textsf \textnormal \mbox \hbox \operatorname
    \operatorname*""")
_OLD_FONTS: Mapping[str, str] = {
    r"\rm": r"\mathrm", r"\bf": r"\mathbf", r"\it": r"\mathit", r"\cal": r"\mathcal", r"\sf": r"\mathsf", r"\tt": r"\mathtt",
}  # fmt: skip
"""Fonts that are switched on inside braces, {\\rm diag}, as those that stand before braces."""
_ONES = (r"\mathbf", r"\mathbb", r"\bm", r"\boldsymbol", r"\mathbbm", r"\mathds")
_UPRIGHT = _words(
    r"\mathrm \text \textbf \textit \textrm \textsf \textnormal \mbox \hbox \operatorname \operatorname* \mathsf \mathtt \mathit \mathbf"
)
SAME: Mapping[str, str] = {
    r"\dfrac": r"\frac", r"\tfrac": r"\frac", r"\cfrac": r"\frac", r"\ast": "*", r"\star": "*", r"\bullet": r"\cdot", r"\intercal": r"\top",
    r"\transpose": r"\top", r"\lbrace": r"\{", r"\rbrace": r"\}", r"\lbrack": "[", r"\rbrack": "]", r"\lparen": "(", r"\rparen": ")",
    r"\leq": r"\le", r"\leqslant": r"\le", r"\geq": r"\ge", r"\geqslant": r"\ge", r"\neq": r"\ne", r"\lt": "<", r"\gt": ">", r"\gets": r"\leftarrow",
    r"\longleftarrow": r"\leftarrow", r"\coloneqq": ":=", r"\colonequals": ":=", r"\rightarrow": r"\to", r"\Rightarrow": r"\to", r"\implies": r"\to",
    r"\longrightarrow": r"\to", r"\Longrightarrow": r"\to", r"\therefore": r"\to", r"\equiv": "=", r"\triangleq": "=", r"\doteq": "=", r"\approx": r"\approx",
    r"\simeq": r"\approx", r"\cong": r"\approx", r"\vert": "|", r"\lvert": "|", r"\rvert": "|", r"\Vert": r"\|", r"\lVert": r"\|", r"\rVert": r"\|",
    r"\varepsilon": r"\epsilon", r"\vartheta": r"\theta", r"\varphi": r"\phi", r"\varrho": r"\rho", r"\varsigma": r"\sigma", r"\hadamard": r"\odot",
    r"\div": "/", r"\prime": "'", r"\widehat": r"\hat", r"\widetilde": r"\tilde", r"\overline": r"\bar", r"\ln": r"\log", r"\triangle": r"\Delta",
    r"\ldots": r"\dots", r"\cdots": r"\dots", r"\vdots": r"\dots", r"\ddots": r"\dots", r"\lg": r"\lg", r"\lnot": r"\neg", r"\land": r"\wedge",
    "−": "-", "–": "-", "∗": "*", "⋆": "*", "·": r"\cdot", "⋅": r"\cdot", "×": r"\times", "⊙": r"\odot", "∘": r"\circ", "⊗": r"\otimes", "∂": r"\partial",
    "∇": r"\nabla", "√": r"\sqrt", "≤": r"\le", "≥": r"\ge", "≠": r"\ne", "≈": r"\approx", "→": r"\to", "⇒": r"\to", "⟹": r"\to", "←": r"\leftarrow",
    "≔": ":=", "∑": r"\sum", "∏": r"\prod", "′": "'", "’": "'", "⊤": r"\top", "‖": r"\|", "∥": r"\|", "𝟙": r"\one", "𝟏": r"\one", "∞": r"\infty",
    "…": r"\dots", "⋯": r"\dots", "∈": r"\in", "≡": "=", "≜": "=", "△": r"\Delta", "ℓ": r"\ell", "÷": "/", "⊘": r"\oslash", "∀": r"\forall", "∣": "|",
    "<=": r"\le", ">=": r"\ge", "!=": r"\ne", "==": "=", "<-": r"\leftarrow", "->": r"\to", "=>": r"\to", "−=": "-=", r"\ne": r"\ne",
    "...": r"\dots", "ϵ": r"\epsilon", "ϕ": r"\phi", "ϑ": r"\theta", "µ": r"\mu", "∆": r"\Delta", "\\\\": "newline", ";": ";", r"\hdots": r"\dots", r"\wedge": r"\wedge",
}  # fmt: skip
ACCENTS: Mapping[str, str] = {r"\hat": "hat", r"\bar": "bar", r"\tilde": "tilde", r"\dot": "dot", r"\check": "check"}
_COMBINING: Mapping[str, str] = {"\u0302": r"\hat", "\u0304": r"\bar", "\u0303": r"\tilde", "\u0307": r"\dot", "\u0305": r"\bar"}
_SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿᵀˡʲⁱᵏᵐ", "0123456789+-()nTljikm", strict=True))
_SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₍₎ᵢⱼₖₗₘₙₜₐₑₒₓₕₚₛᵣᵤᵥ", "0123456789+-()ijklmntaeoxhpsruv", strict=True))
_TRANSPARENT = (
    "align",
    "aligned",
    "split",
    "gather",
    "gathered",
    "equation",
    "eqnarray",
    "multline",
    "math",
    "displaymath",
    "flalign",
    "alignat",
)


def pieces_of(source: str) -> Pieces:
    """The pieces of a text. Raises ReadingError with a position where braces do not match, a number is malformed or a bound is passed."""
    if len(source) > LONGEST:
        raise ReadingError(source[:60], f"the text has {len(source)} characters", f"at most {LONGEST} are read", LONGEST)
    raw = _raw(source)
    if len(raw) > MOST:
        raise ReadingError(source[:60], f"the text has {len(raw)} pieces", f"at most {MOST} are read", raw[MOST].position)
    return _trees(source, raw)


def _raw(source: str) -> list[Piece]:
    """Flat pieces, markup and all."""
    found: list[Piece] = []
    for m in _RAW.finditer(source):
        kind, text, at, end = m.lastgroup or "", m.group(), m.start(), m.end()
        match kind:
            case "space":
                continue
            case "number":
                found.append(_number(source, text, at, end))
            case "run":
                found.append(Piece("run", text, at, end))
            case "super" | "sub":
                table, sign = (_SUPERSCRIPTS, "^") if kind == "super" else (_SUBSCRIPTS, "_")
                inside = "".join(table.get(c, c) for c in text)
                inner = tuple(Piece(p.kind, p.text, at, end) for p in _raw(inside))
                found += [Piece("sign", sign, at, at), Piece("group", "", at, end, inner)]
            case _:
                found += _sign(text, at, end)
    return found


def _number(source: str, text: str, at: int, end: int) -> Piece:
    rest = source[end : end + 2]
    if len(text) > LONGEST_NUMBER:
        raise ReadingError(source[:60], f"a number has {len(text)} characters", f"at most {LONGEST_NUMBER} are read", at)
    if len(rest) == 2 and rest[0] == "." and rest[1].isdigit() and "." in text:
        raise ReadingError(source, "this number has two decimal points", "write one", at)
    _, _, power = text.lower().partition("e")
    if power and abs(int(power.replace("−", "-"))) > 400:
        raise ReadingError(source[:60], "this number is beyond what is read", "write an exponent of at most 400", at)
    return Piece("number", text.replace("−", "-"), at, end)


def _sign(text: str, at: int, end: int) -> list[Piece]:
    if text in _COMBINING:
        return [Piece("command", _COMBINING[text] + "<", at, end)]
    if text == "½":
        return [Piece("number", "0.5", at, end)]
    if text in ("Σ", "Π"):
        return [Piece("command", rf"\{NAMES[text]}", at, end)]
    if text in NAMES:
        return [Piece("command", rf"\{NAMES[text]}", at, end)]
    meant = SAME.get(text, text)
    if not text.isascii() and meant == text:
        plain = unicodedata.normalize("NFKD", text)
        if plain != text:
            return [Piece(p.kind, p.text, at, end) for p in _raw(plain)]
    return [Piece("command" if meant.startswith("\\") and len(meant) > 1 else "sign", meant, at, end)]


@dataclass
class _Open:
    """A group or an environment that is not closed yet."""

    text: str
    position: int
    inner: list[Piece]


def _trees(source: str, raw: list[Piece]) -> Pieces:
    """Groups and environments as trees, silent markup gone, fonts opened."""
    stack = [_Open("", 0, [])]
    at = 0
    while at < len(raw):
        piece = raw[at]
        at += 1
        if piece.is_("{"):
            stack.append(_Open("{", piece.position, []))
        elif piece.is_("}"):
            _close(source, stack, "{", piece)
        elif piece.is_(r"\begin", r"\end"):
            name, at = _environment(source, raw, at, piece)
            if name.rstrip("*") in _TRANSPARENT:
                continue
            if piece.text == r"\begin":
                stack.append(_Open(name, piece.position, []))
            else:
                _close(source, stack, name, replace(piece, end=raw[at - 1].end))
        else:
            stack[-1].inner.append(piece)
        if len(stack) > DEEPEST:
            raise ReadingError(source[:60], "groups are nested too deep", f"at most {DEEPEST} are read", piece.position)
    if len(stack) > 1:
        raise ReadingError(source, f"{stack[-1].text} is never closed", "", stack[-1].position)
    return _tidy(source, stack[0].inner, "")


def _close(source: str, stack: list[_Open], text: str, piece: Piece) -> None:
    if len(stack) == 1 or stack[-1].text != text:
        expected = f"expected the end of {stack[-1].text}" if len(stack) > 1 else "nothing is open here"
        raise ReadingError(source, f"{piece.text} closes what was not opened: {expected}", "", piece.position)
    opened = stack.pop()
    font = _OLD_FONTS.get(opened.inner[0].text, "") if opened.inner and text == "{" else ""
    if font:
        switch = opened.inner[0]
        rest = _tidy(source, opened.inner[1:], "{")
        stack[-1].inner += [Piece("command", font, switch.position, switch.end), Piece("group", "", switch.end - 1, piece.end, rest)]
        return
    inner = _tidy(source, opened.inner, opened.text)
    kind: PieceKind = "group" if text == "{" else "environment"
    stack[-1].inner.append(Piece(kind, "" if text == "{" else text.rstrip("*"), opened.position, piece.end, inner))


def _environment(source: str, raw: list[Piece], at: int, piece: Piece) -> tuple[str, int]:
    """The name in braces after begin or end."""
    close = next((k for k in range(at, min(at + 6, len(raw))) if raw[k].is_("}")), None)
    if close is None or not raw[at].is_("{"):
        raise ReadingError(source, f"expected a name in braces after {piece.text}", "", piece.position)
    return "".join(p.text for p in raw[at + 1 : close]), close + 1


def _tidy(source: str, inner: list[Piece], within: str) -> Pieces:
    """A level of pieces without silent markup, with fonts opened and accents before what they stand on."""
    keeps_rows = within not in ("", "{")
    found: list[Piece] = []
    at = 0
    while at < len(inner):
        piece = inner[at]
        at += 1
        if piece.kind == "command" and piece.text.endswith("<"):
            _accent_last(source, found, piece)
        elif piece.kind == "command" and (
            piece.text in _DROPPED_ARGUMENT or (piece.text in _DELIMITED and at < len(inner) and inner[at].is_("."))
        ):
            at += 1
        elif piece.kind == "command" and piece.text in _FONTS:
            at = _font(source, inner, at, piece, found)
        elif piece.text in _SILENT or piece.is_("~", "$") or (piece.is_("newline", "&") and not keeps_rows and (within or piece.is_("&"))):
            continue
        elif at < len(inner) and inner[at].is_("=") and (sign := _assigned(piece)) and not (found and found[-1].is_("^", "_")):
            found.append(Piece("sign", f"{sign}=", piece.position, inner[at].end))
            at += 1
        elif piece.kind == "command" and piece.text in SAME:
            meant = SAME[piece.text]
            found.append(replace(piece, text=meant, kind="command" if meant[0] == "\\" else "sign"))
        else:
            found.append(piece)
    return _norms(found)


def _norms(found: list[Piece]) -> Pieces:
    """Double bars made of two, at a level whose first bar is one."""
    first = next((k for k, p in enumerate(found) if p.is_("|")), None)
    if first is None or not (first + 1 < len(found) and found[first + 1].is_("|")):
        return tuple(found)
    made: list[Piece] = []
    for piece in found:
        if piece.is_("|") and made and made[-1].is_("|"):
            made[-1] = Piece("command", r"\|", made[-1].position, piece.end)
        else:
            made.append(piece)
    return tuple(made)


def _assigned(piece: Piece) -> str:
    """The sign that makes an assignment together with the equals sign after it."""
    if piece.kind == "group" and len(piece.inner) == 1 and piece.inner[0].is_("+", "-"):
        return piece.inner[0].text
    return ":" if piece.is_(":") else ""


def _accent_last(source: str, found: list[Piece], piece: Piece) -> None:
    """A combining accent goes before the letter it stands on."""
    if not found or found[-1].kind not in ("run", "command"):
        raise ReadingError(source, "an accent stands on nothing", "", piece.position)
    last = found.pop()
    if last.kind == "run" and len(last.text) > 1:
        found.append(replace(last, text=last.text[:-1], end=last.end - 1))
        last = replace(last, text=last.text[-1], position=last.end - 1)
    found += [Piece("command", piece.text[:-1], piece.position, piece.end), last]


def _font(source: str, inner: list[Piece], at: int, piece: Piece, found: list[Piece]) -> int:
    """A font around a word makes it one piece; around anything else it says nothing."""
    if at >= len(inner):
        if piece.text in (r"\bf", r"\it", r"\rm", r"\cal"):
            return at
        raise ReadingError(source, f"{piece.text} stands before nothing", "", piece.position)
    held = inner[at]
    if held.kind != "group":
        if (
            held.kind == "number"
            and held.text[0] == "1"
            and piece.text in (r"\mathbf", r"\mathbb", r"\bm", r"\boldsymbol", r"\mathbbm", r"\mathds")
        ):
            found.append(Piece("command", r"\one", piece.position, held.position + 1))
            rest = replace(held, text=held.text[1:], position=held.position + 1)
            found += [rest] if rest.text else []
            return at + 1
        return at
    texts = [p.text for p in held.inner]
    if (texts == ["1"] and piece.text in _ONES) or (texts == ["I"] and piece.text in (r"\mathbb", r"\mathbbm", r"\mathds")):
        found.append(Piece("command", r"\one", piece.position, held.end))
        return at + 1
    if piece.text in _UPRIGHT and all(p.kind in ("run", "number") or p.is_("-", ".", ",", ":", r"\_") for p in held.inner):
        words = source[held.position + 1 : held.end - 1].strip().replace(r"\_", "_") if held.inner else ""
        if len(words) > 1:
            found.append(Piece("word", words, piece.position, held.end))
            return at + 1
    scripted = at + 1 < len(inner) and inner[at + 1].is_("^", "_")
    found += [held] if scripted and len(held.inner) > 1 else held.inner
    return at + 1


__all__ = ["ACCENTS", "Piece", "Pieces", "pieces_of"]
