"""S8, similarity: too many improbable pairs of answer profiles inside a class. Needs pupil rows.

ВПР gives item scores, not chosen options, so the pair statistic is a score analogue of the generalised binomial test
(van der Linden & Sotaridona 2006): matches of item scores against expectation given both totals. Honest schools are
1.39 times more similar inside than across, so the base rate is the within-school one. Effect: improbable pairs above
expectation.
"""
from __future__ import annotations

import numpy as np
from scipy import stats
from scipy.special import ndtri

from .records import PupilRows

IMPROBABLE = 3.2
_INFORMATIVE = 0.8  # pairs near the ceiling match by necessity
_TRIM, _TRIM_CORRECTION, _EXTRA_DISPERSION = 0.9, 1.25, 0.7
_SMALLEST_CLASS, _ENOUGH_PAIRS = 5, 30


def match_tables(items: np.ndarray, item_max: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and variance of the number of matching item scores for every pair of totals, (T + 1, T + 1)."""
    total, top = items.sum(1), int(item_max.sum())
    width = max(1, top // 12)
    kernel = np.maximum(0, 1 - np.abs(np.arange(-width, width + 1)) / (width + 1))
    shares = np.zeros((top + 1, len(item_max), int(item_max.max()) + 1))
    for i in range(len(item_max)):
        np.add.at(shares[:, i], (total, items[:, i]), 1.0)
    shares = np.apply_along_axis(lambda column: np.convolve(column, kernel, "same"), 0, shares) + 0.02
    shares *= np.arange(shares.shape[2])[None, None, :] <= np.asarray(item_max)[None, :, None]
    shares /= shares.sum(2, keepdims=True)
    match = np.einsum("aiv,biv->abi", shares, shares)
    return match.sum(2), (match * (1 - match)).sum(2)


def count_pairs(rows: PupilRows, item_max: np.ndarray, schools: int) -> tuple[np.ndarray, np.ndarray]:
    """Return improbable and informative pairs inside classes by school, (schools,) × 2."""
    items = rows.items.astype(np.int16)
    mean, variance = match_tables(items, item_max)
    total = items.sum(1)
    klass = np.zeros(len(items), np.int64) if rows.klass is None else rows.klass.astype(np.int64)
    group = rows.school.astype(np.int64) * (int(klass.max(initial=0)) + 1) + klass
    order = np.argsort(group, kind="stable")
    found, pairs = np.zeros(schools), np.zeros(schools)
    for members in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        if len(members) < _SMALLEST_CLASS:
            continue
        first, second = np.triu_indices(len(members), 1)
        x, t = items[members], total[members]
        spread = variance[t[first], t[second]]
        z = ((x[first] == x[second]).sum(1) - mean[t[first], t[second]]) / np.sqrt(np.maximum(spread, 0.3))
        good = spread > _INFORMATIVE
        school = rows.school[members[0]]
        found[school] += (z[good] > IMPROBABLE).sum()
        pairs[school] += good.sum()
    return found, pairs


def fit_rate(found: np.ndarray, pairs: np.ndarray) -> dict | None:
    """Return the within-school base rate and over-dispersion without the tenth of schools with most such pairs."""
    ok = pairs >= _ENOUGH_PAIRS
    if ok.sum() < 20:
        return None
    found, pairs = found[ok], pairs[ok]
    calm = found / pairs <= np.quantile(found / pairs, _TRIM)
    rate = max(float(found[calm].sum() / max(pairs[calm].sum(), 1)) * _TRIM_CORRECTION, 1e-6)
    expected = pairs[calm] * rate
    dispersion = float(np.sum((found[calm] - expected) ** 2 - expected) / max(np.sum(expected**2), 1e-9))
    return {"rate": rate, "dispersion": max(dispersion, 0.0) + _EXTRA_DISPERSION}


def rate_excess(found: np.ndarray, pairs: np.ndarray, norm: dict) -> np.ndarray:
    """Return z of so many improbable pairs: negative binomial mid-p. NaN where pairs are too few."""
    expected, size = pairs * norm["rate"], 1 / norm["dispersion"]
    chance = size / (size + np.maximum(expected, 1e-9))
    upper = stats.nbinom.sf(found, size, chance) + 0.5 * stats.nbinom.pmf(found, size, chance)
    return np.where(pairs >= _ENOUGH_PAIRS, -ndtri(np.clip(upper, 1e-12, 1 - 1e-9)), np.nan)
