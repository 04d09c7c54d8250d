"""`symhdl explore`: sources and sweeps in; a design for each row, what it takes, and which of them pay, out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from symhdl.commands.chosen import STANDARD_STREAM
from symhdl.commands.explore_combined import (
    CombinationOptions,
    Combined,
    check_combination,
    combined,
    is_asked,
    wanted_of,
)
from symhdl.commands.explore_runs import (
    MERGE,
    check_run,
    emit,
    in_shard,
    merged,
    runner_here,
    runner_of,
    stores_in,
)
from symhdl.commands.options import Texts, chosen_options, usage, value_of
from symhdl.commands.rows_table import live_rows, show_rows
from symhdl.commands.terminal import message, out, out_json, show, status_line
from symhdl.documents import json_text
from symhdl.errors import Source, Span, error, shortened, warning
from symhdl.explore.combined import COMBINATIONS, document
from symhdl.explore.equation import Given, equations_of
from symhdl.explore.exploration import Exploration, explore
from symhdl.explore.figures import NAMES, levels_of
from symhdl.explore.job import BY_INPUT, Far, Job, Text
from symhdl.explore.plan import check_names, check_rows, jobs_of
from symhdl.explore.results import FIGURES, REPORT, ROWS, check_all_ours, records, write_results
from symhdl.explore.row import HELP, INTERNAL, Row
from symhdl.explore.runners.jobs_file import SUFFIX, read_jobs
from symhdl.explore.store import ELSEWHERE, STORE, ExploreStore
from symhdl.explore.sweep import sets_of
from symhdl.files.writing import folders_made, told
from symhdl.options import TABLE

STATUS_INTERRUPTED = 130
MOST_REASONS = 10  # for which there are no designs
SAID_OF_ROWS = ("labels", "weights", "against", "levels")


class ExploreCommand(CombinationOptions):
    """What `symhdl explore` has beside the options of the compiler."""

    sources: tuple[str, ...]
    classes: tuple[str, ...]
    synth: bool
    pnr: bool
    axes: str
    against: str | None
    levels: str | None
    output: str | None
    pages: bool
    force: bool
    json: bool


def run(command: ExploreCommand, texts: Texts) -> None:
    """Explores. What was done before is not done again; what ends it loses nothing that is done."""
    axes = _axes(command["axes"])
    check_run(command, command["output"])
    if command["sources"][:1] == (MERGE,):
        _merge(command, texts, axes)
        return
    check_combination(command)
    if command["pages"] and (command["output"] is None or command["emit"]):
        raise usage(
            "there is no folder for pages of designs", help="give one with -o DIR, without --emit"
        )
    jobs = in_shard(command, planned(command, texts))
    wanted = wanted_of(command, jobs)
    if command["output"] is None:
        found = _explored(command, jobs, None)
        best = combined(jobs, found, wanted, runner_here(command))
        deliver(command, found, len(jobs), axes, best)
        return
    folder = Path(command["output"])
    with _made(folder), ExploreStore(folder / STORE) as store:
        if command["emit"] is not None:
            emit(command["emit"], jobs, folder, store, command["force"], command["json"])
            return
        if not command["force"]:
            names = (ROWS, REPORT, *(() if wanted is None else (COMBINATIONS,)))
            check_all_ours(folder, names, store)
        found = _explored(command, jobs, store)
        best = combined(jobs, found, wanted, runner_here(command))
        pages = _pages(command, jobs, found, axes)
        written = write_results(
            folder, store, found.rows, axes, best.found, pages, force=command["force"]
        )
    wrote = f"wrote {folder}: {', '.join((STORE, *written))}"
    deliver(command, found, len(jobs), axes, best, wrote)


def _explored(
    command: ExploreCommand, jobs: Sequence[Job], store: ExploreStore | None
) -> Exploration:
    with live_rows(len(jobs)) as tell:
        return explore(jobs, store, runner_of(command), tell)


def _pages(
    command: ExploreCommand, jobs: Sequence[Job], found: Exploration, axes: Sequence[str]
) -> dict[str, str]:
    """The pages of the designs on the front, if they are asked for, and nothing ended the run."""
    if not command["pages"] or found.interrupted:
        return {}
    from symhdl.explore.pages import pages_of

    with status_line("drawing") as tell:
        return pages_of(jobs, found.rows, axes, tell)


def _merge(command: ExploreCommand, texts: Texts, axes: Sequence[str]) -> None:
    """Brings the stores of folders together in that of another one."""
    folders, output = command["sources"][1:], command["output"]
    if output is None:
        raise usage("there is no folder for the rows of all", help="give one with -o DIR")
    check_alone(command, texts, "folders are merged as they are")
    if is_asked(command):
        text = "folders are merged as they are, and a combination needs their jobs"
        raise usage(text, help="ask for it with the sources and -o of the merged folder")
    paths, folder = stores_in(folders), Path(output)
    with _made(folder), ExploreStore(folder / STORE) as store:
        found = merged(paths, store)
        written = write_results(folder, store, found.rows, axes, force=command["force"])
    wrote = f"wrote {folder}: {', '.join((STORE, *written))}"
    deliver(command, found, len(found.rows), axes, Combined(), wrote)


def check_alone(command: ExploreCommand, texts: Texts, why: str) -> None:
    """Raises UsageError for options that say what is to be done, where that is said already."""
    given = [TABLE[name].flag for name, text in texts.items() if text]
    given += [f"--{name}" for name in ("synth", "pnr", "against", "levels") if command[name]]
    given += ["--class"] if command["classes"] else []
    if given:
        raise usage(f"{why}: {', '.join(given)} cannot change them", help="leave them out")


def deliver(
    command: ExploreCommand,
    found: Exploration,
    count: int,
    axes: Sequence[str],
    best: Combined,
    wrote: str = "",
) -> None:
    """Tells what was found. Ends with the status of what Ctrl-C ended if it did."""
    rows = records(found.rows, axes)
    if command["json"]:
        told = [document(each) for each in best.found]
        out_json(json_text({"rows": [*rows], "combinations": [*told]} if told else [*rows]))
    else:
        show_rows(rows)
        for line in failures(found.rows):
            out(line)
        out(summary(found, count, axes))
        best.tell()
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
    if best.problem is not None:
        raise best.problem


def failures(rows: Sequence[Row]) -> list[str]:
    """Why there are rows without a design: each reason once, in a line, with what helps in another."""
    reasons = Counter(
        (row.diagnostic, row.trouble, row.remedy) for row in rows if row.status == "failed"
    )
    lines = [
        f"{name}: {shortened(trouble, 120)}"
        + (f" ({count} times)" if count > 1 else "")
        + (f"\n  {HELP}{shortened(remedy, 120)}" if remedy else "")
        for (name, trouble, remedy), count in reasons.items()
    ]
    more = [f"... and {len(lines) - MOST_REASONS} more reasons"]
    return lines if len(lines) <= MOST_REASONS else lines[:MOST_REASONS] + more


def summary(found: Exploration, count: int, axes: Sequence[str]) -> str:
    """How many designs there are, and what the asterisk means."""
    failed = sum(row.status == "failed" for row in found.rows)
    cut = sum(row.status == "cut" for row in found.rows)
    rows = len(found.rows)
    parts = [f"{count} designs" if count != 1 else "1 design"]
    parts = [f"{rows} of {parts[0]}"] if rows < count else parts
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
    files = [source for source in command["sources"] if source.endswith(SUFFIX)]
    if files:
        if len(command["sources"]) > 1:
            raise usage(
                f"{files[0]} holds jobs, beside which nothing is read", help="give it alone"
            )
        check_alone(command, texts, f"the jobs of {files[0]} are as they are")
        return tuple(read_jobs(Path(files[0])))
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
    jobs = jobs_of(equations, options, far, figures)
    if figures:
        check_rows(jobs)
    return jobs


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
    with ExitStack() as stack:
        with told(folder, ELSEWHERE):
            if folder.exists() and not folder.is_dir():
                text = f"cannot write into {folder}: it is not a folder"
                raise error("cannot-write", text, help="give the name of a folder with -o")
            stack.enter_context(folders_made(folder))
        yield
