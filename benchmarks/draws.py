"""What the benchmarks over records of the corpora have in common: their options, and the records that they draw."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.corpus import CORPUS
from benchmarks.problems import EVERY_DIALECT, Problem, chosen_problems


def parser_of(
    name: str, description: str | None, *, seeded: str, output_width: int = 10
) -> argparse.ArgumentParser:
    """The options that all of them have; `seeded` is what the seed decides."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=description)
    add = parser.add_argument
    add("--seed", type=int, default=1, help=f"of {seeded} (default 1)")
    add("--width", type=int, default=12, help="bits of inputs (default 12)")
    add(
        "--output-width", type=int, default=output_width,
        help=f"bits of outputs (default {output_width})",
    )  # fmt: skip
    add("--corpus", type=Path, default=CORPUS, help="folder of the corpora")
    return parser


def add_draw(parser: argparse.ArgumentParser) -> None:
    """The options of those that take all records unless told otherwise, at a level of optimisation."""
    add = parser.add_argument
    add("--count", type=int, default=10_000, help="how many records are drawn (default all)")
    add("--record", action="append", metavar="ID", help="of those drawn only this (repeatable)")
    add("--level", type=int, choices=(0, 1, 2), default=1, help="optimisation level (default 1)")


def drawn_problems(given: argparse.Namespace) -> list[Problem]:
    """The records that these options ask for."""
    drawn = chosen_problems(given.corpus, given.count, given.seed, EVERY_DIALECT)
    return [each for each in drawn if not given.record or each.id in given.record]
