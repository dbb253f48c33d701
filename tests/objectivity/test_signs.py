"""Single signs against hand calculations and independent oracles."""
import numpy as np
from scipy import stats

from engine.objectivity import items, journal, jump, participation, similarity, uniformity
from engine.objectivity.context import apply_funnel, fit_funnel
from engine.objectivity.records import PupilRows
from engine.objectivity.scale import scores_of


def test_funnel_recovers_regression_in_spite_of_outliers(rng):
    """y = .2 + .5x + noise with a tenth moved by +2: slope within .08, τ² within .03."""
    x, variance = rng.normal(size=800), rng.uniform(0.01, 0.05, 800)
    y = 0.2 + 0.5 * x + rng.normal(0, np.sqrt(variance + 0.04))
    y[:80] += 2
    rung = fit_funnel(y, variance, {"oge": x}, (("oge",),))[0]
    assert abs(rung["coef"][1] - 0.5) < 0.08 and abs(rung["tau2"] - 0.04) < 0.03
    z, residual, error = apply_funnel(y, variance, {"oge": x}, [rung])
    assert np.allclose(z, residual / error) and z[:80].mean() > 5


def test_ladder_uses_what_a_school_has(rng):
    """No social index: next rung; no ОГЭ: the sign is unknown, whatever else is known."""
    x = rng.normal(size=(5, 200))
    context = dict(zip(("social", "gymnasium", "rural", "oge", "oge2"), x, strict=True))
    context["social"][0] = np.nan
    context["oge"][1] = context["oge2"][1] = np.nan
    variance = np.full(200, 0.02)
    rungs = fit_funnel(rng.normal(size=200), variance, context)
    z, _, _ = apply_funnel(np.ones(200), variance, context, rungs)
    assert [len(r["columns"]) for r in rungs] == [5, 4] and np.isfinite(z[0]) and np.isnan(z[1])


def test_journal_expectation_by_hand():
    """Pupils with journal «3»: 10 got «3», 10 got «4» → 3.5; a school with two «4» of two is +.5."""
    pooled = np.zeros((4, 4))
    pooled[1, 1] = pooled[1, 2] = 10
    expected, sigma2 = journal.expected_marks(pooled)
    cross = np.zeros((2, 4, 4))
    cross[0, 1, 2] = 2
    n, mean = journal.difference(cross, expected)
    assert expected[1] == 3.5 and sigma2 == 0.25 and n.tolist() == [2, 0] and mean[0] == 0.5 and np.isnan(mean[1])


def test_few_twos_equals_binomial_mid_p():
    """Same mean as the pooled shape: the expected share is the pooled one, z is the mid-p of scipy."""
    shape = stats.binom.pmf(np.arange(21), 20, 0.4)
    score = np.arange(21)
    hist = np.zeros((1, 21))
    hist[0, 8] = 40  # everybody at the mean, nobody below 5
    observed, share = uniformity.expected_twos(hist, shape, 5)
    assert observed[0] == 0 and np.isclose(share[0], shape[:5].sum(), atol=2e-3)
    z = uniformity.apply_few_twos(hist, shape, 5).z[0]
    assert np.isclose(z, -stats.norm.ppf(0.5 * stats.binom.pmf(0, 40, share[0])), atol=1e-6)
    assert (score * hist[0]).sum() / 40 == 8


def test_ceiling_is_not_uniformity(rng):
    """An easy work: spread falls with the mean for everybody; the strongest schools are not flagged."""
    level = rng.normal(0.86, 0.05, 600)
    hist = np.stack([np.bincount(rng.binomial(20, np.clip(rng.normal(m, 0.1, 60), 0, 1)), minlength=21)
                     for m in level]).astype(float)
    scores = scores_of(hist)
    z = uniformity.apply(scores, uniformity.fit(scores)).z
    best = level > np.quantile(level, 0.9)
    assert (z[best] > 2.326).mean() <= 0.05 and (z > 3.09).mean() <= 0.005


def test_item_slope_sees_hard_better_easy_worse(rng):
    """Twenty of 400 schools with easy items −, hard items +: S7b is large there, near zero elsewhere."""
    difficulty = np.linspace(-1, 1, 15)
    level = rng.normal(0, 0.4, 400)
    logit = level[:, None] - difficulty
    logit[:20] += 0.6 * difficulty
    n = np.full(400, 50.0)
    item_sum = rng.binomial(50, 1 / (1 + np.exp(-logit))).astype(float)
    norm = items.fit(item_sum, np.ones(15), n)
    _, slope, _ = items.apply(item_sum, np.ones(15), n, norm)
    assert slope.z[:20].mean() > 3 and abs(slope.z[20:].mean()) < 0.3 and slope.effect[:20].mean() > 0


def test_items_of_a_school_with_a_missing_item_are_unknown(rng):
    """One NaN item leaves the school out, not the item at zero."""
    item_sum = rng.binomial(50, 0.6, (60, 10)).astype(float)
    item_sum[3, 2] = np.nan
    n = np.full(60, 50.0)
    misfit, slope, _ = items.apply(item_sum, np.ones(10), n, items.fit(item_sum, np.ones(10), n))
    assert np.isnan(misfit.z[3]) and np.isnan(slope.z[3]) and np.isfinite(misfit.z).sum() == 59


def test_match_tables_by_hand():
    """Two one-point items, each solved by the half with total 1: match probability ½ each between totals of 1."""
    pupils = np.array([[0, 0]] * 500 + [[1, 0], [0, 1]] * 500 + [[1, 1]] * 500)
    mean, variance = similarity.match_tables(pupils, np.array([1, 1]))
    assert mean.shape == (3, 3) and np.isclose(mean[1, 1], 1.0, atol=0.2) and 0 < variance[1, 1] <= 0.5


def test_copied_class_is_similar(rng):
    """Sixty honest classes of 25; in one, 12 copies: its rate z is the largest, honest far tail is empty."""
    difficulty = rng.normal(0, 0.8, 20)
    ability = rng.normal(size=60 * 25)
    pupils = (rng.random((1500, 20)) < 1 / (1 + np.exp(difficulty - ability[:, None]))).astype(np.int8)
    pupils[:12] = np.where(rng.random((12, 20)) < 0.9, pupils[13], pupils[:12])
    found, pairs = similarity.count_pairs(PupilRows(np.repeat(np.arange(60), 25), pupils), np.ones(20, int), 60)
    z = similarity.rate_excess(found, pairs, similarity.fit_rate(found, pairs))
    assert pairs[0] <= 300 and np.argmax(z) == 0 and z[0] > 4 and (z[1:] < 3.5).all()


def test_participation_by_hand():
    """arcsine √((n + 3/8)/(N + 3/4)) with reversed sign; more participants than pupils or no list: unknown."""
    y, variance = participation.absence(np.array([45.0, 50.0, 51.0, 30.0]), np.array([50.0, 50.0, 50.0, np.nan]))
    assert np.isclose(y[0], -np.arcsin(np.sqrt(45.375 / 50.75))) and np.isclose(variance[0], 0.005)
    assert y[0] > y[1] and np.isnan(y[2:]).all()


def test_absent_weak_pupils_are_seen(rng):
    """A quarter missing among schools with 7 %: z > 3 and effect near .18."""
    enrolled = np.full(300, 80.0)
    n = rng.binomial(80, 0.93, 300).astype(float)
    n[0] = 60
    outcome = participation.apply(n, enrolled, participation.fit(n, enrolled))
    assert outcome.z[0] > 3 and abs(outcome.effect[0] - 0.18) < 0.05


def test_jump_is_a_number_with_an_error_only():
    """Same cohort, one point up everywhere: positive change with a standard error, NaN where a year is missing."""
    before = np.zeros((2, 11))
    before[:, 4:7] = 10
    now = np.roll(before, 2, axis=1)
    pooled = before.sum(0) + now.sum(0) + 1
    change, error = jump.cohort_change(scores_of(now, pooled), np.array([0, 1]), scores_of(before[:1], pooled),
                                       np.array([0]), 3)
    assert change[0] > 0.5 and 0 < error[0] < 0.3 and np.isnan(change[1:]).all()
