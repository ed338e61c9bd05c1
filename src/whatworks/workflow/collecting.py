"""Estimates between municipalities: a report's answer into a package, many packages into one pooled answer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from whatworks import synthesis
from whatworks.core import EffectResult
from whatworks.core.disclosure import K_PUBLISH
from whatworks.core.errors import InvalidOption
from whatworks.documentation.sharing import gather, share
from whatworks.documentation.sharing_package import Package, TamperedPackage, read_package
from whatworks.findings import finding as findings


def share_report(
    folder: str | Path, *, sender: str, result: str | None = None, groups: pd.DataFrame | None = None, k: int = K_PUBLISH
) -> Package:
    """The answer of a report as a package that may leave the municipality.

    Parameters
    ----------
    folder : of the report; it holds ``results.json``
    sender : three-digit code of the municipality
    result : name of the result to share; the one that answers the question by default
    groups : counts of people by group: group, n_treated, n_comparison
    k : smallest count that may leave

    Returns
    -------
    A package with the result under the name ``main``.

    Raises
    ------
    MissingData, InvalidOption, DisclosureRisk
        If there is no report, it has no such result of its own, or too few people stand behind it.
    """
    report = findings.load(folder)
    chosen = report.answer if result is None else result
    if chosen is None or chosen not in report.results or report.outcome is None:
        have = ", ".join(report.results) or "none"
        raise InvalidOption(
            f"The report has no result of its own to share under that name; it has {have}. Name one with --result."
        )
    question = {"target_group": report.target_group, "method": report.method, "outcome": report.outcome}
    return share(
        {"main": report.results[chosen]},
        sender=sender,
        question=question,
        synthetic=report.synthetic,
        groups=groups,
        k=k,
    )


def collect(
    paths: Sequence[str | Path],
    *,
    expected: Mapping[str, str] | None = None,
    result: str = "main",
    model: str = "random",
) -> EffectResult:
    """One answer from the estimates of many municipalities, whose rows stay where they are.

    The second of two stages: each municipality estimated with its own citizens, and the estimates are averaged, the certain
    ones counting more. Where everybody estimates the same thing in the same way, the common-effect average is what a
    regression on all rows with an intercept for each municipality gives, apart from how the residual variance is estimated.

    Parameters
    ----------
    paths : files with packages, or folders of them
    expected : fingerprints by municipality, as the senders gave them by another road
    result : name of the result in the packages
    model : "random" (municipalities differ; Knapp and Hartung's intervals) or "common" (they differ by chance alone)

    Returns
    -------
    EffectResult
        As :func:`whatworks.synthesis.pool`: a part for each municipality, with its weight. Statistics add n_treated and
        n_comparison, where every package tells them.

    Raises
    ------
    TamperedPackage, IncompatiblePackage, MissingData
        If a package was changed, packages differ in what they estimate, or there is only one.
    InvalidOption
        If the model is not known.

    References
    ----------
    Riley, Lambert & Abo-Zaid (2010), BMJ 340:c221; Burke, Ensor & Riley (2017), Statistics in Medicine 36:855-875 (when one
    stage and two stages agree).
    """
    options = {"random": {"tau2": "REML", "test": "knha"}, "common": {"tau2": "EE", "test": "z"}}
    if model not in options:
        raise InvalidOption(f"model={model!r} is not known; use 'random' or 'common'.")
    table = gather([_verified(path, expected or {}) for path in _files(paths)], result=result)
    about: Mapping[Any, Any] = table.attrs
    pooled = synthesis.pool(
        table,
        study="sender",
        measure=about["measure"],
        unit=about["unit"],
        good=about["good"],
        conf_level=about["conf_level"],
        **options[model],
    )
    people = {name: float(table[name].sum(skipna=False)) for name in ("n_treated", "n_comparison")}
    told = {name: count for name, count in people.items() if pd.notna(count)}
    return replace(
        pooled,
        estimand=f"{about['estimand']}: average over {len(table)} municipalities",
        statistics={**pooled.statistics, **told},
        provenance=replace(
            pooled.provenance,
            arguments={
                **pooled.provenance.arguments,
                "question": about["question"],
                "synthetic": about["synthetic"],
                "packages": dict(zip(table["sender"], table["fingerprint"], strict=True)),
            },
        ),
    )


def _files(paths: Sequence[str | Path]) -> list[Path]:
    out: list[Path] = []
    for path in map(Path, paths):
        out += sorted(path.glob("*.json")) if path.is_dir() else [path]
    return out


def _verified(path: Path, expected: Mapping[str, str]) -> Package:
    package = read_package(path)
    told = expected.get(package.sender)
    if told is not None and told != package.fingerprint:
        raise TamperedPackage(
            f"{path.name}: the fingerprint is not the one that {package.sender} gave. Ask the sender for the file again."
        )
    return package
