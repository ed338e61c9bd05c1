"""Tables that others look things up in: instruments, prices, refund limits, paragraphs, quality themes."""

from whatworks.documentation.fields import Date, Flag, Model, Number, Text, Whole, field, key, optional
from whatworks.documentation.schema_people import INFORMANTS

_PAYERS = {"municipality": "kommune", "region": "region", "state": "stat"}


class Instrument(Model):
    """A measuring instrument: its range, the step between two values, which way is better, who may answer.

    Et måleredskab: værdiområde, trin mellem to værdier, hvilken vej der er bedst, og hvem der kan svare.
    """

    instrument: Text = key("instrument", "Måleredskab")
    instrument_name: Text | None = optional(None, "Navn")
    min: Number = field("mindste", "Mindste værdi", kind="number")
    max: Number = field("stoerste", "Største værdi", kind="number")
    step: Number = field("trin", "Trin", kind="number", empty=True)
    higher_is_better: Flag = field("hoejt_er_bedst", "Højt er bedst", kind="boolean")
    mic: Number | None = optional("mindste_vigtige_forskel", "Mindste vigtige forskel", kind="number", low=0)
    mic_source: Text | None = optional("forskel_kilde", "Kilde til mindste vigtige forskel", free=True)
    informants: Text | None = optional("informanter", "Informanter", kind="codes", codes=INFORMANTS)
    age_min: Whole | None = optional("alder_min", "Alder fra", kind="integer", low=0, high=120, unit="years")
    age_max: Whole | None = optional("alder_max", "Alder til", kind="integer", low=0, high=120, unit="years")
    licence: Text | None = optional("licens", "Licens", free=True)
    may_show_items: Flag | None = optional("maa_vise_spoergsmaal", "Må vise spørgsmål", kind="boolean")


class PriceIndex(Model):
    """Price-and-wage projection from one year to the next, as known on a date.

    Pris- og lønfremskrivning fra et år til det næste, som den var kendt på en dato.
    """

    year_from: Whole = key("aar_fra", "Fra år", kind="year")
    year_to: Whole = key("aar_til", "Til år", kind="year")
    vintage_date: Date = key("vintage_dato", "Skøn fra", kind="date")
    coverage: Text = key("daekning", "Dækning")
    pct: Number = field("pct", "Procent", kind="number", unit="%")
    source: Text = field("kilde", "Kilde", free=True)


class RefundThreshold(Model):
    """A limit above which the state refunds a share of an expensive case.

    En grænse i dyre enkeltsager. Staten refunderer en andel af det, der ligger over den.
    """

    law: Text = key("lov", "Lov")
    paragraph: Text = key("paragraf", "Paragraf")
    valid_from: Date = key("gyldig_fra", "Gyldig fra", kind="date")
    level_year: Whole = key("niveau_aar", "Beløb i niveau", kind="year")
    refund_share: Number = key("refusion_andel", "Refusionsandel", kind="number", low=0, high=1)
    threshold: Number = field("graense", "Grænse", kind="number", low=0, unit="kr")
    source: Text = field("kilde", "Kilde", free=True)


class InvestmentPrice(Model):
    """What one unit of a consequence costs a payer.

    Hvad en enhed af en konsekvens koster en betaler.
    """

    consequence: Text = key("konsekvens", "Konsekvens")
    payer: Text = key("betaler", "Betaler", kind="code", codes=_PAYERS)
    price_level: Whole = key("prisniveau", "Prisniveau", kind="year")
    unit: Text = field("enhed", "Enhed")
    amount: Number = field("beloeb", "Beløb", kind="number", unit="kr")
    source: Text = field("kilde", "Kilde", free=True)


class ParagraphCrosswalk(Model):
    """Which paragraph followed another when the law changed.

    Hvilken paragraf der afløste en anden, da loven blev ændret.
    """

    law: Text = key("lov", "Lov")
    paragraph: Text = key("paragraf", "Paragraf")
    new_law: Text = key("ny_lov", "Ny lov")
    new_paragraph: Text = key("ny_paragraf", "Ny paragraf")
    valid_from: Date = field("gyldig_fra", "Gyldig fra", kind="date")


class QualityTheme(Model):
    """One of the seven themes of the supervision's quality model.

    Et af de syv temaer i tilsynets kvalitetsmodel.
    """

    theme: Whole = key("tema", "Tema", kind="integer", low=1, high=7)
    theme_name: Text = field("navn", "Navn")
