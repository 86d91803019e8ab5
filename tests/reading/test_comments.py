"""A comment ends with its line, as Python has it: what stands below it is read."""

from __future__ import annotations

import json

import pytest

import symback as sb

SYMBOLS = {"w": {"role": "weight"}, "b": {"role": "bias"}, "x": {}}
PLAIN = {"forward": {"h": "w*x + b"}, "loss": {"L": "h**2"}}


@pytest.mark.parametrize(
    ("forward", "loss"),
    [
        ({"h": "w*x  # weighted\n + b"}, {"L": "h**2"}),
        ({"h": "w*x  # weighted\n + b  # shifted"}, {"L": "h**2  # squared"}),
        ({"h": "# first\nw*x\n# then\n + b"}, {"L": "(h # a\n)**2"}),
        ({"h": "w*x  # weighted\r\n + b"}, {"L": "h\t**2"}),
        ({"h": "w*x  # weighted\r + b"}, {"L": "h**2#"}),
        ({"h": "w*x + b # - b"}, {"L": "h**2"}),
        ({"h": "w*x + # 'quoted\n b # it's"}, {"L": 'h**2 # "'}),
        ("h = (w*x  # weighted\n  + b)  # shifted\n# and the loss\nL = h**2  # squared", "L"),
        ("h = w*x + b # - b", {"L": "h**2 # h\n"}),
    ],
)
def test_it_is_left_out_of_networks(forward, loss):
    given = sb.Network.from_dict({"symbols": SYMBOLS, "forward": forward, "loss": loss})
    plain = sb.Network.from_dict({"symbols": SYMBOLS, **PLAIN})
    assert given.program.definitions == plain.program.definitions


def test_it_is_left_out_of_files(tmp_path):
    file = tmp_path / "net.toml"
    file.write_text(
        '[symbols]\nw = { role = "weight" }\nb = { role = "bias" }\nx = {}\n[forward]\nh = """w*x   # weighted\n + b  # bias"""\n[loss]\nL = "h**2 # s"\n'
    )
    other = tmp_path / "net.json"
    other.write_text(json.dumps({"symbols": SYMBOLS, "forward": {"h": "w*x # weighted\n + b"}, "loss": {"L": "h**2"}}))
    for path in (file, other):
        assert str(sb.load(path).derive()["b"]) == "∂L/∂b = ∂L/∂h"


@pytest.mark.parametrize("text", ["#", "# w*x", "  # w*x + b\n# none"])
def test_a_comment_alone_is_no_formula(text):
    with pytest.raises(sb.ReadingError, match="the right side is empty"):
        sb.Network.from_dict({"symbols": SYMBOLS, "forward": {"L": text}, "loss": "L"})


@pytest.mark.parametrize(("forward", "loss"), [({"L # x": "w*x"}, "L"), ({"L": "w*x"}, "L # loss")])
def test_a_name_has_no_comment(forward, loss):
    with pytest.raises(sb.SymbackError, match="#"):
        sb.Network.from_dict({"symbols": SYMBOLS, "forward": forward, "loss": loss})


@pytest.mark.parametrize("text", ["np.einsum('i,i->', v, v)  # a'b", 'np.einsum("i,i->", v, v) # "'])
def test_quotes_stay(text):
    net = sb.Network.from_dict({"symbols": {"v": {"role": "weight", "shape": ["n"]}}, "forward": {"L": text}, "loss": "L"})
    assert str(net.derive()["v"]) == "∂L/∂v = 2·v"


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        ("dL/dw = 2*h*x  # by the chain rule", ("proved",)),
        ("dL/dw = (2*h  # outer\n *x)  # inner", ("proved",)),
        ("# all of it\ndL/dw = 2*h*x", ("proved",)),
        ("dh = 2*h  # first\ndw = dh*x  # then", ("proved",)),
        ("dL/dw = 2*h  #*x", ("refuted",)),
        ("dL/dw = 2*h*x  # + 1", ("proved",)),
        ("dL/dw = 2*h  # outer\n *x", ("proved", "cannot read")),
        (r"\frac{\partial L}{\partial w} = 2 h x # n", ("cannot read",)),
        ("#", ("cannot read",)),
    ],
)
def test_it_is_left_out_of_claims(claim, words):
    net = sb.Network.from_dict({"symbols": SYMBOLS, **PLAIN})
    assert sb.check(net, claim).word in words
