"""Graphs as LaTeX: one formula, or an aligned one for every part."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from fractions import Fraction

from symhdl.functions.operation import FUNCTION_NAMES, Operation
from symhdl.names.identifiers import NAME_OF_NOTHING, ascii_name
from symhdl.printers.comments import comments
from symhdl.printers.forms import ChainForm, Form, Idiom, Key, Level, ListForm, form, written_names
from symhdl.printers.infix import REGROUPED
from symhdl.printers.language import Language, Program
from symhdl.printers.names import NameRules
from symhdl.printers.numbers import Text, decimal

_NUMBERS = re.compile(r"\\frac\{[0-9.]+\}\{[0-9.]+\}")  # behind a number it would be a mixed one
PRODUCT = r" \cdot "  # left out where two factors may stand side by side


def _called(command: str) -> Form:
    return form(Level.POWER, rf"{command}\left($0\right)")


FORMS: dict[Key, Form] = {
    **REGROUPED,
    **{operation: _called(command) for operation, command in written_names("latex").items()},
    Operation.MULTIPLY: form(Level.PRODUCT, f"$0{PRODUCT}$1", Level.SIGNED, Level.PRODUCT),
    Operation.DIVIDE: form(Level.UNARY, r"\frac{$0}{$1}"),
    Operation.INVERSE: form(Level.UNARY, r"\frac{1}{$0}"),
    Operation.POWER: form(Level.POWER, "$0^{$1}", Level.ATOM),
    Operation.SQUARE: form(Level.POWER, "$0^{2}", Level.ATOM),
    Operation.CUBE: form(Level.POWER, "$0^{3}", Level.ATOM),
    Operation.EXP: form(Level.POWER, "e^{$0}"),
    Operation.SQUARE_ROOT: form(Level.ATOM, r"\sqrt{$0}"),
    Operation.ABSOLUTE: form(Level.ATOM, r"\left|$0\right|"),
    Operation.FLOOR: form(Level.ATOM, r"\left\lfloor $0\right\rfloor"),
    Operation.CEIL: form(Level.ATOM, r"\left\lceil $0\right\rceil"),
    Operation.ATAN2: form(Level.POWER, r"\operatorname{atan2}\left($0, $1\right)"),
    Operation.PI: form(Level.ATOM, r"\pi"),
    Operation.E: form(Level.ATOM, "e"),
    Operation.LESS_EQUAL: form(Level.RELATION, r"$0 \le $1", Level.SUM, Level.SUM),
    Operation.EQUAL: form(Level.RELATION, "$0 = $1", Level.SUM, Level.SUM),
    Idiom.UNEQUAL: form(Level.RELATION, r"$0 \ne $1", Level.SUM, Level.SUM),
    Idiom.GREATER_EQUAL: form(Level.RELATION, r"$0 \ge $1", Level.SUM, Level.SUM),
    Operation.NOT: form(Level.NOT, r"\lnot $0", Level.ATOM),
    Operation.AND: form(Level.AND, r"$0 \land $1", Level.AND, Level.AND),
    Operation.OR: form(Level.OR, r"$0 \lor $1", Level.OR, Level.OR),
}

_GREEK_LETTERS = """
    alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau upsilon phi chi psi omega
    Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega
"""
_GREEK = frozenset(_GREEK_LETTERS.split())
_FUNCTION_WORDS = """
    sh ch th cth tg ctg lg lb sec csc cot cosec sech csch coth asec acsc arcsec arccsc arctg arsinh arcosh artanh
    lim inf sup arg det gcd mod if for otherwise and or not
"""
_WORDS = {*(word for word in FUNCTION_NAMES if len(word) > 1), *_FUNCTION_WORDS.split()}
_NAME = re.compile(
    rf"(?!(?:{'|'.join(sorted(_WORDS))})(?![A-Za-z]))(?P<base>[A-Za-z]+)"
    r"(?:_\{(?P<braced>[A-Za-z0-9,]+)\}|_?(?P<plain>[0-9][A-Za-z0-9_]*)|_(?P<word>[A-Za-z][A-Za-z0-9_]*))?"
    r"(?P<primes>'*)"
)


def shown(name: str) -> str:
    """The name as mathematicians write it: `x1` is x with an index, `alpha` the letter, `speed` upright."""
    match = _NAME.fullmatch(name)
    assert match is not None, "an illegal name; please report this"
    index = match["braced"] or match["plain"] or match["word"]
    subscript = "" if not index else f"_{{{_upright(index.rstrip('_'))}}}"
    return _upright(match["base"]) + subscript + match["primes"]


def _upright(word: str) -> str:
    """One letter or a number as it is, Greek letters by name, other words upright."""
    if word in _GREEK:
        return "\\" + word
    if len(word) == 1 or not any(c.isalpha() for c in word):
        return word
    return r"\mathrm{" + word.replace("_", r"\_") + "}"


def spelled(name: str) -> str:
    """The name in ASCII; capital Greek letters stay capital, and functions become the index of a letter."""
    plain = ascii_name("".join(map(_capital, name)))
    match = _NAME.fullmatch(plain)
    return plain if match is not None else f"{NAME_OF_NOTHING}_{plain}"


def _capital(character: str) -> str:
    words = unicodedata.name(character, "").split()
    if words[:3] == ["GREEK", "CAPITAL", "LETTER"] and words[-1].capitalize() in _GREEK:
        return words[-1].capitalize() + "_"
    return character


NAMES = NameRules(
    "LaTeX",
    _NAME,
    frozenset({"e", "i", "d"}),
    shown,
    spelled,
)


def number(value: Fraction) -> Text:
    """A decimal, with a power of ten if it is very large or small, or a fraction."""
    text = decimal(value)
    if text is None:
        minus = "-" if value < 0 else ""
        fraction = rf"{minus}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"
        if value.denominator == 1:
            fraction = str(value)
        return fraction, Level.SIGNED if minus else Level.UNARY
    mantissa, mark, exponent = text.partition("e")
    power = rf" \cdot 10^{{{exponent}}}" if mark else ""
    level = Level.PRODUCT if mark else Level.ATOM
    return mantissa + power, Level.SIGNED if value < 0 else level


def layout(program: Program) -> Iterator[str]:
    """A formula; several are aligned at their equals signs."""
    for comment in comments(program):
        yield f"% {comment}"
    formulas = [
        (assignment.name, _side_by_side(assignment.pieces)) for assignment in program.assignments
    ]
    if len(formulas) == 1:
        ((name, text),) = formulas
        yield f"{name} = {text}"
        return
    yield r"\begin{align*}"
    for count, (name, text) in enumerate(formulas, start=1):
        yield rf"{name} &= {text}" + (r" \\" if count < len(formulas) else "")
    yield r"\end{align*}"


def _side_by_side(pieces: Sequence[str]) -> str:
    """The text, with products written as mathematicians do where that has one meaning only."""
    written: list[str] = []
    for position, piece in enumerate(pieces):
        if piece != PRODUCT:
            written.append(piece)
            continue
        following = pieces[position + 1]
        is_letter = following[0].isalpha() or following.startswith("\\")
        is_bracket = following.startswith((r"\left", r"\begin"))
        after_number = written[-1][-1].isdigit()
        if after_number and _NUMBERS.match("".join(pieces[position + 1 : position + 6])):
            written.append(piece)
            continue
        fits = is_letter and (not is_bracket or (after_number and following.startswith(r"\left")))
        written.append(" " if fits else piece)
    return "".join(written)


LATEX = Language(
    "latex",
    FORMS,
    number,
    NAMES,
    layout,
    {
        Operation.MINIMUM: ListForm(r"\min\left(", ", ", r"\right)"),
        Operation.MAXIMUM: ListForm(r"\max\left(", ", ", r"\right)"),
    },
    ChainForm(
        r"\begin{cases} ",
        r"$1 & \text{if } $0",
        r" \\ ",
        r" \\ $0 & \text{otherwise} \end{cases}",
    ),
    (r"\left(", r"\right)"),
    has_truth=True,
    names_conditions=False,
    outputs_are_parts=False,
    declares=frozenset({"formats", "ranges", "errors"}),
)
