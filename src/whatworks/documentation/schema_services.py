"""Tables about who delivers: municipalities, organisations, services, their approvals, years and rates, and agreements."""

from whatworks.documentation.fields import Date, Flag, Model, Number, Text, Whole, field, key, optional

MUNICIPALITY_CODE = r"\d{3}"
REGION_CODE = r"108[1-5]"
_OWNERSHIP = {
    "municipal": "kommunal",
    "regional": "regional",
    "self_governing": "selvejende_overenskomst",
    "private": "privat",
    "foundation": "fond",
}
_RATE_UNITS = {"day_and_night": "doegn", "day": "dag", "hour": "time", "month": "maaned", "item": "stk"}
_RATE_TYPES = {"guiding": "vejledende", "agreed": "aftalt", "fixed_share": "objektiv", "add_on": "tillaeg"}
_ADJUSTMENTS = {
    "index": "pl",
    "efficiency": "effektivisering",
    "service_change": "serviceaendring",
    "later_adjustment": "efterregulering",
    "other": "andet",
}


class Municipality(Model):
    """A municipality.

    En kommune.
    """

    municipality_code: Text = key("kommune_kode", "Kommunekode", pattern=MUNICIPALITY_CODE)
    municipality_name: Text = field("kommune_navn", "Kommune")
    region_code: Text = field("region_kode", "Regionskode", pattern=REGION_CODE)
    valid_from: Date | None = optional("gyldig_fra", "Gyldig fra", kind="date")
    valid_to: Date | None = optional("gyldig_til", "Gyldig til", kind="date")


class Organisation(Model):
    """A body that runs or buys services.

    En organisation, der driver eller køber tilbud.
    """

    organisation_id: Text = key("org_id", "Organisation")
    organisation_name: Text = field("navn", "Navn")
    cvr: Text | None = optional("cvr", "CVR-nummer", pattern=r"\d{8}")
    ownership: Text = field("driftsform", "Driftsform", kind="code", codes=_OWNERSHIP)
    region_code: Text | None = optional("region_kode", "Regionskode", pattern=REGION_CODE)


class Service(Model):
    """A service unit, or a department of one.

    Et tilbud eller en afdeling af et tilbud.
    """

    service_id: Text = key("tilbud_id", "Tilbuddets id")
    service_name: Text = field("tilbud_navn", "Tilbud")
    parent_id: Text | None = optional("overordnet_id", "Overordnet tilbud", refers="service")
    provider_id: Text | None = optional("driftsherre", "Driftsherre", refers="organisation")
    location_municipality: Text | None = optional("beliggenhed", "Beliggenhedskommune", refers="municipality")
    service_type: Text | None = optional("tilbudstype", "Tilbudstype (FFB)")
    p_number: Text | None = optional("p_nummer", "P-nummer", pattern=r"\d{10}")
    opened: Date | None = optional("aabnet", "Åbnet", kind="date")
    closed: Date | None = optional("lukket", "Lukket", kind="date")
    successor_id: Text | None = optional("efterfoelger_id", "Efterfølger", refers="service")
    fictitious: Flag | None = optional("fiktivt", "Fiktivt", kind="boolean")


class ServiceHistory(Model):
    """What a service was called, who ran it and where it lay in a period: renames and moves.

    Hvad et tilbud hed, hvem der drev det, og hvor det lå i en periode: navneskift og flytninger.
    """

    service_id: Text = key("tilbud_id", "Tilbuddets id", refers="service")
    valid_from: Date = key("gyldig_fra", "Gyldig fra", kind="date")
    valid_to: Date | None = optional("gyldig_til", "Gyldig til", kind="date")
    service_name: Text = field("tilbud_navn", "Tilbud")
    provider_id: Text | None = optional("driftsherre", "Driftsherre", refers="organisation")
    location_municipality: Text | None = optional("beliggenhed", "Beliggenhedskommune", refers="municipality")


class Approval(Model):
    """An approved paragraph of a service in a period.

    En paragraf, som et tilbud er godkendt til i en periode.
    """

    service_id: Text = key("tilbud_id", "Tilbuddets id", refers="service")
    law: Text = key("lov", "Lov")
    paragraph: Text = key("paragraf", "Paragraf")
    valid_from: Date = key("gyldig_fra", "Gyldig fra", kind="date")
    valid_to: Date | None = optional("gyldig_til", "Gyldig til", kind="date")
    places: Whole | None = optional("pladser", "Pladser", kind="integer", low=1, unit="places")
    age_min: Whole | None = optional("alder_min", "Alder fra", kind="integer", low=0, high=120, unit="years")
    age_max: Whole | None = optional("alder_max", "Alder til", kind="integer", low=0, high=120, unit="years")
    target_group_codes: Text | None = optional("maalgruppe_kode", "Målgrupper", kind="codes", refers="target_group")


class ServiceYear(Model):
    """A service in a year: places, costs, staff, quality.

    Et tilbud i et år: pladser, omkostninger, personale, kvalitet.
    """

    service_id: Text = key("tilbud_id", "Tilbuddets id", refers="service")
    year: Whole = key("aar", "År", kind="year")
    places_budgeted: Whole | None = optional("pladser_budget", "Budgetterede pladser", kind="integer", low=0, unit="places")
    # A share, above 1 where more live there than there are places. Above 1.2 is most likely a mistake: V15 says so.
    occupancy_budgeted: Number | None = optional("belaegning_budget", "Budgetteret belægning", kind="number", low=0)
    occupancy_actual: Number | None = optional("belaegning_faktisk", "Faktisk belægning", kind="number", low=0)
    days: Whole | None = optional("dage", "Dage", kind="integer", low=0, high=366, unit="days")
    cost_direct: Number | None = optional("omk_direkte", "Direkte omkostninger", kind="number", unit="kr")
    cost_indirect: Number | None = optional("omk_indirekte", "Indirekte omkostninger", kind="number", unit="kr")
    overhead: Number | None = optional("overhead", "Overhead", kind="number", unit="kr")
    depreciation: Number | None = optional("afskrivning", "Afskrivning", kind="number", unit="kr")
    interest: Number | None = optional("forrentning", "Forrentning", kind="number", unit="kr")
    pension: Number | None = optional("pension", "Tjenestemandspension", kind="number", unit="kr")
    supervision_fee: Number | None = optional("tilsyn", "Tilsynsgebyr", kind="number", unit="kr")
    other_income: Number | None = optional("indtaegter", "Øvrige indtægter", kind="number", unit="kr")
    full_time_equivalents: Number | None = optional("aarsvaerk", "Årsværk", kind="number", low=0)
    share_trained: Number | None = optional("andel_uddannet", "Andel uddannet personale", kind="number", low=0, high=1)
    sick_leave_days: Number | None = optional("sygefravaer_dage", "Sygefraværsdage", kind="number", low=0, unit="days")
    quality_t1: Number | None = optional("kvalitet_t1", "Kvalitet, tema 1", kind="number", low=1, high=5)
    quality_t2: Number | None = optional("kvalitet_t2", "Kvalitet, tema 2", kind="number", low=1, high=5)
    quality_t3: Number | None = optional("kvalitet_t3", "Kvalitet, tema 3", kind="number", low=1, high=5)
    quality_t4: Number | None = optional("kvalitet_t4", "Kvalitet, tema 4", kind="number", low=1, high=5)
    quality_t5: Number | None = optional("kvalitet_t5", "Kvalitet, tema 5", kind="number", low=1, high=5)
    quality_t6: Number | None = optional("kvalitet_t6", "Kvalitet, tema 6", kind="number", low=1, high=5)
    quality_t7: Number | None = optional("kvalitet_t7", "Kvalitet, tema 7", kind="number", low=1, high=5)
    price_level: Whole | None = optional("prisniveau", "Prisniveau", kind="year")


class Rate(Model):
    """A price for a provision in a period.

    En takst for en ydelse i en periode.
    """

    service_id: Text = key("tilbud_id", "Tilbuddets id", refers="service")
    paragraph: Text = key("paragraf", "Paragraf")
    provision: Text = key("ydelse", "Ydelse")
    level: Text = key("niveau", "Niveau")
    valid_from: Date = key("gyldig_fra", "Gyldig fra", kind="date")
    valid_to: Date | None = optional("gyldig_til", "Gyldig til", kind="date")
    amount: Number = field("beloeb", "Beløb", kind="number", unit="kr")
    rate_unit: Text = field("enhed", "Enhed", kind="code", codes=_RATE_UNITS)
    rate_type: Text | None = optional("taksttype", "Taksttype", kind="code", codes=_RATE_TYPES)
    approved_on: Date | None = optional("godkendt_dato", "Godkendt", kind="date")
    adjustment_reason: Text | None = optional("regulering_aarsag", "Årsag til regulering", kind="code", codes=_ADJUSTMENTS)


class Agreement(Model):
    """A municipality's part in an agreement: from when, until when.

    En kommunes del i en aftale: fra hvornår og til hvornår.
    """

    agreement_id: Text = key("aftale_id", "Aftalens id")
    municipality_code: Text = key("kommune_kode", "Kommunekode", refers="municipality")
    agreement_name: Text = field("aftale_navn", "Aftale")
    joined: Date = field("tilsluttet", "Tilsluttet", kind="date")
    left: Date | None = optional("udtraadt", "Udtrådt", kind="date")
    valid_from: Date | None = optional("gyldig_fra", "Gyldig fra", kind="date")
    valid_to: Date | None = optional("gyldig_til", "Gyldig til", kind="date")
