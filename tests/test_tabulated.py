"""`symhdl functions --as`: texts have the values of the hardware at all inputs, and take no hostile names."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

import symhdl
from symhdl.cli import main
from symhdl.data.columns import Reals
from tests.rows import each_row

OPTIONS: dict[str, Any] = {
    "input_formats": "fixed<7,3>",
    "output_format": "fixed<8,3>",
    "undefined": "saturate",
    "device": "xcvu9p",
}
FUNCTIONS = {
    "sin": "sin(x)",
    "log": "log(x)",
    "inv": "inv(x)",
    "bell(u) = exp(-u^2)": "exp(-u^2)",
    "max": "max(x, y)",
    "tilt(b, a) = a - b/4": "a - b/4",
}
NAMES = ("fixed_sin", "fixed_log", "fixed_inv", "fixed_bell", "fixed_max", "fixed_tilt")
ORDERS = (("x",), ("x",), ("x",), ("u",), ("x", "y"), ("b", "a"))

Function = Callable[..., Reals]


@pytest.fixture(scope="module")
def hardware() -> Mapping[str, symhdl.CompiledDesign]:
    """The designs whose values the texts must have."""
    compiled = [symhdl.compile(text, **OPTIONS) for text in FUNCTIONS.values()]
    return dict(zip(NAMES, compiled, strict=True))


def module_of(text: str) -> ModuleType:
    """The module of a text."""
    module = ModuleType("operators")
    exec(compile(text, "operators.py", "exec"), module.__dict__)  # noqa: S102 - our own text
    return module


def columns_of(order: tuple[str, ...]) -> dict[str, Reals]:
    """All numbers of the inputs, what lies halfway between them, next to that and beyond; all pairs of some of them."""
    grid = np.arange(-70, 70) / 16
    near = np.concatenate((grid, grid + 1 / 32, np.nextafter(grid + 1 / 32, -9)))
    if len(order) == 1:
        far = [np.inf, -np.inf, 1e300, -1e300, 5e-324, -5e-324, 0.03124999999999999]
        return {order[0]: np.concatenate((near, far))}
    first, second = np.meshgrid(near[::3], np.append(grid, 1e9))
    return dict(zip(order, (first.ravel(), second.ravel()), strict=True))


def assert_same(
    functions: Mapping[str, Function], hardware: Mapping[str, symhdl.CompiledDesign]
) -> None:
    """Each function has the values of its hardware."""
    for (name, design), order in zip(hardware.items(), ORDERS, strict=True):
        columns = columns_of(order)
        wanted = design.simulate(**columns)
        assert np.array_equal(functions[name](*columns.values()), np.asarray(wanted)), name


def test_numpy_has_the_values(hardware: Mapping[str, symhdl.CompiledDesign]) -> None:
    module = module_of(symhdl.functions_as("numpy", list(FUNCTIONS), **OPTIONS))
    assert_same(vars(module), hardware)
    assert np.isnan(module.fixed_sin(np.nan)) and np.isnan(module.fixed_max(1, np.nan))
    assert module.fixed_max(1, 2.5) == 2.5 and np.ndim(module.fixed_max(1, 2)) == 0
    assert module.fixed_max(np.zeros((3, 1)), np.ones(2)).shape == (3, 2)


def test_gplearn_has_the_values(hardware: Mapping[str, symhdl.CompiledDesign]) -> None:
    pytest.importorskip("gplearn", reason="gplearn is not installed")
    module = module_of(symhdl.functions_as("gplearn", list(FUNCTIONS), **OPTIONS))
    assert_same({each.name: each for each in module.FUNCTIONS}, hardware)
    assert [each.arity for each in module.FUNCTIONS] == [1, 1, 1, 1, 2, 2]


def test_deap_has_the_values(hardware: Mapping[str, symhdl.CompiledDesign]) -> None:
    gp = pytest.importorskip("deap.gp", reason="DEAP is not installed")
    module = module_of(symhdl.functions_as("deap", list(FUNCTIONS), **OPTIONS))
    primitives = gp.PrimitiveSet("main", 2, "x")
    module.add_to(primitives)
    texts = {name: f"{name}({', '.join(order)})" for name, order in zip(NAMES, ORDERS, strict=True)}
    texts = {name: re.sub(r"\b[uxb]\b", "x0", text) for name, text in texts.items()}
    texts = {name: re.sub(r"\b[ya]\b", "x1", text) for name, text in texts.items()}
    compiled = {
        name: gp.compile(gp.PrimitiveTree.from_string(text, primitives), primitives)
        for name, text in texts.items()
    }
    functions: dict[str, Function] = {
        name: (lambda *columns, f=f: f(*columns, *[0] * (2 - len(columns))))
        for name, f in compiled.items()
    }
    assert_same(functions, hardware)


def test_sympy_has_the_values(hardware: Mapping[str, symhdl.CompiledDesign]) -> None:
    import sympy

    module = module_of(symhdl.functions_as("sympy", list(FUNCTIONS), **OPTIONS))
    symbols = sympy.symbols("x0 x1")
    lambdas = {
        name: sympy.lambdify(symbols[: len(order)], getattr(module, name)(*symbols[: len(order)]))
        for name, order in zip(NAMES, ORDERS, strict=True)
    }
    assert_same(lambdas, hardware)
    for name in ("fixed_sin", "fixed_log"):
        columns = columns_of(("x",))["x"]
        wanted = np.asarray(hardware[name].simulate(columns)).tolist()
        function = getattr(module, name)
        assert [float(function(sympy.Float(x))) for x in columns] == wanted
    x = symbols[0]
    assert module.fixed_max(1, 2) == 2 and module.fixed_sin(x).subs(x, 0) == 0
    assert float(module.fixed_sin(sympy.pi)) == hardware["fixed_sin"].simulate(np.pi)
    assert str(module.fixed_sin(x) + 1) == "fixed_sin(x0) + 1"


def read_julia(text: str) -> dict[str, Function]:
    """The functions of a text in Julia, by what it says of tables and places; the text about them must be as it is."""
    assert (
        text.count("const ") == text.count("return T(symhdl_") == text.count("::T) where {T<:Real}")
    )
    tables = {}
    for name, lines, bits, first, exponent in re.findall(
        r'const symhdl_(\w+) = symhdl_entries\("""\n([\w+/=\n]+)""", Int(\d+), (-?\d+), (-?\d+)\)',
        text,
    ):
        differences = np.frombuffer(base64.b64decode(lines), f"<i{int(bits) // 8}")
        tables[name] = (int(first) + np.cumsum(differences.astype(int))) * 2.0 ** int(exponent)
    functions: dict[str, Function] = {}
    for name, body in re.findall(r"function (fixed_\w+)\(.*\n((?:    .*\n)+)end", text):
        places = re.findall(
            r"place = (?:place \* (\d+) \+ )?symhdl_place\(\w+, (-?\d+), (-?\d+), (-?\d+)\)", body
        )
        assert f"return T(symhdl_{name}[place + 1])" in body

        def function(*columns: Reals, places=places, table=tables[name]) -> Reals:  # type: ignore[no-untyped-def]
            place: Any = 0
            for x, (size, *numbers) in zip(columns, places, strict=True):
                fraction, least, greatest = map(int, numbers)
                fine = np.clip(x, least * 2.0**-fraction, greatest * 2.0**-fraction) * 2.0**fraction
                whole = np.floor(fine)
                place = place * int(size or 1) + whole + (fine - whole >= 0.5) - least
            return np.asarray(table[place.astype(int)])

        functions[name] = function
    return functions


def test_julia_has_the_values(hardware: Mapping[str, symhdl.CompiledDesign]) -> None:
    text = symhdl.functions_as("julia", list(FUNCTIONS), **OPTIONS)
    assert_same(read_julia(text), hardware)
    assert 'unary_operators=["fixed_sin", "fixed_log", "fixed_inv", "fixed_bell"]' in text
    assert 'binary_operators=["fixed_max", "fixed_tilt"]' in text
    openings = re.findall(r"(?m)^(?:function|.*\bbegin$)|\bif\b(?=.*\n)", text)
    assert len(openings) == len(re.findall(r"(?m)^end$", text))


@each_row(
    ("text", "options"),
    [
        ("square", {"ranges": (-1, 1.3), "width": 6, "output_width": 6}),
        ("sqrt", {"ranges": (0.25, 2), "width": 6, "output_width": 7}),
        ("abs", {"input_formats": "fixed<6,8>", "output_format": "ufixed<5,8>"}),
        ("cos", {"input_formats": "ufixed<6,0>", "output_format": "ufixed<7,1>"}),
    ],
)
def test_ranges_and_formats_hold(text: str, options: dict[str, Any]) -> None:
    """Numbers outside are held at the ends, whatever sign and binary point the format has."""
    x = np.concatenate((np.arange(-300, 300) / 128, np.arange(-300, 300) / 2))
    wanted = np.asarray(symhdl.compile(f"{text}(x)", opt=0, **options).simulate(x))
    written = {
        language: symhdl.functions_as(language, text, opt=0, **options)
        for language in ("numpy", "julia")
    }
    functions = {**vars(module_of(written["numpy"]))}
    assert np.array_equal(functions[f"fixed_{text}"](x), wanted)
    assert np.array_equal(read_julia(written["julia"])[f"fixed_{text}"](x), wanted)


def test_a_large_table_is_short_and_right() -> None:
    options: dict[str, Any] = {"input_formats": "fixed<16,3>", "output_format": "fixed<16,2>"}
    text = symhdl.functions_as("numpy", "tanh", dsp="none", opt=0, **options)
    assert len(text) < 100_000
    design = symhdl.compile("tanh(x)", dsp="none", opt=0, **options)
    x = np.arange(-(1 << 15), 1 << 15) / (1 << 13)
    assert np.array_equal(module_of(text).fixed_tanh(x), np.asarray(design.simulate(x)))


def test_what_is_found_is_compiled() -> None:
    """The text says with which definitions."""
    text = symhdl.functions_as("deap", ["sin", "bell(u) = exp(-u^2)"], **OPTIONS)
    definitions = re.findall(r"--define '(.*)'", text)
    assert definitions == ["fixed_sin(x) = sin(x)", "fixed_bell(u) = exp(-u^2)"]
    found = "add(fixed_sin(x0), fixed_bell(x1))"
    graph = symhdl.parse(found, dialect="deap", define=definitions)
    assert graph.nodes == symhdl.parse("sin(x0) + exp(-x1^2)").nodes


def invoke(*words: str) -> Result:
    return CliRunner(env={"NO_COLOR": "1"}).invoke(main, ["functions", *words])


FORMATS = ("--input-format", "fixed<5,2>", "--output-format", "fixed<5,2>")


def test_the_command_writes_what_the_library_does(tmp_path: Path) -> None:
    result = invoke("sin", "cos", "--as", "numpy", *FORMATS)
    assert result.exit_code == 0
    options: dict[str, Any] = {"input_formats": "fixed<5,2>", "output_format": "fixed<5,2>"}
    options["undefined"] = "error"
    assert result.stdout == symhdl.functions_as("numpy", ["sin", "cos"], **options)
    place = tmp_path / "operators.py"
    assert invoke("sin", "cos", "--as", "numpy", *FORMATS, "-o", str(place)).exit_code == 0
    assert place.read_text(encoding="utf-8") == result.stdout


@each_row(
    ("words", "status", "told"),
    [
        (("sin", "exp"), 2, "2 expressions, and not one"),
        (("sin", "-o", "a.py"), 2, "-o is the file"),
        (("--as", "numpy"), 2, "no function to write"),
        (("sin", "--as", "numpy", "--json"), 2, "without --as"),
        (("sinn", "--as", "numpy", *FORMATS), 2, "did you mean `sin`?"),
        (("x + 1", "--as", "numpy", *FORMATS), 2, "a definition such as"),
        (("pi", "--as", "numpy", *FORMATS), 2, "a constant, not a function"),
        (("sin", "sin", "--as", "numpy", *FORMATS), 2, "given twice"),
        (("log", "--as", "numpy", *FORMATS), 1, "--undefined"),
        (("mul", "--as", "numpy"), 1, "neither a range"),
        (("mul", "--as", "numpy", "--range", "0:1", "--width", "9"), 1, "66,049"),
        (("abs", "--as", "numpy", "--input-format", "fixed<60,3>"), 1, "is a double"),
    ],
)
def test_what_cannot_be_written_is_told(words: tuple[str, ...], status: int, told: str) -> None:
    result = invoke(*words)
    assert told in result.stderr, result.stderr
    assert result.exit_code == status
    assert not result.stdout


@each_row(
    ("definition", "name"),
    [
        ("α(x) = x", "fixed_alpha"),
        ("lambda(x) = x", "fixed_lambda"),
        ("__import__(x) = x", "fixed___import__"),
        ('np(x) = x  # """ + evil', "fixed_np"),
        ("entries(x) = x # ' \\", "fixed_entries"),
    ],
)
def test_hostile_names_stay_names(definition: str, name: str) -> None:
    options: dict[str, Any] = {"input_formats": "fixed<4,2>", "output_format": "fixed<4,2>"}
    module = module_of(symhdl.functions_as("sympy", definition, **options))
    assert {each for each in vars(module) if each.startswith("fixed_")} == {name}
    assert getattr(module, name)(1) == 1
    assert set(read_julia(symhdl.functions_as("julia", definition, **options))) == {name}
