"""`symhdl simulate`: the bit-exact model of a compiled design over a file of inputs."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

from symhdl.commands.stored import open_design
from symhdl.commands.terminal import message, out
from symhdl.data import Integers, Table, decimals, match_columns, quantise, read_table
from symhdl.errors import Source
from symhdl.files import decode, read_text, write_files
from symhdl.ir.datapath import Datapath, Port
from symhdl.simulate import simulate


class SimulateOptions(TypedDict):
    """The options of the command, as the command line gives them."""

    folder: str
    input: str
    top: str | None
    integers: bool
    output: str | None


def run(options: SimulateOptions, stdin: bytes) -> None:
    """Simulates; `stdin` is what stands for the file `-`."""
    design = open_design(Path(options["folder"]), options["top"])
    name = options["input"]
    text = decode(stdin, "<stdin>") if name == "-" else read_text(Path(name))
    datapath = design.datapath
    table = read_table(Source("<stdin>" if name == "-" else name, text))
    inputs = fixed_inputs(datapath, table)
    results = simulate(datapath, inputs)
    if not datapath.inputs:
        results = {port: values.repeat(table.rows) for port, values in results.items()}
    written = csv_text(datapath.outputs, results, options["integers"])
    destination = options["output"]
    if destination is None or destination == "-":
        out(written.removesuffix("\n"))
        return
    path = Path(destination)
    write_files(path.parent, {path.name: written})
    message(f"wrote {path}: {table.rows} rows")


def fixed_inputs(datapath: Datapath, table: Table) -> dict[str, Integers]:
    """The integers at the input ports; how many numbers were out of range is told."""
    columns = match_columns(table, [port.name for port in datapath.inputs])
    inputs: dict[str, Integers] = {}
    for port, column in zip(datapath.inputs, columns, strict=True):
        inputs[port.name], outside = quantise(column, port)
        if outside:
            low, high = (float(bound) for bound in port.range)
            message(
                f"{port.name}: {outside} of {table.rows} values were outside of "
                f"[{low!r}, {high!r}] and were held at its ends"
            )
    return inputs


def csv_text(ports: tuple[Port, ...], results: dict[str, Integers], integers: bool) -> str:
    """Columns named after the outputs."""
    columns = [
        [str(value) for value in results[port.name].tolist()]
        if integers
        else decimals(results[port.name], port.format)
        for port in ports
    ]
    header = ",".join(_quoted(port.name) for port in ports)
    lines = [",".join(row) for row in zip(*columns, strict=True)]
    return "\n".join((header, *lines)) + "\n"


def _quoted(name: str) -> str:
    """A name as a CSV cell."""
    if any(mark in name for mark in ',;\t"\n'):
        return '"' + name.replace('"', '""') + '"'
    return name
