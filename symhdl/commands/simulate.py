"""`symhdl simulate`: the bit-exact model of a compiled design over a file of inputs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

import numpy as np

from symhdl.budget import Progress
from symhdl.commands.chosen import STANDARD_STREAM, chosen_tables
from symhdl.commands.options import chosen_options
from symhdl.commands.stored import open_design
from symhdl.commands.terminal import message, show, status_line, write
from symhdl.data.fixed import Integers, decimals, quantise
from symhdl.data.table import Table
from symhdl.emulation import simulate_rows
from symhdl.evaluate import evaluate
from symhdl.files.writing import write_file
from symhdl.ir.datapath import Datapath, Port
from symhdl.ir.graph import Graph
from symhdl.sources.reading.assumptions import conditions_of
from symhdl.stored import StoredDesign


class SimulateOptions(TypedDict):
    """The options of the command, as the command line gives them."""

    folder: str
    input: str
    top: str | None
    integers: bool
    decimal: str | None
    trust: bool
    output: str | None


def run(options: SimulateOptions) -> None:
    """Simulates. A file is written whole or not at all."""
    design = open_design(Path(options["folder"]), options["top"], trust=options["trust"])
    given = options["input"]
    chosen = chosen_options({"data": given, "decimal": options["decimal"]})
    (table,) = chosen_tables([given], chosen.decimal)
    reading = () if given == STANDARD_STREAM else (Path(given),)
    _simulate(design, table, options, (*design.places, *reading))


def _simulate(
    design: StoredDesign, table: Table, options: SimulateOptions, reading: Sequence[Path]
) -> None:
    """Simulates a table and tells how many of its numbers were out of range, and for how many rows nothing is promised.

    The files `reading` are left alone.
    """
    names = [port.name for port in design.datapath.inputs]
    show((*table.warnings, *table.warnings_for(names)))
    results = Results(design.model, table, options["integers"])
    destination = options["output"]
    with status_line(f"simulating {design.top}") as status:
        lines = _counted(results, status)
        if destination is None or destination == STANDARD_STREAM:
            write(lines)
        else:
            write_file(Path(destination), lines, reading)
    for text in (*results.out_of_range(), *results.unpromised()):
        message(text)
    if destination is not None and destination != STANDARD_STREAM:
        message(f"wrote {destination}: {results.rows} rows")


def _counted(results: Results, status: Progress) -> Iterator[str]:
    """The lines, of which `status` is told how many there were."""
    for piece in results.lines():
        status(f"{results.rows:,} rows")
        yield piece


@dataclass(slots=True)
class Results:
    """The outputs for all rows of a table, made when they are asked for; only a part is in memory."""

    datapath: Datapath
    table: Table
    integers: bool
    rows: int = 0
    outside: Counter[str] = field(default_factory=Counter)
    breaking: Counter[int] = field(default_factory=Counter)
    assumed: Graph | None = field(init=False)

    def __post_init__(self) -> None:
        names = [port.name for port in self.datapath.inputs]
        self.assumed = conditions_of(self.datapath.assumptions, names)

    def lines(self) -> Iterator[str]:
        """CSV text in pieces: columns named after the outputs. Nothing comes before the first rows are read."""
        datapath = self.datapath
        header = ",".join(_quoted(port.name) for port in datapath.outputs) + "\n"
        for chunk in self.table.chunks([port.name for port in datapath.inputs]):
            inputs: dict[str, Integers] = {}
            for port in datapath.inputs:
                inputs[port.name], outside = quantise(chunk.columns[port.name], port)
                self.outside[port.name] += outside
            self._look_at_assumptions(inputs)
            results = simulate_rows(datapath, inputs)
            if not datapath.inputs:
                results = {port: values.repeat(chunk.rows) for port, values in results.items()}
            self.rows += chunk.rows
            columns = [self._texts(port, results[port.name]) for port in datapath.outputs]
            yield header + "".join(",".join(row) + "\n" for row in zip(*columns, strict=True))
            header = ""

    def _look_at_assumptions(self, inputs: Mapping[str, Integers]) -> None:
        """Counts the rows in which each assumption fails, or has no value, in double precision."""
        if self.assumed is None:
            return
        units = {port.name: float(port.format.ulp) for port in self.datapath.inputs}
        reals = {
            declared.name: inputs[declared.name].astype(float) * units[declared.name]
            for declared in self.assumed.inputs
        }
        for name, truths in evaluate(self.assumed, reals).items():
            self.breaking[int(name)] += int(np.count_nonzero(truths != 1))

    def _texts(self, port: Port, results: Integers) -> list[str]:
        if self.integers:
            return [str(value) for value in results.tolist()]
        return decimals(results, port.format)

    def out_of_range(self) -> Iterator[str]:
        """For every input of which some numbers were, how many."""
        for port in self.datapath.inputs:
            outside = self.outside[port.name]
            if outside:
                low, high = (float(bound) for bound in port.range)
                yield (
                    f"{port.name}: {outside} of {self.rows} values were outside of "
                    f"[{low!r}, {high!r}] and were held at its ends"
                )

    def unpromised(self) -> Iterator[str]:
        """For every assumption that some rows break, how many."""
        for number, assumption in enumerate(self.datapath.assumptions):
            if self.breaking[number]:
                yield (
                    f"{self.breaking[number]} of {self.rows} rows break the assumption "
                    f"{assumption}; nothing is promised for them"
                )


def _quoted(name: str) -> str:
    """A name as a CSV cell."""
    if any(mark in name for mark in ',;\t"\n'):
        return '"' + name.replace('"', '""') + '"'
    return name
