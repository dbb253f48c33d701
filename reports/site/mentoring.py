"""«Школа – школе»: groups, pairs with their reasons, what is not checked. The records are those of the информационная справка."""

from __future__ import annotations

from collections.abc import Iterator

from reports.book import Book
from reports.pages.mentoring_note import Note, make_note
from reports.site.discreet import Discreet

TITLE, FILE, TEMPLATE = "Наставничество", "mentoring.html", "site/mentoring.html.j2"


def exists(book: Book) -> bool:
    return book.pairs is not None


def make(book: Book, discreet: Discreet) -> Iterator[tuple[str, str, Note]]:
    yield TITLE, FILE, make_note(book, book.pairs)
