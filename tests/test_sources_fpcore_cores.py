"""FPCore: cores that call cores, arrays as inputs and outputs, what is refused and in which words, limits."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

import symhdl
from symhdl.errors import Source, SymhdlError, UsageError
from symhdl.ir.graph import Graph
from symhdl.numeric.limits import MAXIMUM_NESTING, MAXIMUM_TEXT_LENGTH
from symhdl.sources.fpcore import arithmetic
from symhdl.sources.fpcore.reader import READER
from symhdl.sources.fpcore.text import List, read_data
from symhdl.sources.reading.reader import ReadOptions
from symhdl.sources.reading.source import read_source
from tests.rows import each_row
from tests.work import lines_run


def read(text: str, *functions: str, select: str = "best") -> Graph:
    return symhdl.parse(text, "fpcore", functions, select=select)


def outputs(graph: Graph, **values: float) -> dict[str, float]:
    return {name: float(v) for name, v in graph.evaluate(**values).items()}  # type: ignore[arg-type]


def inputs(graph: Graph) -> list[str]:
    return [declared.name for declared in graph.inputs]


def refusal(text: str, *functions: str, select: str = "best") -> str:
    with pytest.raises(SymhdlError) as caught:
        read(text, *functions, select=select)
    return str(caught.value)


THREE = """
    ; the first one calls both others, which follow
    (FPCore main (x) :cite (a b) (square (next x)))
    (FPCore square (a) :name "the square" :spec (pow a 2) (* a a))
    (FPCore next (b) :pre (< 0 b 5) :alt (! :herbie-platform c (- b -1)) (+ b 1))
"""


@each_row(
    ("text", "select", "values", "wanted"),
    [
        (THREE, "best", {"x": 2}, {"main": 9}),
        (THREE, "next", {"b": 2}, {"next": 3}),
        (THREE, "the square", {"a": 3}, {"square": 9}),
        (
            "(FPCore (x y) (+ x y)) (FPCore d (y x) (- x y)) (FPCore (z) z)",
            "all", {"x": 5, "y": 3, "z": 1}, {"y0": 8, "d": 2, "y1": 1},
        ),
        # An output is called like no input, and an argument that is not used is one.
        ("(FPCore x (x y.re) (* 2 x))", "best", {"x": 1, "y.re": 0}, {"x_out": 2}),
        ("(FPCore ((! :precision binary32 y) |p'*) y)", "best", {"y": 1, "|p'*": 0}, {"y_out": 1}),
        # A core called like an operator replaces it elsewhere.
        (
            "(FPCore (x) (hypot x 4)) (FPCore hypot (a b) (* 10 (hypot a b)))",
            "best", {"x": 3}, {"y": 50},
        ),
        # A binding is no call.
        ("(FPCore (x) (let* ([s (* 2 x)]) s)) (FPCore s (x) x)", "best", {"x": 3}, {"y": 6, "s": 3}),
        # Constants end these.
        (
            "(FPCore fib (n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2))))) (FPCore (x) (* x (fib 60)))",
            "best", {"x": 1}, {"y": 1548008755920},
        ),
        (
            "(FPCore even (n) (if (== n 0) 1 (odd (- n 1)))) (FPCore odd (n) (if (== n 0) 0 (even (- n 1))))"
            "(FPCore (x) (+ x (even 40)))",
            "best", {"x": 1}, {"y": 2},
        ),
    ],
)  # fmt: skip
def test_cores(text: str, select: str, values: dict[str, float], wanted: dict[str, float]) -> None:
    graph = read(text, select=select)
    assert sorted(inputs(graph)) == sorted(values)
    assert outputs(graph, **values) == wanted


def test_definitions_are_cores_or_native() -> None:
    given = (
        "(FPCore power (a b) (pow a b)) (FPCore two () 2)",
        "inv(x) = 1/x; half(x) = x/2\nf(x, y) = x - y",
    )
    graph = read("(FPCore (x) (f (inv (power x (two))) (half x)))", *given)
    assert outputs(graph, x=4) == {"y": 1 / 16 - 2}
    assert "`f` takes 2, and here are 1" in refusal("(FPCore (x) (f x))", *given)


def test_a_definition_may_stand_in_the_text_too() -> None:
    square = "(FPCore square (a) (* a a))"
    assert outputs(read(f"(FPCore (x) (square x)) {square}", square), x=3) == {"y": 9}
    assert "is defined twice" in refusal(
        f"(FPCore (x) (square x)) {square}", square.replace("*", "+")
    )


ARRAYS = """
    (FPCore row ((v 2) k) (array (* k (ref v 0)) (ref v 1)))
    (FPCore square ((M 2 2)) :pre (<= (fabs (ref M 0 1)) 3) (array (row (ref M 0) 5) (ref M 1 0)))
"""


def test_arrays_become_inputs_and_outputs() -> None:
    graph = read(ARRAYS)
    names = ["M_0_0", "M_0_1", "M_1_0", "M_1_1"]
    assert inputs(graph) == names
    assert [d.range for d in graph.inputs] == [None, (Fraction(-3), Fraction(3)), None, None]
    found = outputs(graph, **dict(zip(names, (1, 2, 3, 4), strict=True)))
    assert found == {"square_0_0": 5, "square_0_1": 2, "square_1": 3}


@pytest.mark.parametrize(
    ("core", "count"),
    [
        ("(x) (+ (# (* x x)) (# x))", 1),
        ("(x) (! :precision integer (/ x 2))", 1),
        ("(x) :precision integer x", 1),
        ("(x) :precision binary64 (! :precision binary32 (/ x 3))", 0),
    ],
)
def test_integers_are_told(core: str, count: int) -> None:
    parsed, _ = read_source(f"(FPCore {core})", dialect="fpcore")
    assert [told.id for told in parsed.warnings] == ["integer-precision"] * count


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("(FPCore (x) x)", 1),
        (" ; a ( comment\n\n;; [another\n [FPCore f (x) x]", 1),
        ("(FPCores (x) x)", 0),
        ("FPCore (x) x", 0),
        ("x + y", 0),
        ("; only a comment" * 10_000, 0),
    ],
)
def test_detection(text: str, wanted: float) -> None:
    assert READER.detect(Source("<text>", text)) == wanted
    assert READER.detect(Source("a.fpcore", text)) >= 0.9


def test_strings_and_brackets() -> None:
    (form,) = read_data(Source("<text>", r'(a "b\"\\ (;" [c {d}] ) ; ("'))
    assert isinstance(form, List)
    assert [getattr(item, "text", "") for item in form.items] == ["a", r'b"\ (;', ""]
    assert (form.span.start, form.span.end) == (0, 23)


REFUSED = {
    "closing": "(FPCore (x) (+ x 1)))",
    "never-closed": "(FPCore (x)\n  (+ x (sin x)",
    "crossed": "(FPCore (x) (let ([y x)] y))",
    "string": '(FPCore (x) :name "one x)',
    "several": "(FPCore (x)\n  (+ (sinus x) (sin x 2) z (let ([t]) t)\n     3/0 -x (2 x) () (sqrt) (abs x)))",
    "no-core": "(lambda (x) x)",
    "no-arguments": "(FPCore f)",
    "no-body": "(FPCore (x) :name \"f\")",
    "bodies": "(FPCore (x) x (+ x 1))",
    "twice": "(FPCore f (x x) x)",
    "bound-twice": "(FPCore f (x) (let ([y 1] [y 2]) y))",
    "cores-twice": "(FPCore f (x) x)\n(FPCore f (y) y)",
    "gamma": "(FPCore (x) (+ (tgamma x) (lgamma x)))",
    "infinity": "(FPCore (x) (if (< x 0) (- INFINITY) x))",
    "data-loop": "(FPCore (x n) (while (< i n) ([i 0 (+ i 1)] [s x (* s x)]) s))",
    "data-count": "(FPCore (x n) (for ([i n]) ([s x (* s x)]) s))",
    "data-index": "(FPCore ((v 3) k) (ref v k))",
    "endless": "(FPCore (x) (while TRUE ([s x (* s x)]) s))",
    "undecided": "(FPCore (x) (while (< (sin k) (cos (- (/ PI 2) k))) ([k 1 (+ k 1)]) x))",
    "recursion": "(FPCore f (x) (if (< x 0) x (f (- x 1))))",
    "all-called": "(FPCore f (x) (g x))\n(FPCore g (x) (f x))",
    "sizes": "(FPCore ((v n)) (ref v 0))",
    "tensor": "(FPCore ((v 2)) (tensor ([i (size v 0)]) (* 2 (ref v i))))",
    "digits": "(FPCore (x) (* x (digits 5 -1 2)))",
    "choice-of-arrays": "(FPCore (x) (if (< x 0) (array x 1) (array 1 x)))",
    "index": "(FPCore ((v 3)) (ref v 3))",
    "types": "(FPCore (x) (+ x (< x 1)))",
    "condition": "(FPCore (x) (if x 1 2))",
    "branches": "(FPCore (x) (if (< x 0) x (> x 1)))",
    "array-as-number": "(FPCore ((v 2)) (* 2 v))",
    "same-input": "(FPCore ((v 2) v_1) v_1)",
    "exponent": "(FPCore (x) (+ 1e99999 x))",
    "contradiction": "(FPCore (x) :pre (and (< x 1) (< 2 x)) x)",
    "precondition": "(FPCore (x) :pre (+ x 1) x)",
    "unknown-in-precondition": "(FPCore (x) :pre (< 0 y 1) x)",
}  # fmt: skip


def test_refusals(golden: Callable[[str, str], None]) -> None:
    told = [f"=== {name}\n{refusal(text)}\n" for name, text in REFUSED.items()]
    golden("diagnostics/fpcore.txt", "\n".join(told))


def test_a_mistake_in_a_core_that_is_not_wanted() -> None:
    text = "(FPCore good (x) (* x x)) (FPCore bad (x) (tgamma x))"
    assert outputs(read(text, select="good"), x=3) == {"good": 9}
    assert "`tgamma`" in refusal(text)


def test_selection_of_what_is_not_there() -> None:
    with pytest.raises(UsageError, match="did you mean `square`"):
        read(THREE, select="sqare")


def test_no_more_than_a_few_mistakes_are_told() -> None:
    text = f"(FPCore (x) (+ {'(sinus y) ' * 5000}))"
    with pytest.raises(SymhdlError) as caught:
        read(text)
    assert len(caught.value.diagnostics) == 20


# --- Size -----------------------------------------------------------------------------------------


def test_nesting_has_a_limit() -> None:
    deep = MAXIMUM_NESTING - 1
    text = f"(FPCore (x) {'(sin ' * deep}x{')' * deep})"
    assert len(read(text).nodes) == deep + 1
    assert "brackets are open" in refusal(f"(FPCore (x) {'(sin ' * 100_000}x{')' * 100_000})")


def test_long_chains() -> None:
    bindings = " ".join(f"[x{i + 1} (* 0.5 (sin x{i}))]" for i in range(2000))
    assert len(read(f"(FPCore (x0) (let* ({bindings}) x2000))").nodes) == 4002
    nested = "".join(f"(let ([x{i + 1} (* x{i} x{i})]) " for i in range(900))
    assert len(read(f"(FPCore (x0) {nested}x900{')' * 900})").nodes) == 901


def test_reading_is_linear() -> None:
    def work(count: int) -> int:
        terms = " ".join(f"(let ([t (* x {i}/7)]) (fmin t (pow y {i % 5})))" for i in range(count))
        source = Source("<text>", f"(FPCore (x y) :pre (< 0 x y 1) (+ {terms}))")
        return lines_run(lambda: READER.read(source, ReadOptions()))

    work(1)  # what is made once
    assert work(400) < 5 * work(100)


@pytest.mark.parametrize(
    "body",
    [
        "(for ([i 5000]) ([a x (for ([j 5000]) ([b a (* b 1/2)]) b)]) a)",
        "(let ([v (array x x)]) (for* ([i 100]) ([v v (array v v)]) (ref v 0)))",
        "(for ([i 5000]) ([v x (array v)]) v)",
        "(for ([i 9] [j 99] [k 999]) ([s x (+ s 1)]) s)",
        "(while (> (sin (exp k)) 1e-4) ([k 1 (* (sin k) 0.999)]) x)",
    ],
)
def test_loops_have_a_limit(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arithmetic, "MAXIMUM_UNROLLED", 10_000)
    told = refusal(f"(FPCore (x) {body})")
    assert "unrolled" in told or "dimensions" in told


def test_texts_have_a_limit() -> None:
    told = refusal("(FPCore (x) x) ;" + " " * MAXIMUM_TEXT_LENGTH)
    assert "characters" in told


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "cores.fpcore"
    path.write_text(THREE, encoding="utf-8")
    assert outputs(symhdl.parse(path), x=1) == {"main": 4}
