"""The files that a compiled design is written as: what the target emits, the manifest, the datapath."""

from __future__ import annotations

from dataclasses import replace

from symhdl.backends.backend import EmitOptions, backend_named
from symhdl.ir.datapath import Datapath
from symhdl.ir.text import print_datapath
from symhdl.manifest import Facts, Json, manifest, write_json


def artifacts(
    datapath: Datapath, facts: Facts, options: EmitOptions | None = None
) -> tuple[dict[str, Json], dict[str, str]]:
    """The manifest, and all files by their names relative to the output folder.

    `facts.target` names the backend, `facts.files` is filled in here.
    Raises SymhdlError for an unknown target and for what the target does not support.
    """
    backend = backend_named(facts.target)
    chosen = options or EmitOptions()
    backend.validate(datapath, chosen)
    emitted = backend.emit(datapath, chosen)
    document = manifest(datapath, replace(facts, files=tuple(emitted)))
    ours = {
        datapath.top + ".json": write_json(document),
        datapath.top + ".datapath": print_datapath(datapath),
    }
    assert not ours.keys() & emitted.keys(), "two files of one name; please report this"
    return document, {**emitted, **ours}
