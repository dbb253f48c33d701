"""S7, item profile: items are solved unlike in schools of the same level; S7b: hard ones better, easy ones worse.

S7b is the 2018 practice sign with a norm. Effect: S7 mean squared item residual minus 1; S7b slope of the residual
on difficulty (sd of items).
"""
from __future__ import annotations

import numpy as np
from scipy.special import logit

from .null import solve_tau2
from .records import Outcome, outcome_of_z

MINIMUM = 10


def _profile(item_sum: np.ndarray, item_max: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, ...]:
    """Shrunk item shares (m, K), their logits, and the logit of the school's total share (m,)."""
    share = (item_sum + 0.5 * item_max) / ((n[:, None] + 1.0) * item_max)
    level = (item_sum.sum(1) + 1) / ((n + 2.0) * item_max.sum())
    return share, logit(np.clip(share, 0.01, 0.99)), logit(np.clip(level, 0.01, 0.99))


def _design(level: np.ndarray, centre: float) -> np.ndarray:
    return np.vander(level - centre, 4, increasing=True)


def _item_variance(share: np.ndarray, item_max: np.ndarray, n: np.ndarray) -> np.ndarray:
    return 1.0 / np.maximum(n[:, None] * share * (1 - share) * np.sqrt(item_max)[None, :], 0.3)


def usable(item_sum: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Mask of schools with all items known and enough pupils."""
    return (n >= MINIMUM) & np.isfinite(item_sum).all(1)


def fit(item_sum: np.ndarray, item_max: np.ndarray, n: np.ndarray) -> dict | None:
    """Return the norm of S7: item curves (cubic in level), between-school variance and difficulty; None if too few."""
    ok = usable(item_sum, n)
    if ok.sum() < 20:
        return None
    item_sum, n = item_sum[ok], n[ok]
    share, y, level = _profile(item_sum, item_max, n)
    centre = float(np.average(level, weights=n))
    design = _design(level, centre)
    ridge = 1e-6 * np.eye(4) * n.sum()
    coef = np.linalg.solve(design.T @ (n[:, None] * design) + ridge, design.T @ (n[:, None] * y))
    residual = y - design @ coef
    middle = np.median(residual, 0)
    variance = _item_variance(share, item_max, n)
    tau2 = [solve_tau2(residual[:, i] - middle[i], variance[:, i]) for i in range(y.shape[1])]
    difficulty = -np.average(y, axis=0, weights=n)
    return {"item_max": np.asarray(item_max, float).tolist(), "coef": coef.tolist(), "centre": centre, "tau2": tau2,
            "difficulty": ((difficulty - difficulty.mean()) / max(difficulty.std(), 1e-9)).tolist()}


def apply(item_sum: np.ndarray, item_max: np.ndarray, n: np.ndarray, norm: dict) -> tuple[Outcome, Outcome, np.ndarray]:
    """Return S7 (Wilson–Hilferty z of Σz²), S7b (z of the slope) and item z (m, K) for a card."""
    ok = usable(item_sum, n)
    safe = np.where(ok[:, None], item_sum, 0.5 * item_max)
    share, y, level = _profile(safe, item_max, np.where(ok, n, 1.0))
    residual = y - _design(level, norm["centre"]) @ np.asarray(norm["coef"])
    z = residual / np.sqrt(_item_variance(share, item_max, np.where(ok, n, 1.0)) + np.asarray(norm["tau2"]))
    z[~ok] = np.nan
    return _misfit(z), _slope(z, np.asarray(norm["difficulty"])), z


def _misfit(z: np.ndarray) -> Outcome:
    free = z.shape[1] - 1
    mean = (np.clip(z, -5, 5) ** 2).sum(1) / free
    spread = np.sqrt(2 / (9 * free))
    return outcome_of_z((np.cbrt(mean) - (1 - spread**2)) / spread, mean - 1, np.full(len(z), np.sqrt(2 / free)))


def _slope(z: np.ndarray, difficulty: np.ndarray) -> Outcome:
    norm = np.sqrt((difficulty**2).sum())
    slope = z @ difficulty / norm
    return outcome_of_z(slope, slope / norm, np.full(len(z), 1 / norm))
