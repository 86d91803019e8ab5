"""Entries of array calculus: scalars made of vectors and matrices."""

from __future__ import annotations

from symback.layers.declared import Row, constant, data, weight
from symback.layers.row import LayerRow


def _form(name: str, title: str, forward: str, says: str, *aliases: str, **symbols: Row) -> LayerRow:
    """A scalar ``L`` of arrays."""
    return LayerRow(name, title, "arrays", symbols, forward, "L", says, aliases)


def _map(name: str, title: str, forward: str, says: str, *aliases: str, **symbols: Row) -> LayerRow:
    """An array ``Y`` of arrays; its gradient is that of a loss with gradient G by Y."""
    return LayerRow(name, title, "arrays", symbols, forward, "Y", says, aliases)


_SQUARE = data("n", "n")
_INVERTIBLE = data("n", "n", facts=("invertible",))
_SYMMETRIC = constant("n", "n", facts=("symmetric",))
_POSITIVE = data("n", "n", facts=("positive definite",))

ARRAYS: tuple[LayerRow, ...] = (
    _form("dot_product", "Dot product", "L = a @ x", "A linear form.", "inner product", "scalar product", "linear form", a=data("n"), x=data("n")),
    _form("square_form", "Quadratic form of a square matrix", "L = x @ A @ x", "A quadratic form of any square matrix.", "quadratic form", "x transpose A x",
          x=data("n"), A=_SQUARE),
    _form("square_form_symmetric", "Quadratic form of a symmetric matrix", "L = x @ A @ x/2", "Half the quadratic form of a symmetric matrix.",
          "symmetric quadratic form", x=data("n"), A=_SYMMETRIC),
    _form("quadratic_function", "Quadratic function", "L = x @ A @ x/2 - b @ x", "Its minimum solves A x = b.", "conjugate gradient objective", "energy",
          x=data("n"), A=_SYMMETRIC, b=constant("n")),
    _form("squared_length", "Squared length", "L = sum(x**2)", "The squared Euclidean norm.", "squared norm", "sum of squares", "l2 norm squared", x=data("n")),
    _form("length", "Euclidean norm", "L = sqrt(sum(x**2))", "The length of a vector.", "euclidean length", "vector norm", "2-norm", x=data("n")),
    _form("one_norm", "Sum of absolute values", "L = sum(abs(x))", "The 1-norm of a vector.", "l1 norm", "1-norm", "manhattan norm", x=data("n")),
    _form("p_norm", "The p-norm of a vector", "L = sum(x**p)**(1/p)", "The p-norm of a positive vector.", "lp norm", x=data("n", facts=("positive",)), p=constant(facts=("positive",))),
    _form("max_norm", "Largest absolute value", "L = max(abs(x))", "The maximum norm of a vector.", "infinity norm", "maximum norm", x=data("n")),
    _form("distance", "Euclidean distance", "L = sqrt(sum((x - a)**2))", "The distance of two points.", "euclidean distance", x=data("n"), a=data("n")),
    _form("squared_distance", "Squared distance", "L = sum((x - a)**2)", "The squared distance of two points.", "squared euclidean distance", x=data("n"), a=data("n")),
    _form("mahalanobis", "Mahalanobis distance", "L = (x - m) @ A @ (x - m)", "The squared distance measured by a symmetric matrix.", "mahalanobis distance",
          x=data("n"), m=data("n"), A=data("n", "n", facts=("symmetric",))),
    _form("frobenius_norm", "Frobenius norm", "L = sqrt(sum(X**2))", "The root of the sum of all squares.", "matrix norm", X=data("m", "n")),
    _form("frobenius_product", "Inner product of matrices", "L = sum(A*X)", "The sum of the element-wise products.", "frobenius inner product", "trace of A^T X",
          A=data("m", "n"), X=data("m", "n")),
    _form("sum_entries", "Sum of all entries", "L = sum(X)", "The sum of a matrix.", "sum", "total", X=data("m", "n")),
    _form("mean_entries", "Mean of all entries", "L = mean(X)", "The mean of a matrix.", "mean", "average", X=data("m", "n")),
    _form("variance_entries", "Variance of a vector", """mu = mean(x)
          L = mean((x - mu)**2)""", "The mean of the squared deviations from the mean.", "variance", x=data("n")),
    _form("deviation_entries", "Standard deviation of a vector", """mu = mean(x)
          L = sqrt(mean((x - mu)**2))""", "The root of the variance.", "standard deviation", "std", x=data("n")),
    _form("product_entries", "Product of a vector", "L = prod(x)", "The product of all entries.", "prod", x=data("n")),
    _form("maximum_entry", "Largest entry", "L = max(x)", "The maximum of a vector.", "max", "maximum", x=data("n")),
    _form("geometric_mean", "Geometric mean", "L = exp(mean(log(x)))", "The exponential of the mean logarithm.", "geometric average", x=data("n", facts=("positive",))),
    _form("weighted_sum_squares", "Weighted sum of squares", "L = sum(w*x**2)", "Squares with weights.", "weighted squares", w=data("n"), x=data("n")),
    _form("trace", "Trace", "L = trace(X)", "The sum of the diagonal.", "tr X", X=_SQUARE),
    _form("trace_product", "Trace of a product", "L = trace(A @ X)", "A linear form of a matrix.", "tr AX", A=data("n", "m"), X=data("m", "n")),
    _form("trace_sandwich", "Trace of a product with the variable inside", "L = trace(A @ X @ B)", "A linear form of a matrix.", "tr AXB",
          A=data("k", "m"), X=data("m", "n"), B=data("n", "k")),
    _form("trace_transposed", "Trace of a product with the transposed variable", "L = trace(A @ X.T)", "A linear form of a matrix.", "tr AX^T",
          A=data("m", "n"), X=data("m", "n")),
    _form("trace_square", "Trace of a square", "L = trace(X @ X)", "A quadratic form of a matrix.", "tr X^2", "tr XX", X=_SQUARE),
    _form("trace_gram", "Trace of a Gram matrix", "L = trace(X.T @ X)", "The squared Frobenius norm.", "tr X^T X", X=data("m", "n")),
    _form("trace_quadratic", "Trace of a quadratic form", "L = trace(X.T @ A @ X)", "A quadratic form of every column, added.", "tr X^T A X",
          X=data("m", "n"), A=data("m", "m")),
    _form("trace_quadratic_two", "Trace of a quadratic form between two matrices", "L = trace(A @ X @ B @ X.T)", "A quadratic form of a matrix.", "tr AXBX^T",
          A=data("m", "m"), X=data("m", "n"), B=data("n", "n")),
    _form("trace_cube", "Trace of a cube", "L = trace(X @ X @ X)", "A cubic form of a matrix.", "tr X^3", X=_SQUARE),
    _form("trace_inverse", "Trace of an inverse", "L = trace(inv(X))", "The sum of the reciprocal eigenvalues.", "tr inverse", "tr inv", X=_INVERTIBLE),
    _form("trace_inverse_sandwich", "Trace of a product with an inverse", "L = trace(A @ inv(X) @ B)", "A linear form of an inverse.", "tr A inv X B",
          A=data("m", "n"), X=_INVERTIBLE, B=data("n", "m")),
    _form("inverse_form", "Quadratic form of an inverse", "L = a @ inv(X) @ b", "A bilinear form of an inverse.", "bilinear form of an inverse",
          a=data("n"), X=_INVERTIBLE, b=data("n")),
    _form("determinant", "Determinant", "L = det(X)", "The determinant of an invertible matrix.", "det", "jacobi formula", X=_INVERTIBLE),
    _form("log_det", "Logarithm of a determinant", "L = slogdet(X)[1]", "The logarithm of the absolute value of the determinant.", "logdet", "log determinant", "slogdet", X=_INVERTIBLE),
    _form("log_det_positive", "Logarithm of the determinant of a positive definite matrix", "L = log(det(X))", "The log-volume of an ellipsoid.",
          "logdet positive definite", "log det covariance", X=_POSITIVE),
    _map("inverse", "Inverse", "Y = inv(X)", "The inverse of a matrix.", "matrix inverse", "inv", X=_INVERTIBLE),
    _map("solve", "Linear system", "Y = solve(A, B)", "The solution of A Y = B.", "linear solve", "system of equations", A=_INVERTIBLE, B=data("n", "m")),
    _map("matrix_product", "Matrix product", "Y = A @ B", "The product of two matrices.", "matmul", "gemm", "matrix multiplication", "AB", A=data("m", "k"), B=data("k", "n")),
    _map("matrix_vector_product", "Matrix times vector", "Y = A @ x", "A linear map.", "matvec", A=data("m", "n"), x=data("n")),
    _map("triple_product", "Product of three matrices", "Y = A @ B @ C", "A chain of linear maps.", "matrix chain", A=data("m", "k"), B=data("k", "l"), C=data("l", "n")),
    _map("transpose", "Transpose", "Y = X.T", "Rows become columns.", "matrix transpose", X=data("m", "n")),
    _map("gram", "Gram matrix", "Y = X @ X.T", "All inner products of rows.", "gram matrix", "X X^T", X=data("m", "n")),
    _map("covariance", "Covariance of samples", """mu = mean(X, axis=0)
         Z = X - mu
         Y = Z.T @ Z/N""", "The mean of the outer products of centred samples.", "covariance matrix", "sample covariance", X=data("N", "n")),
    _map("hadamard", "Element-wise product", "Y = A*B", "Entries multiply entries.", "hadamard product", "elementwise product", A=data("m", "n"), B=data("m", "n")),
    _map("quotient", "Element-wise quotient", "Y = A/B", "Entries divide entries.", "elementwise division", "division", A=data("m", "n"), B=data("m", "n")),
    _map("outer", "Outer product", "Y = outer(u, v)", "All products of two vectors.", "outer product", u=data("m"), v=data("n")),
    _map("scale_rows", "Scaled rows", "Y = d[:, None]*X", "A diagonal matrix from the left.", "diagonal times matrix", "diag left", d=data("m"), X=data("m", "n")),
    _map("scale_columns", "Scaled columns", "Y = X*d", "A diagonal matrix from the right.", "matrix times diagonal", "diag right", X=data("m", "n"), d=data("n")),
    _map("row_sums", "Row sums", "Y = sum(X, axis=1)", "The sum of each row.", "sum over columns", X=data("m", "n")),
    _map("column_sums", "Column sums", "Y = sum(X, axis=0)", "The sum of each column.", "sum over rows", X=data("m", "n")),
    _map("row_means", "Row means", "Y = mean(X, axis=1)", "The mean of each row.", "mean over columns", X=data("m", "n")),
    _map("centre", "Centring", "Y = x - mean(x)", "The mean is taken off.", "centering", "mean subtraction", x=data("n")),
    _map("broadcast_add", "Vector added to every row", "Y = X + b", "A bias that every row gets.", "bias add", "broadcasting", X=data("m", "n"), b=data("n")),
    _map("pairwise_distances", "Squared distances of all pairs", "Y[i, j] = sum((U[i, k] - V[j, k])**2 for k in range(d))", "Every row of U against every row of V.",
         "distance matrix", "pairwise squared distances", U=data("m", "d"), V=data("n", "d")),
    _map("cumulative_sum", "Cumulative sum", "Y = cumsum(x)", "Sums of the first entries.", "cumsum", "prefix sum", x=data("n")),
    _map("standardise", "Standardised vector", """mu = mean(x)
         sd = sqrt(mean((x - mu)**2))
         Y = (x - mu)/sd""", "Mean 0 and variance 1.", "standardize", "z-score", "whitening", x=data("n")),
    _form("cosine_similarity", "Cosine of the angle between two vectors", """a = sqrt(sum(u**2))
          b = sqrt(sum(v**2))
          L = u @ v/(a*b)""", "The inner product of the directions.", "cosine angle", "cos similarity", u=data("n"), v=data("n")),
    _form("gaussian_kernel", "Gaussian kernel of two points", "L = exp(-g*sum((x - c)**2))", "Falls with the squared distance.", "rbf kernel", "radial basis function",
          x=data("n"), c=data("n"), g=constant(facts=("positive",))),
    _form("rayleigh", "Rayleigh quotient", """a = x @ A @ x
          b = x @ x
          L = a/b""", "Stationary at eigenvectors.", "rayleigh quotient", x=data("n"), A=_SYMMETRIC),
    _form("normal_likelihood", "Gaussian log-likelihood of one sample", """r = x - m
          L = -slogdet(S)[1]/2 - r @ inv(S) @ r/2""", "By mean and covariance, a constant left out.",
          "multivariate normal", "multivariate gaussian", x=data("n"), m=weight("n"), S=weight("n", "n", facts=("invertible",))),
)  # fmt: skip
