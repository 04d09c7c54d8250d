"""A combination in words, as JSON, and as a folder with its design."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from symhdl.documents import Json, json_text
from symhdl.explore.combination import TOP, Combination
from symhdl.judgement import Figure
from symhdl.tables import number, table

COMBINATIONS = f"{TOP}.json"


def text_of(found: Sequence[Combination]) -> str:
    """All combinations as JSON, with the folders of their designs."""
    documents = [{**document(each), "folder": folder_of(each, found)} for each in found]
    return json_text({"combinations": [*documents]})


def write_designs(folder: Path, found: Sequence[Combination], *, force: bool = False) -> None:
    """Writes the design of each combination into a folder of its own.

    Raises SymhdlError where files are in the way or the system refuses.
    """
    for each in found:
        each.design.write(folder / folder_of(each, found), force=force)


def folder_of(combination: Combination, found: Sequence[Combination]) -> str:
    """The name of the folder of its design; it has that of the device if there are several."""
    if len(found) == 1:
        return TOP
    names = [Path(each.device).stem for each in found]
    name = Path(combination.device).stem
    if names.count(name) == 1:
        return f"{TOP}-{name}"
    place = next(number for number, each in enumerate(found, 1) if each is combination)
    return f"{TOP}-{name}-{place}"


def document(combination: Combination) -> dict[str, Json]:
    """All that there is to say, as JSON."""
    taken = combination.taken
    parts: list[Json] = [
        {
            "class": part.class_name,
            "complexity": part.row.complexity,
            "loss": part.row.loss,
            "luts": part.row.luts,
            "equation": part.row.equation,
            "digest": part.row.digest,
            "different_rows": part.different,
        }
        for part in combination.parts
    ]
    return {
        "device": combination.device,
        "budget": dict(combination.wanted.limits.most),
        "options": dict(combination.parts[0].row.options),
        "measure": combination.wanted.measure,
        "figures": {name: asdict(figure) for name, figure in combination.figures.items()},
        "judging_rows": combination.judging,
        "chosen_alone": combination.chosen_alone,
        "choosing_rows": combination.choosing,
        "choosing_copies": combination.copies,
        "expressions": combination.expressions,
        "luts": taken.luts,
        "luts_alone": combination.alone,
        "ffs": taken.ffs,
        "dsps": taken.dsps,
        "brams": taken.brams,
        "cycles": combination.design.latency,
        "ns": taken.ns,
        "measured": taken.by,
        "other_winners": combination.other_winners,
        "parts": parts,
    }


def lines_of(combination: Combination) -> Iterator[str]:
    """The combination for a terminal: what it takes, how well it tells, and its equations as a table."""
    heading, *figures, beside = sentences_of(combination)
    header = ("class", "complexity", "loss", "LUTs", "equation")
    rows = [
        (
            part.class_name,
            *("-" if v is None else number(v) for v in (part.row.complexity, part.row.loss)),
            "-" if part.row.luts is None else str(part.row.luts),
            part.row.equation,
        )
        for part in combination.parts
    ]
    yield heading
    told = (*figures, *table(header, rows, (1, 2, 3)).splitlines(), beside)
    yield from (f"  {line}" for line in told)


def sentences_of(combination: Combination) -> Iterator[str]:
    """The combination in words, without its equations; the last sentence holds it against them."""
    limits, taken = combination.wanted.limits, combination.taken
    within = f" within {limits}" if limits.most else ""
    made = ", ".join(f"{k}={v}" for k, v in combination.parts[0].row.options if k != "device")
    yield f"best combination for {combination.device}{within}{f' ({made})' if made else ''}:"
    latency = combination.design.latency
    cycles = "1 cycle" if latency == 1 else f"{latency} cycles"
    yield (
        f"{taken.luts} LUTs ({combination.alone} one by one), {taken.ffs} FFs, {taken.dsps} DSPs, "
        f"{taken.brams} BRAMs, {cycles}, {number(taken.ns)} ns ({taken.by})"
    )
    for name, figure in combination.figures.items():
        yield f"{name} {_figure(figure)} on {combination.judging} rows that chose nothing"
    measure = combination.wanted.measure
    best = f"; the most accurate equations reach {combination.expressions:.3f} on those that judge"
    yield (
        f"one by one its equations have {measure} {combination.chosen_alone:.3f} "
        f"on the {_rows(combination.choosing, combination.copies)} that chose"
        f"{best if measure == 'accuracy' else ''}"
    )
    yield _beside_parts(combination)


def _figure(figure: Figure) -> str:
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"


def _rows(count: int, copies: int) -> str:
    return f"{count} rows and {copies} copies between them" if copies else f"{count} rows"


def _beside_parts(combination: Combination) -> str:
    """Where the shared design is not, bit by bit, what its parts are."""
    rows = _rows(combination.choosing + combination.judging, combination.copies)
    different = {p.class_name: p.different for p in combination.parts if p.different}
    if not different:
        return f"at all {rows} it gives, bit by bit, what the equations give one by one"
    listed = ", ".join(f"{name} at {count}" for name, count in different.items())
    classes = combination.other_winners or "none"
    return (
        f"of {rows} it gives other last digits than the equations one by one: {listed}; "
        f"another class at {classes}"
    )
