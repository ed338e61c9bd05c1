"""The shared documentation concept: municipalities' deliveries, panels for the estimators, simulated data with known truth.

Names are loaded when they are first used: the schema draws in pandera, which a run with nothing to do does not need.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from whatworks.documentation.cohorts import Cohort, cohort
    from whatworks.documentation.coverage import coverage_map
    from whatworks.documentation.data_dictionary import dictionary, table_meanings
    from whatworks.documentation.delivery import Delivery, read_delivery, write_delivery
    from whatworks.documentation.exposure import exposed
    from whatworks.documentation.faults import Fault, InvalidDelivery, PersonalDataFound
    from whatworks.documentation.ingesting import Ingested, ingest
    from whatworks.documentation.kinds import is_synthetic
    from whatworks.documentation.mapping import read_mapping
    from whatworks.documentation.municipality_names import municipalities
    from whatworks.documentation.panel import build_panel
    from whatworks.documentation.panel_reading import read_panel
    from whatworks.documentation.paragraphs import paragraph_crosswalk
    from whatworks.documentation.people_files import read_people
    from whatworks.documentation.profile_direction import direction_check
    from whatworks.documentation.profile_reasons import missing_reasons
    from whatworks.documentation.profiles import profile
    from whatworks.documentation.quarantine import write_quarantine
    from whatworks.documentation.service_tables import service_stays, service_table
    from whatworks.documentation.sharing import gather, share
    from whatworks.documentation.sharing_package import IncompatiblePackage, Package, TamperedPackage, read_package, write_package
    from whatworks.documentation.simulated_borders import simulated_neighbours
    from whatworks.documentation.simulation import simulate
    from whatworks.documentation.statbank import StatBank
    from whatworks.documentation.status_changes import compare_status
    from whatworks.documentation.status_reports import Status, last_status, read_status, status_report, write_status
    from whatworks.documentation.store import Store
    from whatworks.documentation.suggesting import suggest_mapping
    from whatworks.documentation.summary import source, trends
    from whatworks.documentation.supported_work_data import earnings_panel, supported_work
    from whatworks.documentation.validating import validate
    from whatworks.documentation.validation import Validation
    from whatworks.documentation.windows import window

# Where each public name stands. No module has the name of what stands in it: it would be found in its place.
_PLACES = {
    "Cohort": "cohorts",
    "Delivery": "delivery",
    "Fault": "faults",
    "IncompatiblePackage": "sharing_package",
    "Ingested": "ingesting",
    "InvalidDelivery": "faults",
    "Package": "sharing_package",
    "PersonalDataFound": "faults",
    "StatBank": "statbank",
    "Status": "status_reports",
    "Store": "store",
    "TamperedPackage": "sharing_package",
    "Validation": "validation",
    "build_panel": "panel",
    "cohort": "cohorts",
    "compare_status": "status_changes",
    "coverage_map": "coverage",
    "dictionary": "data_dictionary",
    "direction_check": "profile_direction",
    "earnings_panel": "supported_work_data",
    "exposed": "exposure",
    "gather": "sharing",
    "ingest": "ingesting",
    "is_synthetic": "kinds",
    "last_status": "status_reports",
    "missing_reasons": "profile_reasons",
    "municipalities": "municipality_names",
    "paragraph_crosswalk": "paragraphs",
    "profile": "profiles",
    "read_delivery": "delivery",
    "read_mapping": "mapping",
    "read_package": "sharing_package",
    "read_panel": "panel_reading",
    "read_people": "people_files",
    "read_status": "status_reports",
    "service_stays": "service_tables",
    "service_table": "service_tables",
    "share": "sharing",
    "simulate": "simulation",
    "simulated_neighbours": "simulated_borders",
    "source": "summary",
    "status_report": "status_reports",
    "suggest_mapping": "suggesting",
    "supported_work": "supported_work_data",
    "table_meanings": "data_dictionary",
    "trends": "summary",
    "validate": "validating",
    "window": "windows",
    "write_delivery": "delivery",
    "write_package": "sharing_package",
    "write_quarantine": "quarantine",
    "write_status": "status_reports",
}

__all__ = [
    "Cohort",
    "Delivery",
    "Fault",
    "IncompatiblePackage",
    "Ingested",
    "InvalidDelivery",
    "Package",
    "PersonalDataFound",
    "StatBank",
    "Status",
    "Store",
    "TamperedPackage",
    "Validation",
    "build_panel",
    "cohort",
    "compare_status",
    "coverage_map",
    "dictionary",
    "direction_check",
    "earnings_panel",
    "exposed",
    "gather",
    "ingest",
    "is_synthetic",
    "last_status",
    "missing_reasons",
    "municipalities",
    "paragraph_crosswalk",
    "profile",
    "read_delivery",
    "read_mapping",
    "read_package",
    "read_panel",
    "read_people",
    "read_status",
    "service_stays",
    "service_table",
    "share",
    "simulate",
    "simulated_neighbours",
    "source",
    "status_report",
    "suggest_mapping",
    "supported_work",
    "table_meanings",
    "trends",
    "validate",
    "window",
    "write_delivery",
    "write_package",
    "write_quarantine",
    "write_status",
]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"whatworks.documentation has no {name!r}; it has {', '.join(__all__)}.")
    return getattr(import_module(f"whatworks.documentation.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    """So that Tab finds what has not been loaded yet."""
    return sorted({*globals(), *__all__})
