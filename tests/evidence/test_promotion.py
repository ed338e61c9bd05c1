import json
from dataclasses import replace

import pandas as pd
import pytest

import whatworks as ww
from whatworks.core import Check, EffectResult, Provenance
from whatworks.core.errors import DisclosureRisk, InvalidEffect, InvalidEvidence, InvalidOption, UnknownCode

CODES = {"target_group": "adults_social_psychiatry", "method": "peer_support", "outcome": "who5"}
ROW = {"term": "ATT", "kind": "headline", "estimate": 5.0, "std_error": 1.0, "conf_low": 3.0, "conf_high": 7.0, "p_value": 0.0}


def result(**more):
    parts = [
        ROW | {"n_treated": 60.0},
        {**ROW, "term": "2020", "kind": "part", "n_treated": 57.0},
        {**ROW, "term": "2021", "kind": "part", "n_treated": 3.0},
    ]
    fields = {
        "method": "did.att_gt", "estimand": "ATT", "measure": "MD", "unit": "points", "good": "up",
        "effects": pd.DataFrame(parts),
        "statistics": {"nobs": 400, "n_treated": 60, "n_comparison": 80}, "provenance": Provenance(data_fingerprint="0"),
        "checks": (Check(name="parallel_pretrends", passed=True, message="fine"),),
    }  # fmt: skip
    return EffectResult(**(fields | more))


def promote(base, found=None, **more):
    options = {"design": "did", "synthetic": False, "root": base} | CODES | more
    return ww.evidence.promote(found or result(), **options)


def test_a_result_becomes_part_of_the_evidence_base(base):
    path = promote(base)
    assert path == base / "local" / "adults_social_psychiatry" / "peer_support" / "who5.v1.json"
    registry = ww.evidence.load(base)
    row = registry.local.iloc[0]
    assert row[["version", "design", "estimate", "conf_low", "n_treated", "checks_failed"]].tolist() == [
        1,
        "did",
        5.0,
        3.0,
        60,
        0,
    ]
    assert registry.local_versions[0].result.headline.estimate == 5.0


def test_small_groups_are_blanked_before_anything_is_written(base):
    written = json.loads(promote(base).read_text(encoding="utf-8"))
    kept = EffectResult.from_json(json.dumps(written["result"]))
    assert kept.parts["estimate"].isna().tolist() == [False, True]
    assert "disclosure" in [check.name for check in kept.checks]


def test_the_same_result_twice_is_one_file_with_the_same_bytes(base):
    first = promote(base)
    before = first.read_bytes()
    assert promote(base) == first
    assert first.read_bytes() == before


def test_another_result_never_takes_the_place_of_one_that_stands(base):
    first = promote(base)
    other = result(unit="points on the scale")
    with pytest.raises(InvalidOption, match=r"Version 1 of this result stands in local/.*never overwritten"):
        promote(base, other)
    second = promote(base, other, revises="A year of data was added.")
    assert second.name == "who5.v2.json"
    assert first.exists()
    registry = ww.evidence.load(base)
    assert registry.local[["version", "note"]].to_numpy().tolist() == [[2, "A year of data was added."]]
    assert [found.version for found in registry.local_versions] == [1, 2]


@pytest.mark.parametrize(
    ("found", "options", "error", "words"),
    [
        (result(), {"synthetic": True}, InvalidOption, "synthetic; only results on real data"),
        (result(), {"method": "laerkemodellen"}, InvalidOption, "synthetic"),
        (result(provenance=Provenance(data_fingerprint="0", arguments={"synthetic": True})), {}, InvalidOption, "synthetic"),
        (result(), {"target_group": "adults"}, UnknownCode, "target_group 'adults' is not known"),
        (result(), {"method": "peer_suport"}, UnknownCode, "did you mean 'peer_support'"),
        (result(), {"outcome": "../../who5"}, UnknownCode, "outcome '../../who5' is not known"),
        (result(), {"design": "magic"}, InvalidOption, "design='magic' is not known"),
        (result(statistics={"n_treated": 4, "n_comparison": 80}), {}, DisclosureRisk, "n_treated below 5"),
        (result(statistics={"n_treated": 8, "n_comparison": 80}), {"k": 10}, DisclosureRisk, "n_treated below 10"),
        (result(), {"k": 2}, DisclosureRisk, "k is 2"),
        (result(statistics={"tau2": 0.1}), {}, DisclosureRisk, "no count of people"),
        (result(good="down"), {}, InvalidEffect, "good is down, but up is good"),
        (result(good=None), {}, InvalidEffect, "good is None"),
        (result(effects=pd.DataFrame([ROW | {"estimate": 9.0}])), {}, InvalidEffect, "does not hold its estimate 9"),
        (result(effects=pd.DataFrame([ROW | {"estimate": float("nan")}])), {}, InvalidEffect, "no estimate"),
    ],
)
def test_what_may_not_be_promoted_is_refused_and_nothing_is_written(base, found, options, error, words):
    with pytest.raises(error, match=words):
        promote(base, found, **options)
    assert not (base / "local").exists()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda text: text.replace('"peer_support"', '"peer_suport"'), r"method 'peer_suport' is not known"),
        (lambda text: text.replace('"peer_support"', '"laerkemodellen"'), r"laerkemodellen is an invented method"),
        (
            lambda text: text.replace('"housing"', "").replace('"version": 1', '"version": 2'),
            r"stands where .*who5\.v2\.json should",
        ),
        (lambda text: text[:-5], r"who5\.v1\.json:\d+: is not valid JSON"),
        (lambda text: text.replace('"design": "did"', '"design": "magic"'), r"design 'magic' is not known"),
        (lambda text: text.replace('"note"', '"notes"'), r"needs the keys format, target_group"),
        (lambda text: text.replace('"headline"', '"header"'), r"its result cannot be read"),
        (lambda text: text.replace('"format": 1', '"format": 9'), r"format must be 1"),
        (lambda text: "[]", r"needs the keys"),
    ],
)
def test_a_file_that_was_changed_by_hand_is_a_fault_like_others(base, spoil, words):
    path = promote(base)
    path.write_text(spoil(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(InvalidEvidence, match=words):
        ww.evidence.load(base)


def test_a_promoted_result_shows_in_the_gap_map(base):
    before = ww.evidence.gap_map(ww.evidence.load(base)).set_index(["target_group", "domain"])
    promote(base, replace(result()))
    after = ww.evidence.gap_map(ww.evidence.load(base)).set_index(["target_group", "domain"])
    cell = ("adults_social_psychiatry", "wellbeing")
    assert before.loc[cell, ["state", "own_results"]].tolist() == ["gap", 0]
    assert after.loc[cell, ["state", "own_results"]].tolist() == ["not_rated", 1]
