"""Invented schools for the rule set: indicators that hang together, and gaps that come alone and in blocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.ruleset import INDICATORS, SCHOOL_TYPES

MISSING_TYPE = -1


@dataclass(frozen=True)
class Schools:
    """`values`: indicator -> float64 (n,), NaN where missing; `types`: codes into SCHOOL_TYPES, -1 where missing."""

    codes: np.ndarray
    types: np.ndarray
    values: dict[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def missing_share(self) -> float:
        return float(np.mean([np.isnan(column).mean() for column in self.values.values()]))


def make(count: int, seed: int = 1) -> Schools:
    """Draw schools. Shapes: 60 columns of `count` values on the scale 0–100 with one decimal; 8 % are missing.

    Five per cent are missing alone; three per cent because a form of ten indicators was not handed in.
    """
    draw = np.random.default_rng(seed)
    factors, weights = draw.normal(size=(count, 6)), draw.normal(size=(6, len(INDICATORS)))
    table = 50 + 12 * (factors @ weights / np.sqrt(6) + 0.7 * draw.normal(size=(count, len(INDICATORS))))
    table = np.round(np.clip(table, 0, 100), 1)
    table[draw.random(table.shape) < 0.052] = np.nan
    for form in range(0, len(INDICATORS), 10):
        table[draw.random(count) < 0.03, form:form + 10] = np.nan
    types = draw.choice(len(SCHOOL_TYPES), size=count, p=(0.6, 0.15, 0.1, 0.1, 0.05)).astype(np.int32)
    types[draw.random(count) < 0.02] = MISSING_TYPE
    codes = np.array([f"{number:06d}" for number in range(count)])
    return Schools(codes, types, {name: np.ascontiguousarray(table[:, place]) for place, name in enumerate(INDICATORS)})
