"""Border spike: oracles by scipy, placebo borders, injected lifting, mid-p by enumeration."""
import itertools

import numpy as np
import pytest
from scipy import optimize, stats

from engine.objectivity import spike
from engine.objectivity.counterfactual import regional_spikes, school_absolute, smooth_counterfactual
from engine.objectivity.effects import curve_of, lift_of_year
from engine.objectivity.tilt import RIDGE, tilt_fit, window_mask


def _honest_hist(rng, schools=400, n=60, top=20):
    """Schools of different level on a heaped scale (even totals more frequent)."""
    score = np.arange(top + 1)
    level = rng.normal(0.55, 0.07, schools)[:, None] * top
    shape = np.exp(-0.5 * ((score - level) / (0.22 * top)) ** 2) * np.where(score % 2 == 0, 1.5, 1.0)
    return rng.multinomial(n, shape / shape.sum(1, keepdims=True)).astype(float)


def _lift(rng, hist, borders, q):
    out = hist.copy()
    for border in borders:
        for gap in (1, 2):
            moved = rng.binomial(out[:, border - gap].astype(int), q)
            out[:, border - gap] -= moved
            out[:, border] += moved
    return out


def test_tilt_fit_equals_scipy_optimum(rng):
    """The batched Newton reaches the same penalised Poisson optimum as scipy on one school."""
    hist = _honest_hist(rng, 60)
    shape = hist.sum(0) / hist.sum()
    mask = window_mask(20, (7, 11, 16))
    expected, _ = tilt_fit(hist, shape, mask)
    score = np.arange(21)
    mean = (shape * score).sum()
    u = (score - mean) / np.sqrt((shape * (score - mean) ** 2).sum())
    basis = np.stack([np.ones(21), u, u**2 - 1], 1)

    def loss(coef):
        rate = shape * np.exp(basis @ coef)
        return (mask * (rate - hist[0] * np.log(rate))).sum() + 0.5 * (1e-6 * coef[0]**2 + RIDGE[0] * coef[1]**2
                                                                       + RIDGE[1] * coef[2]**2)
    best = optimize.minimize(loss, np.array([4.0, 0.0, 0.0]), method="BFGS", options={"gtol": 1e-8}).x
    assert np.allclose(expected[0], shape * np.exp(basis @ best), rtol=1e-3)


def test_counts_by_hand():
    """Window [b − 2, b]: A = count at b, N = A + two below; λ and its se follow."""
    hist = np.zeros((1, 21))
    hist[0, [5, 6, 7]] = [2, 3, 9]
    counted, _ = spike.count_spike(hist, np.ones(21), (7,))
    assert counted.above[0, 0] == 9 and counted.window[0, 0] == 14
    chance = counted.chance[0, 0]
    outcome, _ = spike.apply(hist, (7,), {"shape": (np.ones(21) / 21).tolist()})
    assert np.isclose(outcome.effect[0], (9 - 14 * chance) / (14 * (1 - chance)))
    assert np.isclose(outcome.error[0], np.sqrt(14 * chance * (1 - chance)) / (14 * (1 - chance)))


def test_exact_mid_p_by_enumeration():
    """Sum of two binomials, written out."""
    above, window, chance = [3, 2], [4, 3], [0.3, 0.4]
    p = 0.0
    for a, b in itertools.product(range(5), range(4)):
        weight = stats.binom.pmf(a, 4, 0.3) * stats.binom.pmf(b, 3, 0.4)
        p += weight * (1.0 if a + b > 5 else 0.5 if a + b == 5 else 0.0)
    assert np.isclose(spike.exact_mid_p(above, window, chance), p)
    assert np.isclose(spike.exact_mid_p([3], [3], [0.5]), 0.0625)


def test_mid_p_is_uniform_enough_for_small_schools(rng):
    """n = 12 honest pupils: P(p < .01) near .01, not the 24 % of the ratio rule."""
    hist = _honest_hist(rng, 1500, 12)
    counted, _ = spike.count_spike(hist, hist.sum(0), (7, 11, 16))
    p = np.array([spike.exact_mid_p(*row) for row in zip(counted.above, counted.window, counted.chance, strict=True)])
    assert (p < 0.01).mean() < 0.02


@pytest.mark.parametrize("border", [6, 9, 12, 14])
def test_placebo_borders_are_quiet(rng, border):
    """At a cut point where nothing happened sd of z is within .85–1.12 and the far tail is empty, heaping or not."""
    hist = _honest_hist(rng, 6000)
    outcome, _ = spike.apply(hist, (border,), spike.fit(hist, hist.sum(0), (border,)))
    z = outcome.z[np.isfinite(outcome.z)]
    assert abs(z.mean()) < 0.06 and 0.85 < z.std() < 1.12 and (z > 3.09).mean() <= 0.004


@pytest.mark.parametrize("q", [0.2, 0.4, 0.6])
def test_injected_share_comes_back(rng, q):
    """A tenth of schools lift: λ of those schools is q within .08, slightly low allowed."""
    hist = _honest_hist(rng, 400, 80)
    hist[:40] = _lift(rng, hist[:40], (7, 11, 16), q)
    outcome, _ = spike.apply(hist, (7, 11, 16), spike.fit(hist, hist.sum(0), (7, 11, 16)))
    assert q - 0.09 < outcome.effect[:40].mean() < q + 0.06
    assert abs(outcome.effect[40:].mean()) < 0.06


def test_nobody_at_a_border_is_unknown():
    """An empty window or an empty school gives NaN, never zero."""
    hist = np.zeros((2, 21))
    hist[0, 20] = 0
    outcome, _ = spike.apply(hist, (7,), {"shape": (np.ones(21) / 21).tolist()})
    assert np.isnan(outcome.numerator).all()


def test_widespread_lifting_is_seen_only_by_the_absolute_version(rng):
    """Everybody lifts 50 %: relative z stays quiet, absolute z of most schools exceeds 2.3, the region is named."""
    hist = _lift(rng, _honest_hist(rng, 300, 90), (7, 14), 0.5)
    relative, _ = spike.apply(hist, (7, 14), spike.fit(hist, hist.sum(0), (7, 14)))
    absolute, share, _, _ = school_absolute(hist, (7, 14))
    assert (relative.z > 2.33).mean() < 0.05 and (absolute > 2.33).mean() > 0.6 and share.mean() > 0.25
    assert all(found.named for found in regional_spikes(hist.sum(0), (7, 14)))


def test_honest_region_has_no_named_spike(rng):
    """Heaped, honest: no border is named and schools stay quiet in absolute terms."""
    hist = _honest_hist(rng, 300, 90)
    assert not any(found.named for found in regional_spikes(hist.sum(0), (7, 11, 16)))
    assert (school_absolute(hist, (7, 11, 16))[0] > 3.09).mean() < 0.01


def test_one_sided_excess_is_not_a_spike(rng):
    """Excess above without missing mass below (heaping at a round number) must not be named."""
    pooled = _honest_hist(rng, 300, 90).sum(0)
    pooled[11] *= 1.6
    assert not regional_spikes(pooled, (11,))[0].named


def test_smooth_counterfactual_reproduces_a_log_linear_curve():
    """On an exact exponential-quadratic curve with parity the fit is the curve and φ = 1."""
    score = np.arange(31)
    pooled = np.exp(6 - 0.02 * (score - 14) ** 2 + 0.2 * np.where(score % 2 == 0, 1, -1))
    expected, dispersion = smooth_counterfactual(pooled, np.ones(31))
    assert np.allclose(expected, pooled, rtol=1e-4) and dispersion == 1.0


def test_card_numbers(mixed):
    """λ ± se pools works; extra pupils carry a symmetric interval; the curve sums to the school's n."""
    region, table = mixed
    lift = lift_of_year(table, 2)
    row = int(np.nanargmax(lift.share))
    assert lift.low[row] < lift.extra[row] < lift.high[row]
    assert np.isclose(lift.high[row] - lift.extra[row], 1.959964 * lift.extra[row] * lift.share_error[row]
                      / lift.share[row])
    work = region.works[2]
    curve = curve_of(work, row, table.works[work.key].norm)
    assert np.isclose(curve.expected.sum(), work.hist[row].sum()) and 0 < curve.p < 1
