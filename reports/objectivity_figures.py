"""Figures about objectivity: signs counted over schools, spikes of whole distributions, observers' acts, re-checks, outside lists, last year's decisions.

A category marked «для служебного пользования» is only ever counted: `named` keeps its schools out of everything a leader reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from engine import tree as t
from engine.methods.objectivity import SIGNS, measured
from engine.objectivity.counterfactual import RegionalSpike, regional_spikes
from engine.objectivity.measured import Measured
from engine.program import CategoryPlan, IndicatorPlan, MeasurePlan
from engine.run import Run
from engine.tables import READABLE, quoted
from engine.words import by_code
from reports.intervals import LEAST, Share, share_of
from reports.vpr_figures import Figures, Work

CATEGORY, LIST = "признаки_необъективности", "необъективные результаты"
ACTS, RECHECKS, LISTS, DECISIONS = "акты_наблюдения", "перепроверки", "внешние_перечни", "решения"
WAITING, CLEARED, HELD = "назначена", "признаки сняты", "признаки подтвердились"
LEAST_DISTRIBUTION = 500     # works; a smooth curve through fewer says little about a border
_CONCLUSION, _ATTENTION = "вывод_о_признаках", "требует внимания"


@dataclass(frozen=True, slots=True)
class CategoryCount:
    """A category about objectivity: in how many schools it is in force and not determined; `codes` are empty where it may not be named."""

    name: str
    internal: bool
    in_force: int
    open: int
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tested:
    """The statistics of signs over the district: schools, the false-discovery rate q, the length of its list, and the norm it stands on."""

    schools: int
    tested: int
    listed: int
    q: float
    norm: str
    strong: bool
    notes: tuple[str, ...]

    @property
    def expected_false(self) -> float:
        """Entries of the list that may be wrong by the rate q. Units: schools."""
        return self.q * self.listed


@dataclass(frozen=True, slots=True)
class Distribution:
    """Borders of marks in the distribution of a whole group in one work; `named`: the borders that stand out on both sides."""

    work: Work
    n: int
    named: tuple[tuple[int, RegionalSpike], ...]     # mark, spike


@dataclass(frozen=True, slots=True)
class Act:
    """An observers' act. `code` is empty where the school may not be named."""

    code: str
    number: str
    violations: int | None
    place: str


@dataclass(frozen=True, slots=True)
class Recheck:
    """A re-check of works. `outcome` and `reply` are empty where the file does not tell; `code`, where the school may not be named."""

    code: str
    work: Work
    checked: int
    changed: int
    outcome: str
    reply: str
    place: str


@dataclass(frozen=True, slots=True)
class Listed:
    """An outside list of one year: how many schools are in it, and the letters it came with."""

    year: int
    schools: int
    letters: tuple[str, ...]


class Objectivity:
    """Figures of one run about objectivity."""

    def __init__(self, run: Run, figures: Figures):
        self.run, self.figures, self.program = run, figures, run.program
        self.frame = run.evaluation.frames[run.program.school_level]

    # ------------------------------------------------------------ categories and statistics

    @cached_property
    def categories(self) -> tuple[CategoryCount, ...]:
        """Count the category of signs and every internal one."""
        plans = [plan for plan in self.program.of(CategoryPlan, self.program.school_level) if plan.name == CATEGORY or plan.block.internal]
        return tuple(self._count(plan) for plan in plans)

    def _count(self, plan: CategoryPlan) -> CategoryCount:
        status = self.run.evaluation.status(plan.name)
        codes = () if plan.block.internal else self.figures.codes_of(np.flatnonzero(status == 1))
        return CategoryCount(plan.name, plan.block.internal, int((status == 1).sum()), int((status == 0).sum()), codes)

    @cached_property
    def unnamed(self) -> frozenset[int]:
        """Schools in an internal category, by row: they are not named where a leader reads."""
        plans = [plan for plan in self.program.of(CategoryPlan, self.program.school_level) if plan.block.internal]
        return frozenset(int(row) for plan in plans for row in np.flatnonzero(self.run.evaluation.status(plan.name) == 1))

    def named(self, row: int) -> str:
        """Return a school's code, or nothing where it may not be named."""
        return "" if row in self.unnamed else self.frame.codes[row]

    @cached_property
    def statistics(self) -> tuple[Measured, str] | None:
        """The signs of the run and the name of the indicator that draws the list «требует внимания»; None when nothing was computed."""
        verdict = next((plan for plan in self.program.of(IndicatorPlan) if plan.block.method == _CONCLUSION and plan.parameters.get("вывод") == _ATTENTION), None)
        if verdict is None or verdict.name not in self.frame.columns:
            return None
        found = measured(self.run.evaluation.calculation(verdict.parameters["признаки"]))
        return (found, verdict.name) if found is not None else None

    @cached_property
    def tested(self) -> Tested | None:
        """How many schools were tested, on what norm, and what a list of this length may hold by chance."""
        if self.statistics is None:
            return None
        found, name = self.statistics
        q = self.run.evaluation.calculation(name).number("доля ложных", 0.05)
        value = self.frame.columns[name].settled()
        return Tested(len(self.frame), int(np.isfinite(value).sum()), int((value == 1).sum()), q, found.verdict(q).note, found.table.source.strong, found.notes)

    @property
    def has_method(self) -> bool:
        """Whether the rules compute signs by statistics at all."""
        return any(plan.block.method == SIGNS for plan in self.program.of(IndicatorPlan))

    # ------------------------------------------------------------ whole distributions

    def distributions(self, kind: str) -> list[Distribution]:
        """Judge the borders of marks in the distribution of a group («регион», «муниципалитет»), work by work of the report year."""
        name = self.figures.chosen_groups("группы_впр").get(kind)
        if name is None or not self.figures.has("шкалы"):
            return []
        sql = """SELECT g.класс, g.предмет, max(s.максимум), max(s.граница_3), max(s.граница_4), max(s.граница_5), max(g.участников),
                 list(g.балл ORDER BY g.балл), list(coalesce(g.работ, g.доля * g.участников / 100) ORDER BY g.балл)
                 FROM "группы_впр" AS g JOIN "шкалы" AS s USING (предмет, класс, год) WHERE g.вид_группы = ? AND g.группа = ? AND g.год = ?
                 GROUP BY 1, 2 HAVING count(*) = count(coalesce(g.работ, g.доля * g.участников / 100)) AND count(s.граница_3) * count(s.граница_4) * count(s.граница_5) > 0 ORDER BY ALL"""
        rows = self.run.tables.connection.execute(sql, [kind, name, self.run.report_year]).fetchall()
        return [item for row in rows if (item := _distribution(*row)) is not None]

    # ------------------------------------------------------------ acts, re-checks, lists, decisions

    def acts(self, year: int) -> list[Act]:
        """List the acts of a year by the school's number; schools that are not named stand last."""
        rows = self._rows(ACTS, "_unit, номер_акта, нарушений", year)
        return _by_school([Act(self.named(unit), number or "", violations, place) for unit, number, violations, place in rows], lambda item: item.number)

    def rechecks(self, year: int) -> list[Recheck]:
        """List the re-checks of a year by the school's number; schools that are not named stand last."""
        rows = self._rows(RECHECKS, "_unit, класс, предмет, перепроверено, изменено, исход, ответ_школы", year)
        return _by_school([Recheck(self.named(unit), Work(grade, subject), checked or 0, changed or 0, outcome or "", reply or "", place)
                           for unit, grade, subject, checked, changed, outcome, reply, place in rows], lambda item: item.work)

    def schools_in(self, table: str, year: int) -> set[int]:
        """Return the rows of schools that a table names in a year."""
        return {unit for unit, *_ in self._rows(table, "_unit", year)}

    def lists(self) -> list[Listed]:
        """Count outside lists of signs by year, the last one last."""
        if not self.figures.has(LISTS):
            return []
        sql = f"""SELECT год, count(DISTINCT _unit), list(DISTINCT реквизиты ORDER BY реквизиты) FILTER (WHERE реквизиты IS NOT NULL) FROM {quoted(LISTS)}
                  WHERE перечень = ? AND _unit IS NOT NULL AND {READABLE} AND год <= ? GROUP BY 1 ORDER BY 1"""
        return [Listed(year, count, tuple(letters or ())) for year, count, letters in self.run.tables.connection.execute(sql, [LIST, self.run.report_year]).fetchall()]

    def decided(self, year: int) -> set[int] | None:
        """Return the rows of schools that the decisions of a year put into the category of signs; None when no decision of that year is on file."""
        if not self.figures.has(DECISIONS) or year not in self.run.tables.info[DECISIONS].years:
            return None
        sql = f"SELECT DISTINCT _unit FROM {quoted(DECISIONS)} WHERE год = ? AND категория = ? AND _unit IS NOT NULL AND {READABLE}"
        return {unit for unit, in self.run.tables.connection.execute(sql, [year, CATEGORY]).fetchall()}

    def _rows(self, table: str, columns: str, year: int) -> list[tuple]:
        """Read rows of a year with the place each stands at: «книга, лист, строка»."""
        if not self.figures.has(table):
            return []
        sql = f"SELECT {columns}, _source, _row FROM {quoted(table)} WHERE год = ? AND _unit IS NOT NULL AND {READABLE} ORDER BY ALL"
        return [(*values, self._place(source, row)) for *values, source, row in self.run.tables.connection.execute(sql, [year]).fetchall()]

    def _place(self, source: int | None, row: int | None) -> str:
        if source is None or source >= len(self.run.tables.sources):
            return ""
        sheet = self.run.tables.sources[source]
        return f"{sheet.file}{f', лист «{sheet.sheet}»' if sheet.sheet else ''}, строка {row}"

    # ------------------------------------------------------------ measures

    @cached_property
    def measures(self) -> tuple[MeasurePlan, ...]:
        """The measures of this direction: meant for no other categories than those about objectivity, or beside their rules and meant for criteria alone."""
        about, here = {item.name for item in self.categories}, {self._folder("категории", item.name) for item in self.categories}
        found = []
        for plan in self.program.of(MeasurePlan, self.program.school_level):
            names = {node.name for node in t.walk(plan.audience) if isinstance(node, t.Reference)} if plan.audience is not None else set()
            groups = {name for name in names if isinstance(self.program.plans.get(name), CategoryPlan)}
            if names and groups <= about and (groups or self._folder("меры", plan.name) in here):
                found.append(plan)
        return tuple(found)

    def _folder(self, section: str, name: str) -> str:
        return self.program.rules.header(section, name).file.replace("\\", "/").rpartition("/")[0]

    def meant(self, plan: MeasurePlan) -> tuple[int, int]:
        """Count the schools a measure is meant for now, and those where that is not determined."""
        status = self.run.evaluation.status(plan.name)
        return int((status == 1).sum()), int((status == 0).sum())


def changed_share(rechecks: Iterable[Recheck]) -> Share | None:
    """Return the share of re-checked works whose mark was changed."""
    items = list(rechecks)
    n = sum(item.checked for item in items)
    return share_of(100 * sum(item.changed for item in items) / n, n) if n >= LEAST else None


def _distribution(grade: int, subject: str, top: int, third: int, fourth: int, fifth: int, n: int, scores: list[int], counts: list[float]) -> Distribution | None:
    pooled = np.zeros(max(top, max(scores)) + 1)
    for score, count in zip(scores, counts, strict=True):
        pooled[score] += count
    if pooled.sum() < LEAST_DISTRIBUTION:
        return None
    borders = (third, fourth, fifth)
    found = {spike.border: spike for spike in regional_spikes(pooled, borders)}
    named = tuple((mark, found[border]) for mark, border in zip((3, 4, 5), borders, strict=True) if border in found and found[border].named)
    return Distribution(Work(grade, subject), int(n or round(pooled.sum())), named)


def _by_school(items: list, then: Callable[[Any], Any]) -> list:
    order = {code: place for place, code in enumerate(sorted({item.code for item in items if item.code}, key=by_code))}
    return sorted(items, key=lambda item: (order.get(item.code, len(order)), item.code == "", then(item)))
