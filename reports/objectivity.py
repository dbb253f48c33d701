"""Signs of non-objective results of one run, as reports read them: nothing is judged here, the numbers are the engine's own.

A work that fewer than ten pupils wrote is named and never described: no number of it leaves this module.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from engine import tree as t
from engine.methods.objectivity import SIGNS, measured
from engine.objectivity.codes import State
from engine.objectivity.effects import Z95, Curve, curve_of
from engine.objectivity.jump import cohort_change
from engine.objectivity.measured import Measured
from engine.objectivity.records import Work, WorkKey
from engine.objectivity.scale import scores_of
from engine.objectivity.verdict import MINIMUM_PUPILS, Verdict
from engine.objectivity.work_signs import WorkResult
from engine.program import IndicatorPlan, MeasurePlan
from engine.run import Run
from engine.tables import RowStatus, quoted
from engine.truth import Truth

FOUND, ATTENTION = "признаки_необъективности", "требует_внимания"
"""The two categories of the rules that speak of signs; a district may leave either out."""
CLEARED = "снято_перепроверкой"
"""The criterion that closes the signs of a year."""
RECHECKS = "перепроверки"
UNUSUAL = 3.0     # as in the indicator «необычных_видов»: so far from the usual a sign is worth a look; no conclusion rests on it
_CONCLUSION = "вывод_о_признаках"


@dataclass(frozen=True, slots=True)
class Effect:
    """A sign of one work of one school in the unit of a card. `usual`: how far it gets by chance, ±; `points`: a standard deviation of pupils in raw points."""

    value: float
    usual: float
    unusual: bool
    points: float


@dataclass(frozen=True, slots=True)
class SchoolWork:
    """One work of one school. `result` and `place`: where its numbers stand; `effects`: sign -> Effect, without the signs that could not be measured."""

    key: WorkKey
    n: int
    place: int
    result: WorkResult
    effects: dict[str, Effect]


@dataclass(frozen=True, slots=True)
class Recheck:
    """A re-check as the table of the contract has it; outcome and reply may be missing."""

    subject: str
    grade: int
    checked: int | None
    changed: int | None
    outcome: str
    reply: str
    place: str


@dataclass(frozen=True, slots=True)
class Change:
    """Change of one cohort between two years, in standard deviations of pupils, ± half of the 95 % interval."""

    subject: str
    grade: int
    year: int
    value: float
    half: float


class Objectivity:
    """Signs of one run. `measured` is None when no school wrote any work, or when the rules do not count signs at all (`counted`)."""

    def __init__(self, run: Run):
        self.run, self.program = run, run.program
        self.plan = next((plan for plan in self.program.of(IndicatorPlan) if plan.block.method == SIGNS), None)
        self.counted = self.plan is not None
        self._works: dict[WorkKey, Work] = {}

    @cached_property
    def measured(self) -> Measured | None:
        return measured(self.run.evaluation.calculation(self.plan.name)) if self.plan is not None else None

    @cached_property
    def q(self) -> float:
        """Expected share of wrong entries in the list, as the rules set it."""
        plan = next((plan for plan in self.program.of(IndicatorPlan) if plan.block.method == _CONCLUSION), None)
        return self.run.evaluation.calculation(plan.name).number("доля ложных", 0.05) if plan is not None else 0.05

    @cached_property
    def verdict(self) -> Verdict | None:
        return self.measured.verdict(self.q) if self.measured is not None else None

    @cached_property
    def lift(self):
        return self.measured.lift() if self.measured is not None else None

    @cached_property
    def norms(self) -> dict:
        """The record of the norms file in use: region, date, number of schools; empty when there is none."""
        borrowed = self.measured is not None and self.measured.table.source.borrowed
        return (self.measured.source.norms() or {}) if borrowed else {}

    @property
    def exam(self) -> str:
        """The procedure of the external exam: the only one of its table that the method reads."""
        return self.measured.source.names.exam if self.measured is not None else ""

    def table(self, parameter: str) -> str:
        """Name the table of the contract given to a parameter of the method, or nothing."""
        return (self.plan.parameters.get(parameter) or "") if self.plan is not None else ""

    # ------------------------------------------------------------ one school

    def takes_part(self, row: int) -> bool:
        """Whether signs of a school are counted: special schools are not judged."""
        return self.counted and (self.measured is None or bool(self.measured.table.included[row]))

    def state(self, row: int) -> State:
        """Return the state by the rules; by the statistics alone where the rules have no categories of signs."""
        found, attention = self.status(FOUND, row), self.status(ATTENTION, row)
        if found is None and attention is None:
            return self.verdict.states[row] if self.verdict is not None else State.NOT_ENOUGH
        if found is Truth.MET:
            return State.FOUND
        if attention is Truth.MET:
            return State.ATTENTION
        return State.NOT_ENOUGH if Truth.UNKNOWN in (found, attention) else State.CLEAR

    def status(self, name: str, row: int) -> Truth | None:
        return Truth(int(self.run.evaluation.status(name)[row])) if name in self.program.plans else None

    def works(self, row: int) -> list[SchoolWork]:
        """Return the works of the year a school is described by, and those of the year before that an exam confirmed since."""
        return [work for work in self._all_works(row) if work.n >= MINIMUM_PUPILS]

    def small_works(self, row: int, every_year: bool = False) -> list[WorkKey]:
        """Name the works that too few pupils wrote."""
        works = self.measured.table.works.items() if self.measured is not None else ()
        return [key for key, result in works if (every_year or key.year == self.year) and (result.n[result.schools == row] < MINIMUM_PUPILS).any()]

    def hides(self, name: str, row: int) -> bool:
        """Whether a sign is unusual in a work that is too small to be described."""
        return any(work.n < MINIMUM_PUPILS and name in work.effects and work.effects[name].unusual for work in self._all_works(row))

    @property
    def year(self) -> int:
        return self.measured.year if self.measured is not None else self.run.report_year

    def _all_works(self, row: int) -> Iterator[SchoolWork]:
        for key, result in self.measured.table.works.items() if self.measured is not None else ():
            place = np.flatnonzero(result.schools == row)
            if len(place) and (key.year == self.year or (key.year == self.year - 1 and "S5_exam" in result.outcomes)):
                yield SchoolWork(key, int(result.n[place[0]]), int(place[0]), result, dict(_effects(result, int(place[0]), key.year == self.year)))

    def curve(self, work: SchoolWork) -> Curve | None:
        """Return the distribution of a work with its expected curve, or None where the borders of marks are not known."""
        return curve_of(self.work(work.key), work.place, work.result.norm) if "S2_spike" in work.result.outcomes else None

    def cross(self, work: SchoolWork) -> np.ndarray | None:
        """Return counts journal × work marks 2..5 (4, 4); None when fewer than ten pupils have both."""
        cross = self.work(work.key).cross
        found = np.nan_to_num(cross[work.place]) if cross is not None else np.zeros((4, 4))
        return found if found.sum() >= MINIMUM_PUPILS else None

    def work(self, key: WorkKey) -> Work:
        if key not in self._works:
            self._works[key] = self.measured.work(key)
        return self._works[key]

    # ------------------------------------------------------------ the same children a year before

    def changes(self, row: int) -> list[Change]:
        """Return how the results of the school's cohorts changed since the year before."""
        return [Change(key.subject, key.grade, key.year, float(change[row]), float(Z95 * error[row])) for key, change, error in self._changes if np.isfinite(change[row])]

    @cached_property
    def _changes(self) -> list[tuple[WorkKey, np.ndarray, np.ndarray]]:
        works = self.measured.table.works if self.measured is not None else {}
        pairs = [(key, WorkKey(key.grade - 1, key.subject, key.year - 1, key.form)) for key in works if key.year == self.year and not self._broken(key)]
        return [(now, *self._change(now, before)) for now, before in pairs if before in works]

    def _change(self, now: WorkKey, before: WorkKey) -> tuple[np.ndarray, np.ndarray]:
        sides = []
        for key in (now, before):
            work, pooled = self.work(key), self.measured.table.works[key].norm.get("pooled")
            sides += [scores_of(work.hist, None if pooled is None else np.asarray(pooled, float)), work.schools]
        change, error = cohort_change(*sides, self.measured.schools.count)
        enough = [np.isin(np.arange(len(change)), where[scores.n >= MINIMUM_PUPILS]) for scores, where in (sides[:2], sides[2:])]
        return np.where(enough[0] & enough[1], change, np.nan), error

    def _broken(self, key: WorkKey) -> bool:
        """Whether the calendar says that this year cannot be compared with the year before."""
        return any(gap.year == key.year and "ВПР" in gap.where.get("процедура", ("ВПР",)) for gap in self.program.rules.calendar.breaks)

    # ------------------------------------------------------------ what was supplied, what was checked again

    def has_rows(self, table: str, row: int) -> bool:
        """Whether a school has rows of the year in a table."""
        year = self.program.rules.tables[table].year_column
        query = f"SELECT COUNT(*) FROM {quoted(table)} WHERE _unit = {row} AND {quoted(year)} = {self.year} AND _status <> {int(RowStatus.ABSENT)}"
        return self.run.tables.connection.execute(query).fetchall()[0][0] > 0

    def rechecks(self, row: int) -> list[Recheck]:
        """Return the re-checks of the year, as they were supplied."""
        block = self.program.rules.tables.get(RECHECKS)
        if block is None or not {"исход", "ответ_школы"} <= set(block.columns):
            return []
        found = self.run.tables.connection.execute(
            f"SELECT предмет, класс, перепроверено, изменено, исход, ответ_школы, _source, _row FROM {quoted(RECHECKS)} "
            f"WHERE _unit = {row} AND год = {self.run.report_year} AND _status <> {int(RowStatus.ABSENT)} ORDER BY ALL").fetchall()
        return [Recheck(*values[:4], values[4] or "", values[5] or "", self._place(*values[6:])) for values in found]

    def _place(self, source: int | None, row: int | None) -> str:
        sheets = self.run.tables.sources
        return str(sheets[source].cell(row, "ответ_школы")) if source is not None and source < len(sheets) else ""

    # ------------------------------------------------------------ measures of this work

    @cached_property
    def measures(self) -> list[MeasurePlan]:
        """The measures meant for the categories of signs or for criteria these stand on."""
        return [plan for plan in self.program.of(MeasurePlan, self.program.school_level)
                if plan.audience is not None and any(node.name in self.names for node in t.walk(plan.audience) if isinstance(node, t.Reference))]

    @cached_property
    def names(self) -> frozenset[str]:
        """The two categories and every criterion they stand on, by the text of the rules: a way of judging that is switched off keeps its measures."""
        rules = self.program.rules
        found, pending = set(), [rules.categories[name] for name in (FOUND, ATTENTION) if name in rules.categories]
        while pending:
            block = pending.pop()
            new = {node.value for node in t.walk(block.when) if isinstance(node, t.Name) and node.value in rules.criteria} - found if block.when is not None else set()
            found |= new
            pending += [rules.criteria[name] for name in sorted(new)]
        return frozenset(found | ({FOUND, ATTENTION} & set(rules.categories)))


def _effects(result: WorkResult, place: int, this_year: bool) -> Iterator[tuple[str, Effect]]:
    """Yield the measured signs of one work; of an earlier work only what a later exam said of it."""
    points = _spread(np.asarray(result.norm.get("pooled", (1.0,)), float))
    for name, outcome in result.outcomes.items():
        value, error = float(outcome.effect[place]), float(outcome.error[place])
        if np.isfinite(value) and np.isfinite(outcome.numerator[place]) and this_year != (name == "S5_exam"):
            yield name, Effect(value, Z95 * error, bool(outcome.z[place] > UNUSUAL), points)


def _spread(pooled: np.ndarray) -> float:
    share, score = pooled / max(pooled.sum(), 1e-9), np.arange(len(pooled))
    return float(np.sqrt(max(share @ score**2 - (share @ score) ** 2, 0.0)))
