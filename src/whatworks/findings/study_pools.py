"""Single published studies put together, and whether the small ones among them tell another story."""

import pandas as pd

from whatworks import synthesis
from whatworks.core.errors import WhatworksError
from whatworks.core.result import EffectResult

# Egger's test says nothing with fewer studies: Sterne et al. (2011), BMJ 343:d4002.
_EGGER_STUDIES = 10


def pooled_studies(es: pd.DataFrame, measure: str, good: str | None, unit: str) -> EffectResult | None:
    """The studies pooled, several effects of one study averaged as if they moved together; None below two studies."""
    known = es[es["yi"].notna() & es["vi"].notna()].assign(se=lambda frame: frame["vi"] ** 0.5)
    each = known.groupby("study_id", sort=False)[["yi", "se"]].mean().reset_index()
    each["study"] = _cited(each["study_id"], known)
    if len(each) < 2 or es["study_id"].nunique() > len(each):
        return None
    try:
        # Few studies that happen to agree must not make the interval shorter than their own errors do: Röver et al. (2015).
        return synthesis.pool(each.assign(vi=each["se"] ** 2), study="study", measure=measure, good=good, unit=unit, test="adhoc")
    except WhatworksError:
        return None


def egger_p(pooled: EffectResult | None) -> float | None:
    """The p-value of Egger's test, from ten studies on."""
    if pooled is None or len(pooled.parts) < _EGGER_STUDIES:
        return None
    parts = pd.DataFrame({"yi": pooled.parts["estimate"], "vi": pooled.parts["std_error"] ** 2})
    looks = synthesis.small_study_effects(parts)
    found = looks.loc[looks["test"] == "egger", "p_value"].astype(float)
    return float(found.iloc[0]) if len(found) else None


def turned_to(studies: pd.DataFrame, own: EffectResult) -> pd.DataFrame:
    """Printed differences as effects, all in the direction of our own."""
    error = studies["std_error"].where(studies["std_error"].notna(), (studies["conf_high"] - studies["conf_low"]) / (2 * 1.96))
    turn = (studies["direction_of_good"] == own.good).map({True: 1.0, False: -1.0})
    return studies.assign(yi=turn * studies["effect"], vi=error**2)


def _cited(ids: pd.Series, studies: pd.DataFrame) -> list[str]:
    """A study's authors and year; its name in the table where nobody is cited or two studies are cited alike."""
    cited = studies.drop_duplicates("study_id").set_index("study_id")["citation"]
    alike = cited.duplicated(keep=False) | (cited == "")
    return [str(name) if alike[name] else str(cited[name]) for name in ids]
