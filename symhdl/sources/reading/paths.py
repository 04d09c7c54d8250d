"""From a path to the texts that it means: a file, the folder of a PySR run, or one table for each output of a run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from symhdl.errors import Source, SymhdlError, error
from symhdl.files.reading import read_text

MAXIMUM_FILES = 10_000  # of a folder that are looked at
_LISTED = 12  # of several possible tables that a message names
_PICKLES = frozenset((".pkl", ".pickle", ".joblib", ".dill"))
_HALL_OF_FAME = "hall_of_fame"
OUTPUTS = "outputs"  # where PySR puts the folders of its runs
_HEADER_LENGTH = 4096

# `hall_of_fame.csv`, `hall_of_fame_output2.csv`, `hall_of_fame.csv.out2`, `equations.out2`, and copies of them.
_TABLE = re.compile(
    r"(?P<stem>.+?)(?:(?:_output(?P<new>[0-9]{1,4}))?\.csv(?:\.out(?P<old>[0-9]{1,4}))?|\.out(?P<bare>[0-9]{1,4}))"
    r"(?P<copy>\.bak|\.bkup)?"
)
_Outputs = dict[
    int, Path
]  # by the number of the output; 0 for the table of a run that has only one


def load(path: Path) -> tuple[Source, ...]:
    """The text of a file; of a PySR run's folder, or of the name that its tables share, one text for every output.

    Of a folder with runs the only one is meant. A copy (`.bak`, `.bkup`) stands in for a table that is missing.
    Raises SymhdlError if there is nothing that can be read, and if there is more than one thing.
    """
    if path.suffix.lower() in _PICKLES:
        raise _pickle_refused(path)
    if path.is_dir():
        return _read(_outputs_in(path))
    if not path.exists():
        outputs = _tables(_files(path.parent)).get(_stem(path.name))
        if outputs:
            return _read(outputs)
    return (Source(str(path), read_text(path)),)


def _read(outputs: Mapping[int, Path]) -> tuple[Source, ...]:
    numbers = sorted(outputs)
    if numbers[0] > 0:
        missing = sorted(set(range(1, numbers[-1] + 1)) - set(numbers))
        if missing:
            raise error(
                "file-missing",
                f"the table of output {missing[0]} is missing beside {outputs[numbers[0]]}",
                help="give the path of one table",
            )
    elif len(numbers) > 1:
        raise _several(outputs[0].parent, [outputs[number].name for number in numbers])
    return tuple(Source(str(outputs[n]), read_text(outputs[n])) for n in numbers)


def _outputs_in(folder: Path) -> _Outputs:
    """The tables of the only run in the folder, or below it."""
    tables = _tables(_files(folder))
    if _HALL_OF_FAME in tables:
        return tables[_HALL_OF_FAME]
    if len(tables) > 1:
        names = [path.name for outputs in tables.values() for path in outputs.values()]
        raise _several(folder, names)
    if tables:
        return next(iter(tables.values()))
    runs = [run for run in _folders(folder) if _tables(_files(run))]
    # Only once: a link may lead back.
    if not runs and folder.name != OUTPUTS and (folder / OUTPUTS).is_dir():
        return _outputs_in(folder / OUTPUTS)
    if len(runs) > 1:
        raise _several(folder, [str(run.relative_to(folder)) for run in runs], "runs")
    if runs:
        return _outputs_in(runs[0])
    raise error(
        "file-missing",
        f"the folder {folder} holds no hall_of_fame.csv",
        help="give the folder of a PySR run, or the path of a file",
    )


def _files(folder: Path) -> list[Path]:
    return [path for path in _entries(folder) if path.is_file()]


def _folders(folder: Path) -> list[Path]:
    return [path for path in _entries(folder) if path.is_dir() and not path.is_symlink()]


def _entries(folder: Path) -> list[Path]:
    """What the folder holds, by name; nothing if it is not there or may not be looked at."""
    try:
        with_limit = zip(folder.iterdir(), range(MAXIMUM_FILES), strict=False)
        return sorted(path for path, _ in with_limit)
    except OSError:
        return []


def _tables(files: Iterable[Path]) -> dict[str, _Outputs]:
    """The tables by the stem of their names: halls of fame, or else what has the header of one."""
    named = [(path, match) for path in files if (match := _TABLE.fullmatch(path.name)) is not None]
    halls = [found for found in named if _HALL_OF_FAME in found[1]["stem"]]
    tables: dict[str, _Outputs] = {}
    copies: list[tuple[str, int, Path]] = []
    for path, match in halls or [found for found in named if _has_header(found[0])]:
        number = int(match["new"] or match["old"] or match["bare"] or 0)
        if match["copy"]:
            copies.append((match["stem"], number, path))
        else:
            tables.setdefault(match["stem"], {})[number] = path
    for stem, number, path in copies:
        tables.setdefault(stem, {}).setdefault(number, path)
    return tables


def _has_header(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            line = file.readline(_HEADER_LENGTH).lower()
    except OSError:
        return False
    return b"complexity" in line and b"equation" in line


def _stem(name: str) -> str:
    match = _TABLE.fullmatch(name)
    return name if match is None else match["stem"]


def _several(folder: Path, names: Sequence[str], what: str = "tables of equations") -> SymhdlError:
    ordered = sorted(names)
    more = f", and {len(ordered) - _LISTED} before them" if len(ordered) > _LISTED else ""
    return error(
        "ambiguous-folder",
        f"the folder {folder} holds {len(ordered)} {what}",
        notes=(", ".join(ordered[-_LISTED:]) + more,),
        help="give the path of one of them",
    )


def _pickle_refused(path: Path) -> SymhdlError:
    """Unpickling runs code, so a pickle is never opened; PySR writes a table beside it."""
    tables = _tables(_files(path.parent))
    outputs = tables.get(path.stem) or tables.get(_HALL_OF_FAME)
    if outputs is None:
        help = "use the hall_of_fame.csv that PySR writes beside it"
    elif len(outputs) == 1:
        help = f"use the table beside it: {next(iter(outputs.values()))}"
    else:
        help = f"use the tables beside it, all at once: {path.parent}"
    message = f"{path} is a pickle, and reading a pickle can run any code"
    return error("pickle", message, help=help)
