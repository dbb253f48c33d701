"""S2, border spike: pupils just below a border are missing and pupils on the border are too many.

Relative version: against the pooled distribution of the same work, so heaping by item weights is no spike.
Given N pupils in the window [b − 2, b], the number on the border is Bin(N, π), π from the tilted curve.
Source: excess/missing mass (Diamond & Persson 2016), conditional binomial (Frandsen 2017); pooling is our own.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from .records import Outcome
from .tilt import ABOVE, BELOW, tilt_fit, window_mask

# The reference curve is recomputed without the tenth that spikes most. The opposite tenth goes too: cutting one side
# only leaves every honest school with λ ≈ +.035 (measured), cutting both leaves +.003.
_TRIM = 0.10


@dataclass(frozen=True)
class Spike:
    """Counts by school and border. Shapes: above, window, chance (m, borders); expected (m, K).

    above: pupils on the border; window: pupils in [b − 2, b]; chance: π, the expected share of `above` in `window`.
    """

    above: np.ndarray
    window: np.ndarray
    chance: np.ndarray
    expected: np.ndarray

    @property
    def excess(self) -> np.ndarray:
        """Pupils above expectation over all borders, (m,)."""
        return (self.above - self.window * self.chance).sum(1)

    @property
    def variance(self) -> np.ndarray:
        """Binomial variance of the excess, (m,)."""
        return (self.window * self.chance * (1 - self.chance)).sum(1)

    @property
    def below(self) -> np.ndarray:
        """Expected pupils just below the borders, those who could be lifted, (m,)."""
        return (self.window * (1 - self.chance)).sum(1)


def count_spike(hist: np.ndarray, shape: np.ndarray, borders: Sequence[int], below: int = BELOW, above: int = ABOVE,
                start: np.ndarray | None = None) -> tuple[Spike, np.ndarray]:
    """Count the window of every border against the tilted curve; returns the coefficients for a warm start too."""
    shape = np.maximum(shape / shape.sum(), 1e-6)
    mask = window_mask(hist.shape[1] - 1, borders, below, above)
    expected, coef = tilt_fit(hist, shape, mask, 8 if start is None else 4, start)
    upper = np.stack([hist[:, b: b + above].sum(1) for b in borders], 1)
    total = np.stack([hist[:, max(0, b - below): b + above].sum(1) for b in borders], 1)
    expected_upper = np.stack([expected[:, b: b + above].sum(1) for b in borders], 1)
    expected_total = np.stack([expected[:, max(0, b - below): b + above].sum(1) for b in borders], 1)
    return Spike(upper, total, expected_upper / np.maximum(expected_total, 1e-12), expected), coef


def fit(hist: np.ndarray, pooled: np.ndarray, borders: Sequence[int]) -> dict:
    """Return the norm of S2: the pooled shape without the tenths of schools that spike most and least."""
    first, _ = count_spike(hist, pooled, borders)
    z = first.excess / np.sqrt(np.maximum(first.variance, 1e-9))
    low, high = np.quantile(z, [_TRIM, 1 - _TRIM])
    calm = (z >= low) & (z <= high)
    shape = hist[calm].sum(0)
    return {"shape": (shape / shape.sum()).tolist()}


def apply(hist: np.ndarray, borders: Sequence[int], norm: dict) -> tuple[Outcome, Spike]:
    """Return S2 by school, effect = lifted share λ ± se of pupils just below a border, and the counts for a card."""
    spike, _ = count_spike(hist, np.asarray(norm["shape"]), borders)
    known = spike.variance > 0.05
    excess, variance = np.where(known, spike.excess, np.nan), np.where(known, spike.variance, np.nan)
    below = np.maximum(spike.below, 1e-9)
    return Outcome(excess, variance, excess / below, np.sqrt(variance) / below), spike


def exact_mid_p(above: Sequence[float], window: Sequence[float], chance: Sequence[float]) -> float:
    """Return the exact mid-p of the total excess over the borders of one work of one school: ΣBin(N_b, π_b).

    Example: exact_mid_p([3], [3], [0.5]) = ½ · ½³ = 0.0625.
    """
    pmf = np.ones(1)
    for n, share in zip(window, chance, strict=True):
        pmf = np.convolve(pmf, stats.binom.pmf(np.arange(int(round(n)) + 1), int(round(n)), share))
    total = int(round(sum(above)))
    return float(pmf[total + 1:].sum() + 0.5 * pmf[total])
