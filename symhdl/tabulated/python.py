"""Python modules: functions on arrays of NumPy, and what gplearn, DEAP and SymPy want beside or instead of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from symhdl.tabulated.language import Written

NUMPY = '''

def _entries(text, kind, first, exponent):
    """The entries of a table, from the differences between neighbours."""
    differences = np.frombuffer(b64decode(text), kind)
    return np.ldexp((first + np.cumsum(differences, dtype=np.int64)).astype(float), exponent)


def _place(x, fraction, least, greatest):
    """Where real numbers stand among the integers of an input; nan of nan."""
    fine = np.clip(np.asarray(x, float), least * 2.0**-fraction, greatest * 2.0**-fraction)
    fine = fine * 2.0**fraction
    whole = np.floor(fine)
    return whole + (fine - whole >= 0.5) - least


def _at(entries, place):
    """The entries at places."""
    known = entries[np.nan_to_num(place).astype(np.intp)]
    return np.where(np.isnan(place), np.nan, known)[()]
'''

SYMPY = '''

def _rounded(x, fraction, least, greatest):
    """The number of a format that stands for a real one; None for what is no real number."""
    if not (x.is_number and x.is_extended_real):
        return None
    exact = sympy.Rational(x) if x.is_Float else x
    whole = sympy.floor(exact * sympy.Integer(2) ** fraction + sympy.S.Half)
    if not (whole.is_Integer or whole.is_infinite):
        return None
    return float(min(max(whole, least), greatest)) * 2.0**-fraction


def _value(function, *numbers):
    """The exact value where all numbers are known."""
    return None if None in numbers else sympy.Rational(float(function(*numbers)))
'''


def numpy_module(functions: Sequence[Written], told: Iterable[str]) -> Iterator[str]:
    """Functions that take numbers and arrays."""
    yield from _head(told)
    for each in functions:
        yield from _function(each, each.name)


def gplearn_module(functions: Sequence[Written], told: Iterable[str]) -> Iterator[str]:
    """The functions of `numpy_module`, and FUNCTIONS for a `function_set`."""
    use = "gplearn: SymbolicRegressor(function_set=('add', 'sub', *FUNCTIONS))."
    yield from _head((*told, "", use), "from gplearn.functions import make_function")
    for each in functions:
        yield from _function(each, each.name)
    yield from ("", "", "FUNCTIONS = (")
    for each in functions:
        arity = len(each.arguments)
        yield f'    make_function(function={each.name}, name="{each.name}", arity={arity}),'
    yield ")"


def deap_module(functions: Sequence[Written], told: Iterable[str]) -> Iterator[str]:
    """The functions of `numpy_module`, and what adds them to a set."""
    yield from _head((*told, "", "DEAP: add_to(primitives) before the search."))
    for each in functions:
        yield from _function(each, each.name)
    yield from ("", "", "def add_to(primitives):")
    yield '    """Adds the functions to a deap.gp.PrimitiveSet."""'
    for each in functions:
        yield f'    primitives.addPrimitive({each.name}, {len(each.arguments)}, name="{each.name}")'


def sympy_module(functions: Sequence[Written], told: Iterable[str]) -> Iterator[str]:
    """Classes of SymPy that have exact values at numbers, and of arrays after `lambdify`."""
    use = "SymPy: a number gives an exact Rational, and sympy.lambdify takes arrays of NumPy."
    yield from _head((*told, "", use), "import sympy")
    yield from SYMPY.splitlines()
    for each in functions:
        yield from _function(each, f"_at_{each.name}")
        arguments = ", ".join(each.arguments)
        rounded = ", ".join(
            f"_rounded({name}, {_numbers(each, position)})"
            for position, name in enumerate(each.arguments)
        )
        yield from ("", "", f"class {each.name}(sympy.Function):")
        yield f"    {_docstring(each)}"
        yield from ("", f"    nargs = {len(each.arguments)}")
        yield f"    _imp_ = staticmethod(_at_{each.name})"
        # SymPy's own name for the method that gives a function its values: no text is run.
        yield from ("", "    @classmethod", f"    def eval(cls, {arguments}):")
        yield '        """Its value at numbers; None for anything else."""'
        yield f"        return _value(_at_{each.name}, {rounded})"


def _head(told: Iterable[str], *imports: str) -> Iterator[str]:
    lines = list(told)
    yield f'"""{lines[0]}'
    yield from lines[1:]
    yield '"""'
    yield from ("", "from base64 import b64decode", "", "import numpy as np", *imports)
    yield from NUMPY.splitlines()


def _function(each: Written, name: str) -> Iterator[str]:
    """The table, and the function that looks up in it."""
    table, output = each.table, each.function.output
    yield from ("", "", f"_{each.name} = _entries(")
    yield from (f'    "{line}"' for line in table.lines[:-1])
    yield f'    "{table.lines[-1]}",'
    yield f'    "<i{table.bytes}",'
    yield f"    {table.first},"
    yield f"    {-output.format.fraction},"
    yield from (")", "", "")
    yield f"def {name}({', '.join(each.arguments)}):"
    yield f"    {_docstring(each)}"
    place = ""
    for position, argument in enumerate(each.arguments):
        found = f"_place({argument}, {_numbers(each, position)})"
        before = f"({place})" if position > 1 else place
        place = f"{before} * {each.function.sizes[position]} + {found}" if place else found
    yield f"    return _at(_{each.name}, {place})"


def _docstring(each: Written) -> str:
    return f'"""{each.meaning}."""'


def _numbers(each: Written, position: int) -> str:
    """What is known of an input: fraction, least and greatest integer."""
    port = each.function.inputs[position]
    return f"{port.format.fraction}, {port.minimum}, {port.maximum}"
