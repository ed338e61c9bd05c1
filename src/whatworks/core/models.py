"""Results of models fitted elsewhere, as the one result of ours: an estimate, its covariance, and what nobody checked."""

from collections.abc import Mapping
from inspect import signature
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from whatworks.core.check import Check
from whatworks.core.errors import InvalidOption, MissingColumn, NotIdentified
from whatworks.core.provenance import Provenance, fingerprint
from whatworks.core.result import COMMON_COLUMNS, EffectResult


def from_model(
    model: Any,
    *,
    estimand: str,
    unit: str,
    term: str | None = None,
    event_time: Mapping[str, int] | None = None,
    reference: int = -1,
    measure: str = "MD",
    good: str | None = None,
    conf_level: float = 0.95,
) -> EffectResult:
    """Take over a fitted model of statsmodels or linearmodels wherever an estimate and its covariance are needed.

    Parameters
    ----------
    model : fitted result with ``params``, ``conf_int`` and ``cov_params()`` (statsmodels) or ``cov`` (linearmodels), one number
        per term
    estimand : what the coefficient is taken to estimate, in words
    unit : of the coefficient, readable aloud; logits and counts are on the log scale (``measure="logOR"``, ``"logRR"``)
    term : the coefficient that answers
    event_time : instead of ``term``: names of the terms of an event study and their times since start, as ``did.honest`` needs
    reference : the time since start that was left out of such a study, below 0
    measure : ``"MD"``, ``"RD"``, ``"logOR"``, ``"logRR"``, ``"SMD"``, ``"money"`` ...
    good : ``"up"`` or ``"down"``; None when unknown
    conf_level : of the intervals

    Returns
    -------
    :class:`EffectResult`. Headline: the term, with the model's own interval and p-value; for an event study the mean over times
    from 0 on, with a normal interval. Parts: every term with its covariance in ``vcov``; for an event study the named terms and
    the reference, with ``event_time``. The check ``fitted_elsewhere`` says that no assumption was looked at here; it fails where
    the model did not converge.

    Raises
    ------
    InvalidOption
        If it is no such model, has several numbers per term, or both or neither of ``term`` and ``event_time`` are given.
    MissingColumn
        If a term is not in the model; those that are, are listed.
    NotIdentified
        If a term has no finite estimate and standard error.

    References
    ----------
    The mean of coefficients b with covariance V and weights w is w'b with variance w'Vw.

    Examples
    --------
    >>> import statsmodels.api as sm
    >>> rng = np.random.default_rng(0)
    >>> x = pd.DataFrame({"const": 1.0, "visits": rng.integers(0, 2, 200)})
    >>> fitted = sm.OLS(3.0 * x["visits"] + rng.normal(0, 1, 200), x).fit(cov_type="HC1")
    >>> result = from_model(fitted, term="visits", estimand="Difference with visits", unit="days")
    >>> round(float(result.headline.estimate), 4) == round(float(fitted.params["visits"]), 4)
    True
    """
    if (term is None) == (event_time is None):
        raise InvalidOption("Give either term= (one coefficient) or event_time= (the terms of an event study).")
    fitted = _read(model, conf_level)
    if event_time is None:
        effects, vcov = _one_term(fitted, str(term)), fitted["vcov"]
    else:
        effects, vcov = _event_study(fitted, event_time, reference, conf_level)
    return EffectResult(
        method="core.from_model",
        estimand=estimand,
        measure=measure,
        unit=unit,
        good=good,
        conf_level=conf_level,
        effects=effects,
        statistics=_statistics(model),
        checks=(_fitted_elsewhere(model),),
        vcov=vcov,
        provenance=Provenance(
            data_fingerprint=_data_fingerprint(model, fitted["parts"], fitted["vcov"]),
            arguments={
                "model": f"{type(model).__module__.partition('.')[0]}.{_kind(model)}", "cov_type": _covariance_name(model),
                "term": term, "event_time": event_time, "reference": None if event_time is None else reference,
            },
        ),
    )  # fmt: skip


def _read(model: Any, conf_level: float) -> dict[str, pd.DataFrame]:
    """Terms with estimate, standard error, interval and p-value, and their covariance."""
    missing = [name for name in ("params", "conf_int", "pvalues") if not hasattr(model, name)]
    covariance = model.cov_params() if hasattr(model, "cov_params") else getattr(model, "cov", None)
    if missing or covariance is None:
        lacking = ", ".join([*missing, *(["cov_params() or cov"] if covariance is None else [])])
        raise InvalidOption(
            f"A fitted result of statsmodels or linearmodels is needed; this {type(model).__name__} has no {lacking}. "
            "Call .fit() first."
        )
    if np.ndim(model.params) != 1:
        raise InvalidOption(
            "The model has several numbers for each term, as with several outcomes. Fit one outcome or one contrast at a time."
        )
    names = _names(model)
    k = len(names)
    vcov = pd.DataFrame(np.asarray(covariance, dtype=float)[:k, :k], index=pd.Index(names, dtype="str"), columns=names)
    asked = {"level": conf_level} if "level" in signature(model.conf_int).parameters else {"alpha": 1 - conf_level}
    ends = np.asarray(model.conf_int(**asked), dtype=float)
    values = {
        "term": names,
        "kind": "part",
        "estimate": np.asarray(model.params, dtype=float),
        "std_error": np.sqrt(np.diag(vcov.to_numpy())),
        "conf_low": ends[:k, 0],
        "conf_high": ends[:k, 1],
        "p_value": np.asarray(model.pvalues, dtype=float),
    }
    return {"parts": pd.DataFrame(values)[list(COMMON_COLUMNS)].astype({"term": "str", "kind": "str"}), "vcov": vcov}


def _names(model: Any) -> list[str]:
    """Names of the coefficients: those of the series, else those the model was given."""
    if isinstance(model.params, pd.Series):
        names = [str(name) for name in model.params.index]
    else:
        names = [str(name) for name in getattr(getattr(model, "model", None), "exog_names", [])]
    if len(names) != len(model.params) or len(set(names)) != len(names):
        raise InvalidOption(
            f"The model has {len(model.params)} coefficients and {len(set(names))} different names for them. "
            "Fit it with a DataFrame, or with a formula."
        )
    return names


def _one_term(fitted: Mapping[str, pd.DataFrame], term: str) -> pd.DataFrame:
    parts = fitted["parts"]
    _require(parts, [term])
    headline = parts[parts["term"] == term].assign(kind="headline")
    return pd.concat([headline, parts], ignore_index=True)


def _event_study(
    fitted: Mapping[str, pd.DataFrame], event_time: Mapping[str, int], reference: int, conf_level: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The named terms, the reference that is zero by construction, and their mean from the start on."""
    _require(fitted["parts"], list(event_time))
    times = [int(time) for time in event_time.values()]
    if reference >= 0 or reference in times or len(set(times)) != len(times) or max(times) < 0:
        raise InvalidOption(
            f"event_time must name different times, one of them 0 or later, and reference={reference} a time below 0 that is not "
            "among them."
        )
    parts = fitted["parts"].set_index("term").loc[list(event_time)].reset_index().assign(event_time=times)
    nothing = {"term": f"event {reference}", "kind": "part", "estimate": 0.0, "event_time": reference}
    parts = pd.concat([parts, pd.DataFrame([nothing])], ignore_index=True).sort_values("event_time", ignore_index=True)
    vcov = fitted["vcov"].reindex(index=parts["term"], columns=parts["term"]).fillna(0.0)
    w = np.where(parts["event_time"] >= 0, 1.0, 0.0) / sum(time >= 0 for time in times)
    mean, error = float(w @ parts["estimate"]), float(np.sqrt(w @ vcov.to_numpy() @ w))
    reach = float(stats.norm.ppf(0.5 + conf_level / 2)) * error
    headline = {
        "term": "ATT", "kind": "headline", "estimate": mean, "std_error": error, "conf_low": mean - reach,
        "conf_high": mean + reach, "p_value": float(2 * stats.norm.sf(abs(mean) / error)) if error > 0 else np.nan,
    }  # fmt: skip
    effects = pd.concat([pd.DataFrame([headline]), parts], ignore_index=True)
    return effects.astype({"term": "str", "kind": "str"}), vcov.rename_axis(None).rename_axis(None, axis=1)


def _require(parts: pd.DataFrame, terms: list[str]) -> None:
    lacking = [term for term in terms if term not in set(parts["term"])]
    if lacking:
        raise MissingColumn(f"The model has no term {', '.join(map(repr, lacking))}; it has {', '.join(parts['term'][:30])}.")
    unknown = parts[parts["term"].isin(terms) & ~(np.isfinite(parts["estimate"]) & (parts["std_error"] > 0))]["term"].tolist()
    if unknown:
        raise NotIdentified(
            f"The model gives no estimate with a standard error for {', '.join(map(repr, unknown))}. "
            "Look for columns that say the same twice."
        )


def _fitted_elsewhere(model: Any) -> Check:
    """Nobody here has looked at the model's assumptions; and did its search end?"""
    ended = (getattr(model, "mle_retvals", None) or {}).get("converged", getattr(model, "converged", True))
    if not bool(ended):
        return Check(
            name="fitted_elsewhere", passed=False, statistics={},
            message="The model's search did not reach its optimum; the estimate is where it stopped. Fit it again.",
        )  # fmt: skip
    return Check(
        name="fitted_elsewhere", passed=None, statistics={},
        message="The model was fitted outside whatworks: whether the coefficient is an effect, and whether the covariance fits "
        "the data, was not looked at here.",
    )  # fmt: skip


def _statistics(model: Any) -> dict[str, float]:
    found = {"nobs": getattr(model, "nobs", None), "df": getattr(model, "df_resid", None), "r2": getattr(model, "rsquared", None)}
    return {name: float(value) for name, value in found.items() if isinstance(value, (int, float, np.number))}


def _kind(model: Any) -> str:
    return type(getattr(model, "model", model)).__name__


def _covariance_name(model: Any) -> str:
    # linearmodels keeps the name with what estimates the covariance.
    return str(getattr(model, "cov_type", None) or getattr(model, "_cov_type", None) or "as fitted")


def _data_fingerprint(model: Any, parts: pd.DataFrame, vcov: pd.DataFrame) -> str:
    """The data where the model keeps them, else what came out of them."""
    inner = getattr(model, "model", None)
    columns: list[Any] = [
        getattr(inner, "endog", None) if hasattr(inner, "endog") else getattr(inner, "dependent", None),
        getattr(inner, "exog", None),
    ]
    arrays = [np.asarray(getattr(each, "values2d", each)) for each in columns if each is not None]
    try:
        frame = pd.DataFrame(np.column_stack([each.reshape(len(each), -1) for each in arrays]).astype(float))
    except (ValueError, TypeError):
        return fingerprint(pd.concat([parts, vcov.reset_index(drop=True)], axis=1))
    return fingerprint(frame)
