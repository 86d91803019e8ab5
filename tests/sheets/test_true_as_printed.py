"""Every equation in numbers on a sheet is true as it is printed, to the digits shown, under the rounding that the sheet states."""

from __future__ import annotations

import runpy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from printed_numbers import counted, wrong

import symback as sb
from symback.sheets.build import sheet
from symback.sheets.resources import examples
from symback.sheets.subject import Options

NUMBERS = ("forward", "numbers", "descent", "again", "matrix form", "locals", "gradients")


def chains(record):
    """Each chain of equalities on a sheet, as one line of text."""
    for section in record.sections:
        if section.key not in NUMBERS:
            continue
        for part in section.parts:
            if part.kind == "block":
                yield part.head.text + "".join(f" {line.sign.text} {line.math.text}" for line in part.lines)
            elif part.kind == "row":
                yield from (formula.text for formula in part.formulas)
            elif part.kind == "table":
                for row in part.rows:
                    put_in, new = ("".join(p if isinstance(p, str) else p.text for p in cell) for cell in row[-2:])
                    yield f"{put_in} ≈ {new}"


def false_lines(derivation, record):
    """What is not true as printed on a sheet."""
    rules = () if not derivation.core.program.values else derivation.worked().policy.rules.values()
    cut = any(r.mode == "cut" for several in rules for r in several)
    return [line for chain in chains(record) for line in wrong(chain, cut)]


def network(name):
    """A packaged example, from its network file or its Python file."""
    path = examples()[name]
    return sb.load(path) if path.suffix == ".toml" else runpy.run_path(str(path))["network"]


@pytest.mark.parametrize("notation", ["scalar", "matrix"])
@pytest.mark.parametrize("name", sorted(examples()))
def test_every_equation_of_every_example(name, notation):
    derivation = network(name).derive()
    record = sheet(derivation.core, derivation.wanted, options=Options(notation=notation))
    assert false_lines(derivation, record) == []
    if derivation.core.program.values and notation == "scalar":
        assert sum(map(counted, chains(record))) >= 10


KINDS_ROUNDED = ("quantity", "activation", "prediction", "product", "local-derivative", "gradient", "step", "updated-value")
RULES = st.one_of(st.fixed_dictionaries({"decimals": st.integers(1, 4)}), st.fixed_dictionaries({"digits": st.integers(1, 5)}))
TENTHS = st.integers(-150, 150).map(lambda k: k / 100)


@given(
    st.dictionaries(st.sampled_from(KINDS_ROUNDED), RULES, min_size=1),
    st.booleans(),
    st.sampled_from(["half-up", "half-even", "cut"]),
    st.lists(TENTHS, min_size=9, max_size=9),
    st.sampled_from(["sigmoid", "tanh"]),
)
@settings(max_examples=40)
def test_every_equation_under_any_rounding(rules, carried, mode, numbers, activation):
    x1, x2, y, *rest = numbers
    net = sb.Network.from_dict(
        {
            "symbols": {"x": {"shape": [2]}, "W": {"role": "weight", "shape": [2, 2]}, "v": {"role": "weight", "shape": [2]}, "y": {"role": "target"}},
            "forward": f"z = W @ x\nh = {activation}(z)\np = v @ h",
            "loss": {"L": "(y - p)**2/2"},
            "values": {"x": [x1, x2], "y": y, "W": [rest[:2], rest[2:4]], "v": rest[4:], "rate": 0.3},
            "rounding": {**rules, "carried": carried, "mode": mode},
        }
    )  # fmt: skip
    derivation = net.derive()
    record = sheet(derivation.core, derivation.wanted, options=Options(notation="scalar"))
    assert false_lines(derivation, record) == []
