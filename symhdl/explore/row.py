"""A row of an exploration: a design that was made, or why there is none."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Literal, cast

import msgspec

from symhdl.arguments import EVERY
from symhdl.documents import Json
from symhdl.explore.job import Job, Text
from symhdl.options import TABLE

Status = Literal["done", "failed", "cut"]

ESTIMATED = "estimate"
COLUMNS = (
    "class", "complexity", "loss", "status", "error_bound", "luts", "ffs", "dsps", "brams", "cycles", "ns", "equation",
)  # fmt: skip
"""The columns that every table of rows begins with; swept options and figures on data follow."""

HELP = "= help: "
"""What stands before the remedy in a message."""

INTERNAL, ENDED = "internal", "worker-ended"
"""Failures for which no user is to blame: a mistake of symhdl's, and a process that ended with its work undone."""

NOT_FOR_GOOD = frozenset({INTERNAL, ENDED, "tool-missing", "out-of-memory"})
"""Failures that another run may not have, so that it tries again."""


OUTPUTS_AT = "outputs_at"
"""The figure of a job that names a file of rows, and has the outputs there be in its row."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """The integers of the only output at rows, and their fractional bits."""

    integers: tuple[int, ...]
    fraction: int


@dataclass(frozen=True, slots=True)
class Row:
    """A design: what the search says of its equation, and what was found out.

    `status` is `failed` where there is no design, and `diagnostic` then the name of what is wrong with the whole
    `message`, and `cut` where a limit of time ended a search. `error_bound` is proved and absolute; `ns` is the time
    from inputs to outputs at the clock that is reached; `measured` names the tools that tell luts, ffs, dsps and brams.
    `options` are those of the job that may be swept, `figures` those on data, by name. `outputs` are there where they
    were asked for.
    """

    digest: str
    class_name: str
    complexity: int | None
    loss: float | None
    status: Status
    equation: str
    error_bound: float | None = None
    luts: int | None = None
    ffs: int | None = None
    dsps: int | None = None
    brams: int | None = None
    cycles: int | None = None
    ns: float | None = None
    measured: str = ESTIMATED
    options: tuple[tuple[str, str], ...] = ()
    figures: tuple[tuple[str, float], ...] = ()
    diagnostic: str = ""
    message: str = ""
    seconds: float = 0.0
    outputs: Outputs | None = None

    @staticmethod
    def of(job: Job, status: Status) -> Row:
        """What a row has of its job alone."""
        equation = job.equation
        return Row(
            job.digest(),
            equation.class_name,
            equation.complexity,
            equation.loss,
            status,
            equation.shown or equation.text,
            options=tuple((name, _said(text)) for name, text in job.options if TABLE[name].swept),
        )

    @staticmethod
    def failure(job: Job, diagnostic: str, message: str) -> Row:
        """The row of a job that has no design, and why."""
        return replace(Row.of(job, "failed"), diagnostic=diagnostic, message=message)

    @property
    def trouble(self) -> str:
        """Why there is no design, in one line; empty if there is one."""
        lines = self.message.strip().split("\n")
        line = lines[-1 if self.diagnostic == INTERNAL else 0]
        return line.removeprefix(f"error[{self.diagnostic}]: ")

    @property
    def remedy(self) -> str:
        """What can be done about that, in one line; empty if nothing is known."""
        lines = (line.strip() for line in self.message.split("\n"))
        return next((line.removeprefix(HELP) for line in lines if line.startswith(HELP)), "")

    def values(self) -> dict[str, Json]:
        """The row by its columns, those of `COLUMNS` first; None for what is not known."""
        return dict(self._pairs())

    def _pairs(self) -> Iterator[tuple[str, Json]]:
        for column in COLUMNS:
            yield column, getattr(self, "class_name" if column == "class" else column)
        yield from self.options
        yield from self.figures
        yield "measured", self.measured
        yield "diagnostic", self.diagnostic
        yield "message", self.message
        yield "seconds", self.seconds
        yield "digest", self.digest

    def document(self) -> dict[str, Json]:
        """The row as JSON, of which `row_of_document` makes it again."""
        pairs = {"options": dict(self.options), "figures": dict(self.figures)}
        document = {**asdict(self), **pairs}
        if self.outputs is None:
            del document["outputs"]
        return cast("dict[str, Json]", document)


def _said(text: Text) -> str:
    """What was given for an option, in one text."""
    return text if isinstance(text, str) else ", ".join(map(_said_one, text))


def _said_one(entry: str | tuple[str, str]) -> str:
    return entry if isinstance(entry, str) else "=".join(entry).removeprefix(f"{EVERY}=")


def row_of_document(document: Mapping[str, Json]) -> Row:
    """The row of a document that `Row.document` made, or a stranger. Raises ValueError for what is none."""
    try:
        pairs = {
            name: [*cast("dict[str, Json]", document[name]).items()]
            for name in ("options", "figures")
        }
        row = msgspec.convert({**document, **pairs}, Row)
        own = {field.name for field in fields(Row)} | {"class"}
        names = [name for name, _ in (*row.options, *row.figures)]
        if len({*names} - own) < len(names):
            raise ValueError("no row: options and figures are called as other columns are")
        json.dumps(row.document(), ensure_ascii=False).encode()
    except (KeyError, AttributeError, UnicodeEncodeError, msgspec.ValidationError) as problem:
        raise ValueError(f"no row: {problem}") from None
    return row
