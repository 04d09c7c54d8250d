"""To which node of the graph each cell belongs, by what cells carry: a name, and the text that they were built for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from symhdl.ir.datapath import Cell
from symhdl.names.identifiers import ascii_name
from symhdl.names.wires import LONGEST_WHOLE, name_of_part, shortened_name

NOBODY = -1
ROUNDED = "rounded"


@dataclass(slots=True)
class Owners:
    """Nodes by the names of their values and their texts, and outputs by their names, whose numbers follow."""

    names: Sequence[str]
    texts: Sequence[str]
    outputs: Sequence[str]
    _whole: dict[tuple[str, str], int] = field(default_factory=dict, init=False)
    _parts: dict[tuple[str, str], int] = field(default_factory=dict, init=False)
    _last: dict[str, int] = field(default_factory=dict, init=False)
    _rounded: dict[tuple[str, str], int] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        for index, (name, text) in enumerate(zip(self.names, self.texts, strict=True)):
            begins = shortened_name(name, LONGEST_WHOLE)
            for each in (text, ""):  # some cells have no text
                self._whole.setdefault((each, name), index)
                self._parts.setdefault((each, begins), index)
            if text:
                self._last[text] = index
        for number, output in enumerate(self.outputs, len(self.names)):
            self._rounded[output, name_of_part(ascii_name(output), ROUNDED)] = number

    def of_cells(self, cells: Sequence[Cell]) -> list[int]:
        """The numbers of the nodes, or of the outputs whose rounding cells are; `NOBODY` where they are part of none.

        A cell with a name is a value or a part of it. One without belongs to the first that reads it among those that
        were built for the same text, else to the last node of that text.
        """
        found = [self._named(cell) for cell in cells]
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

    def whole(self, cell: Cell) -> int:
        """The number of the node whose value the cell is, and not a part of it; `NOBODY` if there is none."""
        return self._whole.get((cell.origin, cell.name), NOBODY)

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
