"""Effects by time since start as arrays, all against one time before the start: what sensitivity analyses begin with."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from whatworks.core.errors import InvalidOption, NotIdentified
from whatworks.core.options import is_finite, shown
from whatworks.core.result import EffectResult

_WAY_OUT = (
    'Give the result of event_study, or of aggregate(by="event") after att_gt(base_period="universal"), '
    "in which every effect is against one and the same time before the start."
)


@dataclass(frozen=True, kw_only=True, eq=False)
class EventPath:
    """An event study without its reference, in order of time.

    Attributes
    ----------
    event_times : (q,) times since start, estimated
    estimates : (q,) effects against ``reference``, in units of the outcome
    vcov : (q, q)
    reference : the event time, below 0, that all are compared with
    unknown : event times that have a row but no estimate
    """

    event_times: np.ndarray
    estimates: np.ndarray = field(repr=False)
    vcov: np.ndarray = field(repr=False)
    reference: int
    unknown: tuple[int, ...]

    @property
    def n_before(self) -> int:
        """How many of them are before the reference."""
        return int((self.event_times < self.reference).sum())

    def weights(self, target: int | Mapping[int, float]) -> np.ndarray:
        """(times after the reference,) weights of the effect of interest.

        Raises
        ------
        InvalidOption
            If an event time has no estimate after the reference, or all weights are 0.
        """
        after = self.event_times[self.event_times > self.reference]
        if not isinstance(target, Mapping) and not is_finite(target):
            raise InvalidOption(f"event_time={shown(target)}; a whole number, or a mapping of such to weights, is needed.")
        asked = dict(target) if isinstance(target, Mapping) else {target: 1.0}
        strange = [time for time in asked if time not in after.tolist()]
        if strange or not any(asked.values()):
            raise InvalidOption(
                f"event_time={target!r} must name event times with an estimate after the reference, and a weight that is not 0; "
                f"there are {_listed(after)}."
            )
        return np.array([float(asked.get(int(time), 0.0)) for time in after])

    def latest(self, leads: int | None) -> "EventPath":
        """The ``leads`` times nearest the reference, and all after it.

        Raises
        ------
        InvalidOption
            If ``leads`` is not a whole number from 1.
        """
        if leads is None:
            return self
        if not is_finite(leads) or leads != int(leads) or leads < 1:
            raise InvalidOption(f"leads={shown(leads)} must be a whole number of times before the reference, 1 or more.")
        return self._only(self.event_times >= self.reference - leads)

    def without_gaps(self, target: int | Mapping[int, float]) -> "EventPath":
        """Every time from the first lead to the last time of interest; times after a later gap are left aside.

        Raises
        ------
        NotIdentified
            If there is no lead, or a time in between has no estimate.
        """
        if self.n_before == 0:
            raise NotIdentified(
                f"No effect before event time {self.reference} is estimated, so nothing says how far trends may differ. "
                "Add earlier times, or choose a later reference."
            )
        self.weights(target)
        wanted = max(target) if isinstance(target, Mapping) else target
        present = {*self.event_times.tolist(), self.reference}
        lacking = [time for time in range(int(self.event_times[0]), int(wanted) + 1) if time not in present]
        if lacking:
            before = [time for time in lacking if time < self.reference]
            near = self.reference - max(before) - 1 if before else 0
            way_out = (
                f"Use leads={near}" if near and max(lacking) < self.reference else "Aggregate time into longer steps without gaps"
            )
            raise NotIdentified(
                f"Event times {_listed(np.array(lacking))} have no estimate, and bounds on changes from one time to the next "
                f"need every time. {way_out}."
            )
        end = int(wanted)
        while end + 1 in present:
            end += 1
        return self._only(self.event_times <= end)

    def _only(self, keep: np.ndarray) -> "EventPath":
        return EventPath(
            event_times=self.event_times[keep],
            estimates=self.estimates[keep],
            vcov=self.vcov[np.ix_(keep, keep)],
            reference=self.reference,
            unknown=self.unknown,
        )


def read_event_path(study: EffectResult) -> EventPath:
    """Read an event study, and find its reference: the one time before the start whose effect is zero without error.

    Raises
    ------
    InvalidOption
        If the result has no event times or no covariance, or its effects are not against one reference.
    """
    if not isinstance(study, EffectResult):
        raise InvalidOption(f"An event study is needed; found an object of type {type(study).__name__}. {_WAY_OUT}")
    parts = study.parts
    if "event_time" not in parts or study.vcov is None or parts["event_time"].duplicated().any():
        raise InvalidOption(f"{study.method} gives no effects by time since start with their covariance. {_WAY_OUT}")
    parts = parts.sort_values("event_time", kind="stable")
    times = parts["event_time"].to_numpy(dtype=int)
    estimates = parts["estimate"].to_numpy(dtype=float)
    vcov = study.vcov.loc[parts["term"], parts["term"]].to_numpy(dtype=float)
    spread = np.diag(vcov)
    fixed = (estimates == 0) & (np.isnan(spread) | (spread <= 0)) & (times < 0)
    if not (spread > 0).any():
        raise InvalidOption(f"No effect of {study.method} has a standard error: nothing varies. Check the outcome column.")
    if fixed.sum() != 1:
        raise InvalidOption(f"{study.method} compares each time before the start with another one. {_WAY_OUT}")
    known = np.isfinite(estimates) & (spread > 0)
    return EventPath(
        event_times=times[known],
        estimates=estimates[known],
        vcov=vcov[np.ix_(known, known)],
        reference=int(times[fixed][0]),
        unknown=tuple(times[~known & ~fixed].tolist()),
    )


def _listed(times: np.ndarray) -> str:
    """Times for reading; runs shortened."""
    if len(times) > 6 and (np.diff(times) == 1).all():
        return f"{times[0]} to {times[-1]}"
    return ", ".join(str(int(time)) for time in times) or "none"
