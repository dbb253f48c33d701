"""Measures with their dates: the cycle that follows a report year runs from its autumn to the next summer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from engine import tree as t
from engine.model import Deadline
from engine.program import CategoryPlan, MeasurePlan, Program
from engine.truth import Truth
from reports.internal import Internal
from reports.russian import day_month, joined, lowered, short_date
from reports.view import MeasureView
from reports.wording import Wording

_NO_DATE = (3, 0)


class Measures:
    """Makes measures ready to show, as seen on the day of the run."""

    def __init__(self, program: Program, wording: Wording, report_year: int, day: date, internal: Internal):
        self.program, self.wording, self.day, self.report_year, self.internal = program, wording, day, report_year, internal
        self.plans: list[MeasurePlan] = program.of(MeasurePlan, program.school_level)
        begins = program.rules.calendar.academic_year
        self.begins = begins.begins if begins else (9, 1)

    def view(self, plan: MeasurePlan, why: Iterable[str] = (), named: Iterable[str] | None = None) -> MeasureView:
        """Return one measure; `why`: the short names of what it was called for by; `named`: those that lists for leadership may give, all by default."""
        why = tuple(why)
        block, nearest, order, state = plan.block, *self._nearest(plan.block.deadline)
        effect = ""
        if block.effect:
            effect = f"{self.wording.title(block.effect.indicator)}: {block.effect.expected}" if block.effect.indicator else block.effect.expected
        return MeasureView(
            plan.name, self.wording.title(plan.name), self._due(block.deadline), self._due_full(block.deadline), nearest, state,
            joined(self.wording.role(name) for name in block.responsible), joined(self.wording.role_title(name) for name in block.responsible),
            joined(self.wording.role(name) for name in block.participants),
            block.document or "", effect, joined(why), joined(why if named is None else named), block.clause or "", order, state == "срок прошёл")

    def calendar_day(self, month_day: tuple[int, int]) -> date:
        """Place a day of the year into the cycle that follows the report year."""
        month, day = month_day
        year = self.report_year if month_day >= self.begins else self.report_year + 1
        return date(year, month, day) if (month, day) != (2, 29) else date(year, 2, 28)

    def for_everyone(self) -> list[MeasureView]:
        """Return the measures of the whole district, by date."""
        return ordered(self.view(plan) for plan in self.plans if plan.audience is None)

    def reasons(self, plan: MeasurePlan, status: dict[str, Truth]) -> list[str]:
        """Name the groups and criteria that call for a measure in one school."""
        return list(dict.fromkeys(node.name for node in t.walk(plan.audience) if isinstance(node, t.Reference) and status.get(node.name) is not Truth.NOT_MET))

    def called_for(self, plan: MeasurePlan, status: dict[str, Truth]) -> MeasureView:
        """Return a measure as one school has it: with the groups and criteria that call for it."""
        names = self.reasons(plan, status)
        return self.view(plan, map(self.word, names), [self.word(name) for name in names if name not in self.internal])

    def word(self, name: str) -> str:
        """Say a reason in a few words."""
        return self.wording.short(name) if isinstance(self.program.plans.get(name), CategoryPlan) else lowered(self.wording.title(name))

    def groups_meant(self, plan: MeasurePlan) -> list[str]:
        """Name the groups a measure is meant for as a whole; none when a criterion alone may call for it."""
        names = dict.fromkeys(node.name for node in t.walk(plan.audience) if isinstance(node, t.Reference)) if plan.audience is not None else {}
        return list(names) if all(isinstance(self.program.plans.get(name), CategoryPlan) for name in names) else []

    # ------------------------------------------------------------ dates in words

    def _due(self, deadline: Deadline) -> str:
        return _sentence(deadline, lambda moment: day_month(self.calendar_day(moment)))

    def _due_full(self, deadline: Deadline) -> str:
        return _sentence(deadline, lambda moment: short_date(self.calendar_day(moment)))

    def _nearest(self, deadline: Deadline) -> tuple[str, tuple[int, int], str]:
        """Return the next date in words, its place in the order, and the state: past dates stand last."""
        end = deadline.before or deadline.until
        if deadline.since is not None and self.calendar_day(deadline.since) > self.day:
            start = self.calendar_day(deadline.since)
            return f"с {day_month(start)}", (0, start.toordinal()), "предстоит"
        if end is None:
            return deadline.words or "", _NO_DATE, "без срока" if deadline.since is None else "идёт"
        last = self.calendar_day(end)
        if last < self.day:
            return f"до {day_month(last)}", (4, last.toordinal()), "срок прошёл"
        return f"до {day_month(last)}", (0, last.toordinal()), "предстоит" if deadline.before else "идёт"


def ordered(measures: Iterable[MeasureView]) -> list[MeasureView]:
    """Sort measures by their next date; equal dates keep the order of the rules."""
    return sorted(measures, key=lambda item: item.next_order)


def _sentence(deadline: Deadline, write) -> str:
    parts = []
    if deadline.before:
        parts.append(f"до {write(deadline.before)}")
    if deadline.since:
        parts.append(f"с {write(deadline.since)}")
    if deadline.until:
        parts.append(f"по {write(deadline.until)}")
    dated = " ".join(parts)
    return ", ".join(part for part in (dated, deadline.rhythm or "", deadline.words or "") if part)
