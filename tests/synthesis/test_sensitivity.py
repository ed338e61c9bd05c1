import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import DuplicateRows, MissingColumn, MissingValues, TooFewStudies

NAMES = {
    "estimate": "estimate",
    "std_error": "se",
    "conf_low": "ci_lower",
    "conf_high": "ci_upper",
    "p_value": "p_value",
    "q": "Q",
}
DIFFERENCES = {"tau2": "tau2", "i2": "I2"}


@pytest.mark.parametrize("data", ["smd", "lor"])
def test_leaving_one_study_out_equals_metafor(effects, answers, data):
    table = ww.synthesis.leave_one_out(effects[data], study="study", test="z")
    expected = answers[f"leave1out/{data}"]
    assert ["-" + name for name in table["left_out"]] == expected["study"]
    for ours, theirs in (NAMES | DIFFERENCES).items():
        assert table[ours].to_numpy() == pytest.approx(expected[theirs], rel=1e-9, abs=1e-12), ours


@pytest.mark.parametrize(("data", "order"), [("smd", "year"), ("lor", None)])
def test_adding_studies_one_by_one_equals_metafor(effects, answers, data, order):
    table = ww.synthesis.cumulative(effects[data], study="study", order=order, test="z")
    expected = answers[f"cumul/{data}"]
    assert table["added"].tolist() == expected["study"]
    for ours, theirs in NAMES.items():
        assert table[ours].to_numpy() == pytest.approx(expected[theirs], rel=1e-9, abs=1e-12), ours
    # metafor gives 0 for the differences between studies of the one first study; here they are unknown.
    for ours, theirs in DIFFERENCES.items():
        assert np.isnan(table[ours][0])
        # An I2 of 0 comes out of metafor's iteration as 1.5e-11 per cent.
        assert table[ours].to_numpy()[1:] == pytest.approx(expected[theirs][1:], rel=1e-9, abs=1e-10), ours


def test_the_last_step_is_the_whole_pool_whatever_the_order_of_rows(effects):
    es = effects["smd"].sample(frac=1, random_state=1)
    table = ww.synthesis.cumulative(es, study="study", order="year")
    assert table["estimate"].iloc[-1] == pytest.approx(ww.synthesis.pool(es).headline.estimate, rel=1e-9)
    assert table["k"].tolist() == list(range(1, 15))
    years = es.set_index("study")["year"].loc[table["added"]].to_numpy()
    assert (np.diff(years) >= 0).all()


def test_a_study_with_several_effects_leaves_and_joins_whole(multilevel):
    out = ww.synthesis.leave_one_out(multilevel, study="study", effect="effect")
    assert out["k"].tolist() == (63 - multilevel.groupby("study").size()).tolist()
    joined = ww.synthesis.cumulative(multilevel, study="study", effect="effect")
    assert joined["k"].tolist() == multilevel.groupby("study").size().cumsum().tolist()


def test_many_studies_are_taken_in_several_turns():
    rng = np.random.default_rng(3)
    es = pd.DataFrame({"yi": rng.normal(0.2, 0.5, 1_500), "vi": rng.uniform(0.05, 0.3, 1_500)})
    table = ww.synthesis.leave_one_out(es, tau2="DL")
    for row in (0, 700, 1_499):
        assert table["estimate"][row] == pytest.approx(ww.synthesis.pool(es.drop(row), tau2="DL").headline.estimate, rel=1e-12)


def test_what_cannot_be_left_out_or_ordered_is_refused(effects):
    es = effects["smd"]
    with pytest.raises(TooFewStudies, match="at least 2 studies; got 1"):
        ww.synthesis.leave_one_out(es.head(1), study="study")
    with pytest.raises(DuplicateRows, match="'study'"):
        ww.synthesis.leave_one_out(pd.concat([es, es]), study="study")
    with pytest.raises(MissingValues, match="'year' lacks a value in 1 of 14 rows"):
        ww.synthesis.cumulative(es.assign(year=es["year"].where(es["study"] != "Study 03")), order="year")
    with pytest.raises(MissingColumn, match="'date'"):
        ww.synthesis.cumulative(es, order="date")
