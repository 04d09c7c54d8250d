"""A compiled design: what is proved of it, its bit-exact model, and the ways out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from symhdl.arguments import path_of
from symhdl.backends.backend import EmitOptions
from symhdl.data.columns import Reals
from symhdl.design import Design
from symhdl.documents import Json, json_text, sha256
from symhdl.errors import Diagnostic, error
from symhdl.hardware import Hardware, columns_of, integers_of, one_or_all
from symhdl.ir.graph import Graph
from symhdl.version import VERSION

if TYPE_CHECKING:
    from symhdl.arguments import Number
    from symhdl.cost.estimate import Estimate
    from symhdl.judgement import Judgement
    from symhdl.parsed import Taken
    from symhdl.refinement import Refinement
    from symhdl.report.error_plot import ErrorPlot
    from symhdl.report.report import Report
    from symhdl.verify.accuracy import Accuracy

REFERENCE_DIGITS = 20


@dataclass(frozen=True, slots=True, repr=False)
class CompiledDesign(Hardware):
    """A compiled design: its datapath, what is proved of it, and the ways out.

    `estimate` is area and speed by the device's model, `refinement` what place and route said, if it was asked, and
    `judgement` what rows of data that chose nothing say of a design with a goal on data. `taken` are the equations of a
    search that it was made of.
    """

    design: Design
    estimate: Estimate
    refinement: Refinement | None = None
    judgement: Judgement | None = None
    taken: tuple[Taken, ...] = ()

    @property
    def mathematics(self) -> Graph:
        """The graph of the source, before any pass."""
        return self.design.written

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What the user should know although it is no error."""
        return self.design.warnings

    def digest(self) -> str | None:
        """The SHA-256 of what was asked for: of source, options, device and version, the same on every machine.

        None for a design that is cut, which another run may make another one. See `Design.digest`.
        """
        return self.design.digest()

    def witnesses(self) -> dict[str, Json]:
        """What each proved bound stands on, as JSON from which it can be proved again: see `Witnesses.document`.

        Raises ValueError for a design that was unpickled, which has lost it.
        """
        return self.design.witnesses().document()

    def files(self, target: str = "verilog", options: EmitOptions | None = None) -> dict[str, str]:
        """Everything that `write` writes: the backend's files, the manifest, both datapaths, and the breakdown.

        A design that was unpickled has no breakdown: it has lost what is proved of its nodes.
        """
        from symhdl.ir.text import print_datapath
        from symhdl.manifest import DATAPATH, MANIFEST, OPERATORS, Facts, manifest
        from symhdl.report.document import BREAKDOWN, breakdown_text
        from symhdl.report.gathering import breakdown_of

        top = self.datapath.top
        files = self.emit(target, options)
        files[top + DATAPATH] = print_datapath(self.datapath)
        files[top + OPERATORS] = print_datapath(self.operators)
        breakdown = breakdown_of(self.design, self.datapath)
        if breakdown is not None:
            files[top + BREAKDOWN] = breakdown_text(breakdown)
        written = options or EmitOptions()
        facts = Facts(
            version=VERSION,
            target=target,
            interface=written.interface,
            clock_enable=written.clock_enable,
            estimate=asdict(self.estimate),
            files={name: sha256(text) for name, text in files.items()},
            device_digest=self.design.target.digest,
            request_digest=self.digest(),
            minimise=self.design.request.minimise,
            warnings=self.warnings,
            cut=self.design.cut,
            refinement=None if self.refinement is None else asdict(self.refinement),
            judgement=None if self.judgement is None else self.judgement.document(),
            equations=[each.document() for each in self.taken],
            held={
                plan.name: (plan.minimum * plan.format.ulp, plan.maximum * plan.format.ulp)
                for plan in self.design.inputs
                if plan.saturated
            },
        )
        files[top + MANIFEST] = json_text(manifest(self.datapath, facts))
        return files

    def report(self) -> Report:
        """What was asked and reached, when each node is at work, and what each takes and adds: print it, or ask it.

        It has no nodes of a design that was unpickled but what its cells tell.
        """
        from symhdl.judgement import UNKNOWN_OF_FITTED
        from symhdl.report.gathering import breakdown_of, breakdown_of_cells
        from symhdl.report.report import Report

        breakdown, target = breakdown_of(self.design, self.datapath), self.design.target
        lost = "ranges and errors, which an unpickled design has not"
        missing = lost if self.judgement is None else UNKNOWN_OF_FITTED
        return Report(
            self.datapath,
            breakdown or breakdown_of_cells(self.datapath, target),
            self.estimate,
            target,
            missing=() if breakdown else (missing,),
            cut=self.design.cut,
            operators=self.operators,
            judgement=self.judgement,
        )

    def _repr_html_(self) -> str:
        """What notebooks show."""
        from symhdl.report.small import design_html

        return design_html(self.datapath, self.estimate, cut=self.design.cut)

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
        from symhdl.folders.writing import write_design

        files = self.files(target, options)
        write_design(path_of("folder", folder), self.datapath.top, files, force=force)

    def reference(self, *arrays: npt.ArrayLike, **named: npt.ArrayLike) -> Reals | dict[str, Reals]:
        """The real mathematics at the given numbers, which are not rounded: nan where it has no value.

        Arguments and result as for `simulate`; the values are right to the last digit of a double or nearly so.
        """
        from symhdl.evaluate import evaluate_points

        columns = _exactly(columns_of(self.datapath.inputs, arrays, named))
        exact = evaluate_points(self.mathematics, columns, REFERENCE_DIGITS)
        return one_or_all(
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
        from symhdl.verify.accuracy import Accuracy, measure_integers, measure_reals

        columns = columns_of(self.datapath.inputs, arrays, named)
        ports = integers_of(self.datapath.inputs, columns)
        integers = {name: column.tolist() for name, column in ports.items()}
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

    def plot_error(
        self,
        *over: str,
        output: str | None = None,
        at: Mapping[str, Number] | None = None,
        points: int | None = None,
    ) -> ErrorPlot:
        """The error over one input inside its proved bound, or a map of it over two, as SVG: notebooks show it.

        Without names it is over the first input, or over both where there are two. The others are held `at` numbers,
        which are rounded to their formats, or in the middle of their ranges. `output` is the name of one of several.
        At most so many `points` of each input are tried. Raises SymhdlError for what the design does not have.
        """
        from symhdl.error_plots import error_plot

        saturated = self.design.request.undefined == "saturate"
        return error_plot(
            self.mathematics, self.model, over, output, at, points, saturated=saturated
        )


def _exactly(columns: Mapping[str, Reals]) -> dict[str, list[Fraction]]:
    """The numbers of columns as fractions. Raises SymhdlError for an infinite one."""
    for name, column in columns.items():
        if not np.isfinite(column).all():
            raise error("bad-input", f"`{name}` is infinite at index {np.argmax(np.isinf(column))}")
    return {name: [Fraction(value) for value in c.tolist()] for name, c in columns.items()}
