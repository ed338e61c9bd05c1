import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidEffect, MissingColumn


def test_nothing_printed_is_changed(registry):
    rows = ww.evidence.comparable(registry.reviews)
    for column, printed in (("estimate", "effect"), ("conf_low", "conf_low"), ("conf_high", "conf_high"), ("k", "k")):
        pd.testing.assert_series_equal(rows[column], registry.reviews[printed], check_names=False)
    assert rows["review_id"].tolist() == registry.reviews["review_id"].tolist()


def test_d_g_and_smd_are_one_family_and_every_ratio_its_own(registry):
    rows = ww.evidence.comparable(registry.reviews)
    families = rows.groupby("family")["measure"].agg(set).to_dict()
    assert families == {"SMD": {"SMD", "g", "d"}, "RR": {"RR"}, "IRR": {"IRR"}, "OR": {"OR"}}
    assert rows.groupby("family")[["scale", "no_effect"]].first().T.to_dict("list") == {
        "IRR": ["log", 1.0],
        "OR": ["log", 1.0],
        "RR": ["log", 1.0],
        "SMD": ["linear", 0.0],
    }


def test_the_side_an_effect_favours_follows_its_own_direction(registry):
    rows = ww.evidence.comparable(registry.reviews).set_index("review_id")
    # Fewer emergency visits: a ratio below 1 where down is good.
    assert rows.loc["baxter_2019_emergency_visits", "favours"] == "intervention"
    # Printed with negative in favour of peer support.
    assert rows.loc["lloyd_evans_2014_recovery", "favours"] == "intervention"
    # The benefit is gone, and the point estimate lies on the other side, after six months.
    assert rows.loc["benishek_2014_6_months", ["favours", "clear"]].tolist() == ["comparison", False]


def test_clear_is_unknown_without_an_interval_and_false_when_no_effect_is_inside_or_touched(registry):
    rows = registry.reviews.iloc[[6, 7, 8]].assign(
        measure="RR", effect=[1.2, 1.2, 1.2], conf_low=[1.1, 1.0, float("nan")], conf_high=[1.3, 1.4, float("nan")]
    )
    clear = ww.evidence.comparable(rows)["clear"]
    assert clear.iloc[0]
    assert not clear.iloc[1]
    assert clear.iloc[2] is pd.NA


def test_no_difference_at_all_favours_neither(registry):
    rows = registry.reviews.iloc[[0, 1]].assign(measure=["RR", "d"], effect=[1.0, 0.0])
    assert ww.evidence.comparable(rows)["favours"].tolist() == ["neither", "neither"]


def test_an_empty_selection_gives_an_empty_frame_with_the_same_columns_and_types(registry):
    none = ww.evidence.comparable(registry.select(target_group="acquired_brain_injury"))
    assert none.empty
    assert none.dtypes.equals(ww.evidence.comparable(registry.reviews).dtypes)


def test_a_frame_from_elsewhere_is_refused_with_what_is_needed(registry):
    with pytest.raises(MissingColumn, match="lack the columns effect, doi"):
        ww.evidence.comparable(registry.reviews.drop(columns=["effect", "doi"]))
    with pytest.raises(InvalidEffect, match="measure 'odds' is not known; use one of SMD"):
        ww.evidence.comparable(registry.reviews.assign(measure="odds"))


def test_a_citation_leaves_out_what_is_not_known(registry):
    rows = registry.reviews.set_index("review_id")
    assert (
        ww.evidence.citation(rows.loc["baxter_2019_housed"])
        == "Baxter et al. (2019), J Epidemiol Community Health, doi:10.1136/jech-2018-210981"
    )
    assert ww.evidence.citation(rows.loc["pmc5558146_negative_samples"]) == "PMC5558146 (2017)"
    assert (
        ww.evidence.citation(rows.loc["psychiatric_services_202100138_anxiety"])
        == "Psychiatric Services (appi.ps.202100138), doi:10.1176/appi.ps.202100138"
    )


def test_every_citation_is_whole(registry):
    for text in ww.evidence.comparable(registry.reviews)["citation"]:
        assert text.strip()
        assert not any(sign in text for sign in ("nan", "<NA>", "()", ", ,", "None"))


def test_a_link_prefers_the_doi_and_is_empty_when_nothing_is_known(registry):
    rows = registry.reviews.set_index("review_id")
    assert ww.evidence.link(rows.loc["sun_2022_recovery"]) == "https://doi.org/10.1186/s12916-024-03260-y"
    assert ww.evidence.link(rows.loc["dalgaard_2026_mental_health"]) == "https://mbye.netlify.app/working-papers/group-based"
    assert ww.evidence.link(rows.loc["gutterswijk_2020_all"]) == ""
