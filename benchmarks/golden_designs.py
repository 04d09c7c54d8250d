"""The designs of the golden table of quality: small ones of every kind that users bring, in the native language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GoldenDesign:
    """A program with the clock that it is compiled for; formats and errors stand in the text."""

    name: str
    source: str
    frequency_mhz: float = 100.0


@dataclass(frozen=True, slots=True)
class Combination:
    """A design on a device, with or without DSP blocks."""

    design: str
    device: str
    dsp: str

    def __str__(self) -> str:
        return f"{self.design} {self.device} {self.dsp}"

    @property
    def top(self) -> str:
        """The module's name."""
        return self.design.replace("-", "_")


DESIGNS = (
    GoldenDesign(
        "readme-first",
        "input x : fixed<12,3> in [-3, 3]\ny = x*sin(x)\noutput y error <= 2^-8",
    ),
    GoldenDesign(
        "readme-bell",
        "input x, y : fixed<8,3> in [-3, 3]\ninput t : ufixed<6,0>\nr = sqrt(x^2 + y^2)\n"
        "z = exp(-r^2)*sin(3*t) + 0.25*x*y\noutput z : fixed<9,3> error <= 2^-4",
    ),
    GoldenDesign(
        "reference",
        "input a, b, c, d : fixed<12,6>\ny = 0.5*a*b + 0.25*c^2 - 1.3*d + 0.1\n"
        "output y : fixed<15,12>",
        200.0,
    ),
    GoldenDesign("product", "input a, b : fixed<12,4>\ny = a*b\noutput y : fixed<16,8>"),
    GoldenDesign("wide-product", "input a, b : fixed<20,4>\ny = a*b\noutput y : fixed<24,8>"),
    GoldenDesign(
        "distance",
        "input a, b, c, d : fixed<10,2>\ny = (a - c)^2 + (b - d)^2\noutput y : ufixed<12,5>",
        150.0,
    ),
    GoldenDesign(
        "horner",
        "input x : fixed<10,1>\ny = 0.1 + x*(0.7 + x*(-0.3 + x*(0.25 + x*(0.05 - 0.02*x))))\n"
        "output y error <= 2^-7",
        150.0,
    ),
    GoldenDesign(
        "filter",
        "input a, b, c, d, e, f, g, h : fixed<12,1>\n"
        "y = 0.03*a + 0.11*b + 0.21*c + 0.27*d + 0.27*e + 0.21*f + 0.11*g + 0.03*h\n"
        "output y : fixed<14,2>",
        200.0,
    ),
    GoldenDesign(
        "rotation",
        "input x, y : fixed<12,2>\nu = 0.8660254*x - 0.5*y\nv = 0.5*x + 0.8660254*y\n"
        "output u : fixed<12,3>\noutput v : fixed<12,3>",
    ),
    GoldenDesign(
        "neuron",
        "input a, b, c : fixed<10,2>\ny = tanh(0.7*a - 1.2*b + 0.4*c + 0.1)\noutput y : fixed<9,2>",
    ),
    GoldenDesign("sigmoid", "input x : fixed<10,4>\ny = sigmoid(x)\noutput y : ufixed<8,1>"),
    GoldenDesign("sine", "input x : ufixed<12,0>\ny = sin(2*pi*x)\noutput y : fixed<12,2>"),
    GoldenDesign("root", "input x : ufixed<12,0>\ny = sqrt(x)\noutput y : ufixed<12,0>"),
    GoldenDesign(
        "logarithm", "input x : ufixed<12,3> in [0.25, 4]\ny = log(x)\noutput y : fixed<11,2>"
    ),
    GoldenDesign(
        "quotient",
        "input a : fixed<10,2>\ninput b : ufixed<10,3> in [1, 4]\ny = a/b\noutput y : fixed<10,3>",
    ),
    GoldenDesign(
        "angle",
        "input a : fixed<9,1>\ninput b : ufixed<9,1> in [0.25, 1]\ny = atan2(a, b)\n"
        "output y error <= 2^-6",
    ),
    GoldenDesign(
        "damped",
        "input t : ufixed<8,2>\ny = exp(-0.8*t)*cos(3*t)\noutput y : fixed<8,2>",
    ),
    GoldenDesign(
        "lorentz",
        "input v : fixed<9,1> in [-0.9, 0.9]\ninput m : ufixed<8,1>\ny = m/sqrt(1 - v^2)\n"
        "output y error <= 2^-6",
    ),
    GoldenDesign(
        "density",
        "input x : fixed<8,3>\ninput s : ufixed<6,2> in [0.5, 2]\n"
        "y = exp(-(x/s)^2/2)/(s*sqrt(2*pi))\noutput y error <= 2^-5",
    ),
    GoldenDesign(
        "regression",
        "input x0, x1 : fixed<10,3> in [-2, 2]\n"
        "y = sin(1.3*x0 + 0.2)*(x1 - 0.57) + 2.1*abs(x1) - cos(x0)\noutput y : fixed<9,5>",
    ),
    GoldenDesign(
        "taggers",
        "input a, b, c : fixed<8,2>\nf = 0.3*a*b - c\ng = sin(a) + 0.4*c^2\nh = max(b - c, 0.2)\n"
        "output f : fixed<8,4>\noutput g : fixed<8,4>\noutput h : fixed<8,4>",
        150.0,
    ),
    GoldenDesign(
        "decision",
        "input x, y : fixed<10,3>\nz = if x < y then 0.75*x + 1 else y - 0.5*x\n"
        "output z : fixed<11,4>",
        150.0,
    ),
    GoldenDesign(
        "largest",
        "input a, b, c, d : fixed<10,3>\ny = argmax(a, b, c, d)\noutput y : ufixed<2,2>",
        150.0,
    ),
    GoldenDesign(
        "wrapped",
        "input x : fixed<12,5>\ny = clamp(mod(x, 3) - floor(0.3*x), -2, 2)\noutput y error <= 2^-7",
    ),
    GoldenDesign(
        "fine-exponential",
        "input x : fixed<15,1>\ny = exp(x)\noutput y error <= 2^-11",
        80.0,
    ),
)
