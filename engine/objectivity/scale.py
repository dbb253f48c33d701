"""Score scale: raw points to normal scores by the pooled distribution of the same work and form."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

MINIMUM_SCHOOL = 8


def normal_scores(pooled: np.ndarray) -> np.ndarray:
    """Return Φ⁻¹(mid-rank) for every raw score: removes form difficulty and heaping, keeps the ceiling honest.

    Shapes: (K,) -> (K,). Units: standard deviations of pupils.
    """
    share = pooled / pooled.sum()
    return ndtri(np.clip(np.cumsum(share) - share / 2, 1e-4, 1 - 1e-4))


def moments(hist: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return n, mean and sd (n − 1) of `values` by school; NaN where they do not exist.

    Shapes: (m, K), (K,) -> (m,) × 3.
    """
    n = hist.sum(1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = hist @ values / n
        square = hist @ values**2 / n
        sd = np.sqrt(np.maximum(square - mean**2, 0) * n / (n - 1))
    return n, np.where(n > 0, mean, np.nan), np.where(n > 1, sd, np.nan)


def within_variance(n: np.ndarray, sd: np.ndarray) -> float:
    """Return the pooled within-school variance over schools with n ≥ 5."""
    ok = n >= 5
    return float(np.sum((n[ok] - 1) * sd[ok] ** 2) / max(np.sum(n[ok] - 1), 1))


@dataclass(frozen=True)
class Scores:
    """A work on the normal-score scale. Shapes: hist (m, K), pooled (K,), values (K,), n, mean, sd (m,)."""

    hist: np.ndarray
    pooled: np.ndarray
    values: np.ndarray
    n: np.ndarray
    mean: np.ndarray
    sd: np.ndarray


def scores_of(hist: np.ndarray, pooled: np.ndarray | None = None) -> Scores:
    """Put a work on the normal-score scale of `pooled` (its own sum when no norm is given)."""
    hist = np.nan_to_num(np.asarray(hist, float))
    pooled = hist.sum(0) if pooled is None else np.asarray(pooled, float)
    values = normal_scores(pooled)
    return Scores(hist, pooled, values, *moments(hist, values))
