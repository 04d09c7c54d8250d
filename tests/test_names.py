"""Names for all output languages: legal, unique, stable, close to the user's."""

from __future__ import annotations

import re
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symhdl.flow.tools import find_tool
from symhdl.names.identifiers import module_name, port_names
from symhdl.names.reserved import INTERFACE_NAMES, RESERVED_WORDS
from tests.rows import each_row

LEGAL = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*")


def one(name: str) -> str:
    return port_names([name])[0].text


@each_row(
    ("name", "expected"),
    [
        ("x", "x"),
        ("Mass", "Mass"),
        ("Δx", "delta_x"),
        ("x₁", "x1"),
        ("σ²", "sigma2"),
        ("θ1", "theta1"),
        ("αβ", "alpha_beta"),
        ("ħω", "h_omega"),
        ("ℏ", "h"),
        ("Ångström", "Angstrom"),
        ("x'", "x_prime"),
        ("x′", "x_prime"),
        ("λ", "lambda_p"),
        ("reg", "reg_p"),
        ("Reg", "Reg_p"),
        ("int", "int_p"),
        ("signal", "signal_p"),
        ("std", "std_p"),
        ("clk", "clk_p"),
        ("_a", "a"),
        ("a__b_", "a_b"),
        ("1st", "v1st"),
        ("", "v"),
        ("a;b\nc", "a_b_c"),
        ("中", "u4e2d"),
        ("BUFSIZ", "BUFSIZ_p"),
        ("EOF", "EOF_p"),
        ("M_E", "M_E_p"),
        ("m_e", "m_e"),
        ("VL_IN8", "VL_IN8_p"),
        ("_EOF_", "EOF_p"),
        ("typeof", "typeof_p"),
        ("hierName", "hierName_p"),
    ],
)
def test_names_stay_close(name: str, expected: str) -> None:
    assert one(name) == expected


def test_reasons_are_told_only_for_changes() -> None:
    kept, changed, reserved, double = port_names(["a", "β", "wire", "A"])
    assert kept.reason is None
    assert changed.reason is not None and "ASCII" in changed.reason
    assert reserved.reason == "`wire` is a reserved word of Verilog"
    assert double.reason is not None and "taken" in double.reason


def test_plain_names_come_first() -> None:
    assert [i.text for i in port_names(["x₁", "x1", "X1"])] == ["x1_2", "x1", "X1_3"]


def test_long_names_stay_apart() -> None:
    names = ["a" * 60, "a" * 61, "a" * 59 + "_" + "b"]
    identifiers = [identifier.text for identifier in port_names(names)]
    assert identifiers == ["a" * 60, "a" * 52 + "_2", "a" * 59]
    assert all(identifier.reason is None for identifier in port_names(identifiers))


def test_taken_names_are_avoided() -> None:
    assert port_names(["y", "x"], taken=["X"])[1].text == "x_2"


@given(st.lists(st.text(max_size=80), max_size=8))
def test_identifiers_are_legal_and_unique(names: list[str]) -> None:
    identifiers = [identifier.text for identifier in port_names(names)]
    assert len({identifier.lower() for identifier in identifiers}) == len(names)
    for identifier in identifiers:
        assert LEGAL.fullmatch(identifier)
        assert identifier.lower() not in RESERVED_WORDS
        assert identifier.lower() not in INTERFACE_NAMES
        assert len(identifier) < 80
    again = port_names(identifiers)
    assert [identifier.text for identifier in again] == identifiers
    assert all(identifier.reason is None for identifier in again)


@given(st.text(max_size=80))
def test_module_names_are_legal_and_stay(name: str) -> None:
    first = module_name(name)
    assert LEGAL.fullmatch(first.text)
    assert module_name(first.text).reason is None
    assert (first.text == name) == (first.reason is None)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("top", "top"),
        ("sin", "sin_top"),
        ("sin_", "sin_top"),
        ("nul", "nul_top"),
        ("com0", "com0_top"),
        ("a b", "a_b"),
        ("FILE", "FILE_p"),
        ("file", "file_p"),
        ("size_t", "size_t_top"),
        ("NULL", "NULL_p"),
        ("symhdl_bench", "symhdl_bench"),
    ],
)
def test_module_names(name: str, expected: str) -> None:
    assert module_name(name).text == expected


@pytest.mark.skipif(find_tool("g++") is None, reason="g++ is missing")
def test_every_macro_of_the_headers_is_known() -> None:
    headers = ("cstdio", "cstdlib", "cstring", "cmath", "cstdint")
    text = "".join(f"#include <{header}>\n" for header in headers)
    found = subprocess.run(
        ["g++", "-std=gnu++17", "-dM", "-E", "-x", "c++", "-"],
        input=text, capture_output=True, text=True, check=True,
    )  # fmt: skip
    names = re.findall(r"^#define (\w+)", found.stdout, re.MULTILINE)
    assert "BUFSIZ" in names
    assert not [name for name in names if LEGAL.fullmatch(name) and one(name) == name]
