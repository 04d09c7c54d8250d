"""Chains at random, and chains a little different from others: where a search for them goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from symhdl.empirical.chain import ARGUMENT, Chain, Phase, Reads, Stage
from symhdl.empirical.networks import Grid
from symhdl.empirical.samples import Floats

LONGEST_CODE = 6  # bits
FEWEST_SUM_BITS, MOST_SUM_BITS = 3, 7
MOST_TABLES = 8  # of a sum
IN_ADDER = 5  # bits of the index of a table that is to go into an adder


@dataclass(frozen=True, slots=True)
class Argument:
    """A node inside that may be read as a sum of tables: its inputs, and its slope in each.

    `extent` is how far its values are spread over the rows; `periods` after how much
    the function of it repeats, if it does.
    """

    node: int
    names: tuple[str, ...]
    slopes: Mapping[str, float]
    extent: float
    periods: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Space:
    """The chains that there could be of one output: its inputs with their grids, its arguments, the longest index."""

    names: tuple[str, ...]
    arguments: tuple[Argument, ...]
    grids: Mapping[str, Grid]
    index_bits: int
    output_bits: int

    # A chain at random

    def random(self, generator: np.random.Generator) -> Chain | None:
        """Some chain; None where none came about."""
        if self.arguments and generator.random() < (0.6 if len(self.names) > 2 else 0.25):
            argument = self.arguments[int(generator.integers(len(self.arguments)))]
            phase = self._phase(argument, generator)
            return None if phase is None else self._around(phase, generator)
        order = [self.names[k] for k in generator.permutation(len(self.names))]
        if len(order) > 3 and generator.random() < 0.3:
            order = order[: int(generator.integers(2, len(order) + 1))]
        return self._chain(order, None, generator)

    def _chain(
        self, order: Sequence[str], phase: Phase | None, generator: np.random.Generator
    ) -> Chain | None:
        stages: list[Stage] = []
        waiting = list(order)
        before = 0
        while waiting:
            reads = [self._read(waiting.pop(0), phase, generator, first=not stages)]
            chance = 0.45 if not stages else 0.3
            while waiting and generator.random() < chance:
                reads.append(self._read(waiting.pop(0), phase, generator, first=False))
                chance *= 0.5
            if before + sum(bits for _, bits in reads) > self.index_bits:
                return None
            before = int(generator.integers(1, LONGEST_CODE))
            stages.append(Stage(tuple(reads), before))
        return Chain(tuple(stages), phase)

    def _read(
        self, name: str, phase: Phase | None, generator: np.random.Generator, *, first: bool
    ) -> tuple[str, int]:
        if name == ARGUMENT:
            assert phase is not None, "an argument of nothing; please report this"
            return name, phase.bits
        own = self.grids[name].bits
        low = own - 1 if first else max(1, own - 4)
        return name, int(generator.integers(max(1, low), own + 1))

    def _around(self, phase: Phase, generator: np.random.Generator) -> Chain | None:
        """A chain that reads an argument, by itself or among some inputs."""
        if generator.random() < 0.5:
            return Chain((Stage(((ARGUMENT, phase.bits),), self.output_bits),), phase)
        count = int(generator.integers(1, min(3, len(self.names)) + 1))
        others = [self.names[k] for k in generator.permutation(len(self.names))[:count]]
        if generator.random() < 0.6:  # what else is read becomes a code of few bits first
            reads = tuple(
                (name, int(generator.integers(1, self.grids[name].bits + 1))) for name in others
            )
            if sum(bits for _, bits in reads) > self.index_bits:
                return None
            code = int(generator.integers(1, 3))
            last = Stage(((ARGUMENT, phase.bits),), self.output_bits)
            return Chain((Stage(reads, code), last), phase)
        order = [ARGUMENT, *others] if generator.random() < 0.5 else [*others, ARGUMENT]
        return self._chain(order, phase, generator)

    def _phase(self, argument: Argument, generator: np.random.Generator) -> Phase | None:
        bits = int(generator.integers(FEWEST_SUM_BITS + 1, MOST_SUM_BITS + 1))
        names = list(argument.names)
        direct: list[tuple[str, int, int]] = []
        whole = argument.extent
        if argument.periods:
            whole = argument.periods[int(generator.integers(len(argument.periods)))]
        step = whole / 2.0**bits
        steep = [name for name in names if abs(argument.slopes[name]) > 0]
        if steep and generator.random() < 0.7:
            name = steep[int(generator.integers(len(steep)))]
            of_code = abs(argument.slopes[name]) * self.grids[name].unit
            shift = round(np.log2(of_code / step) + float(generator.uniform(-0.6, 0.6)))
            if -self.grids[name].bits < shift < bits:
                step = of_code * 2.0**-shift
                direct.append((name, 1 if argument.slopes[name] > 0 else -1, shift))
            for other in steep:
                if direct and other != name and generator.random() < 0.4:
                    self._also(direct, other, argument, step, bits)
        chosen = {name for name, _, _ in direct}
        tables = self._tables(names, chosen, generator)
        if not tables and len(direct) < 2:
            return None
        return Phase(argument.node, bits, step, tuple(direct), tables)

    def _also(
        self,
        direct: list[tuple[str, int, int]],
        name: str,
        argument: Argument,
        step: float,
        bits: int,
    ) -> None:
        slope = argument.slopes[name]
        shift = round(np.log2(abs(slope) * self.grids[name].unit / step))
        if -self.grids[name].bits < shift < bits:
            direct.append((name, 1 if slope > 0 else -1, shift))

    def _tables(
        self, names: Sequence[str], direct: set[str], generator: np.random.Generator
    ) -> tuple[Reads, ...]:
        """A table for each group of inputs, of which some are together; of direct ones what the slope leaves."""
        waiting = [names[k] for k in generator.permutation(len(names))]
        waiting = [n for n in waiting if n not in direct or generator.random() < 0.4]
        tables: list[Reads] = []
        while waiting:
            count = int(generator.choice([1, 2, 3], p=[0.5, 0.4, 0.1]))
            group, waiting = waiting[:count], waiting[count:]
            if len(group) < count and direct and generator.random() < 0.5:
                group.append(sorted(direct)[0])
            most = IN_ADDER + int(generator.random() < 0.3)
            tables.append(self._group(list(dict.fromkeys(group)), most, generator))
        while len(names) > 1 and len(tables) < MOST_TABLES and generator.random() < 0.35:
            tables.append(self._one_more(names, generator))
        return tuple(tables)

    def _one_more(self, names: Sequence[str], generator: np.random.Generator) -> Reads:
        """A table of one input, or two or three."""
        count = int(generator.choice([1, 2, 3], p=[0.25, 0.6, 0.15]))
        group = [names[k] for k in generator.permutation(len(names))[:count]]
        return self._group(group, IN_ADDER + int(generator.integers(0, 3)), generator)

    def _group(self, group: Sequence[str], most: int, generator: np.random.Generator) -> Reads:
        left = most
        reads: list[tuple[str, int]] = []
        for count, name in enumerate(group):
            spare = left - (len(group) - count - 1)
            own = min(self.grids[name].bits, spare)
            low = own if count == len(group) - 1 else 1
            bits = int(generator.integers(max(1, min(low, own) - 1), own + 1))
            reads.append((name, bits))
            left -= bits
        return tuple(reads)

    # A chain a little different

    def changed(self, chain: Chain, generator: np.random.Generator) -> Chain | None:
        """The chain with one or two numbers of bits changed, or other changes of its parts."""
        for _ in range(int(generator.integers(1, 3))):
            found = self._changed_once(chain, generator)
            if found is None:
                return None
            chain = found
        before = 0
        for stage in chain.stages:
            if before + sum(bits for _, bits in stage.reads) > self.index_bits:
                return None
            before = stage.bits
        return chain

    def _changed_once(self, chain: Chain, generator: np.random.Generator) -> Chain | None:
        if chain.phase is not None and generator.random() < 0.6:
            phase = self._changed_phase(chain.phase, generator)
            if phase is None:
                return None
            if phase.bits != chain.phase.bits:
                chain = self._with_argument_bits(chain, phase.bits)
            return replace(chain, phase=phase)
        stages = list(chain.stages)
        place = int(generator.integers(len(stages)))
        stage = stages[place]
        kind = generator.random()
        if kind < 0.35:
            bits = int(np.clip(stage.bits + generator.choice([-1, 1]), 1, LONGEST_CODE))
            stages[place] = Stage(stage.reads, bits)
        elif kind < 0.75:
            reads = self._changed_reads(stage.reads, generator)
            stages[place] = Stage(reads, stage.bits)
        elif kind < 0.85 and len(stages) > 1:
            other = int(generator.integers(len(stages)))
            mine, theirs = stages[place], stages[other]
            stages[place], stages[other] = (
                Stage(theirs.reads, mine.bits), Stage(mine.reads, theirs.bits),
            )  # fmt: skip
        else:
            name = self.names[int(generator.integers(len(self.names)))]
            known = {each for each, _ in stage.reads}
            if name in known:
                reads = tuple(read for read in stage.reads if read[0] != name)
            else:
                reads = (*stage.reads, (name, int(generator.integers(1, 4))))
            if not reads:
                del stages[place]
            else:
                stages[place] = Stage(reads, stage.bits)
        if not stages:
            return None
        return replace(chain, stages=tuple(stages))

    def _changed_reads(self, reads: Reads, generator: np.random.Generator) -> Reads:
        place = int(generator.integers(len(reads)))
        name, bits = reads[place]
        if name == ARGUMENT:
            return reads
        bits = int(np.clip(bits + generator.choice([-1, 1]), 1, self.grids[name].bits))
        return (*reads[:place], (name, bits), *reads[place + 1 :])

    def _with_argument_bits(self, chain: Chain, bits: int) -> Chain:
        stages = tuple(
            Stage(tuple((n, bits if n == ARGUMENT else b) for n, b in stage.reads), stage.bits)
            for stage in chain.stages
        )
        return replace(chain, stages=stages)

    def _changed_phase(self, phase: Phase, generator: np.random.Generator) -> Phase | None:
        kind = generator.random()
        if kind < 0.45 and phase.tables:
            place = int(generator.integers(len(phase.tables)))
            reads = self._changed_reads(phase.tables[place], generator)
            tables = (*phase.tables[:place], reads, *phase.tables[place + 1 :])
            return replace(phase, tables=tables)
        if kind < 0.6:
            bits = int(
                np.clip(phase.bits + generator.choice([-1, 1]), FEWEST_SUM_BITS, MOST_SUM_BITS)
            )
            finer = bits - phase.bits
            if generator.random() < 0.5:  # the same period, in other steps
                direct = tuple((name, sign, shift + finer) for name, sign, shift in phase.direct)
                if any(not -self.grids[n].bits < shift < bits for n, _, shift in direct):
                    return None
                return replace(phase, bits=bits, step=phase.step * 2.0**-finer, direct=direct)
            return replace(phase, bits=bits)
        argument = next(a for a in self.arguments if a.node == phase.node)
        if kind < 0.68 and len(phase.tables) > 1:
            place = int(generator.integers(len(phase.tables)))
            return replace(phase, tables=phase.tables[:place] + phase.tables[place + 1 :])
        if kind < 0.78 and len(phase.tables) < MOST_TABLES:
            place = int(generator.integers(len(phase.tables) + 1))
            new = self._one_more(argument.names, generator)
            return replace(phase, tables=(*phase.tables[:place], new, *phase.tables[place:]))
        if kind < 0.88 and phase.tables:
            return self._with_other_inputs(phase, argument, generator)
        if kind < 0.9 and not phase.direct:
            return replace(
                phase, step=phase.step * float(generator.choice([0.84, 0.92, 1.09, 1.19]))
            )
        return self._phase(argument, generator)

    def _with_other_inputs(
        self, phase: Phase, argument: Argument, generator: np.random.Generator
    ) -> Phase | None:
        """One more input in a table, or one less."""
        place = int(generator.integers(len(phase.tables)))
        name = argument.names[int(generator.integers(len(argument.names)))]
        own = phase.tables[place]
        if name in {each for each, _ in own}:
            reads = tuple(read for read in own if read[0] != name)
        else:
            reads = (*own, (name, int(generator.integers(1, 3))))
        if sum(bits for _, bits in reads) > IN_ADDER + 3:
            return None
        kept = (reads,) if reads else ()
        return replace(phase, tables=phase.tables[:place] + kept + phase.tables[place + 1 :])


def slopes_of(values: Floats, columns: Mapping[str, Floats], weights: Floats) -> dict[str, float]:
    """The slopes of a node in its inputs, by least squares."""
    names = list(columns)
    matrix = np.stack([np.ones(len(values)), *[columns[name] for name in names]], axis=1)
    weighted = matrix * weights[:, None]
    found = np.linalg.lstsq(weighted.T @ matrix, weighted.T @ values, rcond=None)[0]
    return {name: float(slope) for name, slope in zip(names, found[1:], strict=True)}
