"""Many requests for one graph: each gets the design that it gets alone, and nothing is done twice for them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction

import pytest

from symhdl.compiler import compile_graph, compile_variant
from symhdl.design import Design, Pass
from symhdl.errors import SymhdlError
from symhdl.numeric.fixed import FixedFormat
from symhdl.request import Request
from symhdl.targets.target import load_target
from symhdl.variants import Variants
from tests.errors_of_design import read, request_of

TEXT = "p = exp(-x*x)*y\na = p + 0.3*x\nb = if x < y then p else sin(3*x)\noutput a, b"
PARSED = read(TEXT, ("x", "y"))
FIRST = request_of({"x": ("-1", "1"), "y": ("0", "2")}, width=9)


class Counted:
    """How often each pass ran."""

    def __init__(self) -> None:
        self.runs: Counter[str] = Counter()

    def __call__(self, step: Pass, _design: Design, _seconds: float) -> None:
        self.runs[step.name] += 1


OTHERS = {
    "width": replace(FIRST, width=10),
    "output width": replace(FIRST, output_width=6),
    "error": replace(FIRST, output_width=None, error=Fraction(1, 64)),
    "format": replace(FIRST, output_width=None, output_format=FixedFormat(True, 10, 6)),
    "held": replace(FIRST, output_format=FixedFormat(True, 6, 6), undefined="saturate"),
    "held elsewhere": replace(FIRST, output_format=FixedFormat(True, 7, 6), undefined="saturate"),
    "range": replace(FIRST, ranges=(("x", (Fraction(0), Fraction(1))), *FIRST.ranges[1:])),
    "level": replace(FIRST, opt=2),
    "clock": replace(FIRST, frequency_mhz=0.0),
    "blocks": replace(FIRST, dsp="none"),
    "fewest cycles": replace(FIRST, minimise="latency"),
    "name": replace(FIRST, top="other"),
}


def test_a_variant_is_the_design_that_is_compiled_alone() -> None:
    variants = Variants(PARSED.graph)
    for request in (FIRST, *OTHERS.values(), FIRST):
        found = compile_variant(variants, request, "ecp5-25k", PARSED.warnings)
        alone = compile_graph(PARSED, request, "ecp5-25k")
        assert (found.datapath, found.operators) == (alone.datapath, alone.operators)
        assert found.design == alone.design


@pytest.mark.parametrize(
    ("name", "again"),
    [
        ("output width", {"ranges", "goals", "allocation", "lower"}),
        ("clock", {"goals", "schedule"}),
        ("width", {"plan-inputs", "ranges", "goals"}),
        ("range", {"simplify", "plan-inputs", "ranges", "goals"}),
    ],
)
def test_only_what_changed_is_done_again(name: str, again: set[str]) -> None:
    first, both = Counted(), Counted()
    for counted, requests in ((first, (FIRST,)), (both, (FIRST, OTHERS[name]))):
        variants = Variants(PARSED.graph, counted)
        for request in requests:
            compile_variant(variants, request)
    steps = ("simplify", "plan-inputs", "ranges", "goals", "allocation", "lower", "schedule")
    repeated = {step for step in steps if both.runs[step] == 2 * first.runs[step]}
    assert again <= repeated
    assert ("simplify" in repeated, "plan-inputs" in repeated) == (
        "simplify" in again,
        "plan-inputs" in again,
    )


def test_ranges_are_proved_again_where_a_format_asks_for_others() -> None:
    parsed, target = read("y = x*z - x*x*z", ("x", "z")), load_target("generic")
    asked = request_of({"x": ("0", "1"), "z": ("0", "1")}, width=8)
    coarse, fine, other = (replace(asked, output_width=width) for width in (4, 12, 11))
    variants = Variants(parsed.graph)
    kept = [variants.ranged(request, target) for request in (coarse, fine, other)]
    alone = Variants(parsed.graph).ranged(fine, target)
    assert _hull(kept[1]) == _hull(alone) != _hull(kept[0])
    assert kept[2].ranges is kept[0].ranges, "nothing else was aimed at"


def _hull(design: Design) -> tuple[float, float]:
    (output,) = design.graph.outputs
    assert design.ranges is not None
    return design.ranges.hull(output.node)


def test_a_refusal_is_no_variant() -> None:
    variants = Variants(PARSED.graph)
    for _ in range(2):
        with pytest.raises(SymhdlError):
            compile_variant(variants, Request())
    assert compile_variant(variants, FIRST).datapath == compile_graph(PARSED, FIRST).datapath
