"""Simulator of a region with ground truth: schools × grades 4–8 × 2 subjects × years, pupils followed by cohort.

Everything a product really sees is in works and schools; the truth is kept apart. The author of the simulator is the
author of the method: figures measured on it are upper-side estimates.
"""
from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from engine.objectivity.records import ExamMeans, PupilRows, Schools, Work, WorkKey

from .forms import SUBJECTS, Form, add_points, answer, borders_of, make_form
from .manipulate import ACTIONS, KINDS, Pupils

GRADES = (4, 5, 6, 7, 8)


@dataclass(frozen=True)
class World:
    """Assumptions of a region. Shares 0..1; sd in pupils' standard deviations."""

    schools: int = 500
    years: int = 3
    manipulators: float = 0.16
    kinds: tuple[str, ...] = KINDS
    intensities: tuple[float, ...] = (0.1, 0.2, 0.4, 0.6)
    breadth: float = 0.7  # share of a manipulating school's teachers who take part
    starts: tuple[float, ...] = (0.4, 0.3, 0.3)  # first year of manipulation
    benevolence: float = 0.03  # honest one-point lifts below a border, mean over schools
    school_sd: float = 0.25
    gain_share: float = 0.0  # schools with a true gain in the last year
    gain: float = 0.4
    rows: bool = True


@dataclass(frozen=True)
class Truth:
    """What really happened. Shapes (S,): kind index or −1, q, first year, gain, cohort size."""

    kind: np.ndarray
    q: np.ndarray
    start: np.ndarray
    gained: np.ndarray
    size: np.ndarray

    @property
    def manipulates(self) -> np.ndarray:
        """Mask of manipulating schools."""
        return self.kind >= 0


@dataclass(frozen=True)
class Region:
    """A simulated region."""

    works: list[Work]
    schools: Schools
    truth: Truth


@dataclass
class _Plan:
    """Fixed traits of schools drawn once."""

    size: np.ndarray
    rural: np.ndarray
    gymnasium: np.ndarray
    social: np.ndarray
    mean: np.ndarray  # (S, 2)
    grading: np.ndarray  # (S, 2) journal standard
    truth: Truth
    guilty: np.ndarray  # (S, grades, 2)


@dataclass
class _Cohort:
    school: np.ndarray
    n: np.ndarray
    ability: np.ndarray  # (N, 2)
    klass: np.ndarray
    journal: np.ndarray  # (N, 2)


def simulate(seed: int, world: World = World()) -> Region:
    """Simulate one region. The same seed and world give the same region."""
    rng = np.random.default_rng(seed)
    plan = _draw_schools(rng, world)
    cohorts = {born: _draw_cohort(rng, plan) for born in range(-9, world.years - 3)}
    exams = {(name, year): _exam(rng, cohorts[year - 9], j, world.schools)
             for year in range(world.years) for j, name in enumerate(SUBJECTS)}
    works = []
    for g, grade in enumerate(GRADES):
        gone: dict = {}
        for j, name in enumerate(SUBJECTS):
            teaching, borders = rng.normal(0, 0.08, world.schools), None
            for year in range(world.years):
                work, borders = _write(rng, world, plan, cohorts[year - grade], WorkKey(grade, name, year), (g, j),
                                       teaching, borders, gone)
                works.append(work)
    schools = Schools(world.schools, plan.gymnasium.astype(float), plan.rural.astype(float),
                      plan.social + rng.normal(0, 0.5, world.schools), None, exams)
    return Region(works, schools, plan.truth)


def _draw_schools(rng: np.random.Generator, world: World) -> _Plan:
    count = world.schools
    band = rng.choice(3, count, p=[0.35, 0.45, 0.20])
    size = np.choose(band, [rng.uniform(15, 25, count), rng.uniform(25, 60, count), rng.uniform(60, 100, count)])
    rural = (band == 0) & (rng.random(count) < 0.8)
    gymnasium = ~rural & (rng.random(count) < 0.11)
    social = rng.normal(0, 1, count) + 0.8 * gymnasium - 0.4 * rural
    mean = 0.22 * (social - social.mean()) + 0.55 * gymnasium + rng.normal(0, world.school_sd, count)
    truth = _draw_truth(rng, world, size)
    guilty = rng.random((count, len(GRADES), 2)) < world.breadth
    absent = truth.kind == KINDS.index("absent")
    guilty[absent] = guilty[absent][:, :, :1]  # the weak stay at home for both subjects
    guilty[~guilty.reshape(count, -1).any(1), 0, :] = True
    return _Plan(size, rural, gymnasium, social, mean[:, None] + rng.normal(0, 0.10, (count, 2)),
                 rng.normal(0, 0.25, (count, 2)), truth, guilty)


def _draw_truth(rng: np.random.Generator, world: World, size: np.ndarray) -> Truth:
    count = world.schools
    kind, q, start = np.full(count, -1), np.zeros(count), np.full(count, 99)
    cells = [(KINDS.index(k), i) for k in world.kinds for i in world.intensities]
    order = rng.permutation(len(cells))
    for rank, school in enumerate(rng.choice(count, int(round(world.manipulators * count)), replace=False)):
        kind[school], q[school] = cells[order[rank % len(cells)]]
        start[school] = max(0, rng.choice(len(world.starts), p=world.starts) - (len(world.starts) - world.years))
    return Truth(kind, q, start, rng.random(count) < world.gain_share, size)


def _draw_cohort(rng: np.random.Generator, plan: _Plan) -> _Cohort:
    count = len(plan.size)
    n = np.maximum(8, np.round(plan.size * rng.normal(1, 0.08, count))).astype(int)
    school = np.repeat(np.arange(count), n)
    mean = plan.mean + rng.normal(0, 0.12, (count, 2))
    common, own = rng.normal(0, 1, (len(school), 1)), rng.normal(0, 1, (len(school), 2))
    ability = mean[school] + 0.88 * (np.sqrt(0.72) * common + np.sqrt(0.28) * own)
    classes = np.maximum(1, np.round(n / 26)).astype(int)
    klass = (rng.random(len(school)) * classes[school]).astype(int)
    journal = (0.85 * ability - 0.45 * plan.mean[school] + plan.grading[school]
               + rng.normal(0, 0.42, (len(school), 2)))
    marks = 2 + (journal > -1.95).astype(int) + (journal > -0.25) + (journal > 0.85)
    return _Cohort(school, n, ability, klass, marks)


def _exam(rng: np.random.Generator, cohort: _Cohort, j: int, count: int) -> ExamMeans:
    score = cohort.ability[:, j] + rng.normal(0, 0.45, len(cohort.school))
    mean = np.bincount(cohort.school, score, count) / cohort.n
    square = np.bincount(cohort.school, (score - mean[cohort.school]) ** 2, count)
    return ExamMeans(mean, cohort.n.astype(float), np.sqrt(square / (cohort.n - 1)))


def _write(rng, world: World, plan: _Plan, cohort: _Cohort, key: WorkKey, place: tuple[int, int], teaching: np.ndarray,
           borders: tuple | None, gone: dict) -> tuple[Work, tuple]:
    """One work of the whole region: honest answers, honest benevolence and absence, then manipulation."""
    form, school, j = make_form(rng, key.subject), cohort.school, place[1]
    last = key.year == world.years - 1
    ability = cohort.ability[:, j] + teaching[school] + rng.normal(0, 0.30, len(school))
    ability += world.gain * plan.truth.gained[school] * last
    items = answer(rng, form, ability, rng.normal(0, 0.10, world.schools)[school])
    borders = borders or borders_of(items.sum(1))
    _be_kind(rng, world, items, form, borders, school)
    habit = rng.normal(0, 0.3, world.schools)[school]
    present = rng.random(len(school)) > 1 / (1 + np.exp(2.65 + 0.35 * (ability - plan.mean[school, j]) - habit))
    _manipulate(rng, plan, cohort, key, place, form, borders, items, ability, present, gone)
    return _aggregate(world, key, form, borders, cohort, j, items, present), borders


def _be_kind(rng, world: World, items: np.ndarray, form: Form, borders: tuple, school: np.ndarray) -> None:
    if world.benevolence <= 0:
        return
    kindness = rng.beta(1.0, 1.0 / world.benevolence - 1.0, world.schools)[school]
    near = np.isin(items.sum(1), np.array(borders) - 1) & (rng.random(len(school)) < kindness)
    add_points(rng, items, form.item_max, near.astype(int))


def _manipulate(rng, plan: _Plan, cohort: _Cohort, key: WorkKey, place: tuple[int, int], form: Form, borders: tuple,
                items: np.ndarray, ability: np.ndarray, present: np.ndarray, gone: dict) -> None:
    truth = plan.truth
    acting = np.flatnonzero(truth.manipulates & (key.year >= truth.start) & plan.guilty[:, place[0], place[1]])
    for s in acting:
        mine = slice(*np.searchsorted(cohort.school, [s, s + 1]))
        name, q = KINDS[truth.kind[s]], truth.q[s]
        if name == "absent":
            if (s, key.year) not in gone:
                weak = ability[mine] < np.quantile(ability[mine], 0.30)
                gone[(s, key.year)] = weak & (rng.random(weak.size) < q)
            present[mine] &= ~gone[(s, key.year)]
            continue
        pupils = Pupils(items[mine], ability[mine], cohort.klass[mine], cohort.journal[mine, place[1]], present[mine])
        ACTIONS[name](rng, pupils, form, borders, q)


def _aggregate(world: World, key: WorkKey, form: Form, borders: tuple, cohort: _Cohort, j: int, items: np.ndarray,
               present: np.ndarray) -> Work:
    school, items, journal = cohort.school[present], items[present], cohort.journal[present, j] - 2
    score, count, width = items.sum(1), world.schools, form.top + 1
    mark = np.searchsorted(np.array(borders), score, side="right")

    def tally(cell: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        return np.bincount(cell, minlength=int(np.prod(shape))).reshape(shape).astype(float)

    return Work(key, np.arange(count), tally(school * width + score, (count, width)), borders,
                cross=tally((school * 4 + journal) * 4 + mark, (count, 4, 4)),
                score_by_journal=tally((school * 4 + journal) * width + score, (count, 4, width)),
                item_sum=np.stack([np.bincount(school, items[:, i], count) for i in range(items.shape[1])], 1),
                item_max=form.item_max, enrolled=cohort.n.astype(float),
                rows=PupilRows(school, items, cohort.klass[present]) if world.rows else None)


def without_rows(region: Region) -> Region:
    """Return the region as most districts see it: no pupil rows."""
    return replace(region, works=[replace(work, rows=None) for work in region.works])
