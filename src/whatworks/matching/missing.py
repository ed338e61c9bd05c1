"""Covariates that were not measured for everybody: marked as such, or filled in several times over."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import stats

from whatworks.core.check import Check
from whatworks.core.columns import as_list, numeric, require_columns
from whatworks.core.errors import InvalidColumn, InvalidOption, TooFewUnits
from whatworks.core.options import one_of, shown, whole
from whatworks.core.provenance import Provenance, fingerprint
from whatworks.core.result import EffectResult
from whatworks.matching.chained_equations import NUMBERS, Imputer
from whatworks.matching.encoding import is_number, plain

# Above half, an answer rests on the model that filled the gaps in rather than on what was measured.
MOST_MISSING_INFORMATION = 0.5


def with_missing_indicators(df: pd.DataFrame, *, covariates: str | Sequence[str]) -> tuple[pd.DataFrame, list[str]]:
    """Fill gaps with the mean (numbers) or a level of their own (categories), and add a column that says where they were.

    Matching on the result makes the arms alike also in what is not known. It answers the question only if what is missing would
    not tell more about treatment than the gap does.

    Parameters
    ----------
    df : one row per person
    covariates : numeric, boolean, text or categorical columns, with or without gaps

    Returns
    -------
    A copy of the frame without gaps in these columns, and the covariates to match on: those given, and ``<name>_missing`` (1
    where a number was not known) for each numeric one with gaps. Of several that are missing for the same people one is added.

    Raises
    ------
    InvalidColumn
        If a covariate is missing for everybody, or the name of an indicator is taken.
    MissingColumn, EmptyData

    References
    ----------
    Rosenbaum & Rubin (1984), Journal of the American Statistical Association 79:516-524, appendix; Stuart (2010), Statistical
    Science 25:1-21, section 6.1.

    Examples
    --------
    >>> df = pd.DataFrame({"need": [1.0, None, 3.0], "home": ["own", None, "shelter"]})
    >>> filled, names = ww.matching.with_missing_indicators(df, covariates=["need", "home"])
    >>> names, filled["need"].tolist(), filled["need_missing"].tolist(), filled["home"].tolist()
    (['need', 'home', 'need_missing'], [1.0, 2.0, 3.0], [0, 1, 0], ['own', 'not known', 'shelter'])
    """
    names = list(dict.fromkeys(as_list(covariates)))
    require_columns(df, names)
    out, added = df.copy(), []
    known_gaps: list[np.ndarray] = []
    for name in names:
        values = plain(df, name)
        gap = values.isna().to_numpy()
        _refuse_type(name, values)
        if not gap.any():
            continue
        _refuse_empty(name, gap)
        if not pd.api.types.is_numeric_dtype(values.dtype):
            out[name] = values.astype("object").where(~gap, _unknown_level(values)).astype("str")
            continue
        numbers = pd.Series(numeric(values.to_frame(name), name, allow_missing=True), index=df.index)
        out[name] = numbers.fillna(numbers.mean())
        if any((gap == other).all() for other in known_gaps):
            continue
        known_gaps.append(gap)
        if f"{name}_missing" in df.columns:
            raise InvalidColumn(f"The frame already has a column {name + '_missing'!r}. Rename it.")
        out[f"{name}_missing"] = gap.astype(int)
        added.append(f"{name}_missing")
    return out, [*names, *added]


def multiple_imputation(
    df: pd.DataFrame,
    *,
    covariates: str | Sequence[str],
    pipeline: Callable[[pd.DataFrame], EffectResult],
    imputations: int = 20,
    predictors: str | Sequence[str] = (),
    numbers: str = "donors",
    cycles: int = 10,
    seed: int,
) -> EffectResult:
    """Fill gaps in covariates several times, match and estimate each time anew, and pool the answers.

    Parameters
    ----------
    df : one row per person
    covariates : columns to fill in where they lack a value; yes-or-no columns and categories are drawn from a logit for each
        level against the first
    pipeline : from a frame without gaps to a result: match or weigh, then estimate
    imputations : how many times; 2 or more
    predictors : further columns that help to tell what is missing, without gaps of their own: treatment and outcome belong here
    numbers : how numeric columns are drawn: ``"donors"`` takes the value of somebody expected to have about the same
        (predictive mean matching), so that only values seen occur; ``"normal"`` draws around the expectation, which reaches
        beyond values seen where the gaps lie there
    cycles : rounds through the columns for each imputation
    seed : of the draws

    Returns
    -------
    :class:`~whatworks.core.EffectResult` like that of the pipeline: the headline pooled by Rubin's rules with Student's t. One
    part per imputation, with the column imputation. Statistics: means of the pipeline's, imputations, df, missing_information
    (share of the information about the effect that the gaps cost), relative_efficiency. Checks: of the pipeline (failed where
    it failed in any imputation), and missing_information: failed above 0.5.

    Raises
    ------
    InvalidColumn
        If a column is missing for everybody, or of a type that cannot be drawn.
    InvalidOption
        If a covariate is also a predictor, or there are fewer than 2 imputations.
    MissingValues
        If a predictor lacks a value.
    TooFewUnits, MissingColumn, and what the pipeline refuses

    References
    ----------
    Rubin (1987), Multiple Imputation for Nonresponse in Surveys, chapters 3 and 5 (draws in 5.3). Chained equations: van Buuren
    & Groothuis-Oudshoorn (2011), Journal of Statistical Software 45(3). Degrees of freedom: Barnard & Rubin (1999), Biometrika
    86:948-955. Pooling effects rather than scores: Leyrat et al. (2019), Statistical Methods in Medical Research 28:3-19.

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> df = pd.DataFrame({"treated": [1] * 40 + [0] * 80, "need": rng.normal(size=120)})
    >>> df["days"] = 2.0 * df["treated"] + df["need"] + rng.normal(size=120)
    >>> df.loc[::7, "need"] = np.nan
    >>> def effect(filled):
    ...     sample = ww.matching.match(filled, treatment="treated", covariates="need")
    ...     return ww.matching.estimate(sample, outcome="days")
    >>> result = ww.matching.multiple_imputation(df, covariates="need", predictors=["treated", "days"], pipeline=effect,
    ...                                          imputations=5, seed=1)
    >>> len(result.parts), 0 < result.statistics["missing_information"] < 0.5
    (5, True)
    """
    names, helpers = list(dict.fromkeys(as_list(covariates))), list(dict.fromkeys(as_list(predictors)))
    # One imputation cannot tell what the gaps cost.
    whole("imputations", imputations, least=2)
    whole("cycles", cycles)
    one_of(numbers, NUMBERS, name="numbers")
    both = [name for name in names if name in helpers]
    if both:
        raise InvalidOption(f"{both[0]!r} is both a covariate to fill in and a predictor. Leave it out of predictors.")
    require_columns(df, [*names, *helpers])
    for name in names:
        _refuse_empty(name, plain(df, name).isna().to_numpy())
    imputer = Imputer.of(df, names, helpers)
    if not callable(pipeline):
        raise InvalidOption(
            f"pipeline={shown(pipeline)}; a function of a completed frame is needed, e.g. one that matches and estimates."
        )
    seeds = np.random.SeedSequence(whole("seed", seed, least=0)).spawn(int(imputations))
    results = [pipeline(imputer.filled(np.random.default_rng(each), cycles=cycles, numbers=numbers)) for each in seeds]
    return _pooled(
        results, df, {"imputed": names, "predictors": helpers, "imputations": int(imputations), "cycles": cycles}, seed
    )


def rubins_rules(estimates: np.ndarray, variances: np.ndarray, *, freedom: float) -> dict[str, float]:
    """Pool estimates from data filled in several times.

    Parameters
    ----------
    estimates, variances : (m,) one per imputation, in units of the outcome and their square
    freedom : degrees of freedom had nothing been missing; may be infinite

    Returns
    -------
    estimate, std_error, df, missing_information (share of the information that the gaps cost).

    References
    ----------
    Rubin (1987), section 3.3; Barnard & Rubin (1999), Biometrika 86:948-955.

    Examples
    --------
    >>> from whatworks.matching.missing import rubins_rules
    >>> pooled = rubins_rules(np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 1.0]), freedom=np.inf)
    >>> round(pooled["std_error"] ** 2, 4), round(pooled["df"], 4)
    (2.3333, 6.125)
    """
    m = len(estimates)
    within, between = float(variances.mean()), float(estimates.var(ddof=1))
    # The same answer every time leaves differences of the last digit.
    between = 0.0 if between <= 1e-24 * max(within, float(estimates.mean() ** 2)) else between
    total = within + (1 + 1 / m) * between
    share = (1 + 1 / m) * between / total if total > 0 else 0.0
    between_freedom = (m - 1) / share**2 if share > 0 else np.inf
    observed = freedom if np.isinf(freedom) else (freedom + 1) / (freedom + 3) * freedom * (1 - share)
    df = between_freedom if np.isinf(observed) else 1 / (1 / between_freedom + 1 / observed)
    increase = share / (1 - share) if share < 1 else np.inf
    information = 1.0 if np.isinf(increase) else (increase + 2 / (df + 3)) / (increase + 1) if share > 0 else 0.0
    return {"estimate": float(estimates.mean()), "std_error": float(np.sqrt(total)), "df": df, "missing_information": information}


def _pooled(results: Sequence[EffectResult], df: pd.DataFrame, asked: dict, seed: int) -> EffectResult:
    first = results[0]
    strange = next((result for result in results if not isinstance(result, EffectResult)), None)
    if strange is not None:
        raise InvalidOption(f"pipeline returned a {type(strange).__name__}; the EffectResult of an estimate is needed.")
    heads = [result.headline for result in results]
    estimates, errors = (np.array([getattr(head, what) for head in heads], dtype=float) for what in ("estimate", "std_error"))
    if not np.isfinite(errors).all():
        raise TooFewUnits("The pipeline's headline has no standard error in every imputation, so that nothing can be pooled.")
    # The pipeline's own degrees of freedom where it states them; normal intervals have no end of them.
    pooled = rubins_rules(estimates, errors**2, freedom=float(first.statistics.get("df", np.inf)))
    freedom, level = pooled["df"], first.conf_level
    reference = stats.t(freedom) if np.isfinite(freedom) else stats.norm()
    reach = float(reference.ppf(0.5 + level / 2)) * pooled["std_error"]
    p_value = 2 * float(reference.sf(abs(pooled["estimate"]) / pooled["std_error"])) if pooled["std_error"] > 0 else np.nan
    head = {
        "term": heads[0].term, "kind": "headline", "estimate": pooled["estimate"], "std_error": pooled["std_error"],
        "conf_low": pooled["estimate"] - reach, "conf_high": pooled["estimate"] + reach, "p_value": p_value, "imputation": pd.NA,
    }  # fmt: skip
    common = list(head)[2:7]
    parts = [
        {"term": f"imputation {place}", "kind": "part", **{what: getattr(each, what) for what in common}, "imputation": place}
        for place, each in enumerate(heads, start=1)
    ]
    statistics = {key: float(np.mean([result.statistics[key] for result in results])) for key in first.statistics}
    told = {
        "imputations": len(results), "df": freedom, "missing_information": pooled["missing_information"],
        "relative_efficiency": 1 / (1 + pooled["missing_information"] / len(results)),
    }  # fmt: skip
    return replace(
        first,
        effects=pd.DataFrame([head, *parts]).astype({"imputation": "Int64"}),
        statistics={**statistics, **told},
        checks=(_missing_information(pooled["missing_information"]), *_worst_checks(results)),
        vcov=None,
        provenance=Provenance(data_fingerprint=fingerprint(df), arguments={**first.provenance.arguments, **asked}, seed=seed),
    )


def _worst_checks(results: Sequence[EffectResult]) -> tuple[Check, ...]:
    """Each doubt as it was in the imputation where it was worst."""
    worst: dict[str, Check] = {}
    for check in (check for result in results for check in result.checks):
        known = worst.get(check.name)
        if (
            known is None
            or (known.passed is not False and check.passed is False)
            or (known.passed is True and check.passed is None)
        ):
            worst[check.name] = check
    return tuple(worst.values())


def _missing_information(share: float) -> Check:
    return Check(
        name="missing_information",
        passed=bool(share <= MOST_MISSING_INFORMATION),
        message=f"The gaps cost {share:.1%} of the information about the effect (limit {MOST_MISSING_INFORMATION:.0%}).",
        statistics={"share": float(share), "limit": MOST_MISSING_INFORMATION},
    )


def _refuse_empty(name: str, gap: np.ndarray) -> None:
    if gap.all():
        raise InvalidColumn(
            f"Covariate {name!r} lacks a value in all {len(gap)} rows, so nothing tells what it could be. Leave it out."
        )


def _refuse_type(name: str, values: pd.Series) -> None:
    if not (is_number(values) or isinstance(values.dtype, pd.CategoricalDtype) or pd.api.types.is_string_dtype(values.dtype)):
        raise InvalidColumn(f"Covariate {name!r} is of type {values.dtype}; numbers, text or categories are needed.")


def _unknown_level(values: pd.Series) -> str:
    taken = set(values.dropna().astype("str"))
    return next(label for label in ("not known", "not known (gap)", "not known (no value)") if label not in taken)
