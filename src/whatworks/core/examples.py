"""A result made up to try things on, where no data is at hand."""

from collections.abc import Mapping
from math import erfc, sqrt

import pandas as pd

from whatworks.core.options import positive
from whatworks.core.provenance import Provenance
from whatworks.core.result import EffectResult


def example_effect(
    estimate: float = 0.10,
    std_error: float = 0.03,
    *,
    measure: str = "RD",
    unit: str = "share",
    good: str | None = "up",
    statistics: Mapping[str, float] | None = None,
) -> EffectResult:
    """A made-up effect, to try on what follows an estimate: nobody was treated and nobody compared.

    Parameters
    ----------
    estimate, std_error : of the headline, in ``unit``
    measure, unit, good : as in :class:`~whatworks.core.result.EffectResult`
    statistics : numbers of people and the like

    Returns
    -------
    EffectResult
        With one row; its interval reaches two standard errors to either side.

    Raises
    ------
    InvalidOption
        If the standard error is not above 0.

    Examples
    --------
    >>> made_up = ww.example_effect(-22, 5, measure="MD", unit="nights a year", good="down")
    >>> made_up.headline.conf_low, made_up.headline.conf_high
    (-32.0, -12.0)
    """
    error = positive("std_error", std_error)
    row = {
        **{"term": "ATT", "kind": "headline", "estimate": float(estimate), "std_error": error},
        **{"conf_low": estimate - 2 * error, "conf_high": estimate + 2 * error},
        "p_value": erfc(abs(estimate / error) / sqrt(2)),
    }
    return EffectResult(
        method="matching.estimate",
        estimand="ATT, made up as an example",
        measure=measure,
        unit=unit,
        good=good,
        effects=pd.DataFrame([row]),
        statistics=dict(statistics or {}),
        provenance=Provenance(data_fingerprint="0"),
    )
