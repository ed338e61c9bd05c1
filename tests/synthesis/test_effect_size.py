import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import EmptyData, InvalidColumn, InvalidEffect, InvalidOption, MissingColumn, MissingValues

REPORTED = pd.DataFrame({"estimate": [0.3, -0.1], "conf_low": [0.1, -0.4], "conf_high": [0.5, 0.2]})


@pytest.mark.parametrize("measure", ["SMD", "MD", "ROM"])
def test_effects_from_means_equal_metafor(two_means, answers, measure):
    es = ww.synthesis.effect_sizes(two_means, measure=measure)
    assert es["yi"].to_numpy() == pytest.approx(answers[f"escalc/{measure}"]["yi"], rel=1e-9)
    assert es["vi"].to_numpy() == pytest.approx(answers[f"escalc/{measure}"]["vi"], rel=1e-9)


@pytest.mark.parametrize("variance", ["LS2", "UB", "AV"])
def test_other_variances_of_hedges_g_equal_metafor(two_means, answers, variance):
    es = ww.synthesis.effect_sizes(two_means, measure="SMD", smd_variance=variance)
    assert es["vi"].to_numpy() == pytest.approx(answers[f"escalc/SMD_{variance}"]["vi"], rel=1e-9)


@pytest.mark.parametrize(("measure", "entry"), [("logOR", "OR"), ("logRR", "RR"), ("RD", "RD")])
def test_effects_from_counts_with_a_zero_cell_equal_metafor(two_counts, answers, measure, entry):
    es = ww.synthesis.effect_sizes(two_counts, measure=measure)
    assert es["yi"].to_numpy() == pytest.approx(answers[f"escalc/{entry}"]["yi"], rel=1e-9)
    assert es["vi"].to_numpy() == pytest.approx(answers[f"escalc/{entry}"]["vi"], rel=1e-9)


def test_the_frame_comes_back_whole_and_unchanged(two_counts):
    before = two_counts.copy()
    es = ww.synthesis.effect_sizes(two_counts, measure="logOR")
    assert two_counts.equals(before)
    assert es.columns.tolist() == [*before.columns, "yi", "vi", "measure"]
    assert set(es["measure"]) == {"logOR"}


def test_swapping_the_arms_turns_the_sign_and_keeps_the_variance(two_means, two_counts):
    turn = {"mean": "mean_{}", "sd": "sd_{}", "n": "n_{}", "events": "events_{}"}
    swapped = {f"{stem}_treated": text.format("comparison") for stem, text in turn.items()}
    swapped |= {f"{stem}_comparison": text.format("treated") for stem, text in turn.items()}
    for frame, measure in [(two_means, m) for m in ("SMD", "MD", "ROM")] + [(two_counts, m) for m in ("logOR", "logRR", "RD")]:
        es = ww.synthesis.effect_sizes(frame, measure=measure)
        turned = ww.synthesis.effect_sizes(frame, measure=measure, **swapped)
        assert turned["yi"].to_numpy() == pytest.approx(-es["yi"].to_numpy(), rel=1e-12)
        assert turned["vi"].to_numpy() == pytest.approx(es["vi"].to_numpy(), rel=1e-12)


def test_half_is_added_only_where_a_cell_is_empty_unless_asked_otherwise(two_counts):
    usual = ww.synthesis.effect_sizes(two_counts, measure="logOR")
    everywhere = ww.synthesis.effect_sizes(two_counts, measure="logOR", add_to="all")
    same = np.isclose(usual["yi"], everywhere["yi"], rtol=1e-12)
    assert same.tolist() == (two_counts["events_treated"] == 0).tolist()
    # Trial 03: 0 of 22 against 3 of 24, with 1/2 in each cell.
    assert usual["yi"][2] == pytest.approx(np.log(0.5 * 21.5 / (22.5 * 3.5)))


def test_ratios_refuse_an_empty_cell_when_nothing_is_added(two_counts):
    with pytest.raises(InvalidEffect, match=r"1 of 14 rows have empty cells .*logOR.*rows 2.*add_to='zero_cells'"):
        ww.synthesis.effect_sizes(two_counts, measure="logOR", add_to="none")
    es = ww.synthesis.effect_sizes(two_counts, measure="RD", add_to="none")
    assert es["yi"][2] == pytest.approx(-3 / 24)


def test_effects_are_read_from_standard_errors_and_from_intervals():
    z = 1.959963984540054
    by_interval = ww.synthesis.effect_sizes(REPORTED, measure="GEN")
    by_error = ww.synthesis.effect_sizes(
        REPORTED.assign(se=[0.2 / z, 0.3 / z]), measure="SMD", estimate="estimate", std_error="se"
    )
    assert by_interval["vi"].to_numpy() == pytest.approx([(0.2 / z) ** 2, (0.3 / z) ** 2], rel=1e-12)
    assert by_error["vi"].to_numpy() == pytest.approx(by_interval["vi"].to_numpy(), rel=1e-12)
    assert by_error["measure"].tolist() == ["SMD", "SMD"]


def test_a_90_percent_interval_of_the_same_width_means_a_larger_variance():
    wide = ww.synthesis.effect_sizes(REPORTED, measure="GEN", conf_level=0.90)["vi"]
    assert (wide > ww.synthesis.effect_sizes(REPORTED, measure="GEN")["vi"]).all()


def test_ratios_are_put_on_the_log_scale_only_when_asked():
    ratios = pd.DataFrame({"or": [1.8], "low": [1.2], "high": [2.7]})
    columns = {"estimate": "or", "conf_low": "low", "conf_high": "high"}
    es = ww.synthesis.effect_sizes(ratios, measure="logOR", log=True, **columns)
    assert es["yi"][0] == pytest.approx(np.log(1.8))
    assert es["vi"][0] == pytest.approx((np.log(2.7 / 1.2) / (2 * 1.959963984540054)) ** 2)
    assert ww.synthesis.effect_sizes(ratios, measure="GEN", **columns)["yi"][0] == 1.8


def test_log_of_a_ratio_that_is_not_positive_is_refused():
    with pytest.raises(InvalidEffect, match=r"1 of 2 rows have a ratio in 'conf_low' that is not above 0 \(rows 1\)"):
        ww.synthesis.effect_sizes(REPORTED, measure="GEN", log=True)


def test_log_of_a_standard_error_is_refused():
    with pytest.raises(InvalidOption, match="log=True needs conf_low and conf_high"):
        ww.synthesis.effect_sizes(REPORTED.assign(std_error=0.1), measure="GEN", log=True)


def test_an_interval_that_does_not_hold_its_estimate_is_refused_by_row():
    wrong = REPORTED.assign(estimate=[0.3, 0.9])
    with pytest.raises(InvalidEffect, match=r"1 of 2 rows have an interval .* does not hold its estimate \(rows 1\)"):
        ww.synthesis.effect_sizes(wrong, measure="GEN")


def test_many_wrong_rows_are_counted_and_ten_are_named():
    many = pd.DataFrame({"estimate": np.ones(30), "std_error": np.zeros(30)})
    with pytest.raises(InvalidEffect, match=r"30 of 30 rows .*rows 0, 1, .*, 9 and 20 more"):
        ww.synthesis.effect_sizes(many, measure="GEN")


def test_means_that_cannot_be_right_are_refused(two_means):
    for change, words in [
        ({"sd_treated": 0.0}, "standard deviation in 'sd_treated'"),
        ({"n_comparison": 1}, "fewer than 2 citizens in 'n_comparison'"),
    ]:
        with pytest.raises(InvalidEffect, match=words):
            ww.synthesis.effect_sizes(two_means.assign(**change), measure="SMD")
    with pytest.raises(InvalidEffect, match=r"opposite sign.*use 'MD'"):
        ww.synthesis.effect_sizes(two_means.assign(mean_treated=-1.0), measure="ROM")


def test_counts_that_cannot_be_right_are_refused(two_counts):
    with pytest.raises(InvalidEffect, match="events in 'events_treated' below 0 or above 'n_treated'"):
        ww.synthesis.effect_sizes(two_counts.assign(events_treated=10_000), measure="RD")
    with pytest.raises(InvalidEffect, match="no citizens in 'n_comparison'"):
        ww.synthesis.effect_sizes(two_counts.assign(n_comparison=0), measure="RD")


def test_missing_columns_values_and_rows_are_named(two_means):
    with pytest.raises(MissingColumn, match="no column 'm1'"):
        ww.synthesis.effect_sizes(two_means, measure="SMD", mean_treated="m1")
    with pytest.raises(MissingValues, match="'sd_treated' lacks a value in 14 of 14 rows"):
        ww.synthesis.effect_sizes(two_means.assign(sd_treated=np.nan), measure="SMD")
    with pytest.raises(EmptyData, match="no rows"):
        ww.synthesis.effect_sizes(two_means.head(0), measure="SMD")
    with pytest.raises(MissingColumn, match="conf_low"):
        ww.synthesis.effect_sizes(two_means.assign(estimate=0.1), measure="GEN")


def test_unknown_and_contradicting_options_are_refused(two_means, two_counts):
    with pytest.raises(InvalidOption, match=r"measure='OR' is not known; use one of 'SMD'.*'GEN'"):
        ww.synthesis.effect_sizes(two_counts, measure="OR")
    with pytest.raises(InvalidOption, match="smd_variance='XX'"):
        ww.synthesis.effect_sizes(two_means, measure="SMD", smd_variance="XX")
    with pytest.raises(InvalidOption, match="need estimate="):
        ww.synthesis.effect_sizes(two_means, measure="SMD", log=True)
    with pytest.raises(InvalidOption, match="add=0 must be above 0"):
        ww.synthesis.effect_sizes(two_counts, measure="RD", add=0)
    with pytest.raises(InvalidOption, match="not both"):
        ww.synthesis.effect_sizes(REPORTED.assign(se=0.1), measure="GEN", std_error="se", conf_low="conf_low")
    with pytest.raises(InvalidOption, match="conf_level=95"):
        ww.synthesis.effect_sizes(REPORTED, measure="GEN", conf_level=95)


def test_one_measure_is_never_written_over_several():
    with pytest.raises(InvalidColumn, match="names 2 measures"):
        ww.synthesis.effect_sizes(REPORTED.assign(measure=["SMD", "logOR"]), measure="GEN")


def test_nullable_columns_are_read_like_plain_ones(two_counts):
    nullable = two_counts.convert_dtypes()
    plain = ww.synthesis.effect_sizes(two_counts, measure="RD")
    assert ww.synthesis.effect_sizes(nullable, measure="RD")["yi"].to_numpy() == pytest.approx(plain["yi"].to_numpy())
