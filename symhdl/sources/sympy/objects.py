"""SymPy expression objects: walked class by class, neither printed nor evaluated, SymPy itself not even imported."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from numbers import Integral, Rational, Real

from symhdl.errors import error
from symhdl.numeric.limits import MAXIMUM_NODES
from symhdl.sources.reading.reader import Reading, ReadOptions
from symhdl.sources.sympy.item import (
    APPLIED,
    CONTAINER,
    NAMED,
    STRING,
    SYMBOL,
    Item,
    decimal,
    number,
)
from symhdl.sources.sympy.program import MATRIX, read_items

_PACKAGE = "sympy."
_LARGEST_SHIFT = 20_000  # of a Float's mantissa; beyond lies no number that the limits allow
_SYMBOLS = ("Symbol", "Dummy", "Wild")


class SympyReader:
    """Reads SymPy's expressions, and what SymPy gives several of them in: matrices, tuples, what `cse` returns."""

    def accepts(self, candidate: object) -> bool:
        """Whether it is an expression, or a sequence or a dict with one in it."""
        return _holds_sympy(candidate)

    def read_object(self, candidate: object, options: ReadOptions) -> Reading:
        """The graph. Equations `Eq(symbol, expression)` define outputs. Raises SymhdlError."""
        items = _Items()
        parsed = read_items(items.item_of(candidate), options)
        return Reading(parsed, f"SymPy expressions, {len(parsed.graph.nodes)} nodes")


READER = SympyReader()


def _holds_sympy(candidate: object) -> bool:
    """Whether something of SymPy's is in it, and nothing but that and numbers."""
    waiting = [candidate]
    found = False
    while waiting:
        one = waiting.pop()
        if _is_sympy(one):
            found = True
        elif isinstance(one, Mapping):
            waiting += one.values()
        elif isinstance(one, list | tuple) and len(one) <= MAXIMUM_NODES:
            waiting += one
        elif not isinstance(one, Real):
            return False
    return found


def _is_sympy(candidate: object) -> bool:
    """Whether the object is SymPy's or derived from what is SymPy's, such as a function that somebody declares."""
    return any(map(_is_of_sympy, type(candidate).__mro__))


def _is_of_sympy(kind: type) -> bool:
    module: object = kind.__module__  # None for functions that somebody declares
    return isinstance(module, str) and module.startswith(_PACKAGE)


@dataclass(slots=True)
class _Items:
    """What is known of SymPy's objects by identity; `alive` keeps them from giving it to others."""

    known: dict[int, Item] = field(default_factory=dict)
    alive: list[object] = field(default_factory=list)

    def item_of(self, root: object) -> Item:
        """The item of the object and of all that is in it, on an explicit stack; shared parts once."""
        waiting: list[tuple[object, tuple[object, ...] | None]] = [(root, None)]
        while waiting:
            found, parts = waiting.pop()
            if id(found) in self.known:
                continue
            if parts is None:
                parts = _parts(found)
                self.alive += (found, parts)
                waiting.append((found, parts))
                waiting += [(part, None) for part in parts]
            else:
                self.known[id(found)] = _item(found, tuple(self.known[id(p)] for p in parts))
            if len(self.known) > MAXIMUM_NODES:
                raise error("too-large", f"the expression has more than {MAXIMUM_NODES:,} parts")
        return self.known[id(root)]


@dataclass(frozen=True, slots=True)
class _Entry:
    """An element of a dict with the name that the dict gives it."""

    name: str
    value: object


def _parts(found: object) -> tuple[object, ...]:
    if isinstance(found, _Entry):
        return (found.value,)
    if isinstance(found, Mapping):
        return tuple(_Entry(str(name), value) for name, value in found.items())
    if isinstance(found, list | tuple):
        return tuple(found)
    if _is_matrix(found):
        elements: Iterable[object] = found.flat()  # type: ignore[attr-defined] # a method of SymPy's own
        return tuple(elements)
    arguments: object = getattr(found, "args", ())
    return arguments if isinstance(arguments, tuple) else ()


def _is_matrix(found: object) -> bool:
    kinds = type(found).__mro__
    return any(kind.__name__ == "MatrixBase" and _is_of_sympy(kind) for kind in kinds)


def _item(found: object, parts: tuple[Item, ...]) -> Item:
    kind = type(found).__name__
    if isinstance(found, _Entry):
        return Item(NAMED, parts, name=found.name)
    if isinstance(found, Mapping | list | tuple):
        return Item(CONTAINER, parts)
    if isinstance(found, Real) and not _is_sympy(found):
        return number(decimal(_fraction_of(found), 53))
    if _is_matrix(found):
        return Item(MATRIX, parts)
    if not _is_of_sympy(type(found)):
        return Item(APPLIED, parts, name=kind)
    if kind in _SYMBOLS:
        name = str(getattr(found, "name", ""))
        return Item(SYMBOL, name=name, identity=found, is_unique=kind == "Dummy")
    if kind == "Str":
        return Item(STRING, name=str(getattr(found, "name", "")))
    if kind == "Dict":
        return Item(CONTAINER, tuple(Item(NAMED, p.arguments[1:], name=_name(p)) for p in parts))
    if kind.endswith("DenseNDimArray") and parts:
        return Item(MATRIX, parts[0].arguments)
    value = _value(found, kind)
    return Item(kind, parts) if value is None else number(value)


def _name(pair: Item) -> str:
    return pair.arguments[0].name if pair.arguments else ""


def _fraction_of(value: Real) -> Fraction:
    if not math.isfinite(value):
        raise error(
            "no-number", f"`{value}` is not a finite number, and hardware holds nothing else"
        )
    return Fraction(value) if isinstance(value, Rational) else Fraction(float(value))


def _value(found: object, kind: str) -> Fraction | None:
    """The value of a number, None for anything else."""
    if kind == "Float":
        return _float(found)
    numerator: object = getattr(found, "p", None)
    denominator: object = getattr(found, "q", None)
    is_rational = bool(getattr(found, "is_Rational", False))
    if is_rational and isinstance(numerator, Integral) and isinstance(denominator, Integral):
        return Fraction(int(numerator), int(denominator))
    return None


def _float(found: object) -> Fraction:
    """What SymPy holds: a sign, a mantissa and an exponent of two."""
    parts: object = getattr(found, "_mpf_", None)
    precision: object = getattr(found, "_prec", 53)
    if not isinstance(parts, tuple) or len(parts) != 4 or not isinstance(precision, int):
        raise error("no-number", "a Float without a mantissa is not a number")
    sign, mantissa, exponent = (int(part) for part in parts[:3])
    if abs(exponent) > _LARGEST_SHIFT or (not mantissa and exponent):
        raise error(
            "number-limit", f"a Float is too large or too small, or no number: {found!s:.60}"
        )
    value = mantissa * Fraction(2) ** exponent
    return decimal(-value if sign else value, precision)
