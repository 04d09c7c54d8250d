"""A target device, as read from its TOML file: what it has, what things cost and how long they take."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from importlib import resources
from pathlib import Path

from symhdl.errors import Diagnostic, UsageError, error
from symhdl.targets.reader import read_section

SUFFIX = ".toml"


@dataclass(frozen=True, slots=True)
class Resources:
    """What the device has. A BRAM is counted in blocks of `Bram.bits` bits.

    A LUT has `lut_inputs`; the device has multiplexers for `mux_levels` more bits of an index beside its LUTs.
    """

    lut_inputs: int
    mux_levels: int
    luts: int
    ffs: int
    dsps: int
    brams: int


@dataclass(frozen=True, slots=True)
class Dsp:
    """One multiplier block: the widths of its two operands, and which products synthesis puts into blocks.

    `width` is never below `second_width`; both are 0 where there is no block. An operand of more than `width` bits is
    cut into pieces of `partial_width`. Both operands need at least `minimum_width` bits, the product `minimum_product`.
    `sign_bits` is 1 for a block that knows signed numbers only: unsigned ones take a bit more.
    """

    width: int
    second_width: int
    partial_width: int
    minimum_width: int
    minimum_product: int
    sign_bits: int


@dataclass(frozen=True, slots=True)
class Bram:
    """One memory block: its bits, its widest word, and the least table that is put into one."""

    bits: int
    width: int
    minimum_bits: int


@dataclass(frozen=True, slots=True)
class Delays:
    """How long things take, in nanoseconds, typical routing included.

    `register` is what a register takes of every period: clock to output, the first wire and the set-up
    time. `lut` is one level of logic. An adder of w bits takes `carry + w * carry_bit`. A product of 4 by
    4 bits in logic takes `multiply` besides the carries of its 8 bits, and `multiply_doubling` more for
    each doubling of the sum of the widths; in DSP blocks `dsp`, and `dsp_join` more for each doubling of
    the blocks. A table whose index has k bits more than a LUT takes `lut + k * table_bit`; one in a
    memory block takes `bram`. `fanout` is added for each doubling of the users of a wire.
    """

    register: float
    lut: float
    carry: float
    carry_bit: float
    multiply: float
    multiply_doubling: float
    dsp: float
    dsp_join: float
    table_bit: float
    bram: float
    fanout: float


@dataclass(frozen=True, slots=True)
class Costs:
    """What things cost, in LUTs, or how much there is of each thing.

    Per bit: of an adder, one with a constant, of a further addend (a row of compressors), of what is inverted before a
    carry chain because it is subtracted or compared with, of a change of sign, a comparison and a two-way choice. A
    product of a bits by b takes `multiply_bit` a b - `multiply_row` a, with a the wider one; a square
    `square_bit` a a - `square_row` a. The nodes of a table's decision diagrams take `table_lut` where they fit in a
    LUT, above that `table_mux` where the LUTs have no multiplexers. `gate` is a LUT of bits.
    """

    adder_bit: float = 0.0
    offset_bit: float = 0.0
    join_bit: float = 0.0
    invert_bit: float = 0.0
    negate_bit: float = 0.0
    compare_bit: float = 0.0
    select_bit: float = 0.0
    multiply_bit: float = 0.0
    multiply_row: float = 0.0
    square_bit: float = 0.0
    square_row: float = 0.0
    table_lut: float = 0.0
    table_mux: float = 0.0
    gate: float = 0.0


@dataclass(frozen=True, slots=True)
class Tools:
    """How the open tools are called for the device.

    `command` is the Yosys pass that maps to the device, `options` its options, `alternatives` more options of which
    each is tried beside none, `no_dsp` what keeps products out of DSP blocks. `place_and_route` is the nextpnr program,
    empty where none covers the device, `arguments` what names the device to it.
    """

    command: str
    options: tuple[str, ...]
    alternatives: tuple[str, ...]
    no_dsp: tuple[str, ...]
    place_and_route: str
    arguments: tuple[str, ...]


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

    cell: str
    clock: str
    data: str
    output: str
    parameters: tuple[tuple[str, str], ...]
    ties: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Target:
    """An FPGA device as data. Everything that differs between devices is here."""

    name: str = "generic"
    description: str = ""
    family: str = ""
    figures: str = "estimated"
    resources: Resources = Resources(4, 0, 20_000, 20_000, 0, 0)
    dsp: Dsp = Dsp(0, 0, 0, 0, 0, 0)
    bram: Bram = Bram(0, 0, 0)
    delays: Delays = Delays(1.0, 0.8, 1.0, 0.05, 3.0, 2.0, 0.0, 0.0, 0.5, 0.0, 0.1)
    costs: Costs = Costs()
    alternative_costs: Costs = Costs()
    tools: Tools = Tools("", (), (), (), "", ())
    netlist: Netlist = Netlist((), (), (), (), ())
    harness: Harness = Harness("", "", "", "", (), ())

    @property
    def digest(self) -> str:
        """The SHA-256 of the device as data, the same however its file is laid out."""
        text = json.dumps(dataclasses.asdict(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def has_dsp(self) -> bool:
        """Whether the device has multiplier blocks."""
        return self.resources.dsps > 0

    def adder_ns(self, width: int) -> float:
        """The delay of an adder of `width` bits."""
        return self.delays.carry + width * self.delays.carry_bit


SECTIONS = {
    "resources": Resources,
    "dsp": Dsp,
    "bram": Bram,
    "delays": Delays,
    "costs": Costs,
    "alternative_costs": Costs,
    "tools": Tools,
    "netlist": Netlist,
    "harness": Harness,
}


def target_names() -> tuple[str, ...]:
    """The names of the devices that come with symhdl, sorted."""
    folder = resources.files("symhdl.targets")
    names = (entry.name for entry in folder.iterdir() if entry.name.endswith(SUFFIX))
    return tuple(sorted(name.removesuffix(SUFFIX) for name in names))


@lru_cache(maxsize=64)
def _shipped(name: str) -> Target:
    text = resources.files("symhdl.targets").joinpath(name + SUFFIX).read_text(encoding="utf-8")
    return parse_target(text, name + SUFFIX)


def load_target(name: str) -> Target:
    """The device of that name, or the one that a file ending in `.toml` describes.

    Raises UsageError for an unknown name, SymhdlError for a file that cannot be read or does not describe a device.
    """
    if name.endswith(SUFFIX):
        return _from_file(Path(name))
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
            else "or give the path of a device file that ends in .toml",
        )
    )


def _from_file(path: Path) -> Target:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as problem:
        message = f"the device file `{path}` cannot be read: {problem.strerror}"
        raise error("file-unreadable", message) from None
    except UnicodeDecodeError:
        raise error("file-unreadable", f"the device file `{path}` is not UTF-8 text") from None
    return parse_target(text, str(path))


def parse_target(text: str, file_name: str) -> Target:
    """The device that the TOML text describes; raises SymhdlError with all that is wrong with it."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise error("device-file", f"{file_name} is not TOML: {problem}") from None
    return read_section(Target, data, file_name, SECTIONS)
