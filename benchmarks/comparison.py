"""Two runs of the corpus side by side: every design's figures, their ratios, and the geometric means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.report import Document, ResultDict, worst_ulps
from benchmarks.tables import NOTHING, fixed, geometric_mean, number, table


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a design; `better` is -1 where less is better, else 1."""

    title: str
    of: Callable[[ResultDict], float | None]
    better: int
    places: int = 0


def _synth(key: str) -> Callable[[ResultDict], float | None]:
    def figure(design: ResultDict) -> float | None:
        synth: Mapping[str, object] = design["synth"] or {}
        value = synth.get(key)
        return value if isinstance(value, int | float) else None

    return figure


FIGURES = (
    Figure("LUTs", _synth("luts"), -1),
    Figure("FFs", _synth("ffs"), -1),
    Figure("DSPs", _synth("dsps"), -1),
    Figure("BRAMs", _synth("brams"), -1),
    Figure("Fmax MHz", _synth("fmax_mhz"), 1, 1),
    Figure("latency", lambda design: design["latency_cycles"], -1),
    Figure("proved ulp", lambda design: worst_ulps(design, "error_bound"), -1, 3),
    Figure("compile s", lambda design: design["compile_s"], -1, 2),
)


def comparison_lines(old: Document, new: Document) -> list[str]:
    """Markdown: what differs in the options, the means over designs that both have, then design by design."""
    before = {design["id"]: design for design in old["designs"]}
    after = {design["id"]: design for design in new["designs"]}
    both = [name for name in after if name in before]
    pairs = [(before[name], after[name]) for name in both]
    return [
        "# Corpus benchmark: old against new",
        "",
        *_difference_lines(old, new),
        *_mean_lines(pairs),
        "",
        *_flag_lines(before, after),
        "Each figure: old, new (new / old).",
        "",
        *table(("design", *(figure.title for figure in FIGURES)), [_row(*pair) for pair in pairs]),
    ]


def _difference_lines(old: Document, new: Document) -> list[str]:
    """Options and versions that are not the same; figures under other options do not compare."""
    lines: list[str] = []
    for what, first, second in (
        ("option", old["options"], new["options"]),
        ("version", old["versions"], new["versions"]),
    ):
        for name in dict.fromkeys((*first, *second)):
            left, right = first.get(name, NOTHING), second.get(name, NOTHING)
            if left != right:
                lines.append(f"- {what} {name}: {left}, now {right}")
    return ["Not the same:", "", *lines, ""] if lines else []


def _ratio(figure: Figure, old: ResultDict, new: ResultDict) -> float | None:
    before, after = figure.of(old), figure.of(new)
    return after / before if before and after else None


def _mean_lines(pairs: list[tuple[ResultDict, ResultDict]]) -> list[str]:
    rows: list[tuple[str, ...]] = []
    for figure in FIGURES:
        known = [
            (a, b)
            for a, b in ((figure.of(x), figure.of(y)) for x, y in pairs)
            if None not in (a, b)
        ]
        ratios = [r for r in (_ratio(figure, *pair) for pair in pairs) if r is not None]
        changes = [(b or 0) - (a or 0) for a, b in known]
        rows.append(
            (
                figure.title,
                number(sum(a or 0 for a, _b in known), 6),
                number(sum(b or 0 for _a, b in known), 6),
                fixed(geometric_mean(ratios), 3),
                str(len(ratios)),
                str(sum(change * figure.better > 0 for change in changes)),
                str(sum(change * figure.better < 0 for change in changes)),
            )
        )
    heading = (
        "figure",
        "old sum",
        "new sum",
        "geometric mean of new / old",
        "over",
        "better",
        "worse",
    )
    return table(heading, rows)


def _flag_lines(before: Mapping[str, ResultDict], after: Mapping[str, ResultDict]) -> list[str]:
    """Designs that only one of the runs brought to its end."""
    lines: list[str] = []
    for name in dict.fromkeys((*before, *after)):
        if name not in before or name not in after:
            lines.append(f"- {name}: only in the {'old' if name in before else 'new'} run")
            continue
        left, right = _state(before[name]), _state(after[name])
        if left != right:
            lines.append(f"- {name}: {left}, now {right}")
    return ["Succeeded in only one run:", "", *lines, ""] if lines else []


def _state(design: ResultDict) -> str:
    if design["status"] != "ok":
        return design["status"]
    violated = any(output["violations"] for output in design["outputs"])
    state = "bound violated" if violated else "ok"
    return f"{state}, synthesis failed" if design["synth_status"] == "failed" else state


def _row(old: ResultDict, new: ResultDict) -> tuple[str, ...]:
    return (new["id"], *(_side_by_side(figure, old, new) for figure in FIGURES))


def _side_by_side(figure: Figure, old: ResultDict, new: ResultDict) -> str:
    ratio = _ratio(figure, old, new)
    shown = f" ({ratio:.2f})" if ratio is not None else ""
    return f"{fixed(figure.of(old), figure.places)}, {fixed(figure.of(new), figure.places)}{shown}"
