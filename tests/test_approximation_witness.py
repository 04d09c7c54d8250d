"""The witness of every approximation, as JSON, is proved again by a checker that shares no code with the compiler."""

from __future__ import annotations

import ast
import copy
import json
import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

import symhdl
from symhdl.approximation import Approximation, Specification, approximate
from symhdl.approximation.constant import constant
from symhdl.approximation.effort import Depth
from symhdl.approximation.methods import METHODS, Method
from symhdl.approximation.piecewise import UniformAddressing
from symhdl.approximation.polynomial import realise
from symhdl.approximation.problem import Problem
from symhdl.approximation.split import SplitPart, joined
from symhdl.approximation.table import table
from symhdl.documents import json_text
from symhdl.functions.operation import Operation
from symhdl.functions.univariate import Univariate
from symhdl.witnesses import Witnesses
from tests import witnesses
from tests.errors_of_design import compiled, request_of
from tests.test_approximation import CASES, FABRIC, arguments, grid, hardware, largest, of
from tests.test_compile_levels import DESIGNS
from tests.witness_documents import document_of
from tests.witnesses.checker import check
from tests.witnesses.distance import RefutedError
from tests.witnesses.hardware import result

Tree = dict[str, Any]

FORMATS = ((4, 5), (8, 8), (11, 13))  # bits of the argument, and of the result
FINER = ((17, 16), (24, 25), (32, 33))
LOOKED_AT = 8  # prospects of a method, of which the first that is proved is taken
ARGUMENTS = 40


def document(function: Univariate, approximation: Approximation) -> Tree:
    """The witness as it is read from its text."""
    found: Tree = document_of(approximation.witness(function))
    return found


def problem(name: str, width: int, precise: int) -> Problem:
    function, (low, high) = CASES[name]
    minimum, maximum, fraction = grid(low, high, width)
    minimum = max(minimum, 1) if low > 0 else minimum
    error = largest(function, minimum, maximum, fraction) * 2.0**-precise
    specification = Specification(minimum, maximum, fraction, error)
    return Problem(function, specification, FABRIC, Depth.THOROUGH)  # all methods try all


def made(method: Method, asked: Problem) -> Approximation | None:
    """What a method finds."""
    prospects = islice(method.prospects(asked), LOOKED_AT)
    return next((found for each in prospects if (found := each.prove()) is not None), None)


def check_against_hardware(witness: Tree, found: Approximation) -> None:
    """The integers that the witness tells are those that the cells give."""
    asked = found.specification
    every = arguments(asked.minimum, asked.maximum, 1)
    ns = every[:: max(1, len(every) // ARGUMENTS)]
    integers = hardware(found, asked.minimum, asked.maximum, asked.fraction, ns)
    assert [result(witness, n) for n in ns] == integers


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("formats", [FORMATS, pytest.param(FINER, marks=pytest.mark.slow)])
def test_every_function_by_every_method(name: str, formats: Sequence[tuple[int, int]]) -> None:
    """Where each of them fails, in parts of the range."""
    for width, precise in formats:
        asked = problem(name, width, precise)
        proved = [found for method in METHODS if (found := made(method, asked)) is not None]
        if not proved:
            proved = [approximate(asked.function, asked.specification, FABRIC)[0].approximation]
        for found in proved:
            witness = document(CASES[name][0], found)
            assert witness["bound"] == found.error <= asked.specification.error
            check(witness)
            check_against_hardware(witness, found)


SINE, EXP, SIGMOID = of(Operation.SIN), of(Operation.EXP), of(Operation.SIGMOID)
ROOT, LOG = of(Operation.SQUARE_ROOT), of(Operation.LOG)


@cache
def examples() -> dict[str, tuple[Univariate, Approximation]]:
    """An approximation for every way, by its name."""
    sine = problem("sin", 12, 11)
    *of_sines, reflected, normalised, roots = METHODS
    by_method = {method.name: made(method, sine) for method in of_sines}
    flat = constant(EXP, Specification(-4000, -3000, 6, 2.0**-10))
    low, high = (table(EXP, Specification(*ends, 4, 2.0**-6)) for ends in ((-20, -1), (0, 13)))
    assert low is not None and high is not None
    polynomials = made(METHODS[0], problem("exp", 12, 11))
    asked, addressing = Specification(0, 4095, 12, 2.0**-17), UniformAddressing(0, 4, 8)
    (without,) = realise(EXP, asked, addressing.grid(asked), addressing, 3, (0.3,))
    found = {
        "constant": (EXP, flat),
        "parts": (EXP, joined((SplitPart(-20, -1, low), SplitPart(0, 13, high)))),
        "polynomials": (EXP, polynomials),
        "polynomials, without columns": (EXP, without),
        "size": (SINE, by_method["polynomials of the size"]),
        "phase": (SINE, by_method["polynomials of the phase"]),
        "root": (ROOT, made(roots, problem("sqrt", 12, 11))),
        "reflected": (SIGMOID, made(reflected, problem("sigmoid", 12, 11))),
        "normalised_power": (ROOT, made(normalised, problem("sqrt", 12, 12))),
        "normalised_logarithm": (LOG, made(normalised, problem("log", 12, 12))),
        "exponential": (EXP, made(normalised, problem("exp", 12, 12))),
        "table": (SINE, by_method["table"]),
        "size, by a table": (SINE, by_method["table of the size"]),
    }
    assert None not in by_method.values(), "a method that makes no sine"
    return {name: (f, made) for name, (f, made) in found.items() if made is not None}


@pytest.mark.parametrize(
    "way",
    [
        "constant", "parts", "polynomials", "polynomials, without columns", "reflected", "size", "phase", "table",
        "size, by a table", "normalised_power", "normalised_logarithm", "exponential", "root",
    ],
)  # fmt: skip
def test_every_way_is_proved(way: str) -> None:
    function, found = examples()[way]
    witness = document(function, found)
    assert witness["way"] == way.split(",")[0]
    check(witness)
    check_against_hardware(witness, found)
    assert ("without" in way) == any(witness.get("horner", {}).get("left_out", ()))


# --- what must not pass ---------------------------------------------------------------------------


def lower_everything(witness: Tree) -> None:
    """Distances and bounds that fit each other, all too low."""
    for piece in witness["pieces"]:
        piece["distance"] /= 2
        evaluation = Fraction(witness["horner"]["evaluation"])
        piece["bound"] = float(evaluation + Fraction(piece["distance"])) * (1 + 1e-12)
    witness["bound"] = max(piece["bound"] for piece in witness["pieces"])


def lower_everything_and_trust(witness: Tree) -> None:
    """The same, and series that claim to be exact."""
    lower_everything(witness)
    for piece in witness["pieces"]:
        piece["enclosure"]["slack"] = 0.0


def lower_evaluation(witness: Tree) -> None:
    told = Fraction(witness["horner"]["evaluation"])
    witness["horner"]["evaluation"] = str(told * Fraction(3, 4))


def change_piece(change: Callable[[Tree], object]) -> Callable[[Tree], object]:
    return lambda witness: change(witness["pieces"][len(witness["pieces"]) // 2])


def put(
    *path: str | int, add: int = 0, factor: float = 1, to: object = None
) -> Callable[[Tree], object]:
    """Changes what stands at the end of a path."""

    def change(witness: Tree) -> None:
        place: Any = witness
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = place[path[-1]] * factor + add if to is None else to

    return change


CORRUPTIONS: dict[str, tuple[str, Callable[[Tree], object]]] = {
    "the bound of all": ("polynomials", put("bound", factor=0.999)),
    "the bound of a piece": ("polynomials", change_piece(put("bound", factor=0.999))),
    "distances, too": ("polynomials", lower_everything),
    "slack, too": ("polynomials", lower_everything_and_trust),
    "the evaluation": ("polynomials", lower_evaluation),
    "a coefficient": ("polynomials", change_piece(put("coefficients", 0, add=1 << 8))),
    "a slope": ("polynomials", change_piece(put("coefficients", 1, add=-(1 << 6)))),
    "a missing coefficient": ("polynomials", change_piece(lambda piece: piece["coefficients"].pop())),
    "a missing piece": ("polynomials", lambda witness: witness["pieces"].pop(1)),
    "no last piece": ("polynomials", lambda witness: witness["pieces"].pop()),
    "a shorter piece": ("polynomials", change_piece(put("high", add=-1))),
    "a piece elsewhere": ("polynomials", change_piece(put("start", add=1))),
    "a longer offset": ("polynomials", change_piece(put("shift", add=1))),
    "a range that is wider": ("polynomials", put("argument", "maximum", add=1)),
    "another grid": ("polynomials", put("argument", "fraction", add=1)),
    "another series": ("polynomials", change_piece(put("enclosure", "coefficients", 0, add=1 << 130))),
    "a series of less slack": ("polynomials", change_piece(put("enclosure", "slack", factor=1e-6))),
    "a shorter reach": ("polynomials", change_piece(put("enclosure", "half", to="1/2"))),
    "another function": ("polynomials", put("function", to="cosh")),
    "fewer bits kept": ("polynomials", put("horner", "accumulators", 1, add=-2)),
    "coefficients of another unit": ("polynomials", put("horner", "coefficients", 0, add=1)),
    "more bits dropped": ("polynomials", put("horner", "dropped", 1, add=4)),
    "a sum out of its range": ("polynomials", put("horner", "ranges", 0, 1, factor=0.9)),
    "more columns left out": ("polynomials, without columns", put("horner", "left_out", 1, add=2)),
    "more that is lacking": ("polynomials, without columns", put("horner", "left_out", 2, add=1)),
    "the bound without columns": ("polynomials, without columns", put("bound", factor=0.999)),
    "the result of another fraction": ("polynomials", put("fraction", add=1)),
    "the bound of a table": ("table", put("bound", factor=0.9)),
    "an entry": ("table", put("integers", 77, add=2)),
    "a missing entry": ("table", lambda witness: witness["integers"].pop()),
    "entries of another unit": ("table", put("fraction", add=-1)),
    "another constant": ("constant", put("integers", 0, add=1)),
    "the bound of a constant": ("constant", put("bound", to=1e-300)),
    "the bound of a part": ("parts", put("bound", factor=0.9)),
    "a missing part": ("parts", lambda witness: witness["inner"].pop()),
    "a part of another function": ("parts", put("inner", 0, "function", to="exp2")),
    "an entry of a part": ("parts", put("inner", 1, "integers", 3, add=-1)),
    "the bound of a size": ("size", put("bound", factor=0.999)),
    "another symmetry": ("size", put("symmetry", to="even")),
    "a size out of range": ("size", put("argument", "minimum", add=-1)),
    "a missing piece of the size": ("size", lambda witness: witness["inner"][0]["pieces"].pop(0)),
    "an entry for a size": ("size, by a table", put("inner", 0, "integers", 9, add=2)),
    "the bound of a phase": ("phase", put("bound", factor=0.999)),
    "another multiplier": ("phase", put("phase", "multiplier", add=1)),
    "the phase's distance": ("phase", put("phase", "distance", factor=0.99)),
    "the phase's error": ("phase", put("phase", "error", factor=0.9)),
    "a gentler slope": ("phase", put("phase", "slope", factor=0.5)),
    "phases without symmetry": ("phase", put("symmetry", to="none")),
    "phases on another grid": ("phase", put("inner", 0, "argument", "fraction", add=1)),
    "phases that are arguments": ("phase", lambda witness: witness["inner"][0]["argument"].pop("is_phase")),
    "the bound of what is turned": ("reflected", put("bound", factor=0.999)),
    "no line": ("reflected", put("function", to="tanh")),
    "arguments that are not turned": ("reflected", put("argument", "minimum", factor=2)),
    "a result of fewer bits": ("reflected", put("fraction", add=-1)),
    "the bound of a power": ("normalised_power", put("bound", factor=0.999)),
    "other bits": ("normalised_power", put("normalisation", "width", add=1)),
    "another growth": ("normalised_power", put("normalisation", "growth", add=1)),
    "fewer shifts": ("normalised_power", put("normalisation", "most", add=-1)),
    "shifts of other bits": ("normalised_power", put("normalisation", "step", add=-1)),
    "a root that is not cut": ("normalised_power", put("normalisation", "rounds", to=True)),
    "a root of negative numbers": ("normalised_power", put("argument", "minimum", to=-1)),
    "another power": ("normalised_power", put("function", to="cbrt")),
    "a shorter mantissa": ("normalised_power", put("inner", 0, "argument", "minimum", add=1)),
    "a mantissa on another grid": ("normalised_power", put("inner", 0, "argument", "fraction", add=2)),
    "the bound of a logarithm": ("normalised_logarithm", put("bound", factor=0.9)),
    "another octave": ("normalised_logarithm", put("integers", 3, add=8)),
    "a missing octave": ("normalised_logarithm", lambda witness: witness["integers"].pop()),
    "a logarithm of 0": ("normalised_logarithm", put("argument", "minimum", to=0)),
    "a logarithm to another base": ("normalised_logarithm", put("function", to="log2")),
    "the bound of an exponential": ("exponential", put("bound", factor=0.999)),
    "another count": ("exponential", put("doublings", "counts", 2, add=1)),
    "another whole": ("exponential", put("doublings", "whole", 1, add=1)),
    "a shorter distance": ("exponential", put("doublings", "distance", factor=0.5)),
    "counts from another one on": ("exponential", put("doublings", "first", add=1)),
    "a missing count": ("exponential", lambda witness: witness["doublings"]["counts"].pop()),
    "less that is left": ("exponential", put("inner", 0, "argument", "maximum", add=-1)),
    "a missing piece of the phase": ("phase", lambda witness: witness["inner"][0]["pieces"].pop(0)),
}  # fmt: skip


@pytest.mark.parametrize("what", CORRUPTIONS)
def test_a_corrupted_witness_is_refuted(what: str) -> None:
    way, corrupt = CORRUPTIONS[what]
    witness = copy.deepcopy(document(*examples()[way]))
    corrupt(witness)
    with pytest.raises(RefutedError):
        check(witness)


def test_the_checker_shares_nothing_with_the_compiler() -> None:
    (folder,) = witnesses.__path__
    for path in Path(folder).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names.append(node.module or "")
            assert not any(name.split(".")[0] in ("symhdl", "benchmarks") for name in names), path


# --- of whole designs -----------------------------------------------------------------------------


def functions_of(nodes: Tree) -> Iterator[tuple[Tree, Tree]]:
    yield from ((node, node["approximation"]) for node in nodes["nodes"] if "approximation" in node)


def read(found: Witnesses) -> Tree:
    nodes: Tree = json.loads(json_text(found.document()))
    return nodes


@pytest.mark.parametrize("name", sorted(DESIGNS))
def test_functions_of_designs_are_proved(name: str) -> None:
    text, ranges = DESIGNS[name]
    _, found = compiled(text, request_of(ranges, width=9, output_width=10))
    nodes = read(found.design.witnesses())
    assert [node["node"] for node in nodes["nodes"]] == [
        f"%{k}" for k in range(len(nodes["nodes"]))
    ]
    for node, approximation in functions_of(nodes):
        check(approximation)
        low, high = node["error"]["own"][0]
        assert -low == high == approximation["bound"]


def test_a_pole_between_the_arguments() -> None:
    """The size has a least value, below which there is no argument."""
    text = "y = if abs(x) > 0.5 then 1/x + z else z"
    ranges = {"x": ("-4", "4"), "z": ("-4", "4")}
    _, found = compiled(text, request_of(ranges, width=10, output_width=10))
    ((_, witness),) = functions_of(read(found.design.witnesses()))
    assert witness["way"] == "size" and witness["argument"]["minimum"] < 0
    assert witness["inner"][0]["argument"]["minimum"] > 0
    check(witness)


def test_the_text_is_stable(golden: Callable[[str, str], None]) -> None:
    """A node a line; and four pieces of a function as straight lines."""
    unit = symhdl.Input("ufixed<3,1>")
    design = symhdl.compile("y = 0.5*abs(x) - 1", inputs={"x": unit}, output_format="fixed<5,2>")
    asked, addressing = Specification(0, 63, 6, 2.0**-5), UniformAddressing(0, 2, 4)
    (found,) = realise(EXP, asked, addressing.grid(asked), addressing, 1)
    witness = document(EXP, found)
    check(witness)
    lines = [*read(design.design.witnesses())["nodes"], *witness.pop("pieces"), witness]
    golden("witnesses.txt", "".join(f"{json.dumps(line)}\n" for line in lines))
    assert design.witnesses() == read(design.design.witnesses())


def test_an_unpickled_design_has_lost_what_its_bounds_stand_on() -> None:
    _, found = compiled("y = exp(x)", request_of({"x": (-1, 1)}, width=8, output_width=8))
    with pytest.raises(ValueError, match="allocation"):
        pickle.loads(pickle.dumps(found)).witnesses()  # noqa: S301 - our own bytes


def test_before_lowering_there_are_no_functions_in_hardware() -> None:
    _, found = compiled("y = exp(x)", request_of({"x": ("-1", "1")}, width=8, output_width=8))
    assert found.design.witnesses().approximations
    before = replace(found.design, approximations=None)
    assert not before.witnesses().approximations
