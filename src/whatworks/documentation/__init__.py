"""The shared documentation concept: municipalities' deliveries, panels for the estimators, simulated data with known truth."""

from whatworks.documentation.delivery import is_synthetic, read_delivery, write_delivery
from whatworks.documentation.exposure import exposed
from whatworks.documentation.faults import Fault, InvalidDelivery, PersonalDataFound
from whatworks.documentation.municipalities import municipalities
from whatworks.documentation.panel import build_panel
from whatworks.documentation.sharing import gather, share
from whatworks.documentation.sharing_package import IncompatiblePackage, Package, TamperedPackage, read_package, write_package
from whatworks.documentation.simulated_neighbours import simulated_neighbours
from whatworks.documentation.simulation import simulate
from whatworks.documentation.statbank import StatBank
from whatworks.documentation.store import Store
from whatworks.documentation.summary import source, trends
from whatworks.documentation.supported_work import earnings_panel, supported_work

__all__ = [
    "Fault",
    "IncompatiblePackage",
    "InvalidDelivery",
    "Package",
    "PersonalDataFound",
    "StatBank",
    "Store",
    "TamperedPackage",
    "build_panel",
    "earnings_panel",
    "exposed",
    "gather",
    "is_synthetic",
    "municipalities",
    "read_delivery",
    "read_package",
    "share",
    "simulate",
    "simulated_neighbours",
    "source",
    "supported_work",
    "trends",
    "write_delivery",
    "write_package",
]
