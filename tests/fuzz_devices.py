"""Mutated device files: each is read or refused, and what is read carries a compile, a script and a table.

As a program it tries as many as wanted: python -m tests.fuzz_devices [--count N] [--seed N]
"""

from __future__ import annotations

import argparse
import random
import re
import resource
import sys
import traceback
from collections import Counter
from collections.abc import Iterator
from functools import partial
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory

from click.testing import CliRunner
from symhdl.backends.chain_instances import Between, instances_of_chain, rows_of_digit
from symhdl.backends.instances import (
    Addend,
    Control,
    Instance,
    Word,
    instance_of_block_sum,
    instance_of_product,
    instances_of_table,
    signal_word,
)
from symhdl.backends.lookup_instances import instances_of_lookups
from symhdl.backends.verilog_instances import instance_lines

from symhdl.cli import main as command_line
from symhdl.errors import SymhdlError
from symhdl.flow.netlist import read_module, usage_of, with_harness
from symhdl.flow.yosys import _script, option_sets
from symhdl.ir.lookups import looked_up
from symhdl.targets.files import target_names
from symhdl.targets.primitives import PRIMITIVES
from symhdl.targets.programs import PLACE_AND_ROUTE, SYNTHESIS
from symhdl.targets.target import Target, parse_target
from symhdl.targets.units import Offer, Unit
from tests.fuzzing.workers import within

SECONDS = 20.0
MEMORY_BYTES = 1 << 30
TEXTS = {
    name: resources.files("symhdl.targets").joinpath(name + ".toml").read_text(encoding="utf-8")
    for name in target_names()
}
NUMBER = re.compile(r"(?<== )\d+(?:\.\d+)?")
TEXT = re.compile(r'"[^"\n]*"')
KEY = re.compile(r"^[\w\"#]+(?= =)|^\[{1,2}[\w.]+\]{1,2}", re.MULTILINE)
NUMBERS = (
    "0", "0.0", "1", "2", "3", "9", "64", "1e3", "1e9", "1e308", "1e400", "-1", "-0.0", "nan", "inf", "-inf",
    "0.0000001", "9" * 400, "9" * 5000, "0x7fffffff", "true", '"1"', "[]", "{}", "1979-05-27", "1_000",
)  # fmt: skip
HOSTILE = (
    "", "!touch owned", "-run begin:end", "-o", "--run=x.py", "a\\nb", "a;b", "a#b", 'a\\"b', "a'b", "a\\\\b", "$(id)",
    "a b", "\\u001b[2J", "\\u202e", "\\u0000", "../x", "a" * 300, "synth", "synth_xilinx", "-dff", "-family", "xc7",
    "nextpnr-ice40", "--hx8k", "0", "x", "$lut", "FDRE", "a", "y", "clock", "signed_a", "111", "MULT18X18D", "SB_MAC16",
    "DP16KD", "table", "address", "upper_enable", "upper_y", "INITVAL_00", "DATA_WIDTH_A",
    "multiply", "parameters", "ecp5-25k", "generic", "mutated.toml",
)  # fmt: skip
KEYS = (
    "width", "luts", "[dsp]", "[tools]", "[[unit]]", "[unit.instance]", "[[unit.offer]]", "extends", "latency", '"A#"',
    '"\\u001b"', "a" * 300,
)  # fmt: skip
PIECES = (
    "\x00",
    "\x1b",
    "[",
    "]",
    "{",
    "}",
    '"',
    "'''",
    "=",
    "\n",
    "#",
    "[[a]]\n",
    "a.b.c = 1\n",
    "é",
    "\ufeff",
    "[" * 500,
)
MODULE = (
    '{"modules": {"top": {"ports": {"x": {"direction": "input", "bits": [2]}}, "netnames": {}, "cells": '
    '{"c": {"type": "LUT4", "connections": {"A": [2]}, "port_directions": {"A": "input"}}}}}}'
)
EXPRESSION = "y = x*x*1.37 + sin(x)"


def mutations(seed: int) -> Iterator[str]:
    """Texts without end; the same ones for the same seed."""
    choose = random.Random(seed)  # noqa: S311 - no secret
    while True:
        text = TEXTS[choose.choice(target_names())]
        for _ in range(choose.choice((1, 1, 1, 2, 3))):
            text = _mutated(choose, text)
        yield text


def _mutated(choose: random.Random, text: str) -> str:
    plausible = tuple(
        str(choose.choice((0, 1, 2, 4, 5, 17, 100, 0.3, 0.001, 999))) for _ in range(3)
    )
    pattern, others = choose.choice(
        (
            *((NUMBER, plausible),) * 6,
            (NUMBER, NUMBERS),
            (TEXT, tuple(f'"{one}"' for one in HOSTILE)),
            (KEY, KEYS),
            (re.compile(""), PIECES),
            (re.compile(r"^.*\n", re.MULTILINE), ("", "")),
        )
    )
    places = [match.span() for match in pattern.finditer(text)]
    if not places:
        return text
    start, end = choose.choice(places)
    return text[:start] + choose.choice(others) + text[end:]


def tried(text: str, folder: Path) -> str:
    """What becomes of a device file: the identifier of the refusal, or `read`. Raises for what must not be."""
    try:
        target = parse_target(text, "mutated.toml")
    except SymhdlError as problem:
        told = str(problem)
        assert all(c.isprintable() or c == "\n" for c in told), told
        return problem.diagnostics[0].id
    _check_words(target)
    _check_instances(target)
    module = read_module(MODULE, "top")
    assert usage_of(module, target).luts >= 0
    if target.tools.place_and_route:
        with_harness(module, "top", target)
    path = folder / "mutated.toml"
    path.write_text(text, encoding="utf-8")
    words = [
        "compile",
        "--expr",
        EXPRESSION,
        "--range",
        "x=-1:1",
        "--width",
        "8",
        "--device",
        str(path),
    ]
    result = CliRunner().invoke(command_line, [*words, "--output-width", "8", "-o", "-"])
    assert result.exit_code in (0, 1, 2, 3), result.stderr
    assert "error[out-of-memory]" not in result.stderr, result.stderr
    assert not re.search(r"[^\x20-\x7e\n]", result.stdout), result.stdout
    return f"read, exit {result.exit_code}"


def _check_words(target: Target) -> None:
    """Nothing reaches a script or a command line but what the tables know."""
    if target.tools.command:
        known = SYNTHESIS[target.tools.command]
        sets = (*option_sets(target, use_dsps=True), *option_sets(target, use_dsps=False))
        script = _script("top", target, sets)
        assert re.fullmatch(r"[A-Za-z0-9_ .+\n-]*", script), script
        for options in sets:
            assert all(word in known for word in options if word.startswith("-")), options
    known = PLACE_AND_ROUTE.get(target.tools.place_and_route, {})
    words = target.tools.arguments
    assert all(word in known for word in words if word.startswith("-")), words
    assert all(re.fullmatch(r"[A-Za-z0-9_.+-]+", word) for word in words), words


def _check_instances(target: Target) -> None:
    """An instance is a primitive that is known, with what it knows, in plain characters."""
    for unit in target.units:
        if unit.instance is None:
            continue
        for offer in unit.offers:
            for made in _instances(unit, offer):
                known = PRIMITIVES[made.cell]
                free = {port.width for port in getattr(known.behaviour, "ports", ())}
                tables = getattr(known.behaviour, "tables", made.contents)
                assert len(made.contents) == len(tables)
                assert all(
                    name in free or value in known.parameters[name]
                    for name, value in made.parameters
                )
                assert {c.port for c in made.connections} == {*known.inputs, *known.outputs}
                text = "\n".join(instance_lines(made))
                assert re.fullmatch(r"[\w .,;:=#(){}'\"\[\]\n]*", text, re.ASCII), text


def _instances(unit: Unit, offer: Offer) -> Iterator[Instance]:
    control = Control("clk", "ce")
    if unit.memory is not None:
        index, result = (signal_word(name, 9, signed=False) for name in "xy")
        yield from instances_of_table(unit, offer, lambda: "m", index, range(512), result, control)
        return
    if unit.chain is not None:
        rows = rows_of_digit(signal_word("a", 9, signed=True), signal_word("b", 2, signed=True))
        result, between = signal_word("y", 11, signed=True), Between("k", "p", "g")
        yield from instances_of_chain(unit, lambda: "c", rows, 0, result, between)
        return
    if unit.lookup is not None:
        bits = unit.index_bits.stop - 1
        entries = tuple(k * k >> bits for k in range(1 << bits))
        found = looked_up(entries, bits, (0, len(entries) - 1), unit.index_bits.start - 1)
        assert found is not None
        index = signal_word("x", bits, signed=False)
        yield from instances_of_lookups(unit, lambda: "l", found, index, "k")[0]
        return
    first, second = (
        signal_word(name, width, signed=True) for name, width in zip("ab", unit.widths, strict=True)
    )
    result = signal_word("y", sum(unit.widths), signed=True)
    yield from _instances_of_sums(unit, offer, (first, second), control)
    if unit.adder is None:
        yield instance_of_product(unit, offer, "m", (first, second), result, control)


def _instances_of_sums(
    unit: Unit, offer: Offer, operands: tuple[Word, Word], control: Control
) -> Iterator[Instance]:
    if unit.adder is not None:
        number, result = (signal_word(name, unit.sum_width, signed=True) for name in "cy")
        for behind in unit.sums:
            addend = Addend(number, subtracts=behind.latency > 0, offer=behind)
            yield instance_of_block_sum(unit, offer, "s", operands, addend, result, control)


def main() -> None:
    """Tries, prints, and tells by the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    found: Counter[str] = Counter()
    limit = (MEMORY_BYTES, MEMORY_BYTES)
    resource.setrlimit(resource.RLIMIT_DATA, limit)
    with TemporaryDirectory() as name:
        for number, text in zip(range(given.count), mutations(given.seed), strict=False):
            try:
                found[within(SECONDS, partial(tried, folder=Path(name)), text) or "too long"] += 1
            except Exception:  # noqa: BLE001 - whatever it is, it is a finding
                found["failure"] += 1
                print(f"--- {number}:\n{text[:3000]}\n{traceback.format_exc()}", file=sys.stderr)
    print(", ".join(f"{count} {what}" for what, count in found.most_common()))
    sys.exit(bool(found["failure"] + found["too long"]))


if __name__ == "__main__":
    main()
