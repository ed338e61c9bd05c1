"""How strong a hidden factor would have to be, on the scale of a risk ratio: the E-value."""

from collections.abc import Callable

import numpy as np
from scipy import stats

from whatworks.core.errors import InvalidOption
from whatworks.core.options import is_finite
from whatworks.core.provenance import Provenance
from whatworks.core.result import EffectResult
from whatworks.matching.intervals import effects_frame

# Chinn (2000), Statistics in Medicine 19:3127-3131, with VanderWeele's square root: a standard deviation is 0.91 in log RR.
_LOG_RR_PER_SD = 0.91
# 0.91 times 1.96 standard errors, as VanderWeele & Ding print it.
_LOG_RR_REACH_95 = 1.78
_ODDS, _HAZARD = ("logOR", "OR"), ("logHR", "HR")
_RATIOS = ("logRR", "RR", "logIRR", "IRR")
MEASURES = (*_RATIOS, *_ODDS, *_HAZARD, "SMD", "MD", "RD")


def e_value(
    result: EffectResult,
    *,
    outcome_sd: float | None = None,
    comparison_risk: float | None = None,
    common: bool | None = None,
    true: float = 1.0,
) -> EffectResult:
    """The least strength of a hidden factor, with treatment and outcome both, that could explain an effect away.

    Parameters
    ----------
    result : with a headline in measure RR, IRR, OR, HR (or their logarithms, logRR ...), SMD, MD or RD
    outcome_sd : standard deviation of the outcome, in its unit; for MD
    comparison_risk : share with the outcome in the comparison arm, between 0 and 1; for RD. It counts as known
    common : True where more than about 15 per cent have the outcome in the end; for OR and HR
    true : risk ratio that the hidden factor would leave; 1 is no effect

    Returns
    -------
    :class:`~whatworks.core.EffectResult`, measure ``"ratio"``: the headline's estimate is the E-value of the estimate, conf_low
    that of the end of the interval nearest to ``true`` (1 where the interval holds ``true``); there is no upper end. A hidden
    factor that multiplies both the chance of treatment and that of the outcome by so much, given the covariates, could
    explain the effect; a weaker one could not. Statistics: risk_ratio, risk_ratio_low, risk_ratio_high: the effect as the
    risk ratio it was turned into.

    Raises
    ------
    InvalidOption
        If the measure is none of these, or an option is missing, or is not used by the measure.

    References
    ----------
    VanderWeele & Ding (2017), Annals of Internal Medicine 167:268-274, table 2; Ding & VanderWeele (2016), Epidemiology
    27:368-377.

    Examples
    --------
    Breast-feeding and deaths from infection: a risk ratio of 3.9 (1.8 to 8.7).

    >>> effects = pd.DataFrame({"term": ["RR"], "kind": ["headline"], "estimate": [3.9], "std_error": [np.nan],
    ...                         "conf_low": [1.8], "conf_high": [8.7], "p_value": [np.nan]})
    >>> study = ww.EffectResult(method="published", estimand="RR", measure="RR", unit="risk ratio", effects=effects,
    ...                         provenance=ww.Provenance(data_fingerprint="0"))
    >>> headline = ww.matching.e_value(study).headline
    >>> round(headline.estimate, 2), round(headline.conf_low, 1)
    (7.26, 3.0)
    """
    if not isinstance(result, EffectResult):
        raise InvalidOption(f"An EffectResult is needed, of ww.matching.estimate say; got a {type(result).__name__}.")
    options = {"outcome_sd": outcome_sd, "comparison_risk": comparison_risk, "common": common}
    _refuse_bad_options(result.measure, options, true)
    estimate, low, high = _risk_ratios(result, options)
    nearest = low if estimate > true else high
    row = {
        "term": "E-value", "kind": "headline", "estimate": needed_strength(estimate, true=true), "std_error": np.nan,
        "conf_low": np.nan if np.isnan(nearest) else 1.0 if low <= true <= high else needed_strength(nearest, true=true),
        "conf_high": np.nan, "p_value": np.nan,
    }  # fmt: skip
    return EffectResult(
        method="matching.e_value",
        estimand=f"hidden factor that would explain: {result.estimand}",
        measure="ratio",
        unit="risk ratio of a hidden factor with treatment and with outcome",
        conf_level=result.conf_level,
        effects=effects_frame([row]),
        statistics={"risk_ratio": estimate, "risk_ratio_low": low, "risk_ratio_high": high},
        checks=result.checks,
        provenance=Provenance(
            data_fingerprint=result.provenance.data_fingerprint,
            arguments={"of": result.method, "measure": result.measure, "unit": result.unit, **options, "true": true},
            seed=result.provenance.seed,
        ),
    )


def needed_strength(risk_ratio: float, *, true: float = 1.0) -> float:
    """The E-value of a risk ratio: 1 where it is ``true`` already.

    Examples
    --------
    >>> from whatworks.matching.e_values import needed_strength
    >>> round(needed_strength(2.0), 4), round(needed_strength(0.5), 4), needed_strength(1.0)
    (3.4142, 3.4142, 1.0)
    """
    ratio = risk_ratio / true
    ratio = 1 / ratio if ratio < 1 else ratio
    return float(ratio + np.sqrt(ratio * (ratio - 1)))


def _refuse_bad_options(measure: str, options: dict[str, float | None], true: float) -> None:
    if measure not in MEASURES:
        raise InvalidOption(f"There is no E-value for measure {measure!r}; it is defined for {', '.join(MEASURES)}.")
    needed = {"MD": "outcome_sd", "RD": "comparison_risk"}.get(measure)
    if measure in (*_ODDS, *_HAZARD):
        needed = "common"
    if needed is not None and options[needed] is None:
        raise InvalidOption(f"The E-value of measure {measure!r} needs {needed}=. Give it.")
    unused = [name for name, value in options.items() if value is not None and name != needed]
    if unused:
        raise InvalidOption(f"{', '.join(unused)} is not used for measure {measure!r}. Leave it out.")
    spread, risk = options["outcome_sd"], options["comparison_risk"]
    if spread is not None and not (is_finite(spread) and spread > 0):
        raise InvalidOption(f"outcome_sd={spread!r}; a positive standard deviation in the outcome's unit is needed.")
    if risk is not None and not (is_finite(risk) and 0 < risk < 1):
        raise InvalidOption(f"comparison_risk={risk!r}; a share between 0 and 1 is needed.")
    if not (is_finite(true) and true > 0):
        raise InvalidOption(f"true={true!r}; a positive risk ratio is needed.")


def _risk_ratios(result: EffectResult, options: dict[str, float | None]) -> tuple[float, float, float]:
    """Estimate and interval as risk ratios."""
    head, measure = result.headline, result.measure
    values = (float(head.estimate), float(head.conf_low), float(head.conf_high))
    if measure in ("SMD", "MD"):
        spread = options["outcome_sd"] or 1.0
        middle, error = _LOG_RR_PER_SD * values[0] / spread, float(head.std_error) / spread
        level = result.conf_level
        reach = error * (_LOG_RR_REACH_95 if level == 0.95 else _LOG_RR_PER_SD * float(stats.norm.ppf(0.5 + level / 2)))
        return float(np.exp(middle)), float(np.exp(middle - reach)), float(np.exp(middle + reach))
    if measure == "RD":
        risk = float(options["comparison_risk"] or 0.0)
        reached = [(risk + value) / risk for value in values]
        if not 0 < risk + values[0] <= 1:
            raise InvalidOption(
                f"comparison_risk={risk!r} and a difference of {values[0]:.3g} give a share outside 0 to 1. Check both."
            )
        # The interval may reach beyond what a share can be; its nearer end is what matters.
        return reached[0], max(reached[1], 1e-12), reached[2]
    convert = _conversion(measure, bool(options["common"]))
    low, middle, high = (convert(np.exp(value) if measure.startswith("log") else value) for value in (values[1], *values[::2]))
    return middle, low, high


def _conversion(measure: str, common: bool) -> Callable[[float], float]:
    """From the measure's ratio to a risk ratio: table 2 of VanderWeele & Ding."""
    if common and measure in _ODDS:
        return lambda ratio: float(np.sqrt(ratio))
    if common and measure in _HAZARD:
        return lambda ratio: float((1 - 0.5 ** np.sqrt(ratio)) / (1 - 0.5 ** np.sqrt(1 / ratio)))
    return float
