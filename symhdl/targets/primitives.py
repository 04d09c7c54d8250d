"""The primitives that a device file may instance: ports, and the values of each parameter, as far as symhdl uses them.

A device file comes from anywhere, and what it says here reaches generated text. So it chooses from this table; each
primitive has a behavioural model of symhdl's own (`symhdl.backends.models`), which knows no more than stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

Values = tuple[str | int, ...]
"""What a parameter may be; the first is what it is where nobody sets it."""


@dataclass(frozen=True, slots=True)
class Primitive:
    """Ports with their widths, parameters with their values.

    `single_bits` is true where a vector is spelled as ports of one bit each: `A0`, `A1`, ...
    """

    inputs: Mapping[str, int]
    outputs: Mapping[str, int]
    parameters: Mapping[str, Values]
    single_bits: bool = False

    def spelled(self, port: str) -> str:
        """The port as a device file spells it."""
        width = self.inputs.get(port) or self.outputs[port]
        return f"{port}#" if self.single_bits and width > 1 else port


def _bits(*names: str) -> dict[str, Values]:
    return dict.fromkeys(names, (0, 1))


CLOCKS: Values = ("NONE", "CLK0")

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
        ),
    }
)  # fmt: skip
