"""A cell's integer as a Verilog-2001 expression that is right in the context of an assignment to the cell's width.

Verilog extends operands to the width of the context by their signedness, and a single unsigned operand makes the
whole expression unsigned. So the operands of an operator here are either all signed or all unsigned; where they are
mixed, the unsigned ones get a zero bit on top and become signed. Upper bits that the result's range does not need are
dropped by the assignment, which is right modulo a power of two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from symhdl.ir.datapath import Cell, CellKind

LONGEST_DECIMAL_BITS = 64


def literal(value: int, *, signed: bool) -> str:
    """A sized number; signed ones have a bit more than the magnitude, so that the minus is exact."""
    magnitude = abs(value)
    width = max(1, magnitude.bit_length()) + signed
    digits = f"d{magnitude}" if width <= LONGEST_DECIMAL_BITS else f"h{magnitude:x}"
    text = f"{width}'{'s' if signed else ''}{digits}"
    return f"-{text}" if value < 0 else text


def bits_of(value: int, width: int) -> str:
    """The two's complement bits of a number, in hexadecimal."""
    return f"{width}'h{value & ((1 << width) - 1):0{(width + 3) // 4}x}"


def declaration(cell: Cell) -> str:
    """Signedness and bounds between `wire`, `reg` or `input` and the name, with a space at the end."""
    return vector(cell.signed, cell.width)


def vector(signed: bool, width: int) -> str:
    """Signedness and bounds for a declaration, with a space at the end."""
    bounds = f"[{width - 1}:0] " if width > 1 else ""
    return f"{'signed ' if signed else ''}{bounds}"


def select(name: str, width: int, high: int, low: int) -> str:
    """Bits of a signal of this width; unsigned unless they are the whole signal."""
    if low == 0 and high == width - 1:
        return name
    return f"{name}[{high}]" if high == low else f"{name}[{high}:{low}]"


@dataclass(frozen=True, slots=True)
class Signal:
    """An operand: its cell, and the name of its signal."""

    cell: Cell
    name: str

    @property
    def constant(self) -> int | None:
        """The value of a constant."""
        return self.cell.value if self.cell.kind is CellKind.CONSTANT else None

    def text(self, *, signed: bool) -> str:
        """The operand for an expression of this signedness."""
        if self.constant is not None:
            return literal(self.constant, signed=signed)
        return f"$signed({{1'b0, {self.name}}})" if signed and not self.cell.signed else self.name


def _mixed(operands: Sequence[Signal]) -> list[str]:
    """The operands, all signed if one is."""
    signed = any(operand.cell.signed for operand in operands)
    return [operand.text(signed=signed) for operand in operands]


def _sum(a: Signal, b: Signal, sign: int) -> str:
    """a + b or a - b, a negative constant at the end with the opposite sign."""
    if a.constant is not None and sign > 0:
        a, b = b, a
    if b.constant is None:
        left, right = _mixed((a, b))
        return f"{left} {'+' if sign > 0 else '-'} {right}"
    number = sign * b.constant
    left = a.text(signed=a.cell.signed)
    return f"{left} {'-' if number < 0 else '+'} {literal(abs(number), signed=a.cell.signed)}"


def _sum_of_terms(cell: Cell, operands: Sequence[Signal]) -> str:
    """The terms with their weights and the constant term, a positive one first; all are of one signedness."""
    signed = any(operand.cell.signed for operand in operands)
    parts = [
        (weight < 0, _times(text, abs(weight), signed=signed))
        for weight, text in zip(cell.weights, _mixed(operands), strict=True)
    ]
    if cell.value:
        parts.append((cell.value < 0, literal(abs(cell.value), signed=signed)))
    return _joined_terms(parts)


def _joined_terms(parts: Sequence[tuple[bool, str]]) -> str:
    """Terms, each with whether it is subtracted, as a sum, a positive one first."""
    in_order = sorted(parts, key=lambda part: part[0])
    first, *others = (f"{'-' if negative else '+'} {text}" for negative, text in in_order)
    return " ".join([first.removeprefix("+ ").replace("- ", "-", 1), *others])


def _times(text: str, weight: int, *, signed: bool) -> str:
    if weight == 1:
        return text
    if weight & (weight - 1):
        return f"{text} * {literal(weight, signed=signed)}"
    return f"({text} <<< {weight.bit_length() - 1})"


def _negated(_cell: Cell, operands: Sequence[Signal]) -> str:
    """The difference from 0, of which Yosys makes one chain; of `-a` it makes an inverter for each bit besides."""
    a = operands[0]
    if a.constant is not None:
        return literal(-a.constant, signed=True)
    return f"{literal(0, signed=a.cell.signed)} - {a.name}"


def _infix(operator: str) -> Callable[[Cell, Sequence[Signal]], str]:
    return lambda cell, operands: f" {operator} ".join(_mixed(operands))


def _shift_left(cell: Cell, operands: Sequence[Signal]) -> str:
    a, amount = operands[0], cell.shift
    if a.constant is not None:
        return literal(a.constant << amount, signed=a.constant < 0)
    if amount == 0:
        return a.name
    joined = f"{{{a.name}, {literal_zero(amount)}}}"
    return f"$signed({joined})" if a.cell.signed else joined


def literal_zero(width: int) -> str:
    """That many zero bits."""
    return f"{width}'d0"


def _shift_right(cell: Cell, operands: Sequence[Signal]) -> str:
    a, amount = operands[0], cell.shift
    if a.constant is not None:
        return literal(a.constant >> amount, signed=a.constant < 0)
    width = a.cell.width
    if amount >= width and not a.cell.signed:
        return literal_zero(1)
    low = min(amount, width - 1)
    high = min(low + cell.width, width) - 1
    part = select(a.name, width, high, low)
    # A part select is unsigned; if the result is wider, the sign must go with it.
    return f"$signed({part})" if a.cell.signed and high - low + 1 < cell.width else part


def _bits(cell: Cell, operands: Sequence[Signal]) -> str:
    a, low = operands[0], cell.shift
    count = min(cell.count, cell.width)
    if a.constant is not None:
        return literal((a.constant >> low) & ((1 << count) - 1), signed=False)
    width = a.cell.width
    missing = low + count - width
    if missing <= 0:
        part = select(a.name, width, low + count - 1, low)
        return f"{{{part}}}" if a.cell.signed and part == a.name else part
    if not a.cell.signed:
        return select(a.name, width, width - 1, low) if low < width else literal_zero(1)
    sign = select(a.name, width, width - 1, width - 1)
    if low >= width:
        return f"{{{count}{{{sign}}}}}"
    return f"{{{{{missing}{{{sign}}}}}, {select(a.name, width, width - 1, low)}}}"


def inline(cell: Cell, operand: Signal, *, signless: bool) -> str | None:
    """A wire as an operand of another expression; None if it is not exactly as wide as what is written for it.

    `signless`: its bits alone matter, as where it is assigned to something just as wide.
    What is written needs no brackets: a concatenation, a choice of bits or `$signed(...)`.
    """
    if operand.constant is not None:
        return None
    a = operand.cell
    text = EXPRESSIONS[cell.kind](cell, (operand,))
    if cell.kind is CellKind.SHIFT_LEFT:
        is_exact = (a.signed, a.width + cell.shift) == (cell.signed, cell.width)
        return text if is_exact and cell.shift else None
    count = cell.count if cell.kind is CellKind.BITS else cell.width
    if count != cell.width or cell.shift + count > a.width or text == operand.name:
        return None
    return f"$signed({text})" if cell.signed and not signless else text


def _choice(_cell: Cell, operands: Sequence[Signal]) -> str:
    chosen, other = _mixed(operands[1:])
    return f"{operands[0].text(signed=False)} ? {chosen} : {other}"


def _row(cell: Cell, operands: Sequence[Signal]) -> str:
    """The multiple that the digit chooses, bit by bit of it; a negative one is inverted."""
    digit, b = operands
    signed = cell.signed or b.cell.signed
    text = b.text(signed=signed)
    text = f"({text})" if text.startswith("-") else text  # of a minus there is no complement
    choices = [
        literal(0, signed=signed)
        if weight == 0
        else f"~{_times(text, -weight, signed=signed)}"
        if weight < 0
        else _times(text, weight, signed=signed)
        for weight in cell.weights[: digit.cell.maximum + 1]
    ]
    if digit.constant is not None:
        return choices[-1]
    bits = (len(choices) - 1).bit_length()
    for bit in range(bits):
        chosen = select(digit.name, digit.cell.width, bit, bit)
        pairs = [choices[k : k + 2] for k in range(0, len(choices), 2)]
        choices = [f"({chosen} ? {p[1]} : {p[0]})" if len(p) == 2 else p[0] for p in pairs]
    return choices[0].removeprefix("(").removesuffix(")") if bits else choices[0]


def _two_rows(cell: Cell, operands: Sequence[Signal]) -> str:
    """The numbers that their bits choose, a positive one first if there is one, and the constant."""
    signed = any(operand.cell.signed for operand in operands[1::2])
    zero = literal(0, signed=signed)
    parts = []
    for weight, bit, number in zip(cell.weights, operands[::2], operands[1::2], strict=True):
        text = number.text(signed=signed)
        if bit.constant is None:
            text = f"({bit.name} ? {text} : {zero})"
        elif not bit.constant:
            text = zero
        parts.append((weight < 0, text))
    if cell.value:
        parts.append((cell.value < 0, literal(abs(cell.value), signed=signed)))
    return _joined_terms(parts)


def _join(cell: Cell, operands: Sequence[Signal]) -> str:
    upper, lower = operands
    missing = cell.shift - lower.cell.width
    bits = bits_of(lower.constant, cell.shift) if lower.constant is not None else lower.name
    zeros = f"{literal_zero(missing)}, " if missing and lower.constant is None else ""
    above = bits_of(upper.constant, upper.cell.width) if upper.constant is not None else upper.name
    joined = f"{{{above}, {zeros}{bits}}}"
    return f"$signed({joined})" if upper.cell.signed else joined


EXPRESSIONS: dict[CellKind, Callable[[Cell, Sequence[Signal]], str]] = {
    CellKind.ADD: lambda cell, operands: _sum(operands[0], operands[1], 1),
    CellKind.SUBTRACT: lambda cell, operands: _sum(operands[0], operands[1], -1),
    CellKind.NEGATE: _negated,
    CellKind.SUM: _sum_of_terms,
    CellKind.MULTIPLY: _infix("*"),
    CellKind.SQUARE: lambda cell, operands: " * ".join(_mixed((operands[0], operands[0]))),
    CellKind.ROW: _row,
    CellKind.TWO_ROWS: _two_rows,
    CellKind.SHIFT_LEFT: _shift_left,
    CellKind.SHIFT_RIGHT: _shift_right,
    CellKind.BITS: _bits,
    CellKind.JOIN: _join,
    CellKind.LESS: _infix("<"),
    CellKind.LESS_EQUAL: _infix("<="),
    CellKind.EQUAL: _infix("=="),
    CellKind.NOT: lambda cell, operands: f"!{operands[0].text(signed=False)}",
    CellKind.AND: _infix("&"),
    CellKind.OR: _infix("|"),
    CellKind.SELECT: _choice,
    CellKind.REGISTER: lambda cell, operands: operands[0].text(signed=operands[0].cell.signed),
}
"""What computes each kind; tables are functions of the module, inputs are ports."""
