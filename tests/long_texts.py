"""Long repetitions of what each reader knows: where four times the text takes much more than four times the time.

As a program: python -m tests.long_texts [--dialect NAME] [--pairs]; with `--pairs` every two characters take turns.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from symhdl.errors import Source, SymhdlError
from symhdl.sources.reading.reader import ReadOptions
from symhdl.sources.reading.registry import reader_named, reader_names
from symhdl.sources.reading.scripts import read_definitions

SHORT, LONG = 4_000, 16_000  # characters
NOTICED = 0.2  # seconds of the processor, below which nothing is said of growth
STEEPEST = (
    8.0  # so many times the time for four times the text; what is quadratic takes sixteen times
)

CHARACTERS = "()[]{}<>,;:=+-*/^%!?&|~#@$\\'\"`_. \t\n\r\0\u00a0x1eEX²Δ"
WORDS = (
    "x ", " x", "1 ", 'x\n', '\n ', ' \n', "# ", '#\n', '%\n', '# define A A\n', "//", "/*", "*/", "'x", '"x',
    "\\'", '\\"', "''", '""', "'''", '"""', "$x", "$$", "x$", "{x", "x}", "(x", "x(", "x[", "x)", "f(x)", "f(x)=",
    'f(x) = x\n', "x=", 'x = x\n', "x=x;", "x,", "x;", "x:", "x+", "x*", "x/", "x^", "x**", "x<", "x?", "x?x:",
    "-x", "- ", "!x", "not ", "if ", "if x then ", "if x<1 then x else ", " if x else ", "x if x else ", "else",
    "where ", "lambda ", "lambda x: ", "x=lambda x:", 'def f(x):\n', "return ", "function f(x) ", "function ",
    " end", "input ", "output ", 'input x\n', "sin(", "sin ", "sin", "max(x,", "|x", "|x|", '\\frac', '\\frac{',
    '\\frac12', '\\left(', '\\right)', '\\left|', '\\begin{cases}', '\\end{cases}', '\\mathrm{', '\\text{x}', "x_",
    "x^{", "x_{", "x_1", "x'", '\\,', '\\ ', '\\\\', "d x", "(FPCore ", "(let ", "(let* ([x ", "(if ", "(! :x ",
    "(+ ", ":pre ", "Symbol('x')", "Symbol(", "Integer(1)", "Add(", "Piecewise((", "((x, x < 1), ",
    'Complexity,Loss,Equation\n', '1,1,x\n', "1|", "1.", "1e", "1e-", "0x", "1f0", "#1", "#1;", "x aq x", "1aq",
    "aqx", "X_0", ")(", "1)", "e-001", "'x y'", "Id(", "one(", "one(x)", "convert(", "::", "::x", "where {",
    "x::Float64", "->", "=>", "D(", "x[1]", "x[x", "_lut(", "float ", "float f(float x){", "x++;", "for(", "{",
    "std::", "ap_fixed<", "f = x; ", "f is user-defined: ", "666.000000000000", ".5", '1\t', '1 1 x\n', "np.", "x.",
    ".x", "if(x){",
)  # fmt: skip
FRAMES = (("", ""), ("x + ", ""), ("f(", ""), ("", "\n) end"))
"""What stands before and behind the repetitions."""


@dataclass(frozen=True, slots=True)
class Growth:
    """A text whose reading takes more time than its length says."""

    reader: str
    frame: tuple[str, str]
    unit: str
    seconds: float
    factor: float

    def __str__(self) -> str:
        text = f"{self.frame[0]!r} + {self.unit!r} * n + {self.frame[1]!r}"
        return f"{self.reader}: {text}: {self.seconds:.2f} s, {self.factor:.0f} times"


Action = Callable[[str], object]


def seconds_of(action: Action, text: str) -> float:
    """The time of the processor that an action takes for a text."""
    began = time.process_time()
    with contextlib.suppress(SymhdlError):
        action(text)
    return time.process_time() - began


def actions_of(dialect: str) -> dict[str, Action]:
    """What is done with texts of a dialect."""
    reader = reader_named(dialect)
    return {
        f"detecting {dialect}": lambda text: reader.detect(Source("<long>", text)),
        f"reading {dialect}": lambda text: reader.read(Source("<long>", text), ReadOptions()),
    }


DEFINITIONS: dict[str, Action] = {"definitions": lambda text: read_definitions([text])}


def _text(frame: tuple[str, str], unit: str, length: int) -> str:
    return frame[0] + (unit * length)[:length] + frame[1]


def growing(
    actions: Mapping[str, Action],
    units: Sequence[str],
    measure: Callable[[Action, str], float] = seconds_of,
) -> Iterator[Growth]:
    """The texts that take too much time."""
    for (name, action), frame, unit in itertools.product(actions.items(), FRAMES, units):
        long, short = (_text(frame, unit, length) for length in (LONG, SHORT))
        seconds = measure(action, long)
        if seconds < NOTICED:
            continue
        seconds = min(seconds, measure(action, long))
        factor = seconds / max(1e-4, min(measure(action, short) for _ in range(2)))
        if seconds >= NOTICED and factor > STEEPEST:
            yield Growth(name, frame, unit, seconds, factor)


def units(*, pairs: bool) -> tuple[str, ...]:
    """What is repeated."""
    two = (a + b for a, b in itertools.permutations(CHARACTERS, 2)) if pairs else ()
    return tuple(dict.fromkeys((*CHARACTERS, *WORDS, *two)))


def main() -> None:
    """Prints what grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dialect")
    parser.add_argument("--pairs", action="store_true")
    options = parser.parse_args()
    names = [options.dialect] if options.dialect else reader_names()
    actions = {} if options.dialect else dict(DEFINITIONS)
    for name in names:
        actions |= actions_of(name)
    found = 0
    for growth in growing(actions, units(pairs=options.pairs)):
        found += 1
        print(growth, flush=True)
    print(f"{found} texts grow faster than their length")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
