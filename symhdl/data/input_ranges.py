"""Ranges of inputs from data: minimum and maximum with a margin, or quantiles at which the input is held."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from fractions import Fraction

from symhdl.data.statistics import SpooledNumbers
from symhdl.data.table import Chunk, Missing, Table
from symhdl.errors import Diagnostic, error, warning

Range = tuple[Fraction, Fraction]


@dataclass(frozen=True, slots=True)
class RangeOptions:
    """How data become ranges.

    `margin` is the share of its width by which a range grows at both ends. Beyond the two `quantiles`, shares of the
    rows, an input is held.
    """

    margin: Fraction = Fraction(0)
    quantiles: tuple[Fraction, Fraction] | None = None
    missing: Missing = "refuse"


@dataclass(frozen=True, slots=True)
class DataRanges:
    """What the data say of the inputs: all that they can be, and where they are held."""

    ranges: tuple[tuple[str, Range], ...] = ()
    saturations: tuple[tuple[str, Range], ...] = ()
    warnings: tuple[Diagnostic, ...] = ()


@dataclass(slots=True)
class _Seen:
    """What is known of an input after the rows so far; its numbers only if quantiles are wanted."""

    low: float = math.inf
    high: float = -math.inf
    numbers: SpooledNumbers | None = None

    @property
    def range(self) -> Range:
        return Fraction(self.low), Fraction(self.high)


@dataclass(slots=True)
class _Survey:
    """The rows of all tables, gone through once; what is open is closed by `opened`."""

    options: RangeOptions
    opened: ExitStack
    seen: dict[str, _Seen] = field(default_factory=dict)
    skipped: int = 0

    def add(self, chunk: Chunk, names: Collection[str]) -> None:
        self.skipped += chunk.skipped
        for name in names if chunk.rows else ():
            numbers = chunk.columns[name]
            seen = self.seen.get(name)
            if seen is None:
                seen = self.seen[name] = _Seen()
                if self.options.quantiles is not None:
                    seen.numbers = self.opened.enter_context(closing(SpooledNumbers()))
            seen.low = min(seen.low, float(numbers.min()))
            seen.high = max(seen.high, float(numbers.max()))
            if seen.numbers is not None:
                seen.numbers.append(numbers)


def ranges_of_data(
    tables: Sequence[Table],
    inputs: Sequence[str],
    wanted: Collection[str],
    needed: Collection[str],
    options: RangeOptions,
) -> DataRanges:
    """The ranges of the inputs `wanted`, over all tables; each has columns for some of the `inputs` at least.

    Raises SymhdlError for what the tables cannot give: columns for the inputs `needed`, numbers.
    """
    names = [name for name in inputs if name in wanted]
    if not names or not tables:
        return DataRanges()
    with ExitStack() as opened:
        survey = _Survey(options, opened)
        warnings: list[Diagnostic] = []
        for table in tables:
            asked = _asked(table, inputs, names)
            for chunk in table.chunks(asked, options.missing):
                survey.add(chunk, [name for name in asked if name in wanted])
            warnings += [*table.warnings, *table.warnings_for(asked)]
        if survey.skipped and not survey.seen:
            text = f"every row of {', '.join(table.name for table in tables)} has a missing value"
            raise error("bad-data", text, help="give rows that have a number for every input")
        missing = [name for name in names if name not in survey.seen and name in needed]
        if missing:
            raise tables[0].without(missing)
        if survey.skipped:
            text = f"{survey.skipped} rows with missing values were left out"
            warnings.append(warning("skipped-rows", text))
        return _found(survey, options, warnings)


def _asked(table: Table, inputs: Sequence[str], names: Sequence[str]) -> Sequence[str]:
    """What to ask a table for: the inputs that it names, else all inputs in their order."""
    there = table.named(names)
    return there if there and (len(there) == len(names) or not table.counted) else inputs


def _found(survey: _Survey, options: RangeOptions, warnings: list[Diagnostic]) -> DataRanges:
    ranges: dict[str, Range] = {}
    saturations: dict[str, Range] = {}
    for name, seen in survey.seen.items():
        if seen.numbers is None or options.quantiles is None:
            ranges[name] = _wider(seen.range, options.margin)
            continue
        held = _wider(_between(seen.numbers, options.quantiles), options.margin)
        ranges[name] = min(seen.range[0], held[0]), max(seen.range[1], held[1])
        saturations[name] = held
        warnings.append(_told(name, seen, seen.numbers, held))
    return DataRanges(tuple(ranges.items()), tuple(saturations.items()), tuple(warnings))


def _wider(found: Range, margin: Fraction) -> Range:
    room = (found[1] - found[0]) * margin
    return found[0] - room, found[1] + room


def _between(numbers: SpooledNumbers, quantiles: tuple[Fraction, Fraction]) -> Range:
    """The numbers between which the quantiles lie: at most these shares of the rows lie outside, at either end."""
    below = math.floor(quantiles[0] * numbers.count)
    above = math.floor((1 - quantiles[1]) * numbers.count)
    low, high = numbers.ordered(below), numbers.ordered(numbers.count - 1 - above)
    return Fraction(low), Fraction(high)


def _told(name: str, seen: _Seen, numbers: SpooledNumbers, held: Range) -> Diagnostic:
    low, high = float(held[0]), float(held[1])
    below, above = numbers.outside(low, high)
    text = (
        f"input `{name}` is held between {low:.6g} and {high:.6g}: "
        f"of {numbers.count} rows, {below} lie below and {above} above"
    )
    note = (
        f"all lie in [{seen.low:.6g}, {seen.high:.6g}]; the error bound is that for the held input"
    )
    return warning("saturated-input", text, notes=(note,))
