"""The design for the highest clock: what is built for a clock may allow more than what is built for none.

Passes that know the clock cut cells that are too slow for it, and leave tables in logic for which memories are.
"""

from __future__ import annotations

import math
from dataclasses import replace

from symhdl.budget import Progress
from symhdl.choices import HIGHEST
from symhdl.errors import GoalError
from symhdl.estimated import Estimated
from symhdl.minimised import least_design
from symhdl.request import Request
from symhdl.targets.target import Target
from symhdl.variants import Variants

TRIALS = 5
MOST_GAIN = 2.0
"""How often a clock is tried, and how many times as high as that of the cells as they are. What is found is at most
2.2 % lower than a clock that is as good."""

MOST_TIME = 2.0
"""How many times as long a design may take from inputs to outputs for a higher clock, unless its latency is given.

Shorter parts are told faster than they are: a product of 16 bits on ECP5 in 16 cycles reaches 287 MHz of 326, in 4
cycles 277 of 284."""

MOST_CELLS = 10_000
"""Of a design that is compiled so often."""


def design_for_clock(
    variants: Variants, request: Request, target: Target, progress: Progress | None = None
) -> Estimated:
    """The least design for the request's clock; for the highest one, that at the highest which all of its cells keep.

    Raises `SymhdlError` as the passes do.
    """
    found = least_design(variants, request, target, progress)
    datapath = found.design.datapath
    assert datapath is not None, "the pipeline built no datapath; please report this"
    is_small = len(datapath.cells) <= MOST_CELLS
    if request.frequency_mhz != HIGHEST or not request.opt or found.design.cut or not is_small:
        return found
    most_time = math.inf if request.latency is not None else MOST_TIME * _time(found)
    low, high = found.mhz, MOST_GAIN * found.mhz
    for _ in range(TRIALS):
        middle = math.floor(10 * math.sqrt(low * high)) / 10
        tried = _kept_clock(variants, replace(request, frequency_mhz=middle), target, progress)
        if tried is None or _time(tried) > most_time:
            high = middle
        else:
            low, found = middle, tried
    return replace(found, design=replace(found.design, request=request))


def _time(found: Estimated) -> float:
    """Microseconds from inputs to outputs."""
    return found.latency / found.mhz


def _kept_clock(
    variants: Variants, request: Request, target: Target, progress: Progress | None
) -> Estimated | None:
    """The least design for a clock; None where some of its cells are too slow for that, or it takes too many cycles."""
    try:
        found = least_design(variants, request, target, progress)
    except GoalError:
        return None
    is_kept = not found.design.cut and found.estimate.fmax_mhz >= request.known_mhz
    return found if is_kept else None
