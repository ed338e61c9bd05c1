"""Leaving out people with extreme scores, or capping extreme weights."""

from dataclasses import replace
from typing import Any

import numpy as np

from whatworks.core.errors import InvalidOption
from whatworks.core.options import is_finite
from whatworks.inference import WeightEquations
from whatworks.matching.weight_models import WeightModel

_KINDS = ("score", "weight")


def parse_trim(trim: float | tuple[str, float] | None) -> tuple[str, float] | None:
    """A rule as its kind and number; a number alone is about scores.

    Raises
    ------
    InvalidOption
    """
    if trim is None:
        return None
    rule: tuple[Any, ...] = tuple(trim) if isinstance(trim, (tuple, list)) else ("score", trim)
    kind, number = rule if len(rule) == 2 else (None, np.nan)
    low, high = (0.0, 0.5) if kind == "score" else (0.5, 1.0)
    if kind not in _KINDS or not is_finite(number) or not low < number < high:
        raise InvalidOption(
            f"trim must be a score between 0 and 0.5 such as 0.05 or ('score', 0.05), or a quantile above 0.5 such as "
            f"('weight', 0.99); got {trim!r}."
        )
    return str(kind), float(number)


def trimmed(
    model: WeightModel, treated: np.ndarray, base: np.ndarray, rule: tuple[str, float] | None
) -> tuple[WeightModel, np.ndarray]:
    """The weights after the rule, and (n,) True for people it has touched. Limits count as known, not as estimated.

    References
    ----------
    Crump, Hotz, Imbens & Mitnik (2009), Biometrika 96:187-199; Cole & Hernán (2008), American Journal of Epidemiology
    168:656-664.
    """
    if rule is None or model.scores is None:
        return model, np.zeros(len(treated), dtype=bool)
    kind, number = rule
    if kind == "score":
        touched = (model.scores < number) | (model.scores > 1 - number)
        weights = np.where(touched, 0.0, model.weights)
    else:
        touched, weights = _capped(model.weights, treated, base, number)
    equations = tuple(_where_untouched(part, touched) for part in model.equations)
    return replace(model, weights=weights, equations=equations), touched


def _capped(weights: np.ndarray, treated: np.ndarray, base: np.ndarray, quantile: float) -> tuple[np.ndarray, np.ndarray]:
    """Balancing weights above their arm's quantile set to it; sampling weights stay as they are."""
    balancing = np.divide(weights, base, out=np.zeros(len(base)), where=base > 0)
    limit = np.empty(len(base))
    for arm in (treated, ~treated):
        limit[arm] = np.quantile(balancing[arm], quantile, method="inverted_cdf", weights=base[arm])
    touched = balancing > limit
    return touched, base * np.minimum(balancing, limit)


def _where_untouched(equations: WeightEquations, touched: np.ndarray) -> WeightEquations:
    return replace(equations, slope=np.where(touched, 0.0, equations.slope))
