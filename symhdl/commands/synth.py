"""`symhdl synth`: a compiled design through Yosys and nextpnr, the figures into its manifest."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

from symhdl.backends.backend import EmitOptions, backend_named
from symhdl.commands.stored import Stored, open_design
from symhdl.commands.terminal import message, number, out, table
from symhdl.errors import Diagnostic, UsageError
from symhdl.files import read_text, write_files
from symhdl.flow.synthesis import Synthesis, synthesize
from symhdl.manifest import Json, manifest_text
from symhdl.targets.target import load_target


class SynthOptions(TypedDict):
    """The options of the command, as the command line gives them."""

    folder: str
    device: str | None
    top: str | None
    freq: float | None
    dsp: str
    seed: int
    json: bool


def run(options: SynthOptions) -> None:
    """Synthesises, places and routes; prints the figures and adds them to the manifest as `synth`."""
    design = open_design(Path(options["folder"]), options["top"])
    target = load_target(options["device"] or design.datapath.device)
    if not target.tools.command:
        text = f"no open synthesis is known for `{target.name}`"
        raise UsageError(Diagnostic("no-flow", text, help="`symhdl devices` lists those that have"))
    figures = synthesize(
        verilog_of(design),
        design.datapath.top,
        target,
        options["freq"] or design.datapath.frequency_mhz,
        use_dsps=options["dsp"] != "none",
        seed=options["seed"],
        progress=message,
    )
    asked = options["freq"] or design.datapath.frequency_mhz
    if figures.fmax_mhz is not None and figures.fmax_mhz < asked:
        message(f"warning: {asked:g} MHz were asked for, {figures.fmax_mhz:.1f} MHz were reached")
    document = {**design.manifest, "synth": figures_as_json(figures)}
    write_files(design.folder, {design.manifest_name: manifest_text(document)})
    if options["json"]:
        out(manifest_text(document).removesuffix("\n"))
    else:
        out(summary(target.name, figures, design))


def verilog_of(design: Stored) -> str:
    """The Verilog that was written, or what the Verilog backend makes of the datapath."""
    if design.manifest.get("target") == "verilog":
        texts = [read_text(path) for path in design.files if path.suffix == ".v"]
        if texts:
            return "\n".join(texts)
    emitted = backend_named("verilog").emit(design.datapath, EmitOptions())
    return "\n".join(text for name, text in emitted.items() if name.endswith(".v"))


def figures_as_json(figures: Synthesis) -> dict[str, Json]:
    """The figures with the keys of the manifest."""
    return {
        "luts": figures.luts,
        "ffs": figures.ffs,
        "dsps": figures.dsps,
        "brams": figures.brams,
        "carries": figures.carries,
        "fmax_mhz": figures.fmax_mhz,
        "tool": figures.tool,
    }


def summary(device: str, figures: Synthesis, design: Stored) -> str:
    """The figures beside those that the compiler estimated."""
    estimate = design.manifest.get("estimate")
    guessed = estimate if isinstance(estimate, dict) else {}
    found = figures_as_json(figures)
    labels = {
        "luts": "LUTs",
        "ffs": "flip-flops",
        "dsps": "DSP blocks",
        "brams": "memory blocks",
        "carries": "carry cells",
        "fmax_mhz": "highest clock, MHz",
    }
    rows = [(label, _shown(found[key]), _shown(guessed.get(key))) for key, label in labels.items()]
    lines = table((device, "synthesised", "estimated"), rows, right=(1, 2))
    return f"{lines}\n{figures.tool}"


def _shown(value: Json) -> str:
    if isinstance(value, int | float):
        return str(value) if isinstance(value, int) else number(value)
    return "-"
