"""What candidates of all outputs have in common: how inputs become codes, and on which scale outputs are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil, log2

import numpy as np

from symhdl.empirical.chain import Chain, Scale
from symhdl.empirical.networks import Codes, Grid
from symhdl.empirical.shaping import Shaped
from symhdl.numeric.fixed import FixedFormat

FEWEST_BITS, MOST_BITS = 4, 8  # of the code of an input, of which tables read fewer for nothing
PRECISE = 40  # bits between the size of numbers and how far they are spread, at most
OUTSIDE = 0.01  # share of rows that may lie beyond either end
SCALE_BITS = (3, 4, 4, 5)
LOW_ENDS = (0.02, 0.05, 0.1, 0.2)  # shares of rows whose second greatest output lies below
HIGH_ENDS = (0.7, 0.85, 0.95)  # shares of rows whose greatest output lies below
MOVED_END, MOVED_STEP = 0.04, 0.06  # by what a scale moves, as shares of itself


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Grids of inputs with the codes at the rows, and the scale of all outputs."""

    grids: Mapping[str, Grid]
    codes: Mapping[str, Codes]
    scale: Scale


@dataclass(frozen=True, slots=True)
class Frames:
    """The frames that there may be. Formats of ports that are `given` are kept."""

    shaped: Shaped
    given: Mapping[str, FixedFormat]

    def random(self, generator: np.random.Generator) -> Frame:
        """Some frame."""
        grids = {name: self._grid(name, generator) for name in self.shaped.reals}
        return self._frame(grids, self._scale(generator))

    def mixed(self, start: Frame, other: Frame, generator: np.random.Generator) -> Frame:
        """A frame with one or two things of another one."""
        names = [*start.grids, ""]
        taken = [names[k] for k in generator.permutation(len(names))[: generator.integers(1, 3)]]
        grids = {n: other.grids[n] if n in taken else grid for n, grid in start.grids.items()}
        return self._frame(grids, other.scale if "" in taken else start.scale)

    def with_other_grid(
        self, frame: Frame, generator: np.random.Generator
    ) -> tuple[str, Frame] | None:
        """An input, and the frame with another grid of it; None where it stays as it is."""
        names = self.shaped.read
        name = names[int(generator.integers(len(names)))]
        old = frame.grids[name]
        new = self._grid(name, generator)
        if generator.random() < 0.5:
            new = nudged(old, generator)
            new = new if old.port is None else within(new, old.port)
        if new == old:
            return None
        codes = {**frame.codes, name: new.codes(self.shaped.reals[name])}
        return name, Frame({**frame.grids, name: new}, codes, frame.scale)

    def with_other_scale(self, frame: Frame, generator: np.random.Generator) -> Frame:
        """The frame with another scale."""
        if generator.random() < 0.3:
            return replace(frame, scale=self._scale(generator))
        scale = frame.scale
        extent = scale.step * scale.most
        low = scale.low + float(generator.normal(0, MOVED_END)) * extent
        step = scale.step * float(np.exp(generator.normal(0, MOVED_STEP)))
        return replace(frame, scale=Scale(low, step, scale.most))

    def _frame(self, grids: Mapping[str, Grid], scale: Scale) -> Frame:
        reals = self.shaped.reals
        codes = {name: grid.codes(reals[name]) for name, grid in grids.items()}
        return Frame(grids, codes, scale)

    def _grid(self, name: str, generator: np.random.Generator) -> Grid:
        """A window of a power of two that begins at a quarter of it, where most rows are."""
        values = self.shaped.reals[name][: self.shaped.copies]
        low, high = np.quantile(values, [OUTSIDE, 1 - OUTSIDE])
        least = max(abs(low), abs(high), 2.0**-PRECISE) * 2.0**-PRECISE
        exponent = ceil(log2(max(high - low, least))) - int(generator.choice([0, 0, 0, 1]))
        window = 2.0**exponent
        quarter = round((low + high - window) / 2 / (window / 4))
        quarter += int(generator.choice([-1, 0, 0, 0, 1]))
        bits = int(generator.integers(FEWEST_BITS, MOST_BITS + 1))
        bits = bits if name in self.shaped.read else FEWEST_BITS
        grid = Grid(bits - exponent, quarter << (bits - 2), bits)
        return within(grid, self.given[name]) if name in self.given else grid

    def _scale(self, generator: np.random.Generator) -> Scale:
        first, second = self.shaped.margins
        most = (1 << int(generator.choice(SCALE_BITS))) - 1
        low = float(np.quantile(second, generator.choice(LOW_ENDS)))
        high = float(np.quantile(first, generator.choice(HIGH_ENDS)))
        return Scale(low, max(high - low, 1e-12) / most, most)


def within(grid: Grid, port: FixedFormat) -> Grid:
    """The grid as one of numbers of a port's format: no finer, and not beyond its ends."""
    finer = max(0, grid.fraction - port.fraction)
    fraction, bits = grid.fraction - finer, max(1, grid.bits - finer)
    dropped = port.fraction - fraction
    least, most = port.minimum >> dropped, port.maximum >> dropped
    if most - least < 1 << bits:
        return Grid(fraction, least, max(1, (most - least).bit_length()), port)
    minimum = min(max(grid.minimum >> finer, least), most + 1 - (1 << bits))
    return Grid(fraction, minimum, bits, port)


def nudged(grid: Grid, generator: np.random.Generator) -> Grid:
    """The grid with one bit more or less, or moved by an eighth of itself."""
    change = int(generator.choice([-1, 1]))
    if generator.random() < 0.5:
        bits = grid.bits + change
        if not FEWEST_BITS - 1 <= bits <= MOST_BITS:
            return grid
        minimum = grid.minimum << 1 if change > 0 else grid.minimum >> 1
        return Grid(grid.fraction + change, minimum, bits, grid.port)
    return replace(grid, minimum=grid.minimum + change * (1 << max(0, grid.bits - 3)))


def adapted(chain: Chain, name: str, old: Grid, new: Grid) -> Chain:
    """The chain where an input has another grid: codes that sums read mean the same as before."""
    phase = chain.phase
    if phase is None:
        return chain
    finer = new.fraction - old.fraction
    direct = tuple(
        (each, sign, shift - finer if each == name else shift) for each, sign, shift in phase.direct
    )
    if any(e == name and not -new.bits < shift < phase.bits for e, _, shift in direct):
        return chain
    return replace(chain, phase=replace(phase, direct=direct))
