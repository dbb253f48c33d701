"""The roadmap of a run, ready to show: months, the rows of its skeleton, load, conflicts with what to do, contacts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from engine.program import MeasurePlan
from engine.roadmap.conflicts import Conflict, ConflictKind
from engine.roadmap.ics import Names
from engine.roadmap.load import Load
from engine.roadmap.of_run import RunRoadmap
from engine.roadmap.steps import Step
from engine.schedule.workdays import undecreed_sentence
from engine.truth import Truth
from reports.internal import Internal
from reports.measures import Measures, due_words
from reports.russian import MONTHS, NBSP, SCHOOL, Noun, capital, counted, day_month, full_stop, joined, lowered, short_date
from reports.wording import Wording

STEP = Noun("шаг", "шага", "шагов", ("шагу", "шагам"))
TASK = Noun("дело", "дела", "дел")
MONTH_NAMES = ("январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь")
_MOST_NUMBERS = 40


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A row of the skeleton: № | мероприятие | повод | срок | ответственный | результат | показатель | отметка."""

    measure: str
    number: str
    title: str
    whom: str
    why: str
    due: str
    moved: str
    responsible: str
    participants: str
    document: str
    control: str
    clause: str
    form: str


@dataclass(frozen=True, slots=True)
class MonthView:
    title: str
    count: str
    amount: int
    rows: tuple[PlanRow, ...]


@dataclass(frozen=True, slots=True)
class LoadRow:
    """A role: how many performers, steps it answers for in each month, and the month in which one performer has most."""

    role: str
    short: str
    performers: str
    months: tuple[int, ...]
    total: int
    peak: str
    over: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class ConflictView:
    """Conflicts of one kind about one thing. `advice` says what to do."""

    kind: str
    text: str
    advice: str


@dataclass(frozen=True, slots=True)
class Contact:
    role: str
    contact: str
    note: str


class RoadmapViews:
    """Makes the roadmap of one run ready to show."""

    def __init__(self, roadmap: RunRoadmap, wording: Wording, measures: Measures | None = None):
        self.roadmap, self.wording = roadmap, wording
        self.measures = measures or Measures(roadmap, wording, Internal(roadmap.program))
        self.plans: dict[str, MeasurePlan] = {plan.name: plan for plan in roadmap.plans}
        self.internal = frozenset(name for name, block in roadmap.rules.categories.items() if block.internal)
        self.row_of = {code: row for row, code in enumerate(roadmap.codes)}

    @property
    def year_words(self) -> str:
        year = self.roadmap.year.first.year
        return f"{year}/{(year + 1) % 100:02}"

    @cached_property
    def schools(self) -> tuple[str, ...]:
        """Schools that take part in some measure meant for them, in the order of the run."""
        return tuple(code for code, names in self.roadmap.needed.items() if names)

    # ------------------------------------------------------------ rows

    def months(self, steps: Iterable[Step]) -> tuple[MonthView, ...]:
        """Draw steps together by month and measure; months without steps are left out."""
        found: dict[tuple[int, int], dict[str, list[Step]]] = {month: {} for month in self.roadmap.year.months}
        first = self.roadmap.year.months[0]
        for step in steps:
            month = (step.due.year, step.due.month)
            found[month if month in found else first].setdefault(step.measure, []).append(step)
        return tuple(self._month(month, list(rows.values())) for month, rows in found.items() if rows)

    def _month(self, month: tuple[int, int], rows: list[list[Step]]) -> MonthView:
        amount = sum(len(steps) for steps in rows)
        views = tuple(self._row(str(number), steps, _month_due(steps)) for number, steps in enumerate(rows, start=1))
        return MonthView(month_title(month), counted(amount, STEP), amount, views)

    def rows(self, steps: Iterable[Step]) -> tuple[PlanRow, ...]:
        """Draw steps together by measure, one row for each, in the order of its first date."""
        found: dict[str, list[Step]] = {}
        for step in steps:
            found.setdefault(step.measure, []).append(step)
        return tuple(self._row(str(number), group, self.due(group[0].measure)) for number, group in enumerate(found.values(), start=1))

    def step_row(self, number: int, step: Step) -> PlanRow:
        """Make a row of one step."""
        return self._row(str(number), [step], f"{short_date(step.first)} – {short_date(step.due)}" if step.flexible and step.first else short_date(step.due))

    def due(self, measure: str) -> str:
        """Say when a measure is due in the whole year: the words of the cards."""
        return due_words(self.plans[measure].block.deadline, self.roadmap.dates(measure), short_date)

    def _row(self, number: str, steps: list[Step], due: str) -> PlanRow:
        step, block = steps[0], self.plans[steps[0].measure].block
        reasons = dict.fromkeys(reason for item in steps for reason in item.reasons)
        return PlanRow(step.measure, number, step.title, self.whom(steps), "; ".join(word for name in reasons if (word := self.measures.reason(name))) or "план района", due,
                       _moved(steps), joined(self.wording.role_title(name) for name in step.responsible), joined(self.wording.role(name) for name in step.participants),
                       step.document, self.measures.effect(self.plans[step.measure]), step.clause, block.form or "")

    def schools_of(self, step: Step) -> tuple[str, ...]:
        """Return the schools a step concerns; none when it is for the whole district."""
        event = self.roadmap.events.get(step.measure)
        return event.schools if event else () if step.school is None else (step.school,)

    def whom(self, steps: list[Step]) -> str:
        """Name the schools of steps of one measure; those that a group for internal use calls for are counted."""
        measure = steps[0].measure
        codes = tuple(dict.fromkeys(code for step in steps for code in self.schools_of(step)))
        if not codes:
            return "все школы района"
        named = [code for code in codes if not self.is_internal(measure, code)]
        shown = f"№{NBSP}{', '.join(named[:_MOST_NUMBERS])}" if named else ""
        more = len(codes) - len(named[:_MOST_NUMBERS])
        return f"{shown} и ещё {more}" if shown and more else shown or counted(len(codes), SCHOOL)

    def is_internal(self, measure: str, code: str) -> bool:
        """Tell whether the district's pages keep a school unnamed: it is in a group for internal use, and no other group calls it to this measure.

        A criterion alone would tell as much as the group it led to.
        """
        if code not in self._in_internal:
            return False
        why = set(self.roadmap.why(self.plans[measure], self.row_of[code]))
        return bool(why & self.roadmap.program.plans.keys()) and not why & (self.roadmap.rules.categories.keys() - self.internal)

    @cached_property
    def _in_internal(self) -> frozenset[str]:
        plans, evaluation = self.roadmap.program.plans, self.roadmap.run.evaluation
        names = [name for name in self.internal if plans[name].level == self.roadmap.program.school_level]
        return frozenset(self.roadmap.codes[row] for name in names for row in np.flatnonzero(evaluation.status(name) == 1))

    @cached_property
    def named(self) -> frozenset[str]:
        """Schools with some measure of their own or group event that the district's pages may name them for."""
        return frozenset(code for code in self.schools if any(not self.is_internal(name, code) for name in self.roadmap.needed[code]))

    # ------------------------------------------------------------ load

    def load(self, load: Load | None = None) -> tuple[LoadRow, ...]:
        """Sum the load of performers by role; roles that answer for nothing are left out."""
        load = load or self.roadmap.load
        rows: dict[str, list[int]] = {}
        for at, performer in enumerate(load.performers):
            rows.setdefault(performer.role, []).append(at)
        return tuple(self._load(load, role, found) for role, found in rows.items() if load.due[found].any())

    def _load(self, load: Load, role: str, rows: list[int]) -> LoadRow:
        due = load.due[[at for at in rows if load.due[at].any()]]
        most, month = int(due.max()), load.months[int(due.max(axis=0).argmax())]
        limit = self.roadmap.limits.get(role)
        among = f" у одного из {len(due)}" if len(due) > 1 else ""
        peak = f"{most}{among}, {month_title(month).lower()}" + (f"; предел {limit}" if limit is not None else "")
        over = tuple(limit is not None and int(column.max()) > limit for column in due.T)
        return LoadRow(self.wording.role_title(role), self.wording.role(role), "" if len(due) == 1 else str(len(due)), tuple(int(value) for value in due.sum(axis=0)), int(due.sum()), peak, over)

    # ------------------------------------------------------------ conflicts, what has no date, what is not decreed

    def conflicts(self, conflicts: Iterable[Conflict] | None = None, named: bool = False) -> tuple[ConflictView, ...]:
        """Say conflicts; those of one kind about the same measures and days are drawn together with their schools, and all that is past.

        `named`: for the school itself or whoever works with it, so that every school is named.
        """
        groups: dict[tuple, list[Conflict]] = {}
        for conflict in self.roadmap.conflicts if conflicts is None else conflicts:
            groups.setdefault((conflict.kind, _about(conflict)), []).append(conflict)
        return tuple(self._conflict(found, named) for found in groups.values())

    def _whose(self, steps: list[Step], named: bool) -> str:
        codes = list(dict.fromkeys(step.school for step in steps if step.school is not None))
        hidden = {step.school for step in steps if step.school is not None and not named and self.is_internal(step.measure, step.school)}
        shown = [code for code in codes if code not in hidden][:_MOST_NUMBERS]
        if not codes:
            return ""
        more = f" и ещё {len(codes) - len(shown)}" if shown and len(codes) > len(shown) else ""
        return f" ({'школы' if len(shown) > 1 else 'школа'} № {', '.join(shown)}{more})" if shown else f" ({counted(len(codes), SCHOOL)})"

    def _conflict(self, found: list[Conflict], named: bool) -> ConflictView:
        kind, first = found[0].kind, found[0]
        whose = self._whose([step for conflict in found for step in conflict.steps], named)
        titles = [f"{quoted_title(step.title)} {day_month(step.due)}" for step in first.steps]
        match kind:
            case ConflictKind.PAST:
                return ConflictView(capital(kind.value), _past([step for conflict in found for step in conflict.steps]), "Отметьте, что сделано; на остальное назначьте новый день.")
            case ConflictKind.BEFORE_PREREQUISITE:
                return ConflictView(capital(kind.value), f"{titles[0]}, а до неё нужна {titles[1]}{whose}.", "Поменяйте один из сроков в правилах или уберите «после».")
            case ConflictKind.SAME_DAY:
                return ConflictView(capital(kind.value), f"{joined(titles)}{whose}.", "Проведите вместе или назначьте одно на другой день.")
            case ConflictKind.OVERLOAD:
                return ConflictView(capital(kind.value), self._overload(first), "Начните часть раньше или передайте другому исполнителю; предел записан в правилах, в разделе «роли».")
        raise AssertionError(kind)

    def _overload(self, conflict: Conflict) -> str:
        counts: dict[str, int] = {}
        for step in conflict.steps:
            counts[step.title] = counts.get(step.title, 0) + 1
        what = "; ".join(f"{lowered(title)} — {count}" for title, count in counts.items())
        holder = f", школа № {conflict.performer.holder}" if conflict.performer.holder else ""
        role = self.wording.role_title(conflict.performer.role)
        return f"{role}{holder}, {month_title(conflict.month).lower()}: {counted(conflict.count, TASK)} при пределе {conflict.limit} ({what})."

    @cached_property
    def undated(self) -> tuple[str, ...]:
        """Measures without a date and why."""
        return tuple(f"{quoted_title(self.wording.title(name))}: {why.value}." for name, why in self.roadmap.roadmap.undated)

    @cached_property
    def undecreed(self) -> tuple[str, ...]:
        """Years whose production calendar is not final, in sentences."""
        return tuple(undecreed_sentence(year) for year in self.roadmap.roadmap.undecreed)

    # ------------------------------------------------------------ who

    def contacts(self, steps: Iterable[Step]) -> tuple[Contact, ...]:
        """List the roles of steps with their contacts: the role's own, or those of the body of that name."""
        used = {role for step in steps for role in (*step.responsible, *step.participants)}
        bodies = self.roadmap.rules.district.bodies if self.roadmap.rules.district else {}
        return tuple(Contact(role.title, role.contact or (bodies[name].contact if name in bodies else None) or "не назначен", role.note or "")
                     for name, role in self.roadmap.rules.roles.items() if name in used)

    def names(self) -> Names:
        """Titles for a calendar file."""
        steps = self.roadmap.roadmap.steps
        return Names({name: role.title for name, role in self.roadmap.rules.roles.items()},
                     {name: self.measures.reason(name) for step in steps for name in step.reasons if name},
                     {step.control: self.wording.title(step.control) for step in steps if step.control})

    def possible(self, code: str) -> int:
        """Count the measures a school may need besides, should its undetermined groups come to be."""
        return len(self.measures.of_school(self.row_of[code], Truth.UNKNOWN))


def month_title(month: tuple[int, int]) -> str:
    """Write «Январь 2027»."""
    return f"{capital(MONTH_NAMES[month[1] - 1])} {month[0]}"


def _about(conflict: Conflict) -> tuple:
    """What makes two conflicts one line for a reader."""
    if conflict.kind is ConflictKind.PAST:
        return ()
    return tuple((step.measure, step.due) for step in conflict.steps) if conflict.performer is None else (conflict.performer, conflict.month)


def _past(steps: list[Step]) -> str:
    """Name past measures with their days, in the order of dates."""
    days: dict[str, list[date]] = {}
    for step in steps:
        days.setdefault(step.title, []).append(step.due)
    said = (f"{quoted_title(title)} — {joined(day_month(day) for day in sorted(set(found)))}" for title, found in days.items())
    return f"{'; '.join(said)}."


def quoted_title(title: str) -> str:
    """Quote a title; quotation marks inside become the inner ones."""
    return f"«{title.replace('«', '„').replace('»', '“')}»"


def _month_due(steps: list[Step]) -> str:
    """Say when inside one month: «до 6, 13 и 20 ноября», «2–30 ноября», «со 2 ноября по 31 марта»."""
    days = sorted({step.due for step in steps})
    first = min((step.first for step in steps if step.first is not None), default=None)
    if len(days) == 1 and first is not None and first < days[0]:
        same = (first.year, first.month) == (days[0].year, days[0].month)
        return f"{first.day}–{day_month(days[0])}" if same else f"{short_date(first)} – {short_date(days[0])}"
    return _days_of_month(days)


def _days_of_month(days: list[date]) -> str:
    if len({day.month for day in days}) > 1:
        return f"до {joined(day_month(day) for day in days)}"
    return f"до {joined(str(day.day) for day in days)}{NBSP}{MONTHS[days[0].month - 1]}"


def _moved(steps: list[Step]) -> str:
    """Say that a deadline stood on a day off; ends of periods need no words."""
    moved = next((step for step in steps if step.stated != step.due and step.first is None), None)
    return full_stop(f"по плану {day_month(moved.stated)}, это выходной") if moved else ""
