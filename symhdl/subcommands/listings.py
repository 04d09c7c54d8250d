"""The subcommands that tell what is there: dialects, devices, tools, and what is kept between runs."""

from __future__ import annotations

import click

from symhdl.subcommands.parts import JSON


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
