"""How alike the conditions of two schools are: a weighted mean of robustly scaled differences, shown factor by factor.

The distance is Gower's coefficient (Gower 1971, «A general coefficient of similarity and some of its properties», Biometrics 27)
with a robust scale in place of the range: one school that stands far out must not make all the others look alike. A factor
unknown on either side is left out and the weights are taken anew; where too little weight is known the distance is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np

from engine.values import Numbers, Reason, Texts
from engine.words import by_code

# To the standard deviation of a normal distribution: 2 Φ⁻¹(3/4), and √(π/2).
_IQR_TO_SD, _MEAN_DEVIATION_TO_SD = 1.3489795003921634, 1.2533141373155001
PRECISION = 1e-9  # distances that differ by less are equal: they order and assign schools the same way on any machine


class FactorKind(Enum):
    """How a factor is compared; the values are the words of the rules."""

    NUMBER = "число"
    LOGARITHM = "логарифм"
    CATEGORY = "категория"


@dataclass(frozen=True, slots=True)
class Factor:
    """One declared condition of a school.

    `weight`: not negative, relative to the others. NUMBER: |a − b| in robust standard deviations, at most `limit`. LOGARITHM: the same
    for ln(a), so that 200 against 400 pupils is as far as 600 against 1,200. CATEGORY: 0 when equal, else 1.
    """

    name: str
    weight: float
    kind: FactorKind = FactorKind.NUMBER
    unit: str = ""
    limit: float = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """Schools and their conditions: `columns[k]`, of length n, holds factor k; `codes` are the n school codes.

    `least_known`: the smallest share of the total weight that must be known on both sides. Errors: ValueError for columns of another
    length or kind, repeated codes, weights that are negative or all zero.
    """

    codes: tuple[str, ...]
    factors: tuple[Factor, ...]
    columns: tuple[Numbers | Texts, ...]
    least_known: float = 0.6

    def __post_init__(self) -> None:
        if len(set(self.codes)) != len(self.codes):
            raise ValueError("A school code stands twice.")
        if len(self.factors) != len(self.columns):
            raise ValueError(f"{len(self.factors)} factors, {len(self.columns)} columns.")
        for factor, column in zip(self.factors, self.columns, strict=True):
            values = column.codes if isinstance(column, Texts) else column.low
            if isinstance(column, Texts) != (factor.kind is FactorKind.CATEGORY) or len(values) != len(self.codes):
                raise ValueError(f"The column of «{factor.name}» must hold {factor.kind.value}, {len(self.codes)} values.")
        weights = np.array([factor.weight for factor in self.factors])
        if not (np.isfinite(weights).all() and (weights >= 0).all() and weights.sum() > 0):
            raise ValueError("Weights must be finite, not negative, and not all zero.")


class ScaleMethod(Enum):
    """How the spread of a factor was measured."""

    IQR = "межквартильный размах / 1,349"
    MEAN_DEVIATION = "среднее отклонение от медианы × 1,253"
    CONSTANT = "все значения равны"
    NONE = "сравниваются слова"


@dataclass(frozen=True, slots=True)
class Scale:
    """Median and spread of one factor over its `count` known values (of logarithms for LOGARITHM), and how it was measured.

    Source: the interquartile range over 1.349 estimates the standard deviation, breaks down only at a quarter of outliers and, unlike
    MAD, assumes no symmetry (Rousseeuw & Croux 1993, JASA 88). Where half of the schools are equal it is zero; then 1.253 × the mean
    absolute deviation from the median (Iglewicz & Hoaglin 1993).
    """

    median: float
    spread: float
    method: ScaleMethod
    count: int


def scale_factor(values: np.ndarray) -> Scale:
    """Measure the middle and the spread. Shapes: (n,) float64, NaN where unknown."""
    known = values[np.isfinite(values)]
    if not len(known):
        return Scale(float("nan"), 0.0, ScaleMethod.CONSTANT, 0)
    low, median, high = np.quantile(known, [0.25, 0.5, 0.75])
    if high > low:
        return Scale(float(median), float(high - low) / _IQR_TO_SD, ScaleMethod.IQR, len(known))
    deviation = float(np.abs(known - median).mean()) * _MEAN_DEVIATION_TO_SD
    return Scale(float(median), deviation, ScaleMethod.MEAN_DEVIATION if deviation else ScaleMethod.CONSTANT, len(known))


@dataclass(frozen=True, slots=True)
class Contribution:
    """One factor in one distance: the two values, the difference, and its part of the distance (parts add up to the distance).

    `missing`: why the factor was left out; then difference and part are NaN.
    """

    factor: str
    here: float | str | None
    there: float | str | None
    difference: float
    part: float
    missing: Reason = Reason.PRESENT


class Similarity:
    """Distances between schools of one context; scales are measured over all its schools, once.

    Example: `Similarity(context).between(range(3), range(3, 9)).distance` has shape (3, 6).
    """

    def __init__(self, context: Context):
        self.context = context
        self.weights = np.array([factor.weight for factor in context.factors])
        # Words are compared by their codes: different codes differ by one or more, and count as one.
        self.limits = np.array([1.0 if factor.kind is FactorKind.CATEGORY else factor.limit for factor in context.factors])
        comparable = [_comparable(factor, column) for factor, column in zip(context.factors, context.columns, strict=True)]
        self.scales = tuple(_scale(factor, values) for factor, (values, _) in zip(context.factors, comparable, strict=True))
        self._scaled = np.array([values / (scale.spread or 1.0) for (values, _), scale in zip(comparable, self.scales, strict=True)])
        self._reasons = np.array([reasons for _, reasons in comparable])
        self.index = {code: row for row, code in enumerate(context.codes)}

    @cached_property
    def rank(self) -> np.ndarray:
        """The place of each school in the order of codes. Shapes: (n,)."""
        order = sorted(range(len(self.context.codes)), key=lambda row: by_code(self.context.codes[row]))
        return np.argsort(order)

    def between(self, rows: Sequence[int] | np.ndarray, columns: Sequence[int] | np.ndarray) -> Comparison:
        """Compare schools `rows` (m) with schools `columns` (n), both given as positions in the context."""
        return Comparison(self, np.asarray(rows, np.intp), np.asarray(columns, np.intp))

    def differences(self, factor: int, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Return the unweighted differences of one factor, NaN where unknown. Shapes: (m,), (n,) broadcast together."""
        return np.minimum(np.abs(self._scaled[factor][rows] - self._scaled[factor][columns]), self.limits[factor])

    def explain(self, here: int, there: int) -> tuple[Contribution, ...]:
        """Return the distance of two schools factor by factor, in the declared order."""
        differences = np.minimum(np.abs(self._scaled[:, here] - self._scaled[:, there]), self.limits)
        known = self.weights[~np.isnan(differences)].sum()
        parts = differences * self.weights / known if known else differences
        reasons = np.where(self._reasons[:, here] == 0, self._reasons[:, there], self._reasons[:, here])
        return tuple(Contribution(factor.name, _value(column, here), _value(column, there), difference, part, Reason(reason))
                     for factor, column, difference, part, reason
                     in zip(self.context.factors, self.context.columns, differences.tolist(), parts.tolist(), reasons.tolist(), strict=True))

    def nearest(self, code: str, count: int = 5, among: Sequence[str] | None = None) -> tuple[Neighbour, ...]:
        """Name the schools most like the given one, the nearest first, equal ones by code; those at an unknown distance are left out.

        `among`: the codes to look at, by default all other schools. Errors: KeyError for an unknown code.
        """
        here = self.index[code]
        others = np.array([self.index[other] for other in (self.context.codes if among is None else among) if other != code], np.intp)
        compared = self.between([here], others)
        distance, known = compared.distance[0], compared.known[0]
        order = np.lexsort((self.rank[others], np.rint(distance / PRECISION)))[:count]
        return tuple(Neighbour(self.context.codes[others[at]], float(distance[at]), float(known[at]), self.explain(here, int(others[at])))
                     for at in order if not np.isnan(distance[at]))


    def peers(self, code: str, values: np.ndarray, count: int = 10) -> Peers:
        """Set a school's value of any indicator beside those of its most similar schools: not a rating, a school is not among them.

        Shapes: (n,) float64 in the order of the context, NaN where unknown. `count`: how many similar schools to look at.
        """
        neighbours = tuple(neighbour.code for neighbour in self.nearest(code, count))
        known = values[[self.index[neighbour] for neighbour in neighbours]]
        known = known[~np.isnan(known)]
        low, median, high = np.quantile(known, [0.25, 0.5, 0.75]) if len(known) else (np.nan,) * 3
        return Peers(float(values[self.index[code]]), float(low), float(median), float(high), len(known), neighbours)


@dataclass(frozen=True, slots=True)
class Peers:
    """A school's own value, and the quartiles and median of `known` values among its similar schools; NaN where there are none."""

    own: float
    low: float
    median: float
    high: float
    known: int
    schools: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A similar school: its distance, the share of weight that was known, and the distance factor by factor."""

    code: str
    distance: float
    known: float
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Distances of m schools to n others. `distance` (m, n): NaN where less than the least weight is known; `known` (m, n): its share."""

    similarity: Similarity
    rows: np.ndarray
    columns: np.ndarray

    @cached_property
    def _sums(self) -> tuple[np.ndarray, np.ndarray]:
        total, known = np.zeros((2, len(self.rows), len(self.columns)))
        for factor, weight in enumerate(self.similarity.weights):
            differences = self.similarity.differences(factor, self.rows[:, None], self.columns[None, :])
            absent = np.isnan(differences)
            total += weight * np.where(absent, 0.0, differences)
            known += weight * ~absent
        return total, known

    @cached_property
    def known(self) -> np.ndarray:
        return self._sums[1] / self.similarity.weights.sum()

    @cached_property
    def distance(self) -> np.ndarray:
        total, known = self._sums
        enough = (self.known >= self.similarity.context.least_known - PRECISION) & (known > 0)
        return np.divide(total, known, out=np.full_like(total, np.nan), where=enough)

    @property
    def codes(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the codes of the m and of the n schools."""
        codes = self.similarity.context.codes
        return tuple(codes[row] for row in self.rows), tuple(codes[row] for row in self.columns)

    def explain(self, row: int, column: int) -> tuple[Contribution, ...]:
        """Return one distance factor by factor; positions inside this comparison."""
        return self.similarity.explain(int(self.rows[row]), int(self.columns[column]))


def _value(column: Numbers | Texts, row: int) -> float | str | None:
    if isinstance(column, Texts):
        return column.at(row)
    value = float(column.settled()[row])
    return None if np.isnan(value) else value


def _scale(factor: Factor, values: np.ndarray) -> Scale:
    if factor.kind is FactorKind.CATEGORY:
        return Scale(float("nan"), 1.0, ScaleMethod.NONE, int(np.isfinite(values).sum()))
    return scale_factor(values)


def _comparable(factor: Factor, column: Numbers | Texts) -> tuple[np.ndarray, np.ndarray]:
    """Return numbers to subtract (NaN where unknown) and, for each, the reason why it is missing."""
    if isinstance(column, Texts):
        absent = column.codes < 0
        return np.where(absent, np.nan, column.codes.astype(float)), np.where(absent, int(Reason.EMPTY), 0)
    values = np.where(np.isfinite(column.settled()), column.settled(), np.nan)
    reason = np.where(np.isnan(values), np.where(column.reasons() == 0, int(Reason.INPUT), column.reasons()), 0)
    if factor.kind is FactorKind.NUMBER:
        return values, reason
    outside = values <= 0
    return np.log(np.where(outside, np.nan, values)), np.where(outside, int(Reason.DOMAIN), reason)
