"""Definitions: shape, what is read, and the left side."""

from __future__ import annotations

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import ref, total

i, j = Index("i", "n"), Index("j", "m")


def test_a_formula():
    definition = Definition("z", (j,), total([i], ref("W", j, i) * ref("x", i)) + ref("b", j) + ref("x", 0))
    assert definition.reads == ("W", "x", "b")
    assert definition.shape == (Size.of("m"),)
    assert definition.head is ref("z", j)


def test_an_opaque_row():
    definition = Definition("B", (i, Index("j", "n")), Opaque("inv", ("A",)))
    assert definition.reads == ("A",)
    assert definition.shape == (Size.of("n"), Size.of("n"))
    assert definition == Definition("B", (i, Index("j", "n")), Opaque("inv", ("A",)))
