"""Names of the values in hardware: how long they get, and what the parts of a value are called."""

from __future__ import annotations

LONGEST = 32


def shortened_name(name: str, longest: int = LONGEST) -> str:
    """The name, cut at its last whole word if it is too long."""
    if len(name) <= longest:
        return name
    whole = name[: longest + 1].rpartition("_")[0]
    return whole or name[:longest]


def name_of_part(whole: str, role: str) -> str:
    """What a part of a value is called, such as `sin_x_table`; of too long a name the end of the value's goes."""
    return f"{shortened_name(whole, LONGEST - len(role) - 1)}_{role}"
