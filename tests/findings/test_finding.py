"""Findings are saved whole, read back equal, and hold no row about a person."""

import dataclasses

import pandas as pd
import pytest

import whatworks as ww
from whatworks.core import Check, EffectResult, Provenance
from whatworks.core.errors import DisclosureRisk, InvalidOption, InvalidResult, MissingData
from whatworks.findings import Finding


def effect(estimate, low, high, *, unit="dollars a year", parts=None, **about):
    headline = {"term": ["ATT"], "kind": ["headline"], "estimate": [estimate], "std_error": [(high - low) / 3.92]}
    headline |= {"conf_low": [low], "conf_high": [high], "p_value": [0.01]}
    frame = pd.DataFrame(headline)
    if parts is not None:
        frame = pd.concat([frame, parts], ignore_index=True)
    about = {"measure": "money", "good": "up", **about}
    return EffectResult(
        method="matching.estimate",
        estimand="ATT",
        unit=unit,
        effects=frame,
        provenance=Provenance(data_fingerprint="0f"),
        **about,
    )


def finding(**changes):
    about = {
        "target_group": "adults_outside_work",
        "method": "supported_work",
        "outcome": "earnings",
        "design": "matched",
        "labels": {"target_group": {"en": "Adults outside work", "da": "Voksne uden arbejde"}},
        "results": {"raw_gap": effect(-8498.0, -9890.0, -7106.0), "matched": effect(1500.0, -200.0, 3200.0)},
        "answer": "matched",
        "tables": {"balance": pd.DataFrame({"covariate": ["age"], "smd": [0.04]})},
        "source": {"da": "Forsøget", "en": "The trial"},
    }
    return Finding(**{**about, **changes})


def test_a_finding_reads_back_equal_and_writes_the_same_bytes(tmp_path):
    first = finding()
    path = ww.findings.save(first, tmp_path / "new" / "folder")
    again = ww.findings.load(tmp_path / "new" / "folder")
    assert again == first
    assert again.to_json() == path.read_text(encoding="utf-8")
    assert list(again.results) == ["raw_gap", "matched"]
    assert [item.name for item in sorted(path.parent.iterdir())] == ["results.csv", "results.json"]


def test_the_order_in_which_labels_and_tables_were_written_does_not_show():
    tables = {"b": pd.DataFrame({"x": [1]}), "a": pd.DataFrame({"x": [2]})}
    turned = dict(reversed(tables.items()))
    labels = {"target_group": {"da": "Voksne uden arbejde", "en": "Adults outside work"}}
    assert finding(tables=tables).to_json() == finding(tables=turned, labels=labels).to_json()


def test_the_csv_has_one_tidy_row_per_effect_over_all_results(tmp_path):
    ww.findings.save(finding(), tmp_path)
    rows = pd.read_csv(tmp_path / "results.csv")
    assert rows["result"].tolist() == ["raw_gap", "matched"]
    assert rows["estimate"].tolist() == [-8498.0, 1500.0]
    assert list(rows.columns[-7:]) == ["term", "kind", "estimate", "std_error", "conf_low", "conf_high", "p_value"]
    assert set(rows["unit"]) == {"dollars a year"}


def test_a_finding_from_reviews_offers_the_published_effects_as_csv(tmp_path):
    reviews = pd.DataFrame({"id": ["a"], "effect": [0.3]})
    ww.findings.save(finding(design="reviews", results={}, answer=None, tables={"reviews": reviews}), tmp_path)
    assert pd.read_csv(tmp_path / "results.csv")["effect"].tolist() == [0.3]
    assert finding(results={}, answer=None, tables={}).tidy().empty


def test_periods_and_text_in_tables_survive_the_round_trip():
    trends = pd.DataFrame({"quarter": pd.period_range("2019Q1", periods=2, freq="Q"), "group": ["a", None], "y": [1.5, None]})
    again = Finding.from_json(finding(tables={"trends": trends}).to_json())
    assert again.tables["trends"].equals(trends)


def test_long_tables_are_refused_as_row_level():
    with pytest.raises(DisclosureRisk, match="2001 rows; at most 2000"):
        finding(tables={"panel": pd.DataFrame({"y": range(2001)})})


@pytest.mark.parametrize(
    "column", ["id", "cpr", "citizen_id", "Borger", "person", "child_person_id", "birth_date", "case_number"]
)
def test_columns_that_name_persons_are_refused(column):
    with pytest.raises(DisclosureRisk, match=f"'panel'.*{column}"):
        finding(tables={"panel": pd.DataFrame({column: [1], "y": [2.0]})})


@pytest.mark.parametrize("column", ["n_citizens", "municipality", "covariate", "study_id", "outcome", "period"])
def test_columns_that_name_groups_and_counts_are_allowed(column):
    assert column in finding(tables={"counts": pd.DataFrame({column: [1]})}).tables["counts"]


def test_a_headline_that_rests_on_too_few_people_is_refused():
    with pytest.raises(DisclosureRisk, match="n_treated is below 5"):
        finding(results={"matched": effect(1.0, 0.0, 2.0, statistics={"n_treated": 4})})


def test_parts_that_rest_on_too_few_people_are_blanked_and_a_check_says_so():
    columns = ["term", "kind", "estimate", "std_error", "conf_low", "conf_high", "p_value", "n_treated"]
    parts = pd.DataFrame(
        [["a", "part", 9.0, 1.0, 8.0, 10.0, 0.0, 3], ["b", "part", 2.0, 1.0, 0.0, 4.0, 0.1, 30]], columns=columns
    )
    small = finding(results={"matched": effect(1.0, 0.0, 2.0, parts=parts)})
    assert small.results["matched"].parts["estimate"].isna().tolist() == [True, False]
    assert [check.name for check in small.results["matched"].checks] == ["disclosure"]
    assert Finding.from_json(small.to_json()) == small


def test_checks_travel_with_the_results():
    doubt = Check(name="balance", passed=False, message="Worst is 0.3.", statistics={"worst_smd": 0.3, "limit": 0.1})
    kept = Finding.from_json(finding(results={"matched": effect(1.0, 0.0, 2.0, checks=(doubt,))}).to_json())
    assert kept.answering.failed_checks == (doubt,)


def test_an_answer_that_is_not_among_the_results_is_refused():
    with pytest.raises(InvalidResult, match="'best' is not among the results .raw_gap, matched"):
        finding(answer="best")
    with pytest.raises(InvalidResult, match="benchmark='trial'"):
        finding(benchmark="trial")


def test_an_unknown_design_is_refused_with_the_known_ones():
    with pytest.raises(InvalidOption, match="'matched', 'rollout', 'municipality', 'reviews'"):
        finding(design="astrology")


def test_loading_from_an_empty_folder_says_what_to_run(tmp_path):
    with pytest.raises(MissingData, match=r"results.json is not there. Run the report"):
        ww.findings.load(tmp_path)


def test_no_pair_of_published_numbers_tells_of_the_few_left_out(samples):
    counts = pd.DataFrame(
        [("treated", 185, 183, 2, 183.0), ("comparison", 15992, 183, 15809, 183.0)],
        columns=["arm", "all", "matched", "dropped", "ess"],
    )
    balance = pd.DataFrame(
        {
            "covariate": ["age"] * 2,
            "stage": ["before", "after"],
            "mean_treated": [25.816216, 25.918033],
            "smd": [-1.234567, 0.290123],
        }
    )
    finding = dataclasses.replace(samples.matched(), tables={"counts": counts, "balance": balance})
    text = finding.to_json()
    assert "183" not in text
    assert "15809" not in text
    assert "25.8" not in text
    assert finding.tables["balance"]["smd"].tolist() == [-1.23, 0.29]
    assert Finding.from_json(text) == finding


def test_a_roll_out_to_three_municipalities_may_be_told_and_one_to_two_may_not(samples):
    few = dataclasses.replace(samples.rollout().results["overall"], statistics={"n_treated": 3})
    rollout = samples.rollout()
    assert dataclasses.replace(rollout, results={"overall": few}).answering.headline.estimate
    with pytest.raises(DisclosureRisk):
        dataclasses.replace(rollout, results={"overall": dataclasses.replace(few, statistics={"n_treated": 2})})
