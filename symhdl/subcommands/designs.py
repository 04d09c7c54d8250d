"""The subcommands that make a design and work on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack, cast

import click

from symhdl.options import TABLE
from symhdl.subcommands.parts import (
    FORCE,
    JSON,
    READING,
    SOURCE,
    TOP,
    TRUST,
    not_empty,
    of_compiler,
    output,
    taken,
)

if TYPE_CHECKING:
    from symhdl.commands.compile import CompileCommand
    from symhdl.commands.convert import ConvertCommand
    from symhdl.commands.report import ReportOptions
    from symhdl.commands.simulate import SimulateOptions
    from symhdl.commands.synth import SynthOptions
    from symhdl.commands.verify import VerifyOptions


@click.command("compile")
@SOURCE
@of_compiler(*TABLE)
@click.option(
    "--target",
    metavar="NAME",
    default="verilog",
    show_default=True,
    help="What to write: `verilog`, `rtlil`, `hls` or `cpp`.",
)
@output("DIR", "Folder for the results; `-` prints the generated text instead.")
@FORCE
@click.option(
    "--interface",
    type=click.Choice(["plain", "valid"]),
    default="plain",
    show_default=True,
    help="`valid` adds `valid_in`, `valid_out` and `rst`.",
)
@click.option(
    "--no-cache",
    is_flag=True,
    help="Search for what functions become even if it is known from earlier runs.",
)
@click.option(
    "--compare-uniform",
    is_flag=True,
    help="Print beside the design the one with the narrowest uniform format that is as accurate.",
)
@click.option("--json", is_flag=True, help="Print the manifest instead of the summary.")
@click.option(
    "--print-after",
    metavar="PASS",
    multiple=True,
    help="Print what a pass made of the design, or found out about it, to standard error.",
)
@click.option(
    "--time-passes", is_flag=True, help="Print how long each pass took, to standard error."
)
def compile_command(**given: object) -> None:
    """Compile SOURCE: a file, a PySR folder or CSV, or `-` for standard input."""
    from symhdl.commands.compile import run

    texts = taken(given, TABLE)
    run(cast("CompileCommand", given), texts)


@click.command("convert")
@SOURCE
@click.option(
    "--to",
    "language",
    metavar="LANGUAGE",
    required=True,
    help="What to write: native, sympy, fpcore, latex, c, numpy or graph.",
)
@of_compiler(*READING)
@output("FILE", "File for the result, instead of stdout.")
def convert_command(**given: object) -> None:
    """Write SOURCE in another language; it has the same values."""
    from symhdl.commands.convert import run

    texts = taken(given, READING)
    run(cast("ConvertCommand", given), texts)


@click.command("simulate")
@click.argument("folder", metavar="DIR")
@click.option(
    "--input",
    required=True,
    metavar="FILE",
    help="Inputs by column: CSV, NumPy or Parquet; `-` for stdin.",
)
@of_compiler("decimal")
@TOP
@TRUST
@click.option("--integers", is_flag=True, help="Write the raw integers of the outputs.")
@output("FILE", "File for the outputs, instead of stdout.")
def simulate_command(**options: Unpack[SimulateOptions]) -> None:
    """Run the bit-exact model of the design in DIR over a file of real inputs."""
    from symhdl.commands.simulate import run

    run(options)


@click.command("verify")
@click.argument("folder", metavar="DIR")
@TOP
@click.option(
    "--all",
    is_flag=True,
    help="Run all inputs even beyond 65536 of them, up to 1048576.",
)
@click.option(
    "--vectors",
    type=click.IntRange(1, 10_000_000),
    metavar="N",
    help="Run N random inputs beside corners and table entries.  [default: all inputs up to 65536, else 1000]",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    metavar="S",
    default=1,
    show_default=True,
    help="Seed of what is random: inputs, their order, gaps.",
)
@click.option(
    "--simulator",
    type=click.Choice(["auto", "icarus", "verilator"]),
    default="auto",
    show_default=True,
    help="What runs Verilog; `auto` takes Verilator for much work.",
)
@click.option("--include", metavar="DIR", help="Folder of the ap_types headers for HLS C++.")
@TRUST
@click.option(
    "--vcd",
    metavar="FILE",
    callback=not_empty,
    help="Write the signals around the first difference.",
)
@JSON
def verify_command(**options: Unpack[VerifyOptions]) -> None:  # fmt: skip
    """Run the generated Verilog or C++ of the design in DIR and compare it with the bit-exact model."""
    from symhdl.commands.verify import run

    run(options)


@click.command("synth")
@click.argument("folder", metavar="DIR")
@click.option(
    "--device",
    metavar="NAME",
    help="The device, if not that of the design; or the TOML file of the design's own.",
)
@TOP
@click.option(
    "--freq",
    type=click.FloatRange(0, 10_000, min_open=True),
    metavar="MHZ",
    help="Clock to ask place and route for, if not that of the design.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    metavar="S",
    default=1,
    show_default=True,
    help="Seed of place and route.",
)
@TRUST
@JSON
def synth_command(**options: Unpack[SynthOptions]) -> None:  # fmt: skip
    """Run Yosys and nextpnr on the design in DIR and add the figures to its manifest."""
    from symhdl.commands.synth import run

    run(options)


@click.command("report")
@click.argument("folder", metavar="DIR")
@click.option(
    "--sort",
    type=click.Choice(["cost", "error", "name"]),
    default="cost",
    show_default=True,
    help="The order of the nodes: what costs most first, what adds most to an error first, by name.",
)
@click.option("--all", is_flag=True, help="Show all nodes, not only those that matter most.")
@TOP
@TRUST
@output("FILE", "Write the report as a page of HTML, in which the design runs, instead.")
@click.option(
    "--data",
    metavar="FILE",
    callback=not_empty,
    help="Inputs by column, over which the page shows its histograms; without it over the ranges.",
)
@of_compiler("decimal")
@JSON
def report_command(**options: Unpack[ReportOptions]) -> None:  # fmt: skip
    """Tell what the design in DIR was asked for, what it reached, and what each of its nodes takes and adds."""
    from symhdl.commands.report import run

    run(options)
