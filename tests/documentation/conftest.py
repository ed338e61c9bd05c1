"""A simulated delivery to read and to break, and a number that looks like a person's but belongs to nobody."""

import gzip
import shutil
from pathlib import Path

import pytest

import whatworks as ww


@pytest.fixture(scope="session")
def simulated():
    return ww.documentation.simulate(scenario="AV", seed=7)


@pytest.fixture(scope="session")
def _written(simulated, tmp_path_factory):
    return ww.documentation.write_delivery(simulated[0], tmp_path_factory.mktemp("whole") / "delivery", synthetic=True, seed=7)


@pytest.fixture(scope="session")
def small_tables(simulated):
    """The same delivery with the citizens of four municipalities only: quick to write and read."""
    tables = dict(simulated[0])
    kept = tables["municipality"]["municipality_code"].iloc[:4]
    tables["municipality"] = tables["municipality"][tables["municipality"]["municipality_code"].isin(kept)]
    tables["adoption"] = tables["adoption"][tables["adoption"]["unit_id"].isin(kept)]
    tables["episode"] = tables["episode"][tables["episode"]["acting_municipality"].isin(kept)].head(30)
    tables["citizen"] = tables["citizen"][tables["citizen"]["citizen_id"].isin(tables["episode"]["citizen_id"])]
    measured = tables["measurement"]["episode_id"].isin(tables["episode"]["episode_id"])
    tables["measurement"] = tables["measurement"][measured].head(60)
    return {name: table.reset_index(drop=True) for name, table in tables.items()}


@pytest.fixture(scope="session")
def _small(small_tables, tmp_path_factory) -> Path:
    folder = ww.documentation.write_delivery(small_tables, tmp_path_factory.mktemp("small") / "delivery", synthetic=True, seed=7)
    for packed in folder.glob("*.csv.gz"):
        packed.with_suffix("").write_bytes(gzip.decompress(packed.read_bytes()))
        packed.unlink()
    return folder


@pytest.fixture
def delivery(_small, tmp_path) -> Path:
    """A small delivery in a folder of its own, with every table as plain CSV, so that a test can break it."""
    return Path(shutil.copytree(_small, tmp_path / "delivery"))


@pytest.fixture(scope="session")
def whole_delivery(_written) -> Path:
    return _written


@pytest.fixture
def change(delivery):
    """Replace text in one file of the delivery, once."""

    def replace(file: str, old: str, new: str) -> Path:
        place = delivery / file
        text = place.read_text(encoding="utf-8")
        assert old in text
        place.write_text(text.replace(old, new, 1), encoding="utf-8")
        return delivery

    return replace


@pytest.fixture(params=["{}{}{}1234", "{}{}{}-1234", "{}{}{} 1234", "{}.{}.{}-1234", "{}{}{}-12AB"])
def nobodys_number(request) -> str:
    """Looks like a civil registration number; no day is 61 or more, so no plausible living person has it."""
    return request.param.format(1 + 60, "01", "70")
