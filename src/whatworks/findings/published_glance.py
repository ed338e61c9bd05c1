"""What others have published about a target group at a glance: each method on each outcome, in words and people."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
from scipy.stats import norm

from whatworks.core.alphabet import sort_key
from whatworks.evidence import counted as each_result_once
from whatworks.findings.charts.icon_array import icon_array_figure
from whatworks.findings.charts.words import studies
from whatworks.findings.language import LANGUAGES, interval, number, translator
from whatworks.findings.review_rows import named_in, review_row, side
from whatworks.findings.shares import Shares, out_of_100, shares_at, source_words
from whatworks.findings.wording import STANDARDISED, size_word

# Both are told as so many with the intervention for every hundred without it.
_TIMES = ("RR", "IRR")


def glance_rows(reviews: pd.DataFrame, language: str) -> list[dict[str, Any]]:
    """One row for each method on each outcome: which way the results point, and how large the best founded of them is.

    Parameters
    ----------
    reviews : of :func:`whatworks.findings.published`
    language : ``"da"`` or ``"en"``

    Returns
    -------
    Rows with method, method_lang, outcome, outcome_lang, code, found, measure, size, people, basis, confirmed; alphabetical. Of
    several results about the same thing one tells the size: with a range before without, held against the source before not,
    then the one with most studies.

    Examples
    --------
    >>> reviews = ww.findings.published(ww.evidence.load(), "homelessness")
    >>> [(row["method"], row["found"], row["people"]) for row in glance_rows(reviews, "en")][-1]
    ('Permanent supportive housing', '2 of 2 speak for', '113 with it (101 to 126) for every 100 without; more is better')
    """
    once = each_result_once(reviews) if "restates" in reviews else reviews
    groups: dict[tuple[Any, Any], list[pd.Series]] = {}
    for _index, row in once.iterrows():
        key = (named_in(row, "method", "intervention", language), named_in(row, "outcome", "outcome_as_printed", language))
        groups.setdefault(key, []).append(row)
    ordered = sorted(groups.items(), key=lambda item: [sort_key(name, language) for name, _lang in item[0]])
    return [
        {
            **{"method": method, "method_lang": method_lang, "outcome": outcome, "outcome_lang": outcome_lang},
            **_told(rows, language),
        }
        for ((method, method_lang), (outcome, outcome_lang)), rows in ordered
    ]


def _told(rows: Sequence[pd.Series], language: str) -> dict[str, Any]:
    _ = translator(language)
    best = max(rows, key=_founded)
    sides = [side(row, language) for row in rows]
    codes = [each.code for each in sides]
    found = sides[0].word if len(rows) == 1 else how_many_speak(codes, language)
    if len(rows) > 1 and "both" in codes:
        # The size that stands beside it may be that of one that speaks for.
        found = f"{found}, {_('{n} can go both ways').format(n=number(codes.count('both'), language))}"
    size, people = _size(best, review_row(best, language), language)
    return {
        "code": codes[0] if len(set(codes)) == 1 else "both",
        "found": found,
        "measure": str(best["measure"]),
        "size": size,
        "people": people,
        "basis": studies(best.get("k"), language),
        "confirmed": best["confirmed"] in ("yes", True),
    }


def how_many_speak(codes: Sequence[str], language: str) -> str:
    """How many of several results speak for it; where none does and some speak against it, that.

    Parameters
    ----------
    codes : of :func:`whatworks.findings.review_rows.side`
    language : ``"da"`` or ``"en"``

    Examples
    --------
    >>> how_many_speak(["for", "both"], "en"), how_many_speak(["against", "both"], "en")
    ('1 of 2 speak for', '1 of 2 speak against, none for')
    """
    _ = translator(language)
    harms = only_against(codes)
    said = _("{some} of {total} speak against, none for") if harms else _("{some} of {total} speak for")
    return said.format(some=number(codes.count("against" if harms else "for"), language), total=number(len(codes), language))


def only_against(codes: Sequence[str]) -> bool:
    """Whether some results speak against it and none for it."""
    return "against" in codes and "for" not in codes


def people_of(row: pd.Series) -> Shares | None:
    """How many people a published effect comes to, with the share that its studies had without it; None where that is unknown."""
    values = [float(row[name]) for name in ("effect", "conf_low", "conf_high")]
    without = row.get("share_comparison")
    if without is None or pd.isna(without):
        return None
    return shares_at(str(row["measure"]), values, without=float(without), source="published")


def people_figures(reviews: pd.DataFrame, language: str) -> list[str]:
    """For each method a hundred people twice, by the best founded of its results that counts people; none where none does.

    Parameters
    ----------
    reviews : of :func:`whatworks.findings.published`
    language : ``"da"`` or ``"en"``

    Returns
    -------
    Figures for a page.
    """
    known: dict[str, list[tuple[pd.Series, Shares]]] = {}
    for _index, row in reviews.iterrows():
        found = people_of(row)
        if found is not None:
            known.setdefault(str(row["method"]), []).append((row, found))
    figures = []
    for results in known.values():
        row, found = max(results, key=lambda result: _founded(result[0]))
        method, outcome = (
            {each: named_in(row, kind, printed, each)[0] for each in LANGUAGES}
            for kind, printed in (("method", "intervention"), ("outcome", "outcome_as_printed"))
        )
        figure = icon_array_figure(
            found.without,
            found.with_it,
            low=found.low,
            high=found.high,
            outcome=outcome if len(known) == 1 else {each: f"{method[each]}: {outcome[each]}" for each in LANGUAGES},
            good=str(row["direction_of_good"]),
            note=source_words(found, language),
            language=language,
        )
        figures.append(figure)
    return figures


def _founded(row: pd.Series) -> tuple[bool, bool, float, bool]:
    """What a result is chosen by: a range, a look at the source, how many studies it pools, then that it counts people."""
    k = row.get("k")
    stated = math.isfinite(float(row["conf_low"])) and math.isfinite(float(row["conf_high"]))
    people = row["measure"] in _TIMES or people_of(row) is not None
    return stated, row["confirmed"] in ("yes", True), 0.0 if k is None or pd.isna(k) else float(k), people


def _size(row: pd.Series, printed: dict[str, Any], language: str) -> tuple[str, str]:
    """How large it is, in a word where the scale has words, and in people where that can be told without a guess."""
    _ = translator(language)
    measure = str(row["measure"])
    values = [float(row[name]) for name in ("effect", "conf_low", "conf_high")]
    if measure in STANDARDISED and row["direction_of_good"] in ("up", "down"):
        sign = 1 if row["direction_of_good"] == "up" else -1
        shares = sorted(100 * float(norm.cdf(sign * value)) for value in values[1:])
        told = _("{n} of 100 do better than the typical person without it ({range})").format(
            n=number(round(100 * float(norm.cdf(sign * values[0]))), language), range=_range(shares, language)
        )
        return _("{word} difference").format(word=size_word(values[0], language)).capitalize(), told
    found = people_of(row)
    if found is not None:
        told = _("{n} of 100 with it ({range}), {without} without").format(
            n=number(out_of_100(found.with_it), language),
            without=number(out_of_100(found.without), language),
            range=_range([100 * found.low, 100 * found.high], language),
        )
        return "", told + _better(row, language)
    if measure in _TIMES:
        shares = [100 * value for value in values[1:]]
        told = _("{n} with it ({range}) for every 100 without").format(
            n=number(round(100 * values[0]), language), range=_range(shares, language)
        )
        return "", told + _better(row, language)
    return f"{printed['effect']} ({printed['range']})", ""


def _better(row: pd.Series, language: str) -> str:
    """Which way is good, said behind a count: between two rows it can change."""
    _ = translator(language)
    words = {"up": _("more is better"), "down": _("fewer is better")}
    said = words.get(str(row["direction_of_good"]))
    return f"; {said}" if said else ""


def _range(shares: Sequence[float], language: str) -> str:
    if not all(map(math.isfinite, shares)):
        return translator(language)("range not stated")
    return interval(round(shares[0]), round(shares[1]), language)


def glance_note(rows: Sequence[dict[str, Any]], reviews: pd.DataFrame, language: str) -> str:
    """How to read the numbers of the rows: what no difference is, and which of several results is shown."""
    _ = translator(language)
    told = {row["measure"] for row in rows if row["people"]}
    said = []
    if told & set(STANDARDISED):
        said.append(_("“Of 100 do better”: 50 is no difference."))
    if told & set(_TIMES):
        said.append(_("“For every 100”: 100 is no difference."))
    if len(rows) < len(reviews):
        said.append(
            _("Of several results about the same, the size is that of the best founded: confirmed, and with most studies.")
        )
    return " ".join(said)
