"""Functions of one variable from their definitions: all that proofs and approximations need of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from flint import arb_series

from symhdl.functions.definition import computed, steps
from symhdl.functions.enclosure import Enclosure
from symhdl.functions.evaluation import BALL
from symhdl.functions.operation import Operation
from symhdl.functions.series import reciprocal, undefined
from symhdl.functions.univariate import REALS, SeriesFunction, Univariate
from symhdl.numeric.ball import ball_of


def derived(operation: Operation, functions: Mapping[Operation, Univariate]) -> Univariate:
    """The function that an operation is by its definition; `functions` has those in the definition."""
    entry = operation.entry
    series = _series(operation, functions)
    return Univariate(
        entry.names[0],
        BALL[operation],
        series,
        Enclosure(series, 0),
        Enclosure(series, 1),
        entry.domain or REALS,
        singular_points=entry.singular_points,
    )


def _series(operation: Operation, functions: Mapping[Operation, Univariate]) -> SeriesFunction:
    def apply(inner: Operation, operands: Sequence[arb_series]) -> arb_series:
        function = functions.get(inner)
        if function is not None:
            return function.series(*operands)
        assert inner in SERIES, f"{inner} has no power series; please report this"
        return SERIES[inner](*operands)

    def composed(x: arb_series) -> arb_series:
        def constant(value: Fraction) -> arb_series:
            return arb_series([ball_of(value)], prec=x.prec)

        return computed(steps(operation, 1), (x,), constant, apply)

    return composed


def _less(a: arb_series, b: arb_series) -> arb_series:
    return arb_series([BALL[Operation.LESS](a[0], b[0])], prec=a.prec)


def _select(condition: arb_series, a: arb_series, b: arb_series) -> arb_series:
    """A branch; where that is open, both: they meet, so that their slopes bound that of the whole, but no more."""
    if condition[0] == 1:
        return a
    if condition[0] == 0:
        return b
    if a.prec > 2:
        return undefined(a)
    return arb_series([a[k].union(b[k]) for k in range(a.prec)], prec=a.prec)


SERIES: dict[Operation, Callable[..., arb_series]] = {
    Operation.ADD: lambda *terms: sum(terms[1:], terms[0]),
    Operation.SUBTRACT: lambda a, b: a - b,
    Operation.MULTIPLY: lambda a, b: a * b,
    Operation.DIVIDE: lambda a, b: a * reciprocal(b),
    Operation.NEGATE: lambda a: -a,
    Operation.SQUARE: lambda a: a * a,
    Operation.CUBE: lambda a: a * a * a,
    Operation.LESS: _less,
    Operation.SELECT: _select,
}
"""What definitions of functions of one variable are made of beside such functions."""
