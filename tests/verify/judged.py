"""Mutants judged: the verdict, and whether the repair gives the right formula, which the reference evaluator tells."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from time import process_time
from typing import Any
from unittest.mock import patch

from mutants import FIELD, MISTAKES, SAME, Mutant, Original, evaluator, other_form

from symback.algebra.definitions import Definition
from symback.algebra.terms import Partial
from symback.errors import NumericError
from symback.notation.write import equation_text
from symback.numeric.values import index_tuples
from symback.verify import claims
from symback.verify.mending import mended_text
from symback.verify.repair import repair
from symback.verify.verdict import Verdict


@dataclass(frozen=True)
class Judged:
    """What was said of a text: the word, the repair's sentence and kind, whether the repaired formula is right."""

    key: str
    kind: str
    text: str
    word: str
    why: str
    repair: str
    how: str
    repaired: bool
    seconds: float
    mended: Any = None

    @property
    def accepted(self) -> bool:
        return self.word in ("proved", "agrees")

    @property
    def fair(self) -> bool:
        """Whether a right formula got its due."""
        return self.accepted

    @property
    def missed(self) -> bool:
        """Whether something went wrong with a wrong formula."""
        return self.word not in ("refuted", "conditional") or (self.kind in MISTAKES and self.word == "refuted" and not self.repaired)

    def __str__(self) -> str:
        return (
            f"{self.key}, {self.kind}: {self.word} ({self.why}) repair: {self.repair or '–'} [{self.how}] {self.seconds:.3f} s\n{self.text}"
        )


def bare(text: str) -> str:
    """The last line without its left side."""
    *lines, last = text.splitlines()
    return "\n".join([*lines, last.partition(" = ")[2]])


@contextmanager
def watched() -> Iterator[list[tuple[Any, Any]]]:
    """The repairs found meanwhile, each with the program it is over; those of texts are over the network's own names."""
    found: list[tuple[Any, Any]] = []

    def noted_repair(program: Any, *rest: Any, **options: Any) -> Any:
        mended = repair(program, *rest, **options)
        found.extend([(program, mended)] if mended is not None else [])
        return mended

    def noted_text(*given: Any, **options: Any) -> Any:
        mended = mended_text(*given, **options)
        found.extend([(None, mended)] if mended is not None else [])
        return mended

    with ExitStack() as patches:
        for old, new in ((repair, noted_repair), (mended_text, noted_text)):
            for module in [m for name, m in sys.modules.items() if name.startswith("symback.verify.")]:
                if getattr(module, old.__name__, None) is old:
                    patches.enter_context(patch.object(module, old.__name__, new))
        yield found


def judged(mutant: Mutant) -> Judged:
    """The verdict on a mutant."""
    return _judged(mutant.original, mutant.kind, mutant.text)


def judged_right(of: Original) -> Judged:
    """The verdict on a right formula written otherwise."""
    return _judged(of, "right", other_form(of))


def _judged(of: Original, kind: str, text: str) -> Judged:
    with watched() as found:
        start = process_time()
        try:
            verdict = claims.check(of.program, bare(text), str(of.name))
        except Exception as error:
            verdict = Verdict(text, "undecided", f"crash: {type(error).__name__}: {error}")
        seconds = process_time() - start
    right = bool(verdict.repair) and any(_is_right(of, program, mended) for program, mended in found)
    how = found[-1][1].kind if found else ""
    return Judged(of.key, kind, text, verdict.word, verdict.why, verdict.repair, how, right, seconds, found[-1][1] if found else None)


def read_back(mutant: Mutant, mended: Any) -> str:
    """The verdict on a repaired claim as it is printed, its own lines put in."""
    program = mutant.original.program
    name = Partial(str(program.results[0]), mutant.original.name)
    return claims.check(program, equation_text(Definition(name, mended.indices, mended.term), program)).word


def _is_right(of: Original, program: Any, mended: Any) -> bool:
    """Whether the repaired formula has the values of the gradient wherever it has one."""
    target = of.entry.core.adjoint(of.name)
    compared = 0
    for point, run in of.runs:
        other = run if program is None else evaluator(program, point)  # a repaired text is over the network's own names
        for places in index_tuples(mended.indices, point.sizes):
            try:
                value = other.term(mended.term, dict(zip(mended.indices, places, strict=True)))
            except NumericError:  # 1/(1/m) has no value at m = 0
                continue
            right = run.entry(target, places)
            compared += 1
            if abs(value - right) > (1 + abs(right)) * SAME:
                return False
    return compared > 0


__all__ = ["FIELD", "Judged", "bare", "judged", "judged_right", "read_back", "watched"]
