"""Backpropagation in nine points, and the five steps of an epoch over several points: as text for a sheet, and which function does it."""

from __future__ import annotations

from dataclasses import dataclass

from symback.typeset.boxes import EQUALS, Box, Call, Derivative, Named, Number, Power, Product, Relation, Sum, Transposed, Word, product

BECOMES = Word("←", r"\leftarrow")
AT_MOST = Word("≤", r"\leq")
ETA, EPSILON = Word("η", r"\eta"), Word("ε", r"\varepsilon")
FORWARD = "symback.numeric.model.Model.forward"
GRADIENTS = "symback.numeric.model.Model.gradients"
TRAIN = "symback.numeric.training.train"


@dataclass(frozen=True, slots=True)
class Step:
    """One point of a procedure: what it is called, its formulas, a sentence, and the function that does it (as a dotted name)."""

    key: str
    formulas: tuple[Box, ...]
    says: str
    does: str


def _of(letter: str, layer: str, shift: int = 0) -> Box:
    """A letter with its layer above it: W^l, h^(l−1)."""
    if not shift:
        return Named(f"{letter}^{layer}", letter, layer)
    return Power(_plain(letter), Sum(((False, Word(layer, layer)), (shift < 0, Number(str(abs(shift)))))))


def _plain(letter: str) -> Named:
    return Named(letter, letter)


def _equation(*sides: Box) -> Relation:
    return Relation(sides, (EQUALS,) * (len(sides) - 1))


def _slope(by: Box) -> Derivative:
    return Derivative("∂", _plain("L"), (by,))


def _local(layer: str) -> Derivative:
    return Derivative("∂", _of("h", layer), (_of("z", layer),))


def _minus(first: Box, second: Box) -> Sum:
    return Sum(((False, first), (True, second)))


def _weights(layer: str) -> Relation:
    return _equation(_slope(_of("W", layer)), product((_slope(_of("z", layer)), Transposed(_of("h", layer, -1))), "matrix"))


def _biases(layer: str) -> Relation:
    return _equation(_slope(_of("b", layer)), _slope(_of("z", layer)))


def _update(letter: str) -> Relation:
    own = _of(letter, "l")
    return Relation((own, _minus(own, Product((ETA, _slope(own))))), (BECOMES,))


BACK = Product((Transposed(_of("W", "l", 1)), _slope(_of("z", "l", 1))), "matrix")
P, Y, LOSS = _plain("p"), _plain("y"), _plain("L")

NINE: tuple[Step, ...] = (
    Step("input", (_equation(_of("h", "0"), _plain("x")),), "The input is layer 0.", FORWARD),
    Step("forward", (
        _equation(_of("z", "l"), Sum(((False, product((_of("W", "l"), _of("h", "l", -1)), "matrix")), (False, _of("b", "l"))))),
        _equation(_of("h", "l"), Call(Word("f", "f"), (_of("z", "l"),))),
    ), "Layer by layer, from l = 1 to n: weigh and add, then apply the activation.", FORWARD),
    Step("output", (_equation(P, _of("h", "n")),),
         "The last layer is the prediction: a number for a regression, a probability of each class for a classification.", FORWARD),
    Step("loss", (_equation(LOSS, Call(Word("loss", r"\operatorname{loss}"), (P, Y))),),
         "The loss says how far the prediction is from the target: cross-entropy for classes, squared error or RMSE for numbers.", FORWARD),
    Step("loss derivative", (_slope(P),), "Backwards now: the derivative of the loss by the prediction.", GRADIENTS),
    Step("output gradients", (
        _equation(_slope(_of("z", "n")), Product((_slope(P), _local("n")), "hadamard")), _weights("n"), _biases("n"),
    ), "The gradients by the weights and biases of the output layer.", GRADIENTS),
    Step("hidden gradients", (
        _equation(_slope(_of("z", "l")), Product((BACK, _local("l")), "hadamard")), _weights("l"), _biases("l"),
    ), "From l = n − 1 down to 1: the gradient of a layer comes from the one above it, which is kept.", GRADIENTS),
    Step("update", (_update("W"), _update("b")),
         "Only when all gradients are known: one step on every weight and bias, each gradient taken at the old values.", TRAIN),
    Step("repeat", (Relation((Call(Word("error", r"\operatorname{error}"), ()), EPSILON), (AT_MOST,)),),
         "Start again with the new values, until a number of epochs is reached or a stated error is small enough.", TRAIN),
)  # fmt: skip
"""Backpropagation and gradient descent for layers 1 to n; p is the prediction, y the target, η the rate, ε a threshold."""

EPOCH: tuple[Step, ...] = (
    Step("forward", (), "Take a point through the network.", FORWARD),
    Step("loss", (), "Work out the loss of that point; do both for every point.", FORWARD),
    Step("mean", (), "Take the mean of the losses of all m points.", "symback.numeric.training.mean_gradients"),
    Step("gradients", (), "Differentiate that mean: its gradient is the mean of the gradients of the points.",
         "symback.numeric.training.mean_gradients"),
    Step("update", (), "Make one step with the mean gradient.", TRAIN),
)  # fmt: skip
"""One epoch over m points, in order."""

__all__ = ["EPOCH", "NINE", "Step"]
