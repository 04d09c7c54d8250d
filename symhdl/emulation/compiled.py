"""The emulator of a datapath: generated C++, compiled, loaded, and held against the definition before it is used."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from symhdl.backends.cpp import ROWS_FUNCTION, emulator
from symhdl.errors import SymhdlError, error
from symhdl.flow.running import run_tool, work_folder, write_input
from symhdl.flow.tools import Tool, find_tool
from symhdl.ir.datapath import Datapath
from symhdl.simulate import Integers, simulate
from symhdl.simulate.definition import empty_results, length_of
from symhdl.vectors import columns_of_rows, mixed_rows

COMPILER = "g++"
TIME_LIMIT_S = 60.0
OPTIONS = (("-O3", "-march=native"), ("-O3",))
"""The compiler's options, the first that it takes."""

ROWS_AT_ONCE = 1 << 16
CHECKED_ROWS, SEED = 256, 1

Function = Callable[[int, object, object], int]


@dataclass(frozen=True, slots=True)
class Emulator:
    """A datapath as machine code."""

    datapath: Datapath
    function: Function

    def simulate(self, inputs: Mapping[str, Integers]) -> dict[str, Integers]:
        """What the definition gives, which computes the rows itself where a value leaves its range."""
        rows = length_of(inputs)
        results = empty_results(self.datapath, rows)
        for start in range(0, rows, ROWS_AT_ONCE):
            end = min(start + ROWS_AT_ONCE, rows)
            given = {name: values[start:end] for name, values in inputs.items()}
            outputs = [results[port.name][start:end] for port in self.datapath.outputs]
            columns = [
                np.ascontiguousarray(given[port.name], dtype=np.int64)
                for port in self.datapath.inputs
            ]
            if self.function(end - start, _pointers(columns), _pointers(outputs)):
                for name, values in simulate(self.datapath, given).items():
                    results[name][start:end] = values
        return results


def _pointers(columns: Sequence[Integers]) -> ctypes.Array[ctypes.c_void_p]:
    return (ctypes.c_void_p * len(columns))(*(column.ctypes.data for column in columns))


def compiled(datapath: Datapath) -> Emulator | None:
    """The emulator, or None without a compiler that takes it.

    Raises SymhdlError if it differs from the definition, which only a wrong compiler explains.
    """
    compiler = find_tool(COMPILER)
    if compiler is None:
        return None
    function = _loaded(compiler, emulator(datapath))
    if function is None:
        return None
    found = Emulator(datapath, function)
    rows = columns_of_rows(datapath, mixed_rows(datapath, CHECKED_ROWS, SEED))
    expected, given = simulate(datapath, rows), found.simulate(rows)
    wrong = [name for name in expected if not np.array_equal(expected[name], given[name])]
    if wrong:
        text = f"{compiler.command[0]} made a wrong emulator of {datapath.top}: {', '.join(wrong)}"
        help = "let the environment variable CXX name another compiler, or none; please report it"
        raise error("emulator-differs", text, help=help)
    return found


def _loaded(compiler: Tool, text: str) -> Function | None:
    """The function of a program text. The folder of the compiler is gone afterwards, the code stays loaded."""
    with suppress(SymhdlError, OSError), work_folder() as folder:
        write_input(folder, "emulator.cpp", text)
        library = _built(compiler, folder)
        if library is not None:
            function = ctypes.CDLL(str(library))[ROWS_FUNCTION]
            function.argtypes = (ctypes.c_size_t, ctypes.c_void_p, ctypes.c_void_p)
            function.restype = ctypes.c_int
            return function
    return None


def _built(compiler: Tool, folder: Path) -> Path | None:
    library = folder / "emulator.so"
    for options in OPTIONS:
        arguments = ["-std=c++17", "-w", "-shared", "-fPIC", *options, "-o", library.name]
        with suppress(SymhdlError):
            run_tool(compiler, [*arguments, "emulator.cpp"], folder, time_limit_s=TIME_LIMIT_S)
            return library
    return None
