"""A compiled design: what is proved of it, its bit-exact model, and the ways out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from symhdl.arguments import choice, path_of, text_of, unfit
from symhdl.backends.backend import INTERFACES, EmitOptions, backend_named
from symhdl.cost.estimate import Estimate
from symhdl.data.columns import Reals, arrays_by_name, integers_by_name
from symhdl.data.fixed import quantise
from symhdl.design import Design
from symhdl.documents import json_text, sha256
from symhdl.errors import Diagnostic, error, shortened
from symhdl.evaluate import evaluate_points
from symhdl.folders.writing import write_design
from symhdl.ir.datapath import Datapath, Port
from symhdl.ir.graph import Graph
from symhdl.ir.text import print_datapath
from symhdl.manifest import DATAPATH, MANIFEST, Facts, manifest
from symhdl.numeric.fixed import FixedFormat
from symhdl.simulate import Integers, simulate
from symhdl.verify.accuracy import Accuracy, measure_integers, measure_reals
from symhdl.version import VERSION

if TYPE_CHECKING:
    from amaranth.lib.wiring import Component

REFERENCE_DIGITS = 20


@dataclass(frozen=True, slots=True, repr=False)
class CompiledDesign:
    """A compiled design: its datapath, what is proved of it, and the ways out.

    `estimate` is area and speed by the device's model.
    """

    design: Design
    datapath: Datapath
    estimate: Estimate

    def __repr__(self) -> str:
        path = self.datapath
        ports = ", ".join(f"{port.name}: {port.format}" for port in (*path.inputs, *path.outputs))
        return f"<{path.top}: {shortened(ports, 100)}; error {self.error_bound:.3g}, latency {self.latency}>"

    @property
    def mathematics(self) -> Graph:
        """The graph of the source, before any pass."""
        return self.design.written

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What the user should know although it is no error."""
        return self.design.warnings

    @property
    def latency(self) -> int:
        """Clock edges from the input ports to the output ports."""
        return self.datapath.latency

    @property
    def error_bounds(self) -> dict[str, float]:
        """The proved absolute error of every output."""
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
        backend.validate(self.datapath, options)
        files: dict[str, str] = backend.emit(self.datapath, options)
        return files

    def verilog(self) -> str:
        """The Verilog text of the module."""
        return self.emit("verilog")[f"{self.datapath.top}.v"]

    def elaboratable(self) -> Component:
        """The module as an Amaranth component with a signature."""
        from symhdl.backends.amaranth_module import elaboratable

        return elaboratable(self.datapath)

    def files(self, target: str = "verilog", options: EmitOptions | None = None) -> dict[str, str]:
        """Everything that `write` writes: the backend's files, the manifest and the datapath as text."""
        top = self.datapath.top
        files = self.emit(target, options)
        files[top + DATAPATH] = print_datapath(self.datapath)
        figures, written = self.estimate, options or EmitOptions()
        facts = Facts(
            version=VERSION,
            target=target,
            interface=written.interface,
            clock_enable=written.clock_enable,
            estimate={
                "luts": figures.luts,
                "ffs": figures.ffs,
                "dsps": figures.dsps,
                "brams": figures.brams,
                "fmax_mhz": figures.fmax_mhz,
            },
            files={name: sha256(text) for name, text in files.items()},
            device_digest=self.design.target.digest,
            warnings=self.warnings,
            cut=self.design.cut,
            held={
                plan.name: (plan.minimum * plan.format.ulp, plan.maximum * plan.format.ulp)
                for plan in self.design.inputs
                if plan.saturated
            },
        )
        files[top + MANIFEST] = json_text(manifest(self.datapath, facts))
        return files

    def write(
        self,
        folder: str | Path,
        target: str = "verilog",
        options: EmitOptions | None = None,
        *,
        force: bool = False,
    ) -> None:
        """Writes the files into a folder, all or none, in place of those of the design of the same name.

        With `force` they replace files that symhdl did not write, too. Raises SymhdlError if there are any without it,
        or if the system refuses.
        """
        files = self.files(target, options)
        write_design(path_of("folder", folder), self.datapath.top, files, force=force)

    def simulate_integers(self, inputs: Mapping[str, Integers]) -> dict[str, Integers]:
        """The integers at the output ports for integers at the input ports, by name."""
        return simulate(
            self.datapath, integers_by_name([port.name for port in self.datapath.inputs], inputs)
        )

    def simulate(self, *arrays: npt.ArrayLike, **named: npt.ArrayLike) -> Reals | dict[str, Reals]:
        """The outputs of the bit-exact model as real numbers.

        Inputs are one-dimensional arrays of one length or numbers, in the order of the ports or by name; they are
        rounded to the inputs' formats and held in their ranges. One output gives its array, several
        a dict by name.
        """
        results = simulate(self.datapath, self._integers(self._columns(arrays, named)))
        return _one_or_all(
            {port.name: _reals(results[port.name], port.format) for port in self.datapath.outputs}
        )

    def quantise(self, *arrays: npt.ArrayLike, **named: npt.ArrayLike) -> Reals | dict[str, Reals]:
        """The numbers that the hardware has in place of real ones: rounded to the formats and held in the ranges.

        Arguments as for `simulate`. One input gives its array, several a dict by name.
        """
        integers = self._integers(self._columns(arrays, named))
        return _one_or_all(
            {port.name: _reals(integers[port.name], port.format) for port in self.datapath.inputs}
        )

    def reference(self, *arrays: npt.ArrayLike, **named: npt.ArrayLike) -> Reals | dict[str, Reals]:
        """The real mathematics at the given numbers, which are not rounded: nan where it has no value.

        Arguments and result as for `simulate`; the values are right to the last digit of a double or nearly so.
        """
        columns = _exactly(self._columns(arrays, named))
        exact = evaluate_points(self.mathematics, columns, REFERENCE_DIGITS)
        return _one_or_all(
            {
                name: np.array([np.nan if ball is None else float(ball.mid()) for ball in balls])
                for name, balls in exact.items()
            }
        )

    def check(self, *arrays: npt.ArrayLike, **named: npt.ArrayLike) -> Accuracy:
        """Compares the bit-exact model with the real mathematics and both errors with their bounds.

        Arguments as for `simulate`. The errors are those of balls with many digits; print the result, or ask it
        whether all bounds hold (`.holds`).
        """
        columns = self._columns(arrays, named)
        integers = {name: column.tolist() for name, column in self._integers(columns).items()}
        reals = _exactly(columns)
        ends = {plan.name: plan.real_range for plan in self.design.inputs}
        count = max((len(column) for column in reals.values()), default=0)
        inside = [
            row
            for row in range(count)
            if all(ends[name][0] <= reals[name][row] <= ends[name][1] for name in reals)
        ]
        saturated = self.design.request.undefined == "saturate"
        rounded = measure_integers(self.mathematics, self.datapath, integers, saturated=saturated)
        real = measure_reals(
            self.mathematics,
            self.datapath,
            {name: [column[row] for row in inside] for name, column in integers.items()},
            {name: [column[row] for row in inside] for name, column in reals.items()},
            list(self.error_bounds_real_inputs.values()),
            saturated=saturated,
        )
        return Accuracy(rounded, real, count - len(inside))

    def _columns(
        self, arrays: Sequence[npt.ArrayLike], named: Mapping[str, npt.ArrayLike]
    ) -> dict[str, Reals]:
        return arrays_by_name([port.name for port in self.datapath.inputs], arrays, named)

    def _integers(self, columns: Mapping[str, Reals]) -> dict[str, Integers]:
        return {port.name: quantise(columns[port.name], port)[0] for port in self.datapath.inputs}


def _emit_options(given: object) -> EmitOptions:
    """The options of a backend. Raises SymhdlError for others."""
    if given is None:
        return EmitOptions()
    if not isinstance(given, EmitOptions):
        raise unfit("options", given, "EmitOptions")
    choice(*INTERFACES)("interface", given.interface)
    return given


def _exactly(columns: Mapping[str, Reals]) -> dict[str, list[Fraction]]:
    """The numbers of columns as fractions. Raises SymhdlError for an infinite one."""
    for name, column in columns.items():
        if not np.isfinite(column).all():
            raise error("bad-input", f"`{name}` is infinite at index {np.argmax(np.isinf(column))}")
    return {name: [Fraction(value) for value in c.tolist()] for name, c in columns.items()}


def _one_or_all(columns: dict[str, Reals]) -> Reals | dict[str, Reals]:
    return next(iter(columns.values())) if len(columns) == 1 else columns


def _bound(port: Port) -> float:
    assert port.error_bound is not None, "an output without a bound; please report this"
    return port.error_bound


def _reals(integers: Integers, number_format: FixedFormat) -> Reals:
    return np.ldexp(integers.astype(np.float64), -number_format.fraction)
