"""A panel for the eye: how each cohort went, and where the data come from."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from whatworks.core.columns import require_columns
from whatworks.core.disclosure import K_FLOOR, K_PUBLISH, suppress_counts
from whatworks.documentation.kinds import is_panel_file, is_synthetic

_SUPPORTED_WORK: Mapping[str, str] = {
    "da": (
        "Forsøget National Supported Work i USA i 1970'erne og 15.992 mænd fra befolkningsundersøgelsen Current Population "
        "Survey. Tallene handler kun om mænd. Fra forsøget er kun Dehejia og Wahbas udvalg med: 185 deltagere og 260 i "
        "kontrolgruppen, hvis indkomst to år før kunne opgøres. Svaret kan derfor være et andet end for hele forsøget. "
        "Indkomsten er i dollar i 1982-priser. Dehejia & Wahba (1999), "
        "Journal of the American Statistical Association 94:1053-1062; data fra Python-pakken causaldata (MIT)."
    ),
    "en": (
        "The National Supported Work experiment in the United States in the 1970s and 15,992 men from the Current Population "
        "Survey. The numbers are about men only. Of the experiment only Dehejia and Wahba's chosen subset is used: 185 "
        "participants and 260 controls whose earnings two years before could be established. The answer can therefore differ "
        "from that of the whole experiment. Earnings are in dollars of 1982. Dehejia & Wahba (1999), "
        "Journal of the American Statistical Association 94:1053-1062; data from the Python package causaldata (MIT)."
    ),
}
_SIMULATED: Mapping[str, str] = {
    "da": (
        "Simulerede data. Borgere, forløb, målinger og metode er opdigtede, også hvor en rigtig kommune er nævnt. "
        "Tallene siger intet om et virkeligt tilbud."
    ),
    "en": (
        "Simulated data. Citizens, episodes, measurements and method are invented, also where a real municipality is named. "
        "The numbers say nothing about a real service."
    ),
}
_DELIVERED: Mapping[str, str] = {
    "da": "Kommunernes egne leverancer efter det fælles dokumentationskoncept.",
    "en": "The municipalities' own deliveries by the shared documentation concept.",
}

_OWN_TABLE: Mapping[str, str] = {
    "da": "En tabel med én række for hver kommune og hvert kvartal, gjort klar af dem, der stiller spørgsmålet.",
    "en": "A table with one row for each municipality and quarter, made ready by those who ask the question.",
}


def trends(panel: pd.DataFrame, *, outcome: str, k: int = K_PUBLISH) -> pd.DataFrame:
    """Mean outcome by cohort and quarter, every municipality counting the same.

    Parameters
    ----------
    panel : from :func:`build_panel` or :func:`read_panel`
    outcome : its outcome column
    k : cells with fewer citizens are blanked (5 by default, never below 3). A panel that does not count citizens has its cells
        with fewer than 3 municipalities blanked instead

    Returns
    -------
    One row per cohort and quarter: cohort (Period; NaT for never), quarter, mean (in the outcome's unit), n (citizens),
    units (municipalities). Without ``n_citizens`` in the panel, n is missing.

    Raises
    ------
    MissingColumn, EmptyData, DisclosureRisk

    Examples
    --------
    >>> quarter = pd.PeriodIndex(["2020Q1", "2020Q1"], freq="Q")
    >>> panel = pd.DataFrame({"quarter": quarter, "first_treated": [pd.NaT, pd.NaT], "who5": [40.0, 60.0], "n_citizens": [9, 3]})
    >>> trends(panel, outcome="who5")[["mean", "n"]].values.tolist()
    [[50.0, 12]]
    """
    require_columns(panel, ["quarter", "first_treated", outcome], what="panel")
    counted = "n_citizens" in panel
    cells = panel.assign(cohort=panel["first_treated"]).groupby(["cohort", "quarter"], dropna=False)
    people = ("n_citizens", "sum") if counted else (outcome, lambda _values: float("nan"))
    table = cells.agg(mean=(outcome, "mean"), n=people, units=(outcome, "count")).reset_index()
    table["cohort"] = pd.PeriodIndex(table["cohort"], freq="Q-DEC")
    if not counted:
        return suppress_counts(table, counts=["units"], values=["mean"], k=K_FLOOR).drop(columns="suppressed")
    return suppress_counts(table, counts=["n"], values=["mean"], k=k).drop(columns="suppressed")


def source(data: str | Path) -> Mapping[str, str]:
    """Where the data of a question come from, in Danish and English.

    Parameters
    ----------
    data : ``"supported_work"``, the folder of a delivery, a store's file, or a CSV file that :func:`read_panel` reads

    Returns
    -------
    ``{"da", "en"}``: a sentence or two in each language.

    Examples
    --------
    >>> source("supported_work")["en"].startswith("The National Supported Work experiment")
    True
    """
    if str(data) == "supported_work":
        return _SUPPORTED_WORK
    if is_synthetic(data):
        return _SIMULATED
    return _OWN_TABLE if is_panel_file(data) else _DELIVERED
