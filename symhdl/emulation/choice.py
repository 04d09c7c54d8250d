"""Which engine computes the rows of a datapath: by what was asked of it so far, never by a clock.

Each engine takes longer to make than the one before and less for a row. The next is made when the rows so far, those of
the call that is due among them, have cost about as much as making it: so the way there costs at most twice the best.
All give the same integers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

from symhdl.ir.datapath import Datapath
from symhdl.simulate import INT64_BITS, Integers, simulate
from symhdl.simulate.blocks import Identity, plan_of, simulate_blocks
from symhdl.simulate.definition import length_of

if TYPE_CHECKING:
    from symhdl.emulation.compiled import Emulator

CALL_ROWS = 4096
"""What a call costs beside its rows, in rows."""

BLOCK_ROWS = 20_000
COMPILED_ROWS = 1_500_000
COMPILED_WORK = 100_000_000
"""The rows after which a plan pays, and a compiler: these, and so many rows times cells. From
`python -m benchmarks.simulation`."""

COMPILED_CELLS = 4096
"""The cells up to which the time of a compiler grows as they do."""

DATAPATHS = 16

Engine = Callable[[Mapping[str, Integers]], dict[str, Integers]]


@dataclass(slots=True)
class _Engines:
    """What there is for a datapath, and the rows that were asked for."""

    datapath: Datapath
    rows: int = 0
    emulator: Emulator | None = None
    is_due: bool = True
    lock: Lock = field(default_factory=Lock)

    def engine(self, rows: int) -> Engine:
        """The engine for so many rows more."""
        with self.lock:
            self.rows += rows + CALL_ROWS
            if self.rows < BLOCK_ROWS:
                return lambda inputs: simulate(self.datapath, inputs)
            if self.is_due and self._pays():
                self.is_due = False
                self.emulator = _compiled(self.datapath)
        if self.emulator is not None:
            return self.emulator.simulate
        return lambda inputs: simulate_blocks(self.datapath, inputs)

    def _pays(self) -> bool:
        """Whether a compiler does."""
        cells = len(plan_of(self.datapath).datapath.cells)
        enough = COMPILED_ROWS + COMPILED_WORK // max(1, cells)
        return self.rows >= enough and cells <= COMPILED_CELLS and fits(self.datapath)


def _compiled(datapath: Datapath) -> Emulator | None:
    from symhdl.emulation.compiled import compiled  # few programs need what it loads

    return compiled(datapath)


def fits(datapath: Datapath) -> bool:
    """Whether the emulator's columns hold the integers at all ports."""
    ports = (*datapath.inputs, *datapath.outputs)
    return all(port.format.width <= INT64_BITS for port in ports)


@lru_cache(maxsize=DATAPATHS)
def _kept(key: Identity) -> _Engines:
    return _Engines(key.datapath)


def engine_of(datapath: Datapath, rows: int) -> Engine:
    """What computes that many rows of a datapath, in any number of calls."""
    return _kept(Identity(datapath)).engine(rows)


def simulate_rows(datapath: Datapath, inputs: Mapping[str, Integers]) -> dict[str, Integers]:
    """What `simulate` gives, by the engine that fits the number of rows."""
    return engine_of(datapath, length_of(inputs))(inputs)
