"""Approximations that are kept between runs: what is read is what was found, and designs are the same bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

import symhdl
from symhdl.approximation import Specification, approximate, choose
from symhdl.approximation.choose import of_every_method
from symhdl.approximation.kept import as_read, as_tuples, question_of, text_of
from symhdl.approximation.methods import METHODS
from symhdl.approximation.problem import Problem
from symhdl.approximation.smooth_function import Stretched
from symhdl.approximation.split import SplitPart, joined
from symhdl.budget import Budget
from symhdl.cli import main
from symhdl.cost.operators import Fabric, fabric_of
from symhdl.functions.elementary import FUNCTIONS, rational_power
from symhdl.functions.operation import Operation
from symhdl.targets.target import load_target

FABRICS = tuple(
    fabric_of(load_target(device), "none", clocked=False) for device in ("ecp5-25k", "xcvu9p")
)
OPERATIONS = (
    Operation.SIN, Operation.EXP, Operation.TANH, Operation.ATAN, Operation.GAUSS, Operation.SILU,
)  # fmt: skip
PROGRAM = "y = sin(x)*exp(-x^2) + tanh(3*x)"
NOT_FUSED = PROGRAM.replace("-x", "-z")  # three functions


@dataclass(eq=False)
class Memory:
    """A store that tells what it was asked."""

    texts: dict[str, str] = field(default_factory=dict)
    hits: int = 0

    def get(self, question: str) -> str | None:
        self.hits += question in self.texts
        return self.texts.get(question)

    def put(self, question: str, answer: str) -> None:
        self.texts[question] = answer


def fresh() -> None:
    """Forgets what the process has found."""
    for each in (choose._stored, choose._found, choose._found_for):
        each.cache_clear()


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(OPERATIONS), st.integers(-40, 40), st.integers(1, 200), st.integers(3, 9),
    st.integers(2, 12), st.sampled_from(FABRICS),
)  # fmt: skip
def test_what_is_read_is_what_was_found(
    operation: Operation, low: int, span: int, fraction: int, bits: int, fabric: Fabric
) -> None:
    specification = Specification(low, low + span, fraction, 2.0**-bits)
    function = FUNCTIONS[operation]
    found = approximate(function, specification, fabric)
    text = text_of(found)
    assert text is not None
    assert as_read(text, as_tuples) == found
    assert as_read(text, choose._priced_of) == found


KEPT = (
    Operation.SIN, Operation.GAUSS, Operation.ATAN, Operation.SIGMOID, Operation.EXP2,
    Operation.SQUARE_ROOT,
)  # fmt: skip


def test_every_method_can_be_kept() -> None:
    specifications = (
        Specification(-2048, 2047, 8, 2.0**-8), Specification(-900, 900, 8, 2.0**-8),
        Specification(1, 4095, 10, 2.0**-10),
    )  # fmt: skip
    seen: set[str] = set()
    for specification in specifications:
        for operation in KEPT:
            if specification.minimum < FUNCTIONS[operation].domain.lower:
                continue
            problem = Problem(FUNCTIONS[operation], specification, FABRICS[0])
            for name, _, found in of_every_method(problem):
                if found is not None:
                    seen.add(name)
                    text = text_of((found,))
                    assert text is not None, f"{type(found).__name__} cannot be kept ({name})"
                    assert as_read(text, as_tuples) == (found,)
    assert seen == {method.name for method in METHODS}


def test_parts_can_be_kept() -> None:
    halves = [Specification(low, low + 63, 6, 2.0**-7) for low in (-64, 0)]
    ways = [approximate(FUNCTIONS[Operation.EXP], half, FABRICS[0])[0] for half in halves]
    parts = [
        SplitPart(half.minimum, half.maximum, way.approximation)
        for half, way in zip(halves, ways, strict=True)
    ]
    found = (joined(tuple(parts)),)
    text = text_of(found)
    assert text is not None and as_read(text, as_tuples) == found


@pytest.mark.parametrize("text", ["", "[", "[[]]", "3", '{"class":"Widths","parts":[]}', "[NaN]",
    '[{"class":"int","parts":[3]}]', '{"class":"Symmetry","parts":["UNHEARD"]}', '[{"parts":[]}]',
    '[{"class":"Fraction","parts":[1,0]}]', "[" * 100_000])  # fmt: skip
def test_what_was_not_written_so_is_not_read(text: str) -> None:
    assert as_read(text, choose._priced_of) is None


def test_what_is_asked_tells_all_apart() -> None:
    specification = Specification(0, 255, 8, 2.0**-8)
    asked = {
        question_of(function, each, fabric, depth)
        for function in (FUNCTIONS[Operation.SIN], rational_power(Fraction(3, 10)))
        for each in (specification, Specification(0, 255, 9, 2.0**-8))
        for fabric in FABRICS
        for depth in ("BRIEF", "ORDINARY")
    }
    assert len(asked) == 16 and None not in asked
    unnamed = Stretched(FUNCTIONS[Operation.SIN], Fraction(0))
    assert question_of(unnamed, specification, FABRICS[0], "ORDINARY") is None
    assert text_of((unnamed,)) is None


def test_a_second_search_finds_the_same_without_a_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    specification, store = Specification(-512, 511, 8, 2.0**-9), Memory()
    function = FUNCTIONS[Operation.TANH]
    fresh()
    first = approximate(function, specification, FABRICS[0], store=store)
    assert len(store.texts) == 1
    fresh()
    monkeypatch.setattr(choose, "_ranked", lambda *_: pytest.fail("searched again"))
    assert approximate(function, specification, FABRICS[0], store=store) == first
    assert store.texts and store.hits > 0


def test_a_damaged_answer_is_found_again() -> None:
    specification, store = Specification(-512, 511, 8, 2.0**-9), Memory()
    fresh()
    first = approximate(FUNCTIONS[Operation.TANH], specification, FABRICS[0], store=store)
    store.texts = dict.fromkeys(store.texts, '[{"class":"Cost","parts":[1.0,0,0,0.5,0]}]')
    fresh()
    assert approximate(FUNCTIONS[Operation.TANH], specification, FABRICS[0], store=store) == first


def test_a_limited_search_keeps_nothing() -> None:
    specification, store = Specification(-512, 511, 8, 2.0**-9), Memory()
    fresh()
    approximate(FUNCTIONS[Operation.TANH], specification, FABRICS[0], Budget(1e9), store=store)
    assert not store.texts


def test_designs_are_the_same_with_and_without_the_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    files: list[dict[str, str]] = []
    for cache in (False, True, True):
        fresh()
        design = symhdl.compile(NOT_FUSED, ranges=(-2, 2), width=9, output_width=9, cache=cache)
        files.append(design.files())
        json.dumps(design.witnesses())
    assert files[0] == files[1] == files[2]
    assert len(list((tmp_path / "symhdl").glob("*.kept"))) >= 3


def invoke(*words: str) -> Result:
    return CliRunner(env={"NO_COLOR": "1"}).invoke(main, words)


def test_the_command_line_keeps_and_forgets(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    words = ("compile", "--expr", "exp(x)", "--range", "0:1", "--width", "8", "-o", "-")
    fresh()
    first = invoke(*words, "--no-cache").stdout
    assert not (tmp_path / "symhdl").exists()
    assert invoke(*words).stdout == first
    count = json.loads(invoke("cache", "--json").stdout)["entries"]
    assert count > 0
    fresh()
    assert invoke(*words).stdout == first
    assert f"{count} approximations" in invoke("cache").stdout
    assert json.loads(invoke("cache", "--clear", "--json").stdout)["removed"] == count
    assert not list((tmp_path / "symhdl").iterdir())


def test_a_folder_of_others_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "symhdl").mkdir()
    (tmp_path / "symhdl").chmod(0o777)
    result = invoke("cache")
    assert result.exit_code == 1 and "others may change it" in result.stderr
    assert invoke("compile", "--expr", "exp(x)", "--range", "0:1", "--width", "8").exit_code == 0
    assert not list((tmp_path / "symhdl").iterdir())
