"""Files with a row per person from the programs that researchers use, with labels and reasons for missing values."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from whatworks.core.errors import EmptyData, InvalidOption, MissingData
from whatworks.documentation import InvalidDelivery, PersonalDataFound, read_people

PEOPLE = pd.DataFrame({"age": [31.0, 45.0, 52.0, 60.0], "support": [1.0, 2.0, 99.0, 1.0]})
LABELS = {"support": {1.0: "none", 2.0: "some", 99.0: "did not answer"}}


@pytest.fixture
def spss(tmp_path: Path) -> Path:
    path = tmp_path / "people.sav"
    pyreadstat.write_sav(
        PEOPLE, path, variable_value_labels=LABELS, missing_ranges={"support": [99]}, column_labels={"age": "Age in years"}
    )
    return path


def test_spss_labels_become_categories_and_missing_codes_stand_apart(spss):
    frame = read_people(spss)
    assert frame["support"].tolist()[:2] == ["none", "some"]
    assert frame["support"].isna().tolist() == [False, False, True, False]
    assert frame["support"].cat.categories.tolist()[:2] == ["none", "some"]
    assert frame["support_missing"].tolist()[2] == "did not answer"
    assert frame["support_missing"].notna().sum() == 1
    assert frame.attrs["column_labels"] == {"age": "Age in years"}
    assert frame.attrs["value_labels"]["support"][1.0] == "none"
    assert frame.attrs["n_missing_codes"] == {"support": 1}


def test_codes_are_kept_on_request_and_are_still_numbers(spss):
    frame = read_people(spss, values="codes")
    assert frame["support"].tolist()[:2] == [1.0, 2.0]
    assert np.isnan(frame["support"].iloc[2])
    assert frame["support"].dtype == "float64"
    assert frame["support"].mean() == pytest.approx(4 / 3)


def test_stata_letters_are_reasons_and_the_column_stays_numeric(tmp_path):
    path = tmp_path / "people.dta"
    frame = PEOPLE.assign(days=pd.Series([3, "a", 5, "b"], dtype=object))
    pyreadstat.write_dta(frame, path, missing_user_values={"days": ["a", "b"]}, variable_value_labels={"days": {"a": "refused"}})
    read = read_people(path)
    assert read["days"].tolist()[0] == 3
    assert read["days"].isna().tolist() == [False, True, False, True]
    assert pd.api.types.is_numeric_dtype(read["days"])
    assert read["days_missing"].tolist()[1::2] == ["refused", "b"]


def test_sas_transport_excel_parquet_and_csv_give_the_same_numbers(tmp_path):
    pyreadstat.write_xport(PEOPLE, tmp_path / "people.xpt")
    PEOPLE.to_excel(tmp_path / "people.xlsx", index=False)
    PEOPLE.to_parquet(tmp_path / "people.parquet")
    PEOPLE.to_csv(tmp_path / "people.csv", index=False, sep=";", decimal=",")
    for suffix in ("xpt", "xlsx", "parquet", "csv"):
        pd.testing.assert_frame_equal(read_people(tmp_path / f"people.{suffix}"), PEOPLE, check_dtype=False)


def test_only_the_columns_asked_for_are_kept(spss):
    assert read_people(spss, columns=["age"]).columns.tolist() == ["age"]
    with pytest.raises(MissingData, match="no column 'income'; it has 2 columns"):
        read_people(spss, columns=["income"])


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet", "dta"])
def test_a_number_of_a_person_is_refused_wherever_it_stands_and_never_shown(tmp_path, suffix):
    number = "010170" + "0000"
    text = pd.DataFrame({"id": ["a1", number], "age": [1.0, 2.0]})
    path = tmp_path / f"people.{suffix}"
    write = {"csv": text.to_csv, "xlsx": text.to_excel, "parquet": text.to_parquet, "dta": text.to_stata}[suffix]
    write(path, **({"write_index": False} if suffix == "dta" else {"index": False}))
    with pytest.raises(PersonalDataFound, match=r"number 1 \(V01\)") as caught:
        read_people(path, columns=["age"])
    assert number not in str(caught.value)
    assert number.lstrip("0") not in str(caught.value)


def test_a_number_that_lost_the_zero_in_front_is_refused(tmp_path):
    path = tmp_path / "people.parquet"
    pd.DataFrame({"key": [int("010170" + "0000"), 12]}).to_parquet(path)
    with pytest.raises(PersonalDataFound, match="1 row"):
        read_people(path)


def test_a_column_for_a_name_is_refused(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("fornavn,age\n,1\n")
    with pytest.raises(PersonalDataFound, match="fornavn"):
        read_people(path)


def test_files_that_cannot_be_read_are_told_apart(tmp_path):
    with pytest.raises(MissingData, match="no file 'people.sav'"):
        read_people(tmp_path / "people.sav")
    for suffix in ("sav", "dta", "sas7bdat", "xlsx", "parquet"):
        (tmp_path / f"broken.{suffix}").write_bytes(b"not such a file")
        with pytest.raises(InvalidDelivery, match="cannot be read"):
            read_people(tmp_path / f"broken.{suffix}")
    with pytest.raises(InvalidOption, match=r"\.dta, \.sav"):
        read_people(tmp_path / "people.pdf")
    (tmp_path / "empty.csv").write_text("age,days\n")
    with pytest.raises(EmptyData, match="no rows"):
        read_people(tmp_path / "empty.csv")
