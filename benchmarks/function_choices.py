"""Functions as each device chooses to compute them, built for every device: `benchmarks.functions --choices`.

Without DSP blocks and memories, so that all is told in LUTs, which Yosys counts. It falls short where what another
device has chosen is smaller by more than 5 %, or where a looser error costs more by as much.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from symhdl.backends.verilog import verilog_text

from benchmarks.batch import usages
from benchmarks.golden import digest
from benchmarks.tables import table
from symhdl.approximation import Approximation, Specification, approximate
from symhdl.arithmetic.comparisons import with_narrow_comparisons
from symhdl.arithmetic.constants import with_digits
from symhdl.arithmetic.merging import with_merged_sums
from symhdl.arithmetic.product_cells import products_in_rows
from symhdl.arithmetic.sums import with_trees
from symhdl.cost.operators import fabric_of
from symhdl.cost.products import logic_of
from symhdl.functions.elementary import FUNCTIONS
from symhdl.functions.operation import Operation
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import Datapath, Port
from symhdl.ir.live import remove_dead_cells
from symhdl.targets.target import Target, load_target

DEVICES = ("ecp5-85k", "ice40-hx8k", "xcvu9p")
BITS = tuple(range(6, 17))
SLACK = 1.05
BATCH = 8

RANGES: dict[Operation, tuple[float, float]] = {
    Operation.SIN: (-4, 4),
    Operation.COS: (0, 1.6),
    Operation.EXP: (-4, 0),
    Operation.LOG: (0.25, 4),
    Operation.SQUARE_ROOT: (0, 4),
    Operation.TANH: (-4, 4),
    Operation.SIGMOID: (-8, 8),
    Operation.ATAN: (-4, 4),
    Operation.INVERSE: (0.5, 4),
    Operation.GAUSS: (-4, 4),
    Operation.LOG2: (1, 2),
    Operation.SOFTPLUS: (-8, 8),
}


@dataclass(frozen=True, slots=True)
class Case:
    """A function to within 2**-bits; its argument has two fractional bits more."""

    operation: Operation
    bits: int

    @property
    def specification(self) -> Specification:
        """What is asked for."""
        low, high = (end * 2.0 ** (self.bits + 2) for end in RANGES[self.operation])
        top = math.ceil(high) - 1
        return Specification(math.ceil(low), top, self.bits + 2, 2.0**-self.bits)


def chosen(case: Case, target: Target) -> Approximation:
    """What the device chooses without blocks."""
    fabric = fabric_of(target, "none", clocked=False)
    return approximate(FUNCTIONS[case.operation], case.specification, fabric)[0].approximation


def built(case: Case, approximation: Approximation, target: Target) -> Datapath:
    """The cells of an approximation on a device."""
    specification = case.specification
    builder = DatapathBuilder()
    ends = specification.minimum, specification.maximum
    argument = builder.input("x", *ends, specification.fraction)
    result = approximation.build(builder, argument)
    x, y = (
        Port(name, name, cell, builder.cells[cell].format, *builder.range(cell))
        for name, cell in (("x", argument), ("y", result))
    )
    path = remove_dead_cells(Datapath("f", tuple(builder.cells), (x,), (y,), dsp="none"))
    steps = (
        with_narrow_comparisons,
        with_merged_sums,
        with_digits,
        partial(with_trees, logic=logic_of(target)),
        partial(products_in_rows, target=target),
    )
    for step in steps:
        path = step(path)
    return path


def measured(paths: Sequence[Datapath], target: Target, cache: Path) -> dict[str, int]:
    """The LUTs of datapaths, which are kept in the cache."""
    cache.mkdir(parents=True, exist_ok=True)
    texts = {digest(text): text for text in map(verilog_text, paths)}
    missing = [name for name in texts if not _place(target, name, cache).exists()]
    for start in range(0, len(missing), BATCH):
        tops = {f"f_{name}": name for name in missing[start : start + BATCH]}
        modules = {
            top: texts[name].replace("\nmodule f (", f"\nmodule {top} (")
            for top, name in tops.items()
        }
        for top, found in usages(modules, target, use_dsps=False).items():
            luts = [usage.luts for usage in found]
            _place(target, tops[top], cache).write_text(json.dumps(luts), encoding="utf-8")
        print(f"{target.name}: {start + len(tops)} of {len(missing)}", file=sys.stderr, flush=True)
    places = {name: _place(target, name, cache) for name in texts}
    return {name: min(json.loads(p.read_text(encoding="utf-8"))) for name, p in places.items()}


def _place(target: Target, name: str, cache: Path) -> Path:
    return cache / f"{target.name}_{name}.json"


@dataclass(frozen=True, slots=True)
class Row:
    """What a device takes for a case with its own choice, and with what each device has chosen."""

    case: Case
    device: str
    own: int
    others: tuple[int, ...]

    @property
    def shortcoming(self) -> float:
        """How many times as much as the best choice the own one takes."""
        return self.own / max(1, min(self.others))


def rows(cases: Sequence[Case], devices: Sequence[str], cache: Path) -> Iterator[Row]:
    """Every case on every device."""
    targets = {name: load_target(name) for name in devices}
    choices = {case: [chosen(case, target) for target in targets.values()] for case in cases}
    for position, (name, target) in enumerate(targets.items()):
        paths = {case: [built(case, each, target) for each in choices[case]] for case in cases}
        luts = measured([path for each in paths.values() for path in each], target, cache)
        for case, own in paths.items():
            found = tuple(luts[digest(verilog_text(path))] for path in own)
            yield Row(case, name, found[position], found)


def looser_costs_more(found: Sequence[Row]) -> list[str]:
    """The cases in which a tighter error is cheaper by more than the slack."""
    lines = []
    for row in found:
        tighter = [
            other
            for other in found
            if (other.case.operation, other.device) == (row.case.operation, row.device)
            and other.case.bits > row.case.bits
        ]
        least = min((other.own for other in tighter), default=row.own)
        if row.own > SLACK * least:
            lines.append(
                f"{row.device} {row.case.operation.name} 2^-{row.case.bits}: {row.own}, tighter {least}"
            )
    return lines


def run(devices: Sequence[str] | None, bits: Sequence[int] | None, cache: Path) -> int:
    """Prints the table; 1 where a device could have chosen something smaller."""
    cases = [Case(operation, each) for operation in RANGES for each in bits or BITS]
    devices = devices or DEVICES
    found = list(rows(cases, devices, cache))
    cells = [
        (
            f"{row.case.operation.name} 2^-{row.case.bits}",
            row.device,
            str(row.own),
            *map(str, row.others),
        )
        for row in found
    ]
    print("\n".join(table(("function", "device", "own", *devices), cells)))
    worse = [row for row in found if row.shortcoming > SLACK]
    looser = looser_costs_more(found)
    print(f"{len(worse)} of {len(found)} where another device's choice is smaller by over 5 %")
    print(f"{len(looser)} where a looser error costs over 5 % more", *looser, sep="\n")
    return 1 if worse or looser else 0
