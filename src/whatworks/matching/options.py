"""Which options a design knows, and the refusal of those it cannot use."""

from collections.abc import Mapping
from typing import Any

from whatworks.core.errors import InvalidOption
from whatworks.core.options import is_finite, one_of, positive, truth, whole
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
