"""How long comparing providers takes. Run with OMP_NUM_THREADS=1: python benchmarks/benchmarking.py [--quick]"""

import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

import whatworks as ww
from whatworks.benchmarking.envelopment import highs_score
from whatworks.benchmarking.technology import read_units

DRAWS = 2_000


def cpu_time(call: Callable[[], object], *, repetitions: int = 3) -> float:
    """CPU seconds of the quickest of several runs."""
    times = []
    for _ in range(repetitions):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return min(times)


def citizens(providers: int, each: int) -> pd.DataFrame:
    """Citizens of invented services, with two factors known before the start."""
    rng = np.random.default_rng(1)
    place = np.repeat(np.arange(providers), each)
    need, age = rng.normal(size=len(place)), rng.uniform(18, 65, len(place))
    eta = 0.6 * need - 0.01 * (age - 40) + rng.normal(0, 0.3, providers)[place]
    names = np.array([f"Home {number:05d}" for number in range(providers)])
    frame = {"home": names[place], "need": need, "age": age, "score": eta + rng.normal(size=len(place))}
    frame |= {"done": (rng.random(len(place)) < 1 / (1 + np.exp(-eta))).astype(float), "stays": rng.poisson(np.exp(eta))}
    return pd.DataFrame(frame)


def units(n: int, inputs: int, outputs: int) -> pd.DataFrame:
    """Units of a Cobb-Douglas technology with half-normal inefficiency."""
    rng = np.random.default_rng(1)
    X = rng.uniform(1, 10, (n, inputs))
    made = np.exp(0.9 * np.log(X).mean(axis=1) - np.abs(rng.normal(0, 0.3, n)))
    Y = rng.dirichlet(np.full(outputs, 5.0), n) * outputs * made[:, None]
    columns = [*(f"x{place}" for place in range(inputs)), *(f"y{place}" for place in range(outputs))]
    return pd.DataFrame(np.hstack([X, Y]), columns=columns)


def funnels() -> dict[str, float]:
    """CPU seconds of comparisons of 5,000 providers with 40 citizens each."""
    frame, out = citizens(5_000, 40), {}
    for outcome, family in (("score", "linear"), ("done", "logistic"), ("stays", "poisson")):
        call = {"provider": "home", "outcome": outcome, "case_mix": ["need", "age"], "family": family, "good": "up"}
        out[f"compare, {family}, 5,000 providers x 40, funnel"] = cpu_time(
            lambda call=call: ww.benchmarking.compare(frame, **call, draws=0)
        )
        out[f"compare, {family}, 5,000 providers x 40, funnel and ranks"] = cpu_time(
            lambda call=call: ww.benchmarking.compare(frame, **call), repetitions=1
        )
    return out


def frontiers(draws: int) -> dict[str, float]:
    """CPU seconds of data envelopment analysis; HiGHS for what the same bootstrap would take one programme at a time."""
    out = {}
    for inputs, outputs in ((2, 2), (3, 2)):
        frame = units(1_000, inputs, outputs)
        call = {"inputs": list(frame.columns[:inputs]), "outputs": list(frame.columns[inputs:])}
        name = f"frontier, 1,000 units, {inputs} inputs, {outputs} outputs"
        out[f"{name}, no draws"] = cpu_time(lambda f=frame, c=call: ww.benchmarking.frontier(f, **c, draws=0), repetitions=1)
        out[f"{name}, {draws:,} draws"] = cpu_time(
            lambda f=frame, c=call: ww.benchmarking.frontier(f, **c, draws=draws), repetitions=1
        )
        read = read_units(frame, unit=None, **call)
        everyone = np.arange(read.n)
        one = cpu_time(lambda r=read, e=everyone: highs_score(r, 0, e, returns="vrs", orientation="input"))
        out[f"{name}, {draws:,} draws by HiGHS one by one (from one programme)"] = one * read.n * draws
    return out


if __name__ == "__main__":
    for measure in (funnels, lambda: frontiers(100 if "--quick" in sys.argv else DRAWS)):
        for name, seconds in measure().items():
            print(f"{seconds:12.2f} s  {name}", flush=True)
