"""The 14 federal signs by hand-calculated examples."""
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from engine.objectivity.federal import FEDERAL, SIGN_NAMES, Thresholds, cohort_ratio, federal_signs, inflated_mean, journal_disagreement, sharp_change, spearman
from engine.objectivity.records import ExamMeans, Schools, Work, WorkKey


def test_there_are_fourteen():
    """Six means, four journals, two rises, two falls."""
    assert len(SIGN_NAMES) == 14 and len(set(SIGN_NAMES)) == 14


def test_interval_rule_by_hand():
    """Region 12 ± 1.96·4/100 = 12.0784. School 13.7 ± 1.568 → 12.132: sign; 13.6 → 12.032: none; n = 1: unknown."""
    flags = inflated_mean(np.array([13.7, 13.6, 20.0]), np.array([4.0, 4.0, np.nan]), np.array([25.0, 25.0, 1.0]),
                          (12.0, 4.0, 10_000.0))
    assert flags[:2].tolist() == [1.0, 0.0] and np.isnan(flags[2])


def test_touching_bounds_are_no_sign():
    """«нижняя граница больше верхней» is strict."""
    assert inflated_mean(np.array([2.0]), np.array([1.0]), np.array([1.0]), (0.0, 1.0, 1.0),
                         Thresholds(z=1.0)).tolist() == [0.0]


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 6)), min_size=3, max_size=40))
def test_spearman_equals_scipy(pupils):
    """Mid-ranks from a table are those of the pupils written out."""
    counts = np.zeros((1, 4, 7))
    for journal, score in pupils:
        counts[0, journal, score] += 1
    x, y = np.array(pupils).T
    if len(set(x)) < 2 or len(set(y)) < 2:
        assert np.isnan(spearman(counts)[0])
    else:
        assert np.isclose(spearman(counts)[0], stats.spearmanr(x, y)[0])


def test_journal_sign_is_below_zero():
    """Reversed order: r_s = −1, sign; same order: none; nobody: unknown; the district may take .3."""
    counts = np.zeros((3, 4, 4))
    counts[0] = np.fliplr(np.eye(4))
    counts[1] = np.eye(4)
    assert journal_disagreement(counts)[:2].tolist() == [1.0, 0.0] and np.isnan(journal_disagreement(counts)[2])
    assert journal_disagreement(counts, Thresholds(spearman=1.1))[1] == 1.0


def test_sharp_change_by_hand():
    """K = 1.00 … 1.08, quartiles 1.02 and 1.06 of the nine, IQR .04: bounds .90 and 1.18 before the two outliers."""
    ratio = np.r_[np.linspace(1.0, 1.08, 9), 2.0, 0.3, np.nan]
    low, high = np.quantile(ratio[:-1], [0.25, 0.75])
    rise, fall = sharp_change(ratio)
    assert rise[10] == 1.0 and fall[9] == 1.0 and rise[:10].sum() == 0 and fall[:9].sum() == 0 and np.isnan(rise[11])
    assert low - 3 * (high - low) > 0.3 and high + 3 * (high - low) < 2.0


def test_cohort_ratio_direction():
    """Grade 4 at 50 %, grade 5 a year later at 80 %: K = .625, a rise is small K; zero later result is unknown."""
    assert np.isclose(cohort_ratio(np.array([50.0]), np.array([80.0]))[0], 0.625)
    assert np.isnan(cohort_ratio(np.array([50.0]), np.array([0.0]))[0])


def _works():
    """Twelve schools of 20 pupils; school 0 has top results in grade 5 after the middle in grade 4."""
    hist = np.zeros((12, 11))
    hist[:, 4], hist[:, 5], hist[:, 6] = 6, 8, 6
    jumped = hist.copy()
    jumped[0] = 0
    jumped[0, 9:] = 10
    everybody = np.arange(12)
    return {WorkKey(4, "math", 2024): Work(WorkKey(4, "math", 2024), everybody, hist, (3, 5, 8)),
            WorkKey(5, "math", 2025): Work(WorkKey(5, "math", 2025), everybody, jumped, (3, 5, 8))}


def test_signs_of_a_year():
    """School 0: inflated grade 5 and a sharp rise; journals, Russian and ОГЭ are unknown; the index counts it."""
    result = federal_signs(_works(), Schools(12), 2025)
    assert result.signs["inflated_math_5"].tolist() == [1.0] + [0.0] * 11
    assert result.signs["rise_math"][0] == 1.0 and result.signs["fall_math"].sum() == 0
    assert np.isnan(result.signs["journal_math_5"]).all() and np.isnan(result.signs["inflated_oge_math"]).all()
    assert result.known.tolist() == [3] * 12 and result.count[0] == 2
    assert result.index == pytest.approx(100 - 100 / 12)


def test_oge_sign_needs_spread():
    """Means without sd: unknown. With sd: 20 ± 1.96·2/5 against a region near 15."""
    mean, n = np.r_[20.0, np.full(11, 15.0)], np.full(12, 25.0)
    bare = federal_signs({}, Schools(12, exams={("math", 2025): ExamMeans(mean, n)}), 2025)
    full = federal_signs({}, Schools(12, exams={("math", 2025): ExamMeans(mean, n, np.full(12, 2.0))}), 2025)
    assert np.isnan(bare.signs["inflated_oge_math"]).all() and np.isnan(bare.index)
    assert full.signs["inflated_oge_math"].tolist() == [1.0] + [0.0] * 11


def test_defaults_are_the_federal_ones():
    """1.96, r_s < 0, 3 IQR."""
    assert (FEDERAL.z, FEDERAL.spearman, FEDERAL.iqr) == (1.96, 0.0, 3.0)
