"""FPCore 2.0, the format of FPBench and Herbie, read over the real numbers.

Arguments become inputs, and the elements of an array `v` the inputs `v_0`, `v_1`, ... (`A_0_1` in two dimensions).
Every core that no other core calls becomes an output called by its identifier, or `y` without one; an array becomes
several outputs, numbered like inputs. What rounds, `:precision` and `:round`, changes nothing over the real numbers.
"""

from __future__ import annotations

from symhdl.errors import Source
from symhdl.sources.fpcore.beginning import BEGINNING
from symhdl.sources.reading.reader import Reading, ReadOptions


class FpcoreReader:
    """Reads cores. What that takes is loaded when there are any."""

    name = "fpcore"

    def detect(self, source: Source) -> float:
        """A text that begins with a core can be nothing else."""
        if BEGINNING.match(source.text) is not None:
            return 1.0
        return 0.9 if source.name.lower().endswith(".fpcore") else 0.0

    def read(self, source: Source, options: ReadOptions) -> Reading:
        """The graph of the cores that no other core calls, or of the one that `options.select` names."""
        from symhdl.sources.fpcore.program import read_cores_of

        return Reading(read_cores_of(source, options), source.text)


READER = FpcoreReader()
