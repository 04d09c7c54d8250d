"""`symhdl devices`: the devices that come with symhdl, from their files."""

from __future__ import annotations

import dataclasses

from symhdl.commands.terminal import out, out_json, table
from symhdl.documents import Json, json_text
from symhdl.targets.files import target_names
from symhdl.targets.target import Target, load_target
from symhdl.targets.units import Unit


def run(json: bool) -> None:
    """Every device that comes with symhdl, and what it has."""
    targets = [load_target(name) for name in target_names()]
    if json:
        documents: list[Json] = [
            {
                "name": target.name,
                "description": target.description,
                "luts": target.resources.luts,
                "ffs": target.resources.ffs,
                "dsps": target.resources.dsps,
                "brams": target.resources.brams,
                "synthesis": target.tools.command,
                "place_and_route": target.tools.place_and_route,
                "units": [_unit(unit) for unit in target.units],
                "residuals": _residuals(target),
            }
            for target in targets
        ]
        out_json(json_text(documents))
        return
    rows = [
        (
            target.name,
            str(target.resources.luts),
            str(target.resources.dsps),
            str(target.resources.brams),
            target.tools.place_and_route or "-",
            ", ".join(unit.name for unit in target.units),
            target.description,
        )
        for target in targets
    ]
    header = ("device", "LUTs", "DSPs", "BRAMs", "place and route", "units", "description")
    out(table(header, rows, right=(1, 2, 3)))


def _residuals(target: Target) -> Json:
    """How far the figures of the file are off what the tools find; None where it was not fitted."""
    found: dict[str, Json] = dataclasses.asdict(target.residuals)
    return found if target.residuals.samples else None


def _unit(unit: Unit) -> Json:
    """What a unit computes, of which operands, in how many clock edges, and the primitive that is instanced for it."""
    return {
        "name": unit.name,
        "kind": unit.kind,
        "resource": unit.resource,
        "widths": list(unit.widths),
        "latencies": [offer.latency for offer in unit.offers],
        "instance": None if unit.instance is None else unit.instance.cell,
    }
