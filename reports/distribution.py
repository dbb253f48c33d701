"""The distribution of a work as a chart: columns of pupils by points, the expected curve, the borders of marks. The template only places it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.objectivity.effects import Curve
from reports.charts import Mark

WIDTH, HEIGHT = 560, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 30, 12, 24, 34


@dataclass(frozen=True, slots=True)
class Bar:
    """A column; `tone` is «border» on the lowest point of a mark."""

    x: float
    y: float
    width: float
    height: float
    tone: str


@dataclass(frozen=True, slots=True)
class Distribution:
    """`title`: a sentence; `summary`: the same chart in words."""

    title: str
    summary: str
    bars: tuple[Bar, ...]
    curve: str
    borders: tuple[Mark, ...]
    scores: tuple[Mark, ...]
    levels: tuple[Mark, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    floor: int = HEIGHT - _BOTTOM


def distribution(curve: Curve, title: str, summary: str) -> Distribution:
    """Draw one work."""
    count = len(curve.observed)
    step = (WIDTH - _LEFT - _RIGHT) / count
    top = _nice(max(float(curve.observed.max()), float(curve.expected.max())))

    def y_of(value: float) -> float:
        return round(_TOP + (HEIGHT - _TOP - _BOTTOM) * (1 - value / top), 1)

    floor = HEIGHT - _BOTTOM
    bars = tuple(Bar(round(_LEFT + step * score + step * 0.14, 1), y_of(float(n)), round(step * 0.72, 1), round(floor - y_of(float(n)), 1), "border" if score in curve.borders else "")
                 for score, n in enumerate(curve.observed) if n > 0)
    line = "M" + " L".join(f"{_LEFT + step * (score + 0.5):.1f} {y_of(float(value))}" for score, value in enumerate(curve.expected))
    borders = tuple(Mark(round(_LEFT + step * border, 1), f"«{mark}»") for mark, border in zip((3, 4, 5), curve.borders, strict=False))
    shown = sorted({score for score in range(0, count, 5 if count <= 30 else 10) if all(abs(score - border) > (1 if count <= 30 else 2) for border in curve.borders)} | set(curve.borders))
    return Distribution(title, summary, bars, line, borders, tuple(Mark(round(_LEFT + step * (score + 0.5), 1), str(score)) for score in shown),
                        tuple(Mark(y_of(value), f"{value:g}") for value in (top / 2, top)))


def _nice(highest: float) -> float:
    return next((float(step) for step in (4, 6, 10, 16, 20, 30, 40, 60, 80, 100, 160, 200) if highest <= step), highest)
