"""The desk where formats lay out their rows: staged in DuckDB by table, with the sheet, row and letter each came from."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import duckdb

from engine.inputs.parsing import Words
from engine.inputs.sheet import RawSheet
from engine.model import Table
from engine.problems import Cell, Problem
from engine.questionnaire import Questionnaire
from engine.tables import column_types, quoted

Values = Mapping[str, object]
_BATCH = 200_000


@dataclass
class FormatSheet:
    """A sheet recognised as a format. `letters` are those of each table's columns; `rank`: the lower, the more exact."""

    file: str
    sheet: str
    format: str
    rank: int
    header_row: int
    letters: dict[str, dict[str, str]] = field(default_factory=dict)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    cut: bool = False          # some of its rows could not be reached at all
    covers_more: bool = False  # the sheet may hold schools of other districts
    work: tuple | None = None  # (subject, grade, year)
    top: int | None = None     # the maximum primary score that the sheet says
    school_at: str | None = None  # the cell that names the school of the whole sheet

    @property
    def title(self) -> str:
        return f"{self.file} «{self.sheet}»" if self.sheet else self.file


class Seen(NamedTuple):
    """A pupil with the least or the greatest score of a mark in a school: what scales are checked by, and derived from."""

    mark: int
    score: int
    sheet: int
    cell: str
    row: int                   # as staged


class Desk:
    """Takes rows of contract tables from the formats, and problems with cells. Tables that the contract lacks are passed over."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, contract: Mapping[str, Table], references: Mapping[str, Words],
                 questionnaire: Questionnaire | None = None):
        self.questionnaire = questionnaire or Questionnaire(None)
        self.answers: dict[tuple, tuple] = {}            # table, school, year, question -> value, cell, sheet, row
        self.connection, self.contract, self.references = connection, contract, references
        self.sheets: list[FormatSheet] = []
        self.problems: list[Problem] = []
        self.bad: set[tuple[int, int, str]] = set()      # sheet, row as staged, code
        self.told: set[tuple[int, str]] = set()
        self.later: list[tuple] = []                     # (format, sheet, header) of formats that wait for the scales
        self.exams: list[tuple] = []                     # results of exam days, added up when all files are read
        self.secret = secrets.token_bytes(32)            # key of the hashes that tell a participant from another; never stored
        self.seen: dict[tuple, list[Seen]] = defaultdict(list)   # by work
        self.held: dict[tuple, list] = defaultdict(list)         # by work: classes whose pairs wait to be counted (pupil_pairs)
        self.passed_over: list[tuple[str, str]] = []
        self._waiting: dict[str, list[tuple]] = defaultdict(list)
        self._made: set[str] = set()

    def open(self, sheet: RawSheet, name: str, rank: int, header_row: int, *, covers_more: bool = False) -> int:
        """Begin a sheet; return its number."""
        self.sheets.append(FormatSheet(sheet.file, sheet.sheet, name, rank, header_row, covers_more=covers_more))
        return len(self.sheets) - 1

    def letters(self, number: int, table: str, letters: dict[str, str]) -> None:
        """Say in which columns of the sheet the values of a table stand."""
        self.sheets[number].letters[table] = letters

    def put(self, table: str, number: int, row: int, values: Values, letter: str | None = None) -> None:
        """Stage one row."""
        if table not in self.contract:
            return
        columns = column_types(self.contract[table])
        waiting = self._waiting[table]
        waiting.append((*(values.get(column) for column in columns), number, row, letter))
        if len(waiting) >= _BATCH:
            self._flush(table)

    def put_query(self, table: str, select: str, given: tuple[str, ...]) -> None:
        """Stage the rows of a query that gives these columns, then `_sheet`, `_row` and `_letter`."""
        if table not in self.contract:
            return
        self._make(table)
        columns = column_types(self.contract[table])
        known = [column for column in given if column in columns]
        listed = ", ".join([*map(quoted, known), "_sheet", "_row", "_letter"])
        self.connection.execute(f"INSERT INTO {self.stage(table)} ({listed}) SELECT {listed} FROM ({select})")

    def say(self, code: str, number: int, cell: str, message: str, hint: str = "", *, bad_row: int | None = None) -> None:
        """Tell a problem; `bad_row` is the staged row whose values it makes worthless."""
        sheet = self.sheets[number]
        self.problems.append(Problem(code, Cell(sheet.file, sheet.sheet, cell), message, hint))
        if bad_row is not None:
            self.bad.add((number, bad_row, code))

    def clear(self) -> None:
        """Drop what was staged."""
        for table in self._made:
            self.connection.execute(f"DROP VIEW IF EXISTS temp.{quoted(f'_made_{table}')}")
            self.connection.execute(f"DROP TABLE IF EXISTS temp.{self.stage(table)}")
        for name in ("_reports", "_said"):
            self.connection.execute(f"DROP TABLE IF EXISTS temp.{name}")
        self._made.clear()

    def stage(self, table: str) -> str:
        return quoted(f"_stage_{table}")

    def staged(self) -> list[str]:
        """Put all waiting rows in and list the tables that have rows, in the contract's order."""
        for table in list(self._waiting):
            self._flush(table)
        return [table for table in self.contract if table in self._made]

    def ensure(self, table: str) -> bool:
        """Make the stage of a table if the contract has it; return whether it does."""
        if table in self.contract:
            self._make(table)
        return table in self.contract

    def _make(self, table: str) -> None:
        if table not in self._made:
            self._made.add(table)
            kinds = {**column_types(self.contract[table]), "_sheet": "INTEGER", "_row": "BIGINT", "_letter": "VARCHAR"}
            self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {self.stage(table)} ({', '.join(f'{quoted(name)} {kind}' for name, kind in kinds.items())})")

    def _flush(self, table: str) -> None:
        self._make(table)
        rows = self._waiting.pop(table, [])
        if not rows:
            return
        import pandas  # only folders with such workbooks pay for it
        names = [*column_types(self.contract[table]), "_sheet", "_row", "_letter"]
        frame = pandas.DataFrame({name: pandas.Series(list(column), dtype=object) for name, column in zip(names, zip(*rows, strict=True), strict=True)})
        self.connection.register("_put", frame)
        kinds = column_types(self.contract[table])
        chosen = ", ".join(f"CAST({quoted(name)} AS {kinds.get(name, {'_sheet': 'INTEGER', '_row': 'BIGINT'}.get(name, 'VARCHAR'))}) AS {quoted(name)}" for name in names)
        self.connection.execute(f"INSERT INTO {self.stage(table)} SELECT {chosen} FROM _put")
        self.connection.unregister("_put")

