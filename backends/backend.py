"""What a backend is, the options that all share, and how one is found by name."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal, Protocol, get_args, runtime_checkable

from symhdl.errors import error
from symhdl.ir.datapath import Datapath
from symhdl.names.spelling import similar

if TYPE_CHECKING:
    from importlib.metadata import EntryPoints

ENTRY_POINT_GROUP = "symhdl.backends"

Interface = Literal["plain", "valid"]
INTERFACES: tuple[Interface, ...] = get_args(Interface)

Level = Literal["operators", "cells"]
"""What a backend takes: operators as lowering leaves them, without a pipeline, for tools that schedule for themselves;
or the cells of the device with their stages. Both compute the same integers."""


@dataclass(frozen=True, slots=True)
class Vectors:
    """Integers at the ports, one row per vector, in the order of the datapath's ports."""

    inputs: tuple[tuple[int, ...], ...]
    outputs: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class EmitOptions:
    """How the generated module talks to its surroundings.

    `plain`: data ports alone. `valid`: `valid_in` and `valid_out` beside them, one shift register that only `rst`
    clears; data is never reset. `clock_enable`: everything stands still while `ce` is 0. `vectors` are what a generated
    test bench holds the module against; without them the backend takes some of its own (`vectors.vectors`).
    """

    interface: Interface = "plain"
    clock_enable: bool = False
    vectors: Vectors | None = None


@runtime_checkable
class Backend(Protocol):
    """Writes a Datapath in one output language."""

    @property
    def name(self) -> str:
        """The name under which `--target` knows the backend."""
        ...

    @property
    def level(self) -> Level:
        """Which of a design's datapaths the backend takes."""
        ...

    def validate(self, datapath: Datapath, options: EmitOptions) -> None:
        """Raises SymhdlError for what the backend does not support, naming it."""
        ...

    def emit(self, datapath: Datapath, options: EmitOptions) -> dict[str, str]:
        """The files, name to text, for a datapath that `validate` let pass. Same datapath, same text."""
        ...


BUILT_IN = {
    "verilog": "symhdl.backends.verilog",
    "rtlil": "symhdl.backends.amaranth_module",
    "hls": "symhdl.backends.hls",
    "cpp": "symhdl.backends.cpp",
}
"""The backends of symhdl itself: modules that hold their backend as `BACKEND`."""


def backend_names() -> tuple[str, ...]:
    """The names of all backends, those of other packages included."""
    return tuple(sorted({*BUILT_IN, *_installed().names}))


def backend_named(name: str) -> Backend:
    """The backend of that name; a package adds one as an entry point of the group `symhdl.backends`.

    Raises SymhdlError if there is none, or if what the entry point names is not a backend.
    """
    if name in BUILT_IN:
        found: object = import_module(BUILT_IN[name]).BACKEND
    else:
        points = _installed().select(name=name)
        if not points:
            raise _unknown(name)
        found = next(iter(points)).load()
    if not isinstance(found, Backend):
        raise error("bad-backend", f"the entry point `{name}` is not a backend")
    return found


def _installed() -> EntryPoints:
    """Those of other packages."""
    from importlib.metadata import entry_points  # takes as long to load as a backend

    return entry_points(group=ENTRY_POINT_GROUP)


def _unknown(name: str) -> Exception:
    names = backend_names()
    guess = similar(name, names)
    notes = (f"targets: {', '.join(names)}",)
    remedy = f"did you mean `{guess}`?" if guess else None
    return error("unknown-target", f"there is no target `{name}`", notes=notes, help=remedy)
