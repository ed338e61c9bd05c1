"""Files in a site's folder that no run made (.gitignore, a note): they stay, so none may stand where a page will."""

from pathlib import Path

from whatworks.core.errors import SiteNotWritable
from whatworks.findings.language import LANGUAGES
from whatworks.workflow.manifest import MANIFEST, files_below
from whatworks.workflow.plan import FRONT_PAGES, PAGES, Plan, group_pages


def strangers_in(plan: Plan) -> list[str]:
    """Names of the files below the folder that are not from an earlier run.

    Raises
    ------
    SiteNotWritable
        If one stands where a page of a report, a target group or a front page will.
    """
    strangers = [name for name in files_below(plan.target) if name not in plan.old.files and name != MANIFEST]
    ours = set(FRONT_PAGES.values())
    ours |= {place for group in plan.groups for place in group_pages(group)}
    ours |= {f"{folder}/{page}.{language}.html" for folder in plan.questions for page in PAGES for language in LANGUAGES}
    for name in sorted(ours.intersection(strangers)):
        refuse_in_the_way(plan.target, name)
    return strangers


def refuse_in_the_way(target: Path, name: str) -> None:
    """Refuse to replace a file that no run made.

    Raises
    ------
    SiteNotWritable
    """
    raise SiteNotWritable(
        f"{target} holds {name}, which is not from an earlier run and would be replaced. "
        "Move it away, or choose another folder with --output."
    )
