"""A text of cores as one graph: which cores are outputs, the inputs that they share, the ranges of inputs."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from symhdl.errors import Diagnostic, Source, SymhdlError, UsageError, error, warning
from symhdl.ir.graph import InputDeclaration, OutputDeclaration
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS, MAXIMUM_NODES
from symhdl.parsed import Parsed
from symhdl.sources.fpcore.arithmetic import Arithmetic, refuse_special
from symhdl.sources.fpcore.cores import (
    assumption,
    is_cores,
    read_cores,
    refuse_mistakes,
    refuse_unknown_sizes,
)
from symhdl.sources.fpcore.expressions import Evaluator
from symhdl.sources.fpcore.intervals import EVERYTHING, Interval, hull
from symhdl.sources.fpcore.native import NativeFunctions, defined_functions
from symhdl.sources.fpcore.nodes import Nodes
from symhdl.sources.fpcore.operations import Sort
from symhdl.sources.fpcore.preconditions import Narrowing
from symhdl.sources.fpcore.text import shown
from symhdl.sources.fpcore.tree import Core, Expression, Parameter
from symhdl.sources.fpcore.values import Array, Scalar, Value, element_names, elements_of, shape_of
from symhdl.sources.reading.reader import ReadOptions

_ALL = ("best", "all")


def read_cores_of(source: Source, options: ReadOptions) -> Parsed:
    """The graph of the cores that no other core calls, or of the one that `options.select` names.

    `options.definitions` may hold cores and functions of the native language.
    """
    native = tuple(d for d in options.definitions if not is_cores(d))
    texts = [d for d in options.definitions if is_cores(d)]
    cores = read_cores([source, *texts], defined_functions(native))
    own = [core for core in cores if core.span.source is source]
    wanted = _wanted(own, options.select)
    by_name = {core.name: core for core in cores if core.name}
    needed = _needed(wanted, by_name)
    refuse_mistakes(needed)
    nodes = Nodes()
    characters = sum(len(text.text) for text in (source, *texts))
    arithmetic = Arithmetic(NativeFunctions(native, nodes).build, characters // 2, nodes)
    warnings = [warning for core in needed for warning in core.warnings]
    program = _Program(Evaluator(by_name, arithmetic, warnings))
    return program.parsed(wanted)


def _wanted(cores: Sequence[Core], select: str) -> list[Core]:
    """The cores that become outputs."""
    if not cores:
        raise error("no-output", "the text holds no core", help="write (FPCore (x) (* x x))")
    if select not in _ALL:
        chosen = [core for core in cores if select in (core.name, core.title)]
        if chosen:
            return chosen[:1]
        names = [name for core in cores for name in (core.name, core.title) if name]
        close = difflib.get_close_matches(select, names, n=1)
        message = f"no core is called `{shown(select)}`"
        help = f"did you mean `{close[0]}`?" if close else "give a core's identifier or its :name"
        raise UsageError(Diagnostic("select", message, help=help))
    called = {name for core in cores for name in core.calls if name != core.name}
    wanted = [core for core in cores if core.name not in called]
    if not wanted:
        message = "every core is called by another one, so none is an output"
        raise error("no-output", message, cores[-1].span, help="say which one with select")
    return wanted


def _needed(wanted: Sequence[Core], by_name: dict[str, Core]) -> list[Core]:
    """The cores and all that they call."""
    found = dict.fromkeys(wanted)
    waiting = list(wanted)
    while waiting:
        for name in sorted(waiting.pop().calls):
            called = by_name.get(name)
            if called is not None and called not in found:
                found[called] = None
                waiting.append(called)
    return list(found)


@dataclass(slots=True)
class _Program:
    """Puts the cores together: inputs by name, the ranges of inputs, outputs."""

    evaluator: Evaluator
    inputs: dict[str, Parameter] = field(default_factory=dict)
    ranges: dict[str, list[Interval]] = field(default_factory=dict)
    outputs: list[tuple[str, Scalar, Core]] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)

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
            free = _free(name, taken)
            taken.add(free)
            outputs.append(OutputDeclaration(free, scalar.node, span=core.span))
        graph = self.evaluator.nodes.builder.build(inputs, tuple(outputs))
        warnings = [*self.evaluator.warnings, *self.warnings]
        return Parsed(graph, tuple(warnings[:MAXIMUM_DIAGNOSTICS]))

    def _add(self, core: Core, name: str) -> None:
        refuse_unknown_sizes(core)
        arguments = self._arguments(core)
        self.evaluator.enter(core, arguments)
        value = self.evaluator.value(core.body)
        if core.is_integer:
            self.evaluator.warn_of_integers(core.span)
        elements = elements_of(value)
        if not elements:
            raise error("no-output", "this core gives an array without elements", core.span)
        for element_name, element in zip(
            element_names(name, shape_of(value)), elements, strict=True
        ):
            self.outputs.append((element_name, refuse_special(element, core.body.span), core))
        self._narrow(core, arguments)

    def _arguments(self, core: Core) -> list[Value]:
        """The inputs that the arguments of a core are; cores share inputs of the same name."""
        values: list[Value] = []
        own: dict[str, Parameter] = {}
        for parameter in core.parameters:
            shape = tuple(size for size in parameter.sizes if isinstance(size, int))
            self._refuse_many(parameter, shape)
            elements: list[Scalar] = []
            for name in element_names(parameter.name, shape):
                if name in own:
                    both = f"`{shown(own[name].name)}` and `{shown(parameter.name)}`"
                    message = f"{both} both give an input `{shown(name)}`"
                    help = "the elements of an array v are called v_0, v_1, ...: rename one"
                    raise error("duplicate-name", message, parameter.span, help=help)
                own[name] = parameter
                self.inputs.setdefault(name, parameter)
                elements.append(Scalar(self.evaluator.nodes.input(name, parameter.span)))
            values.append(Array(shape, tuple(elements)) if shape else elements[0])
        return values

    def _refuse_many(self, parameter: Parameter, shape: Sequence[int]) -> None:
        count = 1
        for size in shape:
            count *= size
        if count > MAXIMUM_NODES:
            message = f"an array of {count:,} inputs is too large"
            raise error("too-large", message, parameter.span)

    # --- Preconditions ----------------------------------------------------------------------------

    def _narrow(self, core: Core, arguments: Sequence[Value]) -> None:
        """Notes the ranges that the preconditions imply, and warns of what they leave out."""
        conditions = [
            (expression, node)
            for expression in core.preconditions
            if (node := self._condition(expression)) is not None
        ]
        narrowing = Narrowing(self.evaluator.nodes)
        box = narrowing.narrowed([node for _, node in conditions])
        if box is None:
            span = core.preconditions[0].span.to(core.preconditions[-1].span)
            message = "no values of the arguments meet this precondition"
            raise error("contradiction", message, span)
        for expression, node in conditions:
            if not narrowing.surely(node):
                self.warnings.append(assumption(expression.span))
        nodes = self.evaluator.nodes
        found = {nodes[index].name: interval for index, interval in box.items()}
        for value in arguments:
            for element in elements_of(value):
                assert isinstance(element, Scalar), "an argument without a node; please report this"
                name = nodes[element.node].name
                interval = found.get(name, EVERYTHING)
                self.ranges.setdefault(name, []).append(interval)
                if interval != EVERYTHING and not interval.is_bounded:
                    self._warn_of_open_range(core, name, interval)

    def _condition(self, expression: Expression) -> int | None:
        """The node of a precondition; None with a warning if it cannot be built."""
        try:
            value = self.evaluator.value(expression)
        except SymhdlError as problem:
            note = problem.diagnostics[0].message
            self.warnings.append(assumption(expression.span, note))
            return None
        if isinstance(value, Scalar) and value.sort is Sort.CONDITION:
            return value.node
        raise error("wrong-type", "a precondition must be a condition", expression.span)

    def _warn_of_open_range(self, core: Core, name: str, interval: Interval) -> None:
        end = interval.high if interval.low is None else interval.low
        side = "at most" if interval.low is None else "at least"
        message = f"the precondition bounds `{shown(name)}` on one side only: {side} {_short(end)}"
        span = core.preconditions[0].span
        help = f"give the other end too, in the precondition or as --range {shown(name)}=LO:HI"
        self.warnings.append(warning("open-range", message, span, help=help))

    def _range(self, name: str) -> tuple[Fraction, Fraction] | None:
        """The range of an input: around those of all cores that share it."""
        ranges = self.ranges.get(name, [])
        around = hull(ranges) or EVERYTHING
        if any(interval != around for interval in ranges):
            message = f"the cores want different ranges of `{shown(name)}`; it gets one around them"
            help = "choose a core with select, or rename arguments"
            self.warnings.append(warning("shared-input", message, help=help))
        if around.low is None or around.high is None:
            return None
        return around.low, around.high


def _short(end: Fraction | None) -> str:
    """The end in a few digits."""
    if end is None or (end.denominator == 1 and abs(end) < 10**6):
        return str(end)
    try:
        return f"{float(end):.6g}"
    except OverflowError:
        return "a huge number"


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_out"
    return name
