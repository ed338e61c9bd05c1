"""The seven common columns of one row: an estimate with its interval and p-value, or with none."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

COMMON = ("term", "kind", "estimate", "std_error", "conf_low", "conf_high", "p_value")
Row = dict[str, Any]


def interval_row(
    term: str,
    kind: str,
    estimate: float,
    std_error: float = np.nan,
    *,
    freedom: float = np.inf,
    conf_level: float = 0.95,
    **extras: object,
) -> Row:
    """One row of ``effects``; without a positive standard error it has neither interval nor p-value.

    Parameters
    ----------
    estimate, std_error : in units of the outcome
    freedom : degrees of freedom of Student's t; infinite for the normal
    extras : further columns
    """
    spread = std_error if std_error > 0 else np.nan
    # The t distribution at infinity is off in the last digit.
    reference = stats.t(freedom) if np.isfinite(freedom) else stats.norm()
    reach = float(reference.ppf(0.5 + conf_level / 2)) * spread
    p_value = 2 * float(reference.sf(abs(estimate) / spread))
    return {
        **dict(zip(COMMON, (term, kind, estimate, spread, estimate - reach, estimate + reach, p_value), strict=True)),
        **extras,
    }


def effects_frame(rows: Sequence[Row]) -> pd.DataFrame:
    """Rows as the frame that a result carries, the common columns first."""
    frame = pd.DataFrame(list(rows))
    return frame[[*COMMON, *(column for column in frame.columns if column not in COMMON)]]
