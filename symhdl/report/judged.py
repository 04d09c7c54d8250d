"""What rows of data say of a design, in the words and tables in which people read it."""

from __future__ import annotations

from collections.abc import Sequence

from symhdl.errors import shortened
from symhdl.judgement import Figure, Judgement
from symhdl.tables import number

SHARES = ("agreement", "accuracy")
"""Measures that are told in percent."""

HEADING = "what rows that chose nothing say"


def sentences(judgement: Judgement) -> list[str]:
    """What was asked, on what rows, and what stands beside the figures."""
    name, rows = judgement.measure, judgement.rows
    sign = "<=" if judgement.is_error else ">="
    noise = f" under noise of {judgement.robust:g} sigma" if judgement.robust else ""
    reached = _words(name, judgement.reached)
    told = [
        f"asked: {shortened(name)} {sign} {value_of(name, judgement.asked)}{noise}; on the rows that chose "
        f"{value_of(name, judgement.chosen)}, on those that judge {reached}",
        "rows: "
        + ", ".join(f"{count:,} {what}" for what, count in rows.items())
        + "; beyond its range an input is held at the end",
    ]
    if judgement.expressions is not None:
        told.append(f"accuracy of the real expressions: {percentage(judgement.expressions)}")
    if judgement.proved is not None:
        lead, inside = number(judgement.proved.lead), percentage(judgement.proved.inside)
        told.append(
            "proved: for inputs as the hardware holds them it decides as the real expressions do "
            f"where the winner leads by more than {lead}; "
            f"{'no row is' if judgement.proved.inside == 1 else f'{inside} of the rows are not'} so clear"
        )
    if judgement.made:
        told.append(f"made of: {shortened(judgement.made, 80)}")
    return told


def noise_table(judgement: Judgement) -> tuple[Sequence[str], list[Sequence[str]]]:
    """A header, and the figures at each strength of noise on the inputs."""
    names = list(judgement.noise[0.0])
    header = ("noise, sigma", *(shortened(name, 20) for name in names), "beyond ranges")
    rows: list[Sequence[str]] = [
        (
            f"{sigma:g}",
            *(_words(name, figures[name]) if name in figures else "" for name in names),
            percentage(judgement.outside[sigma]),
        )
        for sigma, figures in judgement.noise.items()
    ]
    return header, rows


def _words(name: str, figure: Figure) -> str:
    low, high = value_of(name, figure.low), value_of(name, figure.high)
    return f"{value_of(name, figure.value)} ({low} to {high})"


def value_of(name: str, value: float) -> str:
    """A measure as people read it."""
    return percentage(value) if name in SHARES else number(value)


def percentage(share: float) -> str:
    """A share in percent."""
    return f"{100 * share:.1f} %"
