"""Arguments that are no columns: every room asks the same way and complains the same way."""

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np

from whatworks.core.errors import InvalidOption


def one_of(value: str, allowed: Sequence[str], *, name: str) -> str:
    """Refuse an option that does not exist, listing those that do.

    Raises
    ------
    InvalidOption
    """
    if not isinstance(value, str) or value not in allowed:
        raise InvalidOption(f"{name}={shown(value)} is not known; use one of {', '.join(map(repr, allowed))}.")
    return value


def whole(name: str, value: Any, *, least: int = 1) -> int:
    """A whole number of at least ``least``.

    Raises
    ------
    InvalidOption

    Examples
    --------
    >>> whole("draws", 99)
    99
    """
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Integral) or value < least:
        raise InvalidOption(f"{name}={shown(value)}; a whole number of {least} or more is needed.")
    return int(value)


def positive(name: str, value: Any) -> float:
    """A finite number above 0.

    Raises
    ------
    InvalidOption
    """
    if not (is_finite(value) and value > 0):
        raise InvalidOption(f"{name}={shown(value)}; a positive number is needed.")
    return float(value)


def not_negative(name: str, value: Any) -> float:
    """A finite number of 0 or more.

    Raises
    ------
    InvalidOption
    """
    if not (is_finite(value) and value >= 0):
        raise InvalidOption(f"{name}={shown(value)}; a number of 0 or more is needed.")
    return float(value)


def share(name: str, value: Any, *, such_as: float) -> float:
    """A number above 0 and below 1.

    Raises
    ------
    InvalidOption
    """
    if not (is_finite(value) and 0 < value < 1):
        raise InvalidOption(f"{name}={shown(value)} must lie between 0 and 1, such as {such_as}.")
    return float(value)


def confidence(conf_level: Any) -> float:
    """The coverage of an interval, between 0 and 1.

    Raises
    ------
    InvalidOption
    """
    return share("conf_level", conf_level, such_as=0.95)


def truth(name: str, value: Any) -> bool:
    """True or False; a word such as ``"no"`` would otherwise count as yes.

    Raises
    ------
    InvalidOption
    """
    if not isinstance(value, (bool, np.bool_)):
        raise InvalidOption(f"{name}={shown(value)}; True or False is needed.")
    return bool(value)


def seed_or_none(seed: Any) -> int | None:
    """A whole number of 0 or more that fixes random draws, or None.

    Raises
    ------
    InvalidOption
    """
    return None if seed is None else whole("seed", seed, least=0)


def is_finite(value: Any) -> bool:
    """Whether an argument is a number, and neither missing nor endless."""
    return isinstance(value, (int, float, np.number)) and not isinstance(value, (bool, np.bool_)) and bool(np.isfinite(value))


def shown(value: Any) -> str:
    """An argument as a message may show it: frames and columns hold people's values, so only their type is named.

    Examples
    --------
    >>> shown("nearest"), shown(np.array([2.0]))
    ("'nearest'", 'ndarray')
    """
    plain = value is None or isinstance(value, (str, bytes, int, float, np.generic, list, tuple, dict))
    return repr(value) if plain else type(value).__name__
