"""The studies that go into one pool: read once, refused for the same reasons everywhere in this room."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from whatworks.core import Check
from whatworks.core.columns import numeric, require_columns
from whatworks.core.errors import DuplicateRows, InvalidColumn, InvalidOption, MissingValues
from whatworks.core.options import shown
from whatworks.synthesis.effect_size import refuse_rows

Array = np.ndarray

# Where a frame of effects says which direction is good for the citizen.
_DIRECTIONS = ("direction_of_good", "good")


@dataclass(frozen=True, kw_only=True, eq=False)
class Studies:
    """Effects on one scale, with their sampling variances and the studies they come from.

    Attributes
    ----------
    yi, vi : (k,) effects and sampling variances
    measure : what the effects are
    names, effects : (k,) what names the study and the effect within it in the frame; None where nothing does
    codes : (k,) the study of each effect, as a whole number from 0
    n_studies : number of distinct studies
    opposed : number of effects that count the other way round than most; None where the frame says nothing of direction
    """

    yi: Array
    vi: Array
    measure: str
    names: pd.Series | None
    effects: pd.Series | None
    codes: Array
    n_studies: int
    opposed: int | None = None

    @property
    def k(self) -> int:
        """Number of effects."""
        return len(self.yi)

    # Names are written out only where a table asks for them: that takes longer than the fit of a large pool.
    @cached_property
    def study(self) -> Array:
        """(k,) names of the studies, as text."""
        if self.names is None:
            return np.arange(1, self.k + 1).astype(str).astype(object)
        return self.names.astype(str).to_numpy(dtype=object)

    @cached_property
    def term(self) -> Array:
        """(k,) names of the rows, as text: the study, and the effect where a study has several."""
        return self.study if self.effects is None else self.study + ": " + self.effects.astype(str).to_numpy(dtype=object)


def read_studies(
    es: pd.DataFrame, *, yi: str, vi: str, study: str | None = None, effect: str | None = None, measure: str | None = None
) -> Studies:
    """Take effects, variances and names out of a frame, or say why they cannot be pooled.

    Parameters
    ----------
    es : one row per effect
    yi, vi : columns with effects on one scale and with sampling variances in squared units of it
    study, effect : columns that name the study, and the effect within it; rows are numbered from 1 without them
    measure : what ``yi`` is; by default what the column ``measure`` says, else "GEN"

    Raises
    ------
    EmptyData, MissingColumn, MissingValues, InvalidColumn
        If rows, columns or values are missing or no numbers, or if the column ``measure`` names several measures.
    InvalidEffect
        If a variance is not above 0.
    DuplicateRows
        If a study stands twice and ``effect`` does not tell its effects apart.
    InvalidOption
        If ``effect`` comes without ``study``, or ``measure`` contradicts the frame.

    Examples
    --------
    >>> read_studies(pd.DataFrame({"yi": [0.1, 0.4], "vi": [0.01, 0.02]}), yi="yi", vi="vi").term.tolist()
    ['1', '2']
    """
    names = [column for column in (yi, vi, study, effect) if column is not None]
    require_columns(es, names, what="es")
    effects, variances = numeric(es, yi, what="es"), numeric(es, vi, what="es")
    refuse_rows(variances <= 0, es.index, f"a variance in {vi!r} that is not above 0", "Correct or remove them.")
    _refuse_unnamed(es, study, effect)
    codes, distinct = (np.arange(len(es)), range(len(es))) if study is None else pd.factorize(es[study])
    return Studies(
        yi=effects,
        vi=variances,
        measure=_measure(es, measure),
        names=None if study is None else es[study],
        effects=None if effect is None else es[effect],
        codes=codes,
        n_studies=len(distinct),
        opposed=_opposed(es),
    )


def direction_checks(studies: Studies) -> tuple[Check, ...]:
    """Whether all effects count the same way; no check where the frame says nothing of it."""
    if studies.opposed is None:
        return ()
    message = "All effects count the same way."
    if studies.opposed:
        message = (
            f"{studies.opposed} of {studies.k} effects count the other way round: more is good in some and bad in others. "
            "Turn them first with ww.synthesis.flip."
        )
    counts = {"effects": float(studies.opposed), "of": float(studies.k)}
    return (Check(name="mixed_directions", passed=studies.opposed == 0, message=message, statistics=counts),)


def _opposed(es: pd.DataFrame) -> int | None:
    """Effects on the lesser side where a column says which direction is good and nothing says that they were turned."""
    column = next((name for name in _DIRECTIONS if name in es.columns), None)
    if column is None or "turned" in es.columns:
        return None
    ways = [int((es[column] == way).sum()) for way in ("up", "down")]
    return min(ways) if sum(ways) else None


def _refuse_unnamed(es: pd.DataFrame, study: str | None, effect: str | None) -> None:
    """A row must be told from every other."""
    if study is None:
        if effect is not None:
            raise InvalidOption(f"effect={effect!r} needs study=: an effect is told apart within its study.")
        return
    keys = [study] if effect is None else [study, effect]
    for column in keys:
        missing = int(es[column].isna().sum())
        if missing:
            raise MissingValues(f"es column {column!r} lacks a name in {missing} of {len(es)} rows. Name every one.")
    repeated = int(es.duplicated(keys).sum())
    if repeated:
        raise DuplicateRows(
            f"{repeated} rows repeat a {' and '.join(map(repr, keys))} that stands above them. Keep one row each, or name the "
            "column that tells several effects of one study apart in effect=."
        )


def _measure(es: pd.DataFrame, measure: str | None) -> str:
    """What the effects are: one measure, not several, and the frame and the caller agree."""
    if measure is not None and not isinstance(measure, str):
        raise InvalidOption(f"measure={shown(measure)}; a name such as 'SMD' is needed.")
    if "measure" not in es.columns or es["measure"].isna().all():
        return measure or "GEN"
    found = es["measure"].unique()
    if len(found) > 1:
        raise InvalidColumn(
            f"es column 'measure' names {len(found)} measures; a pool needs one scale. Select one measure, or convert the others."
        )
    if measure is not None and measure != str(found[0]):
        raise InvalidOption(f"measure={measure!r}, but es column 'measure' says {str(found[0])!r}. Correct one of them.")
    return str(found[0])
