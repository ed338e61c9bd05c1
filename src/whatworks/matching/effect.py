"""The effect in a matched or weighted sample, with the standard error that its design calls for."""

from collections.abc import Mapping, Sequence
from typing import Any

from whatworks.core.columns import as_list, require_columns
from whatworks.core.errors import InvalidOption
from whatworks.core.options import one_of, truth
from whatworks.core.provenance import Provenance, fingerprint
from whatworks.core.result import EffectResult
from whatworks.matching.answers import DRAWS, Question, by_matching, by_regression, refuse_draws
from whatworks.matching.contrasts import MEASURES, measure_name
from whatworks.matching.encoding import covariate_list
from whatworks.matching.inputs import refuse_as_outcome, require_sample
from whatworks.matching.intervals import effects_frame
from whatworks.matching.outcome_doubts import cluster_doubts, doubts_of_estimate
from whatworks.matching.rows import Sample, outcome_of, refuse_gaps
from whatworks.matching.standard_errors import VCOV, fitting_vcov


def estimate(
    sample: Sample,
    *,
    outcome: str,
    covariates: str | Sequence[str] | None = None,
    interact: bool = True,
    vcov: str = "auto",
    cluster: str | None = None,
    bias_adjust: bool = False,
    measure: str = "difference",
    by: str | None = None,
    conf_level: float = 0.95,
    draws: int | None = None,
    seed: int | None = None,
    measured_after: str | Sequence[str] = (),
) -> EffectResult:
    """The average effect on the people of the sample.

    Parameters
    ----------
    sample : of :func:`~whatworks.matching.match`, :func:`~whatworks.matching.weight` or :func:`~whatworks.matching.unmatched`
    outcome : numeric or 0/1 column, known after treatment
    covariates : columns to adjust for. None is the plain weighted difference in means
    interact : True lets every covariate matter differently in the two arms and averages predictions over the people the
        effect is about (g-computation); False gives every covariate one slope
    vcov : ``"auto"`` is ``"cluster"`` for pairs and sets made without replacement, ``"abadie_imbens"`` for pairs made with
        replacement (``"cluster"`` when covariates, a ratio or ``by`` are asked for), ``"sandwich"`` for weights,
        ``"stratified"`` for strata (exact, cem, subclass; ``"HC3"`` when covariates or ``by`` are asked for, when nobody shares
        arm and stratum with another, and for cardinality), ``"HC1"`` without any. ``"stratified"`` counts chance within strata
        and, because the people meant are a draw, between their effects; ``"classical"`` supposes one variance; ``"HC0"``,
        ``"HC1"``, ``"HC3"`` let it differ between people and take weights as known (without covariates they count differences
        between strata as chance, so that intervals in strata are too wide); ``"cluster"`` lets matched people hang together, by
        pair and, when reused, by person too; ``"abadie_imbens"`` is for matching with replacement and one spread of the outcome,
        ``"abadie_imbens_robust"`` for a spread that differs; ``"sandwich"`` stacks the equations of the weights, the outcome
        regression and the people meant, so that the weights' own uncertainty counts; ``"bootstrap"`` draws people (clusters,
        whole pairs) again and fits everything anew
    cluster : column of clusters above persons, e.g. municipality; with pairs and sets both are counted, with strata it alone
    bias_adjust : True takes out what ``covariates`` (or those matched on) explain of the remaining difference within pairs;
        for the two Abadie-Imbens variances
    measure : ``"difference"`` in means; for a 0/1 outcome also ``"risk_difference"``, ``"risk_ratio"``, ``"odds_ratio"``, which
        adjust for covariates by a logit. They are marginal: of the shares had everybody and had nobody been treated. Ratios
        are estimated on the log scale
    by : column whose values divide people into subgroups, each with an effect of its own
    conf_level : of the intervals
    draws, seed : of the bootstrap (500 draws where not named; a seed is needed)
    measured_after : columns known to be measured after treatment; covariates among them fail a check

    Returns
    -------
    :class:`~whatworks.core.EffectResult`, measure ``"MD"`` in units of the outcome, ``"RD"`` (a difference between shares) for a
    0/1 outcome, ``"logRR"`` or ``"logOR"``. Intervals are normal; Student's t for ``"classical"`` and, with clusters less one,
    where ``cluster`` is named. With pairs and strata the score counts as known. Parts: one row per subgroup (subgroup, n_treated,
    n_comparison, p_value_holm). Statistics: nobs, n_treated, n_comparison (people with weight), ess_treated, ess_comparison,
    n_dropped (people the effect was asked for who are left out), with ``by`` interaction_statistic, interaction_df,
    interaction_p, with draws draws and draws_failed. Checks: those of the sample and balance (worst standardised difference
    above 0.10), few_clusters and few_treated_clusters when ``cluster`` is named (few_clusters also for strata as clusters),
    unadjusted for arms compared as they are, outcome_among_covariates, with ``by`` many_subgroups and balance_within_subgroups.

    Raises
    ------
    MissingValues
        If a row with weight lacks the outcome or a covariate, with the number of rows.
    NotIdentified
        If a covariate cannot be told from the treatment among the rows used, or a ratio divides by 0.
    InvalidColumn
        If the outcome is the same for everybody or infinite, or a ratio is asked of an outcome that is not 0/1.
    InvalidOption
        If an option does not exist, or does not fit the sample; the bootstrap with reused people (Abadie & Imbens 2008,
        Econometrica 76:1537-1557).
    NotConverged, TooFewUnits, MissingColumn

    References
    ----------
    Abadie & Spiess (2022), Journal of the American Statistical Association 117:983-995 (pairs as clusters); Abadie & Imbens
    (2006), Econometrica 74:235-267; Stefanski & Boos (2002), The American Statistician 56:29-38, and Lunceford & Davidian (2004),
    Statistics in Medicine 23:2937-2960 (sandwich); Austin & Small (2014), Statistics in Medicine 33:4306-4319 (drawing pairs);
    Ho, Imai, King & Stuart (2007), Political Analysis 15:199-236 (adjusting a matched sample).

    Examples
    --------
    >>> df = pd.DataFrame({"treated": [1, 1, 1, 0, 0, 0, 0], "need": [2.0, 3, 4, 1, 2.5, 3.5, 0.5],
    ...                    "days": [5.0, 6, 9, 3, 4, 6, 2]})
    >>> sample = ww.matching.match(df, treatment="treated", covariates=["need"])
    >>> round(ww.matching.estimate(sample, outcome="days").headline.estimate, 3)
    2.333
    """
    require_sample(sample)
    one_of(measure, MEASURES, name="measure")
    one_of(vcov, VCOV, name="vcov")
    refuse_as_outcome(outcome, sample.treatment)
    names = tuple(covariate_list(covariates, sample.treatment)) if covariates is not None and as_list(covariates) else ()
    _refuse_slopes_of_nothing(names, truth("interact", interact), truth("bias_adjust", bias_adjust))
    kind = fitting_vcov(sample, vcov, adjusted=bool(names), cluster=cluster, bias_adjust=bias_adjust, measure=measure, by=by)
    refuse_draws(kind, conf_level, draws, seed)
    question = Question(
        outcome=outcome,
        names=names,
        interact=interact,
        measure=measure,
        vcov=kind,
        cluster=cluster,
        bias_adjust=bias_adjust,
        by=by,
        conf_level=conf_level,
        draws=(draws or DRAWS) if kind == "bootstrap" else None,
        seed=seed,
        measured_after=tuple(as_list(measured_after)),
    )
    return _answered(sample, question)


def _answered(sample: Sample, question: Question) -> EffectResult:
    """What the outcome says, once the question is known to fit the sample."""
    outcome, names, cluster, kind = question.outcome, question.names, question.cluster, question.vcov
    used = sample.weights.to_numpy(dtype=float) > 0
    require_columns(sample.data, question.measured_after)
    refuse_gaps(sample, used, [outcome, *names, *([] if cluster is None else [cluster])])
    said = measure_name(question.measure, outcome, outcome_of(sample, outcome, used)[used])
    answer = by_matching(sample, question) if kind.startswith("abadie_imbens") else by_regression(sample, question)
    doubts = doubts_of_estimate(
        sample, outcome=outcome, adjusted_for=names, measured_after=question.measured_after,
        clusters=cluster_doubts(sample, kind, cluster),
    )  # fmt: skip
    return EffectResult(
        method="matching.estimate",
        estimand=sample.estimand,
        measure=said,
        unit=outcome,
        conf_level=question.conf_level,
        effects=effects_frame(answer.rows),
        statistics={**_statistics(sample), **answer.statistics},
        checks=(*doubts, *answer.checks),
        vcov=answer.vcov,
        provenance=Provenance(
            data_fingerprint=fingerprint(sample.data, _columns_read(sample, question)),
            arguments={**sample.call, **question.options()},
            seed=question.seed,
        ),
    )


def _refuse_slopes_of_nothing(names: tuple[str, ...], interact: bool, bias_adjust: bool) -> None:
    if not interact and (bias_adjust or not names):
        why = "bias_adjust=True has slopes of its own" if bias_adjust else "no covariates are named"
        raise InvalidOption(f"interact=False is about the slopes of covariates, and {why}. Leave it out.")


def _statistics(sample: Sample) -> dict[str, float]:
    counts = {row["arm"]: row for row in sample.counts.to_dict("records")}
    treated, comparison = counts["treated"], counts["comparison"]
    asked_for = {"ATT": [treated], "ATC": [comparison]}.get(sample.call["estimand"], [treated, comparison])
    return {
        "nobs": treated["matched"] + comparison["matched"],
        "n_treated": treated["matched"],
        "n_comparison": comparison["matched"],
        "ess_treated": treated["ess"],
        "ess_comparison": comparison["ess"],
        "n_dropped": sum(arm["dropped"] for arm in asked_for),
    }


def _columns_read(sample: Sample, question: Question) -> list[str]:
    call: dict[str, Any] = dict(sample.call)
    limited = call["caliper"] if isinstance(call.get("caliper"), Mapping) else {}
    extra = [name for name in (call.get("weights"), question.cluster, question.by, *limited) if name in sample.data.columns]
    named = [sample.treatment, *sample.covariates, *(call.get("exact") or []), question.outcome, *question.names, *extra]
    return list(dict.fromkeys(named))
