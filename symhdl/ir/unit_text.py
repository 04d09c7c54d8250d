"""A unit of a device in a line of text: JSON of what a device's file says of it, and checked like that."""

from __future__ import annotations

import json

from symhdl.errors import SymhdlError
from symhdl.targets.reader import read_record, table_of
from symhdl.targets.units import Unit

MAXIMUM_CHARACTERS = 1 << 16
UNIT = f"(\\{{.{{0,{MAXIMUM_CHARACTERS}}}\\}})"


def unit_text(unit: Unit) -> str:
    """The text from which `read_unit` makes an equal unit."""
    return json.dumps(table_of(unit))


def read_unit(text: str) -> Unit | str:
    """The unit, or in words what of the text is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return "this is not JSON"
    try:
        return read_record(Unit, found, "the unit")
    except SymhdlError as problem:
        return problem.diagnostics[0].message
