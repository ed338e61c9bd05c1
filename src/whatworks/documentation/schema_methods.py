"""Tables about what is done and for whom: methods, their adoption (the treatment) and fidelity, target groups."""

from whatworks.documentation.fields import Date, Model, Number, Text, field, key, optional

_LEVELS = {"municipality": "kommune", "service": "tilbud", "team": "team"}
_STATUS = {"idea": "ide", "trial": "afproevning", "scaled": "skaleret", "stopped": "stoppet"}
_ASSIGNMENT = {
    "political": "politisk",
    "randomised": "lodtraekning",
    "waiting_list": "venteliste",
    "application": "ansoegning",
    "need": "behov",
}
_DECLARED = {
    "target_group": "maalgruppe",
    "method": "metode",
    "implementation": "implementering",
    "effect": "effekt",
    "economy": "oekonomi",
}


class Method(Model):
    """A method in the catalogue.

    En metode i kataloget.
    """

    method_id: Text = key("metode_id", "Metodens id")
    method_name: Text = field("navn", "Metode")
    version: Text | None = optional("version", "Version")
    description_url: Text | None = optional("beskrivelse_url", "Beskrivelse (adresse)", free=True)
    target_groups: Text | None = optional("maalgrupper", "Målgrupper", kind="codes", refers="target_group")
    programme_theory: Text | None = optional("virkningsmodel", "Virkningsmodel", free=True)
    core_components: Text | None = optional("kernekomponenter", "Kernekomponenter", kind="codes", free=True)
    # The national scale in five dimensions, A highest. Software may suggest; a person sets it.
    knowledge_declaration: Text | None = optional("vidensdeklaration", "Vidensdeklaration", kind="grades", codes=_DECLARED)
    status: Text | None = optional("status", "Status", kind="code", codes=_STATUS)


class Adoption(Model):
    """The start of a method in a unit: the treatment.

    En enheds ibrugtagning af en metode: det, der sammenlignes på.
    """

    adoption_id: Text = key("ibrug_id", "Ibrugtagningens id")
    method_id: Text = field("metode_id", "Metodens id", refers="method")
    level: Text = field("niveau", "Niveau", kind="code", codes=_LEVELS)
    unit_id: Text = field("enhed_id", "Enhed")
    start: Date = field("start", "Start", kind="date")
    full_operation: Date | None = optional("fuld_drift", "Fuld drift", kind="date")
    end: Date | None = optional("slut", "Slut", kind="date")
    assignment: Text | None = optional("tildeling", "Tildeling", kind="code", codes=_ASSIGNMENT)
    fidelity_source: Text | None = optional("fidelitet_kilde", "Kilde til fidelitet")


class Fidelity(Model):
    """An adoption in a quarter: how closely the method is followed.

    En ibrugtagning i et kvartal: hvor tæt metoden følges.
    """

    adoption_id: Text = key("ibrug_id", "Ibrugtagningens id", refers="adoption")
    quarter: Text = key("kvartal", "Kvartal", kind="quarter")
    score: Number = field("score", "Score", kind="number", empty=True, low=0, high=100)
    cases_per_adviser: Number | None = optional("sager_pr_raadgiver", "Sager pr. rådgiver", kind="number", low=0)


class TargetGroup(Model):
    """A target group.

    En målgruppe.
    """

    target_group_code: Text = key("maalgruppe_kode", "Målgruppekode")
    target_group_name: Text = field("navn", "Målgruppe")
    parent_group: Text | None = optional("overgruppe", "Overgruppe")
    ffb_version: Text | None = optional("ffb_version", "FFB-version")
