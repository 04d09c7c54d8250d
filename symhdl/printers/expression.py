"""The text of one expression: from its root downwards, with the parentheses that it needs and no others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from symhdl.functions.operation import Operation
from symhdl.ir.graph import Node
from symhdl.printers.forms import Form, Idiom, Key, Level
from symhdl.printers.language import Language
from symhdl.printers.parts import is_leaf


class Part(NamedTuple):
    """An operand as it is written: its node, and whether a minus that belongs to it stands elsewhere."""

    node: int
    bare: bool = False


class _Place(NamedTuple):
    part: Part
    level: int


_SUMS = frozenset({Operation.ADD, Operation.SUBTRACT})
_PRODUCTS = frozenset({Operation.MULTIPLY, Operation.DIVIDE, Operation.INVERSE})
_RELATIONS = {Operation.LESS: Idiom.GREATER, Operation.LESS_EQUAL: Idiom.GREATER_EQUAL}
_REPEATED = {Operation.SQUARE: Idiom.SQUARE_OF_NAME, Operation.CUBE: Idiom.CUBE_OF_NAME}


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes nodes in a language; `names` are those of inputs and of the parts that have one."""

    language: Language
    nodes: Sequence[Node]
    names: Mapping[int, str]
    negative: Sequence[bool]

    def write(self, root: int) -> tuple[str, ...]:
        """The pieces of the expression's text; a name within it is not looked behind, the root's own is."""
        pieces: list[str] = []
        waiting: list[str | _Place] = self._inside(Part(root), Level.CHOICE)[::-1]
        while waiting:
            item = waiting.pop()
            if isinstance(item, str):
                pieces.append(item)
            elif item.part.node != root and item.part.node in self.names:
                pieces.append(self.names[item.part.node])
            else:
                waiting += reversed(self._inside(item.part, item.level))
        return tuple(pieces)

    def mention(self, node: int) -> tuple[str, ...]:
        """Like `write`, but a name suffices for what has one."""
        return (self.names[node],) if node in self.names else self.write(node)

    def _inside(self, part: Part, level: int) -> list[str | _Place]:
        """The texts and operands of which the part consists."""
        given, part = part, self._behind_signs(part)
        node = self.nodes[part.node]
        if node.operation is Operation.INPUT or (part != given and part.node in self.names):
            return [self.names[part.node]]
        if node.value is not None:
            text, own = self.language.number(abs(node.value) if part.bare else node.value)
            return (
                [text]
                if own >= level
                else [self.language.brackets[0], text, self.language.brackets[1]]
            )
        form, operands = self._view(part)
        content: list[str | _Place] = [form.texts[0]]
        for (operand, needed), text in zip(form.slots, form.texts[1:], strict=True):
            content += [_Place(operands[operand], needed), text]
        if form.level < level:
            return [self.language.brackets[0], *content, self.language.brackets[1]]
        return [piece for piece in content if piece != ""]

    def _view(self, part: Part) -> tuple[Form, tuple[Part, ...]]:
        """The form in which the operation is written, and the operands in its order."""
        node = self.nodes[part.node]
        operation, forms = node.operation, self.language.forms
        if self._shows_sign(part):
            return forms[Operation.NEGATE], (Part(part.node, bare=True),)
        operands = tuple(Part(operand) for operand in node.operands)
        if self.language.signs:
            if operation in _SUMS:
                key, operands = self._sum(part, *node.operands)
                return forms[key], operands
            if operation is Operation.MULTIPLY or operation is Operation.DIVIDE:
                operands = tuple(self._bare(operand) for operand in node.operands)
        if operation is Operation.MULTIPLY:
            return forms[operation], self._factors(*operands)
        if operation is Operation.SELECT and self.language.chain is not None:
            operands = tuple(self._choices(part.node))
            return self.language.chain.of(len(operands)), operands
        if operation in self.language.lists:
            return self.language.lists[operation].of(len(operands)), operands
        key, others = self._idiom(operation, operands)
        return (forms[key], others) if key in forms else (forms[operation], operands)

    def _shows_sign(self, part: Part) -> bool:
        """Whether a minus stands in front of the whole; a sum has it in front of its first term."""
        is_sum = self.nodes[part.node].operation in _SUMS
        return self.language.signs and self.negative[part.node] and not (part.bare or is_sum)

    def _behind_signs(self, part: Part) -> Part:
        """The first part without a minus of its own, where another place shows it or two cancel."""
        node = self.nodes[part.node]
        while self.language.signs and node.operation is Operation.NEGATE:
            if self._shows_sign(part):
                return part
            part = self._bare(node.operands[0])
            if part.node in self.names:
                return part
            node = self.nodes[part.node]
        return part

    def _is_negative(self, node: int) -> bool:
        return self.negative[node] and node not in self.names

    def _bare(self, node: int) -> Part:
        """The node without its minus, of which another place takes care."""
        return Part(node, self._is_negative(node))

    def _sum(self, part: Part, a: int, b: int) -> tuple[Key, tuple[Part, ...]]:
        """A sum or difference of terms without signs of their own, the first one excepted if both are negative."""
        terms = (self._bare(a), self._bare(b))
        if self.negative[part.node] and not part.bare:
            return Operation.SUBTRACT, (Part(a), terms[1])
        is_difference = self.nodes[part.node].operation is Operation.SUBTRACT
        first_negative = self._is_negative(a)
        second_negative = self._is_negative(b) != is_difference
        if first_negative == second_negative:
            wants_swap = self._is_inline(b, _SUMS) and not self._is_inline(a, _SUMS)
            wants_swap = wants_swap or self.nodes[a].operation is Operation.CONSTANT
            return Operation.ADD, terms[::-1] if wants_swap else terms
        return Operation.SUBTRACT, terms[::-1] if first_negative else terms

    def _factors(self, a: Part, b: Part) -> tuple[Part, Part]:
        """Numbers first; then what itself is a product, so that it needs no parentheses."""
        if self.nodes[a.node].value is not None:
            return a, b
        wants_swap = self.nodes[b.node].value is not None
        wants_swap = wants_swap or (
            self._is_inline(b.node, _PRODUCTS) and not self._is_inline(a.node, _PRODUCTS)
        )
        return (b, a) if wants_swap else (a, b)

    def _is_inline(self, node: int, operations: frozenset[Operation]) -> bool:
        return node not in self.names and self.nodes[node].operation in operations

    def _choices(self, index: int) -> list[Part]:
        """Condition, value, condition, value, ..., last value: choices in the last place are taken in."""
        parts: list[Part] = []
        while True:
            condition, chosen, other = self.nodes[index].operands
            parts += [Part(condition), Part(chosen)]
            if not self._is_inline(other, _CHOICES):
                return [*parts, Part(other)]
            index = other

    def _idiom(
        self, operation: Operation, operands: tuple[Part, ...]
    ) -> tuple[Key, tuple[Part, ...]]:
        """What languages have a way of their own for."""
        key: Key = operation
        first = operands[0].node if operands else 0
        if operation is Operation.NOT and self._is_inline(first, _EQUALITIES):
            key, operands = Idiom.UNEQUAL, tuple(Part(o) for o in self.nodes[first].operands)
        elif operation in _RELATIONS and self._is_constant(first):
            key, operands = _RELATIONS[operation], operands[::-1]
        elif operation in _REPEATED and first in self.names:
            key = _REPEATED[operation]
        return key, operands

    def _is_constant(self, node: int) -> bool:
        return is_leaf(self.nodes[node]) and node not in self.names


_EQUALITIES = frozenset({Operation.EQUAL})
_CHOICES = frozenset({Operation.SELECT})


def negative_nodes(nodes: Sequence[Node], names: Mapping[int, str]) -> list[bool]:
    """Which nodes are the opposite of something: of a number, a product or a sum without a minus in front."""
    negative: list[bool] = []
    for node in nodes:
        operands = [negative[operand] and operand not in names for operand in node.operands]
        match node.operation:
            case Operation.CONSTANT:
                found = node.value is not None and node.value < 0
            case Operation.NEGATE:
                found = not operands[0]
            case Operation.MULTIPLY | Operation.DIVIDE:
                found = operands[0] != operands[1]
            case Operation.ADD:
                found = operands[0] and operands[1]
            case Operation.SUBTRACT:
                found = operands[0] and not operands[1]
            case _:
                found = False
        negative.append(found)
    return negative
