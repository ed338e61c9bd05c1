"""How much the pooled effect hangs on each study."""

import numpy as np
import pandas as pd

from whatworks.core.errors import TooFewStudies
from whatworks.synthesis.many import pool_many
from whatworks.synthesis.sensitivity import leave_one_out
from whatworks.synthesis.studies import read_studies


def influence(es: pd.DataFrame, *, yi: str = "yi", vi: str = "vi", tau2: str = "REML", study: str | None = None) -> pd.DataFrame:
    """What happens to the pooled effect, its variance and the variance between studies when each study is left out.

    Parameters
    ----------
    es, yi, vi, tau2, study : as in :func:`pool`; a study may stand once

    Returns
    -------
    One row per study: ``study``, ``rstudent`` (deviation from what the others say, in standard errors), ``dffits`` (change of the
    pooled effect in standard errors of it), ``cook`` (its squared change over its variance), ``cov_ratio`` (variance without over
    variance with; below 1 the study makes the answer less certain), ``tau2_without``, ``q_without``, ``weight`` (per cent), and
    ``baujat_x`` (contribution to Q) with ``baujat_y`` (change of the common effect in standard errors, squared).

    Raises
    ------
    TooFewStudies
        If there are fewer than 3 studies.
    EmptyData, MissingColumn, MissingValues, InvalidColumn, InvalidEffect, DuplicateRows
        As :func:`pool`.

    References
    ----------
    Viechtbauer & Cheung (2010), Research Synthesis Methods 1:112-125; Baujat, Mahe, Pignon & Hill (2002), Statistics in Medicine
    21:2641-2652.

    Examples
    --------
    >>> es = pd.DataFrame({"trial": ["A", "B", "C", "D"], "yi": [0.1, 0.2, 0.15, 0.9], "vi": [0.02, 0.03, 0.02, 0.03]})
    >>> table = ww.synthesis.influence(es, study="trial")
    >>> table.loc[table["cook"].idxmax(), "study"]
    'D'
    """
    studies = read_studies(es, yi=yi, vi=vi, study=study)
    if studies.k < 3:
        raise TooFewStudies(f"Leaving one study out needs two that remain; got {studies.k} in all. Report the studies alone.")
    whole = pool_many(studies.yi[None, :], studies.vi[None, :], tau2=tau2, test="z").iloc[0]
    without = leave_one_out(es, yi=yi, vi=vi, tau2=tau2, test="z", study=study)
    w = 1 / (studies.vi + whole["tau2"])
    shift = whole["estimate"] - without["estimate"].to_numpy()
    around = studies.vi + without["tau2"].to_numpy()
    alone = 1 / studies.vi
    common = np.average(studies.yi, weights=alone)
    common_without = (alone.sum() * common - alone * studies.yi) / (alone.sum() - alone)
    return pd.DataFrame(
        {
            "study": pd.Series(studies.study, dtype="str"),
            "rstudent": (studies.yi - without["estimate"]) / np.sqrt(around + without["std_error"] ** 2),
            "dffits": shift / np.sqrt(w / w.sum() * around),
            "cook": shift**2 * w.sum(),
            "cov_ratio": without["std_error"] ** 2 / whole["std_error"] ** 2,
            "tau2_without": without["tau2"],
            "q_without": without["q"],
            "weight": 100 * w / w.sum(),
            "baujat_x": alone * (studies.yi - common) ** 2,
            "baujat_y": (common - common_without) ** 2 * (alone.sum() - alone),
        }
    )
