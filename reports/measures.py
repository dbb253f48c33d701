"""Measures with their dates in the academic year that follows the report year. The dates are those of the roadmap, working days."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cached_property

from engine import tree as t
from engine.model import Deadline
from engine.program import CategoryPlan, CriterionPlan, MeasurePlan
from engine.roadmap.of_run import RunRoadmap
from engine.roadmap.steps import Undated
from engine.schedule.academic import Occurrence
from engine.truth import Truth
from reports.internal import Internal
from reports.russian import day_month, joined, lowered, short_date
from reports.view import MeasureView
from reports.wording import Wording

_NO_DATE = (3, 0)
_MOST_LISTED = 4     # so many dates are named one by one; more are said as a period and how often


class Measures:
    """Makes measures ready to show, as seen on the day of the run."""

    def __init__(self, roadmap: RunRoadmap, wording: Wording, internal: Internal):
        self.roadmap, self.wording, self.day, self.internal = roadmap, wording, roadmap.run.day, internal
        self.program = roadmap.program
        self.plans: list[MeasurePlan] = roadmap.plans

    def view(self, plan: MeasurePlan, why: Iterable[str] = (), named: Iterable[str] | None = None) -> MeasureView:
        """Return one measure; `why`: the short names of what it was called for by; `named`: those that lists for leadership may give, all by default."""
        why = tuple(why)
        block, found = plan.block, self.roadmap.dates_of(plan)
        nearest, order, state = self._nearest(block.deadline, found)
        return MeasureView(
            plan.name, self.wording.title(plan.name), due_words(block.deadline, found, day_month), due_words(block.deadline, found, short_date), nearest, state,
            joined(self.wording.role(name) for name in block.responsible), joined(self.wording.role_title(name) for name in block.responsible),
            joined(self.wording.role(name) for name in block.participants),
            block.document or "", self.effect(plan), joined(why), joined(why if named is None else named), block.clause or "", order, state == "срок прошёл")

    def effect(self, plan: MeasurePlan) -> str:
        """Say by which indicator the effect is seen and what is expected of it."""
        effect = plan.block.effect
        if effect is None:
            return ""
        return f"{self.wording.title(effect.indicator)}: {effect.expected}" if effect.indicator else effect.expected

    def for_everyone(self) -> list[MeasureView]:
        """Return the measures of the whole district, by date."""
        return ordered(self.view(plan) for plan in self.plans if plan.audience is None and plan.block.is_group and plan.block.shortfall is None)

    def of_school(self, row: int, wanted: Truth) -> list[MeasureView]:
        """Return the measures a school takes part in (MET), or would if its undetermined groups came to be (UNKNOWN), by date."""
        if wanted is Truth.MET:
            needed = self.roadmap.needed[self.roadmap.codes[row]]
            return ordered(self._called_for(plan, self.roadmap.why(plan, row)) for plan in self.plans if plan.name in needed)
        possible = [plan for plan in self.plans if plan.audience is not None and plan.block.shortfall is None and self._status(plan.name, row) is wanted]
        return ordered(self._called_for(plan, self._possible(plan, row)) for plan in possible)

    def _called_for(self, plan: MeasurePlan, names: Iterable[str]) -> MeasureView:
        names = tuple(names)
        return self.view(plan, self._titles(names), self._titles(name for name in names if name not in self.internal))

    def reasons(self, plan: MeasurePlan, row: int) -> list[str]:
        """Name the groups, criteria or subjects that call for a measure in one school."""
        return self._titles(self.roadmap.why(plan, row))

    def reason(self, name: str) -> str:
        """Name one reason: a group by its short title, a criterion, or a subject."""
        if name in self.program.plans:
            return self.wording.short(name) if isinstance(self.program.plans[name], CategoryPlan) else lowered(self.wording.title(name))
        return f"трудности по предмету «{name}»" if name else ""

    def groups_meant(self, plan: MeasurePlan) -> list[str]:
        """Name the groups a measure is meant for as a whole; none when a criterion alone may call for it."""
        names = dict.fromkeys(node.name for node in t.walk(plan.audience) if isinstance(node, t.Reference)) if plan.audience is not None else {}
        return list(names) if all(isinstance(self.program.plans.get(name), CategoryPlan) for name in names) else []

    @cached_property
    def of_criteria_alone(self) -> frozenset[str]:
        """Name the measures that criteria call for and no group does."""
        meant = {plan.name: {node.name for node in t.walk(plan.audience) if isinstance(node, t.Reference)} for plan in self.plans if plan.audience is not None}
        return frozenset(name for name, names in meant.items() if not any(isinstance(self.program.plans.get(other), CategoryPlan) for other in names))

    def _titles(self, names: Iterable[str]) -> list[str]:
        return [self.reason(name) for name in names if name]

    def _possible(self, plan: MeasurePlan, row: int) -> list[str]:
        names = dict.fromkeys(node.name for node in t.walk(plan.audience) if isinstance(node, t.Reference))
        return [name for name in names if self._status(name, row) is not Truth.NOT_MET]

    def _status(self, name: str, row: int) -> Truth | None:
        plan = self.program.plans.get(name)
        if isinstance(plan, (CategoryPlan, CriterionPlan, MeasurePlan)) and plan.level == self.program.school_level:
            return Truth(int(self.roadmap.run.evaluation.status(name)[row]))
        return None

    def _nearest(self, deadline: Deadline, found: tuple[Occurrence, ...] | Undated) -> tuple[str, tuple[int, int], str]:
        """Return the next date in words, its place in the order, and the state: past dates stand last."""
        if isinstance(found, Undated):
            return deadline.words or "", _NO_DATE, "без срока"
        ahead = next((item for item in found if item.due >= self.day), None)
        if ahead is None:
            return f"до {day_month(found[-1].due)}", (4, found[-1].due.toordinal()), "срок прошёл"
        if ahead.first is not None and ahead.first > self.day:
            return f"с {day_month(ahead.first)}", (0, ahead.first.toordinal()), "предстоит"
        return f"до {day_month(ahead.due)}", (0, ahead.due.toordinal()), "предстоит" if ahead.first is None else "идёт"


def ordered(measures: Iterable[MeasureView]) -> list[MeasureView]:
    """Sort measures by their next date; equal dates keep the order of the rules."""
    return sorted(measures, key=lambda item: item.next_order)


def due_words(deadline: Deadline, found: Sequence[Occurrence] | Undated, write: Callable[[date], str]) -> str:
    """Say when a measure is due: «до 9 октября», «с 2 ноября по 31 марта», «до 30 сентября и 25 декабря», «с … по …, два раза в месяц»."""
    if isinstance(found, Undated):
        return ", ".join(part for part in (deadline.rhythm or "", deadline.words or "") if part)
    first, last = found[0].first, found[-1].due
    if len(found) == 1:
        return f"до {write(last)}" if first is None or first == last else f"с {write(first)} по {write(last)}"
    if len(found) <= _MOST_LISTED or first is None:
        return f"до {joined(write(item.due) for item in found)}"
    return ", ".join(part for part in (f"с {write(first)} по {write(last)}", deadline.rhythm or deadline.words or "") if part)
