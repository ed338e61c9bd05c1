import numpy as np
import pandas as pd
import pytest

from whatworks.core.columns import binary, numeric, require_columns
from whatworks.core.errors import EmptyData, InvalidColumn, InvalidOption, MissingColumn, MissingValues
from whatworks.core.options import one_of


def test_a_missing_column_is_named_beside_those_there_are():
    with pytest.raises(MissingColumn, match="'income'.*age, sex"):
        require_columns(pd.DataFrame({"age": [1], "sex": [2]}), ["income"])


def test_an_empty_frame_is_refused():
    with pytest.raises(EmptyData):
        numeric(pd.DataFrame({"y": []}), "y")


@pytest.mark.parametrize(
    "values",
    [[1, 0, 1], [True, False, True], pd.array([1, 0, 1], dtype="Int64"), pd.array([True, False, True], dtype="boolean")],
)
def test_numbers_booleans_and_nullable_types_are_read_alike(values):
    df = pd.DataFrame({"d": values})
    assert numeric(df, "d").tolist() == [1.0, 0.0, 1.0]
    assert binary(df, "d").tolist() == [True, False, True]


def test_text_missing_and_infinite_values_are_refused_with_counts_and_never_echoed():
    with pytest.raises(InvalidColumn, match="numbers are needed") as error:
        numeric(pd.DataFrame({"y": ["secret"]}), "y")
    assert "secret" not in str(error.value)
    with pytest.raises(MissingValues, match="2 of 3 rows"):
        numeric(pd.DataFrame({"y": [1.0, np.nan, np.nan]}), "y")
    with pytest.raises(MissingValues):
        numeric(pd.DataFrame({"y": pd.array([1, None], dtype="Int64")}), "y")
    with pytest.raises(InvalidColumn, match="1 infinite"):
        numeric(pd.DataFrame({"y": [1.0, np.inf]}), "y")


def test_missing_values_may_be_allowed():
    assert np.isnan(numeric(pd.DataFrame({"y": [1.0, np.nan]}), "y", allow_missing=True)).tolist() == [False, True]


def test_a_treatment_that_is_not_zero_one_is_refused():
    with pytest.raises(InvalidColumn, match="3 distinct"):
        binary(pd.DataFrame({"d": [0, 1, 2]}), "d")


def test_an_unknown_option_lists_the_known_ones():
    with pytest.raises(InvalidOption, match="'dr', 'reg'"):
        one_of("magic", ["dr", "reg"], name="estimator")


def test_a_misspelt_column_is_answered_with_the_nearest_names():
    df = pd.DataFrame({"outcome": [1.0], "treated": [0]})
    with pytest.raises(MissingColumn, match="Did you mean 'outcome'"):
        require_columns(df, ["outcom"])


def test_two_columns_of_one_name_and_things_that_are_no_frame_are_refused():
    twice = pd.DataFrame([[1.0, 2.0, 3.0]], columns=["days", "days", "other"])
    require_columns(twice, ["other"])
    with pytest.raises(InvalidColumn, match="2 columns named 'days'"):
        numeric(twice, "days")
    with pytest.raises(InvalidColumn, match="must be a pandas DataFrame; it is a dict"):
        require_columns({"days": [1.0]}, ["days"])
