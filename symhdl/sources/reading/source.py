"""What comes in, as a graph: a text, a file, a folder of PySR, or an object of another library."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from symhdl.arguments import Definitions, names_of, select_of
from symhdl.errors import (
    Diagnostic,
    Source,
    SymhdlWarning,
    UsageError,
    error,
    shortened,
    warning,
)
from symhdl.grammar.tokens import check_text
from symhdl.ir.graph import Graph
from symhdl.options import choose
from symhdl.parsed import Parsed
from symhdl.sources.reading.detection import read_detected
from symhdl.sources.reading.paths import load
from symhdl.sources.reading.reader import Reading, ReadOptions, side_by_side
from symhdl.sources.reading.registry import object_reader, reader_named
from symhdl.sources.reading.scripts import read_definitions

LONGEST_PATH = 1000
TEMPLATES = "pysr"  # the dialect whose texts have parts that a rule combines


def read_source(
    source: object,
    *,
    dialect: str | None = None,
    define: Definitions = (),
    select: str = "best",
    inputs: Iterable[str] = (),
    combine: str | None = None,
) -> tuple[Parsed, str]:
    """The graph of a source and the text that it comes from.

    `source` is a text, a `Source`, the path of a file or of a PySR folder, or an object that one of the
    `OBJECT_READERS` knows, such as a SymPy expression. Without `dialect` the text decides. `inputs` are names known to
    be inputs. The others are options as `symhdl.options.Chosen` has them. Raises SymhdlError.
    """
    options = ReadOptions(tuple(read_definitions(define)), select, tuple(inputs), combine)
    reading = _read(source, dialect, options)
    return reading.parsed, reading.text


def parse(
    source: object,
    dialect: str | None = None,
    define: Definitions | str | Path = (),
    *,
    select: str | int = "best",
    inputs: Iterable[str] = (),
    combine: str | None = None,
) -> Graph:
    """The graph of a source: a text, the file at a path, or an object such as a SymPy expression.

    `define` are definitions such as `"inv(x) = 1/x"`; `inputs` are names known to be inputs, which matters for `e`
    and the like. Without `dialect` the text decides. What the reader should know is told by `SymhdlWarning`.
    Raises SymhdlError.
    """
    chosen = choose({"dialect": dialect, "define": define, "select": select, "combine": combine})
    parsed, _ = read_source(
        source,
        dialect=chosen.dialect,
        define=chosen.define,
        select=chosen.select,
        inputs=names_of("inputs", inputs),
        combine=chosen.combine,
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
        return object_reader(source).read_object(source, options)
    if len(texts) == 1:
        return _read_text(texts[0], dialect, options)
    return _read_outputs(texts, dialect, options)


def _read_outputs(texts: Sequence[Source], dialect: str | None, options: ReadOptions) -> Reading:
    """The tables of a run's outputs side by side, which are called y1, y2, ..., also where some are selected."""
    from symhdl.sources.pysr.select import by_class

    wanted, names = by_class(options.select), [f"y{k}" for k in range(1, len(texts) + 1)]
    for name in wanted:
        if name not in names:
            text = f"the run has no output `{shortened(name)}`"
            raise error("select", text, notes=(f"outputs: {', '.join(names)}",))
    readings = [
        _read_text(text, dialect, replace(options, select=select_of("select", wanted[name])))
        if wanted
        else _read_text(text, dialect, options)
        for name, text in zip(names, texts, strict=True)
        if not wanted or name in wanted
    ]
    return side_by_side(readings, list(wanted) or names)


def _is_path(text: str) -> bool:
    """Whether something lies at the path that the text is."""
    if len(text) > LONGEST_PATH or not text.isprintable() or not text.strip():
        return False
    try:
        return Path(text).exists()
    except OSError:  # what the system takes for no path at all
        return False


def _read_text(text: Source, dialect: str | None, options: ReadOptions) -> Reading:
    check_text(text)
    if dialect is not None:
        return reader_named(dialect).read(text, options)
    return read_detected(text, options)


def _as_texts(source: object) -> tuple[Source, ...]:
    """The source as text, as several if a path means several tables; none if it is no text at all."""
    if isinstance(source, Source):
        return (source,)
    if isinstance(source, str):
        return (Source("<text>", source),)
    if isinstance(source, Path):
        return load(source)
    return ()
