"""Pages about what others have published: the numbers as printed, each with its source, and no verdict of our own."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from whatworks.evidence import MEASURES, Registry, citation, link
from whatworks.findings.finding import Finding
from whatworks.findings.labels import group_name, within
from whatworks.findings.language import interval, number, sort_key, translator
from whatworks.findings.names import N_
from whatworks.findings.view import Cell, counted, unknown_cost
from whatworks.findings.wording import RATIOS, STANDARDISED, size_word

_SOURCE = ("authors", "year", "source", "doi")
_MEASURES: Mapping[str, str] = {
    "SMD": N_(
        "Standard deviations (SMD, g, d): the difference held against how much people usually differ. "
        "Below 0.1 is very small, below 0.3 small, below 0.6 moderate, and the rest large."
    ),
    "RR": N_("Times as many (RR): 1 is no difference. 1.5 means half as many again with the intervention as without it."),
    "OR": N_(
        "Odds (OR): 1 is no difference. Above 1 it happens more often, below 1 more seldom. It is not the same as times as many."
    ),
    "IRR": N_("Times as often (IRR): 1 is no difference. 0.5 means that it happens half as often with the intervention."),
    "HR": N_("Times as fast (HR): 1 is no difference. Above 1 it happens sooner, below 1 later."),
    "ROM": N_("Times the average (ROM): 1 is no difference."),
    "MD": N_("Difference: how much the averages lie apart, in the unit it was measured in."),
    "RD": N_("Difference between shares: 0.1 means 10 more out of 100."),
}


@dataclass(frozen=True)
class Side:
    """Which way a published range points, as counted on pages."""

    code: str
    word: str


def published(registry: Registry, target_group: str) -> pd.DataFrame:
    """The published effects of a target group, with the names of methods and outcomes in both languages.

    Parameters
    ----------
    registry : the evidence base, from ``ww.evidence.load()``
    target_group : its code

    Returns
    -------
    The rows of ``registry.select(target_group=...)`` with the columns method_da, method_en, outcome_da and outcome_en
    added; what pages and the forest chart take. No rows when nothing is known.

    Examples
    --------
    >>> published(ww.evidence.load(), "homelessness")["method_da"].unique().tolist()
    ['Housing First', 'Varig bolig med støtte']
    """
    reviews = registry.select(target_group=target_group)
    names = {
        f"{kind}_{language}": pd.Series([registry.label(kind, code, language) for code in reviews[kind]], dtype="str")
        for kind in ("method", "outcome")
        for language in ("da", "en")
    }
    return reviews.assign(**names)


def count_reviews(reviews: pd.DataFrame) -> int:
    """How many different publications the rows come from."""
    known = [column for column in _SOURCE if column in reviews]
    return len(reviews[known].drop_duplicates()) if known else len(reviews)


def published_methods(reviews: pd.DataFrame, language: str) -> list[str]:
    """Names of the methods in the rows, alphabetical."""
    names = {_named(row, "method", "intervention", language)[0] for _index, row in reviews.iterrows()}
    return sorted(names, key=lambda name: sort_key(name, language))


def side(row: Mapping[str, Any] | pd.Series, language: str) -> Side:
    """Whether a published range speaks for the method, against it, fits both, or was not printed."""
    _ = translator(language)
    low, high = float(row["conf_low"]), float(row["conf_high"])
    if not (math.isfinite(low) and math.isfinite(high)):
        return Side("unstated", _("Not known without a range"))
    none = 1.0 if row["measure"] in RATIOS else 0.0
    if low <= none <= high:
        return Side("both", _("Can go both ways"))
    good = row["direction_of_good"]
    if good not in ("up", "down"):
        return Side("both", _("The good direction is not known"))
    return Side("for", _("Speaks for")) if (low > none) == (good == "up") else Side("against", _("Speaks against"))


def tally(sides: Sequence[str], language: str) -> str:
    """How the published results fall, in words, naming only what there is.

    Examples
    --------
    >>> tally(["for", "for", "unstated"], "en")
    '3 results: 2 speak for, 1 without a range.'
    """
    _ = translator(language)
    words = {
        "for": _("{n} speak for"),
        "against": _("{n} speak against"),
        "both": _("{n} can go both ways"),
        "unstated": _("{n} without a range"),
    }
    parts = [said.format(n=number(sides.count(code), language)) for code, said in words.items() if code in sides]
    return f"{counted(len(sides), _('1 result'), _('{n} results'), language)}: {', '.join(parts)}."


def review_view(finding: Finding, reviews: pd.DataFrame, language: str) -> dict[str, Any]:
    """What the page about published reviews shows, in the language."""
    _ = translator(language)
    sides = [side(row, language).code for _index, row in reviews.iterrows()]
    kinds = list(dict.fromkeys("SMD" if measure in STANDARDISED else str(measure) for measure in reviews["measure"]))
    group = within(group_name(finding, language))
    gathered = _("We have gathered what others have published: {results} from {reviews} about {methods}.").format(
        results=counted(len(reviews), _("1 result"), _("{n} results"), language),
        reviews=counted(count_reviews(reviews), _("1 review"), _("{n} reviews"), language),
        methods=counted(reviews["method"].nunique(), _("1 method"), _("{n} methods"), language),
    )
    return {
        "question": _("What does research say about help for {group}?").format(group=group),
        "lead": gathered + " " + _("We pass no joint verdict on them."),
        "strip": _strip(reviews, sides, language),
        "methods": _by_method(reviews, language),
        "measures": [_(_MEASURES[kind]) for kind in kinds if kind in _MEASURES],
        "unsaid": [
            _("Whether it holds where you are. The studies may be about other people and other services than yours."),
            _("How one person will fare. A published number is an average."),
            _("Whether every number is quoted right. Results still to be confirmed were read in a summary only."),
            _("What the methods cost here, and whether they pay for themselves."),
        ],
        "advice": [
            _("Are your citizens like those in the studies?"),
            _("Can you offer the method as it was done there, with time and training enough?"),
            _("What will you measure before the start and along the way, so that you can see whether it helps?"),
            _("Who can wait, so that there is someone to compare with?"),
        ],
    }


def _strip(reviews: pd.DataFrame, sides: list[str], language: str) -> list[Cell]:
    _ = translator(language)
    total, confirmed = len(reviews), int(reviews["confirmed"].isin(["yes", True]).sum())
    share = _("{some} of {total}")
    stated = set(sides) != {"unstated"}
    said = _("{some} of {total} speak for").format(some=number(sides.count("for"), language), total=number(total, language))
    checked = _("All are held against the publication.") if confirmed == total else _("The rest are to be confirmed.")
    return [
        Cell(_("Conclusion"), _("No joint verdict"), _("We have no numbers of our own for the group."), "unknown"),
        Cell(
            _("The published results"),
            said if stated else _("Range not stated"),
            tally(sides, language),
            "neutral" if stated else "unknown",
        ),
        Cell(
            _("Held against the source"),
            share.format(some=number(confirmed, language), total=number(total, language)),
            checked,
            "neutral",
        ),
        unknown_cost(language),
    ]


def _by_method(reviews: pd.DataFrame, language: str) -> list[tuple[dict[str, str], list[dict[str, Any]]]]:
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for _index, row in reviews.iterrows():
        groups.setdefault(_named(row, "method", "intervention", language), []).append(_row(row, language))
    ordered = sorted(groups.items(), key=lambda item: sort_key(item[0][0], language))
    return [
        ({"name": name, "lang": lang}, sorted(rows, key=lambda row: sort_key(row["outcome"], language)))
        for (name, lang), rows in ordered
    ]


def _row(row: pd.Series, language: str) -> dict[str, Any]:
    _ = translator(language)
    low, high, effect = float(row["conf_low"]), float(row["conf_high"]), float(row["effect"])
    stated = math.isfinite(low) and math.isfinite(high)
    places = _printed_decimals(effect, low, high)
    outcome, lang = _named(row, "outcome", "outcome_as_printed", language)
    printed = str(row.get("outcome_as_printed", "") or "")
    address = link(row) if {"doi", "seen_at"} <= set(row.index) else ""
    k = row.get("k")
    return {
        "outcome": outcome,
        "outcome_lang": lang,
        "printed": "" if printed.casefold() == outcome.casefold() else printed,
        "effect": _effect(str(row["measure"]), effect, places, language),
        "stated": stated,
        "range": interval(low, high, language, decimals=places) if stated else _("range not stated"),
        "side": side(row, language).word,
        "studies": _("not stated") if k is None or pd.isna(k) else number(int(k), language),
        "citation": citation({**row, "doi": ""}) if set(_SOURCE) <= set(row.index) else "",
        "address": address if address.startswith("https://") else "",
        "address_text": f"doi:{row['doi']}" if row.get("doi") else _("where it was seen"),
        "status": _("Confirmed") if row["confirmed"] in ("yes", True) else _("To be confirmed"),
    }


def _printed_decimals(*values: float) -> int:
    """Decimals as published: at least two, at most three."""
    printed = [len(repr(value).partition(".")[2]) for value in values if math.isfinite(value)]
    return min(3, max(2, *printed))


def _effect(measure: str, effect: float, places: int, language: str) -> str:
    _ = translator(language)
    if measure in STANDARDISED:
        shown = number(effect, language, decimals=places, signed=True)
        return _("{size} standard deviations ({word})").format(size=shown, word=size_word(effect, language))
    shown = number(effect, language, decimals=places, signed=measure not in RATIOS)
    return f"{shown} ({measure})" if measure in MEASURES else shown


def _named(row: pd.Series, kind: str, printed: str, language: str) -> tuple[str, str]:
    """A name in the page's language; else the printed English one, with its language."""
    name = row.get(f"{kind}_{language}")
    if name is not None and not pd.isna(name) and name:
        return str(name), ""
    spare = str(row.get(printed) or str(row[kind]).replace("_", " "))
    return spare, "" if language == "en" else "en"
