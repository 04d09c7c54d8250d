"""Small tables in the LUTs of adders: the same integers everywhere, no LUTs of their own, and the estimate knows."""

from __future__ import annotations

import random
import shutil

import pytest
from symhdl.backends.amaranth_module import rtlil_text
from symhdl.backends.verilog import verilog_text

from benchmarks.batch import fewest, usages
from symhdl.arithmetic.tables_in_adders import with_tables_second
from symhdl.cost.area import fewest_luts, surroundings_of
from symhdl.cost.products import logic_of
from symhdl.ir.builder import DatapathBuilder
from symhdl.ir.datapath import CellKind, Datapath
from symhdl.ir.table_wires import kept_tables, tables_of_adders
from symhdl.ir.verify import assert_valid_datapath
from symhdl.passes.sums import with_cheapest_trees
from symhdl.simulate import simulate
from symhdl.targets.target import load_target
from tests.test_flow import need
from tests.tiny_datapaths import port
from tests.verilog_checks import check_verilog, input_vectors

XCVU9P, ECP5 = load_target("xcvu9p"), load_target("ecp5-85k")
needs_icarus = pytest.mark.skipif(shutil.which("iverilog") is None, reason="no iverilog")


def table_sum(
    seed: int, tables: int, bits: int, width: int, *, numbers: int = 0, modular: bool = True,
    signed: bool = False,
) -> Datapath:  # fmt: skip
    """A sum of tables of as many inputs, and of numbers, or its low bits."""
    chance = random.Random(seed)  # noqa: S311
    builder = DatapathBuilder()
    terms: list[tuple[int, int]] = []
    inputs = []
    for number in range(tables + numbers):
        index = builder.input(f"x{number}", 0, (1 << bits) - 1, 0)
        inputs.append(port(builder, f"x{number}", index))
        low = -(1 << (width - 1)) if signed else 0
        entries = tuple(low + chance.randrange(1 << width) for _ in range(1 << bits))
        cell = builder.table(index, entries, 0) if number < tables else index
        weight = chance.choice((1, -1, 2)) if signed else 1
        terms.append((weight, cell))
    total = builder.sum(terms, chance.randint(-9, 9) if signed else 0, 0)
    result = builder.bits(total, 0, width) if modular else total
    return Datapath("sum", tuple(builder.cells), tuple(inputs), (port(builder, "y", result),))


def built(datapath: Datapath, frequency_mhz: float | None = 20.0) -> Datapath:
    logic = logic_of(XCVU9P, "auto")
    return with_tables_second(with_cheapest_trees(datapath, logic, XCVU9P, frequency_mhz), XCVU9P)


@pytest.mark.parametrize("seed", range(24))
def test_sums_of_tables_are_the_same_integers(seed: int) -> None:
    datapath = table_sum(
        seed, 2 + seed % 4, 3 + seed % 3, 5, numbers=seed % 3, modular=seed % 2 == 0,
        signed=seed % 5 > 1,
    )  # fmt: skip
    vectors = input_vectors(datapath, 200, seed)
    right = simulate(datapath, vectors)["y"].tolist()
    for target in (XCVU9P, ECP5):
        for frequency in (20.0, 400.0, None):
            made = with_cheapest_trees(datapath, logic_of(target, "auto"), target, frequency)
            made = with_tables_second(made, target)
            assert_valid_datapath(made)
            assert all(cell.kind is not CellKind.SUM or cell.unit for cell in made.cells)
            assert simulate(made, vectors)["y"].tolist() == right


@needs_icarus
@pytest.mark.parametrize("seed", range(4))
def test_verilog_is_the_model(seed: int) -> None:
    datapath = built(table_sum(seed, 4, 5, 6, numbers=seed % 2, signed=seed > 1))
    assert not check_verilog(datapath, verilog_text(datapath), input_vectors(datapath, 300, seed))


def test_partial_sums_have_no_more_bits_than_are_read() -> None:
    made = built(table_sum(1, 4, 5, 6))
    adders = [cell for cell in made.cells if cell.kind is CellKind.ADD]
    assert len(adders) == 3
    assert all(cell.width <= 7 for cell in adders)


def test_tables_are_added_one_by_one() -> None:
    made = built(table_sum(1, 4, 5, 6))
    assert len(tables_of_adders(made)) == 3
    assert "x1_entry =" not in verilog_text(made)
    # With six inputs there is no room for another bit.
    assert fewest_luts(surroundings_of(built(table_sum(1, 4, 6, 6)), XCVU9P)) > 30


def test_where_the_clock_is_fast_fewer_are() -> None:
    datapath = table_sum(1, 8, 5, 6)
    slow, fast = built(datapath, 20.0), built(datapath, 600.0)
    assert len(tables_of_adders(slow)) == 7
    assert len(tables_of_adders(fast)) < 7


@pytest.mark.parametrize(("tables", "bits", "width"), [(3, 5, 6), (4, 5, 6), (4, 4, 5)])
def test_they_take_no_luts_of_their_own(tables: int, bits: int, width: int) -> None:
    need("yosys")
    datapath = built(table_sum(tables, tables, bits, width))
    found = usages({"sum": verilog_text(datapath)}, XCVU9P, use_dsps=False)
    estimated = fewest_luts(surroundings_of(datapath, XCVU9P))
    assert fewest(found["sum"]).luts == tables * width == estimated


def _of_table(entries: tuple[int, ...]) -> Datapath:
    """A table of what another table says."""
    builder = DatapathBuilder()
    x, y = builder.input("x", 0, 15, 0), builder.input("y", 0, 3, 0)
    code = builder.table(x, entries, 0)
    last = builder.table(builder.join(code, y, 2, 0), tuple(k * k % 7 for k in range(16)), 0)
    ports = tuple(port(builder, name, cell) for name, cell in (("x", x), ("y", y), ("z", last)))
    return Datapath("chain", tuple(builder.cells), ports[:2], ports[2:])


def test_tables_that_tables_look_up_are_kept() -> None:
    datapath = _of_table((0, 1, 3, 2, 1, 1, 0, 3, 2, 0, 0, 1, 3, 3, 2, 1))
    assert len(kept_tables(datapath)) == 1
    assert verilog_text(datapath).count("(* keep *)") == 1
    assert "attribute \\keep 1\n" in rtlil_text(datapath)


@pytest.mark.parametrize(
    "entries",
    [
        tuple(k & 3 for k in range(16)),  # bits of the index
        tuple(3 * (k % 5 == 0) for k in range(16)),  # equal bits
        tuple(2 + (k % 3 == 0) for k in range(16)),  # a constant bit
    ],
)
def test_but_for_those_of_which_a_bit_is_another_signal(entries: tuple[int, ...]) -> None:
    assert kept_tables(_of_table(entries)) == frozenset()
