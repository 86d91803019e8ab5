"""A fact allows more than its middle: either sign of what sums to one, small eigenvalues, negative determinants, values near a bound."""

from .rows import Group

N, SQUARE = {"shape": ["n"]}, {"shape": ["n", "n"]}


def having(*facts: object, shape: tuple[str, ...] = ("n",)) -> dict[str, object]:
    return {"shape": list(shape), "facts": list(facts)}


INVERTIBLE = having("invertible", shape=("n", "n"))
DEFINITE = having("positive definite", shape=("n", "n"))

GROUPS = [
    Group(
        "what sums to one",
        {"p": having("sums to one"), "w": N},
        "L = sum(where(p>=0,w,w**2))",
        (
            ("dL/dw = ones(n)", "not accepted"),
            ("dL/dw = where(p>=0,1,2*w)", "proved"),
            ("sum(maximum(p,0)) = 1", "not accepted"),
            ("sum(p) = 1", "holds"),
            ("max(p) = max(abs(p))", "not accepted"),
            ("sum(abs(p)) = 1", "not accepted"),
            ("sum(p)**2 = 1", "holds"),
            ("max(p) <= 1", "not accepted"),
            ("sum(p*w) = sum(w*p)", "proved"),
            ("sum(minimum(p,0)) = 0", "not accepted"),
            ("sum(minimum(p,1)) = 1", "not accepted"),
            ("sum(maximum(p,-100)) = 1", "not accepted"),
            ("sum(maximum(p,0)) + sum(minimum(p,0)) = 1", "holds"),
        ),
    ),
    Group(
        "what is symmetric and sums to one",
        {"P": having("symmetric", "sums to one", shape=("n", "n")), "w": {}},
        "L = w*sum(P)",
        (
            ("dL/dw = 1", "holds"),
            ("dL/dw = sum(abs(P))", "not accepted"),
            ("dL/dw = sum(maximum(P,0))", "not accepted"),
            ("sum(P) = 1", "holds"),
            ("P = P.T", "holds"),
            ("sum(P**2) = sum(P*P.T)", "holds"),
        ),
    ),
    Group(
        "what is nonnegative and sums to one",
        {"p": having("nonnegative", "sums to one"), "w": N},
        "L = sum(w*p)",
        (
            ("sum(maximum(p,0)) = 1", "holds"),
            ("max(p) = max(abs(p))", "holds"),
            ("sum(maximum(p,0.01)) = 1", "not accepted"),
            ("sum(minimum(p,0.9)) = 1", "not accepted"),
            ("dL/dw = where(p > 0.001, p, 0)", "not accepted"),
            ("dL/dw = where(p > 0, p, 5)", "not accepted"),
            ("dL/dw = where(p >= 0, p, 5)", "proved"),
        ),
    ),
    Group(
        "a positive definite matrix",
        {"A": DEFINITE},
        "L = abs(log(det(A)))",
        (
            ("dL/dA = inv(A)", "not accepted"),
            ("maximum(det(A),1) = det(A)", "not accepted"),
            ("maximum(trace(A),n) = trace(A)", "not accepted"),
            ("maximum(A[0,0],1) = A[0,0]", "not accepted"),
            ("maximum(A[0,0],0) = A[0,0]", "holds"),
            ("maximum(det(A),0) = det(A)", "holds"),
            ("maximum(trace(A),0) = trace(A)", "holds"),
            ("abs(trace(A)) = trace(A)", "holds"),
            ("maximum(trace(A),1e-4) = trace(A)", "not accepted"),
            ("A = A.T", "holds"),
            ("det(A) = det(A.T)", "holds"),
            ("maximum(det(A),0.01) = det(A)", "not accepted"),
            ("abs(A) = A", "not accepted"),
        ),
    ),
    Group(
        "an invertible matrix",
        {"A": INVERTIBLE, "b": N},
        "L = det(A)",
        (
            ("det(A) = abs(det(A))", "not accepted"),
            ("slogdet(A)[0] = 1", "not accepted"),
            ("b@A@b = abs(b@A@b)", "not accepted"),
            ("dL/dA = det(A)*inv(A).T", "proved"),
            ("dL/dA = abs(det(A))*inv(A).T", "not accepted"),
            ("det(A)*det(inv(A)) = 1", "holds"),
            ("maximum(abs(A[0,0]),.5) = abs(A[0,0])", "not accepted"),
            ("slogdet(A)[0]**2 = 1", "holds"),
            ("abs(det(A)) = exp(slogdet(A)[1])", "holds"),
            ("maximum(abs(det(A)),0.001) = abs(det(A))", "not accepted"),
            ("det(A@A.T) = det(A)**2", "holds"),
            ("maximum(abs(trace(A)),1) = abs(trace(A))", "not accepted"),
        ),
    ),
    Group(
        "a choice by a determinant",
        {"A": INVERTIBLE, "w": {}},
        "L = where(abs(det(A))>.01, w, 0) + 0*sum(inv(A))",
        (("dL/dw = 1", "not accepted"), ("dL/dw = where(abs(det(A))>.01, 1, 0)", "holds"), ("L = w", "not accepted")),
    ),
    Group(
        "a matrix that is inverted",
        {"A": SQUARE, "b": N},
        "L = sum(inv(A) @ b)",
        (
            ("dL/db = inv(A).T @ ones(n)", "proved"),
            ("dL/db = inv(A) @ ones(n)", "not accepted"),
            ("dL/db = inv(A).T @ ones(n)*sign(det(A))", "not accepted"),
            ("dL/db = inv(A).T @ ones(n)*sign(det(A))**2", "holds"),
            ("dL/db = inv(A).T @ ones(n)*where(abs(A[0,0]) > 0.01, 1, 0)", "not accepted"),
        ),
    ),
    Group(
        "a magnitude above 1",
        {"m": having(["magnitude above", 1]), "w": N},
        "L = sum(w*m)",
        (
            ("dL/dw = maximum(m,-20)", "not accepted"),
            ("dL/dw = m", "proved"),
            ("dL/dw = m*where(abs(m) > 1, 1, 0)", "holds"),
            ("dL/dw = m*where(abs(m) > 1.01, 1, 0)", "not accepted"),
            ("dL/dw = m*where(m > 0, 1, 0)", "not accepted"),
            ("dL/dw = m*where(abs(m) < 50, 1, 0)", "not accepted"),
            ("dL/dw = m*where(abs(m) > 0.5, 1, 0)", "holds"),
        ),
    ),
    Group(
        "numbers between two bounds",
        {"u": having(["between", -2, 3]), "w": N},
        "L = sum(w*u)",
        (
            ("dL/dw = clip(u,-2,3)", "holds"),
            ("dL/dw = clip(u,-1.99,3)", "not accepted"),
            ("dL/dw = clip(u,-2,2.999)", "not accepted"),
            ("dL/dw = minimum(u,2.9999)", "not accepted"),
            ("dL/dw = maximum(u,-2)", "holds"),
            ("dL/dw = maximum(u,-5)", "holds"),
            ("dL/dw = where(u < 4, u, 0)", "holds"),
            ("dL/dw = where(u > 0, u, 0)", "not accepted"),
        ),
    ),
    Group(
        "binary weights of a sum",
        {"y": having("binary"), "z": N},
        "L = sum(y*z)",
        (
            ("dL/dz = y/sum(y)", "conditional", "y sums to one"),
            ("dL/dz = y", "proved"),
            ("dL/dz = y*y", "holds"),
            ("dL/dz = 1-y", "not accepted"),
            ("dL/dz = y*max(y)", "holds"),
            ("dL/dz = where(y > 0, 1, 0)", "holds"),
            ("dL/dz = where(y >= 0, 1, 0)", "not accepted"),
        ),
    ),
    Group(
        "binary targets of softmax with cross-entropy",
        {"Z": {"shape": ["n", "k"]}, "Y": having("binary", shape=("n", "k"))},
        "P = softmax(Z,axis=1); L = -sum(Y*log(P))",
        (
            ("dL/dZ = P-Y", "conditional", "sums to one"),
            ("dL/dZ = sum(Y,axis=1)[:,None]*P-Y", "holds"),
            ("dL/dZ = Y-P", "not accepted"),
            ("dL/dZ = (P-Y)/n", "not accepted"),
            ("dL/dZ = max(Y,axis=1)[:,None]*P-Y", "not accepted"),
        ),
    ),
    Group(
        "a zero diagonal and rows that sum to one",
        {"Q": having("zero diagonal", "sums to one", shape=("n", "n")), "v": N},
        "L = sum(v @ Q)",
        (
            ("dL/dv = ones(n)", "holds"),
            ("dL/dv = sum(abs(Q), axis=1)", "not accepted"),
            ("dL/dv = sum(Q, axis=1)", "holds"),
            ("dL/dv = sum(Q, axis=0)", "not accepted"),
            ("trace(Q) = 0", "holds"),
        ),
    ),
    Group(
        "a nonnegative number",
        {"a": having("nonnegative"), "w": N},
        "L = sum(w*a)",
        (
            ("dL/dw = abs(a)", "holds"),
            ("dL/dw = relu(a)", "holds"),
            ("dL/dw = a*where(a > 0, 1, 0)", "holds"),
            ("dL/dw = maximum(a, 1e-3)", "not accepted"),
            ("dL/dw = minimum(a, 1e4)", "not accepted"),
            ("dL/dw = a + where(a == 0, 1, 0)", "not accepted"),
            ("dL/dw = a + where(a == 3, 1, 0)", "not accepted"),
        ),
    ),
]
