"""The documentation profile: indicators with known answers, and nothing about few people."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from tests.documentation.profile_tables import DAY, dates, joined, make_tables
from whatworks.core.errors import DisclosureRisk, EmptyData, InvalidOption, MissingData
from whatworks.documentation.profile_direction import direction_check
from whatworks.documentation.profile_privacy import hide_small
from whatworks.documentation.profile_reasons import missing_reasons
from whatworks.documentation.profiles import profile


def value(rows, indicator, *, unit="", measure=None):
    found = rows[(rows["unit"] == unit) & (rows["indicator"] == indicator)]
    return found[found["measure"] == measure].iloc[0] if measure else found.iloc[0]


@pytest.fixture
def tables():
    """20 episodes: 12 with both scores (8 better, 4 worse), 2 with a baseline only, 1 with neither ... see the numbers."""
    before = [50.0] * 6 + [60.0] * 6 + [50.0] * 6 + [None] * 7
    after = [70.0] * 6 + [66.0] + [40.0] * 5 + [None] * 6 + [55.0] * 6 + [None]
    return make_tables(before=before, after=after)


def test_coverage_is_counted_by_episode(tables):
    rows = profile(tables, as_of=date(2023, 12, 31))
    assert value(rows, "baseline")["value"] == pytest.approx(18 / 25)
    assert value(rows, "follow_up")["value"] == pytest.approx(18 / 25)
    assert value(rows, "before_and_after")["value"] == pytest.approx(12 / 25)
    assert value(rows, "before_and_after")["n"] == 25
    # 24 of 25 have a score: the one that has none would be told of.
    assert value(rows, "measured")["hidden"] == "few"


def test_a_score_too_far_from_the_start_is_no_baseline(tables):
    measurement = tables["measurement"]
    at_start = measurement["date"] == pd.Timestamp("2022-01-01")
    for days, share in ((60, 18 / 25), (61, 0.0)):
        moved = measurement.assign(date=measurement["date"].mask(at_start, measurement["date"] + pd.Timedelta(days=days)))
        rows = profile({**tables, "measurement": moved}, as_of=date(2023, 12, 31))
        assert value(rows, "baseline")["value"] == pytest.approx(share)


def test_progress_turns_the_scale_and_says_no_effect(tables):
    rows = profile(tables, as_of=date(2023, 12, 31))
    up = value(rows, "progress", measure="WHO5||citizen")
    assert (up["value"], up["n"]) == (pytest.approx(7 / 12), 12)
    turned = {**tables, "instrument": tables["instrument"].assign(higher_is_better=pd.array([False], dtype="boolean"))}
    down = value(profile(turned, as_of=date(2023, 12, 31)), "progress", measure="WHO5||citizen")
    assert down["value"] == pytest.approx(5 / 12)
    change = value(rows, "mean_change", measure="WHO5||citizen")["value"]
    baseline = [50.0] * 6 + [60.0] * 6 + [50.0] * 6
    assert change == pytest.approx(np.mean([20] * 6 + [6] + [-20] * 5) / np.std(baseline, ddof=1))


def test_where_the_goal_is_to_maintain_no_decline_is_what_was_aimed_for():
    same = {"before": [50.0] * 15 + [60.0] * 15, "after": [50.0] * 15 + [54.0] * 15}
    kept = profile(make_tables(**same, goal="maintain"), as_of=date(2023, 12, 31))
    assert value(kept, "progress", measure="WHO5||citizen")["value"] == pytest.approx(0.5)
    developed = profile(make_tables(**same, goal="develop"), as_of=date(2023, 12, 31))
    assert value(developed, "progress", measure="WHO5||citizen")["value"] == 0.0


def test_informants_are_never_mixed(tables):
    both = joined(tables, make_tables(before=[40.0, 50.0] * 6, after=[50.0, 60.0] * 6, informant="staff", prefix="x"))
    rows = profile(both, as_of=date(2023, 12, 31))
    measures = rows.loc[(rows["indicator"] == "progress") & (rows["unit"] == ""), "measure"].tolist()
    assert measures == ["WHO5||citizen", "WHO5||staff"]
    assert value(rows, "progress", measure="WHO5||citizen")["n"] == 12


def test_an_episode_too_short_or_ended_early_is_not_due_a_follow_up(tables):
    short = make_tables(before=[50.0] * 10, after=[None] * 10, start="2023-10-01", prefix="x")
    ended = make_tables(before=[50.0] * 10, after=[None] * 10, end="2022-04-01", prefix="y")
    rows = profile(joined(tables, short, ended), as_of=date(2023, 12, 31))
    assert value(rows, "follow_up")["n"] == 25
    assert value(rows, "baseline")["n"] == 45


def test_fresh_counts_open_episodes_with_a_score_in_the_last_half_year(tables):
    old = tables["measurement"].assign(date=lambda of: of["date"].mask(of.index % 2 == 0, pd.Timestamp("2022-01-15")))
    for frame, expected in ((tables["measurement"], 18 / 25), (old, 9 / 25)):
        rows = profile({**tables, "measurement": frame}, as_of=date(2023, 12, 28))
        assert value(rows, "fresh")["value"] == pytest.approx(expected)


def test_what_came_after_the_day_is_not_counted(tables):
    rows = profile(tables, as_of=date(2022, 12, 31))
    assert value(rows, "follow_up")["value"] == 0.0
    with pytest.raises(EmptyData, match="2021-12-31"):
        profile(tables, as_of=date(2021, 12, 31))


def test_a_documented_method_needs_an_intervention_with_one(tables):
    assert value(profile(tables), "method_and_group")["hidden"] == "unknown"
    done = pd.DataFrame({"episode_id": [f"e{n}" for n in range(15)], "method_id": ["m"] * 10 + [None] * 5})
    rows = profile({**tables, "intervention": done})
    assert value(rows, "method_and_group")["value"] == pytest.approx(10 / 25)


def test_citizens_reached_are_held_against_the_year_before_and_against_the_money(tables):
    new = make_tables(before=[50.0] * 10, after=[None] * 10, start="2023-02-01", prefix="x")
    both = joined(tables, new)
    rows = profile(both, as_of=date(2023, 12, 31))
    assert value(rows, "citizens")["value"] == 35
    assert value(rows, "citizens_change")["value"] == pytest.approx(35 / 25 - 1)
    cost = pd.DataFrame({"cost_id": ["a", "b", "c"], "episode_id": ["e0", "e1", "e1"], "quarter": ["2023K1", "2023K4", "2020K1"],
                         "amount": [1e6, 2.5e6, 9e6], "price_level": pd.array([2023, 2023, 2020], dtype="Int64")})  # fmt: skip
    assert value(profile({**both, "cost": cost}, as_of=date(2023, 12, 31)), "per_million")["value"] == pytest.approx(10.0)
    mixed = cost.assign(price_level=pd.array([2022, 2023, 2020], dtype="Int64"))
    assert value(profile({**both, "cost": mixed}, as_of=date(2023, 12, 31)), "per_million")["hidden"] == "unknown"


def test_coordination_is_told_by_episode(tables):
    contact = [
        (f"e{n}", *rest)
        for n in range(10)
        for rest in (("2022-02-01", "school", "meeting", 4), ("2022-03-01", "health", "handover", 10 + n))
    ]
    rows = pd.DataFrame(contact, columns=["episode_id", "date", "actor", "contact_type", "waiting_days"])
    rows = rows.assign(date=dates(rows["date"]), waiting_days=rows["waiting_days"].astype("Int64"))
    told = profile({**tables, "coordination": rows})
    assert value(told, "actors")["value"] == 2.0
    assert value(told, "handovers")["value"] == 1.0
    assert value(told, "waiting_days")["value"] == np.median([4] * 10 + list(range(10, 20)))
    assert value(told, "waiting_days")["n"] == 10


def test_staff_of_several_services_count_by_their_posts(tables):
    service = pd.DataFrame({"service_id": ["s1", "s2"], "service_name": ["Fyrren", "Birken"], "location_municipality": "751"})
    year = pd.DataFrame({"service_id": ["s1", "s1", "s2"], "year": pd.array([2022, 2023, 2023], dtype="Int64"),
                         "places_budgeted": pd.array([10, 10, 20], dtype="Int64"), "full_time_equivalents": [9.0, 10.0, 30.0],
                         "share_trained": [0.1, 0.5, 0.9], "sick_leave_days": [5.0, 100.0, 500.0]})  # fmt: skip
    told = profile({**tables, "service": service, "service_year": year}, as_of=date(2023, 12, 31))
    assert value(told, "staff_per_place", unit="751")["value"] == pytest.approx(40 / 30)
    assert value(told, "sick_leave_days", unit="751")["value"] == pytest.approx(15.0)
    assert value(told, "share_trained", unit="751")["value"] == pytest.approx(0.8)
    few = profile({**tables, "service": service, "service_year": year.assign(full_time_equivalents=[2.0, 2.0, 2.4])})
    assert value(few, "staff_per_place", unit="751")["hidden"] == "few"


def test_each_strategy_theme_has_an_indicator(tables):
    assert set(profile(tables)["theme"]) == {
        "documentation", "necessary_knowledge", "targeted_effort", "better_life", "for_more", "coordination", "staff",
    }  # fmt: skip


def test_profiles_by_service_have_the_services_names(tables):
    service = pd.DataFrame({"service_id": ["s1"], "service_name": ["Fyrren"], "location_municipality": ["751"]})
    rows = profile({**tables, "service": service}, by="service")
    assert set(rows["unit_name"]) == {"", "Fyrren"}
    with pytest.raises(MissingData, match="service_id"):
        profile({**tables, "episode": tables["episode"].drop(columns="service_id")}, by="service")


def test_wrong_use_is_refused(tables):
    with pytest.raises(InvalidOption, match="by='team'"):
        profile(tables, by="team")
    with pytest.raises(DisclosureRisk):
        profile(tables, k=2)
    with pytest.raises(MissingData, match="episode"):
        profile({})
    with pytest.raises(MissingData, match="measurement"):
        direction_check({"episode": tables["episode"]})


def frame(rows):
    return pd.DataFrame(rows, columns=["unit", "indicator", "measure", "kind", "value", "n"])


@pytest.mark.parametrize(
    ("kind", "share", "n", "hidden"),
    [
        ("share", 0.5, 10, ""),
        ("share", 0.5, 8, "few"),
        ("share", 0.5, 4, "few"),
        ("share", 4 / 50, 50, "few"),
        ("share", 46 / 50, 50, "few"),
        ("share", 5 / 50, 50, ""),
        ("share", 1.0, 19, "few"),
        ("share", 0.0, 19, "few"),
        ("share", 1.0, 20, ""),
        ("count", 4.0, 4, "few"),
        ("mean", 0.3, 4, "few"),
        ("mean", 0.3, 5, ""),
        ("mean", np.nan, 0, "unknown"),
    ],
)
def test_a_number_about_few_people_on_either_side_is_hidden(kind, share, n, hidden):
    out = hide_small(frame([("751", "a", "", kind, share, float(n))])).iloc[0]
    assert out["hidden"] == hidden
    assert pd.isna(out["value"]) is bool(hidden)
    assert pd.isna(out["n"]) is bool(hidden)


def test_a_single_hidden_unit_cannot_be_found_from_the_whole():
    rows = frame([("", "a", "", "count", 63.0, 63.0), ("1", "a", "", "count", 3.0, 3.0), ("2", "a", "", "count", 20.0, 20.0),
                  ("3", "a", "", "count", 40.0, 40.0)])  # fmt: skip
    assert hide_small(rows)["hidden"].tolist() == ["", "few", "few", ""]
    # With nobody to hide behind, the whole is not shown.
    assert hide_small(rows.iloc[:2])["hidden"].tolist() == ["few", "few"]


def test_a_hidden_service_cannot_be_found_from_its_municipality():
    rows = frame([("", "a", "", "count", 95.0, 95.0), ("s1", "a", "", "count", 3.0, 3.0), ("s2", "a", "", "count", 2.0, 2.0),
                  ("s3", "a", "", "count", 40.0, 40.0), ("s4", "a", "", "count", 50.0, 50.0)])  # fmt: skip
    within = {"s1": "751", "s3": "751", "s2": "730", "s4": "730"}
    assert hide_small(rows, within=within)["hidden"].tolist() == ["", "few", "few", "few", "few"]


def test_two_hidden_units_cannot_be_found_together_from_the_whole():
    # The whole less what is shown would tell that the two have two people between them, and so one each.
    rows = frame([("", "a", "", "count", 52.0, 52.0), ("1", "a", "", "count", 1.0, 1.0), ("2", "a", "", "count", 1.0, 1.0),
                  ("3", "a", "", "count", 20.0, 20.0), ("4", "a", "", "count", 30.0, 30.0)])  # fmt: skip
    assert hide_small(rows)["hidden"].tolist() == ["", "few", "few", "few", ""]


def test_the_few_on_one_side_of_a_share_cannot_be_found_from_the_whole():
    # Hidden together: 2 of 25 without a score, as the whole less what is shown would tell.
    rows = frame([("", "a", "", "share", 0.20, 100.0), ("1", "a", "", "share", 0.1, 10.0), ("2", "a", "", "share", 1 / 15, 15.0),
                  ("3", "a", "", "share", 0.2, 35.0), ("4", "a", "", "share", 11 / 40, 40.0)])  # fmt: skip
    assert hide_small(rows)["hidden"].tolist() == ["", "few", "few", "few", ""]


def test_what_is_hidden_of_a_municipality_is_not_the_sum_of_its_services():
    rows = frame([("", "a", "", "count", 90.0, 90.0), ("s1", "a", "", "count", 20.0, 20.0), ("s2", "a", "", "count", 30.0, 30.0),
                  ("s3", "a", "", "count", 40.0, 40.0)])  # fmt: skip
    within = {"s1": "751", "s2": "751", "s3": "730"}
    assert (hide_small(rows, within=within)["hidden"] == "").all()
    hidden = hide_small(rows, within=within, hidden_wholes=[("751", "a", "")])["hidden"]
    assert hidden.tolist() == ["", "few", "few", ""]


def of_the_same_people(rng, within):
    """Three shares about the same people, by service and by the municipality each lies in."""
    n = np.maximum(1, rng.lognormal(2.6, 1.2, len(within))).astype(int)
    tables = []
    for parts in (dict.fromkeys(within), within):
        rows = []
        for indicator in "abc":
            yes = rng.binomial(n, rng.uniform(0.05, 0.95, len(n)))
            own = pd.DataFrame({"unit": [place or unit for unit, place in parts.items()], "n": n, "yes": yes})
            sums = pd.concat([own.assign(unit=""), own]).groupby("unit").sum()
            rows += [(unit, indicator, "", "share", of.yes / of.n, float(of.n)) for unit, of in sums.iterrows()]
        tables.append(frame(rows))
    return tables


def told_by_subtraction(known, parts, true, k=5):
    """Whether the sum of parts, less those that stand somewhere, is one small part or few people."""
    whole, names = parts
    unseen = [name for name in names if name not in known]
    if whole not in known or not unseen:
        return False
    rest = sum(true[name] for name in unseen)
    return rest < k or (len(unseen) == 1 and true[unseen[0]] < k)


def test_how_many_people_a_small_unit_has_cannot_be_found_from_what_other_indicators_say_about_others():
    # By the first indicator alone 1 and 3 are hidden, by the second 1 and 2: each shows what the other hides.
    rows = [("a", [34, 2, 27, 19], [27, 2, 24, 15]), ("b", [34, 2, 27, 19], [31, 0, 6, 2]), ("c", [34, 2, 27, 19], [23, 2, 4, 7])]
    units = [
        (unit, indicator, "", "share", y / m, float(m))
        for indicator, n, yes in rows
        for unit, m, y in zip(["", "0", "1", "2", "3"], [82, *n], [sum(yes), *yes], strict=True)
    ]
    out = hide_small(frame(units))
    shown = set(out.loc[out["hidden"] == "", "unit"])
    assert not {"1", "3"} & shown
    assert {"", "0", "2"} <= shown


@pytest.mark.parametrize("seed", [4, 43, 52, 89])
def test_no_small_unit_is_found_from_many_indicators_on_two_pages(seed):
    # Of 180 such tables these four gave one away while every indicator was hidden by itself.
    rng = np.random.default_rng(seed)
    within = {f"s{place}": str(rng.integers(701, 704)) for place in range(rng.integers(3, 9))}
    services, municipalities = of_the_same_people(rng, within)
    page = hide_small(municipalities)
    gone = page.loc[(page["hidden"] == "few") & (page["unit"] != ""), ["unit", "indicator", "measure"]]
    wholes = [tuple(each) for each in gone.itertuples(index=False)]
    both = pd.concat([page, hide_small(services, within=within, hidden_wholes=wholes)])
    known = set(both.loc[both["hidden"] == "", "unit"])
    true = pd.concat([municipalities, services]).drop_duplicates("unit").set_index("unit")["n"].to_dict()
    places = sorted(set(within.values()))
    inside = {place: [unit for unit in within if within[unit] == place] for place in places}
    # A municipality all of whose services are known is known.
    known |= {place for place in places if known >= set(inside[place])}
    sums = [("", list(within)), ("", places), *inside.items()]
    assert not any(told_by_subtraction(known, each, true) for each in sums)


def missing(counts):
    """Measurements without a score, by municipality and reason."""
    rows, episodes = [], []
    for municipality, reasons in counts.items():
        episodes.append((f"e{municipality}", "b", "t", municipality))
        rows += [(f"e{municipality}", reason) for reason, n in reasons.items() for _ in range(n)]
    episode = pd.DataFrame(episodes, columns=["episode_id", "citizen_id", "target_group_code", "acting_municipality"])
    episode = episode.assign(start=pd.Timestamp("2022-01-01"), end=pd.NaT)
    measurement = pd.DataFrame(rows, columns=["episode_id", "missing_reason"])
    return {"episode": episode, "measurement": measurement.assign(date=DAY, value=np.nan, instrument="WHO5")}


def test_reasons_for_missing_scores_are_counted():
    out = missing_reasons(missing({"751": {"declined": 10, "not_asked": 30, "-": 10}, "730": {"declined": 20, "not_asked": 20}}))
    shares = out.set_index(["unit", "reason"])["share"]
    assert shares["751", "not_asked"] == pytest.approx(0.6)
    assert shares["751", "not_stated"] == pytest.approx(0.2)
    assert shares["", "declined"] == pytest.approx(30 / 90)


def test_a_hidden_reason_cannot_be_found_from_its_row_or_column():
    here = {"declined": 3, "not_asked": 30, "system_error": 10}
    there = {"declined": 20, "not_asked": 20, "system_error": 9}
    out = missing_reasons(missing({"751": here, "730": there}))
    shown = out.pivot_table(index="unit", columns="reason", values="n", aggfunc="sum", dropna=False)
    hidden = out.set_index(["unit", "reason"])["hidden"]
    assert hidden["751", "declined"] == "few"
    for unit in ("751", "730"):
        own = out[out["unit"] == unit]
        assert (own["hidden"] != "").sum() != 1
        assert own["share"].isna().all() or not (own["hidden"] != "").any()
    for reason in shown.columns:
        assert (out[(out["reason"] == reason) & (out["unit"] != "")]["hidden"] != "").sum() != 1


def test_a_reason_that_few_gave_in_all_is_not_found_from_how_many_scores_are_missing():
    # The profile tells that 143 are missing; without the 3 who declined every reason could be added up to 140.
    here, there = {"declined": 3, "not_asked": 30, "system_error": 10}, {"not_asked": 40, "system_error": 20}
    out = missing_reasons(missing({"751": here, "730": there, "657": {"not_asked": 25, "system_error": 15}}))
    top = out[out["unit"] == ""].set_index("reason")
    assert top["hidden"].to_dict() == {"declined": "few", "not_asked": "", "system_error": "few"}
    assert top.loc["not_asked", "n"] == 95
    assert (out.loc[(out["reason"] == "system_error") & (out["unit"] != ""), "hidden"] == "few").any()


def test_a_hidden_reason_of_a_service_cannot_be_found_from_its_municipality():
    # On the page of 751 stand 33 of not_asked; s1 and s2 lie there.
    counts = {
        "s1": {"declined": 3, "not_asked": 24},
        "s2": {"declined": 12, "not_asked": 9},
        "s3": {"declined": 9, "not_asked": 7},
    }
    tables = missing(counts)
    episode = tables["episode"]
    within = {"s1": "751", "s2": "751", "s3": "730"}
    episode = episode.assign(service_id=episode["acting_municipality"], acting_municipality=list(within.values()))
    service = pd.DataFrame({"service_id": list(within), "service_name": list(within), "location_municipality": within.values()})
    tables |= {"episode": episode, "service": service}
    above = missing_reasons(tables)
    assert (above.loc[above["unit"] == "751", "hidden"] == "").all()
    hidden = missing_reasons(tables, by="service").set_index(["unit", "reason"])["hidden"]
    assert hidden["s1", "declined"] == hidden["s1", "not_asked"] == hidden["s2", "declined"] == hidden["s2", "not_asked"] == "few"
    assert hidden["s3", "declined"] == ""


def test_two_small_reasons_are_not_found_from_their_sum_and_nobody_is_told_which_are_small():
    there = {"751": {"declined": 1, "not_asked": 30}, "730": {"declined": 1, "not_asked": 35}}
    out = missing_reasons(missing({**there, "657": {"declined": 20, "not_asked": 50}, "740": {"declined": 30, "not_asked": 9}}))
    declined = out[(out["reason"] == "declined") & (out["unit"] != "")]
    assert (declined["hidden"] == "few").sum() > 2
    assert set(out["hidden"]) == {"", "few"}


def test_one_unit_with_one_small_reason_shows_nothing():
    out = missing_reasons(missing({"751": {"declined": 3}}))
    assert out["n"].isna().all()


def correlated(rng, n, *, turned=False, municipality, prefix):
    before = rng.normal(50, 15, n)
    after = 0.7 * (before - 50) + 60 + rng.normal(0, 8, n)
    after = 100 - after if turned else after
    return make_tables(before=before.tolist(), after=after.tolist(), municipality=municipality, prefix=prefix)


def test_a_unit_that_turned_its_scale_round_is_found_and_the_others_are_not():
    rng = np.random.default_rng(4)
    units = [correlated(rng, 40, turned=place == 2, municipality=code, prefix=code)
             for place, code in enumerate(("615", "657", "661", "665", "671"))]  # fmt: skip
    out = direction_check(joined(*units)).set_index("unit")
    assert out.index[out["suspect"]].tolist() == ["661"]
    assert out.loc["661", "opposite"]
    assert out.loc["661", "reversed_pairs"]


@pytest.mark.slow
def test_clean_units_are_seldom_suspected():
    suspected = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        units = [correlated(rng, 25, municipality=str(600 + place), prefix=f"{place}-") for place in range(5)]
        suspected.append(direction_check(joined(*units))["suspect"].mean())
    assert np.mean(suspected) < 0.02


def test_few_changes_are_neither_judged_nor_shown(tables):
    small = make_tables(before=[50.0] * 4, after=[40.0] * 4, municipality="730", prefix="x")
    assert direction_check(joined(tables, small))["unit"].tolist() == ["751"]
