"""The shared data model: tables, columns, keys and codes, with the Danish names that every import accepts."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field

from whatworks.documentation.fields import Model
from whatworks.documentation.schema_methods import Adoption, Fidelity, Method, TargetGroup
from whatworks.documentation.schema_people import (
    Citizen,
    Coordination,
    Cost,
    Employment,
    Episode,
    Goal,
    Intervention,
    Measurement,
)
from whatworks.documentation.schema_references import (
    Instrument,
    InvestmentPrice,
    ParagraphCrosswalk,
    PriceIndex,
    QualityTheme,
    RefundThreshold,
)
from whatworks.documentation.schema_services import (
    Agreement,
    Approval,
    Municipality,
    Organisation,
    Rate,
    Service,
    ServiceHistory,
    ServiceYear,
)


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of the data model.

    Attributes
    ----------
    name : English name
    alias : Danish name that imports accept
    label : Danish label for the reader
    kind : text, code, codes, grades, integer, number, boolean, date, quarter or year
    required : the column must stand in the file
    empty : a cell may be empty
    part_of_key : it is part of the primary key
    codes : allowed values of a code, English to Danish
    pattern : regular expression that a text must match in full
    low, high : smallest and largest number; None where there is no limit
    references : table whose key the value must be found in
    unit : of the number; None where it has none
    free : running text that is not about a person
    off : refused unless the mapping says that it was agreed
    """

    name: str
    alias: str | None = None
    label: str = ""
    kind: str = "text"
    required: bool = True
    empty: bool = False
    part_of_key: bool = False
    codes: Mapping[str, str] = field(default_factory=dict)
    pattern: str | None = None
    low: float | None = None
    high: float | None = None
    references: str | None = None
    unit: str | None = None
    free: bool = False
    off: bool = False


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table of the data model.

    Attributes
    ----------
    name, alias : English name, and the Danish one that imports accept
    label : Danish label for the reader
    meaning : what one row is, by language
    model : the pandera model, for frames already typed
    columns : in order
    unique : a second set of columns that no two rows may share
    """

    name: str
    alias: str
    label: str
    meaning: Mapping[str, str]
    model: type[Model]
    columns: tuple[Column, ...]
    unique: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        """Columns whose values name a row."""
        return tuple(column.name for column in self.columns if column.part_of_key)

    def column(self, name: str) -> Column | None:
        """The column with this English name or Danish alias; None when there is none."""
        return next((column for column in self.columns if name in (column.name, column.alias)), None)


# English name, Danish alias, Danish label, model. Tables stand after those they refer to.
_MODELS: tuple[tuple[str, str, str, type[Model]], ...] = (
    ("municipality", "kommune", "Kommune", Municipality),
    ("organisation", "organisation", "Organisation", Organisation),
    ("service", "tilbud", "Tilbud", Service),
    ("service_history", "tilbud_historik", "Tilbuddets historik", ServiceHistory),
    ("method", "metode", "Metode", Method),
    ("target_group", "maalgruppe", "Målgruppe", TargetGroup),
    ("instrument", "instrument", "Måleredskab", Instrument),
    ("agreement", "aftale", "Aftale", Agreement),
    ("approval", "tilbud_godkendelse", "Godkendelse", Approval),
    ("service_year", "tilbud_aar", "Tilbud og år", ServiceYear),
    ("rate", "takst", "Takst", Rate),
    ("adoption", "ibrugtagning", "Ibrugtagning", Adoption),
    ("fidelity", "fidelitet", "Fidelitet", Fidelity),
    ("citizen", "borger", "Borger", Citizen),
    ("episode", "forloeb", "Forløb", Episode),
    ("intervention", "indsats", "Indsats", Intervention),
    ("measurement", "maaling", "Måling", Measurement),
    ("goal", "maal", "Mål", Goal),
    ("employment", "beskaeftigelse", "Beskæftigelse", Employment),
    ("cost", "omkostning", "Omkostning", Cost),
    ("coordination", "koordinering", "Koordinering", Coordination),
    ("price_index", "pl_indeks", "PL-indeks", PriceIndex),
    ("refund_threshold", "refusionsgraense", "Refusionsgrænse", RefundThreshold),
    ("investment_price", "soem_pris", "SØM-pris", InvestmentPrice),
    ("paragraph_crosswalk", "paragraf_krydstabel", "Paragrafnøgle", ParagraphCrosswalk),
    ("quality_theme", "kvalitet_tema", "Kvalitetstema", QualityTheme),
)

_UNIQUE = {"measurement": ("episode_id", "instrument", "subscale", "informant", "date")}


def _table(name: str, alias: str, label: str, model: type[Model]) -> Table:
    # Read from the class as written: building pandera's schema would import every frame library there is, which takes seconds.
    columns = tuple(Column(name=column, **(vars(model)[column].metadata or {})) for column in model.__annotations__)
    english, danish = (part.strip() for part in inspect.cleandoc(model.__doc__ or "").split("\n\n"))
    meaning = {"en": english, "da": danish}
    return Table(name=name, alias=alias, label=label, meaning=meaning, model=model, columns=columns, unique=_UNIQUE.get(name, ()))


TABLES: Mapping[str, Table] = {entry[0]: _table(*entry) for entry in _MODELS}
