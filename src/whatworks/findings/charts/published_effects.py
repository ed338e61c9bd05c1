"""Published pooled effects as they are to be drawn: in order, in words, and held against what cannot be."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from whatworks.core.columns import numeric, require_columns
from whatworks.core.errors import InvalidEffect
from whatworks.findings.charts import rows
from whatworks.findings.charts.words import RATIO_MEASURES, Words, named, null_of, verdict
from whatworks.findings.language import number, translator

_NEEDED = ("method", "outcome", "measure", "effect", "conf_low", "conf_high", "k", "direction_of_good", "confirmed")
_STANDARDISED = ("SMD", "d", "g")
Labels = Mapping[str, Mapping[str, Words]]


def forest_data(reviews: pd.DataFrame, *, labels: Labels | None = None, language: str = "da") -> pd.DataFrame:
    """What the forest plot of published effects draws: one row per pooled effect, in the order drawn.

    Parameters
    ----------
    reviews : rows of ``evidence/reviews.csv`` with method, outcome, measure, effect, conf_low, conf_high, k,
        direction_of_good ("up" or "down"), confirmed; authors, source and year where known
    labels : ``{"method": {code: name}, "outcome": {code: name}}``, a name being a text or ``{"da", "en"}``. Without it
        columns ``method_da``, ``outcome_en`` ... of the frame are used, then the codes
    language : "da" or "en"

    Returns
    -------
    Columns family ("ratio", "standardised" or the measure itself), good, method, outcome, detail, k, measure, effect,
    conf_low, conf_high, confirmed, source, verdict ("better", "worse", "different", "unclear", "unknown"). Signs are as
    printed: nothing is turned round.

    Raises
    ------
    MissingColumn, EmptyData
    InvalidEffect
        If an interval does not hold its estimate, or a ratio is not above 0.

    Examples
    --------
    >>> reviews = pd.DataFrame({"method": ["a"], "outcome": ["work"], "measure": ["RR"], "effect": [1.6],
    ...     "conf_low": [1.4], "conf_high": [1.8], "k": [9], "direction_of_good": ["up"], "confirmed": ["yes"]})
    >>> forest_data(reviews)["verdict"].tolist()
    ['better']
    """
    require_columns(reviews, _NEEDED, what="reviews")
    reviews = reviews.reset_index(drop=True)
    measure = reviews["measure"].astype(str)
    data = pd.DataFrame(
        {
            "family": [
                "ratio" if each in RATIO_MEASURES else "standardised" if each in _STANDARDISED else each for each in measure
            ],
            "good": ["unknown" if each not in ("up", "down") else each for each in reviews["direction_of_good"].astype(object)],
            "method": _names(reviews, "method", labels, language),
            "outcome": _names(reviews, "outcome", labels, language),
            "k": numeric(reviews, "k", allow_missing=True, what="reviews"),
            "measure": measure,
            "effect": numeric(reviews, "effect", what="reviews"),
            "conf_low": numeric(reviews, "conf_low", allow_missing=True, what="reviews"),
            "conf_high": numeric(reviews, "conf_high", allow_missing=True, what="reviews"),
            "confirmed": reviews["confirmed"].isin(["yes", True]).to_numpy(),
            "source": _sources(reviews),
        }
    )
    _refuse_impossible(data)
    data.insert(4, "detail", _details(data, reviews, language))
    data["verdict"] = [verdict(row.conf_low, row.conf_high, null_of(row.measure), row.good) for row in rows.each(data)]
    return _in_drawing_order(data)


def _names(reviews: pd.DataFrame, field: str, labels: Labels | None, language: str) -> list[str]:
    column = f"{field}_{language}"
    codes = reviews[field].astype(str)
    spare = reviews[column] if column in reviews else pd.Series(pd.NA, index=reviews.index)
    known = (labels or {}).get(field, {})
    return [
        named(code, known, language) if code in known or pd.isna(other) else str(other)
        for code, other in zip(codes, spare, strict=True)
    ]


def _sources(reviews: pd.DataFrame) -> list[str]:
    """Authors and year; where no authors are stated, the journal or identifier in the column source stands for them."""
    authors, source, year = (_texts(reviews, column) for column in ("authors", "source", "year"))
    return [
        " ".join(part for part in (who or where, when) if part) for who, where, when in zip(authors, source, year, strict=True)
    ]


def _texts(reviews: pd.DataFrame, column: str) -> list[str]:
    return [_whole(each) for each in reviews[column]] if column in reviews else [""] * len(reviews)


def _whole(value: Any) -> str:
    if pd.isna(value):
        return ""
    return str(int(value)) if isinstance(value, (float, np.floating)) else str(value).strip()


def _details(data: pd.DataFrame, reviews: pd.DataFrame, language: str) -> list[str]:
    """What tells two effects on the same outcome apart (the words of the review, or its authors), and a scale turned round."""
    quoted = translator(language)("“{words}”")
    twins = data.duplicated(["family", "method", "outcome"], keep=False)
    printed = reviews["outcome_as_printed"] if "outcome_as_printed" in reviews else pd.Series("", index=reviews.index)
    rows_ = zip(twins, printed.fillna("").astype(str), data["source"], _turned(data, reviews, language), strict=True)
    return [
        ", ".join(part for part in (quoted.format(words=words) if words and twin else "", source if twin else "", turned) if part)
        for twin, words, source, turned in rows_
    ]


def _turned(data: pd.DataFrame, reviews: pd.DataFrame, language: str) -> list[str]:
    """Words for rows printed so that the good side is not the outcome's own, as when a fall in abuse counts as plus."""
    _ = translator(language)
    usual = reviews["outcome_good"] if "outcome_good" in reviews else data["good"]
    words = {
        ("up", "down"): _("scale turned round: above {none} is a fall"),
        ("down", "up"): _("scale turned round: below {none} is a rise"),
    }
    pairs = zip(data["good"], usual.astype(str), data["measure"], strict=True)
    return [words.get((good, own), "").format(none=number(null_of(measure), language)) for good, own, measure in pairs]


def _refuse_impossible(data: pd.DataFrame) -> None:
    outside = (data["effect"] < data["conf_low"]) | (data["effect"] > data["conf_high"])
    if outside.any():
        raise InvalidEffect(
            f"{int(outside.sum())} of {len(data)} published effects lie outside their own interval "
            f"(rows {', '.join(map(str, data.index[outside]))}). Hold them against the source."
        )
    ratios = data["family"] == "ratio"
    lowest = data[["effect", "conf_low"]].min(axis=1)
    if (ratios & (lowest <= 0)).any():
        raise InvalidEffect(f"{int((ratios & (lowest <= 0)).sum())} ratios are not above 0. Hold them against the source.")


def _in_drawing_order(data: pd.DataFrame) -> pd.DataFrame:
    families = {"ratio": 0, "standardised": 1}
    places = data.assign(
        family_place=data["family"].map(families).fillna(2),
        good_place=data["good"].map({"up": 0, "down": 1, "unknown": 2}),
        method_place=pd.factorize(data["method"])[0],
    )
    order = places.sort_values(["family_place", "family", "good_place", "method_place"], kind="stable").index
    return data.loc[order].reset_index(drop=True)
