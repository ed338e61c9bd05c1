"""Few treated groups of other sizes than the comparison groups: residuals are rescaled to each group's own spread."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from whatworks.core import Check, EffectResult, Provenance, fingerprint
from whatworks.core.errors import InvalidOption, TooFewUnits
from whatworks.core.options import seed_or_none
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
from whatworks.did.twfe_inference import bounded_interval
from whatworks.inference import checked_draws, confidence_limits

# The bootstrap's own noise is far above this share of the residual spread.
_PRECISION = 1e-4


def ferman_pinto(
    df: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    first_treated: str,
    size: str | None = None,
    draws: int = 9999,
    seed: int | None = None,
    conf_level: float = 0.95,
) -> EffectResult:
    """Effect of a roll-out to one or a few groups, where groups differ in size and so in how much their means scatter.

    The estimate is the two-way coefficient of "treated now", every group weighing alike. Its spread comes from the residuals
    under the null, as with Conley and Taber; but a small municipality's mean scatters more than a large one's, so each group's
    residual is divided by its own expected spread, drawn anew, and multiplied by the spread of the group that receives it.
    The variance is taken to be A + B / size, with A and B not below 0, fitted to the squared residual contrasts.

    Parameters
    ----------
    df : rows of a group and time are averaged; groups not observed at every time, or treated from the first, are left out
    outcome : numeric column, in any unit
    unit : column with labels of the groups that are treated or not, e.g. municipality
    time : whole numbers, dates or pandas periods
    first_treated : time of first treatment; 0, NaN, NaT, None and inf mean never
    size : column with each group's size, above 0, e.g. people behind its mean (averaged over its rows); None counts the
        frame's own rows per group and time
    draws : bootstrap draws
    seed : of the draws; needed
    conf_level : of the interval, found by inverting the test

    Returns
    -------
    :class:`whatworks.EffectResult` with the headline only; two-sided symmetric test, no standard error. ``statistics`` carry
    ``draws``, ``variance_constant`` and ``variance_per_size`` (A and B, of the treated groups' contrast in squared units of the
    outcome, with the effect taken out) and ``size_treated`` and ``size_comparison`` (medians).

    Raises
    ------
    MissingColumn, EmptyData, InvalidColumn, MissingValues, TreatmentReversal
    InvalidOption
        If no size is given and the frame has one row per group and time, there are too few draws for the level, or no seed.
    NoTreatedGroup, NoComparisonGroup
    TooFewUnits
        If there are fewer comparison groups than the level needs: 19 for 95 per cent.

    References
    ----------
    Ferman & Pinto (2019), Review of Economics and Statistics 101:452-467, section III. Residuals are multiplied by
    sqrt(N/(N-1)) for the group mean taken out.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> panel = pd.DataFrame({"town": np.repeat(range(40), 6), "year": np.tile(range(2018, 2024), 40)})
    >>> panel["people"] = np.repeat(rng.integers(20, 2000, 40), 6)
    >>> panel["start"] = np.where(panel["town"] == 7, 2021, 0)
    >>> panel["days"] = rng.normal(50, 20 / np.sqrt(panel["people"])) - 8 * ((panel["start"] > 0) & (panel["year"] >= 2021))
    >>> effect = ww.did.ferman_pinto(
    ...     panel, outcome="days", unit="town", time="year", first_treated="start", size="people", seed=1)
    >>> effect.headline.conf_low < -8 < effect.headline.conf_high < 0
    True
    """
    refuse_bad_level(conf_level)
    draws = checked_draws(draws)
    if seed is None:
        raise InvalidOption(f"{draws} random draws need seed=, so that the same call gives the same answer.")
    columns = GroupColumns(outcome=outcome, unit=unit, time=time, first_treated=first_treated, size=size)
    groups = read_groups(df, columns)
    refuse_no_controls(groups)
    _refuse_unusable(groups, size, draws, conf_level)
    bootstrap = _Bootstrap.of(groups, draws, seed)
    low, high = confidence_limits(
        bootstrap.p_value, centre=bootstrap.estimate, step=bootstrap.step, conf_level=conf_level, tolerance=_PRECISION
    )
    arguments = {
        "outcome": outcome, "unit": unit, "time": time, "first_treated": first_treated, "size": size, "draws": draws,
        "conf_level": conf_level,
    }  # fmt: skip
    return EffectResult(
        method="did.ferman_pinto",
        estimand="Effect on the treated, if constant: two-way regression coefficient of treatment",
        measure="MD",
        unit=f"units of {outcome}",
        effects=interval_table(bootstrap.estimate, (low, high), bootstrap.p_value(0.0)),
        provenance=Provenance(data_fingerprint=fingerprint(df, columns.used()), arguments=arguments, seed=seed),
        conf_level=conf_level,
        statistics={**groups.statistics(), "draws": draws, **bootstrap.about()},
        checks=(
            groups.dropped_rows(),
            few_controls(groups.n_comparison),
            _sizes_overlap(groups),
            bounded_interval(low, high),
            checks.forbidden_comparisons(forbidden_share(groups.panel)),
        ),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Bootstrap:
    """Contrasts of residuals as each start's weights combine them, and which group lends its residual to which.

    Attributes
    ----------
    estimate : the two-way coefficient
    code : (n,) start of each group
    contrasts, slopes : (n, C) contrasts of the outcome, and of treatment itself; under an effect r the first minus r times the
        second
    inverse_size : (n,)
    donors : (draws, n) whose residual each group receives
    """

    estimate: float
    code: np.ndarray = field(repr=False)
    contrasts: np.ndarray = field(repr=False)
    slopes: np.ndarray = field(repr=False)
    inverse_size: np.ndarray = field(repr=False)
    donors: np.ndarray = field(repr=False)

    @classmethod
    def of(cls, groups: Groups, draws: int, seed: int) -> "_Bootstrap":
        weights, n = two_way_weights(groups), len(groups.code)
        lost = np.sqrt(n / (n - 1))
        return cls(
            estimate=float((weights[groups.code] * groups.panel.outcome).sum()),
            code=groups.code,
            contrasts=lost * two_way_residuals(groups.panel.outcome) @ weights.T,
            slopes=lost * two_way_residuals(groups.paths[groups.code]) @ weights.T,
            inverse_size=1 / groups.panel.unit_weights,
            donors=np.random.default_rng(seed_or_none(seed)).integers(0, n, size=(draws, n), dtype=np.int32),
        )

    @property
    def step(self) -> float:
        """A first guess of the estimate's spread; never 0."""
        spread = np.sqrt((self._null(self.estimate)[:, self.code] ** 2).mean(axis=0).sum())
        return float(max(spread, 1e-9 * max(1.0, abs(self.estimate))))

    def p_value(self, effect: float) -> float:
        """Of the test that the effect is so large."""
        contrasts = self._null(effect)
        normed, spread = np.zeros(contrasts.shape), np.zeros(contrasts.shape)
        for start, column in enumerate(contrasts.T):
            constant, per_size = variance_by_size(column, self.inverse_size)
            spread[:, start] = np.sqrt(constant + per_size * self.inverse_size)
            normed[:, start] = column / np.where(spread[:, start] > 0, spread[:, start], 1.0)
        drawn = np.zeros(len(self.donors))
        for group, start in enumerate(self.code):
            drawn += (normed[:, start] * spread[group, start])[self.donors[:, group]]
        as_far = int((np.abs(drawn) >= abs(self.estimate - effect) * (1 - 1e-9)).sum())
        return (as_far + 1) / (len(drawn) + 1)

    def about(self) -> dict[str, float]:
        """How the variance of the first start's contrast goes with size, per treated group, and typical sizes."""
        treated = self.code < self.code.max()
        constant, per_size = variance_by_size(self._null(self.estimate)[:, 0], self.inverse_size)
        share = treated.sum() ** 2
        return {
            "variance_constant": constant * share,
            "variance_per_size": per_size * share,
            "size_treated": float(np.median(1 / self.inverse_size[treated])),
            "size_comparison": float(np.median(1 / self.inverse_size[~treated])),
        }

    def _null(self, effect: float) -> np.ndarray:
        return self.contrasts - effect * self.slopes


def variance_by_size(contrasts: np.ndarray, inverse_size: np.ndarray) -> tuple[float, float]:
    """Least squares of squared contrasts on a constant and 1 / size, neither below 0: A and B of the variance A + B / size.

    References
    ----------
    Ferman & Pinto (2019), section III; where one of the two would be negative it is set to 0 and the other fitted alone.
    """
    squares = contrasts**2
    x = inverse_size - inverse_size.mean()
    slope = float(x @ squares / (x @ x)) if (x @ x) > 0 else 0.0
    if slope <= 0:
        return float(squares.mean()), 0.0
    constant = float(squares.mean() - slope * inverse_size.mean())
    if constant < 0:
        return 0.0, float(inverse_size @ squares / (inverse_size @ inverse_size))
    return constant, slope


def _refuse_unusable(groups: Groups, size: str | None, draws: int, conf_level: float) -> None:
    if size is None and not groups.counted:
        raise InvalidOption(
            "The frame has one row per unit and time, so its rows do not tell how large the groups are. Name the column of sizes "
            "with size=, or use ww.did.conley_taber if all groups' outcomes scatter alike."
        )
    level = 1 - conf_level
    if 1 / (draws + 1) > level + 1e-12:
        raise InvalidOption(f"draws={draws!r} cannot reject at {level:.3g}. Use 999 draws or more.")
    needed = int(np.ceil(1 / level - 1e-9)) - 1
    if groups.n_comparison < needed:
        raise TooFewUnits(
            f"{groups.n_comparison} comparison units are too few; an interval of {conf_level:.0%} needs {needed} or more. "
            "Add comparison units, or lower conf_level."
        )


def _sizes_overlap(groups: Groups) -> Check:
    """Whether the treated groups' sizes lie among those the variance was learned from."""
    sizes, treated = groups.panel.unit_weights, np.isfinite(groups.panel.cohort)
    smallest, largest = sizes[~treated].min(), sizes[~treated].max()
    outside = int(((sizes[treated] < smallest) | (sizes[treated] > largest)).sum())
    return Check(
        name="sizes_overlap",
        passed=outside == 0,
        message=f"{outside} of {int(treated.sum())} treated units are smaller or larger than every comparison unit.",
        statistics={"units": float(outside)},
    )
