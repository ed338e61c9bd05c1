"""What the site said before: carried from run to run, dated by the run that changed it."""

import json

import pytest

from whatworks.findings import Finding, save
from whatworks.workflow import build_site, pages
from whatworks.workflow.jobs import Job
from whatworks.workflow.manifest import SiteManifest, digest
from whatworks.workflow.verdicts import VERDICTS, History, history_before, history_now, today

LABELS = {"target_group": {"da": "Gruppe", "en": "Group"}, "method": {"da": "Metode", "en": "Method"}}


@pytest.fixture
def on_day(monkeypatch):
    """Set the day of the next run."""

    def set_day(date: str) -> None:
        from datetime import UTC, datetime

        seconds = datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp()
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(seconds)))

    return set_day


def finding(method="a"):
    return Finding(target_group="g", method=method, outcome=None, design="reviews", labels=LABELS)


def told(verdict="helps", date="2026-01-01"):
    return {"verdict": verdict, "certainty": "low", "sides": {}, "date": date, "version": "0.1", "people": None, "said": {}}


def test_the_same_site_made_on_another_day_is_the_same_to_the_byte(project, runner, on_day):
    on_day("2026-11-22")
    build_site(project, runner=runner)
    site = project / "reports"
    first = {name: (site / name).read_bytes() for name in (VERDICTS, "manifest.json", "index.html")}
    assert json.loads(first[VERDICTS])["since"] == "2026-11-22"
    assert "siden 22. november 2026" in first["index.html"].decode()
    on_day("2027-01-01")
    assert build_site(project, runner=runner, force=True).changed
    assert {name: (site / name).read_bytes() for name in first} == first


def test_a_conclusion_that_changed_is_told_on_the_front_page_and_on_its_own(project, runner, on_day, monkeypatch):
    on_day("2026-11-22")
    build_site(project, runner=runner)
    site = project / "reports"
    kept = json.loads((site / VERDICTS).read_text())
    kept["findings"]["homelessness/published_reviews"][0] |= {"verdict": "may_help", "certainty": "low"}
    del kept["findings"]["substance_use/published_reviews"]
    (site / VERDICTS).write_text(json.dumps(kept))
    on_day("2027-02-03")

    def with_room(jobs):
        reports = {job.name: job for job in jobs if isinstance(job, Job)}
        for outcome in runner(jobs):
            if outcome.folder not in reports:
                continue
            for language in ("da", "en"):
                page = project / "room" / f"{language}.html"
                page.parent.mkdir(exist_ok=True)
                page.write_text(f"<h1>x</h1>{pages.VERSIONS_HERE}")
                page.replace(reports[outcome.folder].folder / f"finding.{language}.html")
            yield outcome

    build_site(project, runner=with_room, force=True)
    front = (site / "index.html").read_text()
    assert "De seneste ændringer er fra 3. februar 2027." in front
    assert "Hjælper måske" in front
    assert [change["finding"] for change in json.loads((site / VERDICTS).read_text())["changes"]] == [
        "homelessness/published_reviews",
        "substance_use/published_reviews",
    ]
    page = site / "homelessness" / "published_reviews" / "finding.da.html"
    assert "Denne udgave er fra 3. februar 2027." in page.read_text()
    assert json.loads((page.parent / "manifest.json").read_text())["files"][page.name] == digest(page)
    assert (
        "first version of the finding, made 3 February 2027"
        in (site / "substance_use" / "published_reviews" / "finding.en.html").read_text()
    )


def test_a_report_that_fails_or_stays_keeps_what_it_said_last():
    before = History({"g/a": [told()], "g/b": [told()], "g/gone": [told()]}, since="2026-01-01")
    now = history_now(before, {"g/b": finding("b")}, failed=["g/a", "g/new"], untouched=["g/b"], date="2027-01-01")
    assert dict(now.findings) == {"g/a": [told()], "g/b": [told()]}
    assert list(now.changes) == []
    assert now.since == "2026-01-01"


def test_a_site_that_kept_no_history_is_read_from_its_results(tmp_path):
    save(finding(), tmp_path / "g" / "a")
    (tmp_path / "g" / "a" / "manifest.json").write_text('{"versions": {"whatworks": "0.0.9"}}')
    (tmp_path / "g" / "broken").mkdir()
    (tmp_path / "g" / "broken" / "results.json").write_text("{}")
    site = SiteManifest(reports={name: {"key": "k", "status": "done"} for name in ("g/a", "g/broken", "g/missing")})
    before = history_before(tmp_path, site)
    assert {folder: (one["verdict"], one["date"], one["version"]) for folder, (one,) in before.findings.items()} == {
        "g/a": ("unknown", None, "0.0.9")
    }


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"format": 9}', '{"format": 1, "findings": {"a": [{"date": "soon"}]}, "changes": []}']
)
def test_a_damaged_history_is_none(tmp_path, text):
    (tmp_path / VERDICTS).write_text(text)
    assert history_before(tmp_path, SiteManifest()) == History()


def test_a_history_comes_back_as_it_was_written(tmp_path):
    before = History({"g/a": [told()]}, [{"finding": "g/a", "date": None, "before": None, "after": {}}], "2026-01-01")
    (tmp_path / VERDICTS).write_text(before.to_json())
    assert history_before(tmp_path, SiteManifest()) == before


def test_the_day_is_todays_unless_it_is_set(monkeypatch, on_day):
    on_day("2020-02-29")
    assert today() == "2020-02-29"
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert today() >= "2026"


def test_what_one_municipality_says_is_dated_and_told_on_its_own_page_only():
    one = Finding(target_group="g", method="a", outcome="o", design="municipality", labels=LABELS)
    before = History({"g/a": [told("unknown")], "g/a/101": [told()]}, since="2026-01-01")
    now = history_now(before, {"g/a": finding(), "g/a/101": one}, failed=[], date="2027-01-01")
    assert [each["date"] for each in now.findings["g/a/101"]] == ["2027-01-01", "2026-01-01"]
    assert "g/a/101" not in [change["finding"] for change in now.changes]
