"""Pages about what others have published: the numbers as printed, each with its source, and no verdict of our own."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from whatworks.core.alphabet import sort_key
from whatworks.evidence import Registry
from whatworks.evidence import counted as each_result_once
from whatworks.findings.finding import Finding
from whatworks.findings.labels import group_name, within
from whatworks.findings.language import number, translator
from whatworks.findings.names import N_
from whatworks.findings.next_step import published_step
from whatworks.findings.published_glance import glance_note, glance_rows, how_many_speak, only_against
from whatworks.findings.review_rows import named_in, restated, review_row, side
from whatworks.findings.view import Cell, counted, unknown_cost
from whatworks.findings.wording import STANDARDISED

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


def published(registry: Registry, target_group: str) -> pd.DataFrame:
    """The published effects of a target group, with the names of methods and outcomes in both languages.

    Parameters
    ----------
    registry : the evidence base, from ``ww.evidence.load()``
    target_group : its code

    Returns
    -------
    The rows of ``registry.select(target_group=...)`` with the columns method_da, method_en, outcome_da, outcome_en and
    outcome_good (the direction that is good for the outcome as such; a row may be printed the other way round) added;
    what pages and the forest chart take. No rows when nothing is known.

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
    goods = [registry.outcomes[code].fields["good"] for code in reviews["outcome"]]
    return reviews.assign(**names, outcome_good=pd.Series(goods, dtype="str"))


def count_reviews(reviews: pd.DataFrame) -> int:
    """How many different publications the rows come from."""
    known = [column for column in _SOURCE if column in reviews]
    return len(reviews[known].drop_duplicates()) if known else len(reviews)


def published_methods(reviews: pd.DataFrame, language: str) -> list[str]:
    """Names of the methods in the rows, alphabetical."""
    names = {named_in(row, "method", "intervention", language)[0] for _index, row in reviews.iterrows()}
    return sorted(names, key=lambda name: sort_key(name, language))


def sides_told_once(reviews: pd.DataFrame, language: str) -> list[str]:
    """Which way each result points; one that restates another (adjusted, or a part of the same studies) is not counted again."""
    once = each_result_once(reviews) if "restates" in reviews else reviews
    return [side(row, language).code for _index, row in once.iterrows()]


def tally(sides: Sequence[str], language: str) -> str:
    """How the published results fall, in words, naming only what there is.

    Examples
    --------
    >>> tally(["for", "for", "unstated"], "en")
    '3 results: 2 speak for, 1 without a range.'
    >>> tally(["for"], "en")
    'One result. It speaks for.'
    """
    _ = translator(language)
    if len(sides) == 1:
        return {
            "for": _("One result. It speaks for."),
            "against": _("One result. It speaks against."),
            "both": _("One result. It can go both ways."),
        }.get(sides[0], _("One result. It has no range."))
    words = {
        "for": _("{n} speak for"),
        "against": _("{n} speak against"),
        "both": _("{n} can go both ways"),
        "unstated": _("{n} without a range"),
    }
    parts = [said.format(n=number(sides.count(code), language)) for code, said in words.items() if code in sides]
    return f"{_('{n} results').format(n=number(len(sides), language))}: {', '.join(parts)}."


def review_view(finding: Finding, reviews: pd.DataFrame, language: str) -> dict[str, Any]:
    """What the page about published reviews shows, in the language."""
    _ = translator(language)
    sides = sides_told_once(reviews, language)
    kinds = list(dict.fromkeys("SMD" if measure in STANDARDISED else str(measure) for measure in reviews["measure"]))
    group, single = within(group_name(finding, language)), len(reviews) == 1
    glance = glance_rows(reviews, language)
    return {
        "question": _("What does research say about help for {group}?").format(group=group),
        "lead": _lead(reviews, language),
        "glance": glance,
        "glance_note": glance_note(glance, reviews, language),
        "step": published_step(sides, language),
        "single": single,
        "dependent": _dependent(reviews, language),
        "strip": _strip(reviews, sides, language),
        "methods": _by_method(reviews, language),
        "measures": [_(_MEASURES[kind]) for kind in kinds if kind in _MEASURES],
        "unsaid": [
            _("Whether it holds where you are. The studies may be about other people and other services than yours."),
            _("How one person will fare. A published number is an average."),
            _("Whether the number is quoted right, as long as it is not confirmed.")
            if single
            else _("Whether every number is quoted right. Results still to be confirmed were read in a summary only."),
            _("What it costs here, and whether it pays for itself."),
        ],
        "advice": _against(language)
        if only_against(sides)
        else [
            _("Are your citizens like those in the studies?"),
            _("Can you offer the method as it was done there, with time and training enough?"),
            _("What will you measure before the start and along the way, so that you can see whether it helps?"),
            _("Who can wait, so that there is someone to compare with?"),
        ],
    }


def _against(language: str) -> list[str]:
    """What to ask where results speak against it and none for it."""
    _ = translator(language)
    return [
        _("Do you offer this, or something like it, under another name?"),
        _("What would you see if it did harm, and who would notice?"),
        _("What could you offer the same citizens instead?"),
    ]


def _dependent(reviews: pd.DataFrame, language: str) -> str:
    """That published results share studies, so that nobody counts them as votes."""
    _ = translator(language)
    if count_reviews(reviews) > 1:
        return _("The reviews may build on the same studies. Do not count them as independent.")
    if len(reviews) > 1:
        return _("The results come from the same review and may build on the same studies. Do not count them as independent.")
    return ""


def _lead(reviews: pd.DataFrame, language: str) -> str:
    """For each method how many of the results speak for it; for many methods how all results fall."""
    _ = translator(language)
    by_method: dict[str, list[str]] = {}
    once = each_result_once(reviews) if "restates" in reviews else reviews
    for _index, row in once.iterrows():
        by_method.setdefault(named_in(row, "method", "intervention", language)[0], []).append(side(row, language).code)
    said = []
    for method in sorted(by_method, key=lambda name: sort_key(name, language)):
        sides = by_method[method]
        harms = only_against(sides)
        told = (
            _("{some} of {total} results speak against it, and none for")
            if harms
            else _("{some} of {total} results speak for it")
        )
        told = told.format(some=number(sides.count("against" if harms else "for"), language), total=number(len(sides), language))
        said.append(f"{method}: {told}." if len(sides) > 1 else f"{method}: {_inside(tally(sides, language))}")
    return " ".join(said)


def _inside(said: str) -> str:
    """A sentence as it goes on after a colon."""
    return said[:1].lower() + said[1:]


def _strip(reviews: pd.DataFrame, sides: list[str], language: str) -> list[Cell]:
    _ = translator(language)
    single, stated = len(reviews) == 1, set(sides) != {"unstated"}
    said = side(reviews.iloc[0], language).word if single else how_many_speak(sides, language)
    no_verdict = _("It is one result, so we pass no verdict.") if single else _("We pass no joint verdict on them.")
    return [
        Cell(
            _("The published result") if single else _("The published results"),
            said if stated else _("Range not stated"),
            no_verdict if single else f"{tally(sides, language)} {no_verdict}",
            ("bad" if only_against(sides) else "neutral") if stated else "unknown",
        ),
        _rests_on(reviews, language),
        Cell(
            _("How sure are we?"),
            _("Not rated yet"),
            _("Nobody has judged the studies. More sure with: a judgement, and numbers of our own."),
            "unknown",
        ),
        unknown_cost(language),
    ]


def _rests_on(reviews: pd.DataFrame, language: str) -> Cell:
    """How many publications the numbers are from, and how many of the numbers somebody has held against them."""
    _ = translator(language)
    total, confirmed = len(reviews), int(reviews["confirmed"].isin(["yes", True]).sum())
    if total == 1:
        why = _("The number is held against the publication.") if confirmed else _("The number was read in a summary only.")
    else:
        why = _("{some} of {total} numbers are held against the publication.").format(
            some=number(confirmed, language), total=number(total, language)
        )
        why = {total: _("All are held against the publication."), 0: _("None are confirmed yet.")}.get(confirmed, why)
    source = _("From {reviews}.").format(reviews=counted(count_reviews(reviews), _("1 review"), _("{n} reviews"), language))
    return Cell(_("Rests on"), counted(total, _("1 result"), _("{n} results"), language), f"{source} {why}", "neutral")


def _by_method(reviews: pd.DataFrame, language: str) -> list[tuple[dict[str, str], list[dict[str, Any]]]]:
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for _index, row in reviews.iterrows():
        told = {**review_row(row, language), "restated": restated(row, reviews, language)}
        groups.setdefault(named_in(row, "method", "intervention", language), []).append(told)
    ordered = sorted(groups.items(), key=lambda item: sort_key(item[0][0], language))
    return [
        ({"name": name, "lang": lang}, sorted(rows, key=lambda row: sort_key(row["outcome"], language)))
        for (name, lang), rows in ordered
    ]
