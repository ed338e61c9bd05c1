"""The shared data model: tables, columns, keys and codes, with the Danish names that every import accepts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

QUARTER = r"\d{4}K[1-4]"
PSEUDONYM = r"b_[0-9a-z]{16}"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of the data model.

    Attributes
    ----------
    name : English name
    alias : Danish name that imports accept
    kind : text, code, integer, number, boolean, date or quarter
    required : the column must stand in the file
    empty : a cell may be empty
    codes : allowed values of a code, English to Danish
    pattern : regular expression that a text must match in full
    references : table whose key the value must be found in
    """

    name: str
    alias: str | None = None
    kind: str = "text"
    required: bool = True
    empty: bool = False
    codes: Mapping[str, str] = field(default_factory=dict)
    pattern: str | None = None
    references: str | None = None


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table of the data model; ``key`` names a row, ``unique`` is a second set of columns that no two rows may share."""

    name: str
    alias: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    unique: tuple[str, ...] = ()

    def column(self, name: str) -> Column | None:
        """The column with this English name or Danish alias; None when there is none."""
        return next((column for column in self.columns if name in (column.name, column.alias)), None)


def _optional(name: str, alias: str | None, kind: str = "text", **rest: object) -> Column:
    return Column(name=name, alias=alias, kind=kind, required=False, empty=True, **rest)  # type: ignore[arg-type]


_LEVELS = {"municipality": "kommune", "service": "tilbud", "team": "team"}
_STATUS = {"idea": "ide", "trial": "afproevning", "scaled": "skaleret", "stopped": "stoppet"}
_ASSIGNMENT = {
    "political": "politisk",
    "randomised": "lodtraekning",
    "waiting_list": "venteliste",
    "application": "ansoegning",
    "need": "behov",
}
_END_REASONS = {
    "goal_reached": "maal_naaet",
    "other_service": "andet_tilbud",
    "moved": "flyttet",
    "died": "doed",
    "own_wish": "eget_oenske",
    "broken_off": "afbrudt",
    "unknown": "ukendt",
}
_INFORMANTS = {
    "citizen": "borger",
    "parent": "foraelder",
    "teacher": "laerer",
    "staff": "medarbejder",
    "register": "register",
}
_POINTS = {"baseline": "baseline", "follow_up": "opfoelgning", "end": "slut", "after": "efter"}
_MISSING = {
    "-": "-",
    "declined": "nej_tak",
    "not_asked": "ikke_spurgt",
    "not_suitable": "ikke_egnet",
    "system_error": "systemfejl",
}

_TABLES = (
    Table(
        name="municipality",
        alias="kommune",
        key=("municipality_code",),
        columns=(
            Column(name="municipality_code", alias="kommune_kode", pattern=r"\d{3}"),
            Column(name="municipality_name", alias="kommune_navn"),
            Column(name="region_code", alias="region_kode", pattern=r"108[1-5]"),
            _optional("valid_from", "gyldig_fra", "date"),
            _optional("valid_to", "gyldig_til", "date"),
        ),
    ),
    Table(
        name="method",
        alias="metode",
        key=("method_id",),
        columns=(
            Column(name="method_id", alias="metode_id"),
            Column(name="method_name", alias="navn"),
            _optional("version", "version"),
            _optional("status", "status", "code", codes=_STATUS),
        ),
    ),
    Table(
        name="target_group",
        alias="maalgruppe",
        key=("target_group_code",),
        columns=(
            Column(name="target_group_code", alias="maalgruppe_kode"),
            Column(name="target_group_name", alias="navn"),
            _optional("parent_group", "overgruppe"),
            _optional("ffb_version", "ffb_version"),
        ),
    ),
    Table(
        name="instrument",
        alias="instrument",
        key=("instrument",),
        columns=(
            Column(name="instrument"),
            _optional("instrument_name", None),
            Column(name="min", kind="number"),
            Column(name="max", kind="number"),
            Column(name="step", kind="number", empty=True),
            Column(name="higher_is_better", kind="boolean"),
        ),
    ),
    Table(
        name="adoption",
        alias="ibrugtagning",
        key=("adoption_id",),
        columns=(
            Column(name="adoption_id", alias="ibrug_id"),
            Column(name="method_id", alias="metode_id", references="method"),
            Column(name="level", alias="niveau", kind="code", codes=_LEVELS),
            Column(name="unit_id", alias="enhed_id"),
            Column(name="start", alias="start", kind="date"),
            _optional("full_operation", "fuld_drift", "date"),
            _optional("end", "slut", "date"),
            _optional("assignment", "tildeling", "code", codes=_ASSIGNMENT),
            _optional("fidelity_source", "fidelitet_kilde"),
        ),
    ),
    Table(
        name="citizen",
        alias="borger",
        key=("citizen_id",),
        columns=(
            Column(name="citizen_id", alias="borger_id", pattern=PSEUDONYM),
            Column(name="birth_year", alias="foedselsaar", kind="integer", empty=True),
            _optional("sex", "koen", "code", codes={"M": "M", "F": "K", "U": "U"}),
            _optional("household_id", "husstand_id"),
            _optional("residence_municipality", "bopael_kommune", references="municipality"),
            _optional("paying_municipality", "betaling_kommune", references="municipality"),
        ),
    ),
    Table(
        name="episode",
        alias="forloeb",
        key=("episode_id",),
        columns=(
            Column(name="episode_id", alias="forloeb_id"),
            Column(name="citizen_id", alias="borger_id", pattern=PSEUDONYM, references="citizen"),
            Column(name="target_group_code", alias="maalgruppe_kode", references="target_group"),
            Column(name="acting_municipality", alias="handlekommune", references="municipality"),
            _optional("referral", "henvisning", "date"),
            Column(name="start", alias="start", kind="date"),
            Column(name="end", alias="slut", kind="date", empty=True),
            _optional("end_reason", "afslutning_aarsag", "code", codes=_END_REASONS),
            _optional("baseline_support_need", "baseline_stoettebehov", "integer"),
        ),
    ),
    Table(
        name="measurement",
        alias="maaling",
        key=("measurement_id",),
        unique=("episode_id", "instrument", "subscale", "informant", "date"),
        columns=(
            Column(name="measurement_id", alias="maaling_id"),
            Column(name="episode_id", alias="forloeb_id", references="episode"),
            Column(name="instrument", alias="instrument", references="instrument"),
            _optional("subscale", "delskala"),
            Column(name="date", alias="dato", kind="date"),
            Column(name="quarter", alias="kvartal", kind="quarter"),
            Column(name="value", alias="vaerdi", kind="number", empty=True),
            Column(name="informant", alias="informant", kind="code", codes=_INFORMANTS),
            _optional("measurement_point", "maalepunkt", "code", codes=_POINTS),
            _optional("missing_reason", "mangler_aarsag", "code", codes=_MISSING),
        ),
    ),
)

TABLES: Mapping[str, Table] = {table.name: table for table in _TABLES}


def find_table(name: str) -> Table | None:
    """The table with this English name or Danish alias; None when there is none.

    Examples
    --------
    >>> find_table("maaling").name
    'measurement'
    """
    return next((table for table in TABLES.values() if name in (table.name, table.alias)), None)
