"""The panel of a roll-out, whatever it was delivered as."""

from pathlib import Path

import pandas as pd

from whatworks.documentation.delivery import read_delivery
from whatworks.documentation.kinds import is_store
from whatworks.documentation.panel import build_panel
from whatworks.documentation.panel_file import panel_of_file
from whatworks.documentation.stored import stored_tables


def read_panel(data: str | Path, *, target_group: str, method: str, outcome: str) -> pd.DataFrame:
    """The panel of a roll-out, from the folder of a delivery, a store, or one CSV file of your own.

    Parameters
    ----------
    data : folder of a delivery, or a store's file (``.duckdb`` or ``.store``), from which :func:`build_panel` makes the panel;
        from a store, of all that was delivered and counts now. Or a CSV file (comma, semicolon or tab; UTF-8 or
        Latin-1; decimal point or comma) with one row per unit and quarter and the columns municipality (a code or a name),
        quarter (``2021K1`` or ``2021Q1``), first_treated (the quarter it began; empty or ``never`` where it has not) and one
        named as ``outcome`` (a mean). Optionally n_citizens (people behind the mean) and synthetic (``true`` in every row where
        the numbers are invented). Other columns are left out. Danish names: kommune, kvartal, startkvartal, antal_borgere, fiktiv
    target_group, method : codes; a file of your own is about what its question says
    outcome : the outcome's code and column; capital or small letters

    Returns
    -------
    As :func:`build_panel`: municipality, quarter (Period, Q-DEC), a column named as ``outcome``, n_citizens (only where the file
    has it), first_treated (Period; NaT for never), sorted. ``attrs["flow"]`` counts rows read and rows without a value.

    Raises
    ------
    MissingData
        If there is nothing at the path.
    PersonalDataFound
        If a cell or header looks like a civil registration number, or a column is for a name or an address. Nothing is shown.
    MissingColumn, EmptyData
        If a column is missing, or no row has a value.
    InvalidColumn, MissingValues, InvalidDelivery
        If cells cannot be read; rows are counted and numbered, values are not shown.
    StoreBusy, StoreTooNew, StoreDamaged
        If the store cannot be read now, or not by this version.
    DuplicateRows
        If a unit has several rows in a quarter: the file must hold means, not people.

    Examples
    --------
    >>> import tempfile
    >>> text = "kommune;kvartal;startkvartal;days\\na;2021K1;2021K2;4,5\\na;2021K2;2021K2;3,0\\nb;2021K1;;5\\nb;2021K2;;5\\n"
    >>> with tempfile.TemporaryDirectory() as place:
    ...     _ = (Path(place) / "own.csv").write_text(text)
    ...     panel = read_panel(Path(place) / "own.csv", target_group="young_people", method="visits", outcome="days")
    >>> panel["days"].tolist(), panel["first_treated"].isna().tolist()
    ([4.5, 3.0, 5.0, 5.0], [False, False, True, True])
    """
    path = Path(data)
    if is_store(path):
        return build_panel(stored_tables(path), target_group=target_group, method=method, outcome=outcome)
    if path.is_dir():
        return build_panel(read_delivery(path), target_group=target_group, method=method, outcome=outcome)
    return panel_of_file(path, outcome=outcome)
