"""The highest clock: cells are cut for it, and tables leave memories that are too slow."""

from __future__ import annotations

import numpy as np

from symhdl.compiled import CompiledDesign
from symhdl.compiler import compile
from symhdl.simulate import simulate

WIDE = "input a, b : fixed<64,64>\ny = a + b\noutput y : fixed<65,65>"
SINE = "input x : fixed<16,4>\ny = sin(x)*x\noutput y error <= 2^-12"
DEVICE = "ecp5-85k"


def told(design: CompiledDesign) -> list[str]:
    """What the design warns of."""
    return [warning.id for warning in design.warnings]


def test_a_wide_sum_is_cut_for_the_highest_clock() -> None:
    """It is faster than the whole adder and takes at most twice as long, and the request stays as it was."""
    plain = compile(WIDE, device=DEVICE, frequency="max", opt=0)
    design = compile(WIDE, device=DEVICE, frequency="max")
    mhz = design.datapath.frequency_mhz
    assert mhz > 1.25 * plain.datapath.frequency_mhz
    assert design.estimate.fmax_mhz >= mhz and not told(design)
    assert design.latency / mhz <= 2 * plain.latency / plain.datapath.frequency_mhz
    assert design.design.request.frequency_mhz == "max"
    rng = np.random.default_rng(1)
    a, b = (rng.integers(-(2**63), 2**63 - 1, 100).astype(object) for _ in range(2))
    found = simulate(design.datapath, {"a": a, "b": b})["y"]
    assert [int(y) for y in found] == list(a + b)


def test_a_latency_bounds_the_highest_clock() -> None:
    """With one cycle it is that of the adder; with two it is that of halves."""
    one, two = (
        compile(WIDE, device=DEVICE, frequency="max", latency=latency) for latency in (1, 2)
    )
    assert (one.latency, two.latency) == (1, 2)
    assert two.datapath.frequency_mhz > 1.2 * one.datapath.frequency_mhz


def test_a_clock_beyond_memories_is_met_without_them() -> None:
    """Tables are memories at 200 MHz, and logic at 250, of which a memory is not capable."""
    slow, fast = (compile(SINE, device=DEVICE, frequency=mhz) for mhz in (200, 250))
    assert slow.estimate.brams and not told(slow)
    assert not fast.estimate.brams and not told(fast)
    assert fast.estimate.fmax_mhz >= 250
    assert compile(SINE, device=DEVICE, frequency="max").datapath.frequency_mhz > 250


def test_memories_stay_where_blocks_are_too_slow_as_well() -> None:
    """Portable products have no registers inside of their blocks: logic instead of memories would gain nothing."""
    design = compile(SINE, device=DEVICE, frequency=200, primitives="none")
    assert design.estimate.brams and design.estimate.dsps
    assert told(design) == ["clock-too-fast"]
