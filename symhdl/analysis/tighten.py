"""Tightens ranges that decide about hardware or domains, by boxes of the inputs, where it is seen that this can gain.

What nodes reach at some inputs tells what their bounds can be at best. A node of which these need as many bits as the
values that were seen is left as it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from symhdl.analysis.boxes import Aim, Enclosing, Limit, bounded, can_be_cut
from symhdl.analysis.cones import Cone
from symhdl.analysis.functions import function_of
from symhdl.analysis.need import Guards
from symhdl.analysis.node_ranges import powers_of_nodes
from symhdl.analysis.ranges import DIVISOR, RangeRule, Ranges, find_ranges
from symhdl.analysis.regions import LINEAR, bases_of
from symhdl.analysis.seen import seen_ranges
from symhdl.analysis.spaces import CONSTANT_SPACE, JOINT_SPACE
from symhdl.functions.operation import Operation
from symhdl.functions.univariate import Domain
from symhdl.ir.graph import Graph, nodes_between
from symhdl.numeric.fixed import FixedFormat
from symhdl.numeric.interval import fraction_below
from symhdl.numeric.limits import LARGEST_NUMBER
from symhdl.request import InputPlan

NEAR = 1 / 64
"""Of the width that was seen: bounds as near to it are good, since errors are added to them, and not all is seen."""
SLACK = 1 / 16
"""Of the width that was seen, by which an output's bound may exceed it at each end: others go on from what it tells."""

PROOF = 1000  # operations over one box that take as long as proving the range of a node
PROOFS = 8  # that should still be possible for ranges to be proved again at once
SHARES = 2  # of the work that is left one for a node, since bounds of others follow from it

Span = tuple[float, float]
FormatOf = Callable[[Fraction, Fraction], FixedFormat]
"""The format that an output gets over a range, from its ends."""


def tightened(
    graph: Graph, plans: Sequence[InputPlan], ranges: Ranges, fractions: Sequence[int | None] | None,
    guards: Guards, work: int, aims: Mapping[int, Aim], *, only_domains: bool = False,
    assumptions: Graph | None = None,
) -> Ranges:  # fmt: skip
    """The ranges, tightened within some work: operations over one box. The options are those of `find_ranges`.

    `aims` are those of the outputs' nodes.
    """
    if not graph.inputs or not can_be_cut(plans):
        return ranges
    if only_domains and not any(True for _ in _domains(graph, ranges)):
        return ranges
    tightening = _Tightening(graph, plans, ranges, fractions, guards, work, aims, assumptions)
    return tightening.run(only_domains)


def _domains(graph: Graph, ranges: Ranges) -> Iterator[tuple[int, Domain]]:
    """The operands of several inputs that may leave a domain, and what they must not leave."""
    for violation in ranges.violations:
        node = graph.nodes[violation.node]
        function = function_of(graph, node)
        if ranges.space[violation.operand] != JOINT_SPACE:
            continue
        if function is not None:
            yield violation.operand, function.domain
        elif node.operation is Operation.MODULO:
            yield violation.operand, DIVISOR


@dataclass(slots=True)
class _Tightening:
    """Ranges that become tighter node by node; `tried` are the nodes that were looked at, `aims` those of outputs."""

    graph: Graph
    plans: Sequence[InputPlan]
    ranges: Ranges
    fractions: Sequence[int | None] | None
    guards: Guards
    work: int
    aims: Mapping[int, Aim]
    assumptions: Graph | None = None
    limits: dict[int, Limit] = field(default_factory=dict)
    tried: set[int] = field(default_factory=set)
    bases: Sequence[int] = ()
    linear: frozenset[int] = frozenset()
    sums: frozenset[int] = frozenset()

    def run(self, only_domains: bool) -> Ranges:
        """The ranges when nothing can be gained any more, or the work is done."""
        proof = PROOF * len(self.graph.nodes)
        self.work -= proof  # the last one, and what is seen
        if self.work < 0:
            return self.ranges
        seen, powers = seen_ranges(self.graph, self.plans), powers_of_nodes(self.graph)
        self.bases = bases_of(self.graph, self.ranges)
        self.linear = _linear(self.graph, self.ranges)
        self.sums = _sums(self.graph, self.linear)
        chosen = [] if only_domains else _deciding(self.graph, self.ranges)
        waiting = self._waiting(seen, chosen)
        is_proved = True
        while waiting and self.work > 0:
            node, aim = waiting.pop(0)
            self.tried.add(node)
            if not self._bounds(node, aim, seen[node], powers, min(SHARES, len(waiting) + 1)):
                continue
            is_proved = proof * PROOFS <= self.work
            if is_proved:
                self.work -= proof
                self._prove()
                waiting = self._waiting(seen, chosen)
        if not is_proved:
            self._prove()
        return self.ranges

    def _waiting(self, seen: Sequence[Span], chosen: Sequence[int]) -> list[tuple[int, Aim]]:
        return self._of_domains(seen) or self._of_width(seen, chosen)

    def _bounds(
        self, node: int, aim: Aim, seen: Span, powers: Sequence[tuple[int, int]], shares: int
    ) -> bool:
        """Whether a tighter bound of the node is found: as a function of few inner nodes, or else of the inputs."""
        least, greatest = self.ranges.hull(node)
        width = greatest - least
        for enclosing in self._enclosing(node, powers):
            self.work -= len(self.graph.nodes)
            # Of what is linear in all inputs one box tells all that many do.
            share = enclosing.work(1) if node in self.linear else self.work // shares
            if enclosing.work(1) > min(share, self.work):
                break
            limit, spent = bounded(enclosing, seen, aim, share)
            self.work -= spent
            if limit is None or (limit.lower <= least and greatest <= limit.upper):
                continue
            inputs = enclosing.cone.inputs
            # All numbers of one sum are reached, while of other inner nodes it is not known which are.
            low, high = aim(limit.seen if len(inputs) == 1 and inputs[0] in self.linear else seen)
            left = min(greatest, limit.upper) - max(least, limit.lower)
            if left < width or not math.isfinite(width):
                self.limits[node], width = limit, left
            if low <= limit.lower and limit.upper <= high:
                break
        return node in self.limits

    def _enclosing(self, node: int, powers: Sequence[tuple[int, int]]) -> Iterator[Enclosing]:
        known = {k: limit.interval for k, limit in self.limits.items()}
        whole = Cone.of(self.graph, node, powers)
        ends = [k for k in self._ends(node) if self._is_known(k)]
        if ends:
            cone = Cone.of(self.graph, node, powers, ends)
            if len(cone.inputs) < len(whole.inputs):
                yield Enclosing(cone, self.plans, known, {k: self.ranges.hull(k) for k in ends})
        yield Enclosing(whole, self.plans, known)

    def _ends(self, node: int) -> Collection[int]:
        """Inner nodes of which a node is a function: the one on which it depends, or sums of inputs."""
        if self.bases[node] != node:
            return [self.bases[node]]
        if node in self.sums:
            return []
        return self.sums.intersection(nodes_between(self.graph.nodes, node, self.sums))

    def _is_known(self, base: int) -> bool:
        """Whether an inner node has a value, and a bound, wherever the inputs are."""
        ranges = self.ranges
        return (
            self.assumptions is None
            and ranges.space[base] == JOINT_SPACE
            and ranges.needed[base] is None
            and base not in ranges.gapped
            and not (ranges.defined and ranges.defined[base])
            and not (ranges.guarded and ranges.guarded[base])
            and all(abs(end) < LARGEST_NUMBER for end in ranges.hull(base))
        )

    def _prove(self) -> None:
        decided = {
            k: self.ranges.values[k]
            for k, rule in enumerate(self.ranges.rules)
            if rule is RangeRule.DECIDED
        }
        self.ranges = find_ranges(
            self.graph, self.ranges.spaces, self.fractions, decided, self.guards, self.limits,
            self.assumptions,
        )  # fmt: skip

    def _of_domains(self, seen: Sequence[Span]) -> list[tuple[int, Aim]]:
        """The nodes that may leave a domain, though they were not seen to do so."""
        found: list[tuple[int, Aim]] = []
        for node, domain in _domains(self.graph, self.ranges):
            low, high = aim = _within_domain(domain, seen[node])
            if node not in self.tried and low <= seen[node][0] and seen[node][1] <= high:
                found.append((node, _Fixed(aim)))
        return found

    def _of_width(self, seen: Sequence[Span], chosen: Collection[int]) -> list[tuple[int, Aim]]:
        """The nodes whose bounds take more bits than what was seen of them, and outputs as their aims have it."""
        found: list[tuple[int, Aim]] = []
        for node in chosen:
            if node in self.tried or not seen[node][0] <= seen[node][1]:
                continue
            low, high = self.ranges.hull(node)
            aim = self.aims.get(node, aim_at_bits)
            least, greatest = aim(seen[node])
            if not (least <= low and high <= greatest) and not math.isnan(low + high):
                found.append((node, aim))
        return found


@dataclass(frozen=True, slots=True)
class _Fixed:
    """The same aim whatever is seen."""

    aim: Span

    def __call__(self, _: Span) -> Span:
        return self.aim


def _linear(graph: Graph, ranges: Ranges) -> frozenset[int]:
    """The nodes that are sums of several inputs, each times a constant."""
    found: list[bool] = []
    for node in graph.nodes:
        inner = [k for k in node.operands if ranges.space[k] != CONSTANT_SPACE]
        is_sum = node.operation in LINEAR or (
            node.operation is Operation.MULTIPLY and len(inner) == 1
        )
        found.append(not inner or (is_sum and all(found[k] for k in inner)))
    homes = enumerate(ranges.space)
    return frozenset(k for k, home in homes if found[k] and home == JOINT_SPACE)


def _sums(graph: Graph, linear: Collection[int]) -> frozenset[int]:
    """Those of linear nodes that are made of no other ones that nonlinear nodes use, too."""
    ends = {k for i, node in enumerate(graph.nodes) if i not in linear for k in node.operands}
    above: set[int] = set()
    for k in sorted(linear):
        if any(o in linear and (o in ends or o in above) for o in graph.nodes[k].operands):
            above.add(k)
    return frozenset(linear).difference(above)


@dataclass(frozen=True, slots=True)
class OfFormat:
    """A range that is given the same format as what was seen, and is not much wider."""

    format_of: FormatOf

    def __call__(self, seen: Span) -> Span:
        """The range at best, given what was seen."""
        low, high = seen
        format, slack = self.format_of(Fraction(low), Fraction(high)), SLACK * (high - low)
        # Ends are rounded to nearest, ties upwards; a range without a sign must not get one.
        least = format.minimum * format.ulp - format.ulp / 2 if format.signed else Fraction(0)
        greatest = math.nextafter(
            fraction_below(format.maximum * format.ulp + format.ulp / 2), -math.inf
        )
        return max(fraction_below(least), low - slack), min(greatest, high + slack)


def _deciding(graph: Graph, ranges: Ranges) -> list[int]:
    """The nodes whose width decides about hardware: those of several inputs, and what they or outputs are made of."""
    joint = {k for k, home in enumerate(ranges.space) if home == JOINT_SPACE}
    operands = {o for k in joint for o in graph.nodes[k].operands}
    chosen = joint | operands | {output.node for output in graph.outputs}
    return [
        k
        for k in sorted(chosen)
        if graph.nodes[k].operands
        and ranges.space[k] != CONSTANT_SPACE
        and not graph.nodes[k].operation.boolean
        and ranges.needed[k] is None
    ]


def aim_at_bits(seen: Span) -> Span:
    """The widest range in as many bits as what was seen."""
    near = NEAR * (seen[1] - seen[0])
    low, high = seen[0] - near, seen[1] + near
    size = math.ldexp(1.0, math.frexp(max(-low, high, 0.0))[1])
    return (0.0 if low >= 0 else -size), (math.nextafter(size, 0.0) if high > 0 else 0.0)


def _within_domain(domain: Domain, seen: Span) -> Span:
    """The domain, and half-way from what was seen to an end that does not belong to it."""
    low, high = seen
    if domain.pole_at_zero:
        return (low / 2, math.inf) if low > 0 else (-math.inf, high / 2)
    if domain.closed:
        return domain.lower, domain.upper
    least, greatest = domain.lower, domain.upper
    return (
        least if math.isinf(least) else least + (low - least) / 2,
        greatest if math.isinf(greatest) else greatest - (greatest - high) / 2,
    )
