"""Words for doubts about published studies, and about our own numbers beside them."""

from collections.abc import Mapping

from whatworks.findings.names import N_

# By name of the check: the doubt did not come true, it did, and the data cannot settle it.
SYNTHESIS: Mapping[str, tuple[str, str, str]] = {
    "few_studies": (
        N_("There are studies enough to pool ({k})."),
        N_("There are few studies ({k}). One more can change the picture."),
        N_("We do not know how many studies there are."),
    ),
    "heterogeneity": (
        N_("The studies largely agree."),
        N_("The studies differ a good deal. The effect depends on something that we do not know yet."),
        N_("We cannot tell whether the studies agree."),
    ),
    "prediction_spans_zero": (
        N_("We expect an effect in the same direction in a new place."),
        N_("In a new place the effect can lie anywhere between {low} and {high}. In some places there may be none."),
        N_("We cannot say what to expect in a new place."),
    ),
    "dependent_effects": (
        N_("Each study counts once."),
        N_("Some of the {studies} studies count more than once. That makes the answer look more certain than it is."),
        N_("We do not know whether each study counts once."),
    ),
    "mixed_directions": (
        N_("All effects count the same way."),
        N_("Some effects count the other way round than the rest. They must be turned before they are pooled."),
        N_("We do not know whether all effects count the same way."),
    ),
    "subgroups_differ": (
        N_("We see no clear difference between the groups of studies."),
        N_("The groups of studies give different answers. So one average for all says too little."),
        N_("We cannot tell whether the groups of studies give different answers."),
    ),
    "empty_studies": (
        N_("Every study can show a difference."),
        N_(
            "Studies where it happened to everyone or to nobody: {studies} of {of}. "
            "They cannot show how many times as often it happens with the intervention."
        ),
        N_("We do not know whether every study can show a difference."),
    ),
    "inconsistency": (
        N_("Interventions compared directly and by a detour give answers that fit together."),
        N_(
            "Interventions compared directly and by a detour give answers that do not fit together. "
            "We should know why before the answer is used."
        ),
        N_("The interventions are only compared in one way. So we cannot tell whether other ways would give the same answer."),
    ),
    "indirect_only": (
        N_("Every intervention is compared directly with the one that all are held against."),
        N_(
            "Interventions that nobody has compared directly with the one that all are held against: {treatments} of {of}. "
            "About them we only know something by a detour."
        ),
        N_("We do not know whether every intervention is compared directly with the one that all are held against."),
    ),
    "conflict": (
        N_("Our own numbers and the published ones do not contradict each other."),
        N_("Our own numbers and the published ones contradict each other. One number for both would mislead until we know why."),
        N_("We cannot tell whether our own numbers and the published ones contradict each other."),
    ),
    "transport": (
        N_("Our citizens look like those in the published studies in what we could compare."),
        N_(
            "Our citizens differ from those in the published studies. The largest difference is {worst} standard deviations. "
            "So what the studies found may not hold here."
        ),
        N_("We do not know whether our citizens look like those in the published studies."),
    ),
}
