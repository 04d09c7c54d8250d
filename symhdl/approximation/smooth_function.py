"""What an approximation needs to know of a function of one variable, and the same function of a stretched argument."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from flint import arb, arb_series

from symhdl.functions.univariate import Symmetry
from symhdl.numeric.ball import ball_of


class SmoothFunction(Protocol):
    """A function of one real variable; hashable, so that work done for it can be kept.

    `ball` encloses f at a ball and `series` composes f with a power series whose constant term is a ball, both at
    flint's current precision and both not finite where f is undefined or not smooth.
    `singular_points` are numbers where f or a derivative is unbounded; they guide the search, no proof rests on them.
    """

    def __hash__(self) -> int: ...

    @property
    def name(self) -> str:
        """The name of the function in messages."""
        ...

    @property
    def ball(self) -> Callable[[arb], arb]:
        """Encloses f at a ball."""
        ...

    @property
    def series(self) -> Callable[[arb_series], arb_series]:
        """Composes f with a power series."""
        ...

    @property
    def symmetry(self) -> Symmetry:
        """The symmetry about zero."""
        ...

    @property
    def period(self) -> Callable[[], arb] | None:
        """The period at the current precision, if there is one."""
        ...

    @property
    def singular_points(self) -> tuple[int | Fraction, ...]:
        """Where f or a derivative is unbounded or undefined."""
        ...


@dataclass(frozen=True, slots=True)
class Stretched:
    """u -> f(period * (u + offset)): one period of a periodic function becomes the unit interval."""

    function: SmoothFunction
    offset: Fraction
    symmetry: Symmetry = Symmetry.NONE
    period: Callable[[], arb] | None = None
    singular_points: tuple[int | Fraction, ...] = ()

    def __hash__(self) -> int:
        """That of the function and of the integers of the offset; the hash of a fraction takes long."""
        return hash((self.function, self.offset.numerator, self.offset.denominator))

    @property
    def name(self) -> str:
        """The name of the function in messages."""
        return f"{self.function.name} over one period"

    def _length(self) -> arb:
        assert self.function.period is not None
        return self.function.period()

    def ball(self, u: arb) -> arb:
        """Encloses the function at a ball."""
        return self.function.ball(self._length() * (u + ball_of(self.offset)))

    def series(self, u: arb_series) -> arb_series:
        """Composes the function with a power series."""
        return self.function.series((u + ball_of(self.offset)) * self._length())
