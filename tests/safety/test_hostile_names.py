"""A name is a name: whatever it holds, it never becomes code, TeX or HTML."""

from __future__ import annotations

import ast
import json

import hostile
import pytest
from readers import SYMBOLS, changed, row

import symback as sb
from symback.cli import one_line
from symback.errors import SymbackError
from symback.sheets.subject import Options
from symback.sheets.templates import rendered
from symback.sheets.write import complete

PLACES = {
    "network": lambda t: changed(name=t),
    "symbol": lambda t: changed(symbols={**SYMBOLS, t: {"role": "weight"}}),
    "definition": lambda t: changed(forward={"z": "W @ x", t: "tanh(z)"}, loss={"L": "sum(z**2)"}),
    "letter": lambda t: row(role="weight", letter=t),
    "layer": lambda t: row(role="weight", layer=t),
    "unit": lambda t: row(role="weight", unit=t),
    "entry": lambda t: row(role="weight", shape=[2], entries=[t, "second"]),
}
ALLOWED = {
    "np",
    "math",
    "values",
    "computed",
    "forward",
    "gradients",
    "dict",
    "slopes",
    "float",
    "DTYPE",
    "range",
    "len",
    "zip",
    "reversed",
}


def accepted():
    for place, declare in PLACES.items():
        for name, text in hostile.NAMES.items():
            if len(text) > 5000:
                continue
            try:
                yield place, name, text, declare(text)
            except SymbackError:
                continue


ACCEPTED = list(accepted())


def test_symbols_that_are_no_plain_names_are_refused():
    assert [text for place, _, text, _ in ACCEPTED if place != "network" and not text.isidentifier()] == []
    assert not {place for place, *_ in ACCEPTED} & {"symbol", "definition", "entry"}
    assert not [name for place, name, _, _ in ACCEPTED if place == "network" and name in ("null", "surrogate", "escape")]


@pytest.mark.parametrize(("place", "name", "text", "net"), ACCEPTED, ids=[f"{p}-{n}" for p, n, *_ in ACCEPTED])
def test_generated_code_holds_names_and_calls_of_its_own_only(place, name, text, net):
    tree = ast.parse(net.derive().compile().source)
    assert all(isinstance(node, ast.Import | ast.FunctionDef | ast.Assign | ast.Expr) for node in tree.body)
    called = {n.func.id for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    own = {n.name for n in tree.body if isinstance(n, ast.FunctionDef)}
    assert called <= ALLOWED | own
    assert not any(isinstance(n, ast.Attribute) and n.attr.startswith("_") for n in ast.walk(tree))
    imported = [a.name for n in tree.body if isinstance(n, ast.Import) for a in n.names]
    assert set(imported) <= {"math", "numpy"}


@pytest.mark.parametrize(("place", "name", "text", "net"), ACCEPTED, ids=[f"{p}-{n}" for p, n, *_ in ACCEPTED])
def test_sheets_show_names_as_text(place, name, text, net):
    record = complete(net.derive(), Options(version="1"))
    tex = rendered(record, ".tex")
    for command in (r"\input{/etc", r"\immediate", r"\write18", r"$}\end{document}"):
        assert command not in tex
    assert tex.count(r"\end{document}") == 1
    assert "<script" not in rendered(record, ".md").partition("NumPy code")[0].replace(r"\<", "")
    assert '#read("' not in rendered(record, ".typ").replace(r"\#read", "")


@pytest.mark.parametrize("text", hostile.NAMES.values(), ids=hostile.NAMES)
def test_verdicts_are_plain_data_on_one_line(text):
    found = sb.check(changed(name="net"), f"dL/dw = {text[:5000]}")
    data = json.dumps(found.json(), allow_nan=False)
    assert "\n" not in data
    assert one_line(found.why).isprintable()
