"""Steps of the roadmap: each measure once for a school whatever the number of reasons, and as often as its term says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from engine.model import Measure
from engine.schedule.academic import AcademicYear, Occurrence, Reversed, schedule
from engine.schedule.terms import Term, read_deadline
from engine.schedule.workdays import WorkCalendar
from engine.words import by_code


@dataclass(frozen=True, slots=True)
class Action:
    """A measure as the roadmap needs it. `term`: None when its words name no date. Roles and `control` (an indicator) are names of the rules."""

    name: str
    title: str
    term: Term | None
    responsible: tuple[str, ...] = ()
    participants: tuple[str, ...] = ()
    document: str = ""
    control: str = ""
    expected: str = ""
    clause: str = ""

    @classmethod
    def of(cls, name: str, measure: Measure) -> Action:
        """Take what is needed from a measure of the rules."""
        effect = measure.effect
        return cls(name, measure.title or name, read_deadline(measure.deadline), measure.responsible, measure.participants, measure.document or "",
                   (effect.indicator if effect else None) or "", effect.expected if effect else "", measure.clause or "")


@dataclass(frozen=True, slots=True)
class Need:
    """One reason for one measure: `reason` is the name of a category, criterion, factor or subject; `school` is None for the whole district."""

    school: str | None
    measure: str
    reason: str


@dataclass(frozen=True, slots=True)
class Step:
    """One dated step. `number` of `count`: which occurrence of a recurring measure. `first` is None when only the end is set; `due` is
    a working day, `stated` the date the rules name. `flexible`: any day of several will do."""

    school: str | None
    measure: str
    number: int
    count: int
    title: str
    first: date | None
    due: date
    stated: date
    flexible: bool
    responsible: tuple[str, ...]
    participants: tuple[str, ...]
    document: str
    control: str
    expected: str
    clause: str
    reasons: tuple[str, ...]


class Undated(Enum):
    """Why a measure has no dates; the values are for a reader."""

    NO_TERM = "срок не назван датой"
    REVERSED = "срок кончается раньше, чем начинается: он переходит границу учебного года"
    NO_WORKING_DAY = "в сроке нет рабочих дней"
    UNKNOWN_MEASURE = "такой меры нет"


@dataclass(frozen=True, slots=True)
class Roadmap:
    """Steps in the order of dates; measures that could not be dated and why; years whose moved days off are not decreed yet."""

    year: AcademicYear
    steps: tuple[Step, ...]
    undated: tuple[tuple[str, Undated], ...] = ()
    undecreed: tuple[int, ...] = ()


def plan(needs: Iterable[Need], actions: Iterable[Action], year: AcademicYear, calendar: WorkCalendar) -> Roadmap:
    """Turn reasons into dated steps. Reasons for the same measure in the same school merge, in the order given, each once.

    A measure that the whole district needs (school None) stays apart from the same measure of a school.
    Example: needs ("9002", "тьютор", "шнор") and ("9002", "тьютор", "низкая_процедура") give one series of steps with both reasons.
    """
    known = {action.name: action for action in actions}
    reasons: dict[tuple[str, str | None], dict[str, None]] = {}
    for need in needs:
        reasons.setdefault((need.measure, need.school), {})[need.reason] = None
    dates, undated = _dates({measure: known.get(measure) for measure, _ in reasons}, year, calendar)
    steps = [_step(known[measure], school, number, dates[measure], tuple(why))
             for (measure, school), why in reasons.items() if measure in dates for number in range(len(dates[measure]))]
    steps.sort(key=lambda step: (step.due, by_code(step.school or ""), step.measure, step.number))
    moments = [day for step in steps for day in (step.first, step.due) if day is not None]
    return Roadmap(year, tuple(steps), undated, calendar.undecreed(moments))


def _dates(actions: Mapping[str, Action | None], year: AcademicYear,
           calendar: WorkCalendar) -> tuple[dict[str, tuple[Occurrence, ...]], tuple[tuple[str, Undated], ...]]:
    dates, undated = {}, []
    for name, action in actions.items():
        found = occurrences(action, year, calendar)
        if isinstance(found, Undated):
            undated.append((name, found))
        else:
            dates[name] = found
    return dates, tuple(undated)


def occurrences(action: Action | None, year: AcademicYear, calendar: WorkCalendar) -> tuple[Occurrence, ...] | Undated:
    """Return the dates of a measure in a year, or why it has none. Whoever shows a date of a measure takes it from here."""
    if action is None:
        return Undated.UNKNOWN_MEASURE
    if action.term is None:
        return Undated.NO_TERM
    try:
        return schedule(action.term, year, calendar) or Undated.NO_WORKING_DAY
    except Reversed:
        return Undated.REVERSED


def _step(action: Action, school: str | None, number: int, dates: tuple[Occurrence, ...], reasons: tuple[str, ...]) -> Step:
    occurrence = dates[number]
    return Step(school, action.name, number + 1, len(dates), action.title, occurrence.first, occurrence.due, occurrence.stated, occurrence.is_flexible,
                action.responsible, action.participants, action.document, action.control, action.expected, action.clause, reasons)
