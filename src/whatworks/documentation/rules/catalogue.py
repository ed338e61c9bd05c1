"""Every rule: what it holds a delivery to, and what happens where it is broken."""

from collections.abc import Mapping
from dataclasses import dataclass

from whatworks.documentation.faults import N_, QUARANTINE, REFUSE, WARN


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes
    ----------
    code : ``"V01"`` to ``"V26"``, or a word for what comes before them: file, table, column, shape, type, key, range ...
    severity : refuse (the delivery), quarantine (the row) or warn
    sentence : the rule in one English sentence; findings has the Danish one
    """

    code: str
    severity: str
    sentence: str


_RULES = (
    Rule("file", REFUSE, N_("Every file can be read to its end and is of a kind that we read.")),
    Rule("table", REFUSE, N_("Every file is a table of the data model, and each table comes once.")),
    Rule("column", REFUSE, N_("Every column is in the data model or in the mapping, and each comes once.")),
    Rule("shape", REFUSE, N_("Every row has as many fields as the header.")),
    Rule("formula", REFUSE, N_("Cells hold values, not formulas.")),
    Rule("type", QUARANTINE, N_("Every value is of the type that the data model gives its column.")),
    Rule("key", QUARANTINE, N_("No two rows have the same key.")),
    Rule("range", QUARANTINE, N_("Every number lies within the limits of its column.")),
    Rule("agreement", QUARANTINE, N_("Columns that say the same thing agree.")),
    Rule("V01", REFUSE, N_("No cell, header or file name looks like a CPR number.")),
    Rule("V02", REFUSE, N_("No column is for a name, an address, a telephone number or the like.")),
    Rule("V03", REFUSE, N_("A citizen has a pseudonym from which nobody can work back to the person.")),
    Rule("V04", REFUSE, N_("There is no free text about citizens.")),
    Rule("V05", QUARANTINE, N_("What a row refers to is there.")),
    Rule("V06", QUARANTINE, N_("Dates stand in order, and measurements belong to the time of their episode.")),
    Rule("V07", QUARANTINE, N_("A value lies within its instrument's range and on its step.")),
    Rule("V08", WARN, N_("The instrument is made for the citizen's age.")),
    Rule("V09", WARN, N_("The informant is one that the instrument allows.")),
    Rule("V10", QUARANTINE, N_("An episode has one value of an instrument, subscale and informant on a day.")),
    Rule("V11", WARN, N_("No unit's scores look reversed.")),
    Rule("V12", QUARANTINE, N_("A paragraph was in force on the day it is used.")),
    Rule("V13", WARN, N_("A service was approved for the paragraph on the day an episode began.")),
    Rule("V14", WARN, N_("A citizen does not live in two places at once for more than 14 days.")),
    Rule("V15", WARN, N_("Occupancy and rates have a size that can be right.")),
    Rule("V16", WARN, N_("A rate follows the price-and-wage projection.")),
    Rule("V17", REFUSE, N_("Costs say their price level, and one kind of cost has one.")),
    Rule("V18", WARN, N_("What was paid for an episode is the rate times the days.")),
    Rule("V19", QUARANTINE, N_("A method is in full operation after it began, and did not begin in the future.")),
    Rule("V20", WARN, N_("An episode has a measurement within 60 days of its start.")),
    Rule("V21", WARN, N_("About as many have a follow-up with the method as without it.")),
    Rule("V22", REFUSE, N_("A unit that uses a method and was closed says which unit followed.")),
    Rule("V23", QUARANTINE, N_("A municipality's code is one of the 98.")),
    Rule("V24", REFUSE, N_("Dates and numbers are written in one way within a column.")),
    Rule("V25", WARN, N_("Files are in UTF-8.")),
    Rule("V26", WARN, N_("Households and citizens have no more members and episodes than can be right.")),
)

RULES: Mapping[str, Rule] = {rule.code: rule for rule in _RULES}
