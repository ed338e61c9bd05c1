"""From questions to a site: the only room that knows papermill, nbconvert, processes and files under reports/."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from whatworks.workflow.cluster import in_cluster
    from whatworks.workflow.question import Question
    from whatworks.workflow.questions import read_questions
    from whatworks.workflow.run import in_processes
    from whatworks.workflow.site import SiteRun, build_site
    from whatworks.workflow.verify import Verified, verify_site

_PLACES = {
    "Question": "question",
    "SiteRun": "site",
    "Verified": "verify",
    "build_site": "site",
    "in_cluster": "cluster",
    "in_processes": "run",
    "read_questions": "questions",
    "verify_site": "verify",
}

__all__ = [
    "Question",
    "SiteRun",
    "Verified",
    "build_site",
    "in_cluster",
    "in_processes",
    "read_questions",
    "verify_site",
]


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        return getattr(import_module(f"whatworks.workflow.{_PLACES[name]}"), name)
    raise AttributeError(f"whatworks.workflow has no {name!r}; it has {', '.join(__all__)}.")
