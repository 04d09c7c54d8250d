"""What others have published for jets: LUTs, registers and accuracy, as data, with where each row is from.

Accuracies are those on their own test sets, of which the full one of OpenML is about two points harder than the jets of
the corpora; LUTs are those of Vivado for xcvu9p, out of context, roughly comparable with LUT6 of Yosys.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.tables import number


@dataclass(frozen=True, slots=True)
class Published:
    """A published design; what its source does not tell is None."""

    work: str
    source: str
    accuracy_percent: float | None
    luts: int
    ffs: int | None
    dsps: int = 0
    brams: int = 0
    mhz: float | None = None
    time_ns: float | None = None


EXPRESSIONS = "arXiv 2305.04099, estimates of Vivado HLS"
WEIGHTLESS = "arXiv 2512.15251"
TREES = "arXiv 2501.01511"

PUBLISHED = (
    Published("polynomials, <8,4>", EXPRESSIONS, None, 1367, 468, dsps=8, time_ns=10.0),
    Published("polynomials, <12,6>", EXPRESSIONS, None, 2045, 2502, dsps=51, time_ns=25.0),
    Published("polynomials, <16,6>", EXPRESSIONS, None, 4200, 4395, dsps=118, time_ns=25.0),
    Published("sines, <16,6>", EXPRESSIONS, None, 58386, None, dsps=92, time_ns=70.0),
    Published(
        "sines as tables, <12,6>", EXPRESSIONS, None, 2414, None, dsps=35, brams=17, time_ns=30.0
    ),
    Published("DWN sm-10", WEIGHTLESS, 71.2, 64, 18, mhz=1251, time_ns=1.6),
    Published("DWN sm-50", WEIGHTLESS, 74.0, 311, 52, mhz=1011, time_ns=2.0),
    Published("DWN md-360", WEIGHTLESS, 75.6, 1697, 198, mhz=696, time_ns=2.6),
    Published("DWN lg-2400", WEIGHTLESS, 76.3, 7011, 961, mhz=947, time_ns=2.1),
    Published("TreeLUT II", TREES, 75.0, 796, 74, mhz=887, time_ns=1.1),
    Published("TreeLUT I", TREES, 75.6, 2234, 347, mhz=735, time_ns=2.7),
    Published("KANELE", "FPGA 2026", 76.0, 1232, 900, mhz=987, time_ns=7.1),
    Published("NeuraLUT-Assemble", "its authors", 76.0, 1780, 540, mhz=941, time_ns=2.1),
    Published("da4ml, MLP", "its authors", 76.9, 12250, 1502, mhz=212, time_ns=18.9),
    Published("hls4ml, MLP", "its authors", 76.2, 63251, 4394, mhz=200, time_ns=45.0),
)
"""The polynomials and sines are five taggers each at 200 MHz; cycles are told there, times are these at 5 ns."""

HEADING = (
    "published",
    "LUTs",
    "FFs",
    "DSPs",
    "memories",
    "accuracy, %",
    "MHz",
    "ns",
    "source",
)


def published_rows() -> Iterator[tuple[str, ...]]:
    """The rows of a table with HEADING."""
    for each in PUBLISHED:
        figures = (
            each.luts,
            each.ffs,
            each.dsps,
            each.brams,
            each.accuracy_percent,
            each.mhz,
            each.time_ns,
        )
        yield (each.work, *map(number, figures), each.source)
