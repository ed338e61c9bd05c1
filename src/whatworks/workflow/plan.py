"""What a run has to do: which reports changed, which only need pages, which stay."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whatworks.core.errors import UnknownCode
from whatworks.findings.language import LANGUAGES
from whatworks.workflow.keys import report_keys
from whatworks.workflow.manifest import DONE, SiteManifest, is_whole, read_site
from whatworks.workflow.project import Project
from whatworks.workflow.question import Question
from whatworks.workflow.unchanged import inputs, named_in

# The folder opens at the first of these, whatever its languages.
TOP_PAGE = "index.html"
FRONT_PAGES = {"da": TOP_PAGE, "en": "en/index.html"}
PAGES = ("finding", "report")
# The folder of the pages about the documentation itself.
DOCUMENTATION = "documentation"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What stands, what is asked, and what each report needs.

    Attributes
    ----------
    target, old : the site's folder, and the site in it now
    languages : of the new site
    questions, keys : by report folder, every question of the project
    selected : the reports asked for
    execute : reports whose notebook is run
    render : reports that get new pages from an earlier run of their notebook
    inputs : one name for all that a site is made from
    """

    target: Path
    old: SiteManifest
    languages: tuple[str, ...]
    questions: Mapping[str, Question]
    keys: Mapping[str, str]
    selected: tuple[str, ...]
    execute: tuple[str, ...]
    render: tuple[str, ...]
    inputs: Mapping[str, Any]

    @property
    def kept(self) -> tuple[str, ...]:
        """Reports of the old site that stay as they are."""
        touched = {*self.execute, *self.render}
        return tuple(folder for folder in self.questions if folder in self.old.reports and folder not in touched)

    @property
    def groups(self) -> tuple[str, ...]:
        """The target groups that have a page of their own: those with a question."""
        return tuple(dict.fromkeys(question.target_group for question in self.questions.values()))

    @property
    def stands(self) -> bool:
        """True when the site already is what it would become."""
        reports = {folder: self.old.reports[folder] for folder in self.kept}
        pages = {TOP_PAGE, *FRONT_PAGES.values(), *(place for group in self.groups for place in group_pages(group))}
        fronts = [name for name in self.old.files if name in pages or name.startswith(f"{DOCUMENTATION}/")]
        same = not self.execute and not self.render and self.old.key == site_key(reports, self.languages)
        return same and bool(fronts) and is_whole(self.target, self.old, fronts)

    def key(self, folder: str) -> str:
        """The key to write down: that of the run which the pages are made from."""
        return self.keys[folder] if folder in self.execute else self.old.reports[folder]["key"]

    def inputs_of(self, reports: Mapping[str, Mapping[str, str]]) -> Mapping[str, Any]:
        """What to write down as the inputs of a site with these reports: nothing where one of them is older or failed."""
        current = {folder: {"key": key, "status": DONE} for folder, key in self.keys.items()}
        return self.inputs if dict(reports) == current else {}


def group_pages(target_group: str, languages: Sequence[str] = LANGUAGES) -> tuple[str, ...]:
    """Where a target group's own page stands, in each language."""
    return tuple(f"{target_group}/index.{language}.html" for language in languages)


def plan_site(
    project: Project,
    target: Path,
    questions: Sequence[Question],
    *,
    selected: tuple[str, ...],
    languages: tuple[str, ...],
    force: bool = False,
) -> Plan:
    """Compare what stands with what is asked.

    Parameters
    ----------
    project, questions : what is asked
    target : the folder of the site
    selected : folders of the reports asked for; others stay as they are, unless files of theirs are missing
    languages : of the new site. When they change, all pages are made anew, since pages link to their other language
    force : run every selected report

    Raises
    ------
    SiteNotWritable
        If the folder holds a site whose manifest is damaged.
    """
    found = inputs(project, named_in(project, (value for each in questions for value in each.parameters.values())))
    keys = report_keys(project, questions)
    old = read_site(target)
    execute, render = [], []
    for folder, key in keys.items():
        entry = old.reports.get(folder)
        chosen = folder in selected
        if entry is None:
            stale = chosen
        elif not is_whole(target, old, old.files_of(folder)):
            stale = True
        elif entry["status"] != DONE:
            stale = chosen or old.languages != languages
        else:
            stale = chosen and (force or entry["key"] != key)
        if stale:
            execute.append(folder)
        elif entry is not None and old.languages != languages:
            render.append(folder)
    return Plan(
        target=target,
        old=old,
        languages=languages,
        questions={question.folder: question for question in questions},
        keys=keys,
        selected=selected,
        execute=tuple(execute),
        render=tuple(render),
        inputs=found,
    )


def select(questions: Sequence[Question], *, target_groups: Sequence[str], methods: Sequence[str]) -> tuple[str, ...]:
    """Folders of the reports asked for; all where nothing is named.

    Raises
    ------
    UnknownCode
        If a target group or method is in no question, listing those that are; or if no question has both.
    """
    for name, asked in (("target_group", target_groups), ("method", methods)):
        known = sorted({getattr(question, name) for question in questions})
        unknown = sorted(set(asked) - set(known))
        if unknown:
            raise UnknownCode(
                f"No question has the {name.replace('_', ' ')} {', '.join(map(repr, unknown))}. "
                f"Questions are asked for: {', '.join(known)}."
            )
    of_groups = [question for question in questions if not target_groups or question.target_group in target_groups]
    found = tuple(question.folder for question in of_groups if not methods or question.method in methods)
    if not found:
        have = ", ".join(sorted(question.folder for question in of_groups))
        raise UnknownCode(f"No question has both that target group and that method. There are: {have}.")
    return found


def site_key(reports: Mapping[str, Mapping[str, str]], languages: Sequence[str]) -> str:
    """Name of the content of the front pages."""
    content = [{folder: dict(entry) for folder, entry in reports.items()}, list(languages)]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
