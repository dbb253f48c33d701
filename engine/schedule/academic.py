"""A term in one academic year: dated occurrences, each due on a working day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from engine.schedule.terms import Every, MonthDay, Rhythm, Term
from engine.schedule.workdays import WorkCalendar

_DAY = timedelta(days=1)
Span = tuple[date, date]


@dataclass(frozen=True, slots=True)
class AcademicYear:
    """Twelve months from `first`. `quarters`: the teaching quarters as (first, last) days of the year, which the district sets.

    Example: `AcademicYear(date(2026, 9, 1)).place((1, 20))` is 20.01.2027.
    """

    first: date
    quarters: tuple[tuple[MonthDay, MonthDay], ...] = (((9, 1), (10, 25)), ((11, 2), (12, 30)), ((1, 11), (3, 21)), ((3, 29), (5, 31)))

    @property
    def last(self) -> date:
        return _valid(self.first.year + 1, self.first.month, self.first.day) - _DAY

    def place(self, day: MonthDay) -> date:
        """Return the date of a (month, day) in this year; 29 February is the last day of February."""
        year = self.first.year + (day < (self.first.month, self.first.day))
        return _valid(year, *day)

    @property
    def months(self) -> tuple[tuple[int, int], ...]:
        """The twelve (year, month) in order."""
        start = self.first.year * 12 + self.first.month - 1
        return tuple(((start + at) // 12, (start + at) % 12 + 1) for at in range(12))


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Once: from `first` (None when only the end is set) to `due`, a working day. `stated`: the end as the term says it, before moving."""

    first: date | None
    due: date
    stated: date

    @property
    def is_flexible(self) -> bool:
        """Tell whether any of several days will do."""
        return self.first is not None and self.first < self.due


class Reversed(ValueError):
    """The period ends before it begins: it would cross the end of the academic year."""


def schedule(term: Term, year: AcademicYear, calendar: WorkCalendar) -> tuple[Occurrence, ...]:
    """Place a term into an academic year, in the order of dates.

    «До» and the ends of periods that fall on a day off move to the working day before, beginnings to the working day after; a window
    without a working day (the first week of January) is left out. A rhythm without a period runs from the beginning to 31 May.
    Errors: Reversed. Example: «до 10-10» in 2026/27 is a Saturday: due Friday 09.10.2026.
    """
    if term.before is not None and term.rhythm.every is Every.ONCE:
        stated = year.place(term.before)
        first = None if term.since is None else calendar.on_or_after(year.place(term.since))
        return (Occurrence(first, calendar.on_or_before(stated), stated),)
    if term.rhythm.days:
        stated_days = sorted(year.place(day) for day in term.rhythm.days)
        return tuple(Occurrence(None, calendar.on_or_before(day), day) for day in stated_days)
    since = year.first if term.since is None else year.place(term.since)
    end = term.until or term.before
    until = year.place(end or (5, 31))
    if until < since:
        raise Reversed(f"{since} … {until}")
    found = (_within(span, calendar) for span in _spans(term.rhythm, since, until, year))
    return tuple(occurrence for occurrence in found if occurrence is not None)


def _within(span: Span, calendar: WorkCalendar) -> Occurrence | None:
    first, due = calendar.on_or_after(span[0]), calendar.on_or_before(span[1])
    return Occurrence(first, due, span[1]) if first <= due else None


def _spans(rhythm: Rhythm, since: date, until: date, year: AcademicYear) -> Iterator[Span]:
    whole = _calendar_parts(rhythm, since, until, year)
    for first, last in whole:
        first, last = max(first, since), min(last, until)
        if first > last:
            continue
        days = (last - first).days + 1
        edges = [first + _DAY * (days * part // rhythm.times) for part in range(rhythm.times + 1)]
        yield from ((start, end - _DAY) for start, end in pairwise(edges) if start < end)


def _calendar_parts(rhythm: Rhythm, since: date, until: date, year: AcademicYear) -> list[Span]:
    if rhythm.months:
        return [span for span in _months(since, until) if span[0].month in rhythm.months]
    match rhythm.every:
        case Every.ONCE:
            return [(since, until)]
        case Every.WEEK:
            monday = since - _DAY * since.weekday()
            return [(monday + _DAY * 7 * week, monday + _DAY * (7 * week + 6)) for week in range((until - monday).days // 7 + 1)]
        case Every.MONTH:
            return _months(since, until)
        case Every.QUARTER:
            return [(year.place(first), year.place(last)) for first, last in year.quarters]
        case Every.HALF_YEAR:
            return [(year.place((9, 1)), year.place((12, 31))), (year.place((1, 1)), year.place((5, 31)))]
    raise AssertionError(rhythm)


def _months(since: date, until: date) -> list[Span]:
    first, last = since.year * 12 + since.month - 1, until.year * 12 + until.month - 1
    starts = [date(at // 12, at % 12 + 1, 1) for at in range(first, last + 2)]
    return [(start, following - _DAY) for start, following in pairwise(starts)]


def _valid(year: int, month: int, day: int) -> date:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return date(year, month, 28 if (month, day) == (2, 29) and not leap else day)
