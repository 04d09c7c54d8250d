"""Definitions of operations in other operations: written into graphs, and computed by what computes the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple, TypeVar

from symhdl.functions.operation import NodeBuilder, Operation, Quantity

Value = TypeVar("Value")


def write(
    operation: Operation, operands: Sequence[int], builder: NodeBuilder, *, accurate: bool = False
) -> int:
    """The node of an operation's definition on earlier nodes; on demand of the one for double precision."""
    entry = operation.entry
    definition = entry.accurate if accurate and entry.accurate is not None else entry.definition
    assert definition is not None, f"{operation} has no definition; please report this"
    result = definition(*(Quantity(builder, operand) for operand in operands))
    assert isinstance(result, Quantity), (
        f"the definition of {operation} is not a quantity; please report this"
    )
    return result.node


class Step(NamedTuple):
    """An operation on earlier numbers, or a constant."""

    operation: Operation
    operands: tuple[int, ...]
    value: Fraction


@dataclass(slots=True)
class _Recorder:
    """Steps behind `count` operands, equal ones once."""

    count: int
    steps: dict[Step, int] = field(default_factory=dict)

    def apply(self, operation: Operation, *operands: int) -> int:
        return self._append(Step(operation, operands, Fraction(0)))

    def constant(self, value: Fraction | int) -> int:
        return self._append(Step(Operation.CONSTANT, (), Fraction(value)))

    def _append(self, step: Step) -> int:
        return self.steps.setdefault(step, self.count + len(self.steps))


@lru_cache(maxsize=1024)
def steps(operation: Operation, count: int, accurate: bool = False) -> tuple[Step, ...]:
    """The definition for so many operands as steps, which are numbered after the operands; the last is the result."""
    recorder = _Recorder(count)
    last = write(operation, range(count), recorder, accurate=accurate)
    return tuple(recorder.steps)[: last - count + 1]


def computed(
    definition: Sequence[Step],
    operands: Sequence[Value],
    constant: Callable[[Fraction], Value],
    apply: Callable[[Operation, Sequence[Value]], Value],
) -> Value:
    """The value of a definition, by what computes constants and operations."""
    values = list(operands)
    for step in definition:
        if step.operation is Operation.CONSTANT:
            values.append(constant(step.value))
        else:
            values.append(apply(step.operation, [values[operand] for operand in step.operands]))
    return values[-1]
