"""Fixed-threshold rules of practice, as a baseline only: none of them may reach the product."""
from __future__ import annotations

import numpy as np

from engine.objectivity.records import WorkKey
from engine.objectivity.scale import moments

from .simulator import GRADES, Region

MARKERS = ("mean + 2 SE", "ratio > 1.5", "> 30 % above journal", "jump > 10 p. p.")
_ABOVE = np.triu(np.ones((4, 4)), 1)


def markers(region: Region, year: int) -> np.ndarray:
    """Return the four markers of every work of the year, (S, works, 4) bool."""
    works = {work.key: work for work in region.works}
    return np.stack([_markers_of(works, key) for key in sorted(works) if key.year == year], 1)


def _markers_of(works: dict, key: WorkKey) -> np.ndarray:
    work = works[key]
    share = np.arange(work.top + 1.0) / work.top
    n, mean, sd = moments(work.hist, share)
    pooled = work.hist.sum(0)
    high = mean > pooled @ share / pooled.sum() + 2 * sd / np.sqrt(np.maximum(n, 1))
    spike = np.any([(work.hist[:, b] > 1.5 * np.maximum(work.hist[:, b - 1], 1)) & (work.hist[:, b] >= 3)
                    for b in work.borders], axis=0)
    above = (work.cross * _ABOVE).sum((1, 2)) / np.maximum(n, 1) > 0.30
    before = works.get(WorkKey(key.grade - 1 if key.grade > GRADES[0] else key.grade, key.subject, key.year - 1))
    jump = np.zeros(len(n), bool)
    if before is not None:
        jump = mean - moments(before.hist, np.arange(before.top + 1.0) / before.top)[1] > 0.10
    return np.stack([high, spike, above, jump], 1)


def region_sd_rule(region: Region, year: int) -> np.ndarray:
    """Mean above the region by two sd of school means in at least three works."""
    hits = np.zeros(region.schools.count, int)
    for work in region.works:
        if work.key.year == year:
            mean = moments(work.hist, np.arange(work.top + 1.0))[1]
            hits += mean > np.nanmean(mean) + 2 * np.nanstd(mean)
    return hits >= 3


def list_2018(region: Region, marks: np.ndarray, year: int, least: int) -> np.ndarray:
    """The rule of the 2018 list: mean + 2 SE in `least` works, not a gymnasium, ОГЭ below +0.5 sd of schools."""
    exams = [region.schools.exams[k] for k in region.schools.exams if k[1] == year]
    level = np.mean([(e.mean - e.mean.mean()) / e.mean.std() for e in exams], axis=0)
    return (marks[:, :, 0].sum(1) >= least) & (region.schools.gymnasium == 0) & (level < 0.5)


def rules(region: Region, year: int) -> dict[str, np.ndarray]:
    """Return rule -> (S,) flags for the table."""
    marks = markers(region, year)
    works = marks.shape[1]
    two = marks.sum(2) >= 2
    return {"наивно: любой маркер хотя бы в одной работе": marks.any((1, 2)),
            "наивно: среднее > региона + 2 SE, ≥ 1 работы": marks[:, :, 0].any(1),
            "наивно: среднее > региона + 2 SE, ≥ половины работ": marks[:, :, 0].sum(1) >= works / 2,
            "наивно: отношение у границы > 1,5, ≥ 1 работы": marks[:, :, 1].any(1),
            "наивно: > 30 % выше журнала, ≥ 1 работы": marks[:, :, 2].any(1),
            "наивно: 2 маркера в одной работе": two.any(1),
            "наивно: 2 маркера в ≥ 3 работах": two.sum(1) >= 3,
            "среднее > региона + 2 SD школ, ≥ 3 работ": region_sd_rule(region, year),
            "список 2018 года (≥ 3 работ)": list_2018(region, marks, year, 3),
            "список 2018 года (≥ половины работ)": list_2018(region, marks, year, (works + 1) // 2)}
