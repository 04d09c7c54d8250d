"""A program from a seed and a number: the family's nodes, goals for its outputs, and options."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from fractions import Fraction

from symhdl.choices import DspUse
from tests.fuzzing.draft import Draft, scale
from tests.fuzzing.families import FAMILIES
from tests.fuzzing.language import CONDITIONS
from tests.fuzzing.program import Assumption, Format, Options, Output, Program, without_dead_nodes

DEVICES = (
    "generic", "generic", "ecp5-25k", "ecp5-25k", "ice40-up5k", "ice40-up5k", "ice40-hx8k", "xc7a35t", "gw1nr-9",
    "xcku5p", "xcvu9p",
)  # fmt: skip
DSPS: tuple[DspUse, ...] = ("auto", "auto", "auto", "none", "none", 0, 1, 2, 3, 5)
WRAPPED = ("sin", "mod", "exp", "sqrt", "hypot", "tanh", "sub", "atan", "abs")
PARTIAL = 5, 2, 2
UNDEFINED = {
    **dict.fromkeys(("idioms", "tiny", "powers", "formats", "guards"), PARTIAL),
    "holes": (1, 6, 3),
}
"""For families with undefined points how often each of `error`, `ignore` and `saturate` comes."""

FINE = frozenset({"broad"})
"""Families whose outputs have many bits."""

LOOSE = frozenset({"pairs"})
"""Families whose outputs mostly have a goal as large as the jumps of their decisions."""

ASSUMING = 0.1
"""The share of programs that assume something of two inputs."""

DECIDING = CONDITIONS | {"floor", "ceil", "round", "mod", "sign", "argmax"}


def generated(seed: int, number: int, family: str | None = None) -> Program:
    """The program; the same one for the same arguments."""
    chance = random.Random(f"{seed}/{number}")  # noqa: S311 - no secret
    names = list(FAMILIES)
    chosen = chance.choices(names, [weight for _, weight in FAMILIES.values()])[0]
    chosen = family or chosen
    draft = Draft(chance)
    nodes = FAMILIES[chosen][0](draft)
    decides = any(node.kind in DECIDING for node in draft.nodes)
    options = _options(draft, chosen)
    outputs = tuple(
        _output(draft, f"out{place}" if place else "out", node, decides, options, chosen)
        for place, node in enumerate(nodes)
    )
    wrapped = frozenset(chance.sample(WRAPPED, 2) if chance.random() < 0.1 else ())
    program = Program(chosen, tuple(draft.inputs), tuple(draft.nodes), outputs, options, wrapped)
    assumed = _assumption(chance, program) if chance.random() < ASSUMING else None
    return without_dead_nodes(replace(program, assumption=assumed))


def _assumption(chance: random.Random, program: Program) -> Assumption | None:
    """One between two inputs that some numbers of both meet."""
    if len(program.inputs) < 2:
        return None
    less, greater = chance.sample(program.inputs, 2)
    if less.low * less.format.ulp >= greater.high * greater.format.ulp:
        return None
    return Assumption(less.name, greater.name, chance.random() < 0.5)


def _options(draft: Draft, family: str) -> Options:
    chance = draft.chance
    frequency = chance.choices((0.0, 50.0, 100.0, 200.0, 400.0), (4, 2, 3, 3, 1))[0]
    wide = [entry.format.width for entry in draft.inputs if entry.style == "width"]
    shares = UNDEFINED.get(family, (18, 1, 1))
    return Options(
        level=chance.choices((0, 1, 2), (2, 5, 2))[0],
        dsp=chance.choice(DSPS),
        primitives=chance.choice(("auto", "auto", "none")),
        interface="valid" if chance.random() < 0.25 else "plain",
        frequency=frequency,
        device=chance.choice(DEVICES),
        undefined=chance.choices(("error", "ignore", "saturate"), shares)[0],
        width=wide[0] if wide else 16,
        output_width=chance.choice((None, None, None, 8, 12, 4)),
    )


def _output(
    draft: Draft, name: str, node: int, decides: bool, options: Options, chosen: str
) -> Output:
    """What is asked of an output: an error, a format, both or neither, loosely or tightly."""
    chance = draft.chance
    size = draft.size(node)
    exponent = max(-200, min(200, math.frexp(size)[1]))  # size < 2**exponent
    if draft.nodes[node].kind in CONDITIONS and chance.random() < 0.8:
        return Output(name, node)
    if chosen in LOOSE and chance.random() < 0.8:
        return Output(name, node, None, scale(chance, exponent - 1, exponent + 1))
    bits = (
        chance.choice((2, 4, 6, 7, 8, 9, 10, 12))
        if chance.random() < 0.93
        else chance.choice((16, 20, 24, -3))
    )
    if chosen in FINE:
        bits = chance.choice((12, 18, 30, 40, 60, 80, 110, 150))
    match chance.randrange(8):
        case 0 | 1 if options.output_width is not None or not decides:
            return Output(name, node)
        case 2 | 3:
            slack = chance.choice((1, 1, 2, 3, 0))
            signed = draft.chance.random() < 0.8 or _negative(draft, node)
            format = Format(signed, max(1, bits + slack + signed), bits - exponent)
            error = (
                format.ulp * Fraction(chance.choice((3, 5, 7, 4, 2)), 4)
                if chance.random() < 0.4
                else None
            )
            return Output(name, node, format, error)
        case 4 if chance.random() < 0.1:
            return Output(name, node, None, Fraction(1, 2**30))
        case _:
            return Output(name, node, None, scale(chance, exponent - bits, exponent - bits + 1))


def _negative(draft: Draft, node: int) -> bool:
    span = draft.span(node)
    return span is None or span[0] < 0


def simpler(program: Program, **changes: object) -> Program:
    """The program with other options."""
    return replace(program, options=replace(program.options, **changes))  # type: ignore[arg-type]
