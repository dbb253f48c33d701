"""Columns of values: numbers known exactly or within bounds, texts, and why a value is missing.

A number that is missing is NaN with a reason; a count over rows some of which are unknown is an interval [low, high].
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np


class Reason(IntEnum):
    """Why a value is missing. The numbers are stored in run records: never renumber."""

    PRESENT = 0
    NO_ROWS = 1
    EMPTY = 2
    RULE = 3
    ZERO_DIVISION = 4
    FEW_YEARS = 5
    SERIES_BREAK = 6
    HIDDEN = 7
    BAD_ROW = 8
    FEW_VALUES = 9
    INPUT = 10
    NO_BASE = 11
    SEVERAL_ROWS = 12
    DOMAIN = 13

    @property
    def russian(self) -> str:
        return _RUSSIAN[self]


_RUSSIAN = {
    Reason.PRESENT: "", Reason.NO_ROWS: "нет строк", Reason.EMPTY: "пустая ячейка", Reason.RULE: "сработало «нет данных, если»",
    Reason.ZERO_DIVISION: "деление на ноль", Reason.FEW_YEARS: "не хватает лет", Reason.SERIES_BREAK: "разрыв ряда",
    Reason.HIDDEN: "скрыто в источнике", Reason.BAD_ROW: "строка с ошибкой", Reason.FEW_VALUES: "не хватает значений",
    Reason.INPUT: "нет исходной величины", Reason.NO_BASE: "не с чем сравнить", Reason.SEVERAL_ROWS: "несколько строк вместо одной",
    Reason.DOMAIN: "действие не определено для такого числа",
}


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """Float64 columns of length n (or 1, a constant). `high is low` when every value is exact.

    NaN in both: missing, and `reason` (uint8, or None when nothing is missing) says why.
    """

    low: np.ndarray
    high: np.ndarray
    reason: np.ndarray | None = None

    @classmethod
    def exact(cls, values: np.ndarray, reason: np.ndarray | None = None) -> Numbers:
        return cls(values, values, reason)

    @classmethod
    def constant(cls, value: float) -> Numbers:
        return cls.exact(np.array([value], float))

    @property
    def is_exact(self) -> bool:
        return self.high is self.low

    @property
    def missing(self) -> np.ndarray:
        return np.isnan(self.low)

    def settled(self) -> np.ndarray:
        """Return the values known exactly; NaN where missing or known only within bounds."""
        return self.low if self.is_exact else np.where(self.low == self.high, self.low, np.nan)

    def reasons(self) -> np.ndarray:
        """Return a reason for each value (uint8), PRESENT where there is one."""
        empty = np.where(self.missing, np.uint8(Reason.EMPTY), np.uint8(Reason.PRESENT))
        if self.reason is None:
            return empty.astype(np.uint8)
        return np.where(self.missing, np.where(self.reason == 0, empty, self.reason), 0).astype(np.uint8)

    def spread(self, size: int) -> Numbers:
        """Return the same column with `size` rows (a constant is repeated)."""
        if len(self.low) == size:
            return self
        low = np.repeat(self.low, size)
        high = low if self.is_exact else np.repeat(self.high, size)
        return Numbers(low, high, None if self.reason is None else np.repeat(self.reason, size))


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """A text column: int32 codes into `words`; -1 where missing."""

    codes: np.ndarray
    words: tuple[str, ...]

    @classmethod
    def of(cls, values: list | np.ndarray) -> Texts:
        words: dict[str, int] = {}
        codes = np.fromiter((-1 if _absent(value) else words.setdefault(str(value), len(words)) for value in values), np.int32, len(values))
        return cls(codes, tuple(words))

    def code(self, word: str) -> int:
        """Return the code of a word, -2 when the column never holds it."""
        return self.words.index(word) if word in self.words else -2

    def at(self, row: int) -> str | None:
        return None if self.codes[row] < 0 else self.words[self.codes[row]]


def _absent(value: object) -> bool:
    return value is None or (isinstance(value, float) and value != value)


Value = Numbers | Texts | np.ndarray
