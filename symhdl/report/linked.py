"""Texts in which what belongs to a node is marked: the source, and the generated text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from symhdl.report.breakdown import NodeFacts
from symhdl.report.markup import Content, Markup, element, folded, joined
from symhdl.report.owners import NOBODY, Owners

WORD = re.compile(r"[A-Za-z]\w*")
LONGEST_LISTING = 1 << 18
MOST_PLACES = 2000  # of the source that are marked

Place = tuple[int, int, int]
"""Where something begins and ends, and the node that it is."""


def marked_source(source: str, nodes: Sequence[NodeFacts]) -> Markup:
    """The source with the first place of each node's text; places lie in each other or apart."""
    places: list[Place] = []
    for number, node in enumerate(nodes[:MOST_PLACES]):
        start = source.find(node.text) if node.text else -1
        if start >= 0 and node.operands:
            places.append((start, start + len(node.text), number))
    places.sort(key=lambda place: (place[0], -place[1], -place[2]))
    return _pane(joined(_pieces(source, places)))


def _pane(text: Markup) -> Markup:
    """A text that scrolls by itself."""
    return folded("pre", text, tabindex="0", data_pane="text")


def _pieces(source: str, places: Sequence[Place]) -> Iterator[Markup]:
    """The text and the tags in it. A place that would cross the end of another one is left out."""
    ends: list[int] = []
    position = 0

    def up_to(end: int) -> Iterator[Markup]:
        nonlocal position
        if end > position:
            yield element("span", source[position:end])
            position = end

    for start, end, node in places:
        while ends and ends[-1] <= start:
            yield from up_to(ends.pop())
            yield Markup("</span>")
        if ends and end > ends[-1]:
            continue
        yield from up_to(start)
        yield Markup(f'<span data-node="{node}">')
        ends.append(end)
    while ends:
        yield from up_to(ends.pop())
        yield Markup("</span>")
    yield from up_to(len(source))


def marked_listing(listing: str, owners: Owners) -> Markup:
    """The generated text with the node of each line: that of the first name in it that is one of a node's."""
    shown = listing[:LONGEST_LISTING]
    lines: list[Content] = []
    for line in shown.splitlines(keepends=True):
        code = line.partition("//")[0]
        owner = next((o for o in map(owners.of_word, WORD.findall(code)) if o != NOBODY), NOBODY)
        lines.append(line if owner == NOBODY else element("span", line, data_node=str(owner)))
    if len(listing) > len(shown):
        lines.append("...")
    return _pane(joined(lines))
