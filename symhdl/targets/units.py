"""The units of a device: blocks that compute a kind of cell, with the latencies on offer and how each is instanced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from math import inf

from symhdl.targets.memories import Memory
from symhdl.targets.primitives import PRIMITIVES, Adder, Chain, Primitive, Product, Slot
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
)
"""What may stand at a port beside constant bits; those of the second line are of memories, of the third and fourth of
chains, of the last of multipliers with an adder behind."""

EXPRESSION = matching(
    f"{'|'.join(WORDS)}|[01x]{{1,64}}",
    f"{', '.join(f'`{word}`' for word in WORDS)}, or at most 64 of `0`, `1` and `x`",
)
TIME = within(0, 1000)
DIGIT_BITS = 2
"""The bits of the number with which a chain multiplies."""
MULTIPLIERS = ("multiply", "multiply-add")
"""The kinds of units that compute products."""
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
    of another number and it: two cells in one block), `table` (memories) or `chain` (products of any number with one of
    two bits, as a carry chain of which each bit adds two partial products). `widths` are those of the widest operands
    of a product, the wider one first, and `sum_width` that of the widest sum. Offers are those of the product, and
    `sums` those of the adder behind it, which is there for the product alone; times out of the product are those to the
    adder, and what the adder takes holds for both of its operands. `signs` says which operands the multiplier takes:
    `any`, each as it is, or `signed` alone, so that an unsigned one needs a bit more. It takes `amount` of the device's
    `resource`; a chain that for each primitive.

    Where the instance is the carries of a chain alone, `slot` is how the table of each bit is instanced.

    Without `instance` synthesis infers the unit from portable text. `packed` says whether it then takes the registers
    of that text into the block; where not, they are flip-flops beside it.
    """

    name: str = field(metadata=UNIT_NAME)
    kind: str = field(
        metadata=matching(
            "multiply|multiply-add|table|chain", "`multiply`, `multiply-add`, `table` or `chain`"
        )
    )
    resource: str = field(metadata=matching("dsps|brams|carries", "`dsps`, `brams` or `carries`"))
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

    @property
    def portable(self) -> Unit:
        """The unit as synthesis infers it from portable text, with the latencies for which it has registers there."""
        if self.instance is None:
            return self
        offers, sums = (
            tuple(o for o in own if not o.latency or (self.packed and not o.instanced))
            for own in (self.offers, self.sums)
        )
        return replace(self, instance=None, slot=None, offers=offers, sums=sums)

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
    def adder(self) -> Adder | None:
        """The adder behind the multiplier that is instanced; None where there is none, or the product goes past it."""
        cell = PRIMITIVES.get(self.instance.cell) if self.instance is not None else None
        does = cell.behaviour if cell is not None and self.kind == "multiply-add" else None
        return does.adder if isinstance(does, Product) else None

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


def unfit_units(units: Sequence[Unit]) -> Iterator[str]:
    """What of the units cannot be together; each is the end of a sentence that the name of the file begins."""
    names = [unit.name for unit in units]
    for number, unit in enumerate(units):
        if unit.name in names[:number]:
            yield f"[[unit]] {unit.name}: there are two of this name"
        yield from (f"[[unit]] {unit.name}: {told}" for told in _unfit_unit(unit))


def miscounted_units(
    units: Sequence[Unit], primitives: dict[str, tuple[tuple[str, int], ...]]
) -> Iterator[str]:
    """What of the units does not agree with the primitives that count as each resource; told like `unfit_units`."""
    for unit in units:
        if unit.instance is not None:
            counted = dict(primitives[unit.resource]).get(unit.instance.cell)
            if counted != unit.amount:
                yield (
                    f"[[unit]] {unit.name}: `amount` must be what [netlist] `{unit.resource}` has for "
                    f"`{unit.instance.cell}`"
                )
        if unit.slot is not None and dict(primitives["luts"]).get(unit.slot.cell) != 1:
            yield f"[[unit]] {unit.name}: [netlist] `luts` must have 1 for `{unit.slot.cell}`"


def _unfit_unit(unit: Unit) -> Iterator[str]:
    multiplies = unit.kind in MULTIPLIERS
    if multiplies and (len(unit.widths) != 2 or unit.widths[0] < unit.widths[1]):
        yield "`widths` must be two, the wider one first"
    if not multiplies and unit.widths:
        yield f"a {unit.kind} has no `widths`"
    if not multiplies and unit.signs != "any":
        yield f"`signs` must be `any` for a {unit.kind}"
    yield from _unfit_sums(unit)
    if (unit.kind == "chain") != (unit.resource == "carries"):
        yield "`resource` must be `carries` for a chain, and for nothing else"
    if unit.kind in ("chain", "multiply-add") and unit.instance is None:
        yield f"a {unit.kind} must have an `instance`"
    if not _are_growing(unit.offers):
        yield "there must be offers, with growing latencies"
    for offer in unit.offers:
        yield from (f"latency {offer.latency}: {told}" for told in _unfit_offer(unit, offer))
        if offer.instanced and unit.instance is None:
            yield f"latency {offer.latency}: it cannot be `instanced` without an `instance`"
    if unit.instance is not None:
        cell = PRIMITIVES.get(unit.instance.cell)
        if cell is None or isinstance(cell.behaviour, Slot):
            yield f"`cell` is `{unit.instance.cell}`, which is none of {', '.join(_units_alone())}"
        elif unit.kind not in cell.kinds:
            yield f"`kind` must be `{cell.kinds[0]}`, which `{unit.instance.cell}` is for"
        elif not multiplies or len(unit.widths) == 2:
            yield from _unfit_ports(unit, unit.instance, cell)
            yield from _unfit_parameters(unit, unit.instance, cell)
    yield from _unfit_slot(unit)


def _units_alone() -> Iterator[str]:
    """The primitives that are units, not parts of one."""
    return (name for name, cell in PRIMITIVES.items() if not isinstance(cell.behaviour, Slot))


def _unfit_slot(unit: Unit) -> Iterator[str]:
    """The tables beside a chain are there where it needs them, and are what the primitive computes with."""
    needed = unit.chain is not None and unit.chain.has_slots
    if unit.slot is None:
        if needed:
            yield "there must be a `slot`, since the chain has no tables inside"
        return
    if not needed:
        yield "there is no `slot` but beside a chain without tables"
        return
    cell = PRIMITIVES.get(unit.slot.cell)
    if cell is None or not isinstance(cell.behaviour, Slot):
        yield f"`cell` of the `slot` is `{unit.slot.cell}`, which has no table for a bit of a chain"
        return
    if unit.slot.sign_parameters or unit.slot.parameters:
        yield "`parameters` and `sign_parameters` must be empty for a slot"
    wanted = _ports_of_slot(cell.behaviour)
    yield from (f"slot: {told}" for told in _unfit_expressions(unit.slot, cell, wanted))


def _are_growing(offers: Sequence[Offer]) -> bool:
    latencies = [offer.latency for offer in offers]
    return bool(latencies) and latencies == sorted(set(latencies))


def _unfit_sums(unit: Unit) -> Iterator[str]:
    """What an adder behind a multiplier cannot be; only one kind of unit has it."""
    if unit.kind != "multiply-add":
        if unit.sums or unit.sum_width:
            yield f"a {unit.kind} has no `sum` and no `sum_width`"
        return
    if not _are_growing(unit.sums):
        yield "there must be sums, with growing latencies"
    for offer in unit.sums:
        yield from (f"sum of latency {offer.latency}: {told}" for told in _unfit_offer(unit, offer))
    if unit.adder is not None and unit.sum_width != unit.adder.width:
        yield f"`sum_width` must be {unit.adder.width}"


def _unfit_offer(unit: Unit, offer: Offer) -> Iterator[str]:
    if not offer.latency and offer.time_in:
        yield "`time_in` must be 0 where no register is inside"
    if not offer.time_out and unit.kind != "chain":
        yield "`time_out` must be above 0"
    if offer.latency > 1 and not offer.longest:
        yield "`longest` must be above 0 where there are two registers inside"
    if offer.operand_registers > offer.latency:
        yield "`operand_registers` must not be above it"


def _unfit_ports(unit: Unit, table: InstanceTable, cell: Primitive) -> Iterator[str]:
    """Every port has what the primitive computes with."""
    wanted = {port: "0" * cell.inputs[port] for port in cell.ties}
    does = cell.behaviour
    if isinstance(does, Product):
        is_swapped = dict(table.ports).get(cell.spelled(does.operands[0])) == "b"
        operands = ("b", "a") if is_swapped else ("a", "b")
        wanted |= _ports_of_product(does, operands)
        if does.adder is not None:
            wanted |= _ports_of_adder(does.adder, cell, used=unit.adder is not None)
        yield from _unfit_operands(unit, table, cell, does, operands)
    else:
        if isinstance(does, Memory):
            wanted |= _ports_of_memory(does)
        elif isinstance(does, Chain):
            wanted |= _ports_of_chain(does)
        if table.sign_parameters:
            yield f"`sign_parameters` must be empty for a {unit.kind}"
    yield from _unfit_expressions(table, cell, wanted)


def _unfit_expressions(
    table: InstanceTable, cell: Primitive, wanted: Mapping[str, str]
) -> Iterator[str]:
    """What stands at the ports is what is wanted, and there are no others."""
    given = dict(table.ports)
    spelled = {port: cell.spelled(port) for port in (*cell.inputs, *cell.outputs)}
    known = spelled.values()
    yield from (
        f"`ports` holds `{port}`, which is none of {', '.join(known)}"
        for port in given
        if port not in known
    )
    for port, spelling in spelled.items():
        if given.get(spelling) != wanted[port]:
            yield f"`ports` must have `{wanted[port]}` at `{spelling}`"


def _ports_of_product(does: Product, operands: tuple[str, str]) -> dict[str, str]:
    """What stands at its ports; the operands may be swapped."""
    signs = tuple(f"signed_{operand}" for operand in operands)
    return {
        **dict(zip(does.operands, operands, strict=True)),
        **dict(zip(does.signs, signs, strict=bool(does.signs))),
        does.clock: "clock",
        **dict.fromkeys(does.enables, "enable"),
        does.result: "y",
    }


def _ports_of_adder(adder: Adder, cell: Primitive, *, used: bool) -> dict[str, str]:
    """What stands at the ports of an adder, and at those that say whether it is used."""
    words = ("c",) if len(adder.addend) == 1 else ("c_lower", "c_upper")
    found = {
        port: words[place] if used else "0" * cell.inputs[port]
        for place, port in enumerate(adder.addend)
    }
    for port, cases in adder.cases.items():
        if port in cell.inputs:
            is_choice = used and port in adder.subtracting
            found[port] = "subtract" if is_choice else f"{cases[used][0]:0{cell.inputs[port]}b}"
    return found


def _ports_of_memory(does: Memory) -> dict[str, str]:
    found: dict[str, str] = {}
    for port, half in zip(does.ports, ("", "upper_"), strict=True):
        found |= {port.address: f"{half}address", port.data: f"{half}y", port.clock: "clock"}
        found |= dict.fromkeys(port.enables, f"{half}enable")
    return found


OPERANDS_OF_A_TABLE = ("upper_bit", "a_shifted", "lower_bit", "a")


def _ports_of_chain(does: Chain) -> dict[str, str]:
    found = {does.carry_in: "carry", does.carry_out: "carry_out", does.result: "y"}
    if does.first_carry:
        found[does.first_carry] = "first_carry"
    if does.has_slots:
        return found | {does.passes: "passes", does.carried: "carried"}
    return found | dict(zip(does.inputs, OPERANDS_OF_A_TABLE, strict=True))


def _ports_of_slot(does: Slot) -> dict[str, str]:
    """The upper half of the table is for whether the carry passes, and inputs beyond four are 0."""
    found = dict.fromkeys(does.inputs, "0") | {does.upper: "1"}
    found |= dict(zip(does.inputs, OPERANDS_OF_A_TABLE, strict=False))
    return found | {does.passes: "passes", does.carried: "carried"}


def _unfit_operands(
    unit: Unit, table: InstanceTable, cell: Primitive, does: Product, operands: tuple[str, str]
) -> Iterator[str]:
    """Signs and widths of the operands of a product are those that the primitive has."""
    signs = zip(does.signs, operands, strict=bool(does.signs))
    parameters = {n: o for n, o in signs if n not in cell.inputs}
    if dict(table.sign_parameters) != parameters:
        told = ", ".join(f'{name} = "{operand}"' for name, operand in parameters.items())
        yield f"`sign_parameters` must be {{{told}}}"
    widths = zip(operands, does.widths, strict=True)
    if any(unit.widths["ab".index(operand)] != width for operand, width in widths):
        yield "`widths` must be those of its ports"
    if unit.signs != (wanted := "any" if does.signs else "signed"):
        yield f"`signs` must be `{wanted}`, as the primitive has them"


def _unfit_parameters(unit: Unit, table: InstanceTable, cell: Primitive) -> Iterator[str]:
    """The values are known, each is set once, and they make as many registers as the latency says."""
    for offer, behind in product(unit.offers, unit.sums or (None,)):
        given = (*table.parameters, *offer.parameters, *(behind.parameters if behind else ()))
        place = f"latency {offer.latency}: `parameters`"
        names = [name for name, _ in (*given, *table.sign_parameters)]
        unknown = [(n, value) for n, value in given if value not in cell.parameters.get(n, ())]
        yield from (
            f"{place} has `{value}` for `{name}`, which is not known" for name, value in unknown
        )
        if len(set(names)) < len(names):
            yield f"{place} sets one twice"
        if not unknown:
            yield from (
                f"{place} {told}"
                for told in _unfit_settings(unit, offer, behind, cell, cell.settings(*given))
            )


def _unfit_settings(
    unit: Unit,
    offer: Offer,
    behind: Offer | None,
    cell: Primitive,
    settings: Mapping[str, str | int],
) -> Iterator[str]:
    first, second, inner, last = cell.registers(settings)
    latencies = (offer.latency, 0) if behind is None else (offer.latency, behind.latency)
    found = (first + inner + last, 0) if behind is None else (first + inner, last)
    if first != second or found != latencies:
        yield "makes other registers than the latency says"
    adder = cell.behaviour.adder if isinstance(cell.behaviour, Product) else None
    for name, cases in (adder.cases if adder is not None else {}).items():
        if name in settings and settings[name] not in cases[unit.adder is not None]:
            allowed = " or ".join(map(str, cases[unit.adder is not None]))
            yield f"must have {allowed} for `{name}`"
    for one, other in cell.alike:
        if settings[one] != settings[other]:
            yield f"must have the same for `{one}` and `{other}`"
    for name, value in cell.fixed:
        if settings[name] != value:
            yield f"must have {value} for `{name}`"
