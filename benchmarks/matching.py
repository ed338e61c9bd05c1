"""How long a matched comparison takes here, and with peers that are installed.

Run: python benchmarks/matching.py [--quick] [--markdown]

Every figure is CPU seconds of one thread in a process of its own, after a small call that warms up; memory is the peak over the
loaded frame. ``--quick`` takes a tenth of the rows.
"""

import argparse
import importlib.util
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import whatworks as ww

NUMERIC = [f"x{number}" for number in range(1, 8)]
COVARIATES = [*NUMERIC, "k1", "k2", "k3"]
PEOPLE = {"treatment": "treated", "covariates": COVARIATES}
# Rows on which everything is called once before the clock starts.
WARM_UP = 3_000
# Above this many rows the peer's matrix of distances fills the memory: over 12 GB at 100,000.
PEER_ROWS = 10_000


@dataclass(frozen=True)
class Work:
    """One row of the table.

    Attributes
    ----------
    call : takes the frame, gives back what is timed, so that what it starts from is not
    rows : of the frame
    in_r : CPU seconds of R's best package for the same work and rows on a machine of the same kind, measured beforehand
        (MatchIt 4.7.2, ebal 0.1-8, WeightIt 1.4.0; R 4.2.2); None where there is none
    reach : CPU seconds to stay below
    """

    name: str
    call: Callable[[pd.DataFrame], Callable[[], Any]]
    rows: int
    in_r: float | None = None
    reach: float | None = None
    needs: str | None = None


def people(n: int) -> pd.DataFrame:
    """Simulated: about 20 % treated, 7 numeric and 3 categorical covariates that make 14 design columns."""
    rng = np.random.default_rng(20260101 + n)
    df = pd.DataFrame(rng.normal(size=(n, 7)), columns=NUMERIC)
    for name, levels in (("k1", list("abc")), ("k2", list("def")), ("k3", list("ghij"))):
        df[name] = np.array(levels)[rng.integers(0, len(levels), n)]
    lean = 0.4 * df["x1"] + 0.3 * df["x2"] - 0.2 * df["x3"] + 0.2 * (df["k1"] == "b") + 0.3 * (df["k3"] == "j")
    df["treated"] = (rng.random(n) < 1 / (1 + np.exp(1.7 - lean))).astype(int)
    df["outcome"] = df["x1"] + df["x2"] + df["treated"] + rng.normal(size=n)
    return df


def nearest(df: pd.DataFrame) -> Callable[[], Any]:
    """One neighbour on the score, without replacement; the fit counts."""
    return lambda: ww.matching.match(df, **PEOPLE)


def with_replacement(df: pd.DataFrame) -> Callable[[], Any]:
    """One neighbour on the score with replacement, the effect and its Abadie-Imbens error."""

    def call() -> Any:
        sample = ww.matching.match(df, **PEOPLE, replace=True)
        return ww.matching.estimate(sample, outcome="outcome", vcov="abadie_imbens")

    return call


def coarsened(df: pd.DataFrame) -> Callable[[], Any]:
    """Three equally wide bins of every numeric covariate, and every category."""
    return lambda: ww.matching.match(df, **PEOPLE, method="cem", cutpoints=dict.fromkeys(NUMERIC, 3))


def balance_table(df: pd.DataFrame) -> Callable[[], Any]:
    """Differences, variances and distributions before and after; the matching does not count."""
    sample = ww.matching.match(df, **PEOPLE)
    return lambda: ww.matching.balance(sample)


def entropy(df: pd.DataFrame) -> Callable[[], Any]:
    """Weights that make the means alike."""
    return lambda: ww.matching.weight(df, **PEOPLE, method="entropy")


def mahalanobis(df: pd.DataFrame) -> Callable[[], Any]:
    """One neighbour on the covariates, without replacement."""
    return lambda: ww.matching.match(df, **PEOPLE, distance="mahalanobis")


def inverse_probability(df: pd.DataFrame) -> Callable[[], Any]:
    """Weights, and the effect with the error that counts the score's own uncertainty."""

    def call() -> Any:
        sample = ww.matching.weight(df, **PEOPLE, method="ipw")
        return ww.matching.estimate(sample, outcome="outcome", vcov="sandwich")

    return call


def optimal(df: pd.DataFrame) -> Callable[[], Any]:
    """Pairs on the score with the smallest sum of distances."""
    return lambda: ww.matching.match(df, **PEOPLE, method="optimal")


def pymatchit_nearest(df: pd.DataFrame) -> Callable[[], Any]:
    """The same pairs by pymatchit-causal."""
    from pymatchit import MatchIt

    return lambda: MatchIt(df, method="nearest").fit("treated ~ " + " + ".join(COVARIATES))


def pymatchit_coarsened(df: pd.DataFrame) -> Callable[[], Any]:
    """Coarsened exact matching by pymatchit-causal."""
    from pymatchit import MatchIt

    bins = dict.fromkeys(NUMERIC, 3)
    return lambda: MatchIt(df, method="cem", cutpoints=bins).fit("treated ~ " + " + ".join(COVARIATES))


def ebal_entropy(df: pd.DataFrame) -> Callable[[], Any]:
    """Entropy balancing by the Python package ebal."""
    from ebal import ebal_bin

    design = pd.get_dummies(df[COVARIATES], drop_first=True, dtype=float)
    return lambda: ebal_bin(effect="ATT").ebalance(df["treated"], design, df["outcome"])


WORKS = {
    "nearest": Work("nearest 1:1 on the score, with its fit", nearest, 1_000_000, in_r=5.8, reach=1.8),
    "replacement": Work("nearest with replacement, Abadie-Imbens error", with_replacement, 1_000_000, in_r=90.0, reach=2.5),
    "cem": Work("coarsened exact matching", coarsened, 1_000_000, in_r=2.6, reach=0.7),
    "balance": Work("balance table, before and after", balance_table, 1_000_000, in_r=25.0, reach=2.0),
    "entropy": Work("entropy balancing", entropy, 1_000_000, in_r=3.3, reach=1.5),
    "mahalanobis": Work("Mahalanobis without replacement", mahalanobis, 100_000, reach=2.5),
    "ipw": Work("inverse probability weights, stacked error", inverse_probability, 1_000_000, in_r=9.3, reach=2.5),
    "optimal": Work("optimal pairs on the score", optimal, 1_000_000),
    "nearest, few": Work("nearest 1:1 on the score, few rows", nearest, PEER_ROWS),
    "pymatchit": Work("the same, pymatchit-causal", pymatchit_nearest, PEER_ROWS, needs="pymatchit"),
    "cem, few": Work("coarsened exact matching, few rows", coarsened, PEER_ROWS),
    "pymatchit cem": Work("the same, pymatchit-causal", pymatchit_coarsened, PEER_ROWS, needs="pymatchit"),
    "ebal": Work("entropy balancing, ebal (Python)", ebal_entropy, 100_000, needs="ebal"),
}


def measure(work: Work, path: Path) -> dict[str, float]:
    """CPU seconds and peak megabytes over the loaded frame, in this process."""
    df = pd.read_pickle(path)
    work.call(df.head(WARM_UP))()
    call = work.call(df)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    call()
    spent = time.process_time() - started
    return {"seconds": spent, "megabytes": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024}


def in_processes_of_their_own(quick: bool) -> Iterator[tuple[Work, int, dict[str, float]]]:
    """Every piece of work with the rows it got and what it took."""
    one_thread = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")}
    with tempfile.TemporaryDirectory() as folder:
        for key, work in WORKS.items():
            if work.needs and not importlib.util.find_spec(work.needs):
                print(f"{work.needs} is not installed", file=sys.stderr)
                continue
            rows = max(work.rows // 10, min(work.rows, PEER_ROWS)) if quick else work.rows
            path = Path(folder) / f"{rows}.pickle"
            if not path.exists():
                people(rows).to_pickle(path)
            done = subprocess.run(
                [sys.executable, __file__, "--one", key, "--frame", str(path)],
                env={**os.environ, **one_thread}, capture_output=True, text=True, check=False,
            )  # fmt: skip
            if done.returncode:
                print(f"{work.name}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
                continue
            yield work, rows, json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows")
    parser.add_argument("--markdown", action="store_true", help="a table for a README")
    parser.add_argument("--one", choices=list(WORKS), help=argparse.SUPPRESS)
    parser.add_argument("--frame", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(WORKS[options.one], options.frame)))
        return
    heading = ("work", "rows", "CPU s", "MB over the frame", "R, CPU s, measured before", "reach, s")
    if options.markdown:
        print("| " + " | ".join(heading) + " |\n|" + " --- |" * len(heading))
    for work, rows, took in in_processes_of_their_own(options.quick):
        # What R took and what is to be reached hold for the whole number of rows.
        known = [f"{number:g}" if number is not None and rows == work.rows else "" for number in (work.in_r, work.reach)]
        cells = [work.name, f"{rows:,}", f"{took['seconds']:.2f}", f"{took['megabytes']:.0f}", *known]
        if options.markdown:
            print("| " + " | ".join(cells) + " |", flush=True)
        else:
            print(f"{cells[2]:>8} s {cells[3]:>6} MB {cells[1]:>10} rows  {cells[0]}" + (f"  (R {known[0]})" if known[0] else ""))


if __name__ == "__main__":
    main()
