"""Hardware that was compiled, now or before: ports and bounds, the bit-exact model, and the text of every backend."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from symhdl.arguments import choice, text_of, unfit
from symhdl.backends.backend import INTERFACES, EmitOptions, backend_named
from symhdl.data.columns import Reals, arrays_by_name, integers_by_name
from symhdl.data.fixed import quantise, scaled
from symhdl.errors import shortened
from symhdl.ir.datapath import Datapath, Port
from symhdl.numeric.fixed import FixedFormat

if TYPE_CHECKING:
    from amaranth.lib.wiring import Component

    from symhdl.simulate import Integers


ROWS_AT_ONCE = 1 << 16


@dataclass(frozen=True, slots=True, repr=False)
class Hardware:
    """What is known of a design without its mathematics.

    `datapath` is made of what the device has, with its pipeline; `operators` is what it was made of, all in stage 0.
    Both have the same integers at the same ports.
    """

    datapath: Datapath
    operators: Datapath

    def __repr__(self) -> str:
        path = self.datapath
        ports = ", ".join(f"{port.name}: {port.format}" for port in (*path.inputs, *path.outputs))
        return f"<{path.top}: {shortened(ports, 100)}; error {self.error_bound:.3g}, latency {self.latency}>"

    @property
    def latency(self) -> int:
        """Clock edges from the input ports to the output ports."""
        return self.datapath.latency

    @property
    def error_bounds(self) -> dict[str, float]:
        """The proved absolute error of every output; infinite where none is proved, as a uniform format has it."""
        return {port.name: _bound(port) for port in self.datapath.outputs}

    @property
    def error_bound(self) -> float:
        """The largest proved absolute error of any output."""
        return max(self.error_bounds.values())

    @property
    def error_bounds_real_inputs(self) -> dict[str, float | None]:
        """The proved error of every output against the value at real inputs, before these are rounded.

        None where the function jumps, so that the rounding of an input can change the output by any amount.
        """
        return {port.name: port.error_bound_real_inputs for port in self.datapath.outputs}

    @property
    def error_bound_real_inputs(self) -> float | None:
        """The largest of `error_bounds_real_inputs`; None if one of them is."""
        bounds = [bound for bound in self.error_bounds_real_inputs.values() if bound is not None]
        return max(bounds) if len(bounds) == len(self.datapath.outputs) else None

    def emit(self, target: str, options: EmitOptions | None = None) -> dict[str, str]:
        """The files, name to text, that a backend writes."""
        backend = backend_named(text_of("target", target))
        options = _emit_options(options)
        datapath = self.datapath_for(target)
        backend.validate(datapath, options)
        files: dict[str, str] = backend.emit(datapath, options)
        return files

    def datapath_for(self, target: str) -> Datapath:
        """The datapath that a backend takes: the operators, or the cells of the device."""
        return self.operators if backend_named(target).level == "operators" else self.datapath

    def verilog(self) -> str:
        """The Verilog text of the module."""
        return self.emit("verilog")[f"{self.datapath.top}.v"]

    def elaboratable(self) -> Component:
        """The module as an Amaranth component with a signature."""
        from symhdl.backends.amaranth_module import elaboratable

        return elaboratable(self.datapath)

    @property
    def model(self) -> Datapath:
        """The datapath that is simulated: that of fewer cells."""
        return self.operators

    def simulate_integers(self, inputs: Mapping[str, Integers]) -> dict[str, Integers]:
        """The integers at the output ports for integers at the input ports, by name."""
        from symhdl.emulation import simulate_rows

        names = [port.name for port in self.datapath.inputs]
        return simulate_rows(self.model, integers_by_name(names, inputs))

    def simulate(self, *arrays: npt.ArrayLike, **named: npt.ArrayLike) -> Reals | dict[str, Reals]:
        """The outputs of the bit-exact model as real numbers.

        Inputs are one-dimensional arrays of one length or numbers, in the order of the ports or by name; they are
        rounded to the inputs' formats and held in their ranges. One output gives its array, several
        a dict by name. Beside inputs and outputs the memory does not grow with the rows.
        """
        from symhdl.emulation import engine_of

        ports, outputs = self.datapath.inputs, self.datapath.outputs
        columns = columns_of(ports, arrays, named)
        rows = len(next(iter(columns.values()))) if columns else 1
        engine = engine_of(self.model, rows)
        results: dict[str, Reals] = {port.name: np.empty(rows) for port in outputs}
        for start in range(0, rows, ROWS_AT_ONCE):
            part = slice(start, start + ROWS_AT_ONCE)
            integers = engine(integers_of(ports, {name: c[part] for name, c in columns.items()}))
            for port in outputs:
                results[port.name][part] = _reals(integers[port.name], port.format)
        return one_or_all(results)

    def quantise(self, *arrays: npt.ArrayLike, **named: npt.ArrayLike) -> Reals | dict[str, Reals]:
        """The numbers that the hardware has in place of real ones: rounded to the formats and held in the ranges.

        Arguments as for `simulate`. One input gives its array, several a dict by name.
        """
        ports = self.datapath.inputs
        integers = integers_of(ports, columns_of(ports, arrays, named))
        return one_or_all({port.name: _reals(integers[port.name], port.format) for port in ports})


def _emit_options(given: object) -> EmitOptions:
    """The options of a backend. Raises SymhdlError for others."""
    if given is None:
        return EmitOptions()
    if not isinstance(given, EmitOptions):
        raise unfit("options", given, "EmitOptions")
    choice(*INTERFACES)("interface", given.interface)
    return given


def columns_of(
    ports: Sequence[Port], arrays: Sequence[npt.ArrayLike], named: Mapping[str, npt.ArrayLike]
) -> dict[str, Reals]:
    """The numbers for input ports, by name. Raises SymhdlError for others than are wanted."""
    return arrays_by_name([port.name for port in ports], arrays, named)


def integers_of(ports: Sequence[Port], columns: Mapping[str, Reals]) -> dict[str, Integers]:
    """The integers at input ports for real numbers, rounded and held in the ranges."""
    return {port.name: quantise(columns[port.name], port)[0] for port in ports}


def one_or_all(columns: dict[str, Reals]) -> Reals | dict[str, Reals]:
    """The array of a single port, those of several by name."""
    return next(iter(columns.values())) if len(columns) == 1 else columns


def _bound(port: Port) -> float:
    return math.inf if port.error_bound is None else port.error_bound


def _reals(integers: Integers, number_format: FixedFormat) -> Reals:
    return scaled(integers.astype(np.float64), -number_format.fraction)
