"""What primitives compute: a multiplier with an adder behind it, a piece of a carry chain, tables, choices of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from symhdl.numeric.digits import CHOSEN_OR_NOT, INVERTED_OR_NOT

Values = tuple[str | int, ...]
"""What a parameter may be; the first is what it is where nobody sets it."""

ABSENT: Values = (0, "NONE", "NOREG")
"""What the parameter of a register is where there is none."""


@dataclass(frozen=True, slots=True)
class Cascade:
    """Wires of an adder to the next block alone: the result leaves at `driven` and comes in at `read`.

    `mode` is the port that says so, with what it is where that number stands in place of the addend, and where it
    stands beside it, if it may: the adder then takes three numbers, and subtracts the addend with the product.
    """

    read: str
    driven: str
    mode: str
    alone: int
    beside: int | None = None

    @property
    def modes(self) -> tuple[int, ...]:
        """What the port may be."""
        return (self.alone,) if self.beside is None else (self.alone, self.beside)


@dataclass(frozen=True, slots=True)
class Adder:
    """An adder behind a multiplier: `addend` plus the product, or minus it, modulo 2**width.

    `addend` are the ports with its bits, the lowest first. `cases` are the ports and parameters that say whether it is
    used, each with what it may be where the product goes past it, and where it does not; the first tells by itself.
    Those of `subtracting` are the number there where the product is subtracted, and else 0. The register behind it
    is there where its parameter has a value. With a `cascade` it may take the result of the block before.
    """

    width: int
    addend: tuple[str, ...]
    cases: Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]]
    subtracting: Mapping[str, int]
    register: tuple[str, int]
    cascade: Cascade | None = None

    @property
    def used_where(self) -> tuple[str, tuple[int, ...]]:
        """The port or parameter that tells whether it is used, and what that is then."""
        name, (_, used) = next(iter(self.cases.items()))
        return name, used


@dataclass(frozen=True, slots=True)
class PreAdder:
    """An adder before a multiplier: the number at `port` plus the first operand, or minus it, modulo 2**width.

    `chosen` is the parameter that says whether it is used, with what it is where the operand goes past it and where it
    does not, `mode` the port that then is one of two numbers, for a sum and for a difference, and else 0.
    `register` is that of the number, which is there where that of the operand is, and `sum_register` stands behind the
    sum in place of that; `enables` are theirs, and `following` what is equal to the register of the operand.
    `squares` is the parameter that hands the sum to the multiplier as both factors, with what it is else and then;
    empty where there is none.
    """

    width: int
    port: str
    chosen: tuple[str, str, str]
    mode: tuple[str, int, int]
    register: str
    sum_register: str
    enables: tuple[str, ...]
    following: tuple[str, ...]
    squares: tuple[str, ...] = ()

    @property
    def used(self) -> frozenset[str]:
        """The inputs that have a part in it, and the parameters."""
        parameters = (self.chosen[0], self.register, self.sum_register, *self.squares[:1])
        return frozenset((self.port, self.mode[0], *self.enables, *parameters))


@dataclass(frozen=True, slots=True)
class Product:
    """A multiplier with optional registers: the names of its ports and parameters by what they do.

    A register is there where its parameter is none of `ABSENT`; a number is how many there are. `signs` are ports, or
    parameters, that are 1 where the operand is signed; without them both are. `widths` are those of the operands, which
    stand in the low bits of their ports, and `enables` those of all registers.
    """

    kind: ClassVar[str] = "multiply"
    operands: tuple[str, str]
    widths: tuple[int, int]
    result: str
    clock: str
    enables: tuple[str, ...]
    signs: tuple[str, ...]
    operand_registers: tuple[str, str]
    result_registers: tuple[str, ...]
    adder: Adder | None = None
    pre_adder: PreAdder | None = None

    @property
    def used(self) -> frozenset[str]:
        """The inputs that have a part in it, and the parameters."""
        own = {*self.operands, *self.signs, self.clock, *self.enables}
        if self.adder is not None:
            own |= {*self.adder.addend, *self.adder.cases}
            own |= {self.adder.cascade.read} if self.adder.cascade is not None else set()
        return frozenset(own if self.pre_adder is None else own | self.pre_adder.used)


TABLE_BITS = 16
"""The entries of a table of four inputs."""


@dataclass(frozen=True, slots=True)
class Chain:
    """A piece of a carry chain, before each bit of which a table says whether the carry passes.

    The sum is that, changed by the carry, and where the carry does not pass, the next one is what the table carries. So
    a bit adds any f of two inputs and any g of two others: the table is f xor g, and what it carries is f. Two bits of
    partial products are added for nothing.

    The tables are inside, with the four vectors `inputs` and a parameter for each bit in `tables`, 16 entries, the last
    input first; then g(0, 0) must be 0, and f is what the table says of the first two inputs where the last two are 0.
    Or they stand beside it in a `Slot` for each bit, and `passes` and `carried` are the vectors of what these say. With
    three `inputs` and no `tables` f is the product of the first two inputs and g the third.

    The carry of the first piece comes in at `first_carry` where there is such a port, else at `carry_in`. `carry_out`
    is the carry behind the last bit, or a vector of those behind each.
    """

    kind: ClassVar[str] = "chain"
    carry_in: str
    carry_out: str
    result: str
    inputs: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    passes: str = ""
    carried: str = ""
    first_carry: str = ""

    @property
    def used(self) -> frozenset[str]:
        """The inputs that have a part in it."""
        others = (self.passes, self.carried, self.first_carry)
        return frozenset((*self.inputs, self.carry_in, *filter(None, others)))

    @property
    def has_slots(self) -> bool:
        """Whether the tables stand beside it."""
        return bool(self.passes)

    @property
    def has_fixed_tables(self) -> bool:
        """Whether nobody says what its tables are: a product of two bits is added to a third."""
        return not self.tables and not self.passes

    @property
    def row_weights(self) -> tuple[int, ...]:
        """The weights of rows that its tables take in where it adds two numbers; none where they stand beside it."""
        if self.has_slots:
            return ()
        return CHOSEN_OR_NOT if self.has_fixed_tables else INVERTED_OR_NOT


@dataclass(frozen=True, slots=True)
class Slot:
    """A table with two outputs, which stands before one bit of a carry chain.

    The first output, `passes`, reads the entry of all inputs, `upper` the highest bit of it; the second one, `carried`,
    that of the others in the lower half. With 1 at `upper` they are two tables of the same inputs.
    """

    kind: ClassVar[str] = "slot"
    inputs: tuple[str, ...]
    upper: str
    passes: str
    carried: str
    table: str

    @property
    def used(self) -> frozenset[str]:
        """The inputs that have a part in it."""
        return frozenset((*self.inputs, self.upper))

    @property
    def table_bits(self) -> int:
        """The entries of both halves."""
        return 2 << len(self.inputs)

    def filled(self, passes: int, carried: int) -> int:
        """The entries for two tables of the first four inputs, whatever the others are."""
        half = self.table_bits // 2
        repeated = sum(1 << start for start in range(0, half, TABLE_BITS))
        return passes * repeated << half | carried * repeated


@dataclass(frozen=True, slots=True)
class Lookup:
    """A table of one output: the entry at the `index`, whose bits are single ports, in the parameter `table`."""

    kind: ClassVar[str] = "lookup"
    index: str
    result: str
    table: str

    @property
    def used(self) -> frozenset[str]:
        """The inputs that have a part in it."""
        return frozenset((self.index,))


@dataclass(frozen=True, slots=True)
class Choice:
    """One of two inputs, by a bit: `low` where it is 0, `high` where it is 1."""

    kind: ClassVar[str] = "choice"
    low: str
    high: str
    bit: str
    result: str

    @property
    def used(self) -> frozenset[str]:
        """The inputs that have a part in it."""
        return frozenset((self.low, self.high, self.bit))
