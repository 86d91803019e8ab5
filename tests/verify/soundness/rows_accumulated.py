"""``+=`` and its kin mean what Python means, whatever the name on the left."""

from .rows import Group

SOFTMAX = {"z": {"shape": ["K"]}, "y": {"shape": ["K"], "facts": ["one-hot"]}}

GROUPS = [
    Group(
        "softmax cross-entropy",
        SOFTMAX,
        "p = softmax(z)\nL = -sum(y*log(p))",
        (("dz = p - y", "proved"),),
    ),
]
