"""Python functions into graphs: called once with numbers that write down what is done with them."""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Annotated, NamedTuple, get_args, get_origin

import numpy as np

from symhdl.arguments import Input, callable_of, format_of, range_of, shown
from symhdl.errors import Diagnostic, UsageError, error
from symhdl.ir.graph import Graph, InputDeclaration, OutputDeclaration
from symhdl.ir.text import print_graph
from symhdl.numeric.fixed import FixedFormat, parse_format
from symhdl.parsed import Parsed
from symhdl.sources.imperative.program import OUTPUT_NAMES
from symhdl.sources.reading.reader import Reading, ReadOptions
from symhdl.sources.tracing.arrays import objects, traced_array
from symhdl.sources.tracing.values import Recorder, Traced

DEEPEST_LIST = 8
_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_REAL = (int, float, Fraction, np.integer, np.floating)
_EMPTY = inspect.Parameter.empty
_FUNCTION_TYPES = (types.FunctionType, types.MethodType, functools.partial)


class _Wish(NamedTuple):
    """What is known of one input."""

    format: FixedFormat | None = None
    range: tuple[Fraction, Fraction] | None = None


def trace(function: Callable[..., object], /, **formats: object) -> Graph:
    """The graph of a Python function, called once with traced numbers.

    A keyword argument per parameter says what it is: a format such as `"fixed<12,3>"`, a range such as `(-1, 1)` or a
    `symhdl.Input` makes it an input, None one without a format, a list of these an array of inputs
    (`x=["fixed<12,3>"] * 16` gives x0 to x15), a number, a list or an array of numbers a constant. Without
    one, its annotation is looked at (`x: "fixed<12,3>"`, `Annotated[float, symhdl.Input(...)]`), then its default
    value, which is a constant unless it is a format or a `symhdl.Input`. What has none of them is an input.

    Inside, operators, NumPy's functions and `abs`, `round`, `math.floor` and the like mean what they mean for numbers,
    over the reals. Floats are taken as the shortest decimals that denote them, `math.pi` and `math.e` as themselves.
    The result is a number, or a tuple, a list, an array or a dict of numbers by the names of outputs.

    Raises SymhdlError where the function asks what only the hardware will know, such as `if x > 0`, and what the
    function itself raises.
    """
    recorder = Recorder()
    tracing = _Tracing(recorder, formats)
    arguments, named = tracing.arguments(function)
    result = function(*arguments, **named)
    name = getattr(function, "__name__", "")
    if not name.isidentifier():
        name = next((free for free in OUTPUT_NAMES if free not in tracing.inputs), "y")
    outputs = tracing.outputs(name, result)
    return recorder.calculator.builder.build(tuple(tracing.inputs.values()), outputs)


@dataclass(slots=True)
class _Tracing:
    """The inputs of a function that is traced, and its outputs."""

    recorder: Recorder
    formats: Mapping[str, object]
    inputs: dict[str, InputDeclaration] = field(default_factory=dict)

    def arguments(self, function: Callable[..., object]) -> tuple[list[object], dict[str, object]]:
        """What the function is called with."""
        callable_of("function", function)
        if isinstance(function, np.ufunc):
            raise _misuse(
                "NumPy's own functions are no functions of Python", "wrap it: lambda x: ..."
            )
        try:
            parameters = inspect.signature(function).parameters
        except (TypeError, ValueError):
            message = "this function does not say which parameters it has"
            raise _misuse(message, "wrap it: lambda x: f(x)") from None
        self._check_names(parameters)
        arguments: list[object] = []
        named: dict[str, object] = {}
        for name, parameter in parameters.items():
            if parameter.kind in _VARIADIC:
                continue
            value = self._value(name, self._wish(name, parameter), 0)
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
                named[name] = value
            else:
                arguments.append(value)
        return arguments, named

    def _check_names(self, parameters: Mapping[str, inspect.Parameter]) -> None:
        for name in self.formats:
            if name not in parameters or parameters[name].kind in _VARIADIC:
                known = ", ".join(parameters) or "none"
                raise _misuse(f"the function has no parameter `{name}`", f"it has: {known}")

    def _wish(self, name: str, parameter: inspect.Parameter) -> object:
        """What the call, the annotation or the default value says of a parameter."""
        if name in self.formats:
            return _with_ranges(self.formats[name])
        annotation = parameter.annotation
        if get_origin(annotation) is Annotated:
            for part in get_args(annotation)[1:]:
                if isinstance(part, str | FixedFormat | list | tuple | Input):
                    return _with_ranges(part)
        if isinstance(annotation, FixedFormat | list | tuple | Input):
            return _with_ranges(annotation)
        if isinstance(annotation, str):
            text = annotation.strip("\"' ")
            if parse_format(text) is not None:
                return text
            if "Input(" in text or "fixed<" in text:
                message = f"the annotation of `{name}` is a text, and texts are not evaluated"
                help = f'give the format in the call, as in symhdl.trace(f, {name}="fixed<12,3>")'
                raise error("bad-format", message, help=help)
        return None if parameter.default is _EMPTY else parameter.default

    def _value(self, name: str, wish: object, depth: int) -> object:
        """The argument for a parameter: an input, an array of them, or a constant."""
        if isinstance(wish, np.ndarray | np.generic) and wish.dtype != np.object_:
            return wish
        if isinstance(wish, list | tuple | np.ndarray):
            return self._array(name, wish, depth)
        if isinstance(wish, bool | int | float | Fraction):
            return wish
        if isinstance(wish, str) and parse_format(wish) is None:
            if name not in self.formats:
                return wish  # a default value that says how the function works
            raise error("bad-format", f"{shown(wish)} is not a format", help='write "fixed<12,3>"')
        return self._input(name, _wish(name, wish))

    def _array(self, name: str, wish: Sequence[object] | np.ndarray, depth: int) -> object:
        if depth >= DEEPEST_LIST:
            raise error("too-deep", f"the array `{name}` has more than {DEEPEST_LIST} dimensions")
        separator = "_" if depth else ""
        items = [
            self._value(f"{name}{separator}{index}", item, depth + 1)
            for index, item in enumerate(wish)
        ]
        rows = [objects(item) for item in items]
        if len({row.shape for row in rows}) > 1:
            raise error("bad-shape", f"the rows of the array `{name}` are of different lengths")
        array = np.empty((len(rows), *(rows[0].shape if rows else ())), dtype=object)
        for index, row in enumerate(rows):
            array[index] = row if row.ndim else row.item()
        return traced_array(self.recorder, array)

    def _input(self, name: str, wish: _Wish) -> Traced:
        if name in self.inputs:
            message = f"two different inputs would both be called `{name}`"
            raise error("name-clash", message, help="rename a parameter")
        self.inputs[name] = InputDeclaration(name, wish.format, wish.range)
        self.recorder.calculator.place = None
        return Traced(self.recorder, self.recorder.calculator.input(name))

    # --- outputs -----------------------------------------------------------------------------------------

    def outputs(self, name: str, result: object) -> tuple[OutputDeclaration, ...]:
        """The outputs: of a dict by its names, of a sequence by their numbers."""
        found: list[tuple[str, int]] = []
        waiting: list[tuple[str, object, int]] = [(name, result, 0)]
        while waiting:
            label, value, depth = waiting.pop()
            if isinstance(value, np.ndarray) and value.ndim == 0:
                value = value.item()
            if depth > DEEPEST_LIST:
                raise error("too-deep", "the result is nested too deeply")
            parts: list[tuple[str, object, int]] = []
            if isinstance(value, Mapping):
                parts = [(str(key), part, depth + 1) for key, part in value.items()]
            elif isinstance(value, list | tuple | np.ndarray):
                separator = "_" if label[-1:].isdigit() else ""
                parts = [
                    (f"{label}{separator}{index}", part, depth + 1)
                    for index, part in enumerate(value)
                ]
            else:
                found.append((label, self._result(value)))
            waiting.extend(reversed(parts))
        if not found:
            raise error("no-output", "the function returns nothing", help="add a return")
        taken = set(self.inputs)
        outputs = []
        for label, node in found:
            while label in taken:
                label += "_out"
            taken.add(label)
            outputs.append(OutputDeclaration(label, node))
        return tuple(outputs)

    def _result(self, value: object) -> int:
        if value is None:
            raise error("no-output", "the function returns nothing", help="add a return")
        self.recorder.calculator.place = None
        return self.recorder.node(value)


def _with_ranges(wish: object, depth: int = 0) -> object:
    """The wish with inputs for pairs of numbers, which are ranges; also in lists."""
    if isinstance(wish, list) and depth < DEEPEST_LIST:
        return [_with_ranges(item, depth + 1) for item in wish]
    if not isinstance(wish, tuple) or len(wish) != 2:
        return wish
    low, high = wish
    is_pair = isinstance(low, _REAL) and isinstance(high, _REAL)
    return Input(range=(low, high)) if is_pair else wish


def _wish(name: str, wish: object) -> _Wish:
    """The format and the range of an input."""
    if wish is None:
        return _Wish()
    if isinstance(wish, str | FixedFormat):
        return _Wish(format_of(wish))
    if not isinstance(wish, Input):
        message = f"{shown(wish)} does not say what the input `{name}` is"
        raise _misuse(message, 'give a format such as "fixed<12,3>", a range or a symhdl.Input')
    return _Wish(
        None if wish.format is None else format_of(wish.format),
        None if wish.range is None else range_of(name, wish.range),
    )


def _misuse(message: str, help: str) -> UsageError:
    return UsageError(Diagnostic("bad-trace", message, help=help))


class FunctionReader:
    """Reads Python functions."""

    def accepts(self, candidate: object) -> bool:
        """Whether it is a function that can be called."""
        return isinstance(candidate, _FUNCTION_TYPES)

    def read_object(self, candidate: object, options: ReadOptions) -> Reading:
        """The graph."""
        del options
        assert isinstance(candidate, _FUNCTION_TYPES), "no function; please report this"
        name = getattr(candidate, "__name__", "function")
        return Reading(Parsed(trace(candidate)), f"the Python function {name}")


class GraphReader:
    """Takes graphs as they are."""

    def accepts(self, candidate: object) -> bool:
        """Whether it is a graph."""
        return isinstance(candidate, Graph)

    def read_object(self, candidate: object, options: ReadOptions) -> Reading:
        """The graph itself."""
        del options
        assert isinstance(candidate, Graph), "no graph; please report this"
        return Reading(Parsed(candidate), print_graph(candidate))


FUNCTION_READER = FunctionReader()
GRAPH_READER = GraphReader()
