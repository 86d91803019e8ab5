"""Claims in NumPy and SymPy: what is a derivative, what is a line of the text's own, what is refused and where."""

import pytest
import sympy as sp

import symback as sb
from symback.algebra.terms import Partial, Ref
from symback.errors import ReadingError, SymbackError
from symback.reading.claims import read_claim
from symback.reading.files import from_dict

SYMBOLS = {"A": {"shape": ["n", "n"]}, "x": {"shape": ["n"]}, "y": {"shape": ["n"]}}
NET = from_dict({"symbols": SYMBOLS, "forward": "z2 = A @ x\nz = z2 - y\nL = z @ z2", "loss": "L"})
LX, ZX = Partial("L", "x"), Partial("z", "x")

# text, then what the derivatives in its sides are, in order
READ = [
    ("dL/dx = y", [LX]),
    ("dL / dx = y", [LX]),
    ("dx = y", [LX]),
    ("dz2 = y", [Partial("L", "z2")]),
    ("dL/dz2 = y", [Partial("L", "z2")]),
    ("d2L/dz22 = A", [Partial(Partial("L", "z2"), "z2")]),
    ("d2L/dxdy = A", [Partial(LX, "y")]),
    ("d2L/(dx*dy) = A", [Partial(LX, "y")]),
    ("d2L/dx**2 = A", [Partial(LX, "x")]),
    ("dL/dx = dL/dz @ dz/dx", [LX, Partial("L", "z"), ZX]),
    ("dL/dz = y; dL/dx = dz", [Partial("L", "z"), LX, Partial("L", "z")]),
    ("dz = y\ndL/dx = dz @ A", [LX]),
    ("s = 2*dx\ndL/dy = s = y", [Partial("L", "y")]),
    ("z = A @ x - y", []),
]


def _partials(claims):
    found = []
    for claim in claims:
        for side in claim.sides:
            stack = [side.body]
            while stack:
                node = stack.pop(0)
                if isinstance(node, Ref) and isinstance(node.name, Partial):
                    found.append(node.name)
                stack = [*node.below, *stack]
    return found


@pytest.mark.parametrize(("text", "expected"), READ)
def test_which_names_are_derivatives(text, expected):
    assert _partials(read_claim(NET, text)) == expected


def test_an_own_line_may_read_a_derivative():
    (claim,) = read_claim(NET, "s = 2*dx\ndL/dy = s")
    (own,) = [d for d in claim.program.definitions if d.name == "s"]
    assert LX in own.reads


# text, what the message holds
REFUSED = [
    ("", "empty"),
    ("2*x", "x and y have its shape"),
    ("grad = A @ x", "derivative of"),
    ("dL/dx = A @", "character"),
    ("dL/dx = q", "q is not declared at character 9"),
    ("dL/dx =", "a side is empty"),
    ("dL/dx**2 = y", "brackets"),
    ("dL/dx = dt", "dt is not declared"),
    ("s\ndL/dx = y", "assignment"),
    ("dL/dx = (A", "cannot be read"),
    ("dL/dx = 9**9**9 * x", "too large"),
    ("dL/dx = " + "(" * 100_000, "characters long"),
    ("dL/dx = " + "(" * 5_000, "cannot be read"),
    ("dL/dx = " + "x + " * 3_000 + "x", "characters"),
    (" = ".join(["x"] * 40), "sides"),
]


@pytest.mark.parametrize(("text", "says"), REFUSED, ids=lambda t: t[:20])
def test_what_cannot_be_read_is_refused_in_one_line(text, says):
    with pytest.raises(SymbackError, match=says) as caught:
        read_claim(NET, text)
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 400


def test_positions_count_in_the_line():
    with pytest.raises(ReadingError) as caught:
        read_claim(NET, "s = x\ndL/dx = s + q")
    assert caught.value.where == "dL/dx = s + q"
    assert caught.value.position == len("dL/dx = s + ")


def test_sizes_that_cannot_meet_are_a_side_without_a_body():
    net = from_dict({"symbols": {"W": {"shape": ["m", "n"]}, "x": {"shape": ["n"]}}, "forward": "L = sum(W @ x)", "loss": "L"})
    (claim,) = read_claim(net, "dL/dx = W @ np.ones(m)")
    assert claim.sides[1].body is None
    assert "the inner sizes n and m differ" in claim.sides[1].clash
    (claim,) = read_claim(net, "s = W.T @ x\nt = 2*s\nt", "x")
    assert claim.sides[1].body is None
    assert "s = W.T @ x" in claim.sides[1].clash


@pytest.mark.parametrize(("kind", "shape"), [("gradient", "(n,)"), ("jacobian", "(m, n)"), ("hessian", "(n, n)"), ("hessian_diag", "(n,)")])
def test_kinds(kind, shape):
    net = from_dict(
        {"symbols": {"W": {"shape": ["m", "n"]}, "x": {"shape": ["n"]}}, "forward": "h = tanh(W @ x)", "loss": "h"}, scalar=False
    )
    (claim,) = read_claim(net, "x", "x", kind)
    assert str(claim.sides[0].shape) == shape


class TestSymPy:
    L, a, c = sp.symbols("L a c")

    @property
    def net(self):
        return sb.Network(forward=[], loss=(self.L, sp.exp(self.a * self.c)), parameters=[self.a], inputs=[self.c])

    @pytest.mark.parametrize(
        ("claim", "word"),
        [
            (lambda s: sp.Eq(sp.Derivative(s.L, s.a), s.c * s.L), "proved"),
            (lambda s: (sp.Symbol("dL/da"), s.c * s.L), "proved"),
            (lambda s: sp.Eq(sp.Derivative(s.L, s.a, s.a), s.c**2 * s.L), "proved"),
            (lambda s: sp.Eq(sp.Derivative(s.L, s.a, s.c), s.L), "refuted"),
            (lambda s: sp.Eq(sp.Derivative(s.L, s.a), sp.Symbol("q")), "cannot read"),
            (lambda s: False, "cannot read"),
            (lambda s: s.c, "cannot read"),
            (lambda s: 3, "cannot read"),
        ],
    )
    def test_words(self, claim, word):
        assert sb.check(self.net, claim(self)).word == word

    def test_a_target(self):
        assert sb.check(self.net, self.c * self.L, target="a").word == "proved"

    def test_matrices(self):
        n, m = sp.symbols("n m", integer=True, positive=True)
        w, x = sp.MatrixSymbol("W", m, n), sp.MatrixSymbol("x", n, 1)
        net = sb.Network(forward=[], loss=(self.L, ((w * x).T * (w * x))[0, 0] / 2), parameters=[w], inputs=[x])
        assert sb.check(net, (sp.Derivative(self.L, w), w * x * x.T)).word == "proved"
        assert sb.check(net, (sp.Derivative(self.L, x), w.T * w * x)).word == "proved"
        assert sb.check(net, (sp.Derivative(self.L, x), w * x)).word == "refuted"


@pytest.mark.parametrize(
    ("by", "remedy"),
    [
        ("q", "q is not declared"),
        ("W_21", "for an entry of W write W\\[1, 0\\]"),
        ("W_10", "W_10 is not declared"),
        ("v_1", "v_1 is not declared"),
    ],
)
def test_a_derivative_by_a_name_that_is_not_there_is_about_that_name(by, remedy):
    program = from_dict({"symbols": {"W": {"shape": ["n", "m"]}, "x": {"shape": ["m"]}}, "forward": "L = sum(W @ x)", "loss": "L"})
    with pytest.raises(ReadingError, match=remedy):
        read_claim(program, f"dL/d{by} = 3")
