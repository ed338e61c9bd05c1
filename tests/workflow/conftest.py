"""A small project in a temporary folder, and a runner that makes reports without a kernel."""

import functools
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import nbformat.v4 as notebook_format
import pytest

from whatworks import evidence
from whatworks.findings import Finding, save
from whatworks.workflow import digests, documentation_pages, pages
from whatworks.workflow.failures import Failure
from whatworks.workflow.folder import write
from whatworks.workflow.jobs import AnyJob, Job, Outcome, PageJob, make_pages

REPOSITORY = Path(__file__).parents[2]
PARAMETERS = """\
target_group = "homelessness"
method = "published_reviews"
outcome = None
design = "reviews"
data = None
language = "da"
output = "output"
k = 5
title = "plain"
"""
QUESTIONS = """\
target_group: {group}
questions:
  - design: reviews
"""
GROUPS = ("homelessness", "schizophrenia", "substance_use")


@pytest.fixture
def notebook_cells() -> list:
    """The cells of a report notebook that only saves an empty finding."""
    code, text = notebook_format.new_code_cell, notebook_format.new_markdown_cell
    return [
        code(PARAMETERS, metadata={"tags": ["parameters"]}),
        text("# Rapport", metadata={"tags": ["lang-da"]}),
        text("# Report", metadata={"tags": ["lang-en"]}),
        code("import whatworks as ww"),
        code("raise ValueError('not for this design')", metadata={"tags": ["design-matched"]}),
        code(
            'labels = {"target_group": {"da": title, "en": title}, "method": {"da": "Metode", "en": "Method"}}\n'
            "finding = ww.findings.Finding(target_group=target_group, method=method, outcome=outcome, design=design,\n"
            "                              labels=labels)\n"
            "ww.findings.save(finding, output)"
        ),
    ]


@pytest.fixture
def project(tmp_path: Path, notebook_cells: list, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with three questions, the repository's evidence and no report yet."""
    # Someone may edit the library while its tests run; keys must not move under them.
    (tmp_path / "library").mkdir()
    _write_front_pages_quickly(monkeypatch)
    monkeypatch.setattr(digests, "SOURCE", tmp_path / "library")
    root = tmp_path / "project"
    (root / "notebooks" / "parameters").mkdir(parents=True)
    shutil.copytree(REPOSITORY / "evidence", root / "evidence")
    (root / "requirements.lock").write_text("numpy==2.4.0\n")
    notebook = notebook_format.new_notebook(cells=notebook_cells)
    (root / "notebooks" / "method_report.ipynb").write_text(json.dumps(notebook))
    for group in GROUPS:
        (root / "notebooks" / "parameters" / f"{group}.yml").write_text(QUESTIONS.format(group=group))
    (root / "reports").mkdir()
    (root / "reports" / ".gitignore").write_text("*\n!.gitignore\n")
    return root


def _write_front_pages_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts of the whole evidence base take seconds; what a site is put together from does not depend on them."""
    monkeypatch.setattr(
        pages, "target_group_page", lambda registry, group, *_, **options: f"<h1>{group} {options['language']}</h1>"
    )
    monkeypatch.setattr(documentation_pages, "documentation_job", lambda *_, **__: None)
    # The copy of the evidence is the repository's, and no test that makes a site changes it.
    monkeypatch.setattr(evidence, "load", lambda root: _registry())
    for name in ("what_is_known", "gap_cells"):
        monkeypatch.setattr(pages, name, _once(getattr(pages, name)))
    monkeypatch.setattr(pages, "index_page", _drawn_once(pages.index_page))


_registry = functools.cache(functools.partial(evidence.load, REPOSITORY / "evidence"))
_KNOWN: dict = {}


def _once(gather: Callable) -> Callable:
    """The same answer from the repository's evidence, worked out once for each set of findings."""

    def gathered(registry, findings, **options):
        place = (gather.__name__, *sorted((finding.target_group, finding.method) for finding in findings))
        if place not in _KNOWN:
            _KNOWN[place] = gather(registry, findings, **options)
        return _KNOWN[place]

    return gathered


class FakeRunner:
    """Makes reports without a kernel, remembers which, and fails where told to."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.rendered: list[str] = []
        self.failing: set[str] = set()

    def __call__(self, jobs: Sequence[AnyJob]) -> Iterator[Outcome]:
        for job in jobs:
            if isinstance(job, PageJob):
                yield make_pages(job)
                continue
            folder = job.question.folder
            if folder in self.failing:
                yield Outcome(folder=folder, failure=Failure(type="ValueError", message="<b>broken</b>", cell=3))
                continue
            (self.made if job.execute else self.rendered).append(folder)
            if job.execute:
                save(_finding(job), job.folder)
                write(job.folder / "report.ipynb", "{}")
            for language in job.languages:
                for page in ("finding", "report"):
                    write(job.folder / f"{page}.{language}.html", f"<h1>{folder} {page} {language}</h1>")
            write(job.folder / "manifest.json", json.dumps({"key": job.key}))
            yield Outcome(folder=folder, seconds={"execute": 0.1})


def _finding(job: Job) -> Finding:
    question = job.question
    labels = {kind: {"da": code, "en": code} for kind, code in (("target_group", question.target_group), ("method", "m"))}
    asked = {"target_group": question.target_group, "method": question.method, "design": question.design}
    return Finding(**asked, outcome=None, labels=labels)


_DRAWN: dict = {}


def _drawn_once(draw: Callable) -> Callable:
    """The same front page for equal findings, failures and history, drawn once."""

    def drawn(findings, *, others=(), registry=None, gaps=None, **options):
        told = [finding.to_json() for finding in (*findings, *others)]
        place = repr((told, id(registry), id(gaps), options))
        if place not in _DRAWN:
            # What has an id in the name is kept, so that no other gets its id.
            html = draw(findings, others=others, registry=registry, gaps=gaps, **options)
            _DRAWN[place] = (html, registry, gaps)
        return _DRAWN[place][0]

    return drawn


@pytest.fixture
def runner() -> FakeRunner:
    return FakeRunner()


@pytest.fixture
def snapshot() -> Callable[[Path], dict[str, bytes]]:
    """Every file below a folder with its content."""

    def read(folder: Path) -> dict[str, bytes]:
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}

    return read


@pytest.fixture
def catalogues() -> SimpleNamespace:
    """Catalogues of a few codes."""
    return SimpleNamespace(
        target_groups=dict.fromkeys(("homelessness", "schizophrenia", "substance_use", "young_people"), None),
        methods={code: SimpleNamespace(fields={}) for code in ("housing_first", "supported_work")},
        outcomes=dict.fromkeys(("earnings", "days_housed"), None),
    )
