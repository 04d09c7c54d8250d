"""Tries one program: compiles it, and holds everything that is promised against the truth."""

from __future__ import annotations

import json
import random
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from symhdl.backends.backend import EmitOptions

import symhdl
from symhdl.compiled import CompiledDesign
from symhdl.cost.blocks import blocks_taken, most_blocks
from symhdl.documents import json_text
from symhdl.errors import SymhdlError
from symhdl.ir.datapath import Port
from symhdl.ir.text import print_datapath, read_datapath
from symhdl.ir.verify import assert_valid_datapath
from symhdl.simulate import Integers, simulate
from symhdl.targets.target import load_target
from tests.errors_of_design import assert_cells_in_range
from tests.fuzzing.language import held, source_text
from tests.fuzzing.points import Row, Surveyor, chosen_rows, point_of, random_reals
from tests.fuzzing.program import Output, Program, nearest
from tests.fuzzing.refusals import Evidence, reason_of
from tests.fuzzing.report import Report
from tests.fuzzing.truth import Nothing, Truth, Value, float_of
from tests.witnesses.checker import check
from tests.witnesses.distance import RefutedError

REALS = 24  # random real inputs off the grid
NOT_PROVED = "domain-unproved"
Engine = Callable[[CompiledDesign, Program, dict[str, Integers]], str]
"""Compares an engine with the simulator; the text tells where they differ, empty if nowhere. See `engines.py`."""


def compiled(program: Program) -> CompiledDesign:
    """The design, through the library; Python's own warnings are errors."""
    options, data = program.options, held(program)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return symhdl.compile(
            source_text(program),
            dialect="native",
            width=options.width,
            output_width=options.output_width,
            device=options.device,
            frequency=options.frequency,
            dsp=options.dsp,
            primitives=options.primitives,
            opt=options.level,
            undefined=options.undefined,
            data=data or None,
            quantiles=(0, 1) if data else None,
        )


def checked(
    program: Program, seed: str, *, twice: bool = False, engines: Mapping[str, Engine] | None = None
) -> Report:
    """What came of the program. `seed` draws the points."""
    report = Report(program, outcome="compiled")
    started = time.process_time()
    try:
        design = compiled(program)
        report.seconds = time.process_time() - started
        _Trial(report, design, seed).run(twice, engines or {})
    except SymhdlError as refusal:
        if refusal.diagnostics[0].id == "wrong-range":  # the model holds its cells to their ranges
            report.find("cell-out-of-range", "cell", str(refusal))
            return report
        report.outcome = "refused"
        report.seconds = report.seconds or time.process_time() - started
        report.ids = tuple(dict.fromkeys(d.id for d in refusal.diagnostics))
        report.message = str(refusal)
        _judge_refusal(report, seed)
    except Exception as problem:  # noqa: BLE001 - this is what is looked for
        report.outcome = "crashed"
        _crashed(report, problem)
    return report


def _crashed(report: Report, problem: Exception) -> None:
    """An exception that is no refusal: the user would see an internal error."""
    frames = traceback.extract_tb(problem.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename]
    kind = "python-warning" if isinstance(problem, Warning) else "internal-error"
    key = f"{type(problem).__name__} in {ours[-1].name} of {Path(ours[-1].filename).name}"
    report.find(kind, key, f"{key}: {problem!s:.200}")


def _judge_refusal(report: Report, seed: str) -> None:
    program = report.program
    chance = random.Random(seed)  # noqa: S311 - no secret
    surveyor = Surveyor(program)
    flips = surveyor.flips(chance)
    rows = chosen_rows(program, chance, flips)
    evidence = Evidence(surveyor, rows, flips, chance, _compiles)
    report.points = len(rows)
    found = [reason_of(id, evidence) for id in report.ids]
    if all(found):
        report.reason = found[0]
        return
    first = report.ids[found.index("")]
    report.find("refused", f"{first} ({program.family})", report.message.partition("\n")[0])


def _compiles(program: Program) -> bool:
    try:
        compiled(program)
    except SymhdlError:
        return False
    return True


class _Trial:
    """A compiled program and what is found out about it."""

    def __init__(self, report: Report, design: CompiledDesign, seed: str) -> None:
        self.report = report
        self.program = report.program
        self.design = design
        self.datapath = design.datapath
        self.seed = seed
        self.chance = random.Random(seed)  # noqa: S311 - no secret
        self.truth = Truth(self.program)
        self.outputs = {port.name: port for port in self.datapath.outputs}

    def run(self, twice: bool, engines: Mapping[str, Engine]) -> None:
        """All checks."""
        flips = Surveyor(self.program).flips(self.chance)
        rows = chosen_rows(self.program, self.chance, flips)
        self.report.points = len(rows)
        self._ports()
        columns = self._columns(rows)
        self._cells(columns)
        results = simulate(self.datapath, columns)
        self._levels(columns, results)
        self._errors(rows, results)
        self._real_inputs()
        self._texts(twice)
        if twice:
            self._witnesses()
        self._blocks()
        self._stored()
        for name, engine in engines.items():
            told = engine(self.design, self.program, columns)
            self.report.engines += (name,)
            if told:
                self.report.find(f"engine-{name}", name, told)

    def _ports(self) -> None:
        """Inputs have the grid that was declared, outputs the format and a bound that keeps the goal."""
        ports = {port.name: port for port in self.datapath.inputs}
        for entry in self.program.inputs:
            port = ports.get(entry.name)
            if port is None:
                continue
            told = port.format.signed, port.format.width, port.format.fraction
            wanted = entry.format.signed, entry.format.width, entry.format.fraction
            limits = (port.minimum, port.maximum)
            if told != wanted or limits != entry.port_range:
                detail = f"{entry.name}: {port.format} {limits} instead of {entry.format} {entry.port_range}"
                self.report.find("input-differs", "grid", detail)
        for output in self.program.outputs:
            self._goal(output, self.outputs[output.name])

    def _goal(self, output: Output, port: Port) -> None:
        bound = Fraction(port.error_bound if port.error_bound is not None else -1)
        goal = port.format.ulp if output.error is None else output.error
        if not 0 <= bound <= goal:
            self.report.find(
                "goal-missed", "goal", f"{output.name}: bound {float(bound)} > {float(goal)}"
            )
        if output.format is not None and str(output.format) != str(port.format):
            self.report.find("output-differs", "format", f"{output.name} is {port.format}")

    def _columns(self, rows: Sequence[Row]) -> dict[str, Integers]:
        known = {port.name: port for port in self.datapath.inputs}
        return {
            entry.name: np.array([row[place] for row in rows], dtype=_type(known[entry.name]))
            for place, entry in enumerate(self.program.inputs)
            if entry.name in known
        }

    def _cells(self, columns: Mapping[str, Integers]) -> None:
        try:
            assert_valid_datapath(self.datapath)
            assert_cells_in_range(
                self.datapath, {name: column.tolist() for name, column in columns.items()}
            )
        except AssertionError as problem:
            self.report.find("cell-out-of-range", "cell", f"{problem!s:.300}")

    def _errors(self, rows: Sequence[Row], results: Mapping[str, Integers]) -> None:
        """The difference from the truth is within the bound wherever there is a truth."""
        undefined = 0
        for number, row in enumerate(rows):
            point = point_of(self.program, row)
            if not self.program.promises(point):
                continue
            values = self.truth.outputs(point)
            for place, output in enumerate(self.program.outputs):
                integers = results[output.name]
                integer = int(integers[number % len(integers)])
                if values[place] is Nothing.UNDEFINED:
                    undefined += 1
                elif self._is_off(
                    place, values[place], integer, self.outputs[output.name].error_bound
                ):
                    self._confirm(place, row, integer)
        if undefined and self.program.options.undefined == "error":
            self._undefined(undefined)

    def _is_off(self, place: int, value: Value, integer: int, bound: float | None) -> bool:
        if bound is None:
            return False
        format = self.outputs[self.program.outputs[place].name].format
        if self.program.options.undefined == "saturate":
            value = self.truth.held(value, format.minimum * format.ulp, format.maximum * format.ulp)
        return self.truth.differs(value, integer * format.ulp, bound)

    def _confirm(self, place: int, row: Row, integer: int) -> None:
        """A broken bound is told if many more digits show it, too."""
        point = point_of(self.program, row)
        value = self.truth.careful_outputs(point)[place]
        output = self.program.outputs[place]
        port = self.outputs[output.name]
        if not self._is_off(place, value, integer, port.error_bound):
            return
        shown = ", ".join(f"{name} = {float(number)!r}" for name, number in point.items())
        detail = (
            f"{output.name} at {shown}: {float(integer * port.format.ulp)!r} instead of "
            f"{float_of(value)!r}, bound {port.error_bound!r}"
        )
        self.report.find("bound-broken", self.program.family, detail)

    def _undefined(self, count: int) -> None:
        if any(warning.id == NOT_PROVED for warning in self.design.warnings):
            self.report.notes.append("undefined points, warned of")
        elif self.truth.presumed:
            self.report.notes.append("undefined points, by presumed equality")
        else:
            self.report.find(
                "undefined", self.program.family, f"{count} undefined points are not told"
            )

    def _real_inputs(self) -> None:
        """The bound that includes the rounding of real inputs, where the design has one."""
        bounds = [
            self.outputs[output.name].error_bound_real_inputs for output in self.program.outputs
        ]
        if all(bound is None for bound in bounds):
            return
        reals = random_reals(self.program, self.chance, REALS)
        rows = [
            tuple(
                min(max(nearest(point[e.name] / e.format.ulp), e.low), e.high)
                for e in self.program.inputs
            )
            for point in reals
        ]
        results = simulate(self.datapath, self._columns(rows))
        for number, point in enumerate(reals):
            rounded = point_of(self.program, rows[number])
            if not (self.program.promises(point) and self.program.promises(rounded)):
                continue
            for place, value in enumerate(self.truth.careful_outputs(point)):
                name = self.program.outputs[place].name
                integers = results[name]
                integer = int(integers[number % len(integers)])
                if bounds[place] is not None and self._is_off(place, value, integer, bounds[place]):
                    shown = {name: float(number) for name, number in point.items()}
                    detail = (
                        f"{name} at {shown}: truth {float_of(value)!r}, bound {bounds[place]!r}"
                    )
                    self.report.find("real-bound-broken", self.program.family, detail)

    def _levels(self, columns: dict[str, Integers], results: Mapping[str, Integers]) -> None:
        """What became of the operators for the device has their integers."""
        for name, values in simulate(self.design.operators, columns).items():
            if not np.array_equal(values, results[name]):
                self.report.find("levels-differ", "levels", f"{name} is another one by operators")

    def _texts(self, twice: bool) -> None:
        """What is written can be read again, and is the same the second time."""
        if read_datapath(print_datapath(self.datapath)) != self.datapath:
            self.report.find("round-trip", "datapath", "the datapath read back is another one")
        options = EmitOptions(interface=self.program.options.interface)
        files = self.design.files("verilog", options)
        if twice and compiled(self.program).files("verilog", options) != files:
            self.report.find("bytes-differ", "bytes", "compiled twice, the files differ")

    def _witnesses(self) -> None:
        """The bounds of functions are proved again from their witnesses, as JSON has them."""
        nodes = json.loads(json_text(self.design.witnesses()))["nodes"]
        for witness in (node["approximation"] for node in nodes if "approximation" in node):
            try:
                check(witness)
            except RefutedError as refuted:
                self.report.find("witness-refuted", witness["function"], str(refuted))

    def _blocks(self) -> None:
        """No more blocks than the device has and the options allow."""
        target = load_target(self.program.options.device)
        taken = blocks_taken(self.datapath, "dsps", target.bram)
        if taken > most_blocks(target, self.program.options.dsp):
            self.report.find("too-many-blocks", "blocks", f"{taken} DSP blocks are bound")
        if any(cell.unit for cell in self.design.operators.cells):
            self.report.find("bound-operators", "blocks", "operators have units")

    def _stored(self) -> None:
        """The design in a folder is the same one."""
        options = EmitOptions(interface=self.program.options.interface)
        with tempfile.TemporaryDirectory() as folder:
            self.design.write(folder, "verilog", options)
            stored = symhdl.load(folder)
        told = (
            ("datapath", stored.datapath == self.datapath),
            ("operators", stored.operators == self.design.operators),
            ("estimate", stored.estimate == self.design.estimate),
            ("digest", stored.digest() == self.design.digest()),
        )
        for name, is_equal in told:
            if not is_equal:
                self.report.find("stored-differs", name, f"{name} read back is another one")


def _type(port: Port) -> type:
    return object if port.format.width > 62 else np.int64
