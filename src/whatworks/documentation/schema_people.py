"""Tables about citizens, who are pseudonymised: episodes, what was done, what was measured, what it cost."""

from whatworks.documentation.fields import IDENTIFIER, PSEUDONYM, Date, Model, Number, Text, Whole, field, key, optional

INFORMANTS = {
    "citizen": "borger",
    "parent": "foraelder",
    "teacher": "laerer",
    "staff": "medarbejder",
    "register": "register",
}
_SEXES = {"M": "M", "F": "K", "U": "U"}
_END_REASONS = {
    "goal_reached": "maal_naaet",
    "other_service": "andet_tilbud",
    "moved": "flyttet",
    "died": "doed",
    "own_wish": "eget_oenske",
    "broken_off": "afbrudt",
    "unknown": "ukendt",
}
_TRACKS = {"rehabilitation": "rehabilitering", "care": "omsorg"}
_GOAL_TYPES = {"develop": "udvikle", "maintain": "fastholde", "limit_loss": "begraense"}
_POINTS = {"baseline": "baseline", "follow_up": "opfoelgning", "end": "slut", "after": "efter"}
_MISSING = {
    "-": "-",
    "declined": "nej_tak",
    "not_asked": "ikke_spurgt",
    "not_suitable": "ikke_egnet",
    "system_error": "systemfejl",
}
_EMPLOYMENT = {
    "ordinary": "ordinaer",
    "flex_job": "fleksjob",
    "education": "uddannelse",
    "supported": "stoettet",
    "unemployed": "ledig",
    "sickness_benefit": "sygedagpenge",
    "cash_assistance": "kontanthjaelp",
    "resource_programme": "ressourceforloeb",
    "disability_pension": "foertidspension",
    "other": "andet",
}
_COST_TYPES = {
    "rate": "takst",
    "intervention": "indsats",
    "start_up": "opstart",
    "training": "uddannelse",
    "supervision": "supervision",
    "management": "ledelse",
    "it": "it",
    "premises": "lokaler",
    "transfer_income": "overfoerselsindkomst",
    "health": "sundhed",
    "justice": "retsvaesen",
}
_PAYERS = {"municipality": "kommune", "region": "region", "state": "stat", "foundation": "fond"}
_FUNDING = {
    "operation": "drift",
    "development_funds": "udviklingsmidler",
    "one_off_funds": "engangsmidler",
    "foundation": "fond",
}
_ACTORS = {
    "municipal_social": "kommune_social",
    "job_centre": "jobcenter",
    "school": "skole",
    "health": "sundhed",
    "psychiatry": "psykiatri",
    "housing_association": "boligforening",
    "voluntary": "frivillig",
    "police": "politi",
    "other_municipality": "anden_kommune",
}
_CONTACTS = {"meeting": "moede", "handover": "overgang", "joint_plan": "fælles_plan"}


class Citizen(Model):
    """A person, pseudonymised: a pseudonym and a birth year, no name, no date of birth.

    En borger under pseudonym: et pseudonym og et fødselsår, intet navn og ingen fødselsdato.
    """

    citizen_id: Text = key("borger_id", "Borgerens pseudonym", pattern=PSEUDONYM)
    birth_year: Whole = field("foedselsaar", "Fødselsår", kind="year", empty=True)
    sex: Text | None = optional("koen", "Køn", kind="code", codes=_SEXES)
    household_id: Text | None = optional("husstand_id", "Husstand", pattern=IDENTIFIER)
    residence_municipality: Text | None = optional("bopael_kommune", "Bopælskommune", refers="municipality")
    paying_municipality: Text | None = optional("betaling_kommune", "Betalingskommune", refers="municipality")
    # A special category of personal data: taken in only where the mapping says that it was agreed.
    origin_group: Text | None = optional("herkomst_gruppe", "Herkomstgruppe", off=True, pattern=IDENTIFIER)


class Episode(Model):
    """A citizen's course in a service.

    En borgers forløb i et tilbud.
    """

    episode_id: Text = key("forloeb_id", "Forløbets id", pattern=IDENTIFIER)
    citizen_id: Text = field("borger_id", "Borgerens pseudonym", pattern=PSEUDONYM, refers="citizen")
    target_group_code: Text = field("maalgruppe_kode", "Målgruppekode", refers="target_group")
    secondary_target_groups: Text | None = optional("maalgruppe_sek", "Andre målgrupper", kind="codes", refers="target_group")
    law: Text | None = optional("lov", "Lov")
    paragraph: Text | None = optional("paragraf", "Paragraf")
    service_id: Text | None = optional("tilbud_id", "Tilbuddets id", refers="service")
    acting_municipality: Text = field("handlekommune", "Handlekommune", refers="municipality")
    referral: Date | None = optional("henvisning", "Henvisning", kind="date")
    start: Date = field("start", "Start", kind="date")
    end: Date = field("slut", "Slut", kind="date", empty=True)
    end_reason: Text | None = optional("afslutning_aarsag", "Årsag til afslutning", kind="code", codes=_END_REASONS)
    track: Text | None = optional("spor", "Spor", kind="codes", codes=_TRACKS)
    goal_type: Text | None = optional("maaltype", "Måltype", kind="code", codes=_GOAL_TYPES)
    baseline_support_need: Whole | None = optional(
        "baseline_stoettebehov", "Støttebehov ved start", kind="integer", low=0, high=4
    )


class Intervention(Model):
    """What was done in an episode; without a method it is usual care.

    Hvad der blev gjort i et forløb. Uden metode er det den vanlige indsats.
    """

    intervention_id: Text = key("indsats_id", "Indsatsens id", pattern=IDENTIFIER)
    episode_id: Text = field("forloeb_id", "Forløbets id", refers="episode")
    method_id: Text = field("metode_id", "Metodens id", empty=True, refers="method")
    provision_code: Text | None = optional("ydelse_kode", "Ydelse (FFB)")
    start: Date = field("start", "Start", kind="date")
    end: Date | None = optional("slut", "Slut", kind="date")
    hours_per_week: Number | None = optional("timer_uge", "Timer pr. uge", kind="number", low=0, high=168, unit="hours")


class Measurement(Model):
    """One value of an instrument, or the reason why there is none.

    En måling med et måleredskab eller årsagen til, at den mangler.
    """

    measurement_id: Text = key("maaling_id", "Målingens id", pattern=IDENTIFIER)
    episode_id: Text = field("forloeb_id", "Forløbets id", refers="episode")
    instrument: Text = field("instrument", "Måleredskab", refers="instrument")
    subscale: Text | None = optional("delskala", "Delskala")
    date: Date = field("dato", "Dato", kind="date")
    quarter: Text = field("kvartal", "Kvartal", kind="quarter")
    value: Number = field("vaerdi", "Værdi", kind="number", empty=True)
    informant: Text = field("informant", "Informant", kind="code", codes=INFORMANTS)
    measurement_point: Text | None = optional("maalepunkt", "Målepunkt", kind="code", codes=_POINTS)
    missing_reason: Text | None = optional("mangler_aarsag", "Årsag til manglende måling", kind="code", codes=_MISSING)


class Goal(Model):
    """One goal of an episode.

    Et mål for et forløb.
    """

    goal_id: Text = key("maal_id", "Målets id", pattern=IDENTIFIER)
    episode_id: Text = field("forloeb_id", "Forløbets id", refers="episode")
    theme: Text | None = optional("tema", "Tema (FFB)")
    goal_type: Text | None = optional("maaltype", "Måltype", kind="code", codes=_GOAL_TYPES)
    set_on: Date = field("sat", "Sat", kind="date")
    assessed_on: Date | None = optional("vurderet", "Vurderet", kind="date")
    # 0 not, 1 partly, 2 fully.
    attained: Whole | None = optional("opfyldt", "Opfyldt", kind="integer", low=0, high=2)


class Employment(Model):
    """A citizen's attachment to work or education in a quarter.

    En borgers tilknytning til arbejde eller uddannelse i et kvartal.
    """

    citizen_id: Text = key("borger_id", "Borgerens pseudonym", pattern=PSEUDONYM, refers="citizen")
    quarter: Text = key("kvartal", "Kvartal", kind="quarter")
    status: Text = field("status", "Status", kind="code", codes=_EMPLOYMENT)
    hours_per_week: Number | None = optional("timer_uge", "Timer pr. uge", kind="number", low=0, high=168, unit="hours")


class Cost(Model):
    """One cost line, of an episode or of an adoption.

    En omkostning for et forløb eller for en ibrugtagning.
    """

    cost_id: Text = key("omk_id", "Omkostningens id", pattern=IDENTIFIER)
    episode_id: Text | None = optional("forloeb_id", "Forløbets id", refers="episode")
    adoption_id: Text | None = optional("ibrug_id", "Ibrugtagningens id", refers="adoption")
    quarter: Text = field("kvartal", "Kvartal", kind="quarter")
    cost_type: Text = field("art", "Art", kind="code", codes=_COST_TYPES)
    amount: Number = field("beloeb", "Beløb", kind="number", unit="kr")
    payer: Text = field("betaler", "Betaler", kind="code", codes=_PAYERS)
    funding_source: Text | None = optional("kilde", "Finansieringskilde", kind="code", codes=_FUNDING)
    price_level: Whole | None = optional("prisniveau", "Prisniveau", kind="year")
    refunded: Number | None = optional("refunderet", "Refunderet", kind="number", unit="kr")


class Coordination(Model):
    """A contact between actors.

    En kontakt mellem aktører.
    """

    episode_id: Text = key("forloeb_id", "Forløbets id", refers="episode")
    date: Date = key("dato", "Dato", kind="date")
    actor: Text = key("aktoer", "Aktør", kind="code", codes=_ACTORS)
    contact_type: Text | None = optional("type", "Type", kind="code", codes=_CONTACTS)
    waiting_days: Whole | None = optional("ventedage", "Ventedage", kind="integer", low=0, unit="days")
