"""S1, level: the mean is above what social context, school type and ОГЭ make us expect.

Effect: residual in pupils' standard deviations. Alone it is nearly powerless (recall 4–6 %) and that is right.
"""
from __future__ import annotations

import numpy as np

from .context import apply_funnel, fit_funnel
from .records import Outcome, outcome_of_z
from .scale import MINIMUM_SCHOOL, Scores, within_variance


def sampling_variance(n: np.ndarray, sigma2: float, minimum: int = MINIMUM_SCHOOL) -> np.ndarray:
    """Return σ²/n, NaN below the smallest school a work may be judged by."""
    with np.errstate(divide="ignore"):
        return np.where(n >= minimum, sigma2 / n, np.nan)


def fit(scores: Scores, context: dict, every: bool = False) -> dict:
    """Return the norm of S1: within-school variance and the funnel."""
    sigma2 = within_variance(scores.n, scores.sd)
    return {"sigma2": sigma2,
            "funnel": fit_funnel(scores.mean, sampling_variance(scores.n, sigma2), context, every=every)}


def apply(scores: Scores, context: dict, norm: dict) -> Outcome:
    """Return S1 by school. Example: a mean .3 sd over expectation with n = 50, τ² = .02 gives z ≈ 1.5."""
    variance = sampling_variance(scores.n, norm["sigma2"])
    return outcome_of_z(*apply_funnel(scores.mean, variance, context, norm["funnel"]))
