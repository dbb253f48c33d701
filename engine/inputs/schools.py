"""The register of schools: references to it, successors of merged schools, and their history."""

from __future__ import annotations

import duckdb

from engine.inputs.findings import Findings
from engine.model import Table
from engine.tables import MERGED, quoted
from engine.words import nearest

Connection = duckdb.DuckDBPyConnection
SUCCESSOR = "правопреемник"
_SEARCHED = 5_000  # the nearest code is looked for in registers up to this size


class Register:
    """The codes of the registry as given, before mergers."""

    def __init__(self, connection: Connection, contract: dict[str, Table], name: str):
        self.name, self.table, self._connection = name, contract[name], connection
        self._key = quoted(self.table.keys[0])
        self._codes = f"SELECT {self._key} FROM {quoted(name)} WHERE {self._key} IS NOT NULL"
        self.codes = sorted({code for code, in connection.execute(self._codes).fetchall()})

    def nearest(self, code: str) -> str | None:
        return nearest(code, self.codes) if len(self.codes) <= _SEARCHED else None

    def find_unknown(self, name: str, table: Table, findings: Findings) -> None:
        """Find codes of schools that are not in the registry (D302)."""
        for column in schools_of(table):
            value = quoted(column)
            unknown = f"SELECT DISTINCT {value} FROM {quoted(name)} WHERE {value} NOT IN ({self._codes})"
            if self._connection.execute(unknown).fetchone():
                findings.add(name, column, f"SELECT _source, _row, {value}, 'D302' FROM {quoted(name)} WHERE {value} IN ({unknown})")

    def successors(self, findings: Findings) -> dict[str, str]:
        """Return the last successor of every merged school.

        Errors (findings): D305 for a successor that is not in the registry, or is its own successor in the end.
        """
        if SUCCESSOR not in self.table.columns:
            return {}
        to, registry = quoted(SUCCESSOR), quoted(self.name)
        rows = self._connection.execute(f"SELECT {self._key}, {to} FROM {registry} WHERE {self._key} IS NOT NULL AND {to} IS NOT NULL").fetchall()
        known = set(self.codes)
        given = {school: successor for school, successor in rows if successor in known}
        last = {school: _last(school, given) for school in given}
        wrong = {school for school, successor in rows if successor not in known} | {school for school, successor in last.items() if successor is None}
        findings.add(self.name, SUCCESSOR, f"SELECT _source, _row, {to}, 'D305' FROM {registry} WHERE {self._key} IN (SELECT unnest($wrong::VARCHAR[]))",
                     {"wrong": sorted(wrong)})
        return {school: successor for school, successor in last.items() if successor is not None}

    def _title(self) -> str:
        """Return SQL of a school's name: the first column of free text."""
        free = (column for column, block in self.table.columns.items() if block.type == "текст" and not (block.allowed or block.reference or block.level))
        return next(map(quoted, free), "CAST(NULL AS VARCHAR)")

    def merge(self, contract: dict[str, Table], successors: dict[str, str]) -> None:
        """Move the rows of merged schools to their successors; the registry keeps only schools that work."""
        merged, registry = quoted(MERGED), quoted(self.name)
        pairs = "SELECT unnest($1::VARCHAR[]) AS code, unnest($2::VARCHAR[]) AS successor"
        self._connection.execute(f"CREATE OR REPLACE TABLE {merged} AS SELECT t.{self._key} AS код, m.successor AS преемник, {self._title()} AS название"
                                 f" FROM {registry} AS t JOIN ({pairs}) AS m ON m.code = t.{self._key} ORDER BY 1",
                                 [list(successors), list(successors.values())])
        self._connection.execute(f"DELETE FROM {registry} WHERE {self._key} IN (SELECT код FROM {merged})")
        for name, table in contract.items():
            for column in map(quoted, schools_of(table)):
                self._connection.execute(f"UPDATE {quoted(name)} AS t SET {column} = m.преемник FROM {merged} AS m WHERE t.{column} = m.код")


def codes_of(connection: Connection, name: str, table: Table) -> set[str]:
    """Return the codes that a register holds."""
    key = quoted(table.keys[0])
    return {code for code, in connection.execute(f"SELECT DISTINCT {key} FROM {quoted(name)} WHERE {key} IS NOT NULL").fetchall()}


def crosswalk(connection: Connection, contract: dict[str, Table]) -> dict[str, str]:
    """Return the code of the register for every other code of a school (`sch…`, `edu…`); chains are followed to the end."""
    pairs: dict[str, str] = {}
    for name, table in contract.items():
        if table.kind == "коды" and table.school_column is not None:
            code, school = quoted(table.keys[0]), quoted(table.school_column)
            pairs |= dict(connection.execute(f"SELECT lower({code}), {school} FROM {quoted(name)} WHERE {code} IS NOT NULL AND {school} IS NOT NULL ORDER BY _source, _row").fetchall())
    ends = {code: _last(code, pairs) for code in pairs}
    return {code: end for code, end in ends.items() if end is not None and end != code}


def rewrite_codes(connection: Connection, name: str, table: Table, codes: dict[str, str]) -> None:
    """Put the register's code in the place of another code of the school; `_code_as_given` keeps what the file said."""
    if not codes:
        return
    pairs = "SELECT unnest($1::VARCHAR[]) AS old, unnest($2::VARCHAR[]) AS new"
    for column in schools_of(table):
        connection.execute(f"UPDATE {quoted(name)} AS t SET {quoted(column)} = m.new FROM ({pairs}) AS m WHERE lower(t.{quoted(column)}) = m.old", [list(codes), list(codes.values())])


def schools_of(table: Table) -> list[str]:
    """Return the columns that refer to the registry."""
    return [name for name, column in table.columns.items() if column.type == "школа" and column.formula is None]


def _last(school: str, given: dict[str, str]) -> str | None:
    """Follow successors to the last one; None when the way goes in a circle."""
    seen = {school}
    while school in given:
        school = given[school]
        if school in seen:
            return None
        seen.add(school)
    return school
