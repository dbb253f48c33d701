"""S3, journal: marks of the work are above what pupils with the same journal marks get elsewhere.

Effect: mean difference in marks. The reverse (journal above the work) is a finding about journals, not about the work.
Grading standards persist between years (r = .87), so S3 never counts as "repeated" and shares a family with S1.
"""
from __future__ import annotations

import numpy as np

from .context import apply_funnel, fit_funnel
from .level import sampling_variance
from .records import Outcome, outcome_of_z

MARKS = np.arange(2, 6)


def expected_marks(pooled: np.ndarray) -> tuple[np.ndarray, float]:
    """Return E[work mark | journal mark] and the residual variance of one pupil from pooled counts (4, 4)."""
    rows = pooled.sum(1)
    mean = np.where(rows > 0, pooled @ MARKS / np.maximum(rows, 1e-9), MARKS)
    return mean, float((pooled * (MARKS - mean[:, None]) ** 2).sum() / max(pooled.sum(), 1e-9))


def difference(cross: np.ndarray, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return n and mean(work mark − expected mark) by school, NaN where the journal is not known."""
    cross = np.nan_to_num(cross)
    n = cross.sum((1, 2))
    total = np.einsum("sjv,jv->s", cross, MARKS[None, :] - expected[:, None])
    return n, np.where(n > 0, total / np.maximum(n, 1), np.nan)


def fit(cross: np.ndarray, context: dict, every: bool = False) -> dict:
    """Return the norm of S3."""
    expected, sigma2 = expected_marks(np.nansum(cross, 0))
    n, mean = difference(cross, expected)
    return {"expected": expected.tolist(), "sigma2": sigma2,
            "funnel": fit_funnel(mean, sampling_variance(n, sigma2), context, every=every)}


def apply(cross: np.ndarray, context: dict, norm: dict) -> Outcome:
    """Return S3 by school."""
    n, mean = difference(cross, np.asarray(norm["expected"]))
    return outcome_of_z(*apply_funnel(mean, sampling_variance(n, norm["sigma2"]), context, norm["funnel"]))
