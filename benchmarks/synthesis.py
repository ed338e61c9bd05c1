"""How long pooling takes here, and with peers that are installed. Run: python benchmarks/synthesis.py"""

import importlib.util
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

import whatworks as ww

REPETITIONS = 5


def best_time(call: Callable[[], object]) -> float:
    """Seconds of the quickest of several runs, after one that warms up."""
    call()
    times = []
    for _ in range(REPETITIONS):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def simulated(m: int, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Effects and variances of m meta-analyses with k studies each; between-study variance 0.05."""
    rng = np.random.default_rng(1)
    vi = rng.uniform(0.01, 0.3, (m, k))
    return rng.normal(0.3, np.sqrt(vi + 0.05)), vi


def ours() -> dict[str, float]:
    """Seconds by what is computed."""
    times = {}
    for k in (20, 1_000, 10_000, 100_000):
        yi, vi = simulated(1, k)
        es = pd.DataFrame({"yi": yi[0], "vi": vi[0]})
        times[f"whatworks pool_many, REML + Knapp-Hartung, k = {k:,}"] = best_time(
            lambda a=yi, b=vi: ww.synthesis.pool_many(a, b)
        )
        times[f"whatworks pool, whole result, k = {k:,}"] = best_time(lambda frame=es: ww.synthesis.pool(frame))
    yi, vi = simulated(10_000, 15)
    for tau2 in ("REML", "PM", "DL"):
        name = f"whatworks pool_many, {tau2} + Knapp-Hartung, 10,000 meta-analyses of k = 15"
        times[name] = best_time(lambda method=tau2: ww.synthesis.pool_many(yi, vi, tau2=method))
    return times


def statsmodels() -> dict[str, float]:
    """Paule-Mandel, which is the iterated estimator that statsmodels has."""
    from statsmodels.stats.meta_analysis import combine_effects

    times = {}
    for k in (20, 1_000, 10_000, 100_000):
        yi, vi = simulated(1, k)
        times[f"statsmodels combine_effects, Paule-Mandel, k = {k:,}"] = best_time(
            lambda a=yi[0], b=vi[0]: combine_effects(a, b, method_re="iterated")
        )
    return times


def pymare() -> dict[str, float]:
    """REML by PyMARE."""
    from pymare import Dataset
    from pymare.estimators import VarianceBasedLikelihoodEstimator

    def fit(yi: np.ndarray, vi: np.ndarray) -> object:
        data = Dataset(yi.T, vi.T, X=np.ones((yi.shape[1], 1)), add_intercept=False)
        return VarianceBasedLikelihoodEstimator(method="REML").fit_dataset(data).summary()

    times = {}
    for m, k in ((1, 20), (1, 1_000), (1, 10_000), (1, 100_000), (10_000, 15)):
        yi, vi = simulated(m, k)
        times[f"PyMARE REML, m = {m:,}, k = {k:,}"] = best_time(lambda a=yi, b=vi: fit(a, b))
    return times


if __name__ == "__main__":
    measured = ours()
    for peer, timings in (("statsmodels", statsmodels), ("pymare", pymare)):
        if importlib.util.find_spec(peer):
            measured |= timings()
        else:
            print(f"{peer} is not installed")
    for name, seconds in measured.items():
        print(f"{1000 * seconds:10.1f} ms  {name}")
