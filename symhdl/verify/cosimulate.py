"""Compares generated text with the model: clock cycle by clock cycle for Verilog, call by call for C++."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from symhdl.flow.running import read_result, work_folder
from symhdl.flow.tools import need_tool
from symhdl.ir.datapath import Datapath
from symhdl.simulate import Integers, simulate
from symhdl.verify.bench import ENABLE, RESET, TRACE_FILE, VALID_IN, Bench
from symhdl.verify.simulators import SIMULATORS, run_hls, run_model, run_verilog
from symhdl.verify.timeline import NONE, PLAIN, Handshake, Timeline, timeline
from symhdl.verify.words import HEXADECIMAL, columns_of, data_digits, data_texts

VALID_OUT = "valid_out"
CYCLES_BEFORE, CYCLES_AFTER = 32, 4
"""What a record shows around the cycle that is asked for, beside the latency before it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """An output that is not what the model says.

    `vector` is -1 where none was due (only `valid_out` can be wrong there), `found` None if bits are unknown, and
    `cycle` the clock cycle in which it was seen, None for a function without a clock.
    """

    output: str
    vector: int
    expected: int
    found: int | None
    cycle: int | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """A datapath and the vectors to run, by the inputs' names; `seed` draws the gaps of a handshake."""

    datapath: Datapath
    inputs: Mapping[str, Integers]
    handshake: Handshake = PLAIN
    seed: int = 1

    @property
    def count(self) -> int:
        """How many vectors there are; a design without inputs has one."""
        return len(next(iter(self.inputs.values()))) if self.inputs else 1

    def timeline(self) -> Timeline:
        """What happens in every clock cycle."""
        return timeline(self.count, self.datapath.latency, self.handshake, self.seed)


def verilog_differences(trial: Trial, verilog: str, tool: str) -> tuple[Difference, ...]:
    """Where the Verilog text of the module `datapath.top` differs from `simulate`, by clock cycles.

    `tool` is `iverilog` or `verilator`. Raises ToolMissingError if it is missing, SymhdlError if it fails.
    """
    times = trial.timeline()
    bench = Bench(trial.datapath, trial.handshake, times.cycles)
    given = _given(trial, times, SIMULATORS[tool].absent)
    with work_folder() as folder:
        lines = run_verilog(tool, verilog, bench, given, folder)
    return tuple(_differences(trial, times, lines))


def recorded_signals(trial: Trial, cycle: int, verilog: str, tool: str) -> str:
    """What the signals of the module do in the cycles around this one, as the text of a VCD file."""
    times = trial.timeline()
    first = max(0, cycle - trial.datapath.latency - CYCLES_BEFORE)
    end = min(times.cycles, cycle + 1 + CYCLES_AFTER)
    bench = Bench(trial.datapath, trial.handshake, end, first)
    given = list(_given(trial, times, SIMULATORS[tool].absent))[:end]
    with work_folder() as folder:
        run_verilog(tool, verilog, bench, given, folder)
        return read_result(need_tool(tool), folder / TRACE_FILE)


def hls_differences(
    trial: Trial, files: Mapping[str, str], headers: Path
) -> tuple[Difference, ...]:
    """Where the C++ function in the files differs from `simulate`; see `simulators.run_hls`."""
    return _function_differences(
        trial, lambda given, folder: run_hls(trial.datapath, files, headers, given, folder)
    )


def model_differences(trial: Trial, files: Mapping[str, str]) -> tuple[Difference, ...]:
    """The same of the C++ model; see `simulators.run_model`."""
    return _function_differences(
        trial, lambda given, folder: run_model(trial.datapath, files, given, folder)
    )


def _function_differences(
    trial: Trial, run: Callable[[list[str], Path], list[str]]
) -> tuple[Difference, ...]:
    times = timeline(trial.count, 0, PLAIN, trial.seed)  # what is due is due at once
    with work_folder() as folder:
        lines = run(list(_given(trial, times, "0")), folder)
    found = _differences(trial, times, lines)
    return tuple(replace(difference, cycle=None) for difference in found)


def _given(trial: Trial, times: Timeline, absent: str) -> Iterator[str]:
    """What goes in, a line per cycle; `absent` is the digit where there is no vector."""
    inputs = trial.datapath.inputs
    texts = data_texts(inputs, trial.inputs, trial.count)
    nothing = absent * data_digits(inputs)
    is_given = times.given != NONE
    control = is_given * VALID_IN + times.reset * RESET + times.enable * ENABLE
    for bits, vector in zip(control.tolist(), times.given.tolist(), strict=True):
        yield f"{bits}{nothing if vector == NONE else texts[vector]}"


def _differences(trial: Trial, times: Timeline, lines: Sequence[str]) -> Iterable[Difference]:
    """What stands in the lines and should not, cycle by cycle."""
    found = list(_wrong_data(trial, times, lines))
    if trial.handshake.valid:
        found += _wrong_marks(trial, times, lines)
    return sorted(found, key=lambda difference: difference.cycle or 0)


def _wrong_data(trial: Trial, times: Timeline, lines: Sequence[str]) -> Iterator[Difference]:
    """The outputs in the cycles in which the results of a vector are due."""
    expected = simulate(trial.datapath, trial.inputs)
    cycles = np.flatnonzero(times.due != NONE)
    vectors = times.due[cycles]
    columns = columns_of(trial.datapath.outputs, [lines[cycle] for cycle in cycles.tolist()])
    for name, column in columns.items():
        wanted = expected[name][vectors]
        for row in np.flatnonzero(column.undefined | (column.values != wanted)):
            value = None if column.undefined[row] else int(column.values[row])
            yield Difference(name, int(vectors[row]), int(wanted[row]), value, int(cycles[row]))


def _wrong_marks(trial: Trial, times: Timeline, lines: Sequence[str]) -> Iterator[Difference]:
    """`valid_out` in all cycles in which it can be known."""
    place = -1 - data_digits(trial.datapath.outputs)
    for cycle in np.flatnonzero(times.settled).tolist():
        digit, vector = lines[cycle][place], int(times.due[cycle])
        value = int(digit, 16) if digit in HEXADECIMAL else None
        if value != (vector != NONE):
            yield Difference(VALID_OUT, vector, int(vector != NONE), value, cycle)
