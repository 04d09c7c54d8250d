"""A mapped netlist as Yosys writes it in JSON: counting its primitives, and putting registers around it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypedDict

from symhdl.errors import error
from symhdl.targets.target import Harness, Target

# A bit of a net: its number, or "0", "1", "x" for a constant.
Bit = int | str

SCAN_INPUT = "symhdl_scan"


class CellEntry(TypedDict):
    """A cell of the netlist, as in Yosys' JSON format."""

    hide_name: int
    type: str
    parameters: dict[str, str]
    attributes: dict[str, str]
    port_directions: dict[str, str]
    connections: dict[str, list[Bit]]


class PortEntry(TypedDict):
    """A port of a module, as in Yosys' JSON format."""

    direction: str
    bits: list[Bit]


class NetEntry(TypedDict):
    """A named net of a module, as in Yosys' JSON format."""

    hide_name: int
    bits: list[Bit]
    attributes: dict[str, str]


class ModuleEntry(TypedDict):
    """A module, as in Yosys' JSON format."""

    attributes: dict[str, str]
    ports: dict[str, PortEntry]
    cells: dict[str, CellEntry]
    netnames: dict[str, NetEntry]


@dataclass(frozen=True, slots=True)
class Usage:
    """What a mapped netlist takes of the device."""

    luts: int
    ffs: int
    dsps: int
    brams: int
    carries: int


def read_module(text: str, top: str) -> ModuleEntry:
    """The module `top` of a netlist in Yosys' JSON format."""
    modules = read_modules(text)
    if top not in modules:
        raise error("tool-output", f"the netlist has no module `{top}`")
    return modules[top]


def read_modules(text: str) -> dict[str, ModuleEntry]:
    """All modules of a netlist in Yosys' JSON format, by name."""
    modules: dict[str, ModuleEntry] = json.loads(text)["modules"]
    return modules


def usage_of(module: ModuleEntry, target: Target) -> Usage:
    """The primitives of the module, counted as the target's table `netlist` says."""
    kinds = Counter(cell["type"] for cell in module["cells"].values())

    def total(weights: Iterable[tuple[str, int]]) -> int:
        return sum(weight * kinds[kind] for kind, weight in weights)

    netlist = target.netlist
    return Usage(
        total(netlist.luts),
        total(netlist.ffs),
        total(netlist.dsps),
        total(netlist.brams),
        total(netlist.carries),
    )


@dataclass(slots=True)
class _Harnesser:
    """Adds flip-flops to a module, one after the other."""

    module: ModuleEntry
    harness: Harness
    clock: Bit
    next_bit: int
    count: int = 0

    def new_bit(self) -> int:
        """A net that is not used yet."""
        self.next_bit += 1
        return self.next_bit - 1

    def flip_flop(self, data: Bit, output: Bit) -> None:
        """A flip-flop from `data` to `output`."""
        pins: dict[str, list[Bit]] = {pin: [value] for pin, value in self.harness.ties}
        pins |= {self.harness.clock: [self.clock], self.harness.data: [data]}
        directions = dict.fromkeys(pins, "input")
        pins[self.harness.output] = [output]
        directions[self.harness.output] = "output"
        self.module["cells"][f"symhdl_harness_{self.count}"] = CellEntry(
            hide_name=0,
            type=self.harness.cell,
            parameters=dict(self.harness.parameters),
            attributes={},
            port_directions=directions,
            connections=pins,
        )
        self.count += 1


def _highest_bit(module: ModuleEntry) -> int:
    groups = [port["bits"] for port in module["ports"].values()]
    groups += [bits for cell in module["cells"].values() for bits in cell["connections"].values()]
    groups += [net["bits"] for net in module["netnames"].values()]
    return max((bit for bits in groups for bit in bits if isinstance(bit, int)), default=1)


def _registered_bits(module: ModuleEntry, target: Target) -> set[Bit]:
    """The nets that a flip-flop drives."""
    flip_flops = {kind for kind, _ in target.netlist.ffs}
    return {
        bit
        for cell in module["cells"].values()
        if cell["type"] in flip_flops
        for pin, bits in cell["connections"].items()
        if cell["port_directions"].get(pin) == "output"
        for bit in bits
    }


def with_harness(module: ModuleEntry, top: str, target: Target, clock: str = "clk") -> str:
    """The netlist as JSON with every port but the clock taken inside and registered.

    A module has more ports than a device has pins, and a path from an input pin to the first register of the
    module is no path between registers, so that place and route would not count it in the highest frequency.
    Here every input bit comes out of a flip-flop (they form one shift register, filled from a single pin), and
    every output bit that no flip-flop drives goes into one. What the design would be inside a larger
    clocked one is thus what is timed. The module is changed; count its primitives before.
    """
    ports = module["ports"]
    next_bit = _highest_bit(module) + 1
    if clock not in ports:
        ports[clock] = PortEntry(direction="input", bits=[next_bit])
        next_bit += 1
    harnesser = _Harnesser(module, target.harness, ports[clock]["bits"][0], next_bit)
    registered = _registered_bits(module, target)
    scanned: Bit = harnesser.new_bit()
    new_ports: dict[str, PortEntry] = {
        clock: ports[clock],
        SCAN_INPUT: PortEntry(direction="input", bits=[scanned]),
    }
    for name, port in ports.items():
        if name == clock:
            continue
        for bit in port["bits"]:
            if port["direction"] == "input":
                harnesser.flip_flop(scanned, bit)
                scanned = bit
            elif isinstance(bit, int) and bit not in registered:
                harnesser.flip_flop(bit, harnesser.new_bit())
    module["ports"] = new_ports
    named: Mapping[str, ModuleEntry] = {top: {**module, "attributes": {"top": "1".zfill(32)}}}
    return json.dumps({"creator": "symhdl", "modules": named})
