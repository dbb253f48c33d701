"""S5, later exam: grade-8 work of year t − 1 is above what the ОГЭ of the same pupils in year t makes us expect.

Arrives a year late. Effect: residual in pupils' standard deviations. S5 of year t speaks about the work of t − 1.
"""
from __future__ import annotations

import numpy as np

from .context import apply_funnel, exam_scale, fit_funnel, rows_of
from .level import sampling_variance
from .records import Outcome, Schools, Work, outcome_of_z
from .scale import Scores

GRADE = 8
_COHORT_LINK = 0.5  # 2(1 − ρ) with ρ = .75 between two results of one cohort
_LADDER = (("exam", "exam2", "oge", "social"), ("exam", "exam2", "oge"), ("exam", "exam2"))


def linked(work: Work, schools: Schools) -> bool:
    """Tell whether the same cohort's exam is known."""
    return work.key.grade == GRADE and (work.key.subject, work.key.year + 1) in schools.exams


def _context(work: Work, schools: Schools, context: dict, scales: dict) -> dict[str, np.ndarray]:
    key = (work.key.subject, work.key.year + 1)
    exam = schools.exams[key]
    mean, sd = exam_scale(scales, *key)
    level = np.where(np.nan_to_num(exam.n) > 0, (exam.mean - mean) / sd, np.nan)
    return rows_of({"exam": level, "exam2": level**2, "oge": context["oge"], "social": context["social"]},
                   work.schools)


def _variance(scores: Scores, sigma2: float) -> np.ndarray:
    return sampling_variance(scores.n, _COHORT_LINK * sigma2 + 0.05)


def fit(work: Work, schools: Schools, scores: Scores, context: dict, scales: dict, sigma2: float) -> dict:
    """Return the norm of S5. `context` holds columns of all schools as of the exam's year."""
    columns = _context(work, schools, context, scales)
    return {"sigma2": sigma2,
            "funnel": fit_funnel(scores.mean, _variance(scores, sigma2), columns, _LADDER, every=True)}


def apply(work: Work, schools: Schools, scores: Scores, context: dict, scales: dict, norm: dict) -> Outcome:
    """Return S5 by school."""
    columns = _context(work, schools, context, scales)
    return outcome_of_z(*apply_funnel(scores.mean, _variance(scores, norm["sigma2"]), columns, norm["funnel"]))
