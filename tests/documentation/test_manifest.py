"""A delivery says whether its people are simulated, or it is refused."""

import pytest

from whatworks.documentation import InvalidDelivery, is_synthetic


@pytest.mark.parametrize(("text", "synthetic"), [("synthetic: true", True), ("synthetic: false\nseed: 3\n", False)])
def test_what_the_manifest_says_is_read(tmp_path, text, synthetic):
    (tmp_path / "delivery.yml").write_text(text, encoding="utf-8")
    assert is_synthetic(tmp_path) is synthetic


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "`synthetic` is missing"),
        ("- synthetic", "`synthetic` is missing"),
        ("synthetic: maybe", "not true or false"),
        ("synthetic: true\nsyntetic: false", "1 keys are not known"),
        ("synthetic: true\nsynthetic: false", "stands twice"),
        ("synthetic: [", "Not valid YAML"),
        ("synthetic: true\nseed: many", "not a whole number"),
        ("synthetic: !!python/object:os.system true", "Not valid YAML"),
        ("synthetic: &a [*a]", "Not valid YAML"),
        ("synthetic: true\nseed: 2014-13-45 00:00:00", "Not valid YAML"),
    ],
)
def test_a_manifest_that_does_not_say_it_is_refused(tmp_path, text, words):
    (tmp_path / "delivery.yml").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidDelivery) as caught:
        is_synthetic(tmp_path)
    assert "delivery.yml" in str(caught.value)
    assert words in str(caught.value)


def test_a_delivery_without_a_manifest_is_refused(tmp_path):
    with pytest.raises(InvalidDelivery, match="delivery.yml"):
        is_synthetic(tmp_path)
