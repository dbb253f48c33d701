"""S6, uniformity: results are too even for such a mean; S6b: too few «2» for such a mean.

Both are given the mean, so that an easy work (ceiling) or a strong school is not a sign: honest top 10 % schools trip
"no «2» at all" in 55 % of works and S6b in 0.3 %. Effect: S6 spread as a share of the expected one minus 1;
S6b missing «2» in pupils.
"""
from __future__ import annotations

import numpy as np
from scipy import stats
from scipy.special import ndtri

from .context import apply_funnel, fit_funnel
from .records import Outcome, outcome_of_z
from .scale import Scores

MINIMUM = 10
_LADDER = (("mean", "mean2"),)
_GRID = np.linspace(-0.6, 0.6, 481)


def _evenness(scores: Scores) -> tuple[np.ndarray, dict]:
    """Cube root of the variance (Wilson–Hilferty: near-normal in small samples), reversed, and its context."""
    return -np.cbrt(scores.sd**2), {"mean": scores.mean, "mean2": scores.mean**2}


def _variance(n: np.ndarray, typical: float) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return np.where(n >= MINIMUM, (2 / 9) * 1.1 * typical**2 / n, np.nan)


def fit(scores: Scores) -> dict:
    """Return the norm of S6."""
    y, context = _evenness(scores)
    typical = float(np.nanmedian(-y[scores.n >= MINIMUM])) if (scores.n >= MINIMUM).any() else 1.0
    return {"typical": typical, "funnel": fit_funnel(y, _variance(scores.n, typical), context, _LADDER, every=True)}


def apply(scores: Scores, norm: dict) -> Outcome:
    """Return S6 by school."""
    y, context = _evenness(scores)
    z, residual, error = apply_funnel(y, _variance(scores.n, norm["typical"]), context, norm["funnel"])
    slope = 1.5 / norm["typical"]  # d log(sd) / d cube root of the variance
    return outcome_of_z(z, -residual * slope, error * slope)


def expected_twos(hist: np.ndarray, shape: np.ndarray, border: int) -> tuple[np.ndarray, np.ndarray]:
    """Return observed «2» and their expected share at the school's own mean (one-parameter tilt of the shape)."""
    score = np.arange(hist.shape[1])
    n = hist.sum(1)
    mean = hist @ score / np.maximum(n, 1)
    log_tilted = np.log(np.maximum(shape / shape.sum(), 1e-7)) + np.outer(_GRID * 20 / score[-1], score)
    tilted = np.exp(log_tilted - log_tilted.max(1, keepdims=True))
    tilted /= tilted.sum(1, keepdims=True)
    return hist[:, :border].sum(1), np.interp(mean, tilted @ score, tilted[:, :border].sum(1))


def apply_few_twos(hist: np.ndarray, shape: np.ndarray, border: int) -> Outcome:
    """Return S6b by school: binomial mid-p of so few «2»; unknown where fewer than one is expected."""
    observed, share = expected_twos(hist, shape, border)
    n = hist.sum(1)
    known = (n >= MINIMUM) & (n * share >= 1.0)
    size, chance = np.where(known, n, 1), np.where(known, share, 0.5)
    lower = stats.binom.cdf(observed, size, chance) - 0.5 * stats.binom.pmf(observed, size, chance)
    z = np.where(known, -ndtri(np.clip(lower, 1e-9, 1 - 1e-9)), np.nan)
    error = np.sqrt(size * chance * (1 - chance))
    return outcome_of_z(z, np.where(known, n * share - observed, np.nan), np.where(known, error, np.nan))
