"""A language as data: how operations, numbers and names are written, and how a whole text is laid out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from symhdl.functions.operation import Operation
from symhdl.ir.graph import Graph
from symhdl.printers.forms import ChainForm, Form, Key, ListForm
from symhdl.printers.lower import Abilities
from symhdl.printers.names import NameRules
from symhdl.printers.numbers import Text


@dataclass(frozen=True, slots=True)
class Assignment:
    """A line of the program: the name, the pieces of its expression's text, and whether it is a condition."""

    name: str
    pieces: tuple[str, ...]
    is_truth: bool = False


@dataclass(frozen=True, slots=True)
class Renaming:
    """A name of the graph that the language cannot have."""

    old: str
    new: str
    reason: str


@dataclass(frozen=True, slots=True)
class Program:
    """A graph in words: names legal, expressions written, to be laid out.

    `inputs` and `outputs` are the identifiers in the order of the graph. `parts` have names, in an order in which they
    can be computed; `results` are the outputs that are not among them. `assumptions` are the pieces of conditions.
    """

    graph: Graph
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    parts: tuple[Assignment, ...]
    results: tuple[Assignment, ...]
    renamings: tuple[Renaming, ...]
    assumptions: tuple[tuple[str, ...], ...] = ()

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        """Parts and results."""
        return self.parts + self.results

    def used_pieces(self) -> set[str]:
        """All texts of which the expressions consist."""
        return {piece for assignment in self.assignments for piece in assignment.pieces}


@dataclass(frozen=True, slots=True)
class Language:
    """What the engine must know of a language.

    `forms` has every operation that the language can say; what is missing is expressed by others. `lists` are those
    with any number of operands, `chain` writes choices one after the other where that is possible. `signs`: signs are
    drawn out of products and sums, so that `a + -2*x` becomes `a - 2*x`. `has_truth` and `is_floating`: see
    `Abilities`. `names_conditions`: a condition can have a name. `outputs_are_parts`: an output that others need is
    used by its name. `splits_outputs`: every output has a program of its own. `largest` is the number of operations
    in one expression; parts of larger ones get names. Up to `largest_repeated` operations nothing gets a name, and
    what is used twice is written twice. `declares` says which of formats, ranges, errors and assumptions the text
    keeps. `layout` makes the lines of a program.
    """

    name: str
    forms: Mapping[Key, Form]
    number: Callable[[Fraction], Text]
    names: NameRules
    layout: Callable[[Program], Iterator[str]]
    lists: Mapping[Operation, ListForm] = field(default_factory=dict)
    chain: ChainForm | None = None
    brackets: tuple[str, str] = ("(", ")")
    signs: bool = True
    has_truth: bool = False
    is_floating: bool = False
    names_conditions: bool = True
    outputs_are_parts: bool = True
    splits_outputs: bool = False
    largest: int = 100
    largest_repeated: int = 0
    declares: frozenset[str] = frozenset()

    @property
    def abilities(self) -> Abilities:
        """What can be said."""
        operations = {*(key for key in self.forms if isinstance(key, Operation)), *self.lists}
        if self.chain is not None:
            operations.add(Operation.SELECT)
        return Abilities(
            frozenset(operations), frozenset(self.lists), self.has_truth, self.is_floating
        )
