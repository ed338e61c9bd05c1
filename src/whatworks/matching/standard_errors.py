"""Which standard error a design calls for, and the covariance of effects from the rows' contributions."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from whatworks.core.errors import InvalidOption, TooFewUnits
from whatworks.core.samples import MatchedSample, WeightedSample
from whatworks.inference import covariance_of_sums
from whatworks.matching.contrasts import RATIOS
from whatworks.matching.encoding import arms
from whatworks.matching.regression import ArmMeans
from whatworks.matching.rows import Rows, Sample, has_sets, set_numbers
from whatworks.matching.stratum_errors import has_company, stratified_contributions
from whatworks.matching.weighting import FittedWeights

VCOV = (
    "auto",
    "classical",
    "HC0",
    "HC1",
    "HC3",
    "stratified",
    "cluster",
    "abadie_imbens",
    "abadie_imbens_robust",
    "sandwich",
    "bootstrap",
)
# Few large strata: their people are no clusters.
STRATIFIED = ("subclass", "cem", "exact")
# A leverage so near 1 is 1, but for rounding.
_FITTED = 1e-10


def fitting_vcov(
    sample: Sample, vcov: str, *, adjusted: bool, cluster: str | None, bias_adjust: bool, measure: str, by: str | None
) -> str:
    """The covariance the design calls for, or a refusal of one that it cannot carry.

    Raises
    ------
    InvalidOption
    """
    plain = not adjusted and measure not in RATIOS and by is None
    whole = not adjusted and by is None
    kind = _by_design(sample, plain=plain or bias_adjust, whole=whole, cluster=cluster) if vcov == "auto" else vcov
    _refuse_unfit(sample, kind, cluster=cluster)
    if kind == "stratified" and not whole:
        option = "covariates" if adjusted else f"by={by!r}"
        raise InvalidOption(f"vcov='stratified' is for one plain difference; with {option} use vcov='HC3'.")
    by_matching = kind.startswith("abadie_imbens")
    if bias_adjust and not by_matching:
        raise InvalidOption(f"bias_adjust=True belongs to vcov='abadie_imbens'; here it is {kind!r}. Match with replace=True.")
    if by_matching and adjusted and not bias_adjust:
        raise InvalidOption(f"vcov={kind!r} adjusts for covariates by bias_adjust=True. Add it, or use vcov='cluster'.")
    if by_matching and (measure in RATIOS or by is not None):
        option = f"measure={measure!r}" if measure in RATIOS else f"by={by!r}"
        raise InvalidOption(f"vcov={kind!r} is for one difference; {option} needs vcov='cluster'.")
    if kind == "classical" and measure != "difference":
        raise InvalidOption(f"vcov='classical' is for measure='difference'; with {measure!r} use 'HC1'.")
    return kind


def _by_design(sample: Sample, *, plain: bool, whole: bool, cluster: str | None) -> str:
    if isinstance(sample, WeightedSample):
        return "sandwich" if isinstance(sample, FittedWeights) else "HC1"
    if cluster is not None:
        return "cluster"
    if sample.call["method"] == "cardinality":
        return "HC3"
    if sample.call["method"] in STRATIFIED:
        return "stratified" if whole and _spread_seen(sample) else "HC3"
    if not has_sets(sample):
        return "HC1"
    return "abadie_imbens" if sample.call.get("replace") and plain else "cluster"


def _spread_seen(sample: Sample) -> bool:
    """Whether strata hold enough people of each arm to show a spread within them."""
    used = sample.weights.to_numpy() > 0
    return has_company(set_numbers(sample)[used], arms(sample.data, sample.treatment)[used])


def _refuse_unfit(sample: Sample, kind: str, *, cluster: str | None) -> None:
    weighted, reused = isinstance(sample, WeightedSample), bool(sample.call.get("replace"))
    by_matching = kind.startswith("abadie_imbens")
    clustered = kind in ("cluster", "sandwich") or (kind == "bootstrap" and (weighted or not has_sets(sample)))
    if cluster is not None and not clustered:
        better = "sandwich" if weighted else "cluster"
        raise InvalidOption(f"cluster={cluster!r} is not used by vcov={kind!r}. Use vcov={better!r}, or leave cluster out.")
    if by_matching and not (isinstance(sample, MatchedSample) and len(sample.pairs) and reused):
        raise InvalidOption(f"vcov={kind!r} is for pairs made with replace=True. Use vcov='auto'.")
    if kind == "sandwich" and not isinstance(sample, FittedWeights):
        raise InvalidOption("vcov='sandwich' is for samples of ww.matching.weight, whose equations it stacks. Use vcov='auto'.")
    if kind == "stratified" and not (sample.call["method"] in STRATIFIED and _spread_seen(sample)):
        raise InvalidOption(
            "vcov='stratified' is for exact, cem and subclass, where somebody shares arm and stratum with another. Use "
            "vcov='auto'."
        )
    if kind == "classical" and weighted:
        raise InvalidOption("vcov='classical' supposes one variance, which weights undo. Use vcov='sandwich'.")
    if kind == "cluster" and cluster is None and not has_sets(sample):
        alternative = "sandwich" if weighted else "HC1"
        raise InvalidOption(
            f"vcov='cluster' needs clusters: this sample has no pairs. Name a column in cluster=, or use {alternative!r}."
        )
    if kind == "bootstrap" and reused:
        raise InvalidOption(
            "The bootstrap is wrong for matching with replacement (Abadie & Imbens 2008). Use vcov='abadie_imbens', match with "
            "replace=False, or weigh with ww.matching.weight."
        )


def covariance(
    kind: str,
    sample: Sample,
    rows: Rows,
    parts: Sequence[tuple[ArmMeans, np.ndarray, np.ndarray]],
    *,
    cluster: str | None,
) -> np.ndarray:
    """Covariance of several effects on the same rows.

    Parameters
    ----------
    kind : any but the Abadie-Imbens variances and the bootstrap
    rows : of the whole sample
    parts : for every effect its means, (r,) True for the rows they rest on, and (2,) its derivatives in the means
    cluster : column of clusters above persons

    Returns
    -------
    (m, m). Robust and clustered variances carry the factors of R's sandwich package (HC1: n/(n-k); clusters: (n-1)/(n-k) times
    G/(G-1)); the sandwich that stacks the weights' equations carries none but G/(G-1) where clusters are named.
    """
    if kind == "classical":
        return np.diag([slope @ fit.classical @ slope for fit, _, slope in parts if fit.classical is not None])
    if kind == "sandwich":
        everybody = [] if cluster is None else [pd.factorize(sample.data[cluster])[0]]
        return covariance_of_sums(np.column_stack([_stacked(sample, rows, *part) for part in parts]), everybody)
    if kind == "stratified":
        fit, _, slope = parts[0]
        return covariance_of_sums(
            stratified_contributions(rows.design, set_numbers(sample)[rows.person], fit.means) @ slope[:, None]
        )
    contributions = np.column_stack([_contributions(kind, rows, *part) for part in parts])
    return covariance_of_sums(contributions, rows.groupings if kind == "cluster" else ())


def _contributions(kind: str, rows: Rows, fit: ArmMeans, member: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """What every row adds to an effect's error, in rows outside the effect's subgroup nothing."""
    out = np.zeros(len(member))
    here = rows.design.weights[member] * (fit.gaps @ slope)
    nobs = int((rows.design.weights[member] > 0).sum())
    if kind == "HC3":
        here = here / _not_fitted(fit.leverage)
    factors = {"HC1": nobs / fit.freedom, "cluster": (nobs - 1) / fit.freedom}
    out[member] = here * np.sqrt(factors.get(kind, 1.0))
    return out


def _not_fitted(leverage: np.ndarray) -> np.ndarray:
    """What each row leaves to the others of its own fit."""
    alone = int((leverage > 1 - _FITTED).sum())
    if alone:
        raise TooFewUnits(
            f"vcov='HC3' divides by nothing for {alone} of {len(leverage)} rows, whose outcome is fitted without error: nobody "
            "else has what they have. Use fewer covariates or fewer categories, or vcov='HC1'."
        )
    return 1 - leverage


def refuse_lone_arm(kind: str, person: np.ndarray, treated: np.ndarray) -> None:
    """Refuse a standard error where an arm is one person, whose distance from her own mean is 0.

    Raises
    ------
    TooFewUnits
    """
    if kind != "classical" and any(np.ptp(person[arm]) == 0 for arm in (treated, ~treated)):
        raise TooFewUnits(
            "An arm has one person with weight, who shows no spread to judge a mean by. Widen the selection, or, where nobody is "
            "weighted, let both arms share one variance with vcov='classical'."
        )


def _stacked(sample: Sample, rows: Rows, fit: ArmMeans, member: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """The same for everybody in the frame: through the outcome, the weights' equations, and who the people meant are."""
    assert isinstance(sample, FittedWeights)
    n, person = len(sample.data), rows.person[member]
    gaps = fit.gaps @ slope
    drawn = fit.predicted_gaps @ slope
    out, through_weights = np.zeros(n), np.zeros(n)
    out[person] = rows.design.weights[member] * gaps + rows.design.target[member] * drawn
    # Where the weights say whom the effect is about, they move the target as well.
    through_weights[person] = gaps + drawn if sample.call["estimand"] in ("ATO", "ATM") else gaps
    for equations in sample.model.equations:
        out += equations.passed_on(through_weights[:, None])[:, 0]
    return out
