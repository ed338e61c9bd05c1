"""What units turn into what: inputs and outputs read and refused, and the linear programmes that compare units with the best."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from whatworks.benchmarking.simplex import RadialProblem, RadialSolution, solve_radial
from whatworks.core.columns import as_list, numeric, require_columns
from whatworks.core.errors import DuplicateRows, InvalidColumn, InvalidOption, MissingValues, TooFewUnits

ORIENTATIONS = ("input", "output")
# Fewer units than three per input and output make nearly everybody efficient: Banker, Charnes, Cooper, Swarts & Thomas (1989),
# Research in Governmental and Nonprofit Accounting 5:125-163.
UNITS_PER_MEASURE = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Units:
    """Units with their inputs (n, m) and outputs (n, s), each divided by its mean, which moves no radial score."""

    names: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    X: np.ndarray
    Y: np.ndarray
    input_means: np.ndarray
    output_means: np.ndarray

    @property
    def n(self) -> int:
        return len(self.names)


def read_units(df: pd.DataFrame, *, unit: str | None, inputs: str | Sequence[str], outputs: str | Sequence[str]) -> Units:
    """Inputs and outputs of units, one row each, or the reason why they cannot be compared.

    Raises
    ------
    MissingColumn, MissingValues, EmptyData
    InvalidColumn
        If an input is zero or negative, an output is negative, or a unit has no output at all.
    DuplicateRows
        If a unit stands twice.
    TooFewUnits
        If there are fewer than three units per input and output.
    """
    inputs, outputs = as_list(inputs), as_list(outputs)
    _refuse_empty_or_shared(inputs, outputs)
    require_columns(df, [*([] if unit is None else [unit]), *inputs, *outputs], what="units")
    names = _names(df, unit)
    X = np.column_stack([numeric(df, column, what="units") for column in inputs])
    Y = np.column_stack([numeric(df, column, what="units") for column in outputs])
    _refuse_impossible(X, Y, inputs, outputs)
    needed = UNITS_PER_MEASURE * (len(inputs) + len(outputs))
    if len(names) < needed:
        raise TooFewUnits(
            f"{len(names)} units with {len(inputs)} inputs and {len(outputs)} outputs; at least {needed} are needed, or nearly "
            "every unit is its own best. Leave out inputs or outputs, or compare over more units."
        )
    input_means, output_means = X.mean(axis=0), Y.mean(axis=0)
    return Units(
        names=names,
        inputs=tuple(inputs),
        outputs=tuple(outputs),
        X=X / input_means,
        Y=Y / output_means,
        input_means=input_means,
        output_means=output_means,
    )


def _refuse_empty_or_shared(inputs: list[str], outputs: list[str]) -> None:
    if not inputs or not outputs:
        raise InvalidOption("A frontier needs at least one input and one output. Name columns in inputs= and outputs=.")
    columns = [*inputs, *outputs]
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise InvalidOption(f"Named twice among inputs and outputs: {', '.join(twice)}. Name each column once.")


def _names(df: pd.DataFrame, unit: str | None) -> tuple[str, ...]:
    values = pd.Series(df.index) if unit is None else df[unit]
    if values.isna().any():
        raise MissingValues(f"{int(values.isna().sum())} units have no name in {unit!r}. Name every unit.")
    names = values.astype(str)
    if names.duplicated().any():
        raise DuplicateRows(
            f"{int(names.duplicated().sum())} rows repeat a unit that already stands in {unit or 'the index'!r}. "
            "Add up the rows of a unit first, or give each period of a unit a name of its own."
        )
    return tuple(names)


def _refuse_impossible(X: np.ndarray, Y: np.ndarray, inputs: list[str], outputs: list[str]) -> None:
    for column, values in zip(inputs, X.T, strict=True):
        if (values <= 0).any():
            raise InvalidColumn(
                f"Input {column!r} is zero or negative in {int((values <= 0).sum())} of {len(values)} units; what it uses must "
                "be above zero to be cut by a share. Leave those units out, or choose an input that all use."
            )
    for column, values in zip(outputs, Y.T, strict=True):
        if (values < 0).any():
            raise InvalidColumn(
                f"Output {column!r} is negative in {int((values < 0).sum())} of {len(values)} units. Turn it so that more is "
                "better and nothing is below zero, e.g. the share without relapse."
            )
        if not values.any():
            raise InvalidColumn(f"Output {column!r} is zero in every unit. Leave it out.")
    nothing = int((~Y.any(axis=1)).sum())
    if nothing:
        raise InvalidColumn(f"{nothing} of {len(Y)} units have no output at all. Leave them out, or name what they do deliver.")


def radial(
    X: np.ndarray,
    Y: np.ndarray,
    *,
    returns: str,
    orientation: str,
    of: np.ndarray | None = None,
    against: tuple[np.ndarray, np.ndarray] | None = None,
    likely: np.ndarray | None = None,
    own: np.ndarray | None = None,
) -> RadialSolution:
    """Radial efficiency of units against the units themselves, or against another technology.

    Parameters
    ----------
    X, Y : (n, m) inputs and (n, s) outputs of the units that are judged
    returns : "crs" constant, "vrs" variable, "nirs" non-increasing returns to scale
    orientation : "input": the share of its inputs a unit could do with; "output": how many times its outputs it could make
    of : numbers of the units to judge; all by default
    against : inputs and outputs of the technology; the units themselves by default. Its row ``own[k]`` must be unit ``k`` up
        to a factor on the inputs (input orientation) or outputs (output orientation)
    likely : technology rows to look at first
    own : (n,) rows of the units in the technology; row ``k`` for unit ``k`` by default

    References
    ----------
    Charnes, Cooper & Rhodes (1978), European Journal of Operational Research 2:429-444; Banker, Charnes & Cooper (1984),
    Management Science 30:1078-1092.
    """
    of = np.arange(len(X)) if of is None else of
    own = (np.arange(len(X)) if own is None else own)[of]
    reference_X, reference_Y = (X, Y) if against is None else against
    X, Y = X[of], Y[of]
    m, s, units = X.shape[1], Y.shape[1], np.arange(len(of))
    columns = np.hstack([-reference_X, reference_Y])
    direction, rhs = np.zeros((len(of), m + s)), np.zeros((len(of), m + s))
    most_used, most_made = X.argmax(axis=1), m + Y.argmax(axis=1)
    if orientation == "input":
        direction[:, :m], rhs[:, m:] = X, Y
        slots = np.column_stack([most_used, most_made])
    else:
        direction[:, m:], rhs[:, :m] = -Y, -X
        slots = np.column_stack([most_made, most_used])
    if returns != "crs":
        columns = np.hstack([columns, np.full((len(columns), 1), -1.0)])
        direction, rhs = np.hstack([direction, np.zeros((len(of), 1))]), np.hstack([rhs, np.full((len(of), 1), -1.0)])
        slots[units, 1] = m + s
    problem = RadialProblem(
        columns=columns,
        radial=direction,
        rhs=rhs,
        own=own,
        slots=slots,
        sense=1.0 if orientation == "input" else -1.0,
        convex=returns == "vrs",
    )
    return solve_radial(problem, likely=likely)


def supporting(prices: np.ndarray, X: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Technology rows that lie furthest out in the directions of known shadow prices: likely to be on the frontier."""
    columns = np.hstack([-X, Y])
    return np.unique((prices[:, : columns.shape[1]] @ columns.T).argmax(axis=1))
