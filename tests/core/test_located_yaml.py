import pytest
import yaml

from whatworks.core.errors import InvalidParameters
from whatworks.core.located_yaml import read_located


def test_every_key_knows_its_line(tmp_path):
    path = tmp_path / "a.yml"
    path.write_text("target_group: homelessness\nquestions:\n  - design: reviews\n    k: 3\n")
    located = read_located(path)
    assert located.value == {"target_group": "homelessness", "questions": [{"design": "reviews", "k": 3}]}
    assert located.where("questions", 0, "k").endswith("a.yml:4")
    assert located.where("questions", 0, "nowhere").endswith("a.yml:3")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [1, 2\nb: 3\n", "a.yml:"),
        ("a: 1\nb: 2\na: 3\n", "a.yml:3: the key 'a' stands twice"),
        ("a: &x [1]\nb: *x\n", r"a.yml:2: \*x stands for something written elsewhere"),
        ("a: 1\n---\nb: 2\n", "a.yml:2: a second document"),
        ("a: 1\nb: \x1b[2J\n", "a.yml:2: not valid YAML .it holds the control character 27, which nobody sees.. Write the line"),
        ("a: 1\nb: 2\n\0", "a.yml:3: not valid YAML .it holds the control character 0,"),
        ("a: 1\n? [b, c]\n: 2\n", "a.yml:2: a key is a block"),
        ("a: !!set {b}\n", "a.yml:1: the tag 'tag:yaml.org,2002:set' is not allowed"),
        # The compiled parser's own builder of trees runs out of stack here, and takes the process with it.
        pytest.param("[" * 200_000 + "]" * 200_000, "a.yml:1: nested deeper", id="deep"),
    ],
)
def test_broken_yaml_names_file_and_line(tmp_path, text, words):
    path = tmp_path / "a.yml"
    path.write_text(text)
    with pytest.raises(InvalidParameters, match=words):
        read_located(path)


def test_a_tag_that_would_run_code_is_refused(tmp_path):
    path = tmp_path / "a.yml"
    path.write_text("a: !!python/object/apply:os.system ['true']\n")
    with pytest.raises(InvalidParameters, match="a.yml:1"):
        read_located(path)


def test_an_empty_file_is_an_empty_document(tmp_path):
    (tmp_path / "a.yml").write_text("")
    assert read_located(tmp_path / "a.yml").value is None


def test_a_date_that_does_not_exist_names_the_file(tmp_path):
    (tmp_path / "a.yml").write_text("a: 2024-02-31\n")
    with pytest.raises(InvalidParameters, match="a.yml"):
        read_located(tmp_path / "a.yml")


def test_scalars_are_read_as_the_safe_loader_reads_them(tmp_path):
    text = "[1, 1.5, true, no, null, ~, 2024-01-02, '1', \"true\", words, 1e3, 0x1F, !!str 7, ! 7, '']"
    (tmp_path / "a.yml").write_text(text)
    assert read_located(tmp_path / "a.yml").value == yaml.safe_load(text)
