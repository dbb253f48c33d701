"""How many steps fall due for each performer in each month of the academic year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from engine.roadmap.steps import Roadmap, Step
from engine.words import by_code

Holders = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Performer:
    """Who does the work: a role, and who holds it where each school has its own (None: one for the district)."""

    role: str
    holder: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Load:
    """Counts of steps by performer (p) and month (12): `due` and `participating`, both (p, 12) int64; `months`: (year, month)."""

    performers: tuple[Performer, ...]
    months: tuple[tuple[int, int], ...]
    due: np.ndarray
    participating: np.ndarray


def measure_load(roadmap: Roadmap, holders: Holders | None = None) -> Load:
    """Count the steps of each performer by the month they are due in.

    `holders`: for roles that are not one for the district, role -> school -> who holds it there: a school's own administration is the
    school itself, its mentor comes from `Assignment.mentor_of`. Performers stand in the order of names and codes; one named twice in a
    step counts once. A step of the whole district counts once, a step of a school once for the school; a step moved back to the working
    day before the year begins counts in the first month.
    Example: `measure_load(roadmap, {"администрация_оо": {code: code for code in codes}, "школа_наставник": assignment.mentor_of})`.
    """
    performers = sorted({performer for step in roadmap.steps for performer in (*responsible(step, holders), *_participants(step, holders))},
                        key=lambda performer: (performer.role, by_code(performer.holder or "")))
    months = roadmap.year.months
    row_of, column_of = ({key: at for at, key in enumerate(keys)} for keys in (performers, months))
    due, participating = np.zeros((2, len(performers), len(months)), np.int64)
    for step in roadmap.steps:
        column = column_of.get((step.due.year, step.due.month), 0)
        for table, named in ((due, responsible(step, holders)), (participating, _participants(step, holders))):
            for performer in named:
                table[row_of[performer], column] += 1
    return Load(tuple(performers), months, due, participating)


def responsible(step: Step, holders: Holders | None = None) -> set[Performer]:
    """Name those who answer for a step."""
    return _performers(step.responsible, step.school, holders)


def _participants(step: Step, holders: Holders | None) -> set[Performer]:
    return _performers(step.participants, step.school, holders) - responsible(step, holders)


def _performers(roles: Iterable[str], school: str | None, holders: Holders | None) -> set[Performer]:
    return {Performer(role, (holders or {}).get(role, {}).get(school or "")) for role in roles}
