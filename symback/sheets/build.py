"""From a derivation to the records of a sheet, section by section."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from symback.derivation import Derivation
from symback.network.profile import style_of
from symback.sheets.arrays import matrix_form
from symback.sheets.chains import Chains, chain_rule, local_derivatives
from symback.sheets.closed import gradients
from symback.sheets.closing import code, procedure
from symback.sheets.evidence import checked, evidence, holding
from symback.sheets.forward import again, forward
from symback.sheets.numbers import descent, numbers
from symback.sheets.records import Math, Section, Sheet
from symback.sheets.setting import setting
from symback.sheets.subject import Options, Subject, subject
from symback.typeset.style import Style


def sheet(core: Derivation, wanted: tuple[str, ...], style: Style | None = None, options: Options | None = None) -> Sheet:
    """Everything a sheet says about the gradients by the wanted names, but for evidence and code."""
    return _sheet(subject(core, wanted, style or style_of(core.program), options or Options()), ())


def full(core: Derivation, wanted: tuple[str, ...], style: Style, options: Options, source: tuple[str, ...] = ()) -> Sheet:
    """The sheet with what was verified and the code.

    Raises VerificationError where a check fails: no sheet is made of formulas that do not hold.
    """
    told, reports = checked(subject(core, wanted, style, options))
    return holding(_sheet(told, (evidence(told, reports), code(source))))


def _sheet(told: Subject, closing: tuple[Section, ...]) -> Sheet:
    """The sections in order; those without content are left out."""
    chains = Chains(told)
    body = (
        forward(told), chain_rule(chains), local_derivatives(chains), gradients(chains), numbers(told), descent(told), again(told),
        matrix_form(told),
    )  # fmt: skip
    first = setting(told, list(_texts(body)))
    made = (first, *body, *closing[:1], procedure(told), *closing[1:])
    program = told.program
    by = f", derived with symback {told.options.version}".rstrip()
    return Sheet(program.name or "Network", ("Gradients of ", told.write.name(told.write.loss), by), tuple(s for s in made if s.parts))


def _texts(record: object) -> Iterator[str]:
    """The formulas of a record as text."""
    match record:
        case Math(text=text):
            yield text
        case tuple():
            for part in record:
                yield from _texts(part)
        case _ if is_dataclass(record):
            for field in fields(record):
                yield from _texts(getattr(record, field.name))


__all__ = ["full", "sheet"]
