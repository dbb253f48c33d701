"""Sheets ready to write as a workbook: names, columns, rows of texts and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reports.book import Book


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its header, how wide it may grow, how many decimals its numbers show; `least` is for what people fill in."""

    title: str
    widest: float = 30
    decimals: int = 1
    least: float = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet ready to write. `fixed`: how many first columns stay while the rest scrolls."""

    name: str
    about: str
    footer: str
    columns: tuple[Column, ...]
    rows: list[Sequence[Any]]
    fixed: int = 1


def sheet_of(book: Book, name: str, columns: Iterable[Column], rows: list[Sequence[Any]], fixed: int = 1) -> Sheet:
    """Make a sheet with the head and the foot that every sheet of every report has."""
    header = book.header
    warning = " ".join(header.warnings)
    about = f"{header.district}, итоги {header.year} учебного года. Предварительно. {header.purpose} {header.regulation}. {warning}".strip()
    return Sheet(name, about, f"Расчёт {header.run} по данным на {header.day}", tuple(columns), rows, fixed)
