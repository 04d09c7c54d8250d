"""Figures of one equation on rows of data, against the plainest computation of them."""

from __future__ import annotations

import numpy as np
import pytest

import symhdl
from symhdl.data.opening import tables_of
from symhdl.errors import SymhdlError, UsageError
from symhdl.explore.figures import Aim, figures_of, levels_of

ROWS = 160
CHANCE = np.random.default_rng(3)
X = CHANCE.uniform(-1, 1, ROWS)
CLASSES = np.where(X + CHANCE.normal(0, 0.3, ROWS) > 0.2, "q", "g")
TARGET = X**3 + CHANCE.normal(0, 0.1, ROWS)
DATA = {"x": X, "label": CLASSES, "y0": TARGET}


@pytest.fixture(scope="module")
def design() -> symhdl.CompiledDesign:
    return symhdl.compile("1.5*x - 0.25", ranges={"x": (-1, 1)}, width=5, output_width=5)


def figures(design: symhdl.CompiledDesign, aim: Aim) -> dict[str, float]:
    return dict(figures_of(design, tables_of(DATA), aim))


def test_a_class_is_told_from_all_others(design: symhdl.CompiledDesign) -> None:
    found = figures(design, Aim("q", labels="label"))
    computed, real = np.asarray(design.simulate(x=X)), 1.5 * X - 0.25
    inside = CLASSES == "q"
    wanted = np.where(inside, 1.0, -1.0)
    assert found["mse"] == pytest.approx(np.mean((computed - wanted) ** 2))
    assert found["mse_real"] == pytest.approx(np.mean((real - wanted) ** 2))
    assert found["rms"] == pytest.approx(np.sqrt(np.mean((computed - real) ** 2)))
    assert found["accuracy"] == pytest.approx(np.mean((computed > 0) == inside))
    assert found["agreement"] == pytest.approx(np.mean((computed > 0) == (real > 0)))
    pairs = computed[inside][:, None] - computed[~inside]
    assert found["auc"] == pytest.approx(np.mean((pairs > 0) + 0.5 * (pairs == 0)))


def test_a_loss_that_is_no_number_is_left_out(design: symhdl.CompiledDesign) -> None:
    found = dict(figures_of(design, tables_of({"x": X, "y0": TARGET * 1e300}), Aim(target="y0")))
    assert [*found] == ["rms"]


def test_other_levels_have_their_middle(design: symhdl.CompiledDesign) -> None:
    found = figures(design, Aim("q", labels="label", levels=(0.0, 1.0)))
    computed, inside = np.asarray(design.simulate(x=X)), CLASSES == "q"
    assert found["mse"] == pytest.approx(np.mean((computed - inside) ** 2))
    assert found["accuracy"] == pytest.approx(np.mean((computed > 0.5) == inside))


def test_levels_may_fall(design: symhdl.CompiledDesign) -> None:
    """Where the search held a class against the lower number, low outputs are of the class."""
    rising = figures(design, Aim("q", labels="label"))
    falling = figures(design, Aim("g", labels="label", levels=(1.0, -1.0)))
    assert falling["auc"] == pytest.approx(rising["auc"])
    assert falling["mse"] == pytest.approx(rising["mse"])


def test_rows_that_chose_a_design_do_not_judge_it() -> None:
    """Rows without a target change which rows are drawn to judge."""
    data = {"x": X, "y0": np.where(X > 0.9, np.nan, TARGET)}
    goal = symhdl.compile(
        "1.5*x - 0.25", data=data, goal=symhdl.Goal("rms", at_most=0.1), missing="skip"
    )
    with pytest.raises(SymhdlError, match="rows lack `y0`"):
        figures_of(goal, tables_of(data), Aim(target="y0", missing="skip"))
    whole = {"x": X, "y0": TARGET}
    assert len(figures_of(goal, tables_of(whole), Aim(target="y0", missing="skip"))) == 3


def test_a_column_of_targets_is_what_was_fitted(design: symhdl.CompiledDesign) -> None:
    found = figures(design, Aim(target="y0"))
    computed = np.asarray(design.simulate(x=X))
    assert list(found) == ["mse", "mse_real", "rms"]
    assert found["mse"] == pytest.approx(np.mean((computed - TARGET) ** 2))


def test_rows_alone_tell_the_error(design: symhdl.CompiledDesign) -> None:
    assert list(figures(design, Aim())) == ["rms"]
    assert figures_of(design, tables_of({"z": X}), Aim()) == ()


def test_a_constant_has_no_figures() -> None:
    assert figures(symhdl.compile("0.25", output_width=5), Aim("q", labels="label")) == {}


def test_a_class_without_rows_is_told(design: symhdl.CompiledDesign) -> None:
    with pytest.raises(SymhdlError, match="no row has the label `z`; labels are `g`, `q`"):
        figures(design, Aim("z", labels="label"))


@pytest.mark.parametrize("text", ["", "1", "1,2,3", "1,1", "nan,1", "a,b", "0,inf"])
def test_levels_are_two_numbers(text: str) -> None:
    with pytest.raises(UsageError, match="two levels"):
        levels_of(text)
