"""Walking, substituting without capture, renaming and inlining."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st
from normal_terms import FREE, POINTS, PROGRAM, RUNS, SIZES, Terms, close, n

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index, Size, SizeAt
from symback.algebra.terms import Count, Reduce, apply, bracket, ref, total
from symback.algebra.traverse import binders, children, free_indices, inline, names, refs, rename, rewrite, substitute, walk, with_children
from symback.numeric.evaluate import Evaluator

i, j, k = Index("i", n), Index("j", n), Index("k", n)
SEEDS = st.integers(0, 10**9)


def distinct_along_paths(node, bound=()):
    if isinstance(node, Reduce):
        assert all((node.index.name, node.index.mark) != (b.name, b.mark) for b in bound)
        bound = (*bound, node.index)
    for child in children(node):
        distinct_along_paths(child, bound)


@given(SEEDS)
def test_substitution_is_evaluation_at_the_place(seed):
    """Also where the place reads letters that the term binds: a captured index would change the value."""
    node = Terms(Random(seed)).term(2)
    first, second = FREE
    letters = Random(seed).sample(["i", "j", "a", "b"], 2)
    to = {f: Index(letter, n) for f, letter in zip(FREE, letters, strict=True)}
    moved = substitute(node, {f: Size.of(t) for f, t in to.items()})
    distinct_along_paths(moved, tuple(to.values()))
    for run in RUNS:
        for at in ({first: 0, second: 2}, {first: 1, second: 1}):
            try:
                expected = run.term(node, at)
            except Exception:  # undefined there
                continue
            assert close([expected], [run.term(moved, {to[f]: v for f, v in at.items()})])


def test_capture_is_avoided():
    moved = substitute(total([i], ref("A", i, j)), {j: Size.of(i)})
    assert repr(moved) == "sum_i'(A[i',i])"
    twice = substitute(total([i], total([Index("i", n, 1)], ref("A", i, j) * ref("B", Index("i", n, 1)))), {j: Size.of(i)})
    distinct_along_paths(twice, (i,))
    assert free_indices(twice) == (i,)


def test_substitution_reaches_sizes_of_binders():
    layer = Index("l", "L")
    wide = Index("w", Size.of(SizeAt("n", layer)))
    moved = substitute(total([wide], ref("h", layer, wide)), {layer: Size.of(2)})
    assert isinstance(moved, Reduce)
    assert moved.index.size is Size.of(SizeAt("n", 2))
    assert free_indices(moved) == ()
    assert free_indices(total([wide], ref("h", wide))) == (layer,)


def test_a_bound_index_is_not_substituted():
    node = total([i], ref("a", i))
    assert substitute(node, {i: Size.of(3)}) is node


def test_walk_and_children():
    node = apply("exp", ref("x") + 1) * total([i], ref("a", i))
    assert next(iter(walk(node))) is node
    assert names(node) == ("x", "a")
    assert binders(node) == (i,)
    assert refs(ref("x") * ref("x")) == (ref("x"),)
    for part in walk(node):
        assert with_children(part, children(part)) is part


def test_rewrite_and_rename():
    node = ref("x") + total([i], ref("x") * ref("a", i))
    assert rewrite(node, lambda t: ref("y") if t is ref("x") else t) is rename(node, {"x": "y"})
    assert rewrite(node, lambda t: t) is node


@given(SEEDS)
def test_inlining_is_evaluation(seed):
    body = total([k], ref("A", i, k) * ref("u", k)) * bracket(i, ">=", 1) + Count(i)
    node = total([j], total([k], ref("h", j) * ref("B", k, 0) + ref("h", k))) * Terms(Random(seed)).leaf(()) + ref("h", FREE[0])
    flat = inline(node, lambda name: ((i,), body) if name == "h" else None)
    distinct_along_paths(flat)
    assert "h" not in names(flat)
    for run, point in zip(RUNS, POINTS, strict=True):
        named = Evaluator(PROGRAM.with_definitions([Definition("h", (i,), body)]), point, SIZES, digits=40)
        at = {FREE[0]: 0, FREE[1]: 2}
        assert close([named.term(node, at)], [run.term(flat, at)])
