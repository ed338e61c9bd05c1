"""The two-way coefficient taken apart into every comparison of two cohorts that it averages."""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from whatworks.core import EffectResult, Provenance
from whatworks.core.errors import InvalidColumn, MissingValues
from whatworks.core.timeline import Timeline, time_text
from whatworks.did.panel import Columns, Panel
from whatworks.did.regression import read_roll_out_panel
from whatworks.did.twfe import twfe

COMPARISONS = ("treated_vs_never", "earlier_vs_later", "later_vs_earlier", "later_vs_always")


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparisons:
    """Every two-by-two, in the order of the cohort that starts within it.

    Attributes
    ----------
    group, against : (m,) ordinals of the cohort that starts and of the one it is held against; infinite for never
    comparison : (m,) one of ``COMPARISONS``
    estimate, weight : (m,) in units of the outcome; weights sum to 1
    n_treated, n_comparison : (m,) units
    """

    group: np.ndarray
    against: np.ndarray
    comparison: np.ndarray = field(repr=False)
    estimate: np.ndarray
    weight: np.ndarray
    n_treated: np.ndarray = field(repr=False)
    n_comparison: np.ndarray = field(repr=False)


def bacon(
    df: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    first_treated: str,
    weights: str | None = None,
    cluster: str | None = None,
) -> EffectResult:
    """Which comparisons of two cohorts make up the two-way coefficient, and with what weight.

    A diagnostic, not an effect: each part is a difference of differences between a cohort that starts and one that does not
    start meanwhile. Two kinds are fair, ``treated_vs_never`` and ``earlier_vs_later``. Two are not, ``later_vs_earlier`` and
    ``later_vs_always``: they take units treated already as untreated, so that effects that grow count negatively.

    Parameters
    ----------
    df : one row per unit and time, none missing
    outcome : numeric column, in any unit
    unit : column with labels of units
    time : whole numbers, dates or pandas periods
    first_treated : time of first treatment; 0, NaN, NaT, None and inf mean never
    weights : sampling weights >= 0, constant within a unit
    cluster : column that holds whole units together, for the headline's standard error; None clusters by unit

    Returns
    -------
    :class:`whatworks.EffectResult`. The headline is :func:`whatworks.did.twfe`'s. Parts carry comparison, group (that starts),
    against (missing for never), weight (of 1), n_treated, n_comparison; they have no standard errors of their own, and their
    weighted mean is the headline. ``statistics`` holds ``weight_`` and ``estimate_`` for each kind of comparison.

    Raises
    ------
    MissingColumn, EmptyData, InvalidColumn, DuplicateRows, TreatmentReversal, NoTreatedGroup, NotIdentified
    MissingValues
        If a unit lacks an outcome at some time: the decomposition holds for balanced panels only.

    References
    ----------
    Goodman-Bacon (2021), Journal of Econometrics 225:254-277, theorem 1 and equations 10a to 10g.

    Examples
    --------
    >>> panel = pd.DataFrame({"unit": np.repeat(range(6), 3), "year": [2020, 2021, 2022] * 6,
    ...                       "start": np.repeat([2021, 2021, 2022, 2022, 0, 0], 3),
    ...                       "days": [10, 6, 5, 12, 7, 7, 11, 11, 6, 10, 9, 5, 13, 12, 12, 12, 12, 11]})
    >>> parts = ww.did.bacon(panel, outcome="days", unit="unit", time="year", first_treated="start").parts
    >>> parts.groupby("comparison")["weight"].sum().round(3).to_dict()
    {'earlier_vs_later': 0.167, 'later_vs_earlier': 0.167, 'treated_vs_never': 0.667}
    """
    columns = Columns(outcome=outcome, unit=unit, time=time, weights=weights, cluster=cluster)
    panel = read_roll_out_panel(df, columns, first_treated)
    _refuse_unbalanced(panel, columns)
    arguments = {
        "outcome": outcome, "unit": unit, "time": time, "first_treated": first_treated, "weights": weights, "cluster": cluster,
    }  # fmt: skip
    whole = twfe(df, outcome=outcome, unit=unit, time=time, first_treated=first_treated, weights=weights, cluster=cluster)
    pairs = compare_cohorts(panel)
    return replace(
        whole,
        method="did.bacon",
        effects=pd.concat([_headline(whole, panel.timeline), _parts(pairs, panel.timeline)], ignore_index=True),
        statistics={**whole.statistics, **_by_comparison(pairs)},
        provenance=Provenance(data_fingerprint=whole.provenance.data_fingerprint, arguments=arguments),
    )


def _refuse_unbalanced(panel: Panel, columns: Columns) -> None:
    missing = np.isnan(panel.outcome)
    if missing.any():
        raise MissingValues(
            f"{int(missing.sum())} of {missing.size} pairs of {columns.unit!r} and {columns.time!r} have no outcome, in "
            f"{int(missing.any(axis=1).sum())} of {len(missing)} units; the decomposition holds for balanced panels only. Keep "
            "the units observed at all times knowingly, or read the check forbidden_comparisons of ww.did.twfe."
        )
    if panel.weights.ndim == 2:
        raise InvalidColumn(
            f"frame column {columns.weights!r} changes within units; the decomposition needs one weight per unit. "
            "Use each unit's first weight."
        )


def compare_cohorts(panel: Panel) -> Comparisons:
    """Every two-by-two of a balanced panel with its estimate and its weight, from the cohorts' mean paths.

    Of cohorts treated for shares a > b of the time, with sizes n and m: the earlier against the later, before the later starts,
    weighs n m (a - b)(1 - a); the later against the earlier, after the earlier started, n m b (a - b). Never treated is b = 0,
    always treated a = 1.
    """
    used = panel.unit_weights > 0
    weight, cohort = panel.unit_weights[used], panel.cohort[used]
    cohorts, codes = np.unique(cohort, return_inverse=True)
    size = np.bincount(codes, weight)
    paths = np.column_stack([np.bincount(codes, weight * column) for column in panel.outcome[used].T]) / size[:, None]
    # Where each cohort starts: the number of times before it.
    before = np.searchsorted(panel.timeline.ordinals, cohorts)
    units = np.bincount(codes)
    rows = _pairs(paths, size, before)
    starts, held = (np.array([row[place] for row in rows], dtype=int) for place in (0, 1))
    shares = np.array([row[3] for row in rows])
    return Comparisons(
        group=cohorts[starts],
        against=cohorts[held],
        comparison=np.select(
            [before[held] == 0, held < starts, np.isinf(cohorts[held])],
            ["later_vs_always", "later_vs_earlier", "treated_vs_never"],
            "earlier_vs_later",
        ),
        estimate=np.array([row[2] for row in rows]),
        weight=shares / shares.sum(),
        n_treated=units[starts],
        n_comparison=units[held],
    )


def _pairs(paths: np.ndarray, size: np.ndarray, before: np.ndarray) -> list[tuple[int, int, float, float]]:
    """Who starts, who is held against them, the estimate and the weight up to a factor.

    Parameters
    ----------
    paths : (g, T) mean outcomes of the cohorts, earliest start first
    size : (g,) total weight
    before : (g,) number of times before the start
    """
    T = paths.shape[1]
    treated = 1 - before / T
    rows = []
    for early in range(len(paths)):
        for late in range(early + 1, len(paths)):
            joint = float(size[early] * size[late] * (treated[early] - treated[late]))
            if before[early] > 0:
                gap = (paths[early] - paths[late])[: before[late]]
                rows.append((early, late, _change(gap, before[early]), joint * float(1 - treated[early])))
            if before[late] < T:
                gap = (paths[late] - paths[early])[before[early] :]
                rows.append((late, early, _change(gap, before[late] - before[early]), joint * float(treated[late])))
    return rows


def _change(gap: np.ndarray, start: int) -> float:
    """Mean of a path from its start on, less its mean before."""
    return float(gap[start:].mean() - gap[:start].mean())


def _headline(whole: EffectResult, timeline: Timeline) -> pd.DataFrame:
    missing = timeline.column_of([np.nan])
    return whole.effects.assign(
        comparison=pd.Series([""], dtype="str"),
        group=missing,
        against=missing,
        weight=1.0,
        n_treated=pd.Series([int(whole.statistics["n_treated"])], dtype="Int64"),
        n_comparison=pd.Series([int(whole.statistics["n_comparison"])], dtype="Int64"),
    )


def _parts(pairs: Comparisons, timeline: Timeline) -> pd.DataFrame:
    against = [np.nan if np.isinf(each) else each for each in pairs.against]
    columns = {"group": timeline.column_of(pairs.group.tolist()), "against": timeline.column_of(against)}
    names = [
        f"{time_text(group)} vs {'never' if pd.isna(held) else time_text(held)}"
        for group, held in zip(*columns.values(), strict=True)
    ]
    unknown = np.full(len(names), np.nan)
    return pd.DataFrame(
        {
            "term": pd.Series(names, dtype="str"),
            "kind": pd.Series(["part"] * len(names), dtype="str"),
            "estimate": pairs.estimate,
            **dict.fromkeys(("std_error", "conf_low", "conf_high", "p_value"), unknown),
            "comparison": pd.Series(pairs.comparison, dtype="str"),
            **columns,
            "weight": pairs.weight,
            "n_treated": pd.Series(pairs.n_treated, dtype="Int64"),
            "n_comparison": pd.Series(pairs.n_comparison, dtype="Int64"),
        }
    )


def _by_comparison(pairs: Comparisons) -> dict[str, float]:
    """Weight and weighted mean of each kind of comparison that occurs."""
    out = {}
    for kind in COMPARISONS:
        picked = pairs.comparison == kind
        weight = float(pairs.weight[picked].sum())
        if picked.any():
            out[f"weight_{kind}"] = weight
            out[f"estimate_{kind}"] = float(pairs.weight[picked] @ pairs.estimate[picked]) / weight
    return out
