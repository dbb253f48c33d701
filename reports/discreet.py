"""What the brief and the site may say of a school: leadership counts the schools of a category for service use and learns of none that it is in one.

Five ways a page could tell, each closed here: the group itself; a criterion such a group stands on, or one that compares the same indicators (its value
beside the threshold is the answer); a criterion about the same matter — that works were re-checked is said of no school at random; a measure called for by
nothing else; silence where other schools are named. The same matter is the same folder of rules (rules/objectivity): its criteria are shown only where
they are the ground of a group that may be named. So all other schools show the same criteria, whatever they are in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from engine import tree as t
from engine.problems import Problem
from engine.program import CategoryPlan, CriterionPlan, IndicatorPlan
from engine.truth import Truth
from reports.status import GROUP_MET, GROUP_OPEN, NO_GROUND, PARTLY_KNOWN, Status
from reports.view import CriterionView, Ground, GroupView, MeasureView, SchoolView

if TYPE_CHECKING:
    from reports.book import Book

HIDDEN_WHY = "для служебного пользования"


class Discreet:
    """What of a book leadership is shown, school by school."""

    def __init__(self, book: Book):
        self.book, self.program = book, book.program
        self.compared = frozenset(name for criterion in book.internal.criteria for name in self._asked(criterion) if name not in book.rules.thresholds)
        self._folders = {self._folder("категории", name) for name in book.internal.categories} - {str(book.rules.root).replace("\\", "/")}
        self._words = tuple(word.lower() for word in self._titles())
        silent = {*book.rest_names, *([book.clear.name] if book.internal and book.clear is not None else [])}
        self.named_plans = tuple(plan for plan in book.plans if not plan.block.internal and plan.name not in silent)
        self.criteria = tuple(plan for plan in book.criterion_plans if plan.name in self._reached and plan.name not in book.internal.criteria)

    def _titles(self) -> Iterator[str]:
        wording = self.book.wording
        for name in self.book.internal.categories:
            yield from (wording.title(name), wording.short(name), wording.plural(name))
        yield from (wording.title(name) for name in self.book.internal.criteria)

    # ------------------------------------------------------------ groups

    def groups(self, school: SchoolView) -> tuple[GroupView, ...]:
        """Return the groups in force that may be named, with the grounds that may be said."""
        shown = {plan.name for plan in self.named_plans}
        near = any(self._folder("категории", group.name) in self._folders for group in school.named)
        words = self._words if near else (*self._words, *self._near)
        return tuple(replace(group, grounds=self._grounds(group, words)) for group in school.named if group.name in shown)

    def _grounds(self, group: GroupView, words: tuple[str, ...]) -> tuple[Ground, ...]:
        """Leave out what names a category for service use, and what touches one where other grounds are enough to say why."""
        said = [ground for ground in group.grounds if ground.criterion not in self.book.internal and not tells(ground.sentence, words)]
        apart = [ground for ground in said if not ground.criterion or not self.touches(ground.criterion)]
        return tuple(apart or said)

    def mark(self, school: SchoolView) -> Status:
        """Return how a school stands in lists: the same for «all clear» and for a group for service use."""
        if school.missing_named:
            return PARTLY_KNOWN if self.groups(school) else GROUP_OPEN
        return GROUP_MET if school.main else NO_GROUND

    @cached_property
    def _near(self) -> tuple[str, ...]:
        """Titles of the criteria about the same matter: an old decision («выход не засчитывается: …») may name one. Of a school named in a group about it that is no secret."""
        return tuple(self.book.wording.title(plan.name).lower() for plan in self.book.criterion_plans if self.touches(plan.name))

    # ------------------------------------------------------------ criteria

    @property
    def _reached(self) -> frozenset[str]:
        """Criteria that the categories of leadership stand on, however deep, not through a category for service use."""
        found: set[str] = set()
        waiting = [plan.name for plan in self.book.plans if not plan.block.internal]
        while waiting:
            name = waiting.pop()
            if name not in found and name not in self.book.internal.categories:
                found.add(name)
                waiting += [other for other in self.program.uses.get(name, ()) if isinstance(self.program.plans.get(other), (CategoryPlan, CriterionPlan))]
        return frozenset(found)

    def touches(self, name: str) -> bool:
        """Whether a criterion compares or asks anything that a category for service use stands on, or is about the same matter."""
        return bool(self._asked(name) & (self.compared | self.book.internal.criteria)) or self._folder("критерии", name) in self._folders

    def _folder(self, section: str, name: str) -> str:
        return self.book.rules.header(section, name).file.replace("\\", "/").rpartition("/")[0]

    def _asked(self, criterion: str) -> set[str]:
        """Name everything a criterion speaks of: indicators, columns of the registry, other criteria, thresholds."""
        return {node.name for node in t.walk(self.program.plans[criterion].when) if isinstance(node, t.Reference)}

    def views(self, school: SchoolView) -> tuple[CriterionView, ...]:
        """Return the criteria of a school. One that touches what is for service use is shown only as the ground of a named group, without those comparisons."""
        grounds = {ground.criterion for group in self.groups(school) for ground in group.grounds}
        return tuple(self._view(plan.name, school.row) for plan in self.criteria if plan.name in grounds or not self.touches(plan.name))

    def _view(self, name: str, row: int) -> CriterionView:
        view = self.book.criteria.view(name, row)
        if not self.touches(name):
            return view
        return replace(view, facts=tuple(fact for fact in view.facts if fact.name not in self.compared), turning=())

    @cached_property
    def compared_titles(self) -> frozenset[str]:
        """Titles of the indicators and columns that a category for service use compares."""
        return frozenset(self.book.wording.title(name) for name in self.compared)

    def is_remark_hidden(self, problem: Problem) -> bool:
        """Whether a remark on the data is about rows that a category for service use counts: it may say which school has one."""
        plans = [self.program.plans.get(name) for name in self.compared]
        tables = {plan.table for plan in plans if isinstance(plan, IndicatorPlan) and plan.table in self.book.rules.tables}
        files = {sheet.file for sheet in self.book.run.tables.sources if sheet.table in tables}
        return problem.place.file in files or any(self.book.wording.title(table) in problem.message for table in tables)

    # ------------------------------------------------------------ measures

    def measures(self, school: SchoolView) -> tuple[MeasureView, ...]:
        """Return the measures a list for leadership may name the school in: not those that only a group for service use, or a criterion beside it, calls for."""
        return tuple(_told(measure for measure in school.named_measures if not self.book.roadmaps.is_internal(measure.name, school.code)))

    def possible_measures(self, school: SchoolView) -> tuple[MeasureView, ...]:
        """Return the measures that undetermined groups of leadership may call for."""
        return tuple(_told(measure for measure in school.possible_measures if measure.why_named and self._open_group(measure.name, school.row)))

    def _open_group(self, measure: str, row: int) -> bool:
        names = {node.name for node in t.walk(self.program.plans[measure].audience) if isinstance(node, t.Reference)}
        return any(plan.name in names and self.book.explainer.status(plan.name, row) is Truth.UNKNOWN for plan in self.named_plans)


def tells(text: str, words: Iterable[str]) -> bool:
    """Whether a text says any of the words."""
    return any(word in text.lower() for word in words)


def _told(measures: Iterable[MeasureView]) -> Iterator[MeasureView]:
    for measure in measures:
        yield replace(measure, why=measure.why_named)
