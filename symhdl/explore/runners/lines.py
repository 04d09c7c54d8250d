"""Jobs and rows as lines of text: one document of JSON a line, in ASCII."""

from __future__ import annotations

import json

from symhdl.documents import Json, read_json
from symhdl.explore.job import Job, job_of
from symhdl.explore.row import Row, row_of_document


def line_of(what: Job | Row) -> str:
    """A job or a row in one line, with its line end."""
    return json.dumps(what.document(), separators=(",", ":"), allow_nan=False) + "\n"


def job_of_line(line: str) -> Job:
    """The job of a line. Raises ValueError for what is none."""
    return job_of(_document(line))


def row_of_line(line: str) -> Row:
    """The row of a line. Raises ValueError for what is none."""
    return row_of_document(_document(line))


def _document(line: str) -> dict[str, Json]:
    document = read_json(line)
    if not isinstance(document, dict):
        raise ValueError("not an object")
    return document
