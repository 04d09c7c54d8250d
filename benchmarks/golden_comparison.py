"""Two commits side by side over the golden table, and where the new one is not as good as the old one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from benchmarks.golden_designs import Combination
from benchmarks.tables import NOTHING, fixed, geometric_mean, table

LARGEST_LUTS = 1.03
"""The ratio of one design's LUTs that is taken for ABC's noise."""

LEAST_CLOCK = 0.95
"""The ratio of one design's clock that is taken for noise of place and route, of which three seeds are not free."""

LONGEST_COMPILE = 1.1
HEADING = (
    "design, device, DSP", "LUTs", "flip-flops", "DSP blocks", "memories", "cycles", "MHz", "LUT ratio", "MHz ratio",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figures:
    """What a combination takes by Yosys, and its clock by nextpnr where it was measured."""

    digest: str
    luts: int
    ffs: int
    dsps: int
    brams: int
    cycles: int
    clock_mhz: float | None


Side = Mapping[Combination, Figures]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both sides, with the CPU seconds that each took to compile."""

    old: Side
    new: Side
    old_s: float
    new_s: float

    def text(self) -> str:
        """Every combination of which the Verilog differs, the means, and what falls short."""
        both = self._both()
        rows = [
            _row(each, self.old[each], self.new[each])
            for each in both
            if self.old[each].digest != self.new[each].digest
        ]
        alike = f"{len(both)} combinations, {len(both) - len(rows)} of them with equal Verilog"
        failing = self.shortcomings() or ("nothing falls short",)
        return "\n".join([*table(HEADING, rows), "", alike, "", *self._means(), "", *failing])

    def shortcomings(self) -> tuple[str, ...]:
        """What is worse than the limits above allow, in words."""
        return tuple(self._shortcomings())

    def _shortcomings(self) -> Iterator[str]:
        for combination in (*self.old, *self.new):
            if combination not in self.old or combination not in self.new:
                side = "new" if combination in self.old else "old"
                yield f"{combination}: the {side} side refuses it"
        mean = geometric_mean([*self._ratios("luts").values()]) or 1.0
        if mean > 1.0:
            yield f"LUTs in the geometric mean: {mean:.4f}"
        for combination, ratio in self._ratios("luts").items():
            if ratio > LARGEST_LUTS:
                yield f"{combination}: LUTs {ratio:.3f}"
        mean = geometric_mean([*self._ratios("clock_mhz").values()]) or 1.0
        if mean < 1.0:
            yield f"clock in the geometric mean: {mean:.4f}"
        for combination, ratio in self._ratios("clock_mhz").items():
            if ratio < LEAST_CLOCK:
                yield f"{combination}: clock {ratio:.3f}"
        if self.new_s > LONGEST_COMPILE * self.old_s:
            yield f"compile time: {self.new_s / self.old_s:.2f}"

    def _means(self) -> Iterator[str]:
        luts, clock = self._ratios("luts"), self._ratios("clock_mhz")
        for group in dict.fromkeys((each.device, each.dsp) for each in self._both()):
            of_group = {each: r for each, r in luts.items() if (each.device, each.dsp) == group}
            yield _summary(f"LUTs {' '.join(group)}", of_group, max)
        yield _summary("LUTs", luts, max)
        yield _summary("clock of designs with blocks", clock, min)
        for kind in ("ffs", "dsps", "brams"):
            old, new = (
                sum(getattr(side[each], kind) for each in self._both())
                for side in (self.old, self.new)
            )
            yield f"{kind}: {old} -> {new}"
        ratio = fixed(self.new_s / self.old_s if self.old_s else None, 2)
        yield f"compile: {self.old_s:.1f} s -> {self.new_s:.1f} s of CPU, ratio {ratio}"

    def _both(self) -> list[Combination]:
        return [each for each in self.old if each in self.new]

    def _ratios(self, kind: str) -> dict[Combination, float]:
        """New to old of a figure, for every combination in which both sides have it."""
        found = {}
        for each in self._both():
            old, new = (getattr(side[each], kind) for side in (self.old, self.new))
            if old is not None and new is not None:
                found[each] = _ratio(old, new)
        return found


def _ratio(old: float, new: float) -> float:
    return max(1, new) / max(1, old)


def _summary(
    name: str, ratios: Mapping[Combination, float], worst_of: Callable[[Iterable[float]], float]
) -> str:
    """The mean of the ratios, and the worst with its combination."""
    if not ratios:
        return f"{name}: not measured"
    worst = worst_of(ratios.values())
    where = next(each for each, ratio in ratios.items() if ratio == worst)
    mean = fixed(geometric_mean([*ratios.values()]), 3)
    return f"{name}: {mean} in the geometric mean of {len(ratios)}, worst {worst:.3f} ({where})"


def _row(combination: Combination, old: Figures, new: Figures) -> tuple[str, ...]:
    counts = [
        (getattr(old, kind), getattr(new, kind))
        for kind in ("luts", "ffs", "dsps", "brams", "cycles")
    ]
    cells = [f"{a}" if a == b else f"{a} -> {b}" for a, b in counts]
    before, after = old.clock_mhz, new.clock_mhz
    clock, ratio = NOTHING, NOTHING
    if before is not None and after is not None:
        clock, ratio = f"{before:.1f} -> {after:.1f}", f"{_ratio(before, after):.2f}"
    return (str(combination), *cells, clock, f"{_ratio(old.luts, new.luts):.2f}", ratio)
