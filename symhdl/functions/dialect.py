"""How a dialect of infix formulas differs from the native language: data for the grammar."""

from __future__ import annotations

from dataclasses import dataclass, replace

from symhdl.functions.operation import Operation


@dataclass(frozen=True, slots=True)
class Dialect:
    """Names, definitions and ways of writing that a family of texts takes for granted.

    `constants` are names that stand for a constant unless the text makes them something else; `functions` are
    spellings beside those of the table. `definitions` is a text in the native language; its functions replace those of
    the table, which they themselves still see, and give way to what the user defines.

    The rest is about characters:

    - `signed_literals`: a minus directly before a number belongs to the number, so that `-2 ^ x` is (-2)^x.
    - `implicit_products`: where two values stand side by side (`2x`, `(a)(b)`, `x (y + 1)`) there is a product, as
      tight as a written one. A name before a bracket is a call if it is that of a function.
    - `infix_functions`: words between two operands, with or without blanks around them, as tight as a product, and
      the names of the functions that they stand for: `("aq", "aq")` reads `x1aqx2` as `aq(x1, x2)`.
    - `prefixes`: what may stand before a name without changing it, such as `np.` or `std::`.
    - `ignores_case`: functions may be written in any case, `SIN(x)`.
    - `quoted_names`: names may stand between single or double quotes and then hold any character.
    - `digits_first`: names may begin with digits that a letter follows directly, `10m_speed`.
    - `numbered_arguments`: `#1` is a name.
    - `line_comments`: what begins a comment to the end of the line.
    - `ignored`: patterns (of `re`) of what has no meaning in mathematics, such as casts and block comments.
    - `words`: names of functions or constants that hold other characters than names do, and the names that they
      stand for: `("alog0.1", "alog_tenth")`.
    - `suffixed_numbers`: numbers may end as in C or Rust, `2.0f`, `1u`, `3.5_f32`; so that `2.0f-1` is a difference.
    - `absolute_bars`: `|x|` is the absolute value, and a bar never an `or`.
    - `power`: the function among `definitions` that `^` stands for, if it is not the power of mathematics.
    """

    name: str
    constants: tuple[tuple[str, Operation], ...] = ()
    functions: tuple[tuple[str, Operation], ...] = ()
    definitions: str = ""
    signed_literals: bool = False
    implicit_products: bool = False
    infix_functions: tuple[tuple[str, str], ...] = ()
    prefixes: tuple[str, ...] = ()
    ignores_case: bool = False
    quoted_names: bool = False
    digits_first: bool = False
    numbered_arguments: bool = False
    line_comments: tuple[str, ...] = ("#",)
    ignored: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    suffixed_numbers: bool = False
    absolute_bars: bool = False
    power: str = ""


NATIVE = Dialect("native", (("pi", Operation.PI), ("π", Operation.PI), ("e", Operation.E)))


def by_hand(dialect: Dialect) -> Dialect:
    """The dialect as people write definitions in it: `-2 ^ x` is -(2^x), and `2x` is no name."""
    return replace(dialect, signed_literals=False, digits_first=False)


RECIPROCALS = """
    sec(x) = 1 / cos(x)
    csc(x) = 1 / sin(x)
    cot(x) = 1 / tan(x)
    sech(x) = 1 / cosh(x)
    csch(x) = 1 / sinh(x)
    coth(x) = 1 / tanh(x)
    asec(x) = acos(1 / x)
    acsc(x) = asin(1 / x)
    asech(x) = acosh(1 / x)
    acsch(x) = asinh(1 / x)
    acoth(x) = atanh(1 / x)
"""
"""Definitions for the dialects that have the secant and its relatives."""
