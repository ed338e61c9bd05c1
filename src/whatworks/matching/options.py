"""Which options a design knows, and the refusal of those it cannot use."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from whatworks.core.columns import one_of
from whatworks.core.errors import InvalidOption
from whatworks.matching.geometry import DISTANCES

ORDERS = ("largest", "smallest", "data", "closest")
TIES = ("first", "average")
ALL_ESTIMANDS = ("ATT", "ATC", "ATE")
# What each design reads beside treatment, covariates, estimand and weights, and the estimands it is defined for.
USES: dict[str, tuple[str, ...]] = {
    "nearest": ("distance", "ratio", "replace", "caliper", "exact", "order", "ties", "tie_tolerance"),
    "optimal": ("distance", "ratio", "caliper", "exact"),
    "full": ("distance", "caliper", "exact", "min_controls", "max_controls"),
    "exact": (),
    "cem": ("exact", "cutpoints"),
    "subclass": ("subclasses",),
    "cardinality": ("distance", "ratio", "exact", "tolerance", "time_limit"),
}
ESTIMANDS = {method: ("ATT", "ATC") if method in ("optimal", "cardinality") else ALL_ESTIMANDS for method in USES}
# What an option is when nobody names it; anything else is a wish that must be met or refused.
UNSAID: dict[str, Any] = {
    "distance": "propensity", "ratio": 1, "replace": False, "caliper": None, "exact": None, "order": None, "ties": "first",
    "tie_tolerance": 1e-8, "cutpoints": None, "subclasses": None, "tolerance": None, "min_controls": None,
    "max_controls": None, "time_limit": None,
}  # fmt: skip
# Of MatchIt (six subclasses, a twentieth of a standard deviation), so that a plain call means the same in both.
FILLED_IN: dict[str, dict[str, Any]] = {
    "subclass": {"subclasses": 6},
    "cardinality": {"tolerance": 0.05, "time_limit": 60.0},
}


def design_options(method: str, estimand: str, wishes: Mapping[str, Any]) -> dict[str, Any]:
    """The options a design reads, with its own defaults filled in.

    Parameters
    ----------
    wishes : every option of :func:`~whatworks.matching.match` by name

    Raises
    ------
    InvalidOption
        If the design does not exist, is not defined for the estimand, or cannot use an option that was asked for.
    """
    one_of(method, tuple(USES), name="method")
    one_of(estimand, ALL_ESTIMANDS, name="estimand")
    if estimand not in ESTIMANDS[method]:
        allowed = " or ".join(map(repr, ESTIMANDS[method]))
        raise InvalidOption(f"method={method!r} has no estimand={estimand!r}. Use {allowed}, or method='full'.")
    unused = [name for name, value in wishes.items() if name not in USES[method] and not _unsaid(name, value)]
    if unused:
        known = ", ".join(USES[method]) or "no further option"
        listed = ", ".join(f"{name}={wishes[name]!r}" for name in unused)
        raise InvalidOption(f"method={method!r} cannot use {listed}; it knows {known}. Leave it out, or choose another method.")
    options = {name: wishes[name] for name in USES[method]}
    options |= {name: value for name, value in FILLED_IN.get(method, {}).items() if options[name] is None}
    _refuse_impossible(options)
    return options


def whole(name: str, value: Any, *, least: int = 1) -> int:
    """A whole number of at least ``least``.

    Raises
    ------
    InvalidOption
    """
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise InvalidOption(f"{name}={value!r}; a whole number of {least} or more is needed.")
    return int(value)


def positive(name: str, value: Any) -> float:
    """A finite number above 0.

    Raises
    ------
    InvalidOption
    """
    if not (is_finite(value) and value > 0):
        raise InvalidOption(f"{name}={value!r}; a positive number is needed.")
    return float(value)


def truth(name: str, value: Any) -> bool:
    """True or False; a word such as ``"no"`` would otherwise count as yes.

    Raises
    ------
    InvalidOption
    """
    if not isinstance(value, (bool, np.bool_)):
        raise InvalidOption(f"{name}={value!r}; True or False is needed.")
    return bool(value)


def confidence(conf_level: Any) -> float:
    """The coverage of an interval, between 0 and 1.

    Raises
    ------
    InvalidOption
    """
    if not (is_finite(conf_level) and 0 < conf_level < 1):
        raise InvalidOption(f"conf_level={conf_level!r}; a number between 0 and 1, such as 0.95, is needed.")
    return float(conf_level)


def is_finite(value: Any) -> bool:
    """Whether an argument is a number, and neither missing nor endless."""
    return isinstance(value, (int, float, np.number)) and not isinstance(value, (bool, np.bool_)) and bool(np.isfinite(value))


def _unsaid(name: str, value: Any) -> bool:
    default = UNSAID[name]
    return value is default or (isinstance(value, type(default)) and bool(value == default))


def _refuse_impossible(options: Mapping[str, Any]) -> None:
    for name, allowed in (("distance", DISTANCES), ("ties", TIES)):
        if name in options:
            one_of(options[name], allowed, name=name)
    if options.get("order") is not None:
        one_of(options["order"], ORDERS, name="order")
    if "ratio" in options:
        whole("ratio", options["ratio"])
    if "subclasses" in options:
        whole("subclasses", options["subclasses"], least=2)
    for name in ("tolerance", "time_limit"):
        if name in options:
            positive(name, options[name])
    if "replace" in options:
        truth("replace", options["replace"])
    tolerance = options.get("tie_tolerance", 0.0)
    if not (is_finite(tolerance) and tolerance >= 0):
        raise InvalidOption(f"tie_tolerance={tolerance!r}; a number of 0 or more is needed.")
