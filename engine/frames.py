"""A frame: the units of one level (schools, districts) and a column of values for every name computed so far."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from engine.values import Numbers, Texts, Value

COMMON = "общее"
"""The level of what belongs to no school: tables «что: общие». It has one unit, and every unit of every level stands under it."""


@dataclass
class Frame:
    """`codes` name the units; every column has one row per unit, in that order.

    `parents[level]` is an int32 index into the frame of a higher level, -1 where a unit has none. `sizes` holds n of an
    indicator where the rules say what n is; `applies` holds the applicability of criteria and categories (int8 codes).
    """

    level: str
    codes: tuple[str, ...]
    columns: dict[str, Value] = field(default_factory=dict)
    parents: dict[str, np.ndarray] = field(default_factory=dict)
    sizes: dict[str, np.ndarray] = field(default_factory=dict)
    applies: dict[str, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.codes)

    def row(self, code: str) -> int | None:
        """Return the row of a unit by its code, or None."""
        return self.codes.index(code) if code in self.codes else None


def with_common(frames: dict[str, Frame]) -> dict[str, Frame]:
    """Add the level of what is common to all: one unit, above every unit of every other level. In place."""
    for frame in frames.values():
        frame.parents[COMMON] = np.zeros(len(frame), np.int32)
    frames[COMMON] = Frame(COMMON, (COMMON,))
    return frames


def spread_to(child: Frame, parent: Frame, name: str) -> Value:
    """Give every unit the value its parent has; units without a parent miss it."""
    index, value = child.parents[parent.level], parent.columns[name]
    orphan = index < 0
    if isinstance(value, Texts):
        return Texts(np.where(orphan, -1, value.codes[index]).astype(np.int32), value.words)
    if isinstance(value, Numbers):
        low = np.where(orphan, np.nan, value.low[index])
        high = low if value.is_exact else np.where(orphan, np.nan, value.high[index])
        return Numbers(low, high, value.reasons()[index])
    return np.where(orphan, np.int8(0), value[index])
