import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import whatworks as ww
from whatworks.core.disclosure import checked_k, disclose, is_small, suppress_counts, suppress_line, suppress_table
from whatworks.core.errors import DisclosureRisk


def result_with_counts(parts, **statistics):
    rows = [("ATT", "headline", 1.0, 40), *[(f"part {n}", "part", 2.0, n) for n in parts]]
    effects = pd.DataFrame(rows, columns=["term", "kind", "estimate", "n_treated"])
    for column in ("p_value", "conf_high", "conf_low", "std_error"):
        effects.insert(3, column, 0.5 if column != "conf_high" else 3.0)
    return ww.EffectResult(
        method="m",
        estimand="e",
        measure="MD",
        unit="u",
        effects=effects,
        statistics=statistics,
        vcov=pd.DataFrame(np.eye(len(parts))),
        provenance=ww.Provenance(data_fingerprint="0"),
    )


def test_the_floor_of_three_cannot_be_lowered():
    assert checked_k(3) == 3
    for k in (2, 1, 0, -5):
        with pytest.raises(DisclosureRisk, match="3"):
            checked_k(k)
    with pytest.raises(DisclosureRisk):
        suppress_counts(pd.DataFrame({"n": [1]}), counts=["n"], k=1)


def test_zero_tells_of_nobody_and_is_shown():
    assert not is_small(0)
    assert is_small(pd.Series([0, 1, 4, 5])).tolist() == [False, True, True, False]


def test_small_counts_and_what_rests_on_them_are_missing_never_zero():
    table = pd.DataFrame({"n": [12, 3, 0], "mean": [50.0, 44.0, np.nan]})
    out = suppress_counts(table, counts=["n"], values=["mean"])
    assert out["n"].isna().tolist() == [False, True, False]
    assert out["mean"].isna().tolist() == [False, True, True]
    assert table.loc[1, "n"] == 3


@settings(max_examples=60, deadline=None)
@given(arrays(np.int64, (4, 4), elements=st.integers(0, 30)))
def test_no_hidden_cell_can_be_computed_from_the_margins(counts):
    hidden = suppress_table(pd.DataFrame(counts)).isna().to_numpy()
    assert hidden[(counts > 0) & (counts < 5)].all()
    for line in [*hidden, *hidden.T]:
        assert line.sum() != 1


def test_small_cells_are_not_found_together_from_a_margin():
    # The total less what is shown would be 2: one person in each.
    hidden = suppress_table(pd.DataFrame([[1, 30, 40], [1, 35, 45], [20, 50, 60]])).isna().to_numpy()
    assert hidden[:, 0].sum() == 3
    assert suppress_line(pd.Series([1, 1, 20, 30])).tolist() == [True, True, True, False]
    assert not suppress_line(pd.Series([0, 5, 20])).any()


@settings(max_examples=60, deadline=None)
@given(arrays(np.int64, (5, 4), elements=st.integers(0, 12)))
def test_no_set_of_margins_gives_a_hidden_cell_back(counts):
    hidden = suppress_table(pd.DataFrame(counts + 1)).isna().to_numpy()
    cells = np.argwhere(hidden)
    margins = np.zeros((9, len(cells)))
    margins[cells[:, 0], range(len(cells))] = margins[5 + cells[:, 1], range(len(cells))] = 1
    # A cell is known exactly where its unit vector is a sum of margins.
    known = np.linalg.matrix_rank(margins)
    for one in np.eye(len(cells)):
        assert np.linalg.matrix_rank(np.vstack([margins, one])) > known


def test_a_cell_of_five_is_shown():
    assert suppress_table(pd.DataFrame([[5, 9], [10, 12]])).notna().all(axis=None)


def test_a_count_hidden_for_another_reason_does_not_stand_alone_beside_its_total():
    assert suppress_line(pd.Series([9, 12, 20]), hidden=pd.Series([True, False, False])).tolist() == [True, True, False]


def test_a_small_cell_with_nothing_beside_it_needs_no_company_where_small_totals_are_hidden_too():
    alone = pd.DataFrame([[2, 0], [0, 30]])
    assert suppress_table(alone, small_totals_hidden=True).isna().to_numpy().tolist() == [[True, False], [False, False]]
    assert suppress_table(alone).isna().to_numpy().sum() > 1


def test_a_hidden_cell_that_bridges_two_hidden_blocks_is_not_given_back():
    # Two squares of small cells and one between them: the totals of the first square less those of its columns are that one.
    counts = np.full((4, 4), 40)
    counts[:2, :2] = counts[2:, 2:] = 3
    counts[1, 2] = 4
    hidden = suppress_table(pd.DataFrame(counts)).isna().to_numpy()
    assert hidden[:2, 2:].sum() + hidden[2:, :2].sum() >= 2


def test_one_small_cell_alone_in_a_single_column_is_refused():
    with pytest.raises(DisclosureRisk, match="Merge"):
        suppress_table(pd.DataFrame({"n": [2, 9, 8]}))


def test_parts_on_few_people_are_blanked_with_a_check_and_without_the_covariance():
    out = disclose(result_with_counts([20, 3], n_treated=40))
    assert out.effects.loc[out.effects["term"] == "part 3", ["estimate", "conf_low", "n_treated"]].isna().all(axis=None)
    assert out.headline.estimate == 1.0
    assert out.checks[-1].name == "disclosure"
    assert out.vcov is None


@pytest.mark.parametrize("arm", ["n_treated", "n_comparison"])
def test_a_headline_on_few_people_is_refused(arm):
    with pytest.raises(DisclosureRisk, match=f"{arm} is below 5"):
        disclose(result_with_counts([20], **{arm: 4}))


def test_a_result_without_small_cells_is_returned_unchanged():
    result = result_with_counts([20, 30], n_treated=40)
    assert disclose(result).effects["estimate"].tolist() == result.effects["estimate"].tolist()


def test_how_many_people_were_left_out_is_not_told_when_they_are_few():
    check = ww.Check(
        name="dropped_treated", passed=False, message="2 of 185 left out.", statistics={"n_dropped": 2, "n_treated": 185}
    )
    result = dataclasses.replace(result_with_counts([20], n_treated=40, n_dropped=2), checks=(check,))
    out = disclose(result)
    assert np.isnan(out.statistics["n_dropped"])
    assert np.isnan(out.checks[0].statistics["n_dropped"])
    assert "2 of 185" not in out.to_json()
    assert out.checks[0].passed is False


@pytest.mark.parametrize("count", ["n_dropped", "n_trimmed", "n_trimmed_meant", "units"])
def test_every_count_of_those_left_aside_is_hidden_where_it_is_small(count):
    told = disclose(result_with_counts([20], nobs=100, **{count: 3})).statistics
    assert np.isnan(told[count])
    assert np.isnan(told["nobs"])


def test_no_count_that_stayed_gives_back_how_many_were_left_out():
    dropped = ww.Check(name="dropped_treated", passed=False, message="2 of 185.", statistics={"n_dropped": 2, "n_treated": 185})
    clusters = ww.Check(name="few_clusters", passed=True, message="183 clusters.", statistics={"clusters": 183, "limit": 40})
    result = result_with_counts([20], n_treated=183, ess_treated=183.0, nobs=366)
    out = disclose(dataclasses.replace(result, checks=(dropped, clusters)))
    assert "183" not in out.to_json()
    assert out.checks[1].passed is True
    assert out.checks[1].statistics["limit"] == 40


def test_many_left_out_are_counted():
    check = ww.Check(name="dropped_rows", passed=False, message="20 left out.", statistics={"n_dropped": 20})
    assert disclose(dataclasses.replace(result_with_counts([20]), checks=(check,))).checks[0] == check


def test_no_share_gives_back_how_many_stayed():
    dropped = ww.Check(name="dropped_treated", passed=False, message="2 of 185.", statistics={"n_dropped": 2, "n_treated": 185})
    ties = ww.Check(name="ties_broken", passed=False, message="21 of 183.", statistics={"n_ties": 21, "share": 21 / 183})
    out = disclose(dataclasses.replace(result_with_counts([20], n_treated=183), checks=(dropped, ties)))
    assert np.isnan(out.checks[1].statistics["n_ties"])
    assert out.checks[1].statistics["share"] == 0.11
    assert "183" not in out.to_json()


def test_treated_groups_are_not_counted_where_they_give_back_how_many_stayed():
    dropped = ww.Check(name="dropped_treated", passed=False, message="2 of 185.", statistics={"n_dropped": 2, "n_treated": 185})
    groups = ww.Check(name="few_treated_clusters", passed=True, message="183 treated.", statistics={"treated": 183, "limit": 6})
    out = disclose(dataclasses.replace(result_with_counts([20], n_treated=183), checks=(dropped, groups)))
    assert "183" not in out.to_json()
