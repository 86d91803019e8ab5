"""Published chains over arrays of symbolic size: sums over ways, matrix products, updates, numbers in matrices."""

from __future__ import annotations

from pathlib import Path

import pytest

import symback as sb
from symback.verify.links import Chains, failing

CHAINS = Chains(sb.load(Path(__file__).parents[2] / "examples" / "house_price.toml").program)
HIDDEN = (
    r"\frac{\partial h^2}{\partial z^2}\frac{\partial z^2}{\partial h^1}\frac{\partial h^1}{\partial z^1}\frac{\partial z^1}{\partial b^1}"
)
NUMBERS = (
    r"z^1 = W^1 x + b^1 = \begin{bmatrix}0.2&0.15\\0.5&0.6\end{bmatrix}\begin{bmatrix}-0.32\\-0.66\end{bmatrix}"
    r"+\begin{bmatrix}0.1\\0.25\end{bmatrix} = "
)
RIGHT = [
    r"\frac{\partial L}{\partial h^1_i} = \sum_k \frac{\partial L}{\partial z_k^2}\frac{\partial z^2_k}{\partial h^1_i} = \sum_k \delta^2_k W^2_{ki}",
    r"\frac{\partial L}{\partial W^2} = \delta^2 (h^1)^T = (h^2-y)(h^1)^T",
    r"\delta^1 = (W^2)^T\delta^2 \odot \sigma'(z^1) = (W^2)^T (h^2-y) \odot h^1 \odot (1-h^1)",
    r"\frac{\partial L}{\partial W^1} = \frac{\partial L}{\partial z^1}\frac{\partial z^1}{\partial W^1} = \delta^1 x^T",
    r"\frac{\partial L}{\partial W^1_{ij}} = \frac{\partial L}{\partial z^1_i}\frac{\partial z^1_i}{\partial W^1_{ij}} = \delta^1_i x_j",
    r"W^1 \leftarrow W^1 - \eta \frac{\partial L}{\partial W^1} = W^1 - \eta \delta^1 x^T",
    r"b^1_{new} = b^1_{old} - \eta \delta^1",
    r"\frac{\partial h^1_i}{\partial z^1_j} = \delta_{ij} h^1_i(1-h^1_i)",
    r"\frac{\partial L}{\partial b^1} = \frac{\partial L}{\partial h^2}" + HIDDEN,
    r"L = \frac12 (y-h^2)^2 \Rightarrow \frac{\partial L}{\partial h^2} = h^2 - y",
    r"\frac{\partial L}{\partial W^2_{11}} = (h^2_1 - y_1)h^1_1 = (0.63-(-0.54))*0.484 = 1.17*0.484 = 0.5663",
    NUMBERS + r"\begin{bmatrix}-0.063\\-0.306\end{bmatrix}",
]
WRONG = [
    (1, "the index k runs over k", r"\frac{\partial L}{\partial h^1_i} = \sum_k \frac{\partial L}{\partial z_k^2}\frac{\partial z^1_k}{\partial h^1_i}"),
    (1, "", r"\frac{\partial L}{\partial h^1_i} = \frac{\partial L}{\partial z_k^2}\frac{\partial z^2_k}{\partial h^1_i}"),
    (2, "", r"\frac{\partial L}{\partial W^2} = \delta^2 (h^1)^T = (y-h^2)(h^1)^T"),
    (1, "shapes", r"\delta^1 = W^2\delta^2 \odot \sigma'(z^1)"),
    (1, "the index j runs over n", r"\frac{\partial L}{\partial W^1_{ij}} = \frac{\partial L}{\partial z^1_i}\frac{\partial z^1_j}{\partial W^1_{ij}} = \delta^1_i x_j"),
    (1, "", r"W^1 \leftarrow W^1 + \eta \frac{\partial L}{\partial W^1}"),
    (1, "", r"W^1 \leftarrow W^2 - \eta \frac{\partial L}{\partial W^1}"),
    (1, "", r"b^1_{new} = b^1_{old} - \eta \delta^2"),
    (1, "", r"\frac{\partial h^1_i}{\partial z^1_j} = h^1_i(1-h^1_i)"),
    (1, "telescope", r"\frac{\partial L}{\partial b^1} = \frac{\partial L}{\partial h^2}" + HIDDEN.replace(r"\partial h^2}{\partial z^2", r"\partial h^2}{\partial h^2")),
    (2, "0.04356", r"\frac{\partial L}{\partial W^2_{11}} = (h^2_1 - y_1)h^1_1 = (0.63-0.54)*0.484 = 0.0436"),
    (3, "entry 2", NUMBERS + r"\begin{bmatrix}-0.063\\-0.316\end{bmatrix}"),
]  # fmt: skip


@pytest.mark.parametrize("text", RIGHT)
def test_right(text):
    assert CHAINS.check(text).holds, repr(CHAINS.check(text))


@pytest.mark.parametrize(("link", "why", "text"), WRONG)
def test_wrong(link, why, text):
    found = CHAINS.check(text)
    assert found.word == "refuted"
    assert failing(found) == link, repr(found)
    assert why in found.why, found.why


def test_a_choice_of_sizes_is_said():
    said = CHAINS.check(r"W^2 = \begin{bmatrix}0.3 & 0.2\end{bmatrix}").choices
    assert any(s.startswith("with ") and "n = 2" in s and "k = 1" in s for s in said), said
    assert "with k = 1" in CHAINS.check(r"L = \frac12 (y-h^2)^2").choices


MANY = Chains(
    sb.Network.from_dict(
        {
            "symbols": {
                "x": {"shape": ["n"]},
                "t": {"role": "target", "shape": ["q"]},
                "W": {"role": "weight", "shape": ["q", "n"]},
                "b": {"role": "bias", "shape": ["q"]},
            },
            "forward": "z = W @ x + b\no = sigmoid(z)",
            "loss": {"E": "sum((t - o)**2)/2"},
        }
    ).program
)
BY_O, BY_W = (
    r"\frac{\partial E}{\partial o_k} = \frac{\partial}{\partial o_k}",
    r"\frac{\partial z_k}{\partial W_{kj}} = \frac{\partial}{\partial W_{kj}}",
)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        (BY_O + r"\frac12\sum_j (t_j-o_j)^2 = \frac{\partial}{\partial o_k}\frac12(t_k-o_k)^2 = -(t_k-o_k)", True),
        (BY_O + r"\frac12(t_k-o_k)^2 = -(t_k-o_k)", True),
        (BY_O + r"(\frac12(t_k-o_k)^2 + b_k) = -(t_k-o_k)", False),
        (BY_O + r"\frac12(t_k+o_k)^2 = t_k+o_k", False),
        (BY_W + r"\sum_i W_{ki}x_i = x_j", True),
        (BY_W + r"(\sum_i W_{ki}x_i + b_k) = x_j", True),
        (BY_W + r"(\sum_i W_{ki}x_i + t_k) = x_j", False),
    ],
)
def test_terms_that_do_not_depend_on_the_variable_may_be_dropped_but_not_be_others(text, right):
    assert MANY.check(text).holds is right, repr(MANY.check(text))
