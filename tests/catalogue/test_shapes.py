"""Formulas are found by their shape, whatever their symbols are called."""

from __future__ import annotations

import pytest

from symback.catalogue import lookup_formula
from symback.catalogue.command import found, shown
from symback.catalogue.formulas import asked
from symback.errors import ReadingError

FOUND = {
    "g - mean(g) - x*mean(g*x)": ("layer_norm", "batch_norm", "layer_norm_rows", "instance_norm"),
    "dy - mean(dy) - xh*mean(dy*xh)": ("layer_norm", "batch_norm"),
    "(a - np.mean(a) - b*np.mean(a*b))/s": ("layer_norm", "batch_norm"),
    "(g - sum(g*p))*p": ("softmax", "softmax_rows"),
    "p - y": ("softmax_cross_entropy", "sigmoid_cross_entropy"),
    "(p - y)/(p*(1 - p))": ("binary_cross_entropy",),
    "g*(1 - h**2)": ("tanh",),
    "g*s*(1 - s)": ("sigmoid",),
    "X.T @ G": ("dense",),
    "exp(z)/sum(exp(z))": ("log_sum_exp",),
    "(x - a)/L": ("distance",),
    "(1/N)*(N*dy - dy.sum() - xh*sum(dy*xh))/s": ("layer_norm", "batch_norm"),
    "xh*-np.mean(xh*dy) - (np.mean(dy) - dy)": ("layer_norm", "batch_norm"),
    "P*(dP - sum(dP*P, axis=1, keepdims=True))": ("softmax_rows", "attention"),
    "X.T @ (X @ w - y)": ("ridge_regression",),
    "X.T @ (p - y)": ("poisson_regression",),
    "(A + A.T) @ x": ("square_form",),
    "A @ x + A.T @ x": ("square_form",),
    "sigmoid(z) - y": ("sigmoid_cross_entropy", "logistic_neuron"),
    "1/(1 + exp(-u)) - t": ("sigmoid_cross_entropy",),
    "softmax(z) - y": ("softmax_cross_entropy",),
    "exp(z)/sum(exp(z)) - y": ("softmax_cross_entropy",),
    "dS.T @ Q/sqrt(d)": ("attention",),
    "(g - u*(u @ g))/r": ("l2_norm",),
    "x/norm(x)": ("length",),
    "inv(X).T": ("log_det",),
    "-inv(X).T @ G @ inv(X).T": ("inverse",),
    "where(z > 0, g, 0)": ("relu",),
    "(z > 0)*g": ("relu",),
    "(1 - s)*s": ("sigmoid",),
    "1 - h**2": ("tanh",),
    "ga*g/r - x*sum(x*ga*g)/(n*r**3)": ("rms_norm",),
    "W.T @ d * h*(1 - h)": ("mlp_sigmoid",),
}

SAME = [
    ("p - y", "b - a"),
    ("p - y", "-(y - p)"),
    ("p - y", "2*(q - t)"),
    ("p - y", "P - Y"),
    ("g*s*(1 - s)", "(1 - h)*h*d"),
    ("g - mean(g)", "z - sum(z)/n"),
    ("a*sum(a*b)", "q*sum(p*q)"),
    ("2*q - 2*p", "p - q"),
    ("dP*P", "G*Q"),
]

DIFFERENT = [
    ("p - y", "p + y"),
    ("g*s*(1 - s)", "g*s*(1 - h)"),
    ("a*sum(a*b)", "a*sum(b*b)"),
    ("g - mean(g)", "g - sum(g)"),
    ("A @ x", "A.T @ x"),
    ("exp(x)", "log(x)"),
    ("x/2 + y", "x + y"),
]


@pytest.mark.parametrize("formula", FOUND)
def test_a_formula_finds_its_entries(formula):
    keys = [e.key for e in lookup_formula(formula, limit=1000)]
    assert set(FOUND[formula]) <= set(keys)
    assert len(keys) < 100


def test_whole_gradients_come_first_with_their_argument():
    first = lookup_formula("(a - mean(a) - b*mean(a*b))/s")[0]
    assert (first.key, first.asked) == ("batch_norm", "X")


@pytest.mark.parametrize(("one", "other"), SAME)
def test_names_order_and_a_number_in_front_do_not_matter(one, other):
    assert asked(one) & asked(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_stands_where_matters(one, other):
    assert asked(one)
    assert not asked(one) & asked(other)


def test_what_has_no_entry_finds_nothing():
    assert lookup_formula("sin(a*cos(b)) + arctan2(a, b)") == []


@pytest.mark.parametrize("formula", ["g - ", "mean(", "foo(x)", "x", "2", "", "__import__('os')", "x" * 500])
def test_what_cannot_be_read_is_one_line(formula):
    with pytest.raises(ReadingError) as caught:
        lookup_formula(formula)
    assert "\n" not in str(caught.value)


def test_the_command():
    text = shown(found([], formula="g - mean(g) - x*mean(g*x)"))
    assert "layer_norm" in text
    assert "batch_norm" in text
    with pytest.raises(ReadingError, match="no gradient"):
        found([], formula="sin(a*cos(b)) + arctan2(a, b)")
