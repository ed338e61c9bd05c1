"""One investment case, calculated for many draws of its uncertain inputs at once."""

from dataclasses import dataclass

import numpy as np

from whatworks.core.errors import InvalidOption
from whatworks.core.options import seed_or_none, whole
from whatworks.economics.case_inputs import OUTSIDE, Flow, Fund
from whatworks.economics.ranges import spread

Array = np.ndarray

# A probability of one half is then known within 2 percentage points (two standard errors).
FEWEST_DRAWS = 2000


@dataclass(frozen=True, kw_only=True)
class Case:
    """Everything an investment case is calculated from, read and checked.

    Attributes
    ----------
    difference : improvement per citizen who stays: central, low, high
    dropout, scale : share that leaves early; share of the effect that is left when scaled: central, low, high
    intake : (t,) citizens who start in each year
    gains, costs : consequences and costs
    funds : one-off funds
    discount : (t,) present value of a krone
    payers : their names; the operator runs the effort
    """

    difference: tuple[float, float, float]
    dropout: tuple[float, float, float]
    scale: tuple[float, float, float]
    intake: Array
    gains: Flow
    costs: Flow
    funds: tuple[Fund, ...]
    discount: Array
    payers: tuple[str, ...]
    operator: str

    @property
    def horizon(self) -> int:
        """The last year, counted from 0."""
        return len(self.discount) - 1

    @property
    def assumptions(self) -> list[tuple[str, str]]:
        """(kind, item) of every input that can have a range, in the order of the columns of the draws."""
        single = [("effect", ""), ("dropout", ""), ("scale", "")]
        consequences = [(kind, name) for kind in ("units", "price") for name in self.gains.names]
        return single + consequences + [("cost", name) for name in self.costs.names]

    @property
    def ranged(self) -> Array:
        """Whether each assumption has a range."""
        single = [low < high for _central, low, high in (self.difference, self.dropout, self.scale)]
        wide = [_wide(self.gains, self.gains.units), _wide(self.gains, self.gains.amount), _wide(self.costs, self.costs.amount)]
        return np.concatenate([single, *wide])


@dataclass(frozen=True, kw_only=True)
class Flows:
    """Kroner by payer, draw and year, (p, d, t), undiscounted.

    Attributes
    ----------
    gains, cashable : what follows from the effect; the part of it that can be taken home
    one_off, recurring : costs
    transfers : what funds give a payer (negative for the one who gives)
    """

    gains: Array
    cashable: Array
    one_off: Array
    recurring: Array
    transfers: Array

    @property
    def net(self) -> Array:
        return self.gains - self.one_off - self.recurring + self.transfers


def central_draw(case: Case) -> Array:
    """The one draw in which every input has its central value."""
    return np.zeros((1, len(case.assumptions)))


def random_draws(case: Case, *, draws: int, seed: int) -> Array:
    """(d, m) standard normal draws, one column per assumption.

    Raises
    ------
    InvalidOption
        If there are too few draws for a probability.
    """
    if whole("draws", draws) < FEWEST_DRAWS:
        raise InvalidOption(f"draws is {draws}; a probability needs at least {FEWEST_DRAWS} draws.")
    return np.random.default_rng(seed_or_none(seed)).standard_normal((draws, len(case.assumptions)))


def calculate(case: Case, z: Array) -> Flows:
    """Kroner by payer, draw and year.

    ``net = -cost + citizens * (1 - dropout) * difference * scale * units * price``, year by year and payer by payer.
    """
    worth, spent = _worth(case, z), _spent(case, z)
    one_off = _by_payer(case, spent, case.costs, case.costs.share)
    gains = _by_payer(case, worth, case.gains, np.ones_like(case.gains.share))
    all_cashable = bool((case.gains.share == 1).all())
    return Flows(
        gains=gains,
        cashable=gains if all_cashable else _by_payer(case, worth, case.gains, case.gains.share),
        one_off=one_off,
        recurring=_by_payer(case, spent, case.costs, 1 - case.costs.share),
        transfers=_transfers(case, one_off),
    )


def gains_by_item(case: Case, z: Array) -> Array:
    """(n, p, d) present value of each consequence for each payer."""
    return _by_item(case, case.gains, _worth(case, z))


def costs_by_item(case: Case, z: Array) -> Array:
    """(n, p, d) present value of each cost item for each payer."""
    return _by_item(case, case.costs, _spent(case, z))


def successes_per_citizen(case: Case, z: Array) -> Array:
    """(d,) improvement per citizen who starts: the effect, less those who leave and what scaling takes."""
    staying = 1 - np.clip(spread(z[:, 1], *case.dropout), 0.0, 1.0)
    return spread(z[:, 0], *case.difference) * staying * np.maximum(spread(z[:, 2], *case.scale), 0.0)


def _worth(case: Case, z: Array) -> Array:
    """(d, r) kroner a year per citizen, row by row of the consequences."""
    k = len(case.gains.names)
    units = _drawn(case.gains, case.gains.units, z[:, 3 : 3 + k])
    price = np.maximum(_drawn(case.gains, case.gains.amount, z[:, 3 + k : 3 + 2 * k]), 0.0)
    return successes_per_citizen(case, z)[:, None] * units * price


def _spent(case: Case, z: Array) -> Array:
    """(d, r) kroner, row by row of the costs."""
    return np.maximum(_drawn(case.costs, case.costs.amount, z[:, 3 + 2 * len(case.gains.names) :]), 0.0)


def _drawn(flow: Flow, values: Array, z: Array) -> Array:
    """Rows of one item move together: its payers share the doubt."""
    return spread(z[:, flow.which], values[:, 0], values[:, 1], values[:, 2])


def _by_payer(case: Case, kroner: Array, flow: Flow, share: Array) -> Array:
    out = np.zeros((len(case.payers), len(kroner), len(case.discount)))
    for place in range(len(case.payers)):
        rows = flow.payer == place
        out[place] = kroner[:, rows] @ (flow.timing[rows] * share[rows, None])
    return out


def _by_item(case: Case, flow: Flow, kroner: Array) -> Array:
    present = kroner * (flow.timing @ case.discount)
    out = np.zeros((len(flow.names), len(case.payers), len(kroner)))
    for row, (item, payer) in enumerate(zip(flow.which, flow.payer, strict=True)):
        out[item, payer] += present[:, row]
    return out


def _transfers(case: Case, one_off: Array) -> Array:
    """What funds pay of one-off costs, year by year until the cap is reached; each cost is covered once."""
    out = np.zeros_like(one_off)
    uncovered = one_off.copy()
    for fund in case.funds:
        relieved = case.payers.index(fund.relieves)
        rest = np.full(one_off.shape[1], fund.cap)
        for year in range(fund.first_year, min(fund.last_year, one_off.shape[2] - 1) + 1):
            paid = np.minimum(rest, uncovered[relieved, :, year])
            uncovered[relieved, :, year] -= paid
            rest -= paid
            out[relieved, :, year] += paid
            if fund.payer != OUTSIDE:
                out[case.payers.index(fund.payer), :, year] -= paid
    return out


def _wide(flow: Flow, values: Array) -> Array:
    """Whether each item of a flow has a range in any of its rows."""
    out = np.zeros(len(flow.names), dtype=bool)
    np.logical_or.at(out, flow.which, values[:, 1] < values[:, 2])
    return out
