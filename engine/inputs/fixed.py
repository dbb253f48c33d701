"""Rows that stand in the rules themselves (scales, minimums): they enter their tables before any file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.inputs.casting import Intake
from engine.inputs.recognise import Match
from engine.inputs.sheet import Body, RawSheet, Row
from engine.model import Table
from engine.tables import SourceSheet, column_types

RULES = "правила"


@dataclass(frozen=True)
class _Rows(Body):
    given: list[list]

    def rows(self, first_row: int, keys: frozenset[int]) -> Iterator[Row]:
        yield from enumerate(self.given, start=first_row)


def put_fixed_rows(contract: Mapping[str, Table], intakes: Mapping[str, Intake], sources: list[SourceSheet]) -> None:
    """Append the rows of the contract's own «строки»; their source is called «правила», their row is their place in the list."""
    for name, table in contract.items():
        if not table.rows:
            continue
        columns = list(column_types(table))
        body = _Rows([[row.get(column) for column in columns] for row in table.rows])
        match = Match(name, 0, 1, {column: index for index, column in enumerate(columns)}, {})
        intakes[name].add(RawSheet(RULES, name, [], body), match, len(sources))
        sources.append(SourceSheet(RULES, name, name, 0, 0, {}))
