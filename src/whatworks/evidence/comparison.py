"""Published effects side by side: one axis for each family of measures, and a plain citation for each row."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from whatworks.core.errors import InvalidEffect, MissingColumn
from whatworks.evidence.measures import MEASURES

_KEPT = ("review_id", "target_group", "method", "outcome", "intervention", "comparison", "outcome_as_printed")
_NEEDED = (*_KEPT, "measure", "effect", "conf_low", "conf_high", "direction_of_good", "k", "n", "confirmed")


def comparable(reviews: pd.DataFrame) -> pd.DataFrame:
    """Put published effects in the form a chart needs, without changing a number.

    Each row keeps its printed value and sign. Ratios stay ratios and get a logarithmic axis; d, g and SMD are one family,
    so that they may share an axis. Rows of different families never may.

    Parameters
    ----------
    reviews : rows of ``Registry.reviews`` or ``Registry.select(...)``; effects in the unit of their ``measure``

    Returns
    -------
    One row per review row, in the same order: review_id, target_group, method, outcome, intervention, comparison,
    outcome_as_printed, measure, family, scale (``"linear"`` or ``"log"``), no_effect (0 or 1), estimate, conf_low,
    conf_high (missing where none was seen), good (``"up"`` or ``"down"`` on this row's own scale), favours
    (``"intervention"``, ``"comparison"`` or ``"neither"``: the side of no_effect on which the estimate lies), clear (True
    when the interval leaves out no_effect, False when it does not, missing without an interval), k, n, confirmed, citation.

    Raises
    ------
    MissingColumn, InvalidEffect
        If a needed column is missing, or a measure is not known.

    References
    ----------
    Ratios on a logarithmic axis: Cochrane Handbook (2019), section 10.2.1; families of standardised mean differences:
    Borenstein et al. (2009), Introduction to Meta-Analysis, chapter 4.

    Examples
    --------
    >>> rows = ww.evidence.comparable(ww.evidence.load().select(target_group="homelessness"))
    >>> rows.loc[rows["outcome"] == "emergency_visits", ["family", "scale", "estimate", "good", "favours"]].values.tolist()
    [['IRR', 'log', 0.63, 'down', 'intervention']]
    """
    missing = [column for column in (*_NEEDED, "authors", "year", "source", "doi") if column not in reviews]
    if missing:
        raise MissingColumn(f"reviews lack the columns {', '.join(missing)}. Take them from ww.evidence.load().select(...).")
    unknown = sorted(set(reviews["measure"]) - set(MEASURES))
    if unknown:
        raise InvalidEffect(f"measure {', '.join(map(repr, unknown))} is not known; use one of {', '.join(MEASURES)}.")
    rows = reviews.reset_index(drop=True)
    measures = [MEASURES[name] for name in rows["measure"]]
    no_effect = pd.Series([measure.no_effect for measure in measures], dtype="float64")
    return rows[[*_KEPT, "measure"]].assign(
        family=pd.Series([measure.family for measure in measures], dtype="str"),
        scale=pd.Series([measure.scale for measure in measures], dtype="str"),
        no_effect=no_effect,
        estimate=rows["effect"],
        conf_low=rows["conf_low"],
        conf_high=rows["conf_high"],
        good=rows["direction_of_good"],
        favours=_favours(rows["effect"] - no_effect, rows["direction_of_good"]),
        clear=_clear(rows["conf_low"], rows["conf_high"], no_effect),
        k=rows["k"],
        n=rows["n"],
        confirmed=rows["confirmed"],
        citation=pd.Series([citation(row) for _, row in rows.iterrows()], dtype="str"),
    )


def citation(row: Mapping[str, Any] | pd.Series) -> str:
    """Say in plain text where a published effect comes from; the same in every language.

    Parameters
    ----------
    row : a row of ``Registry.reviews`` with authors, year, source and doi; each but source may be empty

    Returns
    -------
    Plain text, not escaped for HTML.

    Examples
    --------
    >>> citation({"authors": "Laws et al.", "year": 2018, "source": "BMC Psychology 6:32", "doi": "10.1186/s40359-018-0243-2"})
    'Laws et al. (2018), BMC Psychology 6:32, doi:10.1186/s40359-018-0243-2'
    >>> citation({"authors": "", "year": 2022, "source": "J Clin Med 11(17):5100", "doi": ""})
    'J Clin Med 11(17):5100 (2022)'
    """
    year = "" if pd.isna(row["year"]) or row["year"] == "" else f" ({int(row['year'])})"
    named = f"{row['authors']}{year}, {row['source']}" if row["authors"] else f"{row['source']}{year}"
    return f"{named}, doi:{row['doi']}" if row["doi"] else named


def link(row: Mapping[str, Any] | pd.Series) -> str:
    """The address at which a reader can check a published effect: its DOI, else where it was seen, else nothing.

    Parameters
    ----------
    row : of ``Registry.reviews``, with ``doi`` and ``seen_at``

    Returns
    -------
    An address, or ``""``.

    Examples
    --------
    >>> link({"doi": "10.1186/s40359-018-0243-2", "seen_at": ""})
    'https://doi.org/10.1186/s40359-018-0243-2'
    """
    return f"https://doi.org/{row['doi']}" if row["doi"] else str(row["seen_at"])


def _favours(difference: pd.Series, good: pd.Series) -> pd.Series:
    """Which side of no effect the estimate lies on, told by which way is good."""
    gain = np.sign(difference.to_numpy(dtype=float)) * np.where(good == "up", 1.0, -1.0)
    return pd.Series(np.select([gain > 0, gain < 0], ["intervention", "comparison"], default="neither"), dtype="str")


def _clear(low: pd.Series, high: pd.Series, no_effect: pd.Series) -> pd.Series:
    """Whether an interval leaves out no effect; missing without an interval. An end that touches it does not."""
    outside = ((low > no_effect) | (high < no_effect)).astype("boolean")
    return outside.mask(low.isna() | high.isna())
