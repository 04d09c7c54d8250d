"""By how much an output is off at points over one input or two, the others being held."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import numpy as np
import numpy.typing as npt
from flint import ctx

from symhdl.emulation import simulate_rows
from symhdl.evaluate import Number, evaluate_points
from symhdl.ir.datapath import Datapath, Port
from symhdl.ir.graph import Graph
from symhdl.numeric.ball import ball_of
from symhdl.verify.accuracy import DIGITS, DIGITS_BELOW_ULP, WORKING_BITS, is_promised

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ErrorSamples:
    """Errors of an output in units of its last place, nan where it has no value or nothing is promised.

    `arguments` are those of the one input, or of both, in ascending order; `errors` has a row for each of the second.
    """

    arguments: tuple[Reals, ...]
    errors: Reals

    @property
    def worst(self) -> float:
        """The largest error; 0 where none is known."""
        known = self.errors[~np.isnan(self.errors)]
        return float(np.abs(known).max()) if known.size else 0.0


def error_samples(
    graph: Graph,
    datapath: Datapath,
    output: Port,
    over: Sequence[Port],
    held: Mapping[str, int],
    most: int,
    *,
    saturated: bool = False,
) -> ErrorSamples:
    """The errors over one input or two, at no more than so many arguments of each; `held` are those of the others."""
    grids = [arguments_of(port, most) for port in over]
    points = [*product(*reversed(grids))]
    columns = {port.name: [held.get(port.name, 0)] * len(points) for port in datapath.inputs}
    for place, port in enumerate(reversed(over)):
        columns[port.name] = [point[place] for point in points]
    errors = signed_errors(graph, datapath, columns, output, saturated=saturated)
    reals = tuple(
        np.array([float(integer * port.format.ulp) for integer in grid])
        for port, grid in zip(over, grids, strict=True)
    )
    shape = [len(grid) for grid in reversed(grids)]
    return ErrorSamples(reals, errors.reshape(shape))


def arguments_of(port: Port, most: int) -> list[int]:
    """All integers of an input, or so many of them from end to end."""
    span = port.maximum - port.minimum
    if span < most:
        return list(range(port.minimum, port.maximum + 1))
    return [port.minimum + span * k // (most - 1) for k in range(most)]


def signed_errors(
    graph: Graph,
    datapath: Datapath,
    columns: Mapping[str, Sequence[int]],
    output: Port,
    *,
    saturated: bool = False,
) -> Reals:
    """By how much an output is too large for integers at the inputs, in units of its last place; nan as of samples.

    `graph` is the mathematics as it was read. If `saturated`, a real value beyond the output's format counts as the
    nearest end.
    """
    arrays = {name: np.array(column, dtype=object) for name, column in columns.items()}
    integers = simulate_rows(datapath, arrays)[output.name]
    count = len(next(iter(columns.values()), ()))
    units = {port.name: port.format.ulp for port in datapath.inputs}
    # An input that no output needs in the end is no port; its value cannot matter.
    reals: dict[str, list[Number]] = {d.name: [Fraction(0)] * count for d in graph.inputs}
    for name, column in columns.items():
        reals[name] = [integer * units[name] for integer in column]
    digits = max(DIGITS, math.ceil(output.format.width * math.log10(2)) + DIGITS_BELOW_ULP)
    exact = evaluate_points(graph, reals, digits)[output.name]
    promised = is_promised(graph, reals)
    found = np.full(count, np.nan)
    with ctx.workprec(WORKING_BITS + output.format.width):
        unit = ball_of(output.format.ulp)
        least, most = (
            ball_of(Fraction(end)) for end in (output.format.minimum, output.format.maximum)
        )
        for row, real in enumerate(exact):
            if real is None or not real.is_finite() or not promised[row]:
                continue
            scaled = real / unit
            held = scaled.max(least).min(most) if saturated else scaled
            found[row] = float(int(integers[row]) - held.mid())
    return found
