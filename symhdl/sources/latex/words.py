"""Letters and digits of LaTeX: which of them are one name, one number or a function, and what has to be asked."""

from __future__ import annotations

import re

from symhdl.grammar.messages import shown
from symhdl.grammar.syntax import Lexeme
from symhdl.numeric.limits import MAXIMUM_NAME_LENGTH
from symhdl.sources.latex import commands
from symhdl.sources.latex.names import decoration, spelling_key
from symhdl.sources.latex.tape import Tape

LONGEST_PRODUCT = 3  # letters that stand together; more are a word that somebody forgot to mark
LONGEST_SUBSCRIPT = 2  # letters behind `_` without braces; of more, the others hardly are factors

_BRACKET = re.compile(r"\s*(?:\\left|\\[bB]igg?l?)?\s*[(\[]")
_GROUPED = re.compile(r"(?P<mark>\{,\}|\\,)[0-9]{3}(?:(?P=mark)[0-9]{3})*(?![0-9])(?:\.[0-9]+)?")
_COMMA = re.compile(r"\{,\}(?P<digits>[0-9]+)")
_POWER_OF_TEN = re.compile(r"([0-9.]+)([eE])(.*)")


def read_number(tape: Tape, token: Lexeme) -> None:
    """A number, with separators of thousands and a decimal comma in braces."""
    if tape.wanted:
        _read_digit(tape, token)
        return
    grouped = _GROUPED.match(tape.text, token.end)
    comma = _COMMA.match(tape.text, token.end)
    if "." in token.text or (grouped is None and comma is None):
        tape.value("NUMBER", token.text, token.start)
        return
    cannot_be_grouped = grouped is None or token.text.startswith("0") or len(token.text) > 3
    if comma is not None and cannot_be_grouped:
        tape.position = comma.end()
        tape.value("NUMBER", f"{token.text}.{comma['digits']}", token.start)
        return
    if grouped is None or cannot_be_grouped:
        tape.value("NUMBER", token.text, token.start)
        return
    tape.position = grouped.end()
    if grouped[0].startswith("{,}") and len(grouped[0]) == len("{,}000"):
        tape.complain(
            "ambiguous-number",
            "this comma may separate decimals or thousands",
            token._replace(end=grouped.end()),
            "write the number with a decimal point, or without the comma",
        )
        return
    digits = grouped[0].replace(grouped["mark"], "")
    tape.value("NUMBER", token.text + digits, token.start)


def _read_digit(tape: Tape, token: Lexeme) -> None:
    """An argument without braces is a single digit."""
    first, others = token.text[0], token.text[1:]
    if others not in ("", ".") and tape.tokens[-1].type == "SUP":
        other = "" if "." in others else f", or ^{{{first}}} \\cdot {shown(others)}"
        tape.complain(
            "ambiguous-power",
            f"TeX raises only the `{first}` of `^{shown(token.text)}`",
            token,
            f"write ^{{{shown(token.text)}}}{other}",
        )
        return
    if first == "." or (others.startswith(".") and others != "."):
        tape.complain("syntax", "a decimal as an argument needs braces", token)
        return
    tape.position = token.start + 1
    tape.value("NUMBER", first, token.start)


def ask_about_exponent(tape: Tape, token: Lexeme) -> None:
    """`2e-3` is two formulas, depending on who wrote it."""
    match = _POWER_OF_TEN.fullmatch(token.text)
    assert match is not None, "a number without an exponent; please report this"
    number, letter, exponent = match.groups()
    tape.complain(
        "ambiguous-number",
        f"`{shown(token.text)}` may be a power of ten or a product with `{letter}`",
        token,
        f"write {shown(number)} \\cdot 10^{{{shown(exponent.lstrip('+'))}}}, or "
        f"{shown(number)} \\cdot {letter} ...",
    )


def read_word(tape: Tape, token: Lexeme) -> None:
    """Letters side by side: names of one letter each, unless they are known as a word."""
    word = token.text
    if tape.wanted:
        read_letters(tape, token._replace(text=word[:1], end=token.start + 1))
        return
    if tape.tokens and tape.tokens[-1].type == "SUP":
        read_letters(tape, token)
        return
    known = tape.vocabulary.inputs
    are_inputs = all(spelling_key(letter) in known for letter in word)
    if len(word) == 1 or (are_inputs and word not in known):
        read_letters(tape, token)
    elif word in known or word in tape.words:
        read_name(tape, word, token.start)
    elif _is_function(tape, word) and _BRACKET.match(tape.text, token.end):
        name = commands.FUNCTIONS.get(word, word)
        tape.value("FUNCTION", word if word in tape.vocabulary.functions else name, token.start)
        tape.warn(
            "word-as-function",
            f"`{word}` is read as the function, not as a product of letters",
            token,
            f"write \\operatorname{{{word}}}(...)",
        )
    elif (problem := _problem(tape, token)) is not None:
        tape.complain("ambiguous-word", problem[0], token, problem[1])
    else:
        read_letters(tape, token)


def _is_function(tape: Tape, word: str) -> bool:
    return (
        word in tape.vocabulary.functions
        or word in commands.FUNCTIONS
        or word in commands.TABLE_WORDS
    )


def _problem(tape: Tape, token: Lexeme) -> tuple[str, str] | None:
    """Why the letters are hardly a product, and what to write instead."""
    word = token.text
    product = shown(" ".join(word))
    if word in commands.LETTERS:
        return (
            f"`{word}` may be the letter \\{word} or the product {product}",
            f"write \\{word}, or {product}",
        )
    if _is_function(tape, word):
        return (
            f"`{word}` may be the function or the product {product}",
            f"write \\operatorname{{{word}}}(...), or {product}",
        )
    if len(word) > LONGEST_PRODUCT:
        return (
            f"`{shown(word)}` may be one name or a product of {len(word)} letters",
            f"write \\mathrm{{{shown(word)}}}, or {product}",
        )
    return None


def read_letters(tape: Tape, token: Lexeme) -> None:
    """Every letter is a name; the last one takes the subscripts."""
    end = token.end
    for offset, letter in enumerate(token.text):
        start = token.start + offset
        tape.position = start + 1
        name = commands.UNICODE_LETTERS.get(letter, letter)
        if start + 1 < end and not _is_mark(tape.text[start + 1]):
            tape.value("NAME", known_spelling(tape, name), start)
        elif not _is_mark(letter):
            read_name(tape, name, start)


def _is_mark(character: str) -> bool:
    return "\u0300" <= character <= "\u036f"


def read_name(tape: Tape, name: str, start: int) -> None:
    """The name with what is written on it; an argument without braces cannot have any of that."""
    while tape.position < len(tape.text) and _is_mark(tape.text[tape.position]):
        name += tape.text[tape.position]
        tape.position += 1
    if not tape.wanted:
        found = decoration(tape.text, tape.position, len(tape.text))
        token = Lexeme("NAME", name, start, found.end)
        tape.position = found.end
        name += found.text
        if found.doubtful:
            _tell_doubtful(tape, token, found.doubtful)
    if len(name) > MAXIMUM_NAME_LENGTH:
        message = f"a name has at most {MAXIMUM_NAME_LENGTH} characters, this one has {len(name)}"
        tape.complain("name-too-long", message, Lexeme("NAME", name, start, tape.position))
        return
    tape.value("NAME", known_spelling(tape, name), start)


def _tell_doubtful(tape: Tape, token: Lexeme, more: str) -> None:
    """A subscript without braces that goes on: digits belong to it, of letters TeX takes only the first."""
    written = tape.text[token.start : token.end]
    if more.isdigit():
        tape.warn(
            "unbraced-subscript",
            f"all of `{shown(more)}` is read as the subscript, though TeX takes only the first digit",
            token,
            f"write {token.text}_{{{shown(more)}}}",
        )
    elif len(more) >= LONGEST_SUBSCRIPT:
        place = token._replace(end=token.end + len(more))
        tape.complain(
            "ambiguous-subscript",
            f"TeX takes only the first letter of `{shown(written + more)}` as the subscript",
            place,
            f"write {token.text}_{{{shown(written[-1] + more)}}}, or {shown(written)} \\cdot "
            f"{shown(more)}",
        )
        tape.position = place.end
    else:
        tape.warn(
            "unbraced-subscript",
            f"`{shown(written)}` is the name and `{more}` a factor, as TeX prints it",
            token,
            f"if both letters belong to the subscript, write {token.text}_{{{written[-1]}{more}}}",
        )


def known_spelling(tape: Tape, name: str) -> str:
    """The name as the list of inputs spells it, if it is one of them."""
    known = tape.vocabulary.inputs
    return known.get(name) or known.get(spelling_key(name), name)
