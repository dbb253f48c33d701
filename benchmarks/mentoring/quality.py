"""Exactness against an independent solver, totals against rivals, and how much closer than at random, factor by factor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from engine.mentoring.assignment import Ready

from .districts import FACTORS, simulate_task
from .oracle import milp_optimum
from .rivals import at_random, greedy, in_turn

RIVALS = {"ближайшие пары первыми": greedy, "по кругу": in_turn}


@dataclass
class Rival:
    """Sums over districts: where it makes as many pairs, its total and ours; where it makes fewer, how many pairs are lost."""

    ours: float = 0.0
    theirs: float = 0.0
    worst: float = 1.0
    worse: int = 0
    fewer: int = 0
    lost: int = 0

    @property
    def ratio(self) -> float:
        return self.theirs / self.ours


@dataclass
class Quality:
    """What was found over all districts. `matched`, `random`: mean differences by factor; `closer`: districts where ours is smaller."""

    districts: int = 0
    pairs: int = 0
    unmatched: int = 0
    wrong: list[int] = field(default_factory=list)
    largest_gap: float = 0.0
    rivals: dict[str, Rival] = field(default_factory=lambda: {name: Rival() for name in RIVALS})
    matched: np.ndarray = field(default_factory=lambda: np.zeros((2, len(FACTORS))))
    random: np.ndarray = field(default_factory=lambda: np.zeros((2, len(FACTORS))))
    closer: np.ndarray = field(default_factory=lambda: np.zeros((2, len(FACTORS)), int))


def measure(seeds: Iterable[int]) -> Quality:
    """Assign every district (odd seeds without constraints but capacity) and compare."""
    quality = Quality()
    for seed in seeds:
        _one(quality, seed, simulate_task(seed, 5 + seed % 56, plain=seed % 2 == 1).ready)
    return quality


def _one(quality: Quality, seed: int, ready: Ready) -> None:
    optimum = ready.network.solve()
    matched, units = ready.network.worth(optimum.assigned)
    best, least = milp_optimum(ready.cost / 1e9, ready.network.allowed, ready.network.capacity)
    gap = abs(units / 1e9 - least)
    quality.largest_gap = max(quality.largest_gap, gap)
    if matched != best or gap > 1e-6:
        quality.wrong.append(seed)
    ours = optimum.assigned.copy()
    for row, column in ready.fixed.items():
        ours[row] = column
    quality.districts += 1
    quality.pairs += int((ours >= 0).sum())
    quality.unmatched += int((ours < 0).sum())
    for name, rival in RIVALS.items():
        _against(quality.rivals[name], ready, ours, rival(ready))
    _closer(quality, ready, ours, seed)


def _against(rival: Rival, ready: Ready, ours: np.ndarray, theirs: np.ndarray) -> None:
    (count, total), (their_count, their_total) = ready.network.worth(ours), ready.network.worth(theirs)
    if their_count < count:
        rival.fewer += 1
        rival.lost += count - their_count
    elif count:
        rival.ours += total / 1e9
        rival.theirs += their_total / 1e9
        rival.worse += their_total > total
        rival.worst = max(rival.worst, their_total / max(total, 1))


def _closer(quality: Quality, ready: Ready, ours: np.ndarray, seed: int) -> None:
    rng = np.random.default_rng(seed)
    draws = [at_random(ready, rng) for _ in range(20)]
    for at in range(len(FACTORS)):
        sums = [_differences(ready, at, [ours]), _differences(ready, at, draws)]
        for store, values in zip((quality.matched, quality.random), sums, strict=True):
            store[:, at] += values.sum(), len(values)
        if all(len(values) for values in sums):
            quality.closer[:, at] += sums[0].mean() <= sums[1].mean(), 1


def _differences(ready: Ready, factor: int, choices: list[np.ndarray]) -> np.ndarray:
    compared = ready.comparison
    values = [compared.similarity.differences(factor, compared.rows[chosen >= 0], compared.columns[chosen[chosen >= 0]]) for chosen in choices]
    joined = np.concatenate(values)
    return joined[~np.isnan(joined)]
