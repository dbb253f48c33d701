"""The rule set in numpy, written by hand twice, and a third time as engines without a third value see it.

`Tight` is the least work known: int8 codes 1, 0, -1, so that «and» is the minimum and «or» the maximum. `Usual` is what most
authors write: `np.where` over `np.isnan`. Every condition becomes the array operations one would type; putting them
together takes no time when they run. `two_valued` is for checking the peers, not for timing.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import reduce

import numpy as np

from benchmarks.ruleset import SCHOOL_TYPES, AtLeast, Between, Compare, Condition, Every, Met, OfType, Opposite, RuleBase, Some, children
from benchmarks.schools import Schools

Statuses = dict[str, np.ndarray]
Step = Callable[[Schools, Statuses], np.ndarray]
SIGNS = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}
_NEGATED = {">=": "<", ">": "<=", "<=": ">", "<": ">="}


class Tight:
    """Every criterion, category and measure as array operations over int8 codes."""

    def __init__(self, base: RuleBase):
        self.base = base
        nodes = base.nodes()
        self.criteria = [(name, self._step(nodes[name])) for name in base.criteria]
        self.rest = [(name, self._step(nodes[name])) for name in nodes if name not in base.criteria]

    def signs(self, schools: Schools) -> Statuses:
        """Evaluate the criteria only."""
        statuses: Statuses = {}
        for name, step in self.criteria:
            statuses[name] = step(schools, statuses)
        return statuses

    def everything(self, schools: Schools) -> Statuses:
        """Evaluate criteria, categories and measures."""
        statuses = self.signs(schools)
        for name, step in self.rest:
            statuses[name] = step(schools, statuses)
        return statuses

    def _step(self, condition: Condition) -> Step:
        match condition:
            case Compare(indicator, sign, bound):
                limit = self._limit(bound)
                return lambda schools, _: self.compare(sign, schools.values[indicator], limit(schools))
            case Between(indicator, low, high):
                return lambda schools, _: self.between(schools.values[indicator], low, high)
            case OfType(words):
                codes = [SCHOOL_TYPES.index(word) for word in words]
                return lambda schools, _: self.of_type(schools.types, codes)
            case Met(name):
                return lambda _, statuses: statuses[name]
            case Opposite(item):
                inner = self._step(item)
                return lambda schools, statuses: -inner(schools, statuses)
        steps = [self._step(item) for item in condition.items]
        match condition:
            case Every():
                return lambda schools, statuses: reduce(np.minimum, [step(schools, statuses) for step in steps])
            case Some():
                return lambda schools, statuses: reduce(np.maximum, [step(schools, statuses) for step in steps])
            case AtLeast(count):
                return lambda schools, statuses: self.at_least(count, [step(schools, statuses) for step in steps])
        raise AssertionError(condition)

    def _limit(self, bound: float | str) -> Callable[[Schools], float | np.ndarray]:
        threshold = self.base.thresholds[bound] if isinstance(bound, str) else None
        if threshold is None:
            return lambda schools: bound
        if threshold.by_type is None:
            return lambda schools: threshold.today
        by_code = np.array([*(threshold.of(word) for word in SCHOOL_TYPES), np.nan])
        return lambda schools: by_code[schools.types]

    def compare(self, sign: str, values: np.ndarray, limit: float | np.ndarray) -> np.ndarray:
        return SIGNS[sign](values, limit).view(np.int8) - SIGNS[_NEGATED[sign]](values, limit).view(np.int8)

    def between(self, values: np.ndarray, low: float, high: float) -> np.ndarray:
        return ((values >= low) & (values < high)).view(np.int8) - ((values < low) | (values >= high)).view(np.int8)

    def of_type(self, types: np.ndarray, codes: list[int]) -> np.ndarray:
        inside = reduce(operator.or_, [types == code for code in codes])
        return inside.view(np.int8) - (~inside & (types >= 0)).view(np.int8)

    def at_least(self, count: int, columns: list[np.ndarray]) -> np.ndarray:
        met = reduce(operator.add, [(column > 0).view(np.int8) for column in columns])
        possible = reduce(operator.add, [(column >= 0).view(np.int8) for column in columns])
        return (met >= count).view(np.int8) - (possible < count).view(np.int8)


class Usual(Tight):
    """The same with masks of what is missing."""

    def compare(self, sign: str, values: np.ndarray, limit: float | np.ndarray) -> np.ndarray:
        missing = np.isnan(values) | np.isnan(limit)
        return np.where(missing, 0, np.where(SIGNS[sign](values, limit), 1, -1)).astype(np.int8)

    def between(self, values: np.ndarray, low: float, high: float) -> np.ndarray:
        return np.where(np.isnan(values), 0, np.where((values >= low) & (values < high), 1, -1)).astype(np.int8)

    def of_type(self, types: np.ndarray, codes: list[int]) -> np.ndarray:
        return np.where(types < 0, 0, np.where(np.isin(types, codes), 1, -1)).astype(np.int8)

    def at_least(self, count: int, columns: list[np.ndarray]) -> np.ndarray:
        table = np.stack(columns)
        met, possible = (table == 1).sum(axis=0), (table >= 0).sum(axis=0)
        return np.where(met >= count, 1, np.where(possible < count, -1, 0)).astype(np.int8)


def two_valued(base: RuleBase, types: np.ndarray, values: Mapping[str, np.ndarray]) -> Statuses:
    """Evaluate as engines without a third value do: 1 or -1, a comparison with NaN is false, an unknown type is «иначе»."""
    met: dict[str, np.ndarray] = {}

    def truth(condition: Condition) -> np.ndarray:
        match condition:
            case Compare(indicator, sign, bound):
                threshold = base.thresholds[bound] if isinstance(bound, str) else None
                words = (*SCHOOL_TYPES, "")
                limit = bound if threshold is None else np.array([threshold.of(word) for word in words])[types] if threshold.by_type else threshold.today
                return SIGNS[sign](values[indicator], limit)
            case Between(indicator, low, high):
                return (values[indicator] >= low) & (values[indicator] < high)
            case OfType(words):
                return np.isin(types, [SCHOOL_TYPES.index(word) for word in words])
            case Met(name):
                return met[name]
            case Opposite(item):
                return ~truth(item)
            case Every(items):
                return np.logical_and.reduce([truth(item) for item in items])
            case Some(items):
                return np.logical_or.reduce([truth(item) for item in items])
            case AtLeast(count, items):
                return np.sum([truth(item) for item in items], axis=0) >= count
        raise AssertionError(condition)

    for name, condition in base.nodes().items():
        met[name] = truth(condition)
    return {name: np.where(column, 1, -1).astype(np.int8) for name, column in met.items()}


def fully_known(base: RuleBase, schools: Schools) -> dict[str, np.ndarray]:
    """Return for every name where all its inputs, to the last indicator, are known: bool (n,)."""
    known: dict[str, np.ndarray] = {}

    def inputs(condition: Condition) -> np.ndarray:
        match condition:
            case Compare(indicator, _, bound):
                present = ~np.isnan(schools.values[indicator])
                depends = isinstance(bound, str) and base.thresholds[bound].by_type
                return present & (schools.types >= 0) if depends else present
            case Between(indicator):
                return ~np.isnan(schools.values[indicator])
            case OfType():
                return schools.types >= 0
            case Met(name):
                return known[name]
        return np.logical_and.reduce([inputs(item) for item in children(condition)])

    for name, condition in base.nodes().items():
        known[name] = inputs(condition)
    return known
