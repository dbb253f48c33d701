"""The district as a table: a row per school by its number, with its groups and the indicators that decide about them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.explanation import Quantity
from engine.program import IndicatorPlan
from reports.book import Book
from reports.compared import borders, key_indicators
from reports.outlet import Outlet
from reports.pages.workbook import make_sheets, named_groups
from reports.russian import SCHOOL, capital, feminine, form, number_beside, to_counted, value_words
from reports.status import GROUP_MET, GROUP_OPEN, NO_GROUND, PARTLY_KNOWN, Status
from reports.view import Header, SchoolView

_SHOWN = 8     # what an A4 sheet bears on its long side; the workbook holds them all


@dataclass(frozen=True, slots=True)
class Value:
    """A cell of an indicator: the number, n below it, and whether it is missing."""

    text: str
    size: str
    tone: str


@dataclass(frozen=True, slots=True)
class DistrictRow:
    label: str
    link: str
    name: str
    mark: Status
    groups: str
    possible: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class GroupCount:
    title: str
    short: str
    in_force: int
    open: int


@dataclass(frozen=True, slots=True)
class District:
    header: Header
    title: str
    lead: str
    groups: tuple[GroupCount, ...]
    columns: tuple[tuple[str, str], ...]     # title, unit
    rows: tuple[DistrictRow, ...]


def make_district(book: Book) -> District:
    """Choose what the table of the district shows."""
    indicators = key_indicators(book)[:_SHOWN]
    helped = sum(bool(school.main) for school in book.schools)
    partly = sum(school.missing_named is not None for school in book.schools)
    title = f"Адресная помощь нужна {to_counted(helped, SCHOOL)} района из {len(book.schools)}" if helped else "Оснований для адресной помощи школам района нет"
    lead = f"{capital(feminine(partly))} {form(partly, SCHOOL)} {'определена' if form(partly, SCHOOL) == SCHOOL.one else 'определены'} не полностью." if partly else ""
    groups = tuple(GroupCount(book.wording.title(plan.name), book.wording.short(plan.name), _count(book, plan.name, 1), _count(book, plan.name, 0)) for plan in book.plans)
    columns = tuple((book.wording.title(plan.name), plan.block.unit or "") for plan in indicators)
    return District(book.header, title, lead, groups, columns, tuple(_row(book, school, indicators) for school in book.schools))


def _count(book: Book, name: str, code: int) -> int:
    return int((book.run.evaluation.status(name) == code).sum())


def _row(book: Book, school: SchoolView, indicators: list[IndicatorPlan]) -> DistrictRow:
    in_force, missing = named_groups(book, school), school.missing_named
    mark = (PARTLY_KNOWN if in_force else GROUP_OPEN) if missing else GROUP_MET if school.main else NO_GROUND
    return DistrictRow(school.label, school.link, school.name, mark, ", ".join(in_force) or ("" if missing else NO_GROUND.word), ", ".join(missing.possible) if missing else "",
                       tuple(_value(book, plan, school.row) for plan in indicators))


def _value(book: Book, plan: IndicatorPlan, row: int) -> Value:
    """A number beside the thresholds it is compared with, so that rounding never shows it on the wrong side."""
    quantity = book.explainer.indicator(plan.name, row).value
    size = f"n = {quantity.size:g}" if quantity.size is not None and not quantity.is_missing else ""
    if quantity.is_missing:
        return Value("нет данных", "", "open")
    if quantity.is_exact:
        return Value(number_beside(quantity.low, borders(book, plan.name), quantity.decimals), size, "")
    return Value(value_words(Quantity(quantity.low, quantity.high, decimals=quantity.decimals), borders(book, plan.name)), size, "open")


def write(out: Outlet, schools: tuple[str, ...] | None, say: Callable[[str], None]) -> list[Path]:
    """Write the report. Errors: OSError, CarelessPhraseError."""
    book = out.book
    return [*out.page("district", make_district(book), "district", "Таблица района"),
            *out.workbook("Таблица района", make_sheets(book), "district")]
