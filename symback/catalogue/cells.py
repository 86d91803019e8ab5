"""Entries of recurrent cells, recurrences and blocks of layers."""

from __future__ import annotations

from symback.layers.declared import Row, bias, constant, data, target, weight
from symback.layers.row import LayerRow


def _block(name: str, title: str, forward: str, result: str, says: str, *aliases: str, **symbols: Row) -> LayerRow:
    return LayerRow(name, title, "blocks", symbols, forward, result, says, aliases)


_GATE: dict[str, Row] = {"x": data("m"), "h": data("n")}


def _gates(letters: str) -> dict[str, Row]:
    """Weights of the input, of the state, and a bias for each gate."""
    return {name: row for g in letters for name, row in ((f"W{g}", weight("n", "m")), (f"U{g}", weight("n", "n")), (f"b{g}", bias("n")))}


def _sigmoid(gate: str, state: str = "h") -> str:
    return f"1/(1 + exp(-(W{gate} @ x + U{gate} @ {state} + b{gate})))"


BLOCKS: tuple[LayerRow, ...] = (
    _block("rnn_cell", "Recurrent cell", "y = tanh(W @ x + U @ h + b)", "y", "One step of a simple recurrent network.", "elman cell", "vanilla rnn", "backpropagation through time", "bptt",
           **_GATE, W=weight("n", "m"), U=weight("n", "n"), b=bias("n")),
    _block("gru_cell", "Gated recurrent unit", f"""r = {_sigmoid("r")}
           z = {_sigmoid("z")}
           c = tanh(Wc @ x + Uc @ (r*h) + bc)
           y = (1 - z)*c + z*h""", "y", "One step with a reset and an update gate.", "gru", "gated recurrent unit cell", **_GATE, **_gates("rzc")),
    _block("lstm_cell", "Long short-term memory cell", f"""i = {_sigmoid("i")}
           f = {_sigmoid("f")}
           o = {_sigmoid("o")}
           g = tanh(Wg @ x + Ug @ h + bg)
           c = f*s + i*g
           y = o*tanh(c)""", "y", "One step with input, forget and output gates; s is the state of the cell before, c the one after.",
           "lstm", "long short term memory", **_GATE, s=data("n"), **_gates("ifog")),
    _block("residual_norm", "Residual connection and layer normalisation", """z = W @ x + b
           u = x + maximum(z, 0)
           mu = mean(u)
           sd = sqrt(mean((u - mu)**2) + eps)
           y = (u - mu)/sd""", "y", "A dense layer is added to its input, then normalised.", "post-norm block", "add and norm",
           x=data("n"), W=weight("n", "n"), b=bias("n"), eps=constant(facts=("positive",))),
    _block("feed_forward", "Feed-forward block of a transformer", """Z = X @ W1 + b1
           H = maximum(Z, 0)
           Y = X + H @ W2 + b2""", "Y", "Two dense layers over each row, added to the input.", "position-wise feed-forward", "transformer mlp",
           X=data("N", "m"), W1=weight("m", "n"), b1=bias("n"), W2=weight("n", "m"), b2=bias("m")),
    _block("attention_block", "Attention block with a residual connection", """Q = X @ WQ
           K = X @ WK
           V = X @ WV
           S = Q @ K.T/sqrt(d)
           P = exp(S)/sum(exp(S), axis=1, keepdims=True)
           A = P @ V
           Y = X + A @ WO""", "Y", "One head of self-attention, mapped back and added to the input.", "transformer block attention", "self-attention block",
           X=data("n", "m"), WQ=weight("m", "d"), WK=weight("m", "d"), WV=weight("m", "e"), WO=weight("e", "m")),
    _block("linear_attention", "Attention without softmax", """S = Q @ K.T
           A = S @ V""", "A", "Products of queries and keys weigh the values directly.", "unnormalised attention", Q=data("n", "d"), K=data("m", "d"), V=data("m", "e")),
    _block("additive_attention", "Additive attention", """H = tanh(K @ W + q @ U)
           s = H @ v
           p = exp(s)/sum(exp(s))
           c = V.T @ p""", "c", "Scores by a small network with one hidden layer.", "bahdanau attention",
           K=data("n", "m"), V=data("n", "e"), q=data("d"), W=weight("m", "k"), U=weight("d", "k"), v=weight("k")),
    _block("mixture_of_experts", "Mixture of linear experts", """s = V @ x
           g = exp(s)/sum(exp(s))
           E = einsum("eij,j->ei", W, x)
           y = E.T @ g""", "y", "A softmax gate weighs what several linear maps say.", "moe", "gated experts",
           x=data("m"), V=weight("k", "m"), W=weight("k", "n", "m")),
    _block("squeeze_excitation", "Channel gates from channel means", """a = mean(X, axis=1)
           z = V @ a
           s = 1/(1 + exp(-z))
           Y = X*s[:, None]""", "Y", "Every channel is gated by all channel means.", "squeeze and excitation", "se block", X=data("c", "n"), V=weight("c", "c")),
    _block("low_rank_adaptation", "Dense layer with a low-rank change", "y = W @ x + B @ A @ x", "y", "A frozen matrix plus a product of two thin ones.", "lora", "low-rank adapter",
           x=data("m"), W=constant("n", "m"), B=weight("n", "r"), A=weight("r", "m")),
    _block("factorization_machine", "Factorisation machine", "y = w @ x + (sum((V.T @ x)**2) - sum(V.T**2 @ x**2))/2", "y",
           "All pairs of features, by inner products of their vectors.", "fm", "pairwise interactions", x=data("m"), w=weight("m"), V=weight("m", "k")),
    _block("straight_line_depth", "Chain of two scalar neurons", """z1 = w1*x + b1
           a1 = 1/(1 + exp(-z1))
           z2 = w2*a1 + b2
           a2 = 1/(1 + exp(-z2))
           L = (y - a2)**2/2""", "L", "The smallest network that shows backpropagation.", "two neurons", "neuron chain", "backprop chain",
           x=data(), y=target(), w1=weight(), b1=bias(), w2=weight(), b2=bias()),
)  # fmt: skip
