"""The site stands beside the reports, in the folder of the run; without such a folder there is no place for it, and none is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reports.book import Book
from reports.site import write_pages


def write(book: Book, folder: Path, schools: tuple[str, ...] | None, say: Callable[[str], None]) -> list[Path]:
    """Write the whole site, also when schools are named: its pages speak of each other. Errors: OSError, CarelessPhraseError, PairsError."""
    return write_pages(book, book.beside / "site", say) if book.beside is not None else []
