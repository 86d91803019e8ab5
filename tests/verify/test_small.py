"""The sizes 1 to 3, in fractions where the loss is rational: no error is too small."""

from __future__ import annotations

import core_cases
import pytest

from symback.algebra.definitions import Definition
from symback.algebra.terms import Num, Term
from symback.derivation import derive
from symback.verify.small import Dual, run_small

EXACT = ("convolution", "cumulative sum", "sort", "reshape of a product axis", "independent variable", "variance by a shift")


@pytest.mark.parametrize("case", core_cases.CASES, ids=lambda c: c.name)
def test_every_gradient_of_every_core_program_holds_and_no_tiny_error_does(case):
    core = derive(case.program)
    names = core.sweep.order
    gradient = core.gradient_program(names, facts=True)
    adjoints = {n: core.adjoint(n) for n in names}
    found = run_small(core.program, gradient, adjoints)
    assert found.sizes or case.name.startswith("sigmoid")  # of fixed size and not rational
    assert not found.failed
    assert found.exact or case.name not in EXACT
    tiny = Num(1) / Num(10) ** (200 if found.exact else 20)
    for name in names[-2:]:
        wrong = gradient.with_definitions(
            Definition(d.name, d.indices, d.body + tiny) if d.name == adjoints[name] and isinstance(d.body, Term) else d
            for d in gradient.definitions
        )
        assert list(run_small(core.program, wrong, adjoints).failed) == [name] * bool(found.sizes)


def test_what_was_run_is_said():
    said = {}
    for case in core_cases.CASES:
        core = derive(case.program)
        adjoints = {leaf.name: core.adjoint(leaf.name) for leaf in case.program.leaves}
        said[case.name] = str(run_small(core.program, core.gradient_program(facts=True), adjoints))
    assert said["sort"] == "sizes 1, 2, 3 in fractions"
    assert said["softmax"] == "sizes 1, 2, 3 to 50 digits"
    assert said["max pool and rectifier"] == "sizes 2, 3 in fractions"
    assert said["product of two factors, one zero"] == "its own sizes in fractions"
    assert said["sigmoid cross-entropy at y = 0"] == ""


def test_dual_numbers():
    three = Dual(Num(3).value, Num(1).value)
    assert three * three + 1 == Dual(Num(10).value, Num(6).value)
    assert sum([three, three], 0) == 2 * three
