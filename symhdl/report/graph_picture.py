"""A graph as a picture: nodes as boxes in layers from left to right, operands before what is made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from symhdl.report.markup import Content, Markup, element

BOX, HIGH, ACROSS, DOWN = 132, 20, 178, 26
"""Pixels: the width and the height of a box, and from one to the next."""
LINE = "#7d8793"
LONGEST_LABEL = 17
SWEEPS = 4


def graph_picture(
    labels: Sequence[str],
    operands: Sequence[Sequence[int]],
    *,
    numbers: Sequence[int] | None = None,
    faint: Set[int] = frozenset(),
) -> Markup:
    """The picture of nodes in topological order, each by its label and the places of its operands; it stands alone.

    With `numbers` each box is linked to the node of that number in the page around. Those that are `faint` are dashed.
    """
    layers, ways = layers_of(operands)
    height = max(map(len, layers), default=0) * DOWN
    places: dict[int, tuple[float, float]] = {}
    for layer, nodes in enumerate(layers):
        top = (height - len(nodes) * DOWN) / 2
        for row, node in enumerate(nodes):
            places[node] = layer * ACROSS + 1, top + row * DOWN + 3
    lines = "".join(_edge(places[start], places[end]) for start, end in ways)
    lines += "".join(_through(places[k]) for k in places if k >= len(labels))
    boxes = []
    for node, label in enumerate(labels):
        number = None if numbers is None else numbers[node]
        boxes.append(_box(label, places[node], number, first=not node, faint=node in faint))
    width = max(0, len(layers) * ACROSS - (ACROSS - BOX)) + 2
    return element(
        "svg", element("path", class_="edge", fill="none", stroke=LINE, d=lines), *boxes,
        class_="graph", width=width, height=height + 4, viewBox=f"0 0 {width} {height + 4}",
        font_family="sans-serif", font_size=12,
        role="group", aria_label="the graph",
    )  # fmt: skip


def layers_of(
    operands: Sequence[Sequence[int]],
) -> tuple[list[list[int]], list[tuple[int, int]]]:
    """The nodes by the longest way to them, ordered within each layer, and the edges from layer to layer.

    By barycentres, forwards and backwards (Sugiyama, Tagawa and Toda 1981). Numbers past those of the nodes are where
    an edge passes through a layer. What has no operands stands right before the first that needs it.
    """
    depth = _depths(operands)
    edges: list[tuple[int, int]] = []
    passing: dict[tuple[int, int], int] = {}  # by the node where the edge starts, and the layer
    for node, own in enumerate(operands):
        for operand in dict.fromkeys(own):
            start = operand
            for layer in range(depth[operand] + 1, depth[node]):
                found = passing.get((operand, layer))
                if found is None:
                    found = passing[operand, layer] = len(depth)
                    depth.append(layer)
                    edges.append((start, found))
                start = found
            edges.append((start, node))
    layers: list[list[int]] = [[] for _ in range(max(depth, default=-1) + 1)]
    for node, layer in enumerate(depth):
        layers[layer].append(node)
    before: list[list[int]] = [[] for _ in depth]
    behind: list[list[int]] = [[] for _ in depth]
    for start, end in edges:
        before[end].append(start)
        behind[start].append(end)
    for sweep in range(SWEEPS):
        forwards = sweep % 2 == 0
        neighbours, order = (before, layers) if forwards else (behind, layers[::-1])
        place = _places(layers)
        for nodes in order:
            nodes.sort(key=lambda node: _middle(neighbours[node], place, node))
            place.update(_places([nodes]))
    return layers, edges


def _depths(operands: Sequence[Sequence[int]]) -> list[int]:
    depth: list[int] = []
    first: dict[int, int] = {}  # the layer of the first reader
    for node, own in enumerate(operands):
        depth.append(max((depth[operand] + 1 for operand in own), default=0))
        for operand in own:
            first[operand] = min(first.get(operand, depth[node]), depth[node])
    return [layer if operands[k] else first.get(k, 1) - 1 for k, layer in enumerate(depth)]


def _middle(nodes: Sequence[int], place: Mapping[int, float], node: int) -> float:
    return sum(place[k] for k in nodes) / len(nodes) if nodes else place[node]


def _places(layers: Sequence[Sequence[int]]) -> dict[int, float]:
    """How far down each node stands, from the middle of its layer."""
    return {node: row - (len(nodes) - 1) / 2 for nodes in layers for row, node in enumerate(nodes)}


def _edge(start: tuple[float, float], end: tuple[float, float]) -> str:
    x, y = start[0] + BOX, start[1] + HIGH / 2
    far, other = end[0], end[1] + HIGH / 2
    middle = (x + far) / 2
    return f"M{x:.6g} {y:.6g}C{middle:.6g} {y:.6g} {middle:.6g} {other:.6g} {far:.6g} {other:.6g}"


def _through(place: tuple[float, float]) -> str:
    """A line through a layer in which an edge has no box."""
    return f"M{place[0]:.6g} {place[1] + HIGH / 2:.6g}h{BOX}"


def _box(
    label: str, place: tuple[float, float], number: int | None, *, first: bool, faint: bool
) -> Markup:
    x, y = place
    shown = label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"
    parts: list[Content] = [
        element(
            "rect", class_="row", x=x, y=y, width=BOX, height=HIGH, rx=3, fill="none", stroke=LINE,
            stroke_dasharray="3 2" if faint else None,
        ),
        element("text", shown, x=x + 5, y=y + 14, fill="currentColor"),
    ]  # fmt: skip
    if shown != label:
        parts.append(element("title", label))
    return element(
        "g", *parts, data_node=None if number is None else str(number),
        tabindex="0" if first and number is not None else None,
    )  # fmt: skip
