"""The pages of the designs on a front, which are made again for that: a store keeps the figures of designs alone."""

from __future__ import annotations

from collections.abc import Sequence

from symhdl.budget import Progress
from symhdl.errors import SymhdlError
from symhdl.explore.front import on_front
from symhdl.explore.job import Job
from symhdl.explore.row import Row
from symhdl.explore.work import Workshop


def pages_of(
    jobs: Sequence[Job], rows: Sequence[Row], axes: Sequence[str], progress: Progress
) -> dict[str, str]:
    """A page of HTML for each row that is on the front of its class and whole, by the row's digest.

    `progress` is told how many there are. Designs that are not to be had any more have none, such as those of data that
    are gone, and Ctrl-C leaves those that are drawn.
    """
    chosen = {
        row.digest
        for row, is_best in zip(rows, on_front(rows, axes), strict=True)
        if is_best and row.status == "done"
    }
    wanted = [job for job in jobs if job.digest() in chosen]
    workshop = Workshop()
    found: dict[str, str] = {}
    for number, job in enumerate(wanted):
        progress(f"page {number + 1} of {len(wanted)}")
        try:
            design = workshop.design_of(job)
            found[job.digest()] = design.report().page(design.verilog())
        except SymhdlError:
            continue
        except KeyboardInterrupt:
            break
    return found
