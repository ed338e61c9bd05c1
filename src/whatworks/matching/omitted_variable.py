"""How strong a factor that nobody measured would have to be: omitted variable bias of a regression."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from whatworks.core.check import Check
from whatworks.core.columns import as_list, require_columns
from whatworks.core.errors import InvalidOption, NotIdentified, TooFewUnits
from whatworks.core.options import confidence, is_finite, shown
from whatworks.core.provenance import Provenance, fingerprint
from whatworks.core.result import EffectResult
from whatworks.inference import fit_least_squares, independent_columns
from whatworks.matching.encoding import Encoded, arms, covariate_list, encode, refuse_missing
from whatworks.matching.hidden_factor import effect_left, outlives_strongest, robustness_value, strength_implied
from whatworks.matching.inputs import Sample, outcome_column, refuse_as_outcome, refuse_constant_outcome, require_sample
from whatworks.matching.intervals import Row, effects_frame, interval_row
from whatworks.matching.outcome_doubts import doubts_of_estimate
from whatworks.matching.suspects import suspect_covariates

# Benchmark that takes the strongest hold on the treatment and the strongest on the outcome, be they of different covariates.
STRONGEST = "strongest observed"
# A smaller share of the outcome's variance than this is rounding.
_NOTHING_LEFT = 1e-20


@dataclass(frozen=True, kw_only=True, eq=False)
class _Regression:
    """Outcome on treatment and covariates, every column scaled by the root of its row's weight and freed of the constant.

    Attributes
    ----------
    y, d : (n,)
    X : (n, k) linearly independent
    sources : (k,) the covariate each column came from
    """

    y: np.ndarray
    d: np.ndarray
    X: np.ndarray
    sources: tuple[str, ...]

    @property
    def freedom(self) -> int:
        """Rows less coefficients; the constant is one of them."""
        return len(self.y) - self.X.shape[1] - 2


def omitted_variable_bias(
    data: pd.DataFrame | Sample,
    *,
    outcome: str,
    treatment: str | None = None,
    covariates: str | Sequence[str] | None = None,
    benchmark: str | Sequence[str] | None = None,
    multiples: Sequence[float] = (1, 2, 3),
    q: float = 1.0,
    conf_level: float = 0.95,
) -> EffectResult:
    """What the effect of a regression would be, had a hidden factor been as strong as an observed one.

    Parameters
    ----------
    data : a frame with one row per person, or the sample of :func:`~whatworks.matching.match` or
        :func:`~whatworks.matching.weight`, whose weights the regression then uses
    outcome : numeric or 0/1 column
    treatment, covariates : columns of a frame; of a sample they are known, and other covariates may be named
    benchmark : covariates that a hidden factor is likened to; None takes each of them. A categorical one counts as a whole
    multiples : how many times as strong as the benchmark, with the treatment and with the outcome alike
    q : share of the effect that would be explained away, for the robustness values; 1 is all of it
    conf_level : of the intervals, and of the robustness value that asks for them to reach no effect

    Returns
    -------
    :class:`~whatworks.core.EffectResult`, measure ``"MD"`` in units of the outcome (``"RD"`` for a 0/1 outcome). The headline is
    the effect by least squares with classical standard error and Student's t. One part per benchmark and multiple (the last
    benchmark, strongest observed, holds on to the treatment as the one that does so most, and to the outcome likewise) with the
    columns benchmark, multiple, r2_treatment and r2_outcome (shares of what is left of the variance that the hidden factor
    would explain), and the effect with interval once it is taken out; missing where no factor can be that strong. Statistics:
    nobs, df, t_value, partial_r2 (of the treatment with the outcome), robustness_value and robustness_value_interval (the share
    of what is left of both variances that a hidden factor must explain to take away the share ``q`` of the effect; to let its
    interval reach that). Check hidden_factor: failed where a factor as strong as the strongest observed one leaves no effect,
    its interval reaching zero; those of a sample as in :func:`~whatworks.matching.estimate`; outcome_among_covariates.

    Raises
    ------
    NotIdentified
        If the treatment is a combination of the covariates, or nothing of the outcome is left unexplained.
    InvalidOption, TooFewUnits, MissingValues, InvalidColumn, MissingColumn, NoTreatedGroup, NoComparisonGroup

    References
    ----------
    Cinelli & Hazlett (2020), Journal of the Royal Statistical Society B 82:39-67: bias in equation (7), standard error in
    (8), robustness value in section 4.1, benchmarks in section 4.4.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> df = pd.DataFrame({"need": rng.normal(size=200)})
    >>> df["treated"] = (df["need"] + rng.normal(size=200) > 0).astype(int)
    >>> df["days"] = 2 * df["treated"] + df["need"] + rng.normal(size=200)
    >>> result = ww.matching.omitted_variable_bias(df, outcome="days", treatment="treated", covariates="need")
    >>> round(result.headline.estimate, 2), round(result.statistics["robustness_value"], 2)
    (1.87, 0.54)
    """
    frame, treatment, names, weights = _what_is_meant(data, treatment, covariates, outcome)
    benchmarks = names if benchmark is None else as_list(benchmark)
    _refuse_bad_options(names, benchmarks, multiples, q, conf_level)
    model = _regression(frame, outcome, treatment, names, weights)
    estimate, error = _partial_effect(model)
    freedom = model.freedom
    rows: list[Row] = [interval_row("ATT", "headline", estimate, error, freedom=freedom, conf_level=conf_level)]
    rows[0] |= {"term": "effect", "benchmark": None, "multiple": np.nan, "r2_treatment": np.nan, "r2_outcome": np.nan}
    for name, strengths in _strengths(model, benchmarks).items():
        rows += [_adjusted_row(name, float(times), strengths, rows[0], freedom, conf_level) for times in multiples]
    t_value = estimate / error
    statistics = {
        "nobs": len(model.y),
        "df": freedom,
        "t_value": t_value,
        "partial_r2": t_value**2 / (t_value**2 + freedom),
        "robustness_value": robustness_value(t_value, freedom, q=q),
        "robustness_value_interval": robustness_value(t_value, freedom, q=q, conf_level=conf_level),
    }
    effects = effects_frame(rows)
    read = dict.fromkeys([treatment, *names, outcome])
    return EffectResult(
        method="matching.omitted_variable_bias",
        estimand="effect by regression, hidden factors aside",
        measure="RD" if np.isin(outcome_column(frame, outcome, treatment), (0.0, 1.0)).all() else "MD",
        unit=outcome,
        conf_level=conf_level,
        effects=effects,
        statistics=statistics,
        checks=(*outlives_strongest(effects), *_doubts(data, names, outcome)),
        provenance=Provenance(
            data_fingerprint=fingerprint(frame, list(read)),
            arguments={
                "outcome": outcome, "treatment": treatment, "covariates": names, "benchmark": benchmarks,
                "multiples": [float(times) for times in multiples], "q": q,
            },
        ),
    )  # fmt: skip


def _what_is_meant(
    data: pd.DataFrame | Sample, treatment: str | None, covariates: str | Sequence[str] | None, outcome: str
) -> tuple[pd.DataFrame, str, list[str], np.ndarray]:
    """The rows used, their treatment, covariates and weights."""
    if isinstance(data, pd.DataFrame):
        if treatment is None or covariates is None:
            raise InvalidOption("A frame does not say who was treated, nor what to adjust for. Name treatment= and covariates=.")
        frame, weights = data, np.ones(len(data))
        names = covariate_list(covariates, treatment)
    else:
        require_sample(data)
        if treatment is not None and treatment != data.treatment:
            raise InvalidOption(f"The sample's treatment is {data.treatment!r}, not {treatment!r}. Leave treatment= out.")
        treatment = data.treatment
        names = covariate_list(list(data.covariates) if covariates is None else covariates, treatment)
        weights = data.weights.to_numpy(dtype=float)
        frame, weights = data.data.loc[weights > 0], weights[weights > 0]
    refuse_as_outcome(outcome, treatment)
    require_columns(frame, [treatment, outcome, *names])
    if outcome in names:
        raise InvalidOption(f"covariates contains the outcome {outcome!r} itself. Leave it out.")
    return frame, treatment, names, weights


def _doubts(data: pd.DataFrame | Sample, names: Sequence[str], outcome: str) -> tuple[Check, ...]:
    """What is doubtful about a sample stays so; of a frame only its covariates can be looked at."""
    if isinstance(data, pd.DataFrame):
        return suspect_covariates(data, names, outcome=outcome)
    return doubts_of_estimate(data, outcome=outcome, adjusted_for=names)


def _refuse_bad_options(
    names: Sequence[str], benchmarks: Sequence[str], multiples: Sequence[float], q: float, conf_level: float
) -> None:
    unknown = [name for name in benchmarks if name not in names]
    if unknown:
        raise InvalidOption(
            f"benchmark names {', '.join(map(repr, unknown))}, which the regression does not adjust for. Choose among "
            f"{', '.join(map(repr, names))}."
        )
    if (
        not isinstance(multiples, (Sequence, np.ndarray))
        or not len(multiples)
        or not all(is_finite(times) and times > 0 for times in multiples)
    ):
        raise InvalidOption(f"multiples={shown(multiples)}; one or more positive numbers are needed.")
    if not (is_finite(q) and q > 0):
        raise InvalidOption(f"q={q!r}; a positive share of the effect is needed.")
    confidence(conf_level)


def _regression(frame: pd.DataFrame, outcome: str, treatment: str, names: list[str], weights: np.ndarray) -> _Regression:
    refuse_missing(frame, [outcome, *names])
    y = outcome_column(frame, outcome, treatment)
    refuse_constant_outcome(y, outcome)
    encoded = encode(frame, names)
    treated = arms(frame, treatment).astype(float)
    centred = encoded.matrix - np.average(encoded.matrix, axis=0, weights=weights)
    spread = centred.std(axis=0)
    root = np.sqrt(weights)[:, None]
    scaled = centred / np.where(spread > 0, spread, 1.0) * root
    design = np.column_stack([root, scaled])
    kept = independent_columns(design)
    _refuse_what_cannot_be_told(design[:, kept], treated * root[:, 0], encoded)
    constant = root[:, 0] / np.sqrt(weights.sum())
    columns = np.column_stack([y * root[:, 0], treated * root[:, 0], scaled[:, kept[1:]]])
    columns -= np.outer(constant, constant @ columns)
    sources = tuple(source for source, keep in zip(encoded.sources, kept[1:], strict=True) if keep)
    return _Regression(y=columns[:, 0], d=columns[:, 1], X=columns[:, 2:], sources=sources)


def _refuse_what_cannot_be_told(design: np.ndarray, treated: np.ndarray, encoded: Encoded) -> None:
    if len(treated) <= design.shape[1] + 2:
        raise TooFewUnits(
            f"{design.shape[1] + 1} coefficients need more than {design.shape[1] + 2} rows; found {len(treated)}. "
            "Use fewer covariates."
        )
    if not independent_columns(np.column_stack([design, treated]))[-1]:
        raise NotIdentified(
            f"The treatment is an exact combination of {', '.join(dict.fromkeys(encoded.mentions))}. Leave out the covariate "
            "that says who was treated."
        )


def _partial_effect(model: _Regression) -> tuple[float, float]:
    fit = fit_least_squares(np.column_stack([model.d, model.X]), model.y)
    left = float(fit.residuals @ fit.residuals)
    if left <= _NOTHING_LEFT * float(model.y @ model.y):
        raise NotIdentified(
            "Treatment and covariates explain the outcome without remainder, so that nothing is left for a hidden factor to "
            "explain. Leave out the covariate that the outcome is made of."
        )
    variance = left / model.freedom * fit.bread[0, 0]
    return float(fit.coefficients[0]), float(np.sqrt(variance))


def _strengths(model: _Regression, benchmarks: Sequence[str]) -> dict[str, tuple[float, float]]:
    """The strength of each benchmark, and of one as strong as the strongest in either respect."""
    found = {name: _strength_of(model, name) for name in benchmarks}
    if len(found) > 1:
        found[STRONGEST] = max(each[0] for each in found.values()), max(each[1] for each in found.values())
    return found


def _strength_of(model: _Regression, name: str) -> tuple[float, float]:
    """Partial shares of variance that a covariate explains: of the treatment, and of the outcome given the treatment."""
    others = model.X[:, [source != name for source in model.sources]]
    with_all = np.column_stack([model.d, model.X])
    without = np.column_stack([model.d, others])
    return 1 - _left(model.X, model.d) / _left(others, model.d), 1 - _left(with_all, model.y) / _left(without, model.y)


def _left(X: np.ndarray, y: np.ndarray) -> float:
    """Sum of squares that a regression leaves."""
    if X.shape[1] == 0:
        return float(y @ y)
    residuals = fit_least_squares(X, y).residuals
    return float(residuals @ residuals)


def _adjusted_row(
    name: str, times: float, strengths: tuple[float, float], headline: Row, freedom: float, conf_level: float
) -> Row:
    """The effect had a hidden factor been ``times`` as strong as a covariate."""
    term, about = f"{times:g} x {name}", {"benchmark": name, "multiple": times}
    r2_treatment, r2_outcome = strength_implied(*strengths, times=times)
    if np.isnan(r2_treatment):
        return {**interval_row(term, "part", np.nan), **about, "r2_treatment": np.nan, "r2_outcome": np.nan}
    estimate, error = effect_left(headline["estimate"], headline["std_error"], freedom, r2_treatment, r2_outcome)
    # The authors' own software keeps the degrees of freedom here; only the standard error pays for the factor.
    row = interval_row(term, "part", float(estimate), float(error), freedom=freedom, conf_level=conf_level)
    return {**row, **about, "r2_treatment": r2_treatment, "r2_outcome": r2_outcome}
