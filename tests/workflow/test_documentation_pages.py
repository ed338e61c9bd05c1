"""The pages about the documentation: made once, carried over while nothing changed, left out where there is nothing to show."""

import shutil
from pathlib import Path

import pytest

from whatworks.workflow import digests
from whatworks.workflow.documentation_pages import MADE_FROM, documentation_job, documentation_key, documented
from whatworks.workflow.jobs import make_pages
from whatworks.workflow.manifest import SiteManifest, files_below
from whatworks.workflow.project import Project

ROOT = Path(__file__).parents[2]
ALL = ["coverage", "dictionary", "profile", "validation"]
BANNER = {"da": "EKSEMPEL MED SIMULEREDE DATA", "en": "EXAMPLE WITH SIMULATED DATA"}


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The pages of the repository's own deliveries."""
    made = tmp_path_factory.mktemp("site")
    again(ROOT, made, made)
    return made


def again(root: Path, old: Path, new: Path, languages=("da", "en")) -> list[str]:
    standing = SiteManifest(files=files_below(old))
    job = documentation_job(Project(root), old=standing, target=old, site=new, languages=languages)
    if job is not None:
        make_pages(job)
    return documented(new, languages)


def test_four_pages_stand_in_both_languages_and_lead_home_and_to_one_another(site):
    for page in ALL:
        for language, other, home in (("da", "en", "../index.html"), ("en", "da", "../en/index.html")):
            html = (site / "documentation" / f"{page}.{language}.html").read_text(encoding="utf-8")
            assert f'<html lang="{language}">' in html
            assert html.count("<h1") == 1
            assert f'href="{page}.{other}.html"' in html
            assert f'href="{home}"' in html
            assert (BANNER[language] in html) == (page != "dictionary")


def test_unchanged_pages_are_carried_over_as_they_stand(site, tmp_path, monkeypatch):
    # Somebody may edit the library while its tests run.
    monkeypatch.setattr(digests, "SOURCE", ROOT / "evidence" / "prices")
    old = tmp_path / "old"
    shutil.copytree(site, old)
    (old / MADE_FROM).write_text(documentation_key(Project(ROOT), ("da", "en")))
    (old / "documentation" / "profile.da.html").write_text("as it stood")
    assert again(ROOT, old, tmp_path / "new") == ALL
    assert (tmp_path / "new" / "documentation" / "profile.da.html").read_text() == "as it stood"


def test_a_changed_delivery_changes_the_key_and_a_new_language_too(tmp_path):
    (tmp_path / "evidence" / "documentation" / "own").mkdir(parents=True)
    manifest = tmp_path / "evidence" / "documentation" / "own" / "delivery.yml"
    (tmp_path / "requirements.lock").write_text("numpy")
    manifest.write_text("synthetic: true\n")
    keys = {documentation_key(Project(tmp_path), spoken) for spoken in (("da",), ("en",), ("da", "en"))}
    manifest.write_text("synthetic: false\n")
    assert documentation_key(Project(tmp_path), ("da",)) not in keys
    assert len(keys) == 3


def test_without_deliveries_there_is_the_dictionary_alone_and_in_one_language_no_link_to_another(tmp_path):
    (tmp_path / "requirements.lock").write_text("numpy")
    new = tmp_path / "new"
    assert again(tmp_path, tmp_path / "none", new, languages=("en",)) == ["dictionary"]
    assert "dictionary.da.html" not in (new / "documentation" / "dictionary.en.html").read_text(encoding="utf-8")


def test_of_a_delivery_that_is_refused_only_the_validation_report_is_shown(tmp_path):
    (tmp_path / "requirements.lock").write_text("numpy")
    folder = tmp_path / "evidence" / "documentation" / "own"
    shutil.copytree(ROOT / "evidence" / "documentation" / "adults_autism", folder)
    (folder / "episode.csv.gz").unlink()
    assert again(tmp_path, tmp_path / "none", tmp_path / "new", languages=("da",)) == ["dictionary", "validation"]
    assert "Nej." in (tmp_path / "new" / "documentation" / "validation.da.html").read_text(encoding="utf-8")
