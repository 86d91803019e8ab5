"""Numbers that no float holds, and what is left of rounding."""

from fractions import Fraction

import pytest

from symback.errors import NumericError, OutOfRange
from symback.numeric.emit import number
from symback.numeric.field import HighPrecision, as_float


def test_a_number_that_no_float_holds_is_refused_in_one_line():
    with pytest.raises(NumericError, match="a number of 401 digits: no float is as large"):
        number(Fraction(10**400))
    assert as_float(Fraction(-(10**400))) == float("-inf")


def test_what_is_left_of_rounding_is_zero():
    field = HighPrecision(40)
    third = field.number(Fraction(1, 3))
    values = [third, field.number(Fraction(2, 7)), -third, -field.number(Fraction(2, 7)) - field.real(10) ** -39]
    assert field.total(values) == 0
    assert field.total([third, -third + field.real(10) ** -20]) != 0


def test_equals_computed_in_two_ways_are_equal_where_they_are_compared():
    field = HighPrecision(40)
    root = field.power(field.number(Fraction(2)), field.number(Fraction(1, 2)))
    assert field.holds("=", root * root, field.number(Fraction(2)))
    assert not field.holds(">", root * root, field.number(Fraction(2)))
    assert field.holds(">", field.number(Fraction(2)) + field.real(10) ** -20, field.number(Fraction(2)))


def test_a_singular_matrix_has_no_determinant_of_rounding():
    field = HighPrecision(40)
    a, b = field.number(Fraction(1, 3)), field.number(Fraction(2, 7))
    assert field.opaque("det", [[[a * a, a * b], [b * a, b * b]]], [(2, 2)]) == 0


def test_values_out_of_range_are_no_evidence():
    field = HighPrecision(40)
    huge = field.power(field.number(Fraction(10)), 2000)
    assert field.apply("log", [huge]) > 4000
    with pytest.raises(OutOfRange):
        field.apply("exp", [field.apply("exp", [huge])])
