"""Closed forms the engine reaches from spelled-out definitions with symbolic sizes: the form, its length, its condition."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from symback.algebra.normal import equal
from symback.algebra.terms import ZERO
from symback.api import Network
from symback.reading.formula import read_formula
from symback.simplify.shape import length
from symback.typeset.style import Style

Z = {"role": "weight", "shape": ["n"]}


@dataclass(frozen=True)
class Form:
    """``expected`` is read back and compared by meaning; the derived formula may not be longer, nor use other facts."""

    name: str
    symbols: dict[str, object]
    forward: str
    by: str
    expected: str
    facts: tuple[str, ...] = ()
    exact: str | None = None
    over: str = "names"
    style: Style = field(default_factory=Style)


BCE = "L = -(y*log(p) + (1 - y)*log(1 - p))"
SOFTMAX = "p = exp(z)/sum(exp(z))\nL = -sum(y*log(p))"
DENSE = {
    "x": {"shape": ["m"]}, "y": {"role": "target", "shape": ["k"]}, "W1": {"role": "weight", "shape": ["n", "m"]}, "b1": {"role": "bias", "shape": ["n"]},
    "W2": {"role": "weight", "shape": ["q", "n"]}, "b2": {"role": "bias", "shape": ["q"]}, "W3": {"role": "weight", "shape": ["k", "q"]},
}  # fmt: skip


def dense(activation):
    return f"""z1 = W1 @ x + b1
               h1 = {activation.replace("z", "z1")}
               z2 = W2 @ h1 + b2
               h2 = {activation.replace("z", "z2")}
               z3 = W3 @ h2
               L = sum((y - z3)**2)/2"""


SIGMOIDS = ("sigmoid(z)", "1/(1 + exp(-z))")
TANHS = ("tanh(z)", "(exp(z) - exp(-z))/(exp(z) + exp(-z))")
SCALAR = {"z": {"role": "weight"}, "y": {"role": "target"}}

INDEX = Style(notation="index")
BATCH = {"X": {"shape": ["N", "D"]}, "W": {"role": "weight", "shape": ["D", "K"]}, "b": {"role": "bias", "shape": ["K"]},
         "Y": {"role": "target", "shape": ["N", "K"], "facts": ["one-hot"]}}  # fmt: skip
SOFTMAX_BATCH = "Z = X @ W + b\nP = exp(Z)/sum(exp(Z), axis=1, keepdims=True)\nL = -sum(Y*log(P))/N"
VECTOR = {"x": Z, "ga": Z, "be": Z, "g": {"shape": ["n"]}, "eps": {"role": "constant"}}
LAYER_NORM = "mu = mean(x)\nv = mean((x - mu)**2)\ns = sqrt(v + eps)\nxh = (x - mu)/s\ny = ga*xh + be\nL = sum(g*y)"
COLUMNS = {"X": {"role": "weight", "shape": ["m", "n"]}, "ga": Z, "be": Z, "G": {"shape": ["m", "n"]}, "eps": {"role": "constant"}}
BATCH_NORM = "mu = mean(X, axis=0)\ns = sqrt(mean((X - mu)**2, axis=0) + eps)\nXh = (X - mu)/s\n"
ATTENTION = {"Q": {"role": "weight", "shape": ["n", "d"]}, "K": {"role": "weight", "shape": ["m", "d"]}, "V": {"role": "weight", "shape": ["m", "h"]},
             "G": {"shape": ["n", "h"]}}  # fmt: skip
ATTEND = "S = Q @ K.T/sqrt(d)\nP = exp(S)/sum(exp(S), axis=1, keepdims=True)\nA = P @ V\nL = sum(G*A)"
PAIRS = {"U": {"role": "weight", "shape": ["B", "d"]}, "V": {"role": "weight", "shape": ["B", "d"]}, "tau": {}}
CONTRAST = "S = U @ V.T/tau\nP = exp(S)/sum(exp(S), axis=1, keepdims=True)\nL = -mean(log(diag(P)))"
LATENT = {"mu": Z, "l": Z, "e": {"shape": ["n"]}, "d": {"shape": ["n"]}}

HEADS = {
    "X": {"role": "weight", "shape": ["n", "D"]}, **{w: {"role": "weight", "shape": ["H", "D", "d"]} for w in ("Wq", "Wk", "Wv")},
    "bk": {"role": "bias", "shape": ["H", "d"]}, "Wo": {"role": "weight", "shape": ["H", "d", "D"]}, "G": {"shape": ["n", "D"]},
}  # fmt: skip
MULTI_HEAD = """Q = einsum('nd,hde->hne', X, Wq)
                K = einsum('nd,hde->hne', X, Wk) + bk[:, None, :]
                V = einsum('nd,hde->hne', X, Wv)
                S = einsum('hne,hme->hnm', Q, K)/sqrt(d)
                P = exp(S)/sum(exp(S), axis=2, keepdims=True)
                A = einsum('hnm,hme->hne', P, V)
                O = einsum('hne,hed->nd', A, Wo)
                L = sum(G*O)"""
IMAGES = {
    "X": {"role": "weight", "shape": ["N", "C", "h", "w"]}, "K": {"role": "weight", "shape": ["O", "C", "k", "l"]}, "b": {"role": "bias", "shape": ["O"]},
    "G": {"shape": ["N", "O", "h - k + 1", "w - l + 1"]},
}  # fmt: skip
CONVOLVE = """Y = stack([stack([einsum('ncab,ocab->no', X[:, :, i:i+k, j:j+l], K) for j in range(w - l + 1)], axis=-1) for i in range(h - k + 1)], axis=2)
              Z = Y + b[None, :, None, None]
              L = sum(G*Z)"""
GROUPS = {"X": {"role": "weight", "shape": ["g", "c", "s"]}, "G": {"shape": ["g", "c", "s"]}, "eps": {"role": "constant"}}
GROUP_NORM = """mu = mean(X, axis=(1, 2), keepdims=True)
                s_d = sqrt(mean((X - mu)**2, axis=(1, 2), keepdims=True) + eps)
                Xh = (X - mu)/s_d
                L = sum(G*Xh)"""
PAIR = {"u": Z, "v": Z}
COSINE = "a = sqrt(sum(u**2))\nb = sqrt(sum(v**2))\nuh = u/a\nvh = v/b\nc = uh @ vh\nL = c"
LOGITS = {"z": Z, "y": {"shape": ["n"], "facts": ["one-hot"]}, "t": {"shape": ["n"]}, "a": {}, "T": {}}
GATE = {"a": Z, "b": Z, "g": {"shape": ["n"]}}
MARGINS = {"S": {"role": "weight", "shape": ["N", "K"]}, "Y": {"shape": ["N", "K"], "facts": ["one-hot"]}}
SCORE = {"z": {"role": "weight"}, "y": {}, "d": {}}

LOSSES_AND_ARRAYS = [
    Form("cosine similarity", PAIR, COSINE, "u", "∂L/∂u = (vh − (vhᵀ uh)·uh)/a", exact="∂L/∂u = (vh − (vhᵀ uh)·uh)/a"),
    Form("label smoothing", LOGITS, "p = exp(z)/sum(exp(z))\nq = (1 - a)*y + a/n\nL = -sum(q*log(p))", "z", "∂L/∂z = p − q", facts=("sums to one",),
         exact="∂L/∂z = p − q"),
    Form("distillation", LOGITS, "p = exp(z/T)/sum(exp(z/T))\nq = exp(t/T)/sum(exp(t/T))\nL = T**2*sum(q*(log(q) - log(p)))", "z", "∂L/∂z = T·(p − q)",
         exact="∂L/∂z = T(p − q)"),
    Form("Huber", SCORE, "r = z - y\nL = where(abs(r) <= d, r**2/2, d*(abs(r) - d/2))", "r", "∂L/∂r = [abs(r) ≤ d]·r + [abs(r) > d]·d·sign(r)"),
    Form("log-cosh", SCORE, "r = z - y\nL = log(cosh(r))", "r", "∂L/∂r = tanh(r)", exact="∂L/∂r = tanh(r)"),
    Form("Poisson", SCORE, "m = exp(z)\nL = m - y*z", "z", "∂L/∂z = m − y", exact="∂L/∂z = m − y"),
    Form("cross-entropy of logits", SCORE, "L = log(1 + exp(z)) - y*z", "z", "∂L/∂z = σ(z) − y", exact="∂L/∂z = σ(z) − y"),
    Form("hinge", SCORE, "L = maximum(0, 1 - y*z)", "z", "∂L/∂z = −[1 − y·z > 0]·y", exact="∂L/∂z = −[1 − y·z > 0]·y"),
    Form("squared hinge", SCORE, "L = maximum(0, 1 - y*z)**2", "z", "∂L/∂z = −2·relu(1 − y·z)·y"),
    Form("multi-class hinge, other scores", MARGINS, "s = sum(S*Y, axis=1, keepdims=True)\nM = maximum(0, S - s + 1)*(1 - Y)\nL = sum(M)", "s",
         "∂L/∂s[i,j] = −Σ_k [S[i,k] − s[i,1] + 1 > 0]·(1 − Y[i,k])", style=INDEX),
    Form("triplet", {"a": Z, "p": Z, "n": Z, "m": {}}, "d = sum((a - p)**2) - sum((a - n)**2)\nL = maximum(d + m, 0)", "a", "∂L/∂a = 2·∂L/∂d·(n − p)"),
    Form("divergence from a fixed distribution", {"z": Z, "q": {"shape": ["n"], "facts": ["positive", "sums to one"]}}, "p = exp(z)/sum(exp(z))\nL = sum(q*log(q/p))",
         "z", "∂L/∂z = p − q", facts=("sums to one",), exact="∂L/∂z = p − q"),
    Form("momentum", {"v": Z, "g": {"shape": ["n"]}, "w": {"shape": ["n"]}, "be": {}}, "u = be*v + (1 - be)*g\nL = sum(w*u)", "v", "∂L/∂v = be·w"),
    Form("Adam, second moment", {"m": {}, "v": {"role": "weight"}, "e": {}}, "r = sqrt(v)\nL = m/(r + e)", "r", "∂L/∂r = −m/(r + e)²"),
    Form("log-softmax", {"z": Z, "g": {"shape": ["n"]}}, "y = z - log(sum(exp(z)))\nL = sum(g*y)", "z", "∂L/∂z = g − (𝟏ᵀ g)·exp(y)",
         exact="∂L/∂z = g − (𝟏ᵀ g)·exp(y)"),
    Form("softsign", SCORE, "L = z/(1 + abs(z))", "z", "∂L/∂z = 1/(1 + abs(z))²", exact="∂L/∂z = 1/(1 + abs(z))²"),
    Form("group norm", GROUPS, GROUP_NORM, "X",
         "∂L/∂X[i,j,k] = (G[i,j,k] − mean_m mean_n G[i,m,n] − (mean_m mean_n G[i,m,n]·Xh[i,m,n])·Xh[i,j,k])/s_d[i,1,1]", style=INDEX),
    Form("rotary embedding", {"x": {"role": "weight", "shape": ["n", "2"]}, "c": {"shape": ["n"]}, "s": {"shape": ["n"]}, "G": {"shape": ["n", "2"]}},
         "y = stack([x[:, 0]*c - x[:, 1]*s, x[:, 0]*s + x[:, 1]*c], axis=1)\nL = sum(G*y)", "x",
         "∂L/∂x[i,j] = [j = 1]·(G[i,1]·c[i] + G[i,2]·s[i]) + [j = 2]·(G[i,2]·c[i] − G[i,1]·s[i])", style=INDEX),
    Form("SwiGLU, gate", GATE, "s = sigmoid(a)\ny = a*s*b\nL = sum(g*y)", "a", "∂L/∂a = g ⊙ b ⊙ s ⊙ (1 + a ⊙ (1 − s))"),
    Form("GeGLU, gate", GATE, "y = a*Phi(a)*b\nL = sum(g*y)", "a", "∂L/∂a = g ⊙ b ⊙ (Φ(a) + a ⊙ φ(a))"),
    *(Form(f"logistic regression, {h}", {"X": {"shape": ["m", "n"]}, "t": Z, "y": {"shape": ["m"]}}, f"h = {h}\nL = -sum(y*log(h) + (1 - y)*log(1 - h))/m", "t",
           "∂L/∂t = −Xᵀ (y − h)/m", exact="∂L/∂t = −Xᵀ (y − h)/m") for h in ("1/(1 + exp(-X @ t))", "1/(1 + exp(-(X @ t)))", "sigmoid(X @ t)")),
    Form("cross-entropy, the sigmoid without a name", SCORE, "L = -(y*log(1/(1 + exp(-z))) + (1 - y)*log(1 - 1/(1 + exp(-z))))", "z", "∂L/∂z = σ(z) − y", exact="∂L/∂z = σ(z) − y"),
    Form("layer norm, over leaves", VECTOR | {"eps": {}}, LAYER_NORM, "x", "∂L/∂x = (−mean(g ⊙ ga ⊙ xh)·xh − mean(g ⊙ ga) + g ⊙ ga)/s", over="leaves"),
    Form("inverse", {"A": {"role": "weight", "shape": ["n", "n"]}, "B": {"shape": ["n", "n"]}}, "L = trace(inv(A) @ B)", "A", "∂L/∂A = −A_invᵀ Bᵀ A_invᵀ",
         exact="∂L/∂A = −A_invᵀ Bᵀ A_invᵀ"),
    Form("trace", {"A": {"role": "weight", "shape": ["m", "n"]}, "B": {"shape": ["n", "m"]}}, "L = trace(A @ B)", "A", "∂L/∂A = Bᵀ", exact="∂L/∂A = Bᵀ"),
    Form("solve", {"A": {"role": "weight", "shape": ["n", "n"]}, "b": Z, "g": {"shape": ["n"]}}, "x = solve(A, b)\nL = sum(g*x)", "A", "∂L/∂A = −A_invᵀ g xᵀ",
         exact="∂L/∂A = −A_invᵀ g xᵀ"),
    Form("embedding", {"W": {"role": "weight", "shape": ["v", "d"]}, "O": {"shape": ["n", "v"], "facts": ["one-hot"]}, "G": {"shape": ["n", "d"]}},
         "E = O @ W\nL = sum(G*E)", "W", "∂L/∂W = Oᵀ G", exact="∂L/∂W = Oᵀ G"),
    Form("dropout", {"x": Z, "m": {"shape": ["n"], "facts": ["binary"]}, "g": {"shape": ["n"]}}, "y = m*x\nL = sum(g*y)", "x", "∂L/∂x = g ⊙ m"),
    Form("maximum of each row", {"X": {"role": "weight", "shape": ["n", "k"]}, "g": {"shape": ["n"]}}, "M = max(X, axis=1)\nL = sum(g*M)", "X",
         "∂L/∂X[i,j] = g[i]·[X[i,j] = M[i]]/(Σ_k [X[i,k] = M[i]])", style=INDEX),
    Form("multi-head, heads", HEADS, MULTI_HEAD, "A", "∂L/∂A[k,i,l] = Σ_j G[i,j]·Wo[k,l,j]", style=INDEX),
    Form("multi-head, output weights", HEADS, MULTI_HEAD, "Wo", "∂L/∂Wo[k,l,j] = Σ_i A[k,i,l]·G[i,j]", style=INDEX),
    Form("multi-head, query weights", HEADS, MULTI_HEAD, "Wq", "∂L/∂Wq[k,j,l] = Σ_i X[i,j]·∂L/∂Q[k,i,l]", style=INDEX),
    Form("multi-head, input", HEADS, MULTI_HEAD, "X",
         "∂L/∂X[i,j] = Σ_k Σ_l ∂L/∂Q[k,i,l]·Wq[k,j,l] + Σ_k Σ_l ∂L/∂K[k,i,l]·Wk[k,j,l] + Σ_k Σ_l ∂L/∂V[k,i,l]·Wv[k,j,l]", style=INDEX),
    Form("multi-head, key bias", HEADS, MULTI_HEAD, "bk", "∂L/∂bk[k,l] = 0", style=INDEX),
    Form("convolution, kernel", IMAGES, CONVOLVE, "K", "∂L/∂K[o,c,i,j] = Σ_n Σ_u Σ_v G[n,o,u,v]·X[n,c,u + i − 1,v + j − 1]", style=INDEX),
    Form("convolution, bias", IMAGES, CONVOLVE, "b", "∂L/∂b[o] = Σ_n Σ_u Σ_v G[n,o,u,v]", style=INDEX),
    Form("convolution, input", IMAGES, CONVOLVE, "X",
         "∂L/∂X[n,c,i,j] = Σ_o Σ_u Σ_v G[n,o,u,v]·[i − u + 1 ≥ 1]·[i − u + 1 ≤ k]·[j − v + 1 ≥ 1]·[j − v + 1 ≤ l]·K[o,c,i − u + 1,j − v + 1]", style=INDEX),
    Form("causal attention, scores", {k: {**v, "shape": ["n" if a == "m" else a for a in v["shape"]]} for k, v in ATTENTION.items()},
         "S = Q @ K.T/sqrt(d)\nE = tril(exp(S))\nP = E/sum(E, axis=1, keepdims=True)\nA = P @ V\nL = sum(G*A)", "S",
         "∂L/∂S = P ⊙ (∂L/∂P − (∂L/∂P ⊙ P) 𝟏 𝟏ᵀ)"),
]  # fmt: skip

TENSOR = [
    Form("softmax over a batch", BATCH, SOFTMAX_BATCH, "Z", "∂L/∂Z = (P − Y)/N", facts=("sums to one",), exact="∂L/∂Z = (P − Y)/N"),
    Form("weights over a batch", BATCH, SOFTMAX_BATCH, "W", "∂L/∂W = Xᵀ (∂L/∂Z)", exact="∂L/∂W = Xᵀ (∂L/∂Z)"),
    Form("bias over a batch", BATCH, SOFTMAX_BATCH, "b", "∂L/∂b = (∂L/∂Z)ᵀ 𝟏", exact="∂L/∂b = (∂L/∂Z)ᵀ 𝟏"),
    Form("least squares", {k: v for k, v in BATCH.items() if k in "XW"} | {"Y": {"shape": ["N", "K"]}}, "L = sum((X @ W - Y)**2)", "W",
         "∂L/∂W = 2·Xᵀ (X W − Y)", exact="∂L/∂W = 2·Xᵀ (X W − Y)"),
    Form("layer norm", VECTOR, LAYER_NORM, "x", "∂L/∂x = (∂L/∂xh − mean(∂L/∂xh) − mean(∂L/∂xh ⊙ xh)·xh)/s",
         exact="∂L/∂x = (∂L/∂xh − mean(∂L/∂xh) − mean(∂L/∂xh ⊙ xh)·xh)/s"),
    Form("layer norm, scale", VECTOR, LAYER_NORM, "ga", "∂L/∂ga = g ⊙ xh", exact="∂L/∂ga = g ⊙ xh"),
    Form("batch norm", COLUMNS, BATCH_NORM + "Y = ga*Xh + be\nL = sum(G*Y)", "X",
         "∂L/∂X[i,j] = (∂L/∂Xh[i,j] − (Σ_k ∂L/∂Xh[k,j])/m − Xh[i,j]·(Σ_k ∂L/∂Xh[k,j]·Xh[k,j])/m)/s[j]", style=INDEX),
    Form("batch norm, sum of the outputs", COLUMNS, BATCH_NORM + "L = sum(Xh)", "X", "∂L/∂X[i,j] = 0", style=INDEX),
    Form("RMS norm", VECTOR, "r = sqrt(mean(x**2) + eps)\ny = ga*x/r\nL = sum(g*y)", "x",
         "∂L/∂x[i] = ga[i]·g[i]/r − x[i]·(Σ_j x[j]·ga[j]·g[j])/(n·r³)", style=INDEX),
    Form("unit length", VECTOR, "r = sqrt(sum(x**2))\nu = x/r\nL = sum(g*u)", "x", "∂L/∂x = (g − (gᵀ u)·u)/r", exact="∂L/∂x = (g − (gᵀ u)·u)/r"),
    Form("weight norm", {"v": Z, "ga": {"role": "weight"}, "g": {"shape": ["n"]}}, "r = sqrt(sum(v**2))\nw = ga*v/r\nL = sum(g*w)", "v",
         "∂L/∂v[i] = ga·(g[i] − v[i]·(Σ_j v[j]·g[j])/r²)/r", style=INDEX),
    Form("attention, scores", ATTENTION, ATTEND, "S", "∂L/∂S = P ⊙ (∂L/∂P − (∂L/∂P ⊙ P) 𝟏 𝟏ᵀ)"),
    Form("attention, queries", ATTENTION, ATTEND, "Q", "∂L/∂Q = (∂L/∂S) K/sqrt(d)", exact="∂L/∂Q = (∂L/∂S) K/sqrt(d)"),
    Form("attention, values", ATTENTION, ATTEND, "V", "∂L/∂V = Pᵀ G", exact="∂L/∂V = Pᵀ G"),
    Form("InfoNCE, similarities", PAIRS, CONTRAST, "S", "∂L/∂S = (P − I)/B", exact="∂L/∂S = (P − I)/B"),
    Form("variational bound, log-variance", LATENT, "z = mu + exp(l/2)*e\nL = sum(d*z) + sum(mu**2 + exp(l) - 1 - l)/2", "l",
         "∂L/∂l = 1/2·d ⊙ e ⊙ exp(1/2·l) + 1/2·(exp(l) − 1)"),
    Form("focal loss", {"z": {"role": "weight"}, "ga": {}}, "p = 1/(1 + exp(-z))\nL = -(1 - p)**ga*log(p)", "z",
         "∂L/∂z = (1 − p)^ga·(ga·p·log(p) + p − 1)"),
    Form("graph convolution", {"A": {"shape": ["n", "n"]}, "H": {"shape": ["n", "d"]}, "W": {"role": "weight", "shape": ["d", "k"]}, "G": {"shape": ["n", "k"]}},
         "L = sum(G*(A @ H @ W))", "W", "∂L/∂W = Hᵀ Aᵀ G", exact="∂L/∂W = Hᵀ Aᵀ G"),
    Form("Gaussian likelihood by the covariance", {"S": {"role": "weight", "shape": ["n", "n"], "facts": ["symmetric", "invertible"]}, "x": {"shape": ["n"]},
         "mu": Z}, "r = x - mu\nL = slogdet(S)[1]/2 + r @ inv(S) @ r/2", "S", "∂L/∂S = 1/2·(S_inv − S_inv r rᵀ S_inv)", facts=("symmetric",),
         exact="∂L/∂S = 1/2·(S_inv − S_inv r rᵀ S_inv)"),
    Form("log-determinant", {"A": {"role": "weight", "shape": ["n", "n"]}}, "L = slogdet(A)[1]", "A", "∂L/∂A = A_invᵀ", exact="∂L/∂A = A_invᵀ"),
]  # fmt: skip

FORMS = [
    *(Form(f"sigmoid and binary cross-entropy, {s}", SCALAR, f"p = {s}\n{BCE}", "z", "∂L/∂z = p − y", exact="∂L/∂z = p − y") for s in SIGMOIDS),
    Form("binary cross-entropy by the prediction", SCALAR, f"p = sigmoid(z)\n{BCE}", "p", "∂L/∂p = (p − y)/(p(1 − p))", exact="∂L/∂p = (p − y)/(p(1 − p))"),
    Form("softmax and cross-entropy", {"z": Z, "y": {"role": "target", "shape": ["n"]}}, SOFTMAX, "z", "∂L/∂z[i] = p[i]·Σ_j y[j] − y[i]",
         style=Style(notation="index")),
    Form("softmax and cross-entropy, targets sum to one", {"z": Z, "y": {"role": "target", "shape": ["n"], "facts": ["sums to one"]}}, SOFTMAX, "z",
         "∂L/∂z = p − y", facts=("sums to one",), exact="∂L/∂z = p − y"),
    Form("softmax and cross-entropy, one-hot targets", {"z": Z, "y": {"role": "target", "shape": ["n"], "facts": ["one-hot"]}}, SOFTMAX, "z",
         "∂L/∂z = p − y", facts=("sums to one",), exact="∂L/∂z = p − y"),
    *(Form(f"hidden layer, {s}", DENSE, dense(s), "z2", "∂L/∂z2 = W3ᵀ (∂L/∂z3) ⊙ h2 ⊙ (1 − h2)", exact="∂L/∂z2 = W3ᵀ (∂L/∂z3) ⊙ h2 ⊙ (1 − h2)") for s in SIGMOIDS),
    *(Form(f"hidden layer, {s}", DENSE, dense(s), "z1", "∂L/∂z1 = W2ᵀ (∂L/∂z2) ⊙ (1 − h1²)", exact="∂L/∂z1 = W2ᵀ (∂L/∂z2) ⊙ (1 − h1²)") for s in TANHS),
    Form("hidden layer, rectifier", DENSE, dense("relu(z)"), "z1", "∂L/∂z1 = W2ᵀ (∂L/∂z2) ⊙ [z1 > 0]"),
    Form("hidden layer, SiLU", DENSE, dense("z*sigmoid(z)"), "z1", "∂L/∂z1 = W2ᵀ (∂L/∂z2) ⊙ σ(z1) ⊙ (1 + z1 ⊙ (1 − σ(z1)))"),
    Form("hidden layer, GELU", DENSE, dense("z*Phi(z)"), "z1", "∂L/∂z1 = W2ᵀ (∂L/∂z2) ⊙ (Φ(z1) + z1 ⊙ φ(z1))"),
    Form("weights of a dense layer", DENSE, dense("tanh(z)"), "W2", "∂L/∂W2 = (∂L/∂z2) h1ᵀ", exact="∂L/∂W2 = (∂L/∂z2) h1ᵀ"),
    Form("bias of a dense layer", DENSE, dense("tanh(z)"), "b2", "∂L/∂b2 = ∂L/∂z2", exact="∂L/∂b2 = ∂L/∂z2"),
    Form("squared error, over leaves", DENSE, dense("tanh(z)"), "W3", "∂L/∂W3 = −(y − z3) h2ᵀ", over="leaves", exact="∂L/∂W3 = −(y − z3) h2ᵀ"),
    *TENSOR,
    *LOSSES_AND_ARRAYS,
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS, ids=lambda f: f.name)
def test_closed_form(form):
    network = Network.from_dict({"symbols": form.symbols, "forward": form.forward, "loss": "L"})
    formula = network.derive([form.by])[form.by]
    derived = formula.definition(form.over)
    expected = read_formula(form.expected, formula.derivation.core.gradient_program((form.by,), facts=True), form.style)
    assert expected.name == derived.name
    assert len(expected.indices) == len(derived.indices)
    facts = {leaf.name: leaf.facts for leaf in network.program.leaves}
    mapping = dict(zip(expected.indices, derived.indices, strict=True))
    renamed = expected.body if not mapping else _with_indices(expected.body, mapping)
    assert equal(derived.body, renamed, facts=facts).proved
    assert length(derived.body) <= length(renamed)
    assert tuple(fact.kind for _, fact in formula.facts) == form.facts
    assert bool(formula.reason) == (derived.body is ZERO)
    if form.exact is not None:
        assert formula.text(over=form.over) == form.exact


def _with_indices(body, mapping):
    from symback.algebra.sizes import Size
    from symback.algebra.traverse import substitute

    return substitute(body, {a: Size.of(b) for a, b in mapping.items()})


def test_textbook_letters():
    """(W³)ᵀ δ³ ⊙ h² ⊙ (1 − h²), with δ for the derivative by a pre-activation and the layer as a superscript."""
    network = Network.from_dict({"symbols": DENSE, "forward": dense("sigmoid(z)"), "loss": "L"})
    formula = network.derive(["z2"])["z2"]
    delta = r"\delta^{2} = (W^{3})^{\top} \delta^{3} \odot h^{2} \odot (1 - h^{2})"
    assert formula.latex(style=Style(derivative="delta")) == delta
    assert network.derive()["W2"].latex(style=Style(derivative="delta")).endswith(r"= \delta^{2} (h^{1})^{\top}")
