"""Which outcomes an estimator adds and subtracts: difference-in-differences as one weighted sum of what is observed."""

import numpy as np

from whatworks.core.options import one_of
from whatworks.design.rollout import Rollout, refuse_without_comparison

ESTIMATORS = ("group_time", "imputation")
CONTROLS = ("not_yet", "never")
# One unit shows no spread; Callaway and Sant'Anna's cells need two of each.
_LEAST = 2
_SINGULAR = 1e-9


def outcome_weights(rollout: Rollout, *, estimator: str, control: str) -> tuple[np.ndarray, int]:
    """Weights c with which the average effect on the treated is the sum of c times y.

    Parameters
    ----------
    rollout : who starts when
    estimator : ``"group_time"``, the average over treated unit-times of Callaway and Sant'Anna's differences to the last time
        before the start; ``"imputation"``, the average distance from what unit and time effects of untreated observations make
        one expect (Borusyak, Jaravel & Spiess 2024)
    control : ``"not_yet"`` or ``"never"``, for group_time

    Returns
    -------
    (n, T) weights, summing to 0 over every unit and over every time, and the number of treated unit-times without an answer.

    References
    ----------
    Callaway & Sant'Anna (2021), Journal of Econometrics 225:200-230; Borusyak, Jaravel & Spiess (2024), Review of Economic
    Studies 91:3253-3285.
    """
    one_of(estimator, ESTIMATORS, name="estimator")
    one_of(control, CONTROLS, name="control")
    refuse_without_comparison(rollout)
    return _group_time(rollout, control) if estimator == "group_time" else _imputation(rollout)


def _group_time(rollout: Rollout, control: str) -> tuple[np.ndarray, int]:
    c, lost, cells = np.zeros(rollout.seen.shape), 0, 0
    for cohort in rollout.cohorts:
        base = int(np.searchsorted(rollout.times, cohort)) - 1
        for place in range(base + 1, len(rollout.times)):
            both = rollout.seen[:, base] & rollout.seen[:, place]
            treated = both & (rollout.start == cohort)
            waiting = rollout.never if control == "never" else rollout.start > rollout.times[place]
            compared = both & waiting
            n = int(treated.sum())
            if min(n, int(compared.sum())) < _LEAST:
                lost += int((rollout.start == cohort).sum())
                continue
            cells += n
            gap = treated.astype(float) - n * compared / compared.sum()
            c[:, place] += gap
            c[:, base] -= gap
    return c / max(cells, 1), lost


def _imputation(rollout: Rollout) -> tuple[np.ndarray, int]:
    free = rollout.seen & ~rollout.under_treatment
    units, times = free.any(axis=1), free.any(axis=0)
    wanted = rollout.seen & rollout.under_treatment & ~rollout.always[:, None]
    target = wanted & units[:, None] & times[None, :]
    n = int(target.sum())
    if n == 0:
        return np.zeros(rollout.seen.shape), int(wanted.sum())
    w = target / n
    # Least squares on untreated cells: the weights of unit and time effects pass through the normal equations, units first.
    per_unit, per_time = free.sum(axis=1).astype(float), free.sum(axis=0).astype(float)
    asked_unit, asked_time = w.sum(axis=1), w.sum(axis=0)
    share = np.where(per_unit > 0, 1 / np.maximum(per_unit, 1), 0.0)
    left = np.diag(per_time) - free.T.astype(float) @ (free * share[:, None])
    of_time = np.linalg.pinv(left, rcond=_SINGULAR, hermitian=True) @ (asked_time - free.T @ (share * asked_unit))
    of_unit = share * (asked_unit - free @ of_time)
    return w - free * (of_unit[:, None] + of_time[None, :]), int(wanted.sum()) - n
