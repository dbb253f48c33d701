"""«Перечень критериев и показателей», woven from the rules: what a lawyer compares with the Положение, clause by clause."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from engine import model
from engine.program import CategoryPlan, CriterionPlan, IndicatorPlan, MeasurePlan
from reports.book import Book
from reports.outlet import Outlet
from reports.pages.weaving import Entry, Weaver
from reports.russian import CRITERION, GROUP, INDICATOR, MEASURE, academic_year, counted, full_stop, long_date
from reports.view import Header, MeasureView


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the document; `listed`: its entries stand in the contents by name."""

    number: int
    anchor: str
    title: str
    about: str
    entries: tuple[Entry, ...]
    listed: bool = False


@dataclass(frozen=True, slots=True)
class ThresholdRow:
    number: str
    anchor: str
    title: str
    value: str
    since: str
    clause: str
    note: str


@dataclass(frozen=True, slots=True)
class Methodology:
    header: Header
    title: str
    documents: tuple[str, ...]
    reading: tuple[str, ...]
    sections: tuple[Section, ...]
    thresholds: tuple[ThresholdRow, ...]
    thresholds_about: str
    measures: tuple[MeasureView, ...]
    roles: tuple[tuple[str, str], ...]
    breaks: tuple[str, ...]


def make_methodology(book: Book) -> Methodology:
    """Put the rules of a run into words."""
    weaver, program = Weaver(book.wording, book.program), book.program
    criteria = [*(weaver.criterion(plan) for plan in program.of(CriterionPlan)), *weaver.switched_off()]
    sections = (
        Section(1, "groups", "Группы школ", "Группа — основание для помощи. Она присваивается предварительно, до решения; школа может входить в несколько групп, если не сказано, что одна исключает другую.",
                tuple(weaver.category(plan) for plan in program.of(CategoryPlan)), listed=True),
        Section(2, "criteria", "Критерии", "Исходов три: выполнен, не выполнен, не определён. Нехватка сведений никогда не значит «не выполнен», если в критерии прямо не сказано иное.", tuple(criteria), listed=True),
        Section(4, "indicators", "Показатели", "Что вычисляется и из каких сведений. Значения сравниваются с порогами неокруглёнными; «знаков» относится только к печати.",
                tuple(weaver.indicator(plan) for plan in program.of(IndicatorPlan))),
        Section(6, "tables", "Сведения, которые нужны расчёту", "Договор о данных: таблицы, их столбцы так, как они названы в файлах, проверки строк и строки, которых ждёт расчёт.",
                tuple(weaver.table(name) for name in book.rules.tables)))
    measures = tuple(book.measures.view(plan, _audience(book, plan)) for plan in program.of(MeasurePlan))
    rules = book.rules
    title = (f"Перечень критериев и показателей: {counted(len(rules.categories), GROUP)}, {counted(len(rules.criteria), CRITERION)}, "
             f"{counted(len(rules.indicators), INDICATOR)}, {counted(len(rules.measures), MEASURE)}")
    return Methodology(book.header, title, tuple(_documents(book)), _READING, tuple(_numbered(section) for section in sections),
                       tuple(_thresholds(book)), f"{full_stop(f'Значения на {long_date(book.run.day)}')} Новое значение действует с указанной даты, прежнее остаётся для расчётов за прошлые годы.",
                       measures, tuple((body.short or "", body.title) for body in rules.roles.values()), tuple(_breaks(book)))


_READING = (
    "У критерия три исхода: выполнен, не выполнен, не определён. Группа, для которой не хватает сведений, не определена, и отчёт говорит, какие группы ещё возможны и что это решит.",
    "Пропуск не считается нулём. Если неизвестна часть строк, счёт известен в границах: «от 1 до 3»; условие определено, когда от неизвестного ничего не зависит.",
    "С порогами сравниваются неокруглённые числа; при печати знаков столько, чтобы округление не показало число по другую сторону порога.",
    "Рядом с долей печатается, сколько это из скольких: «14 из 46 (30,4 %)».",
    "Все выводы предварительные. Решение о группах и мерах принимает человек.",
)


def _numbered(section: Section) -> Section:
    return replace(section, entries=tuple(replace(entry, number=f"{section.number}.{place}") for place, entry in enumerate(section.entries, start=1)))


def _documents(book: Book) -> Iterator[str]:
    for regulation in book.rules.regulations:
        approval, signed = regulation.approved, ""
        if approval is not None:
            order = " ".join(part for part in (f"№ {approval.number}" if approval.number else "", f"от {long_date(approval.day)}" if approval.day else "") if part)
            signed = ", ".join(part for part in (approval.by or "", order) if part)
        since = full_stop(f" Действует с {long_date(regulation.in_force.since)}") if regulation.in_force and regulation.in_force.since else ""
        yield f"{regulation.title}{f' ({signed})' if signed else ''}.{since} {regulation.note or ''}".strip()


def _audience(book: Book, plan: MeasurePlan) -> Iterable[str]:
    """Say whom a measure is for, in one line."""
    return (book.wording.text(plan.audience),) if plan.audience is not None else ("всем школам",)


def _thresholds(book: Book) -> Iterator[ThresholdRow]:
    for place, (name, block) in enumerate(book.rules.thresholds.items(), start=1):
        since = book.program.editions.get(name)
        verified = f"; сверено {long_date(block.verified)}" if block.verified else "; с документом не сверено"
        yield ThresholdRow(f"3.{place}", name, book.wording.title(name), book.wording.threshold(name), f"с {long_date(since)}" if since else "",
                           (block.clause or "Основание не указано") + verified, " ".join(part for part in (_editions(book, block), block.note or "") if part))


def _editions(book: Book, block: model.Threshold) -> str:
    """Name the other editions of a threshold, past and future."""
    found = book.wording
    others = [(date.fromisoformat(since), value) for since, value in sorted(block.editions.items())] if len(block.editions) > 1 else []
    words = [f"с {long_date(since)} — {found.amount(value, block.unit) if not isinstance(value, dict) else 'по видам школ'}" for since, value in others]
    return f"Редакции: {'; '.join(words)}." if words else ""


def _breaks(book: Book) -> Iterator[str]:
    for gap in book.rules.calendar.breaks:
        which = ", ".join(", ".join(words) for words in gap.where.values())
        yield f"«{book.wording.title(gap.table)}»{f' ({which})' if which else ''}: с {academic_year(gap.year)} учебного года ряд начинается заново — {gap.why}."


def write(out: Outlet, schools: tuple[str, ...] | None, say: Callable[[str], None]) -> list[Path]:
    """Write the report. Errors: OSError, CarelessPhraseError."""
    book = out.book
    return out.page("methodology", make_methodology(book), "methodology", "Перечень критериев и показателей")
