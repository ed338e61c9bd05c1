"""Where a call fails on an argument of a kind its function does not take, the error names the argument."""

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from inspect import isfunction, signature
from numbers import Integral, Real
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import numpy as np
import pandas as pd

from whatworks.core.errors import InvalidOption, WhatworksError
from whatworks.core.options import shown

_WORDS: Mapping[Any, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "True or False",
    NoneType: "None",
    pd.DataFrame: "a DataFrame",
    np.ndarray: "an array of numbers",
    Path: "a path",
}
_NUMBERS: Mapping[type, type] = {int: Integral, float: Real}


def name_arguments(room: str, names: Sequence[str]) -> None:
    """Give the public functions of a room the errors of :func:`naming_arguments`; those within the room stay as they are.

    Parameters
    ----------
    room : ``__name__`` of the room
    names : its ``__all__``
    """
    for name in names:
        if isfunction(function := getattr(sys.modules[room], name)):
            public = naming_arguments(function)
            # Also where it stands: another process, and whoever runs its examples, looks for it there.
            for place in (room, function.__module__):
                setattr(sys.modules[place], name, public)


def naming_arguments(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, whose errors name the argument that is not of the kind its signature asks for.

    Nothing is asked before the call: what a function accepts, and what it refuses in words of its own, stays as it is.

    Raises
    ------
    InvalidOption
        Where the call fails with an error that is not ours, and an argument is of another kind than its annotation.

    Examples
    --------
    >>> def half(share: float) -> float:
    ...     return share / 2
    >>> naming_arguments(half)("much")
    Traceback (most recent call last):
    whatworks.core.errors.InvalidOption: share='much'; half needs a number. See help(half).
    """

    @wraps(function)
    def public(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except WhatworksError:
            raise
        except Exception as error:
            wrong = _first_wrong(function, args, kwargs)
            if wrong is None:
                raise
            raise InvalidOption(wrong) from error

    return public


def _first_wrong(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str | None:
    """What to say of the first argument of another kind than its annotation; None where all fit, or do not fill the call."""
    try:
        given = signature(function).bind(*args, **kwargs).arguments
        kinds = get_type_hints(function)
    except (TypeError, NameError):
        return None
    for name, value in given.items():
        if name in kinds and not fits(value, kinds[name]):
            called = function.__name__
            return f"{name}={shown(value)}; {called} needs {in_words(kinds[name])}. See help({called})."
    return None


def fits(value: Any, kind: Any) -> bool:
    """Whether a value is of the kind that an annotation names, also within lists; truth is no number, and text no list.

    Examples
    --------
    >>> fits(np.int64(3), float), fits(True, int), fits("need", list[str]), fits(None, str | None)
    (True, False, False, True)
    """
    origin, inner = get_origin(kind) or kind, get_args(kind)
    if origin in (Union, UnionType):
        return any(fits(value, one) for one in inner)
    if origin in _NUMBERS:
        return isinstance(value, _NUMBERS[origin]) and not isinstance(value, bool)
    if origin is bool:
        return isinstance(value, (bool, np.bool_))
    if origin is Any or not isinstance(origin, type):
        return True
    if origin is np.ndarray:
        return _holds_numbers(value)
    if isinstance(value, (str, bytes)) and issubclass(str, origin):
        return origin in (str, object)
    return isinstance(value, origin) and _held_fit(value, origin, inner)


def _held_fit(value: Any, origin: type, inner: tuple[Any, ...]) -> bool:
    if issubclass(origin, Mapping) and len(inner) == 2:
        return all(fits(key, inner[0]) and fits(held, inner[1]) for key, held in value.items())
    if issubclass(origin, (list, tuple, Sequence)) and inner:
        return all(fits(held, inner[0]) for held in value)
    return True


def _holds_numbers(value: Any) -> bool:
    try:
        return np.asarray(value).ndim > 0 and np.asarray(value).dtype.kind in "biuf"
    except ValueError:
        return False


def in_words(kind: Any) -> str:
    """An annotation as a message says it.

    Examples
    --------
    >>> in_words(str | list[str] | None)
    'text, a list of text or None'
    """
    origin, inner = get_origin(kind) or kind, get_args(kind)
    if origin in (Union, UnionType):
        *first, last = map(in_words, inner)
        return f"{', '.join(first)} or {last}"
    if origin in _WORDS:
        return _WORDS[origin]
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return "a dict"
    if isinstance(origin, type) and inner and not isinstance(inner[0], list) and issubclass(origin, (list, tuple, Sequence)):
        return f"a list of {in_words(inner[0])}"
    name = getattr(origin, "__name__", str(origin))
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"
