"""The shared documentation concept: municipalities' deliveries, panels for the estimators, simulated data with known truth."""

from whatworks.documentation.cohort import Cohort, cohort
from whatworks.documentation.coverage import coverage_map
from whatworks.documentation.delivery import Delivery, is_synthetic, read_delivery, write_delivery
from whatworks.documentation.dictionary import dictionary, table_meanings
from whatworks.documentation.exposure import exposed
from whatworks.documentation.faults import Fault, InvalidDelivery, PersonalDataFound
from whatworks.documentation.ingest import Ingested, ingest
from whatworks.documentation.mapping import read_mapping
from whatworks.documentation.municipalities import municipalities
from whatworks.documentation.panel import build_panel
from whatworks.documentation.paragraphs import paragraph_crosswalk
from whatworks.documentation.people_files import read_people
from whatworks.documentation.profile import missing_reasons, profile
from whatworks.documentation.profile_direction import direction_check
from whatworks.documentation.quarantine import write_quarantine
from whatworks.documentation.read_panel import read_panel
from whatworks.documentation.service_table import service_stays, service_table
from whatworks.documentation.sharing import gather, share
from whatworks.documentation.sharing_package import IncompatiblePackage, Package, TamperedPackage, read_package, write_package
from whatworks.documentation.simulated_neighbours import simulated_neighbours
from whatworks.documentation.simulation import simulate
from whatworks.documentation.statbank import StatBank
from whatworks.documentation.status_report import Status, compare_status, last_status, read_status, status_report, write_status
from whatworks.documentation.store import Store
from whatworks.documentation.suggesting import suggest_mapping
from whatworks.documentation.summary import source, trends
from whatworks.documentation.supported_work import earnings_panel, supported_work
from whatworks.documentation.validate import Validation, validate
from whatworks.documentation.window import window

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
