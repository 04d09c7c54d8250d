"""What rows that chose nothing say of a design: measures with their intervals, at several strengths of noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from symhdl.documents import Json

UNKNOWN_OF_FITTED = "ranges and errors of nodes, of which tables that are fitted to rows have none"
"""What is not known of a design that is no lowering of its graph."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured on rows, and the interval in which it lies for all such rows with a probability of 95 %."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ProvedDecisions:
    """Where decisions are proved.

    Wherever the real winner leads by more than `lead`, or the compared numbers of a cut are so far apart, the hardware
    decides as the real expressions do at its (rounded) inputs; and where it does not, no more than that is lost.
    `inside` is the share of the rows that are not so clear.
    """

    lead: float
    inside: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a goal on data asked, what was reached on the rows that chose the design, and what those that judge say.

    `noise` are the strengths of noise on the inputs, in their standard deviations, at which rows are left that say
    anything, with the figures by their measures, and `outside` the share of the rows at each in which an input lies
    beyond its range. `chosen` is the goal's measure on the rows that chose. `rows` counts what rows were used for.
    `expressions` is what labels say of the real expressions themselves, and `proved` where decisions are proved.
    `made` says what the design is made of.
    """

    measure: str
    asked: float
    is_error: bool
    robust: float
    chosen: float
    rows: Mapping[str, int]
    noise: Mapping[float, Mapping[str, Figure]]
    outside: Mapping[float, float]
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
                {
                    "sigma": sigma,
                    "outside": self.outside[sigma],
                    **{name: asdict(figure) for name, figure in figures.items()},
                }
                for sigma, figures in self.noise.items()
            ],
            **({} if self.expressions is None else {"expressions": self.expressions}),
            **({} if self.proved is None else {"proved_decisions": asdict(self.proved)}),
            "made": self.made,
        }


def judgement_of(document: Json) -> Judgement | None:
    """The judgement in a document that may come from anywhere; None for what is none."""
    if not isinstance(document, dict):
        return None
    asked, robust, chosen = (_real(document.get(key)) for key in ("asked", "robust", "chosen"))
    measure, made, is_error = (document.get(key) for key in ("measure", "made", "is_error"))
    if asked is None or robust is None or chosen is None or not isinstance(is_error, bool):
        return None
    if not isinstance(measure, str) or not isinstance(made, str):
        return None
    rows, strengths = _counts(document.get("rows")), _strengths(document.get("noise"), measure)
    if rows is None or strengths is None:
        return None
    proved, expressions = document.get("proved_decisions"), document.get("expressions")
    if proved is not None and _proved(proved) is None:
        return None
    if expressions is not None and _real(expressions) is None:
        return None
    return Judgement(
        measure,
        asked,
        is_error,
        robust,
        chosen,
        rows,
        {each.sigma: each.figures for each in strengths},
        {each.sigma: each.outside for each in strengths},
        _real(expressions),
        _proved(proved),
        made,
    )


@dataclass(frozen=True, slots=True)
class _Strength:
    """What rows say at a strength of noise."""

    sigma: float
    outside: float
    figures: Mapping[str, Figure]


def _counts(value: Json) -> dict[str, int] | None:
    if not isinstance(value, dict):
        return None
    counts = {
        name: n for name, n in value.items() if isinstance(n, int) and not isinstance(n, bool)
    }
    return counts if len(counts) == len(value) else None


def _strengths(value: Json, measure: str) -> list[_Strength] | None:
    """The strengths of noise, the first of which is none at all."""
    if not isinstance(value, list):
        return None
    known = [each for each in map(_strength, value) if each is not None]
    is_whole = len(known) == len(value) and all(measure in each.figures for each in known)
    return known if known and is_whole and known[0].sigma == 0 else None


def _strength(value: Json) -> _Strength | None:
    if not isinstance(value, dict):
        return None
    sigma, outside = _real(value.get("sigma")), _real(value.get("outside"))
    if sigma is None or outside is None:
        return None
    found = {n: _read(each) for n, each in value.items() if n not in ("sigma", "outside")}
    known = {name: figure for name, figure in found.items() if figure is not None}
    return _Strength(sigma, outside, known) if len(known) == len(found) else None


def _proved(value: Json) -> ProvedDecisions | None:
    if not isinstance(value, dict) or value.keys() != {"lead", "inside"}:
        return None
    lead, inside = _real(value["lead"]), _real(value["inside"])
    return None if lead is None or inside is None else ProvedDecisions(lead, inside)


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
