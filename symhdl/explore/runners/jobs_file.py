"""Files of jobs, one a line, which batch systems do in shards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

import msgspec

from symhdl.documents import read_json
from symhdl.errors import SymhdlError, error, shortened
from symhdl.explore.equation import Equation
from symhdl.explore.job import BY_INPUT, Far, Job, job_of
from symhdl.explore.plan import check_contents
from symhdl.explore.row import OUTPUTS_AT
from symhdl.explore.work import chosen_of
from symhdl.files.reading import opened
from symhdl.options import OF_ONE_DESIGN, TABLE

SUFFIX = ".jsonl"
LONGEST_LINE = 16 * 1024 * 1024


class _Document(TypedDict):
    """What a line holds."""

    equation: Equation
    options: dict[str, str | list[str] | dict[str, str]]
    contents: list[str]
    far: Far
    figures: dict[str, str]


def read_jobs(path: Path) -> list[Job]:
    """The jobs of a file. Raises SymhdlError if it is none, or if files that the jobs name have changed since."""
    jobs = list(_jobs(path))
    sets = {job.options: (number, job) for number, job in reversed([*enumerate(jobs, 1)])}
    for number, job in sets.values():
        try:
            chosen_of(job)
        except SymhdlError as problem:
            raise _no_job(path, number, problem.diagnostics[0].message) from None
    check_contents(jobs, {})
    return jobs


def _jobs(path: Path) -> Iterator[Job]:
    with opened(path, str(path)) as raw, open(raw.fileno(), "rb", closefd=False) as file:
        for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE), b""), 1):
            try:
                yield _job_of(line.decode())
            except (ValueError, RecursionError, msgspec.ValidationError) as problem:
                raise _no_job(path, number, str(problem)) from None


def _job_of(line: str) -> Job:
    """The job of a line, which may be a stranger's. Raises ValueError, msgspec.ValidationError."""
    document = read_json(line)
    checked = msgspec.convert(document, _Document)
    for name, value in checked["options"].items():
        if (
            name not in TABLE
            or name in OF_ONE_DESIGN
            or not isinstance(value, _kind(name))
            or not value
        ):
            raise ValueError(f"not an option: {name}")
    if OUTPUTS_AT in checked["figures"]:
        raise ValueError(f"not a figure: {OUTPUTS_AT}")
    equation = checked["equation"]
    if not (0 < equation.line <= LONGEST_LINE and 0 < equation.column <= LONGEST_LINE):
        raise ValueError("there is no such line or column")
    assert isinstance(document, dict), "a checked document is an object; please report this"
    return job_of(document)


def _kind(name: str) -> type:
    """What holds the value of an option."""
    if name in BY_INPUT:
        return dict
    return list if TABLE[name].several else str


def _no_job(path: Path, number: int, why: str) -> SymhdlError:
    text = f"{path}:{number}: this line is no job: {shortened(why, 100)}"
    return error("bad-jobs", text, help="have the file written again: symhdl explore ... --emit")
