"""What the table of operations says of one of them, once, for all that works with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from flint import arb
from numpy.typing import NDArray

from symhdl.functions.rational import RationalFunction
from symhdl.functions.univariate import Domain, Univariate

ANY = -1  # as many operands as one likes, at least one


class Sign(Enum):
    """What the values of an operation are, whatever its operands are."""

    ANY = "anything"
    POSITIVE = "above 0"
    NONNEGATIVE = "0 or above"
    SIZE = "0 or above, and 0 only where the operand is"
    ARGUMENT = "of the sign of the operand, and 0 exactly where the operand is"


def in_libraries(name: str, **others: str) -> dict[str, str]:
    """The names of what all languages in the tradition of C's library call alike."""
    return {"c": name, "numpy": f"np.{name}", "fpcore": name, **others}


def alike(name: str, **others: str) -> dict[str, str]:
    """The names of what SymPy calls like those."""
    return in_libraries(name, sympy=name, **others)


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """What the table says of an operation.

    `names` are the spellings as a function in the native language, the first one preferred; an operation without
    names is written with an operator or by a construct of the language. A `partial` operation has no value for some
    operands.

    What it computes is told by one of these:

    - `definition` takes quantities (`operation.Quantity`) and gives one that is equal over the reals; none leads back
      to itself. `accurate` is the same for double precision: small results keep their digits.
    - With `domain` an operation of one operand that has a definition is a function that becomes hardware as a whole.
      Everything follows from the definition: series, range, slope, sign. Branches of a choice in it must meet.
      At `singular_points` it, or a derivative, has a jump or no bound.
    - `function` is such a function by hand, since it has no definition or is better known than that tells.
    - `floating`, `ball` and `exact` compute in double precision (nan or infinite outside the domain), on balls (see
      `balls.py`) and on rational numbers. By default they follow from the definition, or balls from the function.

    `written` are its names as a function in other languages, by the languages' names (`symhdl.printers`); where it has
    none, and the language no form for it, its definition is written.
    """

    arity: int
    documentation: str
    names: tuple[str, ...] = ()
    definition: Callable[..., object] | None = None
    accurate: Callable[..., object] | None = None
    domain: Domain | None = None
    singular_points: tuple[int, ...] = ()
    function: Univariate | None = None
    floating: Callable[..., NDArray[np.float64]] | None = None
    ball: Callable[..., arb] | None = None
    exact: RationalFunction | None = None
    sign: Sign = Sign.ANY
    written: Mapping[str, str] = field(default_factory=dict)
    commutative: bool = False
    boolean: bool = False
    partial: bool = False
