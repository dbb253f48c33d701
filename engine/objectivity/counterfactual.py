"""S2 absolute: is there a spike in the histogram of a whole region, where comparison between schools sees nothing.

When 70 % of schools lift, the relative sign finds 0 %. The counterfactual is a log-linear curve with a parity term,
fitted outside the windows. A finding here is addressed to the region, not to schools.
Source: Holland & Thayer log-linear smoothing; bunching estimators (Dee et al. 2019).
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .spike import Spike, count_spike
from .tilt import window_mask

SIGNIFICANT = 2.326  # one-sided 1 % on each side


@dataclass(frozen=True)
class RegionalSpike:
    """One cut point of a regional histogram. Units: pupils; z are divided by √(expected · φ)."""

    border: int
    above: float
    above_expected: float
    below: float
    below_expected: float
    z_above: float
    z_below: float
    placebo: float
    lifted: float

    @property
    def strength(self) -> float:
        """The weaker of the two sides: a spike needs both excess above and missing mass below."""
        return min(self.z_above, self.z_below)

    @property
    def named(self) -> bool:
        """Both sides significant and above the largest placebo cut point."""
        return self.strength > max(SIGNIFICANT, self.placebo)


def window_of(top: int) -> tuple[int, int]:
    """Return (below, above) of the regional window: 2 points below on a ВПР scale, 5 on a 100-point one."""
    return (2, 1) if top <= 60 else (5, 1)


def smooth_counterfactual(pooled: np.ndarray, mask: np.ndarray, degree: int = 5) -> tuple[np.ndarray, float]:
    """Fit log E = Legendre polynomial + parity by Poisson where mask = 1; return E and over-dispersion φ ≥ 1.

    Shapes: (K,), (K,) -> (K,), scalar. The degree falls on short scales so that a third of the points stays free.
    """
    basis = _basis(len(pooled), min(degree, max(2, int(mask.sum()) // 2 - 2)))
    coef = np.zeros(basis.shape[1])
    coef[0] = np.log(pooled[mask > 0].mean() + 1)
    for _ in range(50):
        expected = np.exp(np.clip(basis @ coef, -20, 25))
        curvature = basis.T @ ((mask * expected)[:, None] * basis) + 1e-6 * np.eye(len(coef))
        step = np.clip(np.linalg.solve(curvature, basis.T @ (mask * (pooled - expected))), -2, 2)
        coef += step
        if np.abs(step).max() < 1e-8:
            break
    expected = np.exp(np.clip(basis @ coef, -20, 25))
    free = max(mask.sum() - len(coef), 1)
    return expected, max(float((mask * (pooled - expected) ** 2 / np.maximum(expected, 1)).sum() / free), 1.0)


def regional_spikes(pooled: np.ndarray, borders: Sequence[int], candidates: Sequence[int] | None = None,
                    window: tuple[int, int] | None = None) -> list[RegionalSpike]:
    """Judge the declared borders against placebo cut points of the same histogram.

    candidates: cut points to report (default: the borders). Placebo = all other cut points whose window does not
    touch a border's window, each fitted with the borders masked as well.
    """
    pooled = np.asarray(pooled, float)
    below, above = window or window_of(len(pooled) - 1)
    near = lambda cut: any(abs(cut - b) < below + above for b in borders)  # noqa: E731
    cuts = range(below + 1, len(pooled) - above - 1)
    rating = {cut: _rate(pooled, cut, borders, below, above) for cut in sorted({*cuts, *borders})}
    placebo = max((r[-1] for cut, r in rating.items() if not near(cut)), default=np.inf)
    return [_spike(cut, rating[cut], placebo) for cut in (borders if candidates is None else candidates)]


def rank_of_borders(pooled: np.ndarray, window: tuple[int, int] | None = None) -> dict[int, float]:
    """Return the strength of every cut point judged alone, nothing declared: which threshold stands out by itself."""
    pooled = np.asarray(pooled, float)
    below, above = window or window_of(len(pooled) - 1)
    return {cut: _rate(pooled, cut, (), below, above)[-1] for cut in range(below + 1, len(pooled) - above - 1)}


def school_absolute(hist: np.ndarray, borders: Sequence[int]) -> tuple[np.ndarray, np.ndarray, Spike, np.ndarray]:
    """Return z, lifted share, counts and variance of every school against the smooth curve, not other schools.

    The relative misfit of the smooth curve outside the windows is added to the variance: a school can be no further
    from the curve than the curve is from honest points. Shapes: hist (m, K) -> (m,), (m,), Spike, (m,).
    """
    pooled = hist.sum(0)
    mask = window_mask(len(pooled) - 1, borders)
    smooth, dispersion = smooth_counterfactual(pooled, mask)
    spike, _ = count_spike(hist, smooth, borders)
    misfit = (dispersion - 1) / max(float(np.mean(smooth[mask > 0])), 1.0)  # squared relative error of a point
    each = spike.window * spike.chance * (1 - spike.chance)
    variance = spike.variance + misfit * (each**2).sum(1)
    z = np.where(spike.variance > 0.05, spike.excess / np.sqrt(np.maximum(variance, 0.3)), np.nan)
    return z, spike.excess / np.maximum(spike.below, 1e-9), spike, variance


def _basis(size: int, degree: int) -> np.ndarray:
    score = np.arange(size)
    u = 2 * score / (size - 1) - 1
    parity = np.where(score % 2 == 0, 1.0, -1.0)
    return np.column_stack([np.polynomial.legendre.legvander(u, degree), parity, parity * u])


def _rate(pooled: np.ndarray, cut: int, borders: Sequence[int], below: int, above: int) -> tuple[float, ...]:
    mask = window_mask(len(pooled) - 1, (cut, *borders), below, above)
    expected, dispersion = smooth_counterfactual(pooled, mask)
    upper, lower = slice(cut, cut + above), slice(max(0, cut - below), cut)
    z_above = (pooled[upper].sum() - expected[upper].sum()) / np.sqrt(dispersion * expected[upper].sum())
    z_below = (expected[lower].sum() - pooled[lower].sum()) / np.sqrt(dispersion * expected[lower].sum())
    return (pooled[upper].sum(), expected[upper].sum(), pooled[lower].sum(), expected[lower].sum(),
            float(z_above), float(z_below), float(min(z_above, z_below)))


def _spike(cut: int, rating: tuple[float, ...], placebo: float) -> RegionalSpike:
    above, above_expected, below, below_expected, z_above, z_below, _ = rating
    lifted = max(0.0, (below_expected - below) / max(below_expected, 1e-9))
    return RegionalSpike(cut, above, above_expected, below, below_expected, z_above, z_below, placebo, lifted)
