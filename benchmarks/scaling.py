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
from functools import partial, reduce

from benchmarks.tables import table
from symhdl.compiler import compile
from symhdl.errors import Source
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import CellKind, Datapath, Port
from symhdl.passes.schedule import schedule
from symhdl.sources.reading.detection import claims
from symhdl.sources.reading.source import read_source
from symhdl.targets.target import load_target

Work = Callable[[], object]
GROWTH = 4
RUNS = 3
SEED = 1
WORDS = ("if x then ", "a if x ", "lambda x, ", "return a ", "def a(", "x ")
"""What readers look for when they are asked whether a text is theirs."""
INPUTS = 64
OPERATORS_OF_A_SUM, OPERATORS_OF_AN_OUTPUT = 11, 40


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


def _operators(size: int) -> Work:
    """A compiled program of about so many operators, products with constants among them."""
    chance = random.Random(SEED)  # noqa: S311 - no secret
    names = [f"x{k}" for k in range(INPUTS)]
    lines = [f"input {', '.join(names)} : fixed<8,1>"]
    for place in range(max(1, size // OPERATORS_OF_AN_OUTPUT)):
        pairs = (chance.sample(names, 2) for _ in range(OPERATORS_OF_AN_OUTPUT // 3))
        terms = (f"{chance.choice((0.3, 0.7, 1.1))}*{a}*{b}" for a, b in pairs)
        lines += [f"y{place} = {' + '.join(terms)}", f"output y{place} error <= 2^-4"]
    program = "\n".join(lines)
    return lambda: compile(program, device="ecp5-85k", frequency=200, dsp="none")


def _schedule(size: int) -> Work:
    """Sums of squares of sums, of which the later ones use those before; scheduled alone."""
    builder = DatapathBuilder()
    inputs = [builder.input(f"x{number}", -128, 127, 0) for number in range(INPUTS)]
    for made in range(0, size, OPERATORS_OF_A_SUM):
        places = ((made + k, made * k + 3) for k in range(4))
        sums = [builder.add(inputs[a % INPUTS], inputs[b % INPUTS]) for a, b in places]
        total = reduce(builder.add, map(builder.square, sums))
        inputs[made // OPERATORS_OF_A_SUM % INPUTS] = builder.bits(total, 4, 8)
    cells = builder.cells
    ports = [
        Port(f"p{k}", f"p{k}", k, cell.format, cell.minimum, cell.maximum)
        for k, cell in enumerate(cells)
    ]
    outputs = tuple(ports[k] for k in inputs if cells[k].kind is not CellKind.INPUT)
    plain = Datapath("t", tuple(cells), tuple(ports[:INPUTS]), outputs)
    target = load_target("ecp5-85k")
    return lambda: schedule(plain, target, 200)


CASES: Mapping[str, tuple[Callable[[int], Work], int]] = {
    **{f"detect {word.strip()!r}": (partial(_repeated, word), 6000) for word in WORDS},
    "read equations, dialect unknown": (partial(_equations, None), 500),
    "read equations, pysr": (partial(_equations, "pysr"), 500),
    "schedule operators": (_schedule, 2500),
    "compile operators": (_operators, 2500),
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
