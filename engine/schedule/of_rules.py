"""The academic year and the production calendar as the rules of a district set them."""

from __future__ import annotations

from datetime import date

from engine.model import Calendar, MovedDays
from engine.schedule.academic import AcademicYear
from engine.schedule.workdays import Decree, WorkCalendar

_BEGINS = (9, 1)


def academic_year_of(calendar: Calendar, year: int) -> AcademicYear:
    """Return the academic year that begins in calendar year `year`; quarters the rules do not set are the usual ones."""
    first = date(year, *(calendar.academic_year.begins if calendar.academic_year else _BEGINS))
    quarters = tuple((quarter.since, quarter.until) for quarter in calendar.quarters)
    return AcademicYear(first, quarters) if quarters else AcademicYear(first)


def work_calendar_of(calendar: Calendar) -> WorkCalendar:
    """Return working days with the moved days of the rules laid over the library's."""
    return WorkCalendar(tuple(_decree(moved) for moved in calendar.moved_days))


def _decree(moved: MovedDays) -> Decree:
    moves = None if moved.moves is None else tuple(sorted(moved.moves.items()))
    return Decree(moved.year, moved.source, moves, frozenset(moved.days_off), frozenset(moved.working))
