"""Nodes with a calculator: what is constant is computed at once, so that loops end and conditions are decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from symhdl.errors import Span, error
from symhdl.functions.exact import OutsideDomainError, exact
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, GraphBuilder, Node
from symhdl.numeric.limits import MAXIMUM_NODES

_IDENTITY_OF_ONE = (Operation.ADD, Operation.MINIMUM, Operation.MAXIMUM)
HALF = Fraction(1, 2)

# relation -> operation, whether the operands change places, whether the result is denied
_RELATIONS = {
    "<": (Operation.LESS, False, False),
    ">": (Operation.LESS, True, False),
    "<=": (Operation.LESS_EQUAL, False, False),
    ">=": (Operation.LESS_EQUAL, True, False),
    "==": (Operation.EQUAL, False, False),
    "!=": (Operation.EQUAL, False, True),
}


@dataclass(slots=True)
class Calculator:
    """Builds nodes. `place` is where the user wrote what is being built.

    Operations on constants are done exactly; what is irrational stays an operation. Raises SymhdlError if the graph
    grows too large.
    """

    builder: GraphBuilder = field(default_factory=GraphBuilder)
    place: Span | None = None
    _boolean_choices: set[int] = field(default_factory=set)

    def constant(self, value: Fraction | int) -> int:
        """An exact constant."""
        return self.builder.constant(value, self.place)

    def value(self, node: int) -> Fraction | None:
        """The value of a constant, None for every other node."""
        return self.builder.nodes[node].value

    def input(self, name: str) -> int:
        """The input `name`."""
        return self.builder.input(name, self.place)

    def symbol(self, operation: Operation) -> int:
        """Pi and e."""
        return self.builder.append(Node(operation), self.place)

    def apply(self, operation: Operation, *operands: int) -> int:
        """The operation on nodes, computed if they are constants."""
        if len(operands) == 1 and operation in _IDENTITY_OF_ONE:
            return operands[0]
        nodes = self.builder.nodes
        values = [nodes[operand].value for operand in operands]
        known = tuple(value for value in values if value is not None)
        if known and len(known) == len(values):
            result = _computed(operation, known)
            if result is not None:
                return self.constant(result)
        decided = self._decided(operation, operands, values)
        if decided is not None:
            return decided
        if len(nodes) > MAXIMUM_NODES:
            raise error(
                "too-large",
                f"the text grows beyond {MAXIMUM_NODES:,} operations",
                self.place,
                notes=("loops are unrolled, and every call stands for a copy of the function",),
                help="split the design into several",
            )
        index = self.builder.connect(operation, *operands, span=self.place)
        node = self.builder.nodes[index]
        if node.operation is Operation.SELECT and all(map(self.is_boolean, node.operands[1:])):
            self._boolean_choices.add(index)
        return index

    def _decided(
        self, operation: Operation, operands: Sequence[int], values: Sequence[Fraction | None]
    ) -> int | None:
        """Decisions of which one side is enough; nothing that could hide a domain."""
        if operation is Operation.SELECT:
            _, then, other = operands
            if then == other and not self.builder.may_be_undefined(operands[0]):
                return then
            if values[0] is not None:
                return then if values[0] else other
        if operation in (Operation.AND, Operation.OR):
            absorbing = int(operation is Operation.OR)
            for value, operand, other in zip(values, operands, operands[::-1], strict=True):
                if value is not None and value != absorbing:
                    return other
                if value is not None and not self.builder.may_be_undefined(operands[0]):
                    return operand
        if operation is Operation.NOT:
            node = self.builder.nodes[operands[0]]
            if node.operation is Operation.NOT:
                return node.operands[0]
        return None

    def is_boolean(self, node: int) -> bool:
        """Whether the node can be nothing but 0 or 1."""
        found = self.builder.nodes[node]
        if found.operation is Operation.CONSTANT:
            return found.value in (0, 1)
        return found.operation.boolean or node in self._boolean_choices

    def truth(self, node: int) -> int:
        """Whether the number is not zero; a condition is itself."""
        return node if self.is_boolean(node) else self.compare("!=", node, self.constant(0))

    def negation(self, node: int) -> int:
        """Whether the number is zero."""
        return self.apply(Operation.NOT, self.truth(node))

    def compare(self, relation: str, left: int, right: int) -> int:
        """`left < right` and the like."""
        operation, is_swapped, is_denied = _RELATIONS[relation]
        node = self.apply(operation, *((right, left) if is_swapped else (left, right)))
        return self.apply(Operation.NOT, node) if is_denied else node

    def choose(self, condition: int, then: int, other: int) -> int:
        """`then` where the number `condition` is not zero."""
        return self.apply(Operation.SELECT, self.truth(condition), then, other)

    def truncate(self, node: int) -> int:
        """The number without its fraction: rounded towards zero."""
        is_negative = self.compare("<", node, self.constant(0))
        up, down = self.apply(Operation.CEIL, node), self.apply(Operation.FLOOR, node)
        return self.apply(Operation.SELECT, is_negative, up, down)

    def floor_divide(self, left: int, right: int) -> int:
        """The quotient rounded down."""
        return self.apply(Operation.FLOOR, self.apply(Operation.DIVIDE, left, right))

    def copy(self, template: Graph, operands: Sequence[int]) -> int:
        """The only output of the graph, with nodes in place of its inputs in their order."""
        given = dict(zip((declared.name for declared in template.inputs), operands, strict=False))
        built: list[int] = []
        for node in template.nodes:
            if node.operation is Operation.INPUT:
                index = given[node.name] if node.name in given else self.input(node.name)
            elif node.value is not None:
                index = self.constant(node.value)
            elif not node.operands:
                index = self.symbol(node.operation)
            else:
                index = self.apply(node.operation, *(built[operand] for operand in node.operands))
            built.append(index)
        return built[template.outputs[0].node]


def _computed(operation: Operation, values: tuple[Fraction, ...]) -> Fraction | None:
    try:
        return exact(operation, values)
    except OutsideDomainError:
        return None  # the domain is looked at later, and told with the place
