"""The command line: what it knows before a subcommand is asked for."""

from __future__ import annotations

import click

from symhdl.commands.group import CommandLine
from symhdl.version import VERSION


class Subcommands(CommandLine):
    """The group of the subcommands, which are loaded when one is asked for."""

    def list_commands(self, _: click.Context) -> list[str]:
        """Their names, sorted."""
        from symhdl.subcommands import SUBCOMMANDS

        return sorted(SUBCOMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        """The one of that name, if there is one."""
        from symhdl.subcommands import SUBCOMMANDS

        return SUBCOMMANDS.get(name)


def _print_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        click.echo(f"symhdl {VERSION}")
        context.exit()


SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group("symhdl", cls=Subcommands, context_settings=SETTINGS)
@click.option("--debug", is_flag=True, help="Show the traceback of an internal error.")
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Show the version and exit.",
)
def main(debug: bool) -> None:
    """Compile mathematical expressions to pipelined fixed-point hardware with a proved error bound.

    Exit status: 0 done; 1 a mistake in the input; 2 wrong usage; 3 a goal that cannot be met; 4 a tool is missing;
    70 an internal error.
    """
