"""The evidence gap map: for each target group and part of life, what is known and what is not."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from whatworks.core.columns import require_columns
from whatworks.core.errors import UnknownCode
from whatworks.evidence.grading.rating import RULE_VERSION
from whatworks.evidence.headline import Headline
from whatworks.evidence.registry import Registry
from whatworks.evidence.reviews import counted

GAP_COLUMNS = (
    "target_group", "domain", "state", "label_en", "label_da", "reason", "certainty", "reviews", "results", "largest_review",
    "studies", "under_way", "own_results", "methods", "rule_version",
)  # fmt: skip
_SORTING = ("target_group", "method", "outcome")
# Reasons of an unknown that say nothing of the answer, only that nobody has looked at it yet.
_NOT_LOOKED_AT = ("not_assessed", "no_range")
# Unknown and no clear difference are states of their own: a lack of evidence is never drawn like a lack of effect.
STATES: Mapping[str, tuple[str, str]] = {
    "works": ("Works", "Virker"),
    "promising": ("Promising", "Lovende"),
    "trade_off": ("Trade-off", "Gavner ét og skader andet"),
    "no_clear_difference": ("No clear difference", "Ingen tydelig forskel"),
    "harmful": ("Harmful", "Skadelig"),
    "unknown": ("Unknown: studied, but the answer is not clear", "Ukendt: undersøgt, men svaret er ikke klart"),
    "not_rated": ("Studied, not yet rated", "Undersøgt, endnu ikke vurderet"),
    "under_way": ("Study under way, nothing reported", "Undersøgelse i gang, intet udgivet"),
    "gap": ("No study found", "Ingen undersøgelser fundet"),
}


def gap_map(
    registry: Registry, *, verdicts: Mapping[tuple[str, str], Headline] | None = None, own: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Every target group against every outcome domain, with what the evidence base holds there.

    Parameters
    ----------
    registry : the evidence base
    verdicts : verdicts that have been reached, by (target group, domain), from :func:`verdict`; cells without one are told as
        studied and not yet rated, under way, or a gap. So are those that are unknown only because nobody has assessed them
    own : results of our own beside those promoted into the base, with the columns target_group, method and outcome; one that is
        in both is counted once

    Returns
    -------
    One row per target group and domain, in the order of the catalogues: target_group, domain, state (a key of ``STATES``),
    label_en, label_da, reason and certainty (of the verdict, "" without one), reviews (publications), results (each counted
    once), largest_review (studies in the largest review; reviews share studies, so they are never added up), studies (single
    studies in the tables), under_way, own_results, methods (codes), rule_version. Invented studies are not counted.

    Raises
    ------
    UnknownCode
        If a verdict or an own result names a code that is not in its catalogue.
    MissingColumn
        If ``own`` lacks a column.

    Examples
    --------
    >>> gaps = ww.evidence.gap_map(ww.evidence.load()).set_index(["target_group", "domain"])
    >>> gaps.loc[("homelessness", "housing"), ["state", "label_en"]].tolist()
    ['not_rated', 'Studied, not yet rated']
    >>> gaps.loc[("adults_autism", "housing"), "state"]
    'gap'
    """
    known = dict(verdicts or {})
    for group, domain in known:
        registry.entry("target_group", group)
        registry.entry("domain", domain)
    held = {
        name: (frame.iloc[:0], dict(list(frame.groupby(["target_group", "domain"]))))
        for name, frame in _held(registry, own).items()
    }
    rows = []
    for group in registry.target_groups:
        for domain in registry.domains:
            here = {name: cells.get((group, domain), nothing) for name, (nothing, cells) in held.items()}
            rows.append(_cell(group, domain, here, known.get((group, domain))))
    return pd.DataFrame(rows, columns=list(GAP_COLUMNS))


def _held(registry: Registry, own: pd.DataFrame | None) -> dict[str, pd.DataFrame]:
    """What the base holds, with the domain of each outcome."""
    domains = {code: entry.fields["domain"] for code, entry in registry.outcomes.items()}
    frames = {
        "reviews": counted(registry.reviews),
        "studies": registry.studies[~registry.studies["synthetic"]],
        "under_way": registry.under_way,
        "own": _own(registry, own),
    }
    return {name: frame.assign(domain=frame["outcome"].map(domains)) for name, frame in frames.items()}


def _own(registry: Registry, own: pd.DataFrame | None) -> pd.DataFrame:
    """Which own results there are: promoted, and given beside them."""
    promoted = registry.local[list(_SORTING)]
    if own is None or len(own) == 0:
        return promoted
    require_columns(own, _SORTING, what="own")
    for kind in _SORTING:
        for code in own[kind].unique():
            registry.entry(kind, code)
    return pd.concat([promoted, own[list(_SORTING)]], ignore_index=True).drop_duplicates()


def _cell(group: str, domain: str, held: Mapping[str, pd.DataFrame], verdict: Headline | None) -> dict[str, Any]:
    reviews, studies, own = held["reviews"], held["studies"], held["own"]
    studied = len(reviews) + len(studies) + len(own) > 0
    state = _state(verdict, studied=studied, under_way=len(held["under_way"]) > 0)
    if state not in STATES:
        raise UnknownCode(f"verdict {state!r} for {group} and {domain} is not known; use one of {', '.join(STATES)}.")
    largest = reviews["k"].max()
    return {
        "target_group": group,
        "domain": domain,
        "state": state,
        "label_en": STATES[state][0],
        "label_da": STATES[state][1],
        "reason": "" if verdict is None else verdict.reason,
        "certainty": "" if verdict is None or verdict.certainty is None else verdict.certainty,
        "reviews": len(reviews[["authors", "year", "source", "doi"]].drop_duplicates()),
        "results": len(reviews),
        "largest_review": 0 if pd.isna(largest) else int(largest),
        "studies": studies["study_id"].nunique(),
        "under_way": held["under_way"]["study_id"].nunique(),
        "own_results": len(own),
        "methods": tuple(sorted({*reviews["method"], *studies["method"], *own["method"]})),
        "rule_version": RULE_VERSION,
    }


def _state(verdict: Headline | None, *, studied: bool, under_way: bool) -> str:
    """The verdict where there is one; an unknown without any study is a gap, whatever the verdict was called."""
    if verdict is not None and not (verdict.code == "unknown" and verdict.reason in ("no_study", *_NOT_LOOKED_AT)):
        return verdict.code
    if studied:
        return "not_rated"
    return "under_way" if under_way else "gap"
