"""The units of a device: blocks that compute a kind of cell, with the latencies on offer and how each is instanced."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import inf

from symhdl.targets.behaviours import Adder, Cascade, Chain, Lookup, PreAdder, Product
from symhdl.targets.memories import Memory
from symhdl.targets.primitives import PRIMITIVES
from symhdl.targets.reader import (
    IDENTIFIER,
    Parameters,
    Ports,
    matching,
    optional,
    table,
    tables,
    within,
)

UNIT_NAME = matching("[A-Za-z][A-Za-z0-9_]{0,63}", "letters, digits and `_`, at most 64")
PRIMITIVE_NAME = matching(IDENTIFIER, "letters, digits, `_`, `$`, at most 64")
PARAMETER = matching("[A-Z0-9_]{1,63}", "capital letters, digits, `_`, at most 63")
OPERAND = matching("[ab]", "`a` or `b`")
WORDS = (
    *("a", "b", "y", "signed_a", "signed_b", "clock", "enable"),
    *("address", "upper_address", "upper_enable", "upper_y"),
    *("upper_bit", "a_shifted", "lower_bit", "carry", "carry_out"),
    *("first_carry", "passes", "carried"),
    *("c", "c_lower", "c_upper", "subtract"),
    *("d", "pre_sum"),
    *("cascade", "cascade_out", "addends"),
)
"""What may stand at a port beside constant bits; those of the second line are of memories, of the third and fourth of
chains, of the fifth of multipliers with an adder behind, of the sixth of those with one before, of the last of those
whose adders hand their results to each other."""

EXPRESSION = matching(
    f"{'|'.join(WORDS)}|[01x]{{1,64}}",
    f"{', '.join(f'`{word}`' for word in WORDS)}, or at most 64 of `0`, `1` and `x`",
)
TIME = within(0, 1000)
DIGIT_BITS = 2
"""The bits of the number with which a chain multiplies."""
MULTIPLIERS = ("multiply", "multiply-add")
"""The kinds of units that compute products."""
PRE_ADD = "pre-add"
"""The kind of those that compute a sum in the block of the product that takes it."""
INNER_ADD = "inner-add"
"""The kind of those that compute a sum between the product of a block and the adder behind it."""
LEAST_WIDTH = 4
"""The least width of an operand. Wide products are cut into parts, which need bits beside a sign."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One latency on offer, with its times in nanoseconds.

    `latency` counts the registers inside. Times are what a cell adds to a path between registers, whose own share is
    `register` of `[delays]`: a path from a register straight to the unit takes `register + time_in`, one from the unit
    straight into a register `register + time_out`; without registers inside, the whole path is `register + time_out`.
    `longest` is the longest path inside that place and route does not time, as that between two registers; 0 if there
    is none. A chain takes as long as an adder of its bits, and `time_out` besides.

    In portable text, from which synthesis infers the unit, `operand_registers` of the registers stand before the
    operation and the others behind it. An offer that is `instanced` is none for such text, because synthesis does not
    find its registers. `parameters` come on top of those of the instance.
    """

    latency: int = field(metadata=within(0, 16))
    time_in: float = field(metadata=TIME)
    time_out: float = field(metadata=TIME)
    longest: float = field(default=0.0, metadata=optional(TIME))
    operand_registers: int = field(default=0, metadata=optional(within(0, 16)))
    instanced: bool = field(default=False, metadata=optional())
    parameters: Parameters = field(default=(), metadata=optional(PARAMETER))

    @property
    def fmax_mhz(self) -> float:
        """The highest clock that the paths inside allow, which place and route may not know."""
        return 1000 / self.longest if self.longest else inf


@dataclass(frozen=True, slots=True)
class InstanceTable:
    """How a unit is instanced: the primitive, and what stands at its ports and parameters.

    `style` is how parameters are written in Verilog, `ports` an expression for each input and output: an operand `a`
    or `b`, the result `y`, the operands' signs, the clock, its enable, or constant bits. `sign_parameters` are
    parameters that are 1 where an operand is signed. A memory has the `address` of a word, and a second port, enabled
    where words are twice as wide, for their upper halves. The widths of its words and its contents are no matter of
    the device. A chain has the `lower_bit` of the digit, which takes `a`, the `upper_bit`, which takes `a_shifted` by
    one, and the carries, of which the first may have a port of its own; its tables are no matter of the device either.
    Where these stand beside the chain, it has what they say of a bit: whether the carry `passes`, or else is `carried`.
    A multiplier with an adder has the addend `c`, or both halves of it, and whether it is to `subtract` the product.
    Where it may take the result of the block before, that is `cascade`, its own one for the next `cascade_out`, and
    `addends` says which numbers are added.
    One with an adder before it has the number `d`, and what makes a `pre_sum` of it and `a`, a difference or none.
    """

    cell: str = field(metadata=PRIMITIVE_NAME)
    style: str = field(metadata=matching("defparam|parameters", "`defparam` or `parameters`"))
    ports: Ports = field(metadata=EXPRESSION)
    parameters: Parameters = field(default=(), metadata=optional(PARAMETER))
    sign_parameters: tuple[tuple[str, str], ...] = field(default=(), metadata=optional(OPERAND))


@dataclass(frozen=True, slots=True)
class Unit:
    """A block of the device that computes one kind of cell.

    `kind` is `multiply` (products, squares and constant products), `multiply-add` (a product, and the sum or difference
    of another number and it: two cells in one block), `pre-add` (a sum or difference in the block of the product that
    takes it, before the multiplier), `inner-add` (one of a product and a further number, which the adder of its block
    takes beside the result of the block before), `table` (memories), `chain` (products of any number with one of two
    bits, as a carry chain of which each bit adds two partial products) or `lookup` (tables that have no other unit and
    an index of more bits than a LUT, as LUTs and the multiplexers behind them). `widths` are those of the widest
    operands of a product, the wider one first, and `sum_width` that of the widest sum. Offers are those of the product,
    and `sums` those of the adder behind it, which is there for the product alone; times out of the product are those to
    the adder, and what the adder takes holds for both of its operands. `signs` says which operands the multiplier
    takes: `any`, each as it is, or `signed` alone, so that an unsigned one needs a bit more. It takes `amount` of the
    device's `resource`; a chain or a lookup that for each primitive.

    Where the instance is the carries of a chain alone, `slot` is how the table of each bit is instanced. Each `choice`
    is a multiplexer between two LUTs, or between two of the multiplexers before it, by one more bit of the index.

    Without `instance` synthesis infers the unit from portable text. `packed` says whether it then takes the registers
    of that text into the block; where not, they are flip-flops beside it.
    """

    name: str = field(metadata=UNIT_NAME)
    kind: str = field(
        metadata=matching(
            "multiply|multiply-add|pre-add|inner-add|table|chain|lookup",
            "`multiply`, `multiply-add`, `pre-add`, `inner-add`, `table`, `chain` or `lookup`",
        )
    )
    resource: str = field(
        metadata=matching("dsps|brams|carries|luts", "`dsps`, `brams`, `carries` or `luts`")
    )
    offers: tuple[Offer, ...] = field(metadata=tables(Offer, "offer"))
    widths: tuple[int, ...] = field(default=(), metadata=optional(within(LEAST_WIDTH, 1024)))
    signs: str = field(
        default="any", metadata=optional(matching("any|signed", "`any` or `signed`"))
    )
    sum_width: int = field(default=0, metadata=optional(within(0, 1024)))
    sums: tuple[Offer, ...] = field(default=(), metadata=optional(tables(Offer, "sum")))
    amount: int = field(default=1, metadata=optional(within(1, 1000)))
    packed: bool = field(default=False, metadata=optional())
    instance: InstanceTable | None = field(default=None, metadata=optional(table(InstanceTable)))
    slot: InstanceTable | None = field(default=None, metadata=optional(table(InstanceTable)))
    choices: tuple[InstanceTable, ...] = field(
        default=(), metadata=optional(tables(InstanceTable, "choice"))
    )

    @property
    def portable(self) -> Unit:
        """The unit as synthesis infers it from portable text, with the latencies for which it has registers there."""
        if self.instance is None:
            return self
        offers, sums = (
            tuple(o for o in own if not o.latency or (self.packed and not o.instanced))
            for own in (self.offers, self.sums)
        )
        return replace(self, instance=None, slot=None, choices=(), offers=offers, sums=sums)

    @property
    def memory(self) -> Memory | None:
        """The memory that is instanced; None where there is none."""
        cell = PRIMITIVES.get(self.instance.cell) if self.instance is not None else None
        return cell.behaviour if cell is not None and isinstance(cell.behaviour, Memory) else None

    @property
    def chain(self) -> Chain | None:
        """The piece of a carry chain that is instanced; None where it is none."""
        cell = PRIMITIVES.get(self.instance.cell) if self.instance is not None else None
        return cell.behaviour if cell is not None and isinstance(cell.behaviour, Chain) else None

    @property
    def lookup(self) -> Lookup | None:
        """The LUT that is instanced; None where there is none."""
        cell = PRIMITIVES.get(self.instance.cell) if self.instance is not None else None
        return cell.behaviour if cell is not None and isinstance(cell.behaviour, Lookup) else None

    @property
    def index_bits(self) -> range:
        """Those of the tables that are looked up: more than a LUT has, and no more than there are choices for."""
        if self.instance is None or self.lookup is None:
            return range(0)
        first = PRIMITIVES[self.instance.cell].inputs[self.lookup.index] + 1
        return range(first, first + len(self.choices))

    @property
    def adder(self) -> Adder | None:
        """The adder behind the multiplier that is instanced; None where there is none, or the product goes past it."""
        cell = PRIMITIVES.get(self.instance.cell) if self.instance is not None else None
        does = cell.behaviour if cell is not None and self.kind == "multiply-add" else None
        return does.adder if isinstance(does, Product) else None

    @property
    def cascade(self) -> Cascade | None:
        """The wires from block to block of the multiplier that is instanced; None where there are none."""
        cell = PRIMITIVES.get(self.instance.cell) if self.instance is not None else None
        does = cell.behaviour if cell is not None and self.kind in MULTIPLIERS else None
        return does.adder.cascade if isinstance(does, Product) and does.adder else None

    @property
    def pre_adder(self) -> PreAdder | None:
        """The adder before the multiplier that is instanced; None where there is none."""
        cell = PRIMITIVES.get(self.instance.cell) if self.instance is not None else None
        does = cell.behaviour if cell is not None and self.kind in MULTIPLIERS else None
        return does.pre_adder if isinstance(does, Product) else None

    @property
    def is_part(self) -> bool:
        """Whether its cells stand in the instance of a product."""
        return self.kind in (PRE_ADD, INNER_ADD)

    def offer(self, latency: int, *, is_sum: bool = False) -> Offer:
        """The offer of that latency, which is on offer, for the product or for the sum behind it."""
        return next(o for o in (self.sums if is_sum else self.offers) if o.latency == latency)

    @property
    def piece_bits(self) -> int:
        """How many bits of a carry chain a primitive is."""
        assert self.instance is not None and self.chain is not None, "no chain; please report this"
        return PRIMITIVES[self.instance.cell].outputs[self.chain.result]

    def operand_bits(self, width: int, *, signed: bool) -> int:
        """The bits that an operand takes at a port."""
        return width + (self.signs == "signed" and not signed)

    def fits(self, first_bits: int, second_bits: int) -> bool:
        """Whether a product of operands of so many bits fits: the first at port `a` and the second at `b`."""
        if self.kind == "chain":
            return second_bits <= DIGIT_BITS
        return first_bits <= self.widths[0] and second_bits <= self.widths[1]
