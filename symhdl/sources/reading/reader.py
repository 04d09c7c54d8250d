"""What a reader is: it judges whether a text is of its dialect, and makes a graph of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from symhdl.errors import Source
from symhdl.functions.dialect import Dialect
from symhdl.parsed import Parsed
from symhdl.sources.reading.merge import merged


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a reader may need beside the text.

    `definitions` are texts of function definitions; `select` says which of several expressions is wanted, in the
    words of the reader; `inputs` are names known to be inputs although the text does not declare them; `combine` is
    the rule by which the parts of a template become one expression, such as `f(x1, x2) + g(x2)`.
    """

    definitions: tuple[Source, ...] = ()
    select: str = "best"
    inputs: tuple[str, ...] = ()
    combine: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """The graph, and the text that it comes from as a header comment may show it."""

    parsed: Parsed
    text: str


class Reader(Protocol):
    """Reads one dialect."""

    @property
    def name(self) -> str:
        """What `--dialect` calls it."""
        ...

    def detect(self, source: Source) -> float:
        """How likely the text (or by its name the file) is of this dialect, from 0 to 1, judged at a glance.

        1 where it can be nothing else, 0.9 for marks that hardly occur elsewhere, 0.6 for marks that others may have,
        0.3 where it could as well be of this dialect, 0 where it cannot be. The native language claims 0.5 of any text.
        """
        ...

    def read(self, source: Source, options: ReadOptions) -> Reading:
        """The graph. Raises SymhdlError with places in the source."""
        ...


@runtime_checkable
class GrammarReader(Protocol):
    """A reader that has the grammar read the text of a program as it stands, if it bears no marks of a tool."""

    @property
    def dialect(self) -> Dialect:
        """How such a text is read."""
        ...


class ObjectReader(Protocol):
    """Reads objects of a library, such as SymPy's expressions, without importing that library."""

    def accepts(self, candidate: object) -> bool:
        """Whether this is one of its objects, or a sequence or a dict of them by output name."""
        ...

    def read_object(self, candidate: object, options: ReadOptions) -> Reading:
        """The graph. Raises SymhdlError for what has no meaning in hardware."""
        ...


def side_by_side(readings: Sequence[Reading], called: Sequence[str] = ()) -> Reading:
    """The outputs of all, called y1, y2, ..., or as is said, with their own names behind where there are several."""
    named = []
    called = called or [f"y{number}" for number in range(1, len(readings) + 1)]
    for name, reading in zip(called, readings, strict=True):
        names = [output.name for output in reading.parsed.graph.outputs]
        single = len(names) == 1
        named.append((reading.parsed, [name if single else f"{name}_{n}" for n in names]))
    return Reading(merged(named), "\n\n".join(reading.text for reading in readings))
