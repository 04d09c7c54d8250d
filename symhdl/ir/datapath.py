"""The Datapath: integer cells with proved ranges and pipeline stages; all that a backend or the simulator sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from fractions import Fraction
from importlib import import_module

from msgspec import Struct, structs

from symhdl.choices import DspUse, PrimitiveUse
from symhdl.errors import shortened
from symhdl.ir.lookups import LookedUp, looked_up
from symhdl.numeric.fixed import FixedFormat, format_of_range, power_of_two
from symhdl.targets.units import Unit

ANY_NUMBER = -1
"""Of operands: as many as there are."""


class CellKind(Enum):
    """What a cell computes from the integers of its operands: all that the simulator, proofs and HLS need to know.

    The value is (number of operands, what the integer of the cell is, the parameters of the cell in it). SUM has any
    number of operands from 1 on.
    """

    INPUT = (0, "the integer at the input port `name`", ())
    CONSTANT = (0, "value", ("value",))
    ADD = (2, "a + b", ())
    SUBTRACT = (2, "a - b", ())
    NEGATE = (1, "-a", ())
    SUM = (
        ANY_NUMBER,
        "value + w0 a0 + w1 a1 + ..., with a weight other than 0 for each operand",
        ("weights", "value"),
    )
    MULTIPLY = (2, "a * b", ())
    SQUARE = (1, "a * a", ())
    ROW = (
        2,
        "weights[a] * b, less 1 where the weight is negative; weights are 0, 2**k or -2**k, so that "
        "the bits are those of b, shifted, and inverted for a negative weight",
        ("weights",),
    )
    TWO_ROWS = (
        4,
        "w0 a b + w1 c d + value, for a and c in 0..1, with weights 1 or -1",
        ("weights", "value"),
    )
    SHIFT_LEFT = (1, "a * 2**shift, shift >= 0; by 0 only the binary point is moved", ("shift",))
    SHIFT_RIGHT = (1, "floor(a / 2**shift), shift >= 0", ("shift",))
    BITS = (
        1,
        "floor(a / 2**shift) modulo 2**count: `count` bits from bit `shift` on, without sign",
        ("shift", "count"),
    )
    JOIN = (
        2,
        "a * 2**shift + b, for b in 0..2**shift - 1: the bits of a above those of b",
        ("shift",),
    )
    TABLE = (1, "contents[a]; a is from 0 to len(contents) - 1", ("contents",))
    LESS = (2, "1 if a < b else 0", ())
    LESS_EQUAL = (2, "1 if a <= b else 0", ())
    EQUAL = (2, "1 if a == b else 0", ())
    NOT = (1, "1 - a, for a in 0..1", ())
    AND = (2, "a and b, for a and b in 0..1", ())
    OR = (2, "a or b, for a and b in 0..1", ())
    SELECT = (3, "b if a is 1, c if a is 0", ())
    REGISTER = (1, "a, one clock edge later", ())

    # Members are singletons. The hash of `Enum` is a Python function, too slow for 100,000 cells.
    __hash__ = object.__hash__

    @property
    def arity(self) -> int:
        """How many operands the cell has; `ANY_NUMBER` for kinds that leave it open."""
        arity: int = self.value[0]
        return arity

    @property
    def parameters(self) -> tuple[str, ...]:
        """The fields of a cell that have a meaning for the kind, beside those that all kinds have."""
        parameters: tuple[str, ...] = self.value[2]
        return parameters


WIRES = frozenset({CellKind.SHIFT_LEFT, CellKind.SHIFT_RIGHT, CellKind.BITS})
"""The kinds that choose and move bits, which takes no logic."""

ROLES: Mapping[CellKind, str] = {
    CellKind.ADD: "sum",
    CellKind.SUBTRACT: "difference",
    CellKind.NEGATE: "negative",
    CellKind.SUM: "sum",
    CellKind.MULTIPLY: "product",
    CellKind.SQUARE: "square",
    CellKind.ROW: "row",
    CellKind.TWO_ROWS: "rows",
    CellKind.SHIFT_LEFT: "shifted",
    CellKind.SHIFT_RIGHT: "cut",
    CellKind.BITS: "bits",
    CellKind.JOIN: "joined",
    CellKind.TABLE: "entry",
    CellKind.LESS: "is_less",
    CellKind.LESS_EQUAL: "is_at_most",
    CellKind.EQUAL: "is_equal",
    CellKind.NOT: "is_not",
    CellKind.AND: "both",
    CellKind.OR: "either",
    CellKind.SELECT: "choice",
}
"""What the result of a kind is called as a part of something else, or if nothing is known of it."""


PRODUCTS = frozenset({CellKind.MULTIPLY, CellKind.SQUARE})
"""The kinds that multipliers compute."""


class Cell(Struct, frozen=True, eq=False, gc=False):
    """One integer operation.

    `minimum` and `maximum` are proved: the integer never leaves them, whatever the inputs do within
    their ranges. They may be tighter than what the operands' ranges say, because the proof may know more
    (then the upper bits of the result are simply not built). `fraction` places the binary point:
    the real number is integer * 2**-fraction. `stage` is the number of clock edges after which
    the value belongs to the inputs of stage 0; the cell takes `latency` of them, so that all operands but constants
    have the stage `stage - latency`. `unit` is what the cell is made of: a unit of the device, or plain logic if
    empty, which takes no clock edge but in a register. `value`, `shift`, `count`, `weights` and `contents` are what
    the kind says of them, and else 0 or empty. `origin` is what the cell was built for, in the words of the source, and
    `name` what its value is called, an INPUT's being that of the port. Cells that differ in these two alone are equal,
    but for INPUT cells, which their names tell apart.
    """

    kind: CellKind
    operands: tuple[int, ...]
    minimum: int
    maximum: int
    fraction: int = 0
    stage: int = 0
    latency: int = 0
    unit: str = ""
    value: int = 0
    shift: int = 0
    count: int = 0
    weights: tuple[int, ...] = ()
    contents: tuple[int, ...] = ()
    name: str = ""
    origin: str = ""

    def _meaning(self) -> tuple[object, ...]:
        return (
            self.kind, self.operands, self.minimum, self.maximum, self.fraction, self.stage, self.latency, self.unit,
            self.value, self.shift, self.count, self.weights, self.contents,
            self.name if self.kind is CellKind.INPUT else "",
        )  # fmt: skip

    def __eq__(self, other: object) -> bool:
        """Whether the other is a cell that computes the same of the same."""
        return isinstance(other, Cell) and self._meaning() == other._meaning()

    def __hash__(self) -> int:
        """That of the fields in which different cells differ most often; all of them would take longer."""
        own = self.name if self.kind is CellKind.INPUT else self.value
        return hash((self.kind, self.operands, self.minimum, self.maximum, self.shift, own))

    def moved(self, operands: tuple[int, ...], stage: int, latency: int | None = None) -> Cell:
        """The same cell with other operands, in another stage, and with another latency if one is given."""
        if latency is None:
            return structs.replace(self, operands=operands, stage=stage)
        return structs.replace(self, operands=operands, stage=stage, latency=latency)

    def labelled(self, name: str, origin: str) -> Cell:
        """The same cell under another name, built for something else."""
        return structs.replace(self, name=name, origin=origin)

    def ranged(self, minimum: int, maximum: int) -> Cell:
        """The same cell with another range."""
        return structs.replace(self, minimum=minimum, maximum=maximum)

    @property
    def role(self) -> str:
        """What the cell is called as a part of something else, or if nothing is known of it; a word of `ROLES`."""
        return ROLES[CellKind.MULTIPLY if self.is_multiple else self.kind]

    @property
    def is_multiple(self) -> bool:
        """Whether the cell is a product with a constant: a sum of one term alone."""
        return self.kind is CellKind.SUM and len(self.operands) == 1 and not self.value

    @property
    def format(self) -> FixedFormat:
        """The narrowest format that holds the cell's range."""
        return format_of_range(self.minimum, self.maximum, self.fraction)

    @property
    def signed(self) -> bool:
        """Whether the cell can be negative."""
        return self.minimum < 0

    @property
    def width(self) -> int:
        """The bits that the cell's integer needs."""
        low, high = (
            self.minimum,
            self.maximum,
        )  # as `width_of_range`, which would take twice as long
        return max(~low, high).bit_length() + 1 if low < 0 else high.bit_length() or 1


def register_behind(cell: Cell, index: int) -> Cell:
    """The register of the next stage that holds a cell, of which this is the index."""
    return Cell(
        CellKind.REGISTER, (index,), cell.minimum, cell.maximum, cell.fraction, cell.stage + 1, 1,
        name=cell.name, origin=cell.origin,
    )  # fmt: skip


def is_sign(cell: Cell, operands: Sequence[Cell]) -> bool:
    """Whether a cell with these operands is the sign of the first one, which is compared with zero."""
    if cell.kind is not CellKind.LESS:
        return False
    return operands[1].kind is CellKind.CONSTANT and operands[1].value == 0


@dataclass(frozen=True, slots=True, repr=False)
class Port:
    """An input or output of the module.

    `name` is the user's, `port` the identifier that is legal in every output language. `cell` is the cell that
    drives the port, or the INPUT cell. `minimum` and `maximum` are integers in units of the last bit.
    `error_bound` is the proved absolute error of an output for inputs that are numbers of their formats,
    `error_bound_real_inputs` that for real inputs which are rounded to them; None where the function jumps.
    """

    name: str
    port: str
    cell: int
    format: FixedFormat
    minimum: int
    maximum: int
    error_bound: float | None = None
    error_bound_real_inputs: float | None = None

    def __repr__(self) -> str:
        bound = "" if self.error_bound is None else f", error {self.error_bound:.3g}"
        return f"<port {shortened(self.port)}: {self.format}{bound}>"

    def moved(self, cell: int) -> Port:
        """The same port at another cell."""
        return self if cell == self.cell else replace(self, cell=cell)

    @property
    def range(self) -> tuple[Fraction, Fraction]:
        """The real numbers between which the port stays."""
        unit = power_of_two(-self.format.fraction)
        return self.minimum * unit, self.maximum * unit


@dataclass(frozen=True, slots=True, repr=False)
class Datapath:
    """Integer cells in topological order, operands before users.

    `top` is the module's name. `source` is the text it was made from (for header comments). An
    input port's format may be wider than its INPUT cell: the cell's integer is the port's, which
    the range keeps within the cell's width.
    An output port's cell has the fraction of the port's format and fits in it. What `dsp` and `primitives` say binds
    whoever turns the datapath into hardware: the estimate, the backends and the flow read it here. `units` are those
    that cells are bound to, and that of LUTs for tables that are bound to none, whole, so that hardware can be made
    of a datapath wherever its device's file is.
    `assumptions` are conditions in the native language: where one fails the error bounds of outputs do not hold.
    """

    top: str
    cells: tuple[Cell, ...]
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    source: str = ""
    frequency_mhz: float = 0.0
    device: str = "generic"
    facts: tuple[str, ...] = field(default=())
    dsp: DspUse = "auto"
    primitives: PrimitiveUse = "auto"
    units: tuple[Unit, ...] = ()
    assumptions: tuple[str, ...] = ()

    def __repr__(self) -> str:
        ports = f"{len(self.inputs):,} inputs, {len(self.outputs):,} outputs"
        return f"<datapath {self.top}: {ports}, {len(self.cells):,} cells, latency {self.latency}>"

    def _repr_html_(self) -> str:
        """What notebooks show; the report, which stands above, is loaded by name."""
        found: str = import_module("symhdl.report.small").datapath_html(self)
        return found

    @property
    def latency(self) -> int:
        """Clock edges from the input ports to the output ports; the same for every output."""
        return max((self.cells[port.cell].stage for port in self.outputs), default=0)

    @property
    def clocked(self) -> bool:
        """Whether there is a register, in a unit or by itself."""
        return any(cell.latency for cell in self.cells)

    def unit(self, name: str) -> Unit | None:
        """The unit of that name; None if there is none, as for plain logic."""
        return next((unit for unit in self.units if unit.name == name), None)

    def lookup_of(self, cell: Cell) -> tuple[Unit, LookedUp] | None:
        """The unit of LUTs of which a table that has no other unit is made, and how; None for all other cells."""
        if cell.kind is not CellKind.TABLE or cell.unit:
            return None
        index, bits = self.cells[cell.operands[0]], (len(cell.contents) - 1).bit_length()
        reached = index.minimum, min(index.maximum, len(cell.contents) - 1)
        for unit in self.units:
            if unit.kind == "lookup" and bits in unit.index_bits:
                first = unit.index_bits.start
                found = looked_up(cell.contents, cell.width, reached, first - 1)
                return None if found is None else (unit, found)
        return None

    def is_instanced(self, cell: Cell) -> bool:
        """Whether the cell is an instance of a primitive in the hardware, or in one, and not inferred from text."""
        if self.primitives != "auto":
            return False
        if not cell.unit:
            return self.lookup_of(cell) is not None
        unit = self.unit(cell.unit)
        return unit is not None and (unit.instance is not None or unit.is_part)
