"""What every Graph and every Datapath must satisfy, as tables of checks; passes are held against them.

A check looks at one node or cell (or at the whole) and says in words what is wrong. The functions here return all
problems; `assert_valid_graph` and `assert_valid_datapath` turn them into an internal error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from symhdl.functions.operation import ANY, Operation
from symhdl.ir.block_sums import strays
from symhdl.ir.bound_cells import unit_problem
from symhdl.ir.cell_ranges import range_of_operation
from symhdl.ir.datapath import ANY_NUMBER, Cell, CellKind, Datapath, Port
from symhdl.ir.graph import Graph
from symhdl.ir.reach import flags_of_reached
from symhdl.names.identifiers import module_name, port_names
from symhdl.targets.unit_checks import unfit_units

MAXIMUM_TABLE = 1 << 16
MAXIMUM_CELL_WIDTH = 1 << 15
MAXIMUM_LATENCY = 64
MAXIMUM_UNITS = 64
SHOWN_PROBLEMS = 5
SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and the index of the node or cell where it is (None: the whole)."""

    index: int | None
    message: str

    def __str__(self) -> str:
        return self.message if self.index is None else f"%{self.index}: {self.message}"


# --- Datapath -------------------------------------------------------------------------------------

Operands = tuple[Cell, ...]
EQUAL_FRACTIONS = frozenset(
    {CellKind.ADD, CellKind.SUBTRACT, CellKind.LESS, CellKind.LESS_EQUAL, CellKind.EQUAL}
)
SAME_FRACTION = frozenset({CellKind.ADD, CellKind.SUBTRACT, CellKind.NEGATE, CellKind.REGISTER})
LOGIC = frozenset({CellKind.NOT, CellKind.AND, CellKind.OR})
PARAMETERS = tuple(dict.fromkeys(name for kind in CellKind for name in kind.parameters))


def _range_is_sane(cell: Cell, _operands: Operands) -> str | None:
    if cell.minimum > cell.maximum:
        return "its range is empty"
    if cell.width > MAXIMUM_CELL_WIDTH:
        return f"it is wider than {MAXIMUM_CELL_WIDTH} bits"
    if cell.kind is CellKind.CONSTANT and not cell.minimum == cell.value == cell.maximum:
        return "its range is not the constant"
    return None


def _parameters_are_sane(cell: Cell, _operands: Operands) -> str | None:
    if not 0 <= cell.shift <= MAXIMUM_CELL_WIDTH:
        return f"it shifts by {cell.shift}"
    if cell.kind is CellKind.BITS and not 1 <= cell.count <= MAXIMUM_CELL_WIDTH:
        return f"it takes {cell.count} bits"
    for name in PARAMETERS:
        if getattr(cell, name) and name not in cell.kind.parameters:
            return f"it has a `{name}` without a meaning"
    if cell.kind is CellKind.TABLE and not cell.contents:
        return "a table has no contents"
    if 0 in cell.weights and cell.kind is not CellKind.ROW:
        return "a weight is 0"
    if cell.kind is CellKind.TWO_ROWS and sorted(map(abs, cell.weights)) != [1, 1]:
        return "the weights of two rows are not two of 1 and -1"
    if cell.kind is CellKind.ROW and any(abs(w) & (abs(w) - 1) for w in cell.weights):
        return "a weight of a row is not a power of two"
    return None


def _time_is_sane(cell: Cell, _operands: Operands) -> str | None:
    """A register takes one clock edge; other plain logic takes none, and neither do inputs and constants."""
    if cell.kind is CellKind.REGISTER and (cell.latency != 1 or cell.unit):
        return "a register has a unit, or takes more or less than one clock edge"
    if cell.kind is not CellKind.REGISTER and not cell.unit and cell.latency:
        return f"logic takes {cell.latency} clock edges"
    if cell.unit and not cell.operands:
        return f"it has no operands for the unit `{cell.unit}`"
    if not 0 <= cell.latency <= MAXIMUM_LATENCY:
        return f"it takes {cell.latency} clock edges"
    return None


def _conditions_are_logical(cell: Cell, operands: Operands) -> str | None:
    conditions = operands if cell.kind in LOGIC else operands[:1] * (cell.kind is CellKind.SELECT)
    if cell.kind is CellKind.TWO_ROWS:
        conditions = operands[::2]
    if all(operand.minimum >= 0 and operand.maximum <= 1 for operand in conditions):
        return None
    return "a condition is not within 0..1"


def _index_is_in_table(cell: Cell, operands: Operands) -> str | None:
    if cell.kind is not CellKind.TABLE:
        return None
    if len(cell.contents) > MAXIMUM_TABLE:
        return f"a table of {len(cell.contents)} entries; {MAXIMUM_TABLE} are the limit"
    if operands[0].minimum < 0 or operands[0].maximum >= len(cell.contents):
        return f"the index can leave the table of {len(cell.contents)} entries"
    return None


def _parts_are_in_place(cell: Cell, operands: Operands) -> str | None:
    """A row has a weight for every digit, and the lower part of what is joined its bits."""
    if cell.kind is CellKind.ROW and not 0 <= operands[0].minimum <= operands[0].maximum < len(
        cell.weights
    ):
        return f"the digit can leave the {len(cell.weights)} weights"
    if cell.kind is CellKind.JOIN and not 0 <= operands[1].minimum <= operands[1].maximum < (
        1 << cell.shift
    ):
        return f"the lower part can leave its {cell.shift} bits"
    return None


def _range_agrees_with_operands(cell: Cell, operands: Operands) -> str | None:
    """The range may be tighter or looser than what the operands say, but not contradict it."""
    low, high = range_of_operation(cell, operands)
    if cell.maximum < low or cell.minimum > high:
        return f"its range {cell.minimum}..{cell.maximum} contradicts its operands ({low}..{high})"
    return None


def _fractions_agree(cell: Cell, operands: Operands) -> str | None:
    fractions = [operand.fraction for operand in operands]
    if cell.kind is CellKind.SELECT and not cell.fraction == fractions[1] == fractions[2]:
        return "the choices and the result have different fractions"
    if cell.kind in EQUAL_FRACTIONS and fractions[0] != fractions[1]:
        return "the operands have different fractions"
    if cell.kind in SAME_FRACTION and cell.fraction != fractions[0]:
        return "the result has another fraction than the operand"
    if cell.kind is CellKind.MULTIPLY and cell.fraction != sum(fractions):
        return "the fraction of a product is the sum of the operands' fractions"
    if cell.kind is CellKind.SQUARE and cell.fraction != 2 * fractions[0]:
        return "the fraction of a square is twice that of the operand"
    return None


def _stages_agree(cell: Cell, operands: Operands) -> str | None:
    if cell.stage < 0 or (cell.kind is CellKind.INPUT and cell.stage != 0):
        return f"it stands in stage {cell.stage}"
    wanted = cell.stage - cell.latency
    for operand in operands:
        if operand.kind is not CellKind.CONSTANT and operand.stage != wanted:
            return f"an operand is of stage {operand.stage}, not {wanted}"
    return None


CELL_CHECKS: tuple[Callable[[Cell, Operands], str | None], ...] = (
    _range_is_sane,
    _parameters_are_sane,
    _time_is_sane,
    _conditions_are_logical,
    _index_is_in_table,
    _parts_are_in_place,
    _range_agrees_with_operands,
    _fractions_agree,
    _stages_agree,
)
"""Each is asked only if those before it found nothing, so it may rely on them."""


def _structure_problem(index: int, cell: Cell) -> str | None:
    wanted = cell.kind.arity
    if wanted == ANY_NUMBER:
        wanted = len(cell.weights)
    if len(cell.operands) != wanted or (cell.kind.arity and not cell.operands):
        return f"{cell.kind.name.lower()} has {len(cell.operands)} operands, not {wanted}"
    if not all(0 <= operand < index for operand in cell.operands):
        return "an operand is not an earlier cell"
    return None


def _unit_problems(datapath: Datapath) -> Iterator[Problem]:
    if len(datapath.units) > MAXIMUM_UNITS:
        yield Problem(None, f"there are more than {MAXIMUM_UNITS} units")
    yield from (Problem(None, text) for text in unfit_units(datapath.units))


def _cell_problems(datapath: Datapath) -> Iterator[Problem]:
    units = {unit.name: unit for unit in datapath.units}
    scheduled = datapath.clocked
    for index, cell in enumerate(datapath.cells):
        problem = _structure_problem(index, cell)
        if problem is not None:
            yield Problem(index, problem)
            return  # What follows cannot be looked at.
        operands = tuple(datapath.cells[operand] for operand in cell.operands)
        for check in CELL_CHECKS:
            problem = check(cell, operands)
            if problem is not None:
                yield Problem(index, problem)
                break
        else:
            problem = (
                unit_problem(cell, operands, units.get(cell.unit), scheduled=scheduled)
                if cell.unit
                else None
            )
            if problem is not None:
                yield Problem(index, problem)


def _block_problems(datapath: Datapath) -> Iterator[Problem]:
    for index in strays(datapath):
        told = f"it is not a product with its sum, alone in a `{datapath.cells[index].unit}`"
        yield Problem(index, told)


def _port_problem(port: Port, cell: Cell) -> str | None:
    if not port.format.minimum <= port.minimum <= port.maximum <= port.format.maximum:
        return "its range leaves its format"
    if cell.fraction != port.format.fraction:
        return "its cell has another fraction than its format"
    if cell.minimum < port.format.minimum or cell.maximum > port.format.maximum:
        return "its cell does not fit into its format"
    return None


def _port_problems(datapath: Datapath) -> Iterator[Problem]:
    count = len(datapath.cells)
    for port in datapath.inputs + datapath.outputs:
        if not 0 <= port.cell < count:
            yield Problem(None, f"port `{port.port}` has no cell")
            return
        problem = _port_problem(port, datapath.cells[port.cell])
        if problem is not None:
            yield Problem(port.cell, f"port `{port.port}`: {problem}")
    for port in datapath.inputs:
        cell = datapath.cells[port.cell]
        if cell.kind is not CellKind.INPUT or cell.name != port.name:
            yield Problem(port.cell, f"port `{port.port}` is not an input cell of that name")
        elif cell.minimum > port.minimum or cell.maximum < port.maximum:
            yield Problem(port.cell, f"port `{port.port}` leaves the range of its cell")
    served = {port.cell for port in datapath.inputs}
    for index, cell in enumerate(datapath.cells):
        if cell.kind is CellKind.INPUT and index not in served:
            yield Problem(index, f"the input `{cell.name}` has no port")


def _whole_problems(datapath: Datapath) -> Iterator[Problem]:
    if not datapath.outputs:
        yield Problem(None, "there is no output")
    for ports in (datapath.inputs, datapath.outputs):
        if len({port.name for port in ports}) != len(ports):
            yield Problem(None, "two ports have one name")
        if any(SURROGATE.search(port.name) for port in ports):
            yield Problem(None, "the name of a port is no text")
    if module_name(datapath.top).reason is not None:
        yield Problem(None, f"the module cannot be called `{datapath.top}`")
    identifiers = [port.port for port in datapath.inputs + datapath.outputs]
    for identifier in port_names(identifiers):
        if identifier.reason is not None:
            yield Problem(
                None, f"a port's identifier is not legal or not unique: {identifier.reason}"
            )
    for port in datapath.outputs:
        cell = datapath.cells[port.cell]
        if cell.kind is not CellKind.CONSTANT and cell.stage != datapath.latency:
            yield Problem(port.cell, f"output `{port.name}` is of stage {cell.stage}, others later")


def claimed_cells(datapath: Datapath) -> tuple[int, ...]:
    """The cells with a range tighter than what the operands' ranges say: it was proved by more than these.

    If these cells keep their ranges, and the inputs theirs, all others do.
    """
    cells = datapath.cells
    claimed = []
    for index, cell in enumerate(cells):
        low, high = range_of_operation(cell, [cells[operand] for operand in cell.operands])
        if cell.minimum > low or cell.maximum < high:
            claimed.append(index)
    return tuple(claimed)


GROUPS = (_unit_problems, _cell_problems, _block_problems, _port_problems, _whole_problems)


def datapath_problems(datapath: Datapath) -> tuple[Problem, ...]:
    """All that is wrong with a datapath; later groups of checks rely on earlier ones."""
    for group in GROUPS:
        problems = tuple(group(datapath))
        if problems:
            return problems
    return ()


def assert_valid_datapath(datapath: Datapath) -> None:
    """An internal error if the datapath violates what backends and simulator rely on."""
    _assert_none(datapath_problems(datapath), "datapath")


# --- Graph ----------------------------------------------------------------------------------------


def _node_problem(graph: Graph, index: int, declared: frozenset[str]) -> str | None:
    node = graph.nodes[index]
    operation = node.operation
    count = len(node.operands)
    if count != operation.arity and not (operation.arity == ANY and count > 0):
        return f"{operation.name.lower()} has {count} operands"
    if not all(0 <= operand < index for operand in node.operands):
        return "an operand is not an earlier node"
    if (node.value is not None) != (operation is Operation.CONSTANT):
        return "only a constant has a value, and every constant has"
    if (node.name != "") != (operation is Operation.INPUT):
        return "only an input has a name, and every input has"
    if operation is Operation.INPUT and node.name not in declared:
        return f"the input `{node.name}` is not declared"
    return None


def _dead_nodes(graph: Graph) -> Iterator[Problem]:
    alive = flags_of_reached(graph.nodes, graph.roots)
    for index, node in enumerate(graph.nodes):
        if not alive[index] and node.operation is not Operation.INPUT:
            yield Problem(index, "it serves no output")


def _graph_whole_problems(graph: Graph) -> Iterator[Problem]:
    if len(graph.spans) != len(graph.nodes):
        yield Problem(None, "there is not one span per node")
    if len(graph.names) != len(graph.nodes):
        yield Problem(None, "there is not one name per node")
    if not graph.outputs:
        yield Problem(None, "there is no output")
    if len(set(graph.nodes)) != len(graph.nodes):
        yield Problem(None, "equal nodes are not one node")
    for names in ([i.name for i in graph.inputs], [o.name for o in graph.outputs]):
        if len(set(names)) != len(names):
            yield Problem(None, "a name is declared twice")
    for output in graph.outputs:
        if not 0 <= output.node < len(graph.nodes):
            yield Problem(None, f"the output `{output.name}` has no node")
            return
    if any(not 0 <= assumption.node < len(graph.nodes) for assumption in graph.assumptions):
        yield Problem(None, "an assumption has no node")
        return
    yield from _dead_nodes(graph)


def graph_problems(graph: Graph) -> tuple[Problem, ...]:
    """All that is wrong with a graph."""
    declared = frozenset(declaration.name for declaration in graph.inputs)
    found = ((i, _node_problem(graph, i, declared)) for i in range(len(graph.nodes)))
    problems = tuple(Problem(index, message) for index, message in found if message is not None)
    return problems or tuple(_graph_whole_problems(graph))


def assert_valid_graph(graph: Graph) -> None:
    """An internal error if the graph violates what passes rely on."""
    _assert_none(graph_problems(graph), "graph")


def _assert_none(problems: Iterable[Problem], what: str) -> None:
    told = [str(problem) for problem in problems][:SHOWN_PROBLEMS]
    assert not told, f"invalid {what}: {'; '.join(told)}; please report this"
