"""Small hand-made districts: one factor, so that the distance of two schools is the difference of their values."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.mentoring.assignment import Task
from engine.mentoring.constraints import Constraints, Facts
from engine.mentoring.similarity import Context, Factor, FactorKind, Similarity
from engine.values import Numbers, Texts

# Five anchors: quartiles −0.67449, 0.67449, so the interquartile range over 1.349 is exactly one.
_ANCHORS = (-3.0, -0.6744897501960817, 0.0, 0.6744897501960817, 3.0)


def line(values: Mapping[str, float], limit: float = 1e6) -> Similarity:
    """Schools on a line, measured in units of distance: anchors keep the scale at one whatever the schools are."""
    column = np.array([*values.values()])
    spread = np.concatenate([column, np.repeat(_ANCHORS, 400)])
    codes = (*values, *(f"anchor{at}" for at in range(len(spread) - len(column))))
    return Similarity(Context(codes, (Factor("место", 1.0, limit=limit),), (Numbers.exact(spread),), 0.5))


def task_on_line(mentees: Mapping[str, float], mentors: Mapping[str, float], constraints: Constraints | None = None, facts: Facts | None = None) -> Task:
    """Mentees and mentors as points on a line; one school for each mentor unless said otherwise."""
    similarity = line({**mentees, **mentors})
    comparison = similarity.between([similarity.index[code] for code in mentees], [similarity.index[code] for code in mentors])
    return Task(comparison, constraints or Constraints(capacity=1), facts or Facts())


def table(rows: Mapping[str, tuple], factors: Mapping[str, tuple[FactorKind, float]], least_known: float = 0.6) -> Similarity:
    """Schools with several factors; None is a missing value."""
    columns = []
    for at, (kind, _) in enumerate(factors.values()):
        values = [row[at] for row in rows.values()]
        if kind is FactorKind.CATEGORY:
            columns.append(Texts.of(values))
        else:
            columns.append(Numbers.exact(np.array([np.nan if value is None else value for value in values], float)))
    declared = tuple(Factor(name, weight, kind) for name, (kind, weight) in factors.items())
    return Similarity(Context(tuple(rows), declared, tuple(columns), least_known))
