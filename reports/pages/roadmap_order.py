"""A draft order that approves the roadmap: who is charged with which items, the roadmap as an annex, contacts, a place to sign."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from reports.book import Book
from reports.outlet import Outlet
from reports.roadmaps import Contact, PlanRow
from reports.russian import ranges
from reports.view import Header


@dataclass(frozen=True, slots=True)
class Charge:
    """Who answers for which items of the annex."""

    role: str
    items: str


@dataclass(frozen=True, slots=True)
class RoadmapOrder:
    header: Header
    body: str
    year: str
    documents: tuple[str, ...]
    charges: tuple[Charge, ...]
    rows: tuple[PlanRow, ...]
    contacts: tuple[Contact, ...]
    undecreed: tuple[str, ...]
    has_events: bool


def make_order(book: Book) -> RoadmapOrder:
    """Choose what the order says."""
    views, steps = book.roadmaps, book.roadmap.roadmap.steps
    rows = views.rows(steps)
    return RoadmapOrder(book.header, body_of(book), views.year_words, documents_of(book), _charges(rows), rows, views.contacts(steps), views.undecreed,
                        bool(book.roadmap.events))


def body_of(book: Book) -> str:
    """Return the body that issues orders: the one that approved a document of the rules."""
    approved = next((item.approved.by for item in book.rules.regulations if item.approved and item.approved.by), "")
    return approved or book.header.district


def documents_of(book: Book) -> tuple[str, ...]:
    """Name the district's documents an order rests on."""
    return tuple(item.short or item.title for item in book.rules.regulations)


def _charges(rows: tuple[PlanRow, ...]) -> tuple[Charge, ...]:
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(row.responsible, []).append(int(row.number))
    return tuple(Charge(role, f"{'пункт' if len(items) == 1 else 'пункты'} {ranges(items)}") for role, items in found.items())


def write(out: Outlet, schools: tuple[str, ...] | None, say: Callable[[str], None]) -> list[Path]:
    """Write the order. Errors: OSError, CarelessPhraseError."""
    book = out.book
    return out.page("roadmap_order", make_order(book), "roadmap_order", "Проект приказа об утверждении дорожной карты")
