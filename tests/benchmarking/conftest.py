"""Frames of invented services, and the answers of other packages."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

REFERENCE = Path(__file__).parents[1] / "reference"


def citizens(providers: int = 20, each: int = 60, *, family: str = "linear", spread: float = 0.4, seed: int = 0) -> pd.DataFrame:
    """Citizens of invented services; ``truth`` is what the service adds on the scale of the linear predictor."""
    rng = np.random.default_rng(seed)
    truth, place = rng.normal(0, spread, providers), np.repeat(np.arange(providers), each)
    need, age = rng.normal(size=len(place)) + 0.3 * rng.normal(size=providers)[place], rng.uniform(18, 65, len(place))
    eta = 0.6 * need - 0.01 * (age - 40) + truth[place]
    draw = {
        "linear": lambda: eta + rng.normal(0, 1.5, len(place)),
        "logistic": lambda: (rng.random(len(place)) < 1 / (1 + np.exp(-eta))).astype(float),
        "poisson": lambda: rng.poisson(np.exp(eta)).astype(float),
    }
    names = np.array([f"Home {number:02d}" for number in range(providers)])
    owners = np.array(["municipal", "regional", "private"])[np.arange(providers) % 3]
    frame = {"home": names[place], "owner": owners[place], "need": need, "age": age, "y": draw[family](), "truth": truth[place]}
    return pd.DataFrame(frame).assign(year=2023 + rng.integers(0, 2, len(place)))


@pytest.fixture
def make_citizens():
    return citizens


@pytest.fixture
def stays() -> pd.DataFrame:
    return citizens()


@pytest.fixture(scope="session")
def frontier_reference() -> dict:
    return json.loads((REFERENCE / "frontier.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def homes(frontier_reference) -> pd.DataFrame:
    """Forty units with two inputs and two outputs."""
    return pd.DataFrame(frontier_reference["data"])


@pytest.fixture(scope="session")
def services() -> pd.DataFrame:
    """Persons in municipalities: the developers' set."""
    return pd.read_csv(REFERENCE / "services.csv")
