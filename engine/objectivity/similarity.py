"""S8, similarity: too many improbable pairs of answer profiles inside a class. Needs pupils' item scores, or pairs counted while a sheet was read.

ВПР gives item scores, not chosen options, so the pair statistic is a score analogue of the generalised binomial test
(van der Linden & Sotaridona 2006): matches of item scores against expectation given both totals. Honest schools are
1.39 times more similar inside than across, so the base rate is the within-school one. Effect: improbable pairs above
expectation.

Item scores are packed, four bits each: two pupils are compared by one XOR, and a million rows take no more memory than a column of numbers.
"""
from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import stats
from scipy.special import ndtri

from .records import PupilRows

IMPROBABLE = 3.2
SMALLEST_CLASS = 5
ENOUGH_PAIRS = 30  # of a school in a year
PER_WORD = 12  # items in a packed word: 48 bits, so that a double holds it, too
MOST_POINTS = 15  # for an item, in four bits
_INFORMATIVE = 0.8  # pairs near the ceiling match by necessity
_TRIM, _TRIM_CORRECTION, _EXTRA_DISPERSION, _FEW = 0.9, 1.25, 0.7, 2
_AT_ONCE = 1 << 18  # pairs compared at a time: the arrays stay in the processor's cache
_SAMPLE = 100_000  # pupils the expectation is learnt from: more would not change it
_NIBBLES = np.uint64(0x1111111111111111)


# ---------------------------------------------------------------- pupils -> improbable pairs


def pack(items: np.ndarray) -> np.ndarray:
    """Pack item scores (N, K) of 0..15 into words (N, ⌈K / 12⌉)."""
    words = np.zeros((len(items), -(-items.shape[1] // PER_WORD)), np.uint64)
    for index in range(items.shape[1]):
        words[:, index // PER_WORD] |= items[:, index].astype(np.uint64) << np.uint64(4 * (index % PER_WORD))
    return words


def unpack(words: np.ndarray, count: int) -> np.ndarray:
    """Return the item scores (N, count) of packed words."""
    items = np.empty((len(words), count), np.int16)
    for index in range(count):
        items[:, index] = (words[:, index // PER_WORD] >> np.uint64(4 * (index % PER_WORD))) & np.uint64(15)
    return items


def match_tables(items: np.ndarray, item_max: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and variance of the number of matching item scores for every pair of totals, (T + 1, T + 1)."""
    total, top, values = items.sum(1, dtype=np.int64), int(item_max.sum()), int(item_max.max()) + 1
    width = max(1, top // 12)
    kernel = np.maximum(0, 1 - np.abs(np.arange(-width, width + 1)) / (width + 1))
    shares = np.zeros((top + 1, len(item_max), values))
    for i in range(len(item_max)):
        shares[:, i] = np.bincount(total * values + items[:, i], minlength=(top + 1) * values).reshape(top + 1, values)
    shares = np.apply_along_axis(lambda column: np.convolve(column, kernel, "same"), 0, shares) + 0.02
    shares *= np.arange(values)[None, None, :] <= np.asarray(item_max)[None, :, None]
    shares /= shares.sum(2, keepdims=True)
    match = np.einsum("aiv,biv->abi", shares, shares)
    return match.sum(2), (match * (1 - match)).sum(2)


def count_packed(words: np.ndarray, group: np.ndarray, item_max: np.ndarray, wanted: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return improbable and informative pairs of every class, (G,) × 2.

    Shapes: words (N, W), see `pack`; group (N,) the class of every pupil, 0..G − 1, in order. The expectation is learnt from all pupils,
    pairs are counted only in classes that are `wanted` (G,). Time is linear in pupils while classes are of a class's size.
    """
    items = unpack(words[:: -(-len(words) // _SAMPLE)], len(item_max))
    mean, variance = match_tables(items, item_max)
    informative = variance > _INFORMATIVE
    limit = np.where(informative, mean + IMPROBABLE * np.sqrt(np.maximum(variance, 0.3)), np.inf).astype(np.float32).ravel()
    total, side = unpack_total(words), len(mean)
    sizes = np.bincount(group)
    starts = np.cumsum(sizes) - sizes
    found, pairs = np.zeros(len(sizes)), np.zeros(len(sizes))
    for classes, size in _batches(sizes, wanted):
        first, second = np.triu_indices(size, 1)
        place = starts[classes][:, None] + np.arange(size)
        level = total[place]
        cell = level[:, first] * side + level[:, second]
        same = len(item_max) - _differences(words[place], first, second)
        found[classes] = (same > limit[cell]).sum(1)
        pairs[classes] = informative.ravel()[cell].sum(1)
    return found, pairs


def unpack_total(words: np.ndarray) -> np.ndarray:
    """Return the sum of the item scores of packed words, (N,)."""
    low, total = np.uint64(0x0F0F0F0F0F0F0F0F), np.zeros(len(words), np.int32)
    for word in words.T:
        bytes_ = (word & low) + ((word >> np.uint64(4)) & low)
        total += ((bytes_ * np.uint64(0x0101010101010101)) >> np.uint64(56)).astype(np.int32)
    return total


def _batches(sizes: np.ndarray, wanted: np.ndarray | None) -> Iterator[tuple[np.ndarray, int]]:
    """Yield classes of one size, as many as are compared at once."""
    take = sizes >= SMALLEST_CLASS if wanted is None else (sizes >= SMALLEST_CLASS) & wanted
    for size in np.unique(sizes[take]):
        classes = np.flatnonzero(take & (sizes == size))
        step = max(1, _AT_ONCE // (size * (size - 1) // 2))
        yield from ((classes[start: start + step], int(size)) for start in range(0, len(classes), step))


def _differences(words: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return in how many items the pupils of every pair differ, (G, pairs); words (G, n, W)."""
    count = np.zeros((len(words), len(first)), np.uint8)
    for index in range(words.shape[2]):
        differ = words[:, first, index] ^ words[:, second, index]
        differ |= differ >> np.uint64(1)
        differ |= differ >> np.uint64(2)
        count += np.bitwise_count(differ & _NIBBLES)
    return count


def count_pairs(rows: PupilRows, item_max: np.ndarray, schools: int) -> tuple[np.ndarray, np.ndarray]:
    """Return improbable and informative pairs inside classes by school, (schools,) × 2."""
    klass = np.zeros(len(rows.items), np.int64) if rows.klass is None else rows.klass.astype(np.int64)
    named = rows.school.astype(np.int64) * (int(klass.max(initial=0)) + 1) + klass
    order = np.argsort(named, kind="stable")
    _, first, group = np.unique(named[order], return_index=True, return_inverse=True)
    by_class = count_packed(pack(rows.items[order]), group, item_max)
    school = rows.school[order][first]
    found, pairs = (np.bincount(school, counts, schools) for counts in by_class)
    return found, pairs


# ---------------------------------------------------------------- pairs -> the sign


def fit_rate(found: np.ndarray, pairs: np.ndarray) -> dict | None:
    """Return the within-school base rate and over-dispersion; None for fewer than 20 schools.

    The rate is that of nine tenths of the schools, without those with most such pairs. Where most schools have none, the tenth is all that was
    found, so the rate is never below one that counts at most two pairs of a school: a few pairs in a few schools are then not unusual.
    """
    ok = pairs >= ENOUGH_PAIRS
    if ok.sum() < 20:
        return None
    found, pairs = found[ok], pairs[ok]
    calm = found / pairs <= np.quantile(found / pairs, _TRIM)
    least = (np.minimum(found, _FEW).sum() + 1) / pairs.sum()
    rate = float(max(found[calm].sum() / max(pairs[calm].sum(), 1) * _TRIM_CORRECTION, least))
    expected = pairs[calm] * rate
    dispersion = float(np.sum((found[calm] - expected) ** 2 - expected) / max(np.sum(expected**2), 1e-9))
    return {"rate": rate, "dispersion": max(dispersion, 0.0) + _EXTRA_DISPERSION}


def rate_excess(found: np.ndarray, pairs: np.ndarray, norm: dict) -> np.ndarray:
    """Return z of so many improbable pairs: negative binomial mid-p. NaN where pairs are too few."""
    expected, size = pairs * norm["rate"], 1 / norm["dispersion"]
    chance = size / (size + np.maximum(expected, 1e-9))
    upper = stats.nbinom.sf(found, size, chance) + 0.5 * stats.nbinom.pmf(found, size, chance)
    return np.where(pairs >= ENOUGH_PAIRS, -ndtri(np.clip(upper, 1e-12, 1 - 1e-9)), np.nan)


def most_usual(pairs: float, norm: dict) -> float:
    """Return how many improbable pairs 95 of 100 schools with so many pairs do not exceed."""
    size, expected = 1 / norm["dispersion"], max(pairs * norm["rate"], 1e-9)
    return float(stats.nbinom.ppf(0.95, size, size / (size + expected)))
