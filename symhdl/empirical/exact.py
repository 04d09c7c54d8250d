"""What the expressions are at rows, and at which of them they have a value and what is assumed holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from symhdl.empirical.samples import Floats
from symhdl.evaluate import evaluate_nodes
from symhdl.ir.graph import Graph

Marks = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Exact:
    """The outputs (rows x outputs), the rows at which all have a value, and those at which what is assumed holds."""

    outputs: Floats
    defined: Marks
    assumed: Marks

    @property
    def usable(self) -> Marks:
        """The rows that say something of a design."""
        return self.defined & self.assumed


def exact_at(graph: Graph, inputs: Mapping[str, Floats]) -> Exact:
    """The expressions at rows, in double precision; there is one row at least for each input."""
    rows = len(next(iter(inputs.values())))
    wanted = set(graph.roots)
    known = {
        index: np.array(np.broadcast_to(value, rows))
        for index, value in enumerate(evaluate_nodes(graph, inputs))
        if index in wanted
    }
    outputs = np.stack([known[output.node] for output in graph.outputs], axis=1)
    assumed = np.ones(rows, dtype=np.bool_)
    for assumption in graph.assumptions:
        assumed &= known[assumption.node] == 1
    return Exact(outputs, np.asarray(np.isfinite(outputs).all(axis=1)), assumed)
