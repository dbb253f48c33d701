"""Test forms of the simulator: graded-response items, one form per grade × subject × year."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SUBJECTS = ("math", "russian")
ITEM_MAX = {"math": np.array([1] * 10 + [2] * 5),  # 20 points
            "russian": np.array([4, 3, 2, 3, 3, 3, 3, 2, 2, 2, 1, 1, 2, 2, 2, 1, 1, 1])}  # 38 points
BORDER_SHARES = (0.09, 0.47, 0.84)  # pupils below «3», «4», «5» on the first form; later forms keep the points


@dataclass(frozen=True)
class Form:
    """Items of one work. Shapes: item_max, slope (K,); steps: K arrays of thresholds on the latent scale."""

    item_max: np.ndarray
    slope: np.ndarray
    steps: tuple[np.ndarray, ...]

    @property
    def top(self) -> int:
        """Maximum primary score."""
        return int(self.item_max.sum())


def make_form(rng: np.random.Generator, subject: str) -> Form:
    """Draw a form. Steps of an item may nearly coincide (all-or-nothing marking), which makes even totals heap."""
    item_max = ITEM_MAX[subject]
    slope = rng.uniform(0.9, 1.7, len(item_max))
    middle = rng.normal(-0.35, 0.75, len(item_max)) + rng.normal(0, 0.08)
    spread = rng.choice([0.15, 0.5, 1.0], len(item_max))
    steps = tuple(slope[i] * (middle[i] + (np.arange(m) - (m - 1) / 2) * spread[i]) for i, m in enumerate(item_max))
    return Form(item_max, slope, steps)


def answer(rng: np.random.Generator, form: Form, ability: np.ndarray, leniency: np.ndarray) -> np.ndarray:
    """Return item scores (N, K); leniency of the marker acts on items with more than one point."""
    latent = ability[:, None] * form.slope + rng.logistic(0, 0.75, (len(ability), len(form.slope)))
    latent += np.where(form.item_max >= 2, leniency[:, None], 0.0)
    return np.stack([(latent[:, i, None] > steps).sum(1) for i, steps in enumerate(form.steps)], 1).astype(np.int8)


def borders_of(score: np.ndarray) -> tuple[int, int, int]:
    """Return borders «3», «4», «5» by the shares of the first form, at least three points apart."""
    b3, b4, b5 = (int(np.ceil(np.quantile(score, share))) for share in BORDER_SHARES)
    b3 = max(3, b3)
    b4 = max(b3 + 3, b4)
    return b3, b4, max(b4 + 3, b5)


def add_points(rng: np.random.Generator, items: np.ndarray, item_max: np.ndarray, points: np.ndarray) -> None:
    """Add `points[k]` to row k in place, on random open points; open-answer items three times more often.

    Gumbel keys give a weighted draw without replacement for all pupils at once.
    """
    who = np.flatnonzero(points > 0)
    if not len(who):
        return
    item = np.repeat(np.arange(len(item_max)), item_max)
    step = np.concatenate([np.arange(m) for m in item_max])
    key = rng.gumbel(size=(len(who), len(item))) + np.where(item_max[item] >= 2, np.log(3.0), 0.0)
    key[step < items[who][:, item]] = -np.inf
    rank = np.argsort(np.argsort(-key, axis=1), axis=1)
    taken = (rank < points[who][:, None]) & np.isfinite(key)
    for i in range(len(item_max)):
        items[who, i] += taken[:, item == i].sum(1).astype(np.int8)
