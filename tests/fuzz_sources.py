"""Mutated texts for all readers: each is read or refused, in bounded time and memory, and nothing in it is executed.

As a program it runs as many as wanted: python -m tests.fuzz_sources [--count N] [--seed N] [--dialect NAME]
With `--whole` the texts, those of ../shared/corpora among them, go through the compiler and every backend at options
drawn by chance, `--jobs J` at a time, each in a process with limits of time and memory.
"""

from __future__ import annotations

import argparse
import itertools
import random
import re
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from symhdl.errors import Source, SymhdlError
from symhdl.sources.python.parsing import FILE_NAME
from symhdl.sources.reading.source import read_source
from tests.dialect_examples import EXAMPLES
from tests.fuzzing import whole
from tests.fuzzing.workers import OverdueError, alarm, done
from tests.work import peak_megabytes

SECONDS = 2.0
MEGABYTES = 500
SHOWN = 3  # cases of one problem that are printed in full
FORBIDDEN = ("open", "import", "exec", "compile", "subprocess.", "os.", "socket.", "shutil.")

_PIECES: tuple[str, ...] = (
    *"()[]{}<>,;:=+-*/^%!?&|~#@$\\'\"`_. \t\n\r\x00\x1b\u00a0\ufeff\u2028²₁Δπ√∞𝒙",
    "e", "E", "pi", "I", "nan", "inf", "True", "None", "if", "else", "then", "return", "input", "output",
    "1e999999999", "0x1p99999", "9" * 400, "1e-400", "0.1e+3", "..", "**", "//", "/*", "*/", "<=", "==", "->",
    "__import__('os').system('touch fuzzed')", "open('fuzzed', 'w')", "().__class__.__bases__", "lambda: 0",
    "import antigravity\n", "eval('1')", "#1", "x[99999999]", "\\frac", "\\left(", "\\sqrt", "{}", "$$", "\\\\",
    "(FPCore", "(let", "(while", "Symbol('x')", "Integer(1)", "Complexity,Loss,Equation\n", "|", "\"\"", "np.", "std::",
    "for (int i = 0; i < 1000000000; i++)", "#define A A\n", "sin", "protectedDiv(", "Piecewise((", "^-", "- -",
)  # fmt: skip

# A word, a number or an operator in the place of another one leaves many texts readable.
_WORDS = tuple(map(re.compile, (r"[^\W\d]\w*", r"\d+(?:\.\d*)?", r"[-+*/<>^]|\*\*|<=|==")))


def mutations(seed: int, dialect: str | None = None) -> Iterator[tuple[str, str]]:
    """(dialect, text) without end; the same ones for the same seed."""
    choose = random.Random(seed)  # noqa: S311 - no secret
    names = [dialect] if dialect else sorted(EXAMPLES)
    everything = [text for texts in EXAMPLES.values() for text in texts]
    while True:
        name = choose.choice(names)
        text = choose.choice(EXAMPLES[name])
        yield name, _mutated_often(choose, text, everything)


def whole_cases(
    seed: int, others: Mapping[str, Sequence[str]], dialect: str | None = None
) -> Iterator[whole.Case]:
    """Texts and options for the whole compiler without end; a number of a seed always gives the same case."""
    names = [dialect] if dialect else sorted({*EXAMPLES, *others})
    everything = [text for name in names for text in whole.texts_of(name, others)]
    for number in itertools.count():
        choose = random.Random(f"{seed}/{number}")  # noqa: S311 - no secret
        name = choose.choice(names)
        text = choose.choice(whole.texts_of(name, others))
        match choose.randrange(8):
            case 0:
                pass
            case 1 | 2 | 3 | 4:  # most texts stay readable
                for _ in range(choose.choice((1, 1, 2, 3))):
                    text = _reworded(choose, text, choose.randrange(len(_WORDS)))
            case _:
                text = _mutated_often(choose, text, everything)
        yield whole.Case(number, text, whole.options_of(choose, name))


def _mutated_often(choose: random.Random, text: str, others: Sequence[str]) -> str:
    for _ in range(choose.choice((1, 1, 1, 2, 4))):
        text = _mutated(choose, text, others)
    return text


def _mutated(choose: random.Random, text: str, others: Sequence[str]) -> str:
    start = choose.randrange(len(text) + 1)
    end = min(len(text), start + choose.choice((1, 1, 2, 5, 20, 80)))
    match choose.randrange(14):
        case 0:
            return text[:start] + text[end:]
        case 1:
            return text[:start] + choose.choice(_PIECES) + text[start:]
        case 2:
            return text[:start] + choose.choice(_PIECES) + text[end:]
        case 3:
            return text[:start] + text[start:end] * choose.choice((2, 3, 50)) + text[end:]
        case 4:
            other = choose.choice(others)
            place = choose.randrange(len(other) + 1)
            return text[:start] + other[place : place + 40] + text[end:]
        case 5:
            other = choose.choice(others)
            return text[:start] + other[choose.randrange(len(other) + 1) :]
        case 6:
            piece = choose.choice(
                ("(", "[", "-", "sin(", "{", "\\frac{", "(+ ", "x^", "!", "if x then ", "1+")
            )
            return text[:start] + piece * choose.choice((3, 30, 3000)) + text[start:]
        case 7:
            return text[:start] + chr(choose.randrange(0xD800)) + text[end:]
        case gentle:
            return _reworded(choose, text, gentle % len(_WORDS))


def _reworded(choose: random.Random, text: str, kind: int) -> str:
    """The text with one of its words in the place of another."""
    words = list(_WORDS[kind].finditer(text))
    if not words:
        return text
    old, new = choose.choice(words), choose.choice(words).group()
    return text[: old.start()] + new + text[old.end() :]


@dataclass(slots=True)
class Watch:
    """Counts what happens, and sees what must not: events of the interpreter while a text is being read."""

    armed: bool = False
    events: list[str] = field(default_factory=list)
    read: int = 0
    refused: int = 0
    slowest: float = 0.0
    slowest_text: str = ""

    def hook(self, event: str, arguments: tuple[object, ...]) -> None:
        """An audit hook: notes files, processes, imports and executed code.

        `ast` makes no code: it tells of `compile`, and for an error it looks for a file of the name that it was given.
        """
        is_parsed = event in ("compile", "open") and FILE_NAME in arguments[:2]
        if self.armed and event.startswith(FORBIDDEN) and not is_parsed:
            self.events.append(f"{event}{arguments!r:.200}")


def attempt(watch: Watch, name: str, text: str, dialect: str | None) -> str:
    """Reads one text; says what went wrong, empty if nothing did."""
    began = time.process_time()
    watch.armed = True
    problem = ""
    try:
        with alarm(SECONDS):
            read_source(Source("<fuzz>", text), dialect=dialect, select="all")
        watch.read += 1
    except SymhdlError as refusal:
        watch.refused += 1
        str(refusal)
    except OverdueError:
        problem = f"more than {SECONDS:g} s"
    except Exception:  # noqa: BLE001 - this is what is looked for
        watch.armed = False
        problem = traceback.format_exc(limit=-3)
    finally:
        watch.armed = False
    seconds = time.process_time() - began
    if seconds > watch.slowest:
        watch.slowest, watch.slowest_text = seconds, text
    if watch.events:
        problem += f"\nnot allowed: {watch.events[:3]}"
        watch.events.clear()
    return f"{problem}\n{name} as {dialect}: {text[:2000]!r}" if problem else ""


def fuzz(count: int, seed: int, dialect: str | None = None) -> tuple[Watch, list[str]]:
    """Reads so many mutated texts, every other one with the dialect left open; what went wrong."""
    watch = Watch()
    for name, texts in EXAMPLES.items():  # imports what the readers import when they are first used
        for text in (*texts, "(((", "x +"):
            attempt(watch, name, text, name)
            attempt(watch, name, text, None)
    watch = Watch()
    sys.addaudithook(watch.hook)
    problems = []
    mutated = itertools.islice(mutations(seed, dialect), count)
    for index, (name, text) in enumerate(mutated):
        problem = attempt(watch, name, text, name if index % 2 else None)
        if problem:
            problems.append(problem)
    return watch, problems


def fuzz_whole(
    cases: Sequence[whole.Case], jobs: int
) -> Iterator[tuple[whole.Case, whole.Outcome]]:
    """Each case with what came of it, as they get ready."""
    for case, outcome in done(whole.attempt, cases, jobs, whole.LIMITS):
        yield case, outcome or whole.Outcome("died", "a limit of time or memory ended the process")


def main_whole(options: argparse.Namespace) -> None:
    """Prints every problem once, with a case that has it, and the figures."""
    shared = Path(__file__).parents[2] / "shared"
    cases = whole_cases(options.seed, whole.corpus_texts(shared), options.dialect)
    wanted = list(itertools.islice(cases, options.start, options.start + options.count))
    problems: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    compiled = emitted = points = 0
    slowest: list[tuple[float, int]] = []
    for case, outcome in fuzz_whole(wanted, options.jobs):
        slowest = sorted([*slowest, (outcome.seconds, case.number)])[-5:]
        emitted += outcome.backends
        points += outcome.points
        if outcome.problem:
            problems[outcome.problem] += 1
            if problems[outcome.problem] <= SHOWN:
                print(f"{case.number}, {outcome.stage}: {outcome.problem}\n{outcome.detail}")
                print(f"{case.text[:2000]!r}\n{case.options}\n", flush=True)
        elif outcome.refused:
            refused[outcome.refused] += 1
        else:
            compiled += 1
    for problem, count in problems.most_common():
        print(f"{count:6}  {problem}")
    print(", ".join(f"{id} {count}" for id, count in refused.most_common(12)))
    print(
        f"seed {options.seed}: {compiled:,} compiled, {sum(refused.values()):,} refused, "
        f"{sum(problems.values())} problems; {emitted:,} texts of backends, {points:,} points"
    )
    print("slowest: " + ", ".join(f"{number}: {seconds:.1f} s" for seconds, number in slowest))
    sys.exit(bool(problems))


def main() -> None:
    """Prints what went wrong, and the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dialect")
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--start", type=int, default=0, help="with --whole: the first case")
    parser.add_argument("--jobs", type=int, default=1, help="with --whole: so many at a time")
    options = parser.parse_args()
    if options.whole:
        main_whole(options)
    watch, problems = fuzz(options.count, options.seed, options.dialect)
    for problem in problems[:20]:
        print(problem, end="\n\n")
    peak = peak_megabytes()
    print(
        f"seed {options.seed}: {watch.read:,} read, {watch.refused:,} refused, {len(problems)} problems"
    )
    print(f"slowest {watch.slowest:.2f} s, peak memory {peak} MB")
    if watch.slowest > SECONDS / 4:
        print(f"slowest text: {watch.slowest_text[:300]!r}")
    sys.exit(bool(problems) or peak > MEGABYTES)


if __name__ == "__main__":
    main()
