"""The manifest: what a design is and what it promises, as JSON on which other tools rely.

It ties the files of a design together. `sha256` holds the SHA-256 of every other file by its name, and `digest` that
of the manifest itself: of its JSON without `digest` and without `synth`, which is added later, with sorted keys,
without blanks, and with escapes for all that is not ASCII.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from symhdl.choices import Minimise
from symhdl.documents import Json, document_digest
from symhdl.errors import Diagnostic
from symhdl.ir.block_sums import is_block_sum
from symhdl.ir.datapath import Datapath, Port


@dataclass(frozen=True, slots=True)
class Facts:
    """What the manifest says beside what the Datapath knows.

    `estimate` holds luts, ffs, dsps, brams and fmax_mhz; `files` are the other files of the design, name to SHA-256;
    `held` are the limits, by name, of inputs that the hardware holds between two values. `interface` and `clock_enable`
    are what the files were written with, `device_digest` is that of the device as data, and `request_digest` that of
    all that was asked for, which a design that is cut has not. `minimise` is what it takes least of, `refinement`
    tells what place and route was asked, `judgement` what rows of data say of a design with a goal on them, and
    `equations` are those of a search that the design was made of.
    """

    version: str
    target: str
    estimate: Mapping[str, int | float | None]
    files: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[Diagnostic, ...] = ()
    initiation_interval: int = 1
    held: Mapping[str, tuple[Fraction, Fraction]] = field(default_factory=dict)
    interface: str = "plain"
    clock_enable: bool = False
    cut: bool = False
    device_digest: str = ""
    request_digest: str | None = None
    minimise: Minimise = "auto"
    refinement: Mapping[str, Json] | None = None
    judgement: Mapping[str, Json] | None = None
    equations: Sequence[Mapping[str, Json]] = ()


MANIFEST, DATAPATH, OPERATORS = ".json", ".datapath", ".operators"
"""The ends of the names of the files that every design has."""

UNTIED = frozenset({"digest", "synth"})
ESTIMATE_KEYS = ("luts", "ffs", "dsps", "brams", "fmax_mhz")


def manifest(datapath: Datapath, facts: Facts) -> dict[str, Json]:
    """The manifest of a design; the order of the keys is that of the text."""
    names: list[Json] = [*sorted([*facts.files, f"{datapath.top}{MANIFEST}"])]
    document: dict[str, Json] = {
        "symhdl": facts.version,
        "source": datapath.source,
        "top": datapath.top,
        "target": facts.target,
        "interface": facts.interface,
        "clock_enable": facts.clock_enable,
        "device": datapath.device,
        "device_digest": facts.device_digest,
        "frequency_mhz": datapath.frequency_mhz,
        "dsp": datapath.dsp,
        "primitives": datapath.primitives,
        "units": _blocks(datapath),
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
        **({"assumptions": [*datapath.assumptions]} if datapath.assumptions else {}),
        "estimate": {key: facts.estimate.get(key) for key in ESTIMATE_KEYS},
        "files": names,
        "warnings": [_told(warning) for warning in facts.warnings],
        **({"minimise": facts.minimise} if facts.minimise != "auto" else {}),
        **({"cut": True} if facts.cut else {}),
        **({"refine": {**facts.refinement}} if facts.refinement else {}),
        **({"data_goal": {**facts.judgement}} if facts.judgement else {}),
        **({"equations": [{**each} for each in facts.equations]} if facts.equations else {}),
        **({"request_digest": facts.request_digest} if facts.request_digest else {}),
        "sha256": dict(sorted(facts.files.items())),
    }
    return {**document, "digest": digest_of(document)}


def _blocks(datapath: Datapath) -> dict[str, Json]:
    """How many cells each unit computes; a product and its sum in one block are one."""
    bound = (
        cell.unit
        for cell in datapath.cells
        if cell.unit and not is_block_sum(cell, datapath.unit(cell.unit))
    )
    return dict(sorted(Counter(bound).items()))


def digest_of(document: Mapping[str, Json]) -> str:
    """The digest of a manifest, whatever `digest` and `synth` it has; through `sha256` it is one of all files."""
    tied = {key: value for key, value in document.items() if key not in UNTIED}
    return document_digest(tied)


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
