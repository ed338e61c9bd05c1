"""Who is paired with whom: R's pairs one for one, rules, properties, refusals."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import (
    DuplicateRows,
    EmptyData,
    InvalidColumn,
    InvalidOption,
    MissingColumn,
    MissingValues,
    NoComparisonGroup,
    NoMatches,
    NotIdentified,
    NoTreatedGroup,
    TooFewUnits,
    WhatworksError,
)

COVARIATES = ["age", "need", "prior_contacts", "sex", "living", "prior_outcome"]
NUMERIC = ["age", "need", "prior_contacts", "prior_outcome"]
# The calls of R's MatchIt 4.7 that the answers come from, in our words.
DESIGNS = {
    "nearest": {},
    "nearest_smallest": {"order": "smallest"},
    "nearest_closest": {"order": "closest"},
    "nearest_caliper": {"caliper": 0.2},
    "nearest_caliper_age": {"caliper": {"propensity": 0.2, "age": ("raw", 5)}},
    "nearest_ratio2": {"ratio": 2},
    "nearest_replace": {"replace": True},
    "nearest_replace_ratio2": {"replace": True, "ratio": 2},
    "nearest_exact_sex": {"exact": "sex"},
    "nearest_mahalanobis": {"covariates": NUMERIC, "distance": "mahalanobis", "order": "data"},
    "nearest_mahalanobis_replace": {"covariates": NUMERIC, "distance": "mahalanobis", "replace": True},
}


def match_services(df, **options):
    return ww.matching.match(df, **{"treatment": "treated", "covariates": COVARIATES, **options})


def sets(sample):
    """Neighbours of every treated person, nearest first."""
    return {treated: rows["control"].tolist() for treated, rows in sample.pairs.groupby("treated")}


@pytest.mark.parametrize("design", DESIGNS)
def test_pairs_are_those_of_matchit_one_for_one(services, answers, design):
    expected = answers[f"matchit/{design}"]
    assert sets(match_services(services, **DESIGNS[design])) == {pair[0]: pair[1:] for pair in expected["pairs"]}


@pytest.mark.parametrize("design", DESIGNS)
def test_weights_and_counts_are_those_of_matchit(services, answers, design):
    expected = answers[f"matchit/{design}"]
    sample = match_services(services, **DESIGNS[design])
    assert sample.weights.to_numpy() == pytest.approx(np.array(expected["weights_in_row_order"]), abs=1e-9)
    counts = sample.counts.set_index("arm")
    assert counts["matched"].to_dict() == {"treated": expected["n_treated"], "comparison": expected["n_control"]}
    assert counts["ess"].to_list() == pytest.approx([expected["ess_treated"], expected["ess_control"]], rel=1e-9)
    assert (counts["matched"] + counts["dropped"] == counts["all"]).all()


@pytest.mark.parametrize("design", [name for name in DESIGNS if "mahalanobis" not in name])
def test_sum_of_score_differences_is_that_of_matchit(services, answers, design):
    sample = match_services(services, **DESIGNS[design])
    assert sample.pairs["distance"].sum() == pytest.approx(answers[f"matchit/{design}"]["sum_of_distances"], rel=1e-9)


def test_caliper_is_in_standard_deviations_over_both_arms_together(services, answers):
    score = ww.matching.propensity_score(services, treatment="treated", covariates=COVARIATES)
    assert 0.2 * score.std() == pytest.approx(answers["matchit/nearest_caliper"]["caliper"], rel=1e-9)


@pytest.mark.parametrize("design", DESIGNS)
def test_row_order_changes_nothing_when_scores_are_distinct(services, design):
    options = {**DESIGNS[design]}
    if options.pop("order", None) == "data":
        options["order"] = "closest"
    shuffled = services.sample(frac=1, random_state=4)
    assert sets(match_services(shuffled, **options)) == sets(match_services(services, **options))


def test_names_of_levels_and_columns_change_nothing(services):
    renamed = services.replace({"living": {"own": "zz", "shelter": "aa"}, "sex": {"man": "w", "woman": "m"}})
    renamed = renamed.rename(columns={"age": "years"})
    covariates = ["years" if name == "age" else name for name in COVARIATES]
    assert sets(match_services(renamed, covariates=covariates)) == sets(match_services(services))


@pytest.mark.parametrize("distance", ["mahalanobis", "robust_mahalanobis", "sample_mahalanobis", "inverse_variance"])
def test_names_of_levels_change_no_distance(services, distance):
    renamed = services.replace({"living": {"own": "zz", "shelter": "aa"}, "sex": {"man": "w", "woman": "m"}})
    here, there = (match_services(df, distance=distance, order="closest") for df in (services, renamed))
    assert there.pairs["distance"].to_numpy() == pytest.approx(here.pairs["distance"].to_numpy(), abs=1e-7)


def test_nullable_object_and_categorical_columns_are_read_alike(services):
    other = services.assign(
        treated=services["treated"].astype("boolean"),
        age=services["age"].astype("Int64"),
        need=services["need"].astype(object),
        sex=services["sex"].astype(object),
        living=pd.Categorical(services["living"], categories=["supported", "own", "shelter", "nowhere"]),
    )
    assert sets(match_services(other)) == sets(match_services(services))


def test_matching_for_the_comparison_arm_mirrors_matching_for_the_treated(services):
    flipped = services.assign(treated=1 - services["treated"])
    here = match_services(services, estimand="ATC", replace=True)
    there = match_services(flipped, estimand="ATT", replace=True)
    assert here.pairs[["treated", "control"]].to_numpy().tolist() == there.pairs[["control", "treated"]].to_numpy().tolist()
    assert here.estimand == "ATC"


def test_subclass_names_the_pair_and_is_missing_for_rows_left_out(services):
    sample = match_services(services)
    assert sample.subclass.notna().sum() == 292
    pair = sample.pairs.iloc[0]
    assert sample.subclass[pair["treated"]] == sample.subclass[pair["control"]] == pair["subclass"]


def test_subclass_is_missing_for_people_used_in_several_pairs(services):
    sample = match_services(services, replace=True)
    used = sample.pairs["control"].value_counts()
    assert sample.subclass[used.index[used > 1]].isna().all()
    assert sample.subclass[used.index[used == 1]].notna().all()


@pytest.mark.parametrize("left_out", [1, 4])
def test_estimand_reached_does_not_count_few_who_were_left_out(left_out):
    df = pd.DataFrame({"treated": [1] * 10 + [0] * 10, "need": [float(i) for i in range(10)] * 2})
    df.loc[df.index[10 - left_out : 10], "need"] += 100
    sample = ww.matching.match(df, treatment="treated", covariates=["need"], caliper={"need": ("raw", 20)})
    assert sample.estimand == "ATT among the treated who have a match (fewer than 5 have none)"
    assert sample.counts.set_index("arm").loc["treated", "dropped"] == left_out


def test_estimand_reached_says_who_was_left_out(services):
    sample = match_services(services, caliper=0.2)
    assert sample.estimand == "ATT among the 141 of 146 treated who have a match"
    check = next(check for check in sample.checks if check.name == "dropped_treated")
    assert not check.passed
    assert check.statistics == {"n_dropped": 5, "n_treated": 146}


def test_far_pairs_are_told_when_there_is_no_caliper(services):
    shares = {}
    for caliper in (None, 0.2):
        checks = {check.name: check for check in match_services(services, caliper=caliper).checks}
        shares[caliper] = checks["far_pairs"].statistics["share"]
    assert shares[None] > 0.02
    assert shares[0.2] == 0


def test_treated_outside_the_range_of_the_others_are_counted():
    need = [1.0, 2, 3, 4, 5, 9, 9.5, 2, 3, 4, 5, 3.5, 1.5, 2.5]
    df = pd.DataFrame({"treated": [1] * 7 + [0] * 7, "need": need})
    sample = ww.matching.match(df, treatment="treated", covariates="need")
    check = next(check for check in sample.checks if check.name == "common_support")
    assert check.statistics["share_outside"] == pytest.approx(3 / 7)
    assert check.passed is False


def test_weights_that_rest_on_one_person_fail_the_check_of_effective_size():
    df = pd.DataFrame({"treated": [1] * 9 + [0] * 6, "need": [5.0] * 9 + [5, 1, 1, 2, 9, 4]})
    df.loc[8, "need"] = 1.2
    sample = ww.matching.match(df, treatment="treated", covariates="need", replace=True)
    check = next(check for check in sample.checks if check.name == "effective_sample_size")
    assert check.passed is False
    assert check.statistics["ess"] == pytest.approx(81 / 65)


def test_sampling_weights_are_passed_on_to_the_neighbour(services):
    weighted = services.assign(stands_for=np.where(services["sex"] == "woman", 2.0, 1.0))
    sample = match_services(weighted, weights="stands_for", ratio=2)
    treated = weighted["treated"] == 1
    by_pair = sample.pairs.set_index("control")
    taken_over = weighted["stands_for"].reindex(by_pair["treated"]).to_numpy()
    ratio = sample.weights[by_pair.index].to_numpy() / taken_over
    assert np.ptp(ratio) < 1e-12
    assert sample.weights[treated].sum() == pytest.approx(146)
    assert sample.weights[~treated].sum() == pytest.approx(292)


def test_equal_sampling_weights_change_nothing(services):
    plain, weighted = match_services(services), match_services(services.assign(w=7.0), weights="w")
    assert sets(plain) == sets(weighted)
    assert weighted.weights.to_numpy() == pytest.approx(plain.weights.to_numpy())


# --- ties ----------------------------------------------------------------------------------------------------------------


def tied():
    return pd.DataFrame(
        {"treated": [1, 1, 0, 0, 0, 0, 0, 1, 1], "need": [3.0, 5, 3, 3, 4, 1, 4.5, 2, 4]}, index=list("abcdefghi")
    )


def test_of_equal_scores_the_first_row_is_taken():
    assert sets(ww.matching.match(tied(), treatment="treated", covariates="need"))["a"] == ["c"]


def test_averaging_keeps_every_tie_with_its_share():
    sample = ww.matching.match(tied(), treatment="treated", covariates="need", replace=True, ties="average")
    pairs = sample.pairs[sample.pairs["treated"] == "a"]
    assert pairs[["control", "weight"]].to_numpy().tolist() == [["c", 0.5], ["d", 0.5]]


def test_averaging_does_not_depend_on_row_order():
    options = {"treatment": "treated", "covariates": "need", "replace": True, "ties": "average"}
    here, there = ww.matching.match(tied(), **options), ww.matching.match(tied().iloc[::-1], **options)
    assert {key: sorted(value) for key, value in sets(here).items()} == {key: sorted(value) for key, value in sets(there).items()}


@pytest.mark.parametrize("distance", ["propensity", "mahalanobis"])
@pytest.mark.parametrize("replace", [True, False])
def test_line_and_cloud_agree_with_trying_every_pair(distance, replace):
    rng = np.random.default_rng(8)
    df = pd.DataFrame({"treated": rng.random(240) < 0.4, "x": rng.normal(size=240), "z": rng.normal(size=240)})
    turns = {"replace": True} if replace else {"order": "data"}
    sample = ww.matching.match(df, treatment="treated", covariates=["x", "z"], distance=distance, **turns)
    where = sample.propensity.to_numpy()[:, None]
    if distance == "mahalanobis":
        within = sum(df.loc[arm, ["x", "z"]].cov() * (arm.sum() - 1) for arm in (df["treated"], ~df["treated"]))
        where = df[["x", "z"]].to_numpy() @ np.linalg.cholesky(np.linalg.inv(within))
    free = set(np.flatnonzero(~df["treated"]))
    expected = []
    for person in np.flatnonzero(df["treated"]):
        if free:
            nearest = min(free, key=lambda other, person=person: np.linalg.norm(where[other] - where[person]))
            expected.append([person, nearest])
            free -= set() if replace else {nearest}
    assert sample.pairs[["treated", "control"]].to_numpy().tolist() == expected


def test_many_equal_people_are_paired_within_their_kind():
    rng = np.random.default_rng(3)
    df = pd.DataFrame({"a": rng.integers(0, 3, 900), "b": rng.integers(0, 3, 900)})
    df["treated"] = rng.random(900) < 0.1 + 0.1 * df["a"]
    sample = ww.matching.match(df, treatment="treated", covariates=["a", "b"], distance="mahalanobis")
    assert (sample.pairs["distance"] < 1e-6).mean() > 0.9
    assert sample.pairs["control"].is_unique


# --- supported work ------------------------------------------------------------------------------------------------------


def test_wide_ties_on_supported_work_are_counted(supported_work):
    covariates = ["age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75"]
    options = {"treatment": "treat", "covariates": covariates, "replace": True, "ties": "average"}
    wide = ww.matching.match(supported_work, **options, tie_tolerance=1e-5)
    narrow = ww.matching.match(supported_work, **options)
    assert len(wide.pairs) > len(narrow.pairs) > 185
    assert wide.pairs.groupby("treated")["weight"].sum().to_numpy() == pytest.approx(np.ones(185))


# --- refusals ------------------------------------------------------------------------------------------------------------


def people(**columns):
    base = {"treated": [0, 1, 0, 1, 0, 1, 0, 0], "need": [1.0, 2, 3, 4, 5, 6, 2, 3], "kind": list("abababab")}
    return pd.DataFrame({**base, **columns})


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"method": "genetic"}, "'nearest'"),
        ({"distance": "euclidean"}, "'mahalanobis'"),
        ({"estimand": "LATE"}, "'ATC'"),
        ({"order": "random"}, "'closest'"),
        ({"ties": "random"}, "'average'"),
        ({"ties": "average"}, "replace=True"),
        ({"estimand": "ATE"}, "replace=True"),
        ({"ratio": 0}, "whole number"),
        ({"ratio": 1.5}, "whole number"),
        ({"caliper": 0}, "positive number"),
        ({"caliper": float("nan")}, "positive number"),
        ({"caliper": 0.2, "distance": "mahalanobis"}, "does not say what it limits"),
        ({"caliper": {"need": 1}, "ties": "average", "replace": True}, "caliper on the score only"),
        ({"tie_tolerance": -1}, "0 or more"),
        ({"covariates": []}, "at least one column"),
        ({"covariates": ["need", "treated"]}, "treatment"),
        ({"covariates": ["need", "need"]}, "more than once"),
    ],
)
def test_options_that_do_not_exist_or_do_not_fit_are_refused_with_what_does(options, words):
    with pytest.raises(InvalidOption, match=words):
        ww.matching.match(people(), **{"treatment": "treated", "covariates": ["need"], **options})


@pytest.mark.parametrize(
    ("columns", "error", "words"),
    [
        ({"treated": [0, 1, 2, 1, 0, 1, 0, 0]}, InvalidColumn, "0/1"),
        ({"treated": list("nynynynn")}, InvalidColumn, "numbers are needed"),
        ({"treated": [1] * 8}, NoComparisonGroup, "all 8 rows"),
        ({"treated": [0] * 8}, NoTreatedGroup, "all 8 rows"),
        ({"treated": [0, 1, None, 1, 0, 1, 0, 0]}, MissingValues, "1 of 8"),
        ({"need": [1.0, None, 3, 4, 5, None, 2, 3]}, MissingValues, "2 of 8 rows lack a value .'need' 2"),
        ({"need": [1.0, np.inf, 3, 4, 5, 6, 2, 3]}, InvalidColumn, "1 infinite"),
        ({"need": [1.0] * 8}, InvalidColumn, "'need' have the same value"),
        ({"kind": ["same"] * 8}, InvalidColumn, "'kind' have the same value"),
        ({"kind": pd.date_range("2024-01-01", periods=8)}, InvalidColumn, "type datetime64"),
        ({"need": [1.0, 6, 2, 7, 3, 8, 4, 5]}, NotIdentified, "'need' splits the arms"),
        ({"kind": list("abacabab")}, NotIdentified, r"'kind' \(one of its levels\) splits the arms"),
        ({"kind": [1.0, 4, 9, 16, 25, 36, 4, 9], "need": [2.0, 8, 18, 32, 50, 72, 8, 18]}, NotIdentified, "combinations"),
    ],
)
def test_columns_that_cannot_be_used_are_named_with_counts(columns, error, words):
    with pytest.raises(error, match=words):
        ww.matching.match(people(**columns), treatment="treated", covariates=["need", "kind"])


def test_a_missing_column_an_empty_frame_and_repeated_labels_are_refused():
    with pytest.raises(MissingColumn, match="no column 'age'"):
        ww.matching.match(people(), treatment="treated", covariates=["age"])
    with pytest.raises(EmptyData):
        ww.matching.match(people().iloc[:0], treatment="treated", covariates=["need"])
    with pytest.raises(DuplicateRows, match="repeats a label in 4 of 8 rows"):
        ww.matching.match(people().set_index(pd.Index([1, 1, 2, 2, 3, 3, 4, 4])), treatment="treated", covariates=["need"])


@pytest.mark.parametrize("weight", [0.0, -1.0])
def test_weights_that_are_not_positive_are_refused(weight):
    with pytest.raises(InvalidColumn, match="'w' is zero or negative in 1 of 8 rows"):
        ww.matching.match(people(w=[weight] + [1.0] * 7), treatment="treated", covariates=["need"], weights="w")


def test_more_neighbours_than_people_are_refused():
    with pytest.raises(TooFewUnits, match="ratio=6 neighbours are asked for and 5 people"):
        ww.matching.match(people(), treatment="treated", covariates=["need"], ratio=6, replace=True)


def test_rules_that_leave_no_pair_are_refused_with_the_rules():
    df = people(need=[1.0, 2, 3, 4, 5, 6, 1.5, 3.5])
    with pytest.raises(NoMatches, match="caliper=1e-06"):
        ww.matching.match(df, treatment="treated", covariates=["need"], caliper=1e-6)
    with pytest.raises(NoMatches, match=r"exact=\['kind'\]"):
        ww.matching.match(people(kind=list("abababaa")), treatment="treated", covariates=["need"], exact="kind")


def test_three_rows_are_answered_or_refused_but_never_crash():
    with pytest.raises(WhatworksError):
        ww.matching.match(people().iloc[:3], treatment="treated", covariates=["need", "kind"])
    answer = ww.matching.match(people().iloc[:3], treatment="treated", covariates=["need"])
    assert len(answer.pairs) == 1


def test_separated_arms_can_be_matched_on_covariates_but_carry_a_failed_check():
    df = people(need=[1.0, 6, 2, 7, 3, 8, 4, 5])
    sample = ww.matching.match(df, treatment="treated", covariates=["need"], distance="mahalanobis")
    assert sample.propensity is None
    assert next(check for check in sample.checks if check.name == "common_support").passed is False


def test_error_messages_hold_no_persons_value():
    df = people(need=[1.0, 2, 3, 4, 5, 987654, 2, np.inf])
    with pytest.raises(InvalidColumn) as caught:
        ww.matching.match(df, treatment="treated", covariates=["need"])
    assert "987654" not in str(caught.value)


def test_an_order_is_refused_where_nobody_waits_for_a_turn(services):
    with pytest.raises(InvalidOption, match="with replace=True nobody waits"):
        match_services(services, replace=True, order="smallest")


@pytest.mark.parametrize(
    "options", [{"exact": "treated"}, {"caliper": {"treated": 0.5}}, {"method": "cem", "exact": ["treated"]}]
)
def test_agreement_on_the_treatment_itself_is_refused(services, options):
    with pytest.raises(InvalidOption, match="names the treatment 'treated' itself"):
        match_services(services, **options)


def test_scores_that_differ_by_rounding_alone_are_ties(recwarn):
    df = pd.DataFrame({"treated": [1, 1, 0] * 20, "need": [1.0, 2.0, 1.5] * 20})
    sample = ww.matching.match(df, treatment="treated", covariates="need", replace=True, ties="average")
    assert not recwarn.list
    assert sample.weights.to_numpy() == pytest.approx(1.0)
    assert sample.pairs["control"].nunique() == 20


def test_fewer_neighbours_than_asked_for_are_told(services):
    few = services[(services["treated"] == 1) | (services.index % 3 == 0)]
    sample = match_services(few, ratio=3)
    short = next(check for check in sample.checks if check.name == "neighbours_short")
    counts = sample.pairs.groupby("subclass").size()
    assert short.passed is False
    assert short.statistics == {"share": pytest.approx((counts < 3).mean()), "ratio": 3}
    assert "neighbours_short" not in {check.name for check in match_services(few).checks}
