"""A rounding policy: how each kind of quantity of a worked example is rounded, as one rounds by hand.

It is declared with a network (``[rounding]`` in a network file) and says, for kinds of quantities that the structure of a network
defines, how many decimals or significant digits are written, whether the written number is used further on, and what becomes of
trailing zeros.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, Literal, get_args

from symback.errors import DeclarationError
from symback.network.hints import suggestion

Mode = Literal["half-up", "half-even", "cut"]
Zeros = Literal["dropped", "kept", "significant"]
MOST = 40

KINDS: Mapping[str, tuple[str, str]] = {
    "quantity": ("", "every quantity"),
    "pre-activation": ("quantity", "pre-activations"),
    "activation": ("quantity", "activations"),
    "prediction": ("quantity", "predictions"),
    "loss": ("quantity", "losses"),
    "product": ("quantity", "products worked out one by one"),
    "local-derivative": ("quantity", "local derivatives"),
    "loss-derivative": ("local-derivative", "derivatives of the loss by a prediction"),
    "slope": ("local-derivative", "derivatives by a pre-activation"),
    "link": ("local-derivative", "derivatives by an activation"),
    "parameter-derivative": ("local-derivative", "derivatives of a pre-activation by a parameter"),
    "gradient": ("quantity", "gradients"),
    "shared-gradient": ("gradient", "gradients by an intermediate that several others read"),
    "output-gradient": ("gradient", "gradients of the output layer"),
    "output-weight-gradient": ("output-gradient", "gradients by the weights of the output layer"),
    "output-bias-gradient": ("output-gradient", "gradients by the biases of the output layer"),
    "hidden-gradient": ("gradient", "gradients of hidden layers"),
    "hidden-weight-gradient": ("hidden-gradient", "gradients by the weights of hidden layers"),
    "hidden-bias-gradient": ("hidden-gradient", "gradients by the biases of hidden layers"),
    "step": ("quantity", "steps, the rate times a gradient"),
    "updated-value": ("quantity", "updated values"),
    "output-updated-value": ("updated-value", "updated values of the output layer"),
    "hidden-updated-value": ("updated-value", "updated values of hidden layers"),
}
"""Each kind of quantity: the kind whose rule it takes where it has none of its own, and what it is called."""

MODES: Mapping[str, str] = {"half-up": "rounded, halves up", "half-even": "rounded, halves to even", "cut": "cut off"}


@dataclass(frozen=True, slots=True)
class Rule:
    """``decimals`` places after the point, or ``digits`` significant ones.

    ``carried`` numbers are used further on as written; the others are only shown. ``zeros`` at the end are dropped, kept, or kept
    where they are significant (something was rounded there: 0.92103 is 0.9210, 0.415 stays 0.415). A number that is not zero is
    never written as zero: it keeps two significant digits.
    """

    decimals: int | None = None
    digits: int | None = None
    mode: Mode = "half-up"
    carried: bool = True
    zeros: Zeros = "dropped"

    @property
    def says(self) -> str:
        """The rule in words.

        >>> Rule(decimals=3).says
        '3 decimals, rounded, halves up, used further on as written'
        """
        count, what = (self.decimals, "decimal") if self.decimals is not None else (self.digits, "significant digit")
        use = "used further on as written" if self.carried else "only shown"
        return f"{count} {what}{'' if count == 1 else 's'}, {MODES[self.mode]}, {use}"


SHOWN = Rule(digits=6, carried=False)
"""How a number is written that no rule is about."""


@dataclass(frozen=True)
class Policy:
    """The rules by kind; where a kind has several, each rounds what the one before wrote (0.226, then 0.23)."""

    rules: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)

    @staticmethod
    def of(table: object) -> Policy:
        """The policy of a ``[rounding]`` table; DeclarationError, in one line, where it makes no sense.

        ``mode``, ``carried`` and ``zeros`` beside the kinds are the defaults of all rules.

        >>> Policy.of({"mode": "cut", "activation": {"decimals": 3}}).rule("activation")
        (Rule(decimals=3, digits=None, mode='cut', carried=True, zeros='dropped'),)
        """
        if isinstance(table, Policy):
            return table
        if not isinstance(table, Mapping):
            raise DeclarationError("rounding", f"is {type(table).__name__}, not a table", "write activation = { decimals = 3 }")
        common = {k: v for k, v in table.items() if k in _COMMON}
        rules: dict[str, tuple[Rule, ...]] = {}
        for kind, row in table.items():
            if kind in common:
                continue
            if kind not in KINDS:
                raise DeclarationError(
                    f"rounding.{kind}", "is no kind of quantity", suggestion(str(kind), KINDS) or "known kinds are " + ", ".join(KINDS)
                )
            rows = row if isinstance(row, list | tuple) and row else [row]
            rules[kind] = tuple(_rule(f"rounding.{kind}", {**common, **r} if isinstance(r, Mapping) else r) for r in rows)
        if not rules:
            _rule("rounding", {**common, "decimals": 0})
        return Policy(rules)

    def rule(self, kind: str) -> tuple[Rule, ...]:
        """The rules for a kind, its own or those of the kind above it; none where nothing is said.

        >>> EXACT.rule("hidden-bias-gradient") == (SHOWN,)
        True
        """
        while kind and kind not in self.rules:
            kind = KINDS[kind][0]
        return self.rules.get(kind, ())

    @cached_property
    def says(self) -> tuple[str, ...]:
        """The policy in words, one sentence a kind."""
        return tuple(f"{KINDS[kind][1]}: {', then '.join(r.says for r in rules)}" for kind, rules in self.rules.items())


EXACT = Policy({"quantity": (SHOWN,)})
"""Nothing is rounded on the way; six significant digits are shown."""

_COMMON = ("mode", "carried", "zeros")
_CHOICES: Mapping[str, tuple[Any, ...]] = {"mode": get_args(Mode), "zeros": get_args(Zeros), "carried": (True, False)}


def _rule(where: str, row: object) -> Rule:
    if not isinstance(row, Mapping):
        raise DeclarationError(where, f"is {row!r}"[:200], "write { decimals = 3 } or { digits = 4 }")
    known = [f.name for f in fields(Rule)]
    for key, value in row.items():
        if key not in known:
            raise DeclarationError(where, f"{key} is no key of a rule", suggestion(str(key), known) or f"known keys are {', '.join(known)}")
        if key in _CHOICES and not any(value is c or (isinstance(c, str) and value == c) for c in _CHOICES[key]):
            choices = ", ".join("true" if c is True else "false" if c is False else c for c in _CHOICES[key])
            raise DeclarationError(where, f"{key} = {value!r}"[:200], f"{key} is one of {choices}")
    _count(where, row)
    return Rule(**row)


def _count(where: str, row: Mapping[str, object]) -> None:
    """Either decimals or significant digits, within reason."""
    given = [key for key in ("decimals", "digits") if key in row]
    if len(given) != 1:
        raise DeclarationError(where, f"has {' and '.join(given) or 'neither decimals nor digits'}", "give one of decimals and digits")
    value, least = row[given[0]], 1 if given[0] == "digits" else 0
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MOST:
        raise DeclarationError(where, f"{given[0]} = {value!r}"[:200], f"{given[0]} is a whole number from {least} to {MOST}")


__all__ = ["EXACT", "KINDS", "MODES", "SHOWN", "Mode", "Policy", "Rule", "Zeros"]
