"""Gradient descent until a number of epochs or until a stated error is small enough.

One epoch over m points: each point forward, its loss, the mean of the losses, the gradients, one update. The gradient of a mean is
the mean of the gradients, so the points are taken one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from math import isfinite, sqrt
from typing import Any, Protocol

from symback.algebra.terms import Name
from symback.errors import NumericError
from symback.network.hints import suggestion
from symback.network.program import PARAMETERS, Program
from symback.numeric.kinds import Kinds
from symback.numeric.values import entries, nested

Values = Mapping[str, Any]
LIMIT = 100_000
"""Epochs after which training ends where only a threshold was given."""


class Trained(Protocol):
    """What training asks of a model."""

    program: Program

    def forward(self, values: Values | None = None) -> dict[str, Any]:
        """Every named intermediate and the loss."""

    def gradients(self, values: Values | None = None) -> tuple[Any, dict[str, Any]]:
        """The loss and the gradients."""


@dataclass(frozen=True)
class Point:
    """One point after its forward pass: its loss, and each target beside its prediction."""

    loss: float
    pairs: tuple[tuple[float, float], ...] = ()


def _mean(numbers: Iterable[float]) -> float:
    found = list(numbers)
    return sum(found) / len(found)


def _squares(points: Sequence[Point]) -> float:
    return _mean((y - p) ** 2 for point in points for y, p in point.pairs)


@dataclass(frozen=True)
class Error:
    """A measure of how far off a network is over some points; ``compares`` says that it needs targets beside predictions."""

    name: str
    says: str
    of: Callable[[Sequence[Point]], float]
    compares: bool = True


ERRORS: Mapping[str, Error] = {
    row.name: row
    for row in (
        Error("loss", "the mean loss over the points", lambda points: _mean(p.loss for p in points), compares=False),
        Error("squared error", "the mean of the squared differences between target and prediction", _squares),
        Error("rmse", "the root of the mean squared difference between target and prediction", lambda points: sqrt(_squares(points))),
        Error("absolute error", "the largest difference between target and prediction",
              lambda points: max(abs(y - p) for point in points for y, p in point.pairs)),
    )
}  # fmt: skip


@dataclass(frozen=True)
class History:
    """What a training run did: the mean loss and the error before each update and at the end, the values at the end, why it ended."""

    losses: tuple[float, ...]
    values: dict[str, Any]
    errors: tuple[float, ...] = ()
    error: str = "loss"
    why: str = ""

    @property
    def updates(self) -> int:
        """How many epochs ended in an update."""
        return max(len(self.losses) - 1, 0)

    def __repr__(self) -> str:
        if not self.updates:
            return f"no update, loss {self.losses[0]:.6g} ({self.why})"
        return f"{_times(self.updates)}, loss {self.losses[0]:.6g} → {self.losses[-1]:.6g} ({self.why})"


def train(
    model: Trained,
    data: Values | Iterable[Values],
    rate: float,
    epochs: int | None = None,
    below: float | None = None,
    error: str = "loss",
    start: Values | None = None,
) -> History:
    """Gradient descent on the mean loss over the points, one update an epoch, every gradient taken at the old values.

    It ends after ``epochs`` updates, or as soon as the ``error`` (a name in `ERRORS`) is at most ``below``, which is looked at before
    each update. ``data`` is one point or several; each gives inputs and targets. ``start`` gives the parameters to begin with;
    else they are the declared values, or those of the first point.

    Raises NumericError, in one line: no end is given, there are no points, the loss is no longer finite.

    >>> from symback.algebra.definitions import Definition
    >>> from symback.algebra.terms import Partial, ref
    >>> from symback.network.program import Leaf
    >>> from symback.numeric.model import Model
    >>> leaves = Leaf("w", (), "weight"), Leaf("y", (), "target")
    >>> square = Program("square", leaves, (Definition("L", (), (ref("w") - ref("y")) ** 2),), ("L",))
    >>> slope = Definition(Partial("L", "w"), (), 2 * (ref("w") - ref("y")))
    >>> model = Model(square, square.with_definitions((*square.definitions, slope), (slope.name,)))
    >>> train(model, [{"y": 1.0}, {"y": 3.0}], rate=0.25, below=1.01, start={"w": 0.0})
    5 updates, loss 5 → 1.00391 (the mean loss over the points is at most 1.01)
    """
    row = _error(model.program, error)
    last = _end(epochs, below)
    points = _points(model.program, [data] if isinstance(data, Mapping) else list(data))
    if not _is_number(rate):
        raise NumericError("rate", f"{rate!r} is not a finite number", "give a learning rate such as 0.1")
    parameters = [leaf.name for leaf in model.program.leaves if leaf.role in PARAMETERS]
    values: dict[str, Any] = {n: points[0][n] for n in parameters if n in points[0]} | {**model.program.values, **(start or {})}
    points = [{k: v for k, v in point.items() if k not in parameters} for point in points]
    losses: list[float] = []
    errors: list[float] = []
    for done in count():
        loss, gradients = mean_gradients(model, points, values)
        if not isfinite(loss):
            raise NumericError("loss", f"is no longer finite after {_times(done)}", "try a smaller rate")
        losses.append(loss)
        errors.append(loss if row.name == "loss" else row.of([_compared(model, {**values, **p}) for p in points]))
        why = f"{row.says} is at most {below:g}" if below is not None and errors[-1] <= below else ""
        if why or done == last:
            ended = why or (f"{done} epoch{'' if done == 1 else 's'}" if epochs is not None else f"{row.says} is still above {below:g}")
            return History(tuple(losses), {n: values[n] for n in parameters if n in values}, tuple(errors), row.name, ended)
        values |= {n: _stepped(values[n], gradients[n], rate) for n in parameters if n in gradients}
    raise AssertionError("training ends")


def mean_gradients(model: Trained, points: Sequence[Values], values: Values) -> tuple[float, dict[str, Any]]:
    """The mean loss over some points and its gradients: the means of the losses and of the gradients of the points."""
    seen = [model.gradients({**values, **point}) for point in points]
    gradients = {name: _average([g[name] for _, g in seen]) for name in seen[0][1]}
    return _mean(float(loss) for loss, _ in seen), gradients


def _average(parts: list[Any]) -> Any:
    """The mean of numbers or arrays; a list of them, one a layer, part by part."""
    if isinstance(parts[0], list):
        return [_average([p[k] for p in parts]) for k in range(len(parts[0]))]
    return sum(parts[1:], parts[0]) / len(parts)


def _stepped(old: Any, gradient: Any, rate: float) -> Any:
    if isinstance(gradient, list):
        return [_stepped(o, g, rate) for o, g in zip(old, gradient, strict=True)]
    if isinstance(gradient, int | float):
        return float(old) - rate * gradient
    import numpy as np

    return np.asarray(nested(old), gradient.dtype) - rate * gradient


def _compared(model: Trained, values: Values) -> Point:
    """A point with its target and its prediction, entry by entry."""
    target, prediction = _target(model.program), _prediction(model.program)
    forward = model.forward(values)
    pairs = [(float(y), float(p)) for (_, y), (_, p) in zip(_entries(values[target]), _entries(forward[str(prediction)]), strict=True)]
    return Point(float(forward[str(model.program.loss)]), tuple(pairs))


def _entries(value: Any) -> list[Any]:
    return list(entries(nested(value)))


def _target(program: Program) -> str:
    found = [leaf.name for leaf in program.leaves if leaf.role == "target"]
    if len(found) != 1:
        raise NumericError("error", f"there are {len(found)} targets to compare", "state the error 'loss', or declare one target")
    return found[0]


def _prediction(program: Program) -> Name:
    kinds = Kinds(program)
    found = [d.name for d in program.definitions if kinds.of_definition(d.name) == "prediction"]
    if len(found) != 1:
        raise NumericError("error", f"the loss compares {len(found)} predictions", "state the error 'loss'")
    return found[0]


def _error(program: Program, name: str) -> Error:
    if name not in ERRORS:
        raise NumericError(
            f"error = {name!r}", "is no error to state", suggestion(str(name), ERRORS) or "known errors are " + ", ".join(ERRORS)
        )
    if ERRORS[name].compares:
        _target(program)
        _prediction(program)
    return ERRORS[name]


def _end(epochs: int | None, below: float | None) -> int:
    if epochs is None and below is None:
        raise NumericError("training", "no end is given", "give epochs, or below for the error")
    if epochs is not None and (isinstance(epochs, bool) or not isinstance(epochs, int) or epochs < 0):
        raise NumericError("epochs", f"{epochs!r} is no number of epochs", "give a whole number")
    if below is not None and not _is_number(below):
        raise NumericError("below", f"{below!r} is not a finite number", "give a threshold such as 0.001")
    return LIMIT if epochs is None else epochs


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _points(program: Program, points: list[Values]) -> list[dict[str, Any]]:
    """The points as tables; what they name must be declared."""
    if not points:
        raise NumericError("data", "there are no points", "give at least one")
    inputs = [leaf.name for leaf in program.leaves if leaf.role not in PARAMETERS]
    for point in points:
        unknown = [name for name in point if name not in program.leaf and name not in program.sizes and name != "rate"]
        if unknown:
            raise NumericError("data", f"{unknown[0]} is not declared", suggestion(str(unknown[0]), inputs) or "give inputs and targets")
    return [dict(point) for point in points]


def _times(updates: int) -> str:
    return f"{updates} update{'' if updates == 1 else 's'}"


__all__ = ["ERRORS", "Error", "History", "Point", "mean_gradients", "train"]
