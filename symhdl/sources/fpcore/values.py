"""What FPCore's expressions have for values: numbers and conditions, infinities, arrays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from symhdl.sources.fpcore.operations import Sort


@dataclass(frozen=True, slots=True)
class Scalar:
    """A node of the graph."""

    node: int
    sort: Sort = Sort.NUMBER


@dataclass(frozen=True, slots=True)
class Special:
    """What is no real number: INFINITY, -INFINITY or NAN."""

    name: str


@dataclass(frozen=True, slots=True)
class Array:
    """A rectangular array, its elements row after row."""

    shape: tuple[int, ...]
    elements: tuple[Scalar | Special, ...]


Element: TypeAlias = Scalar | Special
Value: TypeAlias = Scalar | Special | Array


def element_names(name: str, shape: Sequence[int]) -> list[str]:
    """`v_0`, `v_1`, ... for an array v, `A_0_0`, `A_0_1`, ... for two dimensions, the name itself for none."""
    names = [name]
    for size in shape:
        names = [f"{stem}_{index}" for stem in names for index in range(size)]
    return names


def joined(parts: Sequence[Value]) -> Array | None:
    """The array of the parts, None if their shapes differ."""
    shapes = [part.shape if isinstance(part, Array) else () for part in parts]
    if any(shape != shapes[0] for shape in shapes):
        return None
    inner = shapes[0] if shapes else ()
    elements: list[Element] = []
    for part in parts:
        elements += elements_of(part)
    return Array((len(parts), *inner), tuple(elements))


def elements_of(value: Value) -> tuple[Element, ...]:
    """The elements of an array, or the scalar itself."""
    return value.elements if isinstance(value, Array) else (value,)


def part_of(array: Array, index: int) -> Value:
    """The part at a position of the first dimension."""
    inner = array.shape[1:]
    length = math.prod(inner)
    elements = array.elements[index * length : (index + 1) * length]
    return Array(inner, elements) if inner else elements[0]


_OPPOSITES = {"INFINITY": "-INFINITY", "-INFINITY": "INFINITY", "NAN": "NAN"}
_TESTS = {
    "isnan": ("NAN",),
    "isinf": ("INFINITY", "-INFINITY"),
    "isfinite": (),
    "isnormal": (),
    "signbit": ("-INFINITY",),
}


def tested(operator: str, special: Special) -> bool | None:
    """What `isnan` and the like say of it; None for other operators."""
    names = _TESTS.get(operator)
    return None if names is None else special.name in names


def on_special(operator: str, operands: Sequence[Element]) -> Element | None:
    """What the operator gives where an operand is no real number; None if nothing that could be built."""
    if len(operands) == 1 and isinstance(operands[0], Special):
        return _of_one(operator, operands[0])
    if len(operands) == 2 and operator in ("fmin", "fmax"):
        return _extreme(operator, operands[0], operands[1])
    return None


def _of_one(operator: str, special: Special) -> Special | None:
    if operator in ("-", "neg"):
        return Special(_OPPOSITES[special.name])
    if operator == "fabs":
        return Special(special.name.lstrip("-"))
    return special if operator in ("+", "cast") else None


def _extreme(operator: str, x: Element, y: Element) -> Element:
    """The smaller or the larger one; as in C, NAN gives way to the other operand."""
    for candidate, other in ((x, y), (y, x)):
        if isinstance(candidate, Special):
            gives_way = "-INFINITY" if operator == "fmax" else "INFINITY"
            if candidate.name in (gives_way, "NAN"):
                return other
    return x if isinstance(x, Special) else y


_RANK = {"-INFINITY": -1, "INFINITY": 1}


def compared(relation: str, x: Element, y: Element) -> bool | None:
    """Whether the relation holds where one side at least is no real number; None if both are."""
    if isinstance(x, Scalar) and isinstance(y, Scalar):
        return None
    if Special("NAN") in (x, y):
        return relation == "!="
    a = _RANK[x.name] if isinstance(x, Special) else 0
    b = _RANK[y.name] if isinstance(y, Special) else 0
    return {
        "<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b, "==": a == b, "=": a == b, "!=": a != b,
    }[relation]  # fmt: skip


def shape_of(value: Value) -> tuple[int, ...]:
    """The sizes of an array; none for a scalar."""
    return value.shape if isinstance(value, Array) else ()


def length_of(value: Value) -> int:
    """How many parts there are along the first dimension."""
    return value.shape[0] if isinstance(value, Array) else 0
