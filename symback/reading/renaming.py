r"""A network in the letters of a claim: ``\theta`` for what it calls w, ``\hat y`` for its p."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from symback.algebra.definitions import Body, Definition, Opaque
from symback.algebra.terms import Name, Partial
from symback.algebra.traverse import names, rename
from symback.errors import DeclarationError, ReadingError
from symback.network.hints import suggestion
from symback.network.program import Program
from symback.network.spelling import spell
from symback.reading.names import spelled_name

_ACCENT = re.compile(r"\\?(hat|bar|tilde|dot|check)\s*\{?\s*\\?(\w+)\s*\}?")


def renamed(program: Program, given: Mapping[str, str]) -> Program:
    r"""The program with names as a claim writes them; ``given`` says which of its names each of them is.

    >>> from symback.reading.files import from_dict
    >>> net = from_dict({"symbols": {"w": {}, "x": {}}, "forward": "p = w*x\nL = p**2", "loss": "L"})
    >>> own = renamed(net, {r"\theta": "w", r"\hat y": "p", "J": "L"})
    >>> [d.name for d in own.definitions], [leaf.name for leaf in own.leaves]
    (['y_hat', 'J'], ['theta', 'x'])
    """
    known = [str(n) for n in (*program.leaf, *program.definition)]
    table: dict[Name, Name] = {}
    for written, name in given.items():
        if name not in known:
            raise DeclarationError(f"rename {written}={name}", f"{name} is not declared", suggestion(name, known))
        table[name] = plain_name(written)
    after = [table.get(n, n) for n in known]
    twice = next((n for n in after if after.count(n) > 1), None)
    if twice is not None:
        raise DeclarationError("rename", f"{twice} would be two things", "rename the other one as well")
    return _called(program, table)


def target_of(target: str, given: Mapping[str, str]) -> str:
    r"""A target in the letters of the claim, whichever letters it is given in.

    >>> target_of("w", {r"\theta": "w"}), target_of("theta", {r"\theta": "w"}), target_of("x", {})
    ('theta', 'theta', 'x')
    """
    return next((plain_name(written) for written, name in given.items() if name == target), target)


def plain_name(written: str) -> str:
    r"""A name as a network declares it.

    >>> plain_name(r"\hat{y}"), plain_name(r"\theta"), plain_name("W1")
    ('y_hat', 'theta', 'W1')
    """
    found = _ACCENT.fullmatch(written.strip())
    return f"{plain_name(found[2])}_{found[1]}" if found is not None else spelled_name(written.strip(), f"rename {written}")


def renaming(text: str) -> dict[str, str]:
    """What ``theta=w,J=L`` says, as a table.

    >>> renaming("theta=w, J=L")
    {'theta': 'w', 'J': 'L'}
    """
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    if not pairs or not all(sign and left.strip() and right.strip() for left, sign, right in pairs):
        raise ReadingError(f"rename {text[:80]}", "cannot be read", "write CLAIM_NAME=NETWORK_NAME, with commas between, as in theta=w,J=L")
    return {left.strip(): right.strip() for left, _, right in pairs}


def _called(program: Program, table: Mapping[Name, Name]) -> Program:
    def new(name: Name) -> Name:
        return Partial(new(name.of), new(name.by), name.local) if isinstance(name, Partial) else table.get(name, name)

    def body_of(body: Body) -> Body:
        return (
            Opaque(body.row, tuple(map(new, body.operands))) if isinstance(body, Opaque) else rename(body, {n: new(n) for n in names(body)})
        )

    spelled = {str(new(n)): program.spellings[n] if new(n) == n else spell(str(new(n))) for n in program.spellings}
    return replace(
        program,
        leaves=tuple(replace(leaf, name=str(new(leaf.name))) for leaf in program.leaves),
        definitions=tuple(Definition(new(d.name), d.indices, body_of(d.body)) for d in program.definitions),
        results=tuple(map(new, program.results)),
        values={str(new(n)): value for n, value in program.values.items()},
        spellings=spelled,
    )
