"""A delivery of a few rows that breaks no rule, for a test to break one of them."""

import pandas as pd
import pytest


def text(**columns) -> pd.DataFrame:
    return pd.DataFrame(columns).astype("str")


def days(*written: str | None) -> pd.Series:
    return pd.Series(pd.to_datetime(list(written))).astype("datetime64[s]")


PSEUDONYMS = ["b_qwcz5k2mfa7xn3dv", "b_hjtu4y6rpsbe2olg", "b_mzkf3w7iqcvd5xna"]


@pytest.fixture
def tables() -> dict[str, pd.DataFrame]:
    people = text(citizen_id=PSEUDONYMS).assign(birth_year=pd.array([1980, 1990, 2000], dtype="Int64"))
    episode = text(
        episode_id=["e1", "e2", "e3"],
        citizen_id=PSEUDONYMS,
        target_group_code="autism",
        law="SEL",
        paragraph="107",
        service_id="s1",
        acting_municipality=["410", "410", "420"],
    ).assign(
        referral=days("2019-12-01", "2019-12-01", "2019-12-01"),
        start=days("2020-01-01", "2020-01-01", "2020-01-01"),
        end=days("2020-12-31", None, None),
    )
    measurement = text(
        measurement_id=["m1", "m2", "m3"], episode_id=["e1", "e2", "e3"], instrument="who5", quarter="2020K1", informant="citizen"
    ).assign(date=days("2020-01-15", "2020-01-15", "2020-01-15"), value=[40.0, 44.0, 48.0])
    instrument = text(instrument=["who5"], informants=["citizen;staff"]).assign(
        min=0.0,
        max=100.0,
        step=4.0,
        higher_is_better=pd.array([True], dtype="boolean"),
        age_min=pd.array([9], dtype="Int64"),
        age_max=pd.array([pd.NA], dtype="Int64"),
    )
    service = text(
        service_id=["s1", "s2"], service_name=["Fyrrely (opdigtet)", "Birkely (opdigtet)"], successor_id=[None, "s1"]
    ).assign(opened=days("2010-01-01", "2010-01-01"), closed=days(None, "2018-12-31"))
    service["successor_id"] = pd.Series([None, "s1"], dtype="str")
    adoption = text(adoption_id=["a1"], method_id="moenster", level="municipality", unit_id="420").assign(
        start=days("2020-06-01")
    )
    return {
        "method": text(method_id=["moenster"], method_name=["Mønster"]),
        "target_group": text(target_group_code=["autism"], target_group_name=["Autisme"]),
        "instrument": instrument,
        "service": service,
        "adoption": adoption,
        "citizen": people,
        "episode": episode,
        "measurement": measurement,
    }
