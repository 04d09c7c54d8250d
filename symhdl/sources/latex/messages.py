"""What is asked about formulas of LaTeX, what is remarked, and syntax errors in human words."""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum
from typing import NamedTuple

from symhdl.errors import Diagnostic, Source, Span
from symhdl.grammar.messages import END, shown
from symhdl.grammar.syntax import Lexeme


class Wording(NamedTuple):
    """A message; `{0}` is the text of the piece, `{1}`, `{2}`, ... the texts of what else it speaks of."""

    id: str
    message: str
    help: str | None = None


class Ask(Enum):
    """What cannot be read without guessing, or not at all."""

    DOUBLE_POWER = Wording(
        "ambiguous-power",
        "two powers on one base",
        "write {{{0}}}^{{...}} with braces around the first, or a^{{b^c}}",
    )
    INVISIBLE_BRACES = Wording(
        "invisible-braces",
        "braces cannot be seen: in print `{0}` is not held together",
        "write \\left( ... \\right)",
    )
    STRAY_SUBSCRIPT = Wording(
        "stray-subscript",
        "only names have subscripts",
        "write the subscript directly behind the name: x_1^2",
    )
    DOUBLE_FACTORIAL = Wording(
        "ambiguous-factorial",
        "`!!` may be a double factorial or the factorial of a factorial",
        "write (n!)!",
    )
    DERIVATIVE = Wording(
        "derivative",
        "`{0}` looks like a derivative, and derivatives are not computed",
        "write the derivative out, or `d \\cdot` if d is a factor",
    )
    OTHERWISE_FIRST = Wording("incomplete-cases", "only the last case can hold otherwise")
    NO_ARGUMENT = Wording("missing-argument", "`{0}` has no argument", "write {0}(...)")
    FUNCTION_SUBSCRIPT = Wording(
        "stray-subscript", "this function has no subscript", "only logarithms have a base"
    )
    NO_INVERSE = Wording(
        "ambiguous-inverse",
        "`{0}` may be an inverse function or one divided by the function",
        "write \\frac{{1}}{{...}}, or the name of the inverse function",
    )
    NEGATIVE_POWER = Wording(
        "ambiguous-power",
        "`{0}` may be a power of the function or of its inverse",
        "write \\left(...(x)\\right)^{{...}}",
    )
    POWER_OF_BRACED = Wording(
        "ambiguous-power",
        "`{0}` may be a power of the function or of its argument",
        "write the argument in brackets: \\sin^2(x), or \\sin\\left(x^2\\right)",
    )
    ARGUMENT_END = Wording(
        "ambiguous-argument",
        "the argument of `{1}` may end behind `{2}` or behind `{3}`",
        "write it in brackets: {1}(...)",
    )
    SLASH = Wording(
        "ambiguous-division",
        "below the slash may stand `{1}` or all of `{0}`",
        "write \\frac{{...}}{{{1}}} {2}, or \\frac{{...}}{{{0}}}",
    )
    SLASH_SCIENTIFIC = Wording(
        "ambiguous-division",
        "it is not clear whether the power of ten is below the slash",
        "write \\frac{{...}}{{...}}",
    )
    MODULUS = Wording(
        "ambiguous-division",
        "the modulus may be `{1}` or all of `{0}`",
        "write \\left(a \\bmod {1}\\right) ..., or brackets around `{0}`",
    )
    SIGNED_REMAINDER = Wording(
        "ambiguous-division",
        "the sign in front may belong to the dividend or to the remainder",
        "write (-a) \\bmod {0}, or -(a \\bmod {0})",
    )
    TWO_NUMBERS = Wording(
        "two-numbers", "two numbers side by side are no product", "write \\cdot between them"
    )
    NUMBER_BEHIND_NAME = Wording(
        "ambiguous-number",
        "a number directly behind `{1}` may be a factor, an index or a power",
        "write {1}_{{{0}}}, {0} {1} or {1}^{{{0}}}",
    )
    MIXED_NUMBER = Wording(
        "ambiguous-number",
        "`{1} {0}` may be a mixed number or a product",
        "write {1} + {0}, or {1} \\cdot {0}",
    )
    SUM_BOUNDS = Wording(
        "sum-bounds",
        "a sum or a product needs an index and both bounds",
        "write \\sum_{{i=1}}^{{3}}",
    )
    NO_BODY = Wording("missing-argument", "`{0}` has nothing to add or to multiply")
    PRODUCT_END = Wording(
        "ambiguous-argument",
        "it is not clear where the factors of the product sign end",
        "write them in brackets: \\prod_{{...}}^{{...}} \\left( ... \\right)",
    )
    BOUND_NOT_CONSTANT = Wording(
        "sum-bounds", "the bounds of a sum or a product must be constant integers, not `{0}`"
    )
    EMPTY_SUM = Wording("sum-bounds", "this ends before it begins")
    FREE_INDEX = Wording(
        "free-index",
        "`{0}` is the index of a sum, and stands outside of it here",
        "write all that belongs to the sum in brackets, or give the index another name",
    )
    FACTORIAL = Wording(
        "factorial", "factorials are read only of whole constants from 0 to 170, not of `{0}`"
    )
    BINOMIAL = Wording("factorial", "binomials are read only of whole constants up to 500")
    LIST = Wording(
        "syntax", "several values between commas mean nothing here", "decimals have a point: 2.5"
    )
    INCOMPLETE_CASES = Wording(
        "incomplete-cases",
        "the cases must say what holds in every case",
        "end them with ... & \\text{{otherwise}}",
    )
    CHAIN = Wording(
        "chain-of-equations",
        "two expressions for one value: nobody checks that they are equal",
        "keep one of them",
    )


class Remark(Enum):
    """What the user should know about a reading."""

    LOG_BASE = Wording(
        "log-base",
        "`\\log` is read as the natural logarithm",
        "write \\ln, or \\log_{{10}} if that is meant",
    )
    LONG_ARGUMENT = Wording(
        "long-argument",
        "all of `{2} {3}` is read as the argument of `{1}`",
        "write the argument in brackets if it ends earlier",
    )
    POWER_OF_CALL = Wording(
        "power-of-call",
        "`{0}` is read as a power of the function's value",
        "write \\sin^2(x), or \\sin\\left(x^2\\right) if the argument is raised",
    )
    DELTA = Wording(
        "delta-as-factor",
        "`\\Delta` is read as a factor of its own before `{0}`",
        "if both are one name, write \\mathrm{{D{0}}}",
    )
    SLASH = Wording(
        "implicit-product-below-slash",
        "all of `{0}` is read below the slash",
        "write \\frac{{...}}{{{0}}}",
    )


def render(about: Ask | Remark, texts: list[str]) -> Wording:
    """The message with the texts filled in."""
    wording = about.value
    filled = [shown(text) for text in texts]
    help = None if wording.help is None else wording.help.format(*filled)
    return Wording(wording.id, wording.message.format(*filled), help)


_WORDS = {
    "LPAR": "a bracket", "RPAR": "a closing bracket", "LBRACE": "`{`", "RBRACE": "`}`", "COMMA": "`,`",
    "CONDITION": "`&` and a condition", "ENDCASES": "`\\end{cases}`", "RROOT": "`]`", END: "the end",
}  # fmt: skip


def syntax_error(
    source: Source, before: Lexeme | None, found: Lexeme, accepted: Collection[str]
) -> Diagnostic:
    """What to tell about a formula that does not parse."""
    is_end = found.type == END
    written = "the end of the formula" if is_end else f"`{_text(source, found)}`"
    place = Span(source, found.start, max(found.end, found.start + 1))
    if is_end and before is not None:
        place = Span(source, before.start, before.end)
    previous = "" if before is None else f" behind `{_text(source, before)}`"
    if found.type in ("CONDITION", "OTHERWISE"):
        message, help = (
            f"{written} belongs into a distinction of cases",
            "\\begin{cases} ... \\end{cases}",
        )
    elif found.type == "SUB" or (before is not None and before.type == "SUB"):
        message, help = (
            "only names have subscripts",
            "write the subscript directly behind the name: x_1^2",
        )
    elif found.type == "COMMA" and before is not None and before.type == "NUMBER":
        message = "a comma does not belong here"
        help = "decimals have a point: 2.5; arguments of functions stand in brackets"
    elif found.type in ("FUNCTION", "BIG") and "NUMBER" in accepted:
        message, help = (
            f"an argument or a power that begins with {written} needs braces",
            "write ^{...}",
        )
    elif found.type == "SIGN" and before is not None and before.type == "SUP":
        message, help = f"{written} as a power needs braces", "write x^{-1}"
    elif "NUMBER" in accepted and "TIMES" not in accepted:
        message, help = f"a value is missing{previous}, before {written}", None
    else:
        expected = [word for kind, word in _WORDS.items() if kind in accepted]
        message, help = f"{written} does not fit{previous}", None
        if expected:
            help = f"expected an operator, or {' or '.join(expected)}"
    return Diagnostic("syntax", message, place, (), help)


def _text(source: Source, token: Lexeme) -> str:
    text: str = shown(source.text[token.start : token.end])
    return text
