"""Text as SymPy prints it: `**`, `Abs`, `Max`, `Piecewise`, `E` for the base of the natural logarithm; lists, too."""

from __future__ import annotations

import re
from dataclasses import dataclass

from symhdl.errors import Diagnostic, Source, Span, SymhdlError
from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS
from symhdl.sources.reading.checked import CheckedReader
from symhdl.sources.reading.reader import Reading, ReadOptions
from symhdl.sources.sympy import srepr
from symhdl.sources.sympy.dialect import REFUSED_CALLS, REFUSED_NAMES, SYMPY
from symhdl.sources.sympy.lists import excerpts_of

_TYPICAL = re.compile(
    r"\b(?:Abs|Max|Min|Piecewise|Heaviside|Mod|Rational|Float|Integer|ITE|Eq|Ne|Matrix|ceiling"
    r"|Pow|Xor|And|Or|Not|asec|acsc|acoth?|sech|csch)\s*\("
)
_REFUSED_CALL = re.compile(rf"\b({'|'.join(REFUSED_CALLS)})\s*\(")


def _confidence(source: Source) -> float:
    """Capital functions are SymPy's; definitions, declarations and `^` are not."""
    if "^" in source.text:
        return 0.1
    if _TYPICAL.search(source.text):
        return 0.6
    return 0.3 if "**" in source.text else 0.1


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
        _refuse_calls(source, options)
        reading = self.text.read(source, options, excerpts=excerpts_of(source))
        _refuse_exclusive_or(reading.parsed.graph)
        return reading


def _refuse_calls(source: Source, options: ReadOptions) -> None:
    """What SymPy prints as calls although it is no function of numbers; the user's functions may be called the same."""
    found = [
        Diagnostic(
            "no-meaning",
            f"{match[1]} is not a function of numbers",
            Span(source, *match.span(1)),
            help=REFUSED_CALLS[match[1]],
        )
        for match in _REFUSED_CALL.finditer(source.text)
        if not any(match[1] in definition.text for definition in options.definitions)
    ]
    if found:
        raise SymhdlError(*found[:MAXIMUM_DIAGNOSTICS])


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
