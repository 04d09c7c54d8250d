"""The subcommands: their arguments and options.

What a subcommand does stands in `symhdl.commands` and is loaded when it is called, so that help is there at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import click

from symhdl.subcommands.designs import (
    compile_command,
    convert_command,
    report_command,
    simulate_command,
    synth_command,
    verify_command,
)
from symhdl.subcommands.listings import (
    cache_command,
    devices_command,
    dialects_command,
    doctor_command,
)
from symhdl.subcommands.searches import costs_command, explore_command, functions_command

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
