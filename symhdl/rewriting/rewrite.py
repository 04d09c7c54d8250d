"""The machinery of the graph passes: rebuilding a graph node by node, and applying rules while doing so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from symhdl.design import Design
from symhdl.errors import Span
from symhdl.functions.exact import OutsideDomainError, exact
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, GraphBuilder, Node, count_uses, reachable
from symhdl.rules.facts import Fact, Facts, of_node, of_range
from symhdl.rules.pattern import CONSTANT_NAMES, Match, Matcher, Pattern, orders
from symhdl.rules.rule import Rule, permitted

MAXIMUM_STEPS = 32  # rules applied in a row to one node within a sweep
MAXIMUM_DEPTH = 5  # above the depth of every pattern
MAXIMUM_ARITY = 3  # no pattern has more operands at its root


def finish(graph: Graph, builder: GraphBuilder, new_index: list[int]) -> Graph:
    """The graph of the builder, with the inputs, the outputs and the names of the old one."""
    builder.carry_names(graph, new_index)
    outputs = tuple(replace(output, node=new_index[output.node]) for output in graph.outputs)
    return builder.build(graph.inputs, outputs)


def copy_node(
    builder: GraphBuilder, node: Node, operands: tuple[int, ...], span: Span | None
) -> int:
    """The same operation on the new operands."""
    if operands != node.operands:
        return builder.apply(node.operation, *operands, span=span)
    return builder.append(node, span)


def facts_of_inputs(design: Design) -> dict[str, Facts]:
    """What the ranges of the inputs tell, as far as they are known yet."""
    ranges: dict[str, tuple[Fraction, Fraction]] = {
        d.name: (d.format.minimum * d.format.ulp, d.format.maximum * d.format.ulp)
        for d in design.graph.inputs
        if d.format is not None
    }
    if design.request.range is not None:
        ranges |= {declared.name: design.request.range for declared in design.graph.inputs}
    ranges |= dict(design.request.ranges)
    ranges |= {d.name: d.range for d in design.graph.inputs if d.range is not None}
    for plan in design.inputs:
        unit = Fraction(1, 2) ** plan.format.fraction
        ranges[plan.name] = (plan.minimum * unit, plan.maximum * unit)
    return {name: of_range(low, high) for name, (low, high) in ranges.items()}


@dataclass(slots=True)
class FactTable:
    """The facts of the nodes of a builder, found when they are asked for; `proved` are others that are known."""

    builder: GraphBuilder
    input_facts: Mapping[str, Facts]
    proved: dict[int, Facts] = field(default_factory=dict)
    _facts: list[Facts] = field(default_factory=list)

    def __getitem__(self, index: int) -> Facts:
        """The facts of a node."""
        nodes, facts = self.builder.nodes, self._facts
        for position in range(len(facts), index + 1):
            node = nodes[position]
            if node.operation is Operation.INPUT:
                facts.append(Fact.TOTAL | self.input_facts.get(node.name, Fact.NONE))
            else:
                facts.append(of_node(node, [facts[operand] for operand in node.operands], nodes))
        return facts[index] | self.proved.get(index, Fact.NONE)


@dataclass(slots=True)
class RuleTable:
    """Rules by the operations of a node and its operands, so that few patterns are tried on each node.

    Patterns are prepared when a node with their operation is met for the first time.
    """

    rules: tuple[Rule, ...]
    _by_root: dict[Operation, tuple[tuple[Rule, Matcher], ...]] = field(default_factory=dict)
    _candidates: dict[tuple[Operation, ...], tuple[tuple[Rule, Matcher], ...]] = field(
        default_factory=dict
    )

    def candidates(self, operations: tuple[Operation, ...]) -> tuple[tuple[Rule, Matcher], ...]:
        """The rules, with matchers, whose root and whose operands of it may have these operations."""
        found = self._candidates.get(operations)
        if found is None:
            found = tuple(
                (rule, matcher)
                for rule, matcher in self._of_root(operations[0])
                if _fits(matcher.pattern, operations[1:])
            )
            self._candidates[operations] = found
        return found

    def _of_root(self, operation: Operation) -> tuple[tuple[Rule, Matcher], ...]:
        found = self._by_root.get(operation)
        if found is None:
            found = tuple(
                (rule, Matcher.of(pattern))
                for rule in self.rules
                if rule.pattern.operation is operation
                for pattern in orders(rule.pattern)
            )
            self._by_root[operation] = found
        return found


def _fits(pattern: Pattern, operations: tuple[Operation, ...]) -> bool:
    if len(pattern.operands) != len(operations):
        return False
    for term, operation in zip(pattern.operands, operations, strict=True):
        is_constant = term.value is not None or term.variable in CONSTANT_NAMES
        if is_constant and operation is not Operation.CONSTANT:
            return False
        if term.operation is not None and term.operation is not operation:
            return False
    return True


@dataclass(slots=True)
class Rewriter:
    """Applies rules to the nodes of a graph, from the inputs to the outputs, once over.

    `node_facts` are what is known of the nodes of the graph beside what their operations tell, if anything is.
    """

    table: RuleTable
    input_facts: Mapping[str, Facts]
    node_facts: Sequence[Facts] = ()
    builder: GraphBuilder = field(default_factory=GraphBuilder)
    applied: list[str] = field(default_factory=list)
    active: bytes = b""
    _fresh: set[int] = field(default_factory=set)
    _facts: FactTable = field(init=False)
    _uses: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._facts = FactTable(self.builder, self.input_facts)

    def sweep(self, graph: Graph, active: bytes | None = None) -> Graph:
        """The rewritten graph; `applied` then names the rules that were used.

        With `active`, the flags of the nodes, rules are tried on those with a flag only.
        """
        new_index: list[int] = []
        uses = count_uses(graph)
        for index, (node, span) in enumerate(zip(graph.nodes, graph.spans, strict=True)):
            operands = tuple(new_index[operand] for operand in node.operands)
            if operands and (active is None or active[index]):
                new = self._rewrite(node.operation, operands, span)
            else:
                new = copy_node(self.builder, node, operands, span)
            self._uses[new] = self._uses.get(new, 0) + uses[index]
            if self.node_facts:
                self._facts.proved[new] = self.node_facts[index]
            new_index.append(new)
        rewritten = finish(graph, self.builder, new_index)
        self.active = self._find_active(rewritten, [new_index[o.node] for o in graph.outputs])
        return rewritten

    def _find_active(self, rewritten: Graph, roots: list[int]) -> bytes:
        """Where rules may apply that did not apply before: above nodes that are new or serve less than they did."""
        if not self.applied:
            return bytes(len(rewritten.nodes))
        alive = reachable(self.builder.nodes, roots)
        assert len(alive) == len(rewritten.nodes), "a graph with dead nodes; please report this"
        uses = count_uses(rewritten)
        active = bytearray(len(alive))
        for index, (node, old) in enumerate(zip(rewritten.nodes, alive, strict=True)):
            if old in self._fresh or uses[index] < self._uses.get(old, 0):
                active[index] = MAXIMUM_DEPTH
            elif node.operands:
                active[index] = max(1, max(active[operand] for operand in node.operands)) - 1
        return bytes(active)

    def _rewrite(self, operation: Operation, operands: tuple[int, ...], span: Span | None) -> int:
        """The node of the operation after all rules that apply to it, one after another."""
        known, applied = len(self.builder.nodes), len(self.applied)
        new: int | None = None
        for _step in range(MAXIMUM_STEPS):
            found = self._find(operation, operands)
            if found is None:
                break
            rule, variables = found
            self.applied.append(rule.name)
            term = rule.replacement
            if term.operation is None or _constant(self.builder, term, variables) is not None:
                new = self._build(term, variables, span)
                break
            operands = tuple(self._build(t, variables, span) for t in term.operands)
            operation = term.operation
        if new is None:
            new = self.builder.apply(operation, *operands, span=span)
        if len(self.applied) > applied:
            self._fresh.update((new, *range(known, len(self.builder.nodes))))
        return new

    def _find(
        self, operation: Operation, operands: tuple[int, ...]
    ) -> tuple[Rule, dict[str, int]] | None:
        if len(operands) > MAXIMUM_ARITY:
            return None
        nodes = self.builder.nodes
        shape = (operation, *(nodes[operand].operation for operand in operands))
        for rule, matcher in self.table.candidates(shape):
            found = matcher.match(operands, nodes)
            if found is None or (rule.once and not self._vanish(found)):
                continue
            if not rule.when or permitted(rule, found, self._facts.__getitem__, self._value_of):
                return rule, found.variables
        return None

    def _vanish(self, found: Match) -> bool:
        """Whether the operations inside the match serve nothing else."""
        return all(
            self._uses.get(index, 1) <= found.inner.count(index)
            for index in found.inner
            if self.builder.nodes[index].operands
        )

    def _value_of(self, index: int) -> Fraction | None:
        return self.builder.nodes[index].value

    def _build(self, term: Pattern, variables: Mapping[str, int], span: Span | None) -> int:
        """The node of a replacement; terms are small, so that recursion is bounded."""
        if term.variable:
            return variables[term.variable]
        value = _constant(self.builder, term, variables)
        if value is not None:
            return self.builder.constant(value, span)
        assert term.operation is not None
        operands = [self._build(operand, variables, span) for operand in term.operands]
        if not operands:
            return self.builder.append(Node(term.operation), span)
        new = self.builder.apply(term.operation, *operands, span=span)
        self._uses[new] = self._uses.get(new, 0) + 1
        return new


def _constant(
    builder: GraphBuilder, term: Pattern, variables: Mapping[str, int]
) -> Fraction | None:
    """The value of a term of constants alone, if it is rational and not too large."""
    if term.variable:
        return builder.nodes[variables[term.variable]].value
    if term.operation is None:
        return term.value
    values: list[Fraction] = []
    for operand in term.operands:
        value = _constant(builder, operand, variables)
        if value is None:
            return None
        values.append(value)
    if not values:
        return None
    try:
        return exact(term.operation, tuple(values))
    except OutsideDomainError:
        return None  # folding tells it, with the place
