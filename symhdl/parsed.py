"""What reading a text gives: the graph, and what the user should know although it is no error."""

from __future__ import annotations

from dataclasses import dataclass

from symhdl.errors import Diagnostic
from symhdl.ir.graph import Graph


@dataclass(frozen=True, slots=True)
class Parsed:
    """A graph and the warnings that came up while it was read."""

    graph: Graph
    warnings: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Excerpt:
    """An expression inside a larger text: characters `start` to `end`, wanted as the output `name`."""

    name: str
    start: int
    end: int
