"""How many steps fall due for each role in each month of the academic year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.roadmap.steps import Roadmap


@dataclass(frozen=True, slots=True, eq=False)
class Load:
    """Counts of steps by responsible role (r) and month (12): `due` and `participating`, both (r, 12) int64; `months`: (year, month)."""

    roles: tuple[str, ...]
    months: tuple[tuple[int, int], ...]
    due: np.ndarray
    participating: np.ndarray


def measure_load(roadmap: Roadmap) -> Load:
    """Count the steps of each role by the month they are due in; roles in the order of names, a role named twice in a step counts once.

    Months are those of the academic year. A step of the whole district counts once, a step of a school once for the school.
    """
    roles = tuple(sorted({role for step in roadmap.steps for role in (*step.responsible, *step.participants)}))
    months = roadmap.year.months
    row_of, column_of = ({key: at for at, key in enumerate(keys)} for keys in (roles, months))
    due, participating = np.zeros((2, len(roles), len(months)), np.int64)
    for step in roadmap.steps:
        column = column_of.get((step.due.year, step.due.month))
        if column is None:
            continue
        for role in dict.fromkeys(step.responsible):
            due[row_of[role], column] += 1
        for role in set(step.participants) - set(step.responsible):
            participating[row_of[role], column] += 1
    return Load(roles, months, due, participating)
