"""Tables in the files that colleagues ask for: what is in them, and what never is."""

import numpy as np
import openpyxl
import pandas as pd
import pytest
from docx import Document

import whatworks as ww
from whatworks.core import Check
from whatworks.core.errors import DisclosureRisk, InvalidOption
from whatworks.findings import write_table

SUFFIXES = ("csv", "xlsx", "tex", "docx", "html")


@pytest.fixture
def result():
    columns = ["term", "kind", "estimate", "std_error", "conf_low", "conf_high", "p_value", "n_treated", "event_time"]
    rows = [
        ["ATT", "headline", -1.5, 0.5, -2.5, -0.5, 0.003, 40, np.nan],
        ["first", "part", -1.0, 0.5, -2.0, 0.0, 0.05, 20, 0.0],
        ["=1+1", "part", -9.75, 0.5, -9.9, -9.6, 0.01, 2, 1.0],
    ]
    return ww.EffectResult(
        method="did.aggregate", estimand="ATT & 50% more", measure="MD", unit="days", good="down",
        effects=pd.DataFrame(rows, columns=columns), statistics={"n_treated": 40.0, "n_comparison": 40.0},
        checks=(
            Check(name="dropped_rows", passed=True, message="All."),
            Check(name="few_clusters", passed=False, message="Few.", statistics={"clusters": 9.0, "limit": 40.0}),
        ),
        provenance=ww.Provenance(data_fingerprint="abc123"),
    )  # fmt: skip


def text_of(path) -> str:
    """Everything a reader of the file sees."""
    if path.suffix == ".xlsx":
        rows = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
        return "\n".join(str(value) for row in rows for value in row if value is not None)
    if path.suffix == ".docx":
        document = Document(path)
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])
    return path.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(("language", "words"), [("da", ("Svaret: ATT", "dage", "Kilde")), ("en", ("The answer: ATT", "days"))])
def test_every_file_has_answer_unit_interval_doubt_and_source(tmp_path, result, suffix, language, words):
    unit = {"da": "dage", "en": "days"}[language]
    path = write_table(result, tmp_path / "new" / f"t.{suffix}", language=language, unit=unit, source="Our own")
    text = text_of(path)
    assert "Our own" in text
    assert "abc123" in text
    assert all(word in text or (word == "Kilde" and "kilde" in text) for word in words)
    assert ("few_clusters" if suffix == "csv" else "9") in text
    # The part that rests on two people is nowhere.
    assert not any(number in text for number in ("9.75", "9,75", "9.8", "9,8"))
    assert [path.name for path in (tmp_path / "new").iterdir()] == [f"t.{suffix}"]


def test_a_csv_is_read_again_with_its_numbers(tmp_path, result):
    english = pd.read_csv(write_table(result, tmp_path / "t.csv", language="en"))
    assert english["Effect (days)"].tolist()[:2] == [-1.5, -1.0]
    assert english["unit"].unique().tolist() == ["days"]
    danish = pd.read_csv(write_table(result, tmp_path / "t.csv", language="da"), sep=";", decimal=",")
    assert danish.filter(like="fra").iloc[:, 0].tolist()[:2] == [-2.5, -2.0]


def test_a_workbook_keeps_numbers_as_numbers_and_text_as_text(tmp_path, result):
    sheet = openpyxl.load_workbook(write_table(result, tmp_path / "t.xlsx", language="en")).active
    rows = list(sheet.iter_rows(min_row=3, max_row=6))
    heads = [cell.value for cell in rows[0]]
    assert rows[1][heads.index("Effect (days)")].value == -1.5
    assert rows[3][heads.index("Effect (days)")].value is None
    assert (rows[3][0].value, rows[3][0].data_type) == ("=1+1", "s")


def test_latex_escapes_what_it_would_read_as_commands(tmp_path, result):
    text = write_table(result, tmp_path / "t.tex", language="en").read_text()
    assert r"\caption{ATT \& 50\% more}" in text
    assert "$-$1.5" in text
    assert r"\toprule" in text
    assert "−" not in text
    assert text.index(r"\footnotesize") < text.index(r"\end{table}")


def test_a_word_file_says_its_language(tmp_path, result):
    document = Document(write_table(result, tmp_path / "t.docx", language="da"))
    assert 'w:val="da-DK"' in document.styles["Normal"].element.xml


def test_html_takes_the_readers_colours(tmp_path, result):
    text = write_table(result, tmp_path / "t.html", language="da", source="A <b> & B").read_text()
    assert "A &lt;b&gt; &amp; B" in text
    assert '<html lang="da">' in text
    assert "color-scheme:light dark" in text
    assert "http://" not in text.replace("http://www.w3.org", "")
    assert "<script" not in text


def test_a_failed_check_comes_before_a_passed_one(tmp_path, result):
    text = text_of(write_table(result, tmp_path / "t.docx", language="en"))
    assert text.index("✗ Failed") < text.index("✓ Passed")


def test_a_table_of_groups_is_written_with_title_and_unit(tmp_path):
    table = pd.DataFrame({"Service": ["A", "B"], "Days": [4.5, np.nan], "Citizens": [12, 30]})
    text = text_of(write_table(table, tmp_path / "t.docx", language="en", title="Days by service", unit="days a year"))
    assert "Days by service" in text
    assert "4.50" in text
    assert "–" in text
    assert "Unit: days a year." in text


def test_rows_of_persons_are_never_written(tmp_path):
    with pytest.raises(DisclosureRisk, match="name persons"):
        write_table(pd.DataFrame({"citizen_id": ["a"], "days": [1.0]}), tmp_path / "t.csv")
    with pytest.raises(DisclosureRisk, match="2001 rows"):
        write_table(pd.DataFrame({"days": np.arange(2001.0)}), tmp_path / "t.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_ending_or_thing_is_refused(tmp_path, result):
    with pytest.raises(InvalidOption, match=r"'\.pdf'; tables are written to \.csv, \.xlsx"):
        write_table(result, tmp_path / "t.pdf")
    with pytest.raises(InvalidOption, match="this is a list"):
        write_table([1, 2], tmp_path / "t.csv")
    with pytest.raises(InvalidOption, match="language"):
        write_table(result, tmp_path / "t.csv", language="de")
