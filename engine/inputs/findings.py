"""What is wrong with single cells, kept as rows in DuckDB and told as few problems: the first cells and the count of the rest."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

import duckdb

from engine.codes import CATALOGUE, Severity
from engine.model import Column, Table
from engine.problems import Problem
from engine.tables import SourceSheet, literal

SHOWN = 5
TABLE = "_findings"
_PERSON = re.compile(r"[А-ЯЁ][а-яё]+(-[А-ЯЁ][а-яё]+)?\s+([А-ЯЁ][а-яё]+(\s+[А-ЯЁ][а-яё]+)?|[А-ЯЁ]\.\s*([А-ЯЁ]\.)?)")
_LONGEST = 40
_ERRORS = sorted(code for code, meaning in CATALOGUE.items() if meaning.severity is Severity.ERROR)

Nearest = Callable[[str, str, str], str | None]  # table, column, text -> the word it is most like


class _Group(NamedTuple):
    table: str
    source: int
    column: str
    code: str
    text: str | None
    rows: list[int]
    in_all: int


class Findings:
    """Rows (table, source, row, column, code, text) about cells that break the contract."""

    def __init__(self, connection: duckdb.DuckDBPyConnection):
        self._connection = connection
        columns = "table_name VARCHAR, _source INTEGER, _row BIGINT, column_name VARCHAR, code VARCHAR, text VARCHAR"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {TABLE} ({columns})")

    def add(self, table: str, column: str, select: str, parameters: dict[str, object] | None = None) -> None:
        """Add what a query finds; it gives `_source`, `_row`, the text of the cell and the code."""
        self._connection.execute(f"INSERT INTO {TABLE} SELECT $t, f.a, f.b, $c, f.d, f.c FROM ({select}) AS f(a, b, c, d)",
                                 {"t": table, "c": column, **(parameters or {})})

    def add_rows(self, table: str, source: int, rows: list[int], code: str) -> None:
        """Add whole rows of one sheet."""
        self._connection.execute(f"INSERT INTO {TABLE} SELECT $t, $s, unnest($r::BIGINT[]), '', $c, NULL", {"t": table, "s": source, "r": rows, "c": code})

    def skip_rows(self, table: str) -> str:
        """Return SQL of the rows of a table that are not data (`_source`, `_row`) and forget all other findings about them."""
        skipped = f"SELECT _source, _row FROM {TABLE} WHERE table_name = {literal(table)} AND code = 'D111'"
        self._connection.execute(f"DELETE FROM {TABLE} WHERE table_name = $t AND code <> 'D111' AND (_source, _row) IN ({skipped})", {"t": table})
        return skipped

    def bad_rows(self, table: str) -> str:
        """Return SQL of the rows of a table with errors (`_source`, `_row`)."""
        return f"SELECT DISTINCT _source, _row FROM {TABLE} WHERE table_name = {literal(table)} AND code IN ({', '.join(map(literal, _ERRORS))})"

    def rows_of_unknown_schools(self, table: str, columns: list[str]) -> str:
        """Return SQL of the rows of a table whose school, in one of these columns, is not in the registry."""
        named = ", ".join(map(literal, columns)) or "NULL"
        return f"SELECT _source, _row FROM {TABLE} WHERE table_name = {literal(table)} AND code = 'D302' AND column_name IN ({named})"

    def problems(self, contract: dict[str, Table], sources: list[SourceSheet], nearest: Nearest) -> list[Problem]:
        """Tell the findings: one problem for each sheet, column and code."""
        by_place: dict[tuple[int, str, str], list[_Group]] = defaultdict(list)
        for group in self._groups():
            by_place[group.source, group.column, group.code].append(group)
        return [_tell(groups, contract[groups[0].table], sources[groups[0].source], nearest) for groups in by_place.values()]

    def _groups(self) -> list[_Group]:
        """Collect equal findings; of each sheet, column and code only the first few different texts."""
        rows = self._connection.execute(f"""
            SELECT table_name, _source, column_name, code, text, min(_row, {SHOWN}) AS rows,
                   CAST(sum(count(*)) OVER (PARTITION BY table_name, _source, column_name, code) AS BIGINT) AS in_all
            FROM (SELECT DISTINCT * FROM {TABLE}) WHERE code NOT IN ('D301', 'D107') AND code NOT LIKE 'D4%'
            GROUP BY table_name, _source, column_name, code, text
            QUALIFY row_number() OVER (PARTITION BY table_name, _source, column_name, code ORDER BY min(_row), text) <= {SHOWN}
            ORDER BY _source, column_name, code, min(_row), text""").fetchall()
        return [_Group(*row) for row in rows]


# ---------------------------------------------------------------- wording


def _tell(groups: list[_Group], table: Table, source: SourceSheet, nearest: Nearest) -> Problem:
    first = groups[0]
    cells = _chosen(groups)
    what, hint = _wording(first.code, table.columns.get(first.column))
    if first.column in source.letters:
        named = [source.cell(row, first.column).cell + _said(text, first, nearest) for row, text in _once(cells)]
    else:
        named = [f"строка {row}" + _said(text, first, nearest) for row, text in _once(cells)]
    column = f"«{first.column}»: " if first.column else ""
    rest = _rest(first.in_all - len(cells), first.column)
    return Problem(first.code, source.cell(cells[0][0], first.column), f"{column}{what} — {', '.join(named)}{rest}.", hint)


def _chosen(groups: list[_Group]) -> list[tuple[int, str | None]]:
    """Choose the cells to show: the first of each text, then others while there is room."""
    first = [(group.rows[0], group.text) for group in groups]
    others = sorted((row, group.text) for group in groups for row in group.rows[1:])
    return sorted([*first, *others[:SHOWN - len(first)]])


def _once(cells: list[tuple[int, str | None]]) -> list[tuple[int, str | None]]:
    """Say a text once when all cells hold the same."""
    if len({text for _, text in cells}) == 1:
        return [(row, text if index == len(cells) - 1 else None) for index, (row, text) in enumerate(cells)]
    return cells


def _said(text: str | None, group: _Group, nearest: Nearest) -> str:
    if text is None:
        return ""
    like = nearest(group.table, group.column, text) if group.code in ("D205", "D302", "D305") else None
    return f" «{shown(text)}»" + (f" (похоже на «{like}»)" if like else "")


def _rest(count: int, column: str) -> str:
    if count <= 0:
        return ""
    return f" и ещё {count} {plural(count, ('ячейка', 'ячейки', 'ячеек') if column else ('строка', 'строки', 'строк'))}"


def plural(count: int, forms: tuple[str, str, str]) -> str:
    """Choose the Russian form for a count: 1 ячейка, 2 ячейки, 5 ячеек."""
    if count % 10 == 1 and count % 100 != 11:
        return forms[0]
    return forms[1] if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14) else forms[2]


def shown(text: str) -> str:
    """Make a cell's text fit to print: short, and without what looks like a person's name (a shifted row may bring one)."""
    if _PERSON.fullmatch(text.strip()):
        return "похоже на имя человека, не показываем"
    text = " ".join(text.split())
    text = text.removesuffix(".0").replace(".", ",") if re.fullmatch(r"-?\d+\.\d+", text) else text
    return text if len(text) <= _LONGEST else text[:_LONGEST - 1] + "…"


def _wording(code: str, column: Column | None) -> tuple[str, str]:
    match code:
        case "D111":
            return "строки без ключа (пустые или итоговые) не прочитаны", CATALOGUE[code].remedy
        case "D201":
            return "текст вместо числа", "Исправьте ячейку; пропуск оставьте пустым или напишите «н/д»."
        case "D202":
            return f"значение вне границ {_bounds(column)}", CATALOGUE[code].remedy
        case "D203":
            return "проценты записаны долями: все значения от 0 до 1", ("Умножьте столбец на 100 или смените процентный формат ячеек на числовой; "
                                                                       "если это и вправду доли процента, напишите знак: «0,8 %».")
        case "D204":
            return "дробь в столбце целых чисел", CATALOGUE[code].remedy
        case "D205":
            return "слова нет среди допустимых", CATALOGUE[code].remedy
        case "D206":
            return "обязательная ячейка пуста", CATALOGUE[code].remedy
        case "D207":
            kind = "учебный год" if column is not None and column.type == "учебный год" else "дата"
            return f"{kind} не читается", CATALOGUE[code].remedy
        case "D208":
            return "в коде смешаны русские и латинские буквы", CATALOGUE[code].remedy
        case "D209":
            return "запятая делит тысячи или дробь, по этому столбцу не видно; прочитано как дробь", CATALOGUE[code].remedy
        case "D302":
            return "школы нет в реестре", CATALOGUE[code].remedy
        case "D305":
            return "преемника нет в реестре, или преемники замкнуты в круг", CATALOGUE[code].remedy
        case "D307":
            return "строки позже отчётного года не участвуют в расчёте", CATALOGUE[code].remedy
    raise AssertionError(code)


def _bounds(column: Column | None) -> str:
    least, most = (column.least, column.most) if column is not None else (None, None)
    plain = (lambda value: f"{date.fromordinal(int(value)):%d.%m.%Y}") if column is not None and column.type == "дата" else _plain
    sides = [f"от {plain(least)}" if least is not None else "", f"до {plain(most)}" if most is not None else ""]
    return " ".join(side for side in sides if side)


def _plain(value: float) -> str:
    return f"{value:g}".replace(".", ",")
