"""What options say twice, or against each other, or of something that is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from symhdl.arguments import EVERY
from symhdl.choices import OF_LABELS
from symhdl.data_goals import Goal
from symhdl.errors import Diagnostic

UNIFORM_SAYS = ("width", "output_width", "error", "correctly_rounded")
"""What has no meaning where all nodes have one format."""

GOAL_SAYS = ("error", "uniform", "correctly_rounded")
"""What says otherwise than a goal on data how accurate a design is."""


def clashes(
    chosen: Mapping[str, object], defaults: object, called: Callable[[str], str]
) -> Iterator[Diagnostic]:
    """What is said twice, or of nothing.

    `chosen` holds what was given, by the names of options, `defaults` has a field for each, and `called` tells what
    messages call one.
    """
    for one, other in (("output_format", "output_width"), ("input_formats", "width")):
        formats = chosen.get(one)
        general = not isinstance(formats, tuple) or EVERY in dict(formats)
        if formats is not None and general and other in chosen:
            message = f"{called(one)} and {called(other)} say the same thing twice"
            yield Diagnostic("bad-argument", message, help="leave one of them out")
    for name in UNIFORM_SAYS if "uniform" in chosen else ():
        if chosen.get(name, getattr(defaults, name)) != getattr(defaults, name):
            uniform = called("uniform")
            message = (
                f"{uniform} gives the format of all nodes, and {called(name)} asks for another"
            )
            yield Diagnostic("bad-argument", message, help="leave one of them out")
    yield from _clashes_of_goals(chosen, defaults, called)
    for name in ("margin", "quantiles", "missing", "decimal"):
        default = getattr(defaults, name)
        if chosen.get(name, default) != default and "data" not in chosen:
            message = f"{called(name)} says what to make of data, and there are none"
            yield Diagnostic("bad-argument", message, help=f"give {called('data')}")


def _clashes_of_goals(
    chosen: Mapping[str, object], defaults: object, called: Callable[[str], str]
) -> Iterator[Diagnostic]:
    """What does not go together with a goal on data, or is said of one that is not there."""
    goal = chosen.get("goal")
    if not isinstance(goal, Goal):
        for name in ("labels", "weights", "robust", "dont_care", "judge"):
            default = getattr(defaults, name)
            value = chosen.get(name, default)
            if value is not default and (default is None or value != default):
                message = f"{called(name)} belongs to a goal on data, and there is none"
                yield Diagnostic("bad-argument", message, help=f"give {called('goal')}")
        return
    if "data" not in chosen:
        message = f"{called('goal')} is one on rows of data, and there are none"
        yield Diagnostic("bad-argument", message, help=f"give {called('data')}")
    if goal.name in OF_LABELS and "labels" not in chosen:
        message = f"{goal.name} is measured against labels, and there are none"
        yield Diagnostic("bad-argument", message, help=f"give {called('labels')}")
    for name in GOAL_SAYS:
        if chosen.get(name, getattr(defaults, name)) != getattr(defaults, name):
            other = called(name)
            message = (
                f"{called('goal')} says how accurate the design is, and {other} says otherwise"
            )
            yield Diagnostic("bad-argument", message, help="leave one of them out")
