"""The doubts of a page about our own numbers: the checks, what would raise the certainty, and what nobody can say."""

from collections.abc import Mapping
from typing import Any

from whatworks.core.result import EffectResult
from whatworks.findings.checks import check_sentence
from whatworks.findings.finding import Finding
from whatworks.findings.labels import RANDOMISED, outcome_name, smallest_important, within
from whatworks.findings.language import translator
from whatworks.findings.names import N_, design_name
from whatworks.findings.subgroups import subgroups_in
from whatworks.findings.verdicts import Verdict

_STATES: Mapping[bool | None, tuple[str, str, str]] = {
    False: ("bad", "✗", N_("Not passed")),
    None: ("open", "?", N_("Cannot be settled")),
    True: ("ok", "✓", N_("Passed")),
}
# What would raise the certainty, by the checks that lower it: those that failed, and those that are open.
_LIFTS: tuple[tuple[frozenset[str], str], ...] = (
    (
        frozenset(
            {
                "few_clusters",
                "small_cells",
                "effective_sample_size",
                "few_treated_clusters",
                "few_degrees_of_freedom",
                "few_controls",
                "cohorts_of_one_cluster",
                "bounded_interval",
                "many_leads",
                "extreme_weights",
            }
        ),
        N_("More places or people to compare with."),
    ),
    (
        frozenset({"parallel_pretrends", "robust_to_trends", "synthetic_fit"}),
        N_("A comparison group that developed in the same way before the start."),
    ),
    (
        frozenset({"balance", "common_support", "far_pairs", "overlap", "sizes_overlap", "trimmed"}),
        N_("A comparison group that is more like those who get the intervention."),
    ),
    (frozenset({"hidden_factor", "placebo"}), N_("Measurements of more of what the groups may differ in.")),
    (frozenset({"outcome_among_covariates"}), N_("Background that is measured before the start.")),
    (
        frozenset({"composition", "incomplete_windows", "unimputed_rows", "dropped_sub_experiments", "missing_information"}),
        N_("Measurements of everyone, the whole way and without gaps."),
    ),
    (frozenset({"anticipation"}), N_("Measurements from long before the start, before anyone knew that it would come.")),
    (frozenset({"spillover"}), N_("Someone to compare with who is not a neighbour.")),
    (
        frozenset({"national_event"}),
        N_("Someone to compare with who was hit in the same way by what happened in the whole country."),
    ),
    (frozenset({"transport"}), N_("Knowledge of how our citizens differ from those in the published studies.")),
)
# Open because there is no clear result to upset; nothing that is asked for here would settle them.
_NOTHING_TO_UPSET = ("hidden_factor", "robust_to_trends")


def certainty_sentence(sure: Verdict, language: str) -> str:
    """How far the answer is trusted, and why."""
    _ = translator(language)
    return _("How far we trust the answer: {level}. {reason}").format(level=within(sure.word), reason=sure.reason)


def check_lists(finding: Finding, name: str, language: str) -> list[dict[str, Any]]:
    """Doubts by comparison: those that came true first, then the open ones, then those that were laid to rest."""
    _ = translator(language)
    keys = [key for key in dict.fromkeys((name, finding.answer)) if key is not None and finding.results[key].checks]
    order = {False: 0, None: 1, True: 2}
    lists = []
    for key in keys:
        rows = []
        for check in sorted(finding.results[key].checks, key=lambda check: order[check.passed]):
            state, mark, word = _STATES[check.passed]
            rows.append(
                {
                    "state": state,
                    "mark": mark,
                    "word": _(word),
                    "text": check_sentence(check, language, quarters=finding.design == "rollout"),
                }
            )
        # The heading tells whose checks they are, where that is not the answer the page goes by.
        lists.append({"heading": "" if keys == [name] else design_name(key, language), "rows": rows})
    return lists


def lifts(finding: Finding, name: str, result: EffectResult, conclusion: Verdict, language: str) -> list[str]:
    """What would raise the certainty, by what lowers it now."""
    _ = translator(language)
    raised = [_("More trials in other places.") if name in RANDOMISED else _("A draw of lots about who starts first.")]
    failed = {check.name for check in result.failed_checks}
    open_ = {check.name for check in result.checks if check.passed is None and check.name not in _NOTHING_TO_UPSET}
    raised += [_(message) for names, message in _LIFTS if names & (failed | open_)]
    if conclusion.code == "cannot_tell":
        raised.append(_("More people or a longer time, so that the range becomes narrower."))
    if smallest_important(finding) is None:
        raised.append(_("That citizens and professionals agree on how large a difference must be to matter."))
    return raised


def unsaid(finding: Finding, name: str, language: str) -> list[str]:
    """What no number on the page can say."""
    _ = translator(language)
    open_ = [_("How one person will fare. The numbers are averages for groups.")]
    if name not in RANDOMISED:
        open_.append(_("Whether the groups differ in something that was not measured."))
    if subgroups_in(finding.results[name]).empty:
        open_.append(_("Whether it works better for some than for others. The groups of people were not looked at one by one."))
    outcome = within(outcome_name(finding, language))
    open_ += [
        _("Whether it goes the same way in other places and at other times."),
        _("What the intervention does to other things than {outcome}. Harms have not been studied.").format(outcome=outcome),
        _("What it costs, and who gets the gain."),
    ]
    return open_
