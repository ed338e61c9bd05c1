"""What the pooled effect hangs on: pooling without each study, and study by study."""

import numpy as np
import pandas as pd

from whatworks.core.columns import require_columns
from whatworks.core.errors import MissingValues, TooFewStudies
from whatworks.synthesis.many import pool_many
from whatworks.synthesis.studies import Studies, read_studies

Array = np.ndarray

# Cells of the (meta-analyses, studies) arrays made at a time: 8 MB each, whatever the number of studies.
_CELLS = 2**20


def leave_one_out(
    es: pd.DataFrame,
    *,
    yi: str = "yi",
    vi: str = "vi",
    tau2: str = "REML",
    test: str = "knha",
    study: str | None = None,
    effect: str | None = None,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """The pooled effect without each study in turn; a study with several effects is left out whole.

    Parameters
    ----------
    es, yi, vi, tau2, test, study, effect, conf_level : as in :func:`pool`

    Returns
    -------
    One row per study, in order of first appearance: ``left_out``, then the columns of :func:`pool_many`.

    Raises
    ------
    TooFewStudies
        If there is only one study. Otherwise as :func:`pool`.

    References
    ----------
    Viechtbauer & Cheung (2010), Research Synthesis Methods 1:112-125.

    Examples
    --------
    >>> es = pd.DataFrame({"trial": ["A", "B", "C"], "yi": [0.1, 0.4, 0.3], "vi": [0.01, 0.02, 0.04]})
    >>> ww.synthesis.leave_one_out(es, study="trial")[["left_out", "k", "estimate"]].round(3)
      left_out  k  estimate
    0        A  2     0.367
    1        B  2     0.140
    2        C  2     0.233
    """
    studies = read_studies(es, yi=yi, vi=vi, study=study, effect=effect)
    position, names = pd.factorize(studies.study)
    if len(names) < 2:
        raise TooFewStudies("Leaving one study out needs at least 2 studies; got 1. Widen the selection.")
    table = _pool_subsets(studies, position, leave_out=True, tau2=tau2, test=test, conf_level=conf_level)
    table.insert(0, "left_out", pd.Series(names, dtype="str"))
    return table


def cumulative(
    es: pd.DataFrame,
    *,
    order: str | None = None,
    yi: str = "yi",
    vi: str = "vi",
    tau2: str = "REML",
    test: str = "knha",
    study: str | None = None,
    effect: str | None = None,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """The pooled effect after the first study, the first two, and so on, as if the review had been kept up to date.

    Parameters
    ----------
    es, yi, vi, tau2, test, study, effect, conf_level : as in :func:`pool`
    order : column to order by, smallest first (a year); ties keep the order of the rows; by default the order of the rows

    Returns
    -------
    One row per study: ``added``, then the columns of :func:`pool_many`. The first row is the first study as it is.

    Raises
    ------
    MissingValues
        If ``order`` has gaps. Otherwise as :func:`pool`.

    References
    ----------
    Lau et al. (1992), New England Journal of Medicine 327:248-254.

    Examples
    --------
    >>> es = pd.DataFrame({"year": [2011, 2004, 2009], "yi": [0.1, 0.4, 0.3], "vi": [0.01, 0.02, 0.04]})
    >>> ww.synthesis.cumulative(es, order="year")[["added", "k", "estimate"]].round(3)
      added  k  estimate
    0     2  1     0.400
    1     3  2     0.367
    2     1  3     0.240
    """
    if order is not None:
        require_columns(es, [order], what="es")
        missing = int(es[order].isna().sum())
        if missing:
            raise MissingValues(f"es column {order!r} lacks a value in {missing} of {len(es)} rows. Fill them in to order by it.")
    studies = read_studies(es, yi=yi, vi=vi, study=study, effect=effect)
    rows = np.arange(len(es)) if order is None else np.argsort(es[order].to_numpy(), kind="stable")
    _, names = pd.factorize(studies.study[rows])
    position = pd.Index(names).get_indexer(studies.study)
    table = _pool_subsets(studies, position, leave_out=False, tau2=tau2, test=test, conf_level=conf_level)
    table.insert(0, "added", pd.Series(names, dtype="str"))
    return table


def _pool_subsets(studies: Studies, position: Array, *, leave_out: bool, tau2: str, test: str, conf_level: float) -> pd.DataFrame:
    """Pool without the study at each position, or with the studies up to it."""
    height = max(1, _CELLS // studies.k)
    tables = []
    for start in range(0, studies.n_studies, height):
        turn = np.arange(start, min(start + height, studies.n_studies))[:, None]
        present = position != turn if leave_out else position <= turn
        yi, vi = np.broadcast_to(studies.yi, present.shape), np.broadcast_to(studies.vi, present.shape)
        tables.append(pool_many(yi, vi, tau2=tau2, test=test, present=present, conf_level=conf_level))
    return pd.concat(tables, ignore_index=True)
