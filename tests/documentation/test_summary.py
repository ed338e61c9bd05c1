import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import DisclosureRisk, MissingColumn


@pytest.fixture
def panel():
    quarters = pd.PeriodIndex(["2020Q1", "2020Q1", "2020Q2", "2020Q2", "2020Q1"], freq="Q-DEC")
    starts = pd.PeriodIndex(["2020Q2", "2020Q2", "2020Q2", "2020Q2", None], freq="Q-DEC")
    return pd.DataFrame(
        {
            "municipality": ["a", "b", "a", "b", "c"],
            "quarter": quarters,
            "first_treated": starts,
            "who5": [40.0, 50.0, 60.0, 70.0, 44.0],
            "n_citizens": [9, 3, 8, 8, 4],
        }
    )


def test_each_municipality_counts_the_same_in_its_cohorts_mean(panel):
    table = ww.documentation.trends(panel, outcome="who5")
    started = table[table["cohort"] == pd.Period("2020Q2")]
    assert started["mean"].tolist() == [45.0, 65.0]
    assert started["n"].tolist() == [12, 16]
    assert started["units"].tolist() == [2, 2]


def test_cells_of_few_citizens_are_blank(panel):
    never = ww.documentation.trends(panel, outcome="who5").query("cohort.isna()")
    assert never[["mean", "n"]].isna().all(axis=None)
    with pytest.raises(DisclosureRisk):
        ww.documentation.trends(panel, outcome="who5", k=2)


def test_a_missing_outcome_is_named(panel):
    with pytest.raises(MissingColumn, match="honos"):
        ww.documentation.trends(panel, outcome="honos")


def test_simulated_data_say_so_in_both_languages():
    said = ww.documentation.source("evidence/documentation/adults_autism")
    assert said["da"].startswith("Simulerede data")
    assert said["en"].startswith("Simulated data")
    assert "Dehejia" in ww.documentation.source("supported_work")["da"]


def test_the_supported_work_source_says_whom_it_is_about_in_which_prices_and_that_it_is_a_subset():
    said = ww.documentation.source("supported_work")
    for words in ("kun om mænd", "1982-priser", "kun Dehejia og Wahbas udvalg"):
        assert words in said["da"]
    for words in ("men only", "dollars of 1982", "chosen subset"):
        assert words in said["en"]
