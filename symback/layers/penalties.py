"""Penalties on weights and on distributions."""

from __future__ import annotations

from symback.layers.declared import Row, constant, data, weight
from symback.layers.row import LayerRow

_POSITIVE = constant(facts=("positive",))


def _penalty(name: str, title: str, forward: str, says: str, *aliases: str, **symbols: Row) -> LayerRow:
    return LayerRow(name, title, "penalty", symbols, forward, "L", says, aliases)


PENALTIES: tuple[LayerRow, ...] = (
    _penalty("l1", "L1 penalty", "L = lam*sum(abs(w))", "Pulls weights to exactly zero.", "lasso", w=weight("n"), lam=_POSITIVE),
    _penalty("l2", "L2 penalty", "L = lam*sum(w**2)/2", "Pulls weights towards zero.", "ridge", "weight decay", w=weight("n"), lam=_POSITIVE),
    _penalty("elastic_net", "Elastic net", "L = lam*(a*sum(abs(w)) + (1 - a)*sum(w**2)/2)", "A mixture of the L1 and the L2 penalty.", "l1 and l2 penalty",
             w=weight("n"), lam=_POSITIVE, a=constant(facts=(("between", 0, 1),))),
    _penalty("frobenius", "Squared Frobenius norm", "L = lam*sum(W**2)/2", "The L2 penalty of a matrix.", "matrix weight decay",
             W=weight("m", "n"), lam=_POSITIVE),
    _penalty("entropy", "Entropy of probabilities", "L = -sum(p*log(p))", "Large for even distributions.", "shannon entropy",
             p=data("K", facts=("positive",))),
    _penalty("entropy_logits", "Entropy of a softmax",
             """p = exp(z)/sum(exp(z))
                L = -sum(p*log(p))""", "The entropy of the softmax of logits.", "entropy bonus", z=data("K")),
)  # fmt: skip
