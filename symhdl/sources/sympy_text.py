"""Text as SymPy prints it: `**`, `Abs`, `Max`, `Piecewise`, `E` for the base of the natural logarithm; lists, too."""

from __future__ import annotations

import re
from dataclasses import dataclass

from symhdl.errors import Diagnostic, Source, SymhdlError
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS
from symhdl.sources import srepr
from symhdl.sources.checked import CheckedReader
from symhdl.sources.source import Reading, ReadOptions
from symhdl.sources.sympy_dialect import REFUSED_NAMES, SYMPY
from symhdl.sources.sympy_lists import cells_of

_TYPICAL = re.compile(
    r"\b(?:Abs|Max|Min|Piecewise|Heaviside|Mod|Rational|Float|Integer|ITE|Eq|Ne|Matrix|ceiling"
    r"|Pow|Xor|And|Or|Not|asec|acsc|acoth?|sech|csch)\s*\("
)


def _confidence(source: Source) -> float:
    """Capital functions are SymPy's; definitions, declarations and `^` are not."""
    if not _TYPICAL.search(source.text) or "^" in source.text:
        return 0.1
    return 0.6


@dataclass(frozen=True, slots=True)
class SympyTextReader:
    """Reads what `str` and `srepr` make of expressions, and of lists, matrices and dicts of them."""

    text: CheckedReader

    @property
    def name(self) -> str:
        """The name of the dialect."""
        return self.text.name

    def detect(self, source: Source) -> float:
        """How likely the text is of this dialect."""
        return self.text.detect(source)

    def read(self, source: Source, options: ReadOptions) -> Reading:
        """The graph; `Eq(name, expression)` defines an output. Raises SymhdlError with places in the source."""
        if srepr.looks_like_srepr(source.text):
            return srepr.READER.read(source, options)
        reading = self.text.read(source, options, cells=cells_of(source))
        _refuse_exclusive_or(reading.parsed.graph)
        return reading


def _refuse_exclusive_or(graph: Graph) -> None:
    """SymPy prints Xor as `^`, which in a text is a power, and `(x < 1) ^ (y < 2)` as a power is nonsense."""
    operations = [node.operation for node in graph.nodes]
    found = [
        Diagnostic(
            "ambiguous-operator",
            "`^` between conditions could be a power or SymPy's exclusive or",
            graph.spans[index],
            help="write Xor(a, b)",
        )
        for index, node in enumerate(graph.nodes)
        if node.operation is Operation.POWER and all(operations[o].boolean for o in node.operands)
    ]
    if found:
        raise SymhdlError(*found[:MAXIMUM_DIAGNOSTICS])


READER = SympyTextReader(CheckedReader(SYMPY, _confidence, REFUSED_NAMES))
