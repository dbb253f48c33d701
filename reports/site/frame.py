"""What every page of the site shares: the pages there are, in their order, the way to them and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType

from reports.book import Book
from reports.site import changes, home, mentoring, methodology, months, objectivity, provenance, school, table
from reports.view import Header


@dataclass(frozen=True, slots=True)
class Link:
    """A way to a page; `here`: it is the page one is on, or the part it belongs to."""

    title: str
    link: str
    here: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a page. `here` of a link is the value of aria-current."""

    header: Header
    name: str
    nav: tuple[Link, ...]
    crumbs: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page to be written: its file, its template, what it shows."""

    name: str
    file: str
    template: str
    frame: Frame
    page: object


_PARTS = (home, table, changes, months, objectivity, mentoring, methodology, provenance)


class Site:
    """The pages of one run. A part without anything to say (no pairs in the rules, no acts) is neither written nor linked."""

    def __init__(self, book: Book):
        self.book, self.discreet = book, book.discreet

    @cached_property
    def parts(self) -> tuple[ModuleType, ...]:
        return tuple(part for part in _PARTS if part.exists(self.book))

    def sheets(self) -> Iterator[Sheet]:
        """Yield every page in the order of the navigation, schools last."""
        for part in self.parts:
            yield from self.of_part(part)
        for view in self.book.schools:
            yield Sheet(f"Школа {view.label}", view.link, school.TEMPLATE, self._frame(f"Школа {view.label}", table.FILE, view.link), school.make(self.book, self.discreet, view))

    def of_part(self, part: ModuleType) -> Iterator[Sheet]:
        """Yield the pages of one module of the site."""
        for name, file, page in part.make(self.book, self.discreet):
            yield Sheet(name, file, part.TEMPLATE, self._frame(name, part.FILE, file), page)

    def _frame(self, name: str, part: str, file: str) -> Frame:
        """Make the frame of a page that belongs to a part of the site; the first page needs no way back."""
        nav = tuple(Link(item.TITLE, item.FILE, "page" if file == item.FILE else "true" if part == item.FILE else "") for item in self.parts)
        titles = {item.FILE: item.TITLE for item in self.parts}
        way = dict.fromkeys((home.FILE, part)) if file != home.FILE else {}
        crumbs = [Link(titles[step], step) for step in way if step != file]
        return Frame(self.book.header, name, nav, (*crumbs, Link(name, file, "page")) if crumbs else ())
