"""A panel counts every citizen once, says what was left out, and refuses what it cannot mean."""

import pandas as pd
import pytest

import whatworks as ww

ASKED = {"target_group": "adults_autism", "method": "klare_billeder", "outcome": "who5"}


def text(**columns) -> pd.DataFrame:
    return pd.DataFrame(columns).astype("str")


@pytest.fixture
def tables() -> dict[str, pd.DataFrame]:
    """Two municipalities, three citizens, scores that can be averaged by hand."""
    measurement = text(
        measurement_id=["m1", "m2", "m3", "m4", "m5", "m6", "m7"],
        episode_id=["e1", "e1", "e2", "e3", "e3", "e1", "e4"],
        instrument=["who5", "who5", "who5", "who5", "who5", "other", "who5"],
        quarter=["2014K1", "2014K1", "2014K1", "2014K1", "2014K2", "2014K1", "2014K1"],
        informant=["citizen"] * 7,
    ).assign(value=[40.0, 60.0, 20.0, 80.0, None, 1.0, 99.0])
    return {
        "municipality": text(municipality_code=["410", "420"], municipality_name=["Middelfart", "Assens"], region_code="1083"),
        "method": text(method_id=["klare_billeder"], method_name=["Klare Billeder"]),
        "target_group": text(target_group_code=["adults_autism", "others"], target_group_name=["Voksne med autisme", "Andre"]),
        "instrument": text(instrument=["who5", "other"]),
        "adoption": text(adoption_id=["a1"], method_id="klare_billeder", level="municipality", unit_id="420").assign(
            start=pd.to_datetime(["2014-05-17"])
        ),
        "citizen": text(citizen_id=["b1", "b2", "b3", "b4"]),
        "episode": text(
            episode_id=["e1", "e2", "e3", "e4"],
            citizen_id=["b1", "b2", "b3", "b4"],
            target_group_code=["adults_autism", "adults_autism", "adults_autism", "others"],
            acting_municipality=["410", "410", "420", "420"],
        ),
        "measurement": measurement,
    }


def test_means_are_of_citizens_not_of_measurements(tables):
    panel = ww.documentation.build_panel(tables, **ASKED)
    assert panel["municipality"].tolist() == ["410", "420"]
    # The citizen measured twice counts as 50, the other as 20.
    assert panel["who5"].tolist() == [35.0, 80.0]
    assert panel["n_citizens"].tolist() == [2, 1]
    assert panel["municipality_name"].tolist() == ["Middelfart", "Assens"]


def test_treatment_starts_in_the_quarter_of_the_adoption(tables):
    panel = ww.documentation.build_panel(tables, **ASKED)
    assert str(panel["quarter"].dtype) == "period[Q-DEC]"
    assert str(panel["first_treated"].dtype) == "period[Q-DEC]"
    assert panel["first_treated"].isna().tolist() == [True, False]
    assert panel["first_treated"][1] == pd.Period("2014Q2", freq="Q-DEC")


def test_what_each_step_leaves_out_is_counted(tables):
    panel = ww.documentation.build_panel(tables, **ASKED)
    assert panel.attrs["flow"] == [
        ("measurements", 7),
        ("instrument", 6),
        ("target_group", 5),
        ("with_value", 4),
        ("citizen_quarters", 3),
        ("municipality_quarters", 2),
        ("municipalities", 2),
    ]


def test_the_column_is_named_as_the_outcome_was_asked_for(tables):
    panel = ww.documentation.build_panel(tables, target_group="adults_autism", method="klare_billeder", outcome="WHO5")
    assert panel["WHO5"].tolist() == [35.0, 80.0]


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        ({"target_group": "nobody"}, "'adults_autism', 'others'"),
        ({"method": "nothing"}, "'klare_billeder'"),
        ({"outcome": "sdq"}, "who5"),
    ],
)
def test_unknown_codes_are_refused_with_those_that_exist(tables, asked, allowed):
    with pytest.raises(ww.errors.UnknownCode, match=allowed):
        ww.documentation.build_panel(tables, **{**ASKED, **asked})


def test_a_method_that_was_stopped_is_refused(tables):
    tables["adoption"] = tables["adoption"].assign(end=pd.to_datetime(["2015-01-01"]))
    with pytest.raises(ww.errors.TreatmentReversal, match="1 of 1 adoptions"):
        ww.documentation.build_panel(tables, **ASKED)


def test_a_municipality_that_starts_twice_is_refused(tables):
    tables["adoption"] = pd.concat([tables["adoption"]] * 2)
    with pytest.raises(ww.errors.TreatmentReversal, match="more than once"):
        ww.documentation.build_panel(tables, **ASKED)


def test_adoption_below_the_municipality_is_refused(tables):
    tables["adoption"] = tables["adoption"].assign(level="team")
    with pytest.raises(ww.errors.InvalidColumn, match="level municipality"):
        ww.documentation.build_panel(tables, **ASKED)


@pytest.mark.parametrize("column", ["informant", "subscale"])
def test_informants_and_subscales_are_never_mixed(tables, column):
    tables["measurement"] = tables["measurement"].assign(**{column: ["citizen", "staff"] * 3 + ["staff"]})
    with pytest.raises(ww.errors.InvalidColumn, match=f"2 different kinds of {column}"):
        ww.documentation.build_panel(tables, **ASKED)


def test_nothing_left_is_told_with_the_count_of_each_step(tables):
    tables["measurement"] = tables["measurement"].assign(value=float("nan"))
    with pytest.raises(ww.errors.EmptyData, match="target_group 5, with_value 0"):
        ww.documentation.build_panel(tables, **ASKED)


def test_a_missing_table_is_named(tables):
    del tables["adoption"]
    with pytest.raises(ww.errors.MissingData, match="adoption"):
        ww.documentation.build_panel(tables, **ASKED)


def test_a_method_that_nobody_adopted_gives_a_panel_without_treatment(tables):
    tables["adoption"] = tables["adoption"].iloc[:0]
    assert ww.documentation.build_panel(tables, **ASKED)["first_treated"].isna().all()


def test_the_order_of_rows_does_not_matter(simulated):
    tables = simulated[0]
    shuffled = {name: table.sample(frac=1, random_state=3) for name, table in tables.items()}
    panel = ww.documentation.build_panel(tables, **ASKED)
    again = ww.documentation.build_panel(shuffled, **ASKED)
    assert again["who5"].to_numpy() == pytest.approx(panel["who5"].to_numpy())
    assert again.drop(columns="who5").equals(panel.drop(columns="who5"))


def test_measurements_kept_aside_on_reading_are_the_first_step(delivery):
    place = delivery / "measurement.csv"
    place.write_text(place.read_text(encoding="utf-8").replace(",citizen,", ",nobody,", 3), encoding="utf-8")
    panel = ww.documentation.build_panel(ww.documentation.read_delivery(delivery), **ASKED)
    assert panel.attrs["flow"][:2] == [("delivered", 60), ("measurements", 57)]
