"""The best combination of one equation for each class within a budget, as one design whose greatest output tells.

The candidates are simulated bit by bit, and all combinations of them scored on rows that choose. What one takes is
guessed as the sum of what its parts take, and the best are compiled as one design until one keeps within the budget,
which rows judge that chose nothing. All of that counts work, and comes out the same on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain, islice

import numpy as np

from symhdl.compiled import CompiledDesign
from symhdl.compiler import compile_read
from symhdl.empirical.folding import joined
from symhdl.empirical.goal import MEASURES, winners
from symhdl.empirical.judge import figure_of
from symhdl.empirical.samples import Floats, Samples
from symhdl.empirical.simulated import outputs_at
from symhdl.errors import Diagnostic, GoalError
from symhdl.explore.candidates import (
    Candidate,
    Classes,
    Rows,
    added_costs,
    pools_of,
    rows_of,
    settings_of,
    together,
)
from symhdl.explore.exploration import Runner, one_by_one
from symhdl.explore.job import Job
from symhdl.explore.limits import ADDED, Limits
from symhdl.explore.measured import Measured, measured
from symhdl.explore.picks import Pick, best_picks
from symhdl.explore.row import Row
from symhdl.explore.values import Values, values_of
from symhdl.explore.work import Workshop, chosen_of, without_strangers
from symhdl.judgement import Figure

TOP = "combination"
TRIED = 12
"""The combinations that are compiled before none is taken to keep within the budget."""

KEPT = 512
"""The combinations of each setting that are ranked."""

SHARED = 1.15
"""How much more a combination may take by the sum of its parts than the budget: sharing may save that."""

LOWERED = 0.97
"""By what share of a combination that took too much the next one must take less."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a combination: its budget, and the columns of the data with labels and weights, if any.

    Without labels it is to tell the classes that the most accurate equations tell.
    """

    limits: Limits
    labels: str | None = None
    weights: str | None = None

    @property
    def measure(self) -> str:
        """What is to be great."""
        return "agreement" if self.labels is None else "accuracy"


@dataclass(frozen=True, slots=True)
class Part:
    """The equation of a class with its row, and at how many rows the shared design gives another number for it."""

    class_name: str
    row: Row
    different: int


@dataclass(frozen=True, slots=True)
class Combination:
    """One equation for each class as one design, with what it takes and how well it tells classes.

    `figures` are of the design itself, bit by bit, on `judging` rows that chose nothing; `chosen_alone` is the measure
    of the parts, compiled one by one, on the `choosing` rows and `copies` between these. `expressions` is what the most
    accurate equations reach, in real numbers, on the rows that judge. At `other_winners` of all rows the design tells
    another class than its parts compiled one by one.
    """

    device: str
    wanted: Wanted
    parts: tuple[Part, ...]
    design: CompiledDesign
    taken: Measured
    chosen_alone: float
    choosing: int
    copies: int
    judging: int
    figures: Mapping[str, Figure]
    expressions: float
    other_winners: int
    tried: int
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def alone(self) -> int:
        """The LUTs of the parts, compiled one by one."""
        return sum(part.row.luts or 0 for part in self.parts)


@dataclass(frozen=True, slots=True)
class _Setting:
    """Candidates that were made alike, and the best combinations of them within limits."""

    classes: Classes
    picks: Sequence[Pick]

    def chosen(self, pick: Pick) -> dict[str, Candidate]:
        """The candidate of each class."""
        pairs = zip(self.classes.items(), pick.candidates, strict=True)
        return {name: candidates[place] for (name, candidates), place in pairs}


def combinations(
    made: Sequence[tuple[Job, Row]],
    wanted: Wanted,
    status: Callable[[str], None] = lambda _: None,
    runner: Runner = one_by_one,
) -> tuple[Combination, ...]:
    """The best combination for each device. `status` is told what is being done; `runner` makes candidates again.

    Raises UsageError where there is but one class or no data, GoalError where nothing keeps within the budget, and
    SymhdlError for data that cannot be used.
    """
    candidates = [Candidate(job, row) for job, row in made]
    by_device = settings_of(candidates, wanted.limits)
    if not by_device:
        raise _none(wanted.limits, candidates)
    rows = rows_of(candidates, wanted.labels, wanted.weights)
    settings = chain.from_iterable(by_device.values())
    jobs = [each.job for classes in settings for found in classes.values() for each in found]
    values = values_of(jobs, joined(rows.choosing, rows.judging).inputs, runner, status)
    return tuple(
        _best(device, settings, rows, values, wanted, status)
        for device, settings in by_device.items()
    )


def _best(
    device: str,
    settings: Sequence[Classes],
    rows: Rows,
    values: Mapping[Job, Values],
    wanted: Wanted,
    status: Callable[[str], None],
) -> Combination:
    """The best combination for a device. Raises GoalError."""
    names = wanted.limits.added
    pools = [pools_of(classes, values, rows.choosing.rows, names) for classes in settings]
    ceilings = {name: SHARED * wanted.limits.most[name] for name in names}

    def ranked() -> list[tuple[_Setting, Pick]]:
        """The best combinations within the ceilings as they are now, over all settings."""
        status("scoring")
        most = [ceilings[name] for name in names] or [np.inf]
        found = [
            _Setting(c, best_picks(p, rows.right, rows.choosing.weights, most, KEPT))
            for c, p in zip(settings, pools, strict=True)
        ]
        pairs = [(setting, pick) for setting in found for pick in setting.picks]
        return sorted(pairs, key=lambda pair: (-pair[1].score, *pair[1].costs))

    def fitting() -> Iterator[tuple[_Setting, Pick]]:
        """The best combinations within the ceilings, which are ranked again where these fell meanwhile."""
        known: dict[str, float] | None = None
        while known != ceilings:
            known = dict(ceilings)
            for setting, pick in ranked():
                sums = dict(zip(names, pick.costs, strict=False))
                if all(sums[name] <= ceilings[name] for name in names):
                    yield setting, pick

    for tried, (setting, pick) in enumerate(islice(fitting(), TRIED), 1):
        chosen = setting.chosen(pick)
        status(f"compiling number {tried}")
        design, taken = _compiled(chosen)
        excess = wanted.limits.excess({**asdict(taken), "cycles": design.latency})
        if not excess:
            alone = np.stack([values[each.job].reals for each in chosen.values()], axis=1)
            return _told(device, wanted, chosen, design, taken, pick, rows, alone, tried)
        if excess in ceilings:
            sums = dict(zip(names, pick.costs, strict=True))
            ceilings[excess] = min(ceilings[excess], LOWERED * sums[excess])
    everything = [each for classes in settings for found in classes.values() for each in found]
    raise _none(wanted.limits, everything)


def _compiled(chosen: Mapping[str, Candidate]) -> tuple[CompiledDesign, Measured]:
    """The shared design, and what it takes by the same tools as its parts. Raises SymhdlError."""
    job = next(iter(chosen.values())).job
    read = together(chosen)
    options = replace(without_strangers(chosen_of(job), read), top=TOP, cache=True)
    design = compile_read(read, replace(options, data=Workshop().tables_of(options)))
    return design, measured(design, job.far)


def _told(
    device: str,
    wanted: Wanted,
    chosen: Mapping[str, Candidate],
    design: CompiledDesign,
    taken: Measured,
    pick: Pick,
    rows: Rows,
    alone: Floats,
    tried: int,
) -> Combination:
    """The combination with what the rows that judge say of it, and where it is not what its parts are `alone`."""
    computed = _outputs(design, rows.judging)
    names = ("accuracy", "agreement") if wanted.labels is not None else ("agreement",)
    figures = {name: figure_of(MEASURES[name], computed, rows.judging) for name in names}
    shared = np.concatenate([_outputs(design, rows.choosing), computed])
    different = (shared != alone).sum(axis=0).tolist()
    return Combination(
        device,
        wanted,
        tuple(
            Part(name, each.row, count)
            for (name, each), count in zip(chosen.items(), different, strict=True)
        ),
        design,
        taken,
        pick.score,
        rows.choosing.rows - rows.copies,
        rows.copies,
        rows.judging.rows,
        figures,
        MEASURES[wanted.measure].score(rows.judging.exact, rows.judging),
        int((winners(shared) != winners(alone)).sum()),
        tried,
        rows.warnings,
    )


def _outputs(design: CompiledDesign, samples: Samples) -> Floats:
    """The outputs at all rows, of constants too."""
    found = outputs_at(design.operators, samples.inputs)
    return np.broadcast_to(found, (samples.rows, found.shape[1]))


def _none(limits: Limits, candidates: Sequence[Candidate]) -> GoalError:
    """The error that nothing keeps within the budget, with the least that is needed as far as sums tell."""
    least: dict[str, float] = {}
    for name in (name for name in limits.most if name in ADDED):
        by_class: dict[str, float] = {}
        for each in candidates:
            if each.row.status == "done":
                (cost,) = added_costs(each.row, (name,))
                known = by_class.get(each.job.equation.class_name, np.inf)
                by_class[each.job.equation.class_name] = min(known, cost)
        least[name] = sum(by_class.values())
    told = ", ".join(f"{name}={value:g}" for name, value in least.items())
    help = f"the least equations take {told} one by one" if told else "allow more"
    return GoalError(Diagnostic("budget", f"no combination keeps within {limits}", help=help))
