"""NumPy's functions of arrays that are no ufuncs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import cast

import numpy as np

from symhdl.sources.tracing.values import Function, Recorder, Traced, objects


def apply_function(
    recorder: Recorder,
    function: Function,
    arguments: Sequence[object],
    options: Mapping[str, object],
) -> object:
    """What the function gives. Raises SymhdlError for what cannot be traced.

    Those that only move elements about, or do arithmetic with them, do so with objects, too.
    """
    name = function.__name__
    try:
        if name in _FUNCTIONS:
            return _FUNCTIONS[name](recorder, *arguments, **options)
        if 1 in recorder.library.arities(name) and len(arguments) == 1 and not options:
            return recorder.by_element(lambda x: recorder.call(name, [x]), arguments[0])
        plain = [_plain(argument) for argument in arguments]
        inner = cast("Function", getattr(function, "__wrapped__", function))
        return recorder.array(inner(*plain, **{k: _plain(v) for k, v in options.items()}))
    except (TypeError, ValueError) as problem:
        message = f"np.{name} is not traced like this: {problem}"
        help = "write it with operators, np.where, np.sum and the like"
        raise recorder.refusal("unsupported", message, help) from None


def _plain(value: object) -> object:
    """Traced numbers as plain arrays, also those in lists."""
    if isinstance(value, list | tuple):
        return type(value)(map(_plain, value))
    return objects(value) if isinstance(value, Traced | np.ndarray) else value


def _where(recorder: Recorder, condition: object, x: object, y: object) -> object:
    return recorder.by_element(recorder.choose, condition, x, y)


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


def _clip(recorder: Recorder, a: object, a_min: object = None, a_max: object = None) -> object:
    result = a
    for ufunc, end in ((np.maximum, a_min), (np.minimum, a_max)):
        if end is not None:
            result = recorder.ufunc(ufunc, "__call__", (result, end), {})
    return result


def _reduction(ufunc: np.ufunc) -> Callable[..., object]:
    def reduction(
        recorder: Recorder, a: object, axis: object = None, *, keepdims: bool = False
    ) -> object:
        return recorder.ufunc(ufunc, "reduce", (a,), {"axis": axis, "keepdims": keepdims})

    return reduction


_FUNCTIONS: dict[str, Callable[..., object]] = {
    "where": _where,
    "select": _select,
    "clip": _clip,
    "max": _reduction(np.maximum),
    "min": _reduction(np.minimum),
    "amax": _reduction(np.maximum),
    "amin": _reduction(np.minimum),
    "any": _reduction(np.logical_or),
    "all": _reduction(np.logical_and),
}
"""Functions that compare elements, which Python must not do."""
