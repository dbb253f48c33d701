"""Processor time of a city and of a country: distances, pairs with all their explanations, and the similar schools of every card."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from engine.mentoring.assignment import Task, assign
from engine.mentoring.changes import replace_mentor

from .districts import simulate_task


def region_sizes(schools: int, regions: int = 85, seed: int = 3) -> list[int]:
    """Return sizes of regions that add up to `schools`, the largest several times the median, as in the country."""
    shares = np.exp(np.random.default_rng(seed).normal(0, 0.6, regions))
    edges = np.rint(np.cumsum(shares) / shares.sum() * schools).astype(int)
    return np.diff(edges, prepend=0).tolist()


def city(schools: int = 700) -> dict[str, float]:
    """Measure one city: seconds of processor time by stage."""
    task = simulate_task(11, schools)
    return {"пары с объяснениями": _timed(lambda: assign(_afresh(task))),
            "пары без ограничений": _timed(lambda: assign(_afresh(simulate_task(11, schools, plain=True)))),
            "замена отказавшегося": _timed(lambda: replace_mentor(_afresh(task), assign(task), assign(task).pairs[0].mentor)),
            "похожие школы для всех карточек": _timed(lambda: _cards(task))}


def country(sizes: list[int]) -> dict[str, float]:
    """Measure a country by regions of these sizes; the schools are made beforehand."""
    tasks = [simulate_task(100 + at, size) for at, size in enumerate(sizes)]
    return {"пары с объяснениями": _timed(lambda: [assign(_afresh(task)) for task in tasks]),
            "похожие школы для всех карточек": _timed(lambda: [_cards(task) for task in tasks])}


def _cards(task: Task) -> None:
    for code in task.comparison.similarity.context.codes:
        task.comparison.similarity.nearest(code)


def _afresh(task: Task) -> Task:
    """The same task with nothing computed yet, scales included."""
    similarity = type(task.comparison.similarity)(task.comparison.similarity.context)
    return Task(similarity.between(task.comparison.rows, task.comparison.columns), task.constraints, task.facts)


def _timed(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started
