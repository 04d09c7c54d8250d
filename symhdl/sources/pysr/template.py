"""PySR's templates: `f = #2 + 1; g = sin(#1); p = [0.3, 1.2]`, and the rule that makes one expression of the parts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from symhdl.errors import Diagnostic, Source, Span, SymhdlError, error, warning
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS

RULE_NAME = "--combine"

_FRAME = "╭├╰│"  # drawn before the parts on a terminal
_PART = re.compile(rf"[\s{_FRAME}]*(?P<name>[^\W\d]\w*)\s*=(?!=)\s*")
_ARGUMENT = re.compile(r"#([0-9]{1,4})(?!\w)")
_ARGUMENT_IN_PLACE = re.compile(r"(?:^|[=(,+\-*/^;<>])\s*#[0-9]{1,4}(?!\w)")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eEf][-+]?[0-9]+)?")
_JULIA_FUNCTION = re.compile(r"\s*\(\(\s*;[^()]*\)\s*,\s*(?:\([^()]*\)|\w+)\s*\)\s*->")
_WORD_OR_MARK = re.compile(r"[^\W\d]\w*|[()\[\],]")
_DERIVATIVE = re.compile(r"(?<!\w)D\s*\(")


class TemplatePart(NamedTuple):
    """`name = body`; characters `start` to `end` of the source are the body."""

    name: str
    start: int
    end: int


class Template(NamedTuple):
    """The functions, and the vectors of parameters with their values as they stand in the text."""

    functions: tuple[TemplatePart, ...]
    parameters: Mapping[str, tuple[str, ...]]


def is_template(text: str) -> bool:
    """Whether the field of a table holds parts with names."""
    return _PART.match(text) is not None


def is_template_text(text: str) -> bool:
    """Whether a text of its own is a template: parts with names, and `#1` where the native language has no comment."""
    return is_template(text) and (
        _ARGUMENT_IN_PLACE.search(text) is not None or any(mark in text for mark in _FRAME)
    )


def read_template(source: Source, start: int, end: int) -> Template:
    """The parts in characters `start` to `end` of the source. Raises SymhdlError for what is no part."""
    functions: list[TemplatePart] = []
    parameters: dict[str, tuple[str, ...]] = {}
    names: set[str] = set()
    mistakes: list[Diagnostic] = []
    for first, last in _pieces(source.text, start, end):
        match = _PART.match(source.text, first, last)
        place = Span(source, first, max(first + 1, last))
        if match is None:
            help = "a template is `name = expression; name = expression`"
            mistakes.append(Diagnostic("template", "expected a part", place, help=help))
            continue
        name = match["name"]
        if name in names:
            message = f"the part `{name}` is there twice"
            mistakes.append(Diagnostic("duplicate-definition", message, place))
        elif source.text.startswith("[", match.end()):
            values = _values(source.text[match.end() : last])
            if values is None:
                message = f"the values of `{name}` cannot be read"
                help = "write all of them, as the file has them: [0.3, 1.2]"
                mistakes.append(Diagnostic("template", message, place, help=help))
            else:
                parameters[name] = values
        else:
            functions.append(TemplatePart(name, match.end(), last))
        names.add(name)
    if mistakes:
        raise SymhdlError(*mistakes[:MAXIMUM_DIAGNOSTICS])
    return Template(tuple(functions), parameters)


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """What stands between the semicolons and line ends, without what is blank."""
    pieces: list[tuple[int, int]] = []
    for match in re.compile(r"[^;\n]+").finditer(text, start, end):
        stripped = match[0].rstrip()
        if stripped.strip(_FRAME + " \t"):
            pieces.append((match.start(), match.start() + len(stripped)))
    return pieces


def _values(text: str) -> tuple[str, ...] | None:
    inside = text.strip()
    if not inside.endswith("]"):
        return None
    values = tuple(value.strip() for value in inside[1:-1].split(","))
    return values if all(map(_NUMBER.fullmatch, values)) else None


def missing_rule(source: Source, template: Template) -> Diagnostic:
    """The warning that the parts are outputs of their own."""
    first, last = template.functions[0], template.functions[-1]
    names = [part.name for part in template.functions]
    notes = [f"outputs: {', '.join(names)}; inputs are the arguments #1, #2, ..."]
    if template.parameters:
        notes.append(f"not used: {', '.join(template.parameters)}")
    calls = " + ".join(f"{name}(x1, x2)" for name in names[:2])
    return warning(
        "template",
        "the rule that combines the parts of this template is not in the text",
        Span(source, first.start, max(first.start + 1, last.end)),
        notes=notes,
        help=f'give it as the script has it: --combine "{calls}"',
    )


class Combined(NamedTuple):
    """The rule as a text that the grammar reads, and the definitions of the parts that it calls."""

    rule: Source
    definitions: tuple[Source, ...]
    warnings: tuple[Diagnostic, ...]


def combined(source: Source, template: Template, rule_text: str) -> Combined:
    """The template with its rule, `sin(f(x1, x2)) + p[1] * g(x3)^2`, as definitions and a program.

    Raises SymhdlError where the two do not fit.
    """
    rule = Source(RULE_NAME, rule_text)
    match = _JULIA_FUNCTION.match(rule_text)
    text = rule_text if match is None else " " * match.end() + rule_text[match.end() :]
    names = {part.name for part in template.functions}
    derivative = _DERIVATIVE.search(text)
    if derivative is not None and "D" not in names:
        place = Span(rule, *derivative.span())
        help = "write the derivative out"
        raise error("template", "derivatives of parts cannot be read", place, help=help)
    uses = _uses(rule, text, names, template.parameters)
    definitions: list[Source] = []
    unused: list[str] = []
    for part in template.functions:
        arity = uses.arities.get(part.name)
        if arity is None:
            unused.append(part.name)
        else:
            definitions.append(_function(source, part, arity))
    definitions += [
        _parameter(rule, name, values)
        for name, values in template.parameters.items()
        if name in uses.indexed
    ]
    warnings = [
        warning(
            "template",
            f"the rule does not use the part `{name}`",
            Span(rule, 0, max(1, len(rule_text))),
            notes=(f"parts: {', '.join(part.name for part in template.functions)}",),
        )
        for name in unused
    ]
    read = replace(rule, text=uses.text, original=rule)
    return Combined(read, tuple(definitions), tuple(warnings))


class _Uses(NamedTuple):
    """With how many arguments each part is called, which parameters are used, and the rule with `p(1)` for `p[1]`."""

    arities: dict[str, int]
    indexed: set[str]
    text: str


class _Open(NamedTuple):
    """An open bracket: what it belongs to, and where it stands."""

    name: str
    position: int
    is_index: bool


def _uses(
    rule: Source, text: str, functions: set[str], parameters: Mapping[str, tuple[str, ...]]
) -> _Uses:
    """Looks through the brackets of the rule once; what is wrong with them is for the grammar to tell."""
    uses = _Uses({}, set(), text)
    changed = list(text)
    open_brackets: list[_Open] = []
    commas: list[int] = []
    word, word_end = "", -1
    for match in _WORD_OR_MARK.finditer(text):
        mark, start = match[0], match.start()
        if mark in ("(", "["):
            is_next = not text[word_end:start].strip() if word_end >= 0 else False
            is_index = mark == "[" and is_next
            if is_index and word not in parameters:
                place = Span(rule, word_end - len(word), start + 1)
                note = "values stand behind the parts, as in `f = #1; p = [0.3, 1.2]`"
                raise error(
                    "template", f"the template has no values for `{word}`", place, notes=(note,)
                )
            open_brackets.append(_Open(word if is_next else "", start, is_index))
            commas.append(0)
            if is_index:
                changed[start] = "("
        elif mark == "," and commas:
            commas[-1] += 1
        elif mark in (")", "]") and open_brackets:
            bracket, count = open_brackets.pop(), commas.pop()
            _close(rule, uses, bracket, start, count + 1, functions, parameters)
            if bracket.is_index:
                changed[start] = ")"
        word, word_end = (mark, match.end()) if mark[0].isalpha() or mark[0] == "_" else ("", -1)
    return uses._replace(text="".join(changed))


def _close(
    rule: Source,
    uses: _Uses,
    bracket: _Open,
    end: int,
    count: int,
    functions: set[str],
    parameters: Mapping[str, tuple[str, ...]],
) -> None:
    place = Span(rule, bracket.position, end + 1)
    if bracket.is_index:
        uses.indexed.add(bracket.name)
        index = rule.text[bracket.position + 1 : end].strip()
        length = len(parameters[bracket.name])
        if index.isascii() and index.isdigit() and not 1 <= int(index[:9]) <= length:
            message = f"`{bracket.name}` has {length} values, counted from 1"
            raise error("template", message, place)
    elif bracket.name in functions and rule.text[bracket.position] == "(":
        known = uses.arities.setdefault(bracket.name, count)
        if known != count:
            message = f"`{bracket.name}` is called with {known} arguments and with {count}"
            raise error("template", message, place)


def _function(source: Source, part: TemplatePart, arity: int) -> Source:
    """`f(#1, #2) = body`."""
    body = source.text[part.start : part.end]
    for match in _ARGUMENT.finditer(body):
        if not 1 <= int(match[1]) <= arity:
            start = part.start + match.start()
            place = Span(source, start, start + len(match[0]))
            note = f"the rule calls `{part.name}` with {arity} argument{'s' if arity > 1 else ''}"
            raise error(
                "template", f"`{part.name}` has no argument {match[0]}", place, notes=(note,)
            )
    arguments = ", ".join(f"#{number}" for number in range(1, arity + 1))
    head = f"{part.name}({arguments}) = "
    return Source(
        source.name,
        head + body,
        original=source,
        begin=len(head),
        shift=part.start - len(head),
    )


def _parameter(rule: Source, name: str, values: Sequence[str]) -> Source:
    """`p(k)`, for an index that is one of 1, 2, ..."""
    cases = "".join(f"if k == {k} then {value} else " for k, value in enumerate(values[:-1], 1))
    text = f"{name}(k) = {cases}{values[-1]}"
    return Source(rule.name, text, original=rule)
