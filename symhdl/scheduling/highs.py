"""The one way to HiGHS, which solves linear programs; loaded when there is one to solve."""

from __future__ import annotations

from collections.abc import Sequence

import highspy
import numpy as np

# HiGHS gives up after so many steps of the simplex method; what it did until then is not used.
LARGEST_EFFORT = 200_000
# Below so many differences it takes longer to simplify a program than to solve it.
FEW_ROWS = 5_000
DEVEX = 1  # of the rules by which HiGHS chooses the next step, the fastest for networks


class _Solver(highspy.Highs):  # type: ignore[misc] # highspy is not followed by mypy
    """HiGHS that writes nothing: where its constructor enables callbacks, it prints a line on standard output."""

    def enableCallbacks(self) -> None:  # noqa: N802 - a method of highspy
        """No callbacks; and no output, before anything else is called."""
        self.setOptionValue("output_flag", False)


class Differences:
    """Numbers between bounds, the second of each pair at least so far above the first; no pair and no bound changes."""

    def __init__(
        self,
        lows: Sequence[int],
        highs: Sequence[int],
        pairs: Sequence[Sequence[int]],
        least: Sequence[int],
    ) -> None:
        rows, columns = len(least), len(lows)
        model = highspy.HighsLp()
        model.num_row_, model.num_col_ = rows, columns
        model.col_cost_ = np.zeros(columns)
        model.col_lower_, model.col_upper_ = np.array(lows, float), np.array(highs, float)
        model.row_lower_ = np.array(least, float)
        model.row_upper_ = np.full(rows, highspy.kHighsInf)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.arange(0, 2 * rows + 1, 2)
        model.a_matrix_.index_ = np.array(pairs).T.ravel()
        model.a_matrix_.value_ = np.tile([-1.0, 1.0], rows)
        self._columns = np.arange(columns, dtype=np.int32)
        self._solver = _Solver()
        self._solver.setOptionValue("output_flag", False)
        self._solver.setOptionValue("threads", 1)
        self._solver.setOptionValue("solver", "simplex")
        self._solver.setOptionValue("simplex_iteration_limit", LARGEST_EFFORT)
        self._solver.setOptionValue("simplex_dual_edge_weight_strategy", DEVEX)
        if rows < FEW_ROWS:
            self._solver.setOptionValue("presolve", "off")
        self._solver.passModel(model)

    def cheapest(self, costs: Sequence[int]) -> list[int] | None:
        """The numbers that cost least, from those that did before if there are any; None if HiGHS gives up."""
        self._solver.changeColsCost(len(costs), self._columns, np.array(costs, float))
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return [round(value) for value in self._solver.getSolution().col_value]
