"""Tables of the contract -> records the signs are computed from. One work is read at a time: memory does not grow with their number."""
from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from engine.tables import quoted

from .norms import VERSION
from .records import ExamMeans, Work, WorkKey

if TYPE_CHECKING:
    import duckdb

GROUPS = ("регион", "выборка")  # whose row is the norm, the nearest first
MARKS = (2, 3, 4, 5)


class NormsError(Exception):
    """A norms table that cannot be used; the text, in Russian, says why."""


@dataclass(frozen=True)
class Names:
    """Names of the tables; None: the sign that needs it is left out."""

    works: str
    scales: str
    items: str | None = None
    groups: str | None = None
    enrolment: str | None = None
    exams: str | None = None
    norms: str | None = None
    exam: str = "ОГЭ"
    similarity: str | None = None


@dataclass
class Source:
    """Works of the years (report year − count + 1 … report year). `units`: number of schools; rows refer to them by `_unit`."""

    connection: duckdb.DuckDBPyConnection
    names: Names
    units: int
    report_year: int
    years: int = 3
    notes: list[str] = field(default_factory=list)

    @cached_property
    def keys(self) -> list[WorkKey]:
        """The works that any school wrote, in the order of their keys."""
        found = self._rows(f'SELECT DISTINCT "класс", "предмет", "год" FROM {quoted(self.names.works)} WHERE "работ" > 0 AND _unit IS NOT NULL AND "год" BETWEEN ? AND ?',
                           [self.report_year - self.years + 1, self.report_year])
        return sorted(WorkKey(int(grade), subject, int(year)) for grade, subject, year in found)

    def works(self) -> Iterator[Work]:
        """Read the works one by one."""
        for key in self.keys:
            work = self.work(key)
            if len(work.schools):
                yield work

    def work(self, key: WorkKey) -> Work:
        """Read one work. A school that has a row without a count is left out of it: a part of its works is no distribution."""
        columns = self._columns(f'SELECT _unit, "журнал", "балл", "работ" AS n FROM {quoted(self.names.works)} WHERE {_THIS} AND _unit IS NOT NULL', key)
        broken = np.unique(columns["_unit"][np.isnan(columns["n"])])
        keep = (columns["n"] > 0) & ~np.isin(columns["_unit"], broken)
        unit, journal, score, count = (columns[name][keep] for name in ("_unit", "журнал", "балл", "n"))
        schools, row = _ranked(unit.astype(np.int64), self.units)
        borders, _ = self._scale(key)
        pooled = self._pooled(key)
        item_max, item_sum = self._items(key, schools)
        top = self.top(key, int(score.max(initial=0)))
        hist = _counts(row, score, count, len(schools), top + 1)
        if pooled is not None and len(pooled) <= top + 1:
            pooled = np.pad(pooled, (0, top + 1 - len(pooled)))
        elif pooled is not None:
            self.notes.append(f"Строка региона работы «{key.subject}, {key.grade} класс, {key.year}» — для другой шкалы (до {len(pooled) - 1} баллов, а не {top}); не использована.")
            pooled = None
        cross = _cross(row, journal, score, count, len(schools), borders)
        return Work(key, schools, hist, borders, cross, None, item_sum, item_max, self._enrolled(key, schools), pooled, pairs=self._pairs(key, schools))

    def top(self, key: WorkKey, highest: int | None = None) -> int:
        """Return the maximum score of a work: of its scale, else the greatest of its items' sum, the columns of the norm rows and the scores got.

        `highest`: the highest score of the schools' own works, counted here when not given.
        """
        if highest is None:
            highest = self._rows(f'SELECT MAX("балл") FROM {quoted(self.names.works)} WHERE {_THIS} AND "работ" > 0', [key.subject, key.grade, key.year])[0][0] or 0
        return max(int(highest), self._scale(key)[1] or max(int(self.item_tops(key).sum()), self._last_column(key)))

    def _last_column(self, key: WorkKey) -> int:
        if self.names.groups is None:
            return 0
        return int(self._rows(f'SELECT MAX("балл") FROM {quoted(self.names.groups)} WHERE {_THIS}', [key.subject, key.grade, key.year])[0][0] or 0)

    def item_tops(self, key: WorkKey) -> np.ndarray:
        """Return the maxima of the items of a work in the order of their names, (K,); empty when no table has them."""
        if self.names.items is None:
            return np.zeros(0)
        rows = self._rows(f'SELECT MAX("максимум") FROM {quoted(self.names.items)} WHERE {_THIS} GROUP BY "задание" ORDER BY "задание"', [key.subject, key.grade, key.year])
        return np.array([float(top or 0) for top, in rows])

    def exam_means(self) -> dict[tuple[str, int], ExamMeans]:
        """Read the marks of the external exam by school: (subject, year) -> means of marks 2..5. Units: marks."""
        if self.names.exams is None:
            return {}
        rows = self._columns(f'''SELECT "предмет", "год", _unit, SUM("отметка_2") AS a, SUM("отметка_3") AS b, SUM("отметка_4") AS c, SUM("отметка_5") AS d
                                 FROM {quoted(self.names.exams)} WHERE "процедура" = ? AND _unit IS NOT NULL AND "отметка_2" IS NOT NULL AND "отметка_3" IS NOT NULL
                                 AND "отметка_4" IS NOT NULL AND "отметка_5" IS NOT NULL GROUP BY ALL''', [self.names.exam])
        result = {}
        label = np.array([f"{subject}|{int(year)}" for subject, year in zip(rows["предмет"], rows["год"], strict=True)], object)
        for text in sorted(set(label)):
            mine = label == text
            subject, year = text.split("|")
            result[(subject, int(year))] = _means(rows["_unit"][mine].astype(np.int64), np.stack([rows[name][mine] for name in "abcd"], 1), self.units)
        return result

    def norms(self) -> dict | None:
        """Read the norms record of a region; None when there is none. Errors: NormsError with what is wrong, in Russian."""
        if self.names.norms is None:
            return None
        rows = self._rows(f'SELECT "раздел", "имя", "запись" FROM {quoted(self.names.norms)} WHERE "запись" IS NOT NULL')
        return read_norms(rows) if rows else None

    # ------------------------------------------------------------ parts of a work

    def _scale(self, key: WorkKey) -> tuple[tuple[int, ...], int]:
        rows = self._rows(f'SELECT "максимум", "граница_3", "граница_4", "граница_5" FROM {quoted(self.names.scales)} WHERE {_THIS}', [key.subject, key.grade, key.year])
        if not rows:
            return (), 0
        top, *borders = rows[0]
        return (tuple(int(border) for border in borders) if None not in borders else ()), int(top or 0)

    def _pooled(self, key: WorkKey) -> np.ndarray | None:
        if self.names.groups is None:
            return None
        for kind in GROUPS:
            rows = self._rows(f'''SELECT "группа", "балл", SUM(COALESCE("работ", "доля" * "участников" / 100)) FROM {quoted(self.names.groups)}
                                  WHERE {_THIS} AND "вид_группы" = ? AND COALESCE("работ", "доля" * "участников") IS NOT NULL
                                  GROUP BY ALL ORDER BY ALL''', [key.subject, key.grade, key.year, kind])
            if rows:
                largest = max({group for group, *_ in rows}, key=lambda group: (sum(n for other, _, n in rows if other == group), str(group)))
                counts = np.zeros(max(int(score) for group, score, _ in rows if group == largest) + 1)
                for group, score, n in rows:
                    counts[int(score)] += float(n) if group == largest else 0.0
                return counts
        return None

    def _items(self, key: WorkKey, schools: np.ndarray) -> tuple[np.ndarray | None, np.ndarray | None]:
        """(item_max (K,), item_sum (m, K)); a school without all the items is a row of NaN."""
        if self.names.items is None:
            return None, None
        columns = self._columns(f'''SELECT _unit, "задание", SUM("сумма_баллов") AS s, MAX("максимум") AS top FROM {quoted(self.names.items)}
                                    WHERE {_THIS} AND _unit IS NOT NULL GROUP BY ALL HAVING COUNT(*) = COUNT("сумма_баллов")''', key)
        if not len(columns["_unit"]):
            return None, None
        names, item = np.unique(columns["задание"].astype(str), return_inverse=True)
        tops = np.zeros(len(names))
        np.maximum.at(tops, item, np.nan_to_num(columns["top"].astype(float)))
        sums = np.full((self.units, len(names)), np.nan)
        sums[columns["_unit"].astype(np.int64), item] = columns["s"]
        sums = sums[schools]
        sums[np.isnan(sums).any(1)] = np.nan
        return (tops, sums) if (tops > 0).all() else (None, None)

    def _enrolled(self, key: WorkKey, schools: np.ndarray) -> np.ndarray | None:
        if self.names.enrolment is None:
            return None
        columns = self._columns(f'''SELECT _unit, SUM("учащихся") AS n FROM {quoted(self.names.enrolment)} WHERE "класс" = ? AND "год" = ? AND _unit IS NOT NULL
                                    AND "учащихся" IS NOT NULL GROUP BY ALL''', [key.grade, key.year])
        enrolled = np.full(self.units, np.nan)
        enrolled[columns["_unit"].astype(np.int64)] = columns["n"]
        return enrolled[schools] if np.isfinite(enrolled[schools]).any() else None

    def _pairs(self, key: WorkKey, schools: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
        """Improbable and all informative pairs inside classes, (m,) × 2; NaN for a school that has no row: its rows of pupils were not given."""
        if self.names.similarity is None:
            return None
        columns = self._columns(f'''SELECT _unit, SUM("похожих_пар") AS found, SUM("пар") AS pairs FROM {quoted(self.names.similarity)}
                                    WHERE {_THIS} AND _unit IS NOT NULL AND "похожих_пар" IS NOT NULL AND "пар" IS NOT NULL GROUP BY ALL''', key)
        if not len(columns["_unit"]):
            return None
        result = np.full((2, self.units), np.nan)
        result[:, columns["_unit"].astype(np.int64)] = columns["found"], columns["pairs"]
        return result[0, schools], result[1, schools]

    # ------------------------------------------------------------ SQL

    def _rows(self, query: str, parameters: list | None = None) -> list[tuple]:
        return self.connection.execute(query, parameters or []).fetchall()

    def _columns(self, query: str, parameters: list | WorkKey) -> dict[str, np.ndarray]:
        values = [parameters.subject, parameters.grade, parameters.year] if isinstance(parameters, WorkKey) else parameters
        found = self.connection.execute(query, values).fetchnumpy()
        return {name: np.ma.filled(column.astype(float), np.nan) if column.dtype.kind in "iuf" else np.asarray(column, object) for name, column in found.items()}


_THIS = '"предмет" = ? AND "класс" = ? AND "год" = ?'


def _ranked(unit: np.ndarray, units: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct units in order and the place of each row's unit among them, without sorting."""
    present = np.bincount(unit, minlength=units) > 0
    return np.flatnonzero(present), (np.cumsum(present) - 1)[unit]


def _counts(row: np.ndarray, score: np.ndarray, count: np.ndarray, schools: int, width: int) -> np.ndarray:
    place = row * width + score.astype(np.int64)
    return np.bincount(place, weights=count, minlength=schools * width).reshape(schools, width)


def _cross(row: np.ndarray, journal: np.ndarray, score: np.ndarray, count: np.ndarray, schools: int, borders: tuple[int, ...]) -> np.ndarray | None:
    """Counts journal × work marks (m, 4, 4); None without borders or journal marks, NaN for a school without them."""
    known = (journal >= 2) & (journal <= 5)
    if not borders or not known.any():
        return None
    mark = sum((score[known] >= border).astype(np.int64) for border in borders)
    place = (row[known] * 4 + journal[known].astype(np.int64) - 2) * 4 + mark
    cross = np.bincount(place, weights=count[known], minlength=schools * 16).reshape(schools, 4, 4)
    cross[cross.sum((1, 2)) == 0] = np.nan
    return cross


def _means(unit: np.ndarray, counts: np.ndarray, units: int) -> ExamMeans:
    marks = np.array(MARKS, float)
    n = counts.sum(1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = counts @ marks / n
        sd = np.sqrt(np.maximum(counts @ marks**2 / n - mean**2, 0) * n / (n - 1))
    columns = np.full((3, units), np.nan)
    wrote = n > 0
    columns[0, unit[wrote]], columns[1, unit[wrote]] = mean[wrote], n[wrote]
    columns[2, unit[wrote]] = np.where(n[wrote] > 1, sd[wrote], np.nan)
    return ExamMeans(*columns)


# ---------------------------------------------------------------- norms as rows of a table


_ONE = "весь раздел"  # the name of a record that has no parts


def write_norms(record: dict) -> list[tuple[str, str, str]]:
    """Return the rows (раздел, имя, запись) of a norms record: what a region gives its districts as a table."""
    rows = []
    for part, value in record.items():
        pieces = value.items() if isinstance(value, dict) else [(_ONE, value)]
        rows += [(part, str(name), json.dumps(_plain(piece), ensure_ascii=False)) for name, piece in pieces]
    return rows


def read_norms(rows: list[tuple[str, str, str]]) -> dict:
    """Read the rows back. Errors: NormsError when a record is not readable or of another version."""
    record: dict = {}
    for part, name, text in rows:
        try:
            value = json.loads(text)
        except ValueError as error:
            raise NormsError(f"запись «{part}, {name}» не читается") from error
        if name == _ONE:
            record[part] = value
        else:
            record.setdefault(part, {})[name] = value
    if record.get("version") != VERSION:
        raise NormsError(f"нормы версии {record.get('version', 'не названной')}, а нужна {VERSION}")
    missing = [part for part in ("schools", "works", "null") if not record.get(part)]
    if missing:
        raise NormsError(f"нет раздела «{missing[0]}»")
    return record


def _plain(value: object) -> object:
    """Round to nine digits and turn numpy into plain JSON: the same record on every machine."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_plain(item) for item in (value.tolist() if isinstance(value, np.ndarray) else value)]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return None if not np.isfinite(value) else float(f"{float(value):.9g}")
    return value
