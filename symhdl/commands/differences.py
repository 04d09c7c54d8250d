"""How `verify` tells where hardware and model differ: real numbers and integers, inputs and outputs, the cycle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symhdl.data.fixed import exact_decimal
from symhdl.documents import Json
from symhdl.errors import SymhdlError, error
from symhdl.ir.datapath import Port
from symhdl.verify.cosimulate import Difference, Trial
from symhdl.verify.timeline import NONE

SHOWN_DIFFERENCES = 5
SHOWN_INPUTS = 12
SHOWN_CHARACTERS = 24
LISTED_DIFFERENCES = 100
"""How many are in the JSON document."""


def differ(trial: Trial, found: Sequence[Difference], *, is_ours: bool) -> SymhdlError:
    """The error for differences; `is_ours` says that the text is what symhdl wrote."""
    vectors = len({difference.vector for difference in found} - {NONE})
    values = "1 value" if len(found) == 1 else f"{len(found)} values"
    text = (
        f"the hardware differs from the model in {values}, for {vectors} of {trial.count} vectors"
    )
    notes = [_told(trial, difference) for difference in found[:SHOWN_DIFFERENCES]]
    if len(found) > SHOWN_DIFFERENCES:
        notes.append(f"and {len(found) - SHOWN_DIFFERENCES} more")
    ours = "please report this, with the folder"
    help = ours if is_ours else "the text was changed after it was written; compile again"
    return error("not-equal", text, notes=notes, help=help)


def _told(trial: Trial, difference: Difference) -> str:
    cycle = "" if difference.cycle is None else f"cycle {difference.cycle}: "
    ports = {port.name: port for port in trial.datapath.outputs}
    port = ports.get(difference.output)
    found, expected = _shown(port, difference.found), _shown(port, difference.expected)
    text = f"{cycle}{difference.output} is {found}, the model says {expected}"
    inputs = ", ".join(_shown_inputs(trial, difference))
    return f"{text}, for {inputs}" if inputs else text


def _shown_inputs(trial: Trial, difference: Difference) -> Iterator[str]:
    if difference.vector == NONE:
        return
    ports = trial.datapath.inputs
    for port in ports[:SHOWN_INPUTS]:
        value = int(trial.inputs[port.name][difference.vector])
        yield f"{port.name} = {_shown(port, value)}"
    if len(ports) > SHOWN_INPUTS:
        yield f"and {len(ports) - SHOWN_INPUTS} more inputs"


def _shown(port: Port | None, value: int | None) -> str:
    """A number of a port as a real number and as an integer; control ports have bits alone."""
    if value is None:
        return "undefined"
    if port is None:
        return str(value)
    real = exact_decimal(value, port.format.fraction)
    if len(real) > SHOWN_CHARACTERS:
        real = f"{value * float(port.format.ulp):.12g}"
    return f"{real} (integer {value})"


def as_json(trial: Trial, found: Sequence[Difference]) -> list[Json]:
    """The first differences with all inputs, numbers as the integers at the ports."""
    return [
        {
            "output": difference.output,
            "cycle": difference.cycle,
            "found": difference.found,
            "expected": difference.expected,
            "inputs": {
                port.name: int(trial.inputs[port.name][difference.vector])
                for port in trial.datapath.inputs
                if difference.vector != NONE
            },
        }
        for difference in found[:LISTED_DIFFERENCES]
    ]
