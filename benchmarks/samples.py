"""What the cost model is fitted to: operators, functions and small designs, as Yosys and nextpnr find them."""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from symhdl.backends.verilog import verilog_text

from benchmarks.batch import netlists
from benchmarks.compositions import compositions
from benchmarks.golden_clock import SEEDS, reached_mhz
from benchmarks.operators import operators
from symhdl.flow.netlist import ModuleEntry, lost_inputs, usage_of, with_harness
from symhdl.flow.running import work_folder
from symhdl.ir.datapath import Datapath
from symhdl.targets.target import Target

ASKED_MHZ = 150.0
ROUTING_S = 180.0
BATCH = 12
TIMED_EACH = 3
"""Of the operators of a kind, and of the designs with DSP blocks, every third is placed and routed."""

DESIGN = "design"


@dataclass(frozen=True, slots=True)
class Sample:
    """A datapath; `kind` groups it with others, `use_dsps` says whether synthesis may use DSP blocks.

    Those that are `timed` are placed and routed, which takes longer than all else.
    """

    kind: str
    datapath: Datapath
    use_dsps: bool = False
    timed: bool = True


@dataclass(frozen=True, slots=True)
class Measured:
    """A sample with its LUTs by each set of options, and the longest path between registers of the smallest netlist.

    No LUTs are where synthesis lost a part of it. `longest_ns` is 0 where nextpnr does not know the device, or where
    there is no path.
    """

    sample: Sample
    luts: tuple[int, ...]
    longest_ns: float = 0.0


def samples(target: Target) -> Iterator[Sample]:
    """All of a device, always in the same order."""
    seen: Counter[str] = Counter()
    for operator in operators(target):
        yield Sample(operator.kind, operator.datapath, timed=seen[operator.kind] % TIMED_EACH == 0)
        seen[operator.kind] += 1
    for datapath in compositions(target.name, "none").values():
        yield Sample(DESIGN, datapath)
    if target.has_dsp:
        for number, datapath in enumerate(compositions(target.name, "auto").values()):
            yield Sample(DESIGN, datapath, use_dsps=True, timed=number % TIMED_EACH == 0)


def measured(asked: Sequence[Sample], target: Target, cache: Path) -> list[Measured]:
    """What the tools find of every sample; what they were asked before stands in the cache."""
    texts = [verilog_text(sample.datapath) for sample in asked]
    places = [
        _place(sample, text, target, cache) for sample, text in zip(asked, texts, strict=True)
    ]
    for use_dsps in (False, True):
        missing = [
            (sample, text, place)
            for sample, text, place in zip(asked, texts, places, strict=True)
            if sample.use_dsps == use_dsps and not place.exists()
        ]
        rest = iter(missing)
        while batch := list(islice(rest, BATCH)):
            _measure(batch, target, use_dsps=use_dsps)
            print(f"{target.name}: {batch[-1][0].datapath.top}", file=sys.stderr, flush=True)
    return [_read(sample, place) for sample, place in zip(asked, places, strict=True)]


def _measure(batch: Sequence[tuple[Sample, str, Path]], target: Target, *, use_dsps: bool) -> None:
    """Asks the tools for samples, each with its text and a place for what is found."""
    texts = {sample.datapath.top: text for sample, text, _ in batch}
    found = netlists(texts, target, use_dsps=use_dsps)
    for sample, _, place in batch:
        modules = found[sample.datapath.top]
        if any(lost_inputs(module, target) for module in modules):
            print(f"{target.name}: synthesis lost a part of {sample.datapath.top}", file=sys.stderr)
            _keep(place, [0] * len(modules), 0.0)
            continue
        ways = [usage_of(module, target) for module in modules]
        smallest = min(range(len(ways)), key=lambda way: (ways[way].luts, ways[way].ffs))
        longest_ns = _longest_ns(modules[smallest], sample, target)
        _keep(place, [usage.luts for usage in ways], longest_ns)


def _keep(place: Path, luts: Sequence[int], longest_ns: float) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"luts": luts, "longest_ns": longest_ns})
    place.write_text(text, encoding="utf-8")


def _longest_ns(module: ModuleEntry, sample: Sample, target: Target) -> float:
    if not _is_timed(sample, target):
        return 0.0
    netlist = with_harness(module, sample.datapath.top, target)
    with work_folder() as folder:
        for seed in SEEDS:
            mhz = reached_mhz(netlist, target, ASKED_MHZ, folder, seed, ROUTING_S)
            if mhz is not None:
                return 1000.0 / mhz if mhz else 0.0
    return 0.0


def _place(sample: Sample, text: str, target: Target, cache: Path) -> Path:
    """Where figures stand: by the text without its comments, and by what the tools are told."""
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("//"))
    known_by = hashlib.sha256(f"{target.tools}{sample.use_dsps}{code}".encode()).hexdigest()[:16]
    return cache / f"{target.name}_{known_by}{'' if _is_timed(sample, target) else '.luts'}.json"


def _is_timed(sample: Sample, target: Target) -> bool:
    return sample.timed and bool(target.tools.place_and_route)


def _read(sample: Sample, place: Path) -> Measured:
    found = json.loads(place.read_text(encoding="utf-8"))
    return Measured(sample, tuple(found["luts"]), float(found["longest_ns"]))
