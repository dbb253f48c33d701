"""Small charts of a value over the years, as coordinates: the template only places them."""

from __future__ import annotations

from dataclasses import dataclass

from engine.explanation import Quantity
from reports.russian import academic_year, number_beside, quantity_words, value_words

WIDTH, HEIGHT = 300, 132
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 40, 20, 22


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float
    label: str
    label_y: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A line across the chart (a threshold) or a year below it."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A line of one value over the years, broken where years cannot be compared. `summary` says the same in words."""

    title: str
    summary: str
    points: tuple[Point, ...]
    paths: tuple[str, ...]
    thresholds: tuple[Mark, ...]
    years: tuple[Mark, ...]
    breaks: tuple[Mark, ...]
    break_note: str
    width: int = WIDTH
    height: int = HEIGHT
    sentence: str = ""           # the last value said beside the one it may be compared with


Value = tuple[int, Quantity]


def chart(title: str, values: list[Value], borders: list[tuple[float, str]], breaks: dict[int, str], unit: str) -> Chart:
    """Draw a series. `breaks`: the first year of a new series -> why; `borders`: thresholds with their labels."""
    years = [year for year, _ in values]
    known = [(year, value) for year, value in values if value.is_exact]
    top = _nice_top([value.low for _, value in known] + [border for border, _ in borders])
    x_of = {year: _LEFT + (WIDTH - _LEFT - _RIGHT) * (index / max(1, len(years) - 1)) for index, year in enumerate(years)}

    def y_of(value: float) -> float:
        return round(_TOP + (HEIGHT - _TOP - _BOTTOM) * (1 - value / top), 1)

    levels = tuple(border for border, _ in borders)
    points = tuple(Point(round(x_of[year], 1), y_of(value.low), number_beside(value.low, levels, value.decimals), y_of(value.low) - 7) for year, value in known)
    marks = tuple(Mark(round((x_of[year] + x_of[year - 1]) / 2, 1), "") for year in years if year in breaks and year - 1 in x_of)
    notes = [f"С {academic_year(year)} года ряд начат заново: {breaks[year]}." for year in years if year in breaks and year - 1 in x_of]
    return Chart(title, _summary(values, levels), points, _paths(known, breaks, x_of, y_of),
                 tuple(Mark(y_of(border), label) for border, label in borders), tuple(Mark(round(x_of[year], 1), academic_year(year)) for year in years), marks, " ".join(notes),
                 sentence=_sentence(title, known, breaks, levels))


def _sentence(title: str, known: list[Value], breaks: dict[int, str], levels: tuple[float, ...]) -> str:
    """Say the last value, and the one of the year before it where the series was not begun anew; whether the difference is more than chance is not said."""
    if not known:
        return f"{title}: нет данных"
    *_, last = known
    before = next((item for item in known if item[0] == last[0] - 1 and last[0] not in breaks), None)
    said = (f"в {academic_year(year)} году — {value_words(value, levels)}" for year, value in ((before, last) if before is not None else (last,)))
    return f"{title}: {', '.join(said)}"


def _paths(known: list[Value], breaks: dict[int, str], x_of: dict[int, float], y_of) -> tuple[str, ...]:
    """Join neighbouring years; a missing year or a break of the series parts the line."""
    parts: list[list[Value]] = []
    for year, value in known:
        if parts and parts[-1][-1][0] == year - 1 and year not in breaks:
            parts[-1].append((year, value))
        else:
            parts.append([(year, value)])
    return tuple("M" + " L".join(f"{x_of[year]:.1f} {y_of(value.low)}" for year, value in part) for part in parts if len(part) > 1)


def _nice_top(values: list[float]) -> float:
    highest = max(values, default=1.0)
    return next((float(step) for step in (5, 10, 20, 40, 60, 80, 100) if highest <= step * 0.92), highest * 1.15 or 1.0)


def _summary(values: list[Value], levels: tuple[float, ...]) -> str:
    return "; ".join(f"{academic_year(year)} — {quantity_words(value, levels) if not value.is_missing else value_words(value)}" for year, value in values)
