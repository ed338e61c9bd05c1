"""From questions to a site: the only room that knows papermill, nbconvert, processes and files under reports/."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from whatworks.workflow.questions import Question, read_questions
    from whatworks.workflow.run import in_processes
    from whatworks.workflow.site import SiteRun, build_site

_PLACES = {
    "Question": "questions",
    "SiteRun": "site",
    "build_site": "site",
    "in_processes": "run",
    "read_questions": "questions",
}

__all__ = ["Question", "SiteRun", "build_site", "in_processes", "read_questions"]


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        return getattr(import_module(f"whatworks.workflow.{_PLACES[name]}"), name)
    raise AttributeError(f"whatworks.workflow has no {name!r}; it has {', '.join(__all__)}.")
