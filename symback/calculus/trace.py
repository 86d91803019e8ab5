"""What is recorded while a gradient is derived: steps, local derivatives and adjoints.

The steps *are* the computation: each result is the ``after`` of its last step, and replaying a step's rule on its
``before`` gives its ``after``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from symback.algebra.definitions import Definition
from symback.algebra.facts import Fact
from symback.algebra.relabel import MOST_NUMBERS, Label, Renaming, Shape, joint_shape, shape_of
from symback.algebra.sizes import Index
from symback.algebra.terms import ZERO, Name, Num, Partial, Pow, Ref, Term
from symback.algebra.traverse import names, walk
from symback.errors import SHORT, short


@dataclass(frozen=True, slots=True, repr=False)
class Step:
    """One line of a derivation: ``target[indices]`` was ``before`` and is ``after`` by ``rule``.

    ``names`` are the definitions the rule used (the one folded in, the adjoint spliced in), ``facts`` the declared facts,
    ``conditions`` what must not vanish. ``says`` is the reason in words, with ``{}`` for the names.
    """

    target: Name
    indices: tuple[Index, ...]
    rule: str
    before: Term
    after: Term
    reason: str
    names: tuple[Name, ...] = ()
    facts: tuple[tuple[Name, Fact], ...] = ()
    conditions: tuple[Term, ...] = ()

    def __repr__(self) -> str:
        return short([f"{self.target} = {self.after!r}"[:SHORT], f"because {self.says}"])

    @property
    def says(self) -> str:
        """The reason in words."""
        if self.facts:
            return "because " + " and ".join(fact.says(str(name)) for name, fact in self.facts)
        return self.reason.format(*self.names)

    def renamed(self, renaming: Renaming) -> Step:
        """The same line of another layer."""
        return Step(
            renaming.name(self.target),
            renaming.indices(self.indices),
            self.rule,
            renaming.term(self.before),
            renaming.term(self.after),
            self.reason,
            tuple(renaming.name(n) for n in self.names),
            self.facts,
            tuple(renaming.term(c) for c in self.conditions),
        )


T = TypeVar("T")


class lazy(Generic[T]):  # noqa: N801
    """A property computed once; `functools.cached_property` takes a lock before Python 3.12, and there are thousands of these."""

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self.compute, self.__doc__ = compute, compute.__doc__

    def __get__(self, owner: Any, kind: type | None = None) -> T:
        if owner is None:
            return self  # type: ignore[return-value]
        value: T = self.compute(owner)
        owner.__dict__[self.compute.__name__] = value
        return value


@dataclass(frozen=True, eq=False)
class Derived:
    """A quantity, its free indices, and the steps that led to it.

    ``reason`` says why it is zero, where it is. ``like`` is the quantity of the same shape it was renamed from, where it was
    not derived anew; its result and its steps are renamed when somebody looks at them. ``longer`` marks a form that was
    tried and is longer than the one before.
    """

    target: Name
    indices: tuple[Index, ...]
    made_of: tuple[Step, ...] = ()
    reason: str = ""
    longer: bool = False
    like: Derived | None = None
    known_shape: Shape | None = None

    @staticmethod
    def of(steps: tuple[Step, ...], reason: str = "") -> Derived:
        """The quantity that some steps derive."""
        return Derived(steps[-1].target, steps[-1].indices, steps, reason)

    @lazy
    def _renaming(self) -> Renaming:
        assert self.like is not None
        new = self.shape[1]
        return Renaming({label: new[place] for label, place in self.like._distinct_labels}, self.like.indices, self.indices)

    @lazy
    def _distinct_labels(self) -> list[tuple[Label, int]]:
        return list({label: place for place, label in enumerate(self.shape[1])}.items())

    @lazy
    def result(self) -> Term:
        """The ``after`` of the last step."""
        return self.made_of[-1].after if self.like is None else self._renaming.term(self.like.result)

    @lazy
    def steps(self) -> tuple[Step, ...]:
        """The recorded steps."""
        return self.made_of if self.like is None else tuple(step.renamed(self._renaming) for step in self.like.steps)

    @lazy
    def gradients_read(self) -> tuple[Name, ...]:
        """The names whose gradients the result reads, each once."""
        if self.like is None:
            of = self.target.of if isinstance(self.target, Partial) else None
            return tuple([n.by for n in names(self.result) if isinstance(n, Partial) and not n.local and n.of == of])
        labels = self.shape[1]
        places = self.like._places_read
        return tuple([labels[p] for p in places]) if places is not None else tuple(map(self._renaming.name, self.like.gradients_read))  # type: ignore[misc]

    @lazy
    def _places_read(self) -> tuple[int, ...] | None:
        """Where the labels hold the names whose gradients are read, if they all are labels."""
        labels = self.shape[1]
        return tuple(labels.index(n) for n in self.gradients_read) if all(n in labels for n in self.gradients_read) else None

    @lazy
    def divides(self) -> bool:
        """Whether the result divides by anything, so that something may cancel where it is put in."""
        if self.like is not None:
            return self.like.divides
        return any(isinstance(n, Pow) and isinstance(n.exponent, Num) and n.exponent.value < 0 for n in walk(self.result))

    @lazy
    def is_name(self) -> bool:
        """Whether the result is another name, or a number."""
        return self.like.is_name if self.like is not None else isinstance(self.result, Ref | Num)

    @property
    def is_zero(self) -> bool:
        """Whether the result is 0; what is renamed never is."""
        return self.like is None and self.result is ZERO

    @property
    def shape(self) -> Shape:
        """What this is up to renaming, and the labels in it."""
        if self.known_shape is not None:
            return self.known_shape
        return shape_of(Definition(self.target, self.indices, self.result))


_KNOWN: dict[int, Derived] = {}


def remembered(kind: str, shapes: Iterable[Shape], target: Name, indices: tuple[Index, ...], derive: Callable[[], Derived]) -> Derived:
    """What ``derive`` gives for ``target[indices]``, or the same of an earlier problem of the same shape, renamed.

    ``shapes`` must hold everything the derivation depends on. What is zero keeps its own reason and is not remembered.
    """
    shape = joint_shape(kind, shapes)
    known = _KNOWN.get(shape[0])
    if known is None:
        derived = derive()
        if derived.reason:
            return derived
        if len(_KNOWN) >= MOST_NUMBERS:
            _KNOWN.clear()
        derived = _KNOWN[shape[0]] = replace(derived, known_shape=shape)
        return derived
    return known if known.shape[1] == shape[1] else Derived(target, indices, longer=known.longer, like=known, known_shape=shape)


K = TypeVar("K")


class Lazily(Mapping[K, Derived], Generic[K]):
    """Derived quantities by name, each derived when it is first asked for."""

    def __init__(self, names_: Callable[[], Collection[K]], make: Callable[[K], Derived]) -> None:
        self._names, self._make = names_, make
        self._made: dict[K, Derived] = {}

    def __getitem__(self, name: K) -> Derived:
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def __iter__(self) -> Iterator[K]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())
