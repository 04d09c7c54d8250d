"""What comes in, as a graph: finds out which reader understands a source, and lets it read.

A reader is an object with the attributes of `Reader`, found by its name: in `BUILT_IN`, or among the entry points of
the group `symhdl.sources` that other packages install.
"""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Protocol

from symhdl.arguments import names_of, select_of, text_of, unfit
from symhdl.errors import Diagnostic, Source, SymhdlWarning, UsageError, warning
from symhdl.ir.graph import Graph
from symhdl.parsed import Parsed
from symhdl.sources.reading.merge import merged
from symhdl.sources.reading.paths import load
from symhdl.sources.reading.scripts import Definitions, definitions_of
from symhdl.sources.reading.stand_in import restored, restored_errors

ENTRY_POINTS = "symhdl.sources"
LONGEST_PATH = 1000
BUILT_IN = {
    "native": "symhdl.sources.native:READER",
    "sympy": "symhdl.sources.sympy.text:READER",
    "srepr": "symhdl.sources.sympy.srepr:READER",
    "pysr": "symhdl.sources.pysr.reader:READER",
    "fpcore": "symhdl.sources.fpcore.reader:READER",
    "gplearn": "symhdl.sources.gplearn.text:READER",
    "deap": "symhdl.sources.deap.text:READER",
    "operon": "symhdl.sources.operon.text:READER",
    "bingo": "symhdl.sources.bingo:READER",
    "gomea": "symhdl.sources.gomea:READER",
    "tir": "symhdl.sources.tir:READER",
    "heuristiclab": "symhdl.sources.heuristiclab:READER",
    "eureqa": "symhdl.sources.eureqa:READER",
    "aifeynman": "symhdl.sources.aifeynman:READER",
    "hls4ml": "symhdl.sources.hls4ml:READER",
    "dso": "symhdl.sources.dso:READER",
    "latex": "symhdl.sources.latex.reader:READER",
    "c": "symhdl.sources.c.reader:READER",
    "numpy": "symhdl.sources.python.reader:READER",
    "plain": "symhdl.sources.plain:READER",  # last, as what is equally likely goes to the first
}

TEMPLATES = "pysr"  # the dialect whose texts have parts that a rule combines

OBJECT_READERS = (
    "symhdl.sources.pysr.objects:READER",
    "symhdl.sources.sympy.objects:READER",
    "symhdl.sources.gplearn.objects:READER",
    "symhdl.sources.deap.objects:READER",
    "symhdl.sources.operon.objects:READER",
    "symhdl.sources.tracing.trace:FUNCTION_READER",
    "symhdl.sources.tracing.trace:GRAPH_READER",
)


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a reader may need beside the text.

    `definitions` are texts of function definitions; `select` says which of several expressions is wanted, in the
    words of the reader; `inputs` are names known to be inputs although the text does not declare them; `combine` is
    the rule by which the parts of a template become one expression, such as `f(x1, x2) + g(x2)`.
    """

    definitions: tuple[Source, ...] = ()
    select: str = "best"
    inputs: tuple[str, ...] = ()
    combine: str | None = None


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
        """How likely the text (or by its name the file) is of this dialect, from 0 to 1, judged by a glance.

        1 where it can be nothing else, 0.9 for marks that hardly occur elsewhere, 0.6 for marks that others may have,
        0.3 where it could as well be of this dialect, 0 where it cannot be. The native language claims 0.5 of any text.
        """
        ...

    def read(self, source: Source, options: ReadOptions) -> Reading:
        """The graph. Raises SymhdlError with places in the source."""
        ...


class ObjectReader(Protocol):
    """Reads objects of a library, such as SymPy's expressions, without importing that library."""

    def accepts(self, candidate: object) -> bool:
        """Whether this is one of its objects, or a sequence or a dict of them by output name."""
        ...

    def read_object(self, candidate: object, options: ReadOptions) -> Reading:
        """The graph. Raises SymhdlError for what has no meaning in hardware."""
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


def home_of(name: str) -> str:
    """The module in which the reader of a dialect is defined."""
    place = BUILT_IN.get(name)
    return place.partition(":")[0] if place is not None else _installed()[name].module


@cache
def _installed() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=ENTRY_POINTS)}


def read_source(
    source: object,
    *,
    dialect: str | None = None,
    define: Definitions = (),
    select: str | int = "best",
    inputs: Iterable[str] = (),
    combine: str | None = None,
) -> tuple[Parsed, str]:
    """The graph of a source and the text that it comes from.

    `source` is a text, a `Source`, the path of a file or of a PySR folder, or an object that one of the
    `OBJECT_READERS` knows, such as a SymPy expression. Without `dialect` the text decides. `define` are definitions, as
    text, as paths of files with them, or as functions by name like PySR's `extra_sympy_mappings`; `combine` is for a
    PySR template. Raises SymhdlError.
    """
    definitions = definitions_of(_definitions(define))
    texts = tuple(definition.source for definition in definitions)
    options = ReadOptions(
        texts,
        select_of(select),
        names_of("inputs", inputs),
        None if combine is None else text_of("combine", combine),
    )
    if dialect is not None:
        text_of("dialect", dialect)
    with restored_errors(definitions):
        reading = _read(source, dialect, options)
    return restored(definitions, reading.parsed), reading.text


def _definitions(given: object) -> Definitions:
    """The definitions, which may be a single one."""
    if isinstance(given, Mapping):
        return given
    entries = [given] if isinstance(given, str | Path) else given
    if not isinstance(entries, Sequence):
        raise unfit("define", given, "a list of definitions", 'write define=["inv(x) = 1/x"]')
    for entry in entries:
        if not isinstance(entry, str | Path | Source):
            raise unfit("a definition", entry, "a text or a path")
    return entries


def parse(
    source: object,
    dialect: str | None = None,
    functions: Definitions = (),
    *,
    select: str | int = "best",
    inputs: Iterable[str] = (),
    combine: str | None = None,
) -> Graph:
    """The graph of a source: a text, the file at a path, or an object such as a SymPy expression.

    `functions` are definitions such as `"inv(x) = 1/x"`; `inputs` are names known to be inputs, which matters for `e`
    and the like. Without `dialect` the text decides. What the reader should know is told by `SymhdlWarning`.
    Raises SymhdlError.
    """
    parsed, _ = read_source(
        source, dialect=dialect, define=functions, select=select, inputs=inputs, combine=combine
    )
    for told in parsed.warnings:
        warnings.warn(told.render(), SymhdlWarning, stacklevel=2)
    return parsed.graph


def _read(source: object, dialect: str | None, options: ReadOptions) -> Reading:
    if options.combine is not None:
        if dialect not in (None, TEMPLATES):
            message = f"--combine is for the templates of {TEMPLATES}, not for `{dialect}`"
            raise UsageError(Diagnostic("template", message, help="leave one of the two out"))
        dialect = TEMPLATES
    texts = _as_texts(source)
    if isinstance(source, str) and _is_path(source):
        if not source.isidentifier():
            return _read(Path(source), dialect, options)
        told = warning(
            "text-or-path",
            f"`{source}` is read as an expression, and there is a path of this name",
            help=f'for what lies there, give pathlib.Path("{source}")',
        )
        reading = _read(Source("<text>", source), dialect, options)
        parsed = replace(reading.parsed, warnings=(*reading.parsed.warnings, told))
        return replace(reading, parsed=parsed)
    if not texts:
        return _object_reader(source).read_object(source, options)
    readings = [_read_text(text, dialect, options) for text in texts]
    return readings[0] if len(readings) == 1 else side_by_side(readings)


def _is_path(text: str) -> bool:
    """Whether something lies at the path that the text is."""
    if len(text) > LONGEST_PATH or not text.isprintable() or not text.strip():
        return False
    try:
        return Path(text).exists()
    except OSError:  # what the system takes for no path at all
        return False


def side_by_side(readings: Sequence[Reading]) -> Reading:
    """The outputs of all, called y1, y2, ... where every reading has one."""
    named = []
    for number, reading in enumerate(readings, 1):
        names = [output.name for output in reading.parsed.graph.outputs]
        single = len(names) == 1
        named.append(
            (reading.parsed, [f"y{number}" if single else f"y{number}_{n}" for n in names])
        )
    return Reading(merged(named), "\n\n".join(reading.text for reading in readings))


def _read_text(text: Source, dialect: str | None, options: ReadOptions) -> Reading:
    if dialect is not None:
        return reader_named(dialect).read(text, options)
    from symhdl.sources.reading.detection import read_detected

    return read_detected(text, options)


def _object_reader(source: object) -> ObjectReader:
    for place in OBJECT_READERS:
        module, _, attribute = place.partition(":")
        reader: ObjectReader = getattr(import_module(module), attribute)
        if reader.accepts(source):
            return reader
    kind = f"{type(source).__module__}.{type(source).__qualname__}"
    raise UsageError(
        Diagnostic(
            "unknown-source",
            f"cannot read an object of the type {kind}",
            help="give a text, a pathlib.Path, or an expression or a model of SymPy, PySR, gplearn, DEAP, Operon",
        )
    )


def _as_texts(source: object) -> tuple[Source, ...]:
    """The source as text, as several if a path means several tables; none if it is no text at all."""
    if isinstance(source, Source):
        return (source,)
    if isinstance(source, str):
        return (Source("<text>", source),)
    if isinstance(source, Path):
        return load(source)
    return ()
