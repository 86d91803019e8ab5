"""Verdicts without names that nobody wrote: what a claim's reading named for its own use is shown as what it stands for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, replace
from functools import cached_property, partial

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.terms import Name
from symback.calculus.reverse import NEEDS_INVERSE, free_name
from symback.errors import SymbackError
from symback.network.program import Program
from symback.notation.write import formula_text
from symback.reading.sides import INTERNAL
from symback.verify.verdict import Verdict, Witness

TEMPLATES = {
    "inv": "{0}⁻¹",
    "pinv": "{0}⁺",
    "det": "det({0})",
    "logabsdet": "log|det({0})|",
    "signdet": "sign(det({0}))",
    "solve": "{0}⁻¹ {1}",
}
"""How the opaque rows are shown, by row."""
OPERAND = re.compile(r"[MSRBCQUV](_\d+)?|\w+_T(_\d+)?")
"""The names that reading gives to the operand of an opaque row that has none."""
LETTER = "[A-Za-z0-9_]"
ON_ITS_OWN = re.compile(rf"∂²?[^/]*{re.escape(INTERNAL)}/∂[^=]* = ")
"""The left side of an equation for the derivative of an expression that has no name."""
AFTER = "ᵀ²³⁻⁺[("
"""What binds tighter than a product."""


def without_internal_names(found: Verdict, whole: Program, text: str) -> Verdict:
    """A verdict whose sentences name only what the network, the claim or its reader names; a form for which that cannot be is left out."""
    shown = _Shown(whole, text)
    return _verdict(found, shown.sentence) if shown.hidden else found


def _verdict(found: Verdict, change: Callable[[str], str]) -> Verdict:
    changed: dict[str, object] = {}
    for field in fields(found):
        value = getattr(found, field.name)
        if field.name in ("claim", "id", "word"):
            continue
        if isinstance(value, str):
            changed[field.name] = change(value)
        elif isinstance(value, Witness):
            changed[field.name] = replace(value, about=change(value.about), differing=change(value.differing))
        elif isinstance(value, tuple):
            changed[field.name] = tuple(
                change(v) if isinstance(v, str) else _verdict(v, change) if isinstance(v, Verdict) else v for v in value
            )
    if ON_ITS_OWN.match(found.form):
        own = ON_ITS_OWN.sub("", found.form)
        changed["form"] = "" if re.search(rf"∂[^∂]*{re.escape(INTERNAL)}", own) else change(own)
    return replace(found, **changed)  # type: ignore[arg-type]


def with_inverses(program: Program) -> Program:
    """The program with the inverses that derivatives of its opaque rows are written with, under the names they get there."""
    operands = dict.fromkeys(
        str(d.body.operands[0]) for d in program.definitions if isinstance(d.body, Opaque) and d.body.row in NEEDS_INVERSE
    )
    inverses = {free_name(f"{n}_inv", program): n for n in operands}
    made = (Definition(name, program.indices(n), Opaque("inv", (n,))) for name, n in inverses.items())
    return program.with_definitions((*program.definitions, *made)) if inverses else program


class _Shown:
    """What hidden names stand for, as text."""

    def __init__(self, whole: Program, text: str) -> None:
        self.whole, self.text = with_inverses(whole), text

    @cached_property
    def hidden(self) -> dict[str, str]:
        """The hidden names with the patterns that find them, the longest first."""
        found = [d.name for d in self.whole.definitions if isinstance(d.name, str) and self._is_hidden(d)]
        return {n: rf"(?<!{LETTER}){re.escape(n)}(?!{LETTER})" for n in sorted(found, key=len, reverse=True)}

    def _is_hidden(self, definition: Definition) -> bool:
        name, body = str(definition.name), definition.body
        if name.endswith(INTERNAL):
            return True
        if re.search(rf"(?<!{LETTER}){re.escape(name)}(?!{LETTER})", self.text):
            return False
        if isinstance(body, Opaque):
            return (
                re.fullmatch(rf"{re.escape('_'.join(map(str, (body.operands[0], body.row, *body.operands[1:]))))}(_\d+|_*)", name)
                is not None
            )
        return OPERAND.fullmatch(name) is not None and self._only_operand(definition.name)

    def _only_operand(self, name: Name) -> bool:
        readers = [d for d in self.whole.definitions if name in d.reads and isinstance(d.name, str)]
        return bool(readers) and all(isinstance(d.body, Opaque) for d in readers)

    def sentence(self, sentence: str) -> str:
        """A sentence with what the hidden names stand for in their place."""
        for name, pattern in self.hidden.items():
            if name in sentence:
                sentence = self._derivatives(sentence, name, pattern)
                sentence = re.sub(pattern, partial(self._in_place, name), sentence)
        return sentence

    def _derivatives(self, sentence: str, name: str, pattern: str) -> str:
        """``∂name/∂X`` as ``∂/∂X of what it stands for``."""
        ratio = rf"∂(²?)(?:{pattern})/(∂\w+²?(?:∂\w+)?)(\[[\d,]+\])?"

        def write(m: re.Match[str]) -> str:
            return f"∂{m[1]}/{m[2]} {self.part(name)}" + (f" at {m[3]}" if m[3] else "")

        return re.sub(ratio, write, sentence)

    def _in_place(self, name: str, found: re.Match[str]) -> str:
        before, after = found.string[: found.start()].rstrip(), found.string[found.end() :]
        alone = not after.startswith(tuple(AFTER)) and not (before and before[-1].isalnum()) and not re.match(r"\s*\w", after)
        whole = self.of(name)
        return whole if (alone and re.search(r"[ +−·⊙/]", whole) is None) or (_atom(whole) and after[:1] not in AFTER) else f"({whole})"

    def part(self, name: str) -> str:
        """What a name stands for, in brackets where it is a sum or a product."""
        whole = self.of(name)
        return whole if _atom(whole) and not whole.endswith(("⁻¹", "⁺")) else f"({whole})"

    def of(self, name: str) -> str:
        """What a name stands for."""
        definition = self.whole.definition[name]
        body = definition.body
        if isinstance(body, Opaque):
            inside = TEMPLATES[body.row].count("({0})")
            return TEMPLATES[body.row].format(
                *((self.of if inside else self.part)(str(n)) if str(n) in self.hidden else str(n) for n in body.operands)
            )
        try:
            return self.sentence(formula_text(body, definition.indices, self.whole))
        except (SymbackError, KeyError):
            return "what is differentiated"


def _atom(text: str) -> bool:
    """Whether a text stays together beside any sign: a name, a call, brackets."""
    return re.fullmatch(r"\w+|\w+(\|\w+)?\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)\|?|\w+⁻¹|\((?:[^()]|\([^()]*\))*\)⁻¹", text) is not None
