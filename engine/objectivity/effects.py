"""What a card shows: effects in pupils, pairs and marks with intervals, and the expected curve for a chart. No p-values."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .records import Work, WorkKey
from .school_signs import SignTable
from .similarity import ENOUGH_PAIRS, most_usual
from .spike import apply, exact_mid_p

Z95 = 1.959964


@dataclass(frozen=True)
class Lift:
    """Lifted pupils at the borders of a school-year. Shapes (S,); NaN = nobody near a border.

    share ± share_error: λ, the share of pupils just below a border who were lifted over it;
    extra, low, high: pupils over the border above expectation and their 95 % interval.
    """

    share: np.ndarray
    share_error: np.ndarray
    extra: np.ndarray
    low: np.ndarray
    high: np.ndarray


def lift_of_year(table: SignTable, year: int) -> Lift:
    """Pool S2 over the works of a year: λ = ΣS / ΣN(1 − π). λ is slightly low, never high (.58 for a true .60)."""
    count = len(table.included)
    excess, variance, below = np.zeros(count), np.zeros(count), np.zeros(count)
    for key, result in table.works.items():
        if key.year == year and "S2_spike" in result.outcomes:
            outcome = result.outcomes["S2_spike"]
            known = np.isfinite(outcome.numerator) & (outcome.error > 0)
            where = result.schools[known]
            liftable = np.sqrt(outcome.variance[known]) / outcome.error[known]  # pupils just below the borders
            np.add.at(excess, where, outcome.effect[known] * liftable)
            np.add.at(variance, where, outcome.variance[known])
            np.add.at(below, where, liftable)
    known = variance > 0
    excess, half = np.where(known, excess, np.nan), np.where(known, np.sqrt(variance), np.nan)
    safe = np.maximum(below, 1e-9)
    return Lift(excess / safe, half / safe, excess, excess - Z95 * half, excess + Z95 * half)


@dataclass(frozen=True)
class Similar:
    """S8 of a school-year over its works: similar pairs inside classes, all informative pairs, how many similar are expected, and up to how many are usual.

    expected and usual are NaN where the pairs are too few or no base rate is known.
    """

    found: float
    pairs: float
    expected: float
    usual: float


def similar_of_year(table: SignTable, year: int, school: int) -> Similar:
    """Add up the pairs of a school over the works of a year. Zero pairs: no rows of pupils with classes and items were read."""
    counts = [result.pairs for key, result in table.works.items() if key.year == year and result.pairs is not None]
    found, pairs = (float(sum(pair[part][school] for pair in counts)) for part in (0, 1))
    rate = table.norms["similarity"].get(str(year))
    if rate is None or pairs < ENOUGH_PAIRS or not np.isfinite(table.z["S8_similar"][school, table.years.index(year)]):
        return Similar(found, pairs, np.nan, np.nan)
    return Similar(found, pairs, pairs * rate["rate"], most_usual(pairs, rate))


@dataclass(frozen=True)
class Curve:
    """Chart of one work of one school. Shapes (max + 1,): observed pupils and the expected curve; borders: points.

    at_border, expected_at_border, error_at_border (borders,): pupils on each border, binomial standard error; p: exact mid-p of this
    work alone, for the appendix.
    """

    observed: np.ndarray
    expected: np.ndarray
    borders: tuple[int, ...]
    at_border: np.ndarray
    expected_at_border: np.ndarray
    error_at_border: np.ndarray
    p: float

    @property
    def extra(self) -> tuple[float, float]:
        """Pupils over all borders above expectation and half of the 95 % interval."""
        return float((self.at_border - self.expected_at_border).sum()), float(Z95 * np.sqrt((self.error_at_border**2).sum()))


def curve_of(work: Work, row: int, norm: dict) -> Curve:
    """Return the chart of row `row` of the work; `norm` is WorkResult.norm. The curve is scaled to the school's n."""
    hist = np.nan_to_num(work.hist[row: row + 1])
    _, spike = apply(hist, work.borders, norm["S2_spike"])
    expected = spike.expected[0] * hist.sum() / max(spike.expected[0].sum(), 1e-9)
    p = exact_mid_p(spike.above[0], spike.window[0], spike.chance[0])
    window, chance = spike.window[0], spike.chance[0]
    return Curve(hist[0], expected, tuple(work.borders), spike.above[0], window * chance, np.sqrt(window * chance * (1 - chance)), p)


def points_per_sd(pooled: np.ndarray) -> float:
    """Return how many primary points one pupils' sd is: S1 effects times this are points above expectation."""
    score = np.arange(len(pooled))
    mean = (pooled * score).sum() / pooled.sum()
    return float(np.sqrt((pooled * (score - mean) ** 2).sum() / pooled.sum()))


@dataclass(frozen=True)
class Effect:
    """Effect of one sign in one work with its 95 % interval, in the sign's own unit (see the sign's module)."""

    value: float
    low: float
    high: float


def effect_of(table: SignTable, key: WorkKey, sign: str, school: int) -> Effect | None:
    """Return the effect of a sign for a school in a work; None when the sign is unknown there."""
    result = table.works[key]
    row = np.flatnonzero(result.schools == school)
    if sign not in result.outcomes or not len(row):
        return None
    outcome = result.outcomes[sign]
    value, error = float(outcome.effect[row[0]]), float(outcome.error[row[0]])
    if not np.isfinite(outcome.numerator[row[0]]):
        return None
    return Effect(value, value - Z95 * error, value + Z95 * error)
