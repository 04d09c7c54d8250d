"""Functions and small designs that cost models are fitted to: how operators behave between each other."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from tempfile import TemporaryDirectory

import symhdl
from symhdl.choices import DspUse
from symhdl.ir.datapath import Datapath
from symhdl.targets.target import Costs, Delays

DELAYS = Delays(1.0, 0.9, 1.2, 0.08, 0.8, 0.1)
COSTS = Costs(*[1.0] * len(dataclasses.fields(Costs)))
"""What the designs are compiled by. They stay as they are whatever is fitted to them: a second fit changes nothing."""

SOURCES = {
    "hyperbolic": "input x : fixed<9,2>\ny = cosh(x)\noutput y : ufixed<9,4>",
    "tangent": "input x : fixed<11,2>\ny = atan(x)\noutput y : fixed<11,2>",
    "power": "input x : ufixed<10,0>\ny = exp2(x)\noutput y : ufixed<12,2>",
    "late": "input x, b : fixed<8,2>\ny = tanh(x*b)\noutput y : fixed<9,2>",
    "early": "input x, b : fixed<8,1>\ny = b*erf(3*x) + 0.4\noutput y : fixed<9,2>",
    "inverse": "input x : ufixed<13,4> in [1.5, 8]\ny = 1/x\noutput y : ufixed<11,0>",
    "two": "input x, b : fixed<9,1>\ny = cos(2*x)*asinh(b)\noutput y error <= 2^-7",
    "inner": "input x, b : fixed<8,1>\ny = sin(1 + x - 3*b)\noutput y : fixed<8,2>",
    "bilinear": "input x, b, c : fixed<10,2>\ny = (x - 0.3)*(b + 0.7*c) - 1.1*x\noutput y : fixed<12,6>",
    "cubic": "input x : fixed<11,1>\ny = x^3 - 0.62*x + 0.11\noutput y : fixed<11,2>",
    "squares": "input x, b : fixed<13,3>\ny = x^2 - 0.5*b^2\noutput y : fixed<14,7>",
    "weights": "input x, b, c, d : fixed<9,1>\ny = 0.37*x - 0.81*b + 0.093*c + 0.55*d\noutput y : fixed<11,2>",
    "tested": "input x, b : fixed<9,3>\ny = if x > 0.4 then x*b else 0.3*b\noutput y : fixed<10,6>",
    "held": "input x, b : fixed<9,3>\ny = min(max(x + b, -2), b)*0.7\noutput y : fixed<9,4>",
}
FUNCTIONS = ("sin", "exp", "tanh", "sqrt", "log", "sigmoid")
WIDTHS = (8, 11)
FREQUENCIES_MHZ = (60.0, 170.0)


def compositions(device: str, dsp: DspUse) -> dict[str, Datapath]:
    """All of them as compiled for a device, but for its figures, by the name of the module."""
    found: dict[str, Datapath] = {}
    with TemporaryDirectory() as folder:
        path = Path(folder, "unfitted.toml")
        path.write_text(unfitted(device), encoding="utf-8")
        for name, source in SOURCES.items():
            for frequency_mhz in FREQUENCIES_MHZ:
                top = f"{name}_{frequency_mhz:.0f}"
                found[top] = _compiled(source, top, str(path), dsp, frequency_mhz)
        for function in FUNCTIONS:
            for width in WIDTHS:
                source = (
                    f"input x : ufixed<{width},2> in [0.25, 3.9]\ny = {function}(x)\n"
                    f"output y error <= 2^-{width - 3}"
                )
                top = f"{function}_{width}"
                found[top] = _compiled(source, top, str(path), dsp, 100.0)
    return found


def unfitted(device: str) -> str:
    """The text of a device that differs from another one in what is fitted."""
    costs = dataclasses.asdict(COSTS)
    sections = {
        "delays": dataclasses.asdict(DELAYS), "costs": costs, "alternative_costs": costs,
    }  # fmt: skip
    lines = [f'extends = "{device}"', 'name = "unfitted"', 'description = "before any fit"']
    for section, figures in sections.items():
        lines += ["", f"[{section}]", *(f"{name} = {figure}" for name, figure in figures.items())]
    return "\n".join(lines) + "\n"


def _compiled(source: str, top: str, device: str, dsp: DspUse, frequency_mhz: float) -> Datapath:
    design = symhdl.compile(source, device=device, frequency=frequency_mhz, top=top, dsp=dsp)
    return design.datapath
