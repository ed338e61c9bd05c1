"""The questions that reports answer: read from ``notebooks/parameters``, checked against everything they name."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from whatworks.core.errors import InvalidParameters
from whatworks.core.located_yaml import Located, read_located
from whatworks.core.unseen import spelt_out
from whatworks.documentation.privacy import looks_like_cpr
from whatworks.workflow.folder_names import folder_fault, place_faults
from whatworks.workflow.notebooks import default_parameters, read_notebook
from whatworks.workflow.parameter_values import is_plain, leads_out, lines_with_people, same_kind, texts
from whatworks.workflow.project import Project
from whatworks.workflow.question import DEFAULT_LANGUAGE, DESIGNS, REVIEWS_METHOD, Catalogues, Question
from whatworks.workflow.question_data import Asked, data_faults, listed, settled_faults, unknown
from whatworks.workflow.question_places import ONE_PLACE, PLACE_KEYS, Places, asked_of_each, asks_for_places, read_places

# What a question must say, by design; published reviews need no more than the group.
_NEEDED = {
    "matched": ("method", "outcome", "data"),
    "rollout": ("method", "outcome", "data"),
    "investment": ("effect", "data"),
    "benchmark": ("method", "outcome", "data"),
}
# What the run itself decides; a parameter file that sets them would write somewhere else, or say who it is twice.
_SET_BY_RUN = ("output", "target_group")
_OUT = "Take it out; nothing is run with it, and it is not shown here."


def read_questions(project: Project, catalogues: Catalogues) -> list[Question]:
    """All questions of a project, in the order of files and lines.

    Parameters
    ----------
    project : where the parameter files and the notebook stand
    catalogues : the evidence registry, for the codes that exist

    Returns
    -------
    Questions, no two with a report in the same folder.

    Raises
    ------
    InvalidParameters
        With every fault of every file at once: file, line, what is allowed, and the nearest name.

    Examples
    --------
    >>> from whatworks.workflow.project import Project
    >>> questions = read_questions(Project(Path(".").resolve()), ww.evidence.load())
    >>> "adults_autism/klare_billeder" in [question.folder for question in questions]
    True
    """
    reader = _Reader(project, catalogues)
    files = sorted(path for path in project.parameters.glob("*.y*ml") if not path.name.startswith("."))
    if not files:
        raise InvalidParameters(
            f"{project.relative(project.parameters)} holds no question. Add a file <target_group>.yml with a list of questions."
        )
    questions = [question for path in files for question in reader.file(path)]
    if reader.faults:
        count = len(reader.faults)
        heading = f"{count} fault{'s' if count > 1 else ''} in the parameter files:"
        raise InvalidParameters("\n".join([heading, *(f"  {fault}" for fault in reader.faults)]))
    return questions


class _Reader:
    """Reads file after file and collects every fault on the way."""

    def __init__(self, project: Project, catalogues: Catalogues) -> None:
        self.project = project
        self.catalogues = catalogues
        self.faults: list[str] = []
        self._defaults: dict[str, Mapping[str, Any]] = {}

    def defaults(self, design: Any) -> Mapping[str, Any]:
        """Names and defaults of the parameters of the notebook that answers a design."""
        known = design if design in (*DESIGNS, ONE_PLACE) else ""
        if known not in self._defaults:
            self._defaults[known] = default_parameters(read_notebook(self.project.notebook_of(known)))
        return self._defaults[known]

    def file(self, path: Path) -> Iterator[Question]:
        """The questions of one file."""
        if looks_like_cpr(path.name):
            self.faults.append(f"The name of a parameter file looks like a civil registration number. {_OUT}")
            return
        name = self.project.relative(path)
        if path.suffix != ".yml":
            self.faults.append(f"{name}: parameter files end in .yml. Rename it.")
            return
        try:
            people = lines_with_people(path)
            if people:
                self.faults += [f"{name}:{line}: holds what looks like a civil registration number. {_OUT}" for line in people]
                return
            content = read_located(path)
        except InvalidParameters as error:
            self.faults.append(str(error).replace(spelt_out(str(path)), name))
            return
        except (OSError, UnicodeDecodeError, RecursionError) as error:
            self.faults.append(f"{name}: cannot be read ({type(error).__name__}). Save it as plain UTF-8 text.")
            return
        located = Located(value=content.value, path=Path(name), lines=content.lines)
        if any(looks_like_cpr(text) for text in texts(content.value)):
            # Written so that no line of the file shows it, as with escaped characters.
            self.faults.append(f"{name}: a value looks like a civil registration number. {_OUT}")
            return
        yield from self._questions(located, path.stem)

    def _questions(self, located: Located, stem: str) -> Iterator[Question]:
        if not isinstance(located.value, dict):
            self._fault(located, (), "must hold the keys target_group and questions")
            return
        for key in located.value:
            self._known(located, (key,), key, ("target_group", "questions"), what="key")
        group = located.value.get("target_group")
        if group is None:
            self._fault(located, (), "target_group is missing")
        elif self._known(located, ("target_group",), group, self.catalogues.target_groups, what="target group") and group != stem:
            self._fault(
                located, ("target_group",), f"target_group is {group!r} but the file is named {stem}.yml; make them equal"
            )
        items = located.value.get("questions")
        if not isinstance(items, list) or not items:
            self._fault(located, ("questions",), "questions must be a list with at least one question")
            return
        asked: dict[str, Question] = {}
        for place, item in enumerate(items):
            question = self._question(located, place, item, str(group))
            if question is None:
                continue
            first = asked.get(question.folder)
            if first:
                self._fault(
                    located,
                    ("questions", place),
                    f"target group {group!r} and method {question.method!r} are asked about twice (first {first.where})",
                )
                continue
            asked[question.folder] = question
        for question in asked.values():
            self._effect(question, asked)
            yield question
            yield from self._of_places(question)

    def _of_places(self, question: Question) -> Iterator[Question]:
        """What is asked of single municipalities."""
        if question.places:
            for parameters in asked_of_each(question.parameters, question.places, self.defaults(ONE_PLACE)):
                yield replace(question, design=ONE_PLACE, parameters=parameters, effect=question.folder, places={})

    def _effect(self, question: Question, asked: Mapping[str, Question]) -> None:
        """What an investment case rests on is asked about in the same file, and is an effect of our own."""
        if question.effect is None:
            return
        measured = [folder for folder, other in asked.items() if other.design in ("matched", "rollout")]
        if question.effect not in measured:
            self.faults.append(
                f"{question.where}: the effect {question.effect!r} is no answer to a question of this file. "
                f"Name <target_group>/<method> of a matched or rollout question in it; {listed(measured)}."
            )

    def _question(self, located: Located, place: int, item: Any, group: str) -> Question | None:
        at: tuple[str | int, ...] = ("questions", place)
        before = len(self.faults)
        if not isinstance(item, dict):
            self._fault(located, at, "a question must be a block of keys: design, method, outcome, data")
            return None
        defaults = self.defaults(item.get("design"))
        allowed = [name for name in defaults if name not in _SET_BY_RUN]
        of_places = PLACE_KEYS if asks_for_places(item) else ()
        for key, value in item.items():
            if key in of_places:
                continue
            if self._known(located, (*at, key), key, allowed, what="parameter of the report notebook"):
                self._value(located, (*at, key), key, value, defaults[key])
        self._design(located, at, item)
        self._codes(located, at, item, group)
        if len(self.faults) == before:
            self._data(located, at, item, group)
        places = self._places(located, at, item, group) if of_places and len(self.faults) == before else {}
        if len(self.faults) > before:
            return None
        method = item.get("method") or _method_of(item) or REVIEWS_METHOD
        given = {"outcome": None, "data": None, "language": DEFAULT_LANGUAGE, **item, "target_group": group, "method": method}
        parameters = {name: given[name] for name in defaults if name in given}
        return Question(
            target_group=group,
            method=method,
            design=item["design"],
            parameters=parameters,
            where=located.where(*at),
            effect=item.get("effect"),
            places=places,
        )

    def _design(self, located: Located, at: tuple[str | int, ...], item: Mapping[str, Any]) -> None:
        design = item.get("design")
        if design is None:
            # A misspelt key has already been told, with what was meant.
            if set(item) <= set(self.defaults(design)):
                self._fault(located, at, f"design is missing; {listed(DESIGNS)}")
        elif self._known(located, (*at, "design"), design, DESIGNS, what="design") and design != "reviews":
            for key in _NEEDED[design]:
                if item.get(key) is None:
                    self._fault(located, at, f"{key} is missing; a {design!r} question needs it")
        elif design == "reviews" and item.get("method") not in (None, REVIEWS_METHOD):
            self._fault(located, (*at, "method"), f"a 'reviews' question is filed under {REVIEWS_METHOD!r}; leave method out")

    def _codes(self, located: Located, at: tuple[str | int, ...], item: Mapping[str, Any], group: str) -> None:
        for code in (group, item.get("method")):
            fault = folder_fault(code, of_site=code == group) if isinstance(code, str) else ""
            if fault:
                self._fault(located, at, fault)
        method = item.get("method") or _method_of(item)
        if method is not None and item.get("design") != "reviews":
            self._known(
                located, (*at, "method" if "method" in item else "effect"), method, self.catalogues.methods, what="method"
            )
        if item.get("outcome") is not None:
            self._known(located, (*at, "outcome"), item["outcome"], self.catalogues.outcomes, what="outcome")
        if item.get("language") is not None:
            self._known(located, (*at, "language"), item["language"], ("da", "en"), what="language")

    def _data(self, located: Located, at: tuple[str | int, ...], item: Mapping[str, Any], group: str) -> None:
        """Data that exist, and that are about what is asked: an answer never stands under another question's name."""
        method = item.get("method") or _method_of(item)
        if item["design"] == "reviews" or method is None:
            return
        asked = Asked(
            target_group=group, method=method, outcome=item.get("outcome"), invented=is_synthetic_method(self.catalogues, method)
        )
        for message in data_faults(self.project.root, item["design"], str(item["data"]), asked):
            self._fault(located, (*at, "data"), message)
        for key, message in settled_faults(self.project.root, item, asked):
            self._fault(located, (*at, key), message)

    def _places(self, located: Located, at: tuple[str | int, ...], item: Mapping[str, Any], group: str) -> Places:
        """The municipalities that are asked about one by one, all of them in the data and fit to name a folder."""
        asked = Asked(target_group=group, method=item["method"], outcome=item["outcome"], invented=False)
        places, faults = read_places(self.project.root, item, asked)
        faults += place_faults(places)
        for message in faults:
            self._fault(located, at, message)
        return places

    def _value(self, located: Located, at: tuple[str | int, ...], key: str, value: Any, default: Any) -> None:
        if not is_plain(value):
            self._fault(
                located, at, f"{key} is a {type(value).__name__}; text, numbers, true/false and lists of them are allowed"
            )
        elif value is not None and default is not None and not same_kind(value, default):
            hint = "; put it in quotes" if isinstance(default, str) else ""
            self._fault(located, at, f"{key} is {value!r}, but the notebook's default is {default!r}{hint}")
        for text in texts(value):
            if leads_out(text, self.project.root):
                self._fault(located, at, f"{key} is {text!r}, which leads out of the project; name something inside it")

    def _known(self, located: Located, at: tuple[str | int, ...], value: Any, allowed: Collection[str], *, what: str) -> bool:
        message = unknown(value, allowed, what=what)
        if message:
            self._fault(located, at, message)
        return not message

    def _fault(self, located: Located, at: tuple[str | int, ...], message: str) -> None:
        self.faults.append(f"{located.where(*at)}: {message}{'' if message.endswith('.') else '.'}")


def is_synthetic_method(catalogues: Catalogues, method: str) -> bool:
    """Is the method's name invented?"""
    return bool(catalogues.methods[method].fields.get("synthetic", False))


def _method_of(item: Mapping[str, Any]) -> str | None:
    """The method whose effect an investment case rests on."""
    effect = item.get("effect")
    return effect.partition("/")[2] or None if isinstance(effect, str) else None
