"""Sharing estimates, not people: what a municipality may send, and what several may be pooled from."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from whatworks.core import EffectResult
from whatworks.core.columns import require_columns
from whatworks.core.disclosure import K_PUBLISH, checked_k, disclose, suppress_line
from whatworks.core.encoding import encode_frame
from whatworks.core.errors import DisclosureRisk, EmptyData, InvalidOption
from whatworks.core.version import __version__
from whatworks.documentation.municipality_names import municipalities
from whatworks.documentation.sharing_package import FORMAT, KIND, QUESTION, IncompatiblePackage, Package, packed

_GROUP_COUNTS = ("n_treated", "n_comparison")
_GROUP_COLUMNS = ("group", *_GROUP_COUNTS)


def share(
    results: Mapping[str, EffectResult],
    *,
    sender: str,
    question: Mapping[str, str],
    synthetic: bool,
    groups: pd.DataFrame | None = None,
    k: int = K_PUBLISH,
) -> Package:
    """Make a package of estimates that may leave a municipality.

    Parameters
    ----------
    results : results by name, e.g. ``{"main": ww.matching.estimate(...)}``; at least one
    sender : three-digit code of the municipality
    question : ``target_group``, ``method`` and ``outcome``, as codes
    synthetic : were the people simulated?
    groups : counts of people by group: group, n_treated, n_comparison. Needed where a result does not say itself how many
        people stand behind it
    k : smallest count that may leave (5 by default, never below 3)

    Returns
    -------
    The package; :func:`write_package` writes it. Every result went through :func:`whatworks.core.disclosure.disclose`; of the
    groups, small cells are hidden, and one more where a hidden one could be found by subtraction. What was shared before is not
    known here: send one package about a question, for two with other groups or other people tell about those between them.

    Raises
    ------
    DisclosureRisk
        If a result rests on too few people in an arm, does not say on how many and no groups are given, or a text in it
        looks like a civil registration number.
    EmptyData, InvalidOption, MissingColumn
        If there is no result, the sender is no municipality, the question is not named, or groups lack a column.

    Examples
    --------
    >>> from whatworks.core import EffectResult, Provenance
    >>> effects = pd.DataFrame({"term": ["ATT"], "kind": ["headline"], "estimate": [2.0], "std_error": [0.5],
    ...                         "conf_low": [1.0], "conf_high": [3.0], "p_value": [0.0]})
    >>> result = EffectResult(method="matching.estimate", estimand="ATT", measure="MD", unit="points", effects=effects,
    ...     statistics={"n_treated": 40, "n_comparison": 60}, provenance=Provenance(data_fingerprint="0"))
    >>> package = share({"main": result}, sender="751", synthetic=True,
    ...     question={"target_group": "adults_autism", "method": "mønster", "outcome": "who5"})
    >>> package.sender, len(package.fingerprint)
    ('751', 64)
    """
    checked_k(k)
    if not results:
        raise EmptyData("There is no result to share. Give at least one.")
    if sender not in municipalities()["municipality_code"].tolist():
        raise InvalidOption("sender is not the code of a municipality. Give its three digits, for instance '751'.")
    if set(question) != set(QUESTION) or not all(isinstance(code, str) and code for code in question.values()):
        raise InvalidOption(f"question must name {', '.join(QUESTION)}, each by its code.")
    counts = None if groups is None else _published_groups(groups, k=k)
    published = {name: _published(name, result, groups=groups, k=k) for name, result in results.items()}
    return packed(
        {
            "kind": KIND,
            "format": FORMAT,
            "sender": sender,
            "question": {name: question[name] for name in QUESTION},
            "synthetic": bool(synthetic),
            "k": int(k),
            "version": __version__,
            "results": {name: json.loads(result.to_json()) for name, result in sorted(published.items())},
            "groups": None if counts is None else encode_frame(counts),
        }
    )


def gather(packages: Sequence[Package], *, result: str = "main") -> pd.DataFrame:
    """The estimates of several municipalities side by side, when they answer the same question in the same way.

    Parameters
    ----------
    packages : from :func:`read_package`; at least two, one from each municipality
    result : name of the result to gather

    Returns
    -------
    One row per municipality, by its code: sender, estimate, std_error, yi, vi (its square), n_treated, n_comparison, fingerprint.
    ``attrs`` hold ``question``, ``estimand``, ``measure``, ``unit``, ``good``, ``conf_level`` and ``synthetic``.

    Raises
    ------
    IncompatiblePackage
        If question, estimand, unit, measure, good direction, method, version or simulated people differ, a municipality sent
        two, two hold the same estimate from the same data, or there is only one.

    Examples
    --------
    >>> effects = pd.DataFrame({"term": ["ATT"], "kind": ["headline"], "estimate": [2.0], "std_error": [0.5],
    ...                         "conf_low": [1.0], "conf_high": [3.0], "p_value": [0.0]})
    >>> results = [ww.EffectResult(method="matching.estimate", estimand="ATT", measure="MD", unit="points", effects=effects,
    ...     statistics={"n_treated": 40, "n_comparison": 60}, provenance=ww.Provenance(data_fingerprint=of)) for of in ("0", "1")]
    >>> about = {"target_group": "adults_autism", "method": "klare_billeder", "outcome": "who5"}
    >>> sent = [ww.documentation.share({"main": result}, sender=code, synthetic=True, question=about)
    ...         for code, result in zip(("751", "461"), results)]
    >>> gather(sent)[["sender", "estimate"]].to_numpy().tolist()
    [['461', 2.0], ['751', 2.0]]
    """
    if len(packages) < 2:
        raise IncompatiblePackage(f"Pooling needs at least 2 packages; got {len(packages)}. Collect more.")
    for package in packages:
        if result not in package.results:
            raise IncompatiblePackage(
                f"The package of {package.sender} has no result {result!r}; it has {', '.join(package.results)}."
            )
    senders = pd.Series([package.sender for package in packages])
    twice = sorted(set(senders[senders.duplicated()]))
    if twice:
        raise IncompatiblePackage(f"Municipality {', '.join(twice)} sent several packages. Keep the newest of each.")
    described = [_described(package, result) for package in packages]
    _refuse_different(described, packages)
    _refuse_replayed(packages, result)
    rows = []
    for package in sorted(packages, key=lambda package: package.sender):
        one = package.results[result]
        error = float(one.headline.std_error)
        if not (math.isfinite(error) and error > 0 and math.isfinite(one.headline.estimate)):
            raise IncompatiblePackage(
                f"The estimate of {package.sender} has no standard error above 0, so it has no weight. "
                "Leave it out, or ask for one."
            )
        counts = {name: one.statistics.get(name, float("nan")) for name in _GROUP_COUNTS}
        rows.append(
            {"sender": package.sender, "estimate": float(one.headline.estimate), "std_error": error, **counts}
            | {"yi": float(one.headline.estimate), "vi": error**2, "fingerprint": package.fingerprint}
        )
    table = pd.DataFrame(rows)
    one = packages[0].results[result]
    about = {name: getattr(one, name) for name in ("estimand", "measure", "unit", "good", "conf_level")}
    table.attrs.update({**about, "question": dict(packages[0].question), "synthetic": packages[0].synthetic})
    return table


def _refuse_replayed(packages: Sequence[Package], result: str) -> None:
    """The same estimate from the same data under two senders' codes would count the same people twice."""
    seen: dict[tuple[str, float, float], str] = {}
    for package in packages:
        one = package.results[result]
        told = (one.provenance.data_fingerprint, float(one.headline.estimate), float(one.headline.std_error))
        if told in seen:
            raise IncompatiblePackage(
                f"The packages of {seen[told]} and {package.sender} hold the same estimate from the same data. One of them was "
                "sent under another's code. Ask both for their fingerprints."
            )
        seen[told] = package.sender


def _described(package: Package, result: str) -> dict[str, Any]:
    """What must be the same in every package that is pooled."""
    one = package.results[result]
    return {
        **package.question,
        "estimand": one.estimand,
        "measure": one.measure,
        "unit": one.unit,
        "good direction": one.good,
        "estimator": one.method,
        "confidence level": one.conf_level,
        "simulated people": package.synthetic,
        # A third number means that nothing is computed in another way.
        "version": ".".join(package.version.split(".")[:2]),
    }


def _refuse_different(described: Sequence[Mapping[str, Any]], packages: Sequence[Package]) -> None:
    first, sender = described[0], packages[0].sender
    for one, package in zip(described[1:], packages[1:], strict=True):
        for name, value in one.items():
            if value != first[name]:
                raise IncompatiblePackage(
                    f"The packages of {sender} and {package.sender} differ in {name}: {first[name]!r} and {value!r}. "
                    "Only estimates of the same thing are pooled. Ask for the same call with the same version."
                )


def _published(name: str, result: EffectResult, *, groups: pd.DataFrame | None, k: int) -> EffectResult:
    told = all(pd.notna(result.statistics.get(count)) for count in _GROUP_COUNTS)
    if not told and groups is None:
        raise DisclosureRisk(
            f"Result {name!r} does not say how many treated and comparison people it rests on. "
            "Give groups with their counts, so that they can be held against the smallest count allowed."
        )
    return disclose(result, k=k)


def _published_groups(groups: pd.DataFrame, *, k: int) -> pd.DataFrame:
    """Counts of groups, small ones hidden, and never a single hidden one beside a total that could be known."""
    require_columns(groups, _GROUP_COLUMNS, what="groups")
    table = groups[list(_GROUP_COLUMNS)].assign(group=groups["group"].astype("str"))
    for arm in _GROUP_COUNTS:
        if 0 < int(table[arm].sum()) < k:
            raise DisclosureRisk(f"The groups hold fewer than {k} people in {arm} together. Nothing can be shared.")
    # The arms' totals stand in the results: what is hidden of either must be more than one group and k people.
    hidden = pd.Series(False, index=table.index)
    for arm in (*_GROUP_COUNTS, *_GROUP_COUNTS):
        hidden = suppress_line(table[arm].fillna(0), k, hidden=hidden)
    table[list(_GROUP_COUNTS)] = table[list(_GROUP_COUNTS)].astype("Int64").mask(hidden)
    table["suppressed"] = hidden
    return table.reset_index(drop=True)
