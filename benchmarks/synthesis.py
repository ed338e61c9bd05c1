"""How long pooling takes here, and with peers that are installed. Run: python benchmarks/synthesis.py

CPU seconds of one thread, the best of several runs in one process after one that loads what is loaded late. Beside each time
stands a number by which the answers are compared. --quick takes a tenth of the studies; --markdown prints a table.
"""

import argparse
import importlib.util
import os
import time
import warnings
from collections.abc import Callable

# One thread for linear algebra, set before numpy is loaded.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import numpy as np
import pandas as pd

import whatworks as ww
from whatworks.synthesis.likelihood import log_likelihood

# Seconds that the repetitions of one measurement may take together.
BUDGET = 3.0
REPETITIONS = 9
CLUSTER = 5
PEERS = {"PyMARE": "pymare", "PyMetaAnalysis": "meta_analyze", "statsmodels": "statsmodels"}
Answer = Callable[[], float]
Row = tuple[str, int, dict[str, Answer]]


def best_time(call: Answer) -> tuple[float, float]:
    """CPU seconds of the quickest of several runs, and the answer."""
    answer, times = call(), list[float]()
    while len(times) < REPETITIONS and sum(times) < BUDGET:
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return min(times), answer


def simulated(m: int, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Effects and variances of m meta-analyses with k studies each; between-study variance 0.05."""
    rng = np.random.default_rng(1)
    vi = rng.uniform(0.01, 0.3, (m, k))
    return rng.normal(0.3, np.sqrt(vi + 0.05)), vi


def regression_frame(k: int) -> pd.DataFrame:
    """Two moderators, clusters of five effects."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=(k, 2))
    vi = rng.uniform(0.01, 0.3, k)
    shared = np.repeat(rng.normal(0, 0.15, k // CLUSTER), CLUSTER)
    yi = 0.3 + 0.1 * x[:, 0] + shared + rng.normal(0, np.sqrt(vi + 0.03))
    place = np.arange(k)
    return pd.DataFrame({"yi": yi, "vi": vi, "x1": x[:, 0], "x2": x[:, 1], "study": place // CLUSTER, "effect": place % CLUSTER})


def pools(k: int) -> Row:
    """One meta-analysis by REML; the answer is tau2."""
    yi, vi = simulated(1, k)
    frame = pd.DataFrame({"yi": yi[0], "vi": vi[0]})

    def pymare() -> float:
        from pymare import Dataset
        from pymare.estimators import VarianceBasedLikelihoodEstimator

        data = Dataset(yi[0], vi[0], X=np.ones((k, 1)), add_intercept=False)
        return float(np.ravel(VarianceBasedLikelihoodEstimator(method="REML").fit_dataset(data).summary().tau2)[0])

    def pymetaanalysis() -> float:
        from meta_analyze import meta_analysis

        return float(meta_analysis(frame, effect="yi", variance="vi", tau2_method="REML").tau2)

    def statsmodels() -> float:
        from statsmodels.stats.meta_analysis import combine_effects

        return float(combine_effects(yi[0], vi[0], method_re="iterated").tau2)

    calls = {
        "whatworks": lambda: float(ww.synthesis.pool_many(yi, vi)["tau2"].iloc[0]),
        "whatworks, whole result": lambda: float(ww.synthesis.pool(frame).statistics["tau2"]),
        "PyMARE": pymare,
        "PyMetaAnalysis": pymetaanalysis,
        "statsmodels": statsmodels,
    }
    return "random effects, REML (statsmodels: Paule-Mandel); tau2", k, calls


def regressions(k: int) -> Row:
    """REML meta-regression with CR2 and Satterthwaite degrees of freedom; the answer is the first slope's standard error."""
    frame = regression_frame(k)
    X = frame[["x1", "x2"]].to_numpy()

    def ours() -> float:
        options = {"vcov": "CR2", "study": "study", "effect": "effect"}
        return float(ww.synthesis.meta_regression(frame, moderators=["x1", "x2"], **options).headline.std_error)

    def pymare() -> float:
        from pymare import Dataset
        from pymare.estimators import VarianceBasedLikelihoodEstimator

        data = Dataset(frame["yi"].to_numpy(), frame["vi"].to_numpy(), X=X, g=frame["study"].to_numpy())
        found = VarianceBasedLikelihoodEstimator(method="REML").fit_dataset(data).summary().get_fe_stats()
        return float(np.ravel(found["se"])[1])

    def pymetaanalysis() -> float:
        from meta_analyze import meta_regression

        found = meta_regression(frame, effect="yi", variance="vi", moderators=["x1", "x2"], tau2_method="REML")
        return float(np.sqrt(np.asarray(found.coefficient_covariance)[1, 1]))

    calls = {"whatworks": ours, "PyMARE": pymare, "PyMetaAnalysis": pymetaanalysis}
    return "meta-regression with CR2 (PyMetaAnalysis: without); standard error", k, calls


def many(m: int, k: int) -> Row:
    """Many small meta-analyses with Knapp-Hartung; the answer is how many are not at the highest restricted likelihood."""
    yi, vi = simulated(m, k)
    best = reference_heights(yi, vi)

    def short(tau2: np.ndarray) -> float:
        return float((log_likelihood(yi.T, vi.T, tau2, restricted=True) < best - 1e-6).sum())

    def pymare() -> float:
        from pymare import Dataset
        from pymare.estimators import VarianceBasedLikelihoodEstimator

        data = Dataset(yi.T, vi.T, X=np.ones((k, 1)), add_intercept=False)
        return short(np.ravel(VarianceBasedLikelihoodEstimator(method="REML").fit_dataset(data).summary().tau2))

    def pymetaanalysis() -> float:
        from meta_analyze import meta_analysis

        found = [
            meta_analysis(effect=y, variance=v, tau2_method="REML", ci_method="hksj").tau2 for y, v in zip(yi, vi, strict=True)
        ]
        return short(np.asarray(found, dtype=float))

    calls = {
        "whatworks": lambda: short(ww.synthesis.pool_many(yi, vi)["tau2"].to_numpy()),
        "PyMARE": pymare,
        "PyMetaAnalysis": pymetaanalysis,
    }
    return f"{m:,} meta-analyses of {k}, REML and Knapp-Hartung; how many miss the highest likelihood", k, calls


def reference_heights(yi: np.ndarray, vi: np.ndarray) -> np.ndarray:
    """The highest restricted likelihood on a fine grid: independent of every search that is timed."""
    grid = np.concatenate([[0.0], np.geomspace(1e-6, 3.0, 600)])
    return np.max([log_likelihood(yi.T, vi.T, np.full(len(yi), tau2), restricted=True) for tau2 in grid], axis=0)


def main() -> None:
    """Measure what is asked and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the studies")
    parser.add_argument("--markdown", action="store_true", help="a table for the README")
    asked = parser.parse_args()
    size = 10 if asked.quick else 1
    rows = [pools(1_000), pools(100_000 // size), regressions(1_000), regressions(100_000 // size), many(10_000 // size, 15)]
    if asked.markdown:
        print("| work | studies | software | seconds | answer |\n| --- | --- | --- | --- | --- |")
    warnings.simplefilter("ignore")
    for work, k, calls in rows:
        for software, call in calls.items():
            module = PEERS.get(software)
            if module is not None and importlib.util.find_spec(module) is None:
                continue
            try:
                seconds, answer = best_time(call)
                told = f"{seconds:.4f}", f"{answer:.6g}"
            except Exception as error:  # a peer that fails is a finding, not the end of the run
                told = "failed", type(error).__name__
            if asked.markdown:
                print(f"| {work} | {k:,} | {software} | {told[0]} | {told[1]} |", flush=True)
            else:
                print(f"{told[0]:>10} s  {software:<24} {told[1]:>12}  k = {k:,}: {work}", flush=True)


if __name__ == "__main__":
    main()
