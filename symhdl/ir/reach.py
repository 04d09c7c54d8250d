"""What nodes or cells need, operand by operand: liveness and uses, for graphs and datapaths alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol


class HasOperands(Protocol):
    """What stands on things before it in a sequence."""

    @property
    def operands(self) -> tuple[int, ...]:
        """The places of the things before it."""
        ...


def flags_of_reached(nodes: Sequence[HasOperands], roots: Iterable[int]) -> bytearray:
    """For every node 1 if some root needs it, or it is one; else 0."""
    found = bytearray(len(nodes))
    waiting = list(roots)
    for root in waiting:
        found[root] = 1
    while waiting:
        for operand in nodes[waiting.pop()].operands:
            if not found[operand]:
                found[operand] = 1
                waiting.append(operand)
    return found


def use_counts_of(nodes: Sequence[HasOperands], roots: Iterable[int]) -> list[int]:
    """For every node how often it is an operand of others, or a root."""
    counts = [0] * len(nodes)
    for node in nodes:
        for operand in node.operands:
            counts[operand] += 1
    for root in roots:
        counts[root] += 1
    return counts
