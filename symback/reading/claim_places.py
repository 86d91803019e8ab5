"""Entries as people type them: ``dz_i`` is ``dz[i]``, ``dp[i]/dz[j]`` is ``dp/dz[i, j]``, ``delta_ij`` is ``(i == j)``."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from symback.errors import ReadingError
from symback.reading.syntax import parse

MAX_WORD = 150
REDUCTIONS = ("sum", "mean", "max", "min", "prod", "logsumexp", "softmax", "norm")
DELTA = ("delta", "δ", "kronecker")
_WORD = re.compile(r"(?<![\w.])[^\W\d]\w*")
_PLACES = r"\[(?P<{}>[^\[\]]*)\]"
_RATIO = re.compile(
    rf"(?<![\w.])(?P<top>d\w+)(?:{_PLACES.format('above')})?\s*/\s*(?P<open>\()?\s*(?P<by>d\w+)(?:{_PLACES.format('below')})?"
    rf"(?:\s*(?:\*\s*)?(?P<again>d\w+){_PLACES.format('last')})?(?(open)\s*\))"
)


def spelled_out(text: str, ranks: Mapping[str, int], own: Callable[[str], bool]) -> str:
    """A text with every entry written with places in brackets after its name; ``ranks`` says how many places a declared name has,
    and ``own`` which words are names as they stand.

    >>> spelled_out("dp_i/dz_j = p_i*(delta_ij - p_j)", {"p": 1, "z": 1}, lambda name: False)
    'dp/dz[i,j] = p[i]*((i == j) - p[j])'
    >>> spelled_out("d2L/dz[i]dz[j] = dz_i", {"L": 0, "z": 1}, lambda name: False)
    'd2L/(dz*dz)[i,j] = dz[i]'
    """
    words = _WORD.sub(lambda m: _word(m[0], ranks, own) or m[0], text)
    return _RATIO.sub(lambda m: _ratio(m, ranks), words)


def _word(word: str, ranks: Mapping[str, int], own: Callable[[str], bool]) -> str:
    """A word, or the differentials of one or two, as names with places; empty where it is none."""
    if word in ranks or own(word) or len(word) > MAX_WORD:
        return ""
    whole = _entry(word, ranks)
    if whole or not word.startswith("d"):
        return whole
    single = _entry(word[1:], ranks)
    if single:
        return f"d{single}"
    cuts = (k for k, c in enumerate(word) if c == "d" and k > 1)
    pairs = ((_entry(word[1:k], ranks), _entry(word[k + 1 :], ranks)) for k in cuts)
    return next((f"d{one}d{other}" for one, other in pairs if one and other), "")


def _entry(word: str, ranks: Mapping[str, int]) -> str:
    base, _, letters = word.rpartition("_")
    if base in DELTA and base not in ranks and len(letters) == 2 and letters.isalpha():
        return f"({letters[0]} == {letters[1]})"
    named = letters.isascii() and letters.isalpha() and ranks.get(base) == len(letters)
    return f"{base}[{','.join(letters)}]" if named else ""


def _ratio(match: re.Match[str], ranks: Mapping[str, int]) -> str:
    """A ratio of derivatives of entries with all places behind it: first those of what is differentiated."""
    above, below, last = match["above"], match["below"], match["last"]
    names = [re.sub(r"\A2?", "", match["top"][1:]), match["by"][1:], *([match["again"][1:]] if match["again"] else [])]
    pair = last is not None
    if (above is None and not pair) or bool(match["open"]) > pair or any(n not in ranks for n in names):
        return match[0]
    places = ",".join(p for p in (above, below, last) if p is not None)
    by = match["by"] if match["again"] is None else f"({match['by']}*{match['again']})"
    return f"{match['top']}/{by}[{places}]"


def summed_entry(tree: ast.AST, letters: Collection[str]) -> str:
    """A sum that says no range, of an entry at a letter: ``sum(p[i])``; empty where there is none.

    >>> summed_entry(ast.parse("x[i]*sum(p[i])"), ["i"]), summed_entry(ast.parse("sum(p[k] for k in range(n))"), ["i"])
    ('sum(p[i])', '')
    """
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
        over = [*node.args, *([node.func.value] if isinstance(node.func, ast.Attribute) else [])]
        read = {n.id for part in over if not isinstance(part, ast.GeneratorExp) for n in ast.walk(part) if isinstance(n, ast.Name)}
        if name in REDUCTIONS and not read.isdisjoint(letters):
            return ast.unparse(node)
    return ""


@dataclass(frozen=True)
class Entry:
    """A left side such as ``dz[i]``: the name, and what stands at its places (None for what is no letter)."""

    name: str
    letters: tuple[str | None, ...]


def entry_of(left: str) -> Entry | None:
    """A left side as a name with at least one letter among its places; None for any other.

    >>> entry_of("dW[i, 0]"), entry_of("dW[0]"), entry_of("2*x[i]")
    (Entry(name='dW', letters=('i', None)), None, None)
    """
    try:
        tree = parse(left).tree
    except ReadingError:
        return None
    if not isinstance(tree, ast.Subscript) or not isinstance(tree.value, ast.Name):
        return None
    items = tree.slice.elts if isinstance(tree.slice, ast.Tuple) else [tree.slice]
    letters = tuple(item.id if isinstance(item, ast.Name) else None for item in items)
    return Entry(tree.value.id, letters) if any(letters) else None
