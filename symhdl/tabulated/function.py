"""A function as a table: what the model of its hardware gives for every integer at its inputs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from symhdl.compiled import CompiledDesign
from symhdl.errors import SymhdlError, error
from symhdl.ir.datapath import Port
from symhdl.tabulated.asked import Asked

MOST_ENTRIES = 1 << 16
DOUBLE_BITS, LARGEST_EXPONENT = 53, 1000
"""What every number of a format must keep to, to be a double."""


@dataclass(frozen=True, slots=True)
class Tabulated:
    """A function with its ports, and the integers at its output, those of the last input next to each other."""

    asked: Asked
    inputs: tuple[Port, ...]
    output: Port
    entries: NDArray[np.int64]
    device: str

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many integers each input has."""
        return tuple(map(_size, self.inputs))


def tabulated(asked: Asked, design: CompiledDesign) -> Tabulated:
    """The function that was compiled, at all of its inputs.

    Raises SymhdlError for more than `MOST_ENTRIES` of them, and for formats whose numbers are no doubles.
    """
    ports = {port.name: port for port in design.datapath.inputs}
    inputs = tuple(ports[name] for name in asked.arguments)
    (output,) = design.datapath.outputs
    for port in (*inputs, output):
        exponents = abs(port.format.fraction), abs(port.format.width - port.format.fraction)
        if port.format.width > DOUBLE_BITS or max(exponents) > LARGEST_EXPONENT:
            what = f"not every number of {port.format} (`{port.name}`) is a double"
            raise _refused(asked, what, f"take at most {DOUBLE_BITS} bits")
    count = math.prod(map(_size, inputs))
    if count > MOST_ENTRIES:
        raise _refused(
            asked,
            f"its inputs have {count:,} values, and a table at most {MOST_ENTRIES:,}",
            "narrow the formats (--input-format, --width) or ranges (--range) of its inputs, or search with"
            " symhdl.compile(...).simulate, which takes arrays of any format",
        )
    grid = np.meshgrid(*(_integers(port) for port in inputs), indexing="ij")
    columns = {port.name: axis.ravel() for port, axis in zip(inputs, grid, strict=True)}
    entries = np.asarray(design.simulate_integers(columns)[output.name], dtype=np.int64)
    return Tabulated(asked, inputs, output, entries, design.datapath.device)


def _size(port: Port) -> int:
    return port.maximum - port.minimum + 1


def _integers(port: Port) -> NDArray[np.int64]:
    return np.arange(port.minimum, port.maximum + 1, dtype=np.int64)


def _refused(asked: Asked, why: str, help: str) -> SymhdlError:
    return error("no-table", f"`{asked.name}` cannot be written as a table: {why}", help=help)
