"""The primitives that a device file may instance: their ports, parameters and behaviour, as far as symhdl uses them.

A device file comes from anywhere, and what it says here reaches generated text. So it chooses from this table. The
behaviour, from the data sheets, is what the models for simulation are made of (`symhdl.backends.models`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from symhdl.targets.behaviours import (
    ABSENT,
    Adder,
    Cascade,
    Chain,
    Choice,
    Lookup,
    PreAdder,
    Product,
    Slot,
    Values,
)
from symhdl.targets.memories import Memory, ReadPort


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
    behaviour: Product | Memory | Chain | Slot | Lookup | Choice
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

    def is_sum(self, settings: Mapping[str, str | int]) -> bool:
        """Whether parameters say that the adder behind a multiplier is used, if parameters tell."""
        adder = self.behaviour.adder if isinstance(self.behaviour, Product) else None
        if adder is None:
            return False
        name, used = adder.used_where
        return name in self.parameters and settings[name] in used

    def has_pre_sum(self, settings: Mapping[str, str | int]) -> bool:
        """Whether the adder before a multiplier is used."""
        before = self.behaviour.pre_adder if isinstance(self.behaviour, Product) else None
        return before is not None and settings[before.chosen[0]] == before.chosen[2]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of units that it may be."""
        has_adder = isinstance(self.behaviour, Product) and self.behaviour.adder is not None
        return (self.behaviour.kind, "multiply-add") if has_adder else (self.behaviour.kind,)

    def registers(self, settings: Mapping[str, str | int]) -> tuple[int, int, int, int]:
        """How many registers stand behind each operand, behind what is computed, and behind an adder there."""

        def count(*names: str) -> int:
            found = (settings[name] for name in names)
            return sum(v if isinstance(v, int) else v not in ABSENT for v in found)

        does = self.behaviour
        if isinstance(does, Memory):
            return 1, 1, count(does.ports[0].register), 0
        if not isinstance(does, Product):
            return 0, 0, 0, 0
        first, second = does.operand_registers
        if does.pre_adder is not None and self.has_pre_sum(settings):
            first = does.pre_adder.sum_register
        adder = does.adder
        last = int(adder is not None and settings[adder.register[0]] == adder.register[1])
        return count(first), count(second), count(*does.result_registers), last

    def spelled(self, port: str) -> str:
        """The port as a device file spells it."""
        width = self.inputs.get(port) or self.outputs[port]
        return f"{port}#" if self.single_bits and width > 1 else port


def _bits(*names: str) -> dict[str, Values]:
    return dict.fromkeys(names, (0, 1))


def _choice() -> Primitive:
    return Primitive(
        dict.fromkeys(("I0", "I1", "S"), 1), {"O": 1}, {}, Choice("I0", "I1", "S", "O")
    )


def _dsp48(
    width: int, opmode_bits: int, chosen: tuple[str, str, str], squares: tuple[str, ...] = ()
) -> Primitive:
    """The block of two families, which differ in the wider operand and in what chooses the numbers that are added.

    `chosen` and `squares` are those of the adder before the multiplier. With nine bits of OPMODE the adder takes C
    beside PCIN.
    """
    enables, before = ("CEA1", "CEA2", "CEB1", "CEB2", "CEM", "CEP"), ("CED", "CEAD")
    others = ("CEALUMODE", "CEC", "CECARRYIN", "CECTRL", "CEINMODE")
    resets = (
        "RSTA", "RSTALLCARRYIN", "RSTALUMODE", "RSTB", "RSTC", "RSTCTRL", "RSTD", "RSTINMODE", "RSTM", "RSTP",
    )  # fmt: skip
    unused = ("ALUMODEREG", "CARRYINREG", "CARRYINSELREG", "CREG", "INMODEREG", "OPMODEREG")
    held, twice = ("MREG", "PREG", "DREG", "ADREG"), ("AREG", "ACASCREG", "BREG", "BCASCREG")
    # X and Y the product; Z nothing, C or PCIN, and W C.
    product, added, cascaded, beside = 0b000_0101, 0b011_0101, 0b001_0101, 0b11_001_0101
    cascade = Cascade(
        "PCIN", "PCOUT", "OPMODE", cascaded, beside if beside < 1 << opmode_bits else None
    )
    pre_adder = PreAdder(
        width, "D", chosen, ("INMODE", 0b00100, 0b01100), "DREG", "ADREG", before, ("ACASCREG",), squares,
    )  # fmt: skip
    return Primitive(
        {"A": 30, "B": 18, "C": 48, "D": width, "ACIN": 30, "BCIN": 18, "PCIN": 48}
        | {"OPMODE": opmode_bits, "ALUMODE": 4, "INMODE": 5, "CARRYINSEL": 3}
        | dict.fromkeys(("CLK", *enables, *before, *others, *resets), 1)
        | dict.fromkeys(("CARRYIN", "CARRYCASCIN", "MULTSIGNIN"), 1),
        {"P": 48, "PCOUT": 48},
        dict[str, Values](dict.fromkeys((*unused, *held), (1, 0)))
        | dict.fromkeys(twice, (1, 0, 2))
        | {name: (past, used) for name, past, used in filter(None, (chosen, squares))},
        Product(
            ("A", "B"),
            (width, 18),
            "P",
            "CLK",
            enables,
            (),
            ("AREG", "BREG"),
            ("MREG",),
            Adder(
                48,
                ("C",),
                {"OPMODE": ((product,), (added, *cascade.modes)), "ALUMODE": ((0,), (0, 0b0011))},
                {"ALUMODE": 0b0011},
                ("PREG", 1),
                cascade,
            ),
            pre_adder,
        ),
        alike=(("AREG", "ACASCREG"), ("BREG", "BCASCREG")),
        fixed=tuple((name, 0) for name in unused),
    )


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
                (18, 18),
                "P",
                "CLK0",
                ("CE0",),
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
                "TOPOUTPUT_SELECT": (0, 1, 3),
                "BOTOUTPUT_SELECT": (0, 1, 3),
                "TOPADDSUB_LOWERINPUT": (0, 2),
                "BOTADDSUB_LOWERINPUT": (0, 2),
                "TOPADDSUB_CARRYSELECT": (0, 2),
            }
            | _bits("TOPADDSUB_UPPERINPUT", "BOTADDSUB_UPPERINPUT")
            | _bits("A_REG", "B_REG", "A_SIGNED", "B_SIGNED")
            | _bits("TOP_8x8_MULT_REG", "BOT_8x8_MULT_REG")
            | _bits("PIPELINE_16x16_MULT_REG1", "PIPELINE_16x16_MULT_REG2"),
            Product(
                ("A", "B"),
                (16, 16),
                "O",
                "CLK",
                ("CE",),
                ("A_SIGNED", "B_SIGNED"),
                ("A_REG", "B_REG"),
                ("PIPELINE_16x16_MULT_REG1", "PIPELINE_16x16_MULT_REG2"),
                Adder(
                    32,
                    ("D", "C"),
                    {
                        "TOPADDSUB_UPPERINPUT": ((0,), (1,)),
                        "BOTADDSUB_UPPERINPUT": ((0,), (1,)),
                        "TOPADDSUB_LOWERINPUT": ((0,), (2,)),
                        "BOTADDSUB_LOWERINPUT": ((0,), (2,)),
                        "TOPADDSUB_CARRYSELECT": ((0,), (2,)),
                        "TOPOUTPUT_SELECT": ((3,), (0, 1)),
                        "BOTOUTPUT_SELECT": ((3,), (0, 1)),
                        "ADDSUBTOP": ((0,), (0, 1)),
                        "ADDSUBBOT": ((0,), (0, 1)),
                    },
                    {"ADDSUBTOP": 1, "ADDSUBBOT": 1},
                    ("TOPOUTPUT_SELECT", 1),
                ),
            ),
            alike=(
                ("PIPELINE_16x16_MULT_REG1", "TOP_8x8_MULT_REG"),
                ("PIPELINE_16x16_MULT_REG1", "BOT_8x8_MULT_REG"),
                ("TOPOUTPUT_SELECT", "BOTOUTPUT_SELECT"),
            ),
        ),
        # UG479, "7 Series DSP48E1 Slice", and UG579, "UltraScale Architecture DSP Slice".
        "DSP48E1": _dsp48(25, 7, ("USE_DPORT", "FALSE", "TRUE")),
        "DSP48E2": _dsp48(27, 9, ("AMULTSEL", "A", "AD"), ("BMULTSEL", "B", "AD")),
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
        # UG288, "Gowin Configurable Function Unit", arithmetic logic unit; UG289, its primitives.
        "ALU": Primitive(
            dict.fromkeys(("I0", "I1", "I3", "CIN"), 1),
            {"SUM": 1, "COUT": 1},
            {"ALU_MODE": (0, 9)},
            Chain("CIN", "COUT", "SUM", ("I0", "I1", "I3")),
            fixed=(("ALU_MODE", 9),),
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
        # The same libraries: a look-up table of six inputs, and the multiplexers of a slice behind two and four.
        "LUT6": Primitive({"I": 6}, {"O": 1}, {}, Lookup("I", "O", "INIT"), single_bits=True),
        "MUXF7": _choice(),
        "MUXF8": _choice(),
    }
)  # fmt: skip
