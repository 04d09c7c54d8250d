"""What an output stands on that is read off its inputs at once: every entry can be held against the real value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OutputTable:
    """An output that is read off its `inputs` at once, in units of its last bit, and how far it is from the real value.

    The lowest bits of each input, `address_bits` many, stand side by side as the address, the first ones lowest. Inputs
    beyond their ranges are held at the ends.
    """

    inputs: tuple[str, ...]
    address_bits: tuple[int, ...]
    fraction: int
    contents: tuple[int, ...]
    error: float
