"""Pairs «Школа-наставник» / «Школа-наставляемый»: the least total distance among the assignments that help the most schools.

Every pair carries its reasons: the distance factor by factor, the subjects, the runner-up, and the mentors that are nearer but lead elsewhere.
Every school without a mentor carries the reason and the smallest thing to relax, verified by solving again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

import numpy as np

from engine.mentoring.constraints import LIFTABLE, Bar, Constraints, Facts, find_bars, subject_penalty
from engine.mentoring.matching import FAR, Network, Optimum
from engine.mentoring.similarity import PRECISION, Comparison, Contribution
from engine.truth import Truth
from engine.words import by_code

_RELAXATIONS = 3


@dataclass(frozen=True, eq=False)
class Task:
    """What is to be assigned: m mentees (rows of the comparison) and n mentors (its columns), the decisions, and the facts in that order.

    The order of rows and columns makes no difference: everything is put in the order of codes first. Errors: ValueError for a school that
    stands twice among mentees or mentors, and for facts that do not fit (see `Facts.check`).
    """

    comparison: Comparison
    constraints: Constraints = field(default_factory=Constraints)
    facts: Facts = field(default_factory=Facts)

    def __post_init__(self) -> None:
        for codes in self.comparison.codes:
            if len(set(codes)) != len(codes):
                raise ValueError("A school stands twice in one list.")
        self.facts.check(self.constraints, *map(len, self.comparison.codes))

    @cached_property
    def ready(self) -> Ready:
        """The task in the order of codes, with bars and whole-number costs."""
        mentees, mentors = self.comparison.codes
        rows, columns = (np.array(sorted(range(len(codes)), key=lambda at: by_code(codes[at])), np.intp) for codes in (mentees, mentors))
        comparison = self.comparison.similarity.between(self.comparison.rows[rows], self.comparison.columns[columns])
        facts = self.facts.ordered(rows, columns)
        bars = find_bars(self.constraints, facts, *comparison.codes, comparison.distance)
        return Ready(comparison, self.constraints, facts, bars, subject_penalty(self.constraints, facts, bars.shape))


@dataclass(frozen=True, eq=False)
class Ready:
    """A task in the order of codes. `bars` (m, n): flags, 0 where the pair may be; `penalty` (m, n)."""

    comparison: Comparison
    constraints: Constraints
    facts: Facts
    bars: np.ndarray
    penalty: np.ndarray

    @cached_property
    def mentees(self) -> tuple[str, ...]:
        return self.comparison.codes[0]

    @cached_property
    def mentors(self) -> tuple[str, ...]:
        return self.comparison.codes[1]

    @cached_property
    def cost(self) -> np.ndarray:
        """Distance and penalty in whole units of `PRECISION`; 0 for an unknown distance (only a fixed pair may have one). Shapes: (m, n)."""
        return np.rint(np.nan_to_num(self.comparison.distance + self.penalty) / PRECISION).astype(np.int64)

    @cached_property
    def fixed(self) -> dict[int, int]:
        """Mentees whose mentor is fixed, as row -> column: only pairs that may be."""
        row_of, column_of = ({code: at for at, code in enumerate(codes)} for codes in (self.mentees, self.mentors))
        present = ((row_of[mentee], column_of[mentor]) for mentee, mentor in self.constraints.fixed if mentee in row_of and mentor in column_of)
        return {row: column for row, column in sorted(present) if self.bars[row, column] == 0}

    @cached_property
    def room(self) -> np.ndarray:
        """How many schools each mentor takes. Shapes: (n,)."""
        return np.array([self.constraints.capacity_of(mentor) for mentor in self.mentors], np.int64)

    @cached_property
    def network(self) -> Network:
        """The network of the mentees that are free to be assigned: fixed pairs have taken their places and their rows are closed."""
        allowed, capacity = self.bars == 0, self.room.copy()
        for row, column in self.fixed.items():
            allowed[row] = False
            capacity[column] -= 1
        return Network(self.cost, allowed, capacity)


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another mentor for a mentee, and what taking it would do to the whole: exact, as if all were solved again.

    `pairs_lost`: mentees that would lose a mentor; `total_change`: of the total distance with penalties, not negative when no pair is lost
    and nothing moves. `moves`: only after a replacement, where moves come before distance: how many more schools would change their mentor.
    """

    mentor: str
    distance: float
    penalty: float
    total_change: float
    pairs_lost: int = 0
    moves: int = 0


@dataclass(frozen=True, slots=True)
class Pair:
    """A mentee and its mentor. `distance` is NaN only for a fixed pair of which too little is known; `known`: share of known weight.

    `subjects`: the mentee's weak subjects and whether the mentor is strong in them. `runner_up`: who would come instead (None: nobody may,
    or the pair is fixed). `nearer`: mentors at a smaller distance (with the penalty), and why not: what they would cost the others.
    """

    mentee: str
    mentor: str
    distance: float
    penalty: float
    known: float
    contributions: tuple[Contribution, ...]
    subjects: tuple[tuple[str, Truth], ...] = ()
    fixed: bool = False
    runner_up: Alternative | None = None
    nearer: tuple[Alternative, ...] = ()


class Why(Enum):
    """Why a mentee has no mentor; the values are for a reader."""

    NO_MENTORS = "в группе роста нет школ"
    REFUSED_ITSELF = "школа отказалась от участия"
    BARRED = "ни один наставник не подходит по ограничениям"
    FULL = "подходящие наставники уже ведут столько школ, сколько могут"
    FIXED_BARRED = "закреплённая пара невозможна"


@dataclass(frozen=True, slots=True)
class Relaxation:
    """One thing (or as few as can be) to lift so that a mentee gets a mentor and as many others as now keep
    theirs; verified by solving again.

    Said for one mentee at a time: where several are alone, one new place serves one of them.
    `lifts`: bars to lift for this pair, FULL when `raise_for` has to take one school more. `travel`, `distance`: the limit that would
    suffice. `consents`: schools to ask. `total`: the total of distances and penalties then; None while the pair's distance is unknown.
    """

    lifts: Bar
    mentor: str
    raise_for: str | None
    travel: float | None
    distance: float | None
    consents: tuple[str, ...]
    matched: int
    total: float | None


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A mentee without a mentor: why, how many mentors each bar keeps away, and what to relax, the smallest first."""

    mentee: str
    why: Why
    barred: tuple[tuple[Bar, int], ...]
    relaxations: tuple[Relaxation, ...] = ()


@dataclass(frozen=True, slots=True)
class Assignment:
    """The result, in the order of codes. `total`: of distances, `penalties`: of penalties; `spare`: schools a mentor could still take."""

    pairs: tuple[Pair, ...]
    unmatched: tuple[Unmatched, ...]
    total: float
    penalties: float
    spare: dict[str, int]

    @property
    def mentor_of(self) -> dict[str, str]:
        return {pair.mentee: pair.mentor for pair in self.pairs}


def assign(task: Task) -> Assignment:
    """Assign mentors to mentees: as many mentees as can be, then the least total of distances and penalties, then by codes.

    Errors: TooLarge when one task has too many schools for exact arithmetic (about 600 mentees): split it by region.
    Example: two mentees at distances 1, 2 and 1, 5 from two mentors who take one school each: the second gets the first mentor, total 3.
    """
    ready = task.ready
    return describe(ready, ready.network.solve())


def describe(ready: Ready, optimum: Optimum, move: int = 0) -> Assignment:
    """Turn an optimum of the free mentees, and the fixed pairs, into pairs with reasons.

    `move`: what the costs of the optimum hold for a changed mentor, on top of distance and penalty (0: nothing).
    """
    chosen = optimum.assigned.copy()
    for row, column in ready.fixed.items():
        chosen[row] = column
    prices = _Prices(ready, optimum, optimum.change(), move)
    pairs = tuple(_pair(ready, prices, row, int(column)) for row, column in enumerate(chosen) if column >= 0)
    unmatched = tuple(_unmatched(ready, optimum, int(row)) for row in np.flatnonzero(chosen < 0))
    load = np.bincount(chosen[chosen >= 0], minlength=len(ready.mentors))
    spare = {mentor: int(left) for mentor, left in zip(ready.mentors, ready.room - load, strict=True)}
    return Assignment(pairs, unmatched, float(np.nansum([pair.distance for pair in pairs])), float(sum(pair.penalty for pair in pairs)), spare)


@dataclass(frozen=True, slots=True, eq=False)
class _Prices:
    """What each other choice would cost: `change` (m, n) of the optimum."""

    ready: Ready
    optimum: Optimum
    change: np.ndarray
    move: int

    def alternative(self, row: int, column: int) -> Alternative:
        lost, units = self.optimum.split(self.change[row, column])
        moves = (units + self.move // 2) // self.move if self.move else 0
        distance, penalty = self.ready.comparison.distance[row, column], self.ready.penalty[row, column]
        return Alternative(self.ready.mentors[column], float(distance), float(penalty), (units - moves * self.move) * PRECISION, lost, moves)


def _pair(ready: Ready, prices: _Prices, row: int, column: int) -> Pair:
    fixed = row in ready.fixed
    cost, change = ready.cost[row], prices.change[row]
    others = np.flatnonzero(change < FAR)
    others = others[others != column] if not fixed else others[:0]
    likely = others[np.lexsort((others, cost[others], change[others]))]
    nearer = others[cost[others] < cost[column]]
    nearer = nearer[np.lexsort((nearer, cost[nearer]))]
    return Pair(ready.mentees[row], ready.mentors[column], float(ready.comparison.distance[row, column]), float(ready.penalty[row, column]),
                float(ready.comparison.known[row, column]), ready.comparison.explain(row, column), _subjects(ready.facts, row, column), fixed,
                prices.alternative(row, int(likely[0])) if len(likely) else None, tuple(prices.alternative(row, int(other)) for other in nearer))


def _subjects(facts: Facts, row: int, column: int) -> tuple[tuple[str, Truth], ...]:
    if facts.weak is None or facts.strong is None:
        return ()
    return tuple((facts.subjects[at], Truth(int(facts.strong[column, at]))) for at in np.flatnonzero(facts.weak[row] > 0))


# ---------------------------------------------------------------- without a mentor


def _unmatched(ready: Ready, optimum: Optimum, row: int) -> Unmatched:
    bars, mentee = ready.bars[row], ready.mentees[row]
    barred = tuple((bar, int(np.count_nonzero(bars & bar))) for bar in Bar if (bars & bar).any())
    if not ready.mentors:
        return Unmatched(mentee, Why.NO_MENTORS, barred)
    if mentee in ready.constraints.refused:
        return Unmatched(mentee, Why.REFUSED_ITSELF, barred)
    fixed_to = dict(ready.constraints.fixed).get(mentee)
    if fixed_to is not None and (fixed_to not in ready.mentors or bars[ready.mentors.index(fixed_to)]):
        why = Why.FIXED_BARRED
    else:
        why = Why.FULL if (bars == 0).any() else Why.BARRED
    return Unmatched(mentee, why, barred, tuple(_relaxations(ready, optimum, row)))


def _relaxations(ready: Ready, optimum: Optimum, row: int) -> Iterator[Relaxation]:
    """Yield verified relaxations with as few lifts as can be, the easiest first, one for each set of bars."""
    lifts, total, grown = _needed(ready, optimum, row)
    possible = np.flatnonzero((lifts & int(~LIFTABLE)) == 0)
    count = np.array([int(flags).bit_count() for flags in lifts[possible]])
    possible = possible[count == count.min(initial=99)]
    beyond = np.array([_excess(ready, row, column) for column in possible])
    easiest = possible[np.lexsort((possible, total[possible], beyond, lifts[possible]))]
    _, first = np.unique(lifts[easiest], return_index=True)
    for column in easiest[np.sort(first)][:_RELAXATIONS]:
        yield _verified(ready, optimum, row, int(column), Bar(int(lifts[column])), grown[column])


def _needed(ready: Ready, optimum: Optimum, row: int) -> tuple[np.ndarray, np.ndarray, list[int | None]]:
    """For each mentor: the bars to lift for this mentee, what it adds to the total, and whose capacity has to grow.

    None: nobody's, there is room, if need be after moves. Shapes: (n,), (n,), n.
    """
    count = len(ready.mentors)
    paths, half = optimum.paths[:count], optimum.network.step // 2
    room = paths[:, count + 1] < half
    lifts = ready.bars[row] | np.where(room, 0, int(Bar.FULL))
    added = optimum.network.cost[row] + np.where(room, paths[:, count + 1], paths[:, :count].min(axis=1))
    return lifts, added, [None if room[column] else int(paths[column, :count].argmin()) for column in range(count)]


def _excess(ready: Ready, row: int, column: int) -> float:
    """The travel of a pair beyond the limit, 0 where it is within: the least excess comes first."""
    return float(ready.facts.travel[row, column]) if ready.bars[row, column] & Bar.TRAVEL else 0.0


def _verified(ready: Ready, optimum: Optimum, row: int, column: int, lifts: Bar, grown: int | None) -> Relaxation:
    allowed, capacity = optimum.network.allowed.copy(), optimum.network.capacity.copy()
    allowed[row] = np.arange(len(ready.mentors)) == column
    if grown is not None:
        capacity[grown] += 1
    assigned = Network(optimum.network.cost, allowed, capacity).assign()
    served = np.flatnonzero(assigned >= 0)
    matched, units = len(served), int(ready.cost[served, assigned[served]].sum())
    before, _ = optimum.network.worth(optimum.assigned)
    if matched != before + 1:
        raise AssertionError("A relaxation does not help.")
    kept = len(ready.fixed)
    units += sum(int(ready.cost[pair]) for pair in ready.fixed.items())
    known = not np.isnan(ready.comparison.distance[row, column])
    pair = ready.mentees[row], ready.mentors[column]
    consents = ready.constraints.consents or frozenset()
    return Relaxation(
        lifts, pair[1], None if grown is None else ready.mentors[grown],
        float(ready.facts.travel[row, column]) if lifts & Bar.TRAVEL else None,
        float(ready.comparison.distance[row, column]) if lifts & Bar.TOO_DIFFERENT else None,
        tuple(code for code in pair if code not in consents) if lifts & Bar.NO_CONSENT else (),
        matched + kept, units * PRECISION if known else None)
