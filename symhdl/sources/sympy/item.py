"""SymPy expressions as both readers see them, objects and `srepr` text: what kind of thing, of which parts."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from symhdl.errors import Span, SymhdlError, error
from symhdl.numeric.limits import MAXIMUM_DIGITS, MAXIMUM_EXPONENT, MAXIMUM_STEPS
from symhdl.numeric.literal import read_literal

NUMBER = "Number"
SYMBOL = "Symbol"
STRING = "Str"
CONTAINER = "Tuple"
NAMED = "Named"  # what a dict gives a name to
APPLIED = "Applied"  # a function that SymPy does not know

DOUBLE_PRECISION = 53
_LARGEST_BITS = 4 * max(MAXIMUM_DIGITS, MAXIMUM_EXPONENT)


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """An expression or another thing, such as a pair of bounds; `kind` is the name of SymPy's class, or one above.

    `value` belongs to numbers, `name` to symbols, strings and functions that SymPy does not know. `identity` tells
    symbols of the same name apart, and `is_unique` says that it is meant to.
    """

    kind: str
    arguments: tuple[Item, ...] = ()
    value: Fraction | None = None
    name: str = ""
    identity: Hashable = None
    is_unique: bool = False
    span: Span | None = None


def number(value: Fraction | int, span: Span | None = None) -> Item:
    """A number. Raises SymhdlError if it is beyond the limits."""
    value = Fraction(value)
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > _LARGEST_BITS:
        raise error(
            "number-limit",
            f"a number has at most {MAXIMUM_DIGITS} digits "
            f"and an exponent between -{MAXIMUM_EXPONENT} and {MAXIMUM_EXPONENT}",
            span,
        )
    return Item(NUMBER, value=value, span=span)


def decimal(value: Fraction, precision: int) -> Fraction:
    """What SymPy shows of a Float: for one of double precision the shortest decimal number that means it."""
    if precision != DOUBLE_PRECISION or not value:
        return value
    try:
        shown = read_literal(repr(float(value)))
    except OverflowError:
        return value
    return shown if isinstance(shown, Fraction) and shown else value


@dataclass(slots=True)
class Substitution:
    """Puts items in place of symbols; what does not hold the symbols stays the same item.

    `steps` counts the items looked at, over all uses, so that sums of sums cannot take for ever.
    """

    steps: int = 0

    def apply(self, root: Item, values: Mapping[str, Item]) -> Item:
        """The item with the values in place. Raises `too-large` when all this takes too long."""
        done: dict[Item, Item] = {}
        waiting: list[tuple[Item, bool]] = [(root, False)]
        while waiting:
            item, is_ready = waiting.pop()
            if item in done:
                continue
            if not item.arguments:
                done[item] = values.get(item.name, item) if item.kind == SYMBOL else item
            elif not is_ready:
                self._check_bound(item, values)
                waiting.append((item, True))
                waiting += [(argument, False) for argument in item.arguments]
            else:
                self._count(item)
                arguments = tuple(done[argument] for argument in item.arguments)
                is_same = arguments == item.arguments
                done[item] = item if is_same else folded(replace(item, arguments=arguments))
        return done[root]

    def _check_bound(self, item: Item, values: Mapping[str, Item]) -> None:
        twice = [name for name in bound_names(item) if name in values]
        if twice:
            raise error(
                "bound-twice",
                f"the symbol `{twice[0]}` is bound twice, by one {item.kind} inside another",
                item.span,
                help="give the inner one a symbol of its own",
            )

    def _count(self, item: Item) -> None:
        self.steps += len(item.arguments)
        if self.steps > MAXIMUM_STEPS:
            raise too_large(item)


def bound_names(item: Item) -> list[str]:
    """The names that the item binds; none if it binds nothing."""
    if item.kind in ("Sum", "Product"):
        symbols = [limits.arguments[0] for limits in item.arguments[1:] if limits.arguments]
    elif item.kind == "Lambda":
        symbols = list(item.arguments[0].arguments) if item.arguments else []
    elif item.kind == "Subs" and len(item.arguments) > 1:
        symbols = list(item.arguments[1].arguments)
    else:
        symbols = []
    return [symbol.name for symbol in symbols if symbol.kind == SYMBOL]


def folded(item: Item) -> Item:
    """The number that a sum or a product of numbers is; any other item as it is."""
    values = [argument.value for argument in item.arguments if argument.value is not None]
    if len(values) < len(item.arguments) or item.kind not in ("Add", "Mul"):
        return item
    return number(sum(values) if item.kind == "Add" else math.prod(values), item.span)


def too_large(item: Item) -> SymhdlError:
    """The error for what grows beyond all bounds."""
    return error(
        "too-large",
        f"SymPy's {item.kind} takes more than {MAXIMUM_STEPS:,} steps to write out",
        item.span,
        help="split the design into several, or find a closed form with .doit()",
    )
