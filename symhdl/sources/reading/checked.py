"""The way through the grammar for tools that print `nan`, `inf` and the like, which look like names of inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from symhdl.errors import Diagnostic, Source, SymhdlError
from symhdl.functions.dialect import Dialect
from symhdl.grammar import parse
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS
from symhdl.parsed import Excerpt, Parsed
from symhdl.sources.reading.reader import Reading, ReadOptions

NOT_A_NUMBER = "is not a number: the expression has no value there"
INFINITE = "is infinite, and hardware holds finite numbers only"


@dataclass(frozen=True, slots=True)
class CheckedReader:
    """Reads an infix dialect that differs from the native language by data, and by names that no input has.

    `refused` are such names and what is wrong with them. Who really has an input of that name declares it.
    """

    dialect: Dialect
    confidence: Callable[[Source], float]
    refused: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """The name of the dialect."""
        return self.dialect.name

    def detect(self, source: Source) -> float:
        """How likely the text is of this dialect."""
        return self.confidence(source)

    def read(
        self, source: Source, options: ReadOptions, *, excerpts: Sequence[Excerpt] = ()
    ) -> Reading:
        """The graph of the program, or of the expressions in the excerpts."""
        parsed: Parsed = parse(
            source,
            options.definitions,
            dialect=self.dialect,
            inputs=options.inputs,
            excerpts=excerpts,
        )
        self._refuse(parsed, options)
        return Reading(parsed, source.text)

    def _refuse(self, parsed: Parsed, options: ReadOptions) -> None:
        reasons = dict(self.refused)
        found = [
            Diagnostic(
                "no-number",
                f"`{declared.name}` {reasons[declared.name]}",
                declared.span,
                help=f"if it is the name of an input, declare it: input {declared.name}",
            )
            for declared in parsed.graph.inputs
            if declared.name in reasons
            and declared.name not in options.inputs
            and declared.format is None
            and declared.range is None
        ]
        if found:
            raise SymhdlError(*found[:MAXIMUM_DIAGNOSTICS])
