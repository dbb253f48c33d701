"""What follows from scores: marks by the scale of that year where a sheet has none, and the summary of each school's scores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from engine.inputs.formats.desk import Desk
from engine.tables import quoted

_WORK = ("предмет", "класс", "год")


class Scale(NamedTuple):
    """Maximum primary score, and the lowest score for «3», «4», «5» (None when only the maximum is known)."""

    top: int
    borders: tuple[int, ...] | None


def derive(desk: Desk) -> None:
    """Stage `результаты` from scores without marks, and `сводка_баллов`.

    Errors: D401 (a score over the scale's maximum), D407 (scores without marks and no scale of that year).
    """
    if "работы_впр" not in desk.staged():
        return
    works = desk.connection.execute(f"SELECT DISTINCT предмет, класс, год FROM {desk.stage('работы_впр')} ORDER BY 3, 2, 1").fetchall()
    scales = scales_of(desk)
    quartiles = _quartiles(desk)
    for work in works:
        if desk.ensure("результаты"):
            _marks(desk, work, scales.get(work))
        if desk.ensure("сводка_баллов"):
            scale = scales.get(work) or seen_scale(desk.seen.get(work, []), max((sheet.top for sheet in desk.sheets if sheet.top and work == sheet.work), default=None))
            for row in _summary(desk, work, scale, quartiles.get(work)):
                desk.put("сводка_баллов", row.pop("_sheet"), row.pop("_row"), row, row.pop("_letter"))
    desk.staged()


def scales_of(desk: Desk) -> dict[tuple, Scale]:
    """Return the scales by (subject, grade, year): those of the data over those of the rules."""
    if "шкалы" not in desk.contract:
        return {}
    rows = [(row.get("предмет"), row.get("класс"), row.get("год"), row.get("максимум"), row.get("граница_3"), row.get("граница_4"), row.get("граница_5")) for row in desk.contract["шкалы"].rows]
    rows += desk.connection.execute(f"SELECT предмет, класс, год, максимум, граница_3, граница_4, граница_5 FROM {quoted('шкалы')} WHERE максимум IS NOT NULL ORDER BY _source, _row").fetchall()
    return {(str(subject), int(grade), int(year)): Scale(int(top), tuple(int(border) for border in borders) if None not in borders else None)
            for subject, grade, year, top, *borders in rows}


def seen_scale(ranges: list[tuple[int, int, int]], top: int | None) -> Scale | None:
    """Return the scale that marks and scores of the reports leave no doubt about; None when a border may lie elsewhere.

    Example: «2» up to 5 and «3» from 6 give the border 6; «2» up to 4 and «3» from 6 give none.
    """
    if top is None:
        return None
    borders = []
    for mark in (3, 4, 5):
        below = max((most for own, _, most in ranges if own < mark), default=None)
        above = min((least for own, least, _ in ranges if own >= mark), default=None)
        if below is None or above is None or above != below + 1:
            return None
        borders.append(above)
    return Scale(top, tuple(borders)) if len(set(borders)) == 3 else None


def _marks(desk: Desk, work: tuple, scale: Scale | None) -> None:
    """Stage marks of the schools of a work that have scores and no marks, by the scale of that year."""
    mine = " AND ".join(f"w.{name} = ?" for name in _WORK)
    same = " AND ".join(f"e.{name} = w.{name}" for name in ("школа", *_WORK))
    lacking = f"FROM {desk.stage('работы_впр')} AS w WHERE {mine} AND NOT EXISTS (SELECT 1 FROM {desk.stage('результаты')} AS e WHERE e.процедура = 'ВПР' AND {same})"
    if scale is None or scale.borders is None:
        found = desk.connection.execute(f"SELECT w._sheet, min(w._row), count(DISTINCT w.школа) {lacking} GROUP BY 1 ORDER BY 1", list(work)).fetchall()
        for sheet, row, count in found:
            desk.say("D407", sheet, f"A{row}", f"Баллы есть, отметок нет, а шкалы на {work[2]} год нет: {work[0]}, {work[1]} класс; школ {count}. Отметки не посчитаны.",
                     "Добавьте шкалу этого года в rules/reference/vpr_scales.yaml или положите таблицу «шкалы».")
        return
    over = desk.connection.execute(f"SELECT _sheet, min(_row), max(балл) FROM {desk.stage('работы_впр')} AS w WHERE {mine} AND балл > ? GROUP BY 1, _row ORDER BY 1", [*work, scale.top]).fetchall()
    for sheet, row, score in over:
        desk.say("D401", sheet, f"A{row}", f"Балл {score} больше максимума {scale.top} по шкале {work[2]} года.", "Сверьте строку и шкалу.", bad_row=row)
    mark = "2" + "".join(f" + CAST(балл >= {border} AS INTEGER)" for border in scale.borders)
    counts = ", ".join(f"coalesce(sum(работ) FILTER (WHERE {mark} = {value}), 0) AS отметка_{value}" for value in (2, 3, 4, 5))
    desk.put_query("результаты", f"SELECT школа, предмет, класс, год, 'ВПР' AS процедура, CAST(sum(работ) AS BIGINT) AS участников, {counts}, _sheet, min(_row) AS _row, any_value(_letter) FILTER (WHERE contains(_letter, ':')) AS _letter"
                                 f" FROM (SELECT w.* {_bound(lacking, work)}) GROUP BY школа, предмет, класс, год, _sheet",
                   ("школа", *_WORK, "процедура", "участников", *(f"отметка_{value}" for value in (2, 3, 4, 5))))


def _bound(sql: str, values: tuple) -> str:
    for value in values:
        sql = sql.replace("?", f"'{value}'" if isinstance(value, str) else str(value), 1)
    return sql


# ---------------------------------------------------------------- the summary of scores


def _quartiles(desk: Desk) -> dict[tuple, float]:
    """Return the lower quartile of the region's scores in each work, from the region's rows: the least score that a quarter does not exceed."""
    if "группы_впр" not in desk.staged():
        return {}
    rows = desk.connection.execute(f"""
        SELECT предмет, класс, год, балл, sum(доля) FROM {desk.stage('группы_впр')} WHERE вид_группы = 'регион' AND доля IS NOT NULL GROUP BY ALL ORDER BY ALL""").fetchall()
    found: dict[tuple, float] = {}
    reached: dict[tuple, float] = {}
    for *work, score, share in rows:
        key = tuple(work)
        reached[key] = reached.get(key, 0.0) + share
        if key not in found and reached[key] >= 25:
            found[key] = score
    return found


def _summary(desk: Desk, work: tuple, scale: Scale | None, quartile: float | None) -> Iterator[dict]:
    mine = " AND ".join(f"{name} = ?" for name in _WORK)
    found = desk.connection.execute(f"SELECT школа, _sheet, _row, журнал, балл, работ, _letter FROM {desk.stage('работы_впр')} WHERE {mine} AND работ IS NOT NULL ORDER BY школа, балл, журнал", list(work)).fetchall()
    start = 0
    for end in range(1, len(found) + 1):
        if end == len(found) or found[end][0] != found[start][0]:
            top = desk.sheets[found[start][1]].top
            yield _school_summary(found[start:end], work, scale, quartile, top if top is not None else scale.top if scale is not None else None)
            start = end


def _school_summary(rows: list[tuple], work: tuple, scale: Scale | None, quartile: float | None, top: int | None) -> dict:
    school, sheet, *_ = rows[0]
    journal, scores, counts = (np.array([row[index] for row in rows]) for index in (3, 4, 5))
    count = int(counts.sum())
    mean = float((scores * counts).sum() / count)
    spread = float(np.sqrt((counts * (scores - mean) ** 2).sum() / (count - 1))) if count > 1 else None
    row = {"школа": school, "предмет": work[0], "класс": work[1], "год": work[2], "работ": count, "балл_средний": round(mean, 6), "балл_отклонение": None if spread is None else round(spread, 6),
           "балл_максимальный": top, "связь_с_журналом": spearman(scores, journal, counts),
           "_sheet": sheet, "_row": min(row[2] for row in rows), "_letter": rows[0][6] if ":" in (rows[0][6] or "") else None}
    for mark, border in zip((3, 4, 5), scale.borders if scale is not None and scale.borders is not None else (), strict=False):
        row[f"на_границе_{mark}"] = int(counts[scores == border].sum())
        row[f"под_границей_{mark}"] = int(counts[scores == border - 1].sum())
    if quartile is not None:
        row["в_нижнем_квартиле"] = int(counts[scores <= quartile].sum())
    return row


def spearman(scores: np.ndarray, journal: np.ndarray, counts: np.ndarray) -> float | None:
    """Return Spearman's correlation of scores with journal marks (0: unknown, left out) over weighted pairs; None below 8 pupils or without spread."""
    known = journal > 0
    scores, journal, counts = scores[known], journal[known], counts[known]
    if counts.sum() < 8 or len(set(scores)) < 2 or len(set(journal)) < 2:
        return None
    left, right = _ranks(scores, counts), _ranks(journal, counts)
    left, right = left - np.average(left, weights=counts), right - np.average(right, weights=counts)
    return round(float((counts * left * right).sum() / np.sqrt((counts * left**2).sum() * (counts * right**2).sum())), 6)


def _ranks(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    _, places = np.unique(values, return_inverse=True)
    totals = np.bincount(places, weights=counts)
    last = np.cumsum(totals)
    return (last - (totals - 1) / 2)[places]
