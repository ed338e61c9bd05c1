"""A body of studies on one outcome, counted the way the programme registers count."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from whatworks.evidence.judgements import answer_of

_YEAR_AND_MORE, _HALF_YEAR = 12.0, 6.0
_BODY_FLAGS = ("manual_available", "independent_replication", "account_of_impact", "unit_cost_known")


@dataclass(frozen=True, kw_only=True)
class Body:
    """What the rules of the programme registers count. Every count is of studies.

    Attributes
    ----------
    studies, controlled, trials, rigorous : all; with anybody to compare with; randomised; rigorous (meets the clearinghouse's
        standards, or level 3 and more on the Maryland scale where those standards do not reach)
    positive : rigorous studies with a clear good effect, and of these: ``positive_trials``, ``positive_quasi``,
        ``positive_year`` (12 months or more after the end), ``positive_trials_year``, ``positive_trials_half`` (6 months)
    controlled_positive, any_positive, negative : controlled studies, any studies, rigorous studies with a clear effect
    multi_site_trials : positive trials at two sites or more
    sizeable : whether the largest effect of a positive trial is 0.2 or more
    preliminary : studies with a validated measure and 20 people or more
    som_best, som_second : studies at levels 1 and 2 of SØM
    before_after : studies of one group before and after
    nordic_positive : rigorous Nordic studies with a clear good effect
    independent_positive : rigorous positive studies that the developer did not run
    sites_positive : services or municipalities in rigorous positive studies
    prediction_above_zero : whether a new study is expected to find a good effect
    peer_reviewed : positive trials that are peer-reviewed
    harm : whether harm is documented, or a rigorous study found it
    manual_available, independent_replication, account_of_impact, unit_cost_known : coded judgements
    """

    studies: int = 0
    controlled: int = 0
    trials: int = 0
    rigorous: int = 0
    positive: int = 0
    positive_trials: int = 0
    positive_quasi: int = 0
    positive_year: int = 0
    positive_trials_year: int = 0
    positive_trials_half: int = 0
    controlled_positive: int = 0
    any_positive: int = 0
    negative: int = 0
    multi_site_trials: int = 0
    sizeable: bool = False
    preliminary: int = 0
    som_best: int = 0
    som_second: int = 0
    before_after: int = 0
    nordic_positive: int = 0
    independent_positive: int = 0
    sites_positive: int = 0
    prediction_above_zero: bool = False
    peer_reviewed: int = 0
    harm: bool = False
    manual_available: bool = False
    independent_replication: bool = False
    account_of_impact: bool = False
    unit_cost_known: bool = False


def count_body(graded: pd.DataFrame, judgements: pd.DataFrame, *, prediction_low: float | None, hopeful: bool) -> Body:
    """Count a body with everything unknown read for the worst, or for the best where ``hopeful``.

    A rating that is the same either way rests on nothing that is missing.
    """
    if graded.empty:
        return Body(harm=_flag(judgements, "documented_harm", unknown=not hopeful), **_flags(judgements, hopeful))

    def known(values: pd.Series, *, unknown: bool) -> pd.Series:
        return values.map(lambda value: unknown if value is None or pd.isna(value) else bool(value)).astype(bool)

    rigorous = known(graded["wwc"].where(graded["wwc"].notna(), None).map(_meets), unknown=hopeful)
    uncovered = (graded["wwc"] == "not_covered") | graded["wwc"].isna()
    solid = graded["sms"].map(lambda level: None if pd.isna(level) else level >= 3)
    rigorous = rigorous.where(~uncovered, known(solid, unknown=hopeful) & (graded["sms_ceiling"].fillna(0) >= 3))
    clear = known(graded["finding"].map(lambda found: None if found is None else found == "positive"), unknown=hopeful)
    bad = known(graded["finding"].map(lambda found: None if found is None else found == "negative"), unknown=not hopeful)
    trial, months = graded["randomised"].astype(bool), graded["months_after_end"]
    unknown_months = ~graded["months_known"].astype(bool) if hopeful else pd.Series(False, index=graded.index)
    year, half = (months >= _YEAR_AND_MORE) | unknown_months, (months >= _HALF_YEAR) | unknown_months
    positive = rigorous & clear
    sites = graded["sites"].mask(graded["sites"] < 0, 2.0 if hopeful else 1.0)
    outside = known(graded["developer"].map(lambda ran: None if ran is None else not ran), unknown=hopeful)
    valid = known(graded["validated"], unknown=hopeful) & ((graded["n"] >= 20) | ((graded["n"] < 0) & hopeful))
    controlled = graded["design"] != "before_after"
    return Body(
        studies=len(graded),
        controlled=int(controlled.sum()),
        trials=int(trial.sum()),
        rigorous=int(rigorous.sum()),
        positive=int(positive.sum()),
        positive_trials=int((positive & trial).sum()),
        positive_quasi=int((positive & ~trial).sum()),
        positive_year=int((positive & year).sum()),
        positive_trials_year=int((positive & trial & year).sum()),
        positive_trials_half=int((positive & trial & half).sum()),
        controlled_positive=int((controlled & clear).sum()),
        any_positive=int(clear.sum()),
        negative=int((rigorous & bad).sum()),
        multi_site_trials=int((positive & trial & (sites >= 2)).sum()),
        sizeable=bool((graded["g"].fillna(1.0 if hopeful else 0.0)[positive & trial] >= 0.2).any()),
        preliminary=int(valid.sum()),
        som_best=int((graded["som"] == 1).sum()),
        som_second=int((graded["som"] == 2).sum()),
        before_after=int((graded["som"] == 3).sum()),
        nordic_positive=int((positive & known(graded["nordic"], unknown=hopeful)).sum()),
        independent_positive=int((positive & outside).sum()),
        sites_positive=int(sites[positive].sum()),
        prediction_above_zero=hopeful if prediction_low is None else prediction_low > 0,
        peer_reviewed=int((positive & trial & known(graded["peer_reviewed"], unknown=hopeful)).sum()),
        harm=bool((rigorous & bad).any()) or _flag(judgements, "documented_harm", unknown=not hopeful),
        **_flags(judgements, hopeful),
    )


def unknown_inputs(graded: pd.DataFrame, judgements: pd.DataFrame, *, prediction_low: float | None) -> tuple[str, ...]:
    """Names of the inputs that nobody gave, in the order a person should look for them."""
    names: list[str] = []
    if len(graded):
        names += _unknown_of_studies(graded)
    names += ["prediction interval"] if prediction_low is None else []
    names += [question for question in ("documented_harm", *_BODY_FLAGS) if answer_of(judgements, question) is None]
    return tuple(dict.fromkeys(names))


def _unknown_of_studies(graded: pd.DataFrame) -> list[str]:
    names = [name for column in ("wwc_missing", "sms_missing") for missing in graded[column] for name in missing]
    checks: Mapping[str, bool] = {
        "effect with a range": bool(graded["finding"].isna().any()),
        "months_after_end": bool((~graded["months_known"].astype(bool)).any()),
        "n_treated, n_comparison": bool((graded["n"] < 0).any()),
        "sites": bool((graded["sites"] < 0).any()),
        "developer_involved": bool(graded["developer"].isna().any()),
        "validated_measure": bool(graded["validated"].isna().any()),
        "peer_reviewed": bool(graded["peer_reviewed"].isna().any()),
        "country": bool(graded["nordic"].isna().any()),
    }
    return names + [name for name, lacks in checks.items() if lacks]


def _meets(value: str | None) -> bool | None:
    return None if value is None else value in ("mwor", "mwr")


def _flag(judgements: pd.DataFrame, question: str, *, unknown: bool) -> bool:
    answer = answer_of(judgements, question)
    return unknown if answer is None else answer == "yes"


def _flags(judgements: pd.DataFrame, hopeful: bool) -> dict[str, bool]:
    return {question: _flag(judgements, question, unknown=hopeful) for question in _BODY_FLAGS}
