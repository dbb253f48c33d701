"""Combination rules against scipy and hand calculation."""
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from engine.objectivity.combine import FAMILIES, LEADING, SIGNS, SPANS, _repeated, acat, adaptive_discoveries, decide, discoveries, stouffer, upper_p


def test_acat_by_hand():
    """Equal p stay; NaN is left out; all NaN stays NaN."""
    p = acat(np.array([[0.01, 0.01], [0.01, np.nan], [np.nan, np.nan]]))
    assert np.allclose(p[:2], 0.01) and np.isnan(p[2])


def test_acat_equals_cauchy_formula():
    """Mean of Cauchy quantiles, upper tail."""
    p = np.array([0.002, 0.3, 0.7])
    assert np.isclose(acat(p[None])[0], stats.cauchy.sf(stats.cauchy.isf(p).mean()))


@given(st.lists(st.floats(1e-12, 0.999), min_size=1, max_size=6))
def test_acat_lies_between_its_parts(values):
    """A mean of Cauchy quantiles is never below the smallest p nor above the largest."""
    p = acat(np.array([values]))[0]
    assert min(values) * 0.999 <= p <= max(values) * 1.001


def test_far_tail_does_not_underflow():
    """A p of 1e-14 among ones still wins."""
    assert acat(np.array([[1e-14, 0.9, 0.9]]))[0] < 1e-12


def test_discoveries_equal_hand_bh():
    """p sorted against q·i/m; NaN is no test."""
    p = np.array([0.001, 0.02, 0.9, np.nan, 0.6])
    assert discoveries(p, 0.05).tolist() == [True, True, False, False, False]
    assert discoveries(np.array([np.nan, np.nan]), 0.05).tolist() == [False, False]


def test_adaptive_discoveries_by_hand():
    """Ten p: two small, four above .5 → π₀ = 5/5 = 1, plain BH; two above .5 → π₀ = .6, level q / .6; none → .5."""
    p = np.array([0.001, 0.012, 0.2, 0.3, 0.4, 0.45, 0.6, 0.7, 0.8, 0.9])
    assert adaptive_discoveries(p, 0.05).tolist() == discoveries(p, 0.05).tolist()
    p[6:8] = 0.3
    assert adaptive_discoveries(p, 0.05).sum() == discoveries(p, 0.05 / 0.6).sum() == 2 > discoveries(p, 0.05).sum()
    p[6:] = 0.3
    assert adaptive_discoveries(p, 0.05).tolist() == discoveries(p, 0.10).tolist()


def test_stouffer_skips_unknown():
    """Σz / √m over known values."""
    assert np.allclose(stouffer(np.array([[1.0, 2.0, np.nan]])), 3 / np.sqrt(2))
    assert np.isnan(stouffer(np.array([[np.nan]])))[0]


def test_upper_p_student_is_heavier():
    """A small norm group pays with a heavier tail."""
    z = np.array([4.0])
    assert upper_p(z, 15.0)[0] > 10 * upper_p(z)[0]


def test_repeated_needs_two_consecutive_years():
    """Strong in years 1 and 3 only is no repetition; x² of the worse year otherwise."""
    p = np.full((50, 3), 0.5)
    p[0] = [1e-5, 0.5, 1e-5]
    p[1] = [0.5, 1e-4, 1e-3]
    assert _repeated(p, 0.05)[:2].tolist() == [False, True]
    assert not _repeated(p[:, :1], 0.05).any()


def _decide(values, repeat=None):
    count = len(next(iter(values.values())))
    z = {name: np.asarray(values.get(name, np.full(count, np.nan)), float) for name in SIGNS}
    empty = {name: np.full(count, np.nan) for name in SIGNS}
    years = {name: (repeat or {}).get(name, np.full((count, 1), np.nan)) for name in SIGNS}
    together = {span: np.full(count, np.nan) for span in SPANS}
    return decide({"year": z, "two": empty, "all": empty}, together, years)


def test_level_alone_never_leads():
    """However high the level, without other families there is nothing to flag; beside them it is a second family."""
    quiet = np.zeros(100)
    alone = _decide({"S1_level": np.r_[9.0, quiet[1:]], "S2_spike": quiet})
    assert not alone.attention.any() and alone.family_found["level"][0]
    both = _decide({"S1_level": np.r_[9.0, quiet[1:]], "S2_spike": np.r_[9.0, quiet[1:]]})
    assert both.attention[0] and both.found[0] and both.found.sum() == 1


def test_signs_of_one_family_count_once():
    """S2 and S6b together are one family: attention, not "found"."""
    quiet = np.zeros(100)
    one = _decide({"S2_spike": np.r_[9.0, quiet[1:]], "S6b_few_twos": np.r_[9.0, quiet[1:]]})
    assert one.attention[0] and not one.found.any()


def test_unknown_is_not_zero():
    """A school with no sign is not tested at all."""
    decision = _decide({"S2_spike": np.r_[np.nan, np.zeros(9)]})
    assert np.isnan(decision.p[0]) and decision.tested == 9


def test_every_sign_is_in_one_family():
    """Families partition the shipped signs; the level family does not lead."""
    assert sorted(s for signs in FAMILIES.values() for s in signs) == sorted(SIGNS)
    assert set(LEADING) == set(FAMILIES) - {"level"}



def test_expected_false_entries_of_the_list():
    """q × length of the list."""
    decision = _decide({"S2_spike": np.r_[np.full(10, 8.0), np.zeros(90)]})
    assert decision.expected_false == pytest.approx(0.05 * 10)
