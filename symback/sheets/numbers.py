"""Numbers put in: the rounding, local derivatives and gradients, and the table of one step of gradient descent."""

from __future__ import annotations

from collections.abc import Iterator

from symback.algebra.terms import Num, Partial, Ref, Term
from symback.network.rounding import EXACT, KINDS, MODES, Policy, Rule
from symback.notation.index import number_box
from symback.numeric.worked import Worked
from symback.numeric.worked_lines import Line as WorkedLine
from symback.numeric.worked_lines import Update
from symback.sheets.arrays import updates
from symback.sheets.displays import ABOUT, BECOMES, equality, rate_box, worked_sides
from symback.sheets.records import Math, Paragraph, Part, Prose, Row, Section, Table
from symback.sheets.subject import Subject, parameters
from symback.typeset.boxes import Product, Relation, Sum

STEP = "Every gradient is taken at the old values; only then are all parameters changed, at the same time."


def numbers(subject: Subject) -> Section:
    """The local derivatives and the gradients in numbers, and how they are rounded."""
    return Section("numbers", "Numbers put in", tuple(_numbers(subject)))


def _numbers(subject: Subject) -> Iterator[Part]:
    work = subject.worked
    if work is None or subject.hand is None:
        return
    yield Paragraph((rounding(work.policy),))
    known = [line for line in work.locals if any(not isinstance(t, Num) for t in line.symbols) and not _is_given(line, work)]
    if known:
        yield Row(tuple(_local(line, subject) for line in known))
    yield Row(tuple(_local(line, subject) for line in (*work.shared, *work.gradients)))


def rounding(policy: Policy) -> str:
    """The rounding in words; what all kinds of quantities have in common is said once.

    >>> rounding(Policy.of({"activation": {"decimals": 3}, "gradient": {"digits": 2}}))
    'Rounded, halves up, used further on as written: activations to 3 decimals, gradients to 2 significant digits.'
    """
    ways = {(MODES[r.mode], r.carried) for rules in policy.rules.values() for r in rules}
    if policy is EXACT:
        return "Nothing is rounded on the way; six significant digits are shown."
    if len(ways) != 1:
        return "; ".join(policy.says).capitalize() + "."
    ((mode, carried),) = ways
    counts = ", ".join(f"{KINDS[kind][1]} to {' then '.join(map(_digits, rules))}" for kind, rules in policy.rules.items())
    return f"{mode.capitalize()}, {'used further on as written' if carried else 'only shown so'}: {counts}."


def _digits(rule: Rule) -> str:
    count, what = (rule.decimals, "decimal") if rule.decimals is not None else (rule.digits, "significant digit")
    return f"{count} {what}{'' if count == 1 else 's'}"


def _is_given(line: WorkedLine, work: Worked) -> bool:
    """Whether a local derivative is a number that stands in the table of values or in the forward pass already."""
    return all(isinstance(t, Ref) for t in line.symbols)


def _local(line: WorkedLine, subject: Subject) -> Math:
    write = subject.write
    name = write.renamed(line.name) if isinstance(line.name, Partial) else line.name
    sides = list(worked_sides(line, write))
    return equality(write.table.box(name), *(box for _, box in sides), signs=[word for word, _ in sides])


# gradient descent


def descent(subject: Subject) -> Section:
    """The update rule of each parameter; with numbers a table of old value, gradient and new value."""
    return Section("descent", "Gradient descent", tuple(_descent(subject)))


def _descent(subject: Subject) -> Iterator[Part]:
    work = subject.worked
    names = [n for n in subject.wanted if n in parameters(subject.program)]
    if not names:
        return
    yield Paragraph((STEP,))
    if work is None or not work.updates or subject.hand is None:
        yield Row(tuple(rule(subject, n) for n in names))
        if work is not None and work.updates:
            yield Paragraph((rounding(work.policy),))
            yield from updates(subject)
        return
    head: tuple[Prose, ...] = (("update rule",), ("old value",), ("gradient",), ("numbers put in",), ("new value",))
    yield Table(head, tuple(_row(subject, update) for update in work.updates), numbers=(1, 2, 4), tall=True)


def rule(subject: Subject, name: str) -> Math:
    """``w ← w − η ∂L/∂w``."""
    table = subject.write.table
    own, slope = table.box(name), table.box(subject.write.core.adjoint(name))
    taken = Sum(((False, own), (True, Product((rate_box(table), slope)))))
    return Math.of(Relation((own, taken), (BECOMES,)))


def _shown_sides(update: Update, subject: Subject) -> tuple[Term, ...]:
    """Old − rate · gradient in numbers; with the step worked out where its rounding decides what the new value is."""
    assert subject.worked is not None
    at_once = update.is_at_once(update.rate * update.put_in, subject.worked.policy)
    return update.line.numbers[:1] if at_once else update.line.numbers


def _row(subject: Subject, update: Update) -> tuple[Prose, ...]:
    write = subject.write
    put_in = [write.box(t, ()) for t in _shown_sides(update, subject)]
    new = [number_box(n) for n in update.new.shown]
    first = Math.of(new[0]) if len(new) == 1 else equality(*new, signs=[ABOUT] * (len(new) - 1))
    name = str(update.line.name)
    return (
        (rule(subject, name),),
        (Math.of(number_box(update.old.last)),),
        (Math.of(number_box(update.put_in)),),
        (equality(*put_in, signs=[ABOUT] * (len(put_in) - 1)),),
        (first,),
    )


__all__ = ["descent", "numbers", "rule"]
