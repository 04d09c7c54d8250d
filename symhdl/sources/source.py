"""What comes in, as a graph: finds out which reader understands a source, and lets it read.

A reader is an object with the attributes of `Reader`, found by its name: in `BUILT_IN`, or among the entry points of
the group `symhdl.sources` that other packages install.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Protocol

from symhdl.errors import Diagnostic, Source, UsageError, error
from symhdl.files import read_text
from symhdl.ir.parsed import Parsed

ENTRY_POINTS = "symhdl.sources"
BUILT_IN = {
    "native": "symhdl.sources.native:READER",
    "plain": "symhdl.sources.plain:READER",
    "sympy": "symhdl.sources.sympy_text:READER",
    "pysr": "symhdl.sources.pysr:READER",
}


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a reader may need beside the text.

    `definitions` are texts of function definitions; `select` says which of several expressions is wanted, in the
    words of the reader; `inputs` are names known to be inputs although the text does not declare them.
    """

    definitions: tuple[Source, ...] = ()
    select: str = "best"
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """The graph, and the text that it comes from as a header comment may show it."""

    parsed: Parsed
    text: str


class Reader(Protocol):
    """Reads one dialect."""

    @property
    def name(self) -> str:
        """What `--dialect` calls it."""
        ...

    def detect(self, source: Source) -> float:
        """How likely the text is of this dialect, from 0 to 1, judged by a glance."""
        ...

    def read(self, source: Source, options: ReadOptions) -> Reading:
        """The graph. Raises SymhdlError with places in the source."""
        ...


def reader_names() -> list[str]:
    """The names of all readers."""
    return [*BUILT_IN, *(name for name in _installed() if name not in BUILT_IN)]


def reader_named(name: str) -> Reader:
    """The reader of a dialect. Raises UsageError if there is none."""
    if name in BUILT_IN:
        module, _, attribute = BUILT_IN[name].partition(":")
        reader: Reader = getattr(import_module(module), attribute)
        return reader
    installed = _installed()
    if name not in installed:
        known = reader_names()
        guess = difflib.get_close_matches(name, known, n=1)
        help = f"did you mean `{guess[0]}`?" if guess else f"dialects are {', '.join(known)}"
        raise UsageError(Diagnostic("unknown-dialect", f"there is no dialect `{name}`", help=help))
    loaded: Reader = installed[name].load()
    return loaded


def _installed() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=ENTRY_POINTS)}


def detect(source: Source) -> Reader:
    """The reader that is surest of the text; the first one of equals."""
    readers = [reader_named(name) for name in reader_names()]
    return max(readers, key=lambda reader: reader.detect(source))


def read_source(
    source: object,
    *,
    dialect: str | None = None,
    define: Sequence[str] = (),
    select: str = "best",
    inputs: Iterable[str] = (),
) -> tuple[Parsed, str]:
    """The graph of a source and the text that it comes from.

    `source` is a text, a `Source`, the path of a file or of a PySR folder, or a SymPy expression (also a sequence of
    them, or a dict by output name). Without `dialect` the text decides. Raises SymhdlError.
    """
    options = ReadOptions(
        tuple(Source("--define", definition) for definition in define), select, tuple(inputs)
    )
    text = _as_text(source)
    if text is None:
        objects = import_module("symhdl.sources.sympy_objects")
        reading: Reading = objects.read_objects(source)
        return reading.parsed, reading.text
    reader = detect(text) if dialect is None else reader_named(dialect)
    reading = reader.read(text, options)
    return reading.parsed, reading.text


def _as_text(source: object) -> Source | None:
    """The source as text, None if it is not text at all."""
    if isinstance(source, Source):
        return source
    if isinstance(source, str):
        return Source("<text>", source)
    if isinstance(source, Path):
        return load(source)
    return None


def load(path: Path) -> Source:
    """The text of a file, or of the table of equations in a folder.

    Raises SymhdlError if there is nothing that can be read.
    """
    if path.is_dir():
        path = _table_in(path)
    if path.suffix in (".pkl", ".pickle"):
        raise _pickle_refused(path)
    return Source(str(path), read_text(path))


def _table_in(folder: Path) -> Path:
    """The hall of fame of a PySR run; of several the one that is named plainly."""
    plain = folder / "hall_of_fame.csv"
    tables = sorted(folder.glob("*hall_of_fame*.csv"))
    if plain in tables or len(tables) == 1:
        return plain if plain in tables else tables[0]
    if tables:
        listed = ", ".join(table.name for table in tables[:10])
        raise error(
            "ambiguous-folder",
            f"the folder {folder} holds {len(tables)} tables of equations",
            notes=(listed,),
            help="give the path of one of them",
        )
    raise error(
        "file-missing",
        f"the folder {folder} holds no hall_of_fame.csv",
        help="give the folder of a PySR run, or the path of a file",
    )


def _pickle_refused(path: Path) -> Exception:
    """Unpickling runs code, so a pickle is never opened; PySR writes a table beside it."""
    beside = sorted(path.parent.glob("*hall_of_fame*.csv"))
    stem = path.with_suffix(".csv")
    table = stem if stem in beside else (beside[0] if beside else None)
    return error(
        "pickle",
        f"{path} is a pickle, and reading a pickle can run any code",
        help=(
            f"use the table beside it: {table}"
            if table is not None
            else "use the hall_of_fame.csv that PySR writes beside it"
        ),
    )
