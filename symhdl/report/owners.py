"""To which node of the graph each cell belongs, by what cells carry: a name, and the text that they were built for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from symhdl.ir.datapath import Cell
from symhdl.names.identifiers import ascii_name
from symhdl.names.wires import LONGEST_WHOLE, name_of_part, shortened_name
from symhdl.report.twins import Range, Twins

NOBODY = -1
ROUNDED = "rounded"


@dataclass(slots=True)
class Owners:
    """Nodes by the names of their values and their texts, and outputs by their names, whose numbers follow.

    Nodes of the same name and text are told apart by their `operands` and `ranges`, where these are known; those that
    are `absent` have no cells.
    """

    names: Sequence[str]
    texts: Sequence[str]
    outputs: Sequence[str]
    operands: Sequence[Sequence[int]] = ()
    ranges: Sequence[Range | None] = ()
    absent: Collection[int] = frozenset()
    _twins: Twins = field(init=False)
    _whole: dict[tuple[str, str], int] = field(default_factory=dict, init=False)
    _parts: dict[tuple[str, str], int] = field(default_factory=dict, init=False)
    _last: dict[str, int] = field(default_factory=dict, init=False)
    _rounded: dict[tuple[str, str], int] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        alike: dict[tuple[str, str], list[int]] = {}
        in_order = sorted(range(len(self.names)), key=lambda index: index in self.absent)
        for index in in_order:  # those that have cells first
            name, text = self.names[index], self.texts[index]
            if index not in self.absent:
                alike.setdefault((text, name), []).append(index)
            begins = shortened_name(name, LONGEST_WHOLE)
            for each in (text, ""):  # some cells have no text
                self._whole.setdefault((each, name), index)
                self._parts.setdefault((each, begins), index)
            if text:
                self._last[text] = max(index, self._last.get(text, index))
        groups = [group for group in alike.values() if len(group) > 1] if self.operands else []
        self._twins = Twins(groups, self.operands, self.ranges)
        for number, output in enumerate(self.outputs, len(self.names)):
            self._rounded[output, name_of_part(ascii_name(output), ROUNDED)] = number

    def of_cells(self, cells: Sequence[Cell]) -> list[int]:
        """The numbers of the nodes, or of the outputs whose rounding cells are; `NOBODY` where they are part of none.

        A cell with a name is a value or a part of it. One without belongs to the first that reads it among those that
        were built for the same text, else to the last node of that text.
        """
        found, _ = self._by_name(cells)
        readers: list[int] = [NOBODY] * len(cells)
        for index in range(len(cells) - 1, -1, -1):
            cell = cells[index]
            if found[index] == NOBODY:
                reader = readers[index]
                is_of_text = reader != NOBODY and cells[reader].origin == cell.origin
                found[index] = found[reader] if is_of_text else self._last.get(cell.origin, NOBODY)
            for operand in cell.operands:
                if readers[operand] == NOBODY or cells[index].origin == cells[operand].origin:
                    readers[operand] = index
        return found

    def values_of(self, cells: Sequence[Cell]) -> dict[int, int]:
        """The first cell that is the value of a node, and not a part of it, for each node that has one for sure."""
        owners, unsure = self._by_name(cells)
        found: dict[int, int] = {}
        for index, cell in enumerate(cells):
            if cell.name and index not in unsure and (cell.origin, cell.name) in self._whole:
                found.setdefault(owners[index], index)
        return found

    def _by_name(self, cells: Sequence[Cell]) -> tuple[list[int], Collection[int]]:
        """The owners of cells with names, and the cells of which that is not sure."""
        found = [self._named(cell) for cell in cells]
        return found, self._twins.tell_apart(cells, found, NOBODY)

    def _named(self, cell: Cell) -> int:
        text, name = cell.origin, cell.name
        if not name:
            return NOBODY
        found = self._rounded.get((text, name))
        if found is None:
            found = self._whole.get((text, name))
        if found is None:
            found = self._part(text, name)
        return NOBODY if found is None else found

    def of_word(self, word: str) -> int:
        """The number of the node of whose name a word is a continuation; `NOBODY` if there is none."""
        found = self._whole.get(("", word))
        if found is None:
            found = self._part("", word)
        return NOBODY if found is None else found

    def _part(self, text: str, name: str) -> int | None:
        """The node of whose name the cell's is a continuation, the longest one."""
        while name:
            found = self._parts.get((text, name))
            if found is None:
                found = self._rounded.get((text, name))
            if found is not None:
                return found
            name = name.rpartition("_")[0]
        return None
