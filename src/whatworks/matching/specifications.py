"""Every reasonable way to make one comparison: designs, calipers, sets of covariates, estimators, and their combinations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from whatworks.core.columns import as_list
from whatworks.core.errors import InvalidOption
from whatworks.core.options import positive, shown
from whatworks.matching.pairing import match
from whatworks.matching.rows import Sample
from whatworks.matching.samples import unmatched
from whatworks.matching.weighting import METHODS as WEIGHTINGS
from whatworks.matching.weighting import weight

Options = Mapping[str, Any]
Caliper = float | Mapping[str, Any] | None
# What match, weight or unmatched is asked for under each name.
DESIGNS: dict[str, dict[str, Any]] = {
    "nearest": {"method": "nearest"},
    "nearest_2": {"method": "nearest", "ratio": 2},
    "nearest_3": {"method": "nearest", "ratio": 3},
    "nearest_replace": {"method": "nearest", "replace": True},
    "mahalanobis": {"method": "nearest", "distance": "mahalanobis"},
    "robust_mahalanobis": {"method": "nearest", "distance": "robust_mahalanobis"},
    "optimal": {"method": "optimal"},
    "full": {"method": "full"},
    "exact": {"method": "exact"},
    "cem": {"method": "cem"},
    "subclass": {"method": "subclass"},
    "cardinality": {"method": "cardinality"},
    "ipw": {"method": "ipw"},
    "entropy": {"method": "entropy"},
    "cbps": {"method": "cbps"},
    "regression": {"method": "regression"},
}
# Designs that find people one by one, so that a distance can be too far.
_WITH_CALIPER = ("nearest", "optimal", "full")
ESTIMATORS = ("difference", "additive", "g_computation", "bias_adjusted")
# Columns of a result that say which choices a row made.
CHOICES = ("method", "caliper", "covariate_set", "estimator")


@dataclass(frozen=True, kw_only=True)
class Design:
    """One way to choose whom to compare.

    Attributes
    ----------
    method, caliper, covariate_set : the names a reader sees
    options : of match, weight or unmatched
    names : the covariates
    """

    method: str
    caliper: str
    covariate_set: str
    options: Options
    names: tuple[str, ...]

    def sample(self, df: pd.DataFrame, *, treatment: str, estimand: str, weights: str | None) -> Sample:
        """Match or weigh the people."""
        asked: dict[str, Any] = {"treatment": treatment, "covariates": list(self.names), "weights": weights}
        if self.options["method"] == "regression":
            return unmatched(df, **asked)
        make = weight if self.options["method"] in WEIGHTINGS else match
        return make(df, **asked, estimand=estimand, **self.options)

    def suits(self, estimator: str) -> bool:
        """Whether an estimator can be asked of this design; what cannot is no specification, rather than one that fails."""
        if self.options["method"] == "regression":
            return estimator in ("additive", "g_computation")
        return estimator != "bias_adjusted" or bool(self.options.get("replace"))


def estimate_options(estimator: str, names: Sequence[str]) -> dict[str, Any]:
    """What ``estimate`` is asked for under the name of an estimator."""
    return {
        "difference": {},
        "additive": {"covariates": list(names), "interact": False},
        "g_computation": {"covariates": list(names), "interact": True},
        "bias_adjusted": {"covariates": list(names), "bias_adjust": True},
    }[estimator]


def designs(
    methods: Sequence[str] | Mapping[str, Options],
    calipers: Sequence[Caliper],
    covariate_sets: Mapping[str, Sequence[str]],
) -> list[Design]:
    """Every method with every caliper it can use and every set of covariates.

    Raises
    ------
    InvalidOption
        If a method is unknown, or a list is empty.
    """
    asked = _named(methods)
    if not isinstance(calipers, (list, tuple)):
        raise InvalidOption(f"calipers={shown(calipers)}; a list is needed, in which None stands for no caliper.")
    for name, listed in (("methods", asked), ("calipers", calipers), ("covariate_sets", covariate_sets)):
        if len(listed) == 0:
            raise InvalidOption(f"{name} is empty; name at least one.")
    return [
        Design(
            method=method,
            caliper=_spoken(caliper),
            covariate_set=label,
            options={**options, **_caliper_option(caliper)},
            names=tuple(as_list(names)),
        )
        for label, names in covariate_sets.items()
        for method, options in asked.items()
        for caliper in (calipers if _takes_caliper(options) else (None,))
    ]


def sets_of(covariates: Sequence[str]) -> dict[str, list[str]]:
    """All covariates, and all but each of them."""
    sets = {"all": list(covariates)}
    if len(covariates) > 1:
        sets |= {f"without {left}": [name for name in covariates if name != left] for left in covariates}
    return sets


def _named(methods: Sequence[str] | Mapping[str, Options]) -> dict[str, Options]:
    if isinstance(methods, Mapping):
        nameless = [name for name, options in methods.items() if not isinstance(options, Mapping) or "method" not in options]
        if nameless:
            raise InvalidOption(
                f"methods[{nameless[0]!r}] does not say which method= it uses. Add it, e.g. {{'method': 'nearest'}}."
            )
        return dict(methods)
    unknown = [name for name in as_list(methods) if name not in DESIGNS]
    if unknown:
        raise InvalidOption(
            f"methods names {', '.join(map(repr, unknown))}; known are {', '.join(map(repr, DESIGNS))}. Give a mapping from your "
            "own names to options of match or weight for others."
        )
    return {name: DESIGNS[name] for name in as_list(methods)}


def _takes_caliper(options: Options) -> bool:
    return options["method"] in _WITH_CALIPER and "caliper" not in options


def _caliper_option(caliper: Caliper) -> dict[str, Any]:
    if caliper is None:
        return {}
    # A plain number is about the score, whatever distance people are matched by.
    return {"caliper": caliper if isinstance(caliper, Mapping) else {"propensity": float(caliper)}}


def _spoken(caliper: Caliper) -> str:
    """A caliper as a reader sees it: ``"none"``, ``"0.2"``, ``"age 5"``."""
    if caliper is None:
        return "none"
    if not isinstance(caliper, Mapping):
        return f"{positive('calipers', caliper):g}"
    widths = {name: size[1] if isinstance(size, (tuple, list)) else size for name, size in caliper.items()}
    return ", ".join(f"{name} {np.format_float_positional(float(width), trim='-')}" for name, width in widths.items())
