"""Entries of whole models: regressions, factorisations, networks with a loss, penalties."""

from __future__ import annotations

from symback.layers.declared import Row, bias, constant, data, target, weight
from symback.layers.row import LayerRow

_POSITIVE = constant(facts=("positive",))
_UNIT = (("between", 0, 1),)


def _model(name: str, title: str, forward: str, says: str, *aliases: str, **symbols: Row) -> LayerRow:
    """A model with its loss ``L``."""
    return LayerRow(name, title, "models", symbols, forward, "L", says, aliases)


_XY: dict[str, Row] = {"X": data("N", "m"), "y": target("N")}
_TWO: dict[str, Row] = {"x": data("m"), "y": target("k"), "W1": weight("n", "m"), "b1": bias("n"), "W2": weight("k", "n"), "b2": bias("k")}
_CLASSES = target("k", facts=("sums to one",))
_BATCH: dict[str, Row] = {
    "X": data("N", "m"),
    "Y": target("N", "k"),
    "W1": weight("m", "n"),
    "b1": bias("n"),
    "W2": weight("n", "k"),
    "b2": bias("k"),
}


def _two(name: str, title: str, activation: str, *aliases: str) -> LayerRow:
    """A network with one hidden layer and half the squared error."""
    return _model(f"mlp_{name}", f"Two-layer network with {title}", f"""z1 = W1 @ x + b1
                  h1 = {activation}
                  yhat = W2 @ h1 + b2
                  L = sum((y - yhat)**2)/2""", f"One hidden layer with {title}, a linear output, half the squared error.",
                  f"{name} network", f"{name} mlp", f"backpropagation {name}", *aliases, **_TWO)  # fmt: skip


MODELS: tuple[LayerRow, ...] = (
    _model("linear_regression", "Linear regression with a bias", """yhat = X @ w + b
           L = mean((y - yhat)**2)""", "The mean squared error of a linear model.", "linear model mse", "linear regression weights bias", **_XY, w=weight("m"), b=bias()),
    _model("simple_regression", "Regression by a straight line", """yhat = w*x + b
           L = mean((y - yhat)**2)""", "Slope and intercept by the mean squared error.", "straight line fit", "simple linear regression",
           x=data("N"), y=target("N"), w=weight(), b=bias()),
    _model("ridge_regression", "Ridge regression", """r = X @ w - y
           L = sum(r**2)/2 + lam*sum(w**2)/2""", "Least squares with an L2 penalty.", "tikhonov", "regularised least squares", "regularized least squares",
           **_XY, w=weight("m"), lam=_POSITIVE),
    _model("lasso_regression", "Lasso regression", """r = X @ w - y
           L = sum(r**2)/2 + lam*sum(abs(w))""", "Least squares with an L1 penalty.", "lasso", "sparse regression", **_XY, w=weight("m"), lam=_POSITIVE),
    _model("weighted_least_squares", "Weighted least squares", """r = X @ w - y
           L = sum(a*r**2)/2""", "Every sample has a weight.", "wls", **_XY, w=weight("m"), a=constant("N")),
    _model("logistic_regression", "Logistic regression", """z = X @ w + b
           p = 1/(1 + exp(-z))
           L = -mean(y*log(p) + (1 - y)*log(1 - p))""", "Binary cross-entropy of a linear model, the mean over samples.",
           "logit model", "logistic regression weights bias", X=data("N", "m"), y=target("N", facts=_UNIT), w=weight("m"), b=bias()),
    _model("logistic_neuron", "One sigmoid neuron with cross-entropy", """z = w @ x + b
           p = 1/(1 + exp(-z))
           L = -(y*log(p) + (1 - y)*log(1 - p))""", "Logistic regression of one sample.", "single neuron cross entropy", "perceptron sigmoid",
           x=data("m"), y=target(facts=_UNIT), w=weight("m"), b=bias()),
    _model("sigmoid_neuron", "One sigmoid neuron with squared error", """z = w @ x + b
           p = 1/(1 + exp(-z))
           L = (y - p)**2/2""", "The neuron of the first textbooks.", "delta rule", "single neuron squared error", "sigmoid mse",
           x=data("m"), y=target(), w=weight("m"), b=bias()),
    _model("linear_neuron", "One linear neuron with squared error", """z = w @ x + b
           L = (y - z)**2/2""", "The least mean squares rule.", "adaline", "lms", "widrow-hoff", x=data("m"), y=target(), w=weight("m"), b=bias()),
    _model("softmax_regression", "Softmax regression", """z = W @ x + b
           p = exp(z)/sum(exp(z))
           L = -sum(y*log(p))""", "Cross-entropy of a linear classifier, one sample.", "multinomial logistic regression", "linear classifier", "maximum entropy classifier",
           x=data("m"), y=_CLASSES, W=weight("k", "m"), b=bias("k")),
    _model("softmax_regression_batch", "Softmax regression, mean over rows", """Z = X @ W + b
           P = exp(Z)/sum(exp(Z), axis=1, keepdims=True)
           L = -sum(Y*log(P))/N""", "Cross-entropy of a linear classifier over a batch.", "multinomial logistic regression batch",
           X=data("N", "m"), Y=target("N", "k", facts=("sums to one",)), W=weight("m", "k"), b=bias("k")),
    _model("poisson_regression", "Poisson regression", """z = X @ w + b
           mu = exp(z)
           L = sum(mu - y*z)""", "Counts with a mean that is the exponential of a linear model.", "log-linear model", "count regression",
           **_XY, w=weight("m"), b=bias()),
    _model("svm", "Linear support vector machine", """z = X @ w + b
           L = lam*sum(w**2)/2 + mean(maximum(0, 1 - y*z))""", "Hinge loss with an L2 penalty.", "support vector machine", "soft margin",
           X=data("N", "m"), y=target("N", facts=("plus or minus one",)), w=weight("m"), b=bias(), lam=_POSITIVE),
    _model("perceptron", "Perceptron loss", """z = X @ w
           L = sum(maximum(0, -y*z))""", "Counts the misclassified margins.", "rosenblatt", X=data("N", "m"), y=target("N", facts=("plus or minus one",)), w=weight("m")),
    _model("sigmoid_mse", "Sigmoid and squared error", """p = 1/(1 + exp(-z))
           L = sum((y - p)**2)/2""", "Squared error of sigmoid outputs.", "sigmoid squared error", z=data("n"), y=target("n")),
    _model("tanh_mse", "Hyperbolic tangent and squared error", """h = tanh(z)
           L = sum((y - h)**2)/2""", "Squared error of tanh outputs.", "tanh squared error", z=data("n"), y=target("n")),
    _model("softmax_mse", "Softmax and squared error", """p = exp(z)/sum(exp(z))
           L = sum((y - p)**2)/2""", "Squared error of softmax outputs.", "softmax squared error", "brier score", z=data("n"), y=target("n")),
    _two("sigmoid", "sigmoid units", "1/(1 + exp(-z1))"),
    _two("tanh", "tanh units", "tanh(z1)"),
    _two("relu", "rectified units", "maximum(z1, 0)"),
    _two("softplus", "softplus units", "log(1 + exp(z1))"),
    _two("silu", "SiLU units", "z1/(1 + exp(-z1))", "swish network"),
    _two("gelu", "GELU units", "z1*(1 + erf(z1/sqrt(2)))/2"),
    _two("linear", "linear units", "z1", "deep linear network"),
    _model("mlp_classifier", "Two-layer classifier", """z1 = W1 @ x + b1
           h1 = maximum(z1, 0)
           z2 = W2 @ h1 + b2
           p = exp(z2)/sum(exp(z2))
           L = -sum(y*log(p))""", "One hidden layer of rectified units, softmax and cross-entropy.", "neural network classifier", "relu softmax network",
           **{**_TWO, "y": _CLASSES}),
    _model("mlp_classifier_batch", "Two-layer classifier, samples in rows", """Z1 = X @ W1 + b1
           H1 = tanh(Z1)
           Z2 = H1 @ W2 + b2
           P = exp(Z2)/sum(exp(Z2), axis=1, keepdims=True)
           L = -sum(Y*log(P))/N""", "One hidden layer of tanh units, softmax and cross-entropy over a batch.", "batch classifier", "mini-batch network",
           **{**_BATCH, "Y": target("N", "k", facts=("sums to one",))}),
    _model("mlp_batch", "Two-layer network, samples in rows", """Z1 = X @ W1 + b1
           H1 = 1/(1 + exp(-Z1))
           Yhat = H1 @ W2 + b2
           L = sum((Y - Yhat)**2)/(2*N)""", "One hidden layer of sigmoid units and squared error over a batch.", "batch network", **_BATCH),
    _model("mlp_three", "Three-layer network", """z1 = W1 @ x + b1
           h1 = 1/(1 + exp(-z1))
           z2 = W2 @ h1 + b2
           h2 = 1/(1 + exp(-z2))
           yhat = W3 @ h2 + b3
           L = sum((y - yhat)**2)/2""", "Two hidden layers of sigmoid units, a linear output, half the squared error.", "deep network", "three layer network",
           x=data("m"), y=target("k"), W1=weight("n", "m"), b1=bias("n"), W2=weight("l", "n"), b2=bias("l"), W3=weight("k", "l"), b3=bias("k")),
    _model("weight_decay", "Squared error with weight decay", """yhat = W @ x + b
           L = sum((y - yhat)**2)/2 + lam*sum(W**2)/2""", "A penalty adds lam times the weights to their gradient.", "l2 regularisation", "l2 regularization",
           x=data("m"), y=target("n"), W=weight("n", "m"), b=bias("n"), lam=_POSITIVE),
    _model("autoencoder", "Autoencoder", """h = 1/(1 + exp(-(W @ x + b)))
           xhat = V @ h + c
           L = sum((x - xhat)**2)/2""", "A code h from which the input is made again.", "reconstruction error", x=data("m"), W=weight("n", "m"), b=bias("n"),
           V=weight("m", "n"), c=bias("m")),
    _model("autoencoder_tied", "Linear autoencoder with tied weights", """h = W @ x
           xhat = W.T @ h
           L = sum((x - xhat)**2)/2""", "Encoder and decoder share the weights.", "tied weights", x=data("m"), W=weight("n", "m")),
    _model("pca", "Reconstruction by principal components", """R = X - X @ W @ W.T
           L = sum(R**2)""", "The squared error of a projection onto the columns of W.", "principal component analysis", "pca reconstruction", X=data("N", "m"), W=weight("m", "k")),
    _model("matrix_factorization", "Matrix factorisation", """R = X - U @ V.T
           L = sum(R**2)/2""", "A matrix as a product of two thin ones.", "low rank approximation", "matrix factorisation", "recommender",
           X=target("m", "n"), U=weight("m", "k"), V=weight("n", "k")),
    _model("matrix_completion", "Matrix factorisation with missing entries", """R = M*(X - U @ V.T)
           L = sum(R**2)/2 + lam*(sum(U**2) + sum(V**2))/2""", "Only the observed entries count.", "collaborative filtering", "probabilistic matrix factorization",
           X=target("m", "n"), M=constant("m", "n", facts=("binary",)), U=weight("m", "k"), V=weight("n", "k"), lam=_POSITIVE),
    _model("word2vec", "Skip-gram with negative sampling", """s = 1/(1 + exp(-(u @ v)))
           q = 1/(1 + exp(-(U @ v)))
           L = -log(s) - sum(log(1 - q))""", "A word v, its neighbour u and k drawn words U.", "negative sampling", "skip-gram", "sgns",
           v=weight("d"), u=weight("d"), U=weight("k", "d")),
    _model("word2vec_softmax", "Skip-gram with softmax", """z = U @ v
           p = exp(z)/sum(exp(z))
           L = -sum(y*log(p))""", "A word v predicts its neighbour y among all words.", "skip-gram softmax", "naive softmax",
           v=weight("d"), U=weight("w", "d"), y=target("w", facts=("one-hot",))),
    _model("glove", "Weighted factorisation of log counts", """R = U @ V.T + b[:, None] + c - X
           L = sum(F*R**2)""", "Word vectors from logarithms X of counts, weighed by F.", "glove word vectors", X=target("m", "n"), F=constant("m", "n"),
           U=weight("m", "d"), V=weight("n", "d"), b=bias("m"), c=bias("n")),
    _model("policy_gradient", "Policy gradient with a baseline", """p = exp(z)/sum(exp(z))
           L = -A*sum(a*log(p))""", "The log-probability of the action a taken, weighed by its advantage A.", "reinforce", "actor", z=data("k"), a=target("k", facts=("one-hot",)), A=constant()),
    _model("policy_gradient_entropy", "Policy gradient with an entropy bonus", """p = exp(z)/sum(exp(z))
           L = -A*sum(a*log(p)) + c*sum(p*log(p))""", "The policy is kept from becoming certain too soon.", "a2c loss", "actor entropy",
           z=data("k"), a=target("k", facts=("one-hot",)), A=constant(), c=_POSITIVE),
    _model("temporal_difference", "Squared temporal difference", """d = r + gamma*vnext - v
           L = d**2/2""", "The value of a state against reward and next value.", "td error", "q-learning loss", "bellman error", v=data(), r=constant(), gamma=_POSITIVE, vnext=constant()),
    _model("gan_discriminator", "Loss of a discriminator", """p = 1/(1 + exp(-z))
           q = 1/(1 + exp(-u))
           L = -mean(log(p)) - mean(log(1 - q))""", "Logits z of real and u of made samples.", "gan loss", "discriminator loss", z=data("N"), u=data("M")),
    _model("gan_generator", "Non-saturating loss of a generator", """q = 1/(1 + exp(-u))
           L = -mean(log(q))""", "Logits u of made samples shall look real.", "generator loss", u=data("M")),
    _model("diffusion_noise", "Denoising loss", """xt = a*x0 + s*eps
           ehat = W @ xt
           L = sum((eps - ehat)**2)""", "A linear model tells the noise in a mixed sample.", "diffusion loss", "noise prediction", "ddpm loss",
           x0=data("m"), eps=target("m"), a=constant(), s=constant(), W=weight("m", "m")),
    _model("kmeans", "Squared distance to assigned centres", """R = X - H @ C
           L = sum(R**2)""", "The objective of k-means for given assignments H.", "k-means", "clustering", X=data("N", "d"), H=constant("N", "k", facts=("one-hot",)), C=weight("k", "d")),
    _model("attention_pool", "Attention over a set with a learned query", """s = V @ q
           p = exp(s)/sum(exp(s))
           c = V.T @ p
           L = sum((y - c)**2)/2""", "A weighted mean of rows, weights by a query.", "attention pooling", V=data("n", "d"), q=weight("d"), y=target("d")),
)  # fmt: skip
