"""A sheet as it lies in a file: its first rows as text, and a body that DuckDB can take in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from engine.problems import Problem

HEADER_WITHIN = 30
HEAD = HEADER_WITHIN + 4  # a second row of headers, a row of column numbers, and one to see beyond

Row = tuple[int, list]  # 1-based row number, cells


@dataclass(frozen=True, slots=True)
class Scan:
    """A body that DuckDB reads itself: a relation with columns c0, c1, … and `_row`, and their SQL types."""

    relation: str
    types: tuple[str, ...]
    lines: int | None = None  # how many rows it gives when the file has no blank lines inside


class Body:
    """What lies under the header: DuckDB scans it, or (no scan, or one that DuckDB refuses) its rows are given one by one."""

    doubt = ""  # what to try when no header is recognised

    def scan(self, first_row: int, wanted: Mapping[int, str]) -> Scan | None:
        """Describe how DuckDB reads the body from a row on (positions in `wanted` with these types, if they can), or None."""
        return None

    def settle_encoding(self) -> bool:
        """Look again at a text that DuckDB refused; return whether it is now read in another encoding."""
        return False

    def rows(self, first_row: int, keys: frozenset[int]) -> Iterator[Row]:
        """Give the rows from `first_row` on that are not blank; `keys` are the positions of key columns."""
        raise NotImplementedError

    def has_blank_lines(self) -> bool:
        """Return whether a scan would miscount the rows: it passes over blank lines."""
        return False

    def problems(self) -> list[Problem]:
        """Return what was wrong with the rows given so far."""
        return []

    def is_cut(self) -> bool:
        """Return whether some rows could not be reached at all."""
        return False

    def forgive(self, row: int) -> None:
        """Forget that a row is broken: it is a footnote or a total under the table, whose fields need not be those of the header."""

    def broken_rows(self) -> list[int]:
        """Return the numbers of the rows given so far that cannot be trusted."""
        return []


@dataclass(frozen=True, slots=True)
class RawSheet:
    """One sheet of a workbook, or a whole CSV or Parquet file (`sheet` is then empty)."""

    file: str
    sheet: str
    head: list[list[str]]
    body: Body

    @property
    def title(self) -> str:
        return f"{self.file} «{self.sheet}»" if self.sheet else self.file

    @property
    def is_blank(self) -> bool:
        return not any(cell.strip() for row in self.head for cell in row)


def as_text(value: object) -> str | None:
    """Write a cell of a workbook as text: 9001.0 is «9001», a date is ISO, an empty cell is None."""
    if isinstance(value, str):  # most cells: a match on types is slow
        return value or None
    match value:
        case None:
            return None
        case bool():
            return "да" if value else "нет"
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
        case date():
            return value.isoformat()
    return str(value)


def texts(rows: Iterable[Iterable[object]]) -> list[list[str]]:
    """Write rows of cells as texts, empty cells as «»."""
    return [[as_text(cell) or "" for cell in row] for row in rows]
