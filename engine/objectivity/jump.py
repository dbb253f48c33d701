"""S4, jump of a cohort from year to year. Text only: a real gain of +0.4 sd trips it in 99 % of schools.

It never enters a decision; the card says "changed by so much" beside the other signs.
"""
from __future__ import annotations

import numpy as np

from .scale import Scores


def cohort_change(now: Scores, now_schools: np.ndarray, before: Scores, before_schools: np.ndarray,
                  schools: int) -> tuple[np.ndarray, np.ndarray]:
    """Return change of the normal-score mean of one cohort and its standard error, by school.

    Shapes: (schools,) × 2. Units: pupils' sd. The sampling errors are taken as independent: pupils move.
    """
    mean, variance = np.full((2, schools), np.nan), np.full((2, schools), np.nan)
    for row, (scores, index) in enumerate(((now, now_schools), (before, before_schools))):
        with np.errstate(invalid="ignore", divide="ignore"):
            mean[row, index], variance[row, index] = scores.mean, scores.sd**2 / scores.n
    return mean[0] - mean[1], np.sqrt(variance.sum(0))
