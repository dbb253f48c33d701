"""The first page: the brief, which groups there are, and where to go on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reports.book import Book
from reports.discreet import Discreet
from reports.pages.brief import Brief, make_brief
from reports.russian import SCHOOL, counted
from reports.site.bars import CountChart, count_chart

TITLE, FILE, TEMPLATE = "Главное", "index.html", "site/home.html.j2"


@dataclass(frozen=True, slots=True)
class Home:
    brief: Brief
    chart: CountChart | None


def exists(book: Book) -> bool:
    return True


def make(book: Book, discreet: Discreet) -> Iterator[tuple[str, str, Home]]:
    yield TITLE, FILE, Home(make_brief(book), _chart(book, discreet))


def _chart(book: Book, discreet: Discreet) -> CountChart | None:
    """Count schools by group, the largest help first. A group for service use is counted in words below, beside the reason why."""
    items = []
    for plan in discreet.named_plans:
        status = book.run.evaluation.status(plan.name)
        held, unknown = int((status == 1).sum()), int((status == 0).sum())
        if held or unknown:
            items.append((book.wording.short(plan.name), held, held + unknown if unknown else None, f"{held}" + (f", не определена у {unknown}" if unknown else "")))
    if not any(held for _, held, _, _ in items):
        return None
    label, held, _, _ = max(items, key=lambda item: item[1])
    title = f"Самая большая группа — {label}: {counted(held, SCHOOL)} из {len(book.schools)}; одна школа может входить в несколько групп"
    return count_chart(title, "Сплошная полоса — группа действует (предварительно), контур — с теми, у кого она ещё не определена.", items)
