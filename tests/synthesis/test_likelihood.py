import numpy as np
import pytest

from whatworks.synthesis import likelihood
from whatworks.synthesis.likelihood import log_likelihood, slope, slope_and_curvature, tau2_likelihood
from whatworks.synthesis.mixed_effects import fit_mixed_effects


def _unruly(rng, m):
    """Effects with outliers and variances over several orders of size: likelihoods with more than one peak."""
    k = rng.integers(2, 20)
    vi = np.exp(rng.normal(-3, rng.uniform(0.3, 3), (k, m)))
    return rng.normal(0.3, np.sqrt(vi + rng.choice([0, 0.01, 0.5]))) + 0.3 * rng.standard_t(1.5, (k, m)), vi


@pytest.mark.parametrize("restricted", [True, False])
def test_no_point_of_a_fine_grid_has_a_higher_likelihood(restricted):
    rng = np.random.default_rng(7)
    for _ in range(8):
        yi, vi = _unruly(rng, 300)
        found = log_likelihood(yi, vi, tau2_likelihood(yi, vi, restricted=restricted), restricted=restricted)
        for tau2 in np.r_[0, np.geomspace(1e-6, 1e4, 800)]:
            assert (log_likelihood(yi, vi, np.full(300, tau2), restricted=restricted) <= found + 1e-9).all()


def test_of_two_peaks_the_higher_is_taken_on_either_side():
    # Three precise studies agree, imprecise ones do not: one peak near 0, one far from it.
    yi = np.array([[0.0], [0.01], [-0.01], [3.0], [-3.2]])
    seen = set()
    for precise in (1e-4, 1e-3):
        vi = np.array([[precise], [precise], [precise], [0.5], [0.5]])
        tau2 = tau2_likelihood(yi, vi, restricted=True)
        grid = np.r_[0, np.geomspace(1e-7, 1e3, 20_000)]
        heights = log_likelihood(np.repeat(yi, len(grid), 1), np.repeat(vi, len(grid), 1), grid, restricted=True)
        assert tau2[0] == pytest.approx(grid[np.argmax(heights)], rel=2e-3)
        rises = np.diff(heights) > 0
        seen.add(int((rises[:-1] & ~rises[1:]).sum() + (not rises[0])))
    assert max(seen) > 1


@pytest.mark.parametrize("restricted", [True, False])
def test_slope_and_curvature_are_the_derivatives_of_the_likelihood(restricted):
    yi, vi = _unruly(np.random.default_rng(2), 50)
    tau2, step = np.full(50, 0.2), 1e-5
    height = [log_likelihood(yi, vi, tau2 + d * step, restricted=restricted) for d in (-1, 0, 1)]
    first, second = slope_and_curvature(yi, vi, tau2, restricted=restricted)
    assert first == pytest.approx((height[2] - height[0]) / (2 * step), rel=1e-5, abs=1e-6)
    assert second == pytest.approx((height[2] - 2 * height[1] + height[0]) / step**2, rel=1e-3, abs=1e-3)
    assert slope(yi, vi, tau2, restricted=restricted) == pytest.approx(first, rel=1e-12, abs=1e-12)


def test_with_equal_variances_restricted_likelihood_has_its_closed_form():
    yi = np.array([[0.1], [0.9], [0.4], [0.6]])
    assert tau2_likelihood(yi, np.full((4, 1), 0.05), restricted=True)[0] == pytest.approx(np.var(yi, ddof=1) - 0.05, rel=1e-12)
    assert tau2_likelihood(yi, np.full((4, 1), 0.05), restricted=False)[0] == pytest.approx(np.var(yi) - 0.05, rel=1e-12)


def test_a_second_peak_near_zero_is_not_overlooked():
    # Of 10,000 simulated meta-analyses of 15 studies this one falls at 0, then rises to its highest peak at 0.008.
    rng = np.random.default_rng(1)
    vi = rng.uniform(0.01, 0.3, (10_000, 15))
    yi = rng.normal(0.3, np.sqrt(vi + 0.05))
    found = tau2_likelihood(yi[9220][:, None], vi[9220][:, None], restricted=True)
    assert found[0] == pytest.approx(0.0079, abs=5e-5)
    X = np.ones((15, 1))
    assert fit_mixed_effects(yi[9220], vi[9220], X).tau2 == pytest.approx(found[0], rel=1e-6)


def test_very_many_studies_have_the_peak_that_the_whole_search_finds(monkeypatch):
    rng = np.random.default_rng(4)
    vi = rng.uniform(0.001, 0.2, (33_000, 3))
    yi = 0.3 + rng.normal(size=vi.shape) * np.sqrt(vi + np.array([0.0, 0.001, 0.3]))
    near = likelihood.tau2_likelihood(yi, vi, restricted=True)
    monkeypatch.setattr(likelihood, "_VERY_MANY", 10**9)
    assert near == pytest.approx(likelihood.tau2_likelihood(yi, vi, restricted=True), rel=1e-9, abs=1e-12)
    assert near[2] == pytest.approx(0.3, rel=0.05)
    # One of two peaks in the part, and none there in the whole: the whole is searched.
    monkeypatch.undo()
    odd = np.where(np.arange(33_000) % 16 == 0, 5.0, 0.3)[:, None] + 0.01 * rng.normal(size=(33_000, 1))
    assert likelihood.tau2_likelihood(odd, np.full_like(odd, 1e-4), restricted=True) == pytest.approx(odd.var(ddof=1), rel=0.01)
