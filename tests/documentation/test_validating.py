"""Everything at once: rows in are rows kept, aside or refused, and no message holds anybody's value."""

import random

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import whatworks as ww
from whatworks.documentation import InvalidDelivery, PersonalDataFound, Store, ingest, read_delivery, validate, write_quarantine
from whatworks.documentation.rules import RULES
from whatworks.documentation.schema import TABLES


def adds_up(validation) -> bool:
    rows = validation.rows
    return bool((rows["delivered"] == rows["kept"] + rows["quarantined"] + rows["refused"]).all())


def test_a_clean_delivery_has_no_fault_but_missing_baselines(simulated):
    validation = validate(simulated[0])
    assert {fault.rule for fault in validation.faults} == {"V20"}
    assert not validation.refused
    assert adds_up(validation)


def test_there_are_26_rules_and_each_says_what_happens():
    assert [f"V{number:02d}" for number in range(1, 27)] == [code for code in RULES if code.startswith("V")]
    assert {rule.severity for rule in RULES.values()} == {"refuse", "quarantine", "warn"}


def test_frames_of_the_wrong_form_are_told_without_their_values(simulated):
    tables = dict(simulated[0])
    tables["citizen"] = tables["citizen"].assign(citizen_id="secret")
    tables["method"] = tables["method"].assign(colour="red")
    validation = validate(tables)
    assert validation.refused
    assert {(fault.table, fault.rule) for fault in validation.faults if fault.severity == "refuse"} == {
        ("citizen", "V03"),
        ("method", "column"),
    }
    assert "secret" not in validation.report().to_string()
    with pytest.raises(PersonalDataFound):
        validation.raise_if_refused()


def test_a_validated_delivery_is_not_validated_again(delivery):
    read = read_delivery(delivery)
    assert validate(read) is read.validation


def test_an_unknown_table_is_refused():
    with pytest.raises(ww.errors.UnknownCode, match="no table 'goals'"):
        validate({"goals": pd.DataFrame()})


def test_rows_kept_aside_can_be_put_right_and_sent_again(delivery, tmp_path):
    place = delivery / "measurement.csv"
    before = read_delivery(delivery)
    place.write_text(place.read_text(encoding="utf-8").replace(",citizen,", ",nobody,", 3), encoding="utf-8")
    read = read_delivery(delivery)
    assert read.quarantined["measurement"]["file_row"].tolist() == [2, 3, 4]
    assert read.quarantined["measurement"]["rule"].unique().tolist() == ["type"]
    (written,) = write_quarantine(read.quarantined, tmp_path / "aside")
    written.write_text(written.read_text(encoding="utf-8").replace(",nobody,", ",citizen,"), encoding="utf-8")
    mapping = tmp_path / "mapping.yml"
    mapping.write_text("synthetic: true\n", encoding="utf-8")
    again = read_delivery(written, mapping, known=before)
    put_together = pd.concat([again["measurement"], read["measurement"]], ignore_index=True)
    pd.testing.assert_frame_equal(put_together, before["measurement"])


def test_a_refused_delivery_keeps_nothing(delivery):
    (delivery / "citizen.csv").write_text("citizen_id,birth_year\nb_qwcz5k2mfa7xn3dv,610170-1234\n", encoding="utf-8")
    validation = validate(delivery)
    assert validation.refused
    assert validation.tables == {}
    assert validation.quarantined == {}
    assert adds_up(validation)
    with pytest.raises(InvalidDelivery):
        read_delivery(delivery)


# A whole delivery is validated each time: what is found is told as it is, for making it smaller would take many minutes.
PHASES = (Phase.explicit, Phase.generate)
DIRT = st.sampled_from(
    [
        "",
        "610170-1234",
        "101701234",
        "Hans Hansen",
        "1e5",
        "2020-13-45",
        "9" * 30,
        "=1+1",
        "b_abc",
        "x" * 300,
        "ø",
        "-",
        "1,5",
        "0",
        ";",
        '"',
    ]
)
SPOTS = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 10**6), st.integers(0, 30), DIRT), min_size=1, max_size=6)


@settings(
    max_examples=12, deadline=None, derandomize=True, phases=PHASES, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(spots=SPOTS)
def test_whatever_dirt_is_in_it_rows_add_up_and_no_value_is_told(delivery, spots):
    files = sorted(delivery.glob("*.csv"))
    before = {place: place.read_bytes() for place in files}
    secret = f"zq{random.Random(1).randrange(10**9)}"
    try:
        for table, row, column, cell in spots:
            place = files[table % len(files)]
            frame = pd.read_csv(place, dtype=str, keep_default_na=False)
            if len(frame):
                frame.iloc[row % len(frame), column % frame.shape[1]] = cell
                frame.iloc[(row + 1) % len(frame), column % frame.shape[1]] = secret
            frame.to_csv(place, index=False)
        validation = validate(delivery)
        assert adds_up(validation)
        shown = "\n".join(map(str, validation.faults)) + validation.report().to_string()
        assert secret not in shown
        for _table, _row, _column, cell in spots:
            assert len(cell) < 5 or cell not in shown
        assert not validation.refused or not validation.tables
    finally:
        for place, content in before.items():
            place.write_bytes(content)


def test_a_delivery_of_headers_alone_is_refused_by_validate_and_ingest_alike(delivery, tmp_path):
    for file in delivery.glob("*.csv"):
        file.write_text(file.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    (fault,) = validate(delivery).faults
    assert str(fault) == "the delivery (file): There is no row in any table. Check the selection that made it."
    with pytest.raises(InvalidDelivery, match="no row in any table"):
        ingest(delivery, Store(tmp_path / "store.duckdb"))
    assert not (tmp_path / "store.duckdb").exists()


def test_tables_are_counted_in_the_order_of_the_data_model(delivery):
    assert validate(delivery).rows["table"].tolist() == [name for name in TABLES if (delivery / f"{name}.csv").exists()]
