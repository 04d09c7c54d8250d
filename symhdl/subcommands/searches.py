"""The subcommands around a search for expressions: what it found, operators to search with, and what these cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import click

from symhdl.options import OF_ONE_DESIGN, TABLE
from symhdl.subcommands.parts import FORCE, JSON, not_empty, of_compiler, output, taken

if TYPE_CHECKING:
    from symhdl.commands.costs import CostsCommand
    from symhdl.commands.explore import ExploreCommand
    from symhdl.commands.functions import FunctionsCommand

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
    callback=not_empty,
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
@output(
    "DIR", "Folder for `explore.sqlite`, which keeps what was done, `rows.csv` and `report.html`."
)
@click.option(
    "--pages",
    is_flag=True,
    help="A page for each design on the front, too, behind links of `report.html`.",
)
@FORCE
@JSON
def explore_command(**given: object) -> None:
    """Make a design of every equation of SOURCE..., for every set of options, and compare what they take.

    A SOURCE is a table of equations, the folder of a PySR run, a front as JSON, or a text of any dialect. Options such
    as --width, --error, --device may be lists and ranges: `6,8,10`, `6:12`, `100:300:50`.

    `symhdl explore merge DIR... -o DIR` brings together what was done in several folders.
    """
    from symhdl.commands.explore import run

    texts = taken(given, OF_EXPLORE)
    run(cast("ExploreCommand", given), texts)


@click.command("functions")
@click.argument("expressions", metavar="[EXPRESSION]...", nargs=-1)
@of_compiler(*OF_FUNCTIONS)
@click.option(
    "--plot",
    metavar="FILE",
    callback=not_empty,
    help="Draw the error over the argument inside its bound, as SVG.",
)
@click.option(
    "--as",
    "language",
    type=click.Choice(["numpy", "gplearn", "deap", "sympy", "julia"]),
    help="Write functions that compute exactly what the hardware does, to search with.",
)
@output("FILE", "File for what --as writes, instead of stdout.")
@JSON
def functions_command(**given: object) -> None:
    """List the functions of the language, the ways to compute EXPRESSION, or write functions to search with.

    EXPRESSION is the name of a function, or an expression of one variable. Every way that was proved is told with
    what the whole design takes then, by the device's model; an asterisk marks the one that `symhdl compile` takes.

    With --as every EXPRESSION is the name of a function, or a definition such as "gauss(x) = exp(-x^2)", and the text
    has its values, those of the hardware of `symhdl compile`, for all numbers of the format of the input.
    """
    from symhdl.commands.functions import run

    texts = taken(given, OF_FUNCTIONS)
    run(cast("FunctionsCommand", given), texts)


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

    texts = taken(given, OF_COSTS)
    run(cast("CostsCommand", given), texts)
