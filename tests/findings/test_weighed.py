"""Effects of different outcomes on one axis."""

import math

import pandas as pd
import pytest

from whatworks.findings.weighed import on_one_axis, weighed, weighed_figure


def test_an_effect_is_counted_in_smallest_differences_that_matter_where_they_are_set(samples):
    points, left_out = weighed([samples.rollout()], {}, "en")
    row = points.iloc[0]
    assert row["scale"] == "important"
    assert row[["effect", "conf_low", "conf_high"]].tolist() == pytest.approx([0.46, 0.31, 0.61])
    assert math.isnan(row["cost"])
    assert left_out == []


def test_a_trial_gives_the_standard_deviation_by_its_own_standard_error(samples):
    # Cochrane Handbook 6.5.2.3: SD = SE / sqrt(1/185 + 1/260); SE = (3038 - 551) / 3.92.
    spread = (3038 - 551) / 3.92 / math.sqrt(1 / 185 + 1 / 260)
    scale, values = on_one_axis(samples.matched(), "experiment")
    assert scale == "sd"
    assert values == pytest.approx((1794 / spread, 551 / spread, 3038 / spread))
    rules = pd.DataFrame({"rule": ["classical", "HC1"], "std_error": [500.0, 634.0]})
    classical = on_one_axis(samples.matched(tables={"std_errors": rules}), "experiment")[1]
    assert classical[0] == pytest.approx(1794 / (500 / math.sqrt(1 / 185 + 1 / 260)))


def test_less_is_better_turns_round_and_keeps_the_ends_in_order(samples):
    result = samples.effect(-5.0, -8.0, -2.0, good="down")
    finding = samples.rollout(results={"overall": result})
    assert on_one_axis(finding, "overall")[1] == (0.5, 0.2, 0.8)


@pytest.mark.parametrize("measure", ["OR", "logOR"])
def test_odds_become_standard_deviations(samples, measure):
    # Chinn (2000): ln(OR) / 1.81.
    values = (2.0, 1.2, 3.0) if measure == "OR" else tuple(map(math.log, (2.0, 1.2, 3.0)))
    finding = samples.rollout(results={"overall": samples.effect(*values, measure=measure)})
    scale, (effect, _low, _high) = on_one_axis(finding, "overall")
    assert scale == "sd"
    assert effect == pytest.approx(math.log(2) / 1.81, rel=3e-3)


def test_what_cannot_be_held_against_others_is_named_and_not_drawn(samples):
    unreliable = samples.rollout(pretrends=False)
    unknown = samples.rollout(results={"overall": samples.effect(1.2, 1.1, 1.3, measure="RR", good=None)})
    points, left_out = weighed([unreliable, unknown, samples.reviews()], {}, "en")
    assert points.empty
    assert left_out == ["The Lark Model (Young people with mental health difficulties)"] * 2
    assert weighed_figure([unreliable], {}, "en") == ""


@pytest.mark.parametrize("measure", ["RR", "IRR", "HR", "logRR"])
def test_a_ratio_stands_on_a_scale_of_its_own_by_which_way_is_good(samples, measure):
    values = (0.5, 0.4, 0.8) if measure != "logRR" else tuple(map(math.log, (0.5, 0.4, 0.8)))
    finding = samples.rollout(results={"overall": samples.effect(*values, measure=measure, good="down")})
    scale, told = on_one_axis(finding, "overall")
    assert scale == "ratio_down"
    assert told == pytest.approx((0.5, 0.4, 0.8))
    assert "1 of 2 effects lie" in weighed_figure([finding, samples.rollout(pretrends=True, answer=(1, -1, 3))], {}, "en")


def test_a_ratio_from_a_known_share_is_people_out_of_100(samples):
    outcome = {**samples.rollout().labels["outcome"], "without": 0.30, "smallest_important": None}
    labels = {**samples.rollout().labels, "outcome": outcome}
    finding = samples.rollout(results={"overall": samples.effect(1.5, 1.2, 2.0, measure="RR")}, labels=labels)
    scale, told = on_one_axis(finding, "overall")
    assert scale == "of_100"
    assert told == pytest.approx((15, 6, 30))
    fewer = samples.rollout(results={"overall": samples.effect(-0.1, -0.15, -0.05, measure="RD", good="down")}, labels=labels)
    assert on_one_axis(fewer, "overall")[1] == pytest.approx((10, 5, 15))


def test_simulated_findings_say_so_in_the_figure(samples):
    assert "SIMULATED" in weighed_figure([samples.rollout()], {}, "en")
    assert "SIMULATED" not in weighed_figure([samples.matched()], {}, "en")
