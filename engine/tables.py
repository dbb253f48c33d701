"""The tables of a run: typed DuckDB tables named as in the contract, and where every row came from."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from engine.model import Column, Table
from engine.problems import Cell

if TYPE_CHECKING:
    import pandas


class RowStatus(IntEnum):
    """What a row is worth: only OK and HIDDEN rows carry values of their own."""

    OK = 0
    ABSENT = 1  # expected but not supplied; made by a later stage
    BAD = 2  # has an error: the key stays, the values are erased
    HIDDEN = 3  # the source suppressed some cell


READABLE = f"_status IN ({int(RowStatus.OK)}, {int(RowStatus.HIDDEN)})"
"""SQL that is true for a row with values of its own."""
SQL_TYPES = {"число": "DOUBLE", "целое": "BIGINT", "текст": "VARCHAR", "код": "VARCHAR", "школа": "VARCHAR",
             "да/нет": "BOOLEAN", "дата": "INTEGER", "учебный год": "INTEGER"}
SERVICE = {"_source": "INTEGER", "_row": "INTEGER", "_status": "TINYINT", "_code_as_given": "VARCHAR", "_letter": "VARCHAR"}
MERGED = "_присоединённые"


@dataclass(frozen=True, slots=True)
class SourceSheet:
    """A sheet (or CSV, or Parquet file) that gave rows to a table. `left_out` says what was not read and why."""

    file: str
    sheet: str
    table: str
    header_row: int
    rows: int
    letters: dict[str, str]
    left_out: tuple[tuple[str, str], ...] = ()

    def cell(self, row: int, column: str | None = None) -> Cell:
        """Return the address of a cell; of the row's first cell when the column is not in the file."""
        return Cell(self.file, self.sheet, f"{self.letters.get(column or '', 'A')}{row}")


@dataclass
class TableInfo:
    """What is in a table. `incomplete` means that rows of any school may be lost (a row without a readable key, a file that
    could not be read): a school's absence from such a table is not zero."""

    rows: int = 0
    years: tuple[int, ...] = ()
    supplied: bool = False
    nullable: frozenset[str] = frozenset()
    dropped_rows: int = 0
    incomplete: bool = False


@dataclass
class Tables:
    """All tables of a run on one in-memory DuckDB connection; each is ordered by (`_source`, `_row`)."""

    connection: duckdb.DuckDBPyConnection
    contract: dict[str, Table] = field(repr=False)
    info: dict[str, TableInfo] = field(default_factory=dict)
    sources: tuple[SourceSheet, ...] = ()
    fingerprint: str = ""
    files_left: tuple[tuple[str, str], ...] = ()
    bad_rows: int = 0

    def refresh(self, name: str) -> None:
        """Count the rows, years and empty cells of a table again, after it was changed."""
        year = self.contract[name].year_column
        columns = [column for column in columns_of(self.connection, name) if column not in SERVICE]
        counts = ", ".join(f"count({quoted(column)})" for column in columns)
        rows, *filled = one_row(self.connection, f"SELECT count(*), {counts} FROM {quoted(name)}")
        years = self.connection.execute(f"SELECT DISTINCT {quoted(year)} FROM {quoted(name)} ORDER BY 1").fetchall() if year else []
        info = self.info.setdefault(name, TableInfo())
        info.rows, info.years = rows, tuple(value for value, in years if value is not None)
        info.nullable = frozenset(column for column, count in zip(columns, filled, strict=True) if count < rows)

    def cell(self, source: int, row: int, column: str | None = None) -> Cell:
        """Return the address of a cell from a row's `_source` and `_row`: the evidence a reader can open."""
        return self.sources[source].cell(row, column)

    def mark_bad(self, name: str, rows: Iterable[tuple[int, int]]) -> None:
        """Erase the values of rows, given as (`_source`, `_row`), that failed a check; their keys stay."""
        pairs = sorted(set(rows))
        self.connection.execute("CREATE OR REPLACE TEMP TABLE _marked AS SELECT unnest($1::INTEGER[]) AS _source, unnest($2::INTEGER[]) AS _row",
                                [[source for source, _ in pairs], [row for _, row in pairs]])
        self.bad_rows += erase(self.connection, name, self.contract[name], "_marked")
        self.refresh(name)

    @classmethod
    def empty(cls, contract: dict[str, Table]) -> Tables:
        """Open a connection and create every table of the contract without rows."""
        connection = duckdb.connect()
        connection.execute("SET threads=1")
        for name, table in contract.items():
            create_table(connection, name, column_types(table))
        return cls(connection, contract, {name: TableInfo() for name in contract})

    @classmethod
    def from_frames(cls, contract: dict[str, Table], frames: Mapping[str, pandas.DataFrame | duckdb.DuckDBPyRelation]) -> Tables:
        """Make tables from frames in memory: for tests, examples and benchmarks. Nothing is checked; missing columns are NULL.

        Years and dates may be numbers (of the year's end, ordinal) or dates. A frame's `_status` and `_code_as_given` are kept.
        """
        tables = cls.empty(contract)
        sources = []
        for source, (name, frame) in enumerate(frames.items()):
            _insert_frame(tables.connection, name, contract[name], frame, source)
            tables.info[name].supplied = True
            tables.refresh(name)
            letters = {column: letter(index) for index, column in enumerate(frame.columns)}
            sources.append(SourceSheet(name, "", name, 1, tables.info[name].rows, letters))
        tables.sources = tuple(sources)
        return tables


# ---------------------------------------------------------------- DuckDB


def quoted(name: str) -> str:
    """Quote an identifier for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote a text for SQL, where a parameter cannot stand."""
    return "'" + text.replace("'", "''") + "'"


def plain_path(path: Path) -> str:
    """Quote a path for SQL so that «[», «*» and «?» in it stand for themselves: DuckDB would read another file."""
    return literal(glob.escape(str(path)))


def letter(index: int) -> str:
    """Return the spreadsheet letter of a 0-based column: 0 is A, 26 is AA."""
    return (letter(index // 26 - 1) if index > 25 else "") + chr(ord("A") + index % 26)


def column_types(table: Table) -> dict[str, str]:
    """Return the SQL type of every column that files supply (not those with a formula)."""
    return {name: sql_type(column) for name, column in table.columns.items() if column.formula is None}


def sql_type(column: Column) -> str:
    return SQL_TYPES[column.type or "текст"]


def create_table(connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, str]) -> None:
    """Create a table with these columns and types, and the service columns after them."""
    described = ", ".join(f"{quoted(column)} {kind}" for column, kind in {**columns, **SERVICE}.items())
    connection.execute(f"CREATE OR REPLACE TABLE {quoted(name)} ({described})")


def columns_of(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    """Return the columns of a table with their SQL types, in order."""
    return {row[0]: row[1] for row in connection.execute(f"DESCRIBE SELECT * FROM {quoted(relation)}").fetchall()}


def one_row(connection: duckdb.DuckDBPyConnection, sql: str, parameters: object = None) -> tuple:
    """Run a query that gives exactly one row."""
    (row,) = connection.execute(sql, parameters).fetchall()
    return row


def erase(connection: duckdb.DuckDBPyConnection, name: str, table: Table, marked: str) -> int:
    """Erase all but the keys in the rows listed in `marked` (`_source`, `_row`); return how many were good before."""
    kept = {*table.keys, *SERVICE}
    emptied = [f"{quoted(column)} = NULL" for column in columns_of(connection, name) if column not in kept]
    bad = int(RowStatus.BAD)
    return one_row(connection, f"UPDATE {quoted(name)} AS t SET {', '.join([*emptied, f'_status = {bad}'])} FROM {quoted(marked)} AS m"
                               f" WHERE t._source = m._source AND t._row = m._row AND t._status <> {bad}")[0]


def _insert_frame(connection: duckdb.DuckDBPyConnection, name: str, table: Table,
                  frame: pandas.DataFrame | duckdb.DuckDBPyRelation, source: int) -> None:
    if isinstance(frame, duckdb.DuckDBPyRelation):
        frame = frame.df()
    connection.register("_frame", frame)
    given = columns_of(connection, "_frame")
    wanted = {column: _from_frame(column, kind, table, given) for column, kind in column_types(table).items() if column in given}
    wanted |= {"_source": str(source), "_row": "row_number() OVER ()", "_status": "0"}
    wanted |= {column: quoted(column) for column in ("_status", "_code_as_given") if column in given}
    connection.execute(f"INSERT INTO {quoted(name)} ({', '.join(map(quoted, wanted))}) SELECT {', '.join(wanted.values())} FROM _frame")
    connection.unregister("_frame")


def _from_frame(column: str, kind: str, table: Table, given: Mapping[str, str]) -> str:
    value = quoted(column)
    if table.columns[column].type == "дата" and given[column].startswith(("DATE", "TIMESTAMP")):
        return ordinal(value)
    if given[column] == "DOUBLE":
        value = f"CASE WHEN NOT isnan({value}) THEN {value} END"
        value = f"CAST({value} AS BIGINT)" if kind == "VARCHAR" else value
    return f"CAST({value} AS {kind})"


def ordinal(value: str) -> str:
    """Return SQL for `date.toordinal` of a date expression."""
    return f"CAST(date_diff('day', DATE '0001-01-01', CAST({value} AS DATE)) + 1 AS INTEGER)"
