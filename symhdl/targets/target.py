"""A target device, as read from its TOML file: what it has, what things cost and how long they take."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from operator import attrgetter
from pathlib import Path

from symhdl.documents import document_digest
from symhdl.errors import Diagnostic, SymhdlError, UsageError, shortened
from symhdl.targets.files import SUFFIX, device_table, shipped_text, target_names, user_text
from symhdl.targets.programs import PLACE_AND_ROUTE, SYNTHESIS, unfit_words
from symhdl.targets.reader import (
    IDENTIFIER,
    SHOWN_MISTAKES,
    matching,
    optional,
    read_record,
    table,
    tables,
    within,
)
from symhdl.targets.unit_checks import miscounted_units, unfit_units
from symhdl.targets.units import Unit

SOME = within(1, 100_000_000)
ANY = within(0, 100_000_000)
WIDTH = within(0, 1024)
TIME = within(0.001, 1000)
MORE_TIME = within(0, 1000)
COST = within(0, 1000)
NAME = matching(f"(?:{IDENTIFIER})?", "letters, digits, `_`, `$`, at most 64")
PARAMETER = matching("[A-Za-z0-9_.]{0,63} ?", "letters, digits, `_`, `.`, at most 63")
CONSTANT = matching("[01x]", "`0`, `1` or `x`")
DEVICE_NAME = matching(
    "[A-Za-z0-9][A-Za-z0-9._+-]{0,63}", "letters, digits, `.`, `_`, `+`, `-`, at most 64"
)
DESCRIPTION = matching(
    r"[^\W_][\w ,.:()/+*&-]{0,199}", "plain words in one line, at most 200 characters"
)
TOOLS = matching(r"[\w ,.:()/+*-]{0,200}", "plain words in one line, at most 200 characters")
FIGURES = matching("measured|estimated", "`measured` or `estimated`")


@dataclass(frozen=True, slots=True)
class Resources:
    """What the device has. A BRAM is counted in blocks of `Bram.bits` bits.

    A LUT has `lut_inputs`; the device has multiplexers for `mux_levels` more bits of an index beside its LUTs. Carry
    chains are made of cells of `chain_bits` bits. With `choosing_adders` synthesis makes a choice between a sum and one
    of its terms in the LUTs of the sum: those beside carries have an input to spare.
    """

    lut_inputs: int = field(metadata=within(2, 8))
    mux_levels: int = field(metadata=within(0, 8))
    luts: int = field(metadata=SOME)
    ffs: int = field(metadata=SOME)
    dsps: int = field(metadata=ANY)
    brams: int = field(metadata=ANY)
    chain_bits: int = field(default=1, metadata=optional(within(1, 64)))
    choosing_adders: bool = field(default=False, metadata=optional())


@dataclass(frozen=True, slots=True)
class Dsp:
    """Which products are worth a block, as synthesis has it: none narrower would be put into one.

    Both operands need at least `minimum_width` bits, and together `minimum_product`.
    """

    minimum_width: int = field(metadata=WIDTH)
    minimum_product: int = field(metadata=WIDTH)


@dataclass(frozen=True, slots=True)
class Bram:
    """One memory block: its bits, its widest word, and the least table that is put into one."""

    bits: int = field(metadata=ANY)
    width: int = field(metadata=WIDTH)
    minimum_bits: int = field(metadata=ANY)


@dataclass(frozen=True, slots=True)
class Delays:
    """How long things take, in nanoseconds, typical routing included.

    `register` is what a register takes of every period: clock to output, the first wire and the set-up
    time. `lut` is one level of logic. An adder of w bits takes `carry + w * carry_bit`. A table whose index has
    k bits more than a LUT takes `lut + k * table_bit`. `fanout` is added for each doubling of the users of a wire.
    `invert` is what a value takes to be inverted in front of a carry chain: one whose sign changes, and one that is
    subtracted as far as that takes LUTs (`invert_bit`). What units take, they say; `wire` is the part of it between a
    unit's value and a register, which logic that reads the value has in its own delay. In large designs wires are
    longer: `growth` is added to `lut` and `carry` for each doubling of the bits of logic, and `readers` to `carry` for
    each doubling of the cells that read an operand. `blocks` is added to the times in and out of units for each
    doubling of their number: they stand in columns, some of them far from the logic between them; a wire between two
    of them has it once. `to_block` is added to the time into a unit where its operand comes out of logic, which is
    near to its own operands.
    """

    register: float = field(metadata=TIME)
    lut: float = field(metadata=TIME)
    carry: float = field(metadata=TIME)
    carry_bit: float = field(metadata=MORE_TIME)
    table_bit: float = field(metadata=MORE_TIME)
    fanout: float = field(metadata=MORE_TIME)
    invert: float = field(default=0.0, metadata=optional(MORE_TIME))
    wire: float = field(default=0.0, metadata=optional(MORE_TIME))
    growth: float = field(default=0.0, metadata=optional(MORE_TIME))
    readers: float = field(default=0.0, metadata=optional(MORE_TIME))
    blocks: float = field(default=0.0, metadata=optional(MORE_TIME))
    to_block: float = field(default=0.0, metadata=optional(MORE_TIME))


@dataclass(frozen=True, slots=True)
class Costs:
    """What things cost, in LUTs, or how much there is of each thing.

    Per bit: of an adder, one with a constant, the low bits of the one and of the other of which only the carry is used,
    of what is inverted before a carry chain because it is subtracted, of a change of sign, a comparison, one with a
    constant, and a two-way choice, which a row of a product in logic is, too. The nodes of a table's decision diagrams
    take `table_lut` where they fit in a LUT or choose between two others, `table_mux` where multiplexers that come with
    the LUTs may do that, and `table_gate` where one of the two is constant. `gate` is a LUT of bits.
    `chain_bit` is a bit of a chain that is a unit (`symhdl.targets.units`), of whole primitives.
    """

    adder_bit: float = field(default=0.0, metadata=COST)
    offset_bit: float = field(default=0.0, metadata=COST)
    carried_bit: float = field(default=0.0, metadata=COST)
    carried_offset_bit: float = field(default=0.0, metadata=COST)
    invert_bit: float = field(default=0.0, metadata=COST)
    negate_bit: float = field(default=0.0, metadata=COST)
    compare_bit: float = field(default=0.0, metadata=COST)
    bound_bit: float = field(default=0.0, metadata=COST)
    select_bit: float = field(default=0.0, metadata=COST)
    table_lut: float = field(default=0.0, metadata=COST)
    table_mux: float = field(default=0.0, metadata=COST)
    table_gate: float = field(default=0.0, metadata=COST)
    gate: float = field(default=0.0, metadata=COST)
    chain_bit: float = field(default=0.0, metadata=optional(COST))

    @property
    def figures(self) -> tuple[float, ...]:
        """All of them, in one order."""
        found: tuple[float, ...] = _FIGURES(self)
        return found


_FIGURES = attrgetter(*(each.name for each in dataclasses.fields(Costs)))


@dataclass(frozen=True, slots=True)
class ShiftRegister:
    """What synthesis puts into LUTs as shift registers: a bit that is held for `least` clock edges and more.

    Up to `most` of them are one LUT. With 0 there are none.
    """

    least: int = field(default=0, metadata=within(0, 1024))
    most: int = field(default=0, metadata=within(0, 1024))


@dataclass(frozen=True, slots=True)
class Worth:
    """How many LUTs a block is worth where ways to compute the same are compared."""

    dsp: float = field(default=100.0, metadata=within(0, 100_000))
    bram: float = field(default=100.0, metadata=within(0, 100_000))

    def in_luts(self, luts: float, dsps: float, brams: float) -> float:
        """LUTs and blocks as one number: for each block as many LUTs as it saves."""
        return luts + dsps * self.dsp + brams * self.bram


@dataclass(frozen=True, slots=True)
class FunctionShares:
    """What share of the LUTs that `symhdl.search.functions` reckons for a function the compiler's own takes.

    By the way in which it is built: a table, one of the argument's leading bits, a sum of two tables, lines or
    parabolas in segments. Fitted to so many `functions`; `residual` is what is left, in powers of two (standard
    deviation).
    """

    table: float = field(default=1.0, metadata=COST)
    leading_bits: float = field(default=1.0, metadata=COST)
    sum: float = field(default=1.0, metadata=COST)
    lines: float = field(default=1.0, metadata=COST)
    parabolas: float = field(default=1.0, metadata=COST)
    functions: int = field(default=0, metadata=ANY)
    residual: float = field(default=0.0, metadata=COST)


@dataclass(frozen=True, slots=True)
class Residuals:
    """How far the figures of the file are off what the tools found when they were fitted, as shares of that.

    Of so many samples the LUTs, and of so many of these the longest path between registers: in the middle and at worst.
    """

    samples: int = field(default=0, metadata=ANY)
    luts_median: float = field(default=0.0, metadata=COST)
    luts_worst: float = field(default=0.0, metadata=COST)
    timed: int = field(default=0, metadata=ANY)
    ns_median: float = field(default=0.0, metadata=COST)
    ns_worst: float = field(default=0.0, metadata=COST)
    tools: str = field(default="", metadata=TOOLS)


@dataclass(frozen=True, slots=True)
class Tools:
    """How the open tools are called for the device.

    `command` is the Yosys pass that maps to the device, `options` its options, `alternatives` more options of which
    each is tried beside none, `no_dsp` what keeps products out of DSP blocks and `dsp` what lets them in, where they do
    not go by themselves; instances stay blocks with either. `place_and_route` is the nextpnr program, empty where none
    covers the device, `arguments` what names the device to it.
    """

    command: str
    options: tuple[str, ...]
    alternatives: tuple[str, ...]
    no_dsp: tuple[str, ...]
    place_and_route: str
    arguments: tuple[str, ...]
    dsp: tuple[str, ...] = field(default=(), metadata=optional())


@dataclass(frozen=True, slots=True)
class Netlist:
    """How many LUTs, flip-flops, ... each primitive of the mapped netlist is, by the primitive's name."""

    luts: tuple[tuple[str, int], ...]
    ffs: tuple[tuple[str, int], ...]
    dsps: tuple[tuple[str, int], ...]
    brams: tuple[tuple[str, int], ...]
    carries: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Harness:
    """The flip-flop primitive from which the registers around a module under test are made.

    `cell` is its name, `clock`, `data` and `output` its pins, `parameters` its parameters and `ties` further pins
    with the constants that they hold. Empty where nothing is placed and routed.
    """

    cell: str = field(metadata=NAME)
    clock: str = field(metadata=NAME)
    data: str = field(metadata=NAME)
    output: str = field(metadata=NAME)
    parameters: tuple[tuple[str, str], ...] = field(metadata=PARAMETER)
    ties: tuple[tuple[str, str], ...] = field(metadata=CONSTANT)


@dataclass(frozen=True, slots=True)
class Target:
    """An FPGA device as data. Everything that differs between devices is here."""

    name: str = field(default="generic", metadata=DEVICE_NAME)
    description: str = field(default="", metadata=DESCRIPTION)
    family: str = field(default="", metadata=DEVICE_NAME)
    figures: str = field(default="estimated", metadata=FIGURES)
    resources: Resources = field(
        default=Resources(4, 0, 20_000, 20_000, 0, 0), metadata=table(Resources)
    )
    dsp: Dsp = field(default=Dsp(0, 0), metadata=table(Dsp))
    bram: Bram = field(default=Bram(0, 0, 0), metadata=table(Bram))
    delays: Delays = field(
        default=Delays(1.0, 0.8, 1.0, 0.05, 0.5, 0.1),
        metadata=table(Delays),
    )
    costs: Costs = field(default=Costs(), metadata=table(Costs))
    alternative_costs: Costs = field(default=Costs(), metadata=table(Costs))
    shift_register: ShiftRegister = field(
        default=ShiftRegister(), metadata=optional(table(ShiftRegister))
    )
    worth: Worth = field(default=Worth(), metadata=optional(table(Worth)))
    function_shares: FunctionShares = field(
        default=FunctionShares(), metadata=optional(table(FunctionShares))
    )
    residuals: Residuals = field(default=Residuals(), metadata=optional(table(Residuals)))
    tools: Tools = field(default=Tools("", (), (), (), "", ()), metadata=table(Tools))
    netlist: Netlist = field(default=Netlist((), (), (), (), ()), metadata=table(Netlist))
    harness: Harness = field(default=Harness("", "", "", "", (), ()), metadata=table(Harness))
    units: tuple[Unit, ...] = field(default=(), metadata=optional(tables(Unit, "unit")))

    def __hash__(self) -> int:
        """That of the name: much is looked up by device, and what else it has takes long to look through."""
        return hash(self.name)

    @property
    def digest(self) -> str:
        """The SHA-256 of the device as data, the same however its file is laid out."""
        return _digest(self)

    @property
    def has_dsp(self) -> bool:
        """Whether the device has multiplier blocks."""
        return self.resources.dsps > 0

    def unit(self, name: str) -> Unit:
        """The unit of that name, which the device has."""
        return next(unit for unit in self.units if unit.name == name)

    def units_for(self, kind: str) -> tuple[Unit, ...]:
        """The units that compute a kind of cell, in the order of the file."""
        return tuple(unit for unit in self.units if unit.kind == kind)

    def first_unit(self, kind: str) -> Unit | None:
        """The first of them, which is the one that cells are bound to; None where the device has none."""
        return next(iter(self.units_for(kind)), None)

    def adder_ns(self, width: int) -> float:
        """The delay of an adder of `width` bits."""
        return self.delays.carry + width * self.delays.carry_bit


@lru_cache(maxsize=64)
def _digest(target: Target) -> str:
    return document_digest(dataclasses.asdict(target))


@lru_cache(maxsize=64)
def _shipped(name: str) -> Target:
    return parse_target(shipped_text(name), name + SUFFIX)


def load_target(name: str) -> Target:
    """The device of that name, or the one that a file ending in `.toml` describes.

    Raises UsageError for an unknown name, SymhdlError for a file that cannot be read or does not describe a device.
    """
    if name.endswith(SUFFIX):
        path = Path(name)
        return parse_target(user_text(path), name, path.parent)
    known = target_names()
    if name in known:
        return _shipped(name)
    close = get_close_matches(name.lower(), known, n=1)
    listed = "known devices: " + ", ".join(known)
    raise UsageError(
        Diagnostic(
            "unknown-device",
            f"there is no device `{name}`",
            notes=(listed,),
            help=f"did you mean `{close[0]}`?"
            if close
            else "choose one of these, or give the path of a device file that ends in .toml",
        )
    )


def parse_target(text: str, file_name: str, folder: Path | None = None) -> Target:
    """The device that the TOML text describes; other files that it may extend stand in the folder.

    Raises SymhdlError with all that is wrong with it.
    """
    target = read_record(Target, device_table(text, file_name, folder), file_name)
    found = [f"[tools]: {text}" for text in _unfit_tools(target.tools)]
    found += [told for told, is_so in CONTRADICTIONS if is_so(target)]
    found += unfit_units(target.units)
    netlist = target.netlist
    counted = {
        "luts": netlist.luts,
        "dsps": netlist.dsps,
        "brams": netlist.brams,
        "carries": netlist.carries,
    }
    found += miscounted_units(target.units, counted)
    if found:
        told = (
            Diagnostic("device-file", f"{file_name}, {text}") for text in found[:SHOWN_MISTAKES]
        )
        raise SymhdlError(*told)
    return target


def _unfit_tools(tools: Tools) -> Iterator[str]:
    """What of the calls of programs is not known to do what it should."""
    if tools.command and tools.command not in SYNTHESIS:
        yield _unknown_program("command", tools.command, tuple(SYNTHESIS))
    elif tools.command:
        known = SYNTHESIS[tools.command]
        switches = {name: value for name, value in known.items() if not value}
        for key, words, allowed in (
            ("options", tools.options, known),
            ("alternatives", tools.alternatives, switches),
            ("no_dsp", tools.no_dsp, known),
            ("dsp", tools.dsp, known),
        ):
            yield from (f"`{key}` {unfit}" for unfit in unfit_words(words, allowed))
    elif tools.options or tools.alternatives or tools.no_dsp or tools.dsp or tools.place_and_route:
        yield "there is no `command` for which the others mean something"
    if tools.place_and_route and tools.place_and_route not in PLACE_AND_ROUTE:
        yield _unknown_program("place_and_route", tools.place_and_route, tuple(PLACE_AND_ROUTE))
    elif tools.place_and_route or tools.arguments:
        known = PLACE_AND_ROUTE.get(tools.place_and_route, {})
        yield from (f"`arguments` {unfit}" for unfit in unfit_words(tools.arguments, known))


def _unknown_program(key: str, name: str, known: tuple[str, ...]) -> str:
    return f"`{key}` is `{shortened(name)}`, which is neither empty nor one of {', '.join(known)}"


Contradiction = tuple[str, Callable[[Target], bool]]

CONTRADICTIONS: tuple[Contradiction, ...] = (
    ("[dsp]: `minimum_width` is 0", lambda t: t.has_dsp and not t.dsp.minimum_width),
    (
        "[bram]: `width` and `minimum_bits` are from 1 on, and `bits` not below `width`, where there are `brams`",
        lambda t: (
            t.resources.brams > 0
            and (min(t.bram.width, t.bram.minimum_bits) < 1 or t.bram.bits < t.bram.width)
        ),
    ),
    (
        "[shift_register]: `least` is from 2 on, and not above `most`",
        lambda t: (
            t.shift_register != ShiftRegister()
            and not 2 <= t.shift_register.least <= t.shift_register.most
        ),
    ),
    (
        "[netlist]: `luts` and `ffs` name no primitive, but there is a `command`",
        lambda t: bool(t.tools.command) and not (t.netlist.luts and t.netlist.ffs),
    ),
    (
        "[harness]: `cell` must be one of [netlist] `ffs`, with its pins, for place and route",
        lambda t: (
            bool(t.tools.place_and_route)
            and not (
                t.harness.cell in dict(t.netlist.ffs)
                and t.harness.clock
                and t.harness.data
                and t.harness.output
            )
        ),
    ),
)
"""What figures that are each possible cannot be together, and when they are."""
