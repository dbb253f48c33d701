"""Three-valued truth: met, not met, unknown (strong Kleene logic), for one value and for whole columns.

A column of truth is an int8 array of codes 1 / 0 / -1. The codes are chosen so that "and" is the minimum,
"or" the maximum and "not" the change of sign: numpy then does Kleene logic without a single mask or branch.
"""

from collections.abc import Sequence
from enum import Enum

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int8]
Mask = npt.NDArray[np.bool_]

# Tables of this many entries (under 3 MB) stay cheaper than sorting the rows.
_TABLE_SIZE = 3**12


class Truth(Enum):
    """What is known about one statement."""

    MET = 1
    UNKNOWN = 0
    NOT_MET = -1

    def __bool__(self) -> bool:
        """Answer `if`; an unknown statement refuses, because `if` would silently take it for not met."""
        if self is Truth.UNKNOWN:
            raise TypeError("An unknown truth is neither true nor false: compare it with `is Truth.MET`.")
        return self is Truth.MET

    @property
    def opposite(self) -> "Truth":
        """The Kleene "not"."""
        return Truth(-self.value)


def all_of(columns: Sequence[Codes]) -> Codes:
    """Join columns by "and". Shapes: each (n,) -> (n,). Errors: ValueError for no columns."""
    result = _first(columns).copy()
    for column in columns[1:]:
        np.minimum(result, column, out=result)
    return result


def any_of(columns: Sequence[Codes]) -> Codes:
    """Join columns by "or". Shapes: each (n,) -> (n,). Errors: ValueError for no columns."""
    result = _first(columns).copy()
    for column in columns[1:]:
        np.maximum(result, column, out=result)
    return result


def negate(column: Codes) -> Codes:
    """Turn met into not met and back; unknown stays unknown. Shapes: (n,) -> (n,)."""
    return np.negative(column)


def at_least(count: int, columns: Sequence[Codes]) -> Codes:
    """Tell whether at least `count` columns are met.

    Met when `count` are met already; not met when even all unknown ones would not make `count`; else unknown.
    Shapes: each (n,) -> (n,). Errors: ValueError for no columns.
    Example: of met, unknown, not met: at least 1 is met, at least 2 is unknown, at least 3 is not met.
    """
    met = np.zeros(_first(columns).shape, np.int16)
    possible = np.zeros_like(met)
    for column in columns:
        met += column > 0
        possible += column >= 0
    return from_masks(met >= count, possible < count)


def from_masks(met: Mask, not_met: Mask) -> Codes:
    """Join two masks into one column; where neither holds, the truth is unknown.

    Shapes: (n,), (n,) -> (n,). Errors: TypeError for masks that are not bool (a float NaN would turn into
    "true"), ValueError where both hold (the difference would hide the contradiction as "unknown").
    """
    if met.dtype != np.bool_ or not_met.dtype != np.bool_:
        raise TypeError("Masks of truth must be arrays of bool.")
    if np.any(met & not_met):
        raise ValueError("A statement cannot be both met and not met.")
    return met.astype(np.int8) - not_met.astype(np.int8)


def distinct_patterns(columns: Sequence[Codes]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.intp]]:
    """Number the distinct rows of several columns.

    Shapes: k columns (n,) -> the pattern number of each row (n,), and one row that shows each pattern (d,).
    Patterns are numbered in lexicographic order, so the numbers do not depend on the order of the rows.
    Rows are never sorted: a row is read as a number in base 3, and before that number outgrows a small table
    the numbers in use are renumbered from 0. So any count of columns is exact and cannot overflow.
    Errors: ValueError for no columns.
    """
    rows = _first(columns).size
    code, low, span = np.zeros(rows, np.int8), 0, 1
    for column in columns:
        if span * 3 > _TABLE_SIZE:
            code, example = _renumber(code, low, span)
            low, span = -(example.size // 2), example.size
            code += low
        # Codes lie around zero, in the narrowest type that holds them: small integers are several times faster.
        code = code.astype(np.int8 if span * 3 <= 3**5 else np.int16 if span * 3 <= 3**10 else np.int32, copy=False)
        code *= 3
        code += column
        low, span = low * 3 - 1, span * 3
    return _renumber(code, low, span)


def _renumber(code: npt.NDArray[np.signedinteger], low: int, span: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.intp]]:
    """Replace the numbers in use out of low..low+span-1 by 0, 1, 2, ... in the same order; find one row with each."""
    place = code.astype(np.intp)
    place -= low
    example = np.full(span, -1, np.intp)
    example[place] = np.arange(place.size)
    present = np.flatnonzero(example >= 0)
    rank = np.empty(span, np.int32)
    rank[present] = np.arange(present.size, dtype=np.int32)
    return rank.take(place), example[present]


def _first(columns: Sequence[Codes]) -> Codes:
    if not columns:
        raise ValueError("At least one column of truth is needed.")
    return columns[0]
