"""`input` and `output` declarations: formats, ranges and error bounds."""

from __future__ import annotations

from fractions import Fraction

from symhdl.errors import Diagnostic, Source, Span
from symhdl.ir.graph import InputDeclaration, OutputDeclaration
from symhdl.names.spelling import similar
from symhdl.numeric.fixed import FixedFormat, format_problem, parse_format

from .bounds import REMEDY, Interval, enclose
from .elaborate import Elaborator
from .messages import shown
from .scope import body_of
from .syntax import Lexeme, Term
from .tokens import span_of

_FORMATS = "formats are fixed<W,I>, ufixed<W,I>, SQ(i,f) and UQ(i,f), as in fixed<12,3>"


def read_input(elaborator: Elaborator, source: Source, name: str) -> InputDeclaration:
    """The declaration of an input; mistakes go to the elaborator's diagnostics."""
    statement, place = elaborator.scope.inputs[name]
    format = _read_format(elaborator, source, statement.format)
    range = None
    if statement.low is not None and statement.high is not None:
        range = _read_range(elaborator, source, statement.low, statement.high)
    if format is not None and range is not None:
        _compare(elaborator, source, format, range, statement.low, statement.high)
    return InputDeclaration(name, format, range, place)


def read_output(
    elaborator: Elaborator, source: Source, name: str, node: int | None
) -> OutputDeclaration:
    """The declaration of the output `name`, whose node is known if the text assigns it."""
    declared = elaborator.scope.outputs.get(name)
    if declared is None:
        assert node is not None, "an output without a definition; please report this"
        return OutputDeclaration(name, node, span=elaborator.scope.names[name].span)
    statement, place = declared
    if node is None:
        _report_undefined(elaborator, name, place)
        node = elaborator.builder.constant(0)
    format = _read_format(elaborator, source, statement.format)
    error = None
    if statement.error is not None and statement.relation is not None:
        error = _read_error(elaborator, source, statement.relation, statement.error)
    return OutputDeclaration(name, node, format, error, place)


def _report_undefined(elaborator: Elaborator, name: str, place: Span) -> None:
    scope = elaborator.scope
    if name in scope.inputs:
        message = f"`{shown(name)}` is an input and cannot be an output as well"
        help: str | None = (
            f"give the output a name of its own: output {shown(name)}_out = {shown(name)}"
        )
    else:
        message = f"the output `{shown(name)}` is not defined"
        guess = similar(name, scope.names)
        help = f"write {shown(name)} = ..." if guess is None else f"did you mean `{shown(guess)}`?"
    _note(elaborator, "undefined-output", message, place, help)


def _read_format(
    elaborator: Elaborator, source: Source, token: Lexeme | None
) -> FixedFormat | None:
    if token is None:
        return None
    text = token.text[1:].replace(" ", "").replace("\t", "")
    place = span_of(source, token)
    place = Span(source, place.end - len(token.text[1:].lstrip()), place.end)
    format = parse_format(text)
    if format is None:
        _note(elaborator, "format", f"`{shown(text)}` is not a format", place, _FORMATS)
        return None
    problem = format_problem(format)
    if problem is not None:
        _note(elaborator, "format", f"`{shown(text)}` cannot be used: {problem}", place, None)
    return format


def _read_range(
    elaborator: Elaborator, source: Source, low: Term, high: Term
) -> tuple[Fraction, Fraction] | None:
    """The range, outward where its ends are not rational."""
    lower = _constant(elaborator, source, low)
    upper = _constant(elaborator, source, high)
    if lower is None or upper is None:
        return None
    if lower[0] > upper[1]:
        _note(
            elaborator,
            "empty-range",
            "the lower end of the range lies above the upper one",
            Span(source, low.start, high.end),
            "write the smaller number first",
        )
        return None
    return lower[0], upper[1]


def _compare(
    elaborator: Elaborator,
    source: Source,
    format: FixedFormat,
    range: tuple[Fraction, Fraction],
    low: Term | None,
    high: Term | None,
) -> None:
    """A range of which the format holds nothing is a mistake."""
    assert low is not None and high is not None
    if range[0] > format.maximum * format.ulp or range[1] < format.minimum * format.ulp:
        _note(
            elaborator,
            "empty-range",
            f"no number of the range is a number of the format {format}",
            Span(source, low.start, high.end),
            f"the format goes from {float(format.minimum * format.ulp):g} to "
            f"{float(format.maximum * format.ulp):g}",
        )


def _read_error(
    elaborator: Elaborator, source: Source, relation: Lexeme, term: Term
) -> Fraction | None:
    """The error bound, rounded to the strict side where it is not rational."""
    if relation.text not in ("<=", "≤"):
        _note(
            elaborator,
            "syntax",
            f"expected `<=`, found `{relation.text}`",
            span_of(source, relation),
            "write error <= bound",
        )
    bound = _constant(elaborator, source, term)
    if bound is None:
        return None
    if bound[0] <= 0:
        _note(
            elaborator,
            "error-bound",
            "the error bound must be greater than zero",
            Span(source, term.start, term.end),
            "no hardware of finite width is exact everywhere",
        )
        return None
    return bound[0]


def _constant(elaborator: Elaborator, source: Source, term: Term) -> Interval | None:
    mistakes = len(elaborator.diagnostics)
    node = elaborator.node_of(body_of(source, term))
    if len(elaborator.diagnostics) > mistakes:
        return None
    value = enclose(elaborator.builder.nodes, node)
    if value is None:
        _note(
            elaborator,
            "no-constant",
            "expected a constant",
            Span(source, term.start, term.end),
            REMEDY,
        )
    return value


def _note(elaborator: Elaborator, id: str, message: str, place: Span, help: str | None) -> None:
    """A mistake; told once, though a statement may declare several names."""
    diagnostic = Diagnostic(id, message, place, (), help)
    if diagnostic not in elaborator.diagnostics:
        elaborator.diagnostics.append(diagnostic)
