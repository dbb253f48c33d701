"""The rules in words, on three pages so that each opens at once: groups and criteria, thresholds and indicators, measures and data.

Examples of the rules are left to the document of the reports: they prove the rules to a methodologist, and a third of the text is theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from reports.book import Book
from reports.discreet import Discreet
from reports.pages.methodology import Methodology, Section, make_methodology
from reports.view import Header

TITLE, FILE, TEMPLATE = "Методика", "methodology.html", "site/methodology.html.j2"
VALUES, DATA = "methodology_values.html", "methodology_data.html"


@dataclass(frozen=True, slots=True)
class Part:
    """One of the pages. `where`: the page each anchor stands on; empty parts of the document are not on this page."""

    header: Header
    title: str
    lead: str
    first: bool
    document: Methodology
    listed: tuple[Section, ...]
    sections: tuple[Section, ...]
    thresholds: bool
    measures: bool
    where: dict[str, str]


def exists(book: Book) -> bool:
    return True


def make(book: Book, discreet: Discreet) -> Iterator[tuple[str, str, Part]]:
    document = make_methodology(book)
    groups, criteria, indicators, tables = (replace(section, entries=tuple(replace(entry, examples=()) for entry in section.entries)) for section in document.sections)
    pages = {FILE: (groups, criteria), VALUES: (indicators,), DATA: (tables,)}
    where = {anchor: file for file, sections in pages.items() for section in sections for anchor in (section.anchor, *(entry.anchor for entry in section.entries))}
    where |= dict.fromkeys(("thresholds", *(row.anchor for row in document.thresholds)), VALUES) | dict.fromkeys(("measures", *(item.name for item in document.measures)), DATA)
    for file, name, lead in ((FILE, TITLE, "Группы и критерии. Пороги, показатели, меры и сведения — на соседних страницах."),
                             (VALUES, "Пороги и показатели", "Что вычисляется, из каких сведений и с чем сравнивается."), (DATA, "Меры и сведения", "Что делается по выводам и какие сведения для них нужны.")):
        yield name, file, Part(book.header, document.title if file == FILE else name, lead, file == FILE, document, (groups, criteria, indicators, tables), pages[file], file == VALUES,
                               file == DATA, where)
