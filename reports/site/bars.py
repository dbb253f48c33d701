"""Bars as coordinates: a value beside its threshold, and a few counts one under another. Templates only place them; every bar has its words beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reports.russian import number_beside, with_unit
from reports.view import Fact

WIDTH = 200
SMALL = 10
_BORDERS = ("не менее", "более", "менее", "не более")
_ROOM = 1.15
_LABEL, _LINE, _TOP, _COUNTS, _END = 190, 24, 8, 640, 160


@dataclass(frozen=True, slots=True)
class ThresholdBar:
    """A comparison of a criterion. `at`, `to`: where the bar begins and how wide it is; `border_at`: the threshold; all None where there is nothing to draw."""

    fact: Fact
    gap: str
    note: str
    at: float | None = None
    wide: float | None = None
    border_at: float | None = None

    @property
    def drawn(self) -> bool:
        return self.border_at is not None


def threshold_bar(fact: Fact) -> ThresholdBar:
    """Draw a value against its threshold and say how far it is. A value of fewer than ten is not drawn, and its words say that it is small."""
    if not fact.border.startswith(_BORDERS) or fact.unit == "дата":
        return ThresholdBar(fact, "", "")
    if fact.amount is None or fact.border_amount is None:
        return ThresholdBar(fact, _unknown(fact), "")
    gap = _gap(fact.amount, fact.border_amount, fact)
    if fact.size_amount is not None and fact.size_amount < SMALL:
        return ThresholdBar(fact, gap, f"n меньше {SMALL}: группа мала, доля меняется от одного случая")
    low, high = min(0.0, fact.amount, fact.border_amount), max(0.0, fact.amount, fact.border_amount)
    span = ((high - low) or 1.0) * _ROOM
    shift = low * _ROOM

    def place(value: float) -> float:
        return round((value - shift) / span * WIDTH, 1)

    start, end = sorted((place(0.0), place(fact.amount)))
    return ThresholdBar(fact, gap, "", start, round(end - start, 1), place(fact.border_amount))


def _unknown(fact: Fact) -> str:
    """A value known within bounds may still decide; one that is not known at all says so itself."""
    if fact.value.startswith("нет данных"):
        return ""
    return "порог внутри границ: вывод не определён" if fact.status.tone == "open" else "известно в границах, порог вне их"


def _gap(amount: float, border: float, fact: Fact) -> str:
    """Say how far a value is from its threshold, in points where both are percents."""
    if amount == border:
        return "ровно на пороге"
    far, unit = abs(amount - border), "п. п." if fact.unit == "%" else fact.unit or None
    words = _amount(far, unit, 1 if fact.unit == "%" else 2)
    return f"за порогом на {words}" if fact.status.tone == "met" else f"до порога {words}"


def _amount(value: float, unit: str | None, decimals: int) -> str:
    """Write a distance without needless zeros: 0,5 and 0,19, but never 0 for what is not 0."""
    text = number_beside(value, (0.0,), decimals)
    return with_unit(text.rstrip("0").rstrip(",") if "," in text else text, unit)


@dataclass(frozen=True, slots=True)
class CountRow:
    """One bar with a second one under it (last year, or what is open); `wide_other` is None where there is no second."""

    label: str
    y: float
    wide: float
    text: str
    wide_other: float | None = None


@dataclass(frozen=True, slots=True)
class CountChart:
    """Counts one under another. `title` is a sentence, `summary` says the same in words, `key` says what the outlined part is."""

    title: str
    summary: str
    key: str
    rows: tuple[CountRow, ...]
    height: int
    width: int = _COUNTS
    left: int = _LABEL


def count_chart(title: str, key: str, items: Iterable[tuple[str, int, int | None, str]]) -> CountChart | None:
    """Draw (label, count, other count, words); nothing when there is nothing to draw."""
    rows = list(items)
    most = max((max(count, other or 0) for _, count, other, _ in rows), default=0)
    if not most:
        return None

    def wide(count: int) -> float:
        return round((_COUNTS - _LABEL - _END) * count / most, 1)

    made = tuple(CountRow(label, _TOP + _LINE * place, wide(count), words, wide(other) if other is not None else None) for place, (label, count, other, words) in enumerate(rows))
    return CountChart(title, "; ".join(f"{label} — {words}" for label, _, _, words in rows), key, made, _TOP + _LINE * len(rows) + 6)
