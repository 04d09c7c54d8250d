"""Eureqa's solutions, `Target = if(a > 10, b, c) + 15*logistic(d)`, built of its building blocks."""

from __future__ import annotations

import re
from dataclasses import replace

from symhdl.errors import Diagnostic, Source, Span, SymhdlError, warning
from symhdl.functions.dialect import Dialect
from symhdl.functions.operation import Operation
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS
from symhdl.sources.reading.checked import INFINITE, NOT_A_NUMBER, CheckedReader
from symhdl.sources.reading.reader import Reading, ReadOptions
from symhdl.sources.reading.unsupported import Unsupported, unsupported_in

# By the reference of building blocks: a condition holds where it is greater than 0, and is 1 or 0 itself.
EUREQA = Dialect(
    "eureqa",
    (("pi", Operation.PI), ("e", Operation.E)),
    definitions="""
        step(x) = if x > 0 then 1 else 0
        if(c, a, b) = if c > 0 then a else b
        less(a, b) = a < b
        less_or_equal(a, b) = a <= b
        greater(a, b) = a > b
        greater_or_equal(a, b) = a >= b
        equal(a, b) = a == b
        AND(a, b) = a > 0 and b > 0
        OR(a, b) = a > 0 or b > 0
        XOR(a, b) = (a > 0) != (b > 0)
        NOT(a) = not (a > 0)
    """,
    ignores_case=True,
)

_BLOCKS = re.compile(
    r"\b(?:logistic|sgn|gauss|less_or_equal|greater_or_equal|less|greater)\s*\(", re.IGNORECASE
)
_TARGET = re.compile(r"^[ \t]*Target[ \t]*=[^=]", re.MULTILINE)
_CONDITIONAL = re.compile(r"\bif\s*\(", re.IGNORECASE)
_OTHER_CONDITIONAL = re.compile(r"\b(?:then|else)\b|[;{]")
_DEFINITION = re.compile(r"^[ \t]*(?P<name>f[0-9]{0,3})[ \t]*\([^()=\n]*\)[ \t]*=", re.MULTILINE)
_TEMPLATE = re.compile(r"\b(?P<name>f[0-9]{0,3})\s*\(")
_UNSUPPORTED = (
    Unsupported(
        re.compile(r"\b(?:delay|sma|wma|mma|smm)\s*\(", re.IGNORECASE),
        "this looks at earlier rows of the data, and an expression here sees one row at a time",
        "make the earlier value an input of its own",
    ),
    Unsupported(
        re.compile(r"\b(?:factorial|gamma|bessel\w*)\s*\(|[\w)]\s*!(?!=)", re.IGNORECASE),
        "the factorial and Bessel functions are not among the functions that can be built",
        "define it over the range that you need, with --define",
    ),
)

_TEXT_READER = CheckedReader(
    EUREQA,
    lambda source: 0.0,
    (("nan", NOT_A_NUMBER), ("inf", INFINITE)),
)


class EureqaReader:
    """Reads solutions; target expressions, in which `f(...)` is what is searched for, are refused."""

    name = EUREQA.name

    def detect(self, source: Source) -> float:
        """The target as it is always called, a conditional with three arguments, or several of its blocks."""
        text = source.text
        if _TARGET.search(text):
            return 0.9
        if _CONDITIONAL.search(text) and not _OTHER_CONDITIONAL.search(text):
            return 0.6
        return 0.6 if _BLOCKS.search(text) else 0.0

    def read(self, source: Source, options: ReadOptions) -> Reading:
        """The graph. Raises SymhdlError with places in the source."""
        mistakes = [*_templates(source, options), *unsupported_in(source, _UNSUPPORTED)]
        if mistakes:
            raise SymhdlError(*mistakes[:MAXIMUM_DIAGNOSTICS])
        reading = _TEXT_READER.read(source, options)
        graph = reading.parsed.graph
        places = zip(graph.nodes, graph.spans, strict=True)
        remainder = next((at for node, at in places if node.operation is Operation.MODULO), None)
        if remainder is None:
            return reading
        told = warning(
            "remainder",
            "the remainder is taken to have the sign of the divisor",
            remainder,
            notes=("Eureqa's reference does not say; it matters for negative numbers alone",),
        )
        parsed = replace(reading.parsed, warnings=(*reading.parsed.warnings, told))
        return replace(reading, parsed=parsed)


def _templates(source: Source, options: ReadOptions) -> list[Diagnostic]:
    texts = [source.text, *(definition.text for definition in options.definitions)]
    defined = {match["name"] for text in texts for match in _DEFINITION.finditer(text)}
    found: dict[str, re.Match[str]] = {}
    for match in _TEMPLATE.finditer(source.text):
        found.setdefault(match["name"], match)
    return [
        Diagnostic(
            "template",
            f"this is a target expression: `{name}(...)` stands for what Eureqa searches for",
            Span(source, *match.span("name")),
            help="give the solution that Eureqa found, or define the function",
        )
        for name, match in found.items()
        if name not in defined
    ]


READER = EureqaReader()
