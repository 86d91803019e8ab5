"""What a quantity of a network is called, told from the structure of its program alone; where that does not tell, it has no name."""

from __future__ import annotations

from symback.algebra.definitions import Definition
from symback.algebra.terms import Add, Apply, Mul, Name, Num, Pow, Reduce, Ref, Term
from symback.algebra.traverse import names, walk
from symback.network.program import PARAMETERS, Program
from symback.network.weights import destination
from symback.numeric.kinds import Kinds


def called(name: Name, program: Program, kinds: Kinds) -> str:
    """Loss, part of the loss, prediction, pre-activation or activation; empty where it is none of them.

    A prediction is what is compared with a target. A pre-activation weighs and adds, and all that reads it is a function of it; an
    activation is a function of what was weighed and added: gates and hidden layers, but no scores, means or states.

    >>> from symback.algebra.terms import apply, ref
    >>> from symback.network.program import Leaf
    >>> z = Definition("z", (), ref("w") * ref("x"))
    >>> h, L = Definition("h", (), apply("tanh", ref("z"))), Definition("L", (), (ref("h") - ref("y")) ** 2)
    >>> net = Program("", (Leaf("w", (), "weight"), Leaf("x"), Leaf("y", (), "target")), (z, h, L), ("L",))
    >>> [called(n, net, Kinds(net)) for n in ("z", "h", "L")]
    ['pre-activation', 'prediction', 'loss']
    """
    if name == program.loss:
        return "loss"
    if any(leaf.role == "target" for leaf in program.leaves):
        kind = kinds.of_definition(name)
        if kind in ("loss", "prediction"):
            return "part of the loss" if kind == "loss" else kind
    own = program.definition[name]
    if _weighs(own, program):
        readers = [program.definition[r] for r in kinds.readers.get(name, ())]
        return "pre-activation" if readers and all(_applies_to(r, name, program) for r in readers) else ""
    return "activation" if _activates(own, program) else ""


def is_layered(program: Program) -> bool:
    """Whether a network is layers z = W h + b, each a column of units or a single one.

    >>> from symback.algebra.terms import ref
    >>> from symback.network.program import Leaf
    >>> z = Definition("z", (), ref("w") * ref("x") + ref("b"))
    >>> is_layered(Program("", (Leaf("w", (), "weight"), Leaf("b", (), "bias"), Leaf("x")), (z,), ("z",)))
    True
    """
    read = [d for d in program.definitions if any(n in program.leaf and program.leaf[n].role in PARAMETERS for n in d.reads)]
    added = any(isinstance(t, Ref) and _parameters(t, program) for d in read if isinstance(d.body, Term) for t in _addends(d.body))
    return added and all(_weighs(d, program) and _is_column(d, program) for d in read)


def _is_column(own: Definition, program: Program) -> bool:
    """Whether a layer is one unit or a column of units, and its weights lead to them by their first axis."""
    ranks = {n: len(program.leaf[n].indices) for n in own.reads if n in program.leaf and program.leaf[n].role in PARAMETERS}
    column = len(own.indices) < 2 or (len(own.indices) == 2 and own.indices[1].size.constant == 1)
    return column and all(rank == 0 or destination(program, n) == 0 for n, rank in ranks.items() if program.leaf[n].role == "weight")


def _parameters(term: Term, program: Program) -> list[Name]:
    return [n for n in names(term) if n in program.leaf and program.leaf[n].role in PARAMETERS]


def _weighs(own: Definition, program: Program) -> bool:
    """Whether a definition is a sum of biases and of weights times something."""
    return isinstance(own.body, Term) and _is_affine(own.body, program)


def _is_affine(body: Term, program: Program) -> bool:
    addends = _addends(body)
    weighed = [t for t in addends if not (isinstance(t, Ref) and _parameters(t, program))]
    return bool(weighed) and all(_is_weighed(t, program) for t in weighed)


def _is_weighed(term: Term, program: Program) -> bool:
    """Whether an addend is one parameter times something that holds none, summed or not."""
    plain = all(not isinstance(n, Apply | Pow) for n in walk(term))
    read = [n for n in walk(term) if isinstance(n, Ref) and _parameters(n, program)]
    return plain and len(read) == 1 and any(isinstance(n, Mul) for n in walk(term))


def _addends(body: Term) -> list[Term]:
    return [t for a in body.args for t in _addends(a)] if isinstance(body, Add) else [body]


def _applies_to(own: Definition, name: Name, program: Program) -> bool:
    """Whether a definition is a function of one name and of nothing else that is defined or learnt."""
    return isinstance(own.body, Term) and [n for n in own.reads if n in program.definition] == [name] and not _parameters(own.body, program)


def _activates(own: Definition, program: Program) -> bool:
    """Whether a definition is a function, entry by entry, of what was weighed and added, under a name or in place."""
    if not isinstance(own.body, Term):
        return False
    read = [n for n in own.reads if n in program.definition]
    if len(read) == 1 and _weighs(program.definition[read[0]], program):
        whole = not any(isinstance(n, Reduce) for n in walk(own.body))
        return whole and _applies_to(own, read[0], program) and not isinstance(own.body, Ref)
    body = own.body
    return isinstance(body, Apply) and _is_affine(body.args[0], program) and all(isinstance(a, Num) for a in body.args[1:])


__all__ = ["called", "is_layered"]
