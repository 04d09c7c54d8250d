"""Estimates of the golden table held against what Yosys and nextpnr find."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.golden_designs import Combination
from benchmarks.tables import NOTHING, fixed, table

MIDDLE, WORST = 0.10, 0.25
"""How far estimates may be off in the middle and at worst, as shares of what the tools find."""

HEADING = (
    "device, DSP", "designs", "LUTs off, middle", "worst", "design", "MHz off, middle", "worst", "design", "missed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """The estimate of a design, what the tools find, and the clock that was asked for; None is not measured."""

    luts: int
    found_luts: int
    mhz: float
    found_mhz: float | None
    asked_mhz: float

    @property
    def luts_off(self) -> float:
        """The relative error of the LUTs."""
        return self.luts / max(1, self.found_luts) - 1 if self.luts or self.found_luts else 0.0

    @property
    def mhz_off(self) -> float | None:
        """The relative error of the clock."""
        return self.mhz / self.found_mhz - 1 if self.found_mhz else None


Group = Mapping[Combination, Held]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """All designs on all devices."""

    held: Group

    def text(self) -> str:
        """A line for each device with and without DSP blocks, the designs that are far off, and what falls short."""
        groups = self._groups().items()
        rows = [_row(name, group) for name, group in groups]
        failing = self.shortcomings() or ("nothing falls short",)
        return "\n".join([*table(HEADING, rows), "", *failing])

    def shortcomings(self) -> tuple[str, ...]:
        """What is farther off than it should be, and the clocks that are not reached, in words."""
        return tuple(self._shortcomings())

    def _shortcomings(self) -> Iterator[str]:
        for name, group in self._groups().items():
            for what, off in (("LUTs", _luts(group)), ("clock", _clocks(group))):
                middle = _middle(off)
                if middle is not None and middle > MIDDLE:
                    yield f"{name}: {what} {middle:.1%} in the middle"
            for each, ratio in _luts(group).items():
                if abs(ratio) > WORST:
                    held = group[each]
                    yield f"{each}: {held.luts} LUTs estimated, {held.found_luts} found"
            for each in _missed(group):
                held = group[each]
                yield f"{each}: {held.found_mhz:.1f} MHz of {held.asked_mhz:g}, estimated {held.mhz:.1f}"

    def _groups(self) -> dict[str, dict[Combination, Held]]:
        groups: dict[str, dict[Combination, Held]] = {}
        for each, held in self.held.items():
            groups.setdefault(f"{each.device} {each.dsp}", {})[each] = held
        return groups


def _luts(group: Group) -> dict[Combination, float]:
    return {each: held.luts_off for each, held in group.items()}


def _clocks(group: Group) -> dict[Combination, float]:
    return {each: held.mhz_off for each, held in group.items() if held.mhz_off is not None}


def _missed(group: Group) -> list[Combination]:
    return [each for each, h in group.items() if h.found_mhz and h.found_mhz < h.asked_mhz]


def _middle(off: Mapping[Combination, float]) -> float | None:
    return statistics.median(map(abs, off.values())) if off else None


def _row(name: str, group: Group) -> tuple[str, ...]:
    cells = [name, str(len(group))]
    for off in (_luts(group), _clocks(group)):
        worst = max(off, key=lambda each: abs(off[each]), default=None)
        cells += [
            fixed(_middle(off), 3),
            NOTHING if worst is None else f"{off[worst]:+.3f}",
            NOTHING if worst is None else worst.design,
        ]
    timed = [each for each, held in group.items() if held.found_mhz]
    return (*cells, f"{len(_missed(group))} of {len(timed)}" if timed else NOTHING)
