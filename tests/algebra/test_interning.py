"""Terms are interned; the table forgets those that nobody holds, and only those."""

from __future__ import annotations

from symback.algebra import terms
from symback.algebra.terms import ref


def test_equal_structure_is_one_object():
    assert ref("x") * ref("y") + 1 is ref("x") * ref("y") + 1
    assert ref("x") * ref("y") is not ref("y") * ref("x")


def test_sweeping_forgets_what_nobody_holds_and_keeps_the_rest():
    held = ref("held") * ref("held") + 1
    for k in range(100):
        ref(f"dropped{k}") * ref("held")
    before = len(terms._TABLE)
    terms._sweep()
    terms._sweep()
    assert len(terms._TABLE) <= before - 200
    assert ref("held") * ref("held") + 1 is held
