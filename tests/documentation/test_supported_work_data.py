"""The experiment and the survey as published, and earnings in the long form."""

import sys

import numpy as np
import pandas as pd
import pytest

import whatworks as ww


@pytest.fixture(scope="module")
def people():
    return ww.documentation.supported_work()


def test_samples_have_the_published_sizes_and_means(people):
    # Dehejia & Wahba (1999), Table 1: 185 treated and 260 controls of the experiment; 15,992 of CPS-1.
    sizes = people.groupby(["sample", "treated"]).size()
    assert sizes["nsw", 1] == 185
    assert sizes["nsw", 0] == 260
    assert sizes["cps", 0] == 15992
    treated = people[people["treated"] == 1]
    assert treated["age"].mean() == pytest.approx(25.81, abs=0.01)
    assert treated["educ"].mean() == pytest.approx(10.35, abs=0.01)
    assert people.loc[people["sample"] == "cps", "age"].mean() == pytest.approx(33.22, abs=0.01)


def test_the_experiment_and_the_raw_gap_are_as_published(people):
    # Dehejia & Wahba (1999), Table 2: 1,794 dollars in the experiment, -8,498 against CPS-1.
    mean = people.groupby(["sample", "treated"])["re78"].mean()
    assert mean["nsw", 1] - mean["nsw", 0] == pytest.approx(1794, abs=0.5)
    assert mean["nsw", 1] - mean["cps", 0] == pytest.approx(-8498, abs=0.5)


def test_columns_and_types_are_as_promised(people):
    assert people.columns.tolist() == [
        *("person", "sample", "treated", "age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75", "re78")
    ]
    assert people["person"].tolist() == list(range(16437))
    assert people["sample"].tolist() == ["nsw"] * 445 + ["cps"] * 15992
    assert {str(people[column].dtype) for column in people.columns[3:]} == {"float64"}
    assert not people.isna().any(axis=None)


def test_without_the_package_the_way_to_it_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "causaldata", None)
    with pytest.raises(ww.errors.MissingData, match=r"whatworks\[examples\]"):
        ww.documentation.supported_work()


def test_the_long_form_holds_every_persons_three_years(people):
    some = people.iloc[[5, 5, 900]].assign(weight=[0.5, 0.5, 1.0])
    panel = ww.documentation.earnings_panel(some)
    assert panel["year"].tolist() == [1974, 1975, 1978] * 3
    assert panel["person"].tolist() == [5] * 6 + [900] * 3
    assert panel["weight"].tolist() == [0.5] * 6 + [1.0] * 3
    assert panel["earnings"].to_numpy().reshape(3, 3) == pytest.approx(some[["re74", "re75", "re78"]].to_numpy())
    assert not {"re74", "re75", "re78"} & set(panel.columns)


def test_the_long_form_leaves_the_wide_one_as_it_was(people):
    before = people.copy()
    ww.documentation.earnings_panel(people)
    pd.testing.assert_frame_equal(people, before)


def test_the_long_form_needs_all_three_years_and_somebody():
    frame = pd.DataFrame({"person": [1], "re74": [0.0], "re75": [np.nan]})
    with pytest.raises(ww.errors.MissingColumn, match="re78"):
        ww.documentation.earnings_panel(frame)
    with pytest.raises(ww.errors.EmptyData):
        ww.documentation.earnings_panel(frame.assign(re78=1.0).iloc[:0])
