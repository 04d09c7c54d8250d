"""A design with what it takes, by which designs for one request are compared."""

from __future__ import annotations

from dataclasses import dataclass

from symhdl.cost.cells import Area
from symhdl.cost.estimate import Estimate, estimate
from symhdl.design import Design


@dataclass(frozen=True, slots=True)
class Estimated:
    """A design as all passes leave it, with what it takes."""

    design: Design
    estimate: Estimate

    @staticmethod
    def of(design: Design) -> Estimated:
        """A design as all passes leave it."""
        assert design.datapath is not None, "the pipeline built no datapath; please report this"
        return Estimated(design, estimate(design.datapath, design.target))

    @property
    def latency(self) -> int:
        """Clock edges from inputs to outputs."""
        assert self.design.datapath is not None
        return self.design.datapath.latency

    @property
    def mhz(self) -> float:
        """The clock that is reached, or that was chosen if that is lower."""
        assert self.design.datapath is not None
        return min(self.estimate.fmax_mhz, self.design.datapath.frequency_mhz)

    @property
    def area(self) -> float:
        """All that the design takes, in LUTs."""
        found = self.estimate
        area = Area(found.luts, found.ffs, found.dsps, found.brams)
        return area.worth(self.design.target)

    @property
    def figures(self) -> tuple[float, ...]:
        """What is to be least, and then all that it takes; designs are compared by them."""
        found = self.estimate
        match self.design.request.minimise:
            case "luts":
                return found.luts, self.area
            case "dsps":
                return found.dsps, self.area
            case "latency":
                clock_ns = 0.0 if self.design.request.clocked else 1000.0 / found.fmax_mhz
                return self.latency, clock_ns, self.area
        return self.area, self.latency, found.ffs
