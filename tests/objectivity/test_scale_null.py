"""Normal scores, moments, lower-half null and τ²: against scipy and hand calculation."""
import numpy as np
from scipy import stats

from engine.objectivity.null import apply_null, fit_null, lower_half_null, size_edges, size_stratum, size_trend, solve_tau2
from engine.objectivity.scale import moments, normal_scores, scores_of, within_variance


def test_normal_scores_by_hand():
    """Two equal halves: mid-ranks .25 and .75."""
    assert np.allclose(normal_scores(np.array([5.0, 5.0])), stats.norm.ppf([0.25, 0.75]))


def test_moments_equal_numpy_on_expanded_data(rng):
    """Weighted moments are those of the pupils written out one by one."""
    hist = rng.integers(0, 6, (4, 9)).astype(float)
    values = rng.normal(size=9)
    n, mean, sd = moments(hist, values)
    for row in range(4):
        pupils = np.repeat(values, hist[row].astype(int))
        assert np.allclose([n[row], mean[row], sd[row]], [len(pupils), pupils.mean(), pupils.std(ddof=1)])


def test_moments_of_nobody_and_of_one_are_unknown():
    """No pupils: no mean; one pupil: no spread."""
    _, mean, sd = moments(np.array([[0.0, 0.0], [1.0, 0.0]]), np.array([0.0, 1.0]))
    assert np.isnan(mean[0]) and np.isnan(sd).all() and mean[1] == 0


def test_within_variance_is_the_pooled_one():
    """(n − 1)s² weighted, tiny schools left out."""
    assert np.isclose(within_variance(np.array([11.0, 21.0, 3.0]), np.array([1.0, 2.0, 50.0])), (10 + 20 * 4) / 30)


def test_nan_rows_count_as_no_pupils():
    """An unknown histogram neither breaks the pooled curve nor becomes zero results."""
    scores = scores_of(np.array([[1.0, 2.0, 3.0], [np.nan] * 3]))
    assert scores.pooled.tolist() == [1, 2, 3] and np.isnan(scores.mean[1])


def test_lower_half_ignores_inflated_fifth(rng):
    """N(0.2, 1.3) with a fifth moved by +6: centre within .35 and scale within .2 of the honest part."""
    z = rng.normal(0.2, 1.3, 4000)
    z[:800] += 6
    centre, scale = lower_half_null(z)
    assert abs(centre - 0.2) < 0.45 and abs(scale - 1.3) < 0.2


def test_scale_never_below_one(rng):
    """An under-dispersed sign is not sharpened."""
    assert lower_half_null(rng.normal(0, 0.5, 500))[1] == 1.0


def test_tau2_recovers_truth_and_withstands_contamination(rng):
    """True τ² .05, 15 % inflated: within .015 (Paule–Mandel gives about .10)."""
    variance = rng.uniform(0.01, 0.05, 6000)
    residual = rng.normal(0, np.sqrt(variance + 0.05))
    assert abs(solve_tau2(residual, variance) - 0.05) < 0.008
    residual[:900] += 0.6
    assert abs(solve_tau2(residual - np.median(residual), variance) - 0.05) < 0.025


def test_tau2_zero_without_overdispersion(rng):
    """Pure sampling noise gives (nearly) none; too few schools give none."""
    assert solve_tau2(rng.normal(0, 0.2, 4000), np.full(4000, 0.04)) < 0.004
    assert solve_tau2(np.array([1.0, 9.0]), np.array([1.0, 1.0])) == 0.0


def test_null_record_applies_by_stratum(rng):
    """Each size tertile gets its own centre; the record is plain data."""
    z = np.r_[rng.normal(0, 1, 300), rng.normal(2, 1, 300), rng.normal(-1, 1, 300)]
    total = np.repeat([10.0, 50.0, 200.0], 300) + rng.random(900)
    edges = size_edges(total)
    record = fit_null(z, total, edges)
    out, stratum = apply_null(z, total, edges, record), size_stratum(total, edges)
    assert record["schools"] == 900 and all(abs(np.median(out[stratum == s])) < 0.1 for s in range(3))


def test_size_trend_of_a_district(rng):
    """Forty-five schools, z drifting with log size, a few outliers: the slope comes back within .35."""
    size = rng.uniform(20, 900, 45)
    z = 0.9 * np.log(size) + rng.normal(0, 0.3, 45)
    z[:4] += 5
    assert abs(size_trend(z, size)[0] - 0.9) < 0.35 and size_trend(z[:30], size[:30]) == (0.0, 0.0)
