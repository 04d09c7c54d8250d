"""Approximations as plain data, so that they can be kept: what was asked, and what was found, as texts of JSON.

A text says nothing but numbers and the names of classes that are listed here. It is not a proof: whoever keeps texts
sees to it that he reads what the same code wrote, and witnesses are made, and can be proved again, of what was read
as of what was found.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from typing import Protocol, TypeVar

from msgspec import Struct

from symhdl.approximation.approximation import Specification
from symhdl.approximation.binade import BinadeAddressing
from symhdl.approximation.constant import Constant
from symhdl.approximation.exponential import Exponential, Multiples
from symhdl.approximation.normalised import NormalisedLogarithm, NormalisedPower, Normaliser
from symhdl.approximation.normaliser import Shifter
from symhdl.approximation.one_product import Curve, Form, OneProduct
from symhdl.approximation.periodic import Periodic, Reduction
from symhdl.approximation.piecewise import UniformAddressing
from symhdl.approximation.polynomial import Polynomials
from symhdl.approximation.priced import Priced
from symhdl.approximation.reflected import Line, Reflected
from symhdl.approximation.root import RootByDigits
from symhdl.approximation.smooth_function import SmoothFunction
from symhdl.approximation.split import Split, SplitPart
from symhdl.approximation.symmetric import Mirrored
from symhdl.approximation.table import PlainTable
from symhdl.approximation.table_sum import Part, Shape, TableSum
from symhdl.approximation.widths import Widths
from symhdl.approximation.witness import RootEnd
from symhdl.cost.clock import MemoryUse
from symhdl.cost.operators import Cost, Fabric
from symhdl.functions.composite import Composite
from symhdl.functions.univariate import Symmetry, Univariate

Found = TypeVar("Found")

CLASSES: Mapping[str, type] = {
    each.__name__: each
    for each in (
        BinadeAddressing, Constant, Cost, Curve, Exponential, Form, Fraction, Line, MemoryUse, Mirrored, Multiples,
        NormalisedLogarithm, NormalisedPower, Normaliser, OneProduct, Part, Periodic, PlainTable, Polynomials, Priced,
        Reduction, Reflected, RootByDigits, RootEnd, Shape, Shifter, Specification, Split, SplitPart, Symmetry,
        TableSum, UniformAddressing, Widths,
    )
}  # fmt: skip
"""What approximations, and questions for them, are made of beside numbers, texts and tuples."""

CLASS, PARTS = "class", "parts"


class Store(Protocol):
    """Keeps answers by their questions, and may forget any of them. What it gives was handed to it by the same code."""

    def __hash__(self) -> int: ...

    def get(self, question: str) -> str | None:
        """The answer that was put there, if it is still known."""
        ...

    def put(self, question: str, answer: str) -> None:
        """Keeps an answer."""
        ...


def kept(
    store: Store, question: str, found: Callable[[], Found], read: Callable[[object], Found]
) -> Found:
    """What the store has, or else what is found, which is then put there if it is plain."""
    answer = store.get(question)
    if answer is not None:
        known = as_read(answer, read)
        if known is not None:
            return known
    result = found()
    text = text_of(result)
    if text is not None:
        store.put(question, text)
    return result


def question_of(
    function: SmoothFunction, specification: Specification, fabric: Fabric, depth: str
) -> str | None:
    """What was asked; None for a function that its name does not tell from all others."""
    if not isinstance(function, Univariate | Composite):
        return None
    made_of = tuple(getattr(fabric, each.name) for each in fields(fabric) if each.compare)
    return text_of((function.name, specification, made_of, depth))


def text_of(value: object) -> str | None:
    """The text of a value; None if there is something in it that is not plain."""
    try:
        return json.dumps(_plain(value), separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError):
        return None


def as_read(text: str, read: Callable[[object], Found]) -> Found | None:
    """What a text says; None if it is not one of `text_of`."""
    try:
        return read(json.loads(text, object_hook=_rebuilt, parse_constant=_refused))
    except (ArithmeticError, KeyError, RecursionError, TypeError, ValueError):
        return None


def as_tuples(value: object) -> object:
    """Tuples in place of lists."""
    return tuple(map(as_tuples, value)) if isinstance(value, list) else value


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float | str):
        if type(value) not in (type(None), bool, int, float, str):
            raise TypeError("a number of another kind")
        return value
    if isinstance(value, tuple) and type(value) is tuple:
        return [_plain(each) for each in value]
    name = type(value).__name__
    if CLASSES.get(name) is not type(value):
        raise TypeError(f"{name} is not listed")
    return {CLASS: name, PARTS: [_plain(part) for part in _parts(value)]}


def _parts(value: object) -> tuple[object, ...]:
    """What an object is made of, in the order in which its class takes it."""
    if isinstance(value, Fraction):
        return value.numerator, value.denominator
    if isinstance(value, Enum):
        return (value.name,)
    if isinstance(value, tuple):
        return tuple(value)
    return tuple(getattr(value, name) for name in _fields(type(value)))


def _fields(kind: type) -> tuple[str, ...]:
    if issubclass(kind, Struct):
        return kind.__struct_fields__
    assert is_dataclass(kind), "a class without fields; please report this"
    return tuple(each.name for each in fields(kind))


def _rebuilt(document: dict[str, object]) -> object:
    kind, parts = CLASSES[str(document[CLASS])], document[PARTS]
    if not isinstance(parts, list):
        raise TypeError("no list of parts")
    values = [as_tuples(part) for part in parts]
    if issubclass(kind, Enum):
        (name,) = values
        return kind[str(name)]
    return kind(*values)


def _refused(constant: str) -> object:
    raise ValueError(f"{constant} is no number")
