"""What each language of the texts is: its file's ending, and what writes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from symhdl.printers.comments import printable
from symhdl.tabulated.entries import Packed
from symhdl.tabulated.function import Tabulated

PREFIX = "fixed_"
"""Before the names of all functions, so that none is that of the language's own function of real numbers."""


@dataclass(frozen=True, slots=True)
class Written:
    """A function with the name that it has in a text, and its table."""

    name: str
    function: Tabulated
    table: Packed

    @property
    def arguments(self) -> tuple[str, ...]:
        """What its arguments are called in the text."""
        count = len(self.function.inputs)
        return ("x",) if count == 1 else tuple(f"x{k}" for k in range(1, count + 1))

    @property
    def meaning(self) -> str:
        """What it computes, from which formats to which, in one line."""
        function = self.function
        formats = ", ".join(str(port.format) for port in function.inputs)
        return f"{printable(' '.join(function.asked.text.split()))} from {formats} to {function.output.format}"

    @property
    def definition(self) -> str:
        """What symhdl is told of it, to read what a search has found."""
        asked = self.function.asked
        arguments = ", ".join(asked.arguments)
        if asked.definition is None:
            return f"{self.name}({arguments}) = {asked.name}({arguments})"
        _, _, body = asked.definition.text.partition("=")
        return f"{self.name}({printable(arguments)}) = {printable(' '.join(body.split()))}"


Layout = Callable[[Sequence[Written], Iterable[str]], Iterator[str]]
"""The lines of a text for functions and for lines on what all of them do."""
