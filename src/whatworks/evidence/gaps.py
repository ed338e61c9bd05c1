"""The evidence gap map: for each target group and part of life, what is known and what is not."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from whatworks.core.errors import UnknownCode
from whatworks.evidence.grading.rating import RULE_VERSION
from whatworks.evidence.headline import Headline
from whatworks.evidence.registry import Registry
from whatworks.evidence.reviews import counted

GAP_COLUMNS = (
    "target_group", "domain", "state", "label_en", "label_da", "reason", "certainty", "reviews", "results", "largest_review",
    "studies", "under_way", "own_results", "methods", "rule_version",
)  # fmt: skip
# Unknown and no clear difference are states of their own: a lack of evidence is never drawn like a lack of effect.
STATES: Mapping[str, tuple[str, str]] = {
    "works": ("Works", "Virker"),
    "promising": ("Promising", "Lovende"),
    "trade_off": ("Trade-off", "Gavner ét og skader andet"),
    "no_clear_difference": ("No clear difference", "Ingen tydelig forskel"),
    "harmful": ("Harmful", "Skadelig"),
    "unknown": ("Unknown: studied, but the answer is not clear", "Ukendt: undersøgt, men svaret er ikke klart"),
    "not_rated": ("Studied, not yet rated", "Undersøgt, endnu ikke vurderet"),
    "under_way": ("Study under way, nothing reported", "Studie i gang, intet offentliggjort"),
    "gap": ("No study found", "Ingen studier fundet"),
}


def gap_map(registry: Registry, *, verdicts: Mapping[tuple[str, str], Headline] | None = None) -> pd.DataFrame:
    """Every target group against every outcome domain, with what the evidence base holds there.

    Parameters
    ----------
    registry : the evidence base
    verdicts : verdicts that have been reached, by (target group, domain), from :func:`verdict`; cells without one are told as
        studied and not yet rated, under way, or a gap

    Returns
    -------
    One row per target group and domain, in the order of the catalogues: target_group, domain, state (a key of ``STATES``),
    label_en, label_da, reason and certainty (of the verdict, "" without one), reviews (publications), results (each counted
    once), largest_review (studies in the largest review; reviews share studies, so they are never added up), studies (single
    studies in the tables), under_way, own_results, methods (codes), rule_version. Invented studies are not counted.

    Raises
    ------
    UnknownCode
        If a verdict names a target group or domain that is not in its catalogue.

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
        name: (frame.iloc[:0], dict(list(frame.groupby(["target_group", "domain"])))) for name, frame in _held(registry).items()
    }
    rows = []
    for group in registry.target_groups:
        for domain in registry.domains:
            here = {name: cells.get((group, domain), nothing) for name, (nothing, cells) in held.items()}
            rows.append(_cell(group, domain, here, known.get((group, domain))))
    return pd.DataFrame(rows, columns=list(GAP_COLUMNS))


def _held(registry: Registry) -> dict[str, pd.DataFrame]:
    """What the base holds, with the domain of each outcome."""
    domains = {code: entry.fields["domain"] for code, entry in registry.outcomes.items()}
    frames = {
        "reviews": counted(registry.reviews),
        "studies": registry.studies[~registry.studies["synthetic"]],
        "under_way": registry.under_way,
        "own": registry.local,
    }
    return {name: frame.assign(domain=frame["outcome"].map(domains)) for name, frame in frames.items()}


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
    if verdict is not None and not (verdict.code == "unknown" and verdict.reason == "no_study"):
        return verdict.code
    if studied:
        return "not_rated"
    return "under_way" if under_way else "gap"
