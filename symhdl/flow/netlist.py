"""A mapped netlist as Yosys writes it in JSON: counting its primitives, and putting registers around it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypedDict, TypeGuard

from symhdl.errors import error
from symhdl.flow.running import read_json
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
    """The module `top` of a netlist in Yosys' JSON format; raises SymhdlError as `read_modules` does."""
    modules = read_modules(text)
    if top not in modules:
        raise error("tool-output", f"yosys wrote a netlist without the module `{top}`")
    return modules[top]


def read_modules(text: str) -> dict[str, ModuleEntry]:
    """All modules of a netlist in Yosys' JSON format, by name; raises SymhdlError if the text is none."""
    document = read_json("yosys", "its netlist", text)
    modules = document.get("modules") if isinstance(document, dict) else None
    if not isinstance(modules, dict):
        raise error("tool-output", "yosys wrote a netlist without modules")
    found: dict[str, ModuleEntry] = {}
    for name, module in modules.items():
        if not _is_module(module):
            raise error("tool-output", f"yosys wrote a netlist in which `{name}` is no module")
        found[name] = module
    return found


CONSTANT_BITS = frozenset("01xz")
HIGHEST_BIT = 2**31


def _is_module(entry: object) -> TypeGuard[ModuleEntry]:
    """Whether all is there that is read later, and of its kind."""
    if not isinstance(entry, dict):
        return False
    parts = [entry.get(key) for key in ("ports", "cells", "netnames")]
    if not all(isinstance(part, dict) for part in parts):
        return False
    ports, cells, nets = ([*part.values()] for part in parts if isinstance(part, dict))
    return (
        all(isinstance(port, dict) and _are_bits(port.get("bits")) for port in (*ports, *nets))
        and all(
            port.get("direction") in ("input", "output", "inout") and port["bits"] for port in ports
        )
        and all(_is_cell(cell) for cell in cells)
    )


def _is_cell(entry: object) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("type"), str):
        return False
    connections, directions = entry.get("connections"), entry.setdefault("port_directions", {})
    return (
        isinstance(connections, dict)
        and isinstance(directions, dict)
        and all(_are_bits(bits) for bits in connections.values())
    )


def _are_bits(value: object) -> bool:
    return isinstance(value, list) and all(
        0 <= bit < HIGHEST_BIT
        if type(bit) is int
        else isinstance(bit, str) and bit in CONSTANT_BITS
        for bit in value
    )


def lost_inputs(module: ModuleEntry, target: Target) -> int:
    """How many inputs of logic, and outputs of the module, nothing drives: what belongs there was lost.

    A design of symhdl reads nothing that is not defined, so that synthesis has no reason to leave such bits but at pins
    of blocks that are not used.
    """
    kinds = target.netlist
    logic = {name for name, _ in (*kinds.luts, *kinds.ffs, *kinds.carries)}
    driven: set[Bit] = {"0", "1"}
    read: list[Bit] = []
    for port in module["ports"].values():
        if port["direction"] == "output":
            read += port["bits"]
        else:
            driven.update(port["bits"])
    for cell in module["cells"].values():
        for pin, bits in cell["connections"].items():
            match cell["port_directions"].get(pin):
                case "output":
                    driven.update(bits)
                case "input" if cell["type"] in logic:
                    read += bits
    driven -= {"x", "z"}
    return sum(bit not in driven for bit in read)


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
