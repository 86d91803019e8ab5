"""Numbers that nobody could write down spend the budget at once."""

from symback.algebra.normal import Given, Normalizer
from symback.algebra.terms import Num, Pow, ref


def test_towers_of_powers_are_not_worked_out():
    tower = Pow(Num(9), Num(9**9))
    for node in (tower, Pow(tower, Num(-1)), Pow(tower + ref("x"), Num(9)), Pow(Num(2) * ref("x"), Num(10**7))):
        assert Normalizer(Given()).equal(node, ref("x")).exhausted


def test_large_powers_of_names_and_of_small_numbers_are():
    assert Normalizer(Given()).equal(Pow(ref("x"), Num(10**9)), ref("x") * Pow(ref("x"), Num(10**9 - 1))).proved
    assert Normalizer(Given()).equal(Pow(Num(2), Num(10**4)), Num(2**10000)).proved
