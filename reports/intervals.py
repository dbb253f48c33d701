"""Shares of works with their sampling error, and whether two shares differ by more than it.

Source: Wilson, E. B. (1927), Probable inference, JASA 22, 209–212 (interval of one share); Newcombe, R. G. (1998), Interval estimation for the
difference between independent proportions, Statistics in Medicine 17, 873–890, method 10 (difference, made of two Wilson intervals).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

LEAST = 10              # works; of fewer nothing is shown: one pupil would be recognised and would turn the share over
FEW = 50                # works; fewer are said to be few
CONFIDENCE = 95
_Z = 1.959963984540054  # the normal quantile of a two-sided 95 % interval


@dataclass(frozen=True, slots=True)
class Share:
    """A share of `n` works. Units: percents; `low`, `high` are the ends of the 95 % Wilson interval."""

    percent: float
    n: int
    low: float
    high: float

    @property
    def is_small(self) -> bool:
        return self.n < FEW


@dataclass(frozen=True, slots=True)
class Difference:
    """First share less the second. Units: percent points; `low`, `high`: the 95 % interval."""

    points: float
    low: float
    high: float

    @property
    def is_higher(self) -> bool:
        return self.low > 0

    @property
    def is_lower(self) -> bool:
        return self.high < 0

    @property
    def differs(self) -> bool:
        return self.is_higher or self.is_lower


def wilson(share: float, n: float) -> tuple[float, float]:
    """Return the ends of the 95 % score interval of a share of n. Units: fractions of one.

    A mean of points over their maximum may stand for the share: its variance is not larger than p(1 − p), so the interval errs on the wide side.

    Example: 81 of 263 gives 0.2553 … 0.3662 (Newcombe 1998, table I).
    """
    square = _Z * _Z
    middle = 2 * n * share + square
    spread = _Z * sqrt(square + 4 * n * share * (1 - share))
    return max(0.0, (middle - spread) / (2 * (n + square))), min(1.0, (middle + spread) / (2 * (n + square)))


def share_of(percent: float | None, n: float | None) -> Share | None:
    """Make a share; None where it is not known or stands on fewer than ten works."""
    if percent is None or n is None or n < LEAST:
        return None
    low, high = wilson(min(max(percent / 100, 0.0), 1.0), n)
    return Share(percent, int(n), 100 * low, 100 * high)


def difference(first: Share | None, second: Share | None) -> Difference | None:
    """Compare two shares of different works.

    Example: 56 of 70 and 48 of 80 differ by 20 points, 5.2 … 33.4 (Newcombe 1998, table II).
    """
    if first is None or second is None:
        return None
    points = first.percent - second.percent
    low = points - sqrt((first.percent - first.low) ** 2 + (second.high - second.percent) ** 2)
    high = points + sqrt((first.high - first.percent) ** 2 + (second.percent - second.low) ** 2)
    return Difference(points, low, high)


def without(whole: Share | None, part: Share | None) -> Share | None:
    """Return the share of the works of `whole` that are not in `part`: a district is compared with the others of its region, not with itself."""
    if whole is None or part is None:
        return None
    n = whole.n - part.n
    if n < LEAST:
        return None
    return share_of(min(max((whole.percent * whole.n - part.percent * part.n) / n, 0.0), 100.0), n)
