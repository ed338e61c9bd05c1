"""One published effect as a page tells it: the number as printed, which way it points, and whether it tells another one again."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from whatworks.evidence import MEASURES, citation, link
from whatworks.findings.labels import within
from whatworks.findings.language import interval, number, translator
from whatworks.findings.names import N_
from whatworks.findings.wording import RATIOS, STANDARDISED, size_word

# Why a row is not counted as a result of its own.
_RESTATED: Mapping[str, str] = {
    "adjusted": N_("The same studies as “{other}”, corrected for publication bias. It is not counted again."),
    "subset": N_("A part of the studies behind “{other}”. It is not counted again."),
    "quoted": N_("The same number as “{other}”, quoted elsewhere. It is not counted again."),
}


@dataclass(frozen=True)
class Side:
    """Which way a published range points, as counted on pages."""

    code: str
    word: str


def side(row: Mapping[str, Any] | pd.Series, language: str) -> Side:
    """Whether a published range speaks for the method, against it, fits both, or was not printed."""
    _ = translator(language)
    low, high = float(row["conf_low"]), float(row["conf_high"])
    if not (math.isfinite(low) and math.isfinite(high)):
        return Side("unstated", _("Unsettled: the source gives no range"))
    none = no_difference(str(row["measure"]))
    if low <= none <= high:
        return Side("both", _("Can go both ways"))
    good = row["direction_of_good"]
    if good not in ("up", "down"):
        return Side("both", _("The good direction is not known"))
    return Side("for", _("Speaks for")) if (low > none) == (good == "up") else Side("against", _("Speaks against"))


def no_difference(measure: str) -> float:
    """The number that means no difference: 1 for ratios as printed, 0 for differences and for logs of ratios."""
    return 1.0 if measure in RATIOS and not measure.startswith("log") else 0.0


def turned_round(row: pd.Series, language: str) -> str:
    """What the sign means where the source counts the other way than the outcome is counted; empty where it does not."""
    _ = translator(language)
    printed, usual = str(row["direction_of_good"]), str(row.get("outcome_good", ""))
    said = {
        ("up", "down"): _("The source has turned the scale round: above {none} is a fall in {outcome}, and that is good."),
        ("down", "up"): _("The source has turned the scale round: below {none} is a rise in {outcome}, and that is good."),
    }.get((printed, usual))
    if said is None:
        return ""
    none = _("zero") if no_difference(str(row["measure"])) == 0 else "1"
    return said.format(none=none, outcome=within(named_in(row, "outcome", "outcome_as_printed", language)[0]))


def restated(row: pd.Series, reviews: pd.DataFrame, language: str) -> str:
    """That a row tells the result of another row again, and how; empty for a result of its own.

    Parameters
    ----------
    row, reviews : a published effect, and the rows it stands among

    Examples
    --------
    >>> rows = ww.findings.published(ww.evidence.load(), "schizophrenia").set_index("review_id", drop=False)
    >>> restated(rows.loc["laws_2018_distress_adjusted"], rows, "en")
    'The same studies as “distress”, corrected for publication bias. It is not counted again.'
    """
    how = str(row.get("restates_how", "") or "")
    others = reviews[reviews["review_id"] == row["restates"]] if how in _RESTATED else reviews.iloc[:0]
    if others.empty:
        return ""
    other = others.iloc[0]
    method, outcome = named_in(other, "method", "intervention", language)[0], str(other["outcome_as_printed"])
    named = outcome if other["method"] == row["method"] else method
    return translator(language)(_RESTATED[how]).format(other=named)


def review_row(row: pd.Series, language: str) -> dict[str, Any]:
    _ = translator(language)
    low, high, effect = float(row["conf_low"]), float(row["conf_high"]), float(row["effect"])
    stated = math.isfinite(low) and math.isfinite(high)
    places = printed_decimals(effect, low, high)
    outcome, lang = named_in(row, "outcome", "outcome_as_printed", language)
    printed = str(row.get("outcome_as_printed", "") or "")
    address = link(row) if {"doi", "seen_at"} <= set(row.index) else ""
    k = row.get("k")
    return {
        "outcome": outcome,
        "outcome_lang": lang,
        "printed": "" if printed.casefold() == outcome.casefold() else printed,
        "turned": turned_round(row, language),
        "effect": _effect(str(row["measure"]), effect, places, language),
        "stated": stated,
        "range": interval(low, high, language, decimals=places) if stated else _("range not stated"),
        "side": side(row, language).word,
        "studies": _("not stated") if k is None or pd.isna(k) else number(int(k), language),
        "citation": citation({**row, "doi": ""}) if {"authors", "year", "source", "doi"} <= set(row.index) else "",
        "address": address if address.startswith("https://") else "",
        "address_text": f"doi:{row['doi']}" if row.get("doi") else _("where it was seen"),
        "status": _("Confirmed") if row["confirmed"] in ("yes", True) else _("To be confirmed"),
    }


def printed_decimals(*values: float) -> int:
    """Decimals as published: at least two, at most three."""
    printed = [len(repr(value).partition(".")[2]) for value in values if math.isfinite(value)]
    return min(3, max(2, *printed))


def _effect(measure: str, effect: float, places: int, language: str) -> str:
    _ = translator(language)
    if measure in STANDARDISED:
        shown = number(effect, language, decimals=places, signed=True)
        return _("{size} standard deviations ({word})").format(size=shown, word=size_word(effect, language))
    shown = number(effect, language, decimals=places, signed=no_difference(measure) == 0)
    return f"{shown} ({measure})" if measure in MEASURES else shown


def named_in(row: pd.Series, kind: str, printed: str, language: str) -> tuple[str, str]:
    """A name in the page's language; else the printed English one, with its language."""
    name = row.get(f"{kind}_{language}")
    if name is not None and not pd.isna(name) and name:
        return str(name), ""
    spare = str(row.get(printed) or str(row[kind]).replace("_", " "))
    return spare, "" if language == "en" else "en"
