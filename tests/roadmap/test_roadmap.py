"""Steps without repetitions, the load of roles, conflicts, and a calendar file that other programs read."""

from datetime import UTC, date, datetime
from pathlib import Path

import icalendar
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.loading import load
from engine.roadmap.conflicts import ConflictKind, find_conflicts
from engine.roadmap.ics import Names, uid_of, write_ics
from engine.roadmap.load import Performer, measure_load
from engine.roadmap.steps import Action, Need, Undated, plan
from engine.schedule.academic import AcademicYear
from engine.schedule.terms import Every, Rhythm, Term
from engine.schedule.workdays import WorkCalendar

YEAR, CALENDAR, TODAY = AcademicYear(date(2026, 9, 1)), WorkCalendar(), date(2026, 9, 3)
TUTOR = Action("тьютор", "Тьютор-предметник", Term((11, 1), (12, 31), rhythm=Rhythm(Every.MONTH)), ("рмо",), ("имц",), "журнал", "доля_двоек", "−5 п. п.")
NOTICE = Action("уведомление", "Уведомление школы", Term(before=(9, 20)), ("имц",), (), "уведомление")
ORDER = Action("приказ", "Приказ о списках", Term(before=(9, 25)), ("отдел_образования", "имц"))
TALK = Action("собеседование", "Собеседование; протокол, подпись", Term(before=(9, 25)), ("куратор",))
ACTIONS = (TUTOR, NOTICE, ORDER, TALK)


def roadmap(*needs, actions=ACTIONS, year=YEAR):
    return plan([Need(*need) for need in needs], actions, year, CALENDAR)


# ---------------------------------------------------------------- steps


def test_two_reasons_for_one_measure_make_one_series():
    steps = roadmap(("9002", "тьютор", "шнор"), ("9002", "тьютор", "низкая_процедура"), ("9002", "тьютор", "шнор"), ("9003", "тьютор", "шнор")).steps
    assert [(step.school, step.number, step.count, step.due.isoformat(), step.reasons) for step in steps] == [
        ("9002", 1, 2, "2026-11-30", ("шнор", "низкая_процедура")), ("9003", 1, 2, "2026-11-30", ("шнор",)),
        ("9002", 2, 2, "2026-12-30", ("шнор", "низкая_процедура")), ("9003", 2, 2, "2026-12-30", ("шнор",))]


def test_a_step_carries_what_a_person_needs():
    step = roadmap(("9002", "тьютор", "шнор")).steps[0]
    assert (step.title, step.first, step.flexible, step.responsible, step.participants, step.document, step.control, step.expected) == (
        "Тьютор-предметник", date(2026, 11, 2), True, ("рмо",), ("имц",), "журнал", "доля_двоек", "−5 п. п.")


def test_date_on_a_day_off_is_moved_and_both_are_kept():
    step, = roadmap(("9002", "уведомление", "шнор")).steps
    assert (step.due, step.stated, step.first) == (date(2026, 9, 18), date(2026, 9, 20), None)


@pytest.mark.parametrize(("term", "why"), [
    (None, Undated.NO_TERM), (Term((8, 15), (9, 15)), Undated.REVERSED), (Term((1, 1), (1, 8)), Undated.NO_WORKING_DAY)])
def test_measures_without_dates_are_named(term, why):
    assert roadmap(("9002", "мера", "шнор"), actions=[Action("мера", "Мера", term)]).undated == (("мера", why),)


def test_unknown_measure_is_named():
    assert roadmap(("9002", "нет_такой", "шнор")).undated == (("нет_такой", Undated.UNKNOWN_MEASURE),)


def test_undecreed_year_is_said():
    assert roadmap(("9002", "тьютор", "шнор")).undecreed == ()
    assert roadmap(("9002", "тьютор", "шнор"), year=AcademicYear(date(2040, 9, 1))).undecreed == (2040,)


def test_no_needs_no_steps():
    assert roadmap().steps == () and measure_load(roadmap()).due.shape == (0, 12)


@pytest.fixture(scope="module")
def whole():
    """All measures of the rules, for the district and three schools."""
    rules, _ = load(Path(__file__).parents[2] / "rules")
    actions = [Action.of(name, measure) for name, measure in rules.measures.items()]
    schools = ("9001", "9002", "9003")
    needs = [Need(None if measure.audience is None else school, name, "проба") for name, measure in rules.measures.items() for school in schools]
    return plan(needs, actions, YEAR, CALENDAR)


def test_every_measure_of_the_rules_gets_steps(whole):
    rules, _ = load(Path(__file__).parents[2] / "rules")
    assert whole.undated == () and {step.measure for step in whole.steps} == set(rules.measures)
    assert len({(step.school, step.measure, step.number) for step in whole.steps}) == len(whole.steps)
    assert all(CALENDAR.is_working_day(step.due) and step.responsible and step.document for step in whole.steps)


# ---------------------------------------------------------------- load


def test_load_by_role_and_month():
    load_ = measure_load(roadmap(("9002", "тьютор", "шнор"), ("9003", "тьютор", "шнор"), (None, "приказ", "все"), ("9002", "уведомление", "шнор")))
    assert [performer.role for performer in load_.performers] == ["имц", "отдел_образования", "рмо"] and load_.months[0] == (2026, 9)
    due = {performer.role: {load_.months[at]: int(count) for at, count in enumerate(row) if count}
           for performer, row in zip(load_.performers, load_.due, strict=True)}
    assert due == {"имц": {(2026, 9): 2}, "отдел_образования": {(2026, 9): 1}, "рмо": {(2026, 11): 2, (2026, 12): 2}}
    assert load_.participating[0].tolist() == [0, 0, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0]


def test_role_that_answers_does_not_also_take_part():
    load_ = measure_load(roadmap(("9002", "мера", "шнор"), actions=[Action("мера", "Мера", Term(before=(9, 20)), ("имц", "имц"), ("имц", "рмо"))]))
    assert load_.performers == (Performer("имц"), Performer("рмо"))
    assert (load_.due[:, 0].tolist(), load_.participating[:, 0].tolist()) == ([1, 0], [0, 1])


def test_role_that_every_school_has_is_counted_for_each_holder():
    """Two schools' administrations have one step each; one mentor leads both schools and has two; the district's step has no holder."""
    visit = Action("визит", "Визит", Term(before=(10, 20)), ("школа_наставник",), ("администрация_оо",))
    holders = {"администрация_оо": {"9002": "9002", "9010": "9010"}, "школа_наставник": {"9002": "9030", "9010": "9030"}}
    found = roadmap(("9010", "визит", "пара"), ("9002", "визит", "пара"), (None, "визит", "все"), actions=[visit])
    load_ = measure_load(found, holders)
    assert [(performer.role, performer.holder) for performer in load_.performers] == [
        ("администрация_оо", None), ("администрация_оо", "9002"), ("администрация_оо", "9010"), ("школа_наставник", None), ("школа_наставник", "9030")]
    assert (load_.due[:, 1].tolist(), load_.participating[:, 1].tolist()) == ([0, 0, 0, 1, 2], [1, 1, 1, 0, 0])
    overload, = find_conflicts(found, TODAY, limits={"школа_наставник": 1}, holders=holders)
    assert (overload.performer, overload.count, {step.school for step in overload.steps}) == (Performer("школа_наставник", "9030"), 2, {"9002", "9010"})


def test_step_moved_before_the_year_counts_in_its_first_month():
    """1 September 2024 was a Sunday: due on Friday 30 August."""
    found = roadmap(("9002", "мера", "шнор"), actions=[Action("мера", "Мера", Term(before=(9, 1)), ("имц",))], year=AcademicYear(date(2024, 9, 1)))
    assert found.steps[0].due == date(2024, 8, 30) and measure_load(found).due[0, 0] == 1


def test_load_counts_every_step_once(whole):
    load_ = measure_load(whole)
    assert load_.due.sum() == sum(len(set(step.responsible)) for step in whole.steps) and load_.due.dtype == np.int64


# ---------------------------------------------------------------- conflicts


def conflicts(found, **more):
    return [(conflict.kind, tuple(step.measure for step in conflict.steps)) for conflict in find_conflicts(found, TODAY, **more)]


def test_dates_gone_by():
    found = roadmap(("9002", "уведомление", "шнор"), ("9002", "тьютор", "шнор"))
    assert conflicts(found) == []
    assert [(conflict.kind, conflict.steps[0].measure) for conflict in find_conflicts(found, date(2026, 9, 19))] == [(ConflictKind.PAST, "уведомление")]
    assert find_conflicts(found, date(2026, 9, 18)) == ()


def test_step_before_its_prerequisite():
    found = roadmap(("9002", "уведомление", "шнор"), (None, "приказ", "все"))
    assert conflicts(found, prerequisites={"уведомление": ("приказ",)}) == [(ConflictKind.BEFORE_PREREQUISITE, ("уведомление", "приказ"))]
    assert conflicts(found, prerequisites={"приказ": ("уведомление",)}) == []


def test_step_on_the_day_of_its_prerequisite_is_in_order():
    found = roadmap(("9002", "собеседование", "шнор"), (None, "приказ", "все"))
    assert conflicts(found, prerequisites={"собеседование": ("приказ",)}) == []


def test_prerequisite_of_another_school_does_not_count():
    assert conflicts(roadmap(("9002", "уведомление", "шнор"), ("9003", "приказ", "шнор")), prerequisites={"уведомление": ("приказ",)}) == []


def test_two_events_of_one_school_on_one_day():
    found = roadmap(("9002", "приказ", "шнор"), ("9002", "собеседование", "шнор"), ("9003", "приказ", "шнор"), (None, "собеседование", "все"))
    assert conflicts(found) == [(ConflictKind.SAME_DAY, ("приказ", "собеседование"))]


def test_work_that_any_day_will_do_for_does_not_clash():
    meeting = Action("встреча", "Встреча", Term(before=(11, 30)), ("имц",))
    assert conflicts(roadmap(("9002", "тьютор", "шнор"), ("9002", "встреча", "шнор"), actions=(TUTOR, meeting))) == []


def test_overload_names_the_steps_and_the_limit():
    found = roadmap(*((str(9001 + at), "тьютор", "шнор") for at in range(4)))
    overloads = find_conflicts(found, TODAY, limits={"рмо": 3, "имц": 0})
    assert [(conflict.performer.role, conflict.month, conflict.count, conflict.limit, len(conflict.steps)) for conflict in overloads] == [
        ("рмо", (2026, 11), 4, 3, 4), ("рмо", (2026, 12), 4, 3, 4)]


# ---------------------------------------------------------------- calendar file


def test_calendar_is_read_back(whole):
    """Another reading of the file gives every step: day, summary, and the texts with their commas and semicolons."""
    calendar = icalendar.Calendar.from_ical(write_ics(whole, TODAY, "Дорожная карта"))
    events = {str(event["uid"]): event for event in calendar.walk("VEVENT")}
    assert len(events) == len(whole.steps)
    for step in whole.steps:
        event = events[uid_of(step, 2026)]
        assert event.decoded("dtstart") == step.due and (event.decoded("dtend") - step.due).days == 1
        assert step.title in str(event["summary"]) and step.document in str(event["description"])
        assert event.decoded("dtstamp") == datetime(2026, 9, 3, tzinfo=UTC) and not event.errors


def test_calendar_keeps_to_rfc_5545(whole):
    """CRLF, lines of at most 75 octets (3.1), the two required properties of a calendar (3.6), required ones of an event (3.6.1), one each."""
    data = write_ics(whole, TODAY, "Дорожная карта")
    lines = data.split(b"\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"") and max(map(len, lines)) <= 75
    unfolded = data.replace(b"\r\n ", b"").decode("utf-8").split("\r\n")
    assert unfolded[0] == "BEGIN:VCALENDAR" and unfolded[-2:] == ["END:VCALENDAR", ""]
    assert unfolded.count("VERSION:2.0") == 1 and sum(line.startswith("PRODID:") for line in unfolded) == 1
    for name in ("UID:", "DTSTAMP:", "DTSTART;VALUE=DATE:", "DTEND;VALUE=DATE:", "SUMMARY:"):
        assert sum(line.startswith(name) for line in unfolded) == len(whole.steps)


def test_calendar_says_titles_and_holds_no_contacts():
    found = roadmap(("9002", "тьютор", "шнор"))
    names = Names({"рмо": "Районное методическое объединение"}, {"шнор": "Школа с низкими результатами"}, {"доля_двоек": "Доля отметок «2»"})
    event = icalendar.Calendar.from_ical(write_ics(found, TODAY, "Школа", names)).walk("VEVENT")[0]
    assert str(event["summary"]) == "Школа № 9002: Тьютор-предметник"
    assert str(event["description"]).split("\n") == [
        "Срок: 02.11.2026–30.11.2026", "Раз 1 из 2", "Отвечает: Районное методическое объединение", "Участвуют: имц",
        "Повод: Школа с низкими результатами", "Документ: журнал", "Показатель контроля: Доля отметок «2»", "Ожидается: −5 п. п."]
    assert not {"ATTENDEE", "ORGANIZER", "CONTACT"} & set(event)


def test_calendar_is_the_same_again_and_identifiers_outlive_changes():
    """A new reason or a moved date changes the event, not its identifier; another school, year or number does."""
    first = roadmap(("9002", "тьютор", "шнор"))
    assert write_ics(first, TODAY, "К") == write_ics(roadmap(("9002", "тьютор", "шнор")), TODAY, "К")
    more = roadmap(("9002", "тьютор", "низкая_процедура"), ("9002", "тьютор", "шнор"))
    assert [uid_of(step, 2026) for step in first.steps] == [uid_of(step, 2026) for step in more.steps]
    step = first.steps[0]
    other = roadmap(("9003", "тьютор", "шнор")).steps[0]
    assert len({uid_of(step, 2026), uid_of(step, 2027), uid_of(other, 2026), uid_of(first.steps[1], 2026)}) == 4


def test_calendar_of_one_school_only(whole):
    own = [step for step in whole.steps if step.school == "9002"]
    events = icalendar.Calendar.from_ical(write_ics(whole, TODAY, "Школа № 9002", steps=own)).walk("VEVENT")
    assert len(events) == len(own) and all("9002" in str(event["summary"]) for event in events)


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=120).map(str.strip)


@given(TEXTS, TEXTS)
def test_any_text_survives_the_calendar(title, document):
    found = roadmap(("9002", "мера", "шнор"), actions=[Action("мера", title, Term(before=(9, 20)), ("имц",), document=document)])
    event, = icalendar.Calendar.from_ical(write_ics(found, TODAY, "К")).walk("VEVENT")
    assert str(event["summary"]) == f"Школа № 9002: {title}"
    assert document in str(event["description"])


@given(st.lists(st.tuples(st.sampled_from(["9001", "9002", None]), st.sampled_from(["тьютор", "уведомление", "приказ"]), st.sampled_from("абв")), max_size=12))
def test_steps_do_not_depend_on_the_order_of_needs(needs):
    one, other = roadmap(*needs), roadmap(*reversed(needs))
    assert [(step.school, step.measure, step.number, step.due, set(step.reasons)) for step in one.steps] == [
        (step.school, step.measure, step.number, step.due, set(step.reasons)) for step in other.steps]
    assert len({(step.school, step.measure, step.number) for step in one.steps}) == len(one.steps)
