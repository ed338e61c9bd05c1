"""Programme registers and Danish scales, each a small rule on the counts of a body of studies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from whatworks.evidence.grading.body import Body
from whatworks.evidence.grading.rating import Rating, Reason

Rule = Callable[[Body], Rating]
Change = Callable[[Body], Body]


@dataclass(frozen=True, kw_only=True)
class Lift:
    """One input that could be different, and how a body would then be counted."""

    code: str
    change: Change
    en: str
    da: str


def _rating(value: str, order: float, en: str, da: str, body: Body) -> Rating:
    one = ("study", "undersøgelse") if body.studies == 1 else ("studies", "undersøgelser")
    counted = Reason(
        code="counted",
        en=f"{body.studies} {one[0]}, {body.rigorous} rigorous, {body.positive} of those with a clear good effect",
        da=f"{body.studies} {one[1]}; metodisk stærke: {body.rigorous}, heraf med en tydelig god effekt: {body.positive}",
    )
    return Rating(value=value, order=order, label_en=en, label_da=da, reasons=(counted,))


def _pick(body: Body, ladder: tuple[tuple[bool, str, float, str, str], ...]) -> Rating:
    """The first rung that holds; the last one always does."""
    for holds, value, order, en, da in ladder[:-1]:
        if holds:
            return _rating(value, order, en, da, body)
    return _rating(*ladder[-1][1:], body)


def eif(body: Body) -> Rating:
    """Early Intervention Foundation: 4 long-term, 3 short-term, 2 preliminary, NL2, NE. Levels seen; cut-offs general knowledge.

    Examples
    --------
    >>> eif(Body(studies=2, rigorous=2, positive=2, positive_year=1)).value
    '4'
    """
    return _pick(
        body,
        (
            (body.positive >= 2 and body.positive_year >= 1, "4", 4, "Level 4", "Niveau 4"),
            (body.positive >= 1, "3", 3, "Level 3", "Niveau 3"),
            (body.rigorous >= 1, "NE", 0, "NE: no effect found", "NE: ingen effekt fundet"),
            (body.preliminary >= 1, "2", 2, "Level 2: preliminary", "Niveau 2: foreløbig"),
            (True, "NL2", 1, "Not level 2", "Ikke niveau 2"),
        ),
    )


def cebc(body: Body) -> Rating:
    """California Evidence-Based Clearinghouse for Child Welfare, 1 (best) to 5 (harm). Levels 3 and 4 general knowledge."""
    well = body.manual_available and body.peer_reviewed >= 1
    return _pick(
        body,
        (
            (body.harm, "5", 0, "5: concerning", "5: bekymrende"),
            (
                body.positive_trials >= 2 and body.positive_trials_year >= 1 and well,
                "1",
                5,
                "1: well supported",
                "1: godt underbygget",
            ),
            (body.positive_trials_half >= 1 and well, "2", 4, "2: supported", "2: underbygget"),
            (body.controlled_positive >= 1, "3", 3, "3: promising", "3: lovende"),
            (body.trials >= 2, "4", 1, "4: fails to demonstrate effect", "4: effekt ikke påvist"),
            (True, "NR", 2, "Not able to be rated", "Kan ikke placeres"),
        ),
    )


def blueprints(body: Body) -> Rating:
    """Blueprints: Promising, Model, Model Plus; harm or a missing manual ends it."""
    ready = body.manual_available and not body.harm
    promising = body.positive_trials >= 1 or body.positive_quasi >= 2
    model = body.positive_trials >= 2 or (body.positive_trials >= 1 and body.positive_quasi >= 1)
    lasting = model and body.positive_year >= 1
    return _pick(
        body,
        (
            (ready and lasting and body.independent_replication, "model_plus", 3, "Model Plus", "Model Plus"),
            (ready and lasting, "model", 2, "Model", "Model"),
            (ready and promising, "promising", 1, "Promising", "Lovende"),
            (True, "not_listed", 0, "Would not be listed", "Ville ikke blive optaget"),
        ),
    )


def social_programs(body: Body) -> Rating:
    """Social Programs That Work: trials only. Tiers general knowledge; the size of 0.2 is ours."""
    large = body.sizeable and body.positive_trials_year >= 1
    return _pick(
        body,
        (
            (large and (body.positive_trials >= 2 or body.multi_site_trials >= 1), "top", 3, "Top tier", "Øverste trin"),
            (large, "near_top", 2, "Near top tier", "Næstøverste trin"),
            (body.positive_trials >= 1, "suggestive", 1, "Suggestive tier", "Trin med tegn på effekt"),
            (True, "none", 0, "No trial with a clear good effect", "Intet lodtrækningsforsøg med tydelig god effekt"),
        ),
    )


def nesta(body: Body) -> Rating:
    """Nesta: account, correlation, causation, independent replication, spread. Levels seen; numbers ours."""
    causal = body.positive >= 1
    checked = causal and body.independent_positive >= 1 and body.unit_cost_known
    return _pick(
        body,
        (
            (checked and body.sites_positive >= 2 and body.prediction_above_zero, "5", 5, "Level 5", "Niveau 5"),
            (checked, "4", 4, "Level 4", "Niveau 4"),
            (causal, "3", 3, "Level 3", "Niveau 3"),
            (body.any_positive >= 1, "2", 2, "Level 2", "Niveau 2"),
            (body.account_of_impact, "1", 1, "Level 1", "Niveau 1"),
            (True, "0", 0, "Below level 1", "Under niveau 1"),
        ),
    )


def som(body: Body) -> Rating:
    """SØM's knowledge base: 1 trials, 2 other comparisons, 3 before and after. Level 3 is no evidence of effect by itself.

    Examples
    --------
    >>> som(Body(studies=1, before_after=1)).label_da
    'Niveau 3: før-efter uden kontrol'
    """
    return _pick(
        body,
        (
            (body.som_best >= 1, "1", 3, "Level 1: randomised", "Niveau 1: lodtrækning"),
            (body.som_second >= 1, "2", 2, "Level 2: with a comparison", "Niveau 2: med sammenligning"),
            (body.before_after >= 1, "3", 1, "Level 3: before and after, no comparison", "Niveau 3: før-efter uden kontrol"),
            (True, "none", 0, "No study that fits", "Ingen undersøgelser, der passer ind"),
        ),
    )


def knowledge_declaration(body: Body) -> Rating:
    """The effect letter of the Danish Vidensdeklaration, A to D, as a suggestion: a named person sets it. Cut-offs ours.

    Unlike the declaration, harmful methods are rated too.
    """
    return _pick(
        body,
        (
            (body.som_best >= 1 and body.nordic_positive >= 1, "A", 3, "A (suggested)", "A (forslag)"),
            (body.som_best >= 1 or body.som_second >= 2, "B", 2, "B (suggested)", "B (forslag)"),
            (body.som_second >= 1, "C", 1, "C (suggested)", "C (forslag)"),
            (True, "D", 0, "D (suggested)", "D (forslag)"),
        ),
    )


def _more(*, trial: bool, months: float = 0.0, nordic: bool = False) -> Change:
    """The body with one more rigorous study that finds a clear good effect, run by others than the developer."""

    def change(body: Body) -> Body:
        year, half = int(months >= 12), int(months >= 6)
        return replace(
            body,
            studies=body.studies + 1,
            controlled=body.controlled + 1,
            trials=body.trials + trial,
            rigorous=body.rigorous + 1,
            positive=body.positive + 1,
            positive_trials=body.positive_trials + trial,
            positive_quasi=body.positive_quasi + (not trial),
            positive_year=body.positive_year + year,
            positive_trials_year=body.positive_trials_year + year * trial,
            positive_trials_half=body.positive_trials_half + half * trial,
            controlled_positive=body.controlled_positive + 1,
            any_positive=body.any_positive + 1,
            som_best=body.som_best + trial,
            som_second=body.som_second + (not trial),
            nordic_positive=body.nordic_positive + nordic,
            independent_positive=body.independent_positive + 1,
            sites_positive=body.sites_positive + 1,
            peer_reviewed=body.peer_reviewed + trial,
            sizeable=body.sizeable or trial,
        )

    return change


def _longer(body: Body) -> Body:
    """One of the positive studies followed for a year after the end; nothing where there is none."""
    return replace(
        body,
        positive_year=max(body.positive_year, int(body.positive > 0)),
        positive_trials_year=max(body.positive_trials_year, int(body.positive_trials > 0)),
        positive_trials_half=max(body.positive_trials_half, int(body.positive_trials > 0)),
    )


# From what is cheapest to settle to what takes a new study.
LIFTS: tuple[Lift, ...] = (
    Lift(
        code="account_of_impact",
        change=lambda body: replace(body, account_of_impact=True),
        en="a written programme theory",
        da="en nedskrevet virkningsmodel",
    ),
    Lift(
        code="unit_cost",
        change=lambda body: replace(body, unit_cost_known=True),
        en="a known unit cost",
        da="en kendt enhedspris",
    ),
    Lift(
        code="manual",
        change=lambda body: replace(body, manual_available=True),
        en="a manual and training others can use",
        da="en manual og en uddannelse, som andre kan bruge",
    ),
    Lift(
        code="follow_up",
        change=_longer,
        en="a measurement 12 months or more after the end in one of the studies",
        da="en måling 12 måneder eller mere efter afslutningen i en af undersøgelserne",
    ),
    Lift(
        code="replication",
        change=lambda body: replace(body, independent_replication=True),
        en="a repetition in high quality by others than the developer",
        da="en gentagelse i høj kvalitet af andre end udvikleren",
    ),
    Lift(
        code="next_place",
        change=lambda body: replace(body, prediction_above_zero=True, sites_positive=max(body.sites_positive, 2)),
        en="a good effect to be expected in the next place too",
        da="en god effekt at vente også det næste sted",
    ),
    Lift(
        code="comparison",
        change=_more(trial=False),
        en="one more study with a comparable group that finds a clear good effect",
        da="én undersøgelse mere med en sammenlignelig gruppe, som finder en tydelig god effekt",
    ),
    Lift(
        code="trial",
        change=_more(trial=True),
        en="one more trial with drawn lots that finds a clear good effect",
        da="ét lodtrækningsforsøg mere, som finder en tydelig god effekt",
    ),
    Lift(
        code="long_trial",
        change=_more(trial=True, months=12),
        en="one more trial with drawn lots that finds a clear good effect 12 months after the end",
        da="ét lodtrækningsforsøg mere, som finder en tydelig god effekt 12 måneder efter afslutningen",
    ),
    Lift(
        code="nordic_trial",
        change=_more(trial=True, months=12, nordic=True),
        en="a Nordic trial with drawn lots that finds a clear good effect",
        da="et nordisk lodtrækningsforsøg, som finder en tydelig god effekt",
    ),
)

PROGRAMMES: Mapping[str, tuple[Rule, str, str]] = {
    "eif": (eif, "Early Intervention Foundation (UK)", "Early Intervention Foundation (UK)"),
    "cebc": (cebc, "California Evidence-Based Clearinghouse", "California Evidence-Based Clearinghouse"),
    "blueprints": (blueprints, "Blueprints for Healthy Youth Development", "Blueprints for Healthy Youth Development"),
    "social_programs": (social_programs, "Social Programs That Work (US)", "Social Programs That Work (USA)"),
    "nesta": (nesta, "Nesta standards of evidence", "Nestas evidensniveauer"),
    "som": (som, "SØM knowledge base (Denmark)", "SØM's vidensdatabase"),
    "vidensdeklaration": (knowledge_declaration, "Vidensdeklaration, effect (Denmark)", "Vidensdeklarationens effektbogstav"),
}
