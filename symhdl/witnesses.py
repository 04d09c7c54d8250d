"""What the proved bounds of a design stand on, node by node, and as a document for other programs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from fractions import Fraction

from symhdl.analysis.angle import AngleWitness
from symhdl.analysis.division import DivisionWitness
from symhdl.analysis.output_table import OutputTable
from symhdl.analysis.rotation import RotationWitness
from symhdl.analysis.truncation import TruncationWitness
from symhdl.analysis.witness import AssumptionsWitness, ErrorWitness, RangeWitness
from symhdl.approximation.witness import ApproximationWitness
from symhdl.documents import Json
from symhdl.ir.graph import Graph
from symhdl.ir.graph_text import node_text
from symhdl.numeric.interval import Intervals


@dataclass(frozen=True, slots=True, eq=False)
class Witnesses:
    """Of every node of a graph what its range and its error stand on, and of functions what their own error does.

    `approximations`, `truncations`, `divisions`, `angles` and `rotations` are by node; their bound is the own error of
    the node. Outputs that are `tables` stand on none of that. What follows from assumptions goes back to these.
    """

    graph: Graph
    ranges: tuple[RangeWitness, ...]
    errors: tuple[ErrorWitness, ...]
    approximations: Mapping[int, ApproximationWitness]
    truncations: Mapping[int, TruncationWitness]
    divisions: Mapping[int, DivisionWitness]
    angles: Mapping[int, AngleWitness]
    rotations: Mapping[int, RotationWitness]
    tables: Mapping[str, OutputTable] = field(default_factory=dict)
    assumptions: AssumptionsWitness | None = None

    def document(self) -> dict[str, Json]:
        """All of it as JSON, in the order of the nodes: the same design, the same document.

        Integers and doubles are numbers, and exact; rational numbers are texts `p/q`, intervals pairs, one for each
        piece, and what is not finite a text. What has nothing to say is left out.
        """
        found: list[Json] = []
        for index, node in enumerate(self.graph.nodes):
            entry: dict[str, Json] = {"node": f"%{index}", "value": node_text(node)}
            if self.graph.names[index]:
                entry["name"] = self.graph.names[index]
            entry["range"] = plain(self.ranges[index])
            entry["error"] = plain(self.errors[index])
            if index in self.approximations:
                entry["approximation"] = plain(self.approximations[index])
            if index in self.truncations:
                entry["truncation"] = plain(self.truncations[index])
            if index in self.divisions:
                entry["division"] = plain(self.divisions[index])
            if index in self.angles:
                entry["angle"] = plain(self.angles[index])
            if index in self.rotations:
                entry["rotation"] = plain(self.rotations[index])
            found.append(entry)
        document: dict[str, Json] = {"nodes": found}
        if self.tables:
            document["tables"] = {name: plain(table) for name, table in self.tables.items()}
        if self.assumptions is not None:
            document["assumptions"] = plain(self.assumptions)
        return document


def plain(value: object) -> Json:
    """A part of a witness as JSON; fields of the value that they have by default are left out."""
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value + 0.0 if math.isfinite(value) else str(value)  # no negative zero
    if isinstance(value, Enum):
        return value.name.lower()
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    if isinstance(value, Intervals):
        ends = zip(value.lower.tolist(), value.upper.tolist(), strict=True)
        return [[plain(low), plain(high)] for low, high in ends]
    assert is_dataclass(value), "a part of a witness without a text; please report this"
    told = ((field, getattr(value, field.name)) for field in fields(value))
    return {field.name: plain(each) for field, each in told if each != field.default}
