"""How long all of Denmark takes: 12 million measurements from files to the store to a panel.

Run: python benchmarks/documentation.py, with --quick for 300,000 measurements, or with --column for one column of a gigabyte.
Every stage is a process of its own, so that its peak memory is its own.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

import whatworks as ww
from whatworks.documentation import Store, validate
from whatworks.documentation.ingesting import ingest

# All specialised services over fifteen years; thirty measurements an episode.
MEASUREMENTS, QUICK, PER_EPISODE = 12_000_000, 300_000, 30
STAGES = ("ingest", "validate", "tables", "panel", "profile")
COLUMN, LONGEST = 2**30, 90
_LETTERS = np.array(list("abcdefghijklmnopqrstuvwxyz234567"))


def pseudonyms(n: int) -> pd.Series:
    """b_ and sixteen characters, all different, none of which can look like a number of a person."""
    places = (np.arange(n)[:, None] // 32 ** np.arange(8)[None, :]) % 32
    return pd.Series(["b_aaaaaaaa" + "".join(row) for row in _LETTERS[places]], dtype="str")


def delivery(n: int) -> dict[str, pd.DataFrame]:
    """Tables of a size: n measurements of simulated people in every municipality, 2009 to 2023."""
    rng = np.random.default_rng(1)
    episodes = n // PER_EPISODE
    codes = ww.documentation.municipalities()
    start = pd.Timestamp("2009-01-01") + pd.to_timedelta(rng.integers(0, 2700, episodes), unit="D")
    citizens = pseudonyms(episodes)
    episode_id = pd.Series([f"e{place}" for place in range(episodes)], dtype="str")
    acting = pd.Series(rng.choice(codes["municipality_code"], episodes), dtype="str")
    which = np.repeat(np.arange(episodes), PER_EPISODE)
    date = start.to_numpy()[which] + (np.tile(np.arange(PER_EPISODE), episodes) * 91).astype("timedelta64[D]")
    date = pd.Series(date).astype("datetime64[s]")
    value = pd.Series(rng.integers(0, 26, len(which)) * 4.0)
    value[rng.random(len(which)) < 0.1] = np.nan
    started = codes["municipality_code"].iloc[:60]
    return {
        "municipality": codes[["municipality_code", "municipality_name", "region_code"]],
        "method": pd.DataFrame({"method_id": ["moenster"], "method_name": ["Mønster"]}),
        "target_group": pd.DataFrame({"target_group_code": ["adults_autism"], "target_group_name": ["Voksne med autisme"]}),
        "instrument": pd.DataFrame(
            {"instrument": ["WHO5"], "min": [0.0], "max": [100.0], "step": [4.0]}
        ).assign(higher_is_better=pd.array([True], dtype="boolean")),
        "adoption": pd.DataFrame(
            {"adoption_id": "a" + started, "method_id": "moenster", "level": "municipality", "unit_id": started}
        ).assign(start=pd.Timestamp("2016-07-01").to_datetime64().astype("datetime64[s]")).reset_index(drop=True),
        "citizen": pd.DataFrame({"citizen_id": citizens, "birth_year": pd.Series([1980] * episodes, dtype="Int64")}),
        "episode": pd.DataFrame(
            {
                "episode_id": episode_id,
                "citizen_id": citizens,
                "target_group_code": "adults_autism",
                "acting_municipality": acting,
                "start": pd.Series(start).astype("datetime64[s]"),
                "end": pd.Series(pd.NaT, index=range(episodes)).astype("datetime64[s]"),
            }
        ),
        "measurement": pd.DataFrame(
            {
                "measurement_id": pd.Series([f"m{place}" for place in range(len(which))], dtype="str"),
                "episode_id": episode_id.take(which).reset_index(drop=True),
                "instrument": pd.Series("WHO5", index=range(len(which)), dtype="str"),
                "date": date,
                "quarter": date.dt.year.astype("str") + "K" + date.dt.quarter.astype("str"),
                "value": value,
                "informant": pd.Series("citizen", index=range(len(which)), dtype="str"),
            }
        ),
    }  # fmt: skip


def write(folder: Path, n: int) -> None:
    """The tables as Parquet, the way a data warehouse delivers them."""
    folder.mkdir(parents=True)
    (folder / "delivery.yml").write_text("synthetic: true\n")
    for name, frame in delivery(n).items():
        frame.to_parquet(folder / f"{name}.parquet", index=False)


def write_column(folder: Path, size: int) -> None:
    """A table of two columns as text, one of which takes up a size in bytes."""
    folder.mkdir(parents=True)
    (folder / "delivery.yml").write_text("synthetic: true\n")
    cell = "x" * LONGEST
    with (folder / "method.csv").open("w") as file:
        file.write("method_id,method_name\n")
        file.writelines(f"m{row:08d},{cell}\n" for row in range(size // LONGEST))


def run(stage: str, folder: Path) -> None:
    """One stage: say what it took as a line of JSON."""
    store = Store(folder / "store.duckdb")
    loaded = store.tables() if stage in ("panel", "profile") else {}
    begun, spent = time.perf_counter(), time.process_time()
    if stage == "ingest":
        said = ingest(folder / "delivery", store).appended.rows["measurement"]
    elif stage == "validate":
        said = int(validate(folder / "delivery").rows["kept"].sum())
    elif stage == "tables":
        said = len(store.tables()["measurement"])
    elif stage == "panel":
        said = len(ww.documentation.build_panel(loaded, target_group="adults_autism", method="moenster", outcome="who5"))
    else:
        said = len(ww.documentation.profile(loaded))
    seconds, cpu = time.perf_counter() - begun, time.process_time() - spent
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps({"seconds": seconds, "cpu": cpu, "gigabytes": memory, "rows": said}))


def in_process(stage: str, folder: Path) -> dict[str, float]:
    """A stage in a process of its own, and what it said."""
    command = [sys.executable, __file__, "--stage", stage, "--folder", str(folder)]
    said: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return said


def main() -> None:
    """Every stage, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} measurements instead of {MEASUREMENTS:,}")
    parser.add_argument("--column", action="store_true", help="validate one column of a gigabyte instead")
    parser.add_argument("--stage", choices=STAGES, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.stage:
        run(asked.stage, asked.folder)
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        if asked.column:
            write_column(folder / "delivery", COLUMN)
            done = in_process("validate", folder)
            print(
                f"one column of {COLUMN / 2**30:.0f} GB, {done['rows']:,} rows: {done['cpu']:.1f} s CPU, "
                f"peak {done['gigabytes']:.1f} GB"
            )
            return
        n = QUICK if asked.quick else MEASUREMENTS
        write(folder / "delivery", n)
        print(f"{n:,} measurements of {n // PER_EPISODE:,} simulated people")
        for stage in STAGES:
            done = in_process(stage, folder)
            print(
                f"{stage:>9}: {done['seconds']:6.1f} s ({done['cpu']:6.1f} s CPU), {n / done['seconds']:>10,.0f} measurements/s, "
                f"peak {done['gigabytes']:4.1f} GB"
            )
        print(f"    store: {(folder / 'store.duckdb').stat().st_size / 2**30:.2f} GB on disk")


if __name__ == "__main__":
    main()
