"""evidence/prices: what stands there is read as it is written, and every fault is told at once."""

import csv
from pathlib import Path

import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidEvidence, MissingData
from whatworks.documentation.schema import TABLES
from whatworks.economics.money import PAYERS
from whatworks.evidence.prices import PAYERS as KNOWN_PAYERS
from whatworks.evidence.prices import PRICE_FILES, read_prices

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """The prices of the project, copied to a folder of their own."""
    folder = tmp_path / "evidence" / "prices"
    folder.mkdir(parents=True)
    for path in (PROJECT / "evidence" / "prices").glob("*.csv"):
        (folder / path.name).write_bytes(path.read_bytes())
    return folder.parent


def spoil(base: Path, name: str, place: int, **cells: str) -> int:
    """Change cells of the row in a given place (from 0); returns the line it stands on."""
    path = base / "prices" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[place].update(cells)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return place + 2


def test_every_file_of_the_project_is_read_and_keeps_to_its_codebook():
    frames = ww.evidence.prices(PROJECT / "evidence")
    assert set(frames) == set(PRICE_FILES)
    codebook = (PROJECT / "evidence" / "README.md").read_text(encoding="utf-8")
    for name, spec in PRICE_FILES.items():
        assert f"`{name}.csv`" in codebook
        assert list(frames[name].columns) == list(spec.columns)
        assert len(frames[name])


def test_every_price_has_a_source_and_invented_ones_say_so():
    for frame in ww.evidence.prices(PROJECT / "evidence").values():
        assert (frame["source"].str.len() > 3).all()
        assert frame["synthetic"].dtype == bool
        invented = frame["source"].str.contains("invented|general knowledge|example")
        assert (frame["synthetic"] >= invented).all()
        assert not frame.loc[frame["synthetic"], "seen_at"].str.startswith("http").any()


def test_real_numbers_stand_as_their_sources_print_them():
    prices = ww.evidence.prices(PROJECT / "evidence")
    links = prices["price_index"].set_index(["series", "year_from"])["pct"]
    assert links["kl_municipal", 2014] == 2.1
    assert links["kl_wage", 2015] == 2.14
    assert (links["state_general", 2022], links["state_general", 2024]) == (3.9, 3.0)
    assert (links["state_wage", 2022], links["state_wage", 2024]) == (2.9, 4.1)
    limits = prices["refund_limits"].groupby("rule")["above"].apply(list)
    assert limits["sel_176_until_2020"] == [1_090_000, 2_050_000]
    assert limits["sel_176a_until_2020"] == [830_000, 1_630_000]
    assert limits["sel_176_from_2021"] == [830_000, 1_630_000, 2_050_000]
    assert limits["bl_198"] == [860_000, 1_680_000, 2_120_000]


def test_a_year_alone_counts_as_known_on_its_last_day():
    index = ww.evidence.prices(PROJECT / "evidence")["price_index"]
    known = index.set_index(["series", "year_from"])["vintage_date"]
    assert known["kl_municipal", 2014] == pd.Timestamp("2013-12-31")
    assert known["state_general", 2024] == pd.Timestamp("2024-06-06")


def test_payers_are_the_same_wherever_they_are_named():
    column = next(column for table in TABLES.values() for column in table.columns if column.name == "payer")
    assert set(KNOWN_PAYERS) == set(PAYERS) == set(column.codes)


@pytest.mark.parametrize(
    ("name", "cells", "words"),
    [
        ("price_index", {"pct": "2,1"}, "pct needs a number with a decimal point"),
        ("price_index", {"pct": "nan"}, "pct needs a number"),
        ("price_index", {"pct": "210"}, "pct is 210; it needs a number from -20 to 30"),
        ("price_index", {"pct": ""}, "pct is empty"),
        ("price_index", {"year_to": "2017"}, "a link runs from one year to the next; give each year a row"),
        ("price_index", {"year_to": "2014"}, "year_to is the same year as year_from"),
        ("price_index", {"year_to": "2013"}, "year_from 2014 is above year_to 2013"),
        ("price_index", {"vintage_date": "3/6/2024"}, "vintage_date needs a day such as 2024-06-06"),
        ("price_index", {"source": ""}, "source is empty"),
        ("price_index", {"synthetic": "maybe"}, "synthetic 'maybe' is not known.*Use one of: yes, no"),
        ("price_index", {"series": "KL municipal"}, "needs lower-case letters"),
        ("price_index", {"seen_at": "kl.dk"}, "seen_at .* needs an address"),
        ("refund_limits", {"share": "25"}, "share is 25; it needs a number from 0 to 1"),
        ("refund_limits", {"siblings": "ja"}, "siblings 'ja' is not known"),
        ("refund_limits", {"above": "-1"}, "above is -1; it needs a number from 0"),
        ("unit_costs", {"payer": "kommune"}, "payer 'kommune' is not known.*Use one of: municipality, region, state, foundation"),
        ("unit_costs", {"unit": "months"}, "unit 'months' is not known; did you mean 'month'"),
        ("unit_costs", {"low": "8000", "high": "7000"}, "low 8000 is above high 7000"),
        ("prevalence", {"per_1000": "1200"}, "per_1000 is 1200"),
        ("prevalence", {"age_from": "9"}, "age_from 9 is above age_to 4"),
    ],
)
def test_a_fault_is_told_with_file_line_and_what_is_allowed(base, name, cells, words):
    line = spoil(base, name, 0, **cells)
    with pytest.raises(InvalidEvidence, match=words) as refused:
        ww.evidence.prices(base)
    assert f"evidence/prices/{name}.csv:{line}: " in str(refused.value)


def test_all_faults_of_all_files_are_told_at_once(base):
    spoil(base, "price_index", 0, pct="x")
    spoil(base, "price_index", 1, series="")
    spoil(base, "refund_limits", 2, share="2")
    with pytest.raises(InvalidEvidence, match="3 faults"):
        ww.evidence.prices(base)


def test_a_row_that_stands_twice_is_refused(base):
    path = base / "prices" / "rate_rules.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + text.splitlines()[1] + "\n", encoding="utf-8")
    with pytest.raises(InvalidEvidence, match="same rule, provision as line 2"):
        ww.evidence.prices(base)


def test_a_file_nobody_knows_is_refused_and_a_missing_one_left_out(base):
    (base / "prices" / "population.csv").unlink()
    assert "population" not in ww.evidence.prices(base)
    (base / "prices" / "price_indexx.csv").write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(InvalidEvidence, match="did you mean 'price_index'"):
        ww.evidence.prices(base)


def test_a_missing_column_is_named(base):
    path = base / "prices" / "rate_rules.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("value,", "worth,", 1), encoding="utf-8")
    frame, faults = read_prices(path, "evidence/prices/rate_rules.csv", PRICE_FILES["rate_rules"])
    assert frame.empty
    assert any("lacks value" in fault.message for fault in faults)


def test_no_folder_of_prices_is_told_with_the_way_out(tmp_path):
    with pytest.raises(MissingData, match="No prices found"):
        ww.evidence.prices(tmp_path / "nowhere")
