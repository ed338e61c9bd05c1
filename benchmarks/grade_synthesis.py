"""How often intervals of pooled effects hold the truth, where the truth is known.

Run: python benchmarks/grade_synthesis.py --draws 1000

* Knapp and Hartung's intervals by REML for 5, 10 and 20 studies, of like size and differing tenfold, beside normal intervals and
  beside the ad hoc rule that never goes below the studies' own errors;
* CR2 intervals with Satterthwaite degrees of freedom for 10 clusters: the mean of a three-level model with correlated effects,
  and the mean and the slope of a moderator (of studies) in a meta-regression whose working model leaves the correlation out.

Coverage stands beside its Monte Carlo standard error. Knapp-Hartung and CR2 are expected between 93 and 97 per cent, give or take
two of those errors; the exit code is 1 when one is not.
"""

import argparse
import sys
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

import whatworks as ww

TRUE_MEAN, TRUE_SLOPE, TAU2, CLUSTERS = 0.3, 0.2, 0.05, 10
# Meta-analyses without covariates are pooled in one call, so they can be many.
POOLED_DRAWS = 40_000
LOW, HIGH = 0.93, 0.97


def pooled(k: int, spread: tuple[float, float], test: str, draws: int) -> np.ndarray:
    """Whether each interval of a mean over k studies holds the truth."""
    rng = np.random.default_rng(k)
    vi = rng.uniform(*spread, (draws, k))
    yi = rng.normal(TRUE_MEAN, np.sqrt(vi + TAU2))
    table = ww.synthesis.pool_many(yi, vi, test=test)
    return ((table["conf_low"] <= TRUE_MEAN) & (table["conf_high"] >= TRUE_MEAN)).to_numpy()


def clustered(rng: np.random.Generator, *, slope: float = 0.0) -> pd.DataFrame:
    """Ten studies of one to six effects: sampling errors of one study correlate 0.8, and studies and effects differ in truth."""
    sizes = rng.integers(1, 7, CLUSTERS)
    # One study of several effects at least, or no variance within studies could be told.
    sizes[0] = max(sizes[0], 3)
    study = np.repeat(np.arange(CLUSTERS), sizes)
    vi = rng.uniform(0.02, 0.1, len(study))
    dose = rng.normal(size=CLUSTERS)[study]
    shared = rng.normal(size=CLUSTERS)[study]
    error = np.sqrt(vi) * (np.sqrt(0.8) * shared + np.sqrt(0.2) * rng.normal(size=len(study)))
    truth = TRUE_MEAN + slope * dose + rng.normal(0, 0.2, CLUSTERS)[study] + rng.normal(0, 0.1, len(study))
    return pd.DataFrame({"study": study, "effect": np.arange(len(study)), "yi": truth + error, "vi": vi, "dose": dose})


def three_levels(rng: np.random.Generator) -> bool:
    """Whether the interval of the mean of a three-level model with CR2 holds the truth."""
    head = ww.synthesis.multilevel(clustered(rng), study="study", effect="effect", rho=0.6, vcov="CR2").headline
    return bool(head.conf_low <= TRUE_MEAN <= head.conf_high)


def regression(rng: np.random.Generator, term: str, truth: float) -> bool:
    """Whether the interval of a coefficient of a meta-regression with CR2 holds the truth."""
    es = clustered(rng, slope=TRUE_SLOPE)
    found = ww.synthesis.meta_regression(es, moderators="dose", vcov="CR2", study="study", effect="effect")
    row = found.parts.set_index("term").loc[term]
    return bool(row["conf_low"] <= truth <= row["conf_high"])


def rows(draws: int) -> Iterator[tuple[str, np.ndarray, bool]]:
    """What is graded, whether each interval held the truth, and whether 93 to 97 per cent are expected of it."""
    for size, spread in (("of like size", (0.04, 0.08)), ("differing tenfold", (0.02, 0.2))):
        for k in (5, 10, 20):
            for test, expected in (("knha", True), ("adhoc", False), ("z", False)):
                yield f"pool, REML, {test}: {k} studies {size}", pooled(k, spread, test, POOLED_DRAWS), expected
    cases: dict[str, Callable[[np.random.Generator], bool]] = {
        "multilevel, CR2, 10 clusters: mean": three_levels,
        "meta_regression, CR2, 10 clusters: mean": lambda rng: regression(rng, "intercept", TRUE_MEAN),
        "meta_regression, CR2, 10 clusters: slope": lambda rng: regression(rng, "dose", TRUE_SLOPE),
    }
    for name, case in cases.items():
        rng = np.random.default_rng(20261122)
        yield name, np.array([case(rng) for _ in range(draws)]), True


def main() -> int:
    """Print the table; 1 when a line that is expected between 93 and 97 per cent is not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=1000, help="data sets for models that are fitted one by one")
    missed = 0
    print("| intervals | data sets | hold the truth | Monte Carlo error |  |\n| --- | --- | --- | --- | --- |")
    for name, held, expected in rows(parser.parse_args().draws):
        share = float(held.mean())
        error = float(np.sqrt(share * (1 - share) / len(held)))
        met = LOW - 2 * error <= share <= HIGH + 2 * error
        missed += expected and not met
        told = ("met" if met else "NOT MET") if expected else "for comparison"
        print(f"| {name} | {len(held):,} | {100 * share:.1f} % | {100 * error:.1f} | {told} |", flush=True)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
