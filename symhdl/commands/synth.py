"""`symhdl synth`: a compiled design through Yosys and nextpnr, the figures into its manifest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TypedDict

from symhdl.backends.backend import EmitOptions, backend_named
from symhdl.backends.bound_instances import may_infer_blocks, primitives_of
from symhdl.commands.critical import missed_clock, words_of_path
from symhdl.commands.stored import open_design
from symhdl.commands.terminal import message, out, out_json, show, status_line, table
from symhdl.commands.written import read_written
from symhdl.cost.blocks import most_blocks
from symhdl.cost.estimate import Estimate, estimate, too_large
from symhdl.documents import Json, json_text
from symhdl.errors import Diagnostic, UsageError, error, shortened, warning
from symhdl.flow.synthesis import Synthesis, synthesize
from symhdl.folders.writing import replace_manifest
from symhdl.ir.datapath import Datapath
from symhdl.stored import StoredDesign
from symhdl.tables import number
from symhdl.targets.files import target_names
from symhdl.targets.shares import amounts
from symhdl.targets.target import Target, load_target


class SynthOptions(TypedDict):
    """The options of the command, as the command line gives them."""

    folder: str
    device: str | None
    top: str | None
    freq: float | None
    seed: int
    trust: bool
    json: bool


def run(options: SynthOptions) -> None:
    """Synthesises, places and routes; prints the figures and adds them to the manifest as `synth`."""
    design = open_design(Path(options["folder"]), options["top"], trust=options["trust"])
    target = _target(design, options["device"])
    if not target.tools.command:
        text = f"no open synthesis is known for `{target.name}`"
        raise UsageError(Diagnostic("no-flow", text, help="`symhdl devices` lists those that have"))
    datapath = _fit(design.datapath, target)
    verilog = _verilog(design, datapath, trust=options["trust"])
    estimated = estimate(datapath, target)
    told = too_large(estimated, target)
    if told is not None:
        show([told])
    asked = options["freq"] or datapath.frequency_mhz
    with status_line(datapath.top) as status:
        figures = synthesize(
            verilog,
            datapath.top,
            target,
            asked,
            use_dsps=may_infer_blocks(datapath),
            seed=options["seed"],
            progress=status,
        )
    for told in (
        more_blocks(datapath, target, figures),
        missed_clock(datapath, target, asked, figures),
    ):
        if told is not None:
            show([told])
    document = {**design.manifest, "synth": figures_as_json(figures, datapath, target)}
    if options["json"]:
        out_json(json_text(document))
    else:
        out(summary(target, figures, estimated))
    # Last, so that figures that took minutes are seen even where the folder cannot be written.
    replace_manifest(design.folder, design.top, design.files_digest, json_text(document))


def _target(design: StoredDesign, named: str | None) -> Target:
    """The device that the user names, or else the one of that name that comes with symhdl.

    A design may name any device, but no file is read because of it. Raises SymhdlError if the user must name one.
    """
    device = design.datapath.device
    if named is None and device not in target_names():
        text = (
            f"the design is for the device `{shortened(device)}`, which does not come with symhdl"
        )
        help = "name its file, or another device: --device FILE.toml"
        raise error("unknown-device", text, help=help)
    target = load_target(device if named is None else named)
    made_for = design.manifest.get("device_digest")
    if target.name == device and made_for and target.digest != made_for:
        text = f"the design was made for another description of `{shortened(device)}` than this one"
        help = "compile again for it, or name the file that it was made for: --device FILE.toml"
        show([warning("other-device", text, help=help)])
    return target


def more_blocks(datapath: Datapath, target: Target, figures: Synthesis) -> Diagnostic | None:
    """The warning that there are more DSP blocks than were allowed, as there can be on another device."""
    if figures.dsps <= most_blocks(target, datapath.dsp):
        return None
    text = f"{figures.dsps} DSP blocks are taken, where --dsp {datapath.dsp} was asked for"
    note = f"the products were divided for the blocks of `{shortened(datapath.device)}`"
    help = f"compile for the device: --device {target.name} --dsp {datapath.dsp}"
    return warning("more-blocks", text, notes=(note,), help=help)


def _fit(datapath: Datapath, target: Target) -> Datapath:
    """The datapath, of portable text if the target does not have its primitives."""
    there = {unit.instance.cell for unit in target.units if unit.instance is not None}
    foreign = [name for name in primitives_of(datapath) if name not in there]
    if not foreign:
        return datapath
    message(f"{target.name} has no {', '.join(foreign)}: portable text is synthesised instead")
    return replace(datapath, primitives="none")


def _verilog(design: StoredDesign, datapath: Datapath, *, trust: bool) -> str:
    """The Verilog that was written, if it is of that datapath, or what the Verilog backend makes of it.

    Raises SymhdlError for text that is not what symhdl writes, unless it is trusted.
    """
    if design.manifest["target"] == "verilog" and datapath == design.datapath:
        return "\n".join(read_written(design, trust=trust).texts.values())
    emitted = backend_named("verilog").emit(datapath, EmitOptions())
    return "\n".join(text for name, text in emitted.items() if name.endswith(".v"))


def figures_as_json(figures: Synthesis, datapath: Datapath, target: Target) -> dict[str, Json]:
    """The figures with the keys of the manifest."""
    return {
        "device": target.name,
        "luts": figures.luts,
        "ffs": figures.ffs,
        "dsps": figures.dsps,
        "brams": figures.brams,
        "carries": figures.carries,
        "fmax_mhz": figures.fmax_mhz,
        "critical_path": list(words_of_path(datapath, figures.path)),
        "tool": figures.tool,
    }


def summary(target: Target, figures: Synthesis, estimated: Estimate) -> str:
    """The figures with their shares of the device, beside those that the compiler estimates for it."""
    has = target.resources
    pairs = zip(amounts(figures, has), amounts(estimated, has), strict=True)
    rows = [(a.label, f"{a.used:,}", a.share, f"{guess.used:,}") for a, guess in pairs]
    clock = "-" if figures.fmax_mhz is None else number(figures.fmax_mhz)
    rows.append(("carry cells", f"{figures.carries:,}", "", "-"))
    rows.append(("highest clock, MHz", clock, "", number(estimated.fmax_mhz)))
    header = (target.name, "synthesised", "share", "estimated")
    return f"{table(header, rows, right=(1, 2, 3))}\n{figures.tool}"
