"""Checks of one table: limits, percent given as fractions, empty obligatory cells, rows without a key, repeated keys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import duckdb
import numpy as np

from engine.inputs.casting import CAST_TYPES, COMMAS, LEFT, ambiguous
from engine.inputs.findings import SHOWN, TABLE, Findings, plural, shown
from engine.inputs.parsing import may_group
from engine.model import Column, Table
from engine.problems import Problem
from engine.tables import RowStatus, SourceSheet, column_types, literal, one_row, quoted

Connection = duckdb.DuckDBPyConnection
_COUNTED = ("число", "целое", "учебный год", "дата")


class Skipped(NamedTuple):
    """Rows left out of each sheet as having no key, and how many of them may have been more than totals."""

    rows: dict[int, list[int]]
    unexplained: int


def check(connection: Connection, name: str, table: Table, sheets: dict[int, SourceSheet], findings: Findings) -> Skipped:
    """Check a table whose cells are read; `sheets` are those that gave it rows.

    Errors (findings): D202, D203, D206, D209, D301; D111 for rows without a key that are not blank.
    """
    skipped = _drop_rows_without_key(connection, name, table, sheets, findings)
    for column, block in _columns(table):
        _check_limits(connection, name, column, block, findings)
        _check_fractions(connection, name, column, table, findings)
        _check_commas(connection, name, column, table, findings)
        if column in table.keys or block.required:
            _check_filled(connection, name, column, block, sheets, findings, is_key=column in table.keys)
    _check_keys(connection, name, table, findings)
    return skipped


def _columns(table: Table) -> Iterator[tuple[str, Column]]:
    return ((column, table.columns[column]) for column in column_types(table))


# ---------------------------------------------------------------- rows without a key


def _drop_rows_without_key(connection: Connection, name: str, table: Table, sheets: dict[int, SourceSheet], findings: Findings) -> Skipped:
    """Delete rows of totals, and rows whose key cells are all empty; only the blank ones in silence."""
    first, *_ = table.keys
    empty, = one_row(connection, f"SELECT count(*) - count({quoted(first)}) FROM {quoted(name)}")
    if empty:
        for source, sheet in sheets.items():
            _find_rows_without_key(connection, name, table, source, sheet, findings)
    gone = findings.skip_rows(name)
    rows = connection.execute(f"DELETE FROM {quoted(name)} WHERE (_source, _row) IN ({gone}) RETURNING _source, _row").fetchall()
    unexplained, = one_row(connection, f"SELECT count(*) FROM {TABLE} WHERE table_name = ? AND code = 'D111' AND text = 'filled'", [name])
    connection.execute(f"DELETE FROM {TABLE} WHERE table_name = ? AND code = 'D111' AND text = 'blank'", [name])
    connection.execute(f"UPDATE {TABLE} SET text = NULL, column_name = '' WHERE table_name = ? AND code = 'D111'", [name])
    skipped: dict[int, list[int]] = defaultdict(list)
    for source, row in sorted(rows):
        skipped[source].append(row)
    return Skipped(skipped, unexplained)


def _find_rows_without_key(connection: Connection, name: str, table: Table, source: int, sheet: SourceSheet, findings: Findings) -> None:
    given = {f"k{index}": key for index, key in enumerate(key for key in table.keys if key in sheet.letters)}
    if not given:
        return
    empty = " AND ".join(f"{quoted(key)} IS NULL" for key in given.values())
    marks = ", ".join(f"${mark}" for mark in given)
    wrong = f"SELECT _row FROM {TABLE} WHERE table_name = $t AND _source = {source} AND column_name IN ({marks})"
    values = [quoted(column) for column in sheet.letters if column not in table.keys]
    says = " OR ".join(f"{value} IS NOT NULL" for value in [*values, LEFT])
    findings.add(name, "", f"SELECT _source, _row, CASE WHEN {says} THEN 'filled' ELSE 'blank' END, 'D111' FROM {quoted(name)}"
                           f" WHERE _source = {source} AND {empty} AND _row NOT IN ({wrong})", dict(given))


# ---------------------------------------------------------------- cells


def _check_limits(connection: Connection, name: str, column: str, block: Column, findings: Findings) -> None:
    if block.type not in _COUNTED or (block.least is None and block.most is None):
        return
    value = quoted(column)
    limits = (("<", block.least), (">", block.most))
    outside = " OR ".join(f"{value} {sign} {limit!r}" for sign, limit in limits if limit is not None)
    least, most = one_row(connection, f"SELECT min({value}), max({value}) FROM {quoted(name)}")
    if least is None or ((block.least is None or least >= block.least) and (block.most is None or most <= block.most)):
        return
    text = f"strftime(DATE '0001-01-01' + CAST({value} - 1 AS INTEGER), '%d.%m.%Y')" if block.type == "дата" else f"CAST({value} AS VARCHAR)"
    findings.add(name, column, f"SELECT _source, _row, {text}, 'D202' FROM {quoted(name)} WHERE {outside}")


def _check_fractions(connection: Connection, name: str, column: str, table: Table, findings: Findings) -> None:
    """Find sheets where a percent column holds only values from 0 to 1: a percent format stores 25 % as 0.25."""
    block = table.columns[column]
    if block.unit != "%" or block.most != 100 or block.type not in ("число", "целое"):
        return
    value = quoted(column)
    signed = f"coalesce(contains({LEFT}[{_place(column, table) + 1}], '%'), FALSE)"
    findings.add(name, column, f"""
        SELECT _source, _row, CAST({value} AS VARCHAR), 'D203' FROM {quoted(name)} WHERE {value} IS NOT NULL AND _source IN (
            SELECT _source FROM {quoted(name)} WHERE {value} IS NOT NULL GROUP BY _source
            HAVING min({value}) >= 0 AND max({value}) <= 1 AND bool_or({value} > 0 AND {value} < 1) AND NOT bool_or({signed}))""")


def _place(column: str, table: Table) -> int:
    """Where a column stands among those of CAST_TYPES."""
    return [name for name, other in _columns(table) if other.type in CAST_TYPES].index(column)


def _check_commas(connection: Connection, name: str, column: str, table: Table, findings: Findings) -> None:
    """Find sheets where every comma of a column may divide thousands as well as a fraction: 1,234 by an American spreadsheet is 1234."""
    if not may_group(table.columns[column]):
        return
    place = _place(column, table)
    text, sure = f"{LEFT}[{place + 1}]", f"{COMMAS} & {1 << place} <> 0"
    findings.add(name, column, f"SELECT _source, _row, {text}, 'D209' FROM {quoted(name)} WHERE {ambiguous(text)}"
                               f" AND _source NOT IN (SELECT _source FROM {quoted(name)} WHERE {sure})")


def _check_filled(connection: Connection, name: str, column: str, block: Column, sheets: dict[int, SourceSheet], findings: Findings, *, is_key: bool) -> None:
    """Find empty cells of a key, and of an obligatory column where the file has it; a hidden number is not an empty cell."""
    value = quoted(column)
    empty, = one_row(connection, f"SELECT count(*) - count({value}) FROM {quoted(name)}")
    given = [str(source) for source, sheet in sheets.items() if is_key or column in sheet.letters]
    if not empty or not given:
        return
    hidden = f" AND _status <> {int(RowStatus.HIDDEN)}" if block.hidden else ""
    told = f"SELECT _source, _row FROM {TABLE} WHERE table_name = $t AND (column_name = $c OR code LIKE 'D4%')"
    findings.add(name, column, f"SELECT _source, _row, NULL, 'D206' FROM {quoted(name)} WHERE {value} IS NULL AND _source IN ({', '.join(given)}){hidden}"
                               f" AND (_source, _row) NOT IN ({told})")


# ---------------------------------------------------------------- keys


def _check_keys(connection: Connection, name: str, table: Table, findings: Findings) -> None:
    """Find rows with one key, in one sheet or in several. The key is as given: rows of merged schools are still apart."""
    keys = ", ".join(map(quoted, table.keys))
    filled = " AND ".join(f"{quoted(key)} IS NOT NULL" for key in table.keys)
    hashes = np.sort(connection.execute(f"SELECT hash({keys}) AS h FROM {quoted(name)}").fetchnumpy()["h"])  # thrice as fast as count(DISTINCT)
    if not (hashes[1:] == hashes[:-1]).any():
        return
    suspects = f"SELECT hash({keys}) FROM {quoted(name)} GROUP BY 1 HAVING count(*) > 1"
    window = f"(PARTITION BY {keys} ORDER BY _source, _row)"
    findings.add(name, "", f"SELECT _source, _row, CAST(row_number() OVER {window} AS VARCHAR), 'D301' FROM {quoted(name)}"
                           f" WHERE {filled} AND hash({keys}) IN ({suspects}) QUALIFY count(*) OVER (PARTITION BY {keys}) > 1")


def repeated_rows(name: str) -> str:
    """Return SQL of the rows to delete (`_source`, `_row`) so that one row is left of each repeated key."""
    return f"SELECT _source, _row FROM {TABLE} WHERE table_name = {literal(name)} AND code = 'D301' AND text <> '1'"


def tell_repeated(connection: Connection, name: str, table: Table, sources: list[SourceSheet]) -> list[Problem]:
    """Tell D301: for each pair of sheets the first pairs of rows and the count of the rest."""
    same = " AND ".join(f"a.{quoted(key)} = b.{quoted(key)}" for key in table.keys)
    text = ", ".join(f"b.{quoted(key)}" for key in table.keys)
    pairs = connection.execute(f"""
        WITH marked AS (
            SELECT t.*, f.text AS _turn FROM {quoted(name)} AS t JOIN {TABLE} AS f ON t._source = f._source AND t._row = f._row
            WHERE f.table_name = ? AND f.code = 'D301'),
        pairs AS (
            SELECT a._source AS s1, a._row AS r1, b._source AS s2, b._row AS r2, concat_ws(', ', {text}) AS key
            FROM marked AS a JOIN marked AS b ON {same} AND a._turn = '1' AND b._turn <> '1')
        SELECT *, count(*) OVER (PARTITION BY s1, s2) FROM pairs
        QUALIFY row_number() OVER (PARTITION BY s1, s2 ORDER BY r2, r1) <= {SHOWN} ORDER BY s2, s1, r2, r1""", [name]).fetchall()
    by_sheets: dict[tuple[int, int], list[tuple]] = defaultdict(list)
    for pair in pairs:
        by_sheets[pair[0], pair[2]].append(pair)
    return [_tell_pair(group, table, sources) for group in by_sheets.values()]


def _tell_pair(group: list[tuple], table: Table, sources: list[SourceSheet]) -> Problem:
    (first, _, second, row, _, count), *_ = group
    column = next((key for key in table.keys if key in sources[second].letters), None)
    places = []
    for _, one, _, other, key, _ in group:
        earlier = sources[first].cell(one, next((name for name in table.keys if name in sources[first].letters), None))
        later = sources[second].cell(other, column).cell
        places.append(f"{later} и {earlier.cell if first == second else earlier} ({shown(key)})")
    rest = f" и ещё {count - len(group)} {plural(count - len(group), ('пара', 'пары', 'пар'))}" if count > len(group) else ""
    return Problem("D301", sources[second].cell(row, column), f"Строки с одним ключом: {'; '.join(places)}{rest}.", "Оставьте одну строку.")
