"""SymPy's classes as operations on nodes: one table for its objects and for its `srepr`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from symhdl.errors import Diagnostic, SymhdlError, error, warning
from symhdl.functions.operation import Operation
from symhdl.ir.graph import GraphBuilder, Node
from symhdl.numeric.limits import MAXIMUM_NAME_LENGTH, MAXIMUM_NODES
from symhdl.sources.sympy.item import NUMBER, SYMBOL, Item, Substitution
from symhdl.sources.sympy.library import SympyLibrary
from symhdl.sources.sympy.structure import CASES, FALSE, TRUE, malformed, rewritten

_CONSTANTS = {"Pi": Operation.PI, "Exp1": Operation.E}


@dataclass(slots=True, eq=False)
class RuleWriter:
    """Builds the nodes of items, each item once; `definitions` are what symbols stand for."""

    library: SympyLibrary
    definitions: Mapping[str, Item] = field(default_factory=dict)
    graph: GraphBuilder = field(default_factory=GraphBuilder)
    symbols: dict[str, Item] = field(default_factory=dict)
    warnings: list[Diagnostic] = field(default_factory=list)
    _nodes: dict[Item, int] = field(default_factory=dict)
    _same: dict[Item, Item] = field(default_factory=dict)  # what an item is written as
    _booleans: set[int] = field(default_factory=set)  # choices between conditions
    _substitution: Substitution = field(default_factory=Substitution)

    def write(self, root: Item) -> int:
        """The node of the item. Raises SymhdlError for what has no meaning in hardware."""
        waiting: list[tuple[Item, bool]] = [(root, False)]
        open_items: set[Item] = set()
        while waiting:
            item, is_ready = waiting.pop()
            if item in self._nodes:
                continue
            if not is_ready:
                if item in open_items:
                    raise _circle(item)
                open_items.add(item)
                waiting.append((item, True))
                waiting += [(part, False) for part in self._parts(item)]
            else:
                self._nodes[item] = self._node(item)
                open_items.remove(item)
            if len(self.graph.nodes) > MAXIMUM_NODES:
                limit = f"the expression has more than {MAXIMUM_NODES:,} operations"
                raise error("too-large", limit, root.span, help="split the design into several")
        return self._nodes[root]

    def _parts(self, item: Item) -> tuple[Item, ...]:
        """What must be built before the item."""
        if item.kind == SYMBOL and item.name in self.definitions:
            other = self.definitions[item.name]
        else:
            other = rewritten(item, self._substitution)
        if other is not item:
            self._same[item] = other
            return (other,)
        return item.arguments

    def _node(self, item: Item) -> int:
        if item in self._same:
            node = self._nodes[self._same[item]]
            if item.kind == SYMBOL:
                self.graph.name(node, item.name)
            return node
        if item.value is not None and item.kind == NUMBER:
            return self.graph.constant(item.value, item.span)
        if item.kind == SYMBOL:
            return self.input(item)
        if item.kind in _CONSTANTS:
            return self.graph.append(Node(_CONSTANTS[item.kind]), item.span)
        if item.kind in (TRUE, FALSE):
            return self.graph.constant(item.kind == TRUE, item.span)
        operands = tuple(self._nodes[argument] for argument in item.arguments)
        if item.kind not in _RULES:
            return self.library.apply(self, item, operands)
        least, rule = _RULES[item.kind]
        if len(operands) < least:
            raise malformed(item)
        return rule(self, item, operands)

    def input(self, symbol: Item) -> int:
        """The node of an input; symbols of one name are one input, of which a warning tells."""
        name = symbol.name
        if not name or not name.isprintable() or len(name) > MAXIMUM_NAME_LENGTH:
            raise error("bad-name", f"a symbol cannot be called {name[:60]!r}", symbol.span)
        known = self.symbols.setdefault(name, symbol)
        if None not in (known.identity, symbol.identity) and known.identity != symbol.identity:
            self.warnings.append(_same_name(known, symbol))
        if symbol.identity is not None:
            self.symbols[name] = symbol
        return self.graph.input(name, symbol.span)

    def apply(self, item: Item, operation: Operation, *operands: int) -> int:
        """The operation, which stands where the item stands."""
        index = self.graph.connect(operation, *operands, span=item.span)
        node = self.graph.nodes[index]
        if node.operation is Operation.SELECT and all(map(self._is_condition, node.operands[1:])):
            self._booleans.add(index)
        return index

    def _is_condition(self, node: int) -> bool:
        found = self.graph.nodes[node]
        is_truth = found.operation is Operation.CONSTANT and found.value in (0, 1)
        return found.operation.boolean or node in self._booleans or is_truth

    def condition(self, item: Item, node: int) -> int:
        """The node as a condition. A symbol is true where it is not 0; other numbers are no conditions."""
        if self._is_condition(node):
            return node
        if self.graph.nodes[node].operation is not Operation.INPUT:
            raise error(
                "number-as-condition",
                f"a condition is wanted in {item.kind}, and there is a number",
                item.span,
                help="compare it with something",
            )
        is_zero = self.apply(item, Operation.EQUAL, node, self.graph.constant(0))
        return self.apply(item, Operation.NOT, is_zero)

    def choose(self, item: Item, condition: int, value: int, other: int) -> int:
        """The choice between two nodes, itself a condition if both are."""
        return self.apply(item, Operation.SELECT, self.condition(item, condition), value, other)


_Rule = Callable[[RuleWriter, Item, tuple[int, ...]], int]


def _same_name(known: Item, symbol: Item) -> Diagnostic:
    """The warning that two symbols become one input; an error if one is a Dummy, made to be different."""
    message = f"two different symbols are called `{symbol.name}`"
    help = "if they are different quantities, give them different names"
    if known.is_unique or symbol.is_unique:
        raise error("same-name", message, symbol.span, help=help)
    return warning("same-name", f"{message}; they are one input here", symbol.span, help=help)


def _circle(item: Item) -> SymhdlError:
    return error(
        "recursion",
        f"`{item.name or item.kind}` is defined through itself",
        item.span,
        help="only definitions that end can become hardware",
    )


def _add(writer: RuleWriter, item: Item, operands: tuple[int, ...]) -> int:
    if not operands:
        return writer.graph.constant(0, item.span)
    return operands[0] if len(operands) == 1 else writer.apply(item, Operation.ADD, *operands)


def _multiply(writer: RuleWriter, item: Item, operands: tuple[int, ...]) -> int:
    """The product; factors with a negative power are divided by instead."""
    above: list[int] = []
    below: list[int] = []
    for operand in operands:
        node = writer.graph.nodes[operand]
        if node.operation is Operation.INVERSE:
            below.append(node.operands[0])
        else:
            above.append(operand)
    product = _product(writer, item, above)
    if not below:
        return product
    return writer.apply(item, Operation.DIVIDE, product, _product(writer, item, below))


def _product(writer: RuleWriter, item: Item, factors: Sequence[int]) -> int:
    if not factors:
        return writer.graph.constant(1, item.span)
    result = factors[0]
    for factor in factors[1:]:
        result = writer.apply(item, Operation.MULTIPLY, result, factor)
    return result


def _power(writer: RuleWriter, item: Item, operands: tuple[int, ...]) -> int:
    """`x**(1/2)` is a root, and `x**-n` is 1/x**n. Other roots of a negative number are complex: outside the domain."""
    base, exponent = operands[:2]
    value = writer.graph.nodes[exponent].value
    if value is None:
        return writer.apply(item, Operation.POWER, base, exponent)
    if value < 0:
        positive = _positive_power(writer, item, base, -value)
        return writer.apply(item, Operation.INVERSE, positive)
    return _positive_power(writer, item, base, value)


def _positive_power(writer: RuleWriter, item: Item, base: int, exponent: Fraction) -> int:
    if exponent == 1:
        return base
    if exponent == Fraction(1, 2):
        return writer.apply(item, Operation.SQUARE_ROOT, base)
    return writer.apply(item, Operation.POWER, base, writer.graph.constant(exponent))


def _fold(operation: Operation) -> _Rule:
    """An operation on two conditions for SymPy's on any number.

    SymPy puts them in an order of its own; those that have a value everywhere come first, to guard the others.
    """

    def rule(writer: RuleWriter, item: Item, operands: tuple[int, ...]) -> int:
        conditions = [writer.condition(item, operand) for operand in operands]
        result, *others = sorted(conditions, key=writer.graph.may_be_undefined)
        for condition in others:
            result = writer.apply(item, operation, result, condition)
        return result

    return rule


def _differ(writer: RuleWriter, item: Item, operands: tuple[int, ...]) -> int:
    """Whether an odd number of conditions holds."""
    result = writer.condition(item, operands[0])
    for operand in operands[1:]:
        equal = writer.apply(item, Operation.EQUAL, result, writer.condition(item, operand))
        result = writer.apply(item, Operation.NOT, equal)
    return result


def _not(writer: RuleWriter, item: Item, operands: tuple[int, ...]) -> int:
    return writer.apply(item, Operation.NOT, writer.condition(item, operands[0]))


def _if_then_else(writer: RuleWriter, item: Item, operands: tuple[int, ...]) -> int:
    values = [writer.condition(item, operand) for operand in operands[1:3]]
    return writer.choose(item, operands[0], *values)


def _cases(writer: RuleWriter, item: Item, operands: tuple[int, ...]) -> int:
    """The first value whose condition holds; the last condition is true."""
    result = operands[-2]
    for index in range(len(operands) - 4, -1, -2):
        result = writer.choose(item, operands[index + 1], operands[index], result)
    return result


# By class, with the least number of operands. All other functions are looked up in the library.
_RULES: dict[str, tuple[int, _Rule]] = {
    "Add": (0, _add),
    "Mul": (0, _multiply),
    "Pow": (2, _power),
    "And": (1, _fold(Operation.AND)),
    "Or": (1, _fold(Operation.OR)),
    "Xor": (1, _differ),
    "Not": (1, _not),
    "ITE": (3, _if_then_else),
    CASES: (2, _cases),
}
