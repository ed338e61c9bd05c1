"""Services: 500 simulated persons with R's answers. Supported work: the NSW experiment and the CPS comparison group."""

import json
from pathlib import Path

import pandas as pd
import pytest

REFERENCE = Path(__file__).parents[1] / "reference"
COVARIATES = ["age", "need", "prior_contacts", "sex", "living", "prior_outcome"]
NUMERIC = ["age", "need", "prior_contacts", "prior_outcome"]
EARNINGS_COVARIATES = ["age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75"]


@pytest.fixture(scope="session")
def answers():
    """R's answers by id; what was called stands in the file."""
    entries = json.loads((REFERENCE / "matching.json").read_text(encoding="utf-8"))
    return {entry["id"]: entry["values"] for entry in entries}


@pytest.fixture
def services():
    """One row per person; the index is the row number from 1, as in the answers."""
    return pd.read_csv(REFERENCE / "services.csv").set_index("id")


@pytest.fixture(scope="session")
def experiment():
    """All 445 of the NSW experiment, Dehejia and Wahba's sample."""
    causaldata = pytest.importorskip("causaldata", reason="the open microdata are in the PyPI package causaldata")
    return _as_numbers(causaldata.nsw_mixtape.load_pandas().data)


@pytest.fixture(scope="session")
def supported_work(experiment):
    """The 185 treated of the experiment, then the 15,992 of the Current Population Survey, in file order."""
    causaldata = pytest.importorskip("causaldata", reason="the open microdata are in the PyPI package causaldata")
    survey = _as_numbers(causaldata.cps_mixtape.load_pandas().data)
    return pd.concat([experiment[experiment["treat"] == 1], survey], ignore_index=True)


def _as_numbers(df):
    return df[["treat", *EARNINGS_COVARIATES, "re78"]].astype("float64")
