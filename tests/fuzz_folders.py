"""Designs in folders, changed by chance: every command tells, and no result changes in silence.

python -m tests.fuzz_folders --count 500 --seed 1

Of each of the files that say what a design is, such as `.datapath` and `.json`, so many mutations go through
`simulate`, `verify`, `report`, `synth` and `compile`, with stand-ins for the external tools. In half of them the
digests are made to fit afterwards, as somebody would who wants to deceive. No command may end with another status than
0, 1, 2 or 4, and where `simulate` gives other numbers than before, somebody made the digests fit, and `verify` refuses.
Mutation K of seed S is always the same.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from click.testing import CliRunner, Result

from symhdl.cli import main as symhdl
from symhdl.compiler import compile
from symhdl.documents import json_text, sha256
from symhdl.flow.synthesis import Synthesis
from symhdl.manifest import digest_of

TOP = "top"
ENDS = (".datapath", ".operators", ".json", ".breakdown")
ROWS = "x,a\n0.5,1\n-1,0.25\n0.123,-0.5\n0.99,0.99\n"
COMPILE = ("compile", "--expr", "x", "--range", "0:1", "--width", "4")
STATUSES = frozenset({0, 1, 2, 4})
LONGEST_S = 20.0
SOURCES = ("y = x*sin(a)", "y = x*(1 - x) + a; z = max(x, a)", "y = floor(4*x)*exp(a)")

NUMBERS = (
    "0",
    "-1",
    "1",
    "2",
    "7",
    "255",
    "65536",
    "1e999",
    "1e-9",
    "-0",
    "9" * 50,
    "0x" + "f" * 200,
)
PIECES = (
    "\0", "\ud7ff", "\u202e", "\x1b[2J", '"', "\\", "\\ud800", "%", "@", "{", "}", "[", "]", ",", "\n", " ", "p=", "..",
)  # fmt: skip
VALUES = (
    "null", "true", "[]", "{}", '""', '"\\u0000"', '"\\ud800"', '"../x.v"', '"/etc/passwd"', '["a\\u0000b"]', "NaN",
    "-Infinity", "1e999", "9" * 5000, "[" * 500 + "]" * 500, "[" * 100_000, '"' + "x" * 100_000 + '"',
    '{"a": 1, "a": 2}',
    '["' + "y" * 300 + '"]', '["top.v", "top.v"]', '["."]', '["top.json"]', "0.1", "-3", '[["x"]]', '[{"name": 1}]',
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """A mutation and what must not have come of it."""

    number: int
    end: str
    what: str


# --- mutations ------------------------------------------------------------------------------------


def _number(text: str, chance: random.Random) -> str:
    """Another number in place of one."""
    places = [*re.finditer(r"-?\d+", text)]
    place = chance.choice(places)
    value = int(place[0][:300]) if chance.random() < 0.6 else None
    near = str(value + chance.choice((-2, -1, 1, 2, 16))) if value is not None else None
    return text[: place.start()] + (near or chance.choice(NUMBERS)) + text[place.end() :]


def _piece(text: str, chance: random.Random) -> str:
    place = chance.randrange(len(text))
    return text[:place] + chance.choice(PIECES) + text[place + chance.randrange(3) :]


def _line(text: str, chance: random.Random) -> str:
    """A line less, twice, or in the place of another."""
    lines = text.split("\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    kind = chance.randrange(3)
    if kind == 0:
        del lines[one]
    elif kind == 1:
        lines.insert(other, lines[one])
    else:
        lines[one], lines[other] = lines[other], lines[one]
    return "\n".join(lines)


def _word(text: str, chance: random.Random) -> str:
    """A word in place of another one of the text."""
    words = [*re.finditer(r"[A-Za-z_]{2,}", text)]
    one, other = chance.choice(words), chance.choice(words)
    return text[: one.start()] + other[0] + text[one.end() :]


def _value(text: str, chance: random.Random) -> str:
    """A value of another kind behind a key of the manifest, or for an entry of a list."""
    places = [*re.finditer(r'(?<=": )("[^"\n]*"|-?[\d.e-]+|true|false)|(?<=    )"[^"\n]*"', text)]
    if not places:
        return _number(text, chance)
    place = chance.choice(places)
    return text[: place.start()] + chance.choice(VALUES) + text[place.end() :]


def _cut(text: str, chance: random.Random) -> str:
    return text[: chance.randrange(len(text))]


def _unit(text: str, chance: random.Random) -> str:
    """Something else in a line that speaks of a unit of the device or of a latency."""
    lines = text.split("\n")
    places = [n for n, line in enumerate(lines) if re.search(r"\bunit |latency=", line)]
    if not places:
        return _line(text, chance)
    place = chance.choice(places)
    line, one = lines[place], None
    match chance.randrange(4):
        case 0:
            line = _number(line, chance)
        case 1:
            word = r'"[^" ]*"|latency=\d+|null|true|false'
            one, other = (chance.choice([*re.finditer(word, line)] or [None]) for _ in "ab")
            if one is not None and other is not None:
                line = line[: one.start()] + other[0] + line[one.end() :]
        case 2:
            one = chance.choice([*re.finditer(r"(?<=[:\[] )[^,{}\[\]]+", line)] or [None])
            if one is not None:
                line = line[: one.start()] + chance.choice(VALUES[:16]) + line[one.end() :]
        case _:
            line = re.sub(r' unit "\w+"', chance.choice(("", ' unit "x"', ' unit "DP16KD"')), line)
    lines[place] = line
    return "\n".join(lines)


_DATAPATH = (_unit, _unit, _number, _number, _number, _piece, _line, _word, _cut)
_JSON = (_value, _value, _value, _number, _piece, _line, _word, _cut)
KINDS: dict[str, tuple[Callable[[str, random.Random], str], ...]] = {
    ".datapath": _DATAPATH,
    ".operators": _DATAPATH,
    ".json": _JSON,
    ".breakdown": _JSON,
}


def mutated(text: str, end: str, chance: random.Random) -> str:
    """The text with a change or a few."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        if text:
            text = chance.choice(KINDS[end])(text, chance) if len(text) > 20 else text + "x"
    return text


def deceive(folder: Path) -> None:
    """Makes the digests fit, as far as there is a manifest that can have some."""
    place = folder / f"{TOP}.json"
    try:
        document = json.loads(place.read_text(errors="replace"))
        for name in document["sha256"]:
            if (folder / name).is_file():
                document["sha256"][name] = sha256((folder / name).read_bytes())
        document["digest"] = digest_of(document)
        place.write_text(json_text(document))
    except (ValueError, KeyError, TypeError, RecursionError, OSError, AttributeError):
        pass


# --- commands -------------------------------------------------------------------------------------


def stand_ins() -> Iterator[mock._patch[object]]:
    """What stands for the external tools."""
    yield mock.patch("symhdl.commands.verify.verilog_differences", lambda *_, **__: ())
    yield mock.patch("symhdl.commands.verify.find_tool", lambda _: None)
    figures = Synthesis(luts=1, ffs=2, dsps=0, brams=0, carries=0, fmax_mhz=100.0, tool="none")
    yield mock.patch("symhdl.commands.synth.synthesize", lambda *_, **__: figures)


def run(*words: str, rows: str | None = None) -> Result:
    """A command in this process."""
    return CliRunner().invoke(symhdl, words, input=rows)


def commands(folder: Path) -> dict[str, Result]:
    """What every command says of the design in the folder; `synth` and `compile` come last, because they write."""
    place = str(folder)
    return {
        "simulate": run("simulate", place, "--input", "-", rows=ROWS),
        "verify": run("verify", place, "--vectors", "20"),
        "report": run("report", place, "--all"),
        "report --json": run("report", place, "--json", "--trust"),
        "verify --trust": run("verify", place, "--vectors", "20", "--trust"),
        "synth": run("synth", place, "--device", "ecp5-25k"),
        "compile": run(*COMPILE, "-o", place),
    }


def wrong(results: dict[str, Result], right: Result, deceived: bool) -> Iterator[str]:
    """What must not be."""
    for name, result in results.items():
        if result.exit_code not in STATUSES:
            yield f"{name} ends with {result.exit_code}: {result.output[:500]!r}"
    model = results["simulate"]
    if model.exit_code == 0 and model.stdout != right.stdout:
        if not deceived:
            yield f"simulate gives other numbers in silence: {model.output[:200]!r}"
        elif results["verify"].exit_code == 0:
            yield f"simulate gives other numbers, and verify says nothing: {model.output[:200]!r}"
    if not deceived and model.exit_code == 0 and results["synth"].exit_code == 1:
        yield f"simulate trusts what synth does not: {results['synth'].output[:200]!r}"


def tried(number: int, end: str, seed: int, folder: Path, outcomes: Counter[str]) -> list[Finding]:
    """One mutation."""
    chance = random.Random(f"{seed}/{end}/{number}")  # noqa: S311 - no secret
    place = folder / str(number % len(SOURCES))
    kept = {file: file.read_bytes() for file in place.iterdir()}
    right = run("simulate", str(place), "--input", "-", rows=ROWS)
    changed = place / f"{TOP}{end}"
    text = mutated(changed.read_text(), end, chance)
    changed.write_text(text, errors="replace")
    deceived = chance.random() < 0.5
    if deceived:
        deceive(place)
    begun = time.monotonic()
    results = commands(place)
    found = [Finding(number, end, what) for what in wrong(results, right, deceived)]
    if time.monotonic() - begun > LONGEST_S:
        found.append(Finding(number, end, "the commands take too long"))
    for name, result in results.items():
        told = re.search(r"(?:error|warning)\[[\w-]+\]", result.output)
        outcomes[f"{end:9}  {name:15} {result.exit_code}  {told[0] if told else ''}"] += 1
    for file in place.iterdir():
        if file not in kept:
            found.append(Finding(number, end, f"{file.name} is left"))
            file.unlink()
    for file, content in kept.items():
        file.write_bytes(content)
    return found


def fuzzed(count: int, seed: int, folder: Path) -> tuple[Counter[str], list[Finding]]:
    """What came of so many mutations of each file, and what must not have."""
    for number, source in enumerate(SOURCES):
        compile(source, ranges=(-1, 1), width=7, device="ecp5-25k").write(folder / str(number))
    outcomes: Counter[str] = Counter()
    found: list[Finding] = []
    patches = [*stand_ins()]
    for patch in patches:
        patch.start()
    try:
        for end in ENDS:
            for number in range(count):
                found += tried(number, end, seed, folder, outcomes)
    finally:
        for patch in patches:
            patch.stop()
    return outcomes, found


def main() -> None:
    """Tries, prints, and tells by the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcomes, found = fuzzed(given.count, given.seed, Path(folder))
    for outcome, count in sorted(outcomes.items()):
        print(f"{count:6}  {outcome}")
    for finding in found:
        print(f"\nmutation {finding.number} of {finding.end}, seed {given.seed}: {finding.what}")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
