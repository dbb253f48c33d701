"""Invented districts: schools with related conditions and gaps, mentees among the poorer, mentors among all; same seed, same district."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.mentoring.assignment import Task
from engine.mentoring.constraints import Constraints, Facts, SubjectRule
from engine.mentoring.similarity import Context, Factor, FactorKind, Similarity
from engine.values import Numbers, Texts

FACTORS = (
    Factor("численность", 1.0, FactorKind.LOGARITHM, "учеников"),
    Factor("социальный_паспорт", 2.0, unit="%"),
    Factor("доля_овз", 1.0, unit="%"),
    Factor("русский_неродной", 1.0, unit="%"),
    Factor("доля_вакансий", 0.5, unit="%"),
    Factor("тип_школы", 1.0, FactorKind.CATEGORY),
    Factor("оснащение", 0.5, unit="баллов"),
    Factor("расходы_на_ученика", 0.5, FactorKind.LOGARITHM, "тыс. руб."),
)
SUBJECTS = ("русский язык", "математика", "английский язык")
_TYPES = ("школа", "гимназия", "лицей", "школа с углублённым изучением")


def simulate_context(rng: np.random.Generator, schools: int, gaps: float = 0.05) -> tuple[Context, np.ndarray]:
    """Return the conditions of invented schools, and how poor each is (n,)."""
    poverty = rng.normal(size=schools)
    columns = [
        np.exp(rng.normal(6.3, 0.5, schools) - 0.1 * poverty),
        np.clip(20 + 9 * poverty + rng.normal(0, 5, schools), 0, 100),
        np.clip(6 + 2 * poverty + rng.gamma(2, 1.5, schools), 0, 100),
        np.clip(8 * np.exp(0.6 * poverty + rng.normal(0, 0.6, schools)), 0, 100),
        np.clip(5 + 2 * poverty + rng.normal(0, 3, schools), 0, 60),
        rng.choice(len(_TYPES), schools, p=(0.6, 0.15, 0.1, 0.15)),
        np.round(np.clip(70 - 8 * poverty + rng.normal(0, 10, schools), 0, 100)),
        np.exp(rng.normal(4.7, 0.2, schools)),
    ]
    absent = rng.random((len(columns), schools)) < gaps
    filled: list[Numbers | Texts] = []
    for factor, values, missing in zip(FACTORS, columns, absent, strict=True):
        if factor.kind is FactorKind.CATEGORY:
            filled.append(Texts(np.where(missing, -1, values).astype(np.int32), _TYPES))
        else:
            filled.append(Numbers.exact(np.where(missing, np.nan, values.astype(float))))
    return Context(tuple(str(9001 + at) for at in range(schools)), FACTORS, tuple(filled)), poverty


def simulate_task(seed: int, schools: int, share: float = 0.2, plain: bool = False) -> Task:
    """Return an assignment task: `share` of the schools are mentees, as many others are mentors.

    `plain`: no constraints but the capacity of two. Otherwise a random choice of refusals, forbidden pairs, travel limits, clusters, subjects.
    """
    rng = np.random.default_rng(seed)
    context, poverty = simulate_context(rng, schools)
    count = max(1, round(share * schools))
    order = np.argsort(-(poverty + rng.normal(0, 0.7, schools)), kind="stable")
    mentees = order[:count]
    mentors = rng.permutation(order[count:])[:min(count, schools - count)]
    comparison = Similarity(context).between(mentees, mentors)
    return Task(comparison) if plain else _constrained(rng, Task(comparison), schools)


def _constrained(rng: np.random.Generator, task: Task, schools: int) -> Task:
    mentees, mentors = task.comparison.codes
    where = rng.random((schools, 2)) * 60
    travel = np.linalg.norm(where[task.comparison.rows][:, None] - where[task.comparison.columns][None], axis=2)
    travel[rng.random(travel.shape) < 0.02] = np.nan
    clusters = {code: str(rng.choice(("А", "Б", "В"))) for code in (*mentees, *mentors)}
    truth = np.array([-1, 0, 1], np.int8)
    facts = Facts(clusters, travel, SUBJECTS, rng.choice(truth, (len(mentees), 3), p=(0.5, 0.1, 0.4)), rng.choice(truth, (len(mentors), 3), p=(0.3, 0.1, 0.6)))
    some = rng.random((4, len(mentees), len(mentors)))
    pairs = [(mentee, mentor, *some[:, row, column]) for row, mentee in enumerate(mentees) for column, mentor in enumerate(mentors)]
    fixed = {mentor: mentee for mentee, mentor, first, *_ in pairs if first < 0.01}     # at most one for a mentor
    fixed = {mentee: mentor for mentor, mentee in fixed.items()}
    limits = Constraints(
        capacity=int(rng.integers(1, 4)), refused=frozenset(code for code in mentors if rng.random() < 0.1),
        forbidden=frozenset((pair[0], pair[1]) for pair in pairs if pair[3] < 0.05),
        refused_pairs=frozenset((pair[0], pair[1]) for pair in pairs if pair[4] < 0.03), fixed=frozenset(fixed.items()),
        same_cluster=bool(rng.random() < 0.3), max_travel=float(rng.uniform(20, 60)) if rng.random() < 0.6 else None,
        subjects=SubjectRule(rng.choice([rule.value for rule in SubjectRule])), subject_penalty=float(rng.choice([0.0, 0.3])))
    return replace(task, constraints=limits, facts=facts)
