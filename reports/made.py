"""Which documents a run gives, known without writing them: for documents that speak of other documents."""

from __future__ import annotations

from importlib import import_module

from engine.documents import DOCUMENTS
from reports.book import Book

_OF_EACH_SCHOOL = {"schools": "school_*.html", "signs": "signs_*.html", "risk_profile": "risk_profile_*.html"}
_ASIDE = {"site": "../site/index.html"}


def is_made(book: Book, name: str) -> bool:
    """Tell whether a document comes out of this run."""
    page = import_module(f"reports.pages.{name}")
    return not hasattr(page, "is_made") or page.is_made(book)


def file_of(name: str) -> str:
    """Return the file a document is written as; a pattern where every school has its own."""
    return (_OF_EACH_SCHOOL | _ASIDE).get(name, f"{name}.html")


def made_words(book: Book, name: str) -> str:
    """Say whether a document is there: «документ подготовлен: справка по работе ВПР (vpr.html)»."""
    if is_made(book, name):
        return f"документ подготовлен: {DOCUMENTS[name]} ({file_of(name)})"
    return f"документа нет: {DOCUMENTS[name]} — в данных или правилах нет того, на чём он стоит"
