"""One drawing in three markups: TikZ, Typst and SVG, from the same numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import pairwise

from symback.sheets.drawing_records import Drawing, Edge, Label, Node, Point

LINE = 0.5
"""The width of lines in points."""
POINT = 2.54 / 72.27
"""A point in centimetres."""
TYPST_BLOCK = "#box(width: {width}cm, height: {height}cm, {{\n{body}\n}})"
SVG_FONT = 'font-family="Latin Modern Math, Cambria Math, STIX Two Math, serif"'


def tikz(drawing: Drawing) -> str:
    """The drawing as a TikZ picture; it needs the package tikz and nothing else of it."""
    lines = [
        *(_tikz_edge(e) for e in drawing.edges),
        *(_tikz_node(n) for n in drawing.nodes if n.framed),
        *(_tikz_label(k) for k in drawing.labels),
    ]
    frame = rf"\useasboundingbox (0,0) rectangle ({_n(drawing.width)},{_n(drawing.height)});"
    return "\n".join([rf"\begin{{tikzpicture}}[x=1cm,y=-1cm,line width={LINE}pt]", frame, *lines, r"\end{tikzpicture}"])


def _tikz_edge(edge: Edge) -> str:
    line = rf"\draw {_tikz_points(edge.points)};"
    return line + (rf" \fill {_tikz_points(edge.head)} -- cycle;" if edge.head else "")


def _tikz_points(points: Iterable[Point]) -> str:
    return " -- ".join(f"({_n(x)},{_n(y)})" for x, y in points)


def _tikz_node(node: Node) -> str:
    left, top, right, bottom = _corners(node)
    return rf"\draw[fill=white,rounded corners={_n(node.radius)}cm] ({left},{top}) rectangle ({right},{bottom});"


def _tikz_label(label: Label) -> str:
    halo = "fill=white," if label.halo else ""
    size = rf"\fontsize{{{_n(label.size)}}}{{{_n(1.2 * label.size)}}}\selectfont"
    return rf"\node[{halo}inner sep=0.8pt,font={size}] at ({_n(label.x)},{_n(label.y)}) {{${label.math.latex}$}};"


def typst(drawing: Drawing) -> str:
    """The drawing as Typst markup without packages."""
    lines = [
        *(line for e in drawing.edges for line in _typst_edge(e)),
        *(_typst_node(n) for n in drawing.nodes if n.framed),
        *(_typst_label(k) for k in drawing.labels),
    ]
    return TYPST_BLOCK.format(width=_n(drawing.width), height=_n(drawing.height), body="\n".join(f"  {line}" for line in lines))


def _typst_edge(edge: Edge) -> Iterator[str]:
    for (x, y), (u, v) in pairwise(edge.points):
        yield f"place(top + left, line(start: ({_n(x)}cm, {_n(y)}cm), end: ({_n(u)}cm, {_n(v)}cm), stroke: {LINE}pt))"
    if edge.head:
        corners = ", ".join(f"({_n(x)}cm, {_n(y)}cm)" for x, y in edge.head)
        yield f"place(top + left, polygon(fill: black, {corners}))"


def _typst_node(node: Node) -> str:
    left, top, _, _ = _corners(node)
    size = f"width: {_n(node.width)}cm, height: {_n(node.height)}cm, radius: {_n(node.radius)}cm"
    return f"place(top + left, dx: {left}cm, dy: {top}cm, rect({size}, fill: white, stroke: {LINE}pt))"


def _typst_label(label: Label) -> str:
    left, top = _n(label.x - label.width / 2), _n(label.y - label.height / 2)
    halo = ", fill: white" if label.halo else ""
    inner = f"align(center + horizon, text(size: {_n(label.size)}pt, ${label.math.typst}$))"
    return f"place(top + left, dx: {left}cm, dy: {top}cm, box(width: {_n(label.width)}cm, height: {_n(label.height)}cm{halo}, {inner}))"


def svg(drawing: Drawing) -> str:
    """The drawing as an SVG picture whose unit is a centimetre."""
    lines = [
        *(line for e in drawing.edges for line in _svg_edge(e)),
        *(_svg_node(n) for n in drawing.nodes if n.framed),
        *(line for k in drawing.labels for line in _svg_label(k)),
    ]
    size = f'width="{_n(drawing.width)}cm" height="{_n(drawing.height)}cm" viewBox="0 0 {_n(drawing.width)} {_n(drawing.height)}"'
    body = "\n".join(f"  {line}" for line in lines)
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} stroke-width="{_n(LINE * POINT)}" {SVG_FONT}>\n{body}\n</svg>'


def _svg_edge(edge: Edge) -> Iterator[str]:
    yield f'<polyline points="{_svg_points(edge.points)}" fill="none" stroke="black"/>'
    if edge.head:
        yield f'<polygon points="{_svg_points(edge.head)}" fill="black"/>'


def _svg_points(points: Iterable[Point]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _svg_node(node: Node) -> str:
    left, top, _, _ = _corners(node)
    size = f'width="{_n(node.width)}" height="{_n(node.height)}" rx="{_n(node.radius)}"'
    return f'<rect x="{left}" y="{top}" {size} fill="white" stroke="black"/>'


def _svg_label(label: Label) -> Iterator[str]:
    if label.halo:
        left, top = _n(label.x - label.width / 2), _n(label.y - label.height / 2)
        yield f'<rect x="{left}" y="{top}" width="{_n(label.width)}" height="{_n(label.height)}" fill="white"/>'
    place = f'x="{_n(label.x)}" y="{_n(label.y)}" font-size="{_n(label.size * POINT)}"'
    yield f'<text {place} text-anchor="middle" dominant-baseline="central">{escape(label.math.text)}</text>'


def _corners(node: Node) -> tuple[str, str, str, str]:
    """Left, top, right and bottom."""
    across, down = node.width / 2, node.height / 2
    return _n(node.x - across), _n(node.y - down), _n(node.x + across), _n(node.y + down)


def _n(number: float) -> str:
    """A number with three decimals at most.

    >>> _n(1.20004), _n(-0.0001)
    ('1.2', '0')
    """
    return "0" if abs(number) < 0.0005 else f"{number:.3f}".rstrip("0").rstrip(".")


__all__ = ["svg", "tikz", "typst"]
