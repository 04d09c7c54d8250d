"""Julia text: functions of real numbers as PySR takes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from symhdl.tabulated.language import Written

COMMON = """
using Base64: base64decode

# The entries of a table, from the differences between neighbours.
function symhdl_entries(text, kind, first, exponent)
    bytes = base64decode(replace(text, "\\n" => ""))
    differences = Int64.(ltoh.(reinterpret(kind, bytes)))
    return ldexp.(Float64.(first .+ cumsum(differences)), exponent)
end

# Where a real number stands among the integers of an input.
function symhdl_place(x, fraction, least, greatest)
    fine = ldexp(clamp(Float64(x), ldexp(Float64(least), -fraction), ldexp(Float64(greatest), -fraction)), fraction)
    whole = floor(fine)
    return Int64(whole) + (fine - whole >= 0.5) - least
end
"""


def julia_text(functions: Sequence[Written], told: Iterable[str]) -> Iterator[str]:
    """Definitions to include, and how to hand them to PySR."""
    yield from (f"# {line}".rstrip() for line in told)
    yield from _use(functions)
    yield from COMMON.splitlines()
    for each in functions:
        yield from _function(each)


def _use(functions: Sequence[Written]) -> Iterator[str]:
    yield "#"
    yield "# PySR, with this text in operators.jl, and that of the same functions --as sympy in operators.py:"
    yield "#     pysr.jl.seval('include(\"operators.jl\")')"
    for word, arities in (("unary_operators", (1,)), ("binary_operators", (2,))):
        names = [f'"{each.name}"' for each in functions if len(each.arguments) in arities]
        if names:
            yield f"#     {word}=[{', '.join(names)}],"
    mappings = ", ".join(f'"{each.name}": operators.{each.name}' for each in functions)
    yield f"#     extra_sympy_mappings={{{mappings}}},"


def _function(each: Written) -> Iterator[str]:
    table, function = each.table, each.function
    yield from ("", f'const symhdl_{each.name} = symhdl_entries("""')
    yield from table.lines
    yield f'""", Int{8 * table.bytes}, {table.first}, {-function.output.format.fraction})'
    arguments = ", ".join(f"{name}::T" for name in each.arguments)
    yield from ("", f"# {each.meaning}.")
    yield f"function {each.name}({arguments}) where {{T<:Real}}"
    unknown = " || ".join(f"isnan({name})" for name in each.arguments)
    yield f"    ({unknown}) && return T(NaN)"
    for position, (name, port) in enumerate(zip(each.arguments, function.inputs, strict=True)):
        before = f"place * {function.sizes[position]} + " if position else ""
        numbers = f"{port.format.fraction}, {port.minimum}, {port.maximum}"
        yield f"    place = {before}symhdl_place({name}, {numbers})"
    yield f"    return T(symhdl_{each.name}[place + 1])"
    yield "end"
