"""Single operators of many sizes, from which the figures of the cost model are fitted."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from symhdl.arithmetic.constants import with_digits
from symhdl.arithmetic.product_cells import products_in_rows
from symhdl.arithmetic.sums import with_trees
from symhdl.cost.products import logic_of
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Datapath, Port
from symhdl.ir.live import remove_dead_cells
from symhdl.targets.target import Target

WIDTHS = (6, 16, 8, 24, 12, 10)  # the first of any number are far apart
PRODUCTS = ((4, 4), (6, 6), (8, 8), (10, 10), (12, 12), (16, 16), (12, 6), (16, 8), (20, 5))
FACTORS = (5, 11, 173, 2979, 54321, -46597)
Build = Callable[[DatapathBuilder, list[int]], int]
"""Builds an operator on the cells of the inputs."""
CURVES: dict[str, Callable[[float], float]] = {
    "sine": lambda x: math.sin(x * math.pi / 2),
    "decay": lambda x: math.exp(-5 * x),
    "bump": lambda x: math.exp(-((4 * x - 2) ** 2)),
    "wave": lambda x: 0.5 + 0.5 * math.sin(20 * x),
}


@dataclass(frozen=True, slots=True)
class Operator:
    """A combinational datapath of one operator as it leaves lowering; `kind` groups it with others of its kind."""

    kind: str
    datapath: Datapath

    @property
    def name(self) -> str:
        """The module's name."""
        return self.datapath.top


def operators(target: Target) -> tuple[Operator, ...]:
    """All of them, each once, of the cells that a device's compiler makes of them without DSP blocks."""
    makers = (_sums, _constants, _products, _squares, _comparisons, _choices, _tables, _chains)
    return tuple(
        Operator(operator.kind, _as_cells(operator.datapath, target))
        for maker in makers
        for operator in maker()
    )


def _as_cells(datapath: Datapath, target: Target) -> Datapath:
    trees = with_trees(with_digits(datapath), logic_of(target, datapath.primitives))
    return products_in_rows(trees, target)


def _operator(
    kind: str, label: str, build: Build,
    widths: tuple[int, ...], *, signed: bool = True,
) -> Operator:  # fmt: skip
    builder = DatapathBuilder()
    cells: list[int] = []
    for position, width in enumerate(widths):
        low, high = (
            (-(1 << (width - 1)), (1 << (width - 1)) - 1) if signed else (0, (1 << width) - 1)
        )
        cells.append(builder.input(f"i{position}", low, high, 0))
    result = build(builder, cells)
    inputs = tuple(_port(builder, f"i{position}", cell) for position, cell in enumerate(cells))
    top = f"{kind}_{label}"
    outputs = (_port(builder, "y", result),)
    plain = Datapath(top, tuple(builder.cells), inputs, outputs, dsp="none")
    return Operator(kind, remove_dead_cells(plain))


def _port(builder: DatapathBuilder, name: str, index: int) -> Port:
    cell = builder.cells[index]
    return Port(name, name, index, cell.format, cell.minimum, cell.maximum)


def _upper_bits(build: Build, cut: int) -> Build:
    return lambda builder, inputs: builder.shift_right(build(builder, inputs), cut, 0)


def _times(factor: int) -> Build:
    return lambda builder, inputs: builder.sum([(factor, inputs[0])], 0, 0)


def _plus(offset: int) -> Build:
    return lambda builder, inputs: builder.add(inputs[0], builder.constant(offset, 0))


def _upper_half(width: int) -> Build:
    return lambda builder, inputs: builder.shift_right(builder.multiply(*inputs), width, 0)


def _below(bound: int) -> Build:
    return lambda builder, inputs: builder.less(inputs[0], builder.constant(bound, 0))


def _held(bound: int) -> Build:
    return lambda builder, inputs: builder.clamp(inputs[0], -bound, bound)


def _looked_up(contents: tuple[int, ...]) -> Build:
    return lambda builder, inputs: builder.table(inputs[0], contents, 0)


def _sums() -> Iterator[Operator]:
    for width in WIDTHS:
        yield _operator("add", f"{width}", lambda b, i: b.add(*i), (width, width))
        yield _operator("subtract", f"{width}", lambda b, i: b.subtract(*i), (width, width))
        yield _operator("offset", f"{width}", _plus((1 << width) // 3), (width,))
        yield _operator("negate", f"{width}", lambda b, i: b.negate(*i), (width,))
        cut = 2 * width // 3
        upper_sum = _upper_bits(lambda b, i: b.add(*i), cut)
        upper_difference = _upper_bits(lambda b, i: b.subtract(*i), cut)
        yield _operator("add", f"upper{width}", upper_sum, (width, width))
        yield _operator("subtract", f"upper{width}", upper_difference, (width, width))
        yield _operator(
            "offset", f"upper{width}", _upper_bits(_plus((1 << width) // 3), cut), (width,)
        )
    for count in (3, 4, 8):
        for width in (8, 16):
            yield _operator(
                "sum",
                f"{count}x{width}",
                lambda b, i: b.sum([(1, a) for a in i], 0, 0),
                (width,) * count,
            )


def _constants() -> Iterator[Operator]:
    for factor in FACTORS:
        for width in (8, 14):
            label = f"{factor}x{width}".replace("-", "m")
            yield _operator(
                "constant",
                label,
                _times(factor),
                (width,),
            )


def _products() -> Iterator[Operator]:
    for pair in PRODUCTS:
        label = "{}x{}".format(*pair)
        yield _operator("multiply", label, lambda b, i: b.multiply(*i), pair)
        yield _operator("multiply", "u" + label, lambda b, i: b.multiply(*i), pair, signed=False)
    for width in (8, 12):
        yield _operator(
            "multiply", f"top{width}",
            _upper_half(width), (width, width),
        )  # fmt: skip


def _squares() -> Iterator[Operator]:
    for width in (6, 8, 12, 16):
        yield _operator("square", f"{width}", lambda b, i: b.square(*i), (width,))
        yield _operator("square", f"u{width}", lambda b, i: b.square(*i), (width,), signed=False)


def _comparisons() -> Iterator[Operator]:
    for width in WIDTHS:
        half = (1 << (width - 2)) // 3
        yield _operator("less", f"{width}", lambda b, i: b.less(*i), (width, width))
        yield _operator("less", f"c{width}", _below(half), (width,))
        yield _operator("equal", f"{width}", lambda b, i: b.equal(*i), (width, width))


def _choices() -> Iterator[Operator]:
    def absolute(builder: DatapathBuilder, inputs: list[int]) -> int:
        negative = builder.less(inputs[0], builder.constant(0, 0))
        return builder.select(negative, builder.negate(inputs[0]), inputs[0])

    def choice(builder: DatapathBuilder, inputs: list[int]) -> int:
        return builder.select(builder.bits(inputs[0], 0, 1), inputs[1], inputs[2])

    for width in WIDTHS:
        bound = (1 << (width - 2)) + 3
        yield _operator("select", f"{width}", choice, (1, width, width), signed=False)
        yield _operator("absolute", f"{width}", absolute, (width,))
        yield _operator("maximum", f"{width}", lambda b, i: b.maximum(*i), (width, width))
        yield _operator("clamp", f"{width}", _held(bound), (width,))


def _tables() -> Iterator[Operator]:
    for name, curve in CURVES.items():
        for bits in (4, 6, 7, 8, 10):
            for width in (6, 12):
                size = 1 << bits
                scale = (1 << width) - 1
                contents = tuple(round(curve((k + 0.5) / size) * scale) for k in range(size))
                yield _operator(
                    "table", f"{name}{bits}x{width}",
                    _looked_up(contents), (bits,), signed=False,
                )  # fmt: skip


def _chains() -> Iterator[Operator]:
    """Sums and differences behind each other, whose carries overlap."""

    def plain(builder: DatapathBuilder, inputs: list[int]) -> int:
        first = builder.add(inputs[0], inputs[1])
        return builder.add(builder.add(first, inputs[2]), inputs[3])

    def differences(builder: DatapathBuilder, inputs: list[int]) -> int:
        first = builder.subtract(inputs[0], inputs[1])
        return builder.subtract(inputs[3], builder.subtract(inputs[2], first))

    def decided(builder: DatapathBuilder, inputs: list[int]) -> int:
        total = builder.add(inputs[0], inputs[1])
        larger = builder.less(total, inputs[2])
        return builder.select(larger, total, inputs[3])

    for width in (8, 12, 16):
        for name, build in (("plain", plain), ("differences", differences), ("decided", decided)):
            yield _operator("chain", f"{name}{width}", build, (width,) * 4)
