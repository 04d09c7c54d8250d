"""The one way to HiGHS, which solves linear programs; loaded when there is one to solve."""

from __future__ import annotations

from collections.abc import Sequence

import highspy
import numpy as np

# HiGHS gives up after so many steps of the simplex method; what it did until then is not used.
LARGEST_EFFORT = 200_000
# Below so many differences it takes longer to simplify a program than to solve it.
FEW_ROWS = 5_000


class _Solver(highspy.Highs):  # type: ignore[misc] # highspy is not followed by mypy
    """HiGHS that writes nothing: where its constructor enables callbacks, it prints a line on standard output."""

    def enableCallbacks(self) -> None:  # noqa: N802 - a method of highspy
        """No callbacks; and no output, before anything else is called."""
        self.setOptionValue("output_flag", False)


def solution(
    costs: Sequence[int],
    lows: Sequence[int],
    highs: Sequence[int],
    pairs: Sequence[Sequence[int]],
    least: Sequence[int],
) -> list[int] | None:
    """The numbers between the bounds that cost least, the second of each pair at least so far above the first.

    None if HiGHS gives up.
    """
    rows = len(least)
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = rows, len(costs)
    model.col_cost_ = np.array(costs, float)
    model.col_lower_, model.col_upper_ = np.array(lows, float), np.array(highs, float)
    model.row_lower_, model.row_upper_ = np.array(least, float), np.full(rows, highspy.kHighsInf)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.arange(0, 2 * rows + 1, 2)
    model.a_matrix_.index_ = np.array(pairs).T.ravel()
    model.a_matrix_.value_ = np.tile([-1.0, 1.0], rows)
    solver = _Solver()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("solver", "simplex")
    solver.setOptionValue("simplex_iteration_limit", LARGEST_EFFORT)
    if rows < FEW_ROWS:
        solver.setOptionValue("presolve", "off")
    solver.passModel(model)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return [round(value) for value in solver.getSolution().col_value]
