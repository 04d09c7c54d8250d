"""What a design takes, as shares of a device."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from symhdl.targets.target import Resources


class Figures(Protocol):
    """What is known to take something of a device: an estimate, a netlist, a result of synthesis."""

    @property
    def luts(self) -> int: ...  # noqa: D102
    @property
    def ffs(self) -> int: ...  # noqa: D102
    @property
    def dsps(self) -> int: ...  # noqa: D102
    @property
    def brams(self) -> int: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Amount:
    """How much of one resource is used, and how much there is."""

    label: str
    used: int
    there: int

    @property
    def share(self) -> str:
        """The share in percent; empty where nothing is used or nothing is there."""
        if not self.used or not self.there:
            return ""
        percent = 100 * self.used / self.there
        return f"{percent:.0f} %" if percent >= 1 else f"{percent:.1g} %"

    def __str__(self) -> str:
        """For example `1,204 LUTs (5 %)`."""
        part = f" ({self.share})" if self.share else ""
        label = self.label.removesuffix("s") if self.used == 1 else self.label
        return f"{self.used:,} {label}{part}"


def amounts(figures: Figures, has: Resources) -> tuple[Amount, ...]:
    """What the figures take of each resource."""
    return (
        Amount("LUTs", figures.luts, has.luts),
        Amount("flip-flops", figures.ffs, has.ffs),
        Amount("DSP blocks", figures.dsps, has.dsps),
        Amount("memory blocks", figures.brams, has.brams),
    )


def excess(figures: Figures, has: Resources) -> tuple[str, ...]:
    """What is used beyond what the device has, in words."""
    return tuple(
        f"{amount}, the device has {amount.there:,}"
        for amount in amounts(figures, has)
        if amount.used > amount.there
    )
