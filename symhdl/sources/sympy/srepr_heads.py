"""What the names in SymPy's `srepr` stand for: symbols, numbers, matrices, constants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

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
    "inf": "Infinity",
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
_NUMBERS = {
    "Half": Fraction(1, 2),
    "One": Fraction(1),
    "Zero": Fraction(0),
    "NegativeOne": Fraction(-1),
}
_LONG_NAMES = {
    "Eq": "Equality",
    "Ne": "Unequality",
    "Lt": "StrictLessThan",
    "Le": "LessThan",
    "Gt": "StrictGreaterThan",
    "Ge": "GreaterThan",
}


def constant(name: str, place: Span) -> Item:
    """A name without a bracket behind it. Raises SymhdlError if it is no constant of SymPy."""
    short = name.rpartition(".")[2]
    if short in _NUMBERS:
        return number(_NUMBERS[short], place)
    kind = _CONSTANTS.get(short, short)
    if kind in _CLASSES or kind in (TRUE, FALSE):
        return Item(kind, span=place)
    raise error(
        "unknown-name",
        f"SymPy has no constant `{name[:60]}`",
        place,
        help=f"srepr writes a symbol as Symbol('{short[:60]}')",
    )


def made(head: str, arguments: tuple[Item, ...], keywords: Mapping[str, Item], place: Span) -> Item:
    """What a call makes; most are the class of that name with these arguments."""
    name = head.rpartition(".")[2]
    name = _LONG_NAMES.get(name, name)
    if name in _MAKERS:
        return _MAKERS[name](name, arguments, keywords, place)
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


_Maker = Callable[[str, tuple[Item, ...], Mapping[str, Item], Span], Item]


def _wrong(name: str, place: Span, example: str) -> SymhdlError:
    return error(
        "bad-expression", f"this is not how srepr writes a {name}", place, help=f"as in {example}"
    )


def _text(name: str, arguments: tuple[Item, ...], keywords: Mapping[str, Item], place: Span) -> str:
    first = arguments[0] if arguments else keywords.get("name")
    if first is None or first.kind != STRING or not first.name:
        raise _wrong(name, place, f"{name}('x')")
    return first.name


def _symbol(
    name: str, arguments: tuple[Item, ...], keywords: Mapping[str, Item], place: Span
) -> Item:
    """A symbol; its assumptions tell it from others of its name."""
    assumptions = sorted((k, v.kind, v.value or 0) for k, v in keywords.items() if k != "name")
    label = _text(name, arguments, keywords, place)
    identity = (name, *assumptions)
    return Item(SYMBOL, name=label, identity=identity, is_unique=name == "Dummy", span=place)


def _function(
    name: str, arguments: tuple[Item, ...], keywords: Mapping[str, Item], place: Span
) -> Item:
    return Item(_FUNCTION, name=_text(name, arguments, keywords, place), span=place)


def _string(
    name: str, arguments: tuple[Item, ...], keywords: Mapping[str, Item], place: Span
) -> Item:
    return Item(STRING, name=_text(name, arguments, keywords, place), span=place)


def _integer(name: str, arguments: tuple[Item, ...], _: Mapping[str, Item], place: Span) -> Item:
    value = _number_in(arguments)
    if value is None or value.denominator != 1:
        raise _wrong(name, place, "Integer(3)")
    return number(value, place)


def _number_in(arguments: tuple[Item, ...]) -> Fraction | None:
    """The value of a single argument: a number, or a number as a text."""
    if len(arguments) != 1:
        return None
    if arguments[0].kind == STRING:
        value = read_literal(arguments[0].name)
        return value if isinstance(value, Fraction) else None
    return arguments[0].value


def _rational(name: str, arguments: tuple[Item, ...], _: Mapping[str, Item], place: Span) -> Item:
    if len(arguments) == 1 and arguments[0].kind == STRING:
        texts = arguments[0].name.split("/")
        found = [read_literal(text.strip()) for text in texts]
        values = [value for value in found if isinstance(value, Fraction)]
        count = len(texts)
    else:
        values = [argument.value for argument in arguments if argument.value is not None]
        count = len(arguments)
    if len(values) != count or count not in (1, 2) or (count == 2 and not values[1]):
        raise _wrong(name, place, "Rational(1, 2)")
    return number(values[0] if count == 1 else values[0] / values[1], place)


def _float(
    name: str, arguments: tuple[Item, ...], keywords: Mapping[str, Item], place: Span
) -> Item:
    if len(arguments) == 1 and arguments[0].name in ("inf", "+inf", "-inf", "nan"):
        return Item("NaN" if arguments[0].name == "nan" else "Infinity", span=place)
    value = _number_in(arguments[:1])
    if value is None:
        raise _wrong(name, place, "Float('0.5', precision=53)")
    return number(decimal(value, _precision(arguments, keywords)), place)


def _precision(arguments: tuple[Item, ...], keywords: Mapping[str, Item]) -> int:
    """The bits of a Float: given, or from the decimal digits that old versions give; else those of a double."""
    bits, digits = keywords.get("precision"), keywords.get("prec") or keywords.get("dps")
    if bits is not None and bits.value is not None:
        return int(bits.value)
    if len(arguments) > 1:
        digits = arguments[1]
    if digits is None or digits.value is None or digits.value == 15:
        return DOUBLE_PRECISION
    return int(digits.value * Fraction(_BITS_PER_DIGIT))


def _elements(arguments: tuple[Item, ...]) -> tuple[Item, ...]:
    """The elements of a matrix row by row, from rows or from the numbers of rows and columns and a list."""
    rows = arguments[-1].arguments if arguments else ()
    return tuple(
        element for row in rows for element in (row.arguments if row.kind == CONTAINER else (row,))
    )


def _matrix(_: str, arguments: tuple[Item, ...], __: Mapping[str, Item], place: Span) -> Item:
    return Item(MATRIX, _elements(arguments[:1]), span=place)


def _dict(_: str, arguments: tuple[Item, ...], __: Mapping[str, Item], place: Span) -> Item:
    entries = tuple(
        Item(NAMED, pair.arguments[1:2], name=pair.arguments[0].name, span=pair.span)
        for pair in arguments
        if len(pair.arguments) == 2
    )
    if len(entries) != len(arguments):
        raise _wrong("Dict", place, "Dict(Tuple(Symbol('x'), Integer(1)))")
    return Item(CONTAINER, entries, span=place)


_MAKERS: dict[str, _Maker] = {
    "Symbol": _symbol,
    "Dummy": _symbol,
    "Wild": _symbol,
    "Str": _string,
    "Function": _function,
    "UndefinedFunction": _function,
    "Integer": _integer,
    "Rational": _rational,
    "Float": _float,
    "Dict": _dict,
    "ImmutableDenseNDimArray": _matrix,
    "MutableDenseNDimArray": _matrix,
    "List": lambda _, arguments, __, place: Item(CONTAINER, arguments, span=place),
}
