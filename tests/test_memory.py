"""What was derived before never shows: a renamed result is the one that would have been derived anew."""

from __future__ import annotations

from dataclasses import replace

import pytest
from core_cases import CASES

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.relabel import Renaming
from symback.calculus import trace
from symback.derivation import derive
from symback.network.program import Program


def renamed(program: Program) -> Program:
    """The same network with names, size symbols and index letters in another alphabetical order."""
    names = [*(leaf.name for leaf in program.leaves), *(d.name for d in program.definitions)]
    labels: dict = {n: f"q{len(names) - k}" for k, n in enumerate(names)}
    indices = dict.fromkeys(i for owner in (*program.leaves, *program.definitions) for i in owner.indices)
    labels |= {("index", i.name): ("index", f"i{len(indices) - k}") for k, i in enumerate(indices)}
    renaming = Renaming(labels)

    def body(old):
        return Opaque(old.row, tuple(renaming.name(n) for n in old.operands)) if isinstance(old, Opaque) else renaming.term(old)

    leaves = tuple(replace(leaf, name=renaming.name(leaf.name), indices=renaming.indices(leaf.indices)) for leaf in program.leaves)
    definitions = tuple(Definition(renaming.name(d.name), renaming.indices(d.indices), body(d.body)) for d in program.definitions)
    return replace(program, leaves=leaves, definitions=definitions, results=tuple(renaming.name(n) for n in program.results))


def everything(program: Program) -> list:
    core = derive(program)
    tables = (core.locals, core.adjoints)
    return [
        (str(n), d.indices, d.result, d.reason, tuple((s.rule, s.before, s.after, s.says) for s in d.steps))
        for t in tables
        for n, d in t.items()
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_memory_of_a_renamed_network_does_not_show(case):
    trace._KNOWN.clear()
    anew = everything(case.program)
    trace._KNOWN.clear()
    derive(renamed(case.program))
    remembered = everything(case.program)
    trace._KNOWN.clear()
    assert remembered == anew
