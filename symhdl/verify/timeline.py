"""What happens at a module's ports in every clock cycle of a test: vectors, gaps, stalls, resets, results."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NONE = -1
"""The number of a vector that is not there."""

BURST = 64
GAP_CHANCES = (0.0, 0.25, 0.75)
"""Each burst of vectors has one of these chances of a gap before a vector, so that some come without any."""

LONGEST_GAP = 3
STALL_CHANCE = 0.25


@dataclass(frozen=True, slots=True)
class Handshake:
    """The control ports beside the data: `valid_in`, `valid_out` and `rst`, and the clock enable `ce`."""

    valid: bool = False
    clock_enable: bool = False


PLAIN = Handshake()


@dataclass(frozen=True, slots=True)
class Timeline:
    """One array element per clock cycle; vectors are numbers, NONE where there is none.

    `given` is the vector at the inputs, and `valid_in` is set where there is one; elsewhere the inputs are unknown.
    `due` is the vector whose results must stand at the outputs, and `valid_out` must be set where there is one.
    `settled` is where `valid_out` can be known: after the first reset.
    """

    given: Numbers
    reset: Flags
    enable: Flags
    due: Numbers
    settled: Flags

    @property
    def cycles(self) -> int:
        """How many clock cycles there are."""
        return len(self.given)


def timeline(count: int, latency: int, handshake: Handshake, seed: int) -> Timeline:
    """Feeds `count` vectors and waits for the results of the last.

    Without a handshake there is a new vector in every cycle. With `valid` there are gaps between them, a reset at
    first, and another one while some vectors are under way, which are fed again later; during a reset `valid_in` is
    set. A clock enable stands still at random, with the next vector before the inputs.
    """
    chance = np.random.RandomState(seed)
    pieces: list[Numbers] = []
    resets: list[int] = []
    if handshake.valid and latency > 0:
        lost = np.arange(min(count, 2 * latency + 2))
        resets = [0, 1, 2 + len(lost)]
        pieces = [np.zeros(2, np.int64), lost, np.zeros(1, np.int64)]
    pieces += [_with_gaps(count, chance) if handshake.valid else np.arange(count)]
    pieces += [np.full(latency + handshake.valid, NONE)]  # the last valid_out falls again
    given = np.concatenate(pieces).astype(np.int64)
    reset = np.zeros(len(given), np.bool_)
    reset[resets] = True
    enable = np.ones(len(given), np.bool_)
    if handshake.clock_enable and latency > 0:
        again = 1 + (chance.random_sample(len(given)) < STALL_CHANCE)
        last = np.cumsum(again) - 1
        given, reset = np.repeat(given, again), np.repeat(reset, again)
        enable = np.zeros(len(given), np.bool_)
        enable[last] = True
    settled = np.arange(len(given)) > (0 if resets else NONE)
    return Timeline(given, reset, enable, _due(given, reset, enable, latency), settled)


def _with_gaps(count: int, chance: np.random.RandomState) -> Numbers:
    """The vectors with random gaps before them."""
    of_burst = chance.choice(GAP_CHANCES, -(-count // BURST))
    has_gap = chance.random_sample(count) < np.repeat(of_burst, BURST)[:count]
    gaps = has_gap * chance.randint(1, LONGEST_GAP + 1, count)
    places = np.arange(count) + np.cumsum(gaps)
    given = np.full(places[-1] + 1, NONE)
    given[places] = np.arange(count)
    return given


def _due(given: Numbers, reset: Flags, enable: Flags, latency: int) -> Numbers:
    """The vector that was taken `latency` enabled edges before each cycle, unless a reset has come since."""
    if latency == 0:
        return given
    taken = np.flatnonzero(enable)
    ordinal = np.cumsum(enable) - enable - latency
    source = taken[np.maximum(ordinal, 0)]
    resets: Numbers = np.cumsum(reset) - reset
    kept = (ordinal >= 0) & (resets == resets[source])
    return np.where(kept, given[source], NONE)
