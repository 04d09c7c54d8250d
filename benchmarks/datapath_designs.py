"""The operators by which the datapath is judged, with what others take for the same work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Reached(NamedTuple):
    """What somebody's design takes of ECP5, LUT4 and two for each carry cell; None is not known."""

    by: str
    luts: int
    ffs: int | None = None
    dsps: int = 0
    mhz: float | None = None
    cycles: int | None = None


@dataclass(frozen=True, slots=True)
class DatapathDesign:
    """A program for a clock, with or without blocks, and what it is held against."""

    name: str
    source: str
    frequency_mhz: float
    dsp: str = "none"
    others: tuple[Reached, ...] = ()


REFERENCE = (
    "input a, b, c, d : fixed<16,6> in [-4, 4]\ny = 0.5*a*b + 0.25*c^2 - 1.3*d + 0.1\n"
    "output y : fixed<16,6>"
)
# firwin(16, 0.3) times 2^12, and the integers that numpy.random.default_rng(0) gives first.
FIR16 = (10, -4, -49, -102, -34, 282, 779, 1166, 1166, 779, 282, -34, -102, -49, -4, 10)
MATRIX8 = (
    (89, 35, 2, -59, -50, -118, -109, -124),
    (-84, 80, 38, 105, 0, 27, 120, 58),
    (33, 11, 15, 111, -57, 80, 43, -128),
    (-28, 91, 13, -120, 67, 58, 88, -84),
    (-106, 92, -123, 10, -108, -52, -5, -20),
    (-25, -121, -127, -97, -126, 43, 6, 37),
    (-63, 29, 67, -30, -11, 127, 78, 123),
    (-31, 47, 115, 38, 87, 48, 52, -29),
)


LINEAR = {
    "fir16": tuple((weight,) for weight in FIR16),
    "matvec8": MATRIX8,
}
"""Designs that other tools make, too: 16-bit integers times these, a column for each output."""


def _weighted(outputs: Sequence[Sequence[int]]) -> str:
    """Exact sums of 16-bit integers times the weights, an output for each row."""
    lines = []
    for place, weights in enumerate(outputs):
        names = [f"x{k}" for k in range(len(weights))]
        terms = (f"({weight})*{name}" for weight, name in zip(weights, names, strict=True))
        lines.append(f"y{place} = {' + '.join(terms)}")
    declared = f"input {', '.join(names)} : fixed<16,16>"
    sizes = (sum(map(abs, weights)) << 15 for weights in outputs)
    widths = (size.bit_length() + 1 for size in sizes)
    exact = (f"output y{place} : fixed<{width},{width}>" for place, width in enumerate(widths))
    return "\n".join((declared, *lines, *exact))


def _product(width: int, kind: str) -> str:
    return (
        f"input a, b : {kind}<{width},{width}>\ny = a*b\noutput y : {kind}<{2 * width},{2 * width}>"
    )


def _square(width: int) -> str:
    return f"input a : ufixed<{width},{width}>\ny = a^2\noutput y : ufixed<{2 * width},{2 * width}>"


def _exact(inputs: str, kind: str, expressions: Sequence[str], width: int) -> str:
    """Exact results of so many bits from integers."""
    lines = [f"{name} = {text}" for name, text in zip("yz", expressions, strict=False)]
    outputs = [f"output {name} : {kind}<{width},{width}>" for name in "yz"[: len(expressions)]]
    return "\n".join((f"input {inputs}", *lines, *outputs))


def _dot(count: int, width: int) -> str:
    """The dot product of two vectors of integers without sign."""
    vectors = [[f"{name}{k}" for k in range(count)] for name in "ab"]
    terms = " + ".join(f"{a}*{b}" for a, b in zip(*vectors, strict=True))
    names = ", ".join(name for vector in vectors for name in vector)
    bits = 2 * width + (count - 1).bit_length()
    return _exact(f"{names} : ufixed<{width},{width}>", "ufixed", [terms], bits)


SUMS_OF_PRODUCTS = {
    "sum-of-products2": _exact("a, b, c, d : ufixed<12,12>", "ufixed", ["a*b + c*d"], 25),
    "sum-of-products2-odd": _exact("a, b, c, d : ufixed<13,13>", "ufixed", ["a*b + c*d"], 27),
    "sum-of-products4": _exact(
        "a, b, c, d, e, f, g, h : fixed<12,12>", "fixed", ["a*b + c*d - e*f + g*h"], 26
    ),
    "complex": _exact("a, b, c, d : fixed<12,12>", "fixed", ["a*c - b*d", "a*d + b*c"], 25),
    "product-plus-number": _exact(
        "a : ufixed<7,7>\ninput b : ufixed<12,12>\ninput c : ufixed<12,12>",
        "ufixed", ["a*b + c"], 19,
    ),
    "common-factor": _exact("a, b, c : fixed<12,12>", "fixed", ["a*b + a*c"], 25),
    "x-times-x-plus-k": _exact("x : ufixed<12,12>", "ufixed", ["x*(x + 5)"], 25),
    "cube": _exact("x : ufixed<8,8>", "ufixed", ["x^3"], 24),
    "rounded-product": "input a, b : ufixed<12,0>\ny = a*b\noutput y : ufixed<12,0>",
    "dot8": _dot(8, 8),
}  # fmt: skip
"""Programs of which products are added."""


LUT6_DEVICES = ("xcvu9p", "xc7a35t")


def designs_of_lut6() -> Iterator[DatapathDesign]:
    """Products and squares for LUTs of six inputs; Yosys makes those of `*`, without DSP blocks and registers."""
    yosys = {10: 198, 16: 538}
    for width, luts in yosys.items():
        others = (Reached("Yosys", luts),)
        yield DatapathDesign(f"product{width}", _product(width, "ufixed"), 250, "none", others)
        yield DatapathDesign(f"signed-product{width}", _product(width, "fixed"), 250)
    yield DatapathDesign("square10", _square(10), 250)


def designs() -> Iterator[DatapathDesign]:
    """All designs. Figures of others are for the same work, ports registered."""
    hand = Reached("hand", 73, 72, 3, 248, 4)
    yield DatapathDesign("reference", REFERENCE, 200, "auto", (hand,))
    others = (Reached("CIRCT", 1497), Reached("Yosys", 2814))
    yield DatapathDesign("reference", REFERENCE, 200, "none", others)
    flopoco = {8: 173, 12: 424, 16: 870, 24: 1685}
    yosys = {8: 159, 12: 374, 16: 680, 24: 1566}
    for width in (8, 12, 16, 24):
        mhz = 250 if width < 24 else 200
        others = (Reached("FloPoCo", flopoco[width]), Reached("Yosys", yosys[width]))
        yield DatapathDesign(f"product{width}", _product(width, "ufixed"), mhz, "none", others)
        yield DatapathDesign(f"signed-product{width}", _product(width, "fixed"), mhz)
    flopoco = {8: 70, 12: 175, 16: 370}
    yosys = {8: 83, 12: 250, 16: 509}
    for width in (8, 12, 16):
        others = (Reached("FloPoCo", flopoco[width]), Reached("Yosys", yosys[width]))
        yield DatapathDesign(f"square{width}", _square(width), 250, "none", others)
    faithful = "input a, b : ufixed<16,16>\ny = a*b\noutput y : ufixed<16,32>"
    yield DatapathDesign("faithful16", faithful, 250, "none", (Reached("FloPoCo", 626),))
    for name, source in SUMS_OF_PRODUCTS.items():
        yield DatapathDesign(name, source, 250)
    alkaid = Reached("alkaid", 801, 994, 0, 269, 7)
    yield DatapathDesign("fir16", _weighted((FIR16,)), 250, "none", (alkaid,))
    da4ml = Reached("da4ml", 2500, None, 0, 228, 11)
    transposed = tuple(zip(*MATRIX8, strict=True))
    yield DatapathDesign("matvec8", _weighted(transposed), 250, "none", (da4ml,))
    for constant, luts in ((1331, 68), (54321, 117)):
        text, hand = _weighted(((constant,),)), Reached("hand", luts)
        yield DatapathDesign(f"constant{constant}", text, 200, "none", (hand,))
