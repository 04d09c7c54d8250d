"""What FPCore's expressions have for values: numbers and conditions, which are nodes, and arrays of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

MAXIMUM_DIMENSIONS = 16


@dataclass(frozen=True, slots=True)
class CoreScalar:
    """A node of the graph."""

    node: int
    is_condition: bool = False


@dataclass(frozen=True, slots=True)
class Array:
    """Parts side by side: `size` elements in all, under `depth` brackets at most."""

    parts: tuple[Value, ...]
    size: int
    depth: int


Value: TypeAlias = CoreScalar | Array


def array_of(parts: Sequence[Value]) -> Array:
    """The array of the parts."""
    arrays = [part for part in parts if isinstance(part, Array)]
    size = len(parts) - len(arrays) + sum(part.size for part in arrays)
    return Array(tuple(parts), size, 1 + max((part.depth for part in arrays), default=0))


def elements_of(name: str, value: Value) -> dict[str, CoreScalar]:
    """A scalar by its name; the elements of an array v as `v_0`, `v_1`, ... (`A_0_1` in two dimensions)."""
    found: dict[str, CoreScalar] = {}
    waiting = [(name, value)]
    while waiting:
        label, current = waiting.pop()
        if isinstance(current, CoreScalar):
            found[label] = current
        else:
            waiting += [(f"{label}_{i}", part) for i, part in enumerate(current.parts)][::-1]
    return found
