"""How the time of each stage grows with the size of its input: `python -m benchmarks.scaling`.

Every case runs at a size and at four times that size, in user CPU seconds of one core, the best of three runs. The
exponent is 1 where the time grows as the input does, and 2 where it grows as the input's square.
"""

from __future__ import annotations

import argparse
import math
import os
import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from benchmarks.tables import table
from symhdl.errors import Source
from symhdl.sources.reading.detection import claims
from symhdl.sources.reading.source import read_source

Work = Callable[[], object]
GROWTH = 4
RUNS = 3
SEED = 1
WORDS = ("if x then ", "a if x ", "lambda x, ", "return a ", "def a(", "x ")
"""What readers look for when they are asked whether a text is theirs."""


def _repeated(word: str, size: int) -> Work:
    source = Source("-", "ExprCond" + word * size)
    return lambda: claims(source)


def _equations(dialect: str | None, size: int) -> Work:
    """Equations of some seventy characters, all different."""
    number = random.Random(SEED).uniform  # noqa: S311 - no secret
    texts = [
        f"((x{k % 7} * {number(-3, 3):.7f}) + sin(x1 / {number(1, 9):.8f})) - exp(x2 * x{k % 5})"
        for k in range(size)
    ]
    return lambda: [read_source(text, dialect=dialect) for text in texts]


CASES: Mapping[str, tuple[Callable[[int], Work], int]] = {
    **{f"detect {word.strip()!r}": (partial(_repeated, word), 6000) for word in WORDS},
    "read equations, dialect unknown": (partial(_equations, None), 500),
    "read equations, pysr": (partial(_equations, "pysr"), 500),
}
"""By name: what makes the work of a size, and the smaller size."""


def seconds(work: Work) -> float:
    """User CPU seconds of the fastest of some runs."""
    times: list[float] = []
    for _ in range(RUNS):
        start = os.times().user
        work()
        times.append(os.times().user - start)
    return min(times)


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints a table of the cases."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.scaling")
    parser.add_argument("--divide", type=int, default=1, metavar="N", help="divide all sizes by N")
    divisor = parser.parse_args(arguments).divide
    rows: list[tuple[str, ...]] = []
    for name, (work, size) in CASES.items():
        small = max(1, size // divisor)
        before, after = seconds(work(small)), seconds(work(GROWTH * small))
        known = before > 0 and after > 0
        exponent = f"{math.log(after / before, GROWTH):.2f}" if known else "-"
        rows.append((name, str(small), f"{before:.3f}", f"{after:.3f}", exponent))
    for line in table(("case", "size", "seconds", f"at {GROWTH} times", "exponent"), rows):
        print(line)


if __name__ == "__main__":
    main()
