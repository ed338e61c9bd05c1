"""Names from the project's folder lead to the same place from inside it."""

from whatworks.core.places import found_above


def test_a_name_from_the_project_s_folder_is_found_from_a_folder_inside(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    inside = tmp_path / "notebooks"
    inside.mkdir()
    monkeypatch.chdir(inside)
    assert found_above("data") == tmp_path / "data"
    (inside / "data").mkdir()
    assert found_above("data").resolve() == inside / "data"
    assert found_above(tmp_path / "none") == tmp_path / "none"
