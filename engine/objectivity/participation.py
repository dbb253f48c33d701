"""S9, participation: more pupils missed the work than elsewhere. Needs enrolment; without it the sign is unknown.

Effect: share of pupils absent above expectation.
"""
from __future__ import annotations

import numpy as np

from .context import NO_CONTEXT, apply_funnel, fit_funnel
from .records import Outcome, outcome_of_z
from .scale import MINIMUM_SCHOOL


def absence(n: np.ndarray, enrolled: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return Anscombe's arcsine of the participating share with reversed sign, and its variance 1/(4·enrolled).

    More participants than enrolled is an error of the list, not a school without absence: NaN.
    """
    ok = np.isfinite(enrolled) & (enrolled >= MINIMUM_SCHOOL) & (n <= enrolled) & (n > 0)
    size = np.where(ok, enrolled, 1.0)
    share = np.where(ok, (np.minimum(n, size) + 0.375) / (size + 0.75), 0.5)
    return np.where(ok, -np.arcsin(np.sqrt(share)), np.nan), np.where(ok, 0.25 / size, np.nan)


def fit(n: np.ndarray, enrolled: np.ndarray) -> dict:
    """Return the norm of S9."""
    y, variance = absence(n, enrolled)
    return {"funnel": fit_funnel(y, variance, {}, NO_CONTEXT, every=True)}


def apply(n: np.ndarray, enrolled: np.ndarray, norm: dict) -> Outcome:
    """Return S9 by school."""
    y, variance = absence(n, enrolled)
    z, residual, error = apply_funnel(y, variance, {}, norm["funnel"])
    slope = np.abs(np.sin(2 * y))  # d share / d arcsine, so that the effect is read in shares of pupils
    return outcome_of_z(z, residual * slope, error * slope)
