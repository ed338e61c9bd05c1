"""Each target group's own page in the site: made with its reports, carried over with them, never in a stranger's place."""

import pytest

from whatworks.core.errors import SiteNotWritable
from whatworks.workflow.site import build_site

GROUPS = ("homelessness", "schizophrenia", "substance_use")


def test_every_group_with_a_question_gets_its_page_in_every_language_and_the_front_page_leads_there(project, runner):
    build_site(project, runner=runner)
    reports = project / "reports"
    for group in GROUPS:
        assert f'href="{group}/index.da.html"' in (reports / "index.html").read_text()
        assert f'href="../{group}/index.en.html"' in (reports / "en" / "index.html").read_text()
        assert (reports / group / "index.da.html").is_file()
        assert (reports / group / "index.en.html").is_file()
    assert not (reports / "mental_illness").exists()


def test_a_group_whose_reports_stay_keeps_its_page_as_it_is(project, runner):
    build_site(project, runner=runner)
    reports = project / "reports"
    before = {group: (reports / group / "index.da.html").stat() for group in GROUPS}
    changed = project / "notebooks" / "parameters" / "schizophrenia.yml"
    changed.write_text(changed.read_text() + "    k: 6\n")
    build_site(project, runner=runner)
    after = {group: (reports / group / "index.da.html").stat() for group in GROUPS}
    same = [group for group in GROUPS if before[group].st_ino == after[group].st_ino]
    assert same == ["homelessness", "substance_use"]


def test_a_lost_page_of_a_group_is_made_again_without_running_anything(project, runner):
    build_site(project, runner=runner)
    (project / "reports" / "homelessness" / "index.en.html").unlink()
    assert build_site(project, runner=runner).changed
    assert len(runner.made) == len(GROUPS)
    assert (project / "reports" / "homelessness" / "index.en.html").is_file()


def test_a_site_in_one_language_has_the_groups_pages_in_that_language(project, runner):
    build_site(project, runner=runner, languages=["da"])
    assert (project / "reports" / "homelessness" / "index.da.html").is_file()
    assert not (project / "reports" / "homelessness" / "index.en.html").exists()


def test_a_strangers_file_in_the_place_of_a_groups_page_is_never_replaced(project, runner):
    stranger = project / "reports" / "homelessness" / "index.da.html"
    stranger.parent.mkdir()
    stranger.write_text("mine")
    with pytest.raises(SiteNotWritable, match=r"holds homelessness/index\.da\.html"):
        build_site(project, runner=runner)
    assert stranger.read_text() == "mine"


def test_a_group_that_is_no_longer_asked_about_leaves_the_site(project, runner):
    build_site(project, runner=runner)
    (project / "notebooks" / "parameters" / "homelessness.yml").unlink()
    build_site(project, runner=runner)
    assert not (project / "reports" / "homelessness").exists()


def test_a_group_whose_report_failed_has_a_page_that_says_so(project, runner, monkeypatch):
    told = {}
    from whatworks.workflow import pages

    def listening(registry, group, findings, failed, **options):
        told[group] = [folder for folder, _labels in failed]
        return f"<h1>{group}</h1>"

    monkeypatch.setattr(pages, "target_group_page", listening)
    runner.failing.add("schizophrenia/published_reviews")
    build_site(project, runner=runner)
    assert told == {"homelessness": [], "schizophrenia": ["schizophrenia/published_reviews"], "substance_use": []}
