"""A run -> its roadmap: what each school and the district need, and why, as dated steps with their load and conflicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from engine import tree as t
from engine.indicators import UNIT, slice_table
from engine.program import VALUE, CategoryPlan, CriterionPlan, MeasurePlan
from engine.roadmap.checks import SUBJECT
from engine.roadmap.conflicts import Conflict, find_conflicts
from engine.roadmap.load import Load, measure_load
from engine.roadmap.steps import Action, Need, Roadmap, Step, Undated, occurrences, plan
from engine.run import Run
from engine.schedule.academic import Occurrence
from engine.schedule.of_rules import academic_year_of, work_calendar_of
from engine.tables import quoted

Keys = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Shortage:
    """One deficit of one school: the keys of the row besides the subject, such as class and task."""

    school: str
    subject: str
    keys: Keys


@dataclass(frozen=True, slots=True)
class GroupEvent:
    """One event for many: the schools it is for and, where deficits call for it, which ones they have."""

    measure: str
    schools: tuple[str, ...]
    shortages: tuple[Shortage, ...] = ()


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A measure in a run: needs of single schools, or one event for a group."""

    needs: tuple[Need, ...]
    event: GroupEvent | None = None


class RunRoadmap:
    """The roadmap of one run, in the academic year that follows the report year. Everything is computed once, when asked for.

    `begins`: the calendar year in which another cycle begins, such as the last one, whose dates are compared with this one's.
    `beside`: the folder of the run, where refusals of mentors are recorded.
    Example: `RunRoadmap(run).roadmap.steps`; the same run, fresh or opened, gives the same steps.
    """

    def __init__(self, run: Run, begins: int | None = None, beside: Path | None = None):
        self.run, self.program, self.rules, self.beside = run, run.program, run.program.rules, beside
        self.codes = run.evaluation.frames[self.program.school_level].codes
        self.calendar = work_calendar_of(self.rules.calendar)
        self.year = academic_year_of(self.rules.calendar, run.report_year if begins is None else begins)
        self.plans: list[MeasurePlan] = self.program.of(MeasurePlan, self.program.school_level)
        self.limits = {name: role.most_a_month for name, role in self.rules.roles.items() if role.most_a_month is not None}
        self.prerequisites = {name: block.after for name, block in self.rules.measures.items() if block.after}

    def dates(self, name: str) -> tuple[Occurrence, ...] | Undated:
        """Return the dates of a measure, needed in this run or not."""
        return self._dates[name]

    def dates_of(self, plan: MeasurePlan) -> tuple[Occurrence, ...] | Undated:
        """Return the dates of a measure of the rules, or of a step that only a document has."""
        return self._dates[plan.name] if plan.name in self._dates else occurrences(Action.of(plan.name, plan.block), self.year, self.calendar)

    @cached_property
    def _dates(self) -> dict[str, tuple[Occurrence, ...] | Undated]:
        return {name: occurrences(Action.of(name, block), self.year, self.calendar) for name, block in self.rules.measures.items()}

    # ------------------------------------------------------------ what comes out

    @cached_property
    def roadmap(self) -> Roadmap:
        """Every step of every school and of the district."""
        actions = (Action.of(item.name, item.block) for item in self.plans)
        return plan((need for wanted in self._wanted.values() for need in wanted.needs), actions, self.year, self.calendar)

    @cached_property
    def holders(self) -> dict[str, dict[str, str]]:
        """Return role -> school -> the school that does the work: its own, or for the role of mentors the mentor of its pair."""
        found = {name: {code: code for code in self.codes} for name, role in self.rules.roles.items() if role.of_each_school}
        role = self.rules.mentoring.mentor_role if self.rules.mentoring is not None else None
        return found | {role: self._mentors()} if role is not None else found

    def _mentors(self) -> dict[str, str]:
        from engine.mentoring.decided import decided_in  # scipy is slow to import
        from engine.mentoring.matching import TooLarge
        from engine.mentoring.saved import PairsError
        try:
            decided = decided_in(self.run, self.beside)
        except (PairsError, TooLarge):
            return {}
        if decided is None:
            return {}
        return {mentor: mentor for mentor in decided.project.mentors} | dict(decided.assignment.mentor_of)

    @cached_property
    def load(self) -> Load:
        return measure_load(self.roadmap, self.holders)

    @cached_property
    def conflicts(self) -> tuple[Conflict, ...]:
        return find_conflicts(self.roadmap, self.run.day, self.limits, self.prerequisites, self.holders)

    @cached_property
    def events(self) -> dict[str, GroupEvent]:
        """Group events by measure, in the order of the rules; what is for the whole district is no group event."""
        return {name: wanted.event for name, wanted in self._wanted.items() if wanted.event is not None}

    @cached_property
    def needed(self) -> dict[str, frozenset[str]]:
        """School -> the measures it takes part in, its own and group events."""
        found: dict[str, set[str]] = {code: set() for code in self.codes}
        for name, wanted in self._wanted.items():
            schools = wanted.event.schools if wanted.event else [need.school for need in wanted.needs if need.school is not None]
            for school in schools:
                found[school].add(name)
        return {code: frozenset(names) for code, names in found.items()}

    def steps_of(self, school: str) -> tuple[Step, ...]:
        """Return the steps of one school, group events it is called to included, by date."""
        own, needed = self._own_steps.get(school, []), self.needed[school]
        called = [step for step in self._own_steps.get(None, []) if step.measure in needed]
        return tuple(sorted([*own, *called], key=lambda step: (step.due, step.measure, step.number)))

    @cached_property
    def _own_steps(self) -> dict[str | None, list[Step]]:
        found: dict[str | None, list[Step]] = {}
        for step in self.roadmap.steps:
            found.setdefault(step.school, []).append(step)
        return found

    # ------------------------------------------------------------ reasons

    def why(self, item: MeasurePlan, row: int) -> list[str]:
        """Name what calls for a measure in one school: categories and criteria in force, or subjects of its deficits."""
        event = self.events.get(item.name)
        if item.block.shortfall is not None:
            return list(dict.fromkeys(found.subject for found in (event.shortages if event else ()) if found.school == self.codes[row]))
        return reasons_at(self._reasons[item.name], row)

    @cached_property
    def _wanted(self) -> dict[str, _Wanted]:
        return {item.name: found for item in self.plans if (found := self._of_measure(item)) is not None}

    def _of_measure(self, item: MeasurePlan) -> _Wanted | None:
        rows = np.arange(len(self.codes)) if item.audience is None else np.flatnonzero(self.run.evaluation.status(item.name) == 1)
        reasons = self._reasons[item.name]
        if not item.block.is_group:
            return _Wanted(tuple(Need(self.codes[row], item.name, name) for row in rows for name in reasons_at(reasons, row)))
        if item.block.shortfall is not None:
            return self._by_shortfall(item, frozenset(self.codes[row] for row in rows))
        if item.audience is None:
            return _Wanted((Need(None, item.name, ""),))
        called = {name for row in rows for name in reasons_at(reasons, row)}
        names = [name for name in reasons if name in called]
        return _Wanted(tuple(Need(None, item.name, name) for name in names), GroupEvent(item.name, tuple(self.codes[row] for row in rows))) if names else None

    @cached_property
    def _reasons(self) -> dict[str, dict[str, np.ndarray | None]]:
        """Measure -> name -> its outcomes (n,); None for what is no category or criterion and so has none."""
        return {item.name: self._reasons_of(item) for item in self.plans}

    def _reasons_of(self, item: MeasurePlan) -> dict[str, np.ndarray | None]:
        if item.audience is None:
            return {}
        names = dict.fromkeys(node.name for node in t.walk(item.audience) if isinstance(node, t.Reference))
        plans = self.program.plans
        status = self.run.evaluation.status
        return {name: status(name) if isinstance(plans.get(name), (CategoryPlan, CriterionPlan)) and plans[name].level == self.program.school_level else None
                for name in names}

    # ------------------------------------------------------------ deficits

    def _by_shortfall(self, item: MeasurePlan, meant: frozenset[str]) -> _Wanted | None:
        shortfall = item.block.shortfall
        shortages = tuple(found for found in self.shortages[shortfall.indicator] if found.school in meant and found.subject in shortfall.subjects)
        schools = tuple(dict.fromkeys(found.school for found in shortages))
        if len(schools) < shortfall.least_schools:
            return None
        subjects = [word for word in shortfall.subjects if any(found.subject == word for found in shortages)]
        return _Wanted(tuple(Need(None, item.name, word) for word in subjects), GroupEvent(item.name, schools, shortages))

    @cached_property
    def shortages(self) -> dict[str, tuple[Shortage, ...]]:
        """Deficits of all schools by the indicators that call for group events."""
        indicators = dict.fromkeys(item.block.shortfall.indicator for item in self.plans if item.block.shortfall is not None)
        return {indicator: tuple(self._shortages(indicator)) for indicator in indicators}

    def _shortages(self, indicator: str) -> Iterator[Shortage]:
        """Read the rows of a slice whose value is certainly above zero, by school and keys; what is not known is no deficit."""
        keys = self.program.slices[indicator].keys
        fields = ", ".join(quoted(key) for key in (UNIT, *keys))
        rows = self.run.tables.connection.execute(f"SELECT {fields} FROM {quoted(slice_table(indicator))} WHERE {quoted(VALUE)} > 0 ORDER BY {fields}").fetchall()
        for unit, *values in rows:
            named = dict(zip(keys, (str(value) for value in values), strict=True))
            yield Shortage(self.codes[unit], named.pop(SUBJECT), tuple(named.items()))


def reasons_at(reasons: Mapping[str, np.ndarray | None], row: int) -> list[str]:
    """Name what is in force at a row; where nothing is (the condition denies or compares), all that the condition speaks of."""
    return [name for name, codes in reasons.items() if codes is not None and codes[row] == 1] or list(reasons) or [""]
