from dataclasses import replace

import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidEvidence, MissingColumn, UnknownCode
from whatworks.evidence.gaps import GAP_COLUMNS, STATES
from whatworks.evidence.outcome_ranges import OutcomeEvidence

KNOWN = OutcomeEvidence(outcome="x", conf_low=-0.1, conf_high=0.1, certainty="moderate", smallest_important=0.2)
HEADER = "study_id,target_group,method,outcome,title,design,expected_year,seen_at,note\n"
ANNOUNCED = "invented,adults_autism,peer_support,who5,Invented trial,rct,2027,https://example.org/x,\n"


@pytest.fixture(scope="module")
def cells(registry):
    return ww.evidence.gap_map(registry).set_index(["target_group", "domain"])


def test_every_group_meets_every_domain_once(registry, cells):
    assert len(cells) == len(registry.target_groups) * len(registry.domains)
    assert cells.index.is_unique
    assert (*cells.index.names, *cells.columns) == GAP_COLUMNS


def test_without_a_study_a_cell_is_a_gap_and_never_no_difference(registry, cells):
    assert set(cells["state"]) == {"not_rated", "gap"}
    empty = cells[cells["state"] == "gap"]
    assert (empty[["reviews", "results", "studies", "own_results"]] == 0).all(axis=None)
    assert cells["results"].sum() == len(ww.evidence.counted(registry.reviews))


def test_unknown_and_no_clear_difference_are_states_apart(registry):
    same, unclear = ww.evidence.verdict([KNOWN]), ww.evidence.verdict([replace(KNOWN, conf_high=0.5)])
    none = ww.evidence.verdict([])
    verdicts = {
        ("homelessness", "housing"): same,
        ("mental_illness", "mental_health"): unclear,
        ("adults_autism", "housing"): none,
    }
    cells = ww.evidence.gap_map(registry, verdicts=verdicts).set_index(["target_group", "domain"])
    assert cells.loc[list(verdicts), "state"].tolist() == ["no_clear_difference", "unknown", "gap"]
    assert cells.loc[("homelessness", "housing"), ["certainty", "reason"]].tolist() == ["moderate", "inside_limits"]
    assert len({label for pair in STATES.values() for label in pair}) == 2 * len(STATES)


def test_studies_of_one_review_are_not_added_up_over_its_results(cells):
    # Baxter et al. found 4 studies and print two results on housing; Aubry et al. is one study.
    assert cells.loc[("homelessness", "housing"), ["reviews", "results", "largest_review"]].tolist() == [2, 4, 4]


def test_a_study_under_way_is_shown_where_nothing_is_reported(base):
    (base / "studies_under_way.csv").write_text(HEADER + ANNOUNCED, encoding="utf-8")
    cells = ww.evidence.gap_map(ww.evidence.load(base)).set_index(["target_group", "domain"])
    assert cells.loc[("adults_autism", "wellbeing"), ["state", "under_way"]].tolist() == ["under_way", 1]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (ANNOUNCED.replace("peer_support", "peer_suport"), r"studies_under_way\.csv:2: method 'peer_suport' is not known"),
        (ANNOUNCED.replace("https://example.org/x", "soon"), r"seen_at 'soon' needs an address"),
        (ANNOUNCED.replace("Invented trial", ""), r"title is empty"),
        (ANNOUNCED.replace("2027", "later"), r"expected_year needs a whole number"),
        (ANNOUNCED + ANNOUNCED, r"studies_under_way\.csv:3: the same study stands on line 2"),
    ],
)
def test_a_fault_in_an_announced_study_names_its_line(base, row, words):
    (base / "studies_under_way.csv").write_text(HEADER + row, encoding="utf-8")
    with pytest.raises(InvalidEvidence, match=words):
        ww.evidence.load(base)


def test_a_verdict_on_a_group_that_does_not_exist_is_refused(registry):
    with pytest.raises(UnknownCode, match="target_group 'nobody'"):
        ww.evidence.gap_map(registry, verdicts={("nobody", "housing"): ww.evidence.verdict([])})


def test_own_results_that_are_not_promoted_count_once(registry):
    own = pd.DataFrame([{"target_group": "adults_autism", "method": "housing_first", "outcome": "who5"}] * 2)
    cells = ww.evidence.gap_map(registry, own=own).set_index(["target_group", "domain"])
    assert cells.loc[("adults_autism", "wellbeing"), ["state", "own_results"]].tolist() == ["not_rated", 1]
    with pytest.raises(UnknownCode, match="'nothing'"):
        ww.evidence.gap_map(registry, own=own.assign(outcome="nothing"))
    with pytest.raises(MissingColumn, match="'outcome'"):
        ww.evidence.gap_map(registry, own=own.drop(columns="outcome"))


def test_what_nobody_has_assessed_is_not_yet_rated_and_not_unclear(registry):
    unassessed = ww.evidence.verdict([replace(KNOWN, certainty=None)])
    assert (unassessed.code, unassessed.reason) == ("unknown", "not_assessed")
    cells = ww.evidence.gap_map(registry, verdicts={("homelessness", "housing"): unassessed})
    assert cells.set_index(["target_group", "domain"]).loc[("homelessness", "housing"), "state"] == "not_rated"
