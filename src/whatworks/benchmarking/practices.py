"""What do the better units do? Attributes of providers held against their adjusted results: questions to ask, not causes."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import t

from whatworks.core import EffectResult
from whatworks.core.columns import as_list, numeric, require_columns
from whatworks.core.errors import DuplicateRows, InvalidOption, NotIdentified, TooFewUnits
from whatworks.core.options import confidence
from whatworks.inference import fit_least_squares

# Fewer providers than this, and one of them is the answer.
FEWEST_PROVIDERS = 8


def practices(
    result: EffectResult, attributes: pd.DataFrame, *, provider: str, columns: str | Sequence[str], conf_level: float = 0.95
) -> pd.DataFrame:
    """How adjusted results go along with what providers do: methods, staffing, fidelity, one at a time.

    Parameters
    ----------
    result : from :func:`~whatworks.benchmarking.compare`
    attributes : one row per provider
    provider : its column with the names in ``result``
    columns : numeric attributes, or 0/1 for a method used or not
    conf_level : coverage of the intervals

    Returns
    -------
    One row per attribute, in the order given: term, kind ("part"), estimate (change in the adjusted result for one standard
    deviation of the attribute, or for yes against no), std_error, conf_low, conf_high, p_value, then p_holm (with all attributes
    looked at taken into account), n_providers, per ("standard deviation", "yes against no").

    Raises
    ------
    InvalidOption
        If ``result`` compares no providers.
    TooFewUnits
        If fewer than 8 providers can be compared and have the attribute.
    NotIdentified
        If an attribute is the same for all.
    DuplicateRows, MissingColumn, InvalidColumn

    References
    ----------
    Knapp & Hartung (2003), Statistics in Medicine 22:2693-2710 (random-effects regression of estimates); Holm (1979),
    Scandinavian Journal of Statistics 6:65-70.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> fidelity = np.linspace(0, 1, 12)
    >>> stays = pd.DataFrame({"home": np.repeat(list("ABCDEFGHIJKL"), 40)})
    >>> stays["score"] = np.repeat(4 * fidelity, 40) + rng.normal(size=480)
    >>> homes = pd.DataFrame({"home": list("ABCDEFGHIJKL"), "fidelity": fidelity})
    >>> found = ww.benchmarking.compare(stays, provider="home", outcome="score")
    >>> practices(found, homes, provider="home", columns="fidelity")[["term", "estimate"]].round(1)
           term  estimate
    0  fidelity       1.3
    """
    if result.method != "benchmarking.compare":
        raise InvalidOption(f"{result.method} compares no providers. Use a result of ww.benchmarking.compare.")
    columns = as_list(columns)
    require_columns(attributes, [provider, *columns], what="attributes")
    if attributes[provider].duplicated().any():
        raise DuplicateRows(
            f"{int(attributes[provider].duplicated().sum())} providers stand twice in {provider!r}. Give each one row."
        )
    parts = result.parts
    rows = parts[(parts["level"] == "provider") & parts["comparable"]]
    found = rows.merge(attributes.assign(**{provider: attributes[provider].astype(str)}), left_on="provider", right_on=provider)
    tau2 = float(result.statistics["tau2"])
    table = pd.DataFrame([_one(found, column, tau2, confidence(conf_level)) for column in columns])
    table["p_holm"] = _holm(table["p_value"].to_numpy())
    first = ["term", "kind", "estimate", "std_error", "conf_low", "conf_high", "p_value", "p_holm", "n_providers", "per"]
    return table[first].astype({"term": "str", "kind": "str", "per": "str"})


def _one(found: pd.DataFrame, column: str, tau2: float, conf_level: float) -> dict[str, object]:
    """Random-effects regression on one attribute with Knapp and Hartung's variance, never below the usual one."""
    values = numeric(found, column, allow_missing=True, what="attributes") if len(found) else np.array([])
    have = ~np.isnan(values)
    if have.sum() < FEWEST_PROVIDERS:
        raise TooFewUnits(
            f"{int(have.sum())} providers can be compared and have {column!r}; at least {FEWEST_PROVIDERS} are needed. "
            "Fill in the attribute, or widen the comparison."
        )
    x, y, s = values[have], found["estimate"].to_numpy()[have], found["std_error"].to_numpy()[have]
    if x.min() == x.max():
        raise NotIdentified(
            f"{column!r} is the same for all {len(x)} providers, so it cannot go along with anything. Leave it out."
        )
    yes_or_no = bool(np.isin(x, (0.0, 1.0)).all())
    z = x if yes_or_no else (x - x.mean()) / x.std(ddof=1)
    weights = 1 / (s**2 + tau2)
    fit = fit_least_squares(np.column_stack([np.ones(len(z)), z]), y, weights=weights)
    freedom = len(z) - 2
    scale = max(float(weights @ fit.residuals**2) / freedom, 1.0)
    estimate, error = float(fit.coefficients[1]), float(np.sqrt(scale * fit.bread[1, 1]))
    reach = float(t.ppf((1 + conf_level) / 2, freedom)) * error
    return {
        "term": column, "kind": "part", "estimate": estimate, "std_error": error, "conf_low": estimate - reach,
        "conf_high": estimate + reach, "p_value": float(2 * t.sf(abs(estimate / error), freedom)), "n_providers": len(z),
        "per": "yes against no" if yes_or_no else "standard deviation",
    }  # fmt: skip


def _holm(p_values: np.ndarray) -> np.ndarray:
    order = np.argsort(p_values)
    out = np.empty(len(p_values))
    out[order] = np.minimum(np.maximum.accumulate(p_values[order] * np.arange(len(order), 0, -1)), 1.0)
    return out
