"""Python functions into graphs: called once with numbers that write down what is done with them."""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Annotated, Any, cast, get_args, get_origin

import numpy as np

from symhdl.arguments import Input, callable_of, format_of, inputs_of, range_of
from symhdl.errors import Diagnostic, UsageError, error
from symhdl.ir.graph import Graph, InputDeclaration, OutputDeclaration
from symhdl.ir.text import print_graph
from symhdl.numeric.fixed import FixedFormat, parse_format
from symhdl.parsed import Parsed
from symhdl.sources.imperative.program import OUTPUT_NAMES
from symhdl.sources.reading.reader import Reading, ReadOptions
from symhdl.sources.tracing.functions import apply_function
from symhdl.sources.tracing.values import Recorder, Traced, objects

DEEPEST_LIST = 8
_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_REAL = (int, float, Fraction, np.integer, np.floating)


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
    recorder = Recorder(apply_function)
    tracing = _Tracing(recorder, formats)
    bound = tracing.arguments(function)
    result = function(*bound.args, **bound.kwargs)
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

    def arguments(self, function: Callable[..., object]) -> inspect.BoundArguments:
        """What the function is called with."""
        if isinstance(function, np.ufunc):
            raise _misuse("a function of NumPy is not traced by itself", "wrap it: lambda x: ...")
        try:
            signature = inspect.signature(callable_of("function", function))
        except (TypeError, ValueError):
            message = "this function does not say which parameters it has"
            raise _misuse(message, "wrap it: lambda x: f(x)") from None
        parameters = {n: p for n, p in signature.parameters.items() if p.kind not in _VARIADIC}
        for name in self.formats:
            if name not in parameters:
                known = ", ".join(parameters) or "none"
                raise _misuse(f"the function has no parameter `{name}`", f"it has: {known}")
        bound = signature.bind_partial()
        for name, parameter in parameters.items():
            bound.arguments[name] = self._argument(name, parameter)
        return bound

    def _argument(self, name: str, parameter: inspect.Parameter) -> object:
        """What the call, the annotation or the default value makes of a parameter."""
        if name in self.formats:
            return self._value(name, self.formats[name])
        annotation = parameter.annotation
        is_annotated = get_origin(annotation) is Annotated
        for part in get_args(annotation)[1:] if is_annotated else (annotation,):
            said = part.strip("\"' ") if isinstance(part, str) else part
            if isinstance(said, FixedFormat | list | tuple | Input):
                return self._value(name, said)
            if isinstance(said, str) and parse_format(said) is not None:
                return self._value(name, said)
            if isinstance(said, str) and ("Input(" in said or "fixed<" in said):
                message = f"the annotation of `{name}` is a text, and texts are not evaluated"
                help = f'give the format in the call, as in symhdl.trace(f, {name}="fixed<12,3>")'
                raise error("bad-format", message, help=help)
        if parameter.default is inspect.Parameter.empty:
            return self._value(name, None)
        return self._value(name, parameter.default, is_default=True)

    def _value(self, name: str, said: object, depth: int = 0, is_default: bool = False) -> object:
        """An input, an array of them, or a constant; a pair of numbers is a range unless it is a default value."""
        is_pair = isinstance(said, tuple) and len(said) == 2 and not is_default
        if is_pair and all(isinstance(end, _REAL) for end in cast("tuple[object]", said)):
            return self._input(name, said)
        if isinstance(said, np.ndarray | np.generic) and said.dtype != np.object_:
            return said
        is_word = isinstance(said, str) and parse_format(said) is None
        if is_default and (is_word or callable(said)):
            return said  # says how the function works
        if isinstance(said, bool | int | float | Fraction):
            return said
        if not isinstance(said, list | tuple | np.ndarray):
            return self._input(name, said)
        if depth >= DEEPEST_LIST:
            raise error("too-deep", f"the array `{name}` has more than {DEEPEST_LIST} dimensions")
        separator = "_" if depth else ""
        rows = [
            objects(self._value(f"{name}{separator}{index}", item, depth + 1, is_default))
            for index, item in enumerate(said)
        ]
        if len({row.shape for row in rows}) > 1:
            raise error("bad-shape", f"the rows of the array `{name}` are of different lengths")
        return self.recorder.array(np.stack(rows) if rows else objects([]))

    def _input(self, name: str, said: object) -> Traced:
        (found,) = inputs_of("inputs", {name: said}).values()
        if name in self.inputs:
            message = f"two different inputs would both be called `{name}`"
            raise error("name-clash", message, help="rename a parameter")
        format = (
            None if found.format is None else format_of(f"the format of `{name}`", found.format)
        )
        range = None if found.range is None else range_of(f"the range of `{name}`", found.range)
        self.inputs[name] = InputDeclaration(name, format, range)
        self.recorder.calculator.place = None
        return Traced(self.recorder, self.recorder.calculator.input(name))

    def outputs(self, name: str, result: object) -> tuple[OutputDeclaration, ...]:
        """The outputs: of a dict by its names, of a sequence by their numbers."""
        self.recorder.calculator.place = None
        found: list[OutputDeclaration] = []
        taken = set(self.inputs)
        nothing = error("no-output", "the function returns nothing", help="add a return")
        waiting: list[tuple[str, object, int]] = [(name, result, 0)]
        while waiting:
            label, value, depth = waiting.pop()
            if depth > DEEPEST_LIST:
                raise error("too-deep", "the result is nested too deeply")
            if isinstance(value, np.ndarray):
                value = value.tolist()
            if isinstance(value, list | tuple):
                separator = "_" if label[-1:].isdigit() else ""
                value = {f"{label}{separator}{index}": part for index, part in enumerate(value)}
            if isinstance(value, Mapping):
                parts = [(str(key), part, depth + 1) for key, part in value.items()]
                waiting += reversed(parts)
                continue
            if value is None:
                raise nothing
            while label in taken:
                label += "_out"
            taken.add(label)
            found.append(OutputDeclaration(label, self.recorder.node(value)))
        if not found:
            raise nothing
        return tuple(found)


def _misuse(message: str, help: str) -> UsageError:
    return UsageError(Diagnostic("bad-trace", message, help=help))


@dataclass(frozen=True, slots=True)
class TracingReader:
    """Takes objects of some types."""

    types: tuple[type, ...]
    reading: Callable[[Any], Reading]

    def accepts(self, candidate: object) -> bool:
        """Whether it is one of them."""
        return isinstance(candidate, self.types)

    def read_object(self, candidate: object, options: ReadOptions) -> Reading:
        """The graph."""
        del options
        return self.reading(candidate)


def _reading_of(function: Callable[..., object]) -> Reading:
    name = getattr(function, "__name__", "function")
    return Reading(Parsed(trace(function)), f"the Python function {name}")


FUNCTION_READER = TracingReader(
    (types.FunctionType, types.MethodType, functools.partial), _reading_of
)
GRAPH_READER = TracingReader((Graph,), lambda graph: Reading(Parsed(graph), print_graph(graph)))
