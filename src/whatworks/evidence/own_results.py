"""One of our own results as a row of a study table, so that the published standards rate it as they rate any other study."""

from math import exp, isfinite, nan
from typing import Any

import pandas as pd

from whatworks.core import EffectResult
from whatworks.core.errors import InvalidEffect
from whatworks.core.measures import LOGGED
from whatworks.core.options import one_of
from whatworks.evidence.designs import DESIGNS
from whatworks.evidence.judgements import OWN_STUDY
from whatworks.evidence.measures import MEASURES
from whatworks.evidence.study_table import COLUMNS, study_frame

# How our results name a measure, and what a study table calls it.
_PRINTED = {**LOGGED, "ROM": "ROM", "ratio": "ROM", "money": "MD"}


def own_study(
    result: EffectResult,
    *,
    target_group: str,
    method: str,
    outcome: str,
    design: str,
    people: bool = True,
    balance_smd: float | None = None,
    sd: float | None = None,
) -> pd.DataFrame:
    """Put one of our own results in the form that :func:`standards` takes.

    Parameters
    ----------
    result : an effect with its range and a known direction of good
    target_group, method, outcome : codes, as in the tables it is to stand beside
    design : a code of the designs, such as ``"rct"``, ``"matching"`` or ``"did"``
    people : whether ``n_treated`` and ``n_comparison`` of the result count people; where they count places, they become ``sites``
    balance_smd : the largest standardised difference between the groups that was left, in standard deviations
    sd : standard deviation of the outcome among people without the method, in its unit; given, a difference of means becomes a
        standardised one. It may come from published studies with the same instrument

    Returns
    -------
    One row of a study table with the study_id ``"our_own"``. Ratios stand as ratios. What the result does not say is empty, so
    that a standard which needs it answers "not assessable".

    Raises
    ------
    InvalidOption
        If ``design`` is not known.
    InvalidEffect
        If the measure or the direction of good is not known, or there is no estimate.

    References
    ----------
    A standard deviation from other studies with the same instrument: Cochrane Handbook (2019), section 10.5.2.

    Examples
    --------
    >>> pair = pd.DataFrame({"treated": [1, 1, 1, 0, 0, 0], "days": [3.0, 5, 4, 6, 8, 7]})
    >>> gap = ww.matching.estimate(ww.matching.unmatched(pair, treatment="treated", randomised=True), outcome="days")
    >>> from dataclasses import replace
    >>> row = ww.evidence.own_study(replace(gap, good="down"), target_group="homelessness", method="housing_first",
    ...                             outcome="hospitalisation", design="rct")
    >>> row[["study_id", "design", "measure", "effect"]].round(6).values.tolist()
    [['our_own', 'rct', 'MD', -3.0]]
    """
    one_of(design, tuple(DESIGNS), name="design")
    measure = _PRINTED.get(result.measure, result.measure)
    if measure not in MEASURES or result.good is None:
        raise InvalidEffect(
            f"{result.method}: measure is {result.measure!r} and good is {result.good!r}; the standards need a measure "
            f"({', '.join(MEASURES)}) and a direction of good. Set them on the result."
        )
    log = result.measure in LOGGED
    head = result.headline
    scale = 1.0
    if sd is not None:
        if measure != "MD" or not sd > 0:
            raise InvalidEffect(
                f"sd={sd!r} with a {measure}; a standard deviation above 0 turns a difference of means (MD) into an SMD."
            )
        measure, scale = "SMD", 1 / sd
    effect, low, high = (exp(value) if log else float(value) * scale for value in (head.estimate, head.conf_low, head.conf_high))
    if not isfinite(effect):
        raise InvalidEffect(f"{result.method}: the headline has no estimate. Rate a result that answers.")
    ends = all(map(isfinite, (low, high)))
    cells: dict[str, Any] = {
        "study_id": OWN_STUDY,
        "effect_id": "headline",
        "confirmed": "yes",
        "target_group": target_group,
        "method": method,
        "outcome": outcome,
        "design": design,
        "measure": measure,
        "effect": effect,
        "std_error": head.std_error * scale if MEASURES[measure].scale == "linear" and head.std_error > 0 else nan,
        "conf_low": low if ends else nan,
        "conf_high": high if ends else nan,
        "direction_of_good": result.good,
        "balance_smd": nan if balance_smd is None else abs(balance_smd),
        "pretrend_p": _pretrend_p(result),
        **_sizes(result, people),
    }
    return study_frame([{column: _cell(cells.get(column, "")) for column in COLUMNS}])


def _sizes(result: EffectResult, people: bool) -> dict[str, Any]:
    counts = {name: float(result.statistics.get(name, nan)) for name in ("n_treated", "n_comparison")}
    known = {name: int(count) for name, count in counts.items() if isfinite(count)}
    if people or not known:
        return known
    return {"sites": sum(known.values())}


def _pretrend_p(result: EffectResult) -> float:
    """The p-value of the test of the paths before the start, where the result carries one."""
    found = [check for check in result.checks if check.name == "parallel_pretrends"]
    return float(found[0].statistics.get("p_value", nan)) if found else nan


def _cell(value: Any) -> str:
    return "" if isinstance(value, float) and not isfinite(value) else str(value)
