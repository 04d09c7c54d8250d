"""What hardware with one format for all operators computes on rows of data, operator by operator, each kept.

Every operator is what `--uniform` makes of it for operands of the whole format: a datapath of its own, which is
simulated. A design as a whole knows narrower ranges, which change no value. Functions are the numbers of the format
that the compiler finds, one by one for the arguments that occur.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from symhdl.design import Design
from symhdl.errors import SymhdlError, error
from symhdl.evaluate import constant_balls
from symhdl.functions.elementary import univariate
from symhdl.functions.operation import Operation
from symhdl.functions.univariate import Univariate
from symhdl.ir.datapath import Datapath
from symhdl.ir.graph import Graph, GraphBuilder, InputDeclaration, OutputDeclaration, graph_of_node
from symhdl.lowering.assigned_functions import MOST_TRIED, contents_of, ends_within
from symhdl.lowering.uniform import CONSTANT_BITS
from symhdl.numeric.assigned import AssignedFormat
from symhdl.numeric.ball import is_moderate, midpoint
from symhdl.numeric.limits import LARGEST_NUMBER
from symhdl.passes.in_order import Ordering
from symhdl.passes.plan_inputs import PlanInputs
from symhdl.passes.prove_ranges import ProveRanges
from symhdl.passes.uniform import Uniform
from symhdl.request import Request
from symhdl.simulate import Integers, simulate
from symhdl.targets.target import Target

WIDE = "wide-functions"
DIVISIONS = frozenset({Operation.DIVIDE, Operation.MODULO})
STEPS = (PlanInputs(), ProveRanges(), Uniform())

Kind = Fraction | str
"""An operand as an operator sees it: a whole constant, a `value` of the format, or a `condition`."""


@dataclass(frozen=True, slots=True)
class Column:
    """The integers of a node on all rows, units of the format; of a condition 0 and 1.

    `whole` is the value of a whole constant, which is no number of the format.
    """

    integers: Integers
    whole: Fraction | None = None
    condition: bool = False

    @property
    def kind(self) -> Kind:
        """How operators see it."""
        return self.whole if self.whole is not None else "condition" if self.condition else "value"


@dataclass(slots=True)
class Rows:
    """The columns of all nodes of an ordering on the rows of inputs, which are integers of the format."""

    ordering: Ordering
    inputs: Mapping[str, Integers]
    to: AssignedFormat
    target: Target
    rows: int
    columns: dict[int, Column] = field(default_factory=dict)
    _operators: dict[tuple[Operation, tuple[Kind, ...]], Datapath] = field(default_factory=dict)
    _functions: dict[tuple[Operation, tuple[Fraction, ...], int], dict[int, int]] = field(
        default_factory=dict
    )
    _without_value: set[int] = field(default_factory=set)

    def output(self, index: int) -> Integers:
        """The integers of an output: the node, assigned to the format.

        Raises SymhdlError for what is undefined of constants, unless it stands in branches.
        """
        column = self._column(index)
        if index in self._without_value:
            raise error("domain", "what is computed of constants has no value")
        if column.whole is not None:
            return self._constant(self.to.integer(column.whole)).integers
        if column.condition:
            ones, zeros = (self.to.integer(Fraction(each)) for each in (1, 0))
            return np.where(column.integers != 0, ones, zeros)
        return column.integers

    def _column(self, root: int) -> Column:
        nodes = self.ordering.builder.nodes
        waiting = [root]
        while waiting:
            index = waiting[-1]
            if index in self.columns:
                waiting.pop()
                continue
            needed = self._operands(index)
            missing = [k for k in needed if k not in self.columns]
            if missing:
                waiting += missing
                continue
            waiting.pop()
            self.columns[index] = self._computed(index, nodes[index].operation, needed)
        return self.columns[root]

    def _operands(self, index: int) -> tuple[int, ...]:
        """What a node is computed from; of a quotient dividend and divisor."""
        builder = self.ordering.builder
        node = builder.nodes[index]
        if not builder.varies(index) and self._value(index) is not None:
            return ()
        if function_of_node(builder, index) is not None:
            return node.operands[:1]
        if node.operation is Operation.MULTIPLY:
            for inverse, other in (node.operands, node.operands[::-1]):
                if builder.nodes[inverse].operation is Operation.INVERSE:
                    return other, builder.nodes[inverse].operands[0]
        return node.operands

    def _value(self, index: int) -> Fraction | None:
        """The value of a node without inputs, or what it is near to."""
        builder = self.ordering.builder
        node = builder.nodes[index]
        if node.value is not None:
            return node.value
        bare = Graph(
            tuple(builder.nodes[: index + 1]), (None,) * (index + 1), ("",) * (index + 1), (), ()
        )
        own = graph_of_node(bare, index)
        ball = constant_balls(own, CONSTANT_BITS).get(own.outputs[0].node)
        if ball is None or not is_moderate(ball):
            return None
        value = midpoint(ball)
        return value if abs(value) < LARGEST_NUMBER else None

    def _constant(self, integer: int) -> Column:
        return Column(np.full(self.rows, integer, dtype=np.int64))

    def _computed(self, index: int, operation: Operation, operands: tuple[int, ...]) -> Column:
        node = self.ordering.builder.nodes[index]
        if operation is Operation.INPUT:
            return Column(self.inputs[node.name])
        if not operands:
            value = self._value(index)
            assert value is not None, "a constant without a value; please report this"
            if value.denominator == 1:
                return replace(self._constant(0), whole=value)
            return self._constant(self.to.integer(value))
        columns = [self.columns[k] for k in operands]
        if operation is Operation.MULTIPLY and operands != node.operands:
            operation = Operation.DIVIDE
        is_by_zero = operation in DIVISIONS and columns[1].whole == 0
        if is_by_zero or self._has_no_value(index, operation, operands):
            self._without_value.add(index)
        if is_by_zero:
            return self._constant(0)
        function = function_of_node(self.ordering.builder, index)
        if function is not None:
            others = tuple(self._known(k) for k in node.operands[1:])
            return self._function(function, operation, others, columns[0])
        kinds = tuple(column.kind for column in columns)
        is_condition = operation.boolean or (
            operation is Operation.SELECT
            and all(column.condition or column.whole in (0, 1) for column in columns[1:])
        )
        path = self._operator(operation, kinds, is_condition=is_condition)
        found = simulate(path, self._ports(path, columns))["y"]
        if len(found) != self.rows:  # of constants
            return replace(self._constant(int(found[0])), condition=is_condition)
        return Column(found, condition=is_condition)

    def _has_no_value(self, index: int, operation: Operation, operands: tuple[int, ...]) -> bool:
        """Whether it is a function of a constant outside of its domain, or needs one whatever choices are made."""
        needed = operands[:1] if operation is Operation.SELECT else operands
        if not self._without_value.isdisjoint(needed):
            return True
        builder = self.ordering.builder
        if function_of_node(builder, index) is None or builder.varies(operands[0]):
            return False
        return self._value(operands[0]) is not None

    def _known(self, index: int) -> Fraction:
        value = self._value(index)
        assert value is not None, "a function of two variables; please report this"
        return value

    def _ports(self, path: Datapath, columns: Sequence[Column]) -> dict[str, Integers]:
        given = {f"x{place}": column.integers for place, column in enumerate(columns)}
        one = self._constant(1).integers
        given |= {"one": one, "none": one - 1}
        return {port.name: given[port.name] for port in path.inputs}

    def _operator(
        self, operation: Operation, kinds: tuple[Kind, ...], *, is_condition: bool
    ) -> Datapath:
        """The cells of an operator. A condition comes in as 0 < x, and goes out as 1 or 0 units of the format."""
        key = operation, kinds
        found = self._operators.get(key)
        if found is None:
            found = self._operators[key] = self._built(operation, kinds, is_condition=is_condition)
        return found

    def _built(
        self, operation: Operation, kinds: tuple[Kind, ...], *, is_condition: bool
    ) -> Datapath:
        builder = GraphBuilder()
        operands = []
        for place, kind in enumerate(kinds):
            if isinstance(kind, Fraction):
                operands.append(builder.constant(kind))
                continue
            port = builder.input(f"x{place}")
            if kind == "condition":
                port = builder.apply(Operation.LESS, builder.constant(0), port)
            operands.append(port)
        if operation is Operation.DIVIDE:
            inverse = builder.apply(Operation.INVERSE, operands[1])
            result = builder.apply(Operation.MULTIPLY, operands[0], inverse)
        else:
            result = builder.apply(operation, *operands)
        if is_condition:
            one, none = builder.input("one"), builder.input("none")
            result = builder.apply(Operation.SELECT, result, one, none)
        names = [node.name for node in builder.nodes if node.operation is Operation.INPUT]
        inputs = tuple(InputDeclaration(name) for name in names)
        graph = builder.build(inputs, (OutputDeclaration("y", result),))
        request = Request(
            input_format=self.to.format, uniform=self.to, undefined="ignore", frequency_mhz=0
        )
        design = Design(graph, request, self.target, input_rounding=(None,))
        for step in STEPS:
            design = step.run(design)
        assert design.operators is not None, "an operator without cells; please report this"
        return design.operators

    def _function(
        self, function: Univariate, operation: Operation, others: tuple[Fraction, ...],
        argument: Column,
    ) -> Column:  # fmt: skip
        """The values that a table would hold, found for the arguments that occur."""
        if 1 << self.to.format.width > MOST_TRIED:
            raise wide_functions(self.to)
        fraction = 0 if argument.condition else self.to.format.fraction
        known = self._functions.setdefault((operation, others, fraction), {})
        low, high = (
            (0, 1) if argument.condition else (self.to.format.minimum, self.to.format.maximum)
        )
        ends = ends_within(function, low, high, fraction)
        arguments, places = np.unique(np.clip(argument.integers, *ends), return_inverse=True)
        missing = [each for each in arguments.tolist() if each not in known]
        if missing:
            contents, _ = contents_of(function, (operation, others), missing, fraction, self.to)
            known.update(zip(missing, contents, strict=True))
        values = np.array([known[each] for each in arguments.tolist()], dtype=np.int64)
        return Column(values[places])


def function_of_node(builder: GraphBuilder, index: int) -> Univariate | None:
    """The function of one variable that a node is."""
    node = builder.nodes[index]
    if node.operation is not Operation.POWER:
        return univariate(node.operation)
    exponent = builder.nodes[node.operands[1]].value
    return None if exponent is None else univariate(node.operation, exponent)


def wide_functions(to: AssignedFormat) -> SymhdlError:
    """Why functions of wide formats have no loss."""
    return error(
        WIDE,
        f"functions of {to.format.width} bits are approximated for the ranges of a whole design",
        help="take a format of at most 16 bits, or compile the expression with --uniform",
    )
