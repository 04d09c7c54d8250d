"""What several subcommands have in common: options, and how they come from those of the compiler."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar, cast

import click

from symhdl.options import TABLE

if TYPE_CHECKING:
    from symhdl.commands.options import Texts

Command = TypeVar("Command", bound=Callable[..., object])


def not_empty(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
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


def output(metavar: str, help: str) -> Callable[[Command], Command]:
    """The option that says where the results go."""
    return click.option("-o", "output", metavar=metavar, callback=not_empty, help=help)


FORCE = click.option(
    "--force", is_flag=True, help="Replace files in DIR that symhdl did not write."
)


def taken(given: dict[str, object], names: Iterable[str]) -> Texts:
    """The options of the compiler out of all that a command was given, as texts."""
    return cast("Texts", {name: given.pop(name) for name in names if name in given})
