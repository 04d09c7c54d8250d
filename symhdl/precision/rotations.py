"""Which sums of sines and cosines of one angle may be numbers of a vector that is turned by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, NamedTuple

from symhdl.analysis.ranges import Ranges
from symhdl.analysis.spaces import CONSTANT_SPACE
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, Node
from symhdl.numeric.fixed import power_of_two

CIRCULAR = frozenset({Operation.COS, Operation.SIN})
SUMS = frozenset({Operation.ADD, Operation.SUBTRACT})


class Part(NamedTuple):
    """A node that is one of both numbers of the vector, or the negative of one."""

    node: int
    is_second: bool
    is_negative: bool


@dataclass(frozen=True, slots=True)
class Rotation:
    """Nodes that are x cos a - y sin a or x sin a + y cos a, computed together; nothing `absorbed` is built.

    The vector (x, y) is (`factor` x, `factor` y), or has -`factor` y if `is_y_negative`; without a node x it is
    (`factor`, 0), and without y (`factor` x, 0). The angle a is a node times `unit`, times pi if it `is_of_pi`.
    """

    parts: tuple[Part, ...]
    x: int | None
    y: int | None
    factor: Fraction
    is_y_negative: bool
    angle: int
    unit: Fraction
    is_of_pi: bool
    absorbed: tuple[int, ...]

    is_direct: ClassVar[bool] = True
    """It can be rounded to an output's format as it is."""

    adders_of_digits: ClassVar[float] = 1
    """How many a digit takes of each number: half of the digits one, and products of half as many bits the others."""

    @property
    def operands(self) -> tuple[int, ...]:
        """What it is computed of; adders are about as long as the last one, the angle."""
        return tuple(node for node in (self.x, self.y, self.angle) if node is not None)

    def share(self, fraction: int) -> Fraction:
        """By how much a number is wrong that is rounded to so many bits."""
        return power_of_two(-fraction) / 2


class _Multiple(NamedTuple):
    """A factor of a sine or cosine: a number, times a node if there is one."""

    number: Fraction
    node: int | None


class _Form(NamedTuple):
    """A sum of multiples of the cosine and the sine of an angle."""

    angle: int
    cosine: _Multiple | None
    sine: _Multiple | None

    def times(self, number: Fraction) -> _Form:
        """The form multiplied by a number."""
        cosine, sine = (
            None if each is None else each._replace(number=each.number * number)
            for each in (self.cosine, self.sine)
        )
        return _Form(self.angle, cosine, sine)

    def of_node(self, node: int) -> _Form | None:
        """The form multiplied by a node; None for two terms, or where there is one already."""
        cosine, sine = self.cosine, self.sine
        single = cosine or sine
        if single is None or (cosine and sine) or single.node is not None:
            return None
        multiple = single._replace(node=node)
        return _Form(self.angle, multiple, None) if cosine else _Form(self.angle, None, multiple)

    def plus(self, other: _Form) -> _Form | None:
        """The sum of a multiple of the cosine and one of the sine, by nodes times numbers of one size."""
        if (
            self.angle != other.angle
            or (self.cosine and self.sine)
            or (other.cosine and other.sine)
        ):
            return None
        cosine, sine = self.cosine or other.cosine, self.sine or other.sine
        if cosine is None or sine is None or abs(cosine.number) != abs(sine.number):
            return None
        if cosine.node is None or sine.node is None:
            return None  # rows have no number that is a constant beside another one
        return _Form(self.angle, cosine, sine)


def rotations_of(graph: Graph, ranges: Ranges) -> tuple[Rotation, ...]:
    """All sums that may be such, in pairs where both numbers of a vector are needed."""
    if CIRCULAR.isdisjoint(node.operation for node in graph.nodes):
        return ()
    forms = _forms(graph, ranges)
    kept = _needed(graph, forms)
    found = []
    left = [node for node in sorted(forms) if node in kept]
    while left:
        first = left.pop(0)
        second = next((k for k in left if _are_of_one_vector(forms[first], forms[k])), None)
        if second is not None:
            left.remove(second)
        form = forms[first]
        if second is not None or (form.cosine and form.sine):
            found.append(_rotation(graph, ranges, forms, first, second))
    return tuple(found)


def _forms(graph: Graph, ranges: Ranges) -> dict[int, _Form]:
    """What is a sum of multiples of a sine and a cosine, by node."""
    forms: dict[int, _Form] = {}
    one = _Multiple(Fraction(1), None)
    for index, node in enumerate(graph.nodes):
        form = None
        if ranges.space[index] == CONSTANT_SPACE:
            continue
        if node.operation is Operation.COS:
            form = _Form(node.operands[0], one, None)
        elif node.operation is Operation.SIN:
            form = _Form(node.operands[0], None, one)
        elif node.operation is Operation.NEGATE and node.operands[0] in forms:
            form = forms[node.operands[0]].times(Fraction(-1))
        elif node.operation is Operation.MULTIPLY:
            form = _product(graph, forms, node)
        elif node.operation in SUMS and len(node.operands) == 2:
            a, b = (forms.get(operand) for operand in node.operands)
            if a is not None and b is not None:
                form = a.plus(b.times(Fraction(1 if node.operation is Operation.ADD else -1)))
        if form is not None:
            forms[index] = form
    return forms


def _product(graph: Graph, forms: Mapping[int, _Form], node: Node) -> _Form | None:
    for factor, other in (node.operands, node.operands[::-1]):
        form = forms.get(factor)
        if form is None or factor == other:
            continue
        value = graph.nodes[other].value
        found = form.times(value) if value else form.of_node(other)
        if found is not None:
            return found
    return None


def _needed(graph: Graph, forms: Mapping[int, _Form]) -> set[int]:
    """The forms of which something else than another form is made."""
    found = {output.node for output in graph.outputs} & forms.keys()
    for index, node in enumerate(graph.nodes):
        for operand in node.operands:
            inner, outer = forms.get(operand), forms.get(index)
            if inner is not None and (outer is None or _is_factor(outer, operand)):
                found.add(operand)
    return found


def _is_factor(form: _Form, node: int) -> bool:
    return any(each is not None and each.node == node for each in (form.cosine, form.sine))


def _turned(form: _Form) -> tuple[_Multiple | None, _Multiple | None]:
    """The vector (x, y) of which the form is the first number."""
    sine = form.sine
    return form.cosine, None if sine is None else sine._replace(number=-sine.number)


def _are_of_one_vector(first: _Form, second: _Form) -> bool:
    """Whether they are both numbers of one vector, or the negative of one."""
    x, y = _turned(first)
    whole = _Form(first.angle, y, x)
    return second in (whole, whole.times(Fraction(-1)))


def _rotation(
    graph: Graph, ranges: Ranges, forms: Mapping[int, _Form], first: int, second: int | None
) -> Rotation:
    """That of one or two nodes."""
    form, parts = forms[first], [Part(first, is_second=False, is_negative=False)]
    x, y = _turned(form)
    if second is not None:
        is_negative = forms[second] != _Form(form.angle, y, x)
        parts.append(Part(second, is_second=True, is_negative=is_negative))
    if x is None:  # (0, y) is (y, 0) after a quarter of a turn
        assert y is not None
        x, y = y, None
        parts = [
            Part(each.node, not each.is_second, each.is_negative != (not each.is_second))
            for each in parts
        ]
    angle, unit, is_of_pi = _angle(graph, ranges, form.angle)
    ends = {node for node in (x.node, y.node if y else None, angle) if node is not None}
    return Rotation(
        tuple(parts), x.node, None if y is None else y.node, x.number,
        y is not None and y.number != x.number, angle, unit, is_of_pi,
        _absorbed(graph, [each.node for each in parts], ends),
    )  # fmt: skip


def _angle(graph: Graph, ranges: Ranges, node: int) -> tuple[int, Fraction, bool]:
    """A node, and the positive number that it is multiplied by to be the angle, times pi or not."""
    own = graph.nodes[node]
    if own.operation is Operation.MULTIPLY:
        for factor, other in (own.operands, own.operands[::-1]):
            if ranges.space[other] == CONSTANT_SPACE:
                continue
            multiple = _constant(graph, factor)
            if multiple is not None and multiple[0] > 0:
                return other, *multiple
    return node, Fraction(1), False


def _constant(graph: Graph, node: int) -> tuple[Fraction, bool] | None:
    """A number and whether it is multiplied by pi; None for other constants."""
    left, number, powers = [node], Fraction(1), 0
    while left:
        own = graph.nodes[left.pop()]
        if own.value is not None:
            number *= own.value
        elif own.operation is Operation.PI:
            powers += 1
        elif own.operation is Operation.MULTIPLY:
            left += own.operands
        else:
            return None
    return (number, powers == 1) if powers < 2 else None


def _absorbed(graph: Graph, roots: Sequence[int], ends: set[int]) -> tuple[int, ...]:
    """What lies between the results and what they are computed of, and nothing else uses."""
    uses = Counter(operand for node in graph.nodes for operand in node.operands)
    uses.update(output.node for output in graph.outputs)
    inside = Counter(operand for root in roots for operand in graph.nodes[root].operands)
    found: list[int] = []
    for index in range(max(roots), -1, -1):
        if index in ends or index in roots:
            continue
        if inside[index] and inside[index] == uses[index]:
            found.append(index)
            inside.update(graph.nodes[index].operands)
    return tuple(sorted(found))
