"""The whole road: a simulated municipality's file, held to the rules, into a store, and out as a page with an answer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from whatworks.cli import app
from whatworks.documentation import Store

pytestmark = pytest.mark.slow
TARGET_GROUP = """
youth_mental_difficulties:
  name:
    da: Unge med psykiske vanskeligheder
    en: Young people with mental health difficulties
  description:
    da: Unge, der har det svært.
    en: Young people who are struggling.
  area: vulnerable_children_and_young_people
"""
METHOD = """
laerkemodellen:
  name:
    da: Lærkemodellen
    en: The Lark Model
  synthetic: true
  resembles:
    da: samtaler i fast rytme
    en: conversations at fixed intervals
  description:
    da: Opdigtet metode. Tallene siger intet om et virkeligt tilbud.
    en: An invented method. The numbers say nothing about a real service.
"""
OUTCOME = """
who5:
  name:
    da: Trivsel
    en: Well-being
  description:
    da: WHO-5, fra 0 til 100.
    en: WHO-5, from 0 to 100.
  domain: behaviour
  unit:
    da: point
    en: points
  good: up
  measure: MD
  decimals: 1
  smallest_important: 5
  smallest_important_source: Invented, for the example
"""
QUESTION = """\
target_group: youth_mental_difficulties
questions:
  - design: rollout
    method: laerkemodellen
    outcome: who5
    data: data/region.duckdb
"""


def whatworks(*words: str | Path) -> str:
    """A command in this process; what it printed."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.output[-2000:]
    return done.output


def make_reports(bench: Path) -> str:
    """``whatworks reports`` as a user gives it, in a process of its own."""
    command = [str(Path(sys.executable).with_name("whatworks")), "reports", "--target-group", "youth_mental_difficulties"]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=bench, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def test_a_simulated_file_becomes_a_page_that_names_the_method_and_says_it_is_simulated(tmp_path):
    bench = tmp_path / "bench"
    whatworks("init", bench)
    whatworks("simulate", "--scenario", "S1", "--seed", "1", "--output", tmp_path / "delivered")

    told = whatworks("validate", tmp_path / "delivered", "--output", tmp_path / "report")
    assert told.rstrip().endswith("Can be used.")
    assert "Kan leverancen bruges?" in (tmp_path / "report" / "validation.da.html").read_text(encoding="utf-8")

    store = bench / "data" / "region.duckdb"
    assert "Stored as delivery 1" in whatworks("ingest", tmp_path / "delivered", "--store", store)
    assert len(Store(store).deliveries()) == 1

    for name, entry in (("target_groups", TARGET_GROUP), ("methods", METHOD), ("outcomes", OUTCOME)):
        with (bench / "evidence" / f"{name}.yml").open("a", encoding="utf-8") as catalogue:
            catalogue.write(entry)
    (bench / "notebooks" / "parameters" / "youth_mental_difficulties.yml").write_text(QUESTION, encoding="utf-8")
    make_reports(bench)

    report = bench / "reports" / "youth_mental_difficulties" / "laerkemodellen"
    for language, method, banner in (
        ("da", "Lærkemodellen", "EKSEMPEL MED SIMULEREDE DATA"),
        ("en", "The Lark Model", "EXAMPLE WITH SIMULATED DATA"),
    ):
        html = (report / f"finding.{language}.html").read_text(encoding="utf-8")
        assert method in html
        assert banner in html
        assert (bench / "reports" / "documentation" / f"dictionary.{language}.html").is_file()
    # The same file again changes nothing in the store, so nothing in the answer.
    assert "Nothing changed" in whatworks("ingest", tmp_path / "delivered", "--store", store)
    assert "Nothing has changed: 1 report is up to date" in make_reports(bench)
