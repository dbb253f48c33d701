"""The rule set as a good numpy author would write it: int8 codes 1, 0, -1, so that «and» is the minimum and «or» the maximum.

Each condition becomes the same array operations that one would write by hand; putting them together costs nothing at run time.
`lenient` does the sums as engines without a third value do: one comparison, missing counted as whatever the data say.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import reduce

import numpy as np

from benchmarks.ruleset import SCHOOL_TYPES, AtLeast, Between, Compare, Condition, Every, Met, OfType, Opposite, RuleBase, Some
from benchmarks.schools import Schools

Statuses = dict[str, np.ndarray]
Step = Callable[[Schools, Statuses], np.ndarray]
_SIGNS = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}
_NEGATED = {">=": "<", ">": "<=", "<=": ">", "<": ">="}


class ByNumpy:
    """Every criterion, category and measure as array operations."""

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
                return self._compare(indicator, sign, bound)
            case Between(indicator, low, high):
                return lambda schools, _: _between(schools.values[indicator], low, high)
            case OfType(words):
                codes = [SCHOOL_TYPES.index(word) for word in words]
                return lambda schools, _: _of_type(schools.types, codes)
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
                return lambda schools, statuses: _at_least(count, [step(schools, statuses) for step in steps])
        raise AssertionError(condition)

    def _compare(self, indicator: str, sign: str, bound: float | str) -> Step:
        met, not_met = _SIGNS[sign], _SIGNS[_NEGATED[sign]]
        threshold = self.base.thresholds.get(bound) if isinstance(bound, str) else None
        if threshold is not None and threshold.by_type:
            by_code = np.array([*(threshold.of(word) for word in SCHOOL_TYPES), np.nan])

            def by_type(schools: Schools, _: Statuses) -> np.ndarray:
                values, bounds = schools.values[indicator], by_code[schools.types]
                return met(values, bounds).view(np.int8) - not_met(values, bounds).view(np.int8)
            return by_type
        limit = threshold.today if threshold is not None else bound

        def plain(schools: Schools, _: Statuses) -> np.ndarray:
            values = schools.values[indicator]
            return met(values, limit).view(np.int8) - not_met(values, limit).view(np.int8)
        return plain


def _between(values: np.ndarray, low: float, high: float) -> np.ndarray:
    return ((values >= low) & (values < high)).view(np.int8) - ((values < low) | (values >= high)).view(np.int8)


def _of_type(types: np.ndarray, codes: list[int]) -> np.ndarray:
    inside = reduce(operator.or_, [types == code for code in codes])
    return inside.view(np.int8) - (~inside & (types >= 0)).view(np.int8)


def _at_least(count: int, columns: list[np.ndarray]) -> np.ndarray:
    met = reduce(operator.add, [(column > 0).view(np.int8) for column in columns])
    possible = reduce(operator.add, [(column >= 0).view(np.int8) for column in columns])
    return (met >= count).view(np.int8) - (possible < count).view(np.int8)
