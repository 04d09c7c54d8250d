"""Python and NumPy as people write it: expressions, assignments, functions, read by the rules of Python.

Numbers are real numbers. Nothing of the text is run, and nothing named in it is imported: `np.`, `math.`, `torch.` and
the like are words.
"""

from __future__ import annotations

import re

from symhdl.errors import Source
from symhdl.sources.reading.reader import Reading, ReadOptions

# From an `if` or a `lambda` a search goes no further than to the next one, so that all of them take linear time; and to
# no `then`, which Python has not.
_SURE = re.compile(
    r"(?<![\w.])(?:np|numpy|math|jnp|jax|torch|tf|scipy|F)\.[A-Za-z_]"
    r"|^[ \t]*def[ \t]+\w+[ \t]*\([^\n]*:"
    r"|^[ \t]*(?:import[ \t]+\w|from[ \t]+[\w.]+[ \t]+import\b)"
    r"|\blambda\b(?:(?!\blambda\b)[\w, \t])*:"
    r"|\w\[[ \t]*(?::|\.\.\.)[ \t]*,[ \t]*[0-9]+[ \t]*\]",
    re.MULTILINE,
)
_LIKELY = re.compile(
    r"\S[ \t]+if[ \t](?:(?![ \t](?:if|then)[ \t])[^\n])+[ \t]else[ \t]|[\w)][ \t]*//[ \t]*[\w(]"
)
_POSSIBLE = re.compile(r"\*\*|%")
_OTHER = re.compile(
    r"^[ \t]*(?:\(FPCore|#[ \t]*(?:include|define)|input |output )|;[ \t]*$", re.MULTILINE
)


class NumpyReader:
    """Reads Python. What that takes is loaded when there is any."""

    name = "numpy"

    def detect(self, source: Source) -> float:
        """Names of modules, `def`, `lambda` and `x[:, 0]` are Python; `a if c else b` is of others too."""
        text = source.text
        if source.name.endswith(".py"):
            return 1.0
        if _SURE.search(text):
            return 0.95
        if _OTHER.search(text):
            return 0.0
        if _LIKELY.search(text):
            return 0.4
        return 0.2 if _POSSIBLE.search(text) else 0.1

    def read(self, source: Source, options: ReadOptions) -> Reading:
        """The graph."""
        from symhdl.sources.imperative.library import Library
        from symhdl.sources.imperative.program import read_program
        from symhdl.sources.python.conversion import convert
        from symhdl.sources.python.library import CONSTANTS, NUMPY
        from symhdl.sources.python.machine import NumpyMachine
        from symhdl.sources.python.parsing import parse_python

        block, imported = convert(parse_python(source))
        library = Library(NUMPY, CONSTANTS, options.definitions)
        machine = NumpyMachine(source, library, options.inputs)
        machine.imported = imported
        parsed = read_program(machine, block, options.select)
        return Reading(parsed, source.text)


READER = NumpyReader()
