"""«Школа – школе»: groups, pairs with their reasons, what is not checked. The records are those of the информационная справка."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reports.book import Book
from reports.discreet import Discreet
from reports.pages.mentoring_note import Note, make_note

TITLE, FILE, TEMPLATE = "Наставничество", "mentoring.html", "site/mentoring.html.j2"


_MOST_TABLES = 20     # more pairs than this, and their tables of conditions are left to the справка: a page stays one that opens at once


@dataclass(frozen=True, slots=True)
class Mentoring:
    """`tables`: whether the conditions of each pair are laid out; its reasons are said either way."""

    note: Note
    tables: bool


def exists(book: Book) -> bool:
    return book.pairs is not None


def make(book: Book, discreet: Discreet) -> Iterator[tuple[str, str, Mentoring]]:
    note = make_note(book, book.pairs)
    yield TITLE, FILE, Mentoring(note, len(note.project.pairs) <= _MOST_TABLES)
