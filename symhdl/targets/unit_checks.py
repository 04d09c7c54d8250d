"""Whether the units of a device file can be: what each is told to be agrees with its primitive and with itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from symhdl.targets.behaviours import Adder, Chain, Choice, Lookup, PreAdder, Product, Slot
from symhdl.targets.memories import Memory
from symhdl.targets.primitives import PRIMITIVES, Primitive
from symhdl.targets.units import INNER_ADD, MULTIPLIERS, PRE_ADD, InstanceTable, Offer, Unit


def unfit_units(units: Sequence[Unit]) -> Iterator[str]:
    """What of the units cannot be together; each is the end of a sentence that the name of the file begins."""
    names = [unit.name for unit in units]
    for number, unit in enumerate(units):
        if unit.name in names[:number]:
            yield f"[[unit]] {unit.name}: there are two of this name"
        yield from (f"[[unit]] {unit.name}: {told}" for told in _unfit_unit(unit))
        if unit.kind == INNER_ADD:
            yield from (f"[[unit]] {unit.name}: {told}" for told in _unfit_inner_add(unit, units))
        if unit.kind == PRE_ADD:
            yield from (f"[[unit]] {unit.name}: {told}" for told in _unfit_pre_add(unit, units))


def miscounted_units(
    units: Sequence[Unit], primitives: dict[str, tuple[tuple[str, int], ...]]
) -> Iterator[str]:
    """What of the units does not agree with the primitives that count as each resource; told like `unfit_units`."""
    for unit in units:
        if unit.instance is not None:
            counted = dict(primitives[unit.resource]).get(unit.instance.cell)
            if counted != unit.amount:
                yield (
                    f"[[unit]] {unit.name}: `amount` must be what [netlist] `{unit.resource}` has for "
                    f"`{unit.instance.cell}`"
                )
        if unit.slot is not None and dict(primitives["luts"]).get(unit.slot.cell) != 1:
            yield f"[[unit]] {unit.name}: [netlist] `luts` must have 1 for `{unit.slot.cell}`"


def _unfit_unit(unit: Unit) -> Iterator[str]:
    multiplies = unit.kind in MULTIPLIERS
    if multiplies and (len(unit.widths) != 2 or unit.widths[0] < unit.widths[1]):
        yield "`widths` must be two, the wider one first"
    if not multiplies and unit.widths:
        yield f"a {unit.kind} has no `widths`"
    if not multiplies and unit.signs != "any":
        yield f"`signs` must be `any` for a {unit.kind}"
    yield from _unfit_sums(unit)
    for kind, resource in (("chain", "carries"), ("lookup", "luts")):
        if (unit.kind == kind) != (unit.resource == resource):
            yield f"`resource` must be `{resource}` for a {kind}, and for nothing else"
    if unit.kind in ("chain", "multiply-add", "lookup") and unit.instance is None:
        yield f"a {unit.kind} must have an `instance`"
    if not _are_growing(unit.offers):
        yield "there must be offers, with growing latencies"
    for offer in unit.offers:
        yield from (f"latency {offer.latency}: {told}" for told in _unfit_offer(unit, offer))
        if offer.instanced and unit.instance is None:
            yield f"latency {offer.latency}: it cannot be `instanced` without an `instance`"
    if unit.instance is not None:
        cell = PRIMITIVES.get(unit.instance.cell)
        if cell is None or isinstance(cell.behaviour, Slot | Choice):
            yield f"`cell` is `{unit.instance.cell}`, which is none of {', '.join(_units_alone())}"
        elif unit.kind not in cell.kinds:
            yield f"`kind` must be `{cell.kinds[0]}`, which `{unit.instance.cell}` is for"
        elif not multiplies or len(unit.widths) == 2:
            yield from _unfit_ports(unit, unit.instance, cell)
            yield from _unfit_parameters(unit, unit.instance, cell)
    yield from _unfit_slot(unit)
    yield from _unfit_choices(unit)


def _unfit_choices(unit: Unit) -> Iterator[str]:
    """What chooses between LUTs is there with them alone."""
    if bool(unit.choices) != (unit.kind == "lookup"):
        yield "there must be a `choice` for a lookup, and for nothing else"
    for number, table in enumerate(unit.choices, 1):
        cell = PRIMITIVES.get(table.cell)
        if cell is None or not isinstance(cell.behaviour, Choice):
            yield f"`cell` of `choice` {number} is `{table.cell}`, which does not choose"
            continue
        if table.sign_parameters or table.parameters:
            yield f"`parameters` and `sign_parameters` must be empty for `choice` {number}"
        does = cell.behaviour
        wanted = {does.low: "a", does.high: "b", does.bit: "upper_bit", does.result: "y"}
        yield from (f"choice: {told}" for told in _unfit_expressions(table, cell, wanted))


def _unfit_pre_add(unit: Unit, units: Sequence[Unit]) -> Iterator[str]:
    """It is the adder before the multipliers of other units, and its registers are those of their primitives."""
    if unit.instance is not None or unit.packed:
        yield f"a {PRE_ADD} has no `instance` and is not `packed`: it is in that of a product"
    multipliers = [
        each for each in units if each.pre_adder is not None and each.instance is not None
    ]
    if not multipliers:
        yield "there must be a unit whose primitive has an adder before its multiplier"
    for each in multipliers:
        before, table = each.pre_adder, each.instance
        assert before is not None and table is not None, "no adder; please report this"
        if unit.sum_width != before.width:
            yield f"`sum_width` must be {before.width}, as `{each.name}` has it"
        cell = PRIMITIVES[table.cell]
        for offer in unit.offers:
            yield from (
                f"latency {offer.latency}: `parameters` {told}"
                for told in _unfit_registers_before(offer, cell)
            )


def _unfit_inner_add(unit: Unit, units: Sequence[Unit]) -> Iterator[str]:
    """It has no registers of its own, and is in adders that take a third number."""
    if unit.instance is not None or unit.packed:
        yield f"a {INNER_ADD} has no `instance` and is not `packed`: it is in that of a product"
    if any(offer.latency or offer.parameters for offer in unit.offers):
        yield "there must be one offer, of latency 0 and without `parameters`"
    adding = [each for each in units if each.adder is not None]
    if all(each.cascade is None or each.cascade.beside is None for each in adding):
        yield "there must be a unit whose adder takes a number beside the result of another block"
    if any(unit.sum_width != each.sum_width for each in adding):
        yield "`sum_width` must be that of the adder behind it"


def _unfit_registers_before(offer: Offer, cell: Primitive) -> Iterator[str]:
    """They are those of both operands, with what follows them, and no others."""
    does = cell.behaviour
    assert isinstance(does, Product) and does.pre_adder is not None, "no adder; please report this"
    before, own = does.pre_adder, does.operand_registers[0]
    wanted = {own, *before.following, before.register}
    given = dict(offer.parameters)
    if set(given) != wanted or any(
        value not in cell.parameters[n] for n, value in given.items() if n in wanted
    ):
        yield f"must be 0 or 1 for {', '.join(sorted(wanted))}, and for nothing else"
    elif len(set(given.values())) > 1 or given[own] != offer.latency:
        yield "makes other registers than the latency says"


def _units_alone() -> Iterator[str]:
    """The primitives that are units, not parts of one."""
    return (n for n, cell in PRIMITIVES.items() if not isinstance(cell.behaviour, Slot | Choice))


def _unfit_slot(unit: Unit) -> Iterator[str]:
    """The tables beside a chain are there where it needs them, and are what the primitive computes with."""
    needed = unit.chain is not None and unit.chain.has_slots
    if unit.slot is None:
        if needed:
            yield "there must be a `slot`, since the chain has no tables inside"
        return
    if not needed:
        yield "there is no `slot` but beside a chain without tables"
        return
    cell = PRIMITIVES.get(unit.slot.cell)
    if cell is None or not isinstance(cell.behaviour, Slot):
        yield f"`cell` of the `slot` is `{unit.slot.cell}`, which has no table for a bit of a chain"
        return
    if unit.slot.sign_parameters or unit.slot.parameters:
        yield "`parameters` and `sign_parameters` must be empty for a slot"
    wanted = _ports_of_slot(cell.behaviour)
    yield from (f"slot: {told}" for told in _unfit_expressions(unit.slot, cell, wanted))


def _are_growing(offers: Sequence[Offer]) -> bool:
    latencies = [offer.latency for offer in offers]
    return bool(latencies) and latencies == sorted(set(latencies))


def _unfit_sums(unit: Unit) -> Iterator[str]:
    """What an adder behind a multiplier cannot be; only one kind of unit has it."""
    if unit.is_part and not unit.sums:
        return
    if unit.kind != "multiply-add":
        if unit.sums or unit.sum_width:
            yield f"a {unit.kind} has no `sum` and no `sum_width`"
        return
    if not _are_growing(unit.sums):
        yield "there must be sums, with growing latencies"
    for offer in unit.sums:
        yield from (f"sum of latency {offer.latency}: {told}" for told in _unfit_offer(unit, offer))
    if unit.adder is not None and unit.sum_width != unit.adder.width:
        yield f"`sum_width` must be {unit.adder.width}"


def _unfit_offer(unit: Unit, offer: Offer) -> Iterator[str]:
    if not offer.latency and offer.time_in:
        yield "`time_in` must be 0 where no register is inside"
    if not offer.time_out and unit.kind not in ("chain", "lookup"):
        yield "`time_out` must be above 0"
    if offer.latency > 1 and not offer.longest:
        yield "`longest` must be above 0 where there are two registers inside"
    if offer.operand_registers > offer.latency:
        yield "`operand_registers` must not be above it"


def _unfit_ports(unit: Unit, table: InstanceTable, cell: Primitive) -> Iterator[str]:
    """Every port has what the primitive computes with."""
    wanted = {port: "0" * cell.inputs[port] for port in cell.ties}
    does = cell.behaviour
    if isinstance(does, Product):
        is_swapped = dict(table.ports).get(cell.spelled(does.operands[0])) == "b"
        operands = ("b", "a") if is_swapped else ("a", "b")
        wanted |= _ports_of_product(does, operands)
        if does.adder is not None:
            wanted |= _ports_of_adder(does.adder, cell, used=unit.adder is not None)
        if does.pre_adder is not None:
            wanted |= _ports_of_pre_adder(does.pre_adder)
        yield from _unfit_operands(unit, table, cell, does, operands)
    else:
        if isinstance(does, Memory):
            wanted |= _ports_of_memory(does)
        elif isinstance(does, Chain):
            wanted |= _ports_of_chain(does)
        elif isinstance(does, Lookup):
            wanted |= {does.index: "address", does.result: "y"}
        if table.sign_parameters:
            yield f"`sign_parameters` must be empty for a {unit.kind}"
    yield from _unfit_expressions(table, cell, wanted)


def _unfit_expressions(
    table: InstanceTable, cell: Primitive, wanted: Mapping[str, str]
) -> Iterator[str]:
    """What stands at the ports is what is wanted, and there are no others."""
    given = dict(table.ports)
    spelled = {port: cell.spelled(port) for port in (*cell.inputs, *cell.outputs)}
    known = spelled.values()
    yield from (
        f"`ports` holds `{port}`, which is none of {', '.join(known)}"
        for port in given
        if port not in known
    )
    for port, spelling in spelled.items():
        if given.get(spelling) != wanted[port]:
            yield f"`ports` must have `{wanted[port]}` at `{spelling}`"


def _ports_of_product(does: Product, operands: tuple[str, str]) -> dict[str, str]:
    """What stands at its ports; the operands may be swapped."""
    signs = tuple(f"signed_{operand}" for operand in operands)
    return {
        **dict(zip(does.operands, operands, strict=True)),
        **dict(zip(does.signs, signs, strict=bool(does.signs))),
        does.clock: "clock",
        **dict.fromkeys(does.enables, "enable"),
        does.result: "y",
    }


def _ports_of_adder(adder: Adder, cell: Primitive, *, used: bool) -> dict[str, str]:
    """What stands at the ports of an adder, and at those that say whether it is used."""
    words = ("c",) if len(adder.addend) == 1 else ("c_lower", "c_upper")
    found = {
        port: words[place] if used else "0" * cell.inputs[port]
        for place, port in enumerate(adder.addend)
    }
    for port, cases in adder.cases.items():
        if port in cell.inputs:
            is_choice = used and port in adder.subtracting
            found[port] = "subtract" if is_choice else f"{cases[used][0]:0{cell.inputs[port]}b}"
    cascade = adder.cascade
    if cascade is not None:
        found[cascade.read] = "cascade" if used else "0" * cell.inputs[cascade.read]
        found[cascade.driven] = "cascade_out"
        if used:
            found[cascade.mode] = "addends"
    return found


def _ports_of_pre_adder(before: PreAdder) -> dict[str, str]:
    """What stands at the ports of an adder before a multiplier."""
    return {before.port: "d", before.mode[0]: "pre_sum", **dict.fromkeys(before.enables, "enable")}


def _ports_of_memory(does: Memory) -> dict[str, str]:
    found: dict[str, str] = {}
    for port, half in zip(does.ports, ("", "upper_"), strict=True):
        found |= {port.address: f"{half}address", port.data: f"{half}y", port.clock: "clock"}
        found |= dict.fromkeys(port.enables, f"{half}enable")
    return found


OPERANDS_OF_A_TABLE = ("upper_bit", "a_shifted", "lower_bit", "a")
OPERANDS_OF_A_FIXED_TABLE = ("upper_bit", "a_shifted", "a")


def _ports_of_chain(does: Chain) -> dict[str, str]:
    found = {does.carry_in: "carry", does.carry_out: "carry_out", does.result: "y"}
    if does.first_carry:
        found[does.first_carry] = "first_carry"
    if does.has_slots:
        return found | {does.passes: "passes", does.carried: "carried"}
    operands = OPERANDS_OF_A_FIXED_TABLE if does.has_fixed_tables else OPERANDS_OF_A_TABLE
    return found | dict(zip(does.inputs, operands, strict=True))


def _ports_of_slot(does: Slot) -> dict[str, str]:
    """The upper half of the table is for whether the carry passes, and inputs beyond four are 0."""
    found = dict.fromkeys(does.inputs, "0") | {does.upper: "1"}
    found |= dict(zip(does.inputs, OPERANDS_OF_A_TABLE, strict=False))
    return found | {does.passes: "passes", does.carried: "carried"}


def _unfit_operands(
    unit: Unit, table: InstanceTable, cell: Primitive, does: Product, operands: tuple[str, str]
) -> Iterator[str]:
    """Signs and widths of the operands of a product are those that the primitive has."""
    signs = zip(does.signs, operands, strict=bool(does.signs))
    parameters = {n: o for n, o in signs if n not in cell.inputs}
    if dict(table.sign_parameters) != parameters:
        told = ", ".join(f'{name} = "{operand}"' for name, operand in parameters.items())
        yield f"`sign_parameters` must be {{{told}}}"
    widths = zip(operands, does.widths, strict=True)
    if any(unit.widths["ab".index(operand)] != width for operand, width in widths):
        yield "`widths` must be those of its ports"
    if unit.signs != (wanted := "any" if does.signs else "signed"):
        yield f"`signs` must be `{wanted}`, as the primitive has them"


def _unfit_parameters(unit: Unit, table: InstanceTable, cell: Primitive) -> Iterator[str]:
    """The values are known, each is set once, and they make as many registers as the latency says."""
    for offer, behind in product(unit.offers, unit.sums or (None,)):
        given = (*table.parameters, *offer.parameters, *(behind.parameters if behind else ()))
        place = f"latency {offer.latency}: `parameters`"
        names = [name for name, _ in (*given, *table.sign_parameters)]
        unknown = [(n, value) for n, value in given if value not in cell.parameters.get(n, ())]
        yield from (
            f"{place} has `{value}` for `{name}`, which is not known" for name, value in unknown
        )
        if len(set(names)) < len(names):
            yield f"{place} sets one twice"
        if not unknown:
            yield from (
                f"{place} {told}"
                for told in _unfit_settings(unit, offer, behind, cell, cell.settings(*given))
            )


def _unfit_settings(
    unit: Unit,
    offer: Offer,
    behind: Offer | None,
    cell: Primitive,
    settings: Mapping[str, str | int],
) -> Iterator[str]:
    first, second, inner, last = cell.registers(settings)
    latencies = (offer.latency, 0) if behind is None else (offer.latency, behind.latency)
    found = (first + inner + last, 0) if behind is None else (first + inner, last)
    if first != second or found != latencies:
        yield "makes other registers than the latency says"
    adder = cell.behaviour.adder if isinstance(cell.behaviour, Product) else None
    for name, cases in (adder.cases if adder is not None else {}).items():
        if name in settings and settings[name] not in cases[unit.adder is not None]:
            allowed = " or ".join(map(str, cases[unit.adder is not None]))
            yield f"must have {allowed} for `{name}`"
    before = cell.behaviour.pre_adder if isinstance(cell.behaviour, Product) else None
    if before is not None:
        wanted = {name: past for name, past, _ in filter(None, (before.chosen, before.squares))}
        for name, value in (wanted | {before.register: 0, before.sum_register: 0}).items():
            if settings[name] != value:
                yield f"must have {value} for `{name}`"
    for one, other in cell.alike:
        if settings[one] != settings[other]:
            yield f"must have the same for `{one}` and `{other}`"
    for name, value in cell.fixed:
        if settings[name] != value:
            yield f"must have {value} for `{name}`"
