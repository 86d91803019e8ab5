"""Published texts cut into statements, and statements into the sides of their relations."""

from __future__ import annotations

from dataclasses import dataclass, replace

from symback.errors import ReadingError
from symback.reading.published_conditions import apart, is_condition
from symback.reading.published_cursor import RELATIONS, SEPARATORS, relates
from symback.reading.published_names import Names
from symback.reading.published_tokens import Piece, Pieces

MOST_SIDES = 200
"""How many sides the statements of a text may have together."""
EQUAL = ("=", ":=", r"\leftarrow", r"\approx", "-=", "+=")
OPENERS, CLOSINGS = ("(", "[", r"\{"), (")", "]", r"\}")


@dataclass(frozen=True, slots=True)
class Part:
    """A side: its pieces and the relation before it."""

    pieces: Pieces
    relation: str = ""

    @property
    def position(self) -> int:
        """Where the side begins."""
        return self.pieces[0].position

    @property
    def end(self) -> int:
        """Where the side ends."""
        return self.pieces[-1].end


@dataclass(frozen=True, slots=True)
class Statement:
    """Sides that are said to be equal, or one side alone; remarks on where indices run, and conditions under which this is said."""

    sides: tuple[Part, ...]
    remarks: tuple[Part, ...] = ()
    conditions: tuple[Pieces, ...] = ()

    @property
    def position(self) -> int:
        """Where the statement begins."""
        return self.sides[0].position


def statements(source: str, pieces: Pieces, names: Names) -> tuple[Statement, ...]:
    """The statements of a text."""
    found: list[Statement] = []
    first: list[Pieces] = []
    for chunk in (part for whole in _chunks(pieces) for part in _told_apart(source, whole, names)):
        if chunk[0].is_(r"\forall") and not found:
            first.append(chunk)
        elif chunk[0].is_(r"\forall"):
            found[-1] = _under(source, found[-1], chunk)
        elif found and is_condition(chunk, names):
            found[-1] = replace(found[-1], conditions=(*found[-1].conditions, chunk))
        else:
            body, conditions = _without_conditions(chunk, names)
            made = [_apart(source, s, names) for s in _of_chunk(source, body)]
            if found and found[-1].conditions and len(made) == 1 and len(made[0].sides) == 1:
                made = [Statement((found[-1].sides[0], replace(made[0].sides[0], relation="=")), (), made[0].conditions)]
            made = [replace(s, conditions=(*s.conditions, *conditions)) for s in made]
            for said in first:
                made = [_under(source, s, said) for s in made]
            found, first = found + made, []
        if sum(len(s.sides) for s in found) > MOST_SIDES:
            raise ReadingError(source, f"the text has more than {MOST_SIDES} sides", "give it in parts", found[-1].position)
    return tuple(found)


def _told_apart(source: str, chunk: Pieces, names: Names) -> list[Pieces]:
    """A chunk with commas where wide space stands before a condition or a range; "for ..." ends before the next statement."""
    for k in _after_wide_space(source, chunk):
        tail = chunk[k:]
        if not chunk[k - 1].is_(",") and (is_condition(tail, names) or _is_range(tail)):
            chunk = (*chunk[:k], Piece("sign", ",", chunk[k].position, chunk[k].position), *tail)
            break
    if not chunk[0].is_(r"\forall"):
        return [chunk]
    for part, _ in _cut(chunk, (",",))[1:]:
        if _has_relation(part) and not is_condition(part, names) and not _is_range(part):
            return [
                tuple(_trimmed([p for p in chunk if p.position < part[0].position])),
                tuple(p for p in chunk if p.position >= part[0].position),
            ]
    return [chunk]


def _after_wide_space(source: str, pieces: Pieces) -> list[int]:
    """The pieces outside brackets before which wide space stands, the last first."""
    found, depth = [], 0
    for k, piece in enumerate(pieces):
        if k and depth <= 0 and "quad" in source[pieces[k - 1].end : piece.position]:
            found.append(k)
        depth += piece.is_(*OPENERS) - piece.is_(*CLOSINGS)
    return found[:-4:-1]


def _is_range(pieces: Pieces) -> bool:
    """Whether pieces say from where to where an index runs: i, j = 1, ..., n."""
    letters = [k for k, p in enumerate(pieces) if p.is_("=", r"\in")][:1]
    before = pieces[: letters[0]] if letters else ()
    return bool(before) and all(p.kind == "run" or p.is_(",") for p in before) and any(p.is_(r"\dots", r"\in") for p in pieces)


def _under(source: str, statement: Statement, chunk: Pieces) -> Statement:
    """A statement with what stands after "for": where its indices run, or a condition."""
    shown = tuple(p for p in chunk[1:] if not (p.kind == "word" and p.text.strip().lower() in ("all", "each", "every")))
    runs = any(p.is_(r"\dots", r"\in") for p in shown)
    if relates(shown) and not runs:
        return replace(statement, conditions=(*statement.conditions, shown))
    return replace(statement, remarks=(*statement.remarks, _range(source, shown, chunk[0])))


def _without_conditions(chunk: Pieces, names: Names) -> tuple[Pieces, tuple[Pieces, ...]]:
    """A chunk without the conditions after its last commas, and those."""
    conditions: list[Pieces] = []
    parts = [tuple(_trimmed(list(p))) for p, _ in _cut(chunk, (",",))]
    while len(parts) > 1 and is_condition(parts[-1], names):
        conditions.insert(0, parts.pop())
        end = conditions[0][0].position
        chunk = tuple(_trimmed([p for p in chunk if p.position < end]))
    return chunk, tuple(conditions)


def _apart(source: str, statement: Statement, names: Names) -> Statement:
    """A statement whose sides end without conditions, which are those of all of it."""
    if len(statement.sides) < 2:
        return statement
    pairs = [apart(source, side.pieces, names) for side in statement.sides]
    conditions = dict.fromkeys(c for _, c in pairs if c)
    return replace(
        statement,
        sides=tuple(replace(s, pieces=p) for s, (p, _) in zip(statement.sides, pairs, strict=True)),
        conditions=(*statement.conditions, *conditions),
    )


def _range(source: str, shown: Pieces, at: Piece) -> Part:
    """A remark on where indices run: letters, then perhaps from where to where."""
    if not shown or any(p.is_(*RELATIONS) and not p.is_("=", r"\le") for p in shown):
        raise ReadingError(source, "this says nothing of where an index runs", "write for i ≠ j, or for i = 1, ..., n", at.position)
    return Part(shown)


def accumulated(found: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """The statements, those that add to what an earlier one gives put together with it: a = b, a += c is a = (b) + (c)."""
    kept: list[Statement] = []
    for statement in found:
        relation = statement.sides[1].relation if len(statement.sides) == 2 else ""
        given = [s for s in kept if relation in ("+=", "-=") and len(s.sides) == 2 and _named_alike(s, statement)]
        if given and given[-1].sides[1].relation == "=":
            kept.remove(given[-1])
            before, added = given[-1].sides[1], statement.sides[1]
            pieces = (*_bracketed(before.pieces), Piece("sign", relation[0], added.position, added.position), *_bracketed(added.pieces))
            statement = replace(statement, sides=(statement.sides[0], Part(pieces, "=")))
        kept.append(statement)
    return tuple(kept)


def _named_alike(one: Statement, other: Statement) -> bool:
    return [p.text for p in one.sides[0].pieces] == [p.text for p in other.sides[0].pieces]


def _bracketed(pieces: Pieces) -> Pieces:
    start, end = pieces[0].position, pieces[-1].end
    return (Piece("sign", "(", start, start), *pieces, Piece("sign", ")", end, end))


def _chunks(pieces: Pieces) -> list[Pieces]:
    """The text cut at new lines that begin a statement, arrows, semicolons and words."""
    chunks: list[list[Piece]] = [[]]
    depth = 0
    for at, piece in enumerate(pieces):
        if piece.kind in ("sign", "command"):
            depth += (piece.text in OPENERS) - (piece.text in CLOSINGS)
        if depth <= 0 and _quantifies(piece):
            chunks.append([replace(piece, kind="command", text=r"\forall")])
        elif depth <= 0 and _separates(piece):
            chunks.append([])
        elif depth <= 0 and piece.is_("newline"):
            following = pieces[at + 1] if at + 1 < len(pieces) else None
            previous = chunks[-1][-1] if chunks[-1] else None
            goes_on = following is not None and (following.is_(*EQUAL, "+", "-", r"\cdot", r"\times", *CLOSINGS))
            unfinished = previous is not None and previous.is_(*EQUAL, "+", "-", *OPENERS)
            if not (goes_on and chunks[-1]) and not unfinished:
                chunks.append([])
        elif piece.is_("newline"):
            continue
        else:
            chunks[-1].append(piece)
    return [tuple(t) for c in chunks if (t := _trimmed(c))]


def _quantifies(piece: Piece) -> bool:
    """Whether what follows says for which indices, or under which condition, a statement holds."""
    words = piece.text.strip(" ,.:;").lower()
    return piece.is_(r"\forall") or (piece.kind in ("word", "run") and words in ("for", "for all", "for each", "for every", "if", "when"))


def _separates(piece: Piece) -> bool:
    if piece.is_(r"\to", ";"):
        return True
    words = piece.text.strip(" ,.:;").lower()
    return (piece.kind == "word" and words in SEPARATORS) or (
        piece.kind == "run" and words in ("where", "and", "with", "hence", "thus", "so", "then")
    )


def _trimmed(chunk: list[Piece]) -> list[Piece]:
    """A chunk without the punctuation around it."""
    start, end = 0, len(chunk)
    while start < end and chunk[start].is_(",", ".", ":", "newline"):
        start += 1
    while end > start and chunk[end - 1].is_(",", ".", ":", "newline"):
        end -= 1
    return chunk[start:end]


def _of_chunk(source: str, chunk: Pieces) -> list[Statement]:
    parts = _cut(chunk, (",",))
    related = [_has_relation(p) for p, _ in parts]
    if len(parts) > 1 and _listed(chunk):
        return _side_by_side(chunk)
    if len(parts) > 1 and all(related):
        return [s for p, _ in parts for s in [_statement(source, tuple(_trimmed(list(p))))]]
    if len(parts) > 1 and related[0]:
        split = _list_of_statements(source, parts)
        if split is not None:
            return split
    return [_statement(source, chunk)]


def _list_of_statements(source: str, parts: list[tuple[Pieces, str]]) -> list[Statement] | None:
    """Statements separated by commas, where what has no relation is a remark on the range of an index."""
    found: list[Statement] = []
    rest: Pieces = ()
    for k, (part, _) in enumerate(parts):
        trimmed = tuple(_trimmed(list(part)))
        if not trimmed:
            continue
        if not _has_relation(trimmed):
            if not any(p.is_(r"\dots", r"\in") for q, _ in parts[k:] for p in q):
                return None
            rest = tuple(p for q, _ in parts[k:] for p in q)
            break
        if len(trimmed) == 3 and trimmed[1].is_("=") and any(p.is_(r"\dots") for q, _ in parts[k + 1 :] for p in q):
            rest = tuple(p for q, _ in parts[k:] for p in q)
            break
        found.append(_statement(source, trimmed))
    if rest and found:
        found[-1] = replace(found[-1], remarks=(_range(source, rest, rest[0]),))
    return found


def _listed(chunk: Pieces) -> bool:
    """Whether every side of a chain is a list of equal length: a, b = c, d."""
    counts = [len(_cut(side, (",",))) for side, _ in _cut(chunk, EQUAL)]
    return len(counts) > 1 and len(set(counts)) == 1 and counts[0] > 1


def _side_by_side(chunk: Pieces) -> list[Statement]:
    sides = [([p for p, _ in _cut(side, (",",))], relation) for side, relation in _cut(chunk, EQUAL)]
    return [Statement(tuple(Part(tuple(_trimmed(list(parts[k]))), relation) for parts, relation in sides)) for k in range(len(sides[0][0]))]


def _has_relation(pieces: Pieces) -> bool:
    return any(len(_cut(pieces, (sign,))) > 1 for sign in EQUAL)


def _statement(source: str, pieces: Pieces) -> Statement:
    sides = []
    for side, relation in _cut(pieces, EQUAL):
        trimmed = tuple(_trimmed(list(side)))
        if not trimmed:
            at = side[0].position if side else (pieces[-1].end if pieces else 0)
            raise ReadingError(source, "a side of the relation is missing", "write a formula on both sides", at)
        sides.append(Part(trimmed, relation))
    return Statement(tuple(sides))


def _cut(pieces: Pieces, signs: tuple[str, ...]) -> list[tuple[Pieces, str]]:
    """Pieces cut at signs outside brackets, each with the sign before it."""
    found: list[tuple[list[Piece], str]] = [([], "")]
    depth = 0
    for piece in pieces:
        if piece.kind in ("sign", "command"):
            depth += (piece.text in OPENERS) - (piece.text in CLOSINGS)
        if depth <= 0 and piece.is_(*signs):
            found.append(([], piece.text))
        else:
            found[-1][0].append(piece)
    return [(tuple(p), s) for p, s in found]


__all__ = ["RELATIONS", "Part", "Statement", "accumulated", "statements"]
