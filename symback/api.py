"""Network, Derivation and Formula, as users see them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from symback.algebra.definitions import Definition
from symback.algebra.facts import Fact
from symback.algebra.sizes import Size
from symback.algebra.terms import Name, Partial, Term
from symback.algebra.traverse import names, refs
from symback.calculus.trace import Derived, Step
from symback.derivation import Derivation as Core
from symback.derivation import derive
from symback.errors import DeclarationError, UnknownName, short
from symback.network.profile import checked_notation, style_of
from symback.network.program import PARAMETERS, Program
from symback.network.rounding import Policy
from symback.notation.write import equation_latex, equation_text
from symback.reading.names import spelled_name
from symback.reading.scope import suggestion
from symback.sheets.order import outwards
from symback.typeset.style import Notation, Style

MOST_NAMES = 12
NOTHING = "no weight or bias is declared, so there is nothing to derive by"
"""How many declared names a message lists."""

NOTATIONS: tuple[Notation, ...] = get_args(Notation)

if TYPE_CHECKING:
    from symback.numeric.function import Function
    from symback.numeric.model import Model
    from symback.numeric.worked import Worked
    from symback.verify.report import Report
    from symback.verify.verdict import Verdict


class Network:
    """A network declared with SymPy or text: what it computes, its loss, and which symbols are parameters.

    ``forward`` holds equations ``sp.Eq(left, right)`` or pairs ``(left, right)``, and among them lines of text in the language of
    network files: ``"h = tanh(z)"``, the pair ``("h", "tanh(z)")`` or ``(h, "tanh(z)")``, a table of lines such as
    ``sb.layers["dense"].define(...)``; all in any order. ``loss`` is one more, or the name of a scalar among them. Text reads
    symbols by their names; equations read what text defines as a symbol of that name and shape. Symbols that are not named as
    parameters, inputs or targets are constants; one that only text reads needs a fact or a value. ``rounding`` says how a worked example rounds
    each kind of quantity (see `symback.network.rounding`), ``notation`` how formulas look (see `symback.network.profile`).

    Raises DeclarationError, in one line: an undeclared or doubly defined name, a cycle, sizes that cannot agree, a loss
    that is not a scalar, a received ``False``, a value that is not finite.

    >>> import sympy as sp
    >>> w, x, y, h, L = sp.symbols("w x y h L")
    >>> net = Network(forward=[(h, w * x)], loss=(L, (y - h) ** 2 / 2), parameters=[w], inputs=[x], targets=[y])
    >>> print(net.derive()["w"].text(over="leaves"))
    ∂L/∂w = −(y − h)·x

    Rows of `symback.layers` and `symback.losses` with a line of SymPy between them:

    >>> from symback import layers, losses, tanh
    >>> N, m, n, k = sp.symbols("N m n k")
    >>> X, W, Z, H = (sp.MatrixSymbol(*s) for s in [("X", N, m), ("W", m, n), ("Z", N, n), ("H", N, n)])
    >>> V, S, T = (sp.MatrixSymbol(*s) for s in [("V", n, k), ("S", N, k), ("T", N, k)])
    >>> b, c = sp.IndexedBase("b", shape=(n,)), sp.IndexedBase("c", shape=(k,))
    >>> dense, cross_entropy = layers["dense"], losses["softmax_cross_entropy_batch"]
    >>> net = Network(
    ...     forward=[dense.define(X=X, W=W, b=b, Y=Z), (H, tanh(Z)), dense.define(X=H, W=V, b=c, Y=S)],
    ...     loss=cross_entropy.define(Z=S, Y=T),
    ...     parameters=[W, b, V, c], inputs=[X], targets=[T], facts={T: "sums to one"})
    >>> net.derive()
    ∂L/∂S = (P − T)/N
    ∂L/∂Z = (∂L/∂S) Vᵀ ⊙ (1 − H^⊙²)
    ∂L/∂W = Xᵀ (∂L/∂Z)
    ∂L/∂b = (∂L/∂Z)ᵀ 𝟏
    ∂L/∂V = Hᵀ (∂L/∂S)
    ∂L/∂c = (∂L/∂S)ᵀ 𝟏
    """

    def __init__(
        self,
        forward: Sequence[Any] | Mapping[Any, Any] | str,
        loss: Any,
        parameters: Iterable[Any] = (),
        inputs: Iterable[Any] = (),
        targets: Iterable[Any] = (),
        name: str = "",
        facts: Mapping[Any, Any] | None = None,
        values: Mapping[Any, Any] | None = None,
        rounding: Policy | Mapping[str, Any] | None = None,
        notation: Mapping[str, Any] | None = None,
    ) -> None:
        from symback.reading.sympy_bridge import declared_with_sympy

        program, self.things = declared_with_sympy(forward, loss, parameters, inputs, targets, name, facts or {}, values or {})
        policy = None if rounding is None else Policy.of(rounding)
        self.program: Program = replace(program, rounding=policy, notation=checked_notation(notation or {}))
        self.wanted = self.parameters

    @classmethod
    def from_program(cls, program: Program, wrt: Iterable[str] | None = None) -> Network:
        """A network over a program that is already there; ``wrt`` names what it derives by when nobody chooses."""
        self = object.__new__(cls)
        self.program, self.things = program, {}
        self.wanted = self.parameters if wrt is None else tuple(wrt)
        return self

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Network:
        """A network from the keys of a network file.

        >>> net = Network.from_dict({"symbols": {"w": {"role": "weight"}, "x": {}}, "forward": "L = tanh(w*x)", "loss": "L"})
        >>> net.name
        ''
        """
        from symback.reading.files import from_dict

        return cls.from_program(from_dict(data))

    @property
    def name(self) -> str:
        """The name given to the network."""
        return self.program.name

    @property
    def loss(self) -> str:
        """The name of the loss."""
        return str(self.program.loss)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the weights and biases, as declared."""
        return tuple(leaf.name for leaf in self.program.leaves if leaf.role in PARAMETERS)

    def __repr__(self) -> str:
        return f"Network {self.program!r}"

    def unrolled(self) -> Network:
        """The same network over plain numbers: every entry of an array is a name of its own (``W1_11``).

        Raises NotationError where a size has no value or an operation has no scalar form.
        """
        from symback.network.unroll import unroll

        return Network.from_program(unroll(self.program))

    def derive(self, wrt: Iterable[Any] | None = None) -> Derivation:
        """The gradients of the loss; ``wrt`` chooses a symbol or several (default: every weight and bias)."""
        known = (*self.program.leaf, *self.program.definition)
        one = isinstance(wrt, str) or not isinstance(wrt, Iterable)
        chosen = self.wanted if wrt is None else [_known(_spelled(n), known) for n in ((wrt,) if one else wrt)]
        return Derivation(derive(self.program), tuple(chosen), self.things)


def load(path: str | Path) -> Network:
    """A network from a network file (TOML, or JSON by its suffix)."""
    from symback.reading.files import load as read

    return Network.from_program(read(path))


def check(
    network: Network, claim: Any, target: str | None = None, kind: str | None = None, rename: Mapping[str, str] | None = None
) -> Verdict:
    r"""The verdict on somebody's formula over a network: proved, agrees, conditional, refuted, undecided or cannot read.

    ``claim`` is NumPy text such as ``dL/dW = np.outer(p - y, x)``, LaTeX as published, or a SymPy equation; a formula without a
    left side needs its ``target``, unless one weight or bias alone has its shape. ``rename`` says which names of the network the
    claim's own ones are. The verdict says why, and where it can a witness, a condition, a repair.

    >>> net = Network.from_dict({"symbols": {"w": {}, "x": {}}, "forward": "L = tanh(w*x)", "loss": "L"})
    >>> check(net, "dL/dw = x * (1 - L**2)").word
    'proved'
    >>> check(net, r"\nabla_\theta J = x (1 - J^2)", rename={r"\theta": "w", "J": "L"}).word
    'proved'
    """
    from symback.verify.claims import check as checked

    return checked(network.program, claim, target, kind, rename=rename)


def _spelled(name: object) -> str:
    """A name as it stands in a program: SymPy's ``w^{2}_{11}`` is ``w2_11``."""
    try:
        return spelled_name(str(name))
    except DeclarationError:
        return str(name)


def _known(name: str, known: Iterable[Name]) -> str:
    names = [n for n in known if isinstance(n, str)]
    if name not in names:
        declared = f"declared are {', '.join(names[:MOST_NAMES])}{' and others' if len(names) > MOST_NAMES else ''}"
        raise UnknownName("gradient", f"{name} is not declared", f"{suggestion(name, names)} {declared}".strip())
    return name


class Derivation(Mapping[str, "Formula"]):
    """Every gradient of a network's loss, with the steps that led to it: a mapping from names to formulas.

    It goes through the names that were asked for, and ``d["h1"]`` is the formula by any parameter, input or intermediate besides.

    >>> lines = {"z": "w*x + b", "L": "tanh(z)"}
    >>> d = Network.from_dict({"symbols": {"w": {"role": "weight"}, "b": {"role": "bias"}, "x": {}}, "forward": lines, "loss": "L"}).derive()
    >>> list(d), len(d), "z" in d, "q" in d, d.get("q") is None
    (['w', 'b'], 2, True, False, True)
    """

    def __init__(self, core: Core, wanted: tuple[str, ...], things: Mapping[str, Any] | None = None) -> None:
        self.core = core
        self.wanted = wanted
        self.things = dict(things or {})

    @property
    def program(self) -> Program:
        """The network's program."""
        return self.core.program

    def asking(self) -> Derivation:
        """The derivation itself; an error where it has nothing to say, for the network has no parameter and nobody chose."""
        if not self.wanted:
            raise DeclarationError("network", NOTHING, 'declare one with role = "weight", or choose by --wrt x, in Python wrt=["x"]')
        return self

    @cached_property
    def gradient_program(self) -> Program:
        """Forward pass and gradients as one program, with declared facts put to use."""
        return self.core.gradient_program(self.wanted, facts=True)

    @cached_property
    def gradients(self) -> dict[str, Formula]:
        """The formulas asked for, by name, in order of declaration."""
        return {name: self[name] for name in self.asking().wanted}

    @cached_property
    def lines(self) -> tuple[Formula, ...]:
        """The formulas asked for, and before them the gradients of intermediates that they read, from the loss outwards."""
        read: dict[Name, None] = {}
        pending: list[Name] = list(self.asking().wanted)
        while pending:
            inner = names(self.core.printed[pending.pop()].result)
            new = [n.by for n in inner if isinstance(n, Partial) and not n.local and n.by not in read and n.by not in self.wanted]
            read.update(dict.fromkeys(new))
            pending += new
        return tuple(self[name] for name in (*outwards(self.core.sweep, read), *self.wanted))

    @cached_property
    def firsts(self) -> dict[Name, Name]:
        """For each gradient that is the same as others up to renaming, the first of these, from the loss outwards."""
        first: dict[int, Name] = {}
        shapes = {n: self.core.printed[n].known_shape for n in self.core.sweep.order}
        return {n: first.setdefault(shape[0], n) for n, shape in shapes.items() if shape is not None}

    def __getitem__(self, name: object) -> Formula:
        return Formula(self, _known(_spelled(name), (*self.program.leaf, *self.program.definition)))

    def __contains__(self, name: object) -> bool:
        return _spelled(name) in self.program.leaf or _spelled(name) in self.program.definition

    def __iter__(self) -> Iterator[str]:
        return iter(self.wanted)

    def __len__(self) -> int:
        return len(self.wanted)

    def __eq__(self, other: object) -> bool:
        """Two derivations are one where they ask the same of the same program."""
        if not isinstance(other, Derivation):
            return NotImplemented
        return (self.wanted, self.core.sweep.result) == (other.wanted, other.core.sweep.result) and self.program == other.program

    def __hash__(self) -> int:
        return hash((self.wanted, self.core.sweep.result))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.core, self.wanted, self.things)

    def verify(self, **options: Any) -> Report:
        """Every gradient and every step checked; a check that fails raises VerificationError."""
        from symback.verify.report import verify

        return verify(self.core, self.asking().wanted, **options).or_raise()

    def compile(self, dtype: str = "float64") -> Model:
        """NumPy functions for the forward pass, the gradients and one step of gradient descent."""
        from symback.numeric.model import Model

        return Model.of(self.core, self.wanted, dtype)

    def worked(self, values: Mapping[str, Any] | None = None, policy: Any = None) -> Worked:
        """One step of gradient descent worked by hand, line by line in numbers.

        ``values`` are put in place of declared ones; ``policy`` is a rounding policy, a table of one, or ``"exact"``; by default
        the network's own, else exact. Raises NumericError where a value is missing.
        """
        from symback.sheets.scalars import worked

        return worked(self.program, values, policy)[0]

    def write(self, path: str | Path, **options: Any) -> Path:
        """The derivation as a sheet; the suffix of the path chooses the form."""
        from symback.sheets.write import write_sheet

        return write_sheet(self.asking(), Path(path), **options)

    def __str__(self) -> str:
        return "\n".join(formula.text() for formula in self.lines) if self.wanted else NOTHING

    def __repr__(self) -> str:
        return short(formula.text() for formula in self.lines) if self.wanted else NOTHING


@dataclass(frozen=True, repr=False)
class Formula:
    """The gradient of the loss by one name, as a formula of the names of the forward pass and of earlier gradients."""

    derivation: Derivation
    name: str

    @property
    def _derived(self) -> Derived:
        return self.derivation.core.printed[self.name]

    def definition(self, over: str = "names") -> Definition:
        """The formula as a definition: over names, or over leaves (the names of other gradients put in)."""
        if over not in ("names", "leaves"):
            raise DeclarationError(f"over={over!r}", "there are two views", "ask for over='names' or over='leaves'")
        term = self._derived.result if over == "names" else self.derivation.core.over_leaves(self.name)
        return Definition(self._derived.target, self._derived.indices, term)

    @property
    def term(self) -> Term:
        """The right side, over names."""
        return self._derived.result

    @property
    def shape(self) -> tuple[Size, ...]:
        """The sizes of the axes, those of the variable."""
        return tuple(i.size for i in self._derived.indices)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The recorded steps; each line is computed from the one before."""
        return self._derived.steps

    @property
    def facts(self) -> tuple[tuple[Name, Fact], ...]:
        """The declared facts that were used."""
        return tuple(dict.fromkeys(f for step in self.steps for f in step.facts))

    @property
    def like(self) -> str:
        """The first name whose gradient has the same derivation up to renaming; empty where this one is the first, or alone.

        >>> lines = {"z1": "W1 @ x", "h1": "tanh(z1)", "z2": "W2 @ h1", "h2": "tanh(z2)", "L": "sum(h2**2)/2"}
        >>> square = {"role": "weight", "shape": ["n", "n"]}
        >>> symbols = {"x": {"shape": ["n"]}, "W1": square, "W2": square}
        >>> d = Network.from_dict({"symbols": symbols, "forward": lines, "loss": "L"}).derive()
        >>> d["W1"].like, d["W2"].like
        ('', 'W1')
        """
        first = self.derivation.firsts.get(self.name, self.name)
        return "" if first == self.name else str(first)

    @property
    def reason(self) -> str:
        """Why the gradient is zero, where it is."""
        return self._derived.reason

    @cached_property
    def evidence(self) -> Any:
        """The verdict on this formula, its route and conditions: the row of the report for it."""
        from symback.verify.report import verify

        return verify(self.derivation.core, (self.name,))[self.name]

    def text(self, notation: str = "matrix", over: str = "names", style: Style | None = None) -> str:
        """The formula as a line of text."""
        return equation_text(self.definition(over), self._program, self._style(style, notation))

    def latex(self, notation: str = "matrix", over: str = "names", style: Style | None = None) -> str:
        """The formula as LaTeX, without delimiters."""
        return equation_latex(self.definition(over), self._program, self._style(style, notation))

    def sympy(self, over: str = "names") -> Any:
        """The right side as a SymPy expression in the symbols of the declaration: a matrix expression where there is one, else an indexed one.

        Over leaves the definitions of the forward pass are put in as well, so that it may be differentiated again; what has no formula (an
        entry of a recurrence) keeps its name.

        >>> import sympy as sp
        >>> w, x = sp.Symbol("w", real=True), sp.Symbol("x", positive=True)
        >>> h, L = sp.symbols("h L")
        >>> slope = Network([(h, w * x)], (L, sp.tanh(h)), [w], [x]).derive()["w"]
        >>> slope.sympy(), slope.sympy(over="leaves") == sp.diff(sp.tanh(w * x), w)
        (dL_dh*x, True)
        """
        from symback.notation.sympy_matrix import to_sympy

        put_in = self.derivation.program.put_in if over == "leaves" else None
        return to_sympy(self._whole(over), self._program, self.derivation.things, put_in)

    def lambdify(self, over: str = "leaves") -> Function:
        """A scalar formula as a function of numbers by `sympy.lambdify`: ``f(w=0.5, x=2)``, or by position in the order of ``f.names``.

        That is the order of declaration. Raises DeclarationError for a formula with indices: `numpy` is for those.
        """
        from symback.numeric.function import ScalarFunction

        term = self._whole(over).body
        assert isinstance(term, Term)
        if self.shape or any(read.places for read in refs(term)):
            raise DeclarationError(f"∂/∂{self.name}", "the formula has indices", "use .numpy(), or declare the network with scalars")
        read = set(names(term))
        declared = [n for n in (*self.derivation.program.leaf, *self.derivation.program.definition) if n in read]
        return ScalarFunction(f"∂{self.derivation.program.loss}/∂{self.name}", term, tuple(dict.fromkeys([*declared, *names(term)])))

    def numpy(self) -> Function:
        """The gradient as a function of the values of the network's leaves, from generated NumPy source.

        ``f(W=..., x=...)``, by position in the order of ``f.names`` (that of declaration), or all in one mapping.
        """
        from symback.numeric.function import GradientFunction

        return GradientFunction(_model_of(self.derivation, self.name), self.name)

    def reads(self, over: str = "names") -> tuple[Name, ...]:
        """The names the right side reads, each once, in order."""
        return names(self._term(over))

    def _whole(self, over: str) -> Definition:
        """The formula with, over leaves, the definitions of the forward pass put in."""
        found = self.definition(over)
        if over == "names" or not isinstance(found.body, Term):
            return found
        return replace(found, body=self.derivation.program.put_in(found.body))

    def _term(self, over: str) -> Term:
        body = self.definition(over).body
        assert isinstance(body, Term)
        return body

    @property
    def _program(self) -> Program:
        return self.derivation.core.printing_program

    def _style(self, style: Style | None, notation: str) -> Style:
        chosen = next((n for n in NOTATIONS if n == notation), None)
        if chosen is None:
            raise DeclarationError(f"notation={notation!r}", "there is no such notation", f"ask for one of {', '.join(NOTATIONS)}")
        return replace(style or style_of(self.derivation.program), notation=chosen)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return short([self.text()])


def _model_of(derivation: Derivation, name: str) -> Model:
    from symback.numeric.model import Model

    return Model.of(derivation.core, (name,))
