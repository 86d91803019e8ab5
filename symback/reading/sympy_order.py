"""The order of sums and products that SymPy has lost: what it stores is sorted, what was typed reads better.

Positive terms before negative, weighted terms before biases; in products number, weight, the rest as declared.
Expressions built inside ``with sp.evaluate(False):`` are kept to the letter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from symback.reading.lazy import nodes, sp


def is_literal(expressions: Iterable[Any]) -> bool:
    """Whether some expression was built without evaluation: nested sums or products, or an order SymPy would change."""
    return any(_unevaluated(node) for e in expressions for node in sp.preorder_traversal(e) if isinstance(node, sp.Add | sp.Mul | sp.Pow))


def _unevaluated(node: Any) -> bool:
    if isinstance(node, sp.Pow):
        return bool(node.base.is_Integer and node.exp.is_Integer)
    if any(type(a) is type(node) for a in node.args):
        return True
    if isinstance(node, sp.Mul) and len(node.args) == 2 and node.args[0].is_Rational and isinstance(node.args[1], sp.Add):
        return True
    again = node.func(*node.args)
    return type(again) is type(node) and again.args != node.args and set(again.args) == set(node.args)


class Order:
    """How the terms of a sum and the factors of a product are put in order."""

    def __init__(self, declared: Mapping[str, int], parameters: Iterable[str], literal: bool) -> None:
        self.declared, self.parameters, self.literal = declared, frozenset(parameters), literal

    def terms(self, node: Any) -> list[Any]:
        """The terms of a sum in the order in which they are written."""
        return _spine(node) if self.literal else _sorted(node.args, self._term_key)

    def factors(self, node: Any) -> list[Any]:
        """The factors of a product in the order in which they are written."""
        return _spine(node) if self.literal else _sorted(node.args, self._factor_key)

    def _place(self, node: Any) -> int:
        return min((self.declared.get(_name(s), len(self.declared)) for s in _symbols(node)), default=-1)

    def _term_key(self, node: Any) -> tuple[Any, ...]:
        bare = _name(node) in self.parameters or (_name(getattr(node, "base", node)) in self.parameters and not isinstance(node, sp.Pow))
        weighted = any(_name(s) in self.parameters for s in _symbols(node))
        kind = 0 if node.is_number else 3 if bare or isinstance(node, nodes.Repeated) else 1 if weighted else 2
        return is_negative(node), kind, self._place(node)

    def _factor_key(self, node: Any) -> tuple[Any, ...]:
        below = isinstance(node, sp.Pow) and node.exp.is_number and is_negative(node.exp)
        parameter = _name(node) in self.parameters or (
            _name(getattr(node, "base", None)) in self.parameters and isinstance(node, sp.Indexed)
        )
        kind = 4 if below and not node.is_number else 0 if node.is_number else 1 if parameter else 2
        return kind, self._place(node)


def _sorted(parts: Iterable[Any], key: Callable[[Any], tuple[Any, ...]]) -> list[Any]:
    """Sorted by key; only where keys tie do length and text decide."""
    keyed = [(key(part), part) for part in parts]
    if len({k for k, _ in keyed}) < len(keyed):
        keyed = [((*k, *_tie(part)), part) for k, part in keyed]
    return [part for _, part in sorted(keyed, key=lambda pair: pair[0])]


def _spine(node: Any) -> list[Any]:
    """``(a + b) + c`` as a, b, c: only the left spine is flattened, brackets on the right stay."""
    first = node.args[0]
    return [*_spine(first), *node.args[1:]] if type(first) is type(node) else list(node.args)


def is_negative(node: Any) -> bool:
    """Whether a term is written with a minus."""
    if isinstance(node, sp.Mul | sp.MatMul):
        return is_negative(node.args[0]) if node.args[0].is_number else False
    return bool(node.is_number and node.is_comparable and node.is_negative)


def _name(node: Any) -> str:
    if isinstance(node, sp.Symbol | sp.MatrixSymbol):
        return str(node.name)
    if isinstance(node, sp.Indexed | sp.IndexedBase):
        return str(node.base.label if isinstance(node, sp.Indexed) else node.label)
    if isinstance(node, sp.MatrixElement):
        return _name(node.parent)
    return ""


def _symbols(node: Any) -> list[Any]:
    return sorted((s for s in node.atoms(sp.Symbol, sp.MatrixSymbol)), key=lambda s: s.name)


def _tie(node: Any) -> tuple[Any, ...]:
    return (node.count_ops() if isinstance(node, sp.Expr) and not node.is_Matrix else 0, str(node))
