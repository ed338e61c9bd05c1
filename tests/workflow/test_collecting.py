"""From a report to a package, and from many packages to one answer."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidOption, MissingData
from whatworks.documentation.sharing import share
from whatworks.documentation.sharing_package import IncompatiblePackage, TamperedPackage, write_package
from whatworks.findings.finding import Finding, save
from whatworks.workflow.collecting import collect, share_report

QUESTION = {"target_group": "adults_autism", "method": "moenster", "outcome": "who5"}
SENDERS = ("615", "657", "661", "665", "671", "706", "707", "727", "730", "751")
LABELS = {
    "target_group": {"da": "Voksne med autisme", "en": "Adults with autism"},
    "method": {"da": "Mønster", "en": "Pattern"},
    "outcome": {"name": {"da": "Trivsel", "en": "Well-being"}, "unit": {"da": "point", "en": "points"}, "good": "up"},
}


def people(rng, *, effects, noise=10.0):
    """Citizens of ten municipalities of different size, level and share of treated; within each arm the noise varies alike."""
    frames = []
    for place, (sender, effect) in enumerate(zip(SENDERS, effects, strict=True)):
        treated = np.repeat([1, 0], [20 + 5 * place, 60 - 3 * place])
        error = rng.normal(size=len(treated))
        for arm in (0, 1):
            mine = treated == arm
            error[mine] = noise * (error[mine] - error[mine].mean()) / error[mine].std()
            error[mine] += rng.normal() * noise / np.sqrt(mine.sum())
        frames.append(pd.DataFrame({"sender": sender, "treated": treated, "who5": 40.0 + place + effect * treated + error}))
    return pd.concat(frames, ignore_index=True)


def estimated(rows):
    sample = ww.matching.unmatched(rows.reset_index(drop=True), treatment="treated", randomised=True)
    return ww.matching.estimate(sample, outcome="who5", vcov="HC0")


@pytest.fixture(scope="module")
def rows():
    return people(np.random.default_rng(3), effects=[4.0] * 10)


@pytest.fixture
def packages(rows, tmp_path):
    for sender, own in rows.groupby("sender"):
        package = share({"main": estimated(own)}, sender=sender, question=QUESTION, synthetic=True)
        write_package(package, tmp_path / f"{sender}.json")
    return tmp_path


def one_stage(rows):
    """Least squares on all rows with an intercept for each municipality: effect and its standard error."""
    design = np.column_stack([rows["treated"], pd.get_dummies(rows["sender"]).to_numpy(float)])
    coefficients, *_ = np.linalg.lstsq(design, rows["who5"].to_numpy(), rcond=None)
    return coefficients[0], np.sqrt(10.0**2 * np.linalg.inv(design.T @ design)[0, 0])


def test_ten_packages_pooled_are_the_answer_of_all_rows_together(rows, packages):
    pooled = collect([packages], model="common")
    estimate, std_error = one_stage(rows)
    assert pooled.headline.estimate == pytest.approx(estimate, abs=1e-9)
    assert pooled.headline.std_error == pytest.approx(std_error, abs=1e-9)
    assert len(pooled.parts) == 10
    assert pooled.statistics["n_treated"] == rows["treated"].sum()
    assert pooled.statistics["n_comparison"] == (1 - rows["treated"]).sum()
    assert pooled.unit == estimated(rows).unit


def test_where_nothing_differs_both_models_agree_and_where_effects_differ_the_random_one_is_wider(packages, tmp_path):
    rng = np.random.default_rng(5)
    rows = people(rng, effects=rng.normal(4.0, 6.0, 10))
    folder = tmp_path / "differing"
    for sender, own in rows.groupby("sender"):
        package = share({"main": estimated(own)}, sender=sender, question=QUESTION, synthetic=True)
        write_package(package, folder / f"{sender}.json")
    common, random = collect([folder], model="common"), collect([folder])
    assert random.statistics["tau2"] > 10
    assert random.headline.std_error > 2 * common.headline.std_error
    files = sorted(packages.glob("*.json"))
    assert collect(files, model="common") == collect([packages], model="common")


def test_what_is_pooled_holds_no_row(rows, packages):
    for path in packages.glob("*.json"):
        assert len(path.read_text()) < 20_000
        values = rows.loc[rows["sender"] == path.stem, "who5"]
        assert not any(repr(value) in path.read_text() for value in values)


def test_one_tampered_package_stops_the_pooling(packages):
    place = packages / "751.json"
    place.write_text(place.read_text().replace('"sender": "751"', '"sender": "740"'))
    with pytest.raises(TamperedPackage, match=r"751\.json"):
        collect([packages])


def test_a_fingerprint_told_by_another_road_is_held_against_the_package(packages):
    with pytest.raises(TamperedPackage, match="751 gave"):
        collect([packages], expected={"751": "0" * 64})


def test_too_little_or_nothing_to_pool_is_refused(packages, tmp_path):
    with pytest.raises(IncompatiblePackage, match="at least 2"):
        collect([packages / "751.json"])
    with pytest.raises(MissingData):
        collect([tmp_path / "none.json"])
    with pytest.raises(InvalidOption, match="model"):
        collect([packages], model="fixed")


def test_a_report_gives_the_package_of_its_answer(rows, tmp_path):
    own = estimated(rows)
    report = Finding(**QUESTION, design="matched", labels=LABELS, synthetic=True, results={"matched": own}, answer="matched")
    folder = tmp_path / "report"
    save(report, folder)
    package = share_report(folder, sender="751")
    assert package.question == QUESTION
    assert package.results["main"].headline.estimate == pytest.approx(own.headline.estimate)
    with pytest.raises(InvalidOption, match="it has matched"):
        share_report(folder, sender="751", result="did")
    silent = Finding(target_group="adults_autism", method="published_reviews", outcome=None, design="reviews", labels=LABELS)
    save(silent, tmp_path / "silent")
    with pytest.raises(InvalidOption, match="it has none"):
        share_report(tmp_path / "silent", sender="751")
