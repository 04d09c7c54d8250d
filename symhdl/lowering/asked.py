"""What follows from what was asked for: what a design is made of, and how long its functions are searched for."""

from symhdl.approximation.effort import Depth
from symhdl.cost.operators import Fabric, fabric_of
from symhdl.request import Request
from symhdl.targets.target import Target


def fabric_for(request: Request, target: Target) -> Fabric:
    """What a design is made of that was asked for so."""
    return fabric_of(
        target,
        request.dsp,
        clocked=request.clocked,
        primitives=request.primitives,
        minimise=request.minimise,
        frequency_mhz=request.known_mhz,
    )


def depth_for(request: Request) -> Depth:
    """How long functions of a design are searched for that was asked for so."""
    return Depth.THOROUGH if request.opt > 1 else Depth.ORDINARY
