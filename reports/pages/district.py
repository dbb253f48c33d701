"""The district as a table: a row per school by its number, for the browser and, with grounds and sources, for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.program import IndicatorPlan
from engine.values import Numbers
from reports.book import Book
from reports.russian import SCHOOL as SCHOOL_NOUN
from reports.russian import of_counted
from reports.status import Status
from reports.view import Header, SchoolView


@dataclass(frozen=True, slots=True)
class DistrictRow:
    school: SchoolView
    statuses: tuple[Status, ...]
    grounds: str
    missing: str


@dataclass(frozen=True, slots=True)
class District:
    header: Header
    title: str
    groups: tuple[tuple[str, str, int, int], ...]     # short title, full title, in force, undetermined
    rows: tuple[DistrictRow, ...]


def make_district(book: Book) -> District:
    """Choose what the table of the district shows."""
    rows = tuple(DistrictRow(school, tuple(group.status for group in school.groups), "; ".join(_grounds(school)), _missing(school)) for school in book.schools)
    groups = tuple((book.wording.short(plan.name), book.wording.title(plan.name), _count(book, plan.name, 1), _count(book, plan.name, 0)) for plan in book.plans)
    return District(book.header, f"Таблица района: группы {of_counted(len(rows), SCHOOL_NOUN)}", groups, rows)


def _count(book: Book, name: str, code: int) -> int:
    return int((book.run.evaluation.status(name) == code).sum())


def _grounds(school: SchoolView) -> Iterable[str]:
    seen: dict[str, None] = {}
    for group in school.in_force:
        for ground in group.grounds:
            seen.setdefault(ground.text(1).rstrip("."))
    return list(seen)[:3]


def _missing(school: SchoolView) -> str:
    if school.missing is None:
        return ""
    return f"возможны: {', '.join(school.missing.possible)}"


def key_indicators(book: Book) -> list[IndicatorPlan]:
    """The indicators a category or criterion of schools compares directly, in the order of the rules."""
    used: set[str] = set()
    for plan in book.criterion_plans:
        used |= book.program.uses[plan.name]
    plans = book.program.of(IndicatorPlan, book.program.school_level)
    return [plan for plan in plans if plan.name in used and not plan.keys and isinstance(book.frame.columns.get(plan.name), Numbers)]
