"""Terms as the rules write them, placed into a year: the rules' own measures and the short words of the district's plan."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.loading import load
from engine.model import Deadline
from engine.schedule.academic import AcademicYear, Reversed, schedule
from engine.schedule.terms import ONCE, Every, Rhythm, Term, read_deadline, read_rhythm, read_words
from engine.schedule.workdays import WorkCalendar

YEAR, CALENDAR = AcademicYear(date(2026, 9, 1)), WorkCalendar()
MONTHLY, TWICE = Rhythm(Every.MONTH), Rhythm(Every.MONTH, 2)


def due(term):
    return [occurrence.due.strftime("%d.%m.%Y") for occurrence in schedule(term, YEAR, CALENDAR)]


@pytest.mark.parametrize(("words", "term"), [
    ("до 10.09", Term(before=(9, 10))),
    ("до 5 ноября", Term(before=(11, 5))),
    ("XI–III", Term((11, 1), (3, 31))),
    ("XI-VIII", Term((11, 1), (8, 31))),
    ("Х–IV", Term((10, 1), (4, 30))),
    ("ежемес. X–IV", Term((10, 1), (4, 30), rhythm=MONTHLY)),
    ("XI–IV, 2 раза/мес.", Term((11, 1), (4, 30), rhythm=TWICE)),
    ("раз в четверть", Term(rhythm=Rhythm(Every.QUARTER))),
    ("IX, XII", Term(rhythm=Rhythm(months=(9, 12)))),
    ("XI, II", Term(rhythm=Rhythm(months=(11, 2)))),
    ("20.01; 15.05", Term(rhythm=Rhythm(days=((1, 20), (5, 15))))),
    ("21.04–15.05", Term((4, 21), (5, 15))),
    ("когда-нибудь", None), ("до лета", None), ("32.01", None), ("XI–XIII", None), ("", None),
])
def test_short_words(words, term):
    """Every form of the district's plan of measures, and words that name no date."""
    assert read_words(words) == term


@pytest.mark.parametrize(("words", "rhythm"), [
    ("еженедельно", Rhythm(Every.WEEK)), ("ежемесячно", MONTHLY), ("раз в месяц", MONTHLY), ("два раза в месяц", TWICE), ("2 раза в месяц", TWICE),
    ("раз в четверть", Rhythm(Every.QUARTER)), ("два раза в полугодие", Rhythm(Every.HALF_YEAR, 2)), ("сентябрь и декабрь", Rhythm(months=(9, 12))),
    ("ноябрь и февраль", Rhythm(months=(11, 2))), ("кое-когда", None), ("20 января и 15 мая", Rhythm(days=((1, 20), (5, 15)))), ("один раз", ONCE),
    ("сто раз в месяц", None), ("9 раз в месяц", None), ("часто", None)])
def test_rhythms(words, rhythm):
    assert read_rhythm(words) == rhythm


def test_every_deadline_of_the_rules_is_read_and_dated():
    rules, problems = load(Path(__file__).parents[2] / "rules")
    terms = {name: read_deadline(measure.deadline) for name, measure in rules.measures.items()}
    assert not [problem for problem in problems if problem.is_error] and len(terms) >= 40
    for name, term in terms.items():
        assert term is not None and schedule(term, YEAR, CALENDAR), name


def deadline(keys):
    return Deadline.model_validate(keys)


def test_deadline_of_the_rules():
    assert read_deadline(deadline({"с": "11-01", "по": "04-30", "как часто": "два раза в месяц"})) == Term((11, 1), (4, 30), rhythm=TWICE)
    assert read_deadline(deadline({"когда": "XI–III"})) == Term((11, 1), (3, 31))
    assert read_deadline(deadline({"когда": "по приказу"})) is None
    assert read_deadline(deadline({"с": "11-01", "как часто": "часто"})) is None
    assert read_deadline(deadline({})) is None


# ---------------------------------------------------------------- dates


def test_before_moves_to_the_working_day_before():
    """10.10.2026 is a Saturday; 20.01 and 15.07 stand in 2027."""
    assert due(Term(before=(10, 10))) == ["09.10.2026"]
    assert due(Term(before=(7, 15))) == ["15.07.2027"]
    occurrence, = schedule(Term(before=(10, 10)), YEAR, CALENDAR)
    assert (occurrence.first, occurrence.stated, occurrence.is_flexible) == (None, date(2026, 10, 10), False)


def test_period_begins_and_ends_on_working_days():
    """01.11.2026 is a Sunday; 28.02.2027 too."""
    occurrence, = schedule(Term((11, 1), (2, 29)), YEAR, CALENDAR)
    assert (occurrence.first, occurrence.due, occurrence.is_flexible) == (date(2026, 11, 2), date(2027, 2, 26), True)


def test_monthly_from_the_middle_of_october():
    assert due(Term((10, 20), (1, 31), rhythm=MONTHLY)) == ["30.10.2026", "30.11.2026", "30.12.2026", "29.01.2027"]


def test_twice_a_month():
    assert due(Term((11, 1), (12, 31), rhythm=TWICE)) == ["13.11.2026", "30.11.2026", "15.12.2026", "30.12.2026"]


def test_weekly_leaves_out_the_week_of_new_year_holidays():
    assert due(Term((12, 21), (1, 17), rhythm=Rhythm(Every.WEEK))) == ["25.12.2026", "30.12.2026", "15.01.2027"]


def test_months_and_days_by_name():
    assert due(Term((11, 1), (2, 28), rhythm=Rhythm(months=(11, 2)))) == ["30.11.2026", "26.02.2027"]
    assert due(Term((9, 15), (12, 25), rhythm=Rhythm(months=(9, 12)))) == ["30.09.2026", "25.12.2026"]
    assert due(Term((1, 20), (5, 15), rhythm=Rhythm(days=((5, 15), (1, 20))))) == ["20.01.2027", "14.05.2027"]


def test_quarters_are_those_of_the_district():
    term = Term((9, 1), (5, 31), rhythm=Rhythm(Every.QUARTER))
    assert due(term) == ["23.10.2026", "30.12.2026", "19.03.2027", "31.05.2027"]
    halves = AcademicYear(date(2026, 9, 1), (((9, 1), (12, 25)), ((1, 11), (5, 25))))
    assert [item.due for item in schedule(term, halves, CALENDAR)] == [date(2026, 12, 25), date(2027, 5, 25)]


def test_period_across_the_end_of_the_year_is_refused():
    with pytest.raises(Reversed):
        schedule(Term((8, 15), (9, 15)), YEAR, CALENDAR)


def test_leap_day():
    assert AcademicYear(date(2027, 9, 1)).place((2, 29)) == date(2028, 2, 29)
    assert YEAR.place((2, 29)) == date(2027, 2, 28) and YEAR.last == date(2027, 8, 31)
    assert YEAR.months[0] == (2026, 9) and YEAR.months[-1] == (2027, 8)


MONTH_DAYS = st.dates(date(2024, 1, 1), date(2024, 12, 31)).map(lambda day: (day.month, day.day))
RHYTHMS = st.one_of(st.just(ONCE), st.builds(Rhythm, st.sampled_from(Every), st.integers(1, 4)),
                    st.builds(Rhythm, months=st.lists(st.integers(1, 12), min_size=1).map(tuple)))


@given(MONTH_DAYS, MONTH_DAYS, RHYTHMS, st.integers(2024, 2030))
def test_occurrences_are_working_days_in_order_inside_the_period(one, other, rhythm, start):
    year = AcademicYear(date(start, 9, 1))
    since, until = sorted((one, other), key=year.place)
    found = schedule(Term(since, until, rhythm=rhythm), year, CALENDAR)
    for occurrence in found:
        assert CALENDAR.is_working_day(occurrence.due) and year.place(since) <= occurrence.first <= occurrence.due <= occurrence.stated <= year.place(until)
    assert [item.due for item in found] == sorted({item.due for item in found})
