"""What kind of data a name means: a folder with a delivery, a store, or a file of one's own; and whether it is simulated."""

from pathlib import Path

from whatworks.core.errors import MissingData
from whatworks.core.places import found_above
from whatworks.documentation.manifest import read_manifest

PANEL_FILES = (".csv",)
STORE_FILES = (".duckdb", ".store")


def is_panel_file(data: str | Path) -> bool:
    """Is it a file of one's own, rather than the folder of a delivery?

    Examples
    --------
    >>> is_panel_file("data/own.csv"), is_panel_file("evidence/documentation/adults_autism")
    (True, False)
    """
    return Path(data).suffix.casefold() in PANEL_FILES


def is_store(data: str | Path) -> bool:
    """Is it a store, by the ending of its name?

    Examples
    --------
    >>> is_store("data/region.duckdb"), is_store("data/region.store"), is_store("data/region")
    (True, True, False)
    """
    return Path(data).suffix.casefold() in STORE_FILES


def is_synthetic(path: str | Path) -> bool:
    """True when a delivery says that its people are simulated.

    Parameters
    ----------
    path : folder of a delivery, a store's file, or a CSV file that :func:`read_panel` reads

    Returns
    -------
    True for invented people, False for real ones.

    Raises
    ------
    MissingData
        If there is no such folder or file, or the store is empty.
    InvalidDelivery
        If ``delivery.yml`` is missing or does not say it.

    Examples
    --------
    >>> is_synthetic("evidence/documentation/youth_mental_difficulties")
    True
    """
    folder = found_above(path)
    # What reads the other kinds draws in the whole schema, which a folder that says it in a line does not need.
    if is_panel_file(folder):
        from whatworks.documentation.panel_file import is_synthetic_panel

        return is_synthetic_panel(folder)
    if is_store(folder):
        from whatworks.documentation.stored import is_synthetic_store

        return is_synthetic_store(folder)
    if not folder.is_dir():
        raise MissingData(f"There is no folder {folder.name!r} with a delivery. Check the path.")
    return read_manifest(folder.resolve()).synthetic
