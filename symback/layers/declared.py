"""Rows of a symbols table, by role: ``weight("n", "m")``."""

from __future__ import annotations

Row = dict[str, object]


def _row(role: str, shape: tuple[str, ...], facts: tuple[object, ...]) -> Row:
    return {"role": role, "shape": list(shape), **({"facts": list(facts)} if facts else {})}


def data(*shape: str, facts: tuple[object, ...] = ()) -> Row:
    """An input."""
    return _row("input", shape, facts)


def target(*shape: str, facts: tuple[object, ...] = ()) -> Row:
    """A target."""
    return _row("target", shape, facts)


def weight(*shape: str, facts: tuple[object, ...] = ()) -> Row:
    """A weight."""
    return _row("weight", shape, facts)


def bias(*shape: str) -> Row:
    """A bias."""
    return _row("bias", shape, ())


def constant(*shape: str, facts: tuple[object, ...] = ()) -> Row:
    """A constant."""
    return _row("constant", shape, facts)


def inner(*shape: str) -> Row:
    """An intermediate whose shape its line does not show."""
    return _row("intermediate", shape, ())
