"""Fronts as a page of HTML that needs no other file: designs as points, filters, and a table that sorts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal
from urllib.parse import quote

from symhdl.choices import SHARES_ON_DATA
from symhdl.documents import Json
from symhdl.errors import visible
from symhdl.report.markup import Content, Markup, data, element, joined, page
from symhdl.report.parts import left_out, section

Record = Mapping[str, Json]
"""A design by columns: numbers, or their texts; "" and None for what is not known."""

FIGURES: Mapping[str, str] = {
    "complexity": "complexity", "loss": "loss", "error_bound": "proved error", "luts": "LUTs",
    "ffs": "flip-flops", "dsps": "DSPs", "brams": "memories", "cycles": "cycles", "ns": "ns",
}  # fmt: skip
"""Columns that are measured along an axis, and their names for people."""

LEFT_OUT = frozenset({"digest"})
"""Columns that tell people nothing."""

FOUND = frozenset({"front", "measured", "seconds"})
"""Columns that tell what came of a design, and not what it was asked to be."""

TEXTS = frozenset({"class", "status", "equation", "diagnostic"})
MOST_CHOICES, MOST_CHOSEN_NUMBERS = 24, 12
MOST_FAILURES = 200
LARGEST = 1e150
"""Numbers up to this one and down to its inverse have ratios and differences that doubles hold."""

FAILED = "failed"
SCRIPTS = ("packed", "plots", "designs", "filters", "scatter", "table", "front")

HINT = "Here stands what is known of the design under the pointer, or at the keyboard's focus."

Kind = Literal["figure", "choice", "text"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of all designs: its values, None for what is not known, and how designs are chosen by it.

    A `figure` is chosen by its ends, a `choice` by ticking its values, a `text` by what stands in it.
    """

    name: str
    values: Sequence[float | str | None]
    is_number: bool
    kind: Kind

    @property
    def label(self) -> str:
        """The name for people."""
        return FIGURES.get(self.name, self.name)

    @property
    def is_better_high(self) -> bool:
        """Whether more of it is better, as of an accuracy."""
        return self.name.casefold().startswith(SHARES_ON_DATA)


def front_page(
    rows: Sequence[Record],
    *,
    heading: str = "Fronts",
    axes: Sequence[str] = ("loss", "luts", "ns"),
    chosen: Collection[int] = (),
    told: Sequence[str | tuple[str, str]] = (),
    pages: Mapping[int, str] | None = None,
) -> str:
    """The page of rows as `rows.csv` has them; all that stands in them stays text.

    Every two of the `axes` make a plot. `chosen` are the places of the rows of a combination, and `told` lines about
    it, those with a path being links. `pages` are paths of designs' own pages beside this one, by the places of their
    rows.
    """
    columns, common = shared(columns_of(rows))
    known = {column.name for column in columns if column.is_number}
    pairs = [(x, y) for y, x in combinations(axes, 2) if {x, y} <= known]
    parts: list[Content] = [
        element("h1", heading),
        element("p", "; ".join((summary_of(rows), *common))),
        *_combination(columns, sorted(chosen), told),
        section("The fronts", *_fronts()),
        section("The designs", *_designs()),
        *_failures(rows),
    ]
    document: dict[str, Json] = {
        "count": len(rows),
        "columns": [_document(column) for column in columns],
        "plots": [[*pair] for pair in pairs],
        "chosen": [*sorted(chosen)],
        "pages": {str(place): _address(path) for place, path in (pages or {}).items()},
    }
    body = joined([element("main", *parts), data(document, "front")])
    return page(heading, body, styles=("page", "front"), scripts=SCRIPTS)


# --- the data -------------------------------------------------------------------------------------


def columns_of(rows: Sequence[Record]) -> list[Column]:
    """The columns in which something stands, in the order in which the rows have them."""
    names = dict.fromkeys(name for row in rows for name in row if name not in LEFT_OUT)
    found = (_column(name, [row.get(name) for row in rows]) for name in names)
    return [column for column in found if any(value is not None for value in column.values)]


def shared(columns: Sequence[Column]) -> tuple[list[Column], list[str]]:
    """The columns in which rows differ or figures stand, and in words what all rows have in common."""
    common = {
        column.name: column.values[0]
        for column in columns
        if column.name not in {*TEXTS, *FIGURES} and len({*column.values}) == 1
    }
    kept = [column for column in columns if column.name not in common]
    return kept, [f"{name}: {_words(value)}" for name, value in common.items()]


def _column(name: str, values: Sequence[Json]) -> Column:
    numbers = [number_of(value) for value in values]
    is_number = name not in TEXTS and all(
        number is not None or value in ("", None)
        for number, value in zip(numbers, values, strict=True)
    )
    if not is_number:
        texts = [None if value in ("", None) else _text_of(value) for value in values]
        is_read = name in ("equation", "diagnostic")
        is_choice = name in ("class", "status") or 1 < len({*texts}) <= MOST_CHOICES
        return Column(name, texts, False, "choice" if is_choice and not is_read else "text")
    finite = [_held(number) for number in numbers]
    distinct_numbers = {number for number in finite if number is not None}
    is_swept = name not in FIGURES and len(distinct_numbers) <= MOST_CHOSEN_NUMBERS
    is_choice = is_swept and all(number.is_integer() for number in distinct_numbers)
    return Column(name, finite, True, "choice" if is_choice else "figure")


def _held(number: float | None) -> float | None:
    """The number as pictures hold it: not known where it is too large for them, 0 where it is too small."""
    if number is None or not abs(number) <= LARGEST:
        return None
    return number if abs(number) >= 1 / LARGEST else 0.0


def _text_of(value: Json) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def number_of(value: Json) -> float | None:
    """The number that a value is, or that its text stands for; None if it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _document(column: Column) -> Json:
    """The column for the script; texts by their places in a list, as many are equal."""
    head: dict[str, Json] = {
        "name": column.name,
        "label": visible(column.label),
        "number": column.is_number,
        "kind": column.kind,
        "high": column.is_better_high,
    }
    if column.is_number:
        values: list[Json] = [_short(value) for value in column.values]
        return {**head, "values": values}
    places = {text: place for place, text in enumerate(dict.fromkeys(column.values))}
    texts: list[Json] = [visible(text) if isinstance(text, str) else text for text in places]
    return {**head, "texts": texts, "values": [places[text] for text in column.values]}


def _short(value: float | str | None) -> Json:
    return int(value) if isinstance(value, float) and value.is_integer() else value


# --- the page -------------------------------------------------------------------------------------


def summary_of(rows: Sequence[Record]) -> str:
    """How many designs there are, of how many classes, and how many failed."""
    classes = {str(row.get("class") or "") for row in rows}
    failed = sum(row.get("status") == FAILED for row in rows)
    text = f"{len(rows):,} designs" if len(rows) != 1 else "1 design"
    text += f" of {len(classes)} classes" if len(classes) > 1 else ""
    return f"{text}, {failed:,} of them failed" if failed else text


def _combination(
    columns: Sequence[Column], chosen: Sequence[int], told: Sequence[str | tuple[str, str]]
) -> list[Content]:
    """The chosen rows as a table, and what is told of them; nothing without any."""
    if not chosen and not told:
        return []
    shown = [column for column in columns if any(column.values[row] is not None for row in chosen)]
    header = element("tr", *(_cell("th", column, column.label) for column in shown))
    lines = (
        element("tr", *(_cell("td", column, _words(column.values[row])) for column in shown))
        for row in chosen
    )
    table = element("div", element("table", header, *lines), class_="wide", tabindex="0")
    notes = (element("p", _line(line)) for line in told)
    return [section("The combination", *notes, *([table] if chosen else []))]


def _line(told: str | tuple[str, str]) -> Content:
    return told if isinstance(told, str) else element("a", told[0], href=_address(told[1]))


def _address(path: str) -> str:
    """The path as an address below that of the page, which never names another host."""
    return quote(path.lstrip("/"))


def _cell(tag: str, column: Column, text: str) -> Markup:
    return element(tag, text, class_="number" if column.is_number else "told")


def _words(value: float | str | None) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else f"{value:.4g}" if value % 1 else f"{value:.0f}"


def _fronts() -> list[Content]:
    """Places that the script fills in: what is shown, the plots, and the design that is looked at."""
    return [
        element(
            "noscript", element("p", "This page draws with a script, which is switched off here.")
        ),
        element("form", id="filters", class_="live"),
        element("p", element("output", id="shown", aria_live="polite")),
        element("div", id="plots"),
        element(
            "p",
            "A line joins the designs of a class and a device that no other one of them beats on both axes; those are "
            "drawn full. "
            "Arrow keys go from point to point, Enter to its row.",
            class_="quiet",
        ),
        element("div", element("p", HINT, class_="quiet"), id="told", aria_live="polite"),
    ]


def _designs() -> list[Content]:
    table = element("table", element("thead"), element("tbody"), id="designs")
    return [
        element("div", table, class_="wide"),
        element("button", "Show more", type="button", id="more", class_="live", hidden=True),
    ]


def _failures(rows: Sequence[Record]) -> list[Content]:
    """The rows that failed with their diagnostics."""
    failed = [row for row in rows if row.get("status") == FAILED]
    if not failed:
        return []
    items = [
        element(
            "li",
            element("code", _told_of(row)),
            element("pre", str(row.get("diagnostic") or "no reason is known")),
        )
        for row in failed[:MOST_FAILURES]
    ]
    more = left_out(len(failed) - len(items), "failed")
    return [section("What failed", element("ul", *items, class_="failures"), more)]


def _told_of(row: Record) -> str:
    """A row in few words: its class, what was swept, and the equation."""
    known = {*TEXTS, *FIGURES, *LEFT_OUT, *FOUND}
    swept = [f"{name} {value}" for name, value in row.items() if name not in known and value]
    words = [str(row.get("class") or ""), *swept[:6], str(row.get("equation") or "")]
    return ", ".join(word for word in words if word)
