"""Parquet files -> raw sheets that DuckDB scans with their own types, without Python objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from engine.inputs.sheet import Body, RawSheet, Row, Scan
from engine.problems import Cell, Problem
from engine.tables import plain_path, quoted


@dataclass
class ParquetBody(Body):
    """Row 1 is the names of columns, as in a sheet saved from it; the data begin in row 2."""

    path: Path
    file: str
    columns: dict[str, str]
    _damaged: bool = False

    def scan(self, first_row: int, wanted: Mapping[int, str]) -> Scan:
        named = ", ".join(f"{quoted(name)} AS c{index}" for index, name in enumerate(self.columns))
        relation = f"(SELECT {named}, file_row_number + 2 AS _row FROM read_parquet({plain_path(self.path)}, file_row_number = true))"
        return Scan(relation, tuple(self.columns.values()))

    def rows(self, first_row: int, keys: frozenset[int]) -> Iterator[Row]:
        """Give nothing: a file that cannot be scanned is damaged."""
        self._damaged = True
        return iter(())

    def problems(self) -> list[Problem]:
        return [_unreadable(self.file)] if self._damaged else []

    def is_cut(self) -> bool:
        return self._damaged


def read_parquet(connection: duckdb.DuckDBPyConnection, path: Path, file: str) -> tuple[list[RawSheet], list[Problem]]:
    """Describe a Parquet file.

    Errors: D101 when it is damaged.
    """
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({plain_path(path)})").fetchall()
    except duckdb.Error:
        return [], [_unreadable(file)]
    columns = {row[0]: row[1] for row in described}
    return [RawSheet(file, "", [list(columns)], ParquetBody(path, file, columns))], []


def _unreadable(file: str) -> Problem:
    return Problem("D101", Cell(file), "Файл Parquet не читается: он повреждён или оборван.", "Выгрузите его заново.")
