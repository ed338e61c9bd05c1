"""Packages of estimates: what may leave a municipality, and what is refused on the way in."""

import json

import numpy as np
import pandas as pd
import pytest

from whatworks.core import Check, EffectResult, Provenance
from whatworks.core.errors import DisclosureRisk, EmptyData, InvalidOption, MissingColumn, MissingData
from whatworks.documentation.sharing import gather, share
from whatworks.documentation.sharing_package import (
    IncompatiblePackage,
    TamperedPackage,
    packed,
    read_package,
    write_package,
)

QUESTION = {"target_group": "adults_autism", "method": "moenster", "outcome": "who5"}


def result(estimate=2.0, std_error=0.5, *, n=(40, 60), estimand="ATT", unit="points", measure="MD", parts=(), **more):
    rows = [("ATT", "headline", estimate, std_error, *n), *[(f"part {p}", "part", 1.0, 0.5, p, p) for p in parts]]
    effects = pd.DataFrame(rows, columns=["term", "kind", "estimate", "std_error", "n_treated", "n_comparison"])
    effects = effects.assign(conf_low=effects["estimate"] - 1, conf_high=effects["estimate"] + 1, p_value=0.01)
    order = ["term", "kind", "estimate", "std_error", "conf_low", "conf_high", "p_value", "n_treated", "n_comparison"]
    statistics = more.pop("statistics", {"n_treated": n[0], "n_comparison": n[1]})
    return EffectResult(
        method="matching.estimate", estimand=estimand, measure=measure, unit=unit, good="up", effects=effects[order],
        statistics=statistics, provenance=Provenance(data_fingerprint="0123456789" * 2), **more,
    )  # fmt: skip


def package(sender="751", estimate=2.0, *, question=QUESTION, synthetic=True, **more):
    return share({"main": result(estimate, **more)}, sender=sender, question=question, synthetic=synthetic)


def test_a_package_reads_back_as_it_was_shared(tmp_path):
    groups = pd.DataFrame({"group": ["18-29", "30-49", "50+"], "n_treated": [12, 20, 8], "n_comparison": [20, 30, 10]})
    shared = share({"main": result(parts=(9, 12))}, sender="751", question=QUESTION, synthetic=True, groups=groups)
    read = read_package(write_package(shared, tmp_path / "751.json"))
    assert read.results == shared.results
    assert read.fingerprint == shared.fingerprint
    pd.testing.assert_frame_equal(read.groups, shared.groups)
    again = write_package(share({"main": result(parts=(9, 12))}, sender="751", question=QUESTION, synthetic=True, groups=groups),
                          tmp_path / "again.json")  # fmt: skip
    assert again.read_bytes() == (tmp_path / "751.json").read_bytes()


def test_parts_that_rest_on_few_people_are_hidden_before_they_leave(tmp_path):
    shared = share({"main": result(parts=(3, 12))}, sender="751", question=QUESTION, synthetic=True)
    assert shared.results["main"].parts["estimate"].isna().tolist() == [True, False]
    assert shared.results["main"].parts["n_treated"].isna().tolist() == [True, False]


def test_an_effect_on_few_people_does_not_leave():
    with pytest.raises(DisclosureRisk, match="n_treated is below 5"):
        package(n=(4, 60))
    with pytest.raises(DisclosureRisk, match="floor|smallest"):
        share({"main": result()}, sender="751", question=QUESTION, synthetic=True, k=2)


def test_a_result_that_does_not_say_how_many_needs_groups():
    silent = {"main": result(statistics={"nobs": 100})}
    with pytest.raises(DisclosureRisk, match="Give groups"):
        share(silent, sender="751", question=QUESTION, synthetic=True)
    groups = pd.DataFrame({"group": ["all"], "n_treated": [40], "n_comparison": [60]})
    assert share(silent, sender="751", question=QUESTION, synthetic=True, groups=groups).groups["n_treated"].tolist() == [40]
    few = groups.assign(n_treated=4)
    with pytest.raises(DisclosureRisk, match="fewer than 5 people in n_treated together"):
        share(silent, sender="751", question=QUESTION, synthetic=True, groups=few)
    with pytest.raises(MissingColumn):
        share(silent, sender="751", question=QUESTION, synthetic=True, groups=groups.drop(columns="n_treated"))


def test_a_hidden_group_cannot_be_found_by_subtraction_from_the_arms():
    groups = pd.DataFrame({"group": list("abc"), "n_treated": [3, 17, 20], "n_comparison": [20, 20, 20]})
    shared = share({"main": result()}, sender="751", question=QUESTION, synthetic=True, groups=groups)
    assert shared.groups["n_treated"].isna().tolist() == [True, True, False]
    # Two hidden groups with three people between them are found as well.
    groups = pd.DataFrame({"group": list("abcd"), "n_treated": [1, 2, 17, 20], "n_comparison": [20] * 4})
    shared = share({"main": result()}, sender="751", question=QUESTION, synthetic=True, groups=groups)
    assert shared.groups["suppressed"].tolist() == [True, True, True, False]


def test_a_text_that_looks_like_a_civil_registration_number_does_not_leave():
    odd = "0" * 6 + "-" + "0" * 4
    doubt = Check(name="balance", passed=False, message=f"Worst for {'6101' + '70'}-1234.")
    with pytest.raises(DisclosureRisk, match="civil registration") as caught:
        share({"main": result(checks=(doubt,))}, sender="751", question=QUESTION, synthetic=True)
    assert "1234" not in str(caught.value)
    assert odd not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"results": {}}, EmptyData, "no result"),
        ({"sender": "999"}, InvalidOption, "three digits"),
        ({"question": {"method": "m"}}, InvalidOption, "target_group, method, outcome"),
    ],
)
def test_what_is_no_package_is_refused(options, error, words):
    given = {"results": {"main": result()}, "sender": "751", "question": QUESTION, **options}
    with pytest.raises(error, match=words):
        share(given.pop("results"), synthetic=True, **given)


def test_every_change_to_a_package_is_found(tmp_path):
    path = write_package(package(), tmp_path / "751.json")
    content = json.loads(path.read_text())

    def changed(change):
        new = json.loads(json.dumps(content))
        change(new)
        path.write_text(json.dumps(new))
        with pytest.raises(TamperedPackage) as caught:
            read_package(path)
        return str(caught.value)

    estimate = lambda new: new["results"]["main"]["effects"]["columns"]["estimate"]["values"].__setitem__(0, 9.0)  # noqa: E731
    assert "changed after it was shared" in changed(estimate)
    for change in (
        lambda new: new.update(sender="730"),
        lambda new: new.update(synthetic=False),
        lambda new: new.update(fingerprint="0" * 64),
        lambda new: new.pop("fingerprint"),
        lambda new: new.update(kind="other"),
        lambda new: new.update(format="1"),
        lambda new: new["question"].update(outcome="sdq"),
    ):
        changed(change)


@pytest.mark.parametrize("text", ["", "[]", "{}", "{", '{"kind": "whatworks estimates", "format": 1}', "\x00\xff", "[" * 100_000])
def test_what_is_no_package_is_refused_by_name(tmp_path, text):
    path = tmp_path / "odd.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(TamperedPackage, match=r"odd\.json"):
        read_package(path)


def test_a_package_with_a_right_fingerprint_and_wrong_content_is_refused(tmp_path):
    shared = package()
    from whatworks.documentation import sharing_package

    content = sharing_package._content(shared) | {"results": {"main": {"method": "x"}}}
    path = tmp_path / "forged.json"
    path.write_text(json.dumps({**content, "fingerprint": sharing_package._fingerprint(content)}))
    with pytest.raises(TamperedPackage, match="not a package of estimates"):
        read_package(path)
    assert packed(sharing_package._content(shared)).fingerprint == shared.fingerprint


@pytest.mark.parametrize(
    "change", [{"sender": "751\x1b[31m"}, {"sender": "999"}, {"k": 2}, {"k": True}, {"synthetic": 1}, {"version": "0\n1"}]
)
def test_a_forged_package_cannot_write_what_it_likes_on_a_screen_nor_go_below_the_floor(tmp_path, change):
    from whatworks.documentation import sharing_package

    content = sharing_package._content(package()) | change
    path = tmp_path / "forged.json"
    path.write_text(json.dumps({**content, "fingerprint": sharing_package._fingerprint(content)}))
    with pytest.raises(TamperedPackage, match="not a package of estimates"):
        read_package(path)


def test_a_package_sent_again_under_another_code_is_refused():
    with pytest.raises(IncompatiblePackage, match="751 and 730 hold the same estimate from the same data"):
        gather([package("751"), package("730")])


def test_the_fingerprint_told_by_another_road_must_fit(tmp_path):
    path = write_package(package(), tmp_path / "751.json")
    assert read_package(path, expected=package().fingerprint).sender == "751"
    with pytest.raises(TamperedPackage):
        read_package(path, expected="0" * 64)


def test_a_package_of_a_newer_version_is_refused(tmp_path):
    path = write_package(package(), tmp_path / "751.json")
    content = json.loads(path.read_text()) | {"format": 2, "version": "9.0"}
    path.write_text(json.dumps(content))
    with pytest.raises(IncompatiblePackage, match=r"newer version \(9\.0\)"):
        read_package(path)
    with pytest.raises(MissingData):
        read_package(tmp_path / "none.json")


def test_estimates_of_municipalities_stand_side_by_side():
    table = gather([package("751", 2.0), package("730", 3.0)])
    assert table["sender"].tolist() == ["730", "751"]
    assert table[["estimate", "vi"]].to_numpy().tolist() == [[3.0, 0.25], [2.0, 0.25]]
    assert np.isfinite(table["n_treated"]).all()
    assert table.attrs["question"] == QUESTION


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"estimand": "ATE"}, "estimand: 'ATT' and 'ATE'"),
        ({"unit": "steps"}, "unit: 'points' and 'steps'"),
        ({"measure": "SMD"}, "measure"),
        ({"question": {**QUESTION, "outcome": "sdq"}}, "outcome"),
        ({"synthetic": False}, "simulated people"),
        ({"sender": "751"}, "several packages"),
        ({"std_error": 0.0}, "no standard error"),
    ],
)
def test_packages_that_do_not_fit_together_are_refused(other, words):
    with pytest.raises(IncompatiblePackage, match=words):
        gather([package("751"), package(**{"sender": "730", **other})])


def test_packages_of_other_versions_are_refused(monkeypatch):
    first = package("751")
    monkeypatch.setattr("whatworks.documentation.sharing.__version__", "7.3.0")
    with pytest.raises(IncompatiblePackage, match=r"version: '0\.1' and '7\.3'"):
        gather([first, package("730")])
    with pytest.raises(IncompatiblePackage, match="at least 2"):
        gather([first])
    with pytest.raises(IncompatiblePackage, match="no result 'event'"):
        gather([first, package("730")], result="event")
