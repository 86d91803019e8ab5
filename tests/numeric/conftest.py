"""The core programs of the calculus tests are run here as well."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "calculus"))
