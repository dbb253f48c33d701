"""Records the signs are computed from: works, schools, external exams. Columnar, one row per school."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np


@dataclass(frozen=True, order=True)
class WorkKey:
    """One ВПР work: grade × subject × year × form (computer and paper forms are different works)."""

    grade: int
    subject: str
    year: int
    form: str = ""

    def text(self) -> str:
        """Return the key as it is written in a norms file, e.g. ``5|math|2025|``."""
        return f"{self.grade}|{self.subject}|{self.year}|{self.form}"

    @classmethod
    def parse(cls, text: str) -> WorkKey:
        """Read a key back from ``text()``."""
        grade, subject, year, form = text.split("|")
        return cls(int(grade), subject, int(year), form)


@dataclass(frozen=True)
class PupilRows:
    """Item scores of pupils. Shapes: school (N,), items (N, K), klass (N,)."""

    school: np.ndarray
    items: np.ndarray
    klass: np.ndarray | None = None


@dataclass(frozen=True)
class Work:
    """All schools that wrote one work.

    Shapes: schools (m,) indices into Schools; hist (m, max + 1) counts; cross (m, 4, 4) journal × work marks 2..5;
    score_by_journal (m, 4, max + 1); item_sum (m, K); item_max (K,); enrolled (m,); pooled (max + 1,) counts or
    shares of the region or the whole sample, taken from the same export.
    pairs: improbable and informative pairs inside classes, (m,) × 2, when they were counted elsewhere and rows are not kept.
    borders: lowest score of «3», «4», «5» in the order of that year; () when the scale is not known.
    Everything but hist may be None (unknown for all) or hold NaN rows (unknown for that school).
    """

    key: WorkKey
    schools: np.ndarray
    hist: np.ndarray
    borders: tuple[int, ...]
    cross: np.ndarray | None = None
    score_by_journal: np.ndarray | None = None
    item_sum: np.ndarray | None = None
    item_max: np.ndarray | None = None
    enrolled: np.ndarray | None = None
    pooled: np.ndarray | None = None
    rows: PupilRows | None = None
    pairs: tuple[np.ndarray, np.ndarray] | None = None

    @property
    def top(self) -> int:
        """Maximum primary score."""
        return self.hist.shape[1] - 1

    def take(self, keep: np.ndarray) -> Work:
        """Return the work with only the schools where the mask is true (their pupil rows follow them)."""
        pick = lambda values: None if values is None else values[keep]  # noqa: E731
        return replace(self, schools=self.schools[keep], hist=self.hist[keep], cross=pick(self.cross),
                       score_by_journal=pick(self.score_by_journal), item_sum=pick(self.item_sum),
                       enrolled=pick(self.enrolled), rows=_rows_of(self.rows, self.schools[keep]),
                       pairs=None if self.pairs is None else (self.pairs[0][keep], self.pairs[1][keep]))

    def with_schools(self, schools: np.ndarray) -> Work:
        """Return the work with school indices replaced, rows included (used to cut a district out of a region)."""
        if self.rows is None:
            return replace(self, schools=schools)
        position = np.full(int(self.schools.max()) + 1, -1)
        position[self.schools] = schools
        return replace(self, schools=schools, rows=replace(self.rows, school=position[self.rows.school]))


def _rows_of(rows: PupilRows | None, schools: np.ndarray) -> PupilRows | None:
    if rows is None:
        return None
    mine = np.isin(rows.school, schools)
    return PupilRows(rows.school[mine], rows.items[mine], None if rows.klass is None else rows.klass[mine])


@dataclass(frozen=True)
class ExamMeans:
    """External exam (ОГЭ) by school. Shapes: mean, n, sd (S,); unknown = NaN. Units: primary or test points."""

    mean: np.ndarray
    n: np.ndarray
    sd: np.ndarray | None = None


@dataclass(frozen=True)
class Schools:
    """What is known about schools. Shapes: (S,) each; gymnasium and rural 0/1/NaN; social: any index, NaN unknown.

    excluded: correctional, evening and closed schools, special forms: they neither form norms nor get signs.
    exams: (subject, year) -> ExamMeans.
    """

    count: int
    gymnasium: np.ndarray | None = None
    rural: np.ndarray | None = None
    social: np.ndarray | None = None
    excluded: np.ndarray | None = None
    exams: Mapping[tuple[str, int], ExamMeans] = field(default_factory=dict)

    def included(self) -> np.ndarray:
        """Mask of schools that take part in the analysis."""
        return np.ones(self.count, bool) if self.excluded is None else ~np.asarray(self.excluded, bool)

    def take(self, pick: np.ndarray) -> Schools:
        """Return a part of the schools (a district of a region) in the order of `pick` (indices)."""
        cut = lambda values: None if values is None else values[pick]  # noqa: E731
        exams = {k: ExamMeans(e.mean[pick], e.n[pick], cut(e.sd)) for k, e in self.exams.items()}
        return Schools(len(pick), cut(self.gymnasium), cut(self.rural), cut(self.social), cut(self.excluded), exams)


@dataclass(frozen=True)
class Outcome:
    """One sign of one work. Works are pooled as z = Σ numerator / √Σ variance; NaN numerator = sign left out.

    effect ± error: the same thing in the unit a methodologist reads (see each module).
    """

    numerator: np.ndarray
    variance: np.ndarray
    effect: np.ndarray
    error: np.ndarray

    @property
    def z(self) -> np.ndarray:
        """Standardised value of this work alone, large = suspicious."""
        return self.numerator / np.sqrt(np.maximum(self.variance, 0.3))


def shifted(outcome: Outcome, centre: float) -> Outcome:
    """Return the outcome with `centre` taken from its z; the effect stays what was counted."""
    moved = outcome.numerator - centre * np.sqrt(np.maximum(outcome.variance, 0.3))
    return replace(outcome, numerator=moved)


def outcome_of_z(z: np.ndarray, effect: np.ndarray, error: np.ndarray) -> Outcome:
    """Wrap a z so that works pool by Stouffer (equal weights)."""
    return Outcome(z, np.where(np.isfinite(z), 1.0, np.nan), effect, error)
