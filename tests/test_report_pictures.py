"""Pictures of a report that need no browser to be checked: graphs in layers, and formats as rows of bits."""

from __future__ import annotations

import random
import re
from xml.etree import ElementTree

import pytest

from symhdl.numeric.fixed import FixedFormat
from symhdl.report.breakdown import NodeFacts
from symhdl.report.graph_picture import graph_picture, layers_of
from symhdl.report.rulers import Axis, axis_of, ruler, scale


def some_graph(count: int, seed: int) -> list[list[int]]:
    chance = random.Random(seed)  # noqa: S311
    return [[chance.randrange(k) for _ in range(chance.randrange(3))] if k else [] for k in range(count)]  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_edges_go_from_layer_to_layer(seed: int) -> None:
    operands = some_graph(30, seed)
    layers, edges = layers_of(operands)
    layer_of = {node: layer for layer, nodes in enumerate(layers) for node in nodes}
    assert set(range(30)) <= layer_of.keys()
    assert all(layer_of[end] == layer_of[start] + 1 for start, end in edges)
    before = {end: start for start, end in edges if end >= 30}  # an edge's way through layers

    def origin(node: int) -> int:
        return node if node < 30 else origin(before[node])

    found = {(origin(start), end) for start, end in edges if end < 30}
    assert found == {(operand, node) for node, own in enumerate(operands) for operand in own}


def test_a_graph_stands_alone() -> None:
    drawing = graph_picture(["x", "y < 3", "a name that is much too long for it"], [[], [], [0, 1]])
    root = ElementTree.fromstring(drawing.text)  # noqa: S314
    texts = [text.text for text in root.iter("text")]
    assert texts[:2] == ["x", "y < 3"] and str(texts[2]).endswith("…")
    assert [title.text for title in root.iter("title")] == ["a name that is much too long for it"]
    assert "data-node" not in drawing.text
    assert graph_picture([], []).text.startswith("<svg")


def bits_of(text: str, kind: str, axis: Axis) -> int:
    found = re.search(rf'class="{kind}" d="M[\d.]+ [\d.]+h([\d.]+)"', text)
    return 0 if found is None else round(float(found[1]) / axis.unit)


@pytest.mark.parametrize(
    ("format", "counts"),
    [
        (FixedFormat(True, 12, 9), (1, 2, 9)),
        (FixedFormat(False, 10, 10), (0, 0, 10)),
        (FixedFormat(False, 4, -3), (0, 4, 0)),
        (FixedFormat(True, 8, 12), (1, 0, 7)),
        (FixedFormat(True, 1, 0), (1, 0, 0)),
    ],
)
def test_a_format_is_a_row_of_bits(format: FixedFormat, counts: tuple[int, int, int]) -> None:
    other = FixedFormat(True, 20, 10)
    nodes = [NodeFacts("a", "a", "", format=format), NodeFacts("b", "b", "", format=other)]
    axis = axis_of(nodes)
    assert axis.top >= max(9, format.width - 1 - format.fraction)
    text = ruler(nodes[0], axis, "bits0").text
    ElementTree.fromstring(text)  # noqa: S314
    assert tuple(bits_of(text, kind, axis) for kind in ("sign", "whole", "fraction")) == counts


def test_ranges_lie_where_their_magnitudes_do() -> None:
    axis = Axis(3, -4)
    assert (axis.columns, axis.unit) == (8, 9)
    assert axis.place(16) == 0 and axis.place(1) == 4 * axis.unit
    assert axis.place(0) == axis.width == axis.place(2**-9)
    node = NodeFacts("a", "a", "", range=(-4.0, -1.0), format=FixedFormat(True, 8, 4))
    assert f"M{2 * axis.unit:g} 29H{4 * axis.unit:g}" in ruler(node, axis, "bits0").text
    across = NodeFacts("a", "a", "", range=(-1.0, 4.0), format=FixedFormat(True, 8, 4))
    assert f"M{2 * axis.unit:g} 29H{axis.width:g}" in ruler(across, axis, "bits0").text
    assert [text.text for text in ElementTree.fromstring(scale(axis).text)] == ["2^-4", "1"]  # noqa: S314
