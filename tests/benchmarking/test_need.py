"""Expected spending, comparison groups, and what providers do: against brute force, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import mahalanobis

import whatworks as ww
from whatworks.core.errors import DuplicateRows, InvalidColumn, InvalidOption, MissingValues, NotIdentified, TooFewUnits

FACTORS = ["old", "alone"]


@pytest.fixture
def towns() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    old, alone = rng.uniform(0.1, 0.3, 60), rng.uniform(0.3, 0.6, 60)
    spending = 2000 + 20_000 * old + 5000 * alone + rng.normal(0, 400, 60)
    names = [f"Town {number:02d}" for number in range(57)] + ["Aarup", "Ærø", "Zoo"]
    return pd.DataFrame({"town": names, "old": old, "alone": alone, "kr": spending, "prices": 2025})


def test_each_expectation_comes_from_the_other_municipalities_alone(towns):
    import statsmodels.api as sm

    result = ww.benchmarking.need(towns, municipality="town", spending="kr", factors=FACTORS, price_level="prices")
    parts = result.parts.set_index("municipality")
    for name in ("Town 00", "Ærø"):
        ours = towns["town"] == name
        fit = sm.OLS(towns.loc[~ours, "kr"], sm.add_constant(towns.loc[~ours, FACTORS])).fit()
        ahead = fit.get_prediction(sm.add_constant(towns[FACTORS])[ours]).summary_frame(alpha=0.05).iloc[0]
        assert parts.loc[name, "expected"] == pytest.approx(ahead["mean"], rel=1e-9)
        # The difference is ordinary where spending lies in the prediction interval.
        spending = parts.loc[name, "spending"]
        assert parts.loc[name, "conf_low"] == pytest.approx(spending - ahead["obs_ci_upper"], rel=1e-6, abs=1e-6)
        assert parts.loc[name, "conf_high"] == pytest.approx(spending - ahead["obs_ci_lower"], rel=1e-6, abs=1e-6)
    assert list(parts.index[-3:]) == ["Zoo", "Ærø", "Aarup"]
    assert result.headline.conf_low < 400 < result.headline.conf_high
    assert "2025 prices, paid by municipality" in result.unit
    left_out = 1 - ((parts["spending"] - parts["expected"]) ** 2).sum() / sum(
        (value - np.delete(towns["kr"].to_numpy(), place).mean()) ** 2 for place, value in enumerate(towns["kr"])
    )
    assert result.statistics["r2_left_out"] == pytest.approx(left_out)


def test_spending_alone_never_says_whether_service_or_productivity(towns):
    result = ww.benchmarking.need(towns, municipality="town", spending="kr", factors=FACTORS, price_level="prices")
    checks = {each.name: each.passed for each in result.checks}
    assert checks["service_or_productivity"] is None
    assert checks["need_explained"] is True
    noise = towns.assign(kr=np.random.default_rng(1).uniform(1000, 9000, 60))
    poor = ww.benchmarking.need(noise, municipality="town", spending="kr", factors=FACTORS, price_level="prices")
    assert "need_explained" in {each.name for each in poor.failed_checks}


def test_a_municipality_unlike_all_others_is_seen(towns):
    towns.loc[0, "old"] = 5.0
    result = ww.benchmarking.need(towns, municipality="town", spending="kr", factors=FACTORS, price_level="prices")
    assert "nobody_alike" in {each.name for each in result.failed_checks}


def test_comparison_groups_are_the_nearest_by_mahalanobis_and_never_hold_the_unit(towns):
    groups = ww.benchmarking.comparison_group(towns, unit="town", factors=FACTORS, size=5)
    assert (groups["unit"] != groups["similar"]).all()
    inverse = np.linalg.inv(np.cov(towns[FACTORS].to_numpy(), rowvar=False))
    values = towns.set_index("town")[FACTORS]
    far = {name: mahalanobis(values.loc["Town 07"], values.loc[name], inverse) for name in values.index if name != "Town 07"}
    ours = groups[groups["unit"] == "Town 07"]
    assert set(ours["similar"]) == set(sorted(far, key=far.get)[:5])
    assert ours["distance"].to_numpy() == pytest.approx([far[name] for name in ours["similar"]])
    # A list, not a rank: the order is the alphabet's.
    one = ww.benchmarking.comparison_group(towns, unit="town", factors=FACTORS, size=59, of="Town 07")
    assert one["similar"].tolist()[-3:] == ["Zoo", "Ærø", "Aarup"]


def test_distances_do_not_depend_on_units_of_measurement(towns):
    one, two = (
        ww.benchmarking.comparison_group(each, unit="town", factors=FACTORS)["distance"]
        for each in (towns, towns.assign(old=100 * towns["old"] + 3))
    )
    np.testing.assert_allclose(one, two, rtol=1e-7)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"prices": [2024, 2025] * 30}, InvalidColumn, "'prices' holds 2 different values"),
        ({"kr": 0.0}, InvalidColumn, "zero or negative in 60 of 60"),
        ({"kr": 5.0}, NotIdentified, "same in all 60"),
        ({"town": "Bro"}, DuplicateRows, "59 rows repeat"),
        ({"old": 0.2}, NotIdentified, "constant or follow from the others: old"),
        ({"alone": np.nan}, MissingValues, "lacks a value in 60 of 60"),
    ],
)
def test_frames_that_cannot_be_used_are_refused(towns, change, error, words):
    with pytest.raises(error, match=words):
        ww.benchmarking.need(towns.assign(**change), municipality="town", spending="kr", factors=FACTORS, price_level="prices")


def test_too_few_places_and_unknown_ones_are_refused(towns):
    with pytest.raises(TooFewUnits, match="4 municipalities for 2 factors"):
        ww.benchmarking.need(towns.head(4), municipality="town", spending="kr", factors=FACTORS, price_level="prices")
    with pytest.raises(TooFewUnits, match="groups of 60"):
        ww.benchmarking.comparison_group(towns, unit="town", factors=FACTORS, size=60)
    with pytest.raises(InvalidOption, match="of='Bro' is no unit"):
        ww.benchmarking.comparison_group(towns, unit="town", factors=FACTORS, of="Bro")
    with pytest.raises(InvalidOption, match="No factors"):
        ww.benchmarking.need(towns, municipality="town", spending="kr", factors=[], price_level="prices")


# What do the better units do?


@pytest.fixture
def compared(make_citizens):
    stays = make_citizens(24, 60, spread=0.6)
    truth = stays.groupby("home")["truth"].first()
    homes = pd.DataFrame({"home": truth.index, "fidelity": truth.to_numpy() + np.random.default_rng(0).normal(0, 0.2, 24)})
    homes["luck"] = np.random.default_rng(5).normal(size=24)
    homes["method"] = (truth > truth.median()).to_numpy()
    return ww.benchmarking.compare(stays, provider="home", outcome="y", case_mix=["need", "age"], max_difference=9), homes


def test_what_goes_along_with_better_results_is_found_and_what_does_not_is_not(compared):
    result, homes = compared
    found = ww.benchmarking.practices(result, homes, provider="home", columns=["fidelity", "luck", "method"])
    table = found.set_index("term")
    assert table.loc["fidelity", "conf_low"] > 0
    assert table.loc["method", "per"] == "yes against no"
    assert table.loc["luck", "p_holm"] > 0.05
    assert (found["p_holm"] >= found["p_value"]).all()
    assert list(found.columns[:7]) == ["term", "kind", "estimate", "std_error", "conf_low", "conf_high", "p_value"]


def test_attributes_that_cannot_be_held_against_results_are_refused(compared):
    result, homes = compared
    with pytest.raises(TooFewUnits, match="7 providers can be compared and have 'fidelity'"):
        ww.benchmarking.practices(result, homes.head(7), provider="home", columns="fidelity")
    with pytest.raises(InvalidOption, match="conf_level=95 must lie"):
        ww.benchmarking.practices(result, homes, provider="home", columns="fidelity", conf_level=95)
    with pytest.raises(NotIdentified, match="'same' is the same"):
        ww.benchmarking.practices(result, homes.assign(same=1.0), provider="home", columns="same")
    with pytest.raises(DuplicateRows, match="24 providers stand twice"):
        ww.benchmarking.practices(result, pd.concat([homes, homes]), provider="home", columns="luck")
