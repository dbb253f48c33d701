"""Approved decisions of earlier years: which category was in force for which school, and what is not known about it."""

from __future__ import annotations

import numpy as np

from engine.frames import Frame
from engine.program import Program
from engine.tables import Tables
from engine.words import folded


class History:
    """Answers «была(категория; k)» from the table of decisions. A year without any decision on file is unknown."""

    def __init__(self, program: Program, tables: Tables, schools: Frame, report_year: int):
        self.report_year, self.size = report_year, len(schools)
        self.table = next((name for name, table in program.rules.tables.items() if table.kind == "решения"), None)
        info = tables.info[self.table] if self.table else None
        self.supplied = bool(info and info.supplied)
        self.complete = not (info and info.incomplete)
        self.rows: dict[tuple[str, int], list[int]] = {}
        self.years: set[int] = set()
        if self.supplied:
            self._read(program, tables)

    def _read(self, program: Program, tables: Tables) -> None:
        year = program.rules.tables[self.table].year_column
        names = {folded(block.title or name): name for name, block in program.rules.categories.items()}
        names |= {folded(name): name for name in program.rules.categories}
        found = tables.connection.execute(f'SELECT _unit, "{year}", "категория" FROM "{self.table}" WHERE "{year}" IS NOT NULL').fetchall()
        for unit, held_year, category in found:
            self.years.add(held_year)
            if unit is not None and category is not None:
                self.rows.setdefault((names.get(folded(category), category), held_year), []).append(unit)
        self.empty = not found

    def held(self, category: str, back: int = 1) -> np.ndarray:
        """Return int8 codes (n,): was the category in force `back` years before the report year."""
        year = self.report_year - back
        known = self.supplied and self.complete and (self.empty or year in self.years)
        codes = np.full(self.size, -1 if known else 0, np.int8)
        codes[self.rows.get((category, year), [])] = 1
        return codes

    def kept(self, category: str, years: int) -> np.ndarray:
        """Return whether the category is still inside its term: in force last year, and not yet for `years` years in a row."""
        held = [self.held(category, back) for back in range(1, years + 1)]
        return np.minimum(held[0], -np.minimum.reduce(held))
