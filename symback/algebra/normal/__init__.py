"""The one normal form: `normal` and `equal` decide what terms mean; nothing else in symback does.

Inside, a term is a polynomial over canonical atoms (`poly`). `convert` has a case for each node, `product` the rules for one
monomial, `powers` roots, exp and log, `conditions` brackets, `sums` and `labels` Σ, `signs` what is positive.
"""

from symback.algebra.normal.context import BUDGET, Given
from symback.algebra.normal.proof import Normalizer, Proof, equal, is_zero, normal, sign_of

__all__ = ["BUDGET", "Given", "Normalizer", "Proof", "equal", "is_zero", "normal", "sign_of"]
