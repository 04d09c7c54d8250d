"""What the tokens of one statement are by their place: each stage takes them all and returns them, some changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from symhdl.functions.dialect import Dialect

from .syntax import Lexeme
from .tokens import VALUE_ENDS

CONDITIONAL = "if"  # as the name of a function of three arguments
ABSOLUTE = "abs"
_BAR = "|"
_WORDS = {"INPUT": "in", "OUTPUT": "error"}
_ASSUME = "assume"
_VALUE_STARTS = {"NAME", "NUMBER", "NOT", "BANG", "IF"}
_STARTS_OR_OPERATORS = {"LPAR", "SIGN"}  # of a condition only where something is compared
_OPENING = {"LPAR", "LSQB"}
_CLOSING = {"RPAR", "RSQB"}

Tokens = list[Lexeme]


def with_words_of_declarations(tokens: Tokens) -> Tokens:
    """`in` and `error` as words of the language where a declaration has them; elsewhere they are names.

    So is `assume` before a condition.
    """
    if tokens[0].text == _ASSUME and _is_assumption(tokens):
        return [tokens[0]._replace(type="ASSUME"), *tokens[1:]]
    word = _WORDS.get(tokens[0].type)
    if word is None:
        return tokens
    depth = 0
    changed = tokens[:1]
    for before, token in pairwise(tokens):
        depth += (token.type in _OPENING) - (token.type in _CLOSING)
        follows_value = before.type in VALUE_ENDS or before.type == "FORMAT"
        is_word = token.text == word and depth == 0 and follows_value
        changed.append(token._replace(type=word.upper()) if is_word else token)
    return changed


def _is_assumption(tokens: Tokens) -> bool:
    """Whether a statement that begins with the word says what is assumed, and no name is meant."""
    types = [token.type for token in tokens]
    if len(tokens) == 1 or "ASSIGN" in types:
        return False
    compares = types[1] in _STARTS_OR_OPERATORS and "RELATION" in types
    return types[1] in _VALUE_STARTS or compares


def with_calls_of_if(tokens: Tokens) -> Tokens:
    """`if(a, b, c)` as a call: the word is a name where a bracket with two commas follows it."""
    if not any(token.type == "IF" for token in tokens):
        return tokens
    changed = list(tokens)
    open_brackets: list[int] = []
    commas: list[int] = []
    for position, token in enumerate(tokens):
        if token.type in _OPENING:
            open_brackets.append(position)
            commas.append(0)
        elif token.type == "COMMA" and commas:
            commas[-1] += 1
        elif token.type in _CLOSING and open_brackets:
            word = open_brackets.pop() - 1
            if commas.pop() == 2 and word >= 0 and tokens[word].type == "IF":
                changed[word] = tokens[word]._replace(type="NAME", text=CONDITIONAL)
    return changed


def with_infix_functions(tokens: Tokens, dialect: Dialect) -> Tokens:
    """The words between operands under the names of their functions; before a bracket that begins a call, names."""
    if not dialect.infix_functions:
        return tokens
    names = dict(dialect.infix_functions)
    changed: Tokens = []
    for token in tokens:
        if token.type == "INFIX":
            is_between = bool(changed) and changed[-1].type in VALUE_ENDS
            token = token._replace(
                type="INFIX" if is_between else "NAME",
                text=names[token.text] if is_between else token.text,
            )
        changed.append(token)
    return changed


def with_absolute_bars(tokens: Tokens) -> Tokens:
    """`|x|` as `abs(x)`, for texts in which a bar is never an `or`."""
    changed: Tokens = []
    for token in tokens:
        if token.text != _BAR:
            changed.append(token)
        elif changed and changed[-1].type in VALUE_ENDS:
            changed.append(token._replace(type="RPAR"))
        else:
            changed.append(token._replace(type="NAME", text=ABSOLUTE))
            changed.append(token._replace(type="LPAR"))
    return changed


def with_known_case(tokens: Tokens, spellings: Mapping[str, str]) -> Tokens:
    """Names before a bracket as the function is spelt that they mean if case does not matter.

    `spellings` gives for the name of every function, and for that name in lower case, the name itself.
    """
    changed = list(tokens)
    for position, (token, after) in enumerate(pairwise(tokens)):
        if token.type == "NAME" and after.text == "(" and token.text not in spellings:
            known = spellings.get(token.text.lower(), token.text)
            changed[position] = token._replace(text=known)
    return changed


def functions_defined(statements: Sequence[Sequence[Lexeme]]) -> set[str]:
    """The names of the functions on the left sides of definitions."""
    return {
        tokens[0].text
        for tokens in statements
        if len(tokens) > 1 and tokens[0].type == "NAME" and tokens[1].text == "("
        if any(a.type == "RPAR" and b.type == "ASSIGN" for a, b in pairwise(tokens))
    }
