"""Few treated groups, many comparison groups: the spread is what the estimator finds where nothing happened."""

import numpy as np
import pandas as pd

from whatworks.core import EffectResult, Provenance, fingerprint
from whatworks.core.errors import TooFewUnits
from whatworks.did import checks
from whatworks.did.few_treated import (
    GroupColumns,
    Groups,
    few_controls,
    interval_table,
    read_groups,
    refuse_bad_level,
    refuse_no_controls,
    two_way_residuals,
    two_way_weights,
)
from whatworks.did.twfe import forbidden_share
from whatworks.inference import count_assignments, draw_assignments, permutation_test, refuse_too_few_assignments


def conley_taber(
    df: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    first_treated: str,
    draws: int = 9999,
    seed: int | None = None,
    conf_level: float = 0.95,
) -> EffectResult:
    """Effect of a roll-out to one or a few groups, such as municipalities, judged by many that were never treated.

    The estimate is the two-way coefficient of "treated now". With few treated groups it never comes close to the truth for
    certain, however many comparison groups there are; but these show how far off it may be: their residuals are combined as the
    treated groups' are, for every way to pick as many of them. Nothing normal is assumed; what is assumed is that all groups'
    shocks are alike (where sizes differ, use :func:`whatworks.did.ferman_pinto`) and the effect is constant.

    Parameters
    ----------
    df : rows of a group and time are averaged; groups not observed at every time, or treated from the first, are left out
    outcome : numeric column, in any unit
    unit : column with labels of the groups that are treated or not, e.g. municipality; every group weighs alike
    time : whole numbers, dates or pandas periods
    first_treated : time of first treatment; 0, NaN, NaT, None and inf mean never
    draws : random picks, where there are more ways to pick than that; else all are gone through
    seed : of the draws; needed where they are random
    conf_level : of the interval

    Returns
    -------
    :class:`whatworks.EffectResult` with the headline only; interval and p-value by rank, symmetric, no standard error.
    ``statistics`` carry ``draws`` (picks) and ``enumerated``. Where the published formula divides by its limit for many
    comparison groups, the two-way regression's own denominator among them is used, and picks are without replacement: with
    many groups the two agree, with few this one holds its level.

    Raises
    ------
    MissingColumn, EmptyData, InvalidColumn, MissingValues, InvalidOption, TreatmentReversal
    NoTreatedGroup, NoComparisonGroup
    TooFewUnits
        If there are too few comparison groups for the level: with one treated group, 95 per cent need at least 19.

    References
    ----------
    Conley & Taber (2011), Review of Economics and Statistics 93:113-125, section II.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> panel = pd.DataFrame({"town": np.repeat(range(40), 6), "year": np.tile(range(2018, 2024), 40)})
    >>> panel["start"] = np.where(panel["town"] == 7, 2021, 0)
    >>> panel["days"] = rng.normal(50, 1, 240) - 6 * ((panel["start"] > 0) & (panel["year"] >= 2021))
    >>> effect = ww.did.conley_taber(panel, outcome="days", unit="town", time="year", first_treated="start")
    >>> effect.headline.conf_low < -6 < effect.headline.conf_high < 0, round(effect.headline.p_value, 3)
    (True, 0.025)
    """
    refuse_bad_level(conf_level)
    columns = GroupColumns(outcome=outcome, unit=unit, time=time, first_treated=first_treated)
    groups = read_groups(df, columns)
    refuse_no_controls(groups)
    estimate = float((two_way_weights(groups)[groups.code] * groups.panel.outcome).sum())
    placebos, enumerated = _placebos(groups, draws, seed, conf_level)
    test = permutation_test(estimate, placebos, np.zeros(len(placebos)), with_data=False, conf_level=conf_level)
    arguments = {
        "outcome": outcome, "unit": unit, "time": time, "first_treated": first_treated, "draws": draws, "conf_level": conf_level,
    }  # fmt: skip
    return EffectResult(
        method="did.conley_taber",
        estimand="Effect on the treated, if constant: two-way regression coefficient of treatment",
        measure="MD",
        unit=f"units of {outcome}",
        effects=interval_table(estimate, (test.conf_low, test.conf_high), test.p_value),
        provenance=Provenance(data_fingerprint=fingerprint(df, columns.used()), arguments=arguments, seed=seed),
        conf_level=conf_level,
        statistics={**groups.statistics(), "draws": len(placebos), "enumerated": float(enumerated)},
        checks=(
            groups.dropped_rows(),
            few_controls(groups.n_comparison),
            checks.forbidden_comparisons(forbidden_share(groups.panel)),
        ),
    )


def _placebos(groups: Groups, draws: int, seed: int | None, conf_level: float) -> tuple[np.ndarray, bool]:
    """What the two-way regression finds among comparison groups, some of them taken for treated; and whether in all ways."""
    treated, controls = groups.n_treated, groups.n_comparison
    if controls <= treated:
        raise TooFewUnits(
            f"{controls} comparison units cannot stand for {treated} treated ones; more of them than of these are needed. "
            'Use ww.did.twfe with inference="wild_bootstrap", or ww.did.randomisation_test.'
        )
    never = len(groups.starts) - 1
    parts = np.concatenate([groups.code[:treated], np.full(controls - treated, never)])
    refuse_too_few_assignments(count_assignments(parts) + 1, conf_level=conf_level)
    within = groups.paths - groups.paths.mean(axis=1, keepdims=True)
    mean = within[parts].mean(axis=0)
    denominator = ((within[parts] - mean) ** 2).sum()
    scores = two_way_residuals(groups.panel.outcome[treated:]) @ within.T / denominator
    picks = draw_assignments(parts, draws=draws, seed=seed)
    return picks.totals(scores), picks.exact
