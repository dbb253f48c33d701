"""What was read and what was not supplied: files and sheets behind every table of the contract, schools without some of their rows."""

from __future__ import annotations

from dataclasses import dataclass

from engine.tables import quoted
from reports.book import Book


@dataclass(frozen=True, slots=True)
class SheetRows:
    """A sheet of a file that gave rows to a table."""

    file: str
    sheet: str
    rows: int


def sheets_of(book: Book, table: str) -> list[SheetRows]:
    """List the sheets behind a table in the order of reading; rows that stand in the rules themselves are not listed."""
    found = book.run.tables.connection.execute(f"SELECT _source, count(*) FROM {quoted(table)} WHERE _source IS NOT NULL GROUP BY 1 ORDER BY 1").fetchall()
    sources = book.run.tables.sources
    return [SheetRows(sources[place].file, sources[place].sheet, rows) for place, rows in found if place < len(sources) and sources[place].header_row]


def files_of(book: Book) -> int:
    """Count the files that were read, as the run itself counts them."""
    return len({sheet.file for sheet in book.run.tables.sources if sheet.header_row})


def absent_in(book: Book, table: str) -> tuple[str, ...]:
    """Return the codes of schools that did not supply some expected rows of a table, or whose rows are left out for errors."""
    rows = {row for (name, _), units in book.gaps.absent.items() if name == table for row in units}
    return tuple(school.code for school in book.schools if school.row in rows)
