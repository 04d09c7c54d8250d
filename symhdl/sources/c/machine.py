"""What C means: integer division that truncates, conversions, arrays, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction

from symhdl.functions.operation import Operation
from symhdl.numeric.limits import MAXIMUM_DIGITS
from symhdl.numeric.literal import read_literal
from symhdl.sources.c.declarations import CDeclarations
from symhdl.sources.c.library import (
    INTEGERS,
    KEEPS_INTEGERS,
    NO_NUMBERS,
    ONLY_FOR_INTEGERS,
    ROUNDED_TO_INTEGERS,
    TRUTHS,
)
from symhdl.sources.c.types import NARROW, c_type
from symhdl.sources.imperative.syntax import Expression, Kind
from symhdl.sources.imperative.values import Module, Scalar, Sort, Value

_INTEGER = re.compile(r"(0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9]+)[uUlLzZ]{0,3}")
_REAL = re.compile(
    r"((?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|0[xX][0-9a-fA-F]*\.?[0-9a-fA-F]*[pP][+-]?[0-9]+)"
    r"(?:[fFlL]|[fF](?:16|32|64))?"
)
_ARITHMETIC = {
    "+": Operation.ADD,
    "-": Operation.SUBTRACT,
    "*": Operation.MULTIPLY,
    "/": Operation.DIVIDE,
}
_LOGIC = {"&&": Operation.AND, "||": Operation.OR}
LARGEST_SHIFT = 256


class CMachine(CDeclarations):
    """Executes C."""

    inputs_by_option: frozenset[str] = frozenset()

    # --- numbers --------------------------------------------------------------------------------------

    def literal(self, expression: Expression) -> Scalar:
        """A number. Integers with a leading 0 are octal."""
        text = expression.text.replace("'", "")
        found: Fraction | str = f"`{expression.text}` is no number in C"
        sort = Sort.REAL
        integer = _INTEGER.fullmatch(text)
        if integer is not None:
            sort = Sort.INTEGER
            found = self._integer(integer[1])
        elif (real := _REAL.fullmatch(text)) is not None:
            found = read_literal(real[1])
        if isinstance(found, str):
            help = "a product needs its `*`" if text[-1:].isalpha() else None
            raise self.mistake("bad-number", found, expression, help)
        return Scalar(self.calculator.constant(found), sort)

    def _integer(self, digits: str) -> Fraction | str:
        if len(digits) > MAXIMUM_DIGITS:
            return f"a number has at most {MAXIMUM_DIGITS} digits, this one has {len(digits)}"
        if digits[:2] in ("0b", "0B"):
            return Fraction(int(digits[2:], 2))
        if digits[:2] in ("0x", "0X"):
            return Fraction(int(digits[2:], 16))
        if digits[0] == "0" and len(digits) > 1:
            if not all(digit in "01234567" for digit in digits):
                return f"`{digits}` begins with 0, so it is octal, and has other digits than 0 to 7"
            return Fraction(int(digits, 8))
        return Fraction(int(digits))

    def prefix(self, expression: Expression, operand: Value) -> Value:
        """`-a`, `!a`, `~a`; a pointer stands for what it points to."""
        inner = expression.operands[0]
        if expression.text == "*" and not self._is_pointer(inner):
            raise self._no_pointer(expression)
        if expression.text in "*&":
            return operand
        number = self.number_of(operand, inner)
        self.calculator.place = self.place(expression)
        if expression.text == "!":
            return Scalar(self.calculator.negation(number.node), Sort.INTEGER)
        sort = max(number.sort, Sort.INTEGER)
        if expression.text == "+":
            return Scalar(number.node, sort)
        negative = self.calculator.apply(Operation.NEGATE, number.node)
        if expression.text == "-":
            self._warn_of_wrapping(expression, negative)
            return Scalar(negative, sort)
        if sort is Sort.REAL:
            raise self.mistake("bits-of-real", "`~` is for integers", expression)
        one = self.calculator.constant(1)
        return Scalar(self.calculator.apply(Operation.SUBTRACT, negative, one), sort)

    def comparison(self, expression: Expression, operands: Sequence[Value]) -> Scalar:
        """`a < b`. A chain of them is no mistake in C, but hardly ever meant."""
        first = expression.operands[0]
        is_chain = first.kind is Kind.COMPARISON and first.start == first.operands[0].start
        if is_chain and expression.text not in ("==", "!="):
            message = "this compares the truth of the first comparison, 0 or 1"
            self.warn("chained-comparison", message, expression, "write a < b && b < c")
        return super().comparison(expression, operands)

    def _warn_of_wrapping(self, expression: Expression, node: int) -> None:
        """Tells of a difference of an unsigned variable that may be below 0, where C goes on at the other end."""
        value = self.calculator.value(node)
        if (value is None or value < 0) and any(map(self._is_unsigned, expression.operands)):
            message = "unsigned numbers wrap round in C where they get below 0, here they do not"
            self.warn("wraps-round", message, expression, "declare the variables as int")

    def _is_unsigned(self, expression: Expression) -> bool:
        """Whether this is a variable of an unsigned type that is not promoted to `int`."""
        slot = self.frame.slot(expression.text) if expression.kind is Kind.NAME else None
        found = c_type("" if slot is None else self.frame.types.get(slot, ""))
        is_wide = found.format is None or found.format.width > NARROW
        return found.sort is Sort.INTEGER and found.is_unsigned and is_wide

    def _is_pointer(self, expression: Expression) -> bool:
        slot = self.frame.slot(expression.text) if expression.kind is Kind.NAME else None
        return slot is not None and self.frame.types.get(slot, "").endswith("*")

    def _no_pointer(self, expression: Expression) -> Exception:
        if self.source.text[: expression.start].rstrip().endswith("*"):
            return self.mistake("syntax", "`**` is no power in C", expression, "write pow(a, b)")
        help = "write a[1] instead of *(a + 1)"
        return self.mistake("unsupported", "this is no pointer of a parameter", expression, help)

    def infix(self, expression: Expression, left: Value, right: Value) -> Value:
        """`a + b` and the like; integers stay integers."""
        first, second = expression.operands
        a, b = self.number_of(left, first), self.number_of(right, second)
        self.calculator.place = self.place(expression)
        operator = expression.text
        sort = max(a.sort, b.sort, Sort.INTEGER)
        if operator in _LOGIC:
            one, two = self.calculator.truth(a.node), self.calculator.truth(b.node)
            return Scalar(self.calculator.apply(_LOGIC[operator], one, two), Sort.INTEGER)
        if operator in _ARITHMETIC and (operator != "/" or sort is Sort.REAL):
            node = self.calculator.apply(_ARITHMETIC[operator], a.node, b.node)
            if operator == "-" and sort is Sort.INTEGER:
                self._warn_of_wrapping(expression, node)
            return Scalar(node, sort)
        if sort is Sort.REAL:
            raise self._not_for_reals(expression)
        node = {
            "/": self._quotient,
            "%": self._remainder,
            "<<": self._shifted,
            ">>": self._shifted,
        }.get(operator, self._bits)(expression, a.node, b.node)
        return Scalar(node, sort)

    def _not_for_reals(self, expression: Expression) -> Exception:
        remedies = {
            "%": ("the remainder `%` is for integers", "write fmod(a, b), or declare integers"),
            "^": ("`^` is no power in C but the exclusive or of bits", "write pow(a, b)"),
        }
        message, help = remedies.get(
            expression.text,
            (f"`{expression.text}` is for integers", "declare the variables as integers"),
        )
        return self.mistake("bits-of-real", message, expression, help)

    def _quotient(self, expression: Expression, a: int, b: int) -> int:
        """Integers divided by integers: the fraction is cut off."""
        calculator = self.calculator
        self._refuse_zero(expression, b)
        quotient = calculator.apply(Operation.DIVIDE, a, b)
        value = calculator.value(quotient)
        if value is not None and value.denominator != 1:
            self.warn(
                "integer-division",
                f"integers are divided here, so the fraction of {_short(value)} is cut off",
                expression,
                "write 1.0 instead of 1 for a quotient with a fraction",
            )
        return calculator.truncate(quotient)

    def _remainder(self, expression: Expression, a: int, b: int) -> int:
        """What the truncated quotient leaves; it has the sign of the dividend."""
        self._refuse_zero(expression, b)
        calculator = self.calculator
        quotient = calculator.truncate(calculator.apply(Operation.DIVIDE, a, b))
        product = calculator.apply(Operation.MULTIPLY, b, quotient)
        return calculator.apply(Operation.SUBTRACT, a, product)

    def _refuse_zero(self, expression: Expression, divisor: int) -> None:
        if self.calculator.value(divisor) == 0:
            raise self.mistake("division-by-zero", "an integer is divided by zero", expression)

    def _shifted(self, expression: Expression, a: int, b: int) -> int:
        """A product with a power of two, or the quotient rounded down."""
        value = self.calculator.value(b)
        if value is None or not 0 <= value <= LARGEST_SHIFT:
            message = f"a shift is by a constant from 0 to {LARGEST_SHIFT}"
            raise self.mistake("bad-shift", message, expression.operands[1])
        factor = self.calculator.constant(2 ** int(value))
        if expression.text == "<<":
            return self.calculator.apply(Operation.MULTIPLY, a, factor)
        return self.calculator.floor_divide(a, factor)

    def _bits(self, expression: Expression, a: int, b: int) -> int:
        """Operations on bits: of constants, of truths, and the lowest bits of a number."""
        calculator = self.calculator
        operator = expression.text
        one, two = calculator.value(a), calculator.value(b)
        if one is not None and two is not None:
            pair = int(one), int(two)
            results = {"&": pair[0] & pair[1], "|": pair[0] | pair[1], "^": pair[0] ^ pair[1]}
            return calculator.constant(results[operator])
        if calculator.is_boolean(a) and calculator.is_boolean(b):
            if operator == "^":
                return calculator.compare("!=", a, b)
            return calculator.apply(Operation.AND if operator == "&" else Operation.OR, a, b)
        mask, number = (two, a) if two is not None else (one, b)
        if operator == "&" and mask is not None and mask > 0 and int(mask) & int(mask + 1) == 0:
            return calculator.apply(Operation.MODULO, number, calculator.constant(mask + 1))
        if operator == "^":
            raise self._not_for_reals(expression)
        message = f"`{operator}` on the bits of variables is not read"
        help = "only the lowest bits can be taken, as in n & 7"
        raise self.mistake("unsupported", message, expression, help)

    # --- names, calls, types ----------------------------------------------------------------------------

    def free_name(self, expression: Expression) -> Value:
        """A constant of the headers, or an input."""
        name = expression.text
        if name in self.inputs_by_option:
            return self.new_input(name)
        if name in NO_NUMBERS:
            help = "hardware knows finite numbers only"
            raise self.mistake("no-number", f"`{name}` is no number", expression, help)
        if name in INTEGERS:
            return Scalar(self.calculator.constant(INTEGERS[name]), Sort.INTEGER)
        constant = self.library.constant(name, self.calculator)
        if constant is not None:
            is_truth = name.lower() in ("true", "false")
            return Scalar(constant, Sort.BOOLEAN if is_truth else Sort.REAL)
        return Module(name) if self.library.knows(name) else self.new_input(name)

    def attribute(self, expression: Expression, base: Value) -> Value:
        """Members of structures are not read."""
        del base
        help = "give each member a variable of its own"
        raise self.mistake("unsupported", "members of structures are not read", expression, help)

    def cast(self, expression: Expression, value: Value) -> Value:
        """`(type) a`."""
        return self.convert(expression.text, value, expression)

    def library_call(
        self,
        expression: Expression,
        name: str,
        arguments: Sequence[Value],
        keywords: Mapping[str, Value],
    ) -> Value:
        """A function of math.h, with or without the letter that tells its type, or one of the user's."""
        del keywords
        places = expression.operands[1:]
        pairs = zip(arguments, places, strict=True)
        numbers = [self.number_of(value, place) for value, place in pairs]
        self.calculator.place = self.place(expression)
        known = self._known(name)
        if known is None:
            raise self.unknown_function(expression, name)
        plain = ROUNDED_TO_INTEGERS.get(known, known)
        sorts = [number.sort for number in numbers]
        if plain in ONLY_FOR_INTEGERS and Sort.REAL in sorts:
            message = (
                f"in C `{name}` is for integers; it is read as the one of C++, for all numbers"
            )
            self.warn("integer-function", message, expression.operands[0], "write fabs")
        nodes = [number.node for number in numbers]
        node = self.library.call(plain, nodes, self.calculator)
        if node is None:
            counts = " or ".join(str(n) for n in self.library.arities(plain) if n > 0)
            message = f"`{name}` takes {counts} arguments, here it has {len(nodes)}"
            raise self.mistake("wrong-arity", message, expression)
        if known in ROUNDED_TO_INTEGERS or known in TRUTHS:
            return Scalar(node, Sort.INTEGER)
        if plain in KEEPS_INTEGERS:
            return Scalar(node, max(*sorts, Sort.INTEGER))
        return Scalar(node, Sort.REAL)

    def _known(self, name: str) -> str | None:
        """The function of this name, or without the `f` or `l` behind it."""
        for prefix in ("", "__builtin_", "__"):
            if not name.startswith(prefix):
                continue
            inner = name[len(prefix) :]
            shorter = inner[:-1] if inner[-1:] in "fl" else inner
            for candidate in (inner, shorter):
                if self.library.knows(candidate) or candidate in ROUNDED_TO_INTEGERS:
                    return candidate
        return None


def _short(value: Fraction) -> str:
    text = str(value)
    return text if len(text) < 30 else f"{float(value):.6g}"
