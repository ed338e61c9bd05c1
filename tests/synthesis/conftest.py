import json
from pathlib import Path

import pandas as pd
import pytest

import whatworks as ww

REFERENCE = Path(__file__).parents[1] / "reference"


@pytest.fixture(scope="session")
def answers() -> dict:
    """What metafor 5.1-12 answers for the reference data: id -> values."""
    return {entry["id"]: entry["values"] for entry in json.loads((REFERENCE / "meta.json").read_text())}


@pytest.fixture(scope="session")
def two_means() -> pd.DataFrame:
    names = {
        "m1": "mean_treated",
        "sd1": "sd_treated",
        "n1": "n_treated",
        "m2": "mean_comparison",
        "sd2": "sd_comparison",
        "n2": "n_comparison",
    }
    return pd.read_csv(REFERENCE / "studies.csv").rename(columns=names)


@pytest.fixture(scope="session")
def two_counts() -> pd.DataFrame:
    cells = pd.read_csv(REFERENCE / "studies_binary.csv")
    return pd.DataFrame(
        {
            "study": cells["study"],
            "events_treated": cells["ai"],
            "n_treated": cells["ai"] + cells["bi"],
            "events_comparison": cells["ci"],
            "n_comparison": cells["ci"] + cells["di"],
        }
    )


@pytest.fixture(scope="session")
def effects(two_means: pd.DataFrame, two_counts: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The two sets that the reference pools: standardised mean differences and log odds ratios."""
    return {
        "smd": ww.synthesis.effect_sizes(two_means, measure="SMD"),
        "lor": ww.synthesis.effect_sizes(two_counts, measure="logOR"),
    }


@pytest.fixture(scope="session")
def multilevel() -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "effects_multilevel.csv")


@pytest.fixture(scope="session")
def bcg() -> pd.DataFrame:
    """Thirteen trials of vaccination against tuberculosis: Colditz et al. (1994), JAMA 271:698-702."""
    cells = [
        ("Aronson 1948", 4, 119, 11, 128),
        ("Ferguson & Simes 1949", 6, 300, 29, 274),
        ("Rosenthal et al 1960", 3, 228, 11, 209),
        ("Hart & Sutherland 1977", 62, 13536, 248, 12619),
        ("Frimodt-Moller et al 1973", 33, 5036, 47, 5761),
        ("Stein & Aronson 1953", 180, 1361, 372, 1079),
        ("Vandiviere et al 1973", 8, 2537, 10, 619),
        ("TPT Madras 1980", 505, 87886, 499, 87892),
        ("Coetzee & Berjak 1968", 29, 7470, 45, 7232),
        ("Rosenthal et al 1961", 17, 1699, 65, 1600),
        ("Comstock et al 1974", 186, 50448, 141, 27197),
        ("Comstock & Webster 1969", 5, 2493, 3, 2338),
        ("Comstock et al 1976", 27, 16886, 29, 17825),
    ]
    frame = pd.DataFrame(cells, columns=["study", "events_treated", "healthy_treated", "events_comparison", "healthy_comparison"])
    frame["n_treated"] = frame["events_treated"] + frame["healthy_treated"]
    frame["n_comparison"] = frame["events_comparison"] + frame["healthy_comparison"]
    return ww.synthesis.effect_sizes(frame, measure="logRR")
