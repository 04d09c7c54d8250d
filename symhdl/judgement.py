"""What rows that chose nothing say of a design: measures with their intervals, at several strengths of noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from symhdl.documents import Json


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured on rows, and the interval in which it lies for all such rows with a probability of 95 %."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ProvedDecisions:
    """Where the real winner leads by more than `lead`, the hardware provably decides alike.

    `inside` is the share of the rows that judge in which it does not.
    """

    lead: float
    inside: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a goal on data asked, what was reached on the rows that chose the design, and what those that judge say.

    `noise` are the strengths of noise on the inputs, in their standard deviations, with the figures by their measures.
    `chosen` is the goal's measure on the rows that chose. `rows` counts what rows were used for, `outside` is the share
    of those that judge in which an input lies beyond its range. `expressions` is what labels say of the real
    expressions themselves, and `proved` where decisions are proved. `made` says what the design is made of.
    """

    measure: str
    asked: float
    is_error: bool
    robust: float
    chosen: float
    rows: Mapping[str, int]
    noise: Mapping[float, Mapping[str, Figure]]
    outside: float
    expressions: float | None = None
    proved: ProvedDecisions | None = None
    made: str = ""

    @property
    def reached(self) -> Figure:
        """The goal's measure on the rows that judge, as they are."""
        return self.noise[0.0][self.measure]

    @property
    def is_missed(self) -> bool:
        """Whether the goal is out of reach of the interval on the rows that judge."""
        reached = self.reached
        return reached.low > self.asked if self.is_error else reached.high < self.asked

    @property
    def is_narrow(self) -> bool:
        """Whether little noise takes the measure out of its interval: the design is right at its rows alone."""
        first, *others = (figures[self.measure] for figures in self.noise.values())
        if not others:
            return False
        return others[0].low > first.high if self.is_error else others[0].high < first.low

    def document(self) -> dict[str, Json]:
        """The judgement as it stands in a manifest."""
        return {
            "measure": self.measure,
            "asked": self.asked,
            "is_error": self.is_error,
            "robust": self.robust,
            "chosen": self.chosen,
            "rows": dict(self.rows),
            "noise": [
                {"sigma": sigma, **{name: _figure(figure) for name, figure in figures.items()}}
                for sigma, figures in self.noise.items()
            ],
            "outside": self.outside,
            **({} if self.expressions is None else {"expressions": self.expressions}),
            **({} if self.proved is None else {"proved_decisions": asdict(self.proved)}),
            "made": self.made,
        }


def judgement_of(document: Json) -> Judgement | None:
    """The judgement in a document that may come from anywhere; None for what is none."""
    if not isinstance(document, dict):
        return None
    rows, noise = document.get("rows"), document.get("noise")
    proved, expressions = document.get("proved_decisions"), document.get("expressions")
    numbers = [_real(document.get(key)) for key in ("asked", "robust", "chosen", "outside")]
    measure, made, is_error = (document.get(key) for key in ("measure", "made", "is_error"))
    if not isinstance(rows, dict) or not isinstance(noise, list):
        return None
    counts = {name: n for name, n in rows.items() if isinstance(n, int) and not isinstance(n, bool)}
    strengths = [_strength(each) for each in noise]
    known = [each for each in strengths if each is not None]
    asked, robust, chosen, outside = numbers
    if (
        asked is None or robust is None or chosen is None or outside is None
        or not isinstance(measure, str) or not isinstance(made, str) or not isinstance(is_error, bool)
        or len(counts) < len(rows) or len(known) < len(strengths)
        or not known or known[0][0] != 0 or any(measure not in figures for _, figures in known)
        or (expressions is not None and _real(expressions) is None)
        or (proved is not None and _proved(proved) is None)
    ):  # fmt: skip
        return None
    return Judgement(
        measure, asked, is_error, robust, chosen, counts, dict(known), outside, _real(expressions),
        _proved(proved), made,
    )  # fmt: skip


def _strength(value: Json) -> tuple[float, dict[str, Figure]] | None:
    """A strength of noise with its figures."""
    sigma = _real(value.get("sigma")) if isinstance(value, dict) else None
    if sigma is None or not isinstance(value, dict):
        return None
    figures = {name: _read(each) for name, each in value.items() if name != "sigma"}
    known = {name: figure for name, figure in figures.items() if figure is not None}
    return (sigma, known) if len(known) == len(figures) else None


def _proved(value: Json) -> ProvedDecisions | None:
    if not isinstance(value, dict) or value.keys() != {"lead", "inside"}:
        return None
    lead, inside = _real(value["lead"]), _real(value["inside"])
    return None if lead is None or inside is None else ProvedDecisions(lead, inside)


def _figure(figure: Figure) -> dict[str, Json]:
    return {"value": figure.value, "low": figure.low, "high": figure.high}


def _read(value: Json) -> Figure | None:
    if not isinstance(value, dict) or value.keys() != {"value", "low", "high"}:
        return None
    numbers = [_real(value[key]) for key in ("value", "low", "high")]
    known = [number for number in numbers if number is not None]
    return Figure(*known) if len(known) == len(numbers) else None


def _real(value: Json) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)
