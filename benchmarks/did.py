"""How long difference-in-differences takes here, and with peers that are installed. Run: python benchmarks/did.py

Every measurement is a process of its own: CPU seconds of the fit on all threads, after a small one that loads what is loaded
late, and peak memory over the loaded frame. A peer is stopped at 120 CPU seconds or 12 GB. --quick takes a tenth of the units;
--markdown prints a table.
"""

import argparse
import contextlib
import importlib.util
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

PERIODS = 10
CPU_LIMIT = 120
MEMORY_LIMIT = 12.0
DRAWS = 999
# Units of the small fit that goes before.
WARM_UP = 1_000
NAMES = {"unit": "unit", "time": "time", "first_treated": "first_treated"}
COVARIATES = ["x1", "x2"]
PEERS = {"diff-diff": "diff_diff", "csdid": "csdid", "pyfixest": "pyfixest"}
# Work, units, and the number by which answers are compared.
ROWS = {
    "att_gt": ("att_gt dr + simple + event", 100_000, "simple ATT"),
    "att_gt_large": ("att_gt dr + simple + event", 1_000_000, "simple ATT"),
    "bands": ("the same, 999 draws, simultaneous bands", 1_000_000, "simple ATT"),
    "sun_abraham": ("Sun-Abraham event study", 100_000, "event time 0"),
    "imputation": ("imputation with standard error", 1_000_000, "ATT"),
    "event_study": ("two-way event study, clustered by unit", 1_000_000, "event time 0"),
}


def simulated(units: int) -> pd.DataFrame:
    """Cohorts 3, 4, 6, 7, 9 and 30 per cent never treated; two covariates drive who is treated when, and trends."""
    rng = np.random.default_rng(20261122 + units)
    x = rng.normal(size=(units, 2))
    pull = 0.4 * x[:, 0] - 0.3 * x[:, 1]
    place = np.clip(np.round(rng.normal(size=units) + 0.5 * pull + 2), 0, 4).astype(int)
    never = rng.random(units) < 1 / (1 + np.exp(0.85 + pull))
    start = np.where(never, 0, np.array([3, 4, 6, 7, 9])[place])
    since = np.arange(1, PERIODS + 1) - start[:, None]
    effect = np.where((start[:, None] > 0) & (since >= 0), 0.5 + 0.1 * since, 0.0)
    trend = (0.1 + 0.1 * x[:, 0] + 0.05 * x[:, 1])[:, None] * np.arange(1, PERIODS + 1)
    y = (rng.normal(size=units) + pull)[:, None] + trend + effect + rng.normal(size=(units, PERIODS))
    return pd.DataFrame(
        {
            "unit": np.repeat(np.arange(units), PERIODS),
            "time": np.tile(np.arange(1, PERIODS + 1), units),
            "outcome": y.ravel(),
            "first_treated": np.repeat(start, PERIODS),
            "x1": np.repeat(x[:, 0], PERIODS),
            "x2": np.repeat(x[:, 1], PERIODS),
        }
    )


def write(df: pd.DataFrame, folder: Path) -> None:
    """One file per column."""
    folder.mkdir()
    for name in df:
        np.save(folder / f"{name}.npy", df[name].to_numpy())


def ours() -> dict[str, Callable[[pd.DataFrame], float]]:
    """What each row runs, and the number it gives."""
    import whatworks as ww

    def cells(df: pd.DataFrame, bands: str = "pointwise", **options: object) -> float:
        result = ww.did.att_gt(df, outcome="outcome", **NAMES, covariates=COVARIATES, **options)
        ww.did.aggregate(result, by="event", bands=bands)
        return ww.did.aggregate(result, by="simple").headline.estimate

    def event_study(df: pd.DataFrame, method: str) -> float:
        parts = ww.did.event_study(df, outcome="outcome", **NAMES, method=method, cluster="unit").parts
        return parts.loc[parts["event_time"] == 0, "estimate"].item()

    return {
        "att_gt": cells,
        "att_gt_large": cells,
        "bands": lambda df: cells(df, bands="simultaneous", bootstrap=DRAWS, seed=1),
        "sun_abraham": lambda df: event_study(df, "sun_abraham"),
        "imputation": lambda df: ww.did.imputation(df, outcome="outcome", **NAMES).headline.estimate,
        "event_study": lambda df: event_study(df, "twfe"),
    }


def diff_diff() -> dict[str, Callable[[pd.DataFrame], float]]:
    """Its estimators are classes with the options in the constructor."""
    import diff_diff as dd

    columns = ("outcome", "unit", "time", "first_treated")

    def cells(df: pd.DataFrame, draws: int = 0) -> float:
        result = dd.CallawaySantAnna(n_bootstrap=draws, seed=1).fit(df, *columns, covariates=COVARIATES)
        result.aggregate("event_study")
        return result.overall_att

    return {
        "att_gt": cells,
        "att_gt_large": cells,
        "bands": lambda df: cells(df, DRAWS),
        "sun_abraham": lambda df: dd.SunAbraham(cluster="unit").fit(df, *columns).event_study_effects[0]["effect"],
        "imputation": lambda df: dd.ImputationDiD(cluster="unit").fit(df, *columns).overall_att,
    }


def csdid() -> dict[str, Callable[[pd.DataFrame], float]]:
    """The port of R's did."""
    from csdid.att_gt import ATTgt

    def cells(df: pd.DataFrame, draws: bool = False) -> float:
        fit = ATTgt(
            yname="outcome", tname="time", idname="unit", gname="first_treated", data=df, control_group="nevertreated",
            xformla="outcome~x1+x2", biters=DRAWS, cband=draws,
        ).fit(est_method="dr", base_period="varying", bstrap=draws)  # fmt: skip
        fit.aggte(typec="dynamic", bstrap=draws, cband=draws)
        return fit.aggte(typec="simple", bstrap=draws, cband=draws).atte["overall_att"]

    return {"att_gt": cells, "att_gt_large": cells, "bands": lambda df: cells(df, True)}


def pyfixest() -> dict[str, Callable[[pd.DataFrame], float]]:
    """Regressions; the never treated stand at the reference time."""
    import pyfixest as pf

    def sun_abraham(df: pd.DataFrame) -> float:
        fit = pf.event_study(
            df, yname="outcome", idname="unit", tname="time", gname="first_treated", estimator="saturated", cluster="unit"
        )
        return float(fit.aggregate().loc[0.0, "Estimate"])

    def event_study(df: pd.DataFrame) -> float:
        since = np.where(df["first_treated"] > 0, df["time"] - df["first_treated"], -1)
        fit = pf.feols("outcome ~ i(since, ref=-1) | unit + time", df.assign(since=since), vcov={"CRV1": "unit"})
        return float(fit.coef().filter(regex=r"(::|\[T?\.?)0(\.0)?\]?$").iloc[0])

    return {"sun_abraham": sun_abraham, "event_study": event_study}


TOOLS = {"whatworks": ours, "diff-diff": diff_diff, "csdid": csdid, "pyfixest": pyfixest}


def peak_memory() -> float:
    """Largest resident memory of this process so far, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def measure_here(tool: str, row: str, frame: str) -> None:
    """Run one measurement and print it as JSON; this is what a process of its own does."""
    warnings.simplefilter("ignore")
    work = TOOLS[tool]()[row]
    with contextlib.redirect_stdout(io.StringIO()):
        work(simulated(WARM_UP))
        # Column by column, so that reading leaves no peak behind.
        df = pd.DataFrame({file.stem: np.load(file) for file in sorted(Path(frame).glob("*.npy"))}, copy=False)
        loaded, start = peak_memory(), time.process_time()
        resource.setrlimit(resource.RLIMIT_CPU, (int(start) + CPU_LIMIT, int(start) + CPU_LIMIT + 5))
        number = float(work(df))
    print(json.dumps({"cpu": time.process_time() - start, "memory": peak_memory() - loaded, "number": number}))


def resident_memory(pid: int) -> float:
    """Memory of another process in GB; 0 where the system does not tell."""
    status = Path(f"/proc/{pid}/statm")
    try:
        return int(status.read_text().split()[1]) * resource.getpagesize() / 1e9
    except (OSError, IndexError):
        return 0.0


def measure(tool: str, row: str, frame: str) -> dict[str, float | str]:
    """One measurement in a process of its own, or why there is none."""
    one_thread = {name: os.environ.get(name, "1") for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    command = [sys.executable, __file__, "--one", tool, row, frame]
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, stdout=out, stderr=errors, env=os.environ | one_thread)
        while process.poll() is None:
            if resident_memory(process.pid) > MEMORY_LIMIT:
                process.kill()
                process.wait()
                return {"stopped": f"stopped at {MEMORY_LIMIT:g} GB"}
            time.sleep(0.1)
        out.seek(0)
        errors.seek(0)
        if process.returncode == 0:
            return json.loads(out.read().splitlines()[-1])
        last = (errors.read().strip().splitlines() or [""])[-1]
    if process.returncode < 0:
        return {"stopped": f"stopped at {CPU_LIMIT} s"}
    return {"stopped": f"failed: {last.split(':')[0]}"}


def run(tools: list[str], quick: bool) -> dict[str, dict[str, dict[str, float | str]]]:
    """All measurements by row and tool."""
    measured: dict[str, dict[str, dict[str, float | str]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for row, (work, units, _) in ROWS.items():
            units = units // 10 if quick else units
            frame = Path(folder) / str(units)
            if not frame.exists():
                # A child's peak memory begins with its parent's, so the parent never holds the data.
                subprocess.run([sys.executable, __file__, "--write", str(units), str(frame)], check=True)
            measured[row] = {}
            for tool in tools:
                if tool == "whatworks" or row in OFFERED[tool]:
                    measured[row][tool] = measure(tool, row, str(frame))
                    print(f"{units:>9,} units  {work:42} {tool:10} {shown(measured[row][tool])}", file=sys.stderr)
    return measured


# What each peer has, so that a process is not started in vain.
OFFERED = {
    "diff-diff": {"att_gt", "att_gt_large", "bands", "sun_abraham", "imputation"},
    "csdid": {"att_gt", "att_gt_large", "bands"},
    "pyfixest": {"sun_abraham", "event_study"},
}


def shown(one: dict[str, float | str] | None) -> str:
    """A measurement as text."""
    if one is None:
        return "–"
    return str(one["stopped"]) if "stopped" in one else f"{one['cpu']:.2f} s, {one['memory']:.2f} GB"


def ratio(row: dict[str, dict[str, float | str]]) -> str:
    """How many times the CPU seconds of ours the fastest peer takes."""
    peers = [one["cpu"] for tool, one in row.items() if tool != "whatworks" and "cpu" in one]
    own = row["whatworks"].get("cpu")
    return f"{min(peers) / own:.1f}" if own and peers else "–"


def agreement(row: dict[str, dict[str, float | str]]) -> str:
    """Largest relative difference of a peer's number from ours."""
    own = row["whatworks"].get("number")
    apart = [abs(one["number"] / own - 1) for tool, one in row.items() if tool != "whatworks" and "number" in one and own]
    return f"{max(apart):.0e}" if apart else "–"


def table(measured: dict[str, dict[str, dict[str, float | str]]], tools: list[str], quick: bool) -> list[list[str]]:
    """One line per row: work, units, every tool, the ratio, the agreement."""
    lines = [["work", "units", *tools, "fastest peer / ours", "numbers differ by"]]
    for row, (work, units, _) in ROWS.items():
        each = measured[row]
        size = f"{units // 10 if quick else units:,}"
        lines.append([work, size, *(shown(each.get(tool)) for tool in tools), ratio(each), agreement(each)])
    return lines


def main() -> None:
    """Measure all that is installed and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the units")
    parser.add_argument("--markdown", action="store_true", help="print the table for a page")
    parser.add_argument("--one", nargs=3, metavar=("TOOL", "ROW", "FRAME"), help=argparse.SUPPRESS)
    parser.add_argument("--write", nargs=2, metavar=("UNITS", "FRAME"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.write:
        write(simulated(int(options.write[0])), Path(options.write[1]))
        return
    if options.one:
        measure_here(*options.one)
        return
    tools = ["whatworks", *(tool for tool, module in PEERS.items() if importlib.util.find_spec(module))]
    lines = table(run(tools, options.quick), tools, options.quick)
    if options.markdown:
        lines.insert(1, ["---"] * len(lines[0]))
        print("\n".join("| " + " | ".join(line) + " |" for line in lines))
        return
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


if __name__ == "__main__":
    main()
