"""From a run to pairs: who needs help, who may help, how alike they are, what they answered — and what is known only in part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np

from engine.evaluation import Stage
from engine.history import History
from engine.loading import RuleSet
from engine.mentoring.constraints import Constraints, Facts, SubjectRule
from engine.mentoring.rules import ANSWERS, SECTION, FactorPlan, MentoringPlan
from engine.mentoring.similarity import Context, Factor, Similarity
from engine.problems import Problem, errors
from engine.program import Program, build
from engine.run import Run
from engine.tables import RowStatus, quoted
from engine.truth import Codes
from engine.values import Numbers, Texts
from engine.vector import Evaluator
from engine.words import by_code, like_hint

ANYONE = "любой"
ROLES = {"наставник": 0, "наставляемый": 1}
Refusal = tuple[str, str | None]
"""A school that refuses, and for which mentee only (None: takes no part)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a school answered. `whom`: a code, or «любой»; `role` and `word` are words of the rules."""

    school: str
    role: str
    word: str
    day: date | None
    whom: str


@dataclass(frozen=True, eq=False)
class Project:
    """The project «Школа – школе» of one run: everything the assignment is made of.

    `schools`: codes of the context, those the section is about; `open_mentees`, `open_mentors`: schools whose group is not determined.
    """

    run: Run
    program: Program
    answers: tuple[Answer, ...]
    refusals: tuple[Refusal, ...]

    # ------------------------------------------------------------ groups

    @property
    def plan(self) -> MentoringPlan:
        return self.program.mentoring

    @cached_property
    def frame(self):
        return self.run.evaluation.frames[self.program.school_level]

    @cached_property
    def schools(self) -> tuple[str, ...]:
        """Schools the group of help applies to: the scale of a factor is measured over them."""
        applies = self.frame.applies.get(self.plan.block.mentees)
        return tuple(code for row, code in enumerate(self.frame.codes) if applies is None or applies[row] >= 0)

    def _group(self, name: str, status: int) -> tuple[str, ...]:
        codes = self.run.evaluation.status(name)
        return tuple(sorted((code for row, code in enumerate(self.frame.codes) if codes[row] == status and code in self.similarity.index), key=by_code))

    @cached_property
    def mentees(self) -> tuple[str, ...]:
        return self._group(self.plan.block.mentees, 1)

    @cached_property
    def mentors(self) -> tuple[str, ...]:
        return self._group(self.plan.block.mentors, 1)

    @cached_property
    def open_mentees(self) -> tuple[str, ...]:
        return self._group(self.plan.block.mentees, 0)

    @cached_property
    def open_mentors(self) -> tuple[str, ...]:
        return self._group(self.plan.block.mentors, 0)

    # ------------------------------------------------------------ likeness

    @cached_property
    def evaluator(self) -> Evaluator:
        """Evaluates expressions of the section over the columns of the run; nothing of the run is computed anew."""
        run, level = self.run, self.program.school_level
        history = History(self.program, run.tables, run.evaluation.frames[level], run.report_year)
        return Stage(self.program, run.tables, run.evaluation.frames, run.report_year, history).evaluators[level]

    @cached_property
    def rows(self) -> np.ndarray:
        return np.array([self.frame.codes.index(code) for code in self.schools], np.intp)

    @cached_property
    def similarity(self) -> Similarity:
        factors = tuple(Factor(plan.name, plan.block.weight, plan.kind, plan.unit, plan.block.limit) for plan in self.plan.factors)
        columns = tuple(self._column(plan) for plan in self.plan.factors)
        return Similarity(Context(self.schools, factors, columns, self.plan.block.least_known / 100))

    def _column(self, plan: FactorPlan) -> Numbers | Texts:
        if plan.what == "number":
            value = self.evaluator.number(plan.value).spread(len(self.frame))
            return Numbers(value.settled()[self.rows], value.settled()[self.rows], value.reasons()[self.rows])
        if plan.what == "truth":
            codes = self.evaluator.condition(plan.value)[self.rows]
            return Texts.of([{1: "да", -1: "нет", 0: None}[int(code)] for code in codes])
        value = self.evaluator.value(plan.value)
        return Texts(value.codes[self.rows], value.words)

    # ------------------------------------------------------------ decisions and facts

    @cached_property
    def constraints(self) -> Constraints:
        limits, block = self.plan.block.limits, self.plan.block
        agreed = frozenset(answer.school for answer in self.answers if answer.word == "согласна")
        return Constraints(
            limits.capacity, dict(limits.capacities), agreed if limits.consent == "обязательно" else None,
            frozenset(school for school, mentee in self.all_refusals if mentee is None),
            frozenset((mentee, school) for school, mentee in self.all_refusals if mentee is not None),
            frozenset((pair.mentee, pair.mentor) for pair in limits.forbidden), self._fixed(), limits.inside is not None,
            limits.travel.most if limits.travel else None, limits.distance,
            SubjectRule(limits.subjects.rule) if block.subjects else SubjectRule.NONE, limits.subjects.penalty if block.subjects else 0.0)

    def _fixed(self) -> frozenset[tuple[str, str]]:
        """Fixed pairs that nobody refused: a refusal stands above a decision."""
        refused = {school for school, mentee in self.all_refusals if mentee is None}
        pairs = {(mentee, school) for school, mentee in self.all_refusals if mentee is not None}
        named = {(pair.mentee, pair.mentor) for pair in self.plan.block.limits.fixed}
        return frozenset(pair for pair in named - pairs if not refused & set(pair))

    @cached_property
    def all_refusals(self) -> tuple[Refusal, ...]:
        """Refusals of the table of answers, then those the command recorded. A mentee that refuses one mentor is that mentor's pair."""
        return (*self._written_refusals(), *self.refusals)

    def _written_refusals(self) -> Iterable[Refusal]:
        for answer in self.answers:
            if answer.word == "отказ":
                if answer.whom == ANYONE:
                    yield answer.school, None
                else:
                    yield (answer.school, answer.whom) if answer.role == "наставник" else (answer.whom, answer.school)

    @cached_property
    def facts(self) -> Facts:
        limits, subjects = self.plan.block.limits, self.plan.subjects
        clusters = self._clusters(limits.inside) if limits.inside else {}
        if not subjects:
            return Facts(clusters, self._travel())
        return Facts(clusters, self._travel(), tuple(plan.name for plan in subjects),
                     self._truths([plan.weak for plan in subjects], self.mentees), self._truths([plan.strong for plan in subjects], self.mentors))

    def _truths(self, conditions: list, schools: Sequence[str]) -> Codes:
        rows = np.array([self.frame.codes.index(code) for code in schools], np.intp)
        return np.stack([self.evaluator.condition(tree)[rows] for tree in conditions], axis=1).astype(np.int8)

    def _clusters(self, column: str) -> dict[str, str | None]:
        value = self.frame.columns[column]
        if isinstance(value, Texts):
            return {code: value.at(row) for row, code in enumerate(self.frame.codes)}
        numbers = value.low if isinstance(value, Numbers) else value.astype(float)
        return {code: None if np.isnan(numbers[row]) else str(numbers[row]) for row, code in enumerate(self.frame.codes)}

    def _travel(self) -> np.ndarray | None:
        """Read the table of travel, in both directions. Shapes: (m, n), NaN where unknown."""
        travel = self.plan.block.limits.travel
        if travel is None:
            return None
        school = self.program.rules.tables[travel.table].school_column
        query = f"SELECT {quoted(school)}, {quoted(travel.to)}, {quoted(travel.value)} FROM {quoted(travel.table)} WHERE _status <> {int(RowStatus.BAD)}"
        known: dict[tuple[str, str], float] = {}
        for here, there, value in self.run.tables.connection.execute(query).fetchall():
            if value is not None:
                known.setdefault((str(here), str(there)), float(value))
        return np.array([[known.get((mentee, mentor), known.get((mentor, mentee), np.nan)) for mentor in self.mentors] for mentee in self.mentees],
                        float).reshape(len(self.mentees), len(self.mentors))

    @cached_property
    def task(self):
        """The task of assignment. Errors: ValueError never for sound rules."""
        from engine.mentoring.assignment import Task  # scipy is slow to import
        index = self.similarity.index
        comparison = self.similarity.between([index[code] for code in self.mentees], [index[code] for code in self.mentors])
        return Task(comparison, self.constraints, self.facts)

    def problems(self) -> list[Problem]:
        """Return codes in the section that are in no registry: slips of the pen."""
        limits = self.plan.block.limits
        named = [(("школ у отдельных наставников", code), code) for code in limits.capacities]
        for key, pairs in (("закрепить", limits.fixed), ("не назначать", limits.forbidden)):
            named += [((key, position, word), code) for position, pair in enumerate(pairs) for word, code in (("кому", pair.mentee), ("наставник", pair.mentor))]
        found = []
        for path, code in named:
            if code not in self.frame.codes:
                found.append(Problem("D302", self.program.rules.place(SECTION, SECTION, "ограничения", *path), f"Школы № {code} в реестре нет.",
                                     like_hint(code, self.frame.codes) or "Исправьте код."))
        return found


def project_of(run: Run, refusals: Iterable[Refusal] = (), program: Program | None = None) -> Project | None:
    """Return the project of a run, or None where the rules have no section «наставничество».

    `program`: the run's, or the one `with_section` made of it.
    """
    program = program or run.program
    if program.mentoring is None:
        return None
    return Project(run, program, tuple(_answers(run, program)), tuple(dict.fromkeys(refusals)))


def _answers(run: Run, program: Program) -> Iterable[Answer]:
    name = program.mentoring.block.answers
    if name is None:
        return
    columns = ", ".join(quoted(column) for column in ANSWERS)
    rows = run.tables.connection.execute(f"SELECT {columns} FROM {quoted(name)} WHERE {quoted('год')} = ? AND _status <> {int(RowStatus.BAD)} ORDER BY _source, _row",
                                         [run.report_year]).fetchall()
    for school, _, role, word, day, whom in rows:
        yield Answer(str(school), role or "", word or "", date.fromordinal(day) if day else None, (whom or ANYONE).removeprefix("№").strip().lower())


def with_section(run: Run, rules: RuleSet) -> tuple[Program | None, list[Problem]]:
    """Put the section of other rules in place of the run's: the groups, thresholds and columns stay those of the run.

    Errors: what the section names and the run does not have, at its place in the other rules.
    """
    own = run.program.rules
    raw = {key: value for key, value in own.raw.items() if key[0] != SECTION} | {key: value for key, value in rules.raw.items() if key[0] == SECTION}
    program, problems = build(replace(own, mentoring=rules.mentoring, raw=raw), run.day)
    found = errors(problems)
    return (None if found else program), found
