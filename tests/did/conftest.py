"""Reference data and R's answers for the difference-in-differences tests; tests/reference/did.json says how R was called."""

import json
from pathlib import Path

import pandas as pd
import pytest

REFERENCE = Path(__file__).parents[1] / "reference"


@pytest.fixture(scope="session")
def answers():
    entries = json.loads((REFERENCE / "did.json").read_text(encoding="utf-8"))
    return {entry["id"]: entry["values"] for entry in entries}


@pytest.fixture(scope="session")
def frames():
    tables = {name: pd.read_csv(REFERENCE / f"{name}.csv") for name in ("panel", "panel_unbalanced", "cross_sections")}
    rows = tables["panel_unbalanced"].groupby("unit")["period"].transform("size")
    return {**tables, "panel_balanced_subset": tables["panel_unbalanced"][rows == 8]}


@pytest.fixture
def panel(frames):
    return frames["panel"].copy()


@pytest.fixture
def columns():
    return {"outcome": "outcome", "unit": "unit", "time": "period", "first_treated": "first_treated"}
