"""Exact matching with capacities: as many rows matched as can be, then the least total cost, then the first columns in order.

All costs are whole numbers, so «equal» and «least» mean exactly that, and the answer does not depend on the order of the input or on the
version of a library: among equal optima the first row gets the first column it can have, then the second row, and so on.
The assignment is found by scipy (a modified Jonker–Volgenant algorithm, Crouse 2016); its optimality is then certified, and the price
of every other choice read off, from shortest paths in the residual network (Ahuja, Magnanti, Orlin 1993, «Network flows», theorem 9.1).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import linear_sum_assignment

FAR = np.int64(1 << 60)  # no such edge or path
_REACHED = FAR >> 1
_EXACT = 1 << 51  # costs and their sums stay whole numbers in the float64 of scipy


class TooLarge(ValueError):
    """The whole-number costs of one task would not fit float64 exactly: split the task by region or cluster."""


@dataclass(frozen=True, eq=False)
class Network:
    """m rows, n columns: `cost` (m, n) whole and not negative, `allowed` (m, n), `capacity` (n,) not negative.

    Errors: TooLarge when the sum of the largest costs of the rows exceeds 2⁵⁰.
    """

    cost: np.ndarray
    allowed: np.ndarray
    capacity: np.ndarray

    @cached_property
    def step(self) -> int:
        """The price of leaving a row unmatched: more than any difference of totals, so that the number of pairs comes first."""
        largest = np.where(self.allowed, self.cost, 0).max(axis=1, initial=0)
        step = 2 * (int(largest.sum()) + 1)
        if step > _EXACT:
            raise TooLarge("Costs are too large for one exact assignment: split it by region or cluster.")
        return step

    def assign(self) -> np.ndarray:
        """Return one optimal column for each row, -1 for none. Shapes: (m,)."""
        rows, count = self.cost.shape
        seats = np.repeat(np.arange(count), np.minimum(self.capacity, rows))
        costs = np.where(self.allowed, self.cost, np.inf)[:, seats]
        _, taken = linear_sum_assignment(np.hstack([costs, np.full((rows, rows), float(self.step))]))
        return np.where(taken < len(seats), np.append(seats, np.full(rows, -1))[taken], -1)

    def worth(self, assigned: np.ndarray) -> tuple[int, int]:
        """Return how many rows are matched and at what total cost."""
        matched = np.flatnonzero(assigned >= 0)
        return len(matched), int(self.cost[matched, assigned[matched]].sum())

    def solve(self) -> Optimum:
        """Find the optimum that is first in order, with its certificate."""
        found = Optimum(self, self.assign())
        assigned = first_in_order(found)
        return found if (assigned == found.assigned).all() else Optimum(self, assigned)


@dataclass(frozen=True, eq=False)
class Optimum:
    """An optimal assignment: `assigned` (m,), -1 for an unmatched row. Errors: AssertionError when it is not optimal (an own bug)."""

    network: Network
    assigned: np.ndarray

    def __post_init__(self) -> None:
        if (np.diagonal(self.paths) < 0).any():
            raise AssertionError("The assignment is not optimal.")

    @cached_property
    def place(self) -> np.ndarray:
        """Where each row is: its column, or n when unmatched. Shapes: (m,)."""
        return np.where(self.assigned < 0, len(self.network.capacity), self.assigned)

    @cached_property
    def prices(self) -> np.ndarray:
        """The cost of each row in each place; the last place is «unmatched». Shapes: (m, n + 1)."""
        costs = np.where(self.network.allowed, self.network.cost, FAR)
        return np.hstack([costs, np.full((len(costs), 1), self.network.step)]).astype(np.int64)

    @cached_property
    def load(self) -> np.ndarray:
        """How many rows are in each place. Shapes: (n + 1,)."""
        return np.bincount(self.place, minlength=len(self.network.capacity) + 1)

    @cached_property
    def paths(self) -> np.ndarray:
        """The least change of the total when one row too many in place a ends as one too many in place b. Shapes: (n + 2, n + 2).

        The last but one place is «unmatched», the last stands for spare capacity. Floyd–Warshall; a negative diagonal would be a cheaper cycle.
        """
        count = len(self.network.capacity)
        spare = count + 1
        paths = np.full((count + 2, count + 2), FAR)
        own = self.prices[np.arange(len(self.place)), self.place]
        moves = np.where(self.prices >= _REACHED, FAR, self.prices - own[:, None])
        np.minimum.at(paths[:, :spare], self.place, moves)
        paths[:count, spare] = np.where(self.load[:count] < self.network.capacity, 0, FAR)
        paths[count, spare] = 0
        paths[spare, :spare] = np.where(self.load > 0, 0, FAR)
        np.fill_diagonal(paths, 0)
        for middle in range(count + 2):
            np.minimum(paths, paths[:, middle, None] + paths[middle], out=paths)
        return paths

    def change(self) -> np.ndarray:
        """Return how the best total changes when a row must take a column: 0 for its own, FAR where not allowed. Shapes: (m, n).

        Each change is `k * step + r`: k pairs fewer, r more in total cost (see `split`).
        """
        count = len(self.network.capacity)
        own = self.prices[np.arange(len(self.place)), self.place]
        back = self.paths[:count, self.place].T
        return np.where(self.network.allowed & (back < _REACHED), self.prices[:, :count] - own[:, None] + back, FAR)

    def split(self, change: int) -> tuple[int, int]:
        """Part a change into (pairs lost, change of the total cost)."""
        lost = (int(change) + self.network.step // 2) // self.network.step
        return lost, int(change) - lost * self.network.step


def first_in_order(found: Optimum) -> np.ndarray:
    """Return, of all optima, the one where the first rows have the first columns.

    Every optimum uses only tight edges (complementary slackness with potentials p); it keeps columns with p < 0 full and those with
    p > 0 empty. So each row in turn takes the first tight column from which a chain of tight moves of later rows leads back to its place.
    """
    count = len(found.network.capacity)
    potential = found.paths[count + 1, :count + 1]
    reachable = potential < _REACHED
    slack = found.prices - np.where(reachable, potential, 0)
    place = found.place.copy()
    rows = np.arange(len(place))
    tight = (found.prices < _REACHED) & reachable & (slack == slack[rows, place][:, None])
    load, free = found.load.copy(), reachable & (potential == 0)
    seats = np.append(found.network.capacity, len(place))
    for row in rows[tight.sum(1) > 1]:
        if tight[row, :place[row]].any():
            _take_first(row, place, tight, load, free, seats)
    return np.where(place == count, -1, place)


def _take_first(row: int, place: np.ndarray, tight: np.ndarray, load: np.ndarray, free: np.ndarray, seats: np.ndarray) -> None:
    """Move `row` to the first column it may have in an optimum that leaves earlier rows alone; changes `place` and `load`."""
    home = place[row]
    onward = _ways_to(home, row, place, tight, load, free, seats)
    wanted = next((column for column in np.flatnonzero(tight[row, :home]) if column in onward), None)
    if wanted is None:
        return
    at, mover = wanted, row
    while True:
        if mover is not None:
            load[place[mover]] -= 1
            load[at] += 1
            place[mover] = at
        if at == home:
            return
        at, mover = onward[at]


def _ways_to(home: int, row: int, place: np.ndarray, tight: np.ndarray, load: np.ndarray, free: np.ndarray,
             seats: np.ndarray) -> dict[int, tuple[int, int | None]]:
    """For every place from which tight moves of rows after `row` lead to `home`: the next place and the row that moves there (None: no row).

    The node after the last place is spare capacity: places that may be filled or emptied at no cost reach each other through it.
    """
    spare = len(load)
    onward: dict[int, tuple[int, int | None]] = {}
    queue = deque([int(home)])
    while queue:
        at = queue.popleft()
        if at == spare:
            before = {int(place_): None for place_ in np.flatnonzero(free & (load < seats))}
        else:
            movers = row + 1 + np.flatnonzero(tight[row + 1:, at])
            before = {int(place[mover]): int(mover) for mover in movers[::-1]}
            if free[at] and (load[at] > 0):
                before[spare] = None
        for source, mover in before.items():
            if source != home and source not in onward:
                onward[source] = (at, mover)
                queue.append(source)
    return onward
