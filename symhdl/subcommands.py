"""The subcommands: their arguments and options.

What a subcommand does stands in `symhdl.commands` and is loaded when it is called, so that help is there at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar, Unpack, cast

import click

from symhdl.options import OF_ONE_DESIGN, TABLE

if TYPE_CHECKING:
    from symhdl.commands.compile import CompileCommand
    from symhdl.commands.convert import ConvertCommand
    from symhdl.commands.costs import CostsCommand
    from symhdl.commands.explore import ExploreCommand
    from symhdl.commands.functions import FunctionsCommand
    from symhdl.commands.options import Texts
    from symhdl.commands.report import ReportOptions
    from symhdl.commands.simulate import SimulateOptions
    from symhdl.commands.synth import SynthOptions
    from symhdl.commands.verify import VerifyOptions

Command = TypeVar("Command", bound=Callable[..., object])


def _not_empty(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """An empty name is that of the current folder for the system, and a variable without a value for the user."""
    if value == "":
        raise click.BadParameter("the name is empty")
    return value


def _as_text(_: click.Context, __: click.Parameter, value: object) -> object:
    """A flag that says it all as the text of an option; None if it is not given."""
    return ("true" if value else None) if isinstance(value, bool) else value


def options(*decorators: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Several click decorators as one, in the order in which help shows them."""

    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


TOP = click.option("--top", metavar="NAME", help="The design, if the folder holds several.")
TRUST = click.option(
    "--trust", is_flag=True, help="Use files that were changed after symhdl wrote them."
)
JSON = click.option("--json", is_flag=True, help="Print JSON.")
READING = ("dialect", "select", "combine", "define", "assume")
"""Options that say how a source is read."""

SOURCE = options(
    click.argument("source", required=False),
    click.option("--expr", metavar="TEXT", help="The text itself, instead of SOURCE."),
)


def of_compiler(*names: str) -> Callable[[Command], Command]:
    """Options of the compiler as those of a command, which gets them as texts."""
    return options(
        *(
            click.option(
                option.flag,
                name,
                metavar=option.metavar or None,
                is_flag=None if option.metavar else True,
                callback=_as_text,
                multiple=option.several,
                help=option.help + (f"  [default: {option.default}]" if option.default else ""),
            )
            for name in names
            if (option := TABLE[name]).flag
        )
    )


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
@click.option(
    "-o",
    "output",
    metavar="DIR",
    callback=_not_empty,
    help="Folder for the results; `-` prints the generated text instead.",
)
@click.option("--force", is_flag=True, help="Replace files in DIR that symhdl did not write.")
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

    texts = {name: given.pop(name) for name in TABLE if name in given}
    run(cast("CompileCommand", given), cast("Texts", texts))


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
@click.option(
    "-o",
    "output",
    metavar="FILE",
    callback=_not_empty,
    help="File for the result, instead of stdout.",
)
def convert_command(**given: object) -> None:
    """Write SOURCE in another language; it has the same values."""
    from symhdl.commands.convert import run

    texts = {name: given.pop(name) for name in READING}
    run(cast("ConvertCommand", given), cast("Texts", texts))


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
@click.option(
    "-o",
    "output",
    metavar="FILE",
    callback=_not_empty,
    help="File for the outputs, instead of stdout.",
)
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
    callback=_not_empty,
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
@click.option(
    "-o",
    "output",
    metavar="FILE",
    callback=_not_empty,
    help="Write the report as a page of HTML, in which the design runs, instead.",
)
@click.option(
    "--data",
    metavar="FILE",
    callback=_not_empty,
    help="Inputs by column, over which the page shows its histograms; without it over the ranges.",
)
@of_compiler("decimal")
@JSON
def report_command(**options: Unpack[ReportOptions]) -> None:  # fmt: skip
    """Tell what the design in DIR was asked for, what it reached, and what each of its nodes takes and adds."""
    from symhdl.commands.report import run

    run(options)


OF_FUNCTIONS = (
    "ranges", "input_formats", "width", "output_format", "output_width", "error", "device",
    "frequency", "latency", "dsp", "primitives", "minimise", "undefined", "opt",
)  # fmt: skip
"""Options of the compiler that say what a function is to become."""


OF_EXPLORE = tuple(name for name in TABLE if name not in OF_ONE_DESIGN)
"""Options of the compiler that say what designs are made; those that are swept may be lists and ranges."""


@click.command("explore")
@click.argument("sources", metavar="SOURCE...", nargs=-1)
@click.option(
    "--class",
    "classes",
    metavar="NAME=FILE",
    multiple=True,
    help="A source whose equations are of the class NAME.",
)
@of_compiler(*OF_EXPLORE)
@click.option("--synth", is_flag=True, help="Measure LUTs, flip-flops and blocks with Yosys.")
@click.option("--pnr", is_flag=True, help="Measure the clock, too, with nextpnr.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 1024),
    metavar="N",
    default=1,
    show_default=True,
    help="Processes of this machine that make designs at a time.",
)
@click.option(
    "--dask",
    metavar="ADDRESS",
    callback=_not_empty,
    help="Have the designs made on the cluster of this Dask scheduler.",
)
@click.option("--shard", metavar="I/N", help="Make every N-th design alone, from the I-th on.")
@click.option(
    "--emit",
    type=click.Choice(["snakemake", "slurm", "htcondor"]),
    help="Write into DIR what a batch system needs to make the designs, instead.",
)
@click.option(
    "--axes",
    metavar="AXES",
    default="loss,luts,ns",
    show_default=True,
    help="The columns over which the front is marked.",
)
@click.option(
    "--against",
    metavar="COLUMN",
    help="The column of the data with what an equation was fitted to, for its loss as hardware.",
)
@click.option(
    "--levels",
    metavar="LOW,HIGH",
    help="What an equation of a class was fitted to where --labels name others, and its own.  [default: -1,1]",
)
@click.option(
    "--budget",
    metavar="NAME=MOST",
    multiple=True,
    help="The best combination of one equation for each class that takes no more: luts, ffs, dsps, brams, cycles, ns.",
)
@click.option("--best", is_flag=True, help="The best combination whatever it takes.")
@click.option(
    "-o",
    "output",
    metavar="DIR",
    callback=_not_empty,
    help="Folder for `explore.sqlite`, which keeps what was done, `rows.csv` and `report.html`.",
)
@click.option(
    "--pages",
    is_flag=True,
    help="A page for each design on the front, too, behind links of `report.html`.",
)
@click.option("--force", is_flag=True, help="Replace files in DIR that symhdl did not write.")
@JSON
def explore_command(**given: object) -> None:
    """Make a design of every equation of SOURCE..., for every set of options, and compare what they take.

    A SOURCE is a table of equations, the folder of a PySR run, a front as JSON, or a text of any dialect. Options such
    as --width, --error, --device may be lists and ranges: `6,8,10`, `6:12`, `100:300:50`.

    `symhdl explore merge DIR... -o DIR` brings together what was done in several folders.
    """
    from symhdl.commands.explore import run

    texts = {name: given.pop(name) for name in OF_EXPLORE if name in given}
    run(cast("ExploreCommand", given), cast("Texts", texts))


@click.command("functions")
@click.argument("expressions", metavar="[EXPRESSION]...", nargs=-1)
@of_compiler(*OF_FUNCTIONS)
@click.option(
    "--plot",
    metavar="FILE",
    callback=_not_empty,
    help="Draw the error over the argument inside its bound, as SVG.",
)
@click.option(
    "--as",
    "language",
    type=click.Choice(["numpy", "gplearn", "deap", "sympy", "julia"]),
    help="Write functions that compute exactly what the hardware does, to search with.",
)
@click.option(
    "-o",
    "output",
    metavar="FILE",
    callback=_not_empty,
    help="File for what --as writes, instead of stdout.",
)
@JSON
def functions_command(**given: object) -> None:
    """List the functions of the language, the ways to compute EXPRESSION, or write functions to search with.

    EXPRESSION is the name of a function, or an expression of one variable. Every way that was proved is told with
    what the whole design takes then, by the device's model; an asterisk marks the one that `symhdl compile` takes.

    With --as every EXPRESSION is the name of a function, or a definition such as "gauss(x) = exp(-x^2)", and the text
    has its values, those of the hardware of `symhdl compile`, for all numbers of the format of the input.
    """
    from symhdl.commands.functions import run

    texts = {name: given.pop(name) for name in OF_FUNCTIONS}
    run(cast("FunctionsCommand", given), cast("Texts", texts))


OF_COSTS = ("width", "device", "frequency", "dsp", "primitives", "minimise")
"""Options of the compiler that say what operators are made of."""


@click.command("costs")
@click.option(
    "--for",
    "tool",
    type=click.Choice(["pysr", "gplearn", "deap", "operon"]),
    required=True,
    help="The tool that searches, whose settings are printed.",
)
@of_compiler(*OF_COSTS)
@click.option(
    "--in",
    "unit",
    type=click.Choice(["luts", "cycles"]),
    default="luts",
    show_default=True,
    help="What a cost counts: LUTs in multiples of a sum, or clock cycles.",
)
@click.option(
    "--operators",
    metavar="NAMES",
    help="Only these, such as `+,*,exp`, and not all that the tool has.",
)
@JSON
def costs_command(**given: object) -> None:
    """Print what the operators of a symbolic regression cost as hardware, as settings of the tool that searches."""
    from symhdl.commands.costs import run

    texts = {name: given.pop(name) for name in OF_COSTS}
    run(cast("CostsCommand", given), cast("Texts", texts))


@click.command("cache")
@click.option("--clear", is_flag=True, help="Remove all that is kept.")
@JSON
def cache_command(clear: bool, json: bool) -> None:
    """Tell where approximations of functions are kept between runs, and how many."""
    from symhdl.commands.cache import run

    run(clear, json)


@click.command("dialects")
@JSON
def dialects_command(json: bool) -> None:
    """List the dialects that can be read."""
    from symhdl.commands.dialects import run

    run(json)


@click.command("devices")
@JSON
def devices_command(json: bool) -> None:
    """List the devices."""
    from symhdl.commands.devices import run

    run(json)


@click.command("doctor")
@JSON
def doctor_command(json: bool) -> None:
    """Tell which tools are there, and how to get those that are not."""
    from symhdl.commands.doctor import run

    run(json)


SUBCOMMANDS: Mapping[str, click.Command] = MappingProxyType(
    {
        "compile": compile_command,
        "convert": convert_command,
        "simulate": simulate_command,
        "verify": verify_command,
        "synth": synth_command,
        "report": report_command,
        "explore": explore_command,
        "functions": functions_command,
        "costs": costs_command,
        "cache": cache_command,
        "dialects": dialects_command,
        "devices": devices_command,
        "doctor": doctor_command,
    }
)
