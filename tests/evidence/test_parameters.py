"""The questions asked of the evidence base name only what the catalogues hold."""

from pathlib import Path

import pytest
import yaml

PARAMETERS = Path(__file__).parents[2] / "notebooks" / "parameters"
FILES = sorted(PARAMETERS.glob("*.yml"))
KEYS = {
    "reviews": {"design"},
    "matched": {"design", "method", "outcome", "data"},
    "rollout": {"design", "method", "outcome", "data"},
    "investment": {"design", "effect", "data"},
    "benchmark": {"design", "method", "outcome", "data"},
}
INVENTED = ("evidence/documentation/", "evidence/services/")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_code_in_a_parameter_file_stands_in_its_catalogue(registry, path):
    asked = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert asked["target_group"] == path.stem
    assert path.stem in registry.target_groups
    assert asked["questions"]
    for question in asked["questions"]:
        assert set(question) >= KEYS[question["design"]]
        if "method" in question:
            assert question["method"] in registry.methods
            assert question["outcome"] in registry.outcomes


def test_every_group_with_reviews_has_its_page_and_so_has_one_that_nobody_has_studied(registry):
    asked = {
        path.stem
        for path in FILES
        if any(question["design"] == "reviews" for question in yaml.safe_load(path.read_text(encoding="utf-8"))["questions"])
    }
    assert asked >= set(registry.reviews["target_group"])
    assert "acquired_brain_injury" in asked
    assert registry.select(target_group="acquired_brain_injury").empty


def test_simulated_data_are_asked_about_invented_methods_only(registry):
    for path in FILES:
        for question in yaml.safe_load(path.read_text(encoding="utf-8"))["questions"]:
            simulated = str(question.get("data", "")).startswith(INVENTED)
            if "method" in question:
                assert bool(registry.methods[question["method"]].fields.get("synthetic")) == simulated


def test_a_parameter_file_begins_by_saying_what_is_asked():
    for path in FILES:
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("# ")
        assert "?" in first
