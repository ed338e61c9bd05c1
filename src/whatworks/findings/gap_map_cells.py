"""The evidence gap map from everything that is known: each target group against each part of life."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from whatworks import evidence
from whatworks.evidence import Headline, Registry
from whatworks.findings.bodies import Body, bodies_by_group
from whatworks.findings.finding import Finding


def gap_cells(
    registry: Registry, findings: Sequence[Finding] = (), *, known: Mapping[str, Sequence[Body]] | None = None
) -> pd.DataFrame:
    """The cells of the evidence gap map, as ``gap_map_table`` takes them: every target group against every part of life.

    Parameters
    ----------
    registry : the evidence base
    findings : saved findings; simulated ones are never counted
    known : of :func:`bodies_by_group`, where they have been gathered already

    Returns
    -------
    Columns target_group, domain, verdict, certainty, n_studies (of the largest review or of our tables, never added up: reviews
    share studies), n_reviews, under_way, own. A cell without any study is ``"gap"``; one that is studied and not yet judged is
    ``"not_rated"``. Neither is ever told as no difference.

    Examples
    --------
    >>> cells = gap_cells(ww.evidence.load()).set_index(["target_group", "domain"])
    >>> cells.loc[[("homelessness", "housing"), ("adults_autism", "housing")], "verdict"].tolist()
    ['not_rated', 'gap']
    """
    gathered = bodies_by_group(registry, findings) if known is None else known
    bodies = [body for of_group in gathered.values() for body in of_group]
    found = evidence.gap_map(registry, verdicts=domain_verdicts(bodies), own=own_frame(bodies))
    told = {"under_way": "gap"}
    return pd.DataFrame(
        {
            "target_group": found["target_group"],
            "domain": found["domain"],
            "verdict": found["state"].replace(told),
            "certainty": found["certainty"],
            "n_studies": found[["largest_review", "studies"]].max(axis=1),
            "n_reviews": found["reviews"],
            "under_way": found["under_way"] > 0,
            "own": found["own_results"] > 0,
        }
    )


def domain_verdicts(bodies: Iterable[Body]) -> dict[tuple[str, str], Headline]:
    """One verdict for each target group and part of life, from its methods; invented ones are passed over.

    Where one method harms and another helps the cell is a trade-off. Else the best that a method reaches stands in it: works,
    promising, no clear difference, harmful, unknown. The methods behind it stand on the group's page.
    """
    by_cell: dict[tuple[str, str], list[Headline]] = {}
    for body in bodies:
        if not body.synthetic:
            domain = str(body.registry.outcomes[body.outcome].fields["domain"])
            by_cell.setdefault((body.target_group, domain), []).append(body.headline)
    return {cell: _best(headlines) for cell, headlines in by_cell.items()}


def own_frame(bodies: Iterable[Body]) -> pd.DataFrame:
    """Which real results of our own there are: target_group, method and outcome, one row each."""
    rows = [
        {"target_group": body.target_group, "method": body.method, "outcome": body.outcome}
        for body in bodies
        if body.own is not None and not body.synthetic
    ]
    return pd.DataFrame(rows, columns=["target_group", "method", "outcome"])


def _best(headlines: Sequence[Headline]) -> Headline:
    codes = {headline.code: headline for headline in reversed(headlines)}
    if "harmful" in codes and {"works", "promising"} & set(codes):
        return replace(
            codes["harmful"],
            code="trade_off",
            reason="better_and_worse",
            label_en="Trade-off",
            label_da="Gavner ét og skader andet",
        )
    order = ("works", "promising", "trade_off", "no_clear_difference", "harmful")
    known = [codes[code] for code in order if code in codes]
    if known:
        return known[0]
    # An answer that is not clear says more than one that nobody has looked at.
    return min(headlines, key=lambda headline: headline.reason in ("not_assessed", "no_range", "no_study"))
