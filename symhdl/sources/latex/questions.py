"""What is asked about formulas of LaTeX, what is remarked, and what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

from symhdl.errors import Diagnostic, Severity, Source, Span, SymhdlError
from symhdl.grammar.messages import shown
from symhdl.grammar.syntax import Lexeme, Term
from symhdl.numeric.limits import MAXIMUM_DIAGNOSTICS
from symhdl.sources.latex.fragments import Fragment

QUESTIONS: dict[str, tuple[str, str]] = {
    # What can be read in several ways
    "ambiguous-argument": ("the argument of `{1}` may end behind `{2}` or behind `{3}`",
        "write it in brackets: {1}(...)"),
    "ambiguous-bars": ("these bars can be paired in more than one way", "write \\lvert x \\rvert"),
    "ambiguous-bars missing": ("a bar is missing", "write \\lvert x \\rvert"),
    "ambiguous-division": ("below the slash may stand `{1}` or all of `{0}`",
        "write \\frac{{...}}{{{1}}} {2}, or \\frac{{...}}{{{0}}}"),
    "ambiguous-division power": ("it is not clear whether the power of ten is below the slash",
        "write \\frac{{...}}{{...}}"),
    "ambiguous-division modulus": ("the modulus may be `{1}` or all of `{0}`",
        "write \\left(a \\bmod {1}\\right) ..., or brackets around `{0}`"),
    "ambiguous-division sign": ("the sign in front may belong to the dividend or to the remainder",
        "write (-a) \\bmod {0}, or -(a \\bmod {0})"),
    "ambiguous-inverse": ("`{0}` may be an inverse function or one divided by the function",
        "write \\frac{{1}}{{...}}, or the name of the inverse function"),
    "ambiguous-number comma": ("this comma may separate decimals or thousands",
        "write the number with a decimal point, or without the comma"),
    "ambiguous-number power": ("`{0}` may be a power of ten or a product with `{2}`",
        "write {1} \\cdot 10^{{{3}}}, or {1} \\cdot {2} ..."),
    "ambiguous-number behind": ("a number directly behind `{1}` may be a factor, an index or a power",
        "write {1}_{{{0}}}, {0} {1} or {1}^{{{0}}}"),
    "ambiguous-number mixed": ("`{1} {0}` may be a mixed number or a product", "write {1} + {0}, or {1} \\cdot {0}"),
    "ambiguous-power": ("two powers on one base", "write {{{0}}}^{{...}} with braces around the first, or a^{{b^c}}"),
    "ambiguous-power digits": ("TeX raises only the `{1}` of `^{0}`", "write ^{{{0}}}, or ^{{{1}}} \\cdot {2}"),
    "ambiguous-power decimal": ("TeX raises only the `{1}` of `^{0}`", "write ^{{{0}}}"),
    "ambiguous-power negative": ("`{0}` may be a power of the function or of its inverse",
        "write \\left(...(x)\\right)^{{...}}"),
    "ambiguous-power braces": ("`{0}` may be a power of the function or of its argument",
        "write the argument in brackets: \\sin^2(x), or \\sin\\left(x^2\\right)"),
    "ambiguous-product": ("`{1}({2})` may be a function or a product",
        "define {1}(...) = ..., or write {1} \\cdot ({2})"),
    "ambiguous-row": ("the row below begins with a sign: it may go on with this one, or be a formula of its own",
        "give the formulas names, y = ..., or write all in one row"),
    "ambiguous-subscript": ("TeX takes only the first letter of `{0}` as the subscript",
        "write {1}_{{{3}{2}}}, or {4} \\cdot {2}"),
    "ambiguous-word": ("`{0}` may be {1}", "write {2}, or {3}"),
    "chain-of-equations": ("two expressions for one value: nobody checks that they are equal", "keep one of them"),
    "invisible-braces": ("braces cannot be seen: in print `{0}` is not held together", "write \\left( ... \\right)"),
    "two-numbers": ("two numbers side by side are no product", "write \\cdot between them"),
    # What means nothing
    "bad-name": ("`{1}` cannot be a name", "a name is a letter, followed by letters, digits and blanks"),
    "derivative": ("`{0}` looks like a derivative, and derivatives are not computed",
        "write the derivative out, or `d \\cdot` if d is a factor"),
    "derivative of function": ("`{0}` is the derivative of a function, and derivatives are not computed",
        "write the derivative out as a formula"),
    "derivative prime": ("a prime belongs to a name, as in x'", "derivatives are not computed"),
    "function-as-value": ("`{0}` is a function, and has no argument here", "write {0}(...)"),
    "incomplete-cases": ("the cases must say what holds in every case", "end them with ... & \\text{{otherwise}}"),
    "incomplete-cases order": ("only the last case can hold otherwise", ""),
    "missing-argument": ("`{0}` has no argument", "write {0}(...)"),
    "name-too-long": ("a name has at most {1} characters, this one has {2}", ""),
    "stray-subscript": ("only names have subscripts", "write the subscript directly behind the name: x_1^2"),
    "stray-subscript of function": ("this function has no subscript", "only logarithms have a base"),
    "syntax align": ("`&` stands in the middle of a formula", "one formula stands in a row, or several equations"),
    "syntax argument": ("an argument or a power that begins with {1} needs braces", "write ^{{...}}"),
    "syntax braces": ("{1} as an argument needs braces", "write {{...}}"),
    "syntax brackets": ("`&` does not belong into brackets", ""),
    "syntax case": ("a case is a value and a condition", "write x & \\text{{if }} x > 0, or x & \\text{{otherwise}}"),
    "syntax cases": ("{1} belongs into a distinction of cases", "\\begin{{cases}} ... \\end{{cases}}"),
    "syntax comma": ("a comma does not belong here",
        "decimals have a point: 2.5; arguments of functions stand in brackets"),
    "syntax list": ("several values between commas mean nothing here", "decimals have a point: 2.5"),
    "syntax missing": ("a value is missing{2}, before {1}", ""),
    "syntax power": ("{1} as a power needs braces", "write x^{{-1}}"),
    "syntax unfit": ("{1} does not fit{2}", ""),
    "syntax word": ("`{0}` wants a word in braces", ""),
    "text-outside-formula": ("there is text beside the formulas, and it would be lost", "give the formulas alone"),
    "too-deep": ("more than {1} brackets are open here", "name parts of the expression in formulas of their own"),
    "unknown-character": ("the character `{0}` has no meaning here", ""),
    "unknown-command": ("the command `{0}` is not known", "{1}"),
    "unknown-environment": ("the environment `{1}` is not read",
        "formulas may stand in equation, align, gather, cases and the like"),
    "unmatched-bracket": ("`{1}` is closed by `{2}`", "write `{3}`"),
    "unmatched-bracket closing": ("this `{2}` closes nothing", "remove it"),
    "unmatched-bracket opening": ("this `{1}` is never closed", "add the `{3}`"),
    "unmatched-delimiter": ("this `{0}` is never closed", ""),
    "unsupported-character": ("factorials are not read", "write the number"),
    "unsupported-command": ("`{1}`: {2}", "{3}"),
    "unsupported-command bracket": ("`{0}` is no bracket", "write \\left( ... \\right)"),
    "unsupported-command mark": ("`{0}` is read only over a single name",
        "give what it stands for a name of its own"),
}  # fmt: skip
"""What cannot be read without guessing, or not at all: message and help.

The first word is the id. `{0}` is the text at the place of the question, `{1}`, `{2}`, ... the texts that come with it.
"""

REMARKS: dict[str, tuple[str, str]] = {
    "delta-as-factor": ("`\\Delta` is read as a factor of its own before `{0}`",
        "if both are one name, write \\mathrm{{D{0}}}"),
    "implicit-product-below-slash": ("all of `{0}` is read below the slash", "write \\frac{{...}}{{{0}}}"),
    "log-base": ("`\\log` is read as the natural logarithm", "write \\ln, or \\log_{{10}} if that is meant"),
    "long-argument": ("all of `{2} {3}` is read as the argument of `{1}`",
        "write the argument in brackets if it ends earlier"),
    "power-of-call": ("`{0}` is read as a power of the function's value",
        "write \\sin^2(x), or \\sin\\left(x^2\\right) if the argument is raised"),
    "row-without-equation": ("this row is read as an output of its own",
        "if it goes on with the row above, write the operator between them"),
    "unbraced-subscript": ("`{0}` is the name and `{2}` a factor, as TeX prints it",
        "if both letters belong to the subscript, write {1}_{{{3}{2}}}"),
    "unbraced-subscript digits": ("all of `{2}` is read as the subscript, though TeX takes only the first digit",
        "write {1}_{{{2}}}"),
    "word-as-function": ("`{0}` is read as the function, not as a product of letters",
        "write \\operatorname{{{0}}}(...)"),
    "word-as-name": ("`{0}` is read as one name, because it is defined here", "write \\mathrm{{{0}}}"),
}  # fmt: skip
"""What the user should know about a reading, in the same form."""


class Extent(NamedTuple):
    """A place by itself."""

    start: int
    end: int


Placed: TypeAlias = Extent | Lexeme | Term | Fragment
"""What has characters `start` to `end` of the source."""


@dataclass(slots=True)
class Findings:
    """What has been found out about a text that the user has to know."""

    source: Source
    diagnostics: list[Diagnostic] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)

    def written(self, place: Placed) -> str:
        """The text at a place as a message may hold it."""
        text: str = shown(self.source.text[place.start : place.end].strip())
        return text

    def error(self, question: str, place: Placed, *others: Placed | str) -> SymhdlError:
        """One of the questions, to be raised where reading cannot go on."""
        message, help = QUESTIONS[question]
        return SymhdlError(self._filled(question, message, help, place, others))

    def ask(self, question: str, place: Placed, *others: Placed | str) -> None:
        """Adds one of the questions. Raises SymhdlError if there are too many to go on."""
        self.add(self.error(question, place, *others))

    def remark(self, remark: str, place: Placed, *others: Placed | str) -> None:
        """Adds one of the remarks."""
        found = self._filled(remark, *REMARKS[remark], place, others)
        self.warnings.append(replace(found, severity=Severity.WARNING))

    def _filled(
        self, key: str, message: str, help: str, place: Placed, others: tuple[Placed | str, ...]
    ) -> Diagnostic:
        texts = [o if isinstance(o, str) else self.written(o) for o in (place, *others)]
        span = Span(self.source, place.start, max(place.end, place.start + 1))
        id = key.split()[0]
        return Diagnostic(id, message.format(*texts), span, (), help.format(*texts) or None)

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
