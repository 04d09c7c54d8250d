"""`symhdl explore`: sources and sweeps in; a design for each row, what it takes, and which of them pay, out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from symhdl.commands.chosen import STANDARD_STREAM
from symhdl.commands.options import Texts, chosen_options, usage, value_of
from symhdl.commands.rows_table import live_rows, show_rows
from symhdl.commands.terminal import message, out, out_json, show, status_line
from symhdl.documents import json_text
from symhdl.errors import Source, Span, SymhdlError, error, shortened, warning
from symhdl.explore.combination import Combination, Wanted, combinations
from symhdl.explore.combined import COMBINATIONS, document, lines_of
from symhdl.explore.equation import Given, equations_of
from symhdl.explore.exploration import Exploration, Runner, explore, one_by_one
from symhdl.explore.figures import NAMES, levels_of
from symhdl.explore.job import BY_INPUT, Far, Job, Text
from symhdl.explore.limits import limits_of
from symhdl.explore.plan import check_names, jobs_of
from symhdl.explore.results import FIGURES, REPORT, ROWS, check_ours, records, write_results
from symhdl.explore.row import INTERNAL, Row
from symhdl.explore.store import STORE, ExploreStore
from symhdl.explore.sweep import sets_of
from symhdl.files.writing import folders_made, told

STATUS_INTERRUPTED = 130
MOST_REASONS = 10  # for which there are no designs
SAID_OF_ROWS = ("labels", "weights", "against", "levels")


class ExploreCommand(TypedDict):
    """What `symhdl explore` has beside the options of the compiler."""

    sources: tuple[str, ...]
    classes: tuple[str, ...]
    synth: bool
    pnr: bool
    axes: str
    against: str | None
    levels: str | None
    budget: tuple[str, ...]
    best: bool
    output: str | None
    force: bool
    json: bool


def run(command: ExploreCommand, texts: Texts) -> None:
    """Explores. What was done before is not done again; what ends it loses nothing that is done."""
    axes = _axes(command["axes"])
    jobs = planned(command, texts)
    wanted = _wanted(command, texts)
    if command["output"] is None:
        found = _explored(jobs, None)
        combined = _combined(jobs, found, wanted)
        deliver(command, found, len(jobs), axes, combined=combined)
        return
    folder = Path(command["output"])
    with _made(folder), ExploreStore(folder / STORE) as store:
        if not command["force"]:
            for name in (ROWS, REPORT, COMBINATIONS):
                check_ours(folder / name, store)
        found = _explored(jobs, store)
        combined = _combined(jobs, found, wanted)
        written = write_results(
            folder, store, found.rows, axes, combined.found, force=command["force"]
        )
    wrote = f"wrote {folder}: {', '.join((STORE, *written))}"
    deliver(command, found, len(jobs), axes, wrote, combined)


def _explored(jobs: Sequence[Job], store: ExploreStore | None) -> Exploration:
    with live_rows(len(jobs)) as tell:
        return explore(jobs, store, _runner(), tell)


def _wanted(command: ExploreCommand, texts: Texts) -> Wanted | None:
    """What is asked of a combination; None if none is wanted."""
    limits = limits_of(command["budget"])
    if not (limits.most or command["best"]):
        return None
    labels, weights = texts.get("labels"), texts.get("weights")
    if not texts.get("data"):
        raise usage("the best combination is looked for on rows of data", help="give --data FILE")
    return Wanted(
        limits,
        labels if isinstance(labels, str) else None,
        weights if isinstance(weights, str) else None,
    )


@dataclass(frozen=True, slots=True)
class _Combined:
    """The best combinations, or why there are none."""

    found: tuple[Combination, ...] = ()
    problem: SymhdlError | None = None


def _combined(jobs: Sequence[Job], found: Exploration, wanted: Wanted | None) -> _Combined:
    """The best combinations of what was found, if they are wanted, and nothing ended it."""
    if wanted is None or found.interrupted:
        return _Combined()
    rows = {row.digest: row for row in found.rows}
    made = [(job, rows[job.digest()]) for job in jobs if job.digest() in rows]
    try:
        with status_line() as tell:
            return _Combined(combinations(made, wanted, tell))
    except SymhdlError as problem:  # rows are told first
        return _Combined(problem=problem)


def _runner() -> Runner:
    """Who makes the designs."""
    return one_by_one


def deliver(
    command: ExploreCommand,
    found: Exploration,
    count: int,
    axes: Sequence[str],
    wrote: str = "",
    combined: _Combined = _Combined(),
) -> None:
    """Tells what was found. Ends with the status of what Ctrl-C ended if it did."""
    rows = records(found.rows, axes)
    if command["json"]:
        told = [document(each) for each in combined.found]
        out_json(json_text({"rows": [*rows], "combinations": [*told]} if told else [*rows]))
    else:
        show_rows(rows)
        for line in failures(found.rows):
            out(line)
        out(summary(found, count, axes))
        for each in combined.found:
            show(each.warnings)
            out("\n".join(lines_of(each)))
        if wrote:
            out(wrote)
    mistakes = [row for row in found.rows if row.diagnostic == INTERNAL]
    if mistakes:
        text = f"symhdl made a mistake in {len(mistakes)} of the designs, sorry; please report this"
        show([warning(INTERNAL, text, notes=(mistakes[0].message.strip().split("\n")[-1],))])
    if found.interrupted:
        again = ", which the next run has not to do again" if wrote else ""
        message(f"interrupted: {len(found.rows)} of {count} designs are there{again}")
        raise SystemExit(STATUS_INTERRUPTED)
    if combined.problem is not None:
        raise combined.problem


def failures(rows: Sequence[Row]) -> list[str]:
    """Why there are rows without a design: each reason once, in a line."""
    reasons = Counter((row.diagnostic, row.trouble) for row in rows if row.status == "failed")
    lines = [
        f"{name}: {shortened(trouble, 120)}" + (f" ({count} times)" if count > 1 else "")
        for (name, trouble), count in reasons.items()
    ]
    more = [f"... and {len(lines) - MOST_REASONS} more reasons"]
    return lines if len(lines) <= MOST_REASONS else lines[:MOST_REASONS] + more


def summary(found: Exploration, count: int, axes: Sequence[str]) -> str:
    """How many designs there are, and what the asterisk means."""
    failed = sum(row.status == "failed" for row in found.rows)
    cut = sum(row.status == "cut" for row in found.rows)
    parts = [f"{count} designs" if count != 1 else "1 design"]
    parts += [f"{failed} failed"] if failed else []
    parts += [f"{cut} cut"] if cut else []
    parts += [f"{found.known} known from before"] if found.known else []
    return f"{', '.join(parts)}; * is the front of {', '.join(axes)}"


def _axes(text: str) -> tuple[str, ...]:
    """The axes of the front by the names of their columns."""
    axes = tuple(part.strip() for part in text.split(","))
    for start, axis in enumerate(axes):
        if axis not in FIGURES + NAMES:
            place = Span(Source("--axes", text), *_place(text, start))
            listed = ", ".join(FIGURES + NAMES)
            raise usage(f"there is no axis `{shortened(axis)}`", place, f"axes are {listed}")
    return axes


def _place(text: str, number: int) -> tuple[int, int]:
    """Where the part of that number stands between its commas."""
    parts = text.split(",")
    start = sum(len(part) + 1 for part in parts[:number])
    return start, start + max(1, len(parts[number]))


def planned(command: ExploreCommand, texts: Texts) -> tuple[Job, ...]:
    """The jobs of a command line. Raises SymhdlError for what is wrong with it."""
    figures = {
        name: text
        for name in SAID_OF_ROWS
        if isinstance(text := {**texts, **command}.get(name), str)
    }
    if not texts.get("goal"):  # these tell figures then, and no goal
        texts = {name: text for name, text in texts.items() if name not in figures}
    if "levels" in figures:
        levels_of(figures["levels"])
    if figures and not texts.get("data"):
        raise usage(f"{', '.join(figures)}: there are no rows of data", help="give --data FILE")
    sets = sets_of(texts)
    chosen = [chosen_options(each) for each in sets]
    equations = equations_of(_given(command), chosen[0])
    options = [{name: _text(name, text) for name, text in each.items()} for each in sets]
    check_names(equations, options[0])
    far: Far = "pnr" if command["pnr"] else "synth" if command["synth"] else "estimated"
    return jobs_of(equations, options, far, figures)


def _given(command: ExploreCommand) -> list[Given]:
    """The sources of the command line, with the classes that it names."""
    found = [Given(_path(name)) for name in command["sources"]]
    for text in command["classes"]:
        name, equals, file = text.partition("=")
        if not (name.strip() and equals and file):
            raise usage(f"`{shortened(text)}` is no class and file", help="write --class NAME=FILE")
        found.append(Given(_path(file), name.strip()))
    if not found:
        raise usage("there is no source", help="give a table of equations, or the folder of a run")
    return found


def _path(name: str) -> Path:
    if name == STANDARD_STREAM:
        raise usage("an exploration reads no standard input", help="give a file")
    return Path(name)


def _text(name: str, given: str | Sequence[str]) -> Text:
    """What was given as a job holds it: paths from the root, definitions themselves."""
    value = value_of(name, given)
    if name == "data":
        return tuple(str(Path(path).resolve()) for path in given)
    if name in BY_INPUT:
        return tuple(value.items())  # type: ignore[attr-defined] # a dict of texts
    if isinstance(value, list):
        return tuple(each.text if isinstance(each, Source) else each for each in value)
    if name == "device" and Path(str(value)).exists():
        return str(Path(str(value)).resolve())
    return str(value)


@contextmanager
def _made(folder: Path) -> Iterator[None]:
    """The folder, which goes again if nothing comes of it."""
    with told(folder, "choose another folder with -o"):
        if folder.exists() and not folder.is_dir():
            text = f"cannot write into {folder}: it is not a folder"
            raise error("cannot-write", text, help="give the name of a folder with -o")
        with folders_made(folder):
            yield
