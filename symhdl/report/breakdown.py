"""What a design consists of, node by node: range, format, and what each node takes and adds to the errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from symhdl.cost.cells import Area
from symhdl.numeric.fixed import FixedFormat

NOTHING = Area()
CONSTANTS = frozenset({"constant", "pi", "e"})


@dataclass(frozen=True, slots=True)
class Bit:
    """A bit of a node: the `luts` that it takes, blocks as the LUTs that each saves, and what it does to the error.

    `error` is a share of the proved error of the output that the node adds most to.
    """

    luts: float
    error: float


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """What is known of a node; None of what is not.

    `name` is what its value is called in the hardware, `text` the source text that it stands for, and `named` says
    whether the name is the user's. `operands` are the nodes that it is computed of. The `range` is proved, `rule` says
    by what. `errors` are the parts of the outputs' proved bounds, by the outputs' numbers, that are due to what the
    node is off by of its own. One that is not `built` lies inside of a region; of a region, there are its `argument`
    and its `formula`. `method` is how a function is computed. `more` is what another bit would take and free, `less`
    what one bit less would save and add.
    """

    name: str
    text: str
    operation: str
    operands: tuple[int, ...] = ()
    named: bool = False
    range: tuple[float, float] | None = None
    rule: str = ""
    format: FixedFormat | None = None
    errors: Mapping[int, float] = field(default_factory=dict)
    area: Area = NOTHING
    built: bool = True
    argument: int | None = None
    formula: str = ""
    method: str = ""
    more: Bit | None = None
    less: Bit | None = None

    @property
    def constant(self) -> bool:
        """Whether it is a number, and not computed."""
        return self.operation in CONSTANTS


@dataclass(frozen=True, slots=True)
class OutputFacts:
    """An output: the error that was `asked` for, None where that is not known, and the one that is proved, its `bound`.

    The error stays below the one asked for where the output is `faithful`, else it may reach it. The last `rounding` is
    one part of the bound, the nodes share the rest; the hardware of the rounding is `area`. `node` is the number of the
    node that it shows, None where that is not known.
    """

    name: str
    asked: float | None
    faithful: bool
    bound: float
    rounding: float
    area: Area = NOTHING
    node: int | None = None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The nodes of a design in order, operands first, and its outputs; `rest` is what belongs to none of them."""

    nodes: tuple[NodeFacts, ...]
    outputs: tuple[OutputFacts, ...]
    rest: Area = NOTHING

    def share(self, node: int, output: int) -> float:
        """What of the proved error of an output is due to a node, from 0 to 1."""
        bound = self.outputs[output].bound
        return min(1.0, self.nodes[node].errors.get(output, 0.0) / bound) if bound else 0.0
