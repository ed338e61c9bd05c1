"""The evidence base in memory, and how it is found and loaded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from whatworks.core.columns import one_of
from whatworks.core.errors import MissingData, UnknownCode
from whatworks.evidence.catalogues import FILES, Entry, read_catalogue, reference_faults
from whatworks.evidence.faults import not_allowed, refuse
from whatworks.evidence.fields import LANGUAGES
from whatworks.evidence.reviews import read_reviews

KINDS = ("target_group", "method", "outcome", "instrument", "area", "domain")


@dataclass(frozen=True, kw_only=True, eq=False)
class Registry:
    """What is known: the catalogues and the published reviews.

    Attributes
    ----------
    target_groups, methods, outcomes, instruments, areas, domains : entries by code
    reviews : published pooled effects, one row each, with the columns of evidence/reviews.csv. Text that is not known is
        ``""``; ``year``, ``k`` and ``n`` are nullable whole numbers; ``conf_low`` and ``conf_high`` are missing where no
        interval was seen
    root : the folder it was read from
    """

    target_groups: Mapping[str, Entry] = field(repr=False)
    methods: Mapping[str, Entry] = field(repr=False)
    outcomes: Mapping[str, Entry] = field(repr=False)
    instruments: Mapping[str, Entry] = field(repr=False)
    areas: Mapping[str, Entry] = field(repr=False)
    domains: Mapping[str, Entry] = field(repr=False)
    reviews: pd.DataFrame = field(repr=False)
    root: Path

    def select(self, target_group: str | None = None, method: str | None = None, outcome: str | None = None) -> pd.DataFrame:
        """The reviews of one target group, method or outcome, or of any combination.

        Returns
        -------
        A copy with the columns of ``reviews``; no rows when nothing is known, which is an answer and not an error.

        Raises
        ------
        UnknownCode
            If a code is not in its catalogue.

        Examples
        --------
        >>> registry = ww.evidence.load()
        >>> len(registry.select(target_group="homelessness", method="housing_first"))
        5
        >>> len(registry.select(target_group="acquired_brain_injury"))
        0
        """
        wanted = {"target_group": target_group, "method": method, "outcome": outcome}
        keep = pd.Series(True, index=self.reviews.index)
        for column, code in wanted.items():
            if code is not None:
                keep &= self.reviews[column] == self.entry(column, code).code
        return self.reviews[keep].reset_index(drop=True)

    def entry(self, kind: str, code: str) -> Entry:
        """One entry of a catalogue; ``kind`` is target_group, method, outcome, instrument, area or domain.

        Raises
        ------
        InvalidOption, UnknownCode
        """
        entries: Mapping[str, Entry] = getattr(self, f"{one_of(kind, KINDS, name='kind')}s")
        if code not in entries:
            raise UnknownCode(f"{not_allowed(kind, code, tuple(entries))} New codes are added in evidence/{FILES[kind]}.")
        return entries[code]

    def label(self, kind: str, code: str, language: str) -> str:
        """The name of a code in Danish (``"da"``) or English (``"en"``), as plain text.

        Raises
        ------
        InvalidOption, UnknownCode

        Examples
        --------
        >>> ww.evidence.load().label("target_group", "homelessness", "da")
        'Borgere i hjemløshed'
        """
        return self.entry(kind, code).name[one_of(language, LANGUAGES, name="language")]


def load(root: str | Path = "evidence") -> Registry:
    """Read the evidence base and check every file of it.

    Parameters
    ----------
    root : the folder; a relative path is looked for in the working directory and then in its parents, so that notebooks
        and scripts in subfolders find the same one

    Returns
    -------
    The registry. Codes of one file that refer to another are known to exist.

    Raises
    ------
    MissingData
        If there is no such folder.
    InvalidEvidence
        If anything is wrong; the message lists every fault of every file with file, line and allowed values.

    Examples
    --------
    >>> registry = ww.evidence.load()
    >>> registry.outcomes["who5"].fields["smallest_important"]
    10
    """
    folder = _find(Path(root))
    catalogues = {kind: read_catalogue(kind, folder, folder.name) for kind in KINDS}
    outcomes = catalogues["outcome"]
    goods = {} if outcomes.faults else {code: str(entry.fields["good"]) for code, entry in outcomes.entries().items()}
    codes = {kind: catalogue.codes for kind, catalogue in catalogues.items()}
    reviews, faults = read_reviews(folder, folder.name, codes, goods)
    faults += [fault for catalogue in catalogues.values() for fault in catalogue.faults]
    faults += reference_faults(catalogues)
    refuse(faults)
    entries = {f"{kind}s": catalogue.entries() for kind, catalogue in catalogues.items()}
    return Registry(**entries, reviews=reviews, root=folder)


def _find(root: Path) -> Path:
    """The first folder of that name, from the working directory upwards, that holds a file of the evidence base."""
    here = Path.cwd()
    candidates = [(parent / root).resolve() for parent in (here, *here.parents)]
    wanted = (*FILES.values(), "reviews.csv")
    for folder in candidates:
        if any((folder / name).is_file() for name in wanted):
            return folder
    raise MissingData(
        f"No evidence base found: looked for a folder {str(root)!r} with {', '.join(wanted)} in the working directory "
        "and its parents. Run from the project folder, or give the folder's path."
    )
