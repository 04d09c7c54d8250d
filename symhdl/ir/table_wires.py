"""How synthesis is led to the tables as they are: which must stay as wires, and which must not be wires.

Measured with Yosys 0.70 on LUTs of six inputs. Of tables that other tables look up, abc9 makes one function and takes
it apart in another way, which takes up to half as much again: these are kept. Of a sum with a table of few entries,
which the LUTs before the carries have room for, it makes them only if the table stands in the expression of the sum.
"""

from __future__ import annotations

from symhdl.ir.datapath import WIRES, Cell, CellKind, Datapath
from symhdl.ir.reach import use_counts_of

SMALL = 32
"""The entries of a table that leaves one of six inputs of a LUT."""
OF_A_LUT = 64
"""Those of a table that LUTs of six inputs look up, one for each bit."""


def kept_tables(datapath: Datapath) -> frozenset[int]:
    """The tables of one LUT a bit in the indices of other tables, of the same stage."""
    cells = datapath.cells
    found: set[int] = set()
    waiting = [cell.operands[0] for cell in cells if cell.kind is CellKind.TABLE and not cell.unit]
    seen: set[int] = set()
    while waiting:
        index = waiting.pop()
        cell = cells[index]
        if index in seen:
            continue
        seen.add(index)
        if cell.kind in WIRES or cell.kind is CellKind.JOIN:
            waiting += cell.operands
        elif _is_of_luts(cell) and _has_own_bits(cell, cells[cell.operands[0]]):
            found.add(index)
    return frozenset(found)


def _is_of_luts(cell: Cell) -> bool:
    return cell.kind is CellKind.TABLE and not cell.unit and len(cell.contents) <= OF_A_LUT


def _has_own_bits(table: Cell, index: Cell) -> bool:
    """Whether no bit of a table is constant, one of the index, or another one of its own.

    Of a kept wire that is partly another signal, Yosys 0.70 loses the bits that `abc` makes.
    """
    reached = range(index.minimum, index.maximum + 1)
    entries = [table.contents[k] for k in reached]
    columns = [tuple(entry >> bit & 1 for entry in entries) for bit in range(table.width)]
    bits = [tuple(k >> bit & 1 for k in reached) for bit in range(index.width)]
    is_constant = any(len(set(column)) == 1 for column in columns)
    return not is_constant and len({*columns, *bits}) == len(columns) + len({*bits})


def tables_of_adders(datapath: Datapath) -> frozenset[int]:
    """The small tables that nothing reads but one adder, as a number that it adds or subtracts."""
    cells = datapath.cells
    if all(cell.kind is not CellKind.TABLE for cell in cells):
        return frozenset()
    uses = use_counts_of(cells, (port.cell for port in datapath.outputs))
    found: set[int] = set()
    for cell in cells:
        if cell.kind not in (CellKind.ADD, CellKind.SUBTRACT) or cell.unit:
            continue
        operand = cell.operands[1]
        table = cells[operand]
        is_small = table.kind is CellKind.TABLE and not table.unit and len(table.contents) <= SMALL
        if is_small and uses[operand] == 1:
            found.add(operand)
    return frozenset(found)
