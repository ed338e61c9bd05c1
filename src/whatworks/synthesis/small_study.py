"""Do small studies find other effects than large ones? Tests of the funnel's symmetry, and effects adjusted for it."""

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from whatworks.core.errors import NotConverged, NotIdentified, TooFewStudies
from whatworks.core.options import confidence, one_of, share
from whatworks.synthesis.mixed_effects import TAU2_WITH_MODERATORS, MixedEffects, fit_mixed_effects
from whatworks.synthesis.selection import selection_model
from whatworks.synthesis.studies import Studies, read_studies
from whatworks.synthesis.trim_and_fill import trim_and_fill

Array = np.ndarray

# A line through fewer points than this fits whatever they are.
_FEWEST = 3
# The regression tests have little power below ten studies: Sterne et al. (2011), BMJ 343:d4002.
FEWEST_FOR_TESTS = 10
# PET's intercept decides at this level, one-sided, between PET and PEESE: Stanley (2017).
_PET_LEVEL = 0.05
COLUMNS = ("test", "what", "estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high", "note")


def small_study_effects(
    es: pd.DataFrame,
    *,
    yi: str = "yi",
    vi: str = "vi",
    tau2: str = "REML",
    study: str | None = None,
    favoured: str | None = None,
    step: float = 0.025,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Every usual look at whether small studies find larger effects, and what the pooled effect would be without that.

    Asymmetry may come from studies that were never published, and as well from small studies being different. No test tells
    the two apart.

    Parameters
    ----------
    es : one row per study
    yi, vi : columns with effects on one scale and with sampling variances in squared units of it
    tau2 : estimator of the variance between studies in the random-effects variants
    study : column naming the study; a study may stand once
    favoured : direction of effects that are published more easily, "up" or "down"; by default that of the pooled effect
    step : one-sided p-value at which the selection model lets the chance of publication change
    conf_level : coverage of the intervals

    Returns
    -------
    One row per look, with columns test, what ("asymmetry" or "adjusted effect"), estimate, std_error, statistic, df, p_value,
    conf_low, conf_high, note:

    - "egger": slope of the effect on its standard error by weighted least squares; "egger_random" with a variance between studies
    - "begg": Kendall's rank correlation of standardised effects and variances, exact without ties
    - "trim_and_fill": pooled effect with the studies that seem to be missing; ``note`` says how many, on which side
    - "pet", "peese": the effect at standard error zero, linear in the standard error or in its square; "pet_peese" is PEESE
      where PET finds an effect in the favoured direction, else PET
    - "selection_3psm": average effect had all studies been published; ``statistic`` and ``p_value`` test selection itself

    Raises
    ------
    TooFewStudies
        If there are fewer than 3 studies. With fewer than 10 every ``note`` says that the tests have little power.
    NotIdentified
        If all studies have the same variance.
    EmptyData, MissingColumn, MissingValues, InvalidColumn, InvalidEffect, DuplicateRows
        As :func:`pool`.

    References
    ----------
    Egger et al. (1997), BMJ 315:629-634; Sterne & Egger (2005) in Publication Bias in Meta-Analysis, ch. 6; Begg & Mazumdar
    (1994), Biometrics 50:1088-1101; Duval & Tweedie (2000), J. Am. Stat. Assoc. 95:89-98; Stanley & Doucouliagos (2014),
    Research Synthesis Methods 5:60-78; Stanley (2017), Social Psychological and Personality Science 8:581-591; Vevea & Hedges
    (1995), Psychometrika 60:419-435.

    Examples
    --------
    >>> es = pd.DataFrame({"yi": [0.9, 0.75, 0.5, 0.3, 0.2, 0.25], "vi": [0.2, 0.15, 0.08, 0.03, 0.01, 0.02]})
    >>> looks = ww.synthesis.small_study_effects(es)
    >>> looks.loc[looks["test"] == "egger", ["estimate", "p_value"]].round(3).to_dict("records")
    [{'estimate': 1.878, 'p_value': 0.0}]
    """
    one_of(tau2, TAU2_WITH_MODERATORS, name="tau2")
    confidence(conf_level)
    share("step", step, such_as=0.025)
    if favoured is not None:
        one_of(favoured, ("up", "down"), name="favoured")
    studies = read_studies(es, yi=yi, vi=vi, study=study)
    if studies.k < _FEWEST:
        raise TooFewStudies(f"Small-study effects need at least {_FEWEST} studies; got {studies.k}. Report the studies alone.")
    if np.ptp(studies.vi) == 0:
        raise NotIdentified(
            f"All {studies.k} studies have the same variance, so none is smaller than another. Leave this look out."
        )
    pooled = fit_mixed_effects(studies.yi, studies.vi, np.ones((studies.k, 1)), tau2=tau2)
    direction = favoured or ("up" if pooled.coefficients[0] >= 0 else "down")
    rows = [
        *_regressions(studies, tau2, direction, conf_level),
        _begg(studies),
        _trimmed(studies, tau2, conf_level),
        _selected(studies, step, direction, conf_level),
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    if studies.k < FEWEST_FOR_TESTS:
        few = f"{studies.k} studies: little power below {FEWEST_FOR_TESTS}"
        table["note"] = [f"{note}; {few}" if note else few for note in table["note"]]
    return table


def _regressions(studies: Studies, tau2: str, favoured: str, conf_level: float) -> list[dict[str, Any]]:
    """Egger's test, PET and PEESE, and the conditional rule between the two."""
    standard_errors = np.sqrt(studies.vi)
    linear, square = _line(studies, standard_errors, "EE"), _line(studies, studies.vi, "EE")
    pet = _row("pet", "adjusted effect", linear, 0, conf_level, scaled=True)
    peese = _row("peese", "adjusted effect", square, 0, conf_level, scaled=True)
    toward = pet["statistic"] if favoured == "up" else -pet["statistic"]
    found = bool(stats.t.sf(toward, pet["df"]) < _PET_LEVEL)
    chosen = {**(peese if found else pet), "test": "pet_peese", "note": "PEESE" if found else "PET"}
    return [
        _row("egger", "asymmetry", linear, 1, conf_level, scaled=True),
        _row("egger_random", "asymmetry", _line(studies, standard_errors, tau2), 1, conf_level, scaled=False),
        pet,
        peese,
        chosen,
    ]


def _line(studies: Studies, predictor: Array, tau2: str) -> MixedEffects:
    return fit_mixed_effects(studies.yi, studies.vi, np.column_stack([np.ones(studies.k), predictor]), tau2=tau2)


def _row(test: str, what: str, fit: MixedEffects, place: int, conf_level: float, *, scaled: bool) -> dict[str, Any]:
    """One coefficient; scaled by the residual variance with t quantiles, as weighted least squares does, or as the model says."""
    estimate = float(fit.coefficients[place])
    std_error = float(np.sqrt(fit.covariance[place, place] * (fit.spread if scaled else 1.0)))
    df = float(fit.df) if scaled else np.inf
    reach = float(stats.t.ppf(0.5 + conf_level / 2, df)) * std_error
    return {
        "test": test,
        "what": what,
        "estimate": estimate,
        "std_error": std_error,
        "statistic": estimate / std_error,
        "df": df,
        "p_value": float(2 * stats.t.sf(abs(estimate / std_error), df)),
        "conf_low": estimate - reach,
        "conf_high": estimate + reach,
        "note": "",
    }


def _begg(studies: Studies) -> dict[str, Any]:
    w = 1 / studies.vi
    standardised = (studies.yi - np.average(studies.yi, weights=w)) / np.sqrt(studies.vi - 1 / w.sum())
    tied = len(np.unique(standardised)) < studies.k or len(np.unique(studies.vi)) < studies.k
    found = stats.kendalltau(standardised, studies.vi, method="asymptotic" if tied else "exact")
    return _bare("begg", "asymmetry", float(found.statistic), float(found.pvalue))


def _bare(test: str, what: str, estimate: float, p_value: float) -> dict[str, Any]:
    missing = dict.fromkeys(COLUMNS, np.nan)
    return {**missing, "test": test, "what": what, "estimate": estimate, "p_value": p_value, "note": ""}


def _trimmed(studies: Studies, tau2: str, conf_level: float) -> dict[str, Any]:
    filled = trim_and_fill(studies.yi, studies.vi, tau2=tau2)
    row = _row("trim_and_fill", "adjusted effect", filled.fit, 0, conf_level, scaled=False)
    return {**row, "note": f"{filled.missing} filled on the {filled.side}"}


def _selected(studies: Studies, step: float, favoured: str, conf_level: float) -> dict[str, Any]:
    try:
        model = selection_model(studies.yi, studies.vi, step=step, favoured=favoured)
    except NotConverged as error:
        return {**_bare("selection_3psm", "adjusted effect", np.nan, np.nan), "note": str(error)}
    reach = float(stats.norm.ppf(0.5 + conf_level / 2)) * model.std_error
    return {
        "test": "selection_3psm",
        "what": "adjusted effect",
        "estimate": model.estimate,
        "std_error": model.std_error,
        "statistic": model.likelihood_ratio,
        "df": 1.0,
        "p_value": model.p_value,
        "conf_low": model.estimate - reach,
        "conf_high": model.estimate + reach,
        "note": f"chance of publication relative to a clear result {model.delta:.3g}",
    }
