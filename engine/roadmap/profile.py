"""The risk profile of every school of a run: factors weighed by data, by the school's answers and by the curator, and the active ones chosen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from engine import tree as t
from engine.evaluation import Evaluation
from engine.factors import FactorPlan, condition_name, with_conditions
from engine.frames import Frame
from engine.history import History
from engine.problems import Cell
from engine.program import IndicatorPlan
from engine.questionnaire import ANSWERS, CHECKED
from engine.roadmap.risk_profile import Choice, RiskFactor, Significance, Verdict, choose_active
from engine.roadmap.weighing import NAMES, Score, by_answers, by_data
from engine.run import Run
from engine.tables import Tables, quoted
from engine.tree import Origin
from engine.truth import Truth
from engine.values import Numbers, Value
from engine.vector import Evaluator


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer of a school and the cell it stands in; `answer` is None for a cell left empty or in error."""

    answer: str | None
    place: Cell


@dataclass(frozen=True, slots=True)
class WeighedFactor:
    """One factor of one school. `possible`: levels that data do not exclude; `absent`: indicators of its conditions without a value."""

    plan: FactorPlan
    choice: Choice
    score: Score
    answers: dict[str, Answered]
    possible: tuple[Significance, ...]
    absent: tuple[str, ...]
    checked_at: Cell | None

    @property
    def risk(self) -> RiskFactor:
        return self.choice.factor


@dataclass(frozen=True, slots=True)
class SchoolProfile:
    """The profile of one school. `made`: whether the rules say it is made for this school; `factors` are in the order of their numbers."""

    row: int
    code: str
    made: Truth
    factors: tuple[WeighedFactor, ...]
    active: tuple[WeighedFactor, ...]

    @property
    def has_answered(self) -> bool:
        return any(factor.score.answered for factor in self.factors)


class Profiles:
    """Profiles of one finished run. `evaluation` knows the conditions of factors as criteria, so that they are explained like any other."""

    def __init__(self, run: Run):
        self.run = run
        self.program = with_conditions(run.program)
        self.evaluation = _evaluated(run, self.program)
        self.frame = self.evaluation.frames[self.program.school_level]
        self.made = _audience(run)
        self._answers = _answers(run.tables, ANSWERS, "вопрос", "ответ", run.report_year, self.frame)
        self._checks = _answers(run.tables, CHECKED, "фактор", "проверено_куратором", run.report_year, self.frame)
        self.factors = tuple(sorted(self.program.factors.values(), key=lambda plan: plan.block.number))
        self.most = self.program.assistance.block.most if self.program.assistance else 0

    def rows(self, *wanted: Truth) -> list[int]:
        """Return the rows of schools that the profile is made for (MET), may be made for (UNKNOWN) or is not made for."""
        return [row for row in range(len(self.frame)) if Truth(int(self.made[row])) in wanted]

    def school(self, row: int) -> SchoolProfile:
        """Weigh the factors of one school and choose the active ones."""
        answers, checks = self._answers[row], self._checks[row]
        weighed = {plan.name: self._weigh(plan, row, answers, checks) for plan in self.factors}
        choices = {choice.factor.name: choice for choice in choose_active([factor.risk for factor in weighed.values()], self.most)}
        factors = {name: replace(factor, choice=choices[name]) for name, factor in weighed.items()}
        active = tuple(factors[name] for name, choice in choices.items() if choice.verdict is Verdict.ACTIVE)
        return SchoolProfile(row, self.frame.codes[row], Truth(int(self.made[row])), tuple(factors.values()), active)

    def _weigh(self, plan: FactorPlan, row: int, answers: dict[str, Answered], checks: dict[str, Answered]) -> WeighedFactor:
        outcomes = {level: Truth(int(self.frame.columns[condition_name(plan.name, level)][row])) for level in plan.conditions}
        observed, possible = by_data(outcomes)
        own = {question: answers[question] for question in plan.block.questions if question in answers}
        score = by_answers(plan.block, {question: item.answer for question, item in own.items() if item.answer is not None})
        check = checks.get(plan.name)
        verified = NAMES.get(check.answer or "") if check is not None else None
        absent = tuple(self._absent(plan, row)) if Truth.UNKNOWN in outcomes.values() else ()
        risk = RiskFactor(plan.name, score.significance, observed, verified, tuple(outcomes), plan.block.weight)
        return WeighedFactor(plan, Choice(risk, Verdict.UNKNOWN), score, own, possible, absent, check.place if check and verified else None)

    def _absent(self, plan: FactorPlan, row: int) -> Iterator[str]:
        """Name the plain indicators behind a factor's conditions that have no value."""
        seen, pending = set(), sorted(plan.uses)
        while pending:
            name = pending.pop(0)
            if name in seen:
                continue
            seen.add(name)
            item, value = self.program.plans.get(name), self.frame.columns.get(name)
            if isinstance(item, IndicatorPlan):
                if isinstance(value, Numbers) and bool(value.spread(len(self.frame)).missing[row]):
                    yield name
            elif item is not None:
                pending += sorted(self.program.uses.get(name, ()))


# ---------------------------------------------------------------- conditions over the columns of a run


def _evaluated(run: Run, program) -> Evaluation:
    level = program.school_level
    frame = run.evaluation.frames[level]
    own = Frame(level, frame.codes)
    own.columns, own.parents, own.sizes, own.applies = dict(frame.columns), frame.parents, frame.sizes, frame.applies
    evaluator = _evaluator(run)
    for factor in program.factors.values():
        for name, tree in factor.conditions.items():
            own.columns[condition_name(factor.name, name)] = _codes(evaluator, tree, len(frame))
    return replace(run.evaluation, program=program, frames={**run.evaluation.frames, level: own})


def _audience(run: Run) -> np.ndarray:
    size = len(run.evaluation.frames[run.program.school_level])
    plan = run.program.assistance
    return np.full(size, -1, np.int8) if plan is None else _codes(_evaluator(run), plan.audience, size)


def _codes(evaluator: Evaluator, tree: t.Tree, size: int) -> np.ndarray:
    return np.broadcast_to(evaluator.condition(tree), (size,)).astype(np.int8)


def _evaluator(run: Run) -> Evaluator:
    """An evaluator of conditions over all schools of a finished run."""
    program, level, indicators = run.program, run.program.school_level, run.evaluation.indicators
    frame = run.evaluation.frames[level]

    def lookup(ref: t.Reference) -> Value:
        threshold = program.thresholds.get(ref.name)
        if ref.origin is Origin.THRESHOLD and not isinstance(threshold, dict):
            return Numbers.constant(threshold)
        return indicators.column_of(level, ref.name)

    def special(call: t.Call, evaluator: Evaluator) -> Value:
        history = History(program, run.tables, frame, run.report_year)
        return history.held(call.arguments[0].value, int(call.arguments[1].value) if len(call.arguments) > 1 else 1)
    return Evaluator(len(frame), lookup, special)


def _answers(tables: Tables, table: str, key: str, column: str, year: int, frame: Frame) -> dict[int, dict[str, Answered]]:
    """Read what schools (or curators) said for the report year, by row of the school: a table that the contract lacks says nothing."""
    found: dict[int, dict[str, Answered]] = defaultdict(dict)
    if table not in tables.contract:
        return found
    query = f"SELECT школа, {quoted(key)}, {quoted(column)}, _source, _row FROM {quoted(table)} WHERE год = ? AND _source IS NOT NULL ORDER BY _source, _row"
    for school, name, value, source, row in tables.connection.execute(query, [year]).fetchall():
        at = frame.row(school)
        if at is not None:
            found[at][name] = Answered(value, tables.sources[source].cell(row, column))
    return found
