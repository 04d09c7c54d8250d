"""The primitives that a device file may instance: their ports, parameters and behaviour, as far as symhdl uses them.

A device file comes from anywhere, and what it says here reaches generated text. So it chooses from this table. The
behaviour, from the data sheets, is what the models for simulation are made of (`symhdl.backends.models`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from symhdl.targets.memories import Memory, ReadPort

Values = tuple[str | int, ...]
"""What a parameter may be; the first is what it is where nobody sets it."""


@dataclass(frozen=True, slots=True)
class Product:
    """A multiplier with optional registers: the names of its ports and parameters by what they do.

    A register is there where its parameter is not what it is by default. `signs` are ports, or parameters, that are 1
    where the operand is signed.
    """

    kind: ClassVar[str] = "multiply"
    operands: tuple[str, str]
    result: str
    clock: str
    enable: str
    signs: tuple[str, str]
    operand_registers: tuple[str, str]
    result_registers: tuple[str, str]

    @property
    def used(self) -> frozenset[str]:
        """The inputs that have a part in it, and the parameters."""
        return frozenset((*self.operands, *self.signs, self.clock, self.enable))


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
    Or they stand beside it in a `Slot` for each bit, and `passes` and `carried` are the vectors of what these say.

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
class Primitive:
    """Ports with their widths, parameters with their values, and what it computes.

    `single_bits` is true where a vector is spelled as ports of one bit each: `A0`, `A1`, ... `alike` are pairs of
    parameters that are equal, `fixed` those that have one value. A memory has parameters of words and contents besides,
    a chain those of its tables.
    """

    inputs: Mapping[str, int]
    outputs: Mapping[str, int]
    parameters: Mapping[str, Values]
    behaviour: Product | Memory | Chain | Slot
    single_bits: bool = False
    alike: tuple[tuple[str, str], ...] = ()
    fixed: tuple[tuple[str, str | int], ...] = ()

    @property
    def ties(self) -> tuple[str, ...]:
        """The inputs that have no part in what is computed, and are 0."""
        return tuple(port for port in self.inputs if port not in self.behaviour.used)

    def settings(self, *given: tuple[str, str | int]) -> dict[str, str | int]:
        """The values of all parameters."""
        return {name: values[0] for name, values in self.parameters.items()} | dict(given)

    def registers(self, settings: Mapping[str, str | int]) -> tuple[int, int, int]:
        """How many registers stand behind each operand, and behind what is computed."""

        def count(*names: str) -> int:
            return sum(settings[name] != self.parameters[name][0] for name in names)

        does = self.behaviour
        if isinstance(does, Memory):
            return 1, 1, count(does.ports[0].register)
        if isinstance(does, Chain | Slot):
            return 0, 0, 0
        first, second = does.operand_registers
        return count(first), count(second), count(*does.result_registers)

    def spelled(self, port: str) -> str:
        """The port as a device file spells it."""
        width = self.inputs.get(port) or self.outputs[port]
        return f"{port}#" if self.single_bits and width > 1 else port


def _bits(*names: str) -> dict[str, Values]:
    return dict.fromkeys(names, (0, 1))


CLOCKS: Values = ("NONE", "CLK0")
INJECTED: Values = ("YES", "NO")

PRIMITIVES: Mapping[str, Primitive] = MappingProxyType(
    {
        # FPGA-TN-02205, "ECP5 and ECP5-5G sysDSP Usage Guide".
        "MULT18X18D": Primitive(
            {"A": 18, "B": 18, "C": 18}
            | dict.fromkeys(("SIGNEDA", "SIGNEDB", "SOURCEA", "SOURCEB", "CLK0", "CE0", "RST0"), 1),
            {"P": 36},
            {
                "REG_INPUTA_CLK": CLOCKS,
                "REG_INPUTB_CLK": CLOCKS,
                "REG_PIPELINE_CLK": CLOCKS,
                "REG_OUTPUT_CLK": CLOCKS,
                "GSR": ("ENABLED", "DISABLED"),
            },
            Product(
                ("A", "B"),
                "P",
                "CLK0",
                "CE0",
                ("SIGNEDA", "SIGNEDB"),
                ("REG_INPUTA_CLK", "REG_INPUTB_CLK"),
                ("REG_PIPELINE_CLK", "REG_OUTPUT_CLK"),
            ),
            single_bits=True,
        ),
        # FPGA-TN-02007, "DSP Function Usage Guide for iCE40 Devices", and "Lattice iCE Technology Library".
        "SB_MAC16": Primitive(
            {"A": 16, "B": 16, "C": 16, "D": 16}
            | dict.fromkeys(
                (
                    "CLK", "CE", "AHOLD", "BHOLD", "CHOLD", "DHOLD", "IRSTTOP", "IRSTBOT", "ORSTTOP", "ORSTBOT",
                    "OLOADTOP", "OLOADBOT", "ADDSUBTOP", "ADDSUBBOT", "OHOLDTOP", "OHOLDBOT", "CI", "ACCUMCI",
                    "SIGNEXTIN",
                ),
                1,
            ),
            {"O": 32},
            {
                "TOPOUTPUT_SELECT": (0, 3),
                "BOTOUTPUT_SELECT": (0, 3),
            }
            | _bits("A_REG", "B_REG", "A_SIGNED", "B_SIGNED")
            | _bits("TOP_8x8_MULT_REG", "BOT_8x8_MULT_REG")
            | _bits("PIPELINE_16x16_MULT_REG1", "PIPELINE_16x16_MULT_REG2"),
            Product(
                ("A", "B"),
                "O",
                "CLK",
                "CE",
                ("A_SIGNED", "B_SIGNED"),
                ("A_REG", "B_REG"),
                ("PIPELINE_16x16_MULT_REG1", "PIPELINE_16x16_MULT_REG2"),
            ),
            alike=(
                ("PIPELINE_16x16_MULT_REG1", "TOP_8x8_MULT_REG"),
                ("PIPELINE_16x16_MULT_REG1", "BOT_8x8_MULT_REG"),
            ),
            fixed=(("TOPOUTPUT_SELECT", 3), ("BOTOUTPUT_SELECT", 3)),
        ),
        # FPGA-TN-02204, "ECP5 and ECP5-5G Memory Usage Guide".
        "DP16KD": Primitive(
            dict.fromkeys(("ADA", "ADB"), 14)
            | dict.fromkeys(("DIA", "DIB"), 18)
            | dict.fromkeys(("CSA", "CSB"), 3)
            | dict.fromkeys(("CLKA", "CEA", "OCEA", "WEA", "RSTA"), 1)
            | dict.fromkeys(("CLKB", "CEB", "OCEB", "WEB", "RSTB"), 1),
            {"DOA": 18, "DOB": 18},
            {
                "REGMODE_A": ("NOREG", "OUTREG"),
                "REGMODE_B": ("NOREG", "OUTREG"),
                "GSR": ("ENABLED", "DISABLED"),
            },
            Memory(
                (
                    ReadPort("ADA", "DOA", "CLKA", ("CEA", "OCEA"), "DATA_WIDTH_A", "REGMODE_A"),
                    ReadPort("ADB", "DOB", "CLKB", ("CEB", "OCEB"), "DATA_WIDTH_B", "REGMODE_B"),
                ),
                address_bits=14,
                contents="INITVAL_",
                rows=16,
                places=20,
            ),
            single_bits=True,
            alike=(("REGMODE_A", "REGMODE_B"),),
        ),
        # FPGA-TN-02012, "ECP5 and ECP5-5G Family Data Sheet", ripple mode of a slice.
        "CCU2C": Primitive(
            dict.fromkeys("ABCD", 2) | {"CIN": 1},
            {"S": 2, "COUT": 1},
            {"INJECT1_0": INJECTED, "INJECT1_1": INJECTED},
            Chain("CIN", "COUT", "S", ("A", "B", "C", "D"), ("INIT0", "INIT1")),
            single_bits=True,
            fixed=(("INJECT1_0", "NO"), ("INJECT1_1", "NO")),
        ),
        # UG474, "7 Series FPGAs Configurable Logic Block", carry logic; UG953, its library.
        "CARRY4": Primitive(
            {"CI": 1, "CYINIT": 1, "DI": 4, "S": 4},
            {"O": 4, "CO": 4},
            {},
            Chain("CI", "CO", "O", passes="S", carried="DI", first_carry="CYINIT"),
        ),
        # UG574, "UltraScale Architecture Configurable Logic Block", carry logic; UG974, its library.
        "CARRY8": Primitive(
            {"CI": 1, "CI_TOP": 1, "DI": 8, "S": 8},
            {"O": 8, "CO": 8},
            {"CARRY_TYPE": ("SINGLE_CY8", "DUAL_CY4")},
            Chain("CI", "CO", "O", passes="S", carried="DI"),
            fixed=(("CARRY_TYPE", "SINGLE_CY8"),),
        ),
        # The same libraries: a look-up table of six inputs with its second output.
        "LUT6_2": Primitive(
            dict.fromkeys(("I0", "I1", "I2", "I3", "I4", "I5"), 1),
            {"O6": 1, "O5": 1},
            {},
            Slot(("I0", "I1", "I2", "I3", "I4"), "I5", "O6", "O5", "INIT"),
        ),
    }
)  # fmt: skip
