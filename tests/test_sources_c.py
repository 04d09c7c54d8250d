"""C as it is pasted: what it means is compared with the compiler of the system."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import symhdl
from symhdl.ir.graph import Graph
from symhdl.parsed import Parsed
from tests.rows import each_row

from . import imperative_texts
from .c_programs import body, expression, point

VALUES: dict[str, Any] = {"x": 1.75, "y": -2.5, "a": 3.0, "b": -4.0, "n": 7.0, "m": -3.0}


def parsed(text: str, select: str = "best") -> Parsed:
    return imperative_texts.parsed(text, "c", select)


def graph(text: str) -> Graph:
    return parsed(text).graph


@each_row(
    ("text", "value"),
    [
        ("(a + 2.0f * b)/sqrtf(4.0f)", -2.5),
        ("float y1 = a*b + 3.0f;", -9),
        ("r = a; r += b; r *= 2", -2),
        ("r = a; r++; --r; ++r;", 4),
        ("x > 0 ? y > 0 ? 1 : 2 : 3", 2),
        ("!(x > 2) * 5.0", 5),
        ("/* a note */ a + // another\n b", -1),
        ("1/2.0 + 1.0/2", 1),
        ("rint(y) + nearbyint(3.5) + lrint(0.5)", 2),
        ("trunc(y) + (int)y + (int) 1.9", -3),
        ("int(2.7) + float(3)", 5),
        ("static_cast<int>(2.7) + static_cast<unsigned int>(1.2)", 3),
        ("std::max(a, b) + hls::sqrt(4) + fminf(a, b)", 1),
        ("powf(a, 2) + exp2(3) + cbrt(8.0) + hypot(3, 4)", 24),
        ("0x10 + 010 + 0b11 + 0x1.8p1 + 00", 30),
        ("1e3f + .5L + 2.f + 3u + 4UL + 5ll", 1014.5),
        ("cos(M_PI) + log(M_E) + M_SQRT2*M_SQRT2 + 4*M_PI_4/M_PI", 3),
        ("int n; double r = n / 2 + n % 4;", 6),
        ("uint8_t k = 300; r = k;", 44),
        ("int8_t k = 200; r = k;", -56),
        ("uint8_t k = n*100; r = k;", 700 % 256),
        ("float c[3] = {1, 2.5, a}; r = c[0] + c[1]*c[2];", 8.5),
        ("float c[] = {1, 2, 3, 4}; r = 0; for (int i = 0; i < 4; i++) r = r*x + c[i];", 20.734375),
        ("float c[2][2] = {{1, 2}, {3}}; r = c[1][0]*10 + c[1][1] + c[0][1];", 32),
        ("r = 0; for (i = 0; i < 10; i += 3) r += i;", 18),
        ("#define M N + 1\n#define N 3\nr = M*2", 5),
        ("r = 0; i = 0; while (i < 4) { i++; r += i; }", 10),
        ("typedef float real; real r = a;", 3),
        ("typedef ap_fixed<16, 6> data_t; data_t r = a;", 3),
        ("#include <math.h>\nusing namespace std;\nfloat r = sin(0);", 0),
        ("float r = a\n    * b;", -12),
        ("float f(float x) { if (x < 0) return 0; x += 1; if (x > 2) { return 10*x; } return x; }", 27.5),
        ("float g(float v) { return v*v; } float f(float x) { return g(x) + g(2); }", 7.0625),
        ("inline float g(float v); float f(float x) { return g(x); } float g(float v) { return v+1; }", 2.75),
        ("static const float K = 2.5f; float f(float x) { return K*x; }", 4.375),
        ("float f(float x) { float t = 1; { float t = x; t *= 2; } return t; }", 1),
        ("int f(int n) { int r = 1; for (int i = 2; i <= 4; ++i) r *= i; return r + n; }", 31),
        ("int fact(int k) { return k <= 1 ? 1 : k*fact(k - 1); } int f(int n) { return fact(5) + n; }", 127),
        ("void g(float w[2]) { w[0] = 9; } float f(float x) { float w[2] = {x, 1}; g(w); return w[0] + w[1]; }", 10),
        ("float f(float x) { for (int i = 0; i < 3; i++) { if (x > 3) return i; x *= 2; } return -1; }", 1),
        ("float f(float x, float y) { bool both = x > 0 && y > 0; return both ? 1 : 2.5; }", 2.5),
        ("float f(const float v[2], float x) { return v[0] + 2*v[1] + x; }", 10.75),
        ("float f(float *v, float x) { return v[0] + 2*v[1] + x; }", 10.75),
        ("float f(float x) { float c[2] = {1, 2}; if (x > 0) c[0] = x; return c[0]*c[1]; }", 3.5),
        ("float f(float x) { float c[2][2] = {{1, 2}, {3, 4}}; c[1][0] = x; return c[1][0] + c[1][1]; }", 5.75),
        ("float f(float x, float y) { if (x > 0) { if (y > 0) return 1; } else if (y > 1) return 2; return 3; }", 3),
        ("float f(float x, float y) { if (x > 0) { if (y > 0) return 1; } return INT8_MAX; }", 127),
    ],
)  # fmt: skip
def test_value(text: str, value: float) -> None:
    values = graph(text).evaluate(**VALUES, v0=1.0, v1=4.0)
    found = values["r"] if "r" in values else float(values)
    assert found == pytest.approx(value, rel=1e-12)


@each_row(
    ("text", "inputs", "outputs"),
    [
        ("(a + 2*b)/c", ["a", "b", "c"], ["y"]),
        ("y + 1", ["y"], ["z"]),
        ("t = a*b; y = t + 1; z = t - 1;", ["a", "b"], ["y", "z"]),
        ("x += 1;", ["x"], ["x_out"]),
        ("x; x; x;", ["x"], ["x_out", "x_out2", "x_out3"]),
        ("float b, a; float y = a*b;", ["a", "b"], ["y"]),
        ("y[0] = x[1]; y[1] = -x[0];", ["x0", "x1"], ["y0", "y1"]),
        ("float f(float b, float a) { return a; }", ["b", "a"], ["f"]),
        ("float f(float a){return a;} float g(float b, float a){return a*b;}", ["a", "b"], ["f", "g"]),
        ("float h(float a){return a;} float g(float b){return h(b);}", ["b"], ["g"]),
        ("float h(float a){return a;} float r = h(q) + 1;", ["q"], ["r"]),
        ("void f(float x, float *s, float *c) { *s = sin(x); *c = cos(x); }", ["x"], ["s", "c"]),
        ("void f(const float x[3], float y[2]) { y[0] = x[2]; y[1] = x[0]; }", ["x0", "x2"], ["y0", "y1"]),
        ("void f(float x, float *acc) { *acc += x; }", ["acc", "x"], ["acc_out"]),
        ("void f(double *s, double x) { (*s) = x; }", ["x"], ["s"]),
        ("void f(double *out_1, double x) { out_1[0] = x; out_1[1] = -x; }", ["x"], ["out_10", "out_11"]),
        ("if (x > 0) { y[0] = 1; y[1] = x; } else y[0] = 2;", ["x", "y1"], ["y0", "y1_out"]),
        ("void f(float x, float y[1]) { y[0] = 1; if (x > 0) return; y[0] = x; }", ["x"], ["y0"]),
        ("int main(void) { return 0; } float f(float x) { return x; }", ["x"], ["f"]),
    ],
)  # fmt: skip
def test_ports(text: str, inputs: list[str], outputs: list[str]) -> None:
    found = graph(text)
    assert sorted(declared.name for declared in found.inputs) == sorted(inputs)
    assert [declared.name for declared in found.outputs] == outputs


def test_inputs_stand_as_they_are_written() -> None:
    assert [i.name for i in graph("(b + 2*a)/sqrt(c)").inputs] == ["b", "a", "c"]
    text = "float f(float q, float p) { return p - q; }"
    assert [i.name for i in graph(text).inputs] == ["q", "p"]


def test_one_of_several_functions_is_selected() -> None:
    text = "float f(float a) { return a; } float g(float a) { return f(a)*2; }"
    assert [o.name for o in parsed(text, select="f").graph.outputs] == ["f"]
    assert [o.name for o in parsed(text, select="all").graph.outputs] == ["g"]
    with pytest.raises(symhdl.UsageError, match="no function is called `complexity=5`"):
        parsed(text, select="complexity=5")


def test_types_give_formats() -> None:
    text = (
        "int f(uint8_t a, int16_t b, ap_fixed<12,3> c, ap_uint<5> d, bool e, float g) { return a; }"
    )
    formats = [str(declared.format) for declared in graph(text).inputs]
    assert formats == [
        "ufixed<8,8>", "fixed<16,16>", "fixed<12,3>", "ufixed<5,5>", "ufixed<1,1>", "None",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "id", "place"),
    [
        ("1/2*x", "integer-division", "1/2"),
        ("#define N 3\nx*(1/N)", "integer-division", "1/N"),
        ("abs(x)", "integer-function", "abs"),
        ("0 < x < 1", "chained-comparison", "0 < x < 1"),
        ("ap_fixed<8,2> t = x; r = t;", "format-ignored", "t"),
    ],
)
def test_warning(text: str, id: str, place: str) -> None:
    (warning,) = parsed(text).warnings
    assert warning.id == id
    assert warning.span is not None
    shown = warning.span.source.text[warning.span.start : warning.span.end]
    assert shown.startswith(place) or place == "1/N"


@pytest.mark.parametrize(
    "text", ["4/2*x", "1.0/2*x", "x/2", "(0 < x) < y", "0 < x == 1", "fabs(x)", "int n; r = n/2;"]
)
def test_no_warning(text: str) -> None:
    assert not parsed(text).warnings


@each_row(
    ("text", "id", "place"),
    [
        ("r = foo(x);", "unknown-function", "foo"),
        ("q = sin(x, x);", "wrong-arity", "sin(x, x)"),
        ("x = 3 4; z = 1", "syntax", "4"),
        ("y = 2 +; z = 1", "syntax", ";"),
        ("if (a = b) r = 1;", "syntax", "="),
        ("r = (a;", "unmatched-bracket", "("),
        ("r = a);", "unmatched-bracket", ")"),
        ("foo b = 2;", "syntax", "b"),
        ("r = 5 / 0;", "division-by-zero", "5 / 0"),
        ("r = 089;", "bad-number", "089"),
        ("r = 1.5x;", "bad-number", "1.5x"),
        ("r = INFINITY;", "no-number", "INFINITY"),
        ("float c[2] = {1, 2}; r = c[2];", "bad-index", "2"),
        ("float c[2] = {1, 2, 3}; r = c[0];", "bad-index", "c"),
        ("float f(float x) { float t; return t + x; }", "unset", "t"),
        ("float f(float x) { { float x = x; return x; } }", "unset", "x"),
        ("float f(float x) { float t; if (x > 0) t = 1; return t; }", "unset", "t"),
        ("r = (a];", "unmatched-bracket", "]"),
        ("r = a @ b;", "syntax", "@"),
        ("r = " + "x" * 300 + ";", "name-too-long", "x" * 300),
        ("float c[2] = 1;", "no-array", "c"),
        ("float f(float v) { return v; } r = f(1, 2);", "wrong-arity", "f(1, 2)"),
        ("float c[2] = {1, 2}; if (x > 0) c = 1;", "bad-choice", "x > 0"),
        ("float f(float x) { if (x > 0) return 1; }", "no-return", "f"),
        ("float f(float x) { static float s = 0; s += x; return s; }", "state", "s"),
        ("float f(float x) { while (x > 1) x /= 2; return x; }", "loop-bound", "x > 1"),
        (
            "float f(float x) { for (int i = 0; i < n; i++) x++; return x; }",
            "loop-bound",
            "i < n",
        ),
        ("float a = 1; float a = x;", "duplicate-definition", "a"),
        (
            "float f(float x) { return x; } float f(float x) { return 2; }",
            "duplicate-definition",
            "f",
        ),
        ("float f(float x, float x) { return x; }", "duplicate-definition", "x"),
        ("float g = 1; float f(float x) { g = x; return x; }", "state", "g"),
        ("float f(float x) { return f(x - 1); }", "recursion", "f(x - 1)"),
        ("void f(float x) { x = 1; }", "no-output", "f"),
        ("#if A\nr = 1;\n#endif", "unsupported", "#if"),
        ("f(x) = 2;", "bad-target", "f(x)"),
        ("3 = x;", "bad-target", "3"),
        ("y = 1; y += fmin(a, b) = 3;", "syntax", "="),
    ],
)
def test_mistakes(text: str, id: str, place: str) -> None:
    told, pointed = imperative_texts.mistake(text, "c")
    assert (told.id, pointed) == (id, place)


@each_row(
    ("text", "place", "help"),
    [
        ("r = x ^ 2;", "^", "pow(a, b)"),
        ("r = x ** 2;", "**", "pow(a, b)"),
        ("r = n & 7;", "&", "n % 8"),
        ("r = n | 7;", "|", "||"),
        ("r = ~n;", "~", "-n - 1"),
        ("r = n << 2;", "<<", "n * 4"),
        ("n >>= 2;", ">>", "floor(n / 4.0)"),
        ("r = s.member;", ".", "variable of its own"),
        ("r = p->member;", "->", "variable of its own"),
        ("void g(float *v) { v[0] = 1; } float f(float x) { float t[1]; g(&t[0]); return x; }", "&", "return"),
        ("void f(float x, float &y) { y = x; }", "&", "return"),
        ("float f(float *v) { return *(v + 1); }", "*(v + 1)", "a[1]"),
        ("float f(float x) { float *p; return x; }", "*", "array of a fixed size"),
        ("#define SQ(v) ((v)*(v))\nr = SQ(a);", "#define SQ", "float SQ(float x) { return ...; }"),
        ("r = 1; do r *= 2; while (r < 10);", "do", "while (...)"),
        ("for (i = 0; i < 9; i++) { if (x > i) break; }", "break", "`if` around"),
        ("for (i = 0; i < 9; i++) { if (x > i) continue; }", "continue", "`if` around"),
        ("r = q = a;", "=", "statement of its own"),
        ("int k; float c[2] = {5, 6}; r = c[k];", "k", "index with numbers"),
        ("using real = double;", "using", "typedef"),
        ("switch (x) { }", "switch", "else if"),
        ('r = "text";', '"text"', "numbers"),
        ("r = x % 2;", "x % 2", "fmod"),
    ],
)  # fmt: skip
def test_what_is_not_read_is_told_with_what_to_write(text: str, place: str, help: str) -> None:
    told, pointed = imperative_texts.mistake(text, "c")
    assert pointed == place
    assert told.help is not None
    assert help in told.help


def test_messages(golden: Callable[[str, str], None]) -> None:
    texts = [
        "float y = a*b\nfloat z = 3;",
        "y = 2x;",
        "y = a ** 2;",
        "real_t2 y = 3;",
        "float f(float x) {\n    float t = foo(x);\n    int k = x ^ 2;\n    return t*k;\n}",
        "int n = 3;\ny = 1/n;",
        "float f(float x) {\n    for (int i = 0; i < x; i++) x -= 1;\n    return x;\n}",
    ]
    golden("sources_c.txt", imperative_texts.shown(texts, "c"))


@pytest.mark.parametrize(
    "text",
    [
        "y = " + "(" * 1900 + "a" + ")" * 1900 + ";",
        "y = " + "+".join(f"x{index}" for index in range(5000)) + ";",
        "y = " + "!" * 5000 + "a;",
        "y = " + "a ? b : " * 1000 + "c;",
        "float f(float x) {" + "if (x > 0) " * 1000 + "x += 1; return x; }",
    ],
)
def test_deep_and_long_texts(text: str) -> None:
    assert graph(text).outputs


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("(" * 3000, "too-deep"),
        ("for (;;) ;", "too-large"),
        ("float f(float x) { return f(x) + f(x/2); }", "recursion"),
        ("".join(f"#define A{k} A{k + 1} A{k + 1}\n" for k in range(20)) + "y = A0;", "too-large"),
        ("y = " + "9" * 2000 + ";", "bad-number"),
        ("float c[100000000]; y = c[0];", "bad-index"),
    ],
)
def test_limits(text: str, id: str) -> None:
    assert imperative_texts.mistake(text, "c")[0].id == id


def test_the_compiler_of_the_system_agrees(tmp_path: Path) -> None:
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("gcc is missing")
    chooser = random.Random(20)  # noqa: S311
    points = [point(chooser) for _ in range(4)]
    bodies = [f"return {expression(chooser, 3).text};" for _ in range(60)]
    bodies += [body(chooser) for _ in range(60)]
    texts = [
        f"double f{index}(double x, double y, int m, int n)\n{{\n    {text}\n}}"
        for index, text in enumerate(bodies)
    ]
    calls = [
        f'printf("%.17g\\n", f{index}({float(p["x"])!r}, {float(p["y"])!r}, {p["m"]}, {p["n"]}));'
        for index in range(len(texts))
        for p in points
    ]
    main = "int main(void)\n{\n" + "\n".join(calls) + "\nreturn 0;\n}\n"
    program = tmp_path / "programs.c"
    lines = ["#include <math.h>", "#include <stdio.h>", *texts, main]
    program.write_text("\n".join(lines), encoding="ascii")
    executable = str(tmp_path / "programs")
    command = [compiler, "-O0", "-w", "-o", executable, str(program), "-lm"]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    done = subprocess.run([executable], check=True, capture_output=True, text=True)
    wanted = iter(map(float, done.stdout.split()))
    for text in texts:
        found = graph(text)
        for values in points:
            (value,) = found.evaluate(digits=30, **values).values()
            assert float(value) == next(wanted), (text, values)  # type: ignore[arg-type]


def test_the_library_compiles_it() -> None:
    source = "float f(float x) { return x > 0 ? x : 0.125f*x; }"
    design = symhdl.compile(source, inputs={"x": symhdl.Input("fixed<10,3>")}, output_width=12)
    assert design.datapath.outputs[0].name == "f"


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("unsigned f(unsigned x) { unsigned u = 1; return u - 2; }", ["u - 2"]),
        ("uint32_t f(uint32_t x, int y) { return x - y; }", ["x - y"]),
        ("unsigned f(unsigned x) { return -x; }", ["-x"]),
        ("unsigned f(unsigned x) { x -= 3; return x; }", ["x -= 3"]),
        ("int f(int x) { return x - 2; }", []),
        ("int f(uint8_t x) { return x - 2; }", []),
        ("double f(unsigned x) { return x - 0.5; }", []),
        ("unsigned f(unsigned x) { unsigned u = 3; return u - 2 + x; }", []),
    ],
)
def test_unsigned_numbers_that_would_wrap_round_are_told(text: str, places: list[str]) -> None:
    told = [w.span for w in parsed(text).warnings if w.id == "wraps-round"]
    assert [s and s.source.text[s.start : s.end] for s in told] == places


@pytest.mark.parametrize(("type", "held"), [("int", 2), ("float", Fraction(5, 2))])
def test_elements_have_the_type_of_their_array(type: str, held: Fraction | int) -> None:
    text = f"float f(float x) {{ {type} c[2] = {{0, 1}}; c[0] = 2.5; return c[0] * x; }}"
    assert float(symhdl.parse(text, "c").evaluate(x=1)) == held
