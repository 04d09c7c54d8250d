"""The values of candidates at rows, bit by bit, made by a runner of jobs: combinations are chosen by them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from symhdl.data.fixed import scaled
from symhdl.empirical.samples import Floats
from symhdl.errors import Diagnostic, SymhdlError, shortened
from symhdl.explore.equation import Equation
from symhdl.explore.exploration import Runner, one_by_one
from symhdl.explore.job import Job
from symhdl.explore.outputs import write_rows
from symhdl.explore.row import OUTPUTS_AT, Outputs, Row
from symhdl.simulate import INT64_BITS


@dataclass(frozen=True, slots=True)
class Values:
    """The integers of an output at rows, and their fractional bits."""

    integers: np.ndarray
    fraction: int

    @property
    def reals(self) -> Floats:
        """The numbers that they are."""
        return scaled(self.integers.astype(np.float64), -self.fraction)


def values_of(
    jobs: Iterable[Job],
    inputs: Mapping[str, Floats],
    runner: Runner = one_by_one,
    status: Callable[[str], None] = lambda _: None,
) -> dict[Job, Values]:
    """The outputs of the designs of jobs at real inputs. Raises SymhdlError for a job without a design."""
    together: dict[Equation, dict[Job, None]] = {}
    for job in jobs:
        together.setdefault(job.equation, {})[job] = None
    found: dict[Job, Values] = {}
    with TemporaryDirectory(prefix="symhdl-") as folder:
        rows = Path(folder) / "rows.npz"
        write_rows(rows, inputs)
        asked = {_asked(job, rows): job for job in chain.from_iterable(together.values())}
        by_digest = {each.digest(): job for each, job in asked.items()}

        def done(row: Row) -> None:
            if row.outputs is None:
                text = f"`{shortened(row.equation)}` has no design any more: {row.trouble}"
                raise SymhdlError(Diagnostic(row.diagnostic, text, help="explore again"))
            found[by_digest[row.digest]] = _values(row.outputs)
            status(f"simulating candidates, {len(found)} of {len(asked)}")

        runner([*asked], done)
    return found


def _asked(job: Job, rows: Path) -> Job:
    """The job whose row has the outputs, and nothing that other tools or the data say."""
    return replace(job, far="estimated", figures=((OUTPUTS_AT, str(rows)),))


def _values(outputs: Outputs) -> Values:
    """The outputs, as machine integers where they fit."""
    largest = max(map(abs, outputs.integers), default=0)
    kind = np.int64 if largest.bit_length() < INT64_BITS else np.object_
    return Values(np.array(outputs.integers, dtype=kind), outputs.fraction)
