"""Losses of regression: targets y, predictions yhat, residuals r."""

from __future__ import annotations

from symback.layers.declared import Row, constant, data, target, weight
from symback.layers.row import LayerRow

_POSITIVE = constant(facts=("positive",))
_UNIT = constant(facts=(("between", 0, 1),))


def _loss(name: str, title: str, forward: str, says: str, *aliases: str, **symbols: Row) -> LayerRow:
    """A loss of predictions ``yhat`` and targets ``y``."""
    return LayerRow(name, title, "regression", {"yhat": data("n"), "y": target("n"), **symbols}, forward, "L", says, aliases)


REGRESSION: tuple[LayerRow, ...] = (
    _loss("squared_error", "Squared error", "L = sum((y - yhat)**2)", "The sum of squared residuals.", "sse", "l2 loss"),
    _loss("half_squared_error", "Half squared error", "L = sum((y - yhat)**2)/2", "Half the sum of squared residuals.", "half sse"),
    _loss("mean_squared_error", "Mean squared error", "L = mean((y - yhat)**2)", "The mean of squared residuals.", "mse"),
    _loss("root_mean_squared_error", "Root mean squared error", "L = sqrt(mean((y - yhat)**2))", "The root of the mean squared error.", "rmse"),
    _loss("absolute_error", "Absolute error", "L = sum(abs(y - yhat))", "The sum of absolute residuals.", "l1 loss"),
    _loss("mean_absolute_error", "Mean absolute error", "L = mean(abs(y - yhat))", "The mean of absolute residuals.", "mae"),
    _loss("huber", "Huber loss",
          """r = yhat - y
             L = sum(where(abs(r) <= delta, r**2/2, delta*(abs(r) - delta/2)))""",
          "Quadratic for small residuals, linear for large ones.", "smooth l1", delta=_POSITIVE),
    _loss("pseudo_huber", "Pseudo-Huber loss",
          """r = yhat - y
             s = sqrt(1 + (r/delta)**2)
             L = sum(delta**2*(s - 1))""",
          "A smooth Huber loss.", "charbonnier", delta=_POSITIVE),
    _loss("log_cosh", "Log-cosh loss",
          """r = yhat - y
             L = sum(log(cosh(r)))""", "Quadratic for small residuals, linear for large ones, smooth.", "logcosh"),
    _loss("quantile", "Quantile loss",
          """r = y - yhat
             L = sum(where(r >= 0, tau*r, (tau - 1)*r))""",
          "Its minimum is the tau-quantile.", "pinball", tau=_UNIT),
    LayerRow("poisson", "Poisson negative log-likelihood", "regression", {"z": data("n"), "y": target("n", facts=("nonnegative",))},
             """mu = exp(z)
                L = sum(mu - y*z)""", "L",
             "Counts y with mean exp(z), up to terms that do not depend on z.", ("poisson regression", "poisson nll")),
    LayerRow("gaussian_nll", "Gaussian negative log-likelihood", "regression", {"mu": data("n"), "s": data("n"), "y": target("n")},
             """v = exp(s)
                L = sum((y - mu)**2/v + s)/2""", "L",
             "Mean mu and logarithm s of the variance are both predicted; a constant is left out.", ("gaussian loss", "heteroscedastic regression")),
    LayerRow("gaussian_nll_deviation", "Gaussian negative log-likelihood by mean and deviation", "regression",
             {"mu": data("n"), "sigma": data("n", facts=("positive",)), "y": target("n")},
             "L = sum((y - mu)**2/(2*sigma**2) + log(sigma))", "L",
             "Mean and standard deviation are both predicted; a constant is left out.", ("normal nll",)),
    LayerRow("gaussian_nll_covariance", "Gaussian negative log-likelihood in the covariance", "regression",
             {"mu": data("n"), "S": data("n", "n", facts=("positive definite",)), "x": target("n")},
             """r = x - mu
                D = det(S)
                P = inv(S)
                L = (log(D) + r @ P @ r)/2""", "L",
             "One observation of a normal vector with covariance S and precision P; a constant is left out.", ("multivariate normal", "mahalanobis")),
    LayerRow("least_squares", "Least squares", "regression", {"X": data("N", "m"), "W": weight("m", "n"), "Y": target("N", "n")},
             """R = X @ W - Y
                L = sum(R**2)""", "L",
             "The squared length of the residuals of a linear model.", ("linear regression", "ordinary least squares", "ols")),
)  # fmt: skip
