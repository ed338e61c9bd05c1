"""Effects on samples drawn again from the sample, with everything fitted anew that was fitted before."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from whatworks.core.errors import InvalidOption, NotConverged, TooFewUnits, WhatworksError
from whatworks.core.samples import MatchedSample
from whatworks.matching.encoding import arms, encode, sampling_weights
from whatworks.matching.pairing import match
from whatworks.matching.rows import Rows, Sample, has_sets, people_meant_in, rows_of, set_numbers
from whatworks.matching.trimming import trimmed
from whatworks.matching.weighting import FittedWeights, fit_weights

# Designs that are made anew on every draw; pairs and sets are drawn whole instead.
REMADE = ("exact", "cem", "subclass")
# A draw can leave an arm empty or separate the arms. More than this share, and what is left is no longer the sampling
# distribution.
_MOST_FAILED = 0.05

Effects = Callable[[Rows], np.ndarray]


def bootstrap_covariance(
    sample: Sample, effects: Effects, *, outcome: str, names: Sequence[str], cluster: str | None, draws: int, seed: int
) -> tuple[np.ndarray, int]:
    """Covariance of effects over draws.

    Weighted samples and unmatched ones draw people (or clusters) and fit the weights again; pairs and sets are drawn whole;
    strata are cut again among the people drawn.

    Parameters
    ----------
    effects : of the rows, (m,)
    outcome, names : outcome and covariates, as :func:`~whatworks.matching.rows.rows_of` takes them
    draws, seed : how many, and from where

    Returns
    -------
    (m, m) covariance and the number of draws that had no answer.

    Raises
    ------
    NotConverged
        If more than 5 % of the draws have no answer.
    InvalidOption
        If the design cannot be drawn again.

    References
    ----------
    Efron & Tibshirani (1993), An Introduction to the Bootstrap; pairs: Austin & Small (2014), Statistics in Medicine
    33:4306-4319.
    """
    rng = np.random.default_rng(seed)
    found, failed = [], 0
    for draw in _draws(sample, outcome, names, cluster, draws, rng):
        try:
            found.append(effects(draw()))
        except WhatworksError:
            failed += 1
    if failed > _MOST_FAILED * draws:
        raise NotConverged(
            f"{failed} of {draws} bootstrap draws have no answer (an arm or a level is missing, or the arms are separated). Use "
            "the standard error of vcov='auto', or fewer covariates."
        )
    return np.atleast_2d(np.cov(np.array(found).T)), failed


def _draws(
    sample: Sample, outcome: str, names: Sequence[str], cluster: str | None, draws: int, rng: np.random.Generator
) -> Iterator[Callable[[], Rows]]:
    """One function for each draw, giving its rows or an error."""
    if sample.call["method"] == "cardinality":
        raise InvalidOption(
            "vcov='bootstrap' is not for method='cardinality', which would be solved again on every draw. Use 'HC3'."
        )
    if sample.call["method"] in REMADE and isinstance(sample, MatchedSample):
        for _ in range(draws):
            places = rng.integers(0, len(sample.data), len(sample.data))
            yield lambda places=places: _remade(sample, places, outcome, names)  # type: ignore[misc]
        return
    everybody = isinstance(sample, FittedWeights)
    rows = rows_of(sample, outcome, names, by_set=False, cluster=None, everybody=everybody)
    units = _units(sample, cluster)[rows.person]
    codes, labels = pd.factorize(units)
    if len(labels) < 2:
        raise TooFewUnits("One set or cluster cannot be drawn again with another outcome. Use vcov='HC1', or a wider selection.")
    fitted_anew = _fitted_anew(sample) if isinstance(sample, FittedWeights) else None
    for _ in range(draws):
        counts = np.bincount(rng.integers(0, len(labels), len(labels)), minlength=len(labels))[codes]
        yield lambda counts=counts: _counted(rows, counts, fitted_anew)  # type: ignore[misc]


def _units(sample: Sample, cluster: str | None) -> np.ndarray:
    """What is drawn whole: clusters, sets, or people."""
    if cluster is not None:
        return pd.factorize(sample.data[cluster])[0]
    return set_numbers(sample) if has_sets(sample) else np.arange(len(sample.data))


def _remade(sample: MatchedSample, places: np.ndarray, outcome: str, names: Sequence[str]) -> Rows:
    again = match(sample.data.iloc[places].reset_index(drop=True), **sample.call)
    rows = rows_of(again, outcome, names, by_set=False, cluster=None)
    # Row numbers of the frame, not of the draw: whoever asks what else is known of a person asks the frame.
    return replace(rows, person=places[rows.person])


def _counted(rows: Rows, counts: np.ndarray, fitted_anew: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]] | None) -> Rows:
    design = rows.design
    weights, target = (design.weights * counts, design.target * counts) if fitted_anew is None else fitted_anew(counts)
    drawn = np.flatnonzero(weights > 0)
    changed = replace(design, weights=weights, target=target)
    return Rows(design=changed.only(drawn), person=rows.person[drawn])


def _fitted_anew(sample: FittedWeights) -> Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Weights and people meant, given how often everybody was drawn."""
    encoded = encode(sample.data, sample.covariates)
    treated = arms(sample.data, sample.treatment)
    base = sampling_weights(sample.data, sample.call["weights"])
    rule = None if sample.call["trim"] is None else tuple(sample.call["trim"])

    def anew(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        drawn = base * counts
        if min(drawn[treated].sum(), drawn[~treated].sum()) == 0:
            raise TooFewUnits("The draw holds people of one arm only.")
        model, _ = trimmed(fit_weights(encoded, sample.design, treated, drawn, sample.call), treated, drawn, rule)
        return model.weights, people_meant_in(sample.call["estimand"], treated, drawn, model.weights)

    return anew
