"""What the tests of whole designs share: compiling a text, and its error measured against its proved bound."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from benchmarks.measure import grid_points
from symhdl.choices import Undefined
from symhdl.compiled import CompiledDesign
from symhdl.compiler import compile_graph
from symhdl.design import Design, Pass
from symhdl.errors import Source, SymhdlError
from symhdl.ir.datapath import Datapath, Port
from symhdl.ir.graph import Graph
from symhdl.parsed import Parsed
from symhdl.pipeline import Observer
from symhdl.request import Request
from symhdl.sources.reading.source import read_source
from symhdl.verify.accuracy import Measured, measure_integers
from tests.cells import simulate_cells

Number = str | int | float | Fraction
Ranges = Mapping[str, tuple[Number, Number]]

MANY_CORNERS = 256
NEGLIGIBLE = 1e-30
MAY_BE_UNDEFINED = ("domain-unproved", "undefined-ignored")


def read(text: str, names: tuple[str, ...] = ()) -> Parsed:
    """The mathematics of a native text, before any pass."""
    return read_source(Source("test", text), dialect="native", inputs=names)[0]


def request_of(
    ranges: Ranges,
    *,
    width: int = 8,
    output_width: int | None = 8,
    error: Fraction | None = None,
    opt: int = 1,
    frequency: float = 200.0,
    undefined: Undefined = "error",
) -> Request:
    """The options of a compilation, short."""
    return Request(
        source="test",
        ranges=tuple((name, (_number(low), _number(high))) for name, (low, high) in ranges.items()),
        width=width,
        output_width=output_width,
        error=error,
        opt=opt,
        frequency_mhz=frequency,
        undefined=undefined,
    )


def _number(value: Number) -> Fraction:
    return Fraction(str(value))


def compiled(
    text: str, request: Request, observer: Observer | None = None
) -> tuple[Graph, CompiledDesign]:
    """The graph as read and its design; both representations are verified between all passes."""
    parsed = read(text, tuple(name for name, _ in request.ranges))
    return parsed.graph, compile_graph(parsed, request, observer=observer, verified=True)


def datapaths_of(text: str, request: Request) -> dict[str, Datapath]:
    """The datapath after every pass that has one, by the pass's name; of the last design made from its graph."""
    designs: list[dict[str, Datapath]] = [{}]

    def observe(step: Pass, design: Design, _: float) -> None:
        if design.datapath is None:
            return
        if "schedule" in designs[-1]:  # at level 2 many designs are tried
            designs.append({})
        designs[-1][step.name] = design.datapath

    compiled(text, request, observe)
    return next(found for found in reversed(designs) if next(iter(found)) == "lower")


def diagnostic_ids(text: str, request: Request) -> list[str]:
    """The ids of the diagnostics that the compilation ends in; empty if it does not."""
    try:
        compiled(text, request)
    except SymhdlError as problem:
        return [diagnostic.id for diagnostic in problem.diagnostics]
    return []


def grid_size(datapath: Datapath) -> int:
    """How many different inputs there are."""
    return math.prod(port.maximum - port.minimum + 1 for port in datapath.inputs)


def whole_grid(datapath: Datapath) -> dict[str, list[int]]:
    """Every input that there is, as integers at the ports."""
    choices = [range(port.minimum, port.maximum + 1) for port in datapath.inputs]
    rows = list(itertools.product(*choices))
    return {port.name: [row[place] for row in rows] for place, port in enumerate(datapath.inputs)}


def corner_points(datapath: Datapath) -> dict[str, list[int]]:
    """The combinations of ends, middles and zeros, up to a number."""
    choices = [_corners(port) for port in datapath.inputs]
    rows = list(itertools.islice(itertools.product(*choices), MANY_CORNERS))
    return {port.name: [row[place] for row in rows] for place, port in enumerate(datapath.inputs)}


def _corners(port: Port) -> list[int]:
    wanted = (port.minimum, port.maximum, 0, 1, -1)
    return list(dict.fromkeys(v for v in wanted if port.minimum <= v <= port.maximum))


def points_of(datapath: Datapath, count: int, seed: int) -> dict[str, list[int]]:
    """The whole grid if it has at most `count` points, else corners and random ones."""
    if grid_size(datapath) <= count:
        return whole_grid(datapath)
    corners, drawn = corner_points(datapath), grid_points(datapath, count, seed)
    return {name: corners[name] + drawn[name] for name in corners}


def assert_bounds_hold(
    graph: Graph, design: CompiledDesign, *, count: int = 1000, seed: int = 1
) -> tuple[Measured, ...]:
    """The error is below its bound at every point, and the expression defined at every one.

    Where a warning says that the domain is not proved or nothing is promised, it may be undefined at some.
    """
    columns = points_of(design.datapath, count, seed)
    found = measure_integers(graph, design.datapath, columns)
    unproved = any(warning.id in MAY_BE_UNDEFINED for warning in design.warnings)
    for measured in found:
        told = f"{measured}, bound {design.error_bounds[measured.output]}, seed {seed}"
        # `violations` are certain; the worst error is that of balls of 40 digits.
        assert measured.violations == 0, told
        assert measured.worst <= design.error_bounds[measured.output] + NEGLIGIBLE, told
        assert unproved or measured.undecided == 0, told
        assert measured.undecided < measured.points, told
    return found


def assert_all_inputs_hold(design: CompiledDesign) -> None:
    """The bounds hold at every input that there is, by the design's own `check`."""
    columns = whole_grid(design.datapath)
    ulps = {port.name: float(port.format.ulp) for port in design.datapath.inputs}
    found = design.check(**{name: np.array(columns[name]) * ulp for name, ulp in ulps.items()})
    assert found.holds, str(found)


def assert_within_an_ulp(design: CompiledDesign) -> None:
    """The bound of every output is below the weight of its last bit."""
    for port in design.datapath.outputs:
        assert port.error_bound is not None
        assert Fraction(port.error_bound) < port.format.ulp, port


def assert_cells_in_range(datapath: Datapath, columns: Mapping[str, list[int]]) -> None:
    """No cell leaves its proved range, and no output its port's."""
    arrays = {name: np.array(column, dtype=object) for name, column in columns.items()}
    values = simulate_cells(datapath, arrays)
    for index, (cell, column) in enumerate(zip(datapath.cells, values, strict=True)):
        least, most = min(column), max(column)
        assert cell.minimum <= least and most <= cell.maximum, (index, cell, least, most)
