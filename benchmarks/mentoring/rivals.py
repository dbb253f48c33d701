"""How pairs are made without an optimum: the nearest first, mentors in turn, at random. All obey the same constraints."""

from __future__ import annotations

import numpy as np

from engine.mentoring.assignment import Ready


def greedy(ready: Ready) -> np.ndarray:
    """Take the nearest pair that is left, again and again. Returns columns (m,), -1 for none."""
    network, room = ready.network, ready.network.capacity.copy()
    chosen = _fixed(ready)
    order = np.argsort(np.where(network.allowed, network.cost, np.iinfo(np.int64).max), axis=None, kind="stable")
    for row, column in zip(*np.unravel_index(order[:int(network.allowed.sum())], network.cost.shape), strict=True):
        if chosen[row] < 0 and room[column] > 0:
            chosen[row] = column
            room[column] -= 1
    return chosen


def in_turn(ready: Ready) -> np.ndarray:
    """Deal mentors out by code, each mentee the next one that may help and has room: how it is done by hand."""
    network, room = ready.network, ready.network.capacity.copy()
    chosen, turn, count = _fixed(ready), 0, len(ready.mentors)
    for row in range(len(ready.mentees)):
        options = [(turn + step) % count for step in range(count)]
        column = next((option for option in options if network.allowed[row, option] and room[option] > 0), None)
        if chosen[row] < 0 and column is not None:
            chosen[row] = column
            room[column] -= 1
            turn = column + 1
    return chosen


def at_random(ready: Ready, rng: np.random.Generator) -> np.ndarray:
    """Give each mentee, in random order, a random mentor that may help and has room."""
    network, room = ready.network, ready.network.capacity.copy()
    chosen = _fixed(ready)
    for row in rng.permutation(len(ready.mentees)):
        options = np.flatnonzero(network.allowed[row] & (room > 0))
        if chosen[row] < 0 and len(options):
            chosen[row] = rng.choice(options)
            room[chosen[row]] -= 1
    return chosen


def _fixed(ready: Ready) -> np.ndarray:
    chosen = np.full(len(ready.mentees), -1)
    for row, column in ready.fixed.items():
        chosen[row] = column
    return chosen
