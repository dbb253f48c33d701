"""Everything several reports need from one run, made ready once: schools with their groups, grounds, measures and gaps."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.program import CategoryPlan, CriterionPlan
from engine.roadmap.of_run import RunRoadmap
from engine.run import Run
from engine.truth import Truth
from engine.values import Numbers, Texts
from engine.words import by_code
from reports.criteria import Criteria
from reports.discreet import Discreet
from reports.dynamics import Dynamics
from reports.evidence import SharedExplainer
from reports.groups import Grounds, all_clear, groups_of_help
from reports.history import Decisions
from reports.internal import Internal
from reports.measures import Measures
from reports.missing import Gaps
from reports.objectivity import Objectivity
from reports.roadmaps import RoadmapViews
from reports.russian import REMARK, ROW, academic_year, counted, long_date
from reports.sentences import Sentences
from reports.status import group_status
from reports.view import GroupView, Header, SchoolView
from reports.wording import Wording

if TYPE_CHECKING:
    from reports.pairs import Pairs

_PURPOSE = ("Отчёт нужен, чтобы вовремя помочь школам. Он не является оценкой работы школ и учителей. "
            "Все выводы предварительные, решение принимает орган управления образованием.")


class Book:
    """One run as reports see it. Only what is asked for is computed, and only once. `beside`: the folder of the run, where pairs.json is; `note` stands on every report."""

    def __init__(self, run: Run, beside: Path | None = None, note: str = ""):
        self.note = note
        self.run, self.program, self.rules, self.beside = run, run.program, run.program.rules, beside
        self._made: dict[str, Any] = {}
        self.frame = run.evaluation.frames[self.program.school_level]
        self.wording = Wording(self.program)
        self.explainer = SharedExplainer(run.evaluation, run.tables)
        self.sentences = Sentences(self.explainer, self.wording)
        self.grounds = Grounds(self.explainer, self.sentences, self.wording)
        self.criteria = Criteria(self.explainer, self.sentences, self.wording)
        self.gaps = Gaps(self.explainer, self.sentences, self.wording)
        self.dynamics = Dynamics(self.explainer, self.wording, self.grounds)
        self.internal = Internal(self.program)
        self.roadmap = RunRoadmap(run, beside=beside)
        self.measures = Measures(self.roadmap, self.wording, self.internal)
        self.roadmaps = RoadmapViews(self.roadmap, self.wording, self.measures)
        self.help_names = groups_of_help(self.program)
        self.decisions = Decisions(run, self.wording, self.help_names)
        self.clear = all_clear(self.program)

    def once(self, name: str, make: Callable[[Book], Any]) -> Any:
        """Return what a page makes of the whole run, made once."""
        if name not in self._made:
            self._made[name] = make(self)
        return self._made[name]

    # ------------------------------------------------------------ the whole run

    @cached_property
    def header(self) -> Header:
        district, regulation = self.rules.district, self.rules.regulations[0] if self.rules.regulations else None
        title = district.title if district else ""
        return Header(title, district.title_genitive or title if district else "", district.purpose or _PURPOSE if district else _PURPOSE,
                      (regulation.short or regulation.title) if regulation else "", (regulation.note or "") if regulation else "",
                      academic_year(self.run.report_year), long_date(self.run.day), self.run.number, tuple(self._warnings()), self._remark())

    def _warnings(self):
        if self.note:
            yield self.note
        if self.run.allowed and self.run.tables.bad_rows:
            yield (f"Расчёт сделан без строк с ошибками (--allow-problems): не учтено {counted(int(self.run.tables.bad_rows), ROW)}. "
                   "Выводы, которые от них зависят, не определены.")
        elif self.run.allowed:
            yield "Расчёт разрешено было делать с ошибками в данных (--allow-problems); строк с ошибками не нашлось."

    def _remark(self) -> str:
        count = len(self.run.problems)
        return f"К данным есть {counted(count, REMARK)}, см. лист «Источники» таблицы района." if count else "Замечаний к данным нет."

    @cached_property
    def objectivity(self) -> Objectivity:
        return Objectivity(self.run)

    @cached_property
    def plans(self) -> list[CategoryPlan]:
        """The categories of schools, the largest help first."""
        return self.explainer.categories(self.program.school_level)

    @cached_property
    def rest_names(self) -> frozenset[str]:
        """Categories that only say that others are not determined."""
        return frozenset(plan.name for plan in self.plans if plan.block.rest)

    @cached_property
    def criterion_plans(self) -> list[CriterionPlan]:
        return self.program.of(CriterionPlan, self.program.school_level)

    @cached_property
    def schools(self) -> tuple[SchoolView, ...]:
        """All schools by their code: a number by its value, so that № 9 stands before № 10."""
        order = sorted(range(len(self.frame)), key=lambda row: by_code(self.frame.codes[row]))
        return tuple(self._school(row) for row in order)

    def school(self, code: str) -> SchoolView:
        return next(school for school in self.schools if school.code == code)

    @cached_property
    def pairs(self) -> Pairs | None:
        """The pairs «Школа – школе» in force; None where the rules have no such section, or there are too many schools for one task. Errors: PairsError."""
        from engine.mentoring.decided import decided_in  # scipy is slow to import
        from engine.mentoring.matching import TooLarge
        from reports.pairs import Pairs
        try:
            decided = decided_in(self.run, self.beside)
        except TooLarge:
            return None
        return Pairs(decided) if decided is not None else None

    def without_grounds(self, school: SchoolView) -> bool:
        """Whether lists for leadership show no ground for help: the schools of the «all clear» category, and those only in groups for service use.

        The two are not told apart there: a school missing from a list would be named by its absence.
        """
        clear = self.clear.name if self.clear is not None else ""
        return not school.missing_named and (any(group.name == clear for group in school.named) or (not school.named and bool(school.in_force)))

    def signs_link(self, school: SchoolView) -> str:
        """Return the file name of a school's page of signs, or nothing for a school that takes no part."""
        return link_of(school.code, "signs") if self.objectivity.takes_part(school.row) else ""

    @cached_property
    def discreet(self) -> Discreet:
        """What documents for leadership may say of a school."""
        return Discreet(self)

    # ------------------------------------------------------------ one school

    def _school(self, row: int) -> SchoolView:
        code = self.frame.codes[row]
        groups = tuple(self._group(plan, row) for plan in self.plans)
        main = next((group.name for group in groups if group.name in self.help_names and group.status.tone == "met"), "")
        before = self.decisions.before(row) if self.decisions.known else ""
        return SchoolView(row, code, f"№ {code}", self._name(row), link_of(code), groups, main,
                          self.gaps.missing(groups, row), self.gaps.missing(tuple(group for group in groups if not group.internal), row),
                          tuple(self.measures.of_school(row, Truth.MET)), tuple(self.measures.of_school(row, Truth.UNKNOWN)), before, self.decisions.is_new(row))

    def _group(self, plan: CategoryPlan, row: int) -> GroupView:
        truth, applies = self.explainer.status(plan.name, row), self.frame.applies.get(plan.name)
        status = group_status(truth, Truth.MET if applies is None else Truth(int(applies[row])))
        grounds = self.grounds.of(plan.name, row) if truth is Truth.MET and not plan.block.rest else ()
        phrase = self.sentences.category(plan.name, truth, row) if status.tone in ("met", "open") else ""
        return GroupView(plan.name, self.wording.title(plan.name), self.wording.short(plan.name), plan.block.clause or "", status, phrase, grounds, plan.block.internal)

    def _name(self, row: int) -> str:
        """Find the name of a school: the first text column of the registry that is called a name."""
        for column in self._registry:
            value = self.frame.columns.get(column)
            if column.startswith("назв") and isinstance(value, Texts):
                return value.at(row) or ""
        return ""

    def about(self, row: int) -> tuple[tuple[str, str], ...]:
        """Return what the registry says of a school besides its name and code."""
        found = []
        for name, column in self._registry.items():
            value = self.frame.columns.get(name)
            if name.startswith("назв") or column.level or column.type == "код" or name == self.program.school_level:
                continue
            if isinstance(value, Texts):
                shown = value.at(row)
            elif isinstance(value, Numbers):
                shown = None if value.missing[row] else self.wording.amount(float(value.low[row]), "дата" if column.type == "дата" else column.unit)
            else:
                shown = {1: "да", -1: "нет", 0: None}[int(value[row])] if value is not None else None
            found.append((self.wording.title(name), (shown or "нет данных").replace("_", " ")))
        return tuple(found)

    @property
    def _registry(self) -> dict:
        return self.rules.tables[self.rules.registry].columns


def link_of(code: str, what: str = "school") -> str:
    """Return the file name of a school's card or of another page of its own; characters that file systems dislike are written by their number."""
    return f"{what}_{re.sub(r'[^0-9A-Za-zА-Яа-яЁё_-]', lambda found: f'~{ord(found.group()):x}', code)}.html"


def roadmap_link_of(code: str) -> str:
    """Return the file name of a school's roadmap."""
    return link_of(code, "roadmap")


