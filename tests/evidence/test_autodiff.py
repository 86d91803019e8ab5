"""Every gradient of the catalogue, layers and losses included, agrees with automatic differentiation of the declared text."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from autodiff import TOLERANCE, Compared, compared
from numpy_text import Text
from peers import PEERS, installed

from symback.catalogue.entries import ENTRIES
from symback.layers import LAYERS, LOSSES

peer_of = cache(lambda name: PEERS[name]())


@pytest.mark.parametrize("package", installed())
@pytest.mark.parametrize("key", ENTRIES)
def test_gradients_agree(key, package):
    found = list(compared(ENTRIES[key], peer_of(package)))
    assert len(found) >= 2
    for one in found:
        assert one.apart <= TOLERANCE, one


def test_layers_and_losses_are_entries():
    assert {*LAYERS.values(), *LOSSES.values()} <= set(ENTRIES.values())


def test_the_package_of_the_development_extra_is_installed():
    assert "autograd" in installed()


@pytest.mark.parametrize("wrong", [1e-9, np.inf, np.nan])
def test_a_wrong_entry_is_seen(wrong):
    theirs = np.array([1.0, 2.0, 3.0])
    assert Compared("z", theirs, theirs, 3.0).apart <= TOLERANCE
    assert not Compared("z", theirs + np.array([0, wrong, 0]), theirs, 3.0).apart <= TOLERANCE


@pytest.mark.parametrize(
    ("forward", "expected"),
    [
        ({"y": "sum(x[1:]*x[:-1])"}, 8.0),
        ({"y[i]": "x[i + 1] if i < 2 else 0.0", "z": "np.max(y)"}, 3.0),
        ({"h[t]": "h[t - 1]*x[t] if t >= 1 else x[0]", "z": "h[2]"}, 6.0),
        ({"y[i]": "sum(zero_outside(x[i - k]) for k in range(2) if k > 0)", "z": "sum(y)"}, 3.0),
        ({"y": "stack([x[i]*x for i in range(n)])", "z": "np.linalg.norm(y.T[2])"}, 3 * 14**0.5),
    ],
)
def test_texts_mean_what_they_say(forward, expected):
    found = Text(peer_of("autograd"), {"x": np.array([1.0, 2.0, 3.0]), "n": 3}, {"y": (3,), "h": (3,)}).run(forward)
    assert float(list(found.values())[-1]) == pytest.approx(expected, abs=1e-14)
