"""The pooled effect as the standards need it, and the share of weight that studies of a kind carry."""

from dataclasses import dataclass
from math import isfinite

import numpy as np
import pandas as pd
from scipy.stats import norm

from whatworks.core import EffectResult
from whatworks.core.errors import InvalidEffect
from whatworks.evidence.grading.grade import DEVELOPER_SHARE, ROBINS_STEPS, GradeFacts, optimal_information_size
from whatworks.evidence.grading.locks import LOCK_AGE, LOCK_SHARE, LockFacts
from whatworks.evidence.grading.rating import Rating, not_assessable
from whatworks.evidence.grading.wwc import effectiveness, finding
from whatworks.evidence.judgements import answer_of
from whatworks.evidence.questions import QUESTIONS

STANDARDISED = ("SMD", "g", "d")
_MATCHES = tuple(question for question in QUESTIONS if question.startswith("match_"))


@dataclass(frozen=True, kw_only=True)
class Pooled:
    """A pooled effect in standard deviations, above 0 is better; None where it is not known."""

    estimate: float | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    prediction_low: float | None = None
    prediction_high: float | None = None
    i2: float | None = None
    tau2: float = 0.0


def read_pooled(pooled: EffectResult | None, graded: pd.DataFrame) -> Pooled:
    """The pooled effect of a body: the result given, or the one study alone.

    Raises
    ------
    InvalidEffect
        If the result is not in standard deviations, or does not say which direction is good.
    """
    if pooled is None:
        return _alone(graded)
    if pooled.measure not in STANDARDISED:
        raise InvalidEffect(
            f"pooled is in {pooled.measure}; the standards need standard deviations (SMD). Pool ww.evidence.standardise(studies)."
        )
    if pooled.good is None:
        raise InvalidEffect('pooled does not say which direction is good. Give good="up" or good="down" to ww.synthesis.pool.')
    sign = 1.0 if pooled.good == "up" else -1.0
    head = pooled.headline
    low, high = sorted((sign * head.conf_low, sign * head.conf_high))
    new = pooled.effects[pooled.effects["kind"] == "prediction"]
    ends = sorted((sign * new["conf_low"].iloc[0], sign * new["conf_high"].iloc[0])) if len(new) else [None, None]
    return Pooled(
        estimate=sign * head.estimate,
        conf_low=_finite(low),
        conf_high=_finite(high),
        prediction_low=_finite(ends[0]),
        prediction_high=_finite(ends[1]),
        i2=_finite(pooled.statistics.get("i2")),
        tau2=_finite(pooled.statistics.get("tau2")) or 0.0,
    )


def weights(graded: pd.DataFrame, tau2: float = 0.0) -> pd.Series | None:
    """Share of weight of each study; None where a study has no standard error."""
    if graded.empty or graded["se"].isna().any():
        return None
    inverse = 1 / (graded["se"] ** 2 + tau2)
    return inverse / inverse.sum()


def share_of(weight: pd.Series | None, kind: pd.Series, *, limit: float | None = None) -> float | None:
    """Share of the weight in studies of a kind (True); None where a weight is not known, or a kind that could matter.

    Where a limit is given and the share is on the same side of it whatever the unknown ones are, what is known is the answer.
    """
    if weight is None:
        return None
    known = kind.notna()
    least = float(weight[known & kind.where(known, False).astype(bool)].sum())
    most = least + float(weight[~known].sum())
    settled = limit is not None and (most <= limit or least > limit)
    return least if known.all() or settled else None


def clearinghouse_rating(graded: pd.DataFrame) -> tuple[Rating, dict[str, float | int | str | None]]:
    """W11 on the studies that meet standards, averaged with weights of their precision as the clearinghouse does."""
    waiting = [name for missing in graded["wwc_missing"] for name in missing] if len(graded) else []
    if waiting:
        return not_assessable(waiting), {}
    rated = graded[graded["wwc"].isin(["mwor", "mwr"])] if len(graded) else graded
    weight = weights(rated)
    facts: dict[str, float | int | str | None] = {"rated": len(rated)}
    if weight is not None:
        mean, error = float((weight * rated["g"]).sum()), float((1 / (1 / rated["se"] ** 2).sum()) ** 0.5)
        facts["result"] = finding(mean, float(2 * norm.sf(abs(mean) / error)))
        facts["mean"] = mean
    known_n = len(rated) > 0 and bool((rated["n"] >= 0).all())
    known_sites = len(rated) > 0 and bool((rated["sites"] >= 0).all())
    facts["n"] = float(rated["n"].sum()) if known_n else None
    facts["sites"] = int(rated["sites"].sum()) if known_sites else None
    facts["share"] = None if weight is None else float(weight[rated["wwc"] == "mwor"].sum())
    return rate_clearinghouse(facts), facts


def rate_clearinghouse(facts: dict[str, float | int | str | None]) -> Rating:
    """W11 from named facts."""
    return effectiveness(
        rated=int(facts["rated"] or 0),
        result=None if facts.get("result") is None else str(facts["result"]),
        n=None if facts.get("n") is None else float(facts["n"] or 0),
        sites=None if facts.get("sites") is None else int(facts["sites"] or 0),
        share_without_reservations=None if facts.get("share") is None else float(facts["share"] or 0),
    )


def grade_facts(
    graded: pd.DataFrame, judgements: pd.DataFrame, pooled: Pooled, *, egger_p: float | None, smallest_important: float
) -> GradeFacts:
    """What GRADE needs, from the body."""
    weight = weights(graded, pooled.tau2)
    trials = graded["randomised"].astype(bool) if len(graded) else pd.Series(dtype=bool)
    in_trials = share_of(weight, trials) if len(graded) else None
    randomised = bool(trials.all()) if in_trials is None else in_trials > 0.5
    share, shift = _high_risk(graded[trials], pooled.tau2) if len(graded) and randomised else (None, None)
    matches = [answer_of(judgements, question) for question in _MATCHES]
    counted = float(graded.loc[graded["n"] >= 0, "n"].sum()) if len(graded) else 0.0
    # People enough are enough, however many more the studies without a number hold.
    n_known = (len(graded) > 0 and bool((graded["n"] >= 0).all())) or counted >= optimal_information_size(smallest_important)
    return GradeFacts(
        randomised=randomised,
        k=len(graded),
        n=counted if n_known else None,
        estimate=pooled.estimate,
        conf_low=pooled.conf_low,
        conf_high=pooled.conf_high,
        prediction_low=pooled.prediction_low,
        prediction_high=pooled.prediction_high,
        i2=pooled.i2,
        high_risk_share=share,
        high_risk_shift=shift,
        bias=None if randomised or graded.empty else _overall_bias(graded[~trials], pooled.tau2),
        mismatches=None if None in matches else matches.count("no"),
        egger_p=egger_p,
        developer_share=share_of(weight, graded["developer"], limit=DEVELOPER_SHARE) if len(graded) else None,
        smallest_important=smallest_important,
        dose_response=answer_of(judgements, "dose_response") == "yes",
        confounding_weakens=answer_of(judgements, "confounding_weakens") == "yes",
    )


def lock_facts(graded: pd.DataFrame, pooled: Pooled, *, as_of: int | None) -> LockFacts:
    """What the locks need, from the body."""
    if graded.empty:
        return LockFacts(solid=0)
    weight = weights(graded, pooled.tau2)
    age = graded["year"].map(lambda year: None if as_of is None or not isfinite(year) else as_of - year > LOCK_AGE)
    doubtful = None
    if pooled.prediction_low is not None and pooled.prediction_high is not None and pooled.conf_low is not None:
        spans = pooled.prediction_low < 0 < pooled.prediction_high
        doubtful = bool(spans and not pooled.conf_low <= 0 <= (pooled.conf_high or 0))
    elif len(graded) < 3:
        # With one or two studies there is no next place to speak of; the count of studies says so already.
        doubtful = False
    nordic = int((graded["nordic"].notna() & graded["nordic"].where(graded["nordic"].notna(), False).astype(bool)).sum())
    return LockFacts(
        solid=int((graded["sms"].fillna(0) >= 3).sum()),
        not_randomised=share_of(weight, ~graded["randomised"].astype(bool)),
        old=share_of(weight, age, limit=LOCK_SHARE),
        developer=share_of(weight, graded["developer"], limit=LOCK_SHARE),
        next_place_doubtful=doubtful,
        nordic=None if graded["nordic"].isna().any() and nordic == 0 else nordic,
    )


def _alone(graded: pd.DataFrame) -> Pooled:
    if len(graded) != 1 or not isfinite(graded["g"].iloc[0]):
        return Pooled()
    g, se = float(graded["g"].iloc[0]), float(graded["se"].iloc[0])
    half = float(norm.ppf(0.975)) * se
    known = isfinite(se)
    return Pooled(estimate=g, conf_low=g - half if known else None, conf_high=g + half if known else None)


def _high_risk(trials: pd.DataFrame, tau2: float) -> tuple[float | None, float | None]:
    """Share of weight in trials at high risk of bias, and how far the mean moves without them, as a share of it."""
    weight = weights(trials, tau2)
    if weight is None or trials["risk"].isna().any():
        return None, None
    high = trials["risk"] == "high"
    share = float(weight[high].sum())
    mean = float((weight * trials["g"]).sum())
    if not high.any() or high.all() or mean == 0:
        return share, 0.0 if not high.any() else None
    rest = float(np.average(trials["g"][~high], weights=weight[~high]))
    return share, abs(rest - mean) / abs(mean)


def _overall_bias(others: pd.DataFrame, tau2: float) -> str | None:
    """ROBINS-I of the studies that carry the middle of the weight, counted from the worst.

    Where nobody judged, a study at level 4 of the Maryland scale counts as moderate and one at level 3 as serious.
    """
    by_level = {4.0: "moderate", 3.0: "serious"}
    risk = [
        answer if answer is not None else by_level.get(0.0 if pd.isna(level) else float(level))
        for answer, level in zip(others["risk"], others["sms"], strict=True)
    ]
    weight = weights(others, tau2)
    if weight is None or any(answer is None for answer in risk):
        return None
    order = list(ROBINS_STEPS)
    carried = 0.0
    for answer, part in sorted(zip(risk, weight, strict=True), key=lambda pair: -order.index(str(pair[0]))):
        carried += float(part)
        if carried >= 0.5 - 1e-12:
            return str(answer)
    return None


def _finite(value: float | None) -> float | None:
    return None if value is None or not isfinite(value) else float(value)
