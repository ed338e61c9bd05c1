"""Our own figures as rows beside the studies, from whatever holds them."""

import numpy as np
import pandas as pd
from scipy.stats import norm

from whatworks.core.columns import numeric, require_columns
from whatworks.core.errors import InvalidOption
from whatworks.core.result import EffectResult
from whatworks.findings.charts.study_rows import on_reading_scale

# A result of ours, the row that own_effect makes of it, or what combine makes of it and the studies.
Own = EffectResult | pd.DataFrame
_COMBINED = "synthesis.combine"


def own_rows(own: Own, result: EffectResult) -> pd.DataFrame:
    """Our figures on the reading scale: a row of kind "own", and one of kind "combined" where the studies are in it.

    Parameters
    ----------
    own : a result, the row that ``ww.synthesis.own_effect`` makes, or a result of ``ww.synthesis.combine``
    result : the studies they are to stand beside

    Returns
    -------
    Columns label (empty where ours has no name), kind, estimate, conf_low, conf_high, weight (missing). Where the two contradict
    each other, there is no row of kind "combined": their average answers nothing.

    Raises
    ------
    InvalidOption
        If the measures differ.
    """
    frame, measures = _of_result(own) if isinstance(own, EffectResult) else _of_effects(own, result)
    if measures != {result.measure}:
        found = ", ".join(sorted(map(str, measures)))
        raise InvalidOption(
            f"Our own figures are a {found}, the studies a {result.measure}: they cannot share an axis. "
            "Bring ours onto their scale first, with ww.synthesis.own_effect."
        )
    frame = frame.reset_index(drop=True)
    return frame[["label", "kind"]].join(on_reading_scale(frame, result.measure)).assign(weight=np.nan)


def contradicts(combination: EffectResult) -> bool:
    """Whether our figures and the published ones contradict each other, so that their average answers nothing."""
    return any(check.name == "conflict" for check in combination.failed_checks)


def _of_result(own: EffectResult) -> tuple[pd.DataFrame, set[str]]:
    effects = own.effects
    if own.method != _COMBINED:
        return effects[effects["kind"] == "headline"].assign(label="", kind="own"), {own.measure}
    kept = effects[effects["term"].isin(["ours"] if contradicts(own) else ["ours", "combined"])]
    kinds = kept["term"].map({"ours": "own", "combined": "combined"})
    order = kinds.map({"own": 0, "combined": 1}).sort_values().index
    return kept.assign(label="", kind=kinds).loc[order], {own.measure}


def _of_effects(own: pd.DataFrame, result: EffectResult) -> tuple[pd.DataFrame, set[str]]:
    require_columns(own, ["yi", "vi"], what="own")
    yi, vi = numeric(own, "yi", what="own"), numeric(own, "vi", what="own")
    reach = float(norm.ppf(0.5 + result.conf_level / 2)) * np.sqrt(vi)
    label = own["study"].astype(str).to_numpy() if "study" in own else ""
    frame = pd.DataFrame({"label": label, "kind": "own", "estimate": yi, "conf_low": yi - reach, "conf_high": yi + reach})
    return frame, set(own["measure"]) if "measure" in own else {result.measure}
