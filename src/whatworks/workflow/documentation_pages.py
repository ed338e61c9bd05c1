"""Pages about the documentation itself: the data dictionary, and what the site's own deliveries look like when held to it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from whatworks import documentation
from whatworks.core.errors import EmptyData, MissingData
from whatworks.documentation.schema import TABLES
from whatworks.findings import page_of_coverage, page_of_profile
from whatworks.findings.dictionary_page import dictionary_page
from whatworks.findings.validation_page import validation_page
from whatworks.workflow import digests
from whatworks.workflow.digests import digest_of, tree
from whatworks.workflow.folder import carry_over
from whatworks.workflow.jobs import PageJob
from whatworks.workflow.manifest import SiteManifest, is_whole
from whatworks.workflow.plan import DOCUMENTATION, FRONT_PAGES
from whatworks.workflow.project import Project

# What the pages were made from; it stands beside them, so that they stay as they are while it does.
MADE_FROM = f"{DOCUMENTATION}/made_from.txt"
_OTHER = {"da": "en", "en": "da"}
Tables = Mapping[str, pd.DataFrame]
# A page in one language, given the addresses around it.
Writer = Callable[..., str]


def documentation_job(
    project: Project, *, old: SiteManifest, target: Path, site: Path, languages: Sequence[str], **surroundings: Any
) -> PageJob | None:
    """The documentation's pages in a new site: carried over while nothing they are made from changed, else to be made.

    Parameters
    ----------
    project : its deliveries in ``evidence/documentation`` are shown. The first with measurements has the validation report and
        the profile, the first with approvals the coverage map; where there is none, or it holds too little, the page is left out
    old, target : the site that stands, and its folder
    site : folder of the new site
    languages : of its pages
    surroundings : ``scratch`` and ``made_from`` of the job

    Returns
    -------
    What is to be made; None where the pages are carried over.
    """
    key = documentation_key(project, languages)
    before = [name for name in old.files if name.startswith(f"{DOCUMENTATION}/")]
    if MADE_FROM in before and is_whole(target, old, before) and (target / MADE_FROM).read_text(encoding="utf-8") == key:
        for name in before:
            carry_over(target / name, site / name)
        return None
    told = partial(documentation_files, project.root, languages=languages, key=key)
    return PageJob(name=DOCUMENTATION, root=project.root, folder=site / DOCUMENTATION, pages=told, **surroundings)


def documentation_files(root: Path, *, languages: Sequence[str], key: str) -> dict[str, str]:
    """The pages in each language, and what they were made from."""
    made = {
        f"{name}.{language}.html": page(**_around(name, language, languages))
        for name, page in _writers(Project(root))
        for language in languages
    }
    return {**made, Path(MADE_FROM).name: key}


def documented(site: Path, languages: Sequence[str]) -> list[str]:
    """Which pages there are in a site: "dictionary", "validation", "profile", "coverage"."""
    ending = f".{languages[0]}.html"
    return sorted(path.name.removesuffix(ending) for path in (site / DOCUMENTATION).glob(f"*{ending}"))


def documentation_key(project: Project, languages: Sequence[str]) -> str:
    """One name for all that the pages are made from: the package, the deliveries, the lock, the languages."""
    deliveries = [part for folder in _deliveries(project) for part in tree(folder)]
    spoken = ("languages", " ".join(languages).encode())
    return digest_of([*tree(digests.SOURCE), *deliveries, *tree(project.lock), spoken])


def _around(name: str, language: str, languages: Sequence[str]) -> dict[str, Any]:
    other = _OTHER[language]
    return {
        "language": language,
        "home": f"../{FRONT_PAGES[language]}",
        "other_language": f"{name}.{other}.html" if other in languages else None,
    }


def _writers(project: Project) -> Iterator[tuple[str, Writer]]:
    yield "dictionary", dictionary_page
    described = _first_with(project, "measurement")
    if described is not None:
        validation = documentation.validate(described)
        yield "validation", lambda **around: validation_page(validation, **around)
        if not validation.refused:
            yield from _left_out_where_empty("profile", _profile, validation.tables, bool(validation.synthetic))
    mapped = _first_with(project, "approval")
    if mapped is not None:
        validation = documentation.validate(mapped)
        if not validation.refused:
            yield from _left_out_where_empty("coverage", _coverage, validation.tables, bool(validation.synthetic))


def _left_out_where_empty(
    name: str, prepared: Callable[[Tables, bool], Writer], tables: Tables, synthetic: bool
) -> Iterator[tuple[str, Writer]]:
    """The page, or none where tables or rows that it is made from were not delivered."""
    try:
        yield name, prepared(tables, synthetic)
    except (MissingData, EmptyData):
        return


def _profile(tables: Tables, synthetic: bool) -> Writer:
    """How all units together document their work."""
    rows = documentation.profile(tables)
    reasons, direction = documentation.missing_reasons(tables), documentation.direction_check(tables)
    return lambda **around: page_of_profile(rows, unit="", reasons=reasons, direction=direction, synthetic=synthetic, **around)


def _coverage(tables: Tables, synthetic: bool) -> Writer:
    """Places and gaps in the newest year with an account of the services."""
    services = tables.get("service_year")
    known = services is not None and len(services)
    year = services["year"].max() if services is not None and known else tables["approval"]["valid_from"].max().year
    mapped = documentation.coverage_map(tables, year=int(year))
    return lambda **around: page_of_coverage(mapped, synthetic=synthetic, **around)


def _deliveries(project: Project) -> list[Path]:
    return sorted(manifest.parent for manifest in (project.evidence / "documentation").glob("*/delivery.yml"))


def _first_with(project: Project, table: str) -> Path | None:
    names = {table, TABLES[table].alias}
    folders = (folder for folder in _deliveries(project) for path in folder.iterdir() if path.name.partition(".")[0] in names)
    return next(folders, None)
