"""A chart of shares with their intervals beside the share of a larger group: one line for each work, as coordinates. Readable in grey."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reports.intervals import Share
from reports.russian import number

_WIDTH, _LEFT, _RIGHT, _LINE, _TOP = 640, 150, 118, 22, 26


@dataclass(frozen=True, slots=True)
class IntervalRow:
    """One work: the label, the district's point with its whisker, the place of the other group, the numbers in words."""

    label: str
    y: float
    x: float
    low: float
    high: float
    others: tuple[float, ...]
    value: str


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    label: str


@dataclass(frozen=True, slots=True)
class IntervalChart:
    """A chart ready to place. `summary` says the same in words."""

    title: str
    summary: str
    key: str
    rows: tuple[IntervalRow, ...]
    ticks: tuple[Tick, ...]
    width: int
    height: int


def interval_chart(title: str, key: str, items: Iterable[tuple[str, Share, Share | None]]) -> IntervalChart | None:
    """Draw shares of the district (with whiskers) beside another group's (without); nothing when there is nothing to draw."""
    rows = list(items)
    if not rows:
        return None
    top, step = _scale([share.high for _, share, _ in rows] + [other.percent for _, _, other in rows if other is not None])

    def place(value: float) -> float:
        return round(_LEFT + (_WIDTH - _LEFT - _RIGHT) * value / top, 1)

    made = tuple(_row(label, share, other, _TOP + _LINE * (index + 0.5), place) for index, (label, share, other) in enumerate(rows))
    ticks = tuple(Tick(place(step * index), f"{number(step * index)} %") for index in range(int(top / step) + 1))
    words = "; ".join(f"{label}: район {number(share.percent)} %" + (f", регион {number(other.percent)} %" if other is not None else "") for label, share, other in rows)
    return IntervalChart(title, words, key, made, ticks, _WIDTH, _TOP + _LINE * len(rows) + 8)


def _row(label: str, share: Share, other: Share | None, y: float, place) -> IntervalRow:
    value = number(share.percent) + (f" и {number(other.percent)}" if other is not None else "")
    return IntervalRow(label, round(y, 1), place(share.percent), place(share.low), place(share.high), (place(other.percent),) if other is not None else (), value)


def _scale(values: list[float]) -> tuple[float, float]:
    """Choose the end of the scale and the step of its ticks: 15 by 5, 40 by 10, 100 by 20."""
    highest = max(values, default=1.0)
    for top, step in ((5.0, 1.0), (10.0, 2.0), (15.0, 5.0), (20.0, 5.0), (40.0, 10.0), (60.0, 20.0), (80.0, 20.0)):
        if highest <= top:
            return top, step
    return 100.0, 20.0
