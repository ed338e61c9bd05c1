"""Names that docstring examples may use without importing them, and which tests are run together and first."""

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from xdist.scheduler import LoadScopeScheduling

import whatworks as ww

_SOURCE = Path(ww.__file__).parent
# What looks at the whole site, which takes longest to make and to look at.
_SITE = ("tests/site/test_browser.py", "tests/site/test_site.py")
# Each takes long on one worker, so it is begun before the many short ones.
_LONG = ("simulation", "notebooks", "guide", "workflow")


@pytest.fixture(autouse=True)
def _names_for_examples(doctest_namespace: dict) -> None:
    doctest_namespace.update(np=np, pd=pd, ww=ww)


def pytest_collect_file(file_path: Path) -> None:
    """A room is imported before its modules, as Python does it: else pytest puts a module in the place of its function."""
    if file_path.suffix == ".py" and _SOURCE in file_path.parents:
        import_module(".".join(file_path.parent.relative_to(_SOURCE.parent).parts))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long goes first, so that no worker is left with it at the end."""
    items.sort(key=lambda item: _turn(_file(item.nodeid)))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Tests of one file share a worker, and so do those that look at the site: it is made once."""
    return _ByFile(config, log)


class _ByFile(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        file = _file(nodeid)
        return "site" if file in _SITE else file


def _file(nodeid: str) -> str:
    return nodeid.partition("::")[0]


def _turn(file: str) -> int:
    if file in _SITE:
        return 0
    return 1 if Path(file).parent.name in _LONG else 2
