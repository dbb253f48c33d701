"""Staged rows -> rows of the tables: codes of schools rewritten, one report kept of each work, what follows from scores derived."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from engine.inputs.formats.derive import derive
from engine.inputs.formats.desk import Desk
from engine.inputs.formats.layout import CODE
from engine.problems import Cell, Problem
from engine.tables import SourceSheet, column_types, literal, one_row, quoted

_SHOWN = 5
# What two reports of one work must agree in. Their other columns may differ: a report may know less than another.
_COMPARED = {
    "результаты": ("участников", "отметка_2", "отметка_3", "отметка_4", "отметка_5", "не_преодолели"),
    "журнал": ("сравнили", "понизили", "подтвердили", "повысили"),
    "задания_впр": ("задание", "участников", "сумма_баллов"),
    "группы_впр": ("балл", "доля"), "группы_отметки": ("участников", "доля_2", "доля_3", "доля_4", "доля_5"),
    "группы_журнал": ("участников", "понизили", "подтвердили", "повысили"), "группы_задания": ("задание", "выполнение"),
}
_WITHIN_WORK = frozenset({"балл", "журнал", "задание"})


@dataclass
class Assembled:
    """A table's rows from formats: the sheets they came from and how many rows were dropped."""

    table: str
    sources: list[SourceSheet]
    relation: str
    dropped: int = 0


def assemble(desk: Desk, first_source: int, codes: dict[str, str], schools: set[str] | None) -> list[Assembled]:
    """Finish the desk. `codes` rewrites codes of schools; `schools` are those of the registry (None: there is no registry).

    Errors: D302, D412 (schools that are not in the registry), D408, D409 (two reports of one work), D407 (no scale).
    """
    tables = desk.staged()
    dropped = {table: _settle_schools(desk, table, codes, schools) for table in tables}
    for table in tables:
        _settle_works(desk, table)
    derive(desk)
    result, source = [], first_source
    for table in desk.staged():
        made = _relation(desk, table, source)
        made.dropped += dropped.get(table, 0)
        source += len(made.sources)
        result.append(made)
    return result


# ---------------------------------------------------------------- schools


def _settle_schools(desk: Desk, table: str, codes: dict[str, str], schools: set[str] | None) -> int:
    """Rewrite codes and drop the rows of schools that are not in the registry; one table of a sheet tells of them."""
    if "школа" not in column_types(desk.contract[table]):
        return 0
    stage = desk.stage(table)
    if codes:
        pairs = "SELECT unnest($1::VARCHAR[]) AS old, unnest($2::VARCHAR[]) AS new"
        desk.connection.execute(f"UPDATE {stage} AS t SET школа = m.new FROM ({pairs}) AS m WHERE t.школа = m.old", [list(codes), list(codes.values())])
    if schools is None:
        return 0
    known = "SELECT unnest($known::VARCHAR[])"
    found = desk.connection.execute(f"SELECT _sheet, школа, min(_row) FROM {stage} WHERE школа NOT IN ({known}) GROUP BY 1, 2 ORDER BY 1, 3", {"known": sorted(schools)}).fetchall()
    by_sheet: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for sheet, school, row in found:
        by_sheet[sheet].append((school, row))
    for sheet, rows in by_sheet.items():
        _tell_unknown(desk, sheet, rows)
    if not found:
        return 0
    inside = ", ".join(str(number) for number, sheet in enumerate(desk.sheets) if not sheet.covers_more) or "NULL"
    lost = one_row(desk.connection, f"SELECT count(*) FROM {stage} WHERE школа NOT IN ({known}) AND _sheet IN ({inside})", {"known": sorted(schools)})[0]
    desk.connection.execute(f"DELETE FROM {stage} WHERE школа NOT IN ({known})", {"known": sorted(schools)})
    return lost


def _tell_unknown(desk: Desk, number: int, rows: list[tuple[str, int]]) -> None:
    sheet = desk.sheets[number]
    if ("школы", "не из реестра") in sheet.left_out:
        return
    sheet.left_out.append(("школы", "не из реестра"))
    if sheet.school_at:
        rows = rows[:1]
    shown = f"«{rows[0][0]}»" if sheet.school_at else ", ".join(f"A{row}" + (f" «{school}»" if CODE.fullmatch(school) else "") for school, row in rows[:_SHOWN])
    rest = f" и ещё {len(rows) - _SHOWN}" if len(rows) > _SHOWN else ""
    if sheet.covers_more:
        desk.say("D412", number, f"A{rows[0][1]}", f"Школ, которых нет ни в реестре, ни в переписке кодов: {len(rows)} — {shown}{rest}. Их строки вошли только в общее распределение.",
                 "Если среди них есть школы района, добавьте их коды в «Переписку кодов».")
    else:
        desk.say("D302", number, sheet.school_at or f"A{rows[0][1]}", f"Школы нет ни в реестре, ни в переписке кодов: {shown}{rest}.", "Добавьте код в «Переписку кодов школ» или в реестр.")


# ---------------------------------------------------------------- two reports of one work


def _settle_works(desk: Desk, table: str) -> None:
    """Keep one report of each work: the most exact one. Different numbers are told; equal ones from two kinds of report are usual."""
    stage, keys = desk.stage(table), [key for key in desk.contract[table].keys if key not in _WITHIN_WORK]
    work = ", ".join(map(quoted, keys))
    known = column_types(desk.contract[table])
    columns = [column for column in _COMPARED.get(table, known) if column in known and column not in keys]
    ranks = f"(VALUES {', '.join(f'({number}, {sheet.rank}, {literal(sheet.format)})' for number, sheet in enumerate(desk.sheets))}) AS k(_sheet, rank, format)"
    if table == "работы_впр":                         # a report without the journal splits the same works otherwise
        digest, full = _digest(["балл"], "coalesce(работ, 0) * "), _digest(["балл", "журнал"], "coalesce(работ, 0) * ")
    else:
        digest = full = _digest(columns)
    desk.connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE _reports AS
        SELECT *, row_number() OVER (PARTITION BY {work} ORDER BY rank, _sheet) AS turn, first_value(format) OVER w = format AS twin,
               CASE WHEN twin THEN first_value(full_digest) OVER w = full_digest ELSE first_value(digest) OVER w = digest END AS equal,
               first_value(_sheet) OVER w AS kept, first_value(r) OVER w AS kept_row
        FROM (SELECT {work}, _sheet, min(_row) AS r, {digest} AS digest, {full} AS full_digest FROM {stage} GROUP BY {work}, _sheet) JOIN {ranks} USING (_sheet)
        WINDOW w AS (PARTITION BY {work} ORDER BY rank, _sheet)""")
    _tell_twice(desk, table, work)
    desk.connection.execute(f"DELETE FROM {stage} AS t USING _reports AS m WHERE m.turn > 1 AND t._sheet = m._sheet AND {' AND '.join(f't.{quoted(key)} = m.{quoted(key)}' for key in keys)}")


def _digest(columns: list[str], weight: str = "") -> str:
    """Return SQL of a number that equal sets of rows share, whatever their order."""
    return f"CAST(sum({weight}(CAST(hash({', '.join(map(quoted, columns)) or '1'}) AS HUGEINT) % 1000000007)) AS VARCHAR)"


def _tell_twice(desk: Desk, table: str, work: str) -> None:
    """Tell D408 (the same report twice), D409 (the same report with other numbers: an error) and D411 (another report with other numbers)."""
    found = desk.connection.execute(f"SELECT _sheet, kept, twin, equal, min(r), min(kept_row), count(*), min(concat_ws(', ', {work})) FROM _reports WHERE turn > 1 AND (twin OR NOT equal) GROUP BY ALL ORDER BY 1, 2").fetchall()
    for sheet, kept, twin, equal, row, kept_row, count, who in found:
        code = "D411" if not twin else "D408" if equal else "D409"
        earlier = Cell(desk.sheets[kept].file, desk.sheets[kept].sheet, f"A{kept_row}")
        more = f" (и ещё {count - 1})" if count > 1 else ""
        what = {"D408": "Тот же отчёт о той же работе уже прочитан", "D409": "Два отчёта об одной работе с разными числами",
                "D411": f"Числа расходятся с отчётом «{desk.sheets[kept].format}»; взят он"}[code]
        desk.say(code, sheet, f"A{row}", f"{what}: {earlier}; «{table}»: {who}{more}.", "Оставьте один файл." if twin else "Скачайте оба отчёта заново.", bad_row=None)
        if code == "D409":
            desk.bad.add((kept, kept_row, code))


# ---------------------------------------------------------------- what the tables take


def _relation(desk: Desk, table: str, source: int) -> Assembled:
    """Number the sheets of a table as sources from `source` on and make a view with `_source`."""
    numbers = [number for number, in desk.connection.execute(f"SELECT DISTINCT _sheet FROM {desk.stage(table)} ORDER BY 1").fetchall()]
    sources = [SourceSheet(sheet.file, sheet.sheet, table, sheet.header_row, 0, sheet.letters.get(table, {}), tuple(sheet.left_out)) for sheet in (desk.sheets[number] for number in numbers)]
    name = f"_made_{table}"
    place = " ".join(f"WHEN {number} THEN {source + index}" for index, number in enumerate(numbers)) or "WHEN -1 THEN -1"
    columns = ", ".join(map(quoted, column_types(desk.contract[table])))
    desk.connection.execute(f"CREATE OR REPLACE TEMP VIEW {quoted(name)} AS SELECT {columns}, CAST(CASE _sheet {place} END AS INTEGER) AS _source, _row, _letter FROM {desk.stage(table)} ORDER BY ALL")
    return Assembled(table, sources, name, sum(desk.sheets[number].cut for number in numbers))


def bad_of(desk: Desk, made: Assembled, first_source: int) -> list[tuple[int, int, str]]:
    """Return (source, row, code) of the rows of a table that a problem makes worthless."""
    numbers = [number for number, in desk.connection.execute(f"SELECT DISTINCT _sheet FROM {desk.stage(made.table)} ORDER BY 1").fetchall()]
    place = {number: first_source + index for index, number in enumerate(numbers)}
    return sorted((place[sheet], row, code) for sheet, row, code in desk.bad if sheet in place)


def problems_of(desk: Desk) -> list[Problem]:
    """Return every problem that the formats told."""
    return desk.problems
