"""FPCore: cores that call cores, arrays as inputs and outputs, what is refused and in which words, limits."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from symhdl.sources.reading.reader import ReadOptions

import symhdl
from symhdl.errors import Source, SymhdlError, UsageError
from symhdl.ir.graph import Graph
from symhdl.numeric.limits import MAXIMUM_NESTING, MAXIMUM_TEXT_LENGTH
from symhdl.sources.fpcore.reader import READER
from symhdl.sources.fpcore.text import List, read_data
from symhdl.sources.reading.source import read_source
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


def test_cores_call_cores() -> None:
    assert outputs(read(THREE), x=2) == {"main": 9}
    assert outputs(read(THREE, select="next"), b=2) == {"next": 3}
    assert outputs(read(THREE, select="the square"), a=3) == {"square": 9}
    assert read(THREE).inputs[0].range is None


def test_several_outputs_share_inputs() -> None:
    graph = read("(FPCore (x y) (+ x y)) (FPCore d (y x) (- x y)) (FPCore (z) z)")
    assert inputs(graph) == ["x", "y", "z"]
    assert outputs(graph, x=5, y=3, z=1) == {"y0": 8, "d": 2, "y1": 1}


def test_an_output_is_called_like_no_input() -> None:
    assert list(read("(FPCore x (x) (* 2 x))").evaluate(x=1)) == ["x_out"]
    assert list(read("(FPCore (y) (* 2 y))").evaluate(y=1)) == ["y_out"]


def test_an_argument_that_is_not_used_stays_an_input() -> None:
    assert inputs(read("(FPCore ((! :precision binary32 x) y.re |p'*) y.re)")) == [
        "x",
        "y.re",
        "|p'*",
    ]


def test_definitions_are_cores_or_native() -> None:
    given = (
        "(FPCore power (a b) (pow a b)) (FPCore two () 2)",
        "inv(x) = 1/x; half(x) = x/2\nf(x, y) = x - y",
    )
    graph = read("(FPCore (x) (f (inv (power x (two))) (half x)))", *given)
    assert outputs(graph, x=4) == {"y": 1 / 16 - 2}
    assert "takes 2 arguments" in refusal("(FPCore (x) (f x))", *given)


def test_a_definition_may_stand_in_the_text_too() -> None:
    square = "(FPCore square (a) (* a a))"
    assert outputs(read(f"(FPCore (x) (square x)) {square}", square), x=3) == {"y": 9}
    assert "is defined twice" in refusal(
        f"(FPCore (x) (square x)) {square}", square.replace("*", "+")
    )


def test_a_core_called_like_an_operator_replaces_it_elsewhere() -> None:
    graph = read("(FPCore (x) (hypot x x)) (FPCore hypot (a b) (* 10 (hypot a b)))")
    assert outputs(graph, x=3)["y"] == pytest.approx(10 * 18**0.5)


def test_recursion_that_constants_end() -> None:
    fibonacci = "(FPCore fib (n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2))))) (FPCore (x) (* x (fib 60)))"
    assert outputs(read(fibonacci), x=1) == {"y": 1548008755920}
    parity = "(FPCore even (n) (if (== n 0) 1 (odd (- n 1)))) (FPCore odd (n) (if (== n 0) 0 (even (- n 1)))) "
    assert outputs(read(parity + "(FPCore (x) (+ x (even 40)))"), x=1) == {"y": 2}


MATRICES = """
    (FPCore multiply ((A n m) (B m k))
     (tensor ([row n] [column k])
      (for ([i m]) ([s 0 (+ s (* (ref A row i) (ref B i column)))]) s)))
    (FPCore square ((M 2 2)) :pre (<= (fabs (ref M 0 1)) 3) (multiply M M))
"""


def test_arrays_become_inputs_and_outputs() -> None:
    graph = read(MATRICES)
    names = ["M_0_0", "M_0_1", "M_1_0", "M_1_1"]
    assert inputs(graph) == names
    assert [d.range for d in graph.inputs] == [None, (Fraction(-3), Fraction(3)), None, None]
    found = outputs(graph, **dict(zip(names, (1, 2, 3, 4), strict=True)))
    assert found == {"square_0_0": 7, "square_0_1": 10, "square_1_0": 15, "square_1_1": 22}


def test_arrays_of_one_dimension() -> None:
    graph = read(
        "(FPCore ((! :precision binary64 v 3) k) (array k (ref v 2) (+ (size v 0) (dim v))))"
    )
    assert inputs(graph) == ["v_0", "v_1", "v_2", "k"]
    assert outputs(graph, v_0=1, v_1=2, v_2=3, k=4) == {"y_0": 4, "y_1": 3, "y_2": 4}


def test_constants_may_be_shadowed_with_a_warning() -> None:
    parsed, _ = read_source("(FPCore (E) (* E PI))", dialect="fpcore")
    assert parsed.graph.evaluate(E=0)["y"] == 0
    assert [told.id for told in parsed.warnings] == ["shadowed-constant"]


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("(# (+ 1 2))", 0),
        ("(for ([i 3]) ([k 0 (# (+ k 1))]) (* k x))", 0),
        ("(! :precision integer (/ 5 2))", 1),
        ("(+ (# (* x x)) (# x))", 1),
        ("(! :precision binary32 (/ x 3))", 0),
    ],
)
def test_integers_are_told(body: str, count: int) -> None:
    parsed, _ = read_source(f"(FPCore (x) {body})", dialect="fpcore")
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
    "twice": "(FPCore f (x x) (let ([y 1] [y 2]) y))",
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
    "shape": "(FPCore f ((v 2)) (ref v 0))\n(FPCore (x) (f (array x x x)))",
    "ragged": "(FPCore (x) (array x (array x x)))",
    "index": "(FPCore ((v 3)) (ref v 3))",
    "types": "(FPCore (x) (+ x (< x 1)))",
    "condition": "(FPCore (x) (if x 1 2))",
    "branches": "(FPCore (x) (if (< x 0) x (> x 1)))",
    "array-as-number": "(FPCore ((v 2)) (* 2 v))",
    "same-input": "(FPCore ((v 2) v_1) v_1)",
    "exponent": "(FPCore (x) (+ 1e99999 (digits 1 99999 10)))",
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


def test_many_arguments() -> None:
    names = [f"x{i}" for i in range(1000)]
    conditions = " ".join(f"(<= {i} {name} {i + 1})" for i, name in enumerate(names))
    graph = read(f"(FPCore ({' '.join(names)}) :pre (and {conditions}) (fmax x0 x999))")
    assert graph.inputs[7].range == (Fraction(7), Fraction(8))


@pytest.mark.parametrize(
    "body",
    [
        "(for ([i 5000]) ([a x (for ([j 5000]) ([b a (* b 1/2)]) b)]) a)",
        "(let ([v (array x x)]) (for* ([i 100]) ([v v (array v v)]) (ref v 0)))",
        "(for* ([i 4000]) ([v (tensor ([k 900]) x) (if (< x i) v (tensor ([k 900]) i))]) (ref v 0))",
        "(for ([i 9] [j 99] [k 999]) ([s x (+ s 1)]) s)",
    ],
)
def test_loops_have_a_limit(body: str) -> None:
    told = refusal(f"(FPCore (x) {body})")
    assert "unrolled" in told or "dimensions" in told


def test_texts_have_a_limit() -> None:
    told = refusal("(FPCore (x) x) ;" + " " * MAXIMUM_TEXT_LENGTH)
    assert "characters" in told


def test_constants_stay_exact_and_small() -> None:
    graph = read("(FPCore (x) (for ([i 200]) ([p 1/3 (+ (* p p) 1/7)]) (* p x)))")
    assert all(node.value is None or node.value.numerator < 10**1300 for node in graph.nodes)
    assert float(graph.evaluate(digits=20, x=Fraction(1))) == pytest.approx(0.17267, abs=1e-5)


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "cores.fpcore"
    path.write_text(THREE, encoding="utf-8")
    assert outputs(symhdl.parse(path), x=1) == {"main": 4}
