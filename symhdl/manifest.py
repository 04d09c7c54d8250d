"""The manifest: what a design is and what it promises, as JSON on which other tools rely."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from symhdl.errors import Diagnostic, error
from symhdl.ir.datapath import Datapath, Port

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
"""What a JSON document is made of."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the manifest says beside what the Datapath knows.

    `estimate` holds luts, ffs, dsps, brams and fmax_mhz; `files` are names relative to the manifest; `held` are the
    limits, by name, of inputs that the hardware holds between two values. `interface` and `clock_enable` are what the
    files were written with.
    """

    version: str
    target: str
    estimate: Mapping[str, int | float | None]
    files: tuple[str, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    initiation_interval: int = 1
    held: Mapping[str, tuple[Fraction, Fraction]] = field(default_factory=dict)
    interface: str = "plain"
    clock_enable: bool = False
    cut: bool = False


ESTIMATE_KEYS = ("luts", "ffs", "dsps", "brams", "fmax_mhz")


def manifest(datapath: Datapath, facts: Facts) -> dict[str, Json]:
    """The manifest of a design; the order of the keys is that of the text."""
    return {
        "symhdl": facts.version,
        "source": datapath.source,
        "top": datapath.top,
        "target": facts.target,
        "interface": facts.interface,
        "clock_enable": facts.clock_enable,
        "device": datapath.device,
        "frequency_mhz": datapath.frequency_mhz,
        "dsp": datapath.dsp,
        "latency_cycles": datapath.latency,
        "initiation_interval": facts.initiation_interval,
        "inputs": [_port(port) | _held(port, facts.held) for port in datapath.inputs],
        "outputs": [
            {
                **_port(port),
                "error_bound": _bound(port.error_bound),
                "error_bound_real_inputs": _bound(port.error_bound_real_inputs),
            }
            for port in datapath.outputs
        ],
        "estimate": {key: facts.estimate.get(key) for key in ESTIMATE_KEYS},
        "files": list(facts.files),
        "warnings": [_told(warning) for warning in facts.warnings],
        **({"cut": True} if facts.cut else {}),
    }


def _port(port: Port) -> dict[str, Json]:
    low, high = port.range
    number_format = port.format
    return {
        "name": port.name,
        "port": port.port,
        "format": {
            "signed": number_format.signed,
            "width": number_format.width,
            "fraction": number_format.fraction,
        },
        "range": [outward(low, -math.inf), outward(high, math.inf)],
    }


def _held(port: Port, held: Mapping[str, tuple[Fraction, Fraction]]) -> dict[str, Json]:
    """The limits of an input that is held; they are numbers of its format, and so of a double mostly."""
    return {"held": [float(end) for end in held[port.name]]} if port.name in held else {}


def _bound(bound: float | None) -> float | None:
    """The bound, with the zero that rounding made negative made an ordinary one."""
    return None if bound is None else bound + 0.0


def outward(value: Fraction, direction: float) -> float:
    """The number itself as a float, or else the next float towards `direction` (-inf or inf)."""
    nearest = float(value)
    exact = Fraction(nearest)
    if (exact > value and direction < 0) or (exact < value and direction > 0):
        return math.nextafter(nearest, direction)
    return nearest


def _told(warning: Diagnostic) -> str:
    """A warning in one line."""
    place = ""
    if warning.span is not None:
        place = f"{warning.span.written.source.name}:{warning.span.line}:{warning.span.column}: "
    return f"{place}{warning.message} [{warning.id}]"


def manifest_text(document: Mapping[str, Json] | Iterable[Json]) -> str:
    """The JSON text of a document: indented, in the given order, with a line end; the same document, the same bytes."""
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def read_manifest(text: str, name: str) -> dict[str, Json]:
    """The manifest in a text; raises SymhdlError if it is none."""
    help = "give the folder that `symhdl compile -o` wrote"
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise error("bad-manifest", f"{name} is not JSON: {problem}", help=help) from None
    if not isinstance(document, dict) or not {"symhdl", "top", "files"} <= document.keys():
        raise error("bad-manifest", f"{name} is not a manifest of symhdl", help=help)
    return document
