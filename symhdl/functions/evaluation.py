"""What every operation computes: in double precision (`FLOATING`) and rigorously on balls (`BALL`)."""

from symhdl.functions.balls import BALL, MAYBE, NAN, UNDECIDED
from symhdl.functions.floating import FLOATING

__all__ = ["BALL", "FLOATING", "MAYBE", "NAN", "UNDECIDED"]
