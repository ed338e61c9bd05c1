"""Small tables with known answers, made row by row."""

import pandas as pd

DAY = pd.Timestamp("2023-12-31")


def dates(values):
    return pd.Series(pd.to_datetime(values)).astype("datetime64[s]")


def make_tables(
    *, before, after, municipality="751", service="s1", start="2022-01-01", end=None, goal=None, informant="citizen", prefix=""
):
    """Episodes with a score at the start and one a year later; None leaves a score out."""
    n = len(before)
    ids = [f"{prefix}e{place}" for place in range(n)]
    episode = pd.DataFrame(
        {
            "episode_id": ids,
            "citizen_id": [f"{prefix}b{place}" for place in range(n)],
            "target_group_code": "autism",
            "law": "SEL",
            "paragraph": "107",
            "service_id": service,
            "acting_municipality": municipality,
            "start": dates([start] * n),
            "end": dates([end] * n),
            "goal_type": pd.Series([goal] * n, dtype="str"),
        }
    )
    rows = [
        (f"{prefix}m{kind}{place}", ids[place], "WHO5", day, value, informant)
        for kind, values, day in (("b", before, start), ("a", after, "2023-06-30"))
        for place, value in enumerate(values)
        if value is not None
    ]
    measurement = pd.DataFrame(rows, columns=["measurement_id", "episode_id", "instrument", "date", "value", "informant"])
    measurement = measurement.assign(date=dates(measurement["date"]), value=measurement["value"].astype("float64"))
    instrument = pd.DataFrame({"instrument": ["WHO5"], "higher_is_better": pd.array([True], dtype="boolean")})
    return {"episode": episode, "measurement": measurement, "instrument": instrument}


def joined(*tables):
    """Several sets of tables as one; reference tables once."""
    names = {name: None for one in tables for name in one}
    out = {name: pd.concat([one[name] for one in tables if name in one], ignore_index=True) for name in names}
    return {**out, "instrument": tables[0]["instrument"]}
