"""Working days of the five-day week in Russia, with the days off that the Government moves each year; nothing is fetched.

Holidays and moved days come from the `holidays` library. For a year it does not know, or whose decree the district has written into its
rules, they follow from article 112 of the Labour Code: a holiday on a weekend moves the day off to the next working day, except 1–8 January,
and the decree's moves («с субботы 20 февраля на понедельник 22 февраля») go before that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

_DAY = timedelta(days=1)
_WEEKEND = 5
_NEW_YEAR = tuple((1, day) for day in range(1, 9))
_HOLIDAYS = (*_NEW_YEAR, (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4))


@dataclass(frozen=True, slots=True)
class Decree:
    """What the district's rules say about one year, over the library.

    `moves`: (day off, the day it moves to), as the Government's decree lists them; None when the rules list only other changes. `days_off`,
    `working`: single days declared so (by a presidential decree or by the city). `source`: the document, for a reader.
    """

    year: int
    source: str
    moves: tuple[tuple[date, date], ...] | None = None
    days_off: frozenset[date] = frozenset()
    working: frozenset[date] = frozenset()


@dataclass(frozen=True)
class WorkCalendar:
    """Working days. Example: `WorkCalendar().on_or_before(date(2027, 2, 21))` is Saturday 20 February 2027, a working day by decree."""

    decrees: tuple[Decree, ...] = ()
    _years: dict[int, tuple[frozenset[date], frozenset[date]]] = field(default_factory=dict, compare=False, repr=False)

    def is_working_day(self, day: date) -> bool:
        """Tell whether people work that day: a weekday that is not a holiday, or a weekend made working."""
        off, working = self._exceptions(day.year)
        return day in working or (day.weekday() < _WEEKEND and day not in off)

    def on_or_before(self, day: date) -> date:
        """Return the day itself when working, else the last working day before it."""
        while not self.is_working_day(day):
            day -= _DAY
        return day

    def on_or_after(self, day: date) -> date:
        """Return the day itself when working, else the first working day after it."""
        while not self.is_working_day(day):
            day += _DAY
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """Return the day `count` working days later (earlier when negative); the count starts the day after, as in «в течение пяти рабочих дней».

        Example: from Friday 18.09.2026 five working days end on Friday 25.09.2026.
        """
        step = _DAY if count > 0 else -_DAY
        for _ in range(abs(count)):
            day += step
            while not self.is_working_day(day):
                day += step
        return day

    def count_working_days(self, first: date, last: date) -> int:
        """Count the working days from `first` to `last`, both included."""
        return sum(self.is_working_day(first + _DAY * step) for step in range((last - first).days + 1))

    def is_decreed(self, year: int) -> bool:
        """Tell whether the moved days off of that year are known, from the library or the district's rules."""
        return year <= _last_known() or any(decree.year == year and decree.moves is not None for decree in self.decrees)

    def undecreed(self, days: Iterable[date]) -> tuple[int, ...]:
        """Return the years among the days' whose moved days off are not known."""
        return tuple(year for year in sorted({day.year for day in days}) if not self.is_decreed(year))

    def _exceptions(self, year: int) -> tuple[frozenset[date], frozenset[date]]:
        """Weekdays off and weekends worked in a year."""
        if year not in self._years:
            self._years[year] = self._find_exceptions(year)
        return self._years[year]

    def _find_exceptions(self, year: int) -> tuple[frozenset[date], frozenset[date]]:
        own = [decree for decree in self.decrees if decree.year == year]
        moves = [decree.moves for decree in own if decree.moves is not None]
        if moves or year > _last_known():
            off, working = by_law(year, tuple(move for listed in moves for move in listed))
        else:
            off, working = _from_library(year)
        declared_off, declared_working = (frozenset().union(*(getattr(decree, name) for decree in own)) for name in ("days_off", "working"))
        return (off | declared_off) - declared_working, (working | declared_working) - declared_off


def undecreed_sentence(year: int) -> str:
    """Say that a year's calendar is not final yet."""
    return (f"Календарь на {year} год не утверждён: переносы выходных по статье 112 ТК РФ, без постановления Правительства. "
            "Когда оно выйдет, обновите библиотеку holidays или внесите переносы в правила.")


def by_law(year: int, moves: tuple[tuple[date, date], ...] = ()) -> tuple[frozenset[date], frozenset[date]]:
    """Return weekdays off and weekends worked by article 112 of the Labour Code and the moves of the year's decree.

    Source: ТК РФ, ст. 112 (в редакции с 2013 года): нерабочие праздничные дни; совпавший с выходным переносится на следующий после праздничного
    рабочий день, кроме 1–8 января; Правительство вправе перенести выходные иначе.
    """
    holidays = {date(year, *day) for day in _HOLIDAYS}
    moved_by_decree = {source for source, _ in moves}
    off = holidays | {target for _, target in moves}
    for day in sorted(holidays):
        if day.weekday() >= _WEEKEND and (day.month, day.day) not in _NEW_YEAR and day not in moved_by_decree:
            target = day
            while target in off or target.weekday() >= _WEEKEND:
                target += _DAY
            off.add(target)
    working = {source for source in moved_by_decree if source.weekday() >= _WEEKEND and source not in holidays}
    return frozenset(off), frozenset(working)


@lru_cache(maxsize=64)
def _from_library(year: int) -> tuple[frozenset[date], frozenset[date]]:
    from holidays import country_holidays  # heavy, and most commands ask for no working day
    known = country_holidays("RU", years=year)
    return frozenset(day for day in known if day.year == year), frozenset(day for day in known.weekend_workdays if day.year == year)


@lru_cache(maxsize=1)
def _last_known() -> int:
    """The last year whose moves the library holds."""
    from holidays import country_holidays
    return max(country_holidays("RU").special_public_holidays)
