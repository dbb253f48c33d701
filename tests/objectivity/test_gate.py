"""Calibration gate and ground truth: what ships must be quiet on honest data and find what is there."""
import numpy as np
import pytest

from benchmarks.objectivity.districts import cut, truth_of
from benchmarks.objectivity.simulator import World, simulate, without_rows
from engine.objectivity.combine import SIGNS
from engine.objectivity.school_signs import make_norms, measure
from engine.objectivity.verdict import judge


@pytest.mark.parametrize("sign", SIGNS)
def test_calibration_gate(honest_tables, sign):
    """P(z > 3.09) ≤ .003 and P(z > 2.326) ≤ .022 over 4,500 honest school-years; one loose sign destroys the list."""
    z = np.concatenate([table.z[sign].ravel() for _, table in honest_tables])
    z = z[np.isfinite(z)]
    assert len(z) > 2500 and (z > 3.09).mean() <= 0.003 and (z > 2.326).mean() <= 0.022


@pytest.mark.parametrize("span", ["year", "two", "all"])
def test_families_together_are_calibrated(honest_tables, span):
    """The sum of families has a quiet tail in every span."""
    z = np.concatenate([table.together[span] for _, table in honest_tables])
    assert (z > 3.09).mean() <= 0.004 and (z > 2.326).mean() <= 0.022


def test_honest_regions_give_no_list(honest_tables):
    """1,500 honest schools: at most one under A, none under C; gymnasiums none."""
    for_a, for_c, gymnasiums = 0, 0, 0
    for region, table in honest_tables:
        decision = judge(table).decision
        for_a += decision.attention.sum()
        for_c += decision.found.sum()
        gymnasiums += (decision.attention & (region.schools.gymnasium > 0)).sum()
    assert for_a <= 1 and for_c == 0 and gymnasiums == 0


def test_gymnasiums_are_not_high_on_level(honest_tables):
    """Honest gymnasiums exceed a nominal 1 % limit of S1 in at most 3 %."""
    z = np.concatenate([table.z["S1_level"][region.schools.gymnasium > 0].ravel() for region, table in honest_tables])
    assert (z > 2.326).mean() <= 0.03


def test_manipulation_is_found(mixed):
    """One region, q = .05: false share ≤ .10 (small numbers), recall ≥ .40, at intensity ≥ 40 % ≥ .70."""
    region, table = mixed
    decision, truth = judge(table).decision, region.truth
    assert (decision.attention & ~truth.manipulates).sum() <= 0.10 * decision.attention.sum()
    assert decision.attention[truth.manipulates].mean() >= 0.40
    assert decision.attention[truth.q >= 0.4].mean() >= 0.70 and decision.found[truth.manipulates].mean() >= 0.25


def test_true_gain_is_not_flagged():
    """Every tenth honest school really gains .4 sd in the last year: A ≤ 5 %, C none, though S1 sees the gain."""
    region = simulate(73_000, World(manipulators=0.0, gain_share=0.1, rows=False))
    table = measure(region.works, region.schools)
    decision, gained = judge(table).decision, region.truth.gained
    assert decision.attention[gained].mean() <= 0.05 and not decision.found[gained].any()
    assert table.z["S1_level"][gained, -1].mean() > 1.5


def test_district_with_norms_keeps_most_of_the_power():
    """Districts of 45 with the region's norms: few false, recall ≥ .3 without pupil rows."""
    region = without_rows(simulate(74_000))
    norms = make_norms(region.works, region.schools, "2026-09-01", "регион")
    flagged, guilty = [], []
    for pick, works, schools in cut(region, 45, False):
        flagged.append(judge(measure(works, schools, norms)).decision.attention)
        guilty.append(truth_of(region.truth, pick).manipulates)
    flagged, guilty = np.concatenate(flagged), np.concatenate(guilty)
    assert (flagged & ~guilty).sum() <= 3 and flagged[guilty].mean() >= 0.3
