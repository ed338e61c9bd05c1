import json
import pickle
from pathlib import Path

import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.encoding import decode_frame, encode_frame
from whatworks.core.errors import InvalidOption, MissingData, UnknownCode
from whatworks.evidence.reviews import COLUMNS

PROJECT = Path(__file__).parents[2]


def test_the_evidence_base_holds_55_published_effects_for_at_least_eight_target_groups(registry):
    assert len(registry.reviews) == 55
    assert registry.reviews["review_id"].is_unique
    assert registry.reviews["target_group"].nunique() >= 8
    assert tuple(registry.reviews.columns) == COLUMNS


def test_numbers_stand_as_printed(registry):
    rows = registry.reviews.set_index("review_id")
    # Baxter et al. (2019), J Epidemiol Community Health 73:379: IRR 0.63 (0.48 to 0.82).
    assert rows.loc["baxter_2019_emergency_visits", ["effect", "conf_low", "conf_high"]].tolist() == [0.63, 0.48, 0.82]
    # Lloyd-Evans et al. (2014) as quoted: negative favours peer support, and nobody turned it round.
    assert rows.loc["lloyd_evans_2014_recovery", ["effect", "direction_of_good"]].tolist() == [-0.24, "down"]
    assert rows.loc["gutterswijk_2020_all", "n"] == 16943


def test_an_interval_that_was_not_seen_stays_missing(registry):
    without = registry.reviews[registry.reviews["conf_low"].isna()]
    assert set(without["review_id"]) == {
        "menting_2013_disruptive_behaviour",
        "sandbank_2023_social_emotional",
        "raposa_2019_overall",
        "prendergast_2006_substance_use",
        "vereenooghe_2013_overall",
        "gutterswijk_2020_tfco_a",
        "gutterswijk_2020_home_based",
        "van_der_put_2020_delinquency",
    }
    assert without["conf_high"].isna().all()


def test_columns_have_types_a_chart_can_use(registry):
    types = registry.reviews.dtypes.astype(str).to_dict()
    assert {types.pop(name) for name in ("year", "k", "n")} == {"Int64"}
    assert {types.pop(name) for name in ("effect", "conf_low", "conf_high", "share_comparison")} == {"float64"}
    assert set(types.values()) == {"str"}
    assert not registry.reviews[list(types)].isna().any(axis=None)


def test_reviews_survive_json_and_labels_are_plain_json(registry):
    stored = json.loads(json.dumps(encode_frame(registry.reviews)))
    pd.testing.assert_frame_equal(decode_frame(stored), registry.reviews)
    assert json.loads(json.dumps(registry.methods["housing_first"].name)) == {"da": "Housing First", "en": "Housing First"}


def test_a_registry_can_be_sent_to_another_process(registry):
    sent = pickle.loads(pickle.dumps(registry))
    assert sent.outcomes == registry.outcomes
    pd.testing.assert_frame_equal(sent.reviews, registry.reviews)


def test_a_group_nobody_has_studied_gives_an_empty_frame_with_all_columns(registry):
    rows = registry.select(target_group="acquired_brain_injury")
    assert rows.empty
    assert rows.dtypes.equals(registry.reviews.dtypes)


def test_selection_narrows_and_leaves_the_registry_alone(registry):
    before = registry.reviews.copy()
    rows = registry.select(target_group="homelessness", method="housing_first", outcome="hospitalisation")
    assert rows["review_id"].tolist() == ["baxter_2019_hospitalisations", "baxter_2019_time_hospitalised"]
    rows["effect"] = 0.0
    pd.testing.assert_frame_equal(registry.reviews, before)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"target_group": "homelesness"}, "did you mean 'homelessness'"),
        ({"method": "no_such_method"}, "housing_first"),
        ({"outcome": "who_5"}, r"did you mean 'who5'\?.*evidence/outcomes.yml"),
    ],
)
def test_an_unknown_code_is_refused_with_the_known_ones(registry, wanted, words):
    with pytest.raises(UnknownCode, match=words):
        registry.select(**wanted)


def test_labels_speak_both_languages(registry):
    assert registry.label("target_group", "acquired_brain_injury", "da") == "Voksne med erhvervet hjerneskade"
    assert registry.label("method", "klare_billeder", "en") == "Clear Pictures"
    assert registry.label("area", "autism", "da") == "Autisme"
    with pytest.raises(InvalidOption, match="'target_group', 'method'"):
        registry.label("citizen", "homelessness", "da")
    with pytest.raises(InvalidOption, match="'da', 'en'"):
        registry.label("method", "klare_billeder", "sv")


def test_the_base_is_found_from_a_folder_below_the_project(monkeypatch, base):
    below = base.parent / "notebooks" / "deep"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert ww.evidence.load().root == base.resolve()


def test_another_folder_of_the_same_name_is_passed_over(monkeypatch, base):
    # The package has a folder called evidence too; it holds no records.
    decoy = base.parent / "src" / "evidence"
    decoy.mkdir(parents=True)
    (decoy / "registry.py").write_text("")
    monkeypatch.chdir(decoy.parent)
    assert ww.evidence.load().root == base.resolve()


def test_no_evidence_base_at_all_is_told_plainly(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MissingData, match=r"No evidence base found.*'no_such_folder'"):
        ww.evidence.load("no_such_folder")
