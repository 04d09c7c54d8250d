"""What the names in SymPy's `srepr` stand for: symbols, numbers, matrices, constants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NamedTuple

from symhdl.errors import Span, SymhdlError, error
from symhdl.numeric.literal import read_literal
from symhdl.sources.sympy.item import (
    APPLIED,
    CONTAINER,
    DOUBLE_PRECISION,
    NAMED,
    STRING,
    SYMBOL,
    Item,
    decimal,
    number,
)
from symhdl.sources.sympy.program import MATRIX
from symhdl.sources.sympy.structure import FALSE, TRUE

_FUNCTION = "Function"  # Function('f'), which the next bracket applies
_BITS_PER_DIGIT = 3.33

_CONSTANTS = {
    "pi": "Pi",
    "E": "Exp1",
    "I": "ImaginaryUnit",
    "oo": "Infinity",
    "zoo": "ComplexInfinity",
    "nan": "NaN",
    "true": TRUE,
    "True": TRUE,
    "false": FALSE,
    "False": FALSE,
}
_CLASSES = frozenset(
    ("Pi", "Exp1", "Infinity", "NegativeInfinity", "NaN", "ImaginaryUnit", "GoldenRatio")
) | {"EulerGamma", "Catalan", "ComplexInfinity", "EmptySet", "None"}


def constant(name: str, place: Span) -> Item:
    """A name without a bracket behind it. Raises SymhdlError if it is no constant of SymPy."""
    kind = _CONSTANTS.get(name, name)
    if kind in _CLASSES or kind in (TRUE, FALSE):
        return Item(kind, span=place)
    raise error(
        "unknown-name",
        f"SymPy has no constant `{name[:60]}`",
        place,
        help=f"srepr writes a symbol as Symbol('{name[:60]}')",
    )


def made(name: str, arguments: tuple[Item, ...], keywords: Mapping[str, Item], place: Span) -> Item:
    """What a call makes; most are the class of that name with these arguments."""
    if name in _MAKERS:
        return _MAKERS[name](_Call(name, arguments, keywords, place))
    if name.endswith("Matrix"):
        return Item(MATRIX, _elements(arguments), span=place)
    return Item(name, arguments, span=place)


def applied(function: Item, arguments: tuple[Item, ...], place: Span) -> Item:
    """What `Function('f')(...)` makes. Raises SymhdlError if something else is called."""
    if function.kind != _FUNCTION:
        raise error(
            "syntax",
            "what stands before this bracket cannot be called",
            place,
            help="srepr calls classes and Function('name') alone",
        )
    return Item(APPLIED, arguments, name=function.name, span=place)


def negative(item: Item) -> Item:
    """The item with a minus before it."""
    if item.kind == "Infinity":
        return Item("NegativeInfinity", span=item.span)
    if item.value is not None:
        return number(-item.value, item.span)
    return Item("Mul", (number(-1), item), span=item.span)


class _Call(NamedTuple):
    name: str
    arguments: tuple[Item, ...]
    keywords: Mapping[str, Item]
    place: Span

    def wrong(self, example: str) -> SymhdlError:
        """The error for arguments that srepr does not write."""
        message = f"this is not how srepr writes a {self.name}"
        return error("bad-expression", message, self.place, help=f"as in {example}")

    def text(self) -> str:
        """The text that is the first argument."""
        first = self.arguments[0] if self.arguments else self.keywords.get("name")
        if first is None or first.kind != STRING or not first.name:
            raise self.wrong(f"{self.name}('x')")
        return first.name


def _symbol(call: _Call) -> Item:
    """A symbol; its assumptions tell it from others of its name."""
    told = sorted((k, v.kind, v.value or 0) for k, v in call.keywords.items() if k != "name")
    is_unique = call.name == "Dummy"
    identity = (call.name, *told)
    return Item(SYMBOL, name=call.text(), identity=identity, is_unique=is_unique, span=call.place)


def _integer(call: _Call) -> Item:
    value = _number_in(call.arguments)
    if value is None or value.denominator != 1:
        raise call.wrong("Integer(3)")
    return number(value, call.place)


def _number_in(arguments: tuple[Item, ...]) -> Fraction | None:
    """The value of a single argument: a number, or a number as a text."""
    if len(arguments) != 1:
        return None
    if arguments[0].kind == STRING:
        value = read_literal(arguments[0].name)
        return value if isinstance(value, Fraction) else None
    return arguments[0].value


def _rational(call: _Call) -> Item:
    match [argument.value for argument in call.arguments]:
        case [Fraction() as value]:
            return number(value, call.place)
        case [Fraction() as numerator, Fraction() as denominator] if denominator:
            return number(numerator / denominator, call.place)
    raise call.wrong("Rational(1, 2)")


def _float(call: _Call) -> Item:
    value = _number_in(call.arguments[:1])
    if value is None:
        raise call.wrong("Float('0.5', precision=53)")
    return number(decimal(value, _precision(call)), call.place)


def _precision(call: _Call) -> int:
    """The bits of a Float: given, or from the decimal digits that old versions give; else those of a double."""
    bits = call.keywords.get("precision")
    digits = call.keywords.get("prec") or call.keywords.get("dps")
    if bits is not None and bits.value is not None:
        return int(bits.value)
    if len(call.arguments) > 1:
        digits = call.arguments[1]
    if digits is None or digits.value is None or digits.value == 15:
        return DOUBLE_PRECISION
    return int(digits.value * Fraction(_BITS_PER_DIGIT))


def _elements(arguments: tuple[Item, ...]) -> tuple[Item, ...]:
    """The elements of a matrix row by row, from rows or from the numbers of rows and columns and a list."""
    rows = arguments[-1].arguments if arguments else ()
    return tuple(
        element for row in rows for element in (row.arguments if row.kind == CONTAINER else (row,))
    )


def _dict(call: _Call) -> Item:
    if not all(len(pair.arguments) == 2 for pair in call.arguments):
        raise call.wrong("Dict(Tuple(Symbol('x'), Integer(1)))")
    entries = tuple(
        Item(NAMED, pair.arguments[1:], name=pair.arguments[0].name, span=pair.span)
        for pair in call.arguments
    )
    return Item(CONTAINER, entries, span=call.place)


def _array(call: _Call) -> Item:
    return Item(MATRIX, _elements(call.arguments[:1]), span=call.place)


_MAKERS: dict[str, Callable[[_Call], Item]] = {
    **dict.fromkeys(("Symbol", "Dummy", "Wild"), _symbol),
    "Str": lambda call: Item(STRING, name=call.text(), span=call.place),
    "Function": lambda call: Item(_FUNCTION, name=call.text(), span=call.place),
    "UndefinedFunction": lambda call: Item(_FUNCTION, name=call.text(), span=call.place),
    "Integer": _integer,
    "Rational": _rational,
    "Float": _float,
    "Dict": _dict,
    "ImmutableDenseNDimArray": _array,
    "MutableDenseNDimArray": _array,
}
