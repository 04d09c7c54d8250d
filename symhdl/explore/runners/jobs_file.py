"""Files of jobs, one a line, which batch systems do in shards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from symhdl.errors import SymhdlError, error, shortened
from symhdl.explore.job import Job
from symhdl.explore.plan import check_contents
from symhdl.explore.runners.lines import job_of_line
from symhdl.files.reading import opened

SUFFIX = ".jsonl"
LONGEST_LINE = 16 * 1024 * 1024


def read_jobs(path: Path) -> list[Job]:
    """The jobs of a file. Raises SymhdlError if it is none, or if files that the jobs name have changed since."""
    jobs = list(_jobs(path))
    check_contents(jobs, {})
    return jobs


def _jobs(path: Path) -> Iterator[Job]:
    with opened(path, str(path)) as raw, open(raw.fileno(), "rb", closefd=False) as file:
        for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE), b""), 1):
            try:
                yield job_of_line(line.decode())
            except (ValueError, RecursionError) as problem:
                raise _no_job(path, number, problem) from None


def _no_job(path: Path, number: int, problem: Exception) -> SymhdlError:
    text = f"{path}:{number}: this line is no job: {shortened(str(problem), 100)}"
    return error("bad-jobs", text, help="have the file written again: symhdl explore ... --emit")
