"""The readers that there are: those of the project, and what other packages install.

A reader is an object with the attributes of `Reader`, found by its name: in `BUILT_IN`, or among the entry points of
the group `symhdl.sources`.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from symhdl.errors import Diagnostic, UsageError
from symhdl.names.spelling import similar
from symhdl.sources.reading.reader import ObjectReader, Reader

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

ENTRY_POINTS = "symhdl.sources"
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

OBJECT_READERS = (
    "symhdl.sources.pysr.objects:READER",
    "symhdl.sources.sympy.objects:READER",
    "symhdl.sources.gplearn.objects:READER",
    "symhdl.sources.deap.objects:READER",
    "symhdl.sources.operon.objects:READER",
    "symhdl.sources.tracing.trace:FUNCTION_READER",
    "symhdl.sources.tracing.trace:GRAPH_READER",
)


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
        guess = similar(name, known)
        help = f"did you mean `{guess}`?" if guess else f"dialects are {', '.join(known)}"
        raise UsageError(Diagnostic("unknown-dialect", f"there is no dialect `{name}`", help=help))
    loaded: Reader = installed[name].load()
    return loaded


def home_of(name: str) -> str:
    """The module in which the reader of a dialect is defined."""
    place = BUILT_IN.get(name)
    return place.partition(":")[0] if place is not None else _installed()[name].module


@cache
def _installed() -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=ENTRY_POINTS)}


def object_reader(source: object) -> ObjectReader:
    """The reader that knows such objects. Raises UsageError if there is none."""
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
