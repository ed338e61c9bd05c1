"""Promotion: one of our own results becomes part of the evidence base, after disclosure control, and is never overwritten."""

from math import isfinite
from pathlib import Path

from whatworks.core import EffectResult
from whatworks.core.disclosure import K_PUBLISH, disclose, is_small
from whatworks.core.errors import DisclosureRisk, InvalidEffect, InvalidOption
from whatworks.core.options import one_of
from whatworks.evidence.designs import DESIGNS
from whatworks.evidence.local import LocalResult, local_path, local_text
from whatworks.evidence.registry import load

_COUNTS = ("n_treated", "n_comparison", "n_units", "nobs")


def promote(
    result: EffectResult,
    *,
    target_group: str,
    method: str,
    outcome: str,
    design: str,
    synthetic: bool,
    root: str | Path = "evidence",
    revises: str = "",
    k: int = K_PUBLISH,
) -> Path:
    """Write one of our own results into evidence/local/, fit to publish.

    Parameters
    ----------
    result : an effect with its headline, from ``did``, ``matching`` ...
    target_group, method, outcome : codes of the catalogues
    design : a code of the designs, such as ``"did"`` or ``"matching"``
    synthetic : whether the data were simulated; say so, nothing is assumed
    root : the evidence base
    revises : why a new version takes over from the one that stands there; needed where one does and it says something else
    k : smallest number of people a published number may rest on

    Returns
    -------
    The file written, or the one that stood there already with the same result.

    Raises
    ------
    UnknownCode
        If a code is not in its catalogue.
    InvalidOption
        If the result is synthetic, or would take the place of another one without a reason.
    DisclosureRisk
        If it rests on too few people, or does not say on how many.
    InvalidEffect
        If its direction of good is not known or not the outcome's, or its interval does not hold its estimate.

    Examples
    --------
    >>> import shutil, tempfile
    >>> effects = pd.DataFrame({"term": ["ATT"], "kind": ["headline"], "estimate": [2.0], "std_error": [0.5],
    ...                         "conf_low": [1.0], "conf_high": [3.0], "p_value": [0.0]})
    >>> result = ww.EffectResult(method="did.aggregate", estimand="ATT", measure="MD", unit="points", good="up", effects=effects,
    ...     statistics={"n_treated": 40, "n_comparison": 60}, provenance=ww.Provenance(data_fingerprint="0"))
    >>> about = {"target_group": "mental_illness", "method": "peer_support", "outcome": "personal_recovery", "design": "did"}
    >>> with tempfile.TemporaryDirectory() as place:
    ...     base = shutil.copytree("evidence", Path(place) / "evidence")
    ...     promote(result, **about, synthetic=False, root=base).suffix
    '.json'
    """
    registry = load(root)
    codes = {"target_group": target_group, "method": method, "outcome": outcome}
    entries = {kind: registry.entry(kind, code) for kind, code in codes.items()}
    one_of(design, tuple(DESIGNS), name="design")
    if synthetic or entries["method"].fields.get("synthetic") or result.provenance.arguments.get("synthetic"):
        raise InvalidOption(
            f"The result for {method} is synthetic; only results on real data are promoted. Leave it in reports/."
        )
    _usable(result, good=str(entries["outcome"].fields["good"]))
    _people_known(result, k)
    published = disclose(result, k)
    versions = [found for found in registry.local_versions if all(getattr(found, kind) == code for kind, code in codes.items())]
    latest = max(versions, key=lambda found: found.version, default=None)
    if latest is not None:
        if latest.result == published and latest.design == design:
            return registry.root / latest.file
        if not revises.strip():
            raise InvalidOption(
                f"Version {latest.version} of this result stands in {latest.file} and differs. It is never overwritten: "
                'give revises="why" to add the next version.'
            )
    version = 1 if latest is None else latest.version + 1
    path = local_path(registry.root, codes, version)
    note = revises.strip() if latest is not None else ""
    fields = LocalResult(**codes, version=version, design=design, note=note, result=published, file="")
    path.parent.mkdir(parents=True, exist_ok=True)
    # "x" refuses a file that somebody else wrote a moment ago.
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(local_text(fields))
    return path


def _usable(result: EffectResult, *, good: str) -> None:
    head = result.headline
    if not isfinite(head.estimate):
        raise InvalidEffect(f"{result.method}: the headline has no estimate. Promote a result that answers.")
    if isfinite(head.conf_low) and isfinite(head.conf_high) and not head.conf_low <= head.estimate <= head.conf_high:
        raise InvalidEffect(
            f"{result.method}: the interval {head.conf_low:g} to {head.conf_high:g} does not hold its estimate {head.estimate:g}."
        )
    if result.good != good:
        raise InvalidEffect(
            f"{result.method}: good is {result.good}, but {good} is good for this outcome in outcomes.yml. Set it on the result."
        )


def _people_known(result: EffectResult, k: int) -> None:
    counts = {name: float(result.statistics[name]) for name in _COUNTS if name in result.statistics}
    known = {name: count for name, count in counts.items() if isfinite(count)}
    if not known:
        raise DisclosureRisk(
            f"{result.method}: no count of people ({', '.join(_COUNTS)}) is in its statistics, so it cannot be cleared."
        )
    few = sorted(name for name, count in known.items() if is_small(count, k))
    if few:
        raise DisclosureRisk(
            f"{result.method}: {', '.join(few)} below {k}, so the effect cannot be published. Widen the group or period."
        )
