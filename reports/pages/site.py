"""The site stands beside the reports, in the folder of the run; without such a folder there is no place for it, and none is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reports.book import Book
from reports.outlet import Outlet
from reports.site import write_pages


def is_made(book: Book) -> bool:
    """Tell whether there is a place for the site."""
    return book.beside is not None


def write(out: Outlet, schools: tuple[str, ...] | None, say: Callable[[str], None]) -> list[Path]:
    """Write the whole site, also when schools are named: its pages speak of each other. Errors: OSError, CarelessPhraseError, PairsError, PageTemplateError."""
    if not is_made(out.book) or "html" not in out.formats:
        return []
    return write_pages(out.book, out.folder.parent / "site-hidden" if out.book.note else out.book.beside / "site", say)
