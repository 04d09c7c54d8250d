"""How `symhdl explore` has its jobs done: in processes, on a cluster, in a shard, by a batch system; and merging."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

from symhdl.commands.options import usage
from symhdl.commands.terminal import message, out, out_json, show
from symhdl.documents import json_text
from symhdl.errors import error, warning
from symhdl.explore.exploration import Done, Exploration, Runner, left_of, one_by_one
from symhdl.explore.job import Job
from symhdl.explore.merging import Merged, in_order, merge
from symhdl.explore.results import check_all_ours, write_all
from symhdl.explore.row import Row
from symhdl.explore.runners.shards import shard_named, shard_of
from symhdl.explore.store import STORE, ExploreStore
from symhdl.files.reading import reason

MERGE = "merge"
"""The word that stands in the place of a source."""

MOST_CONTRADICTIONS = 10


class RunOptions(TypedDict):
    """The options that say who does the jobs."""

    jobs: int
    dask: str | None
    shard: str | None
    emit: str | None


def check_run(options: RunOptions, output: str | None) -> None:
    """Raises SymhdlError for options that do not go together, and for a tool that is missing."""
    ways = [name for name in ("dask", "emit") if options[name]] + ["jobs"] * (options["jobs"] > 1)
    if len(ways) > 1:
        raise usage(f"--{ways[0]} and --{ways[1]} exclude each other", help="give one of them")
    if options["shard"] is not None:
        shard_named(options["shard"])
        if options["emit"]:
            raise usage("--emit makes shards of its own", help="leave out --shard")
    if (options["emit"] or options["shard"]) and output is None:
        raise usage("there is no folder for the results", help="give one with -o DIR")
    if options["dask"]:
        from symhdl.explore.runners.dask import check_dask

        check_dask()


def in_shard(options: RunOptions, jobs: Sequence[Job]) -> Sequence[Job]:
    """The jobs of the shard that is asked for."""
    if options["shard"] is None:
        return jobs
    return shard_of(jobs, *shard_named(options["shard"]))


def runner_of(options: RunOptions) -> Runner:
    """Who makes the designs."""
    address = options["dask"]
    if address:
        from symhdl.explore.runners.dask import run_dask

        return lambda jobs, done: run_dask(jobs, done, address=address)
    return runner_here(options)


def runner_here(options: RunOptions) -> Runner:
    """Who makes designs on this machine, where the files of this machine are."""
    processes = options["jobs"]
    if processes > 1:
        from symhdl.explore.runners.local import run_local

        def run(jobs: Sequence[Job], done: Done) -> None:
            try:
                run_local(jobs, done, processes=processes)
            except OSError as problem:
                text = f"cannot start a process: {reason(problem)}"
                raise error("no-process", text, help="ask for fewer with --jobs") from None

        return run
    return one_by_one


def emit(
    system: str, jobs: Sequence[Job], folder: Path, store: ExploreStore, force: bool, json: bool
) -> None:
    """Writes the files with which a batch system does what is left of the jobs, and tells how it is started."""
    from symhdl.explore.runners.batch import STARTED_BY, batch_files, shards_for

    left = left_of(jobs, store)
    files = batch_files(left, system)
    if not force:
        check_all_ours(folder, files, store)
    write_all(folder, files, store)
    shards, start = shards_for(left), STARTED_BY[system]
    if json:
        written = {"files": [*files], "designs": len(left), "shards": shards, "start": start}
        out_json(json_text(written))
        return
    count = f"{len(left)} of {len(jobs)} designs in {shards} shard{'s' * (shards != 1)}"
    out(f"wrote {folder}: {', '.join(files)}")
    out(f"{count}; to start there: {start}")


def stores_in(folders: Sequence[str]) -> list[Path]:
    """The stores of folders that are to be merged. Raises SymhdlError for a folder without one."""
    if not folders:
        raise usage("there are no folders to merge", help="symhdl explore merge DIR... -o DIR")
    paths = [Path(folder) / STORE for folder in folders]
    for path in paths:
        if not path.is_file():
            help = "give folders that `symhdl explore -o` has written"
            raise error("file-missing", f"there is no file {path}", help=help)
    return paths


def merged(paths: Sequence[Path], store: ExploreStore) -> Exploration:
    """The rows of all of these stores together in another one. Raises SymhdlError where one cannot be used."""
    before = len(store.rows())
    for path in paths:
        if not (store.path.exists() and path.samefile(store.path)):
            with ExploreStore(path) as shard:
                _tell(path, merge(shard, store))
    return Exploration(tuple(in_order(store.rows())), before)


def _said(row: Row) -> str:
    figures = (row.status, row.error_bound, row.luts, row.ffs, row.dsps, row.brams, row.cycles)
    return ", ".join(str(figure) for figure in figures if figure is not None)


def _tell(path: Path, merged: Merged) -> None:
    """What the user should know of a store that was merged."""
    if merged.of_other_versions:
        message(f"{path}: {merged.of_other_versions} rows of other versions of symhdl stay apart")
    several = len(merged.contradictions)
    if several:
        notes = [
            f"{one.class_name} {one.complexity} {one.digest[:12]}: {_said(one)}, and {_said(other)}"
            for one, other in merged.contradictions[:MOST_CONTRADICTIONS]
        ]
        text = f"{path}: {several} rows say something else than those that are there, which stay"
        help = "see which tools and which data the machines have"
        show([warning("contradiction", text, notes=notes, help=help)])
