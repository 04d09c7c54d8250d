"""Words to choose from, and what is chosen by default, for the command line and the library alike."""

from typing import Literal, get_args

Undefined = Literal["error", "ignore", "saturate"]
UNDEFINED: tuple[Undefined, ...] = get_args(Undefined)
"""What to do about inputs at which an expression has no value."""

DspWord = Literal["auto", "none"]
DSP_WORDS: tuple[DspWord, ...] = get_args(DspWord)
DspUse = DspWord | int
"""How many DSP blocks products may take: `auto` as many as the device has, `none` none, or at most so many."""

PrimitiveUse = Literal["auto", "none"]
PRIMITIVE_USES: tuple[PrimitiveUse, ...] = get_args(PrimitiveUse)
"""Whether generated text may instance primitives of the device: `auto` where that is worth it, `none` in no case."""

Minimise = Literal["auto", "luts", "dsps", "latency"]
MINIMISED: tuple[Minimise, ...] = get_args(Minimise)
"""What a design takes least of: with `auto` LUTs, blocks and registers together, by their worth on the device."""

ClockWord = Literal["max"]
HIGHEST: ClockWord = "max"
Clock = float | ClockWord
"""A clock in MHz, 0 for none, or the highest that the device's model allows."""

ERRORS_ON_DATA = ("rms", "max")
SHARES_ON_DATA = ("agreement", "accuracy", "auc")
OF_LABELS = ("accuracy", "auc")
"""What goals on rows of data ask for: errors, at most so large; shares, at least so large, some of them of labels."""

DontCare = Literal["none", "data"]
DONT_CARES: tuple[DontCare, ...] = get_args(DontCare)
"""Which entries of tables may be anything: `none`, or with `data` those that no row reaches."""

DEFAULT_WIDTH = 16
DEFAULT_FREQUENCY_MHZ = 200.0
"""Bits of inputs and outputs of which nothing is said, and the clock."""
