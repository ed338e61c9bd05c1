"""The one result: what every estimator returns."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from whatworks.core.check import Check
from whatworks.core.encoding import decode_frame, decode_number, encode_frame, encode_number
from whatworks.core.errors import InvalidResult
from whatworks.core.provenance import Provenance
from whatworks.core.result_html import result_html

COMMON_COLUMNS = ("term", "kind", "estimate", "std_error", "conf_low", "conf_high", "p_value")
KINDS = ("headline", "part", "prediction")


@dataclass(frozen=True, kw_only=True, eq=False)
class EffectResult:
    """Numbers, their meaning, and what could make them wrong.

    Parameters
    ----------
    method : the function that made it, e.g. ``"did.att_gt"``
    estimand : what is estimated, in words: ``"ATT, quarters 1-8 after start"``
    measure : ``"MD"``, ``"SMD"``, ``"RD"``, ``"logRR"``, ``"logOR"``, ``"money"``, ``"ratio"`` ...
    unit : unit of the estimate, readable aloud: ``"dollars a year"``
    good : ``"up"`` or ``"down"``: which direction is good for the person; None when unknown
    conf_level : coverage of ``conf_low`` to ``conf_high``, e.g. 0.95
    effects : one row per term with the columns term, kind, estimate, std_error, conf_low, conf_high, p_value, then
        extras; ``kind`` is ``headline`` (exactly one row), ``part`` or ``prediction``
    statistics : nobs, n_treated, n_comparison, n_dropped, tau2 ... one number each
    checks : doubts, passed and failed
    vcov : covariance of the rows with kind ``part``; None where it does not exist
    provenance : data fingerprint, arguments, seed, version

    Raises
    ------
    InvalidResult
        If the contract above does not hold.

    Examples
    --------
    >>> effects = pd.DataFrame({"term": ["ATT"], "kind": ["headline"], "estimate": [2.0], "std_error": [0.5],
    ...                         "conf_low": [1.0], "conf_high": [3.0], "p_value": [0.0]})
    >>> result = EffectResult(method="example", estimand="ATT", measure="MD", unit="points", effects=effects,
    ...                       provenance=Provenance(data_fingerprint="0"))
    >>> result.headline.estimate
    2.0
    >>> EffectResult.from_json(result.to_json()) == result
    True
    """

    method: str
    estimand: str
    measure: str
    unit: str
    effects: pd.DataFrame = field(repr=False)
    provenance: Provenance = field(repr=False)
    good: str | None = None
    conf_level: float = 0.95
    statistics: Mapping[str, float] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    vcov: pd.DataFrame | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "effects", self.effects.reset_index(drop=True))
        object.__setattr__(self, "checks", tuple(self.checks))
        _check_contract(self)

    @property
    def headline(self) -> Any:
        """The one row that answers the question; columns are attributes (``result.headline.estimate``)."""
        return next(self.effects[self.effects["kind"] == "headline"].itertuples(index=False, name="Headline"))

    @property
    def parts(self) -> pd.DataFrame:
        """The rows the headline is made of: studies, group-times, event times, providers."""
        return self.effects[self.effects["kind"] == "part"].reset_index(drop=True)

    @property
    def failed_checks(self) -> tuple[Check, ...]:
        """Doubts that came true."""
        return tuple(check for check in self.checks if check.passed is False)

    def tidy(self) -> pd.DataFrame:
        """One row per term, with the seven common columns first."""
        return self.effects.copy()

    def glance(self) -> pd.DataFrame:
        """One row for the whole result: what it is, its statistics, how many checks failed."""
        about = {"method": self.method, "estimand": self.estimand, "measure": self.measure, "unit": self.unit}
        return pd.DataFrame([{**about, **self.statistics, "checks_failed": len(self.failed_checks)}])

    def to_json(self) -> str:
        """Write as JSON text; equal input gives equal bytes. Holds no row-level data."""
        content = {
            "method": self.method,
            "estimand": self.estimand,
            "measure": self.measure,
            "unit": self.unit,
            "good": self.good,
            "conf_level": self.conf_level,
            "effects": encode_frame(self.effects),
            "statistics": {key: encode_number(self.statistics[key]) for key in sorted(self.statistics)},
            "checks": [_encode_check(check) for check in self.checks],
            "vcov": None if self.vcov is None else encode_frame(self.vcov),
            "provenance": self.provenance.to_dict(),
        }
        return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1)

    @classmethod
    def from_json(cls, text: str) -> "EffectResult":
        """Read what :meth:`to_json` wrote."""
        content = json.loads(text)
        vcov = content["vcov"]
        return EffectResult(
            method=content["method"],
            estimand=content["estimand"],
            measure=content["measure"],
            unit=content["unit"],
            good=content["good"],
            conf_level=content["conf_level"],
            effects=decode_frame(content["effects"]),
            statistics={key: decode_number(value) for key, value in content["statistics"].items()},
            checks=tuple(_decode_check(check) for check in content["checks"]),
            vcov=None if vcov is None else decode_frame(vcov),
            provenance=Provenance(**content["provenance"]),
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EffectResult) and self.to_json() == other.to_json()

    def __hash__(self) -> int:
        return hash(self.to_json())

    def _repr_html_(self) -> str:
        return result_html(self)


def _encode_check(check: Check) -> dict[str, Any]:
    statistics = {key: encode_number(check.statistics[key]) for key in sorted(check.statistics)}
    return {**check.to_dict(), "statistics": statistics}


def _decode_check(content: dict[str, Any]) -> Check:
    statistics = {key: decode_number(value) for key, value in content["statistics"].items()}
    return Check(**{**content, "statistics": statistics})


def _check_contract(result: EffectResult) -> None:
    effects = result.effects
    if tuple(effects.columns[: len(COMMON_COLUMNS)]) != COMMON_COLUMNS:
        raise InvalidResult(
            f"{result.method}: effects must begin with the columns {', '.join(COMMON_COLUMNS)}; "
            f"it has {', '.join(map(str, effects.columns))}."
        )
    unknown = set(effects["kind"].unique()) - set(KINDS)
    if unknown:
        raise InvalidResult(f"{result.method}: kind must be one of {', '.join(KINDS)}; found {', '.join(sorted(unknown))}.")
    headlines = int((effects["kind"] == "headline").sum())
    if headlines != 1:
        raise InvalidResult(f"{result.method}: exactly one row must have kind 'headline'; found {headlines}.")
    if result.good not in ("up", "down", None):
        raise InvalidResult(f"{result.method}: good must be 'up', 'down' or None; found {result.good!r}.")
    if not 0 < result.conf_level < 1:
        raise InvalidResult(f"{result.method}: conf_level must lie between 0 and 1; found {result.conf_level!r}.")
    crossed = (effects["conf_low"] > effects["conf_high"]).sum()
    if crossed:
        raise InvalidResult(f"{result.method}: {crossed} rows of effects have conf_low above conf_high.")
    bad = [key for key, value in result.statistics.items() if not isinstance(encode_number(value), (int, float, str, type(None)))]
    if bad:
        raise InvalidResult(f"{result.method}: statistics must be numbers; not so for {', '.join(bad)}.")
