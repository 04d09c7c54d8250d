"""The units of a device: blocks that compute a kind of cell, with the latencies on offer and how each is instanced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import inf

from symhdl.targets.primitives import PRIMITIVES, Primitive
from symhdl.targets.reader import (
    IDENTIFIER,
    Parameters,
    Ports,
    matching,
    optional,
    table,
    tables,
    within,
)

UNIT_NAME = matching("[A-Za-z][A-Za-z0-9_]{0,63}", "letters, digits and `_`, at most 64")
PRIMITIVE_NAME = matching(IDENTIFIER, "letters, digits, `_`, `$`, at most 64")
PARAMETER = matching("[A-Z0-9_]{1,63}", "capital letters, digits, `_`, at most 63")
OPERAND = matching("[ab]", "`a` or `b`")
EXPRESSION = matching(
    "a|b|y|signed_a|signed_b|clock|enable|[01x]{1,64}",
    "`a`, `b`, `y`, `signed_a`, `signed_b`, `clock`, `enable`, or at most 64 of `0`, `1` and `x`",
)
TIME = within(0, 1000)
LEAST_WIDTH = 4
"""The least width of an operand. Wide products are cut into parts, which need bits beside a sign."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One latency on offer, with its times in nanoseconds.

    `latency` counts the registers inside. Times are what a cell adds to a path between registers, whose own share is
    `register` of `[delays]`: a path from a register straight to the unit takes `register + time_in`, one from the unit
    straight into a register `register + time_out`; without registers inside, the whole path is `register + time_out`.
    `longest` is the longest path between two registers inside; 0 if there are no two.

    In portable text, from which synthesis infers the unit, `operand_registers` of the registers stand before the
    operation and the others behind it. `parameters` come on top of those of the instance.
    """

    latency: int = field(metadata=within(0, 16))
    time_in: float = field(metadata=TIME)
    time_out: float = field(metadata=TIME)
    longest: float = field(default=0.0, metadata=optional(TIME))
    operand_registers: int = field(default=0, metadata=optional(within(0, 16)))
    parameters: Parameters = field(default=(), metadata=optional(PARAMETER))

    @property
    def fmax_mhz(self) -> float:
        """The highest clock at which the unit itself works, whatever stands around it."""
        slowest = max(self.longest, self.time_in, self.time_out)
        return 1000 / slowest if slowest else inf


@dataclass(frozen=True, slots=True)
class InstanceTable:
    """How a unit is instanced: the primitive, and what stands at its ports and parameters.

    `style` is how parameters are written in Verilog, `ports` an expression for each input and output: an operand `a`
    or `b`, the result `y`, the operands' signs, the clock, its enable, or constant bits. `sign_parameters` are
    parameters that are 1 where an operand is signed.
    """

    cell: str = field(metadata=PRIMITIVE_NAME)
    style: str = field(metadata=matching("defparam|parameters", "`defparam` or `parameters`"))
    ports: Ports = field(metadata=EXPRESSION)
    parameters: Parameters = field(default=(), metadata=optional(PARAMETER))
    sign_parameters: tuple[tuple[str, str], ...] = field(default=(), metadata=optional(OPERAND))


@dataclass(frozen=True, slots=True)
class Unit:
    """A block of the device that computes one kind of cell.

    `kind` is `multiply` (products, squares and constant products) or `table` (memories). `widths` are those of the
    widest operands of a product, the wider one first. `signs` says which operands it takes: `any`, each as it is, or
    `signed` alone, so that an unsigned one needs a bit more. It takes `amount` of the device's `resource`.

    Without `instance` synthesis infers the unit from portable text. `packed` says whether it then takes the registers
    of that text into the block; where not, they are flip-flops beside it.
    """

    name: str = field(metadata=UNIT_NAME)
    kind: str = field(metadata=matching("multiply|table", "`multiply` or `table`"))
    resource: str = field(metadata=matching("dsps|brams", "`dsps` or `brams`"))
    offers: tuple[Offer, ...] = field(metadata=tables(Offer, "offer"))
    widths: tuple[int, ...] = field(default=(), metadata=optional(within(LEAST_WIDTH, 1024)))
    signs: str = field(
        default="any", metadata=optional(matching("any|signed", "`any` or `signed`"))
    )
    amount: int = field(default=1, metadata=optional(within(1, 1000)))
    packed: bool = field(default=False, metadata=optional())
    instance: InstanceTable | None = field(default=None, metadata=optional(table(InstanceTable)))

    @property
    def portable(self) -> Unit:
        """The unit as synthesis infers it from portable text, with the latencies for which it has registers there."""
        if self.instance is None:
            return self
        kept = self.offers if self.packed else tuple(o for o in self.offers if not o.latency)
        return replace(self, instance=None, offers=kept)

    def offer(self, latency: int) -> Offer:
        """The offer of that latency, which is on offer."""
        return next(offer for offer in self.offers if offer.latency == latency)

    def operand_bits(self, width: int, *, signed: bool) -> int:
        """The bits that an operand takes at a port."""
        return width + (self.signs == "signed" and not signed)

    def fits(self, first_bits: int, second_bits: int) -> bool:
        """Whether a product of operands of so many bits fits: the first at port `a` and the second at `b`."""
        return first_bits <= self.widths[0] and second_bits <= self.widths[1]


def unfit_units(
    units: Sequence[Unit], primitives: dict[str, tuple[tuple[str, int], ...]]
) -> Iterator[str]:
    """What of the units cannot be together; `primitives` are those that count as each resource.

    Each is the end of a sentence that the name of the file begins.
    """
    names = [unit.name for unit in units]
    for number, unit in enumerate(units):
        if unit.name in names[:number]:
            yield f"[[unit]] {unit.name}: there are two of this name"
        yield from (f"[[unit]] {unit.name}: {told}" for told in _unfit_unit(unit))
        if unit.instance is not None:
            counted = dict(primitives[unit.resource]).get(unit.instance.cell)
            if counted != unit.amount:
                yield (
                    f"[[unit]] {unit.name}: `amount` must be what [netlist] `{unit.resource}` has for "
                    f"`{unit.instance.cell}`"
                )


def _unfit_unit(unit: Unit) -> Iterator[str]:
    if unit.kind == "multiply" and (len(unit.widths) != 2 or unit.widths[0] < unit.widths[1]):
        yield "`widths` must be two, the wider one first"
    if unit.kind == "table" and (unit.widths or unit.instance):
        yield "a table has no `widths` and no `instance`"
    latencies = [offer.latency for offer in unit.offers]
    if not latencies or latencies != sorted(set(latencies)):
        yield "there must be offers, with growing latencies"
    for offer in unit.offers:
        yield from (f"latency {offer.latency}: {told}" for told in _unfit_offer(offer))
    if unit.instance is not None:
        cell = PRIMITIVES.get(unit.instance.cell)
        if cell is None:
            yield f"`cell` is `{unit.instance.cell}`, which is none of {', '.join(PRIMITIVES)}"
        elif len(unit.widths) == 2:
            yield from _unfit_ports(unit, unit.instance, cell)
            yield from _unfit_parameters(unit, unit.instance, cell)


def _unfit_offer(offer: Offer) -> Iterator[str]:
    if not offer.latency and (offer.time_in or offer.longest):
        yield "`time_in` and `longest` must be 0 where no register is inside"
    if not offer.time_out:
        yield "`time_out` must be above 0"
    if offer.latency > 1 and not offer.longest:
        yield "`longest` must be above 0 where there are two registers inside"
    if offer.operand_registers > offer.latency:
        yield "`operand_registers` must not be above it"


def _unfit_ports(unit: Unit, table: InstanceTable, cell: Primitive) -> Iterator[str]:
    """Every input has what it needs, and what is needed has a port."""
    spelled = {
        cell.spelled(port): width for port, width in (*cell.inputs.items(), *cell.outputs.items())
    }
    outputs = {cell.spelled(port) for port in cell.outputs}
    given = dict(table.ports)
    if unknown := [port for port in given if port not in spelled]:
        yield f"`ports` holds `{unknown[0]}`, which is none of {', '.join(spelled)}"
    if missing := [port for port in spelled if port not in given]:
        yield f"`ports` has nothing for `{missing[0]}`"
    widths = {"a": unit.widths[0], "b": unit.widths[1], "y": sum(unit.widths)}
    for port, text in given.items():
        least = widths.get(text) or (len(text) if set(text) <= set("01x") else 1)
        exact = text not in ("a", "b")
        there = spelled.get(port, least)
        if there < least or (exact and there > least) or (text == "y") != (port in outputs):
            yield f"`ports` has `{text}` at `{port}`, which is an {_called(port in outputs, there)}"
        elif set(text) & set("1x") and set(text) <= set("01x"):
            yield f"`ports` has `{text}` at `{port}`, which is known as 0 alone"
    signs = (*given.values(), *(f"signed_{operand}" for _, operand in table.sign_parameters))
    clocked = any(offer.latency for offer in unit.offers)
    needed = ("a", "b", "y", *("clock", "enable") * clocked)
    needed += ("signed_a", "signed_b") if unit.signs == "any" else ()
    yield from (f"`{text}` must stand once" for text in needed if signs.count(text) != 1)


def _called(is_output: bool, width: int) -> str:
    return f"{'output' if is_output else 'input'} of {width} bit{'s' * (width > 1)}"


def _unfit_parameters(unit: Unit, table: InstanceTable, cell: Primitive) -> Iterator[str]:
    names = [name for name, _ in (*table.parameters, *table.sign_parameters)]
    for offer in unit.offers:
        for name, value in (*table.parameters, *offer.parameters):
            if value not in cell.parameters.get(name, ()):
                yield f"latency {offer.latency}: `parameters` has `{value}` for `{name}`, which is not known"
        twice = {name for name, _ in offer.parameters} & set(names)
        yield from (f"latency {offer.latency}: `{name}` is set twice" for name in sorted(twice))
    for name, _ in table.sign_parameters:
        if cell.parameters.get(name) != (0, 1):
            yield f"`sign_parameters` has `{name}`, which is not known"
