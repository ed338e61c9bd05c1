"""Effects of different outcomes on one axis, beside what each costs: what the front page's chart is drawn from."""

import math
from collections.abc import Mapping, Sequence

import pandas as pd
from markupsafe import Markup

from whatworks.core.result import EffectResult
from whatworks.findings import charts
from whatworks.findings.answer import conclude
from whatworks.findings.economics_section import CASE, cost_per_citizen
from whatworks.findings.finding import Finding
from whatworks.findings.labels import RANDOMISED, group_name, method_name, short, smallest_important, speaking
from whatworks.findings.shares import shares_of
from whatworks.findings.view import circles
from whatworks.findings.wording import LOGGED, RATIOS, STANDARDISED

_COLUMNS = (
    *("name", "about", "scale", "effect", "conf_low", "conf_high", "cost", "cost_low", "cost_high"),
    *("certainty", "circles", "tone"),
)
# Chinn (2000), Statistics in Medicine 19:3127-3131: a log odds ratio in standard deviations of a logistic outcome.
_LOG_ODDS_IN_SD = math.sqrt(3) / math.pi
# Ratios of shares, numbers, paces and averages, which have a scale of their own.
_TIMES = ("RR", "IRR", "HR", "ratio")


def weighed(findings: Sequence[Finding], cases: Mapping[str, Finding], language: str) -> tuple[pd.DataFrame, list[str]]:
    """One row for each finding whose effect can stand beside others, and the names of those that cannot.

    Parameters
    ----------
    findings : all real or all simulated; those with published results only have no effect of their own, and are in neither
    cases : investment cases by ``target_group/method`` of the effect that they rest on
    language : ``"da"`` or ``"en"``

    Returns
    -------
    The frame that ``effect_and_cost_data`` takes, and names. Effects are in smallest differences that matter where that is set
    for the outcome; shares, and ratios from a known share, in people out of 100; other ratios as ratios; the rest in standard
    deviations where those are known. Else, without a range, and where the comparison is not reliable, a finding is named only.
    """
    points, left_out = [], []
    for finding in findings:
        spoken = speaking(finding)
        if spoken is None:
            continue
        name = spoken[0]
        done, whom = short(method_name(finding, language)), short(group_name(finding, language))
        conclusion, sure = conclude(finding, name, language)
        stands = None if conclusion.code == "not_trustworthy" else on_one_axis(finding, name)
        if stands is None:
            left_out.append(f"{done} ({whom})")
            continue
        scale, (effect, low, high) = stands
        case = cases.get(f"{finding.target_group}/{finding.method}")
        cost = (math.nan,) * 3 if case is None else cost_per_citizen(case.results[CASE])
        points.append((done, whom, scale, effect, low, high, *cost, sure.word, circles(sure.code), conclusion.tone))
    return pd.DataFrame(points, columns=list(_COLUMNS)), sorted(left_out)


def weighed_figure(findings: Sequence[Finding], cases: Mapping[str, Finding], language: str) -> Markup | str:
    """Effect, cost and certainty of each finding in one figure; empty where no effect can stand in it."""
    points, left_out = weighed(findings, cases, language)
    if points.empty:
        return ""
    synthetic = any(finding.synthetic for finding in findings)
    return charts.effect_and_cost_figure(points, left_out=left_out, language=language, synthetic=synthetic)


def on_one_axis(finding: Finding, name: str) -> tuple[str, tuple[float, float, float]] | None:
    """A result's effect and interval in units that outcomes share, upwards better; None where that cannot be told.

    Returns
    -------
    ``"important"`` (smallest differences that matter), ``"of_100"`` (people out of 100), ``"ratio_up"`` or ``"ratio_down"``
    (ratios, by which way is good; those are not turned) or ``"sd"`` (standard deviations), and estimate, conf_low, conf_high.
    """
    result = finding.results[name]
    row = result.headline
    values = [float(row.estimate), float(row.conf_low), float(row.conf_high)]
    if result.good is None or not all(map(math.isfinite, values)):
        return None
    people = _of_100(finding, result)
    if people is not None:
        return "of_100", people if result.good == "up" else (-people[0], -people[2], -people[1])
    if LOGGED.get(result.measure, result.measure) in _TIMES:
        estimate, low, high = (math.exp(value) if result.measure in LOGGED else value for value in values)
        return None if low <= 0 else (f"ratio_{result.good}", (estimate, low, high))
    scale, step = _step(finding, name)
    if result.measure == "OR":
        values = [math.log(value) if value > 0 else math.nan for value in values]
    if not step or not all(map(math.isfinite, values)):
        return None
    estimate, low, high = (value / step for value in values)
    return scale, (-estimate, -high, -low) if result.good == "down" else (estimate, low, high)


def _of_100(finding: Finding, result: EffectResult) -> tuple[float, float, float] | None:
    """How many more of 100 people it applies to, where the share without the intervention need not be guessed."""
    if smallest_important(finding) and result.measure not in RATIOS:
        return None
    row = result.headline
    if result.measure == "RD":
        return 100 * float(row.estimate), 100 * float(row.conf_low), 100 * float(row.conf_high)
    found = shares_of(finding, result)
    if found is None:
        return None
    with_it, low, high = (100 * (share - found.without) for share in (found.with_it, found.low, found.high))
    return with_it, low, high


def _step(finding: Finding, name: str) -> tuple[str, float | None]:
    """What one step of the axis is in the result's own unit; None where nobody knows."""
    result, limit = finding.results[name], smallest_important(finding)
    if LOGGED.get(result.measure, result.measure) == "OR":
        return "sd", 1 / _LOG_ODDS_IN_SD
    if limit:
        return "important", limit
    return "sd", 1.0 if result.measure in STANDARDISED else _sd(finding, name)


def _sd(finding: Finding, name: str) -> float | None:
    """The outcome's standard deviation: of both arms of a trial, else as stated where a hidden factor was weighed.

    References
    ----------
    Cochrane Handbook for Systematic Reviews of Interventions, version 6, section 6.5.2.3: within-arm standard deviation from the
    standard error of a difference between two means.
    """
    result = finding.results[name]
    counts = [float(result.statistics.get(key, math.nan)) for key in ("n_treated", "n_comparison")]
    if name in RANDOMISED and result.measure == "MD" and all(map(math.isfinite, counts)):
        return _classical_error(finding, result) / math.sqrt(1 / counts[0] + 1 / counts[1])
    tested = finding.robustness.get("e_value")
    stated = None if tested is None else tested.provenance.arguments.get("outcome_sd")
    return None if stated is None else float(stated)


def _classical_error(finding: Finding, result: EffectResult) -> float:
    """The standard error that supposes one spread, where the report has it beside its own."""
    rules = finding.tables.get("std_errors")
    if rules is not None and "classical" in set(rules["rule"]):
        return float(rules.loc[rules["rule"] == "classical", "std_error"].iloc[0])
    return float(result.headline.std_error)
