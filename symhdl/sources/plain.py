"""Formulas as genetic-programming tools and lists of benchmarks print them: function calls, protected division."""

from __future__ import annotations

import re

from symhdl.errors import Source
from symhdl.functions.dialect import NATIVE, Dialect
from symhdl.functions.operation import Operation
from symhdl.sources.native import TextReader

PLAIN = Dialect(
    "plain",
    NATIVE.constants,
    (("Max", Operation.MAXIMUM), ("Min", Operation.MINIMUM)),
    "protectedDiv(a, b) = if b == 0 then 1 else a / b",
)

_TYPICAL = re.compile(r"\bprotectedDiv\s*\(")


def _confidence(source: Source) -> float:
    return 0.6 if _TYPICAL.search(source.text) else 0.1


READER = TextReader(PLAIN, _confidence)
