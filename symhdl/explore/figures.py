"""What the bit-exact hardware of one equation is worth on rows of data: its loss, its error, and how well it tells.

All measures are those of goals on data. A loss is the mean squared error against what the search held its equation
against: a column of targets, or for labels two numbers, one for rows of the class and one for all others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from symhdl.compiled import CompiledDesign
from symhdl.data.table import Missing, Table
from symhdl.empirical.folding import Folding, folds_of
from symhdl.empirical.goal import MEASURES, rms
from symhdl.empirical.reading import Columns, read_samples
from symhdl.empirical.samples import Floats, Samples
from symhdl.empirical.simulated import outputs_at
from symhdl.errors import Diagnostic, UsageError, error, shortened
from symhdl.explore.job import Job

LEVELS = (-1.0, 1.0)
"""What searches for a class usually hold an equation against: outside of the class and inside."""

NAMES = ("mse", "mse_real", "rms", "accuracy", "agreement", "auc")
"""The figures, by the names of their columns.

`mse` is the loss of the hardware, `mse_real` that of the real expression on the same rows, `rms` the error of the
hardware against the real expression, `accuracy` the share of the rows that lie on the side of the middle between the
levels where their labels are, `agreement` that of those that lie where the real expression does.
"""


@dataclass(frozen=True, slots=True)
class Aim:
    """What the rows say beside the inputs of an equation of a class ("" where there is but one).

    `labels`, `target` and `weights` are names of columns, all of which may be missing. `levels` are what the search
    held the equation against at rows outside and inside of the class.
    """

    class_name: str = ""
    labels: str | None = None
    target: str | None = None
    weights: str | None = None
    missing: Missing = "refuse"
    levels: tuple[float, float] = LEVELS


def aim_of(job: Job) -> Aim:
    """What was said of the rows of a job. Raises UsageError for levels that are none."""
    said = dict(job.figures)
    missing: Missing = "skip" if dict(job.options).get("missing") == "skip" else "refuse"
    return Aim(
        job.equation.class_name,
        said.get("labels"),
        said.get("against"),
        said.get("weights"),
        missing,
        levels_of(said["levels"]) if "levels" in said else LEVELS,
    )


def levels_of(text: str) -> tuple[float, float]:
    """The levels that a text such as `-1,1` means. Raises UsageError for others."""
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError:
        low = high = math.nan
    if not math.isfinite(high - low) or low == high:
        message = f"`{shortened(text)}` does not say two levels"
        help = "write what the search held rows of other classes and of the class against: -1,1"
        raise UsageError(Diagnostic("bad-levels", message, help=help))
    return low, high


def figures_of(
    design: CompiledDesign, tables: Sequence[Table], aim: Aim
) -> tuple[tuple[str, float], ...]:
    """The figures of a design with one output that rows tell, by their names; none of a constant.

    Without labels and targets rows tell of designs whose inputs they name. A design that rows have chosen is told by
    those that judged it. A figure that is too great for a number is left out. Raises SymhdlError for rows that cannot
    be used, and where rows without a target leave open which of the others judged.
    """
    inputs = [declared.name for declared in design.mathematics.inputs]
    asked = aim.labels is not None or aim.target is not None
    if not inputs or not (asked or all(len(t.named(inputs)) == len(inputs) for t in tables)):
        return ()
    ignored = design.design.request.ignore_undefined
    own = aim.class_name if aim.labels is not None and aim.class_name else None
    columns = Columns(aim.labels, aim.weights, aim.missing, ignored, aim.target, own)
    samples = read_samples(tables, design.mathematics, columns).samples
    if design.judgement is not None:
        _check_all_have_targets(samples, tables, design, columns)
        wanted = Folding(design.judgement.robust > 0, design.judgement.robust)
        samples = folds_of(samples, None, design.mathematics, wanted).judging
    computed = outputs_at(design.operators, samples.inputs)
    found = {"rms": rms(computed, samples)}
    if aim.target is not None:
        assert samples.target is not None, "a target without its numbers; please report this"
        found |= _losses(computed, samples, samples.target)
    elif samples.labels is not None:
        found |= _losses(computed, samples, np.array(aim.levels)[samples.labels])
    if samples.labels is not None:
        found |= _decisions(computed, samples, aim.levels)
    return tuple((name, found[name]) for name in NAMES if math.isfinite(found.get(name, math.nan)))


def _check_all_have_targets(
    samples: Samples, tables: Sequence[Table], design: CompiledDesign, columns: Columns
) -> None:
    """Raises SymhdlError unless all rows that the goal was held against have a target: others are drawn otherwise."""
    if columns.target is None or columns.missing == "refuse":
        return
    drawn = read_samples(tables, design.mathematics, replace(columns, target=None)).samples
    if drawn.rows > samples.rows:
        text = f"{drawn.rows - samples.rows} rows lack `{shortened(columns.target)}`"
        help = "leave them out of the data: rows that chose a design must not judge it"
        raise error("missing-targets", text, help=help)


def _losses(computed: Floats, samples: Samples, target: Floats) -> dict[str, float]:
    against = replace(samples, exact=target[:, np.newaxis])
    return {"mse": rms(computed, against) ** 2, "mse_real": rms(samples.exact, against) ** 2}


def _decisions(computed: Floats, samples: Samples, levels: tuple[float, float]) -> dict[str, float]:
    """How well the output tells the class, taken at the middle between the levels, and at all thresholds."""
    scaled = replace(samples, exact=_scaled(samples.exact, levels))
    told = _scaled(computed, levels)
    found = {name: MEASURES[name].score(told, scaled) for name in ("accuracy", "agreement")}
    upwards = computed if levels[0] < levels[1] else -computed
    return {**found, "auc": MEASURES["auc"].score(upwards, samples)}


def _scaled(outputs: Floats, levels: tuple[float, float]) -> Floats:
    """Outputs from 0, outside of the class, to 1, inside."""
    low, high = levels
    scaled: Floats = np.clip((outputs - low) / (high - low), 0.0, 1.0)
    return scaled
