"""What a report tells: what was asked and reached, when each node is at work, and what each takes and adds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from itertools import accumulate
from typing import Literal

from symhdl.cost.cells import Area
from symhdl.cost.estimate import Estimate
from symhdl.documents import Json
from symhdl.ir.datapath import Datapath
from symhdl.judgement import Judgement
from symhdl.report.breakdown import NOTHING, Bit, Breakdown, NodeFacts
from symhdl.report.owners import Owners
from symhdl.report.schedule import Schedule, schedule_of
from symhdl.targets.target import Target

Sort = Literal["cost", "error", "name"]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table of nodes: one of the nodes, or of the outputs for what rounds it last, by their `place`.

    `label` is what the user knows it by. `share` is that of the whole cost, blocks as the LUTs that each saves, `error`
    the largest part of the proved error of any output, that of `output`, from 0 to 1.
    """

    place: int
    name: str
    label: str
    text: str
    area: Area
    cost: float
    share: float
    error: float
    output: str
    node: NodeFacts | None = None

    @property
    def counts(self) -> bool:
        """Whether it takes anything, or adds to an error."""
        return self.area != NOTHING or self.error > 0


@dataclass(frozen=True, slots=True, repr=False)
class Contents:
    """What is told of a design.

    `missing` says in words what is not known, as of a design that an older symhdl wrote. `synthesised` are the figures
    of `symhdl synth` as they stand in the manifest, empty if it has not run. `judgement` is that of a goal on data.
    """

    datapath: Datapath
    breakdown: Breakdown
    estimate: Estimate | None = None
    target: Target | None = None
    synthesised: Mapping[str, Json] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    cut: bool = False
    judgement: Judgement | None = None

    @property
    def owners(self) -> Owners:
        """To whom the cells belong."""
        nodes = self.breakdown.nodes
        return Owners(
            [node.name for node in nodes],
            [node.text for node in nodes],
            [output.name for output in self.breakdown.outputs],
            [node.operands for node in nodes],
            [node.range for node in nodes],
            {place for place, node in enumerate(nodes) if not node.built},
        )

    @property
    def labels(self) -> list[str]:
        """What the user knows each node by: his own name, the text if no other node has that, else a wire's name."""
        nodes = self.breakdown.nodes
        words = [node.name if node.named else node.formula or bare(node.text) for node in nodes]
        times = Counter(words)
        return [
            text if text and times[text] == 1 else node.name
            for text, node in zip(words, nodes, strict=True)
        ]

    @property
    def schedule(self) -> Schedule:
        """What each node does in each stage."""
        return schedule_of(self.datapath, self.owners)

    def rows(self, sort: Sort = "cost") -> list[Row]:
        """The nodes and the roundings of outputs, the dearest first, or those that add most to an error, or by name."""
        rows = self.rows_in_order()
        return sorted(rows, key=SORTS[sort])

    def rows_in_order(self) -> list[Row]:
        """All rows: those of the nodes in their order, then those of the outputs."""
        nodes, outputs = self.breakdown.nodes, self.breakdown.outputs
        areas = [*(node.area for node in nodes), *(output.area for output in outputs)]
        costs = [self._cost(area) for area in areas]
        whole = sum(costs) + self._cost(self.breakdown.rest)
        rows, labels = [], self.labels
        for index, node in enumerate(nodes):
            share, place = max(
                ((self.breakdown.share(index, place), -place) for place in node.errors),
                default=(0.0, 0),
            )
            output = outputs[-place].name if share else ""
            cost, label = costs[index], labels[index]
            rows.append(
                Row(
                    index, node.name, label, bare(node.text), node.area, cost, _part(cost, whole),
                    share, output, node,
                )
            )  # fmt: skip
        for place, facts in enumerate(outputs, len(nodes)):
            cost = costs[place]
            error = _part(facts.rounding, facts.bound)
            rows.append(
                Row(
                    place, facts.name, facts.name, ROUNDED, facts.area, cost, _part(cost, whole),
                    error, facts.name if error else "",
                )
            )  # fmt: skip
        return rows

    def _cost(self, area: Area) -> float:
        """What an area is worth in LUTs; without the device blocks count like LUTs."""
        if self.target is not None:
            return area.worth(self.target)
        return area.luts + area.dsps + area.brams

    def __repr__(self) -> str:
        return f"<report of {self.datapath!r}>"

    def document(self, sort: Sort = "cost") -> dict[str, Json]:
        """All of it as JSON, with all nodes."""
        schedule, rows = self.schedule, self.rows_in_order()
        places = sorted(range(len(rows)), key=lambda place: SORTS[sort](rows[place]))
        path = self.datapath
        return {
            "top": path.top,
            "device": path.device,
            "frequency_mhz": path.frequency_mhz,
            "latency_cycles": path.latency,
            "cut": self.cut,
            "missing": [*self.missing],
            **({} if self.judgement is None else {"data_goal": self.judgement.document()}),
            **({"assumptions": [*path.assumptions]} if path.assumptions else {}),
            "outputs": [
                {
                    "name": port.name,
                    "format": str(port.format),
                    "error_asked": facts.asked,
                    "faithful": facts.faithful,
                    "error_bound": port.error_bound,
                    "error_bound_real_inputs": port.error_bound_real_inputs,
                }
                for port, facts in zip(path.outputs, self.breakdown.outputs, strict=True)
            ],
            "estimate": None if self.estimate is None else asdict(self.estimate),
            "synth": dict(self.synthesised) or None,
            "nodes": [self._told(rows[place], place, schedule) for place in places],
            "rest": asdict(self.breakdown.rest),
        }

    def _told(self, row: Row, place: int, schedule: Schedule) -> Json:
        runs = schedule.runs(place) if place in schedule.rows else []
        found: dict[str, Json] = {
            "name": row.name,
            "text": row.text,
            **asdict(row.area),
            "cost_share": round(row.share, 4),
            "error_share": round(row.error, 4),
            "output": row.output or None,
            "stages": [[first, last, mark.meaning] for first, last, mark in runs],
        }
        node = row.node
        if node is None:
            return found
        return {
            **found,
            "operation": node.operation,
            "operands": [self.breakdown.nodes[operand].name for operand in node.operands],
            "range": None if node.range is None else [*node.range],
            "range_by": node.rule or None,
            "format": None if node.format is None else str(node.format),
            "method": node.method or None,
            "inside_region": not node.built,
            "formula": node.formula or None,
            "region_of": (
                None if node.argument is None else self.breakdown.nodes[node.argument].name
            ),
            "bit_more": _bit(node.more),
            "bit_less": _bit(node.less),
        }


ROUNDED = "(the last rounding)"

SORTS: Mapping[Sort, Callable[[Row], tuple[float | str, ...]]] = {
    "cost": lambda row: (-row.cost, -row.area.ffs, -row.error),
    "error": lambda row: (-row.error, -row.cost, -row.area.ffs),
    "name": lambda row: (row.name.casefold(), row.name, row.text),
}
"""By what the nodes are sorted."""


def bare(text: str) -> str:
    """A text without the parentheses around all of it."""
    while text.startswith("(") and text.endswith(")"):
        depths = list(accumulate((c == "(") - (c == ")") for c in text))
        if min(depths[:-1]) < 1 or depths[-1]:
            break
        text = text[1:-1].strip()
    return text


def _part(amount: float, whole: float) -> float:
    return max(0.0, min(1.0, amount / whole)) if whole > 0 else 0.0


def _bit(bit: Bit | None) -> Json:
    return None if bit is None else {"luts": bit.luts, "error_share": bit.error}
