"""Objectivity: the справка about measures as a page. The document is the one of the reports, written for leadership; here it is only placed."""

from __future__ import annotations

from collections.abc import Iterator

from reports.book import Book
from reports.discreet import Discreet
from reports.document import Document
from reports.objectivity_figures import ACTS, RECHECKS
from reports.pages.objectivity_monitoring import make_monitoring

TITLE, FILE, TEMPLATE = "Объективность", "objectivity.html", "site/objectivity.html.j2"


def exists(book: Book) -> bool:
    return any(table in book.rules.tables for table in (ACTS, RECHECKS))


def make(book: Book, discreet: Discreet) -> Iterator[tuple[str, str, Document]]:
    yield TITLE, FILE, make_monitoring(book)
