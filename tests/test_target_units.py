"""Units in device files, and files that extend others: what is read, and what is told."""

from __future__ import annotations

import dataclasses
import math
from importlib import resources
from pathlib import Path

import pytest

from symhdl.errors import SymhdlError
from symhdl.targets.files import MAXIMUM_BASES, target_names
from symhdl.targets.target import Resources, load_target, parse_target
from tests.rows import each_row
from tests.test_targets import HOSTILE, quoted


def shipped(name: str) -> str:
    return resources.files("symhdl.targets").joinpath(f"{name}.toml").read_text(encoding="utf-8")


ECP5 = shipped("ecp5-25k")
MINE = 'extends = "ecp5-25k"\nname = "mine"\n'


# --- families ---------------------------------------------------------------------------------------


def test_a_family_member_is_what_its_lines_say() -> None:
    small, large = load_target("ecp5-25k"), load_target("ecp5-85k")
    assert large == dataclasses.replace(
        small,
        name="ecp5-85k",
        description="Lattice ECP5 LFE5U-85F, speed grade 6",
        resources=Resources(4, 3, 83640, 83640, 156, 208, 2),
        tools=dataclasses.replace(
            small.tools,
            arguments=(
                *("--85k", "--speed", "6", "--package", "CABGA756", "--lpf-allow-unconstrained"),
            ),
        ),
    )
    virtex, kintex = load_target("xcvu9p"), load_target("xcku5p")
    assert kintex == dataclasses.replace(
        virtex,
        name="xcku5p",
        description="AMD Kintex UltraScale+ XCKU5P, speed grade -2",
        resources=Resources(6, 1, 216960, 433920, 1824, 960),
    )


def test_a_users_file_extends_a_device_and_a_file_beside_it(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(MINE.replace("mine", "base") + "[delays]\nlut = 2.0\n")
    path = tmp_path / "mine.toml"
    path.write_text('extends = "base.toml"\nname = "mine"\n[resources]\nluts = 9\n')
    found, base = load_target(str(path)), load_target("ecp5-25k")
    assert found == dataclasses.replace(
        base,
        name="mine",
        resources=dataclasses.replace(base.resources, luts=9),
        delays=dataclasses.replace(base.delays, lut=2.0),
    )


def test_units_take_the_place_of_the_bases_as_a_whole() -> None:
    text = MINE + '[[unit]]\nname = "M"\nkind = "table"\nresource = "brams"\n'
    offer = "[[unit.offer]]\nlatency = 1\ntime_in = 1\ntime_out = 1\n"
    assert [unit.name for unit in parse_target(text + offer, "mine.toml").units] == ["M"]


def test_a_device_without_units_may_be_read() -> None:
    assert parse_target(MINE + "unit = []\n", "mine.toml").units == ()


@each_row(
    ("base", "told"),
    [
        ("3", "mine.toml: `extends` must be the name of a device"),
        ('"ecp6"', "known devices: ecp5-25k"),
        ('"../mine.toml"', "or of a file `NAME.toml` in the same folder"),
        ('"/etc/passwd"', "`extends` must be"),
        ('"a/b.toml"', "`extends` must be"),
        ('".toml"', "`extends` must be"),
        ('"nothing.toml"', "there is no device file"),
        ('"mine.toml"', f"extends more than {MAXIMUM_BASES} files, or itself"),
        ('"broken.toml"', "broken.toml is not TOML"),
        ('"nameless.toml"', "mine.toml: `name` is missing"),
    ],
)
def test_what_cannot_be_extended_is_told(base: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("a = ")
    (tmp_path / "nameless.toml").write_text(MINE)
    path = tmp_path / "mine.toml"
    name = "" if "nameless" in base else 'name = "mine"\n'
    path.write_text(f"extends = {base}\n{name}")
    with pytest.raises(SymhdlError) as caught:
        load_target(str(path))
    assert told in str(caught.value)


def test_a_text_without_a_folder_extends_no_file() -> None:
    with pytest.raises(SymhdlError, match="`extends` must be"):
        parse_target(MINE.replace("ecp5-25k", "mine.toml"), "mine.toml")


def test_a_path_inside_bounds_the_clock() -> None:
    offers = load_target("ecp5-25k").unit("MULT18X18D").offers
    assert [round(offer.fmax_mhz) for offer in offers[2:]] == [292, 389]
    assert round(load_target("ecp5-25k").unit("DP16KD").offer(2).fmax_mhz) == 212
    assert offers[0].fmax_mhz == offers[1].fmax_mhz == math.inf


# --- units ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", target_names())
def test_the_units_of_a_shipped_device_are_sane(name: str) -> None:
    target = load_target(name)
    kinds = {unit.kind for unit in target.units}
    chains = {"chain"} if name.startswith(("ecp5", "gw", "xc")) else set()
    adders = {"multiply-add"} if name.startswith("xc") or name == "ice40-up5k" else set()
    before = {"pre-add"} if name.startswith("xc") else set()
    inner = {"inner-add"} if name in ("xcvu9p", "xcku5p") else set()
    lookups = {"lookup"} if name.startswith("xc") else set()
    multipliers = {"multiply"} if target.has_dsp else set()
    assert kinds == {"table"} | multipliers | chains | adders | before | inner | lookups
    for unit in target.units_for("multiply"):
        assert unit.widths[0] >= unit.widths[1] >= target.dsp.minimum_width
        assert (unit.signs == "signed") == name.startswith("xc")
        assert unit.offer(0).time_out > target.delays.lut
        assert target.unit(unit.name) is unit
    for unit in target.units_for("table"):
        assert unit.offers[0].time_out > target.delays.register


def test_portable_text_has_the_latencies_that_synthesis_can_have() -> None:
    latencies = {
        name: [offer.latency for offer in load_target(device).unit(name).portable.offers]
        for device, name in (
            ("ecp5-25k", "MULT18X18D"),
            ("ecp5-25k", "DP16KD"),
            ("ice40-up5k", "SB_MAC16"),
            ("xc7a35t", "DSP48E1"),
        )
    }
    assert latencies == {
        "MULT18X18D": [0], "DP16KD": [1], "SB_MAC16": [0, 1, 2], "DSP48E1": [0, 1, 2, 3]
    }  # fmt: skip
    assert load_target("ecp5-25k").unit("MULT18X18D").portable.instance is None


def test_an_offer_is_instanced_where_there_is_an_instance() -> None:
    text = shipped("generic").replace("longest = 2.7", "longest = 2.7\ninstanced = true")
    with pytest.raises(SymhdlError, match="latency 2: it cannot be `instanced` without"):
        parse_target(text, "mine.toml")


def test_an_operand_without_a_sign_takes_a_bit_more_where_all_have_one() -> None:
    unit = load_target("xc7a35t").unit("DSP48E1")
    bits = [unit.operand_bits(18, signed=signed) for signed in (True, False)]
    assert bits == [18, 19]
    assert unit.fits(25, 18)
    assert not unit.fits(25, bits[1])
    assert load_target("ecp5-25k").unit("MULT18X18D").operand_bits(18, signed=False) == 18


@each_row(
    ("old", "new", "told"),
    [
        ('kind = "multiply"', 'kind = "divide"', "[[unit]] 1: `kind` must be a text: `multiply`"),
        ("widths = [18, 18]", "widths = [18]", "MULT18X18D: `widths` must be two"),
        ("widths = [18, 18]", "widths = [17, 18]", "`widths` must be two, the wider one first"),
        ("widths = [18, 18]", "widths = [18, 3]", "a list of at most 256 integers from 4 to 1,024"),
        (
            "widths = [18, 18]",
            "widths = [20, 18]",
            "MULT18X18D: `widths` must be those of its ports",
        ),
        (
            "widths = [18, 18]",
            "widths = [18, 16]",
            "MULT18X18D: `widths` must be those of its ports",
        ),
        ('signs = "any"', 'signs = "both"', "`signs` must be a text: `any` or `signed`"),
        ("latency = 2", "latency = 1", "there must be offers, with growing latencies"),
        ("latency = 2", "latency = 17", "[[offer]] 3: `latency` must be an integer from 0 to 16"),
        ("latency = 2", "", "[[unit]] 1, [[offer]] 3: `latency` is missing"),
        ("time_in = 0.0", "time_in = 0.1", "must be 0 where no register is inside"),
        ("time_in = 1.5", "time_in = -1", "`time_in` must be a number from 0 to 1,000"),
        ("time_out = 5.9", "time_out = 0", "latency 0: `time_out` must be above 0"),
        ("longest = 3.43", "", "latency 2: `longest` must be above 0"),
        ("operand_registers = 1", "operand_registers = 3", "`operand_registers` must not be above"),
        (
            'cell = "MULT18X18D"',
            'cell = "MULT9X9D"',
            "`cell` is `MULT9X9D`, which is none of MULT18",
        ),
        ('"A#" = "a"', '"A#" = "b"', "`ports` must have `a` at `B#`"),
        ('"A#" = "a"', "", "`ports` must have `a` at `A#`"),
        ('"A#" = "a"', '"D#" = "a"', "`ports` holds `D#`, which is none of A#, B#"),
        ('SOURCEA = "0"', 'SOURCEA = "y"', "`ports` must have `0` at `SOURCEA`"),
        ('SOURCEA = "0"', 'SOURCEA = "1"', "`ports` must have `0` at `SOURCEA`"),
        ('SIGNEDA = "signed_a"', 'SIGNEDA = "0"', "`ports` must have `signed_a` at `SIGNEDA`"),
        ('CE0 = "enable"', 'CE0 = "0"', "`ports` must have `enable` at `CE0`"),
        ('{ GSR = "DISABLED"', '{ GSR = "MAYBE"', "has `MAYBE` for `GSR`, which is not known"),
        ('{ GSR = "DISABLED"', "{ GSR = 1", "has `1` for `GSR`, which is not known"),
        (
            "parameters = { GSR",
            "parameters = { REG_OUTPUT_CLK = 'CLK0', GSR",
            "`parameters` sets one twice",
        ),
        ('SIGNEDA = "signed_a"', 'SIGNEDA = "signed_b"', "must have `signed_a` at `SIGNEDA`"),
        ('signs = "any"', 'signs = "signed"', "`signs` must be `any`"),
        ("latency = 3", "latency = 4", "latency 4: `parameters` makes other registers than the"),
        ('REG_INPUTA_CLK = "CLK0", ', "", "latency 2: `parameters` makes other registers than"),
        ('style = "defparam"', 'style = "text"', "`style` must be a text: `defparam` or"),
        ('resource = "dsps"', 'resource = "dsps"\namount = 2', "`amount` must be what [netlist]"),
        ('name = "DP16KD"', 'name = "MULT18X18D"', "there are two of this name"),
        ('kind = "table"', 'kind = "table"\nwidths = [9, 9]', "a table has no `widths`"),
        ("[[unit]]\nname", "[unit]\nname", "mine.toml is not TOML"),
    ],
)
def test_what_a_unit_cannot_be_is_told(old: str, new: str, told: str) -> None:
    assert old in ECP5
    with pytest.raises(SymhdlError) as caught:
        parse_target(ECP5.replace(old, new, 1), "mine.toml")
    assert told in str(caught.value)


@each_row(
    ("old", "new", "told"),
    [
        ("TOPOUTPUT_SELECT = 3", "TOPOUTPUT_SELECT = 0", "must have 3 for `TOPOUTPUT_SELECT`"),
        ("TOPOUTPUT_SELECT = 3", "TOPOUTPUT_SELECT = 2", "has `2` for `TOPOUTPUT_SELECT`"),
        (
            "{ PIPELINE_16x16_MULT_REG2",
            "{ PIPELINE_16x16_MULT_REG1",
            "latency 1: `parameters` must have the same for `PIPELINE_16x16_MULT_REG1` and `TOP_8x8",
        ),
        ('A_SIGNED = "a"', 'A_SIGNED = "b"', '`sign_parameters` must be {A_SIGNED = "a", B_SIGNED'),
        ('A = "a"\nB = "b"', 'A = "b"\nB = "a"', '`sign_parameters` must be {A_SIGNED = "b"'),
        ('HOLD = "0"', 'HOLD = "00"', "`ports` must have `0` at `AHOLD`"),
        ('B = "b"', 'B = "b"\nCO = "y"', "`ports` holds `CO`, which is none of A, B, C, D"),
    ],
)
def test_what_another_unit_cannot_be_is_told(old: str, new: str, told: str) -> None:
    text = shipped("ice40-up5k")
    assert old in text
    with pytest.raises(SymhdlError) as caught:
        parse_target(text.replace(old, new, 1), "mine.toml")
    assert told in str(caught.value)


@each_row(
    ("old", "new", "told"),
    [
        ('"ADA#" = "address"', '"ADA#" = "upper_address"', "must have `address` at `ADA#`"),
        ('"ADA#" = "address"', '"ADA#" = "a"', "`ports` must have `address` at `ADA#`"),
        ('"ADB#" = "upper_address"', "", "`ports` must have `upper_address` at `ADB#`"),
        ('"DOB#" = "upper_y"', '"DOB#" = "y"', "`ports` must have `upper_y` at `DOB#`"),
        ('CEB = "upper_enable"', 'CEB = "enable"', "`ports` must have `upper_enable` at `CEB`"),
        ('OCEA = "enable"', 'OCEA = "1"', "`ports` must have `enable` at `OCEA`"),
        ('WEA = "0"', 'WEA = "1"', "`ports` must have `0` at `WEA`"),
        ('"CSA#" = "000"', '"CSA#" = "111"', "`ports` must have `000` at `CSA#`"),
        (', REGMODE_B = "OUTREG"', "", "the same for `REGMODE_A` and `REGMODE_B`"),
        (
            'REGMODE_A = "OUTREG", REGMODE_B = "OUTREG"',
            'GSR = "DISABLED"',
            "latency 2: `parameters` makes other registers than the latency says",
        ),
        ('{ REGMODE_A = "OUTREG"', '{ REGMODE_A = "IN"', "has `IN` for `REGMODE_A`, which is not"),
        (
            "{ REGMODE_A",
            "{ DATA_WIDTH_A = 9, REGMODE_A",
            "has `9` for `DATA_WIDTH_A`, which is not",
        ),
        ("{ REGMODE_A", "{ INITVAL_00 = 9, REGMODE_A", "has `9` for `INITVAL_00`, which is not"),
        ('cell = "DP16KD"', 'cell = "MULT18X18D"', "DP16KD: `kind` must be `multiply`"),
        ('cell = "MULT18X18D"', 'cell = "DP16KD"', "MULT18X18D: `kind` must be `table`"),
        (
            'cell = "DP16KD"',
            'cell = "DP16KD"\nsign_parameters = { REGMODE_A = "a" }',
            "`sign_parameters` must be empty for a table",
        ),
        ('kind = "table"', 'kind = "table"\nsigns = "signed"', "`signs` must be `any` for a table"),
        (
            "latency = 1\ntime_in = 1.3",
            "latency = 0\ntime_in = 0",
            "makes other registers than the",
        ),
        ('cell = "DP16KD"', 'cell = "DP8KD"', "`cell` is `DP8KD`, which is none of MULT18X18D, SB"),
        ('resource = "brams"', 'resource = "brams"\namount = 2', "`amount` must be what [netlist]"),
    ],
)
def test_what_a_memory_cannot_be_is_told(old: str, new: str, told: str) -> None:
    assert old in ECP5
    with pytest.raises(SymhdlError) as caught:
        parse_target(ECP5.replace(old, new, 1), "mine.toml")
    assert told in str(caught.value)


@each_row(
    ("old", "new", "told"),
    [
        ('kind = "chain"', 'kind = "chain"\nwidths = [9, 9]', "CCU2C: a chain has no `widths`"),
        ('kind = "chain"', 'kind = "chain"\nsigns = "signed"', "`signs` must be `any` for a chain"),
        ('kind = "chain"', 'kind = "multiply"', "CCU2C: `widths` must be two"),
        ('kind = "chain"', 'kind = "table"', "CCU2C: `kind` must be `chain`, which `CCU2C` is for"),
        ('"carries"', '"dsps"', "CCU2C: `resource` must be `carries` for a chain"),
        (
            'resource = "brams"',
            'resource = "carries"',
            "DP16KD: `resource` must be `carries` for a",
        ),
        ('"carries"', '"carries"\namount = 2', "`amount` must be what [netlist] `carries` has"),
        ('cell = "CCU2C"', 'cell = "DP16KD"', "CCU2C: `kind` must be `table`"),
        ('INJECT1_0 = "NO"', 'INJECT1_0 = "YES"', "latency 0: `parameters` must have NO for"),
        ("{ INJECT1_0", "{ INIT0 = 1, INJECT1_0", "has `1` for `INIT0`, which is not known"),
        ('"B#" = "a_shifted"', '"B#" = "a"', "`ports` must have `a_shifted` at `B#`"),
        ('CIN = "carry"', 'CIN = "0"', "`ports` must have `carry` at `CIN`"),
        (
            'cell = "CCU2C"',
            'cell = "CCU2C"\nsign_parameters = { INJECT1_0 = "a" }',
            "`sign_parameters` must be empty for a chain",
        ),
        ("latency = 0", "latency = 1", "latency 1: `parameters` makes other registers than the"),
    ],
)
def test_what_a_chain_cannot_be_is_told(old: str, new: str, told: str) -> None:
    before, name, unit = ECP5.rpartition('[[unit]]\nname = "CCU2C"')
    place = unit if old in unit else before
    assert old in place
    changed = place.replace(old, new, 1)
    text = before + name + changed if place is unit else changed + name + unit
    with pytest.raises(SymhdlError) as caught:
        parse_target(text, "mine.toml")
    assert told in str(caught.value)


def test_a_chain_is_instanced() -> None:
    before, name, unit = ECP5.rpartition('[[unit]]\nname = "CCU2C"')
    alone = unit[: unit.index("[unit.instance]")]
    with pytest.raises(SymhdlError, match="CCU2C: a chain must have an `instance`"):
        parse_target(before + name + alone, "mine.toml")


def test_the_operands_of_an_instance_may_be_swapped() -> None:
    text = ECP5.replace('"A#" = "a"\n"B#" = "b"', '"A#" = "b"\n"B#" = "a"')
    text = text.replace("signed_a", "signed_").replace("signed_b", "signed_a")
    swapped = parse_target(text.replace('"signed_"', '"signed_b"'), "mine.toml").unit("MULT18X18D")
    assert swapped.instance is not None
    assert dict(swapped.instance.ports)["A#"] == "b"


@each_row(
    ("key", "old", "new"),
    [
        ("name", 'name = "MULT18X18D"', "name = {}"),
        ("kind", 'kind = "multiply"', "kind = {}"),
        ("signs", 'signs = "any"', "signs = {}"),
        ("resource", 'resource = "dsps"', "resource = {}"),
        ("cell", 'cell = "MULT18X18D"', "cell = {}"),
        ("style", 'style = "defparam"', "style = {}"),
        ("ports", '"A#" = "a"', '"A#" = {}'),
        ("ports", '"A#" = "a"', '{} = "a"'),
        ("parameters", '{ GSR = "DISABLED"', "{{ GSR = {}"),
        ("parameters", '{ GSR = "DISABLED"', '{{ {} = "DISABLED"'),
        ("parameters", "{ REG_OUTPUT_CLK", "{{ {} = 1, REG_OUTPUT_CLK"),
    ],
)
def test_no_text_of_a_unit_goes_unchecked(key: str, old: str, new: str) -> None:
    assert old in ECP5
    for text in HOSTILE:
        with pytest.raises(SymhdlError) as caught:
            parse_target(ECP5.replace(old, new.format(quoted(text)), 1), "mine.toml")
        assert {told.id for told in caught.value.diagnostics} == {"device-file"}
        assert f"`{key}`" in str(caught.value)


@each_row(
    ("old", "new", "told"),
    [
        ("sum_width = 32", "", "SB_MAC16_ADD: `sum_width` must be 32"),
        ("sum_width = 32", "sum_width = 31", "SB_MAC16_ADD: `sum_width` must be 32"),
        ("sum_width = 32", "sum_width = 2000", "`sum_width` must be an integer from 0 to 1,024"),
        ('kind = "multiply-add"', 'kind = "multiply"', "a multiply has no `sum` and no `sum_width`"),
        ('kind = "multiply-add"', 'kind = "table"', "a table has no `sum` and no `sum_width`"),
        ('C = "c_upper"', 'C = "c_lower"', "`ports` must have `c_upper` at `C`"),
        ('C = "c_upper"', 'C = "c"', "`ports` must have `c_upper` at `C`"),
        ('ADDSUBTOP = "subtract"', 'ADDSUBTOP = "0"', "must have `subtract` at `ADDSUBTOP`"),
        ("BOTADDSUB_UPPERINPUT = 1", "BOTADDSUB_UPPERINPUT = 0", "must have 1 for `BOTADDSUB_UPPER"),
        ("TOPADDSUB_CARRYSELECT = 2", "TOPADDSUB_CARRYSELECT = 3", "has `3` for `TOPADDSUB_CARRY"),
        ("[[unit.sum]]\nlatency = 1", "[[unit.sum]]\nlatency = 0", "there must be sums, with growing"),
        ("[[unit.sum]]\nlatency = 1", "[[unit.sum]]\nlatency = 2", "makes other registers than the"),
        (
            "[[unit.sum]]\nlatency = 0\ntime_in = 0.0",
            "[[unit.sum]]\nlatency = 0\ntime_in = 0.1",
            "sum of latency 0: `time_in` must be 0 where no register is inside",
        ),
        ("TOPOUTPUT_SELECT = 1", "TOPOUTPUT_SELECT = 0", "makes other registers than the latency"),
        ("BOTOUTPUT_SELECT = 1", "BOTOUTPUT_SELECT = 0", "the same for `TOPOUTPUT_SELECT` and"),
        ("BOTOUTPUT_SELECT = 0 ", "BOTOUTPUT_SELECT = 3 ", "must have 0 or 1 for `BOTOUTPUT_SELECT`"),
    ],
)  # fmt: skip
def test_what_an_adder_behind_a_multiplier_cannot_be_is_told(old: str, new: str, told: str) -> None:
    before, name, unit = shipped("ice40-up5k").partition('[[unit]]\nname = "SB_MAC16_ADD"')
    assert old in unit
    with pytest.raises(SymhdlError) as caught:
        parse_target(before + name + unit.replace(old, new, 1), "mine.toml")
    assert told in str(caught.value)


def test_an_adder_behind_a_multiplier_must_be_instanced() -> None:
    text = shipped("generic").replace('kind = "multiply"', 'kind = "multiply-add"', 1)
    with pytest.raises(SymhdlError) as caught:
        parse_target(text, "mine.toml")
    assert "a multiply-add must have an `instance`" in str(caught.value)
    text = shipped("ecp5-25k").replace('kind = "multiply"', 'kind = "multiply-add"', 1)
    with pytest.raises(SymhdlError) as caught:
        parse_target(text, "mine.toml")
    assert "MULT18X18D: `kind` must be `multiply`" in str(caught.value)
