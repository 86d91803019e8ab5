"""A new row in the table of operations needs nothing else, on any face."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_synthetic_rows_work_on_every_face():
    """In a process of its own, where the rows are there before anything else is imported."""
    script = Path(__file__).with_name("synthetic_rows.py")
    found = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=300, check=False)
    assert found.returncode == 0, found.stderr[-3000:]
    assert found.stdout == "every face\n"
