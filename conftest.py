"""Names that docstring examples may use without importing them, and which tests are run together and first."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import whatworks as ww

# Each takes long on one worker, so it is begun before the many short ones.
_LONG = ("simulation", "notebooks", "guide", "workflow")


@pytest.fixture(autouse=True)
def _names_for_examples(doctest_namespace: dict) -> None:
    doctest_namespace.update(np=np, pd=pd, ww=ww)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one file share a worker, and so do all that look at the site: it is made once."""
    for item in items:
        site = "site" in item.fixturenames if isinstance(item, pytest.Function) else False
        item.add_marker(pytest.mark.xdist_group("site" if site else _file(item)))
    items.sort(key=_turn)


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


def _turn(item: pytest.Item) -> int:
    if isinstance(item, pytest.Function) and "site" in item.fixturenames:
        return 0
    return 1 if Path(_file(item)).parent.name in _LONG else 2
