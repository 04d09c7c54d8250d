"""A text of cores as one graph: which cores are outputs, the inputs that they share, the ranges of inputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from symhdl.errors import (
    Diagnostic,
    Source,
    Span,
    SymhdlError,
    UsageError,
    error,
    quotation,
    shortened,
)
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Assumption, InputDeclaration, OutputDeclaration, reachable
from symhdl.numeric.limits import LARGEST_NUMBER, MAXIMUM_DIAGNOSTICS
from symhdl.parsed import Parsed
from symhdl.sources.fpcore.arithmetic import Arithmetic
from symhdl.sources.fpcore.cores import Core, CoreParameter, is_cores, read_cores
from symhdl.sources.fpcore.expressions import CoreEvaluator
from symhdl.sources.fpcore.notes import Notes, nearest
from symhdl.sources.fpcore.operators import CONSTANTS, FPCORE
from symhdl.sources.fpcore.preconditions import EVERYTHING, Box, Interval, hull
from symhdl.sources.fpcore.text import Datum
from symhdl.sources.fpcore.values import CoreScalar, Value, array_of, elements_of
from symhdl.sources.imperative.calculator import Calculator
from symhdl.sources.imperative.library import Library, signatures
from symhdl.sources.reading.reader import ReadOptions

_BEYOND_HARDWARE = {"unsupported-function", "no-real-number", "too-large", "data-loop"}


def read_cores_of(source: Source, options: ReadOptions) -> Parsed:
    """The graph of the cores that no other core calls, or of the one that `options.select` names.

    `options.definitions` may hold cores and functions of the native language.
    """
    native = tuple(d for d in options.definitions if not is_cores(d))
    texts = [source, *(d for d in options.definitions if is_cores(d))]
    cores = read_cores(texts)
    wanted = _wanted([core for core in cores if core.span.source is source], options.select)
    defined: dict[str, set[int]] = {}
    for definition in native:
        for name, count in signatures(definition):
            defined.setdefault(name, set()).add(count)
    library = Library(FPCORE, CONSTANTS, native)
    characters = sum(len(text.text) for text in texts)
    arithmetic = Arithmetic(library, characters // 2, Calculator())
    by_name = {core.name: core for core in cores if core.name}
    return _Program(CoreEvaluator(by_name, defined, arithmetic, Notes())).parsed(wanted)


def _wanted(cores: Sequence[Core], select: str) -> list[Core]:
    """The cores that become outputs."""
    if not cores:
        raise error("no-output", "the text holds no core", help="write (FPCore (x) (* x x))")
    if select not in ("best", "all"):
        chosen = [core for core in cores if select in (core.name, core.title)]
        if chosen:
            return chosen[:1]
        names = [name for core in cores for name in (core.name, core.title) if name]
        close = nearest(select, names)
        message = f"no core is called `{shortened(select)}`"
        help = f"did you mean `{close}`?" if close else "give a core's identifier or its :name"
        raise UsageError(Diagnostic("select", message, help=help))
    called = {name for core in cores for name in core.calls if name != core.name}
    wanted = [core for core in cores if core.name not in called]
    if not wanted:
        message = "every core is called by another one, so none is an output"
        raise error("no-output", message, cores[-1].span, help="say which one with select")
    return wanted


@dataclass(slots=True)
class _Program:
    """Puts the cores together: inputs by name, the ranges of inputs, outputs."""

    evaluator: CoreEvaluator
    inputs: dict[str, CoreParameter] = field(default_factory=dict)
    ranges: dict[str, list[Interval]] = field(default_factory=dict)
    outputs: list[tuple[str, CoreScalar, Core]] = field(default_factory=list)
    assumptions: dict[int, list[Span]] = field(default_factory=dict)

    def parsed(self, cores: Sequence[Core]) -> Parsed:
        """The graph of the cores. Raises SymhdlError with what is wrong in any of them."""
        mistakes: list[Diagnostic] = []
        unnamed = [core for core in cores if not core.name]
        for core in cores:
            number = "" if len(unnamed) == 1 else str(unnamed.index(core) if not core.name else "")
            try:
                self._add(core, core.name or f"y{number}")
            except SymhdlError as problem:
                mistakes += problem.diagnostics
        if mistakes:
            raise SymhdlError(*mistakes[:MAXIMUM_DIAGNOSTICS])
        inputs = tuple(
            InputDeclaration(name, range=self._range(name), span=parameter.span)
            for name, parameter in self.inputs.items()
        )
        taken = set(self.inputs)
        outputs = []
        for name, scalar, core in self.outputs:
            while name in taken:
                name += "_out"
            taken.add(name)
            outputs.append(OutputDeclaration(name, scalar.node, span=core.span))
        graph = self.evaluator.arithmetic.calculator.builder.build(
            inputs, tuple(outputs), tuple(self._assumed(len(cores)))
        )
        return Parsed(graph, tuple(self.evaluator.notes.warnings[:MAXIMUM_DIAGNOSTICS]))

    def _add(self, core: Core, name: str) -> None:
        if core.mistakes:
            raise SymhdlError(*core.mistakes)
        arguments = [self._argument(parameter) for parameter in core.parameters]
        value = self.evaluator.value(core, arguments, core.body)
        if core.is_integer:
            self.evaluator.notes.warn_of_integers(core.span)
        elements = elements_of(name, value)
        if not elements:
            raise error("no-output", "this core gives an array without elements", core.span)
        self.outputs += [(name, element, core) for name, element in elements.items()]
        self._narrow(core, arguments)

    def _argument(self, parameter: CoreParameter) -> Value:
        """The input that an argument is, or the array of inputs; cores share inputs of the same name."""
        calculator = self.evaluator.arithmetic.calculator
        calculator.place = parameter.span
        for name in parameter.elements:
            self.inputs.setdefault(name, parameter)
        values: list[Value] = [CoreScalar(calculator.input(name)) for name in parameter.elements]
        for size in reversed(parameter.sizes):
            values = [array_of(values[i : i + size]) for i in range(0, len(values), size)]
        return values[0]

    # --- Preconditions ----------------------------------------------------------------------------

    def _narrow(self, core: Core, arguments: Sequence[Value]) -> None:
        """Notes the ranges that the preconditions imply, and what else they say as assumptions."""
        conditions = [
            (node, datum.span)
            for datum in core.preconditions
            if (node := self._condition(core, arguments, datum)) is not None
        ]
        box = Box(self.evaluator.arithmetic)
        nodes = {span: node for node, span in conditions}
        own: dict[int, Span] = {}  # what is said twice is said by one core alone
        for span in box.narrow(conditions):
            reason = self._unusable(nodes[span])
            if reason:
                self._warn_of_assumption(span, reason)
            else:
                own.setdefault(nodes[span], span)
        for node, span in own.items():
            self.assumptions.setdefault(node, []).append(span)
        if box.is_empty:
            span = core.preconditions[0].span.to(core.preconditions[-1].span)
            message = "no values of the arguments meet this precondition"
            raise error("contradiction", message, span)
        for name in (name for parameter in core.parameters for name in parameter.elements):
            interval = box.ranges.get(self.evaluator.arithmetic.calculator.input(name), EVERYTHING)
            self.ranges.setdefault(name, []).append(interval)
            if (interval.low is None) is not (interval.high is None):
                self._warn_of_open_range(core, name)

    def _unusable(self, condition: int) -> str:
        """Why a condition is not to be assumed; empty if it is."""
        nodes = self.evaluator.arithmetic.calculator.builder.nodes
        for index in reachable(nodes, [condition]):
            node = nodes[index]
            if node.value is not None and abs(node.value) > LARGEST_NUMBER:
                return "it compares with a number that is too large"
            operands = () if node.operation is Operation.NOT else node.operands
            operations = {nodes[operand].operation for operand in operands}
            if Operation.EQUAL in operations or nodes[condition].operation is Operation.EQUAL:
                return "numbers in fixed point may meet no equation"
        return ""

    def _assumed(self, cores: int) -> Iterator[Assumption]:
        """What the preconditions of all cores say; what one alone says would take promises from the others."""
        for node, spans in self.assumptions.items():
            if len(spans) >= cores:
                yield Assumption(node, spans[0])
            else:
                self._warn_of_assumption(spans[0], "not all cores of the design have it")

    def _condition(self, core: Core, arguments: Sequence[Value], datum: Datum) -> int | None:
        """The node of a precondition; None with a warning if it cannot be built, which the design need not."""
        try:
            value = self.evaluator.value(core, arguments, datum)
        except SymhdlError as problem:
            if any(told.id not in _BEYOND_HARDWARE for told in problem.diagnostics):
                raise
            self._warn_of_assumption(datum.span, problem.diagnostics[0].message)
            return None
        if isinstance(value, CoreScalar) and value.is_condition:
            return value.node
        raise error("wrong-type", "a precondition must be a condition", datum.span)

    def _warn_of_assumption(self, span: Span, note: str) -> None:
        message = f"the precondition {quotation(span)} is not used"
        help = "where it bounds an input, say so by hand: --range NAME=LO:HI"
        self.evaluator.notes.warn("assumption", message, span, note, help)

    def _warn_of_open_range(self, core: Core, name: str) -> None:
        message = f"the precondition bounds `{shortened(name)}` on one side only"
        help = f"give the other end too, in the precondition or as --range {shortened(name)}=LO:HI"
        span = core.preconditions[0].span.to(core.preconditions[-1].span)
        self.evaluator.notes.warn("open-range", message, span, "", help)

    def _range(self, name: str) -> tuple[Fraction, Fraction] | None:
        """The range of an input: around those of all cores that share it."""
        ranges = self.ranges[name]
        around = hull(ranges)
        if any(interval != around for interval in ranges):
            message = (
                f"the cores want different ranges of `{shortened(name)}`; it gets one around them"
            )
            help = "choose a core with select, or rename arguments"
            self.evaluator.notes.warn("shared-input", message, None, "", help)
        if around.low is None or around.high is None:
            return None
        return around.low, around.high
