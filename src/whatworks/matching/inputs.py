"""What a caller hands over beside the covariates: a sample of this room, an outcome, columns known to come after treatment."""

from typing import Any

import numpy as np
import pandas as pd

from whatworks.core.columns import numeric, require_columns
from whatworks.core.errors import InvalidColumn, InvalidOption
from whatworks.core.samples import MatchedSample, WeightedSample
from whatworks.matching.encoding import plain

Sample = MatchedSample | WeightedSample


def require_sample(sample: Any) -> None:
    """Refuse what is no matched or weighted sample.

    Raises
    ------
    InvalidOption
    """
    if not isinstance(sample, MatchedSample | WeightedSample):
        raise InvalidOption(
            f"A sample of ww.matching.match, weight or unmatched is needed; got a {type(sample).__name__}. Make one of the frame "
            "first."
        )


def outcome_column(df: pd.DataFrame, outcome: str, treatment: str, *, allow_missing: bool = False) -> np.ndarray:
    """The outcome as float64; numbers kept as Python objects are read as numbers.

    Raises
    ------
    InvalidOption
        If it is the treatment itself.
    MissingColumn, MissingValues, InvalidColumn, EmptyData
    """
    refuse_as_outcome(outcome, treatment)
    require_columns(df, [outcome])
    return numeric(plain(df, outcome).to_frame(outcome), outcome, allow_missing=allow_missing)


def refuse_as_outcome(outcome: Any, treatment: str) -> None:
    """Refuse several columns in the place of one, and the treatment itself: its effect on itself is 1 without error.

    Raises
    ------
    InvalidOption
    """
    if isinstance(outcome, list):
        raise InvalidOption(f"outcome={outcome!r}; the name of one column is needed. Ask for one outcome at a time.")
    if outcome == treatment:
        raise InvalidOption(f"outcome={outcome!r} is the treatment itself. Name what was measured after treatment.")


def refuse_constant_outcome(values: np.ndarray, outcome: str) -> None:
    """Refuse an outcome that is the same for everybody, so that there is nothing to compare.

    Raises
    ------
    InvalidColumn
    """
    if np.ptp(values) == 0:
        raise InvalidColumn(
            f"Outcome {outcome!r} has the same value in all {len(values)} rows used, so that no effect can be told from it. "
            "Choose an outcome that varies, or widen the selection."
        )
