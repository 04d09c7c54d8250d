"""Functions in a language: compiled, tabulated and written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Unpack

from symhdl.arguments import choice, unfit
from symhdl.budget import Progress
from symhdl.compiler import compile_source
from symhdl.errors import Diagnostic, warning
from symhdl.options import Chosen, Options, choose
from symhdl.printers.names import NameRules, legal_names
from symhdl.tabulated.asked import asked_in
from symhdl.tabulated.entries import packed
from symhdl.tabulated.function import Tabulated, tabulated
from symhdl.tabulated.julia import julia_text
from symhdl.tabulated.language import PREFIX, Layout, Written
from symhdl.tabulated.python import deap_module, gplearn_module, numpy_module, sympy_module
from symhdl.version import VERSION

LANGUAGES: Mapping[str, Layout] = MappingProxyType(
    {
        "numpy": numpy_module,
        "gplearn": gplearn_module,
        "deap": deap_module,
        "sympy": sympy_module,
        "julia": julia_text,
    }
)
NAMES = NameRules("every language", re.compile(PREFIX + r"[A-Za-z0-9_]{1,80}"), frozenset())


@dataclass(frozen=True, slots=True)
class Text:
    """The text of functions, and what the user should know of it."""

    text: str
    warnings: tuple[Diagnostic, ...]


def functions_as(language: str, functions: str | Sequence[str], **options: Unpack[Options]) -> str:
    """Functions that compute exactly what their hardware does, as text to search with.

    `language` is "numpy", "gplearn", "deap", "sympy" or "julia". Each function is the name of one of the language, such
    as "sin", or a definition, such as "gauss(x) = exp(-x^2)", and the hardware what `symhdl.compile` makes of it with
    the options. In the text its name begins with `fixed_`. Real numbers are rounded to the format of the input and
    held within its range. Raises SymhdlError as `symhdl.compile`, and for functions of more than 2^16 inputs.
    """
    texts = [functions] if isinstance(functions, str) else list(functions)
    for each in texts:
        if not isinstance(each, str):
            raise unfit("functions", each, "names of functions, or definitions")
    return written(choice(*LANGUAGES)("language", language), texts, choose(options)).text


def written(
    language: str, texts: Sequence[str], chosen: Chosen, progress: Progress | None = None
) -> Text:
    """As `functions_as`, with options that were read already, and with warnings."""
    found: list[Tabulated] = []
    told: list[Diagnostic] = []
    for asked in asked_in(texts):
        defined = () if asked.definition is None else (asked.definition,)
        options = replace(chosen, define=(*chosen.define, *defined))
        design = compile_source(asked.source, options, progress)
        told += design.warnings
        found.append(tabulated(asked, design))
    names = legal_names([PREFIX + each.asked.name for each in found], NAMES)
    told += [
        warning("renamed", f"`{each.asked.name}` is called `{name.text}`: {name.reason}")
        for each, name in zip(found, names, strict=True)
        if name.reason is not None
    ]
    functions = [
        Written(name.text, each, packed(each.entries))
        for each, name in zip(found, names, strict=True)
    ]
    lines = "\n".join(LANGUAGES[language](functions, _about(functions))) + "\n"
    return Text(lines, tuple(dict.fromkeys(told)))


def _about(functions: Sequence[Written]) -> tuple[str, ...]:
    """What all of them do, and how symhdl reads what is found with them."""
    devices = ", ".join(dict.fromkeys(each.function.device for each in functions))
    return (
        f"Functions that compute what their hardware computes, by symhdl {VERSION} for {devices}.",
        "",
        "Numbers are rounded to the format of the input, ties upwards, and held within its range; the value is that at",
        "the output, bit for bit. What a search finds with them is compiled with",
        *(f"    --define '{each.definition}'" for each in functions),
    )
