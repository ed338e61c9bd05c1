"""Intervals for the two-way coefficient: clustered, bias-reduced, or from the wild bootstrap."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from whatworks.core.check import Check
from whatworks.core.errors import InvalidOption
from whatworks.core.options import confidence, one_of
from whatworks.did.regression import RollOut
from whatworks.did.table import headline_table
from whatworks.inference import (
    TwoWayDesign,
    TwoWayFit,
    cr2_of_sums,
    few_degrees_of_freedom,
    sum_two_way_by_cluster,
    wild_cluster_bootstrap,
)

INFERENCE = ("cluster", "CR2", "wild_bootstrap")


@dataclass(frozen=True, kw_only=True)
class Request:
    """How the interval is to be found; see :func:`whatworks.did.twfe`."""

    inference: str = "cluster"
    draws: int = 9999
    seed: int | None = None
    conf_level: float = 0.95

    def __post_init__(self) -> None:
        one_of(self.inference, INFERENCE, name="inference")
        confidence(self.conf_level)
        if self.seed is not None and self.inference != "wild_bootstrap":
            raise InvalidOption(
                f'inference={self.inference!r} draws nothing, so it takes no seed. Use inference="wild_bootstrap".'
            )


def interval(roll_out: RollOut, fit: TwoWayFit, request: Request) -> tuple[pd.DataFrame, dict[str, float], list[Check]]:
    """The headline row, what the statistics say of the inference, and a check where the interval has no end."""
    if request.inference == "cluster":
        df = float(fit.clusters - 1)
        return headline_table(fit.coefficients, fit.vcov, conf_level=request.conf_level, df=df), {"df": df}, []
    sums = sum_two_way_by_cluster(
        TwoWayDesign(
            outcome=roll_out.panel.outcome,
            regressors=treated_by_profile(roll_out),
            profile=roll_out.profile,
            period_weights=roll_out.period_weights,
            unit_weights=roll_out.unit_weights,
            cluster=roll_out.panel.cluster,
        )
    )
    if request.inference == "CR2":
        std_error, df = cr2_of_sums(sums)
        table = headline_table(fit.coefficients, np.array([[std_error**2]]), conf_level=request.conf_level, df=df)
        return table, {"df": df}, [few_degrees_of_freedom(df)]
    drawn = wild_cluster_bootstrap(sums, draws=request.draws, seed=request.seed, conf_level=request.conf_level)
    table = headline_table(fit.coefficients, fit.vcov, conf_level=request.conf_level)
    table = table.assign(conf_low=drawn.conf_low, conf_high=drawn.conf_high, p_value=drawn.p_value)
    about = {"draws": drawn.draws, "multiplier_points": drawn.points, "enumerated": float(drawn.exact)}
    return table, about, [bounded_interval(drawn.conf_low, drawn.conf_high)]


def treated_by_profile(roll_out: RollOut) -> np.ndarray:
    """(P, T, 1) marks, 0 or 1, of the times from each profile's start on."""
    return (roll_out.panel.timeline.ordinals >= roll_out.cohort[:, None])[:, :, None].astype(float)


def bounded_interval(conf_low: float, conf_high: float) -> Check:
    """Whether the data reject anything at all on both sides."""
    ends = int(np.isinf([conf_low, conf_high]).sum())
    return Check(
        name="bounded_interval",
        passed=ends == 0,
        message=f"{ends} of 2 ends of the interval are infinite: no effect, however large, is rejected there.",
        statistics={"infinite_ends": float(ends)},
    )
