"""Integers at ports as lines of hexadecimal digits and back: what benches read and write, one line per cycle.

A line has one digit for the control ports and then the digits of every port, each port on digits of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhdl.ir.datapath import Port
from symhdl.simulate import INT64_BITS, Integers

DIGIT_BITS = 4
HEXADECIMAL = frozenset("0123456789abcdef")


def digits_of(port: Port) -> int:
    """How many digits the port's bits take."""
    return -(-port.format.width // DIGIT_BITS)


def data_digits(ports: Sequence[Port]) -> int:
    """How many digits all ports take together."""
    return sum(map(digits_of, ports))


def data_texts(ports: Sequence[Port], values: Mapping[str, Integers], count: int) -> list[str]:
    """The digits of the ports for every one of `count` vectors, given by the ports' names."""
    columns = []
    for port in ports:
        mask, digits = (1 << port.format.width) - 1, digits_of(port)
        columns.append([f"{value & mask:0{digits}x}" for value in values[port.name].tolist()])
    return list(map("".join, zip(*columns, strict=True))) if columns else [""] * count


@dataclass(frozen=True, slots=True)
class Column:
    """The integers that lines hold for one port; where bits are unknown, `undefined` is true and the integer 0."""

    values: Integers
    undefined: npt.NDArray[np.bool_]


def columns_of(ports: Sequence[Port], lines: Sequence[str]) -> dict[str, Column]:
    """What the lines hold, by the ports' names. Digits before those of the ports are left aside."""
    columns: dict[str, Column] = {}
    start = -data_digits(ports)
    for port in ports:
        end = start + digits_of(port)
        texts = [line[start : end or None] for line in lines]
        columns[port.name] = _column(port, texts)
        start = end
    return columns


def _column(port: Port, texts: Sequence[str]) -> Column:
    undefined = np.array([not HEXADECIMAL.issuperset(text) for text in texts], dtype=np.bool_)
    half, whole = 1 << (port.format.width - 1), 1 << port.format.width
    numbers = [0 if bad else int(text, 16) for text, bad in zip(texts, undefined, strict=True)]
    if port.format.signed:
        numbers = [number - whole if number >= half else number for number in numbers]
    kind = object if port.format.width > INT64_BITS else np.int64
    return Column(np.array(numbers, dtype=kind), undefined)
