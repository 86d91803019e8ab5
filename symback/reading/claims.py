"""Somebody's formula over a network, whatever it is written in, as sides that are said to be equal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from symback.algebra.terms import Term
from symback.algebra.traverse import names
from symback.errors import ReadingError
from symback.network.program import Program
from symback.reading.arrays import Misfit
from symback.reading.claim_forms import lines_in_python, python_signs, with_powers
from symback.reading.claim_lines import lines_of
from symback.reading.claim_numpy import read_numpy
from symback.reading.claim_sympy import read_sympy
from symback.reading.files import from_dict
from symback.reading.goals import Goal, goal_of, of_shape
from symback.reading.over_program import extend, scope_of
from symback.reading.published import read_published
from symback.reading.sides import Claim, Side
from symback.reading.syntax import bounded, parse

__all__ = ["claim_network", "extend", "is_python", "read_claim", "read_entry", "scope_of", "without_maths"]

NETWORK = ("symbols", "forward", "loss", "sizes", "values")
LETTERS_OF_PYTHON = frozenset("·ᵀ𝟏")
"""Signs of mathematics that may stand in a name of Python."""
_LATEX = re.compile(r"\\[a-zA-Z]|[\^_]\{|[∂∇δ]")


def claim_network(case: Mapping[str, object]) -> Program:
    """The network of one entry of a claims file; keys that belong to the claim itself are left alone."""
    return from_dict({key: case[key] for key in NETWORK if key in case}, scalar=False)


def read_claim(program: Program, claim: object, target: str | None = None, kind: str | None = None) -> tuple[Claim, ...]:
    """What a claim says of a program: one or more equations, each with two or more sides.

    ``claim`` is text (NumPy, or LaTeX as published), a SymPy expression or equation, or an entry of a claims file. With a ``target``
    a formula without a left side is the derivative of the result by that name, of a ``kind`` (gradient if not said).

    Raises ReadingError, with a position, for what cannot be read, and DeclarationError for what the network does not have; sizes
    that cannot meet are no error but a side without a body.

    >>> net = from_dict({"symbols": {"w": {}, "x": {}}, "forward": "L = w*x", "loss": "L"})
    >>> [side.body for side in read_claim(net, "dL/dw = x")[0].sides]
    [dL/dw, x]
    """
    if isinstance(claim, Mapping):
        return read_entry(program, claim, target, kind)
    if isinstance(claim, str):
        return _read(program, claim, "latex" if _LATEX.search(claim) else "text", target, kind)
    return read_sympy(program, claim, None if target is None else goal_of(program, target, kind))


def read_entry(program: Program, entry: Mapping[str, Any], target: str | None = None, kind: str | None = None) -> tuple[Claim, ...]:
    """The claim of one entry of a claims file; keys that are not known are left alone."""
    given, target, kind = entry.get("claim"), entry.get("target", target), entry.get("kind", kind)
    if target is not None and not isinstance(target, str):
        raise ReadingError("target", f"is {type(target).__name__}, not a name", 'write "target": "W1"')
    if isinstance(given, str):
        return read_claim(program, given, target, kind)
    texts = [(key, given[key]) for key in ("text", "latex") if key in given] if isinstance(given, Mapping) else []
    if len(texts) != 1 or not isinstance(texts[0][1], str):
        raise ReadingError("claim", "holds no formula", 'write {"text": "..."} or {"latex": "..."}')
    return _read(program, texts[0][1], texts[0][0], target, kind)


def _read(program: Program, text: str, language: str, target: str | None, kind: str | None) -> tuple[Claim, ...]:
    goal = _goal(program, text, target, kind)
    declared = {str(n) for n in (*program.leaf, *program.definition)}.__contains__
    if language == "text":
        return _read_text(program, lines_in_python(text, declared), goal)
    try:
        return _read_published(program, text, goal)
    except ReadingError:
        plain = lines_in_python(python_signs(text, declared), declared)
        if plain == text or not is_python(plain):
            raise
        return _read_in_python(program, plain, goal)


def _goal(program: Program, text: str, target: str | None, kind: str | None) -> Goal | None:
    """What a formula without a left side is about; an identity has two sides of its own, and a value without a name is the result's."""
    if target is None and kind == "value" and isinstance(program.loss, str) and not re.search(r"(?<![=<>!])=(?!=)", text):
        target = program.loss
    return None if target is None else goal_of(program, target, kind)


def _read_text(program: Program, text: str, goal: Goal | None) -> tuple[Claim, ...]:
    """NumPy, else mathematical text without LaTeX, such as ``dV = P^T dO``, else NumPy but for hats; what is Python is told so."""
    try:
        return read_numpy(program, without_maths(text), goal)
    except ReadingError as error:
        if _is_about_differentials(program, text):
            if "@" in text or "np." in text:
                raise ReadingError(text, "differentials are read as they are printed", "write dL = tr(G^T dW)", 0) from None
            return _read_published(program, text, goal)
        if is_python(text):
            raise
        try:
            return _read_published(program, ";".join(text.strip().splitlines()), goal)
        except ReadingError as other:
            powers = with_powers(text, {str(n) for n in (*program.leaf, *program.definition)}.__contains__)
            if powers != text and is_python(powers):
                return _read_in_python(program, powers, goal)
            further = (other.position or 0) > (error.position or 0)
            raise (other if further else error) from None


def _is_about_differentials(program: Program, text: str) -> bool:
    """Whether a text says what the differential of the result is, by those of other names: dL = x*dw + w*dx."""
    found = re.fullmatch(r"\s*d(\w+)\s*=([^=\n]*)", text)
    names = {str(n) for n in (*program.leaf, *program.definition)}
    if found is None or found[1] != program.loss or f"d{found[1]}" in names:
        return False
    others = re.findall(r"(?<![\w/.])d(\w+)(?!\s*[/\w(])", found[2])
    return any(n in names and f"d{n}" not in names for n in others)


def _read_in_python(program: Program, text: str, goal: Goal | None) -> tuple[Claim, ...]:
    """A text made Python, read as NumPy, and said to be."""
    said = f"read as {' '.join(text.split())}"
    return tuple(replace(claim, choices=(said, *claim.choices)) for claim in read_numpy(program, text, goal))


def _read_published(program: Program, text: str, goal: Goal | None) -> tuple[Claim, ...]:
    try:
        claims = read_published(program, text) if goal is None else read_published(goal.program, text, goal.side)
    except RecursionError:
        raise ReadingError("claim", f"{text[:60]} is too long a product or nested too deeply") from None
    alone = claims[0] if goal is None and len(claims) == 1 and len(claims[0].sides) == 1 and _reads_names(claims[0].sides[0]) else None
    name = None if alone is None else of_shape(program, alone.sides[0].shape, " ".join(text.split()))
    if name is not None:
        said = f"this is about {name}, whose shape it has"
        return tuple(replace(c, choices=(*c.choices, said)) for c in _read_published(program, text, goal_of(program, name)))
    return tuple(_bounded(_about(claim, goal), program) for claim in claims)


def _reads_names(side: Side) -> bool:
    """Whether a side is a formula in letters: numbers alone are a calculation, about no gradient."""
    return side.body is not None and bool(names(side.body))


def without_maths(text: str) -> str:
    """A text, unless it has signs of mathematics that Python takes for letters: Wᵀ is not the name WT. ReadingError where it has."""
    found = next((k for k, sign in enumerate(text) if sign in LETTERS_OF_PYTHON), None)
    if found is not None:
        raise ReadingError(" ".join(text.split())[:60], f"{text[found]} is no sign of NumPy", "write .T, * or np.ones(n)", found)
    return text


def is_python(text: str) -> bool:
    """Whether every side of a text is an expression of Python, which powers with a hat are not; or the text is beyond all bounds."""
    if not LETTERS_OF_PYTHON.isdisjoint(text):
        return False
    try:
        return not any("^" in side.text or not parse(side.text) for line in lines_of(text) for side in line.sides)
    except ReadingError as error:
        return error.position is None


def _about(claim: Claim, goal: Goal | None) -> Claim:
    """A formula without a left side is about the goal."""
    return claim if goal is None or len(claim.sides) > 1 else replace(claim, sides=(goal.side, *claim.sides))


def _bounded(claim: Claim, network: Program) -> Claim:
    """The claim, unless it holds a constant too large to be worked with."""
    own = [d.body for d in claim.program.definitions if d.name not in network.definition]
    try:
        for body, text in [*((side.body, side.text) for side in claim.sides), *((body, "the claim") for body in own)]:
            if isinstance(body, Term):
                bounded(body, text)
    except Misfit as misfit:
        raise ReadingError("claim", misfit.found, misfit.remedy) from None
    return claim
