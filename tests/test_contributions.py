"""What each node adds to the error of each output: a bound that holds, of all outputs at once."""

from __future__ import annotations

import numpy as np
import pytest

from symhdl.design import Design, Pass
from symhdl.functions.operation import Operation
from tests.errors_of_design import Ranges, compiled, request_of
from tests.test_compile_levels import DESIGNS


def design_of(text: str, ranges: Ranges, level: int = 1) -> Design:
    _, found = compiled(text, request_of(ranges, width=9, output_width=10, opt=level))
    return found.design


@pytest.mark.parametrize("name", sorted(DESIGNS))
def test_they_add_up_to_a_bound_near_the_one_found_forwards(name: str) -> None:
    design = design_of(*DESIGNS[name])
    assert design.ranges is not None and design.allocation is not None
    for output, (nodes, added) in zip(design.graph.outputs, design.contributions(), strict=True):
        low, high = design.ranges.hull_where_needed(
            output.node, design.allocation.errors.values[output.node]
        )
        forwards, backwards = max(-low, high), float(added.sum())
        assert np.isfinite(backwards)
        assert len(set(nodes.tolist())) == len(nodes)
        # Either may be the tighter one: biases cancel forwards, and single pieces are worst there.
        assert forwards / 2 <= backwards * 1.0000001 <= 4 * forwards or forwards == backwards == 0


def test_a_node_adds_its_error_times_what_is_behind_it() -> None:
    """Of y = 8*p + q, the rounding of p counts eight times."""
    ranges: Ranges = {"x": ("-1", "1"), "y": ("-1", "1")}
    design = design_of("p = exp(x)*y\nz = 8*p + sin(x)", ranges, level=0)
    assert design.allocation is not None
    ((nodes, added),) = design.contributions()
    amounts = dict(zip(nodes.tolist(), added.tolist(), strict=True))
    node = next(k for k, n in enumerate(design.graph.names) if n == "p")
    own = float(design.allocation.local[node].magnitude.max())
    assert own > 0 and amounts[node] == pytest.approx(8 * own)
    sine = next(k for k, n in enumerate(design.graph.nodes) if n.operation is Operation.SIN)
    assert amounts[sine] == pytest.approx(float(design.allocation.local[sine].magnitude.max()))


def test_opposite_ways_cancel() -> None:
    """Of z = u - 0.9*u*y an error of u counts 1 - 0.9*y times, which is at most 0.55."""
    design = design_of("u = exp(x)*y\nz = u - 0.9*u*y", {"x": ("0", "1"), "y": ("0.5", "1")})
    assert design.allocation is not None
    ((nodes, added),) = design.contributions()
    amounts = dict(zip(nodes.tolist(), added.tolist(), strict=True))
    node = next(k for k, n in enumerate(design.graph.names) if n == "u")
    own = float(design.allocation.local[node].magnitude.max())
    assert 0 < amounts[node] <= 0.56 * own
    bound = design.allocation.errors.values[design.graph.outputs[0].node]
    assert float(bound.magnitude.max()) <= float(added.sum())


def test_only_what_acts_on_an_output_adds_to_it() -> None:
    design = design_of("a = exp(x)\nb = sin(y)\noutput a, b", {"x": ("0", "1"), "y": ("0", "1")})
    first, second = (nodes.tolist() for nodes, _ in design.contributions())
    assert first and second and not {*first} & {*second}


def test_before_lowering_they_are_what_is_allowed() -> None:
    seen: dict[str, float] = {}

    def observe(step: Pass, design: Design, _: float) -> None:
        if step.name in ("allocation", "lower"):
            seen[step.name] = sum(float(added.sum()) for _, added in design.contributions())

    compiled("exp(x)*y", request_of({"x": ("0", "1"), "y": ("0", "1")}), observe)
    assert 0 < seen["lower"] <= seen["allocation"]


def test_a_design_without_an_allocation_has_none() -> None:
    def observe(_step: Pass, design: Design, _: float) -> None:
        if design.allocation is None:
            with pytest.raises(ValueError, match="allocation"):
                design.contributions()

    compiled("x", request_of({"x": ("0", "1")}), observe)
