"""Arrays of traced numbers, and NumPy's functions on them: element by element, with NumPy's own rules of shapes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NoReturn, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from symhdl.errors import SymhdlError, error
from symhdl.sources.tracing.values import Recorder, Traced, no_type

Objects: TypeAlias = NDArray[np.object_]
_IGNORED = ("dtype", "casting", "order", "subok", "axis", "keepdims")
_REDUCED = ("add", "multiply", "maximum", "minimum", "fmax", "fmin", "logical_and", "logical_or")


class TracedArray(np.ndarray[Any, np.dtype[np.object_]]):
    """An array of objects, some of which are traced."""

    recorder: Recorder

    def __array_finalize__(self, original: object) -> None:
        if isinstance(original, TracedArray):
            self.recorder = original.recorder

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: object, **options: object
    ) -> object:
        return apply_ufunc(self.recorder, ufunc, method, inputs, options)

    def __array_function__(
        self,
        func: Callable[..., object],
        types: object,
        args: Iterable[object],
        kwargs: Mapping[str, object],
    ) -> object:
        del types
        return apply_function(self.recorder, func, tuple(args), kwargs)

    def astype(self, *_: object, **__: object) -> NoReturn:
        """Numbers here have no types of NumPy."""
        raise no_type(self.recorder)


def traced_array(recorder: Recorder, values: object) -> object:
    """The values as an array of NumPy that knows where its functions are; a single number is itself."""
    if not isinstance(values, np.ndarray):
        return values
    if values.ndim == 0:
        return values.item()
    array = values.view(TracedArray)
    array.recorder = recorder
    return array


def objects(value: object) -> Objects:
    """The value as a plain array of objects."""
    if isinstance(value, np.ndarray):
        return cast("Objects", value.view(np.ndarray).astype(object, copy=False))
    if isinstance(value, list | tuple):
        return np.array(value, dtype=object)
    single = np.empty((), dtype=object)
    single[()] = value
    return single


def apply_ufunc(
    recorder: Recorder,
    ufunc: np.ufunc,
    method: str,
    inputs: Sequence[object],
    options: Mapping[str, object],
) -> object:
    """One of NumPy's functions on arrays, by its method. Raises SymhdlError for what cannot be traced."""
    others = [name for name, value in options.items() if not _is_harmless(name, value)]
    name = ufunc.__name__
    if others or (method != "__call__" and name not in _REDUCED):
        what = others[0] if others else method
        raise _unsupported(recorder, f"`{what}` of np.{name} is not traced")
    if name == "matmul":
        factors = [objects(value) for value in inputs]
        if not all(factor.ndim for factor in factors):
            message = "`@` is for vectors and matrices, and one side of it is a number"
            raise _unsupported(recorder, message, "write * for a product of numbers")
        return traced_array(recorder, np.matmul(*factors))
    if name == "divmod":
        raise _unsupported(recorder, "np.divmod is not traced", "use // and %")
    arrays = [objects(value) for value in inputs]

    def element(*values: object) -> object:
        return recorder.call(name, values)

    function = np.frompyfunc(element, ufunc.nin, 1, identity=None)
    if method == "__call__":
        return traced_array(recorder, function(*arrays))
    if method == "reduce":
        axis, keep = options.get("axis", 0), bool(options.get("keepdims", False))
        return traced_array(recorder, _reduced(recorder, function, arrays[0], axis, keep))
    raise _unsupported(recorder, f"`{method}` of np.{name} is not traced")


def _is_harmless(name: str, value: object) -> bool:
    """Whether an option of one of NumPy's functions says nothing new."""
    return name in _IGNORED or value is None or (name == "where" and value is True)


def _reduced(
    recorder: Recorder, function: np.ufunc, array: Objects, axis: object, keep: bool
) -> object:
    if array.size == 0:
        raise error("no-number", "this array is empty", recorder.places.here())
    axes = cast("int | tuple[int, ...] | None", axis)
    result: object = function.reduce(array, axis=axes, keepdims=keep)
    return result


def _unsupported(recorder: Recorder, message: str, help: str | None = None) -> SymhdlError:
    return error("unsupported", message, recorder.places.here(), help=help)


# --- functions that are no ufuncs ---------------------------------------------------------------------


def apply_function(
    recorder: Recorder,
    function: Callable[..., object],
    arguments: Sequence[object],
    options: Mapping[str, object],
) -> object:
    """Another of NumPy's functions. Raises SymhdlError for what cannot be traced."""
    name = function.__name__
    special = _FUNCTIONS.get(name)
    if special is not None:
        return special(recorder, *arguments, **options)
    if name in _STRUCTURAL:
        plain = [_plain(recorder, argument) for argument in arguments]
        inner = cast("Callable[..., object]", getattr(function, "__wrapped__", function))
        return _wrapped(recorder, inner(*plain, **options))
    if 1 in recorder.library.arities(name) and len(arguments) == 1 and not options:
        return _map(recorder, lambda x: recorder.call(name, [x]), arguments[0])
    raise _unsupported(
        recorder,
        f"np.{name} is not traced",
        "write it with operators, np.where, np.sum and the like",
    )


def _plain(recorder: Recorder, value: object) -> object:
    """Lists of traced numbers as arrays; everything else as it is."""
    if isinstance(value, list | tuple):
        return type(value)(_plain(recorder, item) for item in value)
    return objects(value) if isinstance(value, Traced | np.ndarray) else value


def _wrapped(recorder: Recorder, value: object) -> object:
    if isinstance(value, list | tuple):
        return type(value)(_wrapped(recorder, item) for item in value)
    return traced_array(recorder, value)


def _map(recorder: Recorder, function: Callable[..., object], *values: object) -> object:
    universal = np.frompyfunc(function, len(values), 1)
    return traced_array(recorder, universal(*(objects(value) for value in values)))


def _where(recorder: Recorder, condition: object, x: object, y: object) -> object:
    return _map(recorder, recorder.choose, condition, x, y)


def _select(
    recorder: Recorder,
    condlist: Sequence[object],
    choicelist: Sequence[object],
    default: object = 0,
) -> object:
    result = default
    for condition, value in reversed(list(zip(condlist, choicelist, strict=True))):
        result = _where(recorder, condition, value, result)
    return result


def _clip(
    recorder: Recorder,
    a: object,
    a_min: object = None,
    a_max: object = None,
    **options: object,
) -> object:
    low, high = options.pop("min", a_min), options.pop("max", a_max)
    if options:
        raise _unsupported(recorder, f"`{next(iter(options))}` of np.clip is not traced")
    result = a
    if low is not None:
        result = apply_ufunc(recorder, np.maximum, "__call__", (result, low), {})
    if high is not None:
        result = apply_ufunc(recorder, np.minimum, "__call__", (result, high), {})
    return result


def _round(recorder: Recorder, a: object, decimals: int = 0) -> object:
    return _map(recorder, lambda x: recorder.rounded(x, decimals), a)


def _reduction(ufunc: np.ufunc) -> Callable[..., object]:
    def reduction(
        recorder: Recorder, a: object, axis: object = None, *, keepdims: bool = False
    ) -> object:
        options = {"axis": axis, "keepdims": keepdims}
        return apply_ufunc(recorder, ufunc, "reduce", (a,), options)

    return reduction


def _mean(recorder: Recorder, a: object, axis: object = None, *, keepdims: bool = False) -> object:
    array = objects(a)
    total = objects(_reduction(np.add)(recorder, array, axis, keepdims=keepdims))
    count = array.size // max(1, total.size)
    return apply_ufunc(recorder, np.divide, "__call__", (total, count), {})


def _dot(recorder: Recorder, a: object, b: object) -> object:
    one, two = objects(a), objects(b)
    return traced_array(recorder, np.dot(one, two))


def _polyval(recorder: Recorder, p: object, x: object) -> object:
    result: object = 0
    for coefficient in objects(p):
        product = apply_ufunc(recorder, np.multiply, "__call__", (result, x), {})
        result = apply_ufunc(recorder, np.add, "__call__", (product, coefficient), {})
    return result


_FUNCTIONS: dict[str, Callable[..., object]] = {
    "where": _where,
    "select": _select,
    "clip": _clip,
    "round": _round,
    "around": _round,
    "sum": _reduction(np.add),
    "prod": _reduction(np.multiply),
    "max": _reduction(np.maximum),
    "min": _reduction(np.minimum),
    "amax": _reduction(np.maximum),
    "amin": _reduction(np.minimum),
    "any": _reduction(np.logical_or),
    "all": _reduction(np.logical_and),
    "mean": _mean,
    "dot": _dot,
    "inner": _dot,
    "vdot": _dot,
    "polyval": _polyval,
}
_STRUCTURAL = frozenset(
    [
        "append",
        "atleast_1d",
        "atleast_2d",
        "broadcast_to",
        "column_stack",
        "concatenate",
        "copy",
        "cumprod",
        "cumsum",
        "diag",
        "diff",
        "einsum",
        "expand_dims",
        "flip",
        "hstack",
        "moveaxis",
        "ndim",
        "outer",
        "ravel",
        "repeat",
        "reshape",
        "roll",
        "shape",
        "size",
        "split",
        "squeeze",
        "stack",
        "swapaxes",
        "take",
        "tensordot",
        "tile",
        "trace",
        "transpose",
        "vstack",
    ]
)
