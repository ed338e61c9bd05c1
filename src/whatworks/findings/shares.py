"""How many of 100 people it applies to, with the intervention and without it, where that can be told without guessing."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from whatworks.core.disclosure import is_small
from whatworks.core.errors import DisclosureRisk, InvalidOption
from whatworks.core.options import one_of
from whatworks.core.result import EffectResult
from whatworks.findings.finding import Finding
from whatworks.findings.language import interval, number, translator

# Columns of the table that carries shares of a yes-or-no outcome beside another answer.
_OUT_OF_100 = ("outcome_da", "outcome_en", "without", "with_it", "low", "high", "good")
_LOGS = {"logRR": "RR", "logOR": "OR"}


@dataclass(frozen=True)
class Shares:
    """The same outcome with and without the intervention, as shares of 1.

    Attributes
    ----------
    without : share without the intervention
    with_it, low, high : share with it, and its range
    source : where ``without`` is from: ``"stated"``, ``"own"`` (our own comparison group) or ``"published"`` (the comparison
        groups of the published studies)
    """

    without: float
    with_it: float
    low: float
    high: float
    source: str


def shares(result: EffectResult, *, without: float, source: str) -> Shares | None:
    """Turn a risk difference, a relative risk or an odds ratio into shares, from a share without the intervention.

    Parameters
    ----------
    result : a result whose measure is RD, RR, OR or the logarithm of one of the last two, with a range
    without : share without the intervention, between 0 and 1
    source : where that share is from

    Returns
    -------
    None for any other measure, without a range, and where a share would leave 0 to 1: an average is no count of people.

    References
    ----------
    Cochrane Handbook for Systematic Reviews of Interventions, version 6, section 15.4.4: assumed risk times the relative effect.

    Examples
    --------
    >>> effects = pd.DataFrame({"term": ["ATT"], "kind": ["headline"], "estimate": [0.11], "std_error": [0.04],
    ...                         "conf_low": [0.04], "conf_high": [0.18], "p_value": [0.0]})
    >>> result = ww.EffectResult(method="example", estimand="ATT", measure="RD", unit="share", good="up",
    ...                          effects=effects, provenance=ww.Provenance(data_fingerprint="0"))
    >>> found = shares(result, without=0.30, source="stated")
    >>> round(found.with_it, 2), round(found.low, 2), round(found.high, 2)
    (0.41, 0.34, 0.48)
    """
    row = result.headline
    values = [float(row.estimate), float(row.conf_low), float(row.conf_high)]
    measure = result.measure
    if measure in _LOGS:
        measure, values = _LOGS[measure], [math.exp(value) for value in values]
    return shares_at(measure, values, without=without, source=source)


def shares_at(measure: str, values: Sequence[float], *, without: float, source: str) -> Shares | None:
    """The same for an effect that stands in no result, such as a published one.

    Parameters
    ----------
    measure : RD, RR or OR
    values : the effect and both ends of its range
    without, source : as for :func:`shares`

    Examples
    --------
    >>> found = shares_at("OR", [2.0, 1.0, 3.0], without=0.5, source="published")
    >>> round(found.with_it, 2), found.low, found.high
    (0.67, 0.5, 0.75)
    """
    if measure not in ("RD", "RR", "OR") or not 0 < without < 1 or not all(map(math.isfinite, values)):
        return None
    with_it, low, high = (_applied(measure, value, without) for value in values)
    if not all(0 <= share <= 1 for share in (with_it, low, high)):
        return None
    return Shares(without, with_it, low, high, source)


def _applied(measure: str, value: float, without: float) -> float:
    if measure == "RD":
        return without + value
    if measure == "RR":
        return without * value
    odds = value * without / (1 - without)
    return odds / (1 + odds)


def shares_of(finding: Finding, result: EffectResult, studies: pd.DataFrame | None = None) -> Shares | None:
    """The shares of a finding's answer; None where no share without the intervention is known, or the outcome is no share.

    Parameters
    ----------
    finding : its labels may state the share: ``labels["outcome"]["without"]``
    result : the result that answers; its statistics may hold ``share_comparison``
    studies : of the registry, of this method and outcome, with ``events_comparison`` and ``n_comparison``
    """
    stated = (finding.labels.get("outcome") or {}).get("without")
    if stated is not None:
        return shares(result, without=float(stated), source="stated")
    own = result.statistics.get("share_comparison")
    if own is not None and math.isfinite(own):
        return shares(result, without=float(own), source="own")
    if studies is not None and len(studies):
        known = studies[["events_comparison", "n_comparison"]].dropna().astype(float)
        if len(known) and known["n_comparison"].sum() > 0:
            without = float(known["events_comparison"].sum() / known["n_comparison"].sum())
            return shares(result, without=without, source="published")
    return None


def out_of_100_table(result: EffectResult, *, without: float, outcome: Mapping[str, str], good: str = "up") -> pd.DataFrame:
    """A yes-or-no outcome beside the finding's own, small enough to save: what applies to how many with and without.

    Parameters
    ----------
    result : a risk difference, relative risk or odds ratio of the same comparison as the finding's answer, with a range
    without : share of our own comparison group to whom it applies, between 0 and 1
    outcome : what applies, ``{"da", "en"}``
    good : ``"up"`` where it is good that it applies to more people, else ``"down"``; the result's own where it has one

    Returns
    -------
    One row: outcome_da, outcome_en, without, with_it, low, high, good; shares to three decimals. Saved as the finding's table
    ``"out_of_100"``, its page shows icons of a hundred people.

    Raises
    ------
    InvalidOption
        If a share would leave 0 to 1, or the result is no such measure.
    DisclosureRisk
        If fewer than five people of an arm are those to whom it applies, or those to whom it does not.

    Examples
    --------
    >>> effects = pd.DataFrame({"term": ["ATT"], "kind": ["headline"], "estimate": [0.11], "std_error": [0.04],
    ...                         "conf_low": [0.04], "conf_high": [0.18], "p_value": [0.0]})
    >>> result = ww.EffectResult(method="example", estimand="ATT", measure="RD", unit="share", good="up",
    ...                          effects=effects, provenance=ww.Provenance(data_fingerprint="0"))
    >>> table = out_of_100_table(result, without=0.65, outcome={"da": "Har løn", "en": "Has earnings"})
    >>> table[["without", "with_it", "low", "high"]].values.tolist()
    [[0.65, 0.76, 0.69, 0.83]]
    """
    one_of(good, ("up", "down"), name="good")
    found = shares(result, without=without, source="own")
    if found is None:
        raise InvalidOption(
            f"A {result.measure} from a share of {without} does not give shares between 0 and 1. Take a risk difference, "
            "relative risk or odds ratio of a 0/1 outcome with its range, and the share of the same comparison group."
        )
    _refuse_few(result, found)
    row = [round(share, 3) for share in (found.without, found.with_it, found.low, found.high)]
    return pd.DataFrame([[outcome["da"], outcome["en"], *row, result.good or good]], columns=list(_OUT_OF_100))


def _refuse_few(result: EffectResult, found: Shares) -> None:
    """A share and a number of people give back how many they are."""
    for key, share in (("n_comparison", found.without), ("n_treated", found.with_it)):
        people = float(result.statistics.get(key, math.nan))
        if math.isfinite(people) and any(is_small(round(people * part)) for part in (share, 1 - share)):
            raise DisclosureRisk(
                f"The share and {key} tell of fewer than five people. Leave the shares out, or choose an outcome that applies "
                "to more."
            )


def saved_shares(finding: Finding) -> tuple[Shares, dict[str, str], str] | None:
    """Shares of a yes-or-no outcome saved beside the answer, the outcome's names, and which way is good; None without them."""
    table = finding.tables.get("out_of_100")
    if table is None or not len(table):
        return None
    row = table.iloc[0]
    without, with_it, low, high = (float(row[column]) for column in ("without", "with_it", "low", "high"))
    names = {"da": str(row["outcome_da"]), "en": str(row["outcome_en"])}
    return Shares(without, with_it, low, high, "own"), names, str(row["good"])


def out_of_100(share: float) -> int:
    """People out of 100, whole persons.

    Examples
    --------
    >>> out_of_100(0.4149), out_of_100(0.005)
    (41, 1)
    """
    return math.floor(100 * share + 0.5)


def shares_sentence(found: Shares, *, outcome: str, language: str) -> str:
    """How many of 100 without the intervention and with it, and the range, in one sentence."""
    _ = translator(language)
    # The outcome's own title first, so that the sentence stands whatever kind of word it is.
    return _(
        "{outcome}: about {without} of 100 without the intervention and about {with_it} of 100 with it (probably {range})."
    ).format(
        outcome=outcome,
        without=number(out_of_100(found.without), language),
        with_it=number(out_of_100(found.with_it), language),
        range=interval(out_of_100(found.low), out_of_100(found.high), language),
    )


def source_words(found: Shares, language: str) -> str:
    """Where the number without the intervention is from."""
    _ = translator(language)
    return {
        "own": _("The first number is that of our comparison group."),
        "published": _("The first number is that of the comparison groups in the published studies."),
    }.get(found.source, _("The first number is stated for the group beforehand."))
