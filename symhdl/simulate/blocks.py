"""An engine for many rows: a datapath as a plan of NumPy calls on arrays that stay in the cache, block after block.

The plan is made once and kept with the datapath. The definition decides wherever a value leaves the range that is
claimed of it: it says so, or computes those rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from symhdl.ir.datapath import Datapath
from symhdl.simulate.definition import Integers, empty_results, length_of, simulate
from symhdl.simulate.instructions import Array, Element, Value
from symhdl.simulate.program import Program, program_of
from symhdl.simulate.reduced import reduced

LARGEST_BLOCK = 1 << 14
LEAST_BLOCK = 1 << 6
BLOCK_BYTES = 1 << 20
"""What is computed together fits into a cache of the second level and keeps NumPy busy."""

PLANS = 16
KEPT_BYTES = 4 * BLOCK_BYTES
"""The datapaths of which plans are kept, and what the arrays of one may take meanwhile."""


class OutOfRangeError(Exception):
    """A value leaves the range that is claimed of it."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One of the arrays that values share: its number among those of its type."""

    kind: Element
    number: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A program whose values have slots. `slot_of` is by the values' numbers.

    `idle` are machines that nobody runs at the moment; two threads never share one.
    """

    datapath: Datapath
    program: Program
    slot_of: tuple[Slot, ...]
    slots: tuple[Slot, ...]
    idle: list[_Machine]

    @property
    def row_bytes(self) -> int:
        """What a row takes in all slots."""
        return sum(np.dtype(slot.kind).itemsize for slot in self.slots)

    def block(self, rows: int) -> int:
        """How many rows to compute together: a power of two."""
        fitting = max(LEAST_BLOCK, min(LARGEST_BLOCK, BLOCK_BYTES // max(1, self.row_bytes)))
        return 1 << min(fitting.bit_length() - 1, max(0, rows - 1).bit_length())


class Identity:
    """A datapath as the key of what is kept for it; another one with equal cells is another key."""

    __slots__ = ("datapath",)

    def __init__(self, datapath: Datapath) -> None:
        self.datapath = datapath

    def __hash__(self) -> int:
        return id(self.datapath)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Identity) and self.datapath is other.datapath


def plan_of(datapath: Datapath) -> Plan:
    """The plan of a datapath; made once."""
    return _kept(Identity(datapath))


@lru_cache(maxsize=PLANS)
def _kept(key: Identity) -> Plan:
    datapath = reduced(key.datapath)
    program = program_of(datapath)
    slot_of = _slots(program, [port.cell for port in (*datapath.inputs, *datapath.outputs)])
    return Plan(datapath, program, tuple(slot_of), tuple(dict.fromkeys(slot_of)), [])


def _slots(program: Program, ports: Iterable[int]) -> list[Slot]:
    """A slot for every value. That of a dead value is given again, first to the result of what read it last."""
    instructions = program.instructions
    made = {instruction.out.number for instruction in instructions}
    given = [p for p in program.places if isinstance(p, Value) and p.number not in made]
    last = [-1] * program.values
    for number, instruction in enumerate(instructions):
        for value in (*instruction.values, instruction.out):
            last[value.number] = number
    for place in (program.places[cell] for cell in ports):
        if isinstance(place, Value):
            last[place.number] = len(instructions)
    pool = _Pool()
    for value in given:
        pool.take(value)
    for number, instruction in enumerate(instructions):
        if not instruction.elementwise:
            pool.take(instruction.out)
        for value in dict.fromkeys(instruction.values):
            if last[value.number] == number:
                pool.give(value)
        pool.take(instruction.out)
        if last[instruction.out.number] == number:
            pool.give(instruction.out)
    return [pool.found[number] for number in range(program.values)]


@dataclass(slots=True)
class _Pool:
    """The slots that are free, by type, and those of the values so far."""

    found: dict[int, Slot] = field(default_factory=dict)
    free: dict[Element, list[Slot]] = field(default_factory=dict)
    counts: Counter[Element] = field(default_factory=Counter)

    def take(self, value: Value) -> None:
        """Gives the value a slot if it has none."""
        if value.number in self.found:
            return
        spare = self.free.setdefault(value.kind, [])
        if not spare:
            self.counts[value.kind] += 1
            spare.append(Slot(value.kind, self.counts[value.kind]))
        self.found[value.number] = spare.pop()

    def give(self, value: Value) -> None:
        """Takes the slot of a dead value back."""
        self.free.setdefault(value.kind, []).append(self.found[value.number])


Call = tuple[Callable[..., object], tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class _Machine:
    """The calls of a plan on arrays of `block` rows."""

    block: int
    arrays: Mapping[Slot, Array]
    calls: Sequence[Call]


def _machine(plan: Plan, block: int) -> _Machine:
    """A machine that nobody runs. A copy of an array to itself is no call."""
    with suppress(IndexError):
        found = plan.idle.pop()
        if found.block == block:
            return found
    arrays: dict[Slot, Array] = {
        slot: np.zeros(block, dtype=slot.kind) for slot in dict.fromkeys(plan.slot_of)
    }
    calls: list[Call] = []
    for instruction in plan.program.instructions:
        arguments = tuple(
            arrays[plan.slot_of[argument.number]] if isinstance(argument, Value) else argument
            for argument in instruction.arguments
        )
        is_move = instruction.call is np.copyto and len(arguments) == 3
        if not (is_move and arguments[0] is arguments[1]):
            calls.append((instruction.call, arguments))
        if instruction.claim is not None:
            out = arrays[plan.slot_of[instruction.out.number]]
            calls.append((_hold, (out, *instruction.claim)))
    return _Machine(block, arrays, calls)


def _hold(values: Array, minimum: int | None, maximum: int | None) -> None:
    if minimum is not None and np.minimum.reduce(values) < minimum:
        raise OutOfRangeError
    if maximum is not None and np.maximum.reduce(values) > maximum:
        raise OutOfRangeError


def simulate_blocks(datapath: Datapath, inputs: Mapping[str, Integers]) -> dict[str, Integers]:
    """What `simulate` gives, sooner for many rows and for the second call."""
    plan, rows = plan_of(datapath), length_of(inputs)
    results = empty_results(datapath, rows)
    machine = _machine(plan, plan.block(rows))
    for start in range(0, rows, machine.block):
        end = min(start + machine.block, rows)
        _load(plan, machine.arrays, inputs, start, end)
        try:
            for call, arguments in machine.calls:
                call(*arguments)
        except OutOfRangeError:
            exact = simulate(datapath, {name: v[start:end] for name, v in inputs.items()})
            for name, values in exact.items():
                results[name][start:end] = values
            continue
        _store(plan, machine.arrays, results, start, end)
    if machine.block * plan.row_bytes <= KEPT_BYTES:
        plan.idle[:] = [machine]
    return results


def _load(
    plan: Plan,
    arrays: Mapping[Slot, Array],
    inputs: Mapping[str, Integers],
    start: int,
    end: int,
) -> None:
    """Puts the inputs of some rows into their arrays; the last row again fills these up."""
    for port in plan.datapath.inputs:
        place = plan.program.places[port.cell]
        assert isinstance(place, Value), "an input that is a constant; please report this"
        array = arrays[plan.slot_of[place.number]]
        given = inputs[port.name][start:end]
        if array.dtype == np.object_:
            array[: end - start] = [int(value) for value in given]
        else:
            array[: end - start] = given
        array[end - start :] = array[end - start - 1]


def _store(
    plan: Plan,
    arrays: Mapping[Slot, Array],
    results: Mapping[str, Integers],
    start: int,
    end: int,
) -> None:
    for port in plan.datapath.outputs:
        place = plan.program.places[port.cell]
        if isinstance(place, Value):
            results[port.name][start:end] = arrays[plan.slot_of[place.number]][: end - start]
        else:
            results[port.name][start:end] = place.item()
