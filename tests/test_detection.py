"""Without --dialect the text decides: who claims what, the table of confusions, and doubts that are told."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

import symhdl
from symhdl.errors import Source, SymhdlError
from symhdl.evaluate import evaluate_graph
from symhdl.functions.operation import FUNCTION_NAMES
from symhdl.ir.graph import Graph
from symhdl.sources.c.reader import READER as C
from symhdl.sources.native import READER as NATIVE
from symhdl.sources.pysr.reader import READER as PYSR
from symhdl.sources.pysr.reader import PysrReader
from symhdl.sources.python.reader import READER as PYTHON
from symhdl.sources.reading.alike import surely_alike
from symhdl.sources.reading.detection import claims
from symhdl.sources.reading.reader import Reader, Reading, ReadOptions
from symhdl.sources.reading.registry import reader_names
from symhdl.sources.reading.source import read_source
from tests.dialect_examples import EXAMPLES
from tests.rows import each_row
from tests.source_corpus import EXCEPTIONS, Record, disagreement, graph_of, records

SEED = 20_263
SHORTEST = 13  # characters; below, a text says too little of where it comes from


def test_every_dialect_has_examples() -> None:
    assert set(EXAMPLES) == set(reader_names())


@each_row("dialect", EXAMPLES)
def test_examples_are_read_by_their_reader(dialect: str) -> None:
    for text in EXAMPLES[dialect]:
        graph = symhdl.parse(text, dialect)
        assert graph.outputs


def test_table_of_confusions(golden: Callable[[str, str], None]) -> None:
    """For every dialect which reader is surest of its examples, and how sure."""
    lines = []
    for dialect, texts in EXAMPLES.items():
        for text in texts:
            first = text.split("\n", 1)[0][:40]
            told = ", ".join(
                f"{claim.reader.name} {claim.confidence:g}" for claim in claims(Source("-", text))
            )
            lines.append(f"{dialect:13}| {first:40} | {told}\n")
    golden("dialects/confusions.txt", "".join(lines))


@pytest.mark.parametrize(
    "text, reader, confidence",
    [
        ("y = a if b else c", PYTHON, 0.4),
        ("y = a if b if c if  d else e", PYTHON, 0.4),
        ("y = a if b\nelse c", PYTHON, 0.1),
        ("y = if a < b then a else b", PYTHON, 0.1),
        ("f = lambda x: x", PYTHON, 0.95),
        ("lambda lambda u, v: u", PYTHON, 0.95),
        ("return return a + b;", C, 0.95),
        ("return a\n+ b", C, 0.1),
    ],
)
def test_marks_of_python_and_c(text: str, reader: Reader, confidence: float) -> None:
    assert reader.detect(Source("-", text)) == confidence


def doubtful_or_right(record: Record) -> str:
    """`right`, `told` if the values are others but a warning says so, else what is wrong."""
    parsed, _ = read_source(
        record["text"],
        define=[*(record.get("functions") or ()), *(record.get("requires") or ())],
        inputs=list(record["variables"]),
    )
    problem = disagreement(parsed.graph, record)
    if not problem:
        return "right"
    return "told" if any(warning.id == "dialect" for warning in parsed.warnings) else problem


def is_telling(record: Record) -> bool:
    """Whether two readers find different values."""
    graphs: list[Graph] = []
    for dialect in reader_names():
        try:
            graphs.append(graph_of(record, dialect))
        except SymhdlError:
            continue
    right = [not disagreement(graph, record) for graph in graphs]
    return any(right) and not all(right)


def check(some: list[Record]) -> None:
    count, outcomes, wrong = 0, Counter[str](), []
    for record in some:
        if not is_telling(record):
            continue
        count += 1
        try:
            outcome = doubtful_or_right(record)
        except SymhdlError as problem:
            outcome = problem.diagnostics[0].message
        outcomes[outcome] += outcome in ("right", "told")
        if outcome != "right":
            wrong.append((record["id"], record["subdialect"], record["text"][:100], outcome))
    print(f"{count} records differ between dialects: {outcomes}")
    for entry in wrong:
        print(*entry, sep=" | ")
    assert count > 10
    assert outcomes["right"] >= 0.99 * count - 1
    assert sum(outcomes.values()) >= 0.99 * count - 1


def long_records(shared: Path) -> list[Record]:
    return [
        record
        for record in records(shared / "corpora")
        if record["check"]["class"] == "ok" and record["id"] not in EXCEPTIONS
        if len(record["text"]) >= SHORTEST
    ]


def test_real_texts_find_their_dialect(shared: Path) -> None:
    print(f"seed {SEED}")
    check(random.Random(SEED).sample(long_records(shared), 100))  # noqa: S311 - no secret


@pytest.mark.slow
def test_all_real_texts_find_their_dialect(shared: Path) -> None:
    check(long_records(shared))


def test_a_doubt_is_told() -> None:
    parsed, _ = read_source("-2 ^ x + y")
    (told,) = [warning for warning in parsed.warnings if warning.id == "dialect"]
    assert told.help == "say which it is: --dialect native or --dialect pysr"
    assert "as `native`" in told.notes[0] and "as `pysr`" in told.notes[0]
    sure, _ = read_source("-2 ^ x + y", dialect="native")
    assert not sure.warnings


def test_a_tie_of_rounding_is_a_doubt() -> None:
    parsed, _ = read_source("relu(round(x)) * 70000")
    (told,) = [warning for warning in parsed.warnings if warning.id == "dialect"]
    assert told.notes[0].startswith("at x = 0.5")


def test_parse_tells_its_doubts() -> None:
    with pytest.warns(symhdl.SymhdlWarning, match="other values in another dialect"):
        symhdl.parse("-2 ^ x + y")


def test_a_plain_text_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []
    read = type(PYSR).read

    def noted(self: PysrReader, source: Source, options: ReadOptions) -> Reading:
        texts.append(source.text)
        return read(self, source, options)

    monkeypatch.setattr(PysrReader, "read", noted)
    plain = (
        "y = 0.5*x0^2 - sin(x1)*x2\nz = max(x0, x1)/3",
        "y = log(x0 + max(x1, 2))*atan(x2)",
        "y = if x0 < x1 then x0*x1 else x1",
    )
    for text in (*plain, "round(x) + y", "-2 ^ x + y"):
        read_source(text)
    assert texts == ["round(x) + y", "-2 ^ x + y"]
    read_source("x + g(y)", define=["g(x) = 1/x"])
    assert len(texts) == 3, "definitions are of a dialect, too"


@pytest.mark.parametrize(
    "text, is_sure",
    [
        ("log(x)", True),
        ("log(max(2, x)) + max(log(x), y)", True),
        ("log(2, x)", False),
        ("max(log((2), x), y)", False),
        ("x*log", False),
        ("log(x", False),
        ("one(x)", False),
    ],
)
def test_own_words_of_a_dialect_are_those_of_its_definitions(text: str, is_sure: bool) -> None:
    assert surely_alike(NATIVE, PYSR, Source("-", text), ReadOptions()) == is_sure


PIECES = (
    *sorted(FUNCTION_NAMES), "x0", "x1", "e", "pi", "one", "less", "2", "-2", "0.5", "1e2", "3x", "1f0", ".5", "x", "i",
    "(", ")", "(x1)", "(x0, x1)", "(x0, x1, 2)", "+", "-", "*", "/", "^", "**", "- ", " ", "==", "<", "\n", "y = ",
    ", ", "#", ";", "if ", " and ",
)  # fmt: skip


def test_what_is_surely_alike_has_equal_values() -> None:
    number = random.Random(SEED)  # noqa: S311 - no secret
    texts = {"".join(number.choices(PIECES, k=number.randrange(1, 9))) for _ in range(8_000)}
    compared = 0
    for text in sorted(texts):
        source, options = Source("text", text), ReadOptions()
        if not surely_alike(NATIVE, PYSR, source, options):
            continue
        try:
            one, other = (r.read(source, options).parsed.graph for r in (NATIVE, PYSR))
        except SymhdlError:
            continue
        compared += 1
        assert [o.name for o in one.outputs] == [o.name for o in other.outputs]
        point = {d.name: 0.3 + k / 7 for k, d in enumerate((*one.inputs, *other.inputs))}
        assert evaluate_graph(one, point, None) == pytest.approx(
            evaluate_graph(other, point, None), rel=1e-12, nan_ok=True
        ), text
    assert compared > 300
