"""What all estimators of the room must do alike: read the same data in any dress, and refuse what cannot be answered."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import whatworks as ww
from whatworks.core.errors import (
    DuplicateRows,
    EmptyData,
    InvalidColumn,
    InvalidOption,
    MissingColumn,
    MissingValues,
    NotIdentified,
    NoTreatedGroup,
    TreatmentReversal,
    WhatworksError,
)

ASKED = {"outcome": "y", "unit": "unit", "time": "t", "first_treated": "start"}
did = ww.did
ESTIMATORS = {
    "att_gt": lambda df: did.att_gt(df, **ASKED, covariates=["x"], weights="w", cluster="town"),
    "att_gt_not_yet": lambda df: did.att_gt(df, **ASKED, control="not_yet", base_period="universal"),
    "cross_sections": lambda df: did.att_gt(df, **{**ASKED, "unit": None}, panel=False, covariates=["x"]),
    "att_gt_many": lambda df: did.att_gt_many(df, outcomes=["y"], unit="unit", time="t", first_treated="start")["y"],
    "aggregate": lambda df: did.aggregate(did.att_gt(df, **ASKED), by="event", bands="simultaneous"),
    "two_by_two": lambda df: did.two_by_two(two_times(df), outcome="y", unit="unit", time="t", treated="treated"),
    "twfe": lambda df: did.twfe(df, **ASKED, weights="w", cluster="town"),
    "twfe_cr2": lambda df: did.twfe(df, **ASKED, inference="CR2"),
    "twfe_wild": lambda df: did.twfe(df, **ASKED, inference="wild_bootstrap", draws=199, seed=1),
    "sun_abraham": lambda df: did.event_study(df, **ASKED),
    "event_study": lambda df: did.event_study(df, **ASKED, method="twfe"),
    "imputation": lambda df: did.imputation(df, **ASKED, covariates=["x"], weights="w", cluster="town"),
    "stacked": lambda df: did.stacked(df, **ASKED, window=(2, 1)),
    "synthetic": lambda df: did.synthetic(df, **ASKED, variance="jackknife"),
    "bacon": lambda df: did.bacon(df, **ASKED),
    "conley_taber": lambda df: did.conley_taber(df, **ASKED, draws=199, seed=1),
    "ferman_pinto": lambda df: did.ferman_pinto(df, **ASKED, size="people", draws=199, seed=1),
    "randomisation_test": lambda df: did.randomisation_test(df, **ASKED, draws=199, seed=1),
    "honest": lambda df: did.honest(did.event_study(df, **ASKED), bounds=[1]),
    "pretrend_power": lambda df: did.pretrend_power(did.event_study(df, **ASKED), leads=2),
    "spillover": lambda df: did.spillover(df, **ASKED, neighbours=beside_itself(df)),
}
CHECKS = {
    "composition": lambda df: did.composition(df, **ASKED),
    "anticipation": lambda df: did.anticipation(did.event_study(df, **ASKED)),
    "national_event": lambda df: did.national_event(df, **ASKED, events={df["t"].sort_values().iloc[len(df) // 2]: "reform"}),
}
# These take the mean of a unit's rows at a time, or rows that are different persons.
AVERAGING = {"cross_sections", "conley_taber", "ferman_pinto", "randomisation_test"}


def roll_out(*, starts=(4, 6, 0, 0, 0), units=50, times=7):
    """Every start in turn; outcomes with a level, a trend and an effect that grows."""
    rng = np.random.default_rng(5)
    start, t = np.resize(starts, units), np.arange(1, times + 1)
    since = t - np.where(start > 0, start, np.inf)[:, None]
    y = rng.normal(size=(units, 1)) + 0.3 * t + np.where(since >= 0, 1 + 0.2 * since, 0.0) + rng.normal(size=(units, times))
    fixed = {"unit": np.arange(units) + 100, "start": start, "town": np.arange(units) // 2, "x": rng.normal(size=units),
             "w": rng.uniform(0.5, 2, units)}  # fmt: skip
    df = pd.DataFrame({name: np.repeat(values, times) for name, values in fixed.items()})
    return df.assign(t=np.tile(t, units), y=y.ravel(), people=rng.integers(5, 40, units * times))


def beside_itself(df):
    """A pair of neighbours that crosses no border."""
    return pd.DataFrame({"unit": df["unit"].iloc[:1], "neighbour": df["unit"].iloc[:1]})


def two_times(df):
    """The two times around the first start, with who is treated then."""
    chosen = df[df["t"].isin(sorted(df["t"].unique())[2:4])]
    starts = chosen["start"].astype("object").where(chosen["start"].notna(), None)
    first = min((start for start in starts if start not in (None, 0) and not np.isinf(float(start))), default=None)
    return chosen.assign(treated=[int(start == first and first is not None) for start in starts])


def numbers(answer):
    if not hasattr(answer, "effects"):
        return np.array(list(answer.statistics.values()))
    return answer.effects[["estimate", "std_error", "conf_low", "conf_high", "p_value"]].to_numpy().ravel()


def quarters(df, how):
    label = pd.PeriodIndex.from_ordinals(df["t"] + 200, freq="Q")
    start = pd.PeriodIndex([pd.NaT if g == 0 else pd.Period(ordinal=g + 200, freq="Q") for g in df["start"]], freq="Q")
    if how == "period":
        return df.assign(t=label, start=start)
    return df.assign(t=label.to_timestamp(how=how).normalize(), start=start.to_timestamp(how=how).normalize())


DRESSES = {
    "rows in another order": lambda df: df.sample(frac=1, random_state=3),
    "text labels": lambda df: df.assign(unit="u" + df["unit"].astype(str), town=pd.Categorical("t" + df["town"].astype(str))),
    "nullable": lambda df: df.astype({"unit": "Int64", "t": "Int64", "start": "Int64"}).astype({"y": "Float64", "x": "Float64"}),
    "objects": lambda df: df.astype({"x": object, "start": object, "t": object}),
    "categories of time": lambda df: df.assign(t=pd.Categorical(df["t"]), start=pd.Categorical(df["start"])),
    "never as NaN, infinity and 0": lambda df: df.assign(
        start=np.where(df["start"] > 0, df["start"], np.choose(df["unit"] % 3, [np.nan, np.inf, 0.0]))
    ),
    "an index with repeats": lambda df: df.set_axis(np.zeros(len(df), dtype=int)),
    "far later times": lambda df: df.assign(t=df["t"] + 2010, start=np.where(df["start"] > 0, df["start"] + 2010, 0)),
}  # fmt: skip


@pytest.fixture(scope="module")
def plain():
    df = roll_out()
    return df, {name: numbers(ask(df)) for name, ask in {**ESTIMATORS, **CHECKS}.items()}


@pytest.mark.parametrize("dress", DRESSES)
@pytest.mark.parametrize("name", [*ESTIMATORS, *CHECKS])
def test_the_same_data_in_another_dress_give_the_same_numbers(plain, name, dress):
    df, expected = plain
    found = numbers({**ESTIMATORS, **CHECKS}[name](DRESSES[dress](df.copy())))
    assert found == pytest.approx(expected[name], rel=1e-6, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("how", ["period", "start", "end"])
@pytest.mark.parametrize("name", sorted({*ESTIMATORS, *CHECKS} - {"two_by_two"}))
def test_quarters_may_be_periods_or_their_first_or_last_days(plain, name, how):
    df, expected = plain
    found = numbers({**ESTIMATORS, **CHECKS}[name](quarters(df, how)))
    assert found == pytest.approx(expected[name], rel=1e-6, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("scale", [1e9, 1e-9])
@pytest.mark.parametrize("name", ESTIMATORS)
def test_the_unit_of_the_outcome_only_scales_the_answer(plain, name, scale):
    df, expected = plain
    headline = ESTIMATORS[name](df.assign(y=df["y"] * scale)).headline
    assert headline.estimate / scale == pytest.approx(expected[name][0], rel=1e-6)
    assert headline.conf_low / scale == pytest.approx(expected[name][2], rel=1e-4)
    assert headline.p_value == pytest.approx(expected[name][4], rel=1e-4, abs=1e-12)


BAD = {
    "empty": (lambda df: df.iloc[:0], EmptyData),
    "no outcome": (lambda df: df.drop(columns="y"), MissingColumn),
    "text outcome": (lambda df: df.assign(y="many"), InvalidColumn),
    "infinite outcome": (lambda df: df.assign(y=df["y"].where(df["t"] != 3, np.inf)), InvalidColumn),
    "text time": (lambda df: df.assign(t="year " + df["t"].astype(str)), InvalidColumn),
    "time lacking": (lambda df: df.assign(t=df["t"].where(df.index != 4)), MissingValues),
    "unit lacking": (lambda df: df.assign(unit=df["unit"].where(df.index != 3).astype(float)), MissingValues),
    "one time": (lambda df: df[df["t"] == 3], NotIdentified),
    "two rows": (lambda df: pd.concat([df, df[df["t"] == 3].iloc[:1]]), DuplicateRows),
    "switched off": (lambda df: df.assign(start=df["start"].where(df.index != 5, 0)), TreatmentReversal),
    "nothing seen": (lambda df: df.assign(y=np.nan), WhatworksError),
    "nobody treated": (lambda df: df.assign(start=0), NoTreatedGroup),
}


@pytest.mark.parametrize("name", sorted(set(ESTIMATORS) - {"two_by_two", "spillover"}))
@pytest.mark.parametrize("bad", BAD)
def test_bad_input_is_refused_by_every_estimator_with_an_error_of_ours(name, bad):
    spoil, error = BAD[bad]
    df = spoil(roll_out())
    if (name in AVERAGING and bad == "two rows") or (name == "cross_sections" and bad in ("unit lacking", "switched off")):
        ESTIMATORS[name](df)
        return
    with pytest.raises(error):
        ESTIMATORS[name](df)


@pytest.mark.parametrize("name", ["randomisation_test", "conley_taber", "ferman_pinto"])
def test_an_outcome_that_never_changes_is_no_evidence_of_anything(name):
    found = ESTIMATORS[name](roll_out().assign(y=lambda df: 3.7 + df["unit"] / 7)).headline
    assert (found.estimate, found.p_value) == (0.0, 1.0)


@pytest.mark.parametrize("name", ["att_gt", "two_by_two", "twfe", "sun_abraham", "imputation", "stacked"])
def test_what_rounding_leaves_of_no_spread_is_no_standard_error(name):
    exact = roll_out().assign(y=lambda df: df["unit"] % 5 + 2.0 * ((df["start"] > 0) & (df["t"] >= df["start"])))
    found = ESTIMATORS[name](exact).headline
    assert found.estimate == pytest.approx(2.0)
    assert np.isnan([found.std_error, found.conf_low, found.p_value]).all()


@pytest.mark.parametrize("name", ["att_gt", "aggregate", "two_by_two", "imputation", "sun_abraham", "stacked"])
def test_intervals_are_students_with_the_degrees_of_freedom_told(plain, name):
    result = ESTIMATORS[name](plain[0])
    found, df = result.headline, result.statistics["df"]
    assert df == result.statistics["clusters"] - 1
    assert found.conf_high - found.estimate == pytest.approx(stats.t.ppf(0.975, df) * found.std_error)
    assert found.p_value == pytest.approx(2 * stats.t.sf(abs(found.estimate / found.std_error), df))


@pytest.mark.parametrize(
    ("name", "treated"), [("att_gt", 3), ("twfe", 3), ("imputation", 3), ("two_by_two", 5), ("sun_abraham", 5), ("stacked", 5)]
)
def test_few_treated_clusters_are_a_doubt_however_many_there_are_in_all(name, treated):
    checks = ESTIMATORS[name](roll_out(starts=(4,) * 5 + (0,) * 95, units=100)).checks
    doubt = next(check for check in checks if check.name == "few_treated_clusters")
    assert (doubt.passed, doubt.statistics["treated"]) == (False, treated)


def test_a_covariate_of_numbers_held_as_objects_is_a_number_and_text_beside_numbers_is_refused():
    df = roll_out()
    plainly, boxed = (did.att_gt(frame, **ASKED, covariates=["x"]) for frame in (df, df.astype({"x": object})))
    assert boxed.effects.equals(plainly.effects)
    with pytest.raises(InvalidColumn, match="349 numbers and 1 other values"):
        did.att_gt(df.assign(x=df["x"].astype(object).where(df.index != 0, "high")), **ASKED, covariates=["x"])


@pytest.mark.parametrize("name", ["att_gt", "two_by_two", "twfe", "event_study", "imputation", "stacked"])
def test_a_column_itself_where_its_name_is_meant_is_refused(name):
    call = {**ASKED, "window": (1, 1)} if name == "stacked" else ASKED
    if name == "two_by_two":
        call = {"outcome": "y", "unit": "unit", "time": "t", "treated": "start"}
    df, ask = roll_out(), getattr(did, name)
    with pytest.raises(InvalidOption, match="weights is of type Series; name a column"):
        ask(df, **call, weights=df["w"])
    with pytest.raises(InvalidOption, match="cluster is of type list; name one column"):
        ask(df, **call, cluster=["town"])
    with pytest.raises(InvalidOption, match="data are of type dict"):
        ask(df.to_dict(), **call)


@pytest.mark.parametrize("draws", [-1, 99.5, True, "many"])
@pytest.mark.parametrize("name", ["twfe", "randomisation_test", "conley_taber", "ferman_pinto", "synthetic", "att_gt"])
def test_draws_that_are_no_number_of_draws_are_refused(name, draws):
    options = {"twfe": {"inference": "wild_bootstrap"}, "ferman_pinto": {"size": "people"}}.get(name, {})
    asked = {"bootstrap": draws} if name == "att_gt" else {"draws": draws}
    with pytest.raises(InvalidOption, match="whole number of at least"):
        getattr(did, name)(roll_out(), **ASKED, **options, **asked, seed=1)


def test_neighbours_with_labels_of_another_kind_are_not_taken_for_none():
    df = roll_out()
    pairs = pd.DataFrame({"unit": df["unit"].astype(str).unique()[:2], "neighbour": df["unit"].astype(str).unique()[2:4]})
    with pytest.raises(InvalidColumn, match=r"None of the 2 pairs.*int64.*str"):
        did.spillover(df, **ASKED, neighbours=pairs)


def test_an_event_study_without_its_reference_says_which_others_there_are():
    df = roll_out().query("t != 5")
    with pytest.raises(NotIdentified, match="event times -2, -3 before the start"):
        did.event_study(df, **ASKED)
    assert did.event_study(df, **ASKED, reference=-2).headline.std_error > 0
