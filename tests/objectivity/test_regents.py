"""New York Regents 2010: the pass mark 65 comes out first of all thresholds and nothing else is named."""
import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from engine.objectivity.counterfactual import rank_of_borders, regional_spikes

CASE = Path(__file__).parents[3] / "shared" / "cases" / "nyc_regents_2010" / "data" / "histogram.csv"
pytestmark = pytest.mark.skipif(not CASE.exists(), reason="the Regents case is not on this machine")
EXAMS = ("integrated_algebra", "global_history", "living_environment", "english", "us_history")


def _histograms():
    out = defaultdict(lambda: np.zeros(101))
    with CASE.open() as lines:
        for row in csv.DictReader(lines):
            out[row["exam"]][int(row["score"])] = float(row["n"])
    return out


@pytest.mark.parametrize("exam", EXAMS)
def test_pass_mark_is_first_without_being_told(exam):
    """Every threshold judged alone, nothing declared."""
    strength = rank_of_borders(_histograms()[exam])
    assert max(strength, key=strength.get) == 65


@pytest.mark.parametrize("exam", EXAMS)
def test_only_the_pass_mark_is_named(exam):
    """65 declared: named; every other cut point, though the zig-zags of the scale are there: not named."""
    hist = _histograms()[exam]
    assert regional_spikes(hist, (65,))[0].named
    others = [cut for cut in range(8, 98) if abs(cut - 65) > 5]
    assert not [s.border for s in regional_spikes(hist, (65,), candidates=others) if s.named]


@pytest.mark.parametrize("exam", EXAMS)
def test_lifted_share_is_near_the_published_forty_per_cent(exam):
    """Dee et al.: about 40 % of papers near the cut; by exam we accept .3 to .8."""
    assert 0.3 < regional_spikes(_histograms()[exam], (65,))[0].lifted < 0.8
