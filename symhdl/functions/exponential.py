"""Exponentials and logarithms."""

from __future__ import annotations

from flint import arb

from symhdl.functions.univariate import ONE, POSITIVE, Domain, Univariate, scaled
from symhdl.numeric.interval import Intervals


def _exponential(x: Intervals) -> Intervals:
    return x.increasing(arb.exp)


def _exp2(x: arb) -> arb:
    return (x * arb(2).log()).exp()


def _log2(x: arb) -> arb:
    return x.log() / arb(2).log()


def _log10(x: arb) -> arb:
    return x.log() / arb(10).log()


EXP = Univariate(
    "exp",
    lambda b: b.exp(),
    lambda s: s.exp(),
    _exponential,
    _exponential,
    doubling=lambda: arb(2).log(),
)
EXP2 = Univariate(
    "exp2",
    _exp2,
    lambda s: (s * arb.log(arb(2))).exp(),
    lambda x: x.increasing(_exp2),
    lambda x: scaled(x.increasing(_exp2), arb(2).log()),
    doubling=lambda: arb(1),
)
EXPM1 = Univariate(
    "expm1",
    lambda b: b.expm1(),
    lambda s: s.exp() - 1,
    lambda x: x.increasing(arb.expm1),
    _exponential,
)
LOG = Univariate(
    "log",
    lambda b: b.log(),
    lambda s: s.log(),
    lambda x: x.increasing(arb.log),
    lambda x: x.inverse(),
    POSITIVE,
    octave=lambda: arb(2).log(),
    singular_points=(0,),
)
LOG2 = Univariate(
    "log2",
    _log2,
    lambda s: s.log() / arb(2).log(),
    lambda x: x.increasing(_log2),
    lambda x: scaled(x.inverse(), 1 / arb(2).log()),
    POSITIVE,
    octave=lambda: arb(1),
    singular_points=(0,),
)
LOG10 = Univariate(
    "log10",
    _log10,
    lambda s: s.log() / arb(10).log(),
    lambda x: x.increasing(_log10),
    lambda x: scaled(x.inverse(), 1 / arb(10).log()),
    POSITIVE,
    octave=lambda: arb(2).log() / arb(10).log(),
    singular_points=(0,),
)
LOG1P = Univariate(
    "log1p",
    lambda b: b.log1p(),
    lambda s: (1 + s).log(),
    lambda x: x.increasing(arb.log1p),
    lambda x: (ONE + x).inverse(),
    Domain(lower=-1.0, closed=False),
    singular_points=(-1,),
)
