"""What is asked about formulas of LaTeX, what is remarked, and what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

from symhdl.errors import Diagnostic, Severity, Source, Span, SymhdlError
from symhdl.grammar.messages import shown
from symhdl.grammar.syntax import Lexeme
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS
from symhdl.sources.latex.fragments import Fragment

MESSAGES: dict[str, tuple[str, str]] = {
    # What can be read in several ways
    "ambiguous-argument": ("the argument of `{1}` may end behind `{2}` or behind `{3}`",
        "write it in brackets: {1}(...)"),
    "ambiguous-bars": ("these bars cannot be paired, or in more than one way", "write \\lvert x \\rvert"),
    "ambiguous-division": ("below the slash may stand `{1}` or all of `{0}`",
        "write \\frac{{...}}{{{1}}} {2}, or \\frac{{...}}{{{0}}}"),
    "ambiguous-division modulus": ("`\\bmod` beside a sign may take in more or less", "write (a \\bmod b)"),
    "ambiguous-inverse": ("`{0}` may be a power of the function or of its inverse",
        "write \\left(...\\right)^{{...}}, or the name of the inverse function"),
    "ambiguous-number power": ("`{0}` may be a power of ten or a product with `{2}`",
        "write {1} \\cdot 10^{{{3}}}, or {1} \\cdot {2} ..."),
    "ambiguous-number behind": ("a number directly behind `{1}` may be a factor, an index or a power",
        "write {1}_{{{0}}}, {0} {1} or {1}^{{{0}}}"),
    "ambiguous-number mixed": ("`{1} {0}` may be a mixed number or a product", "write {1} + {0}, or {1} \\cdot {0}"),
    "ambiguous-power": ("two powers on one base", "write {{{0}}}^{{...}} with braces around the first, or a^{{b^c}}"),
    "ambiguous-power digits": ("TeX takes only the `{1}` of `{0}`", "write {{{0}}}, or {{{1}}} \\cdot {2}"),
    "ambiguous-power braces": ("`{0}` may be a power of the function or of its argument",
        "write the argument in brackets: \\sin^2(x), or \\sin\\left(x^2\\right)"),
    "ambiguous-product": ("`{1}({2})` may be a function or a product",
        "define {1}(...) = ..., or write {1} \\cdot ({2})"),
    "ambiguous-subscript": ("TeX takes only the first letter of `{0}` as the subscript",
        "write {1}_{{{3}{2}}}, or {4} \\cdot {2}"),
    "ambiguous-word": ("`{0}` may be `{1}` or a product of letters", "write {1}, or {2}"),
    "chain-of-equations": ("two expressions for one value: nobody checks that they are equal",
        "write one equation in a row"),
    "invisible-braces": ("braces cannot be seen: in print `{0}` is not held together", "write \\left( ... \\right)"),
    # What means nothing
    "bad-name": ("`{1}` cannot be a name", "a name is a letter, followed by letters, digits and blanks, in braces"),
    "derivative": ("`{0}` looks like a derivative, and derivatives are not computed",
        "write the derivative out, or `d \\cdot` if d is a factor"),
    "incomplete-cases": ("the cases must say what holds in every case",
        "write \\text{{otherwise}} as the last condition"),
    "missing-argument": ("`{0}` has no argument", "write {0}(...)"),
    "stray-subscript": ("only names have subscripts, and logarithms a base",
        "write the subscript directly behind the name: x_1^2"),
    "syntax argument": ("an argument of `{0}` is missing, or needs braces", "write {{...}} around it"),
    "syntax base": ("there is nothing before `{0}`", ""),
    "syntax case": ("a case is a value and a condition", "write x & \\text{{if }} x > 0, or x & \\text{{otherwise}}"),
    "syntax value": ("a value is missing in `{0}`, or it has several", "decimals have a point: 2.5"),
    "text-outside-formula": ("there is text beside the formulas, and it would be lost", "give the formulas alone"),
    "too-deep": ("more than {1} brackets are open here", "name parts of the expression in formulas of their own"),
    "unknown-character": ("the character `{0}` has no meaning here", "write powers, factorials and derivatives out"),
    "unknown-command": ("the command `{0}` is not known", "{1}"),
    "unknown-environment": ("the environment `{1}` is not read",
        "formulas may stand in equation, align, gather, cases and the like"),
    "unmatched-bracket": ("`{1}` is closed by `{0}`", "write `{2}`"),
    "unmatched-bracket closing": ("this `{0}` closes nothing", "remove it"),
    "unmatched-bracket opening": ("this `{0}` is never closed", "add the `{1}`"),
    "unsupported-command": ("`{1}`: {2}", "{3}"),
    # What the user should know about a reading
    "implicit-product-below-slash": ("all of `{0}` is read below the slash", "write \\frac{{...}}{{{0}}}"),
    "log-base": ("`\\log` is read as the natural logarithm", "write \\ln, or \\log_{{10}} if that is meant"),
    "long-argument": ("all of `{2} {3}` is read as the argument of `{1}`",
        "write the argument in brackets if it ends earlier"),
    "unbraced-subscript": ("`{1}` is read as the name; TeX itself takes one character as the subscript",
        "write the subscript in braces"),
    "word-as-function": ("`{0}` is read as the function, not as a product of letters",
        "write \\operatorname{{{0}}}(...)"),
}  # fmt: skip
"""What is told: message and help.

The first word is the id. `{0}` is the text at the place, `{1}`, `{2}`, ... the texts that come with it.
"""


class Extent(NamedTuple):
    """A place by itself."""

    start: int
    end: int


Placed: TypeAlias = Extent | Lexeme | Fragment
"""What has characters `start` to `end` of the source."""


@dataclass(slots=True)
class Findings:
    """What has been found out about a text that the user has to know."""

    source: Source
    diagnostics: list[Diagnostic] = field(default_factory=list)
    warnings: dict[tuple[str, int], Diagnostic] = field(default_factory=dict)

    def written(self, place: Placed) -> str:
        """The text at a place as a message may hold it."""
        text: str = shown(self.source.text[place.start : place.end].strip())
        return text

    def error(self, question: str, place: Placed, *others: Placed | str) -> SymhdlError:
        """One of the questions, to be raised where reading cannot go on."""
        return SymhdlError(self._filled(question, place, others))

    def ask(self, question: str, place: Placed, *others: Placed | str) -> None:
        """Adds one of the questions. Raises SymhdlError if there are too many to go on."""
        self.add(self.error(question, place, *others))

    def remark(self, remark: str, place: Placed, *others: Placed | str) -> None:
        """Adds one of the remarks; the one on the logarithm once in the whole text."""
        found = self._filled(remark, place, others)
        key = remark, 0 if remark == "log-base" else place.start
        self.warnings.setdefault(key, replace(found, severity=Severity.WARNING))

    def _filled(self, key: str, place: Placed, others: tuple[Placed | str, ...]) -> Diagnostic:
        message, help = MESSAGES[key]
        texts = [o if isinstance(o, str) else self.written(o) for o in (place, *others)]
        span = Span(self.source, place.start, max(place.end, place.start + 1))
        return Diagnostic(
            key.split()[0], message.format(*texts), span, (), help.format(*texts) or None
        )

    def add(self, error: SymhdlError) -> None:
        """Adds what is wrong. Raises SymhdlError if it is too much to go on."""
        self.diagnostics += [d for d in error.diagnostics if d not in self.diagnostics]
        if len(self.diagnostics) >= MAXIMUM_DIAGNOSTICS:
            self.stop()

    def stop(self) -> None:
        """Raises SymhdlError with what is wrong, in the order of the text, if anything is."""
        if self.diagnostics:
            self.diagnostics.sort(key=lambda found: found.span.start if found.span else 0)
            raise SymhdlError(*self.diagnostics[:MAXIMUM_DIAGNOSTICS])
