"""Sub-experiments of a stack: a cohort and its clean controls, seen throughout one window around the start."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from whatworks.did.panel import Panel


@dataclass(frozen=True, kw_only=True)
class Window:
    """Times kept around each start, and who serves as control.

    Attributes
    ----------
    before, after : times before the start (1 or more) and after it (0 or more)
    control : ``"not_yet"`` takes whoever starts after the window or never, ``"never"`` only the latter
    """

    before: int
    after: int
    control: str

    @property
    def event_times(self) -> np.ndarray:
        """(W,) times since the start."""
        return np.arange(-self.before, self.after + 1)


@dataclass(frozen=True, kw_only=True, eq=False)
class SubExperiment:
    """One cohort and its clean controls.

    Attributes
    ----------
    cohort : ordinal of the start
    columns : (W,) places of the window's times
    treated, controls : units seen throughout the window, with weight
    """

    cohort: float
    columns: np.ndarray = field(repr=False)
    treated: np.ndarray = field(repr=False)
    controls: np.ndarray = field(repr=False)


@dataclass(frozen=True, kw_only=True, eq=False)
class Stack:
    """The sub-experiments, and why others were left out.

    Attributes
    ----------
    left_out : ordinal of each cohort left out, with the reason
    incomplete : unit-windows left out because the unit was not seen throughout
    """

    panel: Panel
    window: Window
    experiments: tuple[SubExperiment, ...]
    left_out: Mapping[float, str]
    incomplete: int

    def weights(self, experiment: SubExperiment, units: np.ndarray) -> np.ndarray:
        """The units' weights, at the time before the start where weights change over time."""
        weights = self.panel.weights[units]
        return weights if weights.ndim == 1 else weights[:, experiment.columns[self.window.before - 1]]

    def shares(self) -> np.ndarray:
        """Each sub-experiment's share of the treated: what makes the average one of effects on the treated."""
        sizes = np.array([self.weights(experiment, experiment.treated).sum() for experiment in self.experiments])
        return sizes / sizes.sum()

    def cells(self) -> tuple[np.ndarray, np.ndarray]:
        """(A, W) effects, base the time before the start, and (n, W) scores of their average by :meth:`shares`.

        A weighted regression on the stack gives these averages: controls weigh as in the corrective weights, each
        sub-experiment's together as much as its treated. Scores are taken within sub-experiments, each with a level and a trend
        of its own, and added up over a unit's copies.
        """
        effects = np.zeros((len(self.experiments), len(self.window.event_times)))
        scores = np.zeros((len(self.panel.cohort), len(self.window.event_times)))
        for a, (experiment, share) in enumerate(zip(self.experiments, self.shares(), strict=True)):
            for units, sign in ((experiment.treated, 1.0), (experiment.controls, -1.0)):
                outcome = self.panel.outcome[np.ix_(units, experiment.columns)]
                change = outcome - outcome[:, [self.window.before - 1]]
                weights = self.weights(experiment, units)
                weights = weights / weights.sum()
                mean = weights @ change
                effects[a] += sign * mean
                scores[units] += (sign * share * weights)[:, None] * (change - mean)
        return effects, scores


def stack_panel(panel: Panel, window: Window) -> Stack:
    """Find the sub-experiments. A unit enters one only if it is seen at every time of the window."""
    experiments, left_out, incomplete = [], {}, 0
    ordinals = panel.timeline.ordinals
    for cohort in np.unique(panel.cohort[np.isfinite(panel.cohort)]):
        wanted = cohort + window.event_times
        columns = np.searchsorted(ordinals, wanted)
        if columns[-1] >= len(ordinals) or not (ordinals[columns] == wanted).all():
            left_out[float(cohort)] = "window not observed"
            continue
        treated = panel.cohort == cohort
        controls = panel.cohort > (cohort + window.after if window.control == "not_yet" else ordinals[-1])
        seen = _seen_throughout(panel, columns)
        incomplete += int(((treated | controls) & ~seen).sum())
        experiment = SubExperiment(
            cohort=float(cohort),
            columns=columns,
            treated=np.flatnonzero(treated & seen),
            controls=np.flatnonzero(controls & seen),
        )
        if len(experiment.treated) and len(experiment.controls):
            experiments.append(experiment)
        else:
            left_out[experiment.cohort] = "no clean controls" if len(experiment.treated) else "no treated seen throughout"
    return Stack(panel=panel, window=window, experiments=tuple(experiments), left_out=left_out, incomplete=incomplete)


def _seen_throughout(panel: Panel, columns: np.ndarray) -> np.ndarray:
    """(n,) units with an outcome and weight at every time of the window."""
    weights = panel.weights if panel.weights.ndim == 1 else panel.weights[:, columns].min(axis=1)
    return (weights > 0) & ~np.isnan(panel.outcome[:, columns]).any(axis=1)
