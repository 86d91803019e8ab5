"""Reverse accumulation: the seed, who reads whom, rows that are added, and the chain as a lecturer writes it."""

from __future__ import annotations

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.sizes import Index
from symback.algebra.terms import ONE, apply, bracket, ref, total
from symback.calculus.chain import chain
from symback.calculus.reverse import prepare, with_auxiliary_rows
from symback.derivation import derive
from symback.network.program import Leaf, Program

i, j, k = (Index(name, "n") for name in "ijk")
w, x, y = ref("w"), ref("x"), ref("y")


def program(*definitions, leaves=("w", "x", "y", "v"), result=None):
    return Program("", tuple(Leaf(n) for n in leaves), definitions, (result or definitions[-1].name,))


NET = program(
    Definition("z", (), w * x),
    Definition("h", (), apply("tanh", ref("z"))),
    Definition("o", (), ref("v") * ref("h")),
    Definition("p", (), ref("o")),
    Definition("L", (), (y - ref("p")) ** 2 / 2),
)


def test_a_scalar_result_is_seeded_with_one():
    derivation = derive(NET)
    assert derivation.adjoints["L"].result is ONE
    assert [step.rule for step in derivation.adjoints["L"].steps] == ["seed"]


def test_a_result_with_axes_is_seeded_with_deltas():
    sweep = prepare(Program("", (Leaf("u", (i,)),), (Definition("h", (i,), apply("tanh", ref("u", i))),), ("h",)), "h")
    (result,) = sweep.result_indices
    (own,) = sweep.indices("h")
    assert own is not result
    assert sweep.seed() is bracket(result, "=", own)


def test_the_chain_goes_up_to_the_result():
    derivation = derive(NET)
    found = chain(derivation.sweep, derivation.locals, "w")
    assert found.start == "L"
    assert [(link.of, link.by) for link in found.links] == [("L", "p"), ("p", "o"), ("o", "h"), ("h", "z"), ("z", "w")]
    assert [link.values for link in found.links[1:3]] == [(ONE,), (ref("v"),)]


def test_a_link_that_is_one_is_joined_with_the_one_below():
    derivation = derive(NET)
    found = chain(derivation.sweep, derivation.locals, "w", contracted=True)
    assert [(link.of, link.by) for link in found.links] == [("L", "p"), ("p", "h"), ("h", "z"), ("z", "w")]
    assert found.links[1].values == (ref("v"),)
    assert len(found.links[1].locals) == 2


def test_the_first_link_is_never_joined():
    net = program(Definition("p", (), w * x), Definition("q", (), ref("p") ** 2), Definition("L", (), ref("q")))
    derivation = derive(net)
    found = chain(derivation.sweep, derivation.locals, "w", contracted=True)
    assert [(link.of, link.by) for link in found.links] == [("L", "q"), ("q", "p"), ("p", "w")]


def test_the_chain_ends_where_two_definitions_read_a_name():
    net = program(Definition("z", (), w * x), Definition("h", (), ref("z") ** 2), Definition("L", (), ref("h") * ref("z")))
    derivation = derive(net)
    assert chain(derivation.sweep, derivation.locals, "w").start == "z"
    assert chain(derivation.sweep, derivation.locals, "h").start == "L"


def test_an_inverse_is_added_once_under_a_name_that_is_free():
    matrix = Leaf("A", (i, j))
    taken = Definition("A_inv", (), ref("w"))
    rows = (Definition("D", (), Opaque("det", ("A",))), Definition("S", (), Opaque("logabsdet", ("A",))))
    net = Program("", (matrix, Leaf("w")), (taken, *rows, Definition("L", (), ref("D") * ref("S") * ref("A_inv"))), ("L",))
    added = [d for d in with_auxiliary_rows(net).definitions if d not in net.definitions]
    assert [(d.name, d.body) for d in added] == [("A_inv_", Opaque("inv", ("A",)))]


def test_an_inverse_that_is_there_is_used():
    inverse = Definition("B", (i, j), Opaque("inv", ("A",)))
    total_ = Definition("L", (), ref("D") * total([i, j], ref("B", i, j)))
    net = Program("", (Leaf("A", (i, j)),), (inverse, Definition("D", (), Opaque("det", ("A",))), total_), ("L",))
    assert with_auxiliary_rows(net) is net


def test_only_what_the_result_depends_on_is_reached():
    net = program(Definition("z", (), w * x), Definition("unread", (), ref("z") ** 2), Definition("L", (), ref("z") * y))
    sweep = prepare(net, "L")
    assert sweep.reaches == {"L", "z", "w", "x", "y"}
    assert set(sweep.order) == {*sweep.reaches, "unread", "v"}


def test_a_link_is_joined_wherever_it_stands():
    net = program(
        Definition("z", (), w * x),
        Definition("a", (), ref("z")),
        Definition("h", (), apply("tanh", ref("a"))),
        Definition("o", (), ref("h") ** 2),
        Definition("L", (), ref("o") * y),
    )
    derivation = derive(net)
    found = chain(derivation.sweep, derivation.locals, "w", contracted=True)
    assert [(link.of, link.by) for link in found.links] == [("L", "o"), ("o", "h"), ("h", "a"), ("a", "w")]
    assert found.links[-1].values == (x,)
