"""Mutated files of data through `compile --data` and `simulate --input`: read or refused, in bounded time and memory.

What has a check sum gives the same result or none. As a program it runs as many as wanted of each kind:
python -m tests.fuzz_data [--count N] [--seed N] [--kind NAME]
"""

from __future__ import annotations

import argparse
import faulthandler
import gzip
import io
import json
import random
import re
import struct
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

import numpy as np
from click.testing import CliRunner

from symhdl.cli import main as command_line
from tests.work import peak_megabytes

SECONDS = 20
MEGABYTES = 1000
NUMBERS = np.random.default_rng(1).integers(-99, 99, (40, 2)) / 8
Mutation = Callable[[random.Random, bytes], bytes]

EXTREMES = (
    0,
    1,
    2,
    7,
    8,
    14,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0xFFFF,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFF,
    2**63,
    2**64 - 1,
)
"""What counts, sizes, places and methods are changed to."""  # fmt: skip

SCRAPS = (
    "", " ", "1", "-0", "1e999", "1e-999", "nan", "NA", "inf", "0x10", "1_0", "1,5", "1.234", '"', '""', '"1"', '"1',
    "#", "# x", "\t", ";", "|", ",", ",,,,", "\n", "\r", "\0", "\ufeff", "é", "\ud800", "\u2028", "9" * 5000, "a", "b",
    "sep=;\n", "," * 3000, "\n" * 3000, '"' * 3000, " " * 3000, "x" * 3000, "=cmd|' /C calc'!A0",
)  # fmt: skip

HEADERS = (
    (b"PK\x03\x04", ((4, 2), (6, 2), (8, 2), (14, 4), (18, 4), (22, 4), (26, 2), (28, 2))),
    (b"PK\x01\x02", ((4, 2), (6, 2), (8, 2), (10, 2), (16, 4), (20, 4), (24, 4), (28, 2), (30, 2), (32, 2), (42, 4))),
    (b"PK\x05\x06", ((4, 2), (6, 2), (8, 2), (10, 2), (12, 4), (16, 4), (20, 2))),
)  # fmt: skip
"""The records of a ZIP file, by their marks, with the places and lengths of their fields."""


def _bytes_changed(choose: random.Random, content: bytes) -> bytes:
    """Bytes flipped, cut, repeated, inserted, or taken from elsewhere."""
    start = choose.randrange(len(content) + 1)
    end = min(len(content), start + choose.choice((1, 1, 2, 4, 8, 100)))
    before, between, after = content[:start], content[start:end], content[end:]
    match choose.randrange(8):
        case 0:
            return before + bytes(b ^ 1 << choose.randrange(8) for b in between) + after
        case 1:
            return before + choose.randbytes(len(between)) + after
        case 2:
            return before + after
        case 3:
            return before
        case 4:
            return before + between * choose.choice((2, 3, 1000)) + after
        case 5:
            return before + choose.choice((b"\0", b"\xff", choose.randbytes(4))) + content[start:]
        case 6:
            number = choose.choice(EXTREMES).to_bytes(8, "little")[: len(between)]
            return before + number + content[start + len(number) :]
        case _:
            other = choose.randrange(len(content) + 1)
            return before + content[other : other + 50] + after


def _text_changed(choose: random.Random, content: bytes) -> bytes:
    """A CSV file by its grammar: fields, delimiters, lines and quotes."""
    rows = [line.split(b",") for line in content.split(b"\n")]
    row = choose.randrange(len(rows))
    cell = choose.randrange(len(rows[row]))
    scrap = choose.choice(SCRAPS).encode("utf-8", "surrogatepass")
    other = choose.choice(choose.choice(rows))
    delimiter, end = b",", b"\n"
    match choose.randrange(8):
        case 0:
            rows[row][cell] = scrap
        case 1:
            rows[row][cell] += choose.choice((scrap, b" ", b"0", b"e1"))
        case 2:
            rows[row][cell] = other
        case 3:
            del rows[row : row + choose.choice((1, 2, 20))]
        case 4:
            rows[row:row] = rows[: choose.choice((1, 2, 4))]
        case 5:
            delimiter = choose.choice((b";", b"\t", b"|", b" ", b" , "))
        case 6:
            rows = [[choose.choice((b'"%b"', b"%b", b" %b ")) % c for c in line] for line in rows]
        case _:
            end = choose.choice((b"\r\n", b"\r", b"\n\n", b"\n# x\n"))
    return end.join(delimiter.join(line) for line in rows)


def _header_changed(choose: random.Random, content: bytes) -> bytes:
    """A .npy file whose header says something else, at its right length."""
    length = int.from_bytes(content[8:10], "little")
    header, body = content[10 : 10 + length].decode("latin-1"), content[10 + length :]
    found = list(re.finditer(r"\d+|'[<>|][a-zA-Z]\d+'|True|False|\(|\)|,|'\w+'", header))
    if not found:
        return content
    one = choose.choice(found)
    new = choose.choice(
        (
            "-1", "0", "1", "3", str(10**9), str(2**63), str(10**30), "9" * 5000, "'|O'", "'<U9'", "'|V0'", "'|S0'",
            "'<f2'", "'<c16'", "'<M8[s]'", "True", "False", "(", ")", "()", ",", "((((((", "-" * 3000, "'a'", "1e3",
        )
    )  # fmt: skip
    header = header[: one.start()] + new + header[one.end() :]
    return content[:8] + struct.pack("<H", len(header) % 65536) + header.encode("latin-1") + body


def _fields_changed(choose: random.Random, content: bytes) -> bytes:
    """A ZIP file with a field of one of its records changed."""
    mark, fields = choose.choice(HEADERS)
    places = [found.start() for found in re.finditer(re.escape(mark), content)]
    if not places:
        return content
    offset, length = choose.choice(fields)
    start = choose.choice(places) + offset
    number = choose.choice((choose.choice(EXTREMES), choose.randrange(200)))
    return content[:start] + number.to_bytes(8, "little")[:length] + content[start + length :]


def _inside(mutation: Mutation) -> Mutation:
    """The same in what a gzip file holds, with a right check sum."""
    return lambda choose, content: gzip.compress(mutation(choose, _unpacked(content)), 1, mtime=0)


def _unpacked(content: bytes) -> bytes:
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        return content


def _array_inside(choose: random.Random, _: bytes) -> bytes:
    """A .npz file with a right check sum for an array whose header or bytes are changed."""
    stream = io.BytesIO()
    names = choose.choice(("ab", "ba", "aé", "a/"))
    with zipfile.ZipFile(stream, "w", choose.choice((0, 8))) as archive:
        for name in names:
            change = choose.choice((_header_changed, _bytes_changed))
            archive.writestr(name + ".npy", change(choose, _npy(NUMBERS[:, 0])))
    return stream.getvalue()


def _npy(array: np.typing.ArrayLike) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def _npz(save: Callable[..., None]) -> bytes:
    stream = io.BytesIO()
    save(stream, a=NUMBERS[:, 0], b=NUMBERS[:, 1])
    return stream.getvalue()


def _parquet() -> bytes:
    parquet, arrow = import_module("pyarrow.parquet"), import_module("pyarrow")
    stream = io.BytesIO()
    table = arrow.table({"a": NUMBERS[:, 0], "b": NUMBERS[:, 1], "label": ["x"] * len(NUMBERS)})
    parquet.write_table(table, stream, row_group_size=25, write_page_checksum=True)
    return stream.getvalue()


def _csv() -> bytes:
    return ("a,b\n" + "".join(f"{a},{b}\n" for a, b in NUMBERS.tolist())).encode()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: an example, what may happen to it, and whether check sums tell of it."""

    example: Callable[[], bytes]
    mutations: tuple[Mutation, ...]
    sealed: bool = False


RECORDS = np.array([tuple(row) for row in NUMBERS.tolist()], dtype=[("a", "f8"), ("b", "f4")])
KINDS = {
    "csv": Kind(_csv, (_bytes_changed, _text_changed, _text_changed)),
    "csv.gz": Kind(lambda: gzip.compress(_csv(), mtime=0), (_bytes_changed,), sealed=True),
    "repacked.gz": Kind(lambda: gzip.compress(_csv(), mtime=0), (_inside(_text_changed),)),
    "npy": Kind(lambda: _npy(NUMBERS), (_bytes_changed, _header_changed)),
    "records.npy": Kind(lambda: _npy(RECORDS), (_bytes_changed, _header_changed)),
    "npz": Kind(lambda: _npz(np.savez), (_bytes_changed, _fields_changed), sealed=True),
    "packed.npz": Kind(lambda: _npz(np.savez_compressed), (_bytes_changed, _fields_changed), sealed=True),
    "repacked.npz": Kind(lambda: _npz(np.savez), (_array_inside,)),
    "parquet": Kind(_parquet, (_bytes_changed,)),
}  # fmt: skip


@dataclass(slots=True)
class Fuzzer:
    """Runs the commands over mutated files in a folder, and keeps what went wrong."""

    folder: Path
    problems: list[str] = field(default_factory=list)
    read: int = 0
    refused: int = 0
    slowest: float = 0.0

    def run(self, name: str, count: int, seed: int) -> None:
        """So many mutations of one kind, the same ones for the same seed."""
        kind = KINDS[name]
        original = kind.example()
        wanted = self._results(name, original)
        assert all(status == 0 for status, _, _ in wanted), wanted
        for index in range(count):
            choose = random.Random(f"{name} {seed} {index}")  # noqa: S311 - no secret
            content = original
            for _ in range(choose.choice((1, 1, 1, 2, 4))):
                content = choose.choice(kind.mutations)(choose, content) or b"\0"
            for found, right in zip(self._results(name, content), wanted, strict=True):
                status, result, told = found
                self.read += status == 0
                self.refused += status != 0
                if status not in (0, 1, 2, 3):
                    self.problems.append(f"{name} {index}: status {status}\n{told}")
                elif kind.sealed and status == 0 and not told and result != right[1]:
                    self.problems.append(
                        f"{name} {index}: {result:.200} instead of {right[1]:.200}"
                    )

    def _results(self, name: str, content: bytes) -> list[tuple[int, str, str]]:
        """Exit status, result and messages of both commands."""
        path = self.folder / f"mutated.{name}"
        path.write_bytes(content)
        design = str(self.folder / "design")
        commands = (
            ["compile", "--expr", "y = a + b", "--data", str(path), "--json", "--opt", "0"],
            ["simulate", design, "--input", str(path), "--integers"],
        )
        return [self._result(words) for words in commands]

    def _result(self, words: list[str]) -> tuple[int, str, str]:
        began = time.process_time()
        faulthandler.dump_traceback_later(20 * SECONDS, exit=True)
        done = CliRunner().invoke(command_line, words)
        faulthandler.cancel_dump_traceback_later()
        seconds = time.process_time() - began
        self.slowest = max(self.slowest, seconds)
        if seconds > SECONDS:
            self.problems.append(f"{words} took {seconds:.1f} s")
        result = done.stdout
        if words[0] == "compile" and done.exit_code == 0:
            result = str([entry["range"] for entry in json.loads(result)["inputs"]])
        return done.exit_code, result, done.stderr


def fuzz(count: int, seed: int, names: list[str], folder: Path) -> Fuzzer:
    """So many mutations of each kind."""
    fuzzer = Fuzzer(folder)
    words = ["compile", "--expr", "y = a + b", "--range", "-20:20", "-o", str(folder / "design")]
    assert CliRunner().invoke(command_line, words).exit_code == 0, "the design was not written"
    for name in names:
        fuzzer.run(name, count, seed)
    return fuzzer


def main() -> None:
    """Prints what went wrong, and the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=KINDS)
    options = parser.parse_args()
    faulthandler.enable()
    names = [options.kind] if options.kind else list(KINDS)
    with tempfile.TemporaryDirectory() as folder:
        fuzzer = fuzz(options.count, options.seed, names, Path(folder))
    for problem in fuzzer.problems[:20]:
        print(problem, end="\n\n")
    print(
        f"seed {options.seed}: {fuzzer.read:,} read, {fuzzer.refused:,} refused, "
        f"{len(fuzzer.problems)} problems, slowest {fuzzer.slowest:.2f} s, peak {peak_megabytes()} MB"
    )
    sys.exit(bool(fuzzer.problems) or peak_megabytes() > MEGABYTES)


if __name__ == "__main__":
    main()
