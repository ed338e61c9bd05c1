"""The effect in a matched sample, with the standard error that its design calls for."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from whatworks.core.check import Check
from whatworks.core.columns import as_list, numeric, one_of, require_columns
from whatworks.core.errors import InvalidOption
from whatworks.core.provenance import Provenance, fingerprint
from whatworks.core.result import EffectResult
from whatworks.core.samples import MatchedSample
from whatworks.inference import few_clusters
from whatworks.matching.abadie_imbens import Matches, matching_effect
from whatworks.matching.covariate_balance import worst_difference
from whatworks.matching.doubts import balance_reached, unadjusted
from whatworks.matching.encoding import arms, encode, refuse_missing, sampling_weights
from whatworks.matching.pairing import coordinates
from whatworks.matching.regression import Design, effect_variance, fit_effect

VCOV = ("auto", "classical", "HC0", "HC1", "HC3", "cluster", "abadie_imbens", "abadie_imbens_robust")
CONF_LEVEL = 0.95


def estimate(
    sample: MatchedSample,
    *,
    outcome: str,
    covariates: str | Sequence[str] | None = None,
    interact: bool = True,
    vcov: str = "auto",
    cluster: str | None = None,
    bias_adjust: bool = False,
) -> EffectResult:
    """The average effect on the people of the sample.

    Parameters
    ----------
    sample : of :func:`~whatworks.matching.match` or :func:`~whatworks.matching.unmatched`
    outcome : numeric or 0/1 column, known after treatment
    covariates : columns to adjust for. None is the plain weighted difference in means
    interact : True lets every covariate matter differently in the two arms and averages predictions over the people the
        effect is about (g-computation); False gives every covariate one slope
    vcov : ``"auto"`` is ``"cluster"`` for pairs made without replacement, ``"abadie_imbens"`` for pairs made with replacement
        (``"cluster"`` when covariates are adjusted for), ``"HC1"`` without pairs. ``"classical"`` supposes one variance;
        ``"HC0"``, ``"HC1"``, ``"HC3"`` let it differ between people; ``"cluster"`` lets matched people hang together, by pair
        and, when reused, by person too; ``"abadie_imbens"`` is for matching with replacement and one spread of the outcome,
        ``"abadie_imbens_robust"`` for a spread that differs
    cluster : column of clusters above persons, e.g. municipality; with pairs, both are counted
    bias_adjust : True takes out what ``covariates`` (or those matched on) explain of the remaining difference within pairs;
        for the two Abadie-Imbens variances

    Returns
    -------
    :class:`~whatworks.core.EffectResult`, measure ``"MD"`` in units of the outcome (``"RD"``, a difference between shares, for a
    0/1 outcome). Intervals are normal, for ``"classical"`` Student's t. The score counts as known. Statistics: nobs, n_treated,
    n_comparison (matched people), ess_treated, ess_comparison, n_dropped (people the effect was asked for, without a match).
    Checks: those of the sample and balance (worst standardised difference after matching above 0.10), few_clusters when
    ``cluster`` is named, unadjusted for arms compared as they are.

    Raises
    ------
    MissingValues
        If a matched row lacks the outcome or a covariate, with the number of rows.
    NotIdentified
        If a covariate cannot be told from the treatment among the matched rows; it is named.
    InvalidOption
        If an option does not exist, or does not fit the sample.
    TooFewUnits, MissingColumn, InvalidColumn

    References
    ----------
    Abadie & Spiess (2022), Journal of the American Statistical Association 117:983-995 (pairs as clusters); Abadie & Imbens
    (2006), Econometrica 74:235-267; Ho, Imai, King & Stuart (2007), Political Analysis 15:199-236 (adjusting a matched sample).

    Examples
    --------
    >>> df = pd.DataFrame({"treated": [1, 1, 1, 0, 0, 0, 0], "need": [2.0, 3, 4, 1, 2.5, 3.5, 0.5],
    ...                    "days": [5.0, 6, 9, 3, 4, 6, 2]})
    >>> sample = ww.matching.match(df, treatment="treated", covariates=["need"])
    >>> round(ww.matching.estimate(sample, outcome="days").headline.estimate, 3)
    2.333
    """
    one_of(vcov, VCOV, name="vcov")
    names = [] if covariates is None else as_list(covariates)
    kind = _fitting_vcov(sample, vcov, names, cluster, bias_adjust)
    used = sample.weights.to_numpy(dtype=float) > 0
    _refuse_gaps(sample, used, [outcome, *names, *([cluster] if cluster else [])])
    freedom = np.inf
    if kind.startswith("abadie_imbens"):
        estimate_, std_error = _by_matching(sample, outcome, names, kind, bias_adjust, used)
    else:
        design, clusters = _rows(sample, outcome, names, kind, cluster)
        fit = fit_effect(design, interact=interact and bool(names))
        estimate_, std_error = float(fit.coefficients[1]), float(np.sqrt(effect_variance(fit, kind, clusters)))
        freedom = fit.nobs - fit.X.shape[1] if kind == "classical" else np.inf
    options = {"outcome": outcome, "adjusted_for": names, "interact": interact, "vcov": kind, "cluster": cluster}
    checks = _checks(sample, adjusted=bool(names), clusters=sample.data.loc[used, cluster].nunique() if cluster else None)
    return EffectResult(
        method="matching.estimate",
        estimand=sample.estimand,
        measure="RD" if sample.data.loc[used, outcome].isin([0, 1]).all() else "MD",
        unit=outcome,
        conf_level=CONF_LEVEL,
        effects=_headline(_term(sample), estimate_, std_error, freedom),
        statistics=_statistics(sample),
        checks=checks,
        provenance=Provenance(
            data_fingerprint=fingerprint(sample.data, _columns_read(sample, [outcome, *names], cluster)),
            arguments={**sample.call, **options, "bias_adjust": bias_adjust},
        ),
    )


def _fitting_vcov(sample: MatchedSample, vcov: str, names: list[str], cluster: str | None, bias_adjust: bool) -> str:
    """The covariance the design calls for, or a refusal of one that it cannot carry."""
    paired, reused = len(sample.pairs) > 0, bool(sample.call.get("replace"))
    kind = vcov
    if vcov == "auto":
        adjusted = bool(names) and not bias_adjust
        kind = "HC1" if not paired else "abadie_imbens" if reused and not adjusted else "cluster"
        if cluster is not None:
            kind = "cluster"
    by_matching = kind.startswith("abadie_imbens")
    if bias_adjust and not by_matching:
        raise InvalidOption(f"bias_adjust=True belongs to vcov='abadie_imbens'; here it is {kind!r}. Match with replace=True.")
    if cluster is not None and kind != "cluster":
        raise InvalidOption(f"cluster={cluster!r} is not used by vcov={kind!r}. Use vcov='cluster', or leave cluster out.")
    if by_matching and not (paired and reused):
        raise InvalidOption(f"vcov={kind!r} is for pairs made with replace=True. Use vcov='auto'.")
    if by_matching and names and not bias_adjust:
        raise InvalidOption(f"vcov={kind!r} adjusts for covariates by bias_adjust=True. Add it, or use vcov='cluster'.")
    if kind == "cluster" and not paired and cluster is None:
        raise InvalidOption("vcov='cluster' needs clusters: this sample has no pairs. Name a column in cluster=, or use 'HC1'.")
    return kind


def _refuse_gaps(sample: MatchedSample, used: np.ndarray, columns: list[str]) -> None:
    require_columns(sample.data, columns)
    refuse_missing(sample.data.loc[used, list(dict.fromkeys(columns))], list(dict.fromkeys(columns)), what="matched rows")


def _outcome(sample: MatchedSample, outcome: str, used: np.ndarray) -> np.ndarray:
    """The outcome of every row; rows that are not used may lack it."""
    values = np.full(len(sample.data), np.nan)
    values[used] = numeric(sample.data.loc[used, [outcome]].infer_objects(), outcome)
    return values


def _pair_rows(sample: MatchedSample) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers of focal people and their neighbours."""
    index = sample.data.index
    treated, control = (index.get_indexer(pd.Index(sample.pairs[arm])) for arm in ("treated", "control"))
    for_treated = (sample.pairs["focal"] == "treated").to_numpy()
    return np.where(for_treated, treated, control), np.where(for_treated, control, treated)


def _rows(
    sample: MatchedSample, outcome: str, names: list[str], kind: str, cluster: str | None
) -> tuple[Design, list[np.ndarray]]:
    """The regression's rows and their clusters. People used in several pairs stand in one row for each of them."""
    weights = sample.weights.to_numpy(dtype=float)
    used = weights > 0
    clusters: list[np.ndarray] = []
    if kind == "cluster" and sample.call.get("replace"):
        rows, sets, part, own = _repeated_rows(sample)
        # However often repeated, a person weighs what the sample says.
        row_weights = part * weights[rows] / np.bincount(rows, part, minlength=len(weights))[rows]
        clusters = [sets, rows]
    else:
        rows, own = np.flatnonzero(used), np.ones(int(used.sum()), dtype=bool)
        row_weights = weights[rows]
        if kind == "cluster" and len(sample.pairs):
            clusters = [sample.subclass.to_numpy(dtype=np.int64, na_value=0)[rows]]
    if cluster is not None:
        clusters = [*clusters[:1], pd.factorize(sample.data[cluster])[0][rows]]
    encoded = encode(sample.data.loc[used], names)
    design = Design(
        y=_outcome(sample, outcome, used)[rows],
        treated=arms(sample.data, sample.treatment)[rows],
        weights=row_weights,
        target=np.where(own, _people_meant(sample)[rows], 0.0),
        covariates=encoded.matrix[np.cumsum(used)[rows] - 1],
        mentions=encoded.mentions,
    )
    return design, clusters


def _people_meant(sample: MatchedSample) -> np.ndarray:
    """Sampling weights of the people the effect is about, 0 for the others."""
    base = sampling_weights(sample.data, sample.call.get("weights"))
    if len(sample.pairs) == 0:
        return base
    meant = np.zeros(len(base))
    focal = np.unique(_pair_rows(sample)[0])
    meant[focal] = base[focal]
    return meant


def _repeated_rows(sample: MatchedSample) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """One row per member of every set: row number, set, part (in sampling weight), True for whom the set was made for."""
    focal, neighbour = _pair_rows(sample)
    base = sampling_weights(sample.data, sample.call.get("weights"))
    own, first = np.unique(focal, return_index=True)
    sets = sample.pairs["subclass"].to_numpy()
    part = np.concatenate([base[own], sample.pairs["weight"].to_numpy() * base[focal]])
    made_for = np.concatenate([np.ones(len(own), dtype=bool), np.zeros(len(neighbour), dtype=bool)])
    return np.concatenate([own, neighbour]), np.concatenate([sets[first], sets]), part, made_for


def _by_matching(
    sample: MatchedSample, outcome: str, names: list[str], kind: str, bias_adjust: bool, used: np.ndarray
) -> tuple[float, float]:
    focal, neighbour = _pair_rows(sample)
    treated = arms(sample.data, sample.treatment)
    robust = kind == "abadie_imbens_robust"
    everybody = np.ones(len(used), dtype=bool)
    if robust:
        _refuse_gaps(sample, everybody, [outcome])
    matches = Matches(
        y=_outcome(sample, outcome, everybody if robust else used),
        treated=treated,
        base=sampling_weights(sample.data, sample.call.get("weights")),
        focal=focal,
        neighbour=neighbour,
        share=sample.pairs["weight"].to_numpy(),
    )
    adjust = encode(sample.data, names or sample.covariates).matrix if bias_adjust else None
    where, tolerance = None, sample.call["tie_tolerance"]
    if robust:
        if sample.call["ties"] == "first":
            # There the tolerance is one of distance, here one of its square.
            tolerance = tolerance**2
        scores = None if sample.propensity is None else sample.propensity.to_numpy()
        positions, unit = coordinates(sample.data, {**sample.call, "ties": "average"}, treated, scores)
        where = positions / unit
    return matching_effect(matches, adjust, where, tolerance)


def _headline(term: str, estimate_: float, std_error: float, freedom: float) -> pd.DataFrame:
    reference = stats.t(freedom) if np.isfinite(freedom) else stats.norm()
    reach = reference.ppf(0.5 + CONF_LEVEL / 2) * std_error
    p_value = 2 * reference.sf(abs(estimate_) / std_error) if std_error > 0 else np.nan
    row = (term, "headline", estimate_, std_error, estimate_ - reach, estimate_ + reach, p_value)
    return pd.DataFrame([row], columns=["term", "kind", "estimate", "std_error", "conf_low", "conf_high", "p_value"])


def _term(sample: MatchedSample) -> str:
    return "difference" if sample.call["method"] == "unmatched" else str(sample.call["estimand"])


def _statistics(sample: MatchedSample) -> dict[str, float]:
    counts = {row["arm"]: row for row in sample.counts.to_dict("records")}
    treated, comparison = counts["treated"], counts["comparison"]
    asked_for = {"ATT": [treated], "ATC": [comparison], "ATE": [treated, comparison]}[sample.call["estimand"]]
    return {
        "nobs": treated["matched"] + comparison["matched"],
        "n_treated": treated["matched"],
        "n_comparison": comparison["matched"],
        "ess_treated": treated["ess"],
        "ess_comparison": comparison["ess"],
        "n_dropped": sum(arm["dropped"] for arm in asked_for),
    }


def _checks(sample: MatchedSample, *, adjusted: bool, clusters: int | None) -> tuple[Check, ...]:
    more: list[Check] = []
    if sample.call["method"] == "unmatched":
        more.extend(unadjusted(sample.call["randomised"], adjusted))
    else:
        more.append(balance_reached(worst_difference(sample)))
    if clusters is not None:
        more.append(few_clusters(clusters))
    return (*more, *sample.checks)


def _columns_read(sample: MatchedSample, columns: list[str], cluster: str | None) -> list[str]:
    call: dict[str, Any] = dict(sample.call)
    limited = call["caliper"] if isinstance(call.get("caliper"), Mapping) else {}
    extra = [name for name in (call.get("weights"), cluster, *limited) if name in sample.data.columns]
    return list(dict.fromkeys([sample.treatment, *sample.covariates, *call.get("exact", []), *columns, *extra]))
