"""What every printed effect must hold to, whether pooled or of one study: interval, sign, place where it was seen."""

from collections.abc import Iterator, Mapping

from whatworks.evidence.csv_rows import ADDRESS, DOI, Row, number_of
from whatworks.evidence.measures import MEASURES

EFFECT = ("effect", "conf_low", "conf_high")


def interval_problems(row: Row) -> Iterator[str]:
    """An interval has two ends and holds its estimate; a ratio is above 0."""
    if bool(row["conf_low"]) != bool(row["conf_high"]):
        given, absent = ("conf_low", "conf_high") if row["conf_low"] else ("conf_high", "conf_low")
        yield f"{given} is given and {absent} is not; give both ends of the interval, or none."
    effect, low, high = (number_of(row, column) for column in EFFECT)
    if effect is not None and low is not None and high is not None and not low <= effect <= high:
        yield f"the interval {low:g} to {high:g} does not hold its estimate {effect:g}; it needs conf_low <= effect <= conf_high."
    measure = MEASURES.get(row["measure"])
    if measure is not None and measure.scale == "log":
        for column, value in zip(EFFECT, (effect, low, high), strict=True):
            if value is not None and value <= 0:
                yield f"{column} is {value:g}, but a ratio ({row['measure']}) is above 0. Was its logarithm written?"


def direction_problems(row: Row, goods: Mapping[str, str]) -> Iterator[str]:
    """A row printed the other way round than its outcome is counted says so, or a slip would read as a harm or a gain."""
    printed, usual = row["direction_of_good"], goods.get(row["outcome"])
    if printed not in ("up", "down") or usual is None or printed == usual:
        return
    measure = MEASURES.get(row["measure"])
    sides = ("above 1", "below 1") if measure is not None and measure.scale == "log" else ("positive", "negative")
    needed = f"sign: {sides[0] if printed == 'up' else sides[1]} favours the intervention"
    if needed.rpartition(" the ")[0] not in row["note"]:
        yield (
            f"direction_of_good is {printed}, but {usual} is good for the outcome {row['outcome']} in outcomes.yml. "
            f"If the review prints it the other way round, write {needed!r} in note; if not, correct direction_of_good."
        )


def place_problems(row: Row) -> Iterator[str]:
    """A DOI and an address have their forms, and a confirmed row says where it was confirmed."""
    if row["doi"] and not DOI.fullmatch(row["doi"]):
        yield f"doi {row['doi'][:80]!r} needs the form 10.1234/name, without https://doi.org/ before it."
    if row["seen_at"] and not ADDRESS.fullmatch(row["seen_at"]):
        yield f"seen_at {row['seen_at'][:80]!r} needs an address that begins with https:// or http://, or nothing."
    if row["confirmed"] == "yes" and not (row["doi"] or row["seen_at"]):
        yield "confirmed is yes, but neither doi nor seen_at says where the numbers were seen. Give one, or set confirmed to no."
