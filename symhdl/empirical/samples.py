"""Rows of data as a search sees them: real inputs, what the expressions are there, labels and weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Samples:
    """Rows with what is right at them; one entry for each row in every column.

    `inputs` are real numbers by the names of inputs, `exact` the outputs of the real expressions (rows x outputs),
    `labels` the number of the class of each row (-1 for none), or None without labels, `weights` how much a row counts,
    `target` what a search held its equation against, if it is known.
    """

    inputs: Mapping[str, Floats]
    exact: Floats
    labels: Integers | None
    weights: Floats
    target: Floats | None = None

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.weights)

    def taken(self, places: Sequence[int] | NDArray[np.int64] | NDArray[np.bool_]) -> Samples:
        """The rows at some places."""
        at = np.asarray(places)
        return Samples(
            {name: column[at] for name, column in self.inputs.items()},
            self.exact[at],
            None if self.labels is None else self.labels[at],
            self.weights[at],
            None if self.target is None else self.target[at],
        )


@dataclass(frozen=True, slots=True)
class Folds:
    """Rows kept apart: those that shape candidates, those among candidates choose, and those that only judge.

    `smoothed` are copies of the rows to tune with, moved a little, for which the expressions say what is right:
    as many as wanted, and none of them a row that chooses or judges. Where labels do not count `choosing` has other
    copies of its own rows, too; where a share of rows decides, of which few say little, both are copies of all rows
    but those that judge. Where the goal is to hold under noise, these rows have noise on them: what a family sees is
    what the goal is measured at. `choosing_rows` of `choosing` are rows of the data as they are. `deciding` are the
    smoothed copies, and where classes count more of them, for decisions.
    """

    tuning: Samples
    smoothed: Samples
    choosing: Samples
    judging: Samples
    choosing_rows: int = 0
    deciding: Samples | None = None

    @property
    def decided(self) -> Samples:
        """The copies for decisions, or where there are none the rows themselves."""
        return self.deciding if self.deciding is not None and self.deciding.rows else self.dense

    @property
    def dense(self) -> Samples:
        """The copies, or where there are none, as under an assumption that holds at points, the rows themselves."""
        return self.smoothed if self.smoothed.rows else self.tuning
