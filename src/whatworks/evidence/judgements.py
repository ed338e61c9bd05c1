"""Judgements that people made: which question, which answer, in which role, and why. Never a person's name."""

from collections.abc import Iterator, Mapping

import pandas as pd

from whatworks.core.columns import require_columns
from whatworks.core.errors import InvalidEvidence
from whatworks.evidence.csv_rows import NumberedRow, Row, frame_of, number_of
from whatworks.evidence.faults import not_allowed
from whatworks.evidence.questions import QUESTIONS, ROB2_ANSWERS, ROB2_DOMAINS, ROBINS_ANSWERS, ROBINS_DOMAINS, ROLES

JUDGEMENT_COLUMNS = ("study_id", "target_group", "method", "outcome", "question", "answer", "role", "reason")
JUDGEMENT_OPTIONAL = ("study_id", "target_group", "method", "outcome")
# The name our own result stands under among the studies of a body; people judge it as they judge the others.
OWN_STUDY = "our_own"
_SORTING = ("target_group", "method", "outcome")
# Which answer is worse, for tools whose overall judgement follows from their domains.
_TOOLS = {"rob2_overall": (tuple(ROB2_DOMAINS), ROB2_ANSWERS), "robins_overall": (tuple(ROBINS_DOMAINS), ROBINS_ANSWERS)}


def judgement_frame(rows: list[Row]) -> pd.DataFrame:
    """Judgements as a frame of text."""
    return frame_of(rows, JUDGEMENT_COLUMNS, counts=(), numbers=())


def judgement_problems(
    rows: list[NumberedRow], studies: set[str], codes: Mapping[str, tuple[str, ...] | None]
) -> Iterator[tuple[int, str]]:
    """What is wrong in the judgements of one table, with the line."""
    seen: dict[tuple[str, ...], int] = {}
    for line, row in rows:
        for message in _row_problems(row, studies, codes):
            yield line, message
        key = tuple(row[column] for column in ("study_id", *_SORTING, "question", "role"))
        if key in seen:
            yield line, f"the same question is answered twice in the same role (line {seen[key]}). Keep one answer."
        seen.setdefault(key, line)
    yield from _too_mild(rows)


def answer_of(judgements: pd.DataFrame, question: str, study_id: str = "") -> str | None:
    """The answer to a question about a study, or about the body where no study is named; None where nobody gave one.

    An answer by consensus goes before one reviewer's. For the overall risk of bias, the worst domain answers where all domains
    are judged and the overall question is not.

    Raises
    ------
    InvalidEvidence
        If two people gave different answers and there is no consensus.
    """
    # Asked hundreds of times of a short table: plain lists are quicker than filtering a frame.
    columns = (judgements[name].tolist() for name in ("question", "study_id", "role", "answer"))
    found = [
        (role, answer) for asked, about, role, answer in zip(*columns, strict=True) if (asked, about) == (question, study_id)
    ]
    agreed = [answer for role, answer in found if role == "consensus"]
    answers = list(dict.fromkeys(agreed or [answer for _, answer in found]))
    if len(answers) > 1:
        about = f"study {study_id}" if study_id else "the body of studies"
        raise InvalidEvidence(f"{question} has {len(answers)} different answers for {about}. Add one with the role consensus.")
    return answers[0] if answers else _from_domains(judgements, question, study_id)


def read_judgements(judgements: pd.DataFrame | None) -> pd.DataFrame:
    """Judgements given to a function, with columns that were left out filled with nothing.

    Raises
    ------
    MissingColumn, InvalidEvidence
        If a needed column is missing, or a question, answer, role or reason does not hold.
    """
    if judgements is None or len(judgements) == 0:
        return judgement_frame([])
    require_columns(judgements, [c for c in JUDGEMENT_COLUMNS if c not in JUDGEMENT_OPTIONAL], what="judgements")
    table = judgements.reindex(columns=list(JUDGEMENT_COLUMNS)).astype(object)
    table = table.where(table.notna(), "").astype("str")
    rows: list[NumberedRow] = [
        (place, {column: str(cell) for column, cell in zip(JUDGEMENT_COLUMNS, cells, strict=True)})
        for place, cells in enumerate(table.itertuples(index=False, name=None))
    ]
    faults = [f"row {place}: {message}" for place, message in judgement_problems(rows, set(table["study_id"]), {})]
    if faults:
        raise InvalidEvidence("Judgements that do not hold:\n" + "\n".join(faults))
    return table


def _row_problems(row: Row, studies: set[str], codes: Mapping[str, tuple[str, ...] | None]) -> Iterator[str]:
    for column in _SORTING:
        known = codes.get(column)
        if row[column] and known is not None and row[column] not in known:
            yield not_allowed(column, row[column], known)
    if row["role"] not in ROLES:
        yield not_allowed("role", row["role"], ROLES)
    if not row["reason"]:
        yield "reason is empty; a judgement needs one."
    question = QUESTIONS.get(row["question"])
    if question is None:
        yield not_allowed("question", row["question"], tuple(QUESTIONS))
        return
    if question.answers and row["answer"] not in question.answers:
        yield not_allowed(f"answer to {row['question']}", row["answer"], question.answers)
    share = number_of(row, "answer")
    if not question.answers and (share is None or not 0 <= share <= 1):
        yield f"answer to {row['question']} needs a share from 0 to 1; it holds {row['answer'][:80]!r}."
    if question.about == "study" and row["study_id"] not in {*studies, OWN_STUDY}:
        yield not_allowed("study_id", row["study_id"], sorted(studies))
    if question.about == "body" and row["study_id"]:
        yield f"{row['question']} is about all studies together; leave study_id empty."


def _too_mild(rows: list[NumberedRow]) -> Iterator[tuple[int, str]]:
    """An overall risk of bias below that of its worst domain."""
    for overall, (domains, order) in _TOOLS.items():
        for line, row in rows:
            if row["question"] != overall or row["answer"] not in order:
                continue
            worst = [
                order.index(other["answer"])
                for _, other in rows
                if other["question"] in domains
                and other["answer"] in order
                and (other["study_id"], other["role"]) == (row["study_id"], row["role"])
            ]
            if worst and max(worst) > order.index(row["answer"]):
                yield (
                    line,
                    f"{overall} is {row['answer']}, but a domain is {order[max(worst)]}; it is at least as bad as that.",
                )


def _from_domains(judgements: pd.DataFrame, question: str, study_id: str) -> str | None:
    if question not in _TOOLS:
        return None
    domains, order = _TOOLS[question]
    answers = [answer_of(judgements, domain, study_id) for domain in domains]
    known = [answer for answer in answers if answer is not None]
    return max(known, key=order.index) if len(known) == len(domains) else None
