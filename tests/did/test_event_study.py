"""Event studies: against R's fixest, and where the designs must agree with each other."""

import numpy as np
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidOption, NoComparisonGroup, NotIdentified, NoTreatedGroup
from whatworks.did.event_study import fit_event_cells
from whatworks.did.panel import Columns
from whatworks.did.regression import group_into_profiles, read_roll_out_panel


def shown(values, prefix):
    return [int(term.removeprefix(prefix)) for term in values["term"]]


@pytest.mark.parametrize("cluster", ["unit", "municipality"])
@pytest.mark.parametrize(
    ("name", "method", "prefix"), [("twfe_event_study", "twfe", "event::"), ("sunab/period", "sunab", "period::")]
)
def test_every_event_time_equals_fixest(answers, panel, columns, name, method, prefix, cluster):
    values = answers[f"{name}/{cluster}"]
    result = ww.did.event_study(panel, **columns, method="twfe" if method == "twfe" else "sun_abraham", cluster=cluster)
    parts = result.parts.set_index("event_time").loc[shown(values, prefix)]
    assert parts["estimate"].to_numpy() == pytest.approx(values["estimate"], rel=1e-9)
    assert parts["std_error"].to_numpy() == pytest.approx(values["se"], rel=1e-9)


@pytest.mark.parametrize("cluster", ["unit", "municipality"])
def test_average_over_treated_rows_equals_fixest(answers, panel, columns, cluster):
    values = answers[f"sunab/att/{cluster}"]
    statistics = ww.did.event_study(panel, **columns, cluster=cluster).statistics
    assert statistics["att"] == pytest.approx(values["estimate"], rel=1e-9)
    assert statistics["att_std_error"] == pytest.approx(values["se"], rel=1e-9)


@pytest.mark.parametrize("cluster", ["unit", "municipality"])
def test_averages_by_cohort_equal_fixest(answers, panel, cluster):
    values = answers[f"sunab/cohort/{cluster}"]
    names = Columns(outcome="outcome", unit="unit", time="period", cluster=cluster)
    cells = fit_event_cells(group_into_profiles(read_roll_out_panel(panel, names, "first_treated")), reference=-1, by_cohort=True)
    for cohort, estimate, se in zip(shown(values, "cohort::"), values["estimate"], values["se"], strict=True):
        weights = cells.average((cells.cohort == cohort) & (cells.event_time >= 0))
        assert weights @ cells.fit.coefficients == pytest.approx(estimate, rel=1e-9)
        assert np.sqrt(weights @ cells.fit.vcov @ weights) == pytest.approx(se, rel=1e-9)


def test_sun_abraham_on_a_balanced_panel_is_the_group_time_average_with_a_universal_base(panel, columns):
    study = ww.did.event_study(panel, **columns)
    cells = ww.did.att_gt(panel, **columns, base_period="universal")
    event = ww.did.aggregate(cells, by="event")
    assert study.parts["event_time"].tolist() == event.parts["event_time"].tolist()
    assert study.parts["estimate"].to_numpy() == pytest.approx(event.parts["estimate"].to_numpy(), abs=1e-9)
    assert study.headline.estimate == pytest.approx(event.headline.estimate)


def test_the_covariance_of_the_parts_is_returned_and_its_reference_row_is_zero(panel, columns):
    study = ww.did.event_study(panel, **columns)
    known = study.parts["event_time"] != -1
    spread = np.sqrt(np.diag(study.vcov))
    assert spread[known] == pytest.approx(study.parts.loc[known, "std_error"].to_numpy())
    assert (study.vcov.loc["event time -1"] == 0).all()


def test_without_never_treated_the_last_cohort_compares_until_it_starts(panel, columns):
    staggered = panel[panel["first_treated"] > 0]
    study = ww.did.event_study(staggered, **columns)
    until = staggered[staggered["period"] < 7]
    as_never = until.assign(first_treated=until["first_treated"].replace(7, 0))
    assert study.parts["estimate"].to_numpy() == pytest.approx(
        ww.did.event_study(as_never, **columns).parts["estimate"].to_numpy()
    )
    assert any(check.name == "no_never_treated" for check in study.checks)
    assert study.statistics["n_dropped"] == len(staggered) - len(until)


def test_another_reference_shifts_every_effect_by_a_constant_where_there_is_one_cohort(panel, columns):
    one = panel[panel["first_treated"].isin([0, 4])]
    near, far = ww.did.event_study(one, **columns), ww.did.event_study(one, **columns, reference=-2)
    shift = (near.parts["estimate"] - far.parts["estimate"]).to_numpy()
    assert shift == pytest.approx(shift[0])
    assert abs(shift[0]) > 0.01


@pytest.mark.parametrize(
    ("spoil", "options", "error", "words"),
    [
        (lambda d: d, {"method": "stacked"}, InvalidOption, "'sun_abraham'"),
        (lambda d: d, {"reference": 0}, InvalidOption, "before the start"),
        (lambda d: d, {"conf_level": 2}, InvalidOption, "0.95"),
        (lambda d: d.assign(first_treated=4), {}, NoComparisonGroup, "same time"),
        (lambda d: d.assign(first_treated=1), {}, NoTreatedGroup, "first observed time"),
        (lambda d: d[d["first_treated"] > 0], {"method": "twfe"}, NotIdentified, "calendar time"),
        (lambda d: d[(d["period"] != 2)], {}, NotIdentified, "event time -1"),
    ],
)
def test_bad_input_is_refused_with_the_way_out(panel, columns, spoil, options, error, words):
    with pytest.raises(error, match=words):
        ww.did.event_study(spoil(panel), **{**columns, **options})
