"""When two numbers are one number: float64 makes 0.3 − 0.1 a little less than 0.2, and the last bit must not decide about a school.

Numbers that differ by a billionth, or from the thousands on by a trillionth of themselves, are equal: in every comparison, in ranks, and
as a divisor of zero. Decimals that people write lie far wider apart, noise of the arithmetic far closer. A margin, not a grid: on a grid
two equal values that lie on the edge of a cell would round apart.

Both edges grow with the number, so what is said of the ends of an interval holds for every number inside it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

MARGIN = 1e-9
LESS, MORE = 1 - 1e-12, 1 + 1e-12


Values = np.ndarray | float


def least_same(values: Values) -> Values:
    """Return the least number that still equals each value. Factors, not a product added: an infinite bound stays itself."""
    return _pick(min, np.minimum, values) - MARGIN


def most_same(values: Values) -> Values:
    """Return the largest number that still equals each value."""
    return _pick(max, np.maximum, values) + MARGIN


def _pick(of_two: Callable, of_columns: Callable, values: Values) -> Values:
    """A lone number is not worth an array: most comparisons are with a constant."""
    return (of_two if isinstance(values, float) else of_columns)(values * LESS, values * MORE)


def without_noise(values: np.ndarray) -> np.ndarray:
    """Return the values, each replaced by the least of those it equals; NaN stays.

    Example: without_noise(np.array([0.3 - 0.1, 0.2, 0.5])) -> the first two become one number.
    """
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    begins = np.ones(len(ordered), bool)
    begins[1:] = ~(ordered[1:] <= most_same(ordered[:-1]))
    result = np.empty_like(ordered)
    result[order] = ordered[begins][np.cumsum(begins) - 1]
    return result
