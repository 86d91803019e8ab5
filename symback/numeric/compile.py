"""Generated source into functions: the only place where symback executes text, and only text it wrote itself."""

from __future__ import annotations

from typing import Any


def compile_source(text: str, name: str = "<symback>") -> dict[str, Any]:
    r"""The names a generated module defines.

    >>> compile_source("def double(x):\n    return 2 * x\n")["double"](4)
    8
    """
    namespace: dict[str, Any] = {"__name__": name}
    exec(compile(text, name, "exec"), namespace)
    return namespace
