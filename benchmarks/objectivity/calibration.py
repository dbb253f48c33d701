"""Tails of every sign on honest regions: the gate a sign passes before it ships."""
from __future__ import annotations

import numpy as np

from engine.objectivity.combine import SIGNS
from engine.objectivity.effects import lift_of_year
from engine.objectivity.school_signs import measure

from .simulator import World, simulate
from .tables import ratio, share, show


def calibration_table(seed: int, regions: int) -> str:
    """Return tail shares by sign and the bias of the lifted share λ."""
    z, gymnasium, next_year, lifted = {name: [] for name in SIGNS}, [], {name: [] for name in SIGNS}, []
    for i in range(regions):
        region = simulate(seed + i, World(manipulators=0.0))
        table = measure(region.works, region.schools)
        gymnasium.append(np.repeat(region.schools.gymnasium > 0, len(table.years)))
        lifted.append(lift_of_year(table, table.years[-1]).share)
        for name in SIGNS:
            z[name].append(table.z[name].ravel())
            next_year[name].append(_correlation(table.z[name][:, -2], table.z[name][:, -1]))
    rows = [_row(name, np.concatenate(z[name]), np.concatenate(gymnasium), np.mean(next_year[name])) for name in SIGNS]
    tails = show(f"Калибровка на честных данных ({regions} регионов × 500 школ × 3 года)",
                 ("признак", "P(z > 2,326), номинал 1 %", "P(z > 3,09), номинал 0,1 %", "P(z > 3,72), номинал 0,01 %",
                  "гимназии, P(z > 2,326)", "связь соседних лет"), rows)
    honest = np.concatenate(lifted)
    return (f"{tails}\nДоля поднятых работ λ у честных школ: в среднем {ratio(np.nanmean(honest))}, "
            f"разброс {ratio(np.nanstd(honest))}.\n")


def _row(name: str, z: np.ndarray, gymnasium: np.ndarray, correlation: float) -> tuple[str, ...]:
    known = np.isfinite(z)
    tails = [share(float((z[known] > limit).mean()), 2) for limit in (2.326, 3.09, 3.72)]
    return name, *tails, share(float((z[known & gymnasium] > 2.326).mean()), 1), f"{correlation:.2f}".replace(".", ",")


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    known = np.isfinite(first) & np.isfinite(second)
    return float(np.corrcoef(first[known], second[known])[0, 1]) if known.sum() > 50 else float("nan")
