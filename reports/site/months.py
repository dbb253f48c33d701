"""The roadmap by month: how much falls on each month, what is to be done, for whom, who is responsible.

Load, conflicts and limits of performers are the coordinator's work and stand in the roadmap of the reports; schools that a category for service use calls to
a measure are counted here as there, and the category is not given as the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from engine.roadmap.steps import Step
from reports.book import Book
from reports.discreet import HIDDEN_WHY, Discreet
from reports.roadmaps import STEP, Contact, MonthView, PlanRow
from reports.russian import counted, lowered
from reports.site.bars import CountChart, count_chart
from reports.view import Header

TITLE, FILE, TEMPLATE = "По месяцам", "months.html", "site/months.html.j2"


@dataclass(frozen=True, slots=True)
class Month:
    anchor: str
    view: MonthView


@dataclass(frozen=True, slots=True)
class Months:
    header: Header
    title: str
    lead: str
    chart: CountChart | None
    months: tuple[Month, ...]
    undated: tuple[str, ...]
    undecreed: tuple[str, ...]
    contacts: tuple[Contact, ...]


def exists(book: Book) -> bool:
    return bool(book.roadmap.plans)


def make(book: Book, discreet: Discreet) -> Iterator[tuple[str, str, Months]]:
    steps = book.roadmap.roadmap.steps
    reasons = {step.measure: step.reasons for step in steps if step.reasons}
    views = tuple(_told(month, reasons) for month in book.roadmaps.months(_discreet(book, step) for step in steps))
    months = tuple(Month(f"month-{place}", view) for place, view in enumerate(views, start=1))
    title = f"Дорожная карта помощи школам на {book.roadmaps.year_words} учебный год"
    lead = "Сроки — рабочие дни производственного календаря. Дело считается в месяце, где кончается его срок." if views else "Шагов нет: мер в правилах нет или они никому не нужны."
    yield TITLE, FILE, Months(book.header, title, lead, _chart(views), months, book.roadmaps.undated, book.roadmaps.undecreed, book.roadmaps.contacts(steps))


def _discreet(book: Book, step: Step) -> Step:
    return replace(step, reasons=tuple(name for name in step.reasons if name not in book.internal))


def _told(month: MonthView, reasons: dict[str, tuple[str, ...]]) -> MonthView:
    """A measure called for by nothing that may be named says so instead of passing for one of the whole district."""
    return replace(month, rows=tuple(_row(row, reasons) for row in month.rows))


def _row(row: PlanRow, reasons: dict[str, tuple[str, ...]]) -> PlanRow:
    return replace(row, why=HIDDEN_WHY) if row.why == "план района" and row.measure in reasons and any(reasons[row.measure]) else row


def _chart(months: tuple[MonthView, ...]) -> CountChart | None:
    if not months:
        return None
    fullest = max(months, key=lambda month: month.amount)
    return count_chart(f"Больше всего дел — {lowered(fullest.title)}: {counted(fullest.amount, STEP)} из {sum(month.amount for month in months)}",
                       "Полоса — сколько шагов кончается в этом месяце: мера в одной школе — один шаг.", ((month.title, month.amount, None, str(month.amount)) for month in months))
