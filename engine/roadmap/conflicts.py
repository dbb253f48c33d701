"""What does not fit together in a roadmap. Nothing is moved: a person decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from itertools import groupby

import numpy as np

from engine.roadmap.load import Holders, Performer, measure_load, responsible
from engine.roadmap.steps import Roadmap, Step


class ConflictKind(Enum):
    """The values are for a reader."""

    PAST = "срок уже прошёл"
    BEFORE_PREREQUISITE = "срок раньше, чем у меры, от которой она зависит"
    SAME_DAY = "у школы несколько дел в один день"
    OVERLOAD = "у исполнителя больше дел за месяц, чем он может"


@dataclass(frozen=True, slots=True)
class Conflict:
    """One finding with the steps it concerns. `performer`, `month`, `count`, `limit`: for an overload."""

    kind: ConflictKind
    steps: tuple[Step, ...]
    performer: Performer | None = None
    month: tuple[int, int] | None = None
    count: int = 0
    limit: int = 0


def find_conflicts(roadmap: Roadmap, today: date, limits: Mapping[str, int] | None = None,
                   prerequisites: Mapping[str, tuple[str, ...]] | None = None, holders: Holders | None = None) -> tuple[Conflict, ...]:
    """Find all conflicts, in the order of `ConflictKind`.

    `today`: the day of the run; steps due before it are past. `limits`: the most steps a month for one performer of a role (see
    `measure_load` for `holders`), other roles are not limited.
    `prerequisites`: measure -> measures that come first, in the same school or for the whole district; the first occurrences are compared,
    and the same day is in order. Two steps of one school on one day conflict unless one of them is flexible or stands for the district.
    """
    return (*_past(roadmap, today), *_before_prerequisites(roadmap, prerequisites or {}), *_same_day(roadmap),
            *_overloads(roadmap, limits or {}, holders))


def _past(roadmap: Roadmap, today: date) -> Iterator[Conflict]:
    return (Conflict(ConflictKind.PAST, (step,)) for step in roadmap.steps if step.due < today)


def _before_prerequisites(roadmap: Roadmap, prerequisites: Mapping[str, tuple[str, ...]]) -> Iterator[Conflict]:
    firsts = {(step.measure, step.school): step for step in reversed(roadmap.steps) if step.number == 1}
    for (measure, school), step in sorted(firsts.items(), key=lambda item: (item[1].due, item[0][0], item[0][1] or "")):
        for name in prerequisites.get(measure, ()):
            earlier = firsts.get((name, school)) or firsts.get((name, None))
            if earlier is not None and step.due < earlier.due:
                yield Conflict(ConflictKind.BEFORE_PREREQUISITE, (step, earlier))


def _same_day(roadmap: Roadmap) -> Iterator[Conflict]:
    events = sorted((step for step in roadmap.steps if step.school is not None and not step.flexible), key=_school_and_day)
    for _, group in groupby(events, key=_school_and_day):
        steps = tuple(group)
        if len(steps) > 1:
            yield Conflict(ConflictKind.SAME_DAY, steps)


def _school_and_day(step: Step) -> tuple[date, str]:
    return step.due, step.school or ""


def _overloads(roadmap: Roadmap, limits: Mapping[str, int], holders: Holders | None) -> Iterator[Conflict]:
    load = measure_load(roadmap, holders)
    most = np.array([limits.get(performer.role, np.iinfo(np.int64).max) for performer in load.performers], np.int64)
    for row, column in np.argwhere(load.due > most[:, None]):
        performer, month = load.performers[row], load.months[column]
        steps = tuple(step for step in roadmap.steps if performer in responsible(step, holders) and (step.due.year, step.due.month) == month)
        yield Conflict(ConflictKind.OVERLOAD, steps, performer, month, int(load.due[row, column]), int(most[row]))
