"""The evidence base in memory, and how it is found and loaded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from whatworks.core.errors import MissingData, UnknownCode
from whatworks.core.options import one_of
from whatworks.evidence.catalogues import FILES, Entry, read_catalogue, reference_faults
from whatworks.evidence.faults import not_allowed, refuse
from whatworks.evidence.fields import LANGUAGES
from whatworks.evidence.judgements import OWN_STUDY
from whatworks.evidence.local import LocalResult, local_frame, read_local
from whatworks.evidence.reviews import read_reviews
from whatworks.evidence.study_files import Source, read_studies
from whatworks.evidence.under_way import read_under_way

KINDS = ("target_group", "method", "outcome", "instrument", "area", "domain")


@dataclass(frozen=True, kw_only=True, eq=False)
class Registry:
    """What is known: the catalogues, the published reviews and studies, and our own promoted results.

    Attributes
    ----------
    target_groups, methods, outcomes, instruments, areas, domains : entries by code
    reviews : published pooled effects, one row each, with the columns of evidence/reviews.csv. Text that is not known is
        ``""``; ``year``, ``k`` and ``n`` are nullable whole numbers; ``conf_low`` and ``conf_high`` are missing where no
        interval was seen
    studies : effects of single studies, one row each, with the columns of :mod:`whatworks.evidence.study_table` and in front
        ``review`` (the table it stands in) and ``synthetic`` (True for invented ones)
    judgements : coded judgements about them, with the same two columns in front
    sources : where each table comes from, by its name
    under_way : studies announced and not yet reported
    local_versions : our own promoted results, every version, with the whole result
    root : the folder it was read from

    Examples
    --------
    >>> registry = load()
    >>> isinstance(registry, Registry), "housing_first" in registry.methods
    (True, True)
    """

    target_groups: Mapping[str, Entry] = field(repr=False)
    methods: Mapping[str, Entry] = field(repr=False)
    outcomes: Mapping[str, Entry] = field(repr=False)
    instruments: Mapping[str, Entry] = field(repr=False)
    areas: Mapping[str, Entry] = field(repr=False)
    domains: Mapping[str, Entry] = field(repr=False)
    reviews: pd.DataFrame = field(repr=False)
    studies: pd.DataFrame = field(repr=False)
    judgements: pd.DataFrame = field(repr=False)
    sources: Mapping[str, Source] = field(repr=False)
    under_way: pd.DataFrame = field(repr=False)
    local_versions: tuple[LocalResult, ...] = field(repr=False)
    root: Path

    @property
    def local(self) -> pd.DataFrame:
        """Our own promoted results, the latest version of each, one row each."""
        return local_frame(self.local_versions)

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
        return self._chosen(self.reviews, target_group, method, outcome)

    def select_studies(
        self, target_group: str | None = None, method: str | None = None, outcome: str | None = None
    ) -> pd.DataFrame:
        """The effects of single studies of one target group, method or outcome, or of any combination.

        Raises
        ------
        UnknownCode
        """
        return self._chosen(self.studies, target_group, method, outcome)

    def judgements_on(self, target_group: str, method: str, outcome: str) -> pd.DataFrame:
        """The judgements that :func:`whatworks.evidence.standards` needs for one body of studies.

        Those about its studies, and those about the body or our own result in it whose codes are the same or left open.

        Raises
        ------
        UnknownCode
        """
        studies = self.select_studies(target_group, method, outcome)
        found = self.judgements
        about = found["study_id"].isin(set(studies["study_id"])) & found["review"].isin(set(studies["review"]))
        body = found["study_id"].isin(["", OWN_STUDY]) & found["review"].isin(set(studies["review"]))
        for column, code in {"target_group": target_group, "method": method, "outcome": outcome}.items():
            body &= found[column].isin(["", code])
        return found[about | body].reset_index(drop=True)

    def _chosen(self, frame: pd.DataFrame, target_group: str | None, method: str | None, outcome: str | None) -> pd.DataFrame:
        wanted = {"target_group": target_group, "method": method, "outcome": outcome}
        keep = pd.Series(True, index=frame.index)
        for column, code in wanted.items():
            if code is not None:
                keep &= frame[column] == self.entry(column, code).code
        return frame[keep].reset_index(drop=True)

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
    methods = catalogues["method"]
    invented = () if methods.faults else tuple(code for code, entry in methods.entries().items() if entry.fields.get("synthetic"))
    files = read_studies(folder, folder.name, codes, goods)
    own, wrong = read_local(folder, folder.name, codes, invented)
    under_way, unfit = read_under_way(folder, folder.name, codes)
    faults += [*files.faults, *wrong, *unfit]
    faults += [fault for catalogue in catalogues.values() for fault in catalogue.faults]
    faults += reference_faults(catalogues)
    refuse(faults)
    entries = {f"{kind}s": catalogue.entries() for kind, catalogue in catalogues.items()}
    return Registry(
        **entries,
        reviews=reviews,
        studies=files.studies,
        judgements=files.judgements,
        sources=files.sources,
        under_way=under_way,
        local_versions=own,
        root=folder,
    )


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
