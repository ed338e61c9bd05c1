"""Tables of services side by side: how each does against what was expected of it, and what goes along with doing better."""

import math
from collections.abc import Mapping

import pandas as pd

from whatworks.core.result import EffectResult
from whatworks.findings.charts import rows
from whatworks.findings.charts.providers import owner_name, provider_rows, reason_words
from whatworks.findings.charts.words import estimate_text
from whatworks.findings.language import number, translator
from whatworks.findings.names import N_

# What services tell about themselves, as the table of services calls it.
_ATTRIBUTES: Mapping[str, str] = {
    "years_with_method": N_("Years with the method"),
    "fidelity": N_("How closely the method is followed"),
    "staff_per_place": N_("Staff per place"),
    "share_trained": N_("Share of staff with training"),
    "sick_leave_days": N_("Days of sick leave per employee"),
    "quality": N_("The supervision's assessment of quality"),
    "cost": N_("Cost in a year, kroner"),
    "citizen_years": N_("Citizens cared for all year"),
}
_PLACES: Mapping[str, str] = {
    "as_expected": N_("As expected"),
    "outside_95": N_("Worth a look"),
    "outside_998": N_("Look into it"),
}


def attribute_names() -> dict[str, dict[str, str]]:
    """What a reader calls each attribute of a service.

    Returns
    -------
    Code to ``{"da", "en"}``.

    Examples
    --------
    >>> attribute_names()["staff_per_place"]
    {'da': 'Personale pr. plads', 'en': 'Staff per place'}
    """
    return {code: {each: translator(each)(words) for each in ("da", "en")} for code, words in _ATTRIBUTES.items()}


def services_table(result: EffectResult, language: str = "da", *, unit: str = "", decimals: int | None = None) -> pd.DataFrame:
    """One row per service in alphabetical order; those that cannot be compared say why in place of numbers.

    Parameters
    ----------
    result : of ``ww.benchmarking.compare``
    language : ``"da"`` or ``"en"``
    unit : of the outcome in the language
    decimals : of the results; two digits of the range by default

    Returns
    -------
    A frame with headings in the language, ready to be shown.

    Examples
    --------
    >>> stays = pd.DataFrame({"home": np.repeat(list("ABCDEFGH"), 50), "score": np.random.default_rng(0).normal(size=400)})
    >>> compared = ww.benchmarking.compare(stays, provider="home", outcome="score", good="up")
    >>> services_table(compared, "en").iloc[:, 0].tolist()
    ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H']
    """
    _ = translator(language)
    told = []
    for row in rows.each(provider_rows(result, language=language)):
        hidden = not row.comparable
        reason = _("Cannot be compared: {reason}").format(reason=reason_words(row.reason, language))
        size = estimate_text(row.estimate, row.conf_low, row.conf_high, language, decimals=1 if decimals is None else decimals)
        told.append(
            {
                _("Service"): row.provider,
                _("Owner"): owner_name(row.ownership, None, language),
                _("Citizens"): _("fewer than 5") if pd.isna(row.n) else number(float(row.n), language),
                _("Against what was expected ({unit})").format(unit=unit): "–" if hidden else size,
                _("Place among the compared"): "–" if hidden else _rank(row.rank_low, row.rank_high, language),
                _("What to make of it"): reason if hidden else _(_PLACES[row.place]),
            }
        )
    return pd.DataFrame(told)


def practices_table(practices: pd.DataFrame, language: str = "da", *, unit: str = "", decimals: int = 1) -> pd.DataFrame:
    """One row per attribute: how results go along with it, with the range, and whether that could be chance.

    Parameters
    ----------
    practices : of ``ww.benchmarking.practices``
    language : ``"da"`` or ``"en"``
    unit : of the outcome in the language
    decimals : of the results

    Returns
    -------
    A frame with headings in the language, ready to be shown.

    Examples
    --------
    >>> stays = pd.DataFrame({"home": np.repeat(list("ABCDEFGHIJKL"), 40)})
    >>> stays["score"] = np.repeat(4 * np.linspace(0, 1, 12), 40) + np.random.default_rng(0).normal(size=480)
    >>> homes = pd.DataFrame({"home": list("ABCDEFGHIJKL"), "fidelity": np.linspace(0, 1, 12)})
    >>> compared = ww.benchmarking.compare(stays, provider="home", outcome="score")
    >>> len(practices_table(ww.benchmarking.practices(compared, homes, provider="home", columns="fidelity"), "en"))
    1
    """
    _ = translator(language)
    names = attribute_names()
    told = [
        {
            _("What differs between services"): names.get(row.term, {}).get(language, row.term.replace("_", " ")),
            _("Difference in the result ({unit})").format(unit=unit): estimate_text(
                row.estimate, row.conf_low, row.conf_high, language, decimals=decimals
            ),
            _("Per"): _("yes against no") if row.per == "yes against no" else _("a usual difference between services"),
            _("Could it be chance?"): _("Hardly") if row.p_holm < 0.05 else _("Yes, easily") if row.p_holm > 0.2 else _("Yes"),
            _("Services"): number(float(row.n_providers), language),
        }
        for row in rows.each(practices)
    ]
    return pd.DataFrame(told)


def _rank(low: float, high: float, language: str) -> str:
    if not (math.isfinite(low) and math.isfinite(high)):
        return "–"
    return translator(language)("probably {low} to {high}").format(low=number(low, language), high=number(high, language))
