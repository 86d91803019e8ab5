"""Hypothesis draws the same examples in every run; ``HYPOTHESIS_PROFILE=explore`` draws new ones, and more of them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

for shared in ("calculus", "numeric", "simplify"):  # programs that several folders test
    sys.path.append(str(Path(__file__).parent / shared))

QUIET = {"deadline": None, "database": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.filter_too_much]}
settings.register_profile("steady", max_examples=100, derandomize=True, **QUIET)
settings.register_profile("explore", max_examples=3000, print_blob=True, **QUIET)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
