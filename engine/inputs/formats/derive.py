"""What follows from scores: marks by the scale of that year where a sheet has none, and the summary of each school's scores."""

from __future__ import annotations

from collections import defaultdict

from engine.inputs.formats.desk import Desk
from engine.inputs.formats.pupil_pairs import put_pairs
from engine.inputs.formats.scales import Scale, settle_scales

_LEAST = 8                                 # pupils with a journal mark, for a correlation to be told
_WANTED = ("Добавьте в rules/reference/vpr_scales.yaml, в «строки», {{предмет: {0}, класс: {1}, год: {2}, максимум: …, граница_3: …, граница_4: …,"
           " граница_5: …}}, или положите таблицу с такими столбцами, или Ф1 этой работы, где есть и баллы, и отметки.")
_WORK = ("предмет", "класс", "год")


def derive(desk: Desk) -> None:
    """Stage `результаты` from scores without marks, `сводка_баллов` and `сходство_впр`.

    Errors: D401 (a score over the scale's maximum, a mark against the scale), D407 (scores without marks and no scale of that year).
    """
    if "работы_впр" not in desk.staged():
        return
    put_pairs(desk)
    works = desk.connection.execute(f"SELECT DISTINCT предмет, класс, год FROM {desk.stage('работы_впр')} ORDER BY 3, 2, 1").fetchall()
    scales = settle_scales(desk)
    for work in works:
        if desk.ensure("результаты"):
            _marks(desk, work, scales.get(work))
    if works and desk.ensure("сводка_баллов"):
        _summaries(desk, works, scales, _quartiles(desk))


def _marks(desk: Desk, work: tuple, scale: Scale | None) -> None:
    """Stage marks of the schools of a work that have scores and no marks, by the scale of that year."""
    mine = " AND ".join(f"w.{name} = ?" for name in _WORK)
    same = " AND ".join(f"e.{name} = w.{name}" for name in ("школа", *_WORK))
    lacking = f"FROM {desk.stage('работы_впр')} AS w WHERE {mine} AND NOT EXISTS (SELECT 1 FROM {desk.stage('результаты')} AS e WHERE e.процедура = 'ВПР' AND {same})"
    if scale is None or scale.borders is None:
        found = desk.connection.execute(f"SELECT w._sheet, w._row, w.школа {lacking} GROUP BY ALL ORDER BY ALL", list(work)).fetchall()
        bad = {(sheet, row) for sheet, row, _ in desk.bad}
        schools: dict[int, list[int]] = defaultdict(list)
        for sheet, row, school in found:
            if (sheet, row) in bad:                   # why it has no marks is told already
                desk.put("результаты", sheet, row, {"школа": school, **dict(zip(_WORK, work, strict=True)), "процедура": "ВПР"})
            else:
                schools[sheet].append(row)
        for sheet, rows in schools.items():
            what = f"Баллы есть, отметок нет, а шкалы на {work[2]} год нет: {work[0]}, {work[1]} класс; школ {len(rows)}. Отметки не посчитаны."
            desk.say("D407", sheet, f"A{rows[0]}", what, _WANTED.format(*work))
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


def _summaries(desk: Desk, works: list[tuple], scales: dict[tuple, Scale], quartiles: dict[tuple, float]) -> None:
    """Stage one row for each work of each school: mean, spread, works at the borders, correlation with the journal."""
    said = []
    for work in works:
        tops = max((sheet.top for sheet in desk.sheets if sheet.top and work == sheet.work), default=None)
        scale = scales.get(work)
        borders = scale.borders if scale is not None and scale.borders is not None else (None, None, None)
        said.append((*work, tops or (scale.top if scale is not None else None), *borders, quartiles.get(work)))
    desk.connection.execute("CREATE OR REPLACE TEMP TABLE _said (предмет VARCHAR, класс BIGINT, год INTEGER, top BIGINT, b3 BIGINT, b4 BIGINT, b5 BIGINT, q DOUBLE)")
    desk.connection.executemany("INSERT INTO _said VALUES (?, ?, ?, ?, ?, ?, ?, ?)", said)
    keys = ("школа", *_WORK)
    own, key = f"(SELECT * FROM {desk.stage('работы_впр')} WHERE работ IS NOT NULL)", ", ".join(f"w.{name}" for name in keys)
    at = ", ".join(f"CASE WHEN any_value(s.b{mark}) IS NOT NULL THEN coalesce(sum(w.работ) FILTER (WHERE w.балл = s.b{mark} - {below}), 0) END AS {name}_границ{end}_{mark}"
                   for mark in (3, 4, 5) for name, end, below in (("на", "е", 0), ("под", "ей", 1)))
    desk.put_query("сводка_баллов", f"""
        SELECT {key}, CAST(sum(w.работ) AS BIGINT) AS работ, any_value(s.top) AS балл_максимальный, round(sum(w.работ * w.балл) / sum(w.работ), 6) AS балл_средний,
               CASE WHEN sum(w.работ) > 1 THEN round(sqrt((sum(w.работ * w.балл * w.балл) - sum(w.работ * w.балл) ** 2 / sum(w.работ)) / (sum(w.работ) - 1)), 6) END AS балл_отклонение,
               any_value(r.rho) AS связь_с_журналом, {at},
               CASE WHEN any_value(s.q) IS NOT NULL THEN coalesce(sum(w.работ) FILTER (WHERE w.балл <= s.q), 0) END AS в_нижнем_квартиле,
               w._sheet, min(w._row) AS _row, any_value(w._letter) FILTER (WHERE contains(w._letter, ':')) AS _letter
        FROM {own} AS w JOIN _said AS s USING (предмет, класс, год) LEFT JOIN ({_spearman(own)}) AS r USING (школа, предмет, класс, год)
        GROUP BY {key}, w._sheet""", (*keys, "работ", "балл_максимальный", "балл_средний", "балл_отклонение", "связь_с_журналом", "в_нижнем_квартиле",
                                      *(f"{name}_{mark}" for mark in (3, 4, 5) for name in ("на_границе", "под_границей"))))


def _spearman(works: str) -> str:
    """Return SQL of Spearman's correlation of scores with known journal marks, ties at their mean rank; NULL below 8 pupils or without spread."""
    key = "школа, предмет, класс, год"
    ranked = f"SELECT {key}, {{0}} AS v, sum(sum(работ)) OVER (PARTITION BY {key} ORDER BY {{0}}) - (sum(работ) - 1) / 2.0 AS rank FROM {works} WHERE журнал > 0 GROUP BY {key}, {{0}}"
    middle = f"(SELECT {key}, (sum(работ) + 1) / 2.0 AS middle FROM {works} WHERE журнал > 0 GROUP BY {key} HAVING sum(работ) >= {_LEAST})"
    return f"""
        SELECT {key}, round(sum(n * x * y) / nullif(sqrt(sum(n * x * x) * sum(n * y * y)), 0), 6) AS rho FROM (
            SELECT {key}, w.работ AS n, a.rank - m.middle AS x, b.rank - m.middle AS y FROM {works} AS w JOIN {middle} AS m USING ({key})
            JOIN ({ranked.format('балл')}) AS a USING ({key}) JOIN ({ranked.format('журнал')}) AS b USING ({key}) WHERE w.журнал > 0 AND a.v = w.балл AND b.v = w.журнал)
        GROUP BY {key}"""
