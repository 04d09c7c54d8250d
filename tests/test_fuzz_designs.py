"""Random programs keep what is promised of them; and the fuzzer sees it where they do not."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from fractions import Fraction

import pytest
from msgspec import structs
from symhdl.backends.verilog import verilog_text

from symhdl.compiled import CompiledDesign
from symhdl.errors import Source
from symhdl.evaluate import evaluate_exactly
from symhdl.ir.datapath import Datapath
from symhdl.sources.reading.source import read_source
from tests.fuzz_designs import Job, fuzzed, jobs_of, options_of, repeated
from tests.fuzzing import check
from tests.fuzzing.draft import SMOOTH
from tests.fuzzing.families import FAMILIES
from tests.fuzzing.generate import generated
from tests.fuzzing.language import SPELLINGS, VARIADIC, command_line, source_text
from tests.fuzzing.points import point_of
from tests.fuzzing.program import Format, Input, Node, Output, Program
from tests.fuzzing.shrink import shrunk
from tests.fuzzing.truth import Nothing, Truth, float_of, is_number
from tests.fuzzing.workers import Limits, done
from tests.rows import each_row

SEED = 20_261
COUNT = 30


def test_random_programs() -> None:
    jobs = [Job(SEED, number, None, 0.0) for number in range(COUNT)]
    summary = fuzzed(jobs, 1)
    for found in summary.findings.values():
        for job, program, finding in found:
            print(finding.kind, finding.detail, command_line(program), repeated(job), sep="\n    ")
    assert not summary.findings
    assert summary.outcomes["compiled", "", ""] > COUNT / 2


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_many_random_programs(part: int) -> None:
    summary = fuzzed([Job(part, number, None, 0.06) for number in range(500)], 2)
    assert not summary.findings, [entry[0] for entry in summary.findings.values()]


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_programs_mean_what_their_text_says(family: str) -> None:
    """The fuzzer's own evaluation of its nodes and the library's of the text agree where both have a value."""
    agreed = 0
    for number in range(6):
        program = generated(3, number, family)
        plain = tuple(replace(entry, style="format") for entry in program.inputs)
        parsed, _ = read_source(
            Source("fuzzed", source_text(replace(program, inputs=plain))),
            dialect="native",
            inputs=[entry.name for entry in program.inputs],
        )
        truth = Truth(program)
        for ends in ("low", "high"):
            point = point_of(program, [getattr(entry, ends) for entry in program.inputs])
            theirs = evaluate_exactly(parsed.graph, point, 40)
            for output, value in zip(program.outputs, truth.outputs(point), strict=True):
                other = theirs[output.name]
                if not is_number(value) or other is None or not other.is_finite():
                    continue
                agreed += 1
                wanted = float(other.mid())
                assert math.isclose(float_of(value), wanted, rel_tol=1e-12, abs_tol=1e-12)
    assert agreed


def one(kind: str, *operands: str | float, width: int = 8) -> Program:
    """A program of one operation on the input x and constants."""
    x = Input(
        "x", Format(True, width, width - 3), -(1 << width - 1), (1 << width - 1) - 1, "format"
    )
    nodes = [Node("input", name="x")]
    places = []
    for operand in operands:
        if isinstance(operand, str):
            places.append(0)
        else:
            places.append(len(nodes))
            nodes.append(Node("constant", value=Fraction(operand)))
    nodes.append(Node(kind, tuple(places)))
    return Program("one", (x,), tuple(nodes), (Output("out", len(nodes) - 1),))


@each_row(
    ("kind", "others", "x", "expected"),
    [
        ("mod", (-2,), Fraction(3), Fraction(-1)),
        ("round", (), Fraction(-5, 2), Fraction(-2)),
        ("cbrt", (), Fraction(-1), -1),
        ("pow", (0,), Fraction(0), 1),
        ("pow", (-1,), Fraction(0), Nothing.UNDEFINED),
        ("pow", (Fraction(1, 2),), Fraction(-1), Nothing.UNDEFINED),
        ("log", (), Fraction(0), Nothing.UNDEFINED),
        ("asin", (), Fraction(1), math.pi / 2),
        ("atan2", (0,), Fraction(0), Nothing.UNDEFINED),
        ("argmax", (1, 1), Fraction(0), 1),
        ("sinc", (), Fraction(0), 1),
        ("atanh", (), Fraction(1), Nothing.UNDEFINED),
    ],
)
def test_operations_mean_what_readme_says(
    kind: str, others: tuple[float, ...], x: Fraction, expected: float | Nothing
) -> None:
    (value,) = Truth(one(kind, "x", *others)).outputs({"x": x})
    if isinstance(expected, Nothing):
        assert value is expected
    else:
        assert float_of(value) == float(expected)


def test_what_decides_is_enough() -> None:
    """`if`, `and` and `or` need no value of what they do not look at."""
    guard = one("log", "x")
    nodes = (*guard.nodes, Node("constant"), Node("less", (2, 0)), Node("less", (1, 2)))
    for kind, operands, expected in (
        ("if", (3, 1, 2), 0),
        ("and", (3, 4), 0),
        ("or", (4, 3), None),
    ):
        program = replace(
            guard, nodes=(*nodes, Node(kind, operands)), outputs=(Output("out", len(nodes)),)
        )
        (value,) = Truth(program).outputs({"x": Fraction(-1)})
        assert value is Nothing.UNDEFINED if expected is None else value == expected


def test_equality_is_presumed_after_many_digits_only() -> None:
    nodes = (Node("input", name="x"), Node("exp", (0,)), Node("log", (1,)))
    program = Program(
        "one", one("neg", "x").inputs, (*nodes, Node("greater", (2, 0))), (Output("out", 3),)
    )
    truth = Truth(program)
    assert truth.outputs({"x": Fraction(0)}) == [0] and truth.presumed == 0
    assert truth.outputs({"x": Fraction(1)}) == [0] and truth.presumed == 1
    nodes = (Node("input", name="x"), Node("exp", (0,)), Node("constant", value=Fraction(1)))
    program = replace(program, nodes=(*nodes, Node("greater", (1, 2))))
    truth = Truth(program)
    assert truth.outputs({"x": Fraction(1, 10**50)}) == [1] and truth.presumed == 0


def test_every_function_of_the_language_occurs() -> None:
    """The families draw from the whole table."""
    kinds = {
        node.kind
        for family in FAMILIES
        for number in range(60)
        for node in generated(1, number, family).nodes
    }
    assert {*SPELLINGS, *VARIADIC} <= kinds


def with_bounds(design: CompiledDesign, **bounds: float) -> CompiledDesign:
    """The design with other bounds of its outputs, on both of its levels."""

    def bounded(datapath: Datapath) -> Datapath:
        outputs = tuple(replace(port, **bounds) for port in datapath.outputs)  # type: ignore[arg-type]
        return replace(datapath, outputs=outputs)

    operators, datapath = map(bounded, (design.operators, design.datapath))
    return replace(design, operators=operators, datapath=datapath)


def found_kinds(
    monkeypatch: pytest.MonkeyPatch, program: Program, design: CompiledDesign
) -> set[str]:
    monkeypatch.setattr(check, "compiled", lambda _: design)
    return {finding.kind for finding in check.checked(program, "seed").findings}


def test_broken_promises_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    program = one("sin", "x")
    design, other = check.compiled(program), check.compiled(one("cos", "x"))
    assert found_kinds(monkeypatch, program, design) == set()
    assert found_kinds(monkeypatch, program, with_bounds(design, error_bound=1e-9)) == {
        "bound-broken"
    }
    assert found_kinds(monkeypatch, program, with_bounds(design, error_bound=1.0)) == {
        "goal-missed"
    }
    cell = design.datapath.cells[-1]
    cells = (*design.datapath.cells[:-1], structs.replace(cell, maximum=cell.maximum // 2))
    narrow = replace(design, datapath=replace(design.datapath, cells=cells))
    assert "cell-out-of-range" in found_kinds(monkeypatch, program, narrow)
    told = with_bounds(design, error_bound_real_inputs=1e-9)
    assert found_kinds(monkeypatch, program, told) == {"real-bound-broken"}
    unlike = replace(design, operators=other.operators)
    # Such a design is not read back either: the ports of its levels differ.
    assert found_kinds(monkeypatch, program, unlike) == {"levels-differ", "refused"}
    assert found_kinds(monkeypatch, one("cos", "x"), design) == {
        "bound-broken",
        "real-bound-broken",
    }
    assert found_kinds(monkeypatch, one("sqrt", "x"), design) >= {"undefined"}


def test_refusals_need_a_reason() -> None:
    refused = check.checked(one("log", "x"), "seed")
    assert (refused.outcome, refused.ids, refused.reason) == (
        "refused", ("domain",), "undefined point",
    )  # fmt: skip
    assert not refused.findings
    told = check.checked(
        replace(one("neg", "x"), family="?", nodes=(Node("constant"),) * 2), "seed"
    )
    assert told.outcome == "compiled" and not told.findings


def test_engines_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    engines = pytest.importorskip("tests.fuzzing.engines")
    program = one("sin", "x")
    report = check.checked(program, "seed", engines={"icarus": engines.icarus})
    assert not report.findings and report.engines == ("icarus",)
    other = check.compiled(one("cos", "x"))
    monkeypatch.setattr(engines, "verilog_text", lambda _: verilog_text(other.datapath))
    report = check.checked(program, "seed", engines={"icarus": engines.icarus})
    assert [finding.kind for finding in report.findings] == ["engine-icarus"]


def test_shrinking_keeps_the_finding() -> None:
    program = generated(1, 0, "graphs")
    kind = next(node.kind for node in program.nodes if node.kind in SMOOTH)

    def fails(candidate: Program) -> bool:
        return any(node.kind == kind for node in candidate.nodes)

    assert fails(program)
    smallest = list(shrunk(program, fails))[-1]
    assert fails(smallest) and len(smallest.nodes) == 2 and len(smallest.outputs) == 1


def _job(number: int) -> int:
    while number == 2:
        time.process_time()
    return number * number


def test_a_job_without_end_is_ended() -> None:
    assert dict(done(_job, range(5), 2, Limits(seconds=0.2))) == {0: 0, 1: 1, 2: None, 3: 9, 4: 16}


def test_the_same_seed_gives_the_same_program() -> None:
    assert generated(7, 3) == generated(7, 3) != generated(7, 4)
    options = options_of(["--seed", "7", "--start", "3", "--count", "2", "--family", "edges"])
    assert [job.number for job in jobs_of(options)] == [3, 4]
    assert generated(7, 3, "edges").family == "edges"
