"""The production calendar against the Government's decrees, and what is said of years without one.

Переносы выходных дней — по постановлениям Правительства РФ: от 04.10.2024 № 1335 (на 2025 год), от 24.09.2025 № 1466 (на 2026 год),
от 17.09.2026 № 1187 (на 2027 год). Остальное — статья 112 Трудового кодекса.
"""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.schedule.workdays import Decree, WorkCalendar, by_law, undecreed_sentence

DECREES = {
    2025: {"01-04": "05-02", "02-23": "05-08", "03-08": "06-13", "11-01": "11-03", "01-05": "12-31"},
    2026: {"01-03": "01-09", "01-04": "12-31"},
    2027: {"02-20": "02-22", "01-02": "11-05", "01-03": "12-31"},
}
WORKING_DAYS = {2025: 247, 2026: 247, 2027: 247}
CALENDAR = WorkCalendar()
DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))


def moves(year):
    return tuple((date.fromisoformat(f"{year}-{source}"), date.fromisoformat(f"{year}-{target}")) for source, target in DECREES[year].items())


def days_of(year):
    return [date(year, 1, 1) + timedelta(day) for day in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]


@pytest.mark.parametrize("year", DECREES)
def test_library_agrees_with_the_decree_day_by_day(year):
    by_decree = WorkCalendar((Decree(year, "постановление", moves(year)),))
    assert [day for day in days_of(year) if CALENDAR.is_working_day(day) != by_decree.is_working_day(day)] == []


@pytest.mark.parametrize("year", DECREES)
def test_every_move_of_the_decree(year):
    for source, target in moves(year):
        assert not CALENDAR.is_working_day(target)
        assert CALENDAR.is_working_day(source) == (source in (date(2025, 11, 1), date(2027, 2, 20)))


@pytest.mark.parametrize(("year", "count"), WORKING_DAYS.items())
def test_number_of_working_days(year, count):
    """The figures of the official production calendar for a 40-hour five-day week."""
    assert CALENDAR.count_working_days(date(year, 1, 1), date(year, 12, 31)) == count


@pytest.mark.parametrize("day", ["2025-05-09", "2026-03-09", "2026-05-11", "2027-05-03", "2027-05-10", "2027-06-14", "2026-01-09", "2026-12-31"])
def test_holidays_and_their_moved_days_off(day):
    assert not CALENDAR.is_working_day(date.fromisoformat(day))


def test_year_without_a_decree_follows_the_labour_code_and_says_so():
    """4 November 2040 is a Sunday: by article 112 the day off moves to Monday 5 November."""
    assert not CALENDAR.is_working_day(date(2040, 11, 5)) and CALENDAR.is_working_day(date(2040, 11, 6))
    assert CALENDAR.is_working_day(date(2040, 1, 9)), "1 and 7 January, a Sunday and a Saturday, move only by decree"
    assert CALENDAR.undecreed([date(2027, 9, 1), date(2040, 5, 31), date(2040, 6, 1)]) == (2040,)
    assert undecreed_sentence(2040).startswith("Календарь на 2040 год не утверждён")


def test_decree_in_the_rules_makes_the_year_known():
    decree = Decree(2040, "постановление", ((date(2040, 1, 1), date(2040, 5, 10)), (date(2040, 11, 10), date(2040, 11, 2))))
    calendar = WorkCalendar((decree,))
    assert calendar.is_decreed(2040) and not CALENDAR.is_decreed(2040)
    assert not calendar.is_working_day(date(2040, 5, 10)) and calendar.is_working_day(date(2040, 11, 10))


def test_single_days_are_declared_over_a_known_year():
    """A presidential decree or the city may add a day off; the Government's moves stay."""
    calendar = WorkCalendar((Decree(2026, "указ", days_off=frozenset({date(2026, 10, 5)}), working=frozenset({date(2026, 12, 31)})),))
    assert not calendar.is_working_day(date(2026, 10, 5)) and calendar.is_working_day(date(2026, 12, 31))
    assert not calendar.is_working_day(date(2026, 1, 9)) and calendar.is_decreed(2026)


def test_holiday_on_a_weekend_taken_by_the_decree_leaves_no_second_day_off():
    """23 February 2025, a Sunday, went to 8 May: Monday 24 February was a working day."""
    assert CALENDAR.is_working_day(date(2025, 2, 24))
    assert date(2025, 2, 24) in by_law(2025)[0]


@pytest.mark.parametrize(("start", "count", "end"), [
    ("2026-09-18", 5, "2026-09-25"), ("2026-12-28", 5, "2027-01-13"), ("2027-02-19", 1, "2027-02-20"), ("2027-01-11", -1, "2026-12-30"),
    ("2026-10-03", 0, "2026-10-03")])
def test_working_days_are_added(start, count, end):
    assert CALENDAR.add_working_days(date.fromisoformat(start), count) == date.fromisoformat(end)


@given(DAYS)
def test_neighbours_are_working_and_nearest(day):
    before, after = CALENDAR.on_or_before(day), CALENDAR.on_or_after(day)
    assert before <= day <= after and CALENDAR.is_working_day(before) and CALENDAR.is_working_day(after)
    assert (before == day) == CALENDAR.is_working_day(day) == (after == day)
    assert CALENDAR.count_working_days(before, after) == (1 if before == after else 2)


@given(DAYS, st.integers(1, 40))
def test_adding_and_taking_away_return(day, count):
    later = CALENDAR.add_working_days(day, count)
    assert CALENDAR.count_working_days(day + timedelta(1), later) == count
    assert CALENDAR.add_working_days(later, -count) == CALENDAR.on_or_before(day)
