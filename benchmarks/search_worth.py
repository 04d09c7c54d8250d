"""What expressions for jets are worth to a search: by their hardware, or blind to it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.jets import FPGA
from benchmarks.search_run import DEFINITIONS, Columns, Floats, primitives_of, values_of
from symhdl.search import Evaluator

LUTS_PER_OPERATOR = 5
FORMAT = "fixed<9,4,AP_RND,AP_SAT>"
"""The format of all operators by which losses are computed during the search."""

ERROR = "0.25"
"""Of the output, for which LUTs are estimated during the search."""


class OfHardware:
    """The loss of hardware with one format for all operators, and LUTs of formats for each node."""

    def __init__(self, columns: Columns, target: Floats, width: int) -> None:
        self.evaluator = Evaluator(
            device=FPGA,
            formats=FORMAT,
            data=dict(columns),
            target=target,
            width=width,
            error=ERROR,
            frequency=0,
            dsp="none",
            dialect="deap",
            define=DEFINITIONS,
        )

    def worth(self, texts: Sequence[str]) -> list[tuple[float, float]]:
        """The mean square error and the LUTs of each, in whole ones: what takes equally many is told apart by loss."""
        losses, costs = self.evaluator.loss(texts), self.evaluator.cost(texts)
        return list(zip(losses.tolist(), np.ceil(costs.luts).tolist(), strict=True))


class OfOperators:
    """Loss in double precision, and operators: what a search sees that is blind to hardware."""

    def __init__(self, columns: Columns, target: Floats, _: int) -> None:
        self.columns, self.target = columns, target
        self.primitives = primitives_of(list(columns))

    def worth(self, texts: Sequence[str]) -> list[tuple[float, float]]:
        """The mean square error, and LUTs as if every operator took equally many."""
        errors = [values_of(text, self.primitives, self.columns) - self.target for text in texts]
        counts = [text.count("(") * LUTS_PER_OPERATOR for text in texts]
        return [(float(np.mean(e**2)), n) for e, n in zip(errors, counts, strict=True)]
