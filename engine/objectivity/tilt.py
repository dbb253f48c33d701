"""Expected score distribution of a school: the pooled shape, tilted to the school's own level and spread."""
from __future__ import annotations

from collections.abc import Sequence

import numpy as np

RIDGE = (4.0, 16.0)  # prior precision of tilt and spread: a class of 15 cannot bend the curve at will
BELOW, ABOVE = 2, 1  # the window [b − 2, b]; a wider one leaves nothing to fit on in a 20-point work


def window_mask(top: int, borders: Sequence[int], below: int = BELOW, above: int = ABOVE) -> np.ndarray:
    """Return 1 for scores the curve is fitted on and 0 inside the windows [b − below, b + above − 1]."""
    mask = np.ones(top + 1)
    for border in borders:
        mask[max(0, border - below): border + above] = 0
    return mask


def tilt_fit(hist: np.ndarray, shape: np.ndarray, mask: np.ndarray, rounds: int = 8,
             start: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Fit E_k = shape_k · exp(a + b₁u + b₂(u² − 1)) by ridge-Poisson on scores where mask = 1, all schools at once.

    Shapes: hist (m, K), shape (K,), mask (K,) -> E (m, K), coefficients (m, 3).
    """
    basis = _basis(shape)
    inside = basis * mask[:, None]
    products = (basis[:, :, None] * basis[:, None, :]).reshape(len(shape), 9)
    penalty = np.array([1e-6, *RIDGE])
    coef = _start(hist, shape, mask) if start is None else start.copy()
    for _ in range(rounds):
        expected = shape * np.exp(np.clip(coef @ basis.T, -15, 15))
        gradient = (hist - expected) @ inside - penalty * coef
        curvature = ((expected * mask) @ products).reshape(-1, 3, 3) + np.diag(penalty)
        coef += np.clip(np.linalg.solve(curvature, gradient[:, :, None])[:, :, 0], -1.5, 1.5)
    return shape * np.exp(np.clip(coef @ basis.T, -15, 15)), coef


def _basis(shape: np.ndarray) -> np.ndarray:
    score = np.arange(len(shape))
    mean = (shape * score).sum() / shape.sum()
    sd = np.sqrt((shape * (score - mean) ** 2).sum() / shape.sum())
    u = (score - mean) / sd
    return np.stack([np.ones(len(shape)), u, u**2 - 1], 1)


def _start(hist: np.ndarray, shape: np.ndarray, mask: np.ndarray) -> np.ndarray:
    coef = np.zeros((len(hist), 3))
    coef[:, 0] = np.log(np.maximum((hist * mask).sum(1), 0.5) / (shape * mask).sum())
    return coef
