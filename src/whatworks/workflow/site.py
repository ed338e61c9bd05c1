"""From questions to a site: run what changed, carry over the rest, put it in place at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from whatworks.core.errors import InvalidOption
from whatworks.core.options import one_of
from whatworks.findings.language import LANGUAGES
from whatworks.workflow.failures import Failure
from whatworks.workflow.folder import left_behind, recover
from whatworks.workflow.project import Project, find_project
from whatworks.workflow.unchanged import untouched

if TYPE_CHECKING:
    from whatworks.workflow.assembly import Progress
    from whatworks.workflow.jobs import Runner


@dataclass(frozen=True, kw_only=True)
class ReportStatus:
    """What became of one report: ``status`` is "made", "rendered", "unchanged" or "failed".

    ``failure`` says why it failed, ``earlier`` why a first try did.
    """

    folder: str
    status: str
    seconds: float = 0.0
    failure: Failure | None = None
    earlier: Failure | None = None


@dataclass(frozen=True, kw_only=True)
class SiteRun:
    """What a run did.

    Attributes
    ----------
    output : the site
    changed : False when the site was left untouched
    reports : the reports asked for, and any other that was made, in the order of their questions

    Examples
    --------
    >>> SiteRun(output=Path("reports"), changed=False, reports=()).changed
    False
    """

    output: Path
    changed: bool
    reports: tuple[ReportStatus, ...]

    @property
    def failed(self) -> tuple[ReportStatus, ...]:
        """The reports that have an error page."""
        return tuple(report for report in self.reports if report.status == "failed")


def build_site(
    root: str | Path = ".",
    *,
    target_groups: Iterable[str] = (),
    methods: Iterable[str] = (),
    languages: Iterable[str] = LANGUAGES,
    output: str | Path | None = None,
    force: bool = False,
    runner: "Runner | None" = None,
    progress: "Progress | None" = None,
) -> SiteRun:
    """Bring the site up to date: run the reports whose content key changed, carry the others over, swap in the whole.

    Parameters
    ----------
    root : the project, or a folder in it
    target_groups, methods : make these only; all by default. Reports that are not asked for stay as they are
    languages : the site's languages. One that is new is rendered from what was run before
    output : the site's folder; ``reports`` in the project by default
    force : run every report asked for, changed or not
    runner : where jobs run; :func:`in_processes` on this machine by default
    progress : is told what is planned and what is done

    Returns
    -------
    What was done. A report that failed has an error page in every language, and nothing of its older results.

    Raises
    ------
    InvalidParameters, InvalidEvidence
        If a question or the evidence base has faults; all are listed, and nothing is run.
    UnknownCode
        If no question has such a target group or method.
    SiteNotWritable, SiteBusy
        If the folder cannot be replaced, or another run is writing it. The old site is whole.

    Examples
    --------
    A folder without questions is refused, with the next step.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as empty:
    ...     build_site(empty)
    Traceback (most recent call last):
    whatworks.core.errors.MissingData: ...
    """
    project = find_project(root)
    target = _target(project, output)
    spoken = tuple(one_of(language, LANGUAGES, name="language") for language in languages)
    groups, kinds = tuple(target_groups), tuple(methods)
    recover(target)
    if not (groups or kinds or force or left_behind(target)):
        same = untouched(project, target, languages=[language for language in LANGUAGES if language in spoken])
        if same is not None:
            reports = tuple(ReportStatus(folder=folder, status="unchanged") for folder in same)
            return SiteRun(output=target, changed=False, reports=reports)
    # Planning reads deliveries and catalogues, which costs more to import than a run with nothing to do may take.
    from whatworks.workflow.update import Asked, bring_up_to_date

    asked = Asked(target_groups=groups, methods=kinds, languages=spoken, force=force)
    return bring_up_to_date(project, target, asked, runner=runner, progress=progress)


def _target(project: Project, output: str | Path | None) -> Path:
    target = (project.root / "reports" if output is None else Path(output)).resolve()
    if project.root.resolve().is_relative_to(target):
        raise InvalidOption(f"{target} holds the project itself, and a site replaces its folder as a whole. Name another folder.")
    return target
