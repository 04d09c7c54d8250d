"""Functions that witnesses tell step by step, such as `x; pi; multiply %0 %1; sin %2`: what they are, and symmetry.

Decisions are about real parts; where they are not the same everywhere, the function is not finite.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from operator import add, mul, sub
from typing import Any

from flint import acb, arb

from tests.witnesses.functions import EVEN, ODD, function_of, rational, scaling_of

NAN = arb.nan()


def real(z: Any) -> arb:
    return z.real if isinstance(z, acb) else z


def truth(holds: bool, fails: bool) -> arb:
    return arb(1) if holds else arb(0) if fails else NAN


def select(condition: Any, a: Any, b: Any) -> Any:
    return a if real(condition) == 1 else b if real(condition) == 0 else NAN


def lesser(a: Any, b: Any) -> Any:
    if real(a) <= real(b):
        return a
    if real(b) <= real(a):
        return b
    return NAN if isinstance(a, acb) or isinstance(b, acb) else a.min(b)


def floor(z: Any) -> arb:
    whole = real(z).floor()
    return whole if whole.is_exact() else NAN


ARITHMETIC: Mapping[str, Callable[..., Any]] = {
    "add": lambda *terms: reduce(add, terms),
    "subtract": lambda *terms: reduce(sub, terms),
    "multiply": mul,
    "negate": lambda z: -z,
    "square": lambda z: z * z,
    "absolute": lambda z: -lesser(z, -z),
    "minimum": lambda *operands: reduce(lesser, operands),
    "maximum": lambda *operands: -reduce(lesser, [-operand for operand in operands]),
    "floor": floor,
    "modulo": lambda a, b: a - b * floor(a / b),
    "less": lambda a, b: truth(real(a) < real(b), real(a) >= real(b)),
    "less_equal": lambda a, b: truth(real(a) <= real(b), real(a) > real(b)),
    "equal": lambda a, b: truth(real(a) == real(b), real(a) != real(b)),
    "not": lambda a: truth(real(a) == 0, real(a) == 1),
    "and": lambda a, b: truth(real(a) == real(b) == 1, real(a) == 0 or real(b) == 0),
    "or": lambda a, b: truth(real(a) == 1 or real(b) == 1, real(a) == real(b) == 0),
    "select": select,
    "pi": arb.pi,
    "e": lambda: arb(1).exp(),
}
SYMMETRIC = {"odd": ODD, "even": EVEN}
NUMBER = re.compile(r"-?\d+(/\d+)?")


def meaning(name: str) -> Callable[[Any], Any]:
    """The function of a name or of steps."""
    if ";" not in name:
        return function_of(name)
    steps = [step.split() for step in name.split("; ")]

    def of(z: Any) -> Any:
        values: list[Any] = []
        for operation, *operands in steps:
            numbers = [values[int(operand.removeprefix("%"))] for operand in operands]
            values.append(_step(operation, numbers, z))
        return values[-1]

    return of


def _step(operation: str, operands: Sequence[Any], z: Any) -> Any:
    if operation == "x":
        return z
    if NUMBER.fullmatch(operation):
        return rational(Fraction(operation))
    if operation in ARITHMETIC:
        return ARITHMETIC[operation](*operands)
    return function_of(operation)(*operands)


def is_symmetric(name: str, symmetry: str) -> bool:
    """Whether a function is `odd` or `even`, as far as that follows from its steps."""
    if ";" not in name:
        return name in SYMMETRIC[symmetry]
    found: list[set[str]] = []
    for operation, *operands in (step.split() for step in name.split("; ")):
        found.append(_parities(operation, [found[int(o.removeprefix("%"))] for o in operands]))
    return symmetry in found[-1]


def degree(name: str) -> Fraction | None:
    """The exponent of a function that is a positive multiple of a power for positive numbers, as its steps tell."""
    if ";" not in name:
        return scaling_of(name)
    found: list[Fraction | None] = []
    for operation, *operands in (step.split() for step in name.split("; ")):
        known = [found[int(o.removeprefix("%"))] for o in operands]
        found.append(_degree(operation, known))
    return found[-1]


def _degree(operation: str, operands: Sequence[Fraction | None]) -> Fraction | None:
    if operation == "x":
        return Fraction(1)
    if NUMBER.fullmatch(operation):
        return Fraction(0) if Fraction(operation) > 0 else None
    known = [each for each in operands if each is not None]
    if len(known) < len(operands) or not known:
        return None
    if operation in ("multiply", "square"):
        return sum(known if operation == "multiply" else known * 2, Fraction(0))
    if operation == "add":
        return known[0] if len(set(known)) == 1 else None
    exponent = scaling_of(operation)
    return None if exponent is None else known[0] * exponent


def _parities(operation: str, operands: Sequence[set[str]]) -> set[str]:
    if operation == "x":
        return {"odd"}
    if all("even" in operand for operand in operands):
        return {"even"}
    if operation in ("multiply", "square"):
        factors = [*operands, *operands] if operation == "square" else operands
        known = all(factors)
        odd = sum("even" not in factor for factor in factors) % 2
        return {"odd" if odd else "even"} if known else set()
    if operation == "absolute":
        return {"even"} if all(operands) else set()
    if operation in ("add", "subtract", "negate"):
        return set.intersection(*operands)
    is_odd = all("odd" in operand for operand in operands)
    return {parity for parity, names in SYMMETRIC.items() if is_odd and operation in names}
