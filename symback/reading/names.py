"""Names a user may declare: identifiers, never code."""

from __future__ import annotations

import keyword
import re
import unicodedata

from symback.errors import DeclarationError

MAX_NAME = 60
MAX_TITLE = 200
_UPPER = r"(?:(\d+)|\{(\d+)\}|\{?[\[(](\d+)[\])]\}?)"
_LOWER = r"(?:(\d+)|\{([\d, ]+)\})"
_MARKUP = re.compile(rf"([^\W\d_]+)(?:\^{_UPPER}(?:_{_LOWER})?|_{_LOWER}(?:\^{_UPPER})?)")


def declared_name(name: object, where: str = "") -> str:
    """A name that is an identifier (Unicode letters welcome), in the form Python's parser gives it.

    >>> declared_name("W1")
    'W1'
    """
    if not isinstance(name, str):
        raise DeclarationError(where, f"{name!r} is no name", "a name is text such as W1")
    normal = unicodedata.normalize("NFKC", name)
    shown = name if len(name) <= MAX_NAME and name.isprintable() else repr(name[:MAX_NAME])
    if len(name) > MAX_NAME:
        raise DeclarationError(where, f"the name {shown}... is {len(name)} characters long", f"at most {MAX_NAME} are taken")
    if keyword.iskeyword(normal):
        raise DeclarationError(
            where, f"{shown} is a word of Python, not a name", f"call it {shown}_" if shown != "lambda" else "call it lam"
        )
    if not normal.isidentifier():
        raise DeclarationError(where, f"{shown} is not a name", "a name is letters, digits and underscores, and begins with a letter")
    if normal.startswith("__"):
        raise DeclarationError(where, f"the name {shown} begins with two underscores", "begin it with a letter")
    return normal


def network_name(name: object) -> str:
    """The name of a network: a short text that can be printed.

    >>> network_name("House price")
    'House price'
    """
    if not isinstance(name, str) or len(name) > MAX_TITLE or any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\t\n" for c in name):
        raise DeclarationError("name", f"is {name!r}"[:200], "the name of a network is a short text")
    return name


def spelled_name(name: str, where: str = "") -> str:
    """A name with markup as a plain one: ``w^2_{11}`` is ``w2_11``; anything that is no name is refused.

    >>> spelled_name("w^2_{11}"), spelled_name("h_{1}"), spelled_name("w^{[1]}_{12}"), spelled_name("beta")
    ('w2_11', 'h_1', 'w1_12', 'beta')
    """
    name = name.removeprefix("\\")
    if name.isidentifier() or not any(c in name for c in "^_{}[](), "):
        return declared_name(name, where)
    found = _MARKUP.fullmatch(name) if len(name) <= MAX_NAME else None
    if found is None:
        return declared_name(name, where)
    head, *parts = found.groups(default="")
    upper, lower = ("".join(parts[:3] + parts[7:]), "".join(parts[3:7]))
    units = re.sub(r"[^\d]", "", lower)
    return declared_name(head + upper + (f"_{units}" if units else ""), where)
