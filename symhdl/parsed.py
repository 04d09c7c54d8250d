"""What reading a text gives: the graph, and what the user should know although it is no error."""

from __future__ import annotations

from dataclasses import dataclass

from symhdl.errors import Diagnostic
from symhdl.ir.graph import Graph


@dataclass(frozen=True, slots=True)
class Taken:
    """An equation that was chosen of a search, and the output that it is.

    `loss` is that of the search, None where nothing is said of it; `class_name` is empty where there is but one class.
    """

    output: str
    class_name: str
    complexity: int
    loss: float | None
    equation: str

    def document(self) -> dict[str, str | int | float | None]:
        """The equation as JSON."""
        return {
            "output": self.output,
            "class": self.class_name,
            "complexity": self.complexity,
            "loss": self.loss,
            "equation": self.equation,
        }


@dataclass(frozen=True, slots=True)
class Parsed:
    """A graph, the warnings that came up while it was read, and the equations of a search that it is made of."""

    graph: Graph
    warnings: tuple[Diagnostic, ...] = ()
    taken: tuple[Taken, ...] = ()


@dataclass(frozen=True, slots=True)
class Excerpt:
    """An expression inside a larger text: characters `start` to `end`, wanted as the output `name`."""

    name: str
    start: int
    end: int
