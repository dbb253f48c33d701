"""A roadmap as a calendar file (RFC 5545): all-day events that do not block the day, the same identifier whenever it is made again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event

from engine.roadmap.steps import Roadmap, Step


@dataclass(frozen=True, slots=True)
class Names:
    """Titles for a reader, by the names of the rules; a name without a title stands for itself."""

    roles: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    indicators: Mapping[str, str] = field(default_factory=dict)


def write_ics(roadmap: Roadmap, today: date, calendar_name: str, names: Names | None = None, steps: Iterable[Step] | None = None) -> bytes:
    """Return the calendar in UTF-8.

    `steps`: a choice of the roadmap's steps, such as one school's or one role's. `today`: the day of the run, the time stamp of the events.
    An event stands on the day a step is due; the period it belongs to is said in the text. Events hold codes of schools and titles of
    roles, no persons. Event identifiers depend on the academic year, school, measure and number only, so that a calendar that is
    imported again is updated and not doubled.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//school-risk//roadmap//RU")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", calendar_name)
    stamp = datetime(today.year, today.month, today.day, tzinfo=UTC)
    for step in roadmap.steps if steps is None else steps:
        calendar.add_component(_event(step, roadmap.year.first.year, stamp, names or Names()))
    return calendar.to_ical()


def uid_of(step: Step, year: int) -> str:
    """Return the identifier of a step in the academic year that begins in `year`."""
    key = "\n".join((str(year), step.school or "", step.measure, str(step.number)))
    return f"{hashlib.sha256(key.encode()).hexdigest()[:32]}@school-risk"


def _event(step: Step, year: int, stamp: datetime, names: Names) -> Event:
    event = Event()
    event.add("uid", uid_of(step, year))
    event.add("dtstamp", stamp)
    event.add("dtstart", step.due)
    event.add("dtend", step.due + timedelta(days=1))
    event.add("summary", f"Школа № {step.school}: {step.title}" if step.school else step.title)
    event.add("description", "\n".join(_lines(step, names)))
    event.add("transp", "TRANSPARENT")
    if step.responsible:
        event.add("categories", [names.roles.get(role, role) for role in step.responsible])
    return event


def _lines(step: Step, names: Names) -> Iterable[str]:
    if step.flexible and step.first is not None:
        yield f"Срок: {_day(step.first)}–{_day(step.due)}"
    if step.stated != step.due:
        yield f"По плану до {_day(step.stated)}, перенесено на предыдущий рабочий день"
    if step.count > 1:
        yield f"Раз {step.number} из {step.count}"
    said = (("Отвечает", step.responsible, names.roles), ("Участвуют", step.participants, names.roles), ("Повод", step.reasons, names.reasons),
            ("Документ", (step.document,), {}), ("Показатель контроля", (step.control,), names.indicators), ("Ожидается", (step.expected,), {}),
            ("Основание", (step.clause,), {}))
    for label, values, titles in said:
        if any(values):
            yield f"{label}: {'; '.join(titles.get(value, value) for value in values)}"


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"
