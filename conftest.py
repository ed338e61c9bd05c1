"""Names that docstring examples may use without importing them."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww


@pytest.fixture(autouse=True)
def _names_for_examples(doctest_namespace: dict) -> None:
    doctest_namespace.update(np=np, pd=pd, ww=ww)
