"""Large widths that are only numbers: verified in a moment, as for any size, and never where a formula speaks of one."""

import pytest

import symback as sb
from symback.algebra.sizes import Index
from symback.algebra.terms import Count, ref, total
from symback.network.program import Leaf, Program
from symback.verify.widths import freed_program, widths_of, written_widths


def classifier(*widths):
    symbols = {"x": {"shape": [str(widths[0])]}, "y": {"shape": [str(widths[-1])], "facts": ["one-hot"]}}
    lines, before = [], "x"
    for k, (rows, columns) in enumerate(zip(widths[1:], widths, strict=False), 1):
        symbols |= {f"W{k}": {"shape": [str(rows), str(columns)], "role": "weight"}, f"b{k}": {"shape": [str(rows)], "role": "bias"}}
        lines.append(f"z{k} = W{k} @ {before} + b{k}")
        before = f"h{k}"
        lines.append(f"h{k} = {'softmax' if k == len(widths) - 1 else 'relu'}(z{k})")
    return {"symbols": symbols, "forward": "\n".join([*lines, f"L = -sum(y*log({before}))"]), "loss": "L"}


@pytest.mark.parametrize("widths", [(784, 128, 64, 10), (3072, 512, 100)])
def test_networks_of_ordinary_widths_are_proved(widths):
    report = sb.Network.from_dict(classifier(*widths)).derive().verify()
    assert {row.verdict for row in report.rows} == {"proved"}
    assert report.kinks.points


def test_a_mean_over_a_width_is_proved():
    network = {
        "symbols": {"W": {"shape": ["1000", "300"], "role": "weight"}, "x": {"shape": ["300"]}},
        "forward": "L = mean(tanh(W@x)**2)/2",
    }
    report = sb.Network.from_dict({**network, "loss": "L"}).derive().verify()
    assert {row.verdict for row in report.rows} == {"proved"}


def test_places_and_numbers_of_a_width_keep_it():
    i = Index("i", 7)
    x = Leaf("x", (i,))
    free = Program("", (x,), (), ())
    assert widths_of(free, (), [total([i], ref("x", i))]) == (7,)
    assert widths_of(free, (), [ref("x", 3)]) == ()
    assert widths_of(free, (), [total([i], Count(i.size * 0 + 5) * ref("x", i))]) == ()
    assert written_widths(free, [ref("x", i) / 7], (7,)) == (7,)
    assert freed_program(free) is not None
    assert freed_program(Program("", (Leaf("x", (Index("i", "n"),)),), (), ())) is None
