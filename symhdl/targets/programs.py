"""The synthesis commands and place-and-route programs that a device file may name, with the options of each.

A device file comes from anywhere, and what it says here reaches a script and a command line. So it chooses from these
tables: options that read or write files, run parts of a command or start programs are not in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

Options = Mapping[str, str]
"""The pattern of the value behind each option; empty for one that stands alone."""

SWITCH = ""
NUMBER = r"[0-9]{1,6}"
WORD = r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,31}"


def _switches(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, SWITCH)


MAPPING = _switches("-dff", "-retime", "-abc2", "-abc9", "-noabc9", "-noflatten", "-no-rw-check")
"""What nearly all commands know."""

LATTICE = MAPPING | _switches(
    "-noccu2", "-nodffe", "-nobram", "-nolutram", "-nowidelut", "-widelut", "-asyncprld",
    "-iopad", "-noiopad", "-nodsp", "-cmp2softlogic",
)  # fmt: skip

SYNTHESIS: Mapping[str, Options] = MappingProxyType(
    {
        "synth": _switches(
            "-flatten", "-hieropt", "-nofsm", "-noabc", "-booth", "-noalumacc", "-nordff", "-noshare", "-no-rw-check"
        )
        | {"-lut": NUMBER},
        "synth_anlogic": MAPPING | _switches("-nolutram", "-nobram"),
        "synth_ecp5": LATTICE,
        "synth_efinix": MAPPING | _switches("-nobram"),
        "synth_gatemate": MAPPING
        | _switches("-nobram", "-noaddf", "-nomult", "-nomx8", "-nomx4", "-luttree", "-noiopad", "-noclkbuf"),
        "synth_gowin": MAPPING
        | _switches("-nodffe", "-nobram", "-nolutram", "-nowidelut", "-noiopads", "-noalu", "-setundef", "-nodsp")
        | {"-family": WORD},
        "synth_ice40": MAPPING
        | _switches("-nocarry", "-nodffe", "-nobram", "-spram", "-dsp", "-noabc")
        | {"-device": "hx|lp|u", "-dffe_min_ce_use": NUMBER},
        "synth_intel": MAPPING | _switches("-iopads", "-nobram", "-nodsp") | {"-family": WORD},
        "synth_intel_alm": MAPPING
        | _switches("-nolutram", "-nobram", "-nodsp", "-noiopad", "-noclkbuf")
        | {"-family": WORD},
        "synth_lattice": LATTICE | {"-family": WORD},
        "synth_microchip": MAPPING
        | _switches("-nobram", "-nocarry", "-nodsp", "-noiopad", "-noclkbuf", "-discard-ffinit")
        | {"-family": WORD},
        "synth_nanoxplore": MAPPING
        | _switches("-nocy", "-nodffe", "-norfram", "-nobram", "-noiopad")
        | {"-family": WORD, "-min_ce_use": NUMBER, "-min_srst_use": NUMBER},
        "synth_nexus": LATTICE | {"-family": WORD},
        "synth_quicklogic": MAPPING
        | _switches("-nodsp", "-nocarry", "-nobram", "-bramtypes")
        | {"-family": WORD},
        "synth_xilinx": MAPPING
        | _switches("-flatten", "-nobram", "-nolutram", "-nosrl", "-nocarry", "-nowidelut", "-nodsp", "-noiopad")
        | _switches("-noclkbuf", "-uram")
        | {"-family": WORD, "-widemux": NUMBER},
    }
)  # fmt: skip
"""The options of each Yosys command, as its `help` has them."""

ROUTING = _switches("--no-promote-globals", "--tmg-ripup") | {
    "--package": WORD,
    "--placer": "sa|heap|static",
    "--router": "router1|router2",
}
PLACE_AND_ROUTE: Mapping[str, Options] = MappingProxyType(
    {
        "nextpnr-ecp5": ROUTING
        | _switches("--12k", "--25k", "--45k", "--85k", "--um-25k", "--um-45k", "--um-85k")
        | _switches("--um5g-25k", "--um5g-45k", "--um5g-85k", "--lpf-allow-unconstrained")
        | {"--speed": "[678]"},
        "nextpnr-ice40": ROUTING
        | _switches("--lp384", "--lp1k", "--lp4k", "--lp8k", "--hx1k", "--hx4k", "--hx8k", "--up3k", "--up5k")
        | _switches("--u1k", "--u2k", "--u4k", "--pcf-allow-unconstrained", "--promote-logic", "--no-promote-ce"),
    }
)  # fmt: skip
"""The options of each nextpnr program, as its `--help` has them."""


def unfit_words(words: Sequence[str], known: Options) -> Iterator[str]:
    """What is wrong with the words of a command line, each in a sentence's end that follows the key's name."""
    waiting = iter(words)
    for word in waiting:
        if word not in known:
            yield f"holds `{word}`, which is none of {', '.join(known) or 'no options'}"
        elif known[word] != SWITCH:
            value = next(waiting, None)
            if value is None or not re.fullmatch(known[word], value):
                found = "nothing" if value is None else f"`{value}`"
                yield f"has {found} behind `{word}`, where {_wanted(known[word])} is wanted"


def _wanted(pattern: str) -> str:
    named = {NUMBER: "a number", WORD: "a plain word", "[678]": "6, 7 or 8"}
    return named.get(pattern, " or ".join(pattern.split("|")))
