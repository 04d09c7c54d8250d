"""Designs in folders, as `compile -o` writes them, and ways of changing them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from msgspec import structs
from symhdl.backends.backend import EmitOptions, backend_named

from symhdl.documents import json_text, sha256
from symhdl.folders.writing import write_design
from symhdl.ir.datapath import Cell, CellKind, Datapath
from symhdl.ir.text import print_datapath
from symhdl.manifest import Facts, digest_of, manifest
from symhdl.targets.target import load_target

ESTIMATE = {"luts": 60, "ffs": 23, "dsps": 0, "brams": 0, "fmax_mhz": 120.0}


def operators_of(datapath: Datapath) -> Datapath:
    """The datapath without its pipeline and units."""
    places: list[int] = []
    cells: list[Cell] = []
    for cell in datapath.cells:
        if cell.kind is CellKind.REGISTER:
            places.append(places[cell.operands[0]])
            continue
        places.append(len(cells))
        operands = tuple(places[operand] for operand in cell.operands)
        cells.append(structs.replace(cell, operands=operands, stage=0, latency=0, unit=""))
    inputs, outputs = (
        tuple(replace(port, cell=places[port.cell]) for port in ports)
        for ports in (datapath.inputs, datapath.outputs)
    )
    return replace(datapath, cells=tuple(cells), inputs=inputs, outputs=outputs)


def files_of(
    datapath: Datapath, target: str = "verilog", options: EmitOptions | None = None
) -> dict[str, str]:
    """The files of a design."""
    options = options or EmitOptions()
    operators = operators_of(datapath)
    backend = backend_named(target)
    taken = operators if backend.level == "operators" else datapath
    files: dict[str, str] = backend.emit(taken, options)
    files[f"{datapath.top}.datapath"] = print_datapath(datapath)
    files[f"{datapath.top}.operators"] = print_datapath(operators)
    facts = Facts(
        "0.1.0", target, ESTIMATE, {name: sha256(text) for name, text in files.items()},
        interface=options.interface, clock_enable=options.clock_enable,
        device_digest=load_target(datapath.device).digest,
    )  # fmt: skip
    files[f"{datapath.top}.json"] = json_text(manifest(datapath, facts))
    return files


def put(
    folder: Path, datapath: Datapath, target: str = "verilog", options: EmitOptions | None = None
) -> Path:
    """The design in a folder."""
    write_design(folder, datapath.top, files_of(datapath, target, options))
    return folder


def sealed_again(folder: Path, top: str, change: Callable[[dict[str, Any]], object] = id) -> None:
    """Makes the digests fit the files as they stand now, after a change of the manifest."""
    place = folder / f"{top}.json"
    document = json.loads(place.read_text())
    change(document)
    for name in document["sha256"]:
        if (folder / name).is_file():
            document["sha256"][name] = sha256((folder / name).read_bytes())
    document["digest"] = digest_of(document)
    place.write_text(json_text(document))


def edit(place: Path, old: str, new: str) -> None:
    """Changes one place of a file."""
    text = place.read_text()
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {place.name}"
    place.write_text(text.replace(old, new))
