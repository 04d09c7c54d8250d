"""A cell's integer as a C++ expression on `ap_int` and `ap_uint`, exact before it is assigned to the cell's type.

What `ap_int` does, and what is made of it here:
- sums, differences, products and the unary minus grow, so they are exact whatever the operands' types are, and the
  assignment drops upper bits that the proved range does not need;
- a left shift keeps the width of its operand, so the operand is cast to the result's type first;
- comparisons of signed with unsigned operands are wrong for negative numbers of 32 bits and more in the simulation
  headers, so both are cast to one type that holds them;
- both branches of `?:` must have one type, so both are cast to the result's;
- numbers beyond 64 bits have no literals, so they are written as strings of hexadecimal two's complement.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from symhdl.ir.datapath import Cell, CellKind

LONGEST_INT = 31
LONGEST_LITERAL = 64
NATIVE_TYPES = ((8, "char"), (16, "short"), (32, "int"), (64, "long long"))


def integer_type(signed: bool, width: int) -> str:
    """The arbitrary-precision type."""
    return f"ap_{'' if signed else 'u'}int<{width}>"


def cell_type(cell: Cell) -> str:
    """The type of a cell's integer."""
    return integer_type(cell.signed, cell.width)


def native_type(signed: bool, width: int) -> str | None:
    """The shortest type of C++ itself that holds the integers; None beyond 64 bits."""
    name = next((name for bits, name in NATIVE_TYPES if width <= bits), None)
    if name is None:
        return None
    prefix = ("signed " if name == "char" else "") if signed else "unsigned "
    return prefix + name


def native_literal(value: int) -> str:
    """An integer from -2**63 to 2**64 - 1 as a literal of C++."""
    if value == -(1 << (LONGEST_LITERAL - 1)):
        # The minus is an operator, and its operand would not fit.
        return f"({value + 1}LL - 1)"
    if value.bit_length() <= LONGEST_INT:
        return str(value)
    return f"{value}{'LL' if value.bit_length() < LONGEST_LITERAL else 'ULL'}"


def hexadecimal(value: int, width: int) -> str:
    """The two's complement bits in hexadecimal; without the prefix `ap_int` takes 0b and 0d for other bases."""
    return f"0x{value & ((1 << width) - 1):0{(width + 3) // 4}x}"


def literal(value: int, signed: bool, width: int) -> str:
    """The integer as a constant of the arbitrary-precision type."""
    kind = integer_type(signed, width)
    if width > LONGEST_LITERAL:
        return f'{kind}("{hexadecimal(value, width)}", 16)'
    return f"{kind}({native_literal(value)})"


@dataclass(frozen=True, slots=True)
class Variable:
    """An operand: its cell, and the name of its variable."""

    cell: Cell
    name: str

    @property
    def constant(self) -> int | None:
        """The value of a constant."""
        return self.cell.value if self.cell.kind is CellKind.CONSTANT else None

    @property
    def text(self) -> str:
        """The operand in its own type."""
        return self.as_type(self.cell.signed, self.cell.width)

    def as_type(self, signed: bool, width: int) -> str:
        """The operand in another type, modulo two to the width if that is narrower."""
        if self.constant is not None:
            return literal(self.constant, signed, width)
        if (self.cell.signed, self.cell.width) == (signed, width):
            return self.name
        return f"{integer_type(signed, width)}({self.name})"


def _sum(a: Variable, b: Variable, sign: int) -> str:
    """a + b or a - b, a negative constant at the end with the opposite sign."""
    if a.constant is not None and sign > 0:
        a, b = b, a
    if b.constant is not None and b.constant < 0:
        width = (-b.constant).bit_length()
        return f"{a.text} {'-' if sign > 0 else '+'} {literal(-b.constant, False, width)}"
    return f"{a.text} {'+' if sign > 0 else '-'} {b.text}"


def _sum_of_terms(cell: Cell, operands: Sequence[Variable]) -> str:
    """The terms with their weights and the constant term, a positive one first."""
    parts = [
        (weight < 0, a.text if abs(weight) == 1 else f"{a.text} * {_unsigned(abs(weight))}")
        for weight, a in zip(cell.weights, operands, strict=True)
    ]
    if cell.value:
        parts.append((cell.value < 0, _unsigned(abs(cell.value))))
    parts.sort(key=lambda part: part[0])
    first, *others = (f"{'-' if negative else '+'} {text}" for negative, text in parts)
    return " ".join([first.removeprefix("+ ").replace("- ", "-", 1), *others])


def _unsigned(value: int) -> str:
    return literal(value, False, value.bit_length())


def _compare(operator: str) -> Callable[[Cell, Sequence[Variable]], str]:
    def write(_cell: Cell, operands: Sequence[Variable]) -> str:
        signed = any(operand.cell.signed for operand in operands)
        width = max(
            operand.cell.width + (signed and not operand.cell.signed) for operand in operands
        )
        left, right = (
            operand.name
            if operand.constant is None and operand.cell.signed == signed
            else operand.as_type(signed, width)
            for operand in operands
        )
        return f"{left} {operator} {right}"

    return write


def _infix(operator: str) -> Callable[[Cell, Sequence[Variable]], str]:
    return lambda cell, operands: f"{operands[0].text} {operator} {operands[1].text}"


def _shift_left(cell: Cell, operands: Sequence[Variable]) -> str:
    widened = operands[0].as_type(cell.signed, cell.width)
    if cell.shift >= cell.width:
        return literal(0, cell.signed, cell.width)
    return f"{widened} << {cell.shift}" if cell.shift else widened


def _shift_right(cell: Cell, operands: Sequence[Variable]) -> str:
    a = operands[0]
    if a.constant is not None:
        return literal(a.constant >> cell.shift, cell.signed, cell.width)
    if cell.shift >= a.cell.width and not a.cell.signed:
        return literal(0, cell.signed, cell.width)
    amount = min(cell.shift, a.cell.width - 1)
    return f"{a.name} >> {amount}" if amount else a.name


def _bits(cell: Cell, operands: Sequence[Variable]) -> str:
    a, low, count = operands[0], cell.shift, cell.count
    if a.constant is not None:
        return literal((a.constant >> low) & ((1 << count) - 1), cell.signed, cell.width)
    high = low + count - 1
    if high < a.cell.width:
        return f"{a.name}.range({high}, {low})"
    if low >= a.cell.width and not a.cell.signed:
        return literal(0, cell.signed, cell.width)
    # Beyond the top there are copies of the sign, which the shift brings in; the inner cast cuts them to the count.
    shifted = f"{a.name} >> {min(low, a.cell.width - 1)}"
    return shifted if cell.width == count else f"{integer_type(False, count)}({shifted})"


def _choice(cell: Cell, operands: Sequence[Variable]) -> str:
    chosen, other = (operand.as_type(cell.signed, cell.width) for operand in operands[1:])
    return f"{operands[0].text} ? {chosen} : {other}"


def _row(cell: Cell, operands: Sequence[Variable]) -> str:
    """The multiple that the digit chooses; all are right modulo two to the width."""
    digit, b = operands
    zero, text = literal(0, cell.signed, cell.width), b.as_type(cell.signed, cell.width)
    choices = [
        f"{cell_type(cell)}({'~' if weight < 0 else ''}({text} << {abs(weight).bit_length() - 1}))"
        if weight
        else zero
        for weight in cell.weights
    ]
    tests = [f"{digit.text} == {place} ? {choice} : " for place, choice in enumerate(choices[:-1])]
    return "".join([*tests, choices[-1]])


def _two_rows(cell: Cell, operands: Sequence[Variable]) -> str:
    """The numbers that their bits choose; all are right modulo two to the width."""
    kind, zero = cell_type(cell), literal(0, cell.signed, cell.width)
    width = max(cell.width, cell.value.bit_length() + 1)
    parts = [literal(cell.value, cell.value < 0, width)]
    for weight, bit, number in zip(cell.weights, operands[::2], operands[1::2], strict=True):
        text = number.as_type(cell.signed, cell.width)
        parts.append(f"{'-' if weight < 0 else '+'} {kind}({bit.text} == 1 ? {text} : {zero})")
    return " ".join(parts)


def _join(cell: Cell, operands: Sequence[Variable]) -> str:
    upper, lower = (operand.as_type(cell.signed, cell.width) for operand in operands)
    return f"({upper} << {cell.shift}) | {lower}"


EXPRESSIONS: dict[CellKind, Callable[[Cell, Sequence[Variable]], str]] = {
    CellKind.ADD: lambda cell, operands: _sum(operands[0], operands[1], 1),
    CellKind.SUBTRACT: lambda cell, operands: _sum(operands[0], operands[1], -1),
    CellKind.NEGATE: lambda cell, operands: f"-{operands[0].text}",
    CellKind.SUM: _sum_of_terms,
    CellKind.MULTIPLY: _infix("*"),
    CellKind.SQUARE: lambda cell, operands: f"{operands[0].text} * {operands[0].text}",
    CellKind.ROW: _row,
    CellKind.TWO_ROWS: _two_rows,
    CellKind.SHIFT_LEFT: _shift_left,
    CellKind.SHIFT_RIGHT: _shift_right,
    CellKind.BITS: _bits,
    CellKind.JOIN: _join,
    CellKind.LESS: _compare("<"),
    CellKind.LESS_EQUAL: _compare("<="),
    CellKind.EQUAL: _compare("=="),
    CellKind.NOT: lambda cell, operands: f"!{operands[0].text}",
    CellKind.AND: _infix("&"),
    CellKind.OR: _infix("|"),
    CellKind.SELECT: _choice,
}
"""What computes each kind; tables are arrays, inputs are parameters, registers are left to the HLS tool."""


def widest(cell: Cell, operands: Sequence[Cell]) -> int:
    """The most bits of any `ap_int` in the cell's statement, those inside of the expression included."""
    widths = [operand.width for operand in operands]
    match cell.kind:
        case CellKind.MULTIPLY | CellKind.SQUARE:
            grown = (widths * 2)[0] + (widths * 2)[1]
        case CellKind.SUM:
            sizes = [
                w + weight.bit_length() for w, weight in zip(widths, cell.weights, strict=True)
            ]
            grown = max(*sizes, cell.value.bit_length()) + len(sizes) + 2
        case CellKind.TWO_ROWS:
            grown = max(*widths, cell.width, cell.value.bit_length()) + 3
        case _:
            grown = max(widths, default=0) + 2
    return max(cell.width, grown, cell.count)
