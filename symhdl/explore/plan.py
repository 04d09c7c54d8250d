"""From sources and options to jobs: every equation with every set of options."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from symhdl.arguments import EVERY
from symhdl.empirical.labels import inside
from symhdl.errors import Diagnostic, UsageError, error
from symhdl.explore.equation import Equation
from symhdl.explore.figures import aim_of
from symhdl.explore.job import BY_INPUT, FILES, Far, Job, Text
from symhdl.explore.work import Workshop, chosen_of
from symhdl.files.reading import opened, unreadable
from symhdl.options import DEFAULTS
from symhdl.targets.files import target_names
from symhdl.targets.target import load_target

PIECE = 1 << 20


def jobs_of(
    equations: Sequence[Equation],
    sets: Sequence[Mapping[str, Text]],
    far: Far = "estimated",
    figures: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Job, ...]:
    """The jobs, those of one equation one after the other, each once.

    Raises SymhdlError for files that cannot be read.
    """
    known: dict[str, str] = {}
    options = [tuple(sorted(each.items())) for each in sets]
    contents = [tuple(_contents(each, known)) for each in sets]
    jobs = [
        Job(equation, each, content, far, tuple(figures.items()))
        for equation in equations
        for each, content in zip(options, contents, strict=True)
    ]
    return tuple({job.digest(): job for job in reversed(jobs)}.values())[::-1]


def check_names(equations: Sequence[Equation], options: Mapping[str, Text]) -> None:
    """Raises UsageError for ranges and formats of inputs that no equation has."""
    words = {word for each in equations for word in re.findall(r"\w+", each.text)}
    for option in sorted(BY_INPUT):
        for name in dict(options.get(option, ())):  # type: ignore[arg-type] # pairs of texts
            if name != EVERY and not set(re.findall(r"\w+", name)) <= words:
                text = f"no equation has an input `{name}`"
                raise UsageError(Diagnostic("unknown-input", text, help="leave it out"))


def check_contents(jobs: Iterable[Job], known: dict[str, str]) -> None:
    """Raises SymhdlError if a file that a job names has another content than when the job was made.

    `known` are the digests of files that were looked at, which is done once.
    """
    for job in jobs:
        if tuple(_contents(dict(job.options), known)) != job.contents:
            names = ", ".join(known)
            text = f"files have changed since the jobs were made, one of {names}"
            raise error("changed-data", text, help="explore again from the sources")


def check_rows(jobs: Sequence[Job]) -> None:
    """Raises SymhdlError for columns that the data of jobs lack, and for classes that no row has."""
    workshop = Workshop()
    for job in {(job.equation.class_name, job.contents, job.figures): job for job in jobs}.values():
        aim, chosen = aim_of(job), chosen_of(job)
        texts: list[str] = []
        for table in workshop.tables_of(chosen) if chosen.data is not None else ():
            told = (aim.weights, "weights of the rows"), (aim.target, "targets of the rows")
            for column, what in told:
                if column is not None:
                    table.place_of(column, what)
            if aim.labels is not None:
                texts += table.texts(table.place_of(aim.labels, "labels of the rows"))
        if texts and aim.class_name:
            inside(texts, aim.class_name)


def _contents(options: Mapping[str, Text], known: dict[str, str]) -> list[str]:
    files = [str(path) for name in sorted(FILES) for path in options.get(name, ())]
    device = str(options.get("device", DEFAULTS.device))
    for name in files:
        known[name] = known.get(name) or _sha256(Path(name))
    if device not in target_names():
        known[device] = known.get(device) or load_target(device).digest
        files.append(device)
    return [known[name] for name in files]


def _sha256(path: Path) -> str:
    if path.exists() and not (path.is_file() or path.is_dir()):
        text = f"{path} is not a regular file, and an exploration reads its data several times"
        raise error("file-unreadable", text, help="save them in a file first")
    digest = hashlib.sha256()
    try:
        with opened(path, str(path)) as file:
            while piece := file.read(PIECE):
                digest.update(piece)
    except OSError as problem:
        raise unreadable(str(path), problem) from None
    return digest.hexdigest()
