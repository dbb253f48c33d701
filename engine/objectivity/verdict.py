"""State of every school: enough data or not, attention (A), signs found (C). A weak norm never reaches C."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .codes import NORM_NOTES, State
from .combine import Decision, decide
from .school_signs import SignTable

MINIMUM_PUPILS = 10  # per work
HANDED_IN = ("S7_profile", "S9_absent")  # signs that rest on a table of their own: items, enrolment


@dataclass(frozen=True)
class Verdict:
    """Result for one year. states (S,) of State; note: the sentence about the norm, in Russian."""

    decision: Decision
    states: np.ndarray
    note: str


def judge(table: SignTable, q: float = 0.05) -> Verdict:
    """Apply the rules to the last year of the table, using the earlier years for pooling and repetition.

    Errors: none; a school without a single usable sign gets «недостаточно данных», an excluded one «не оценивается».
    """
    decision = decide(table.spans, table.together, table.z, q, table.groups)
    states = np.full(len(table.included), State.CLEAR, dtype=object)
    states[decision.attention] = State.ATTENTION
    if table.source.strong:
        states[decision.found] = State.FOUND
    states[~enough_data(table) | (silent(table) & ~decision.attention)] = State.NOT_ENOUGH
    states[~table.included] = State.EXCLUDED
    return Verdict(decision, states, NORM_NOTES[table.source])


def enough_data(table: SignTable) -> np.ndarray:
    """Mask of schools with a work of the last year written by ten pupils and with known borders of marks.

    The border spike is the sign that finds most; without scales nobody is said to have no signs.
    """
    large = np.zeros(len(table.included), bool)
    for key, result in table.works.items():
        if key.year == table.years[-1]:
            large[result.schools[result.n >= MINIMUM_PUPILS]] = True
    return large & np.isfinite(table.z["S2_spike"][:, -1])


def silent(table: SignTable) -> np.ndarray:
    """Mask of schools that lack a sign which most others have: what a school did not hand in is not in its favour."""
    result = np.zeros(len(table.included), bool)
    judged = enough_data(table) & table.included
    for name in HANDED_IN:
        known = np.isfinite(table.z[name][:, -1])
        if judged.any() and known[judged].mean() >= 0.5:
            result |= judged & ~known
    return result
