"""Which designs a roll-out can carry."""

import numpy as np
import pandas as pd
import pytest

from whatworks.design import advise

CALL = {"unit": "town", "time": "quarter", "first_treated": "start"}


def rollout(starts, times=8):
    n = len(starts)
    return pd.DataFrame(
        {"town": np.repeat(np.arange(n), times), "quarter": np.tile(np.arange(times), n), "start": np.repeat(starts, times)}
    )


def verdicts(starts, times=8):
    table = advise(rollout(starts, times), **CALL).set_index("design")
    return table["verdict"].to_dict(), table["reason"].to_dict()


def test_a_staggered_roll_out_is_for_group_time_effects_and_a_two_way_regression_is_doubted():
    verdict, reason = verdicts([4] * 12 + [6] * 12 + [0] * 12)
    assert verdict["group_time"] == verdict["imputation"] == "carries"
    assert (verdict["twfe"], reason["twfe"]) == ("carries_with_doubt", "staggered")
    assert verdict["before_after"] == "cannot"


def test_one_wave_is_for_the_two_way_regression_too():
    assert verdicts([4] * 12 + [0] * 12)[0]["twfe"] == "carries"


def test_one_treated_town_with_a_long_past_is_for_a_composed_comparison():
    verdict, reason = verdicts([12] + [0] * 24, times=20)
    assert verdict["synthetic"] == verdict["conley_taber"] == "carries"
    # Nothing tells how one town differs from itself; two towns begin to.
    assert (verdict["group_time"], reason["group_time"]) == ("cannot", "few_treated")
    verdict, reason = verdicts([12, 12] + [0] * 24, times=20)
    assert (verdict["group_time"], reason["group_time"]) == ("carries_with_doubt", "few_treated")
    table = advise(rollout([12] + [0] * 24, times=20), **CALL)
    assert table["design"].iloc[0] == "synthetic"


@pytest.mark.parametrize(
    ("starts", "design", "reason"),
    [
        ([0] * 12, "group_time", "nobody_starts"),
        ([-1] * 6 + [0] * 6, "group_time", "no_before"),
        ([4] * 12, "group_time", "nobody_waits"),
        ([3] * 12 + [0] * 3, "synthetic", "short_before"),
        ([6] * 12 + [0] * 3, "synthetic", "few_donors"),
        ([6] * 12 + [0] * 12, "synthetic", "few_donors"),
        ([4] * 2 + [0] * 8, "conley_taber", "few_never"),
        ([4] * 24 + [0] * 24, "conley_taber", "few_never"),
        ([4] + [0] * 8, "randomisation", "few_ways"),
    ],
)
def test_what_cannot_be_told_is_refused_with_its_reason(starts, design, reason):
    df = rollout(starts)
    df["quarter"] += 1
    df["start"] = df["start"].where(df["start"] <= 0, df["start"] + 1).where(df["start"] >= 0, 1)
    row = advise(df, **CALL).set_index("design").loc[design]
    assert (row["verdict"], row["reason"]) == ("cannot", reason)
    assert len(row["message"]) > 20


@pytest.mark.parametrize(
    ("starts", "reason"),
    [
        ([1] * 12 + [0] * 12, "one_time_before"),
        ([7] * 12 + [0] * 12, "one_time_after"),
        ([3] * 12 + [6] * 12, "everybody_starts"),
    ],
)
def test_what_can_only_be_told_in_part_is_a_doubt(starts, reason):
    verdict, reasons = verdicts(starts)
    assert (verdict["group_time"], reasons["group_time"]) == ("carries_with_doubt", reason)


def test_missing_rows_rule_a_composed_comparison_out():
    df = rollout([6] * 3 + [0] * 12).iloc[1:]
    row = advise(df, **CALL).set_index("design").loc["synthetic"]
    assert row["reason"] == "gaps"


def test_row_order_and_labels_change_nothing():
    df = rollout([4] * 12 + [6] * 12 + [0] * 12)
    shuffled = df.sample(frac=1, random_state=1).assign(town=lambda frame: "town " + frame["town"].astype(str))
    pd.testing.assert_frame_equal(advise(df, **CALL), advise(shuffled, **CALL))


def test_where_fewer_start_than_may_be_shown_no_design_is_advised():
    df = rollout([12, 12] + [0] * 24, times=20)
    assert (advise(df, **CALL, fewest=2)["verdict"] != "cannot").any()
    assert set(advise(df, **CALL, fewest=3)["reason"]) == {"too_few_to_show"}
