"""What the values of a graph are called in hardware: the user's names, else names of what they are, such as `sin_x`.

A name is made of the operation and of the operands' names alone, so that it stays as it is when something elsewhere
changes. Equal names of different values are told apart where they are written, in `symhdl.backends.signals`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction

from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph, Node
from symhdl.names.identifiers import ascii_name
from symhdl.names.wires import LONGEST, shortened_name

LARGEST_SHOWN = 9999  # of the integers that a name tells
MOST_OPERANDS = 6  # that a name tells
_MINUS = "minus_"


class _Binding(IntEnum):
    """How firmly the parts of a name belong together, as in the formula: a product is no operand of a power."""

    SUM = 0
    PRODUCT = 1
    POWER = 2
    ATOM = 3


@dataclass(frozen=True, slots=True)
class _Called:
    """A value as a part of other names: its own name, its kind, and the number that it is."""

    text: str
    noun: str
    binding: _Binding = _Binding.ATOM
    value: Fraction | None = None


def wire_names(graph: Graph) -> tuple[str, ...]:
    """The name of every node: at most `LONGEST` ASCII letters, digits and single underscores, a letter first."""
    called: list[_Called] = []
    for node, name in zip(graph.nodes, graph.names, strict=True):
        if name or node.name:
            text = shortened_name(ascii_name(name or node.name))
            called.append(_Called(text, text))
        elif node.value is not None:
            called.append(_Called(_number(node.value), "constant", value=node.value))
        else:
            called.append(_described(node, [called[operand] for operand in node.operands]))
    return tuple(found.text for found in called)


def _number(value: Fraction) -> str:
    """An integer or a ratio of small ones, as a part of a name."""
    top, bottom = abs(value.numerator), value.denominator
    if max(top, bottom) > LARGEST_SHOWN:
        return "constant"
    sign = _MINUS if value < 0 else ""
    return f"{sign}{top}" if bottom == 1 else f"{sign}{top}_over_{bottom}"


def _described(node: Node, operands: Sequence[_Called]) -> _Called:
    """The node by its operation; of the operands' names the longest give way where there is no room for all."""
    operation = node.operation
    describe, noun, binding = _DESCRIPTIONS.get(operation, (_call_of(operation), "", _Binding.ATOM))
    noun = noun or _spelled(operation)
    parts = list(operands)
    if operation.commutative:  # in an order that does not hang on what else the graph holds
        parts.sort(key=_order)
    for _ in range(MOST_OPERANDS):
        text = describe(parts)
        if len(text) <= LONGEST:
            return _Called(text, noun, binding)
        longest = max(range(len(parts)), key=lambda k: len(parts[k].text) - len(parts[k].noun))
        if len(parts[longest].text) <= len(parts[longest].noun):
            break
        parts[longest] = _Called(parts[longest].noun, parts[longest].noun)
    return _Called(noun, noun)


def _order(operand: _Called) -> tuple[bool, bool, str]:
    """Constants come last, and before them what is subtracted."""
    return operand.value is not None, _is_negative(operand), operand.text


def _is_negative(operand: _Called) -> bool:
    return operand.text.startswith(_MINUS)


def _spelled(operation: Operation) -> str:
    names = operation.entry.names
    return names[0].lower() if names else operation.name.lower()


def _within(operand: _Called, binding: _Binding) -> str:
    """The operand's name if it can stand there without brackets, else what it is."""
    return operand.text if operand.binding >= binding else operand.noun


def _call_of(operation: Operation) -> Callable[[Sequence[_Called]], str]:
    """`sin_x`, `sin_of_x_plus_y`."""
    word = _spelled(operation)

    def describe(operands: Sequence[_Called]) -> str:
        if not operands:
            return word
        is_simple = all(operand.binding is _Binding.ATOM for operand in operands)
        return "_".join([word, *(() if is_simple else ("of",)), *(o.text for o in operands)])

    return describe


def _sum(operands: Sequence[_Called]) -> str:
    """`x_plus_y_minus_2`."""
    text = operands[0].text
    for operand in operands[1:MOST_OPERANDS]:
        text += f"_{operand.text}" if _is_negative(operand) else f"_plus_{operand.text}"
    return text if len(operands) <= MOST_OPERANDS else text + "_and_more"


def _product(operands: Sequence[_Called]) -> str:
    """`x_times_y`, `x_over_3`, `minus_x_times_2`."""
    a, b = operands
    left = _within(a, _Binding.PRODUCT)
    if b.value is None:
        return f"{left}_times_{_within(b, _Binding.PRODUCT)}"
    sign = _MINUS if b.value < 0 else ""
    if abs(b.value.numerator) == 1 and b.value.denominator <= LARGEST_SHOWN:
        return f"{sign}{left}_over_{b.value.denominator}"
    return f"{sign}{left}_times_{b.text.removeprefix(_MINUS)}"


def _quotient(operands: Sequence[_Called]) -> str:
    a, b = operands
    return f"{_within(a, _Binding.PRODUCT)}_over_{_within(b, _Binding.POWER)}"


def _infix(word: str, binding: _Binding) -> Callable[[Sequence[_Called]], str]:
    return lambda operands: f"_{word}_".join(_within(operand, binding) for operand in operands)


def _comparison(word: str, swapped: str) -> Callable[[Sequence[_Called]], str]:
    """`x_below_1`, and `x_above_1` where the constant comes first."""

    def describe(operands: Sequence[_Called]) -> str:
        a, b = operands
        return (
            f"{b.text}_{swapped}_{a.text}" if a.value is not None else f"{a.text}_{word}_{b.text}"
        )

    return describe


def _prefix(word: str) -> Callable[[Sequence[_Called]], str]:
    return lambda operands: f"{word}_{_within(operands[0], _Binding.PRODUCT)}"


def _choice(operands: Sequence[_Called]) -> str:
    """Both values; the condition has a wire of its own."""
    _, chosen, other = operands
    return f"{_within(chosen, _Binding.ATOM)}_else_{_within(other, _Binding.ATOM)}"


def _squared(operands: Sequence[_Called]) -> str:
    (base,) = operands
    is_atom = base.binding is _Binding.ATOM
    return f"{base.text}_squared" if is_atom else f"square_of_{base.text}"


_Description = tuple[Callable[[Sequence[_Called]], str], str, _Binding]

_DESCRIPTIONS: dict[Operation, _Description] = {
    Operation.ADD: (_sum, "sum", _Binding.SUM),
    Operation.SUBTRACT: (_infix("minus", _Binding.PRODUCT), "difference", _Binding.SUM),
    Operation.NEGATE: (_prefix("minus"), "negative", _Binding.PRODUCT),
    Operation.MULTIPLY: (_product, "product", _Binding.PRODUCT),
    Operation.DIVIDE: (_quotient, "quotient", _Binding.PRODUCT),
    Operation.SQUARE: (_squared, "square", _Binding.POWER),
    Operation.INVERSE: (_prefix("one_over"), "inverse", _Binding.PRODUCT),
    Operation.POWER: (_infix("to_the", _Binding.ATOM), "power", _Binding.POWER),
    Operation.MODULO: (_infix("mod", _Binding.POWER), "remainder", _Binding.PRODUCT),
    Operation.LESS: (_comparison("below", "above"), "comparison", _Binding.SUM),
    Operation.LESS_EQUAL: (_comparison("at_most", "at_least"), "comparison", _Binding.SUM),
    Operation.EQUAL: (_infix("equals", _Binding.SUM), "comparison", _Binding.SUM),
    Operation.NOT: (_prefix("not"), "condition", _Binding.SUM),
    Operation.AND: (_infix("and", _Binding.SUM), "condition", _Binding.SUM),
    Operation.OR: (_infix("or", _Binding.SUM), "condition", _Binding.SUM),
    Operation.SELECT: (_choice, "choice", _Binding.SUM),
}
"""How names are made, what stands for one within another that is too long, and how firmly its parts hold together."""
