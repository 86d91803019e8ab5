"""An independent reading of the numbers on a sheet: each chain ``a = b ≈ c`` of a text sheet, worked out again as it is printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from mpmath import mp, mpf

SIGNS = ("=", "≈", "←")
TOKEN = re.compile(r"\s*(\d+(?:\.\d+)?|σ|tanh|log|exp|sqrt|[−+·/²³()\[\],;]|ᵀ|10(?=[⁰¹²³⁴-⁹⁻]))")
POWERS = {"²": 2, "³": 3}
RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
FUNCTIONS = {"σ": lambda v: 1 / (1 + mp.exp(-v)), "tanh": mp.tanh, "log": mp.log, "exp": mp.exp, "sqrt": mp.sqrt}
CLOSE = mpf(10) ** -40


class Letters(Exception):
    """A side that holds names: there is nothing to work out."""


def sides(text: str) -> list[tuple[str, str]]:
    """The sides of a chain, each with the sign before it."""
    found, depth, start, sign = [], 0, 0, ""
    for k, c in enumerate(text):
        depth += (c in "([") - (c in ")]")
        if c in SIGNS and depth == 0:
            found.append((sign, text[start:k].strip()))
            sign, start = c, k + 1
    return [*found, (sign, text[start:].strip())]


class Reader:
    """A sum of products of numbers and matrices of numbers, worked out with 50 digits."""

    def __init__(self, text: str) -> None:
        text = re.sub(r"·?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda m: f"e{m[1].translate(RAISED)}", text)
        text = re.sub(r"(?<=[\d])e(-?\d+)", lambda m: "·" + _plain(int(m[1])), text)
        self.tokens, at = [], 0
        while at < len(text.rstrip()):
            match = TOKEN.match(text, at)
            if match is None:
                raise Letters(text)
            self.tokens.append(match[1])
            at = match.end()
        self.at = 0

    def value(self):
        found = self.sum()
        if self.at != len(self.tokens):
            raise Letters(self.tokens[self.at])
        return found

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, *choices: str) -> str:
        token = self.peek()
        if token in choices or not choices:
            self.at += 1
            return token
        return ""

    def sum(self):
        total = self.product()
        while sign := self.take("+", "−"):
            total = _add(total, self.product(), 1 if sign == "+" else -1)
        return total

    def product(self):
        if self.take("−"):
            return _times(mpf(-1), self.product())
        total = self.factor()
        while True:
            if self.take("·"):
                total = _times(total, self.factor())
            elif self.take("/"):
                total = _times(total, 1 / self.factor())
            elif self.peek() and self.peek() not in "+−,;)]":
                total = _times(total, self.factor())
            else:
                return total

    def factor(self):
        token = self.take()
        if token == "−":
            return _times(mpf(-1), self.factor())
        if token == "(":
            found = self.sum()
            self.take(")")
        elif token == "[":
            found = [[self.sum()]]
            while close := self.take(",", ";"):
                found[-1].append(self.sum()) if close == "," else found.append([self.sum()])
            self.take("]")
        elif token in FUNCTIONS:
            found = FUNCTIONS[token](self.factor())
        elif token and token[0].isdigit():
            found = mpf(token)
        else:
            raise Letters(token)
        while power := self.take(*POWERS):
            found = found ** POWERS[power]
        return found


def _plain(power: int) -> str:
    return "1" + "0" * power if power >= 0 else "0." + "0" * (-power - 1) + "1"


def _times(a, b):
    if isinstance(a, list) and isinstance(b, list):
        return [[sum(x * row[j] for x, row in zip(line, b, strict=True)) for j in range(len(b[0]))] for line in a]
    if isinstance(b, list):
        a, b = b, a
    return [[x * b for x in row] for row in a] if isinstance(a, list) else a * b


def _add(a, b, sign):
    if isinstance(a, list):
        return [[x + sign * y for x, y in zip(r, s, strict=True)] for r, s in zip(a, b, strict=True)]
    return a + sign * b


def _unit(number: str) -> mpf:
    """The unit of the last digit of a number as it is printed."""
    places = len(number.split(".")[1]) if "." in number else 0
    return mpf(10) ** -places


def _flat(value):
    return [x for row in value for x in row] if isinstance(value, list) else [value]


def slack(text: str, cut: bool) -> mpf:
    """How far a side that was rounded may be off: half a unit of the last digit of each of its numbers."""
    plain = re.sub(r"·?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda m: f"e{m[1].translate(RAISED)}", text)
    found = [_unit(m[1]) * mpf(10) ** int(m[3] or 0) for m in re.finditer(r"(\d+(?:\.\d+)?)(e(-?\d+))?", plain)]
    return max(found, default=mpf(0)) * (len(found) if "+" in text[1:] or "−" in text[1:] else 1) * (mpf(1) if cut else mpf("0.5"))


def wrong(text: str, cut: bool = False) -> Iterator[str]:
    """What is not true as printed in a chain of equalities."""
    with mp.workdps(50):
        worked = []
        for sign, side in sides(text):
            try:
                worked.append((sign, side, Reader(side).value()))
            except Letters:
                continue
        for (_, left, a), (sign, right, b) in pairwise(worked):
            allowed = CLOSE if sign == "=" else slack(right, cut) + CLOSE
            if any(abs(x - y) > allowed for x, y in zip(_flat(a), _flat(b), strict=True)):
                yield f"{left} {sign} {right}"


def counted(text: str) -> int:
    """How many neighbours of a chain are numbers."""
    found = 0
    for _, side in sides(text):
        try:
            Reader(side).value()
            found += 1
        except Letters:
            pass
    return max(found - 1, 0)


__all__ = ["Fraction", "counted", "wrong"]
