"""The plan-schedule of «500+» for the district: whom it helps, who coordinates, what is due when; a page and a workbook to fill."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from engine import model
from engine.model_profile import PlanStep
from engine.program import MeasurePlan
from engine.roadmap.steps import Undated
from reports.book import Book, link_of
from reports.outlet import Outlet
from reports.profile import ProfileBook, ProfileView, profiles_of
from reports.russian import SCHOOL, capital, counted, joined, lowered, to_counted
from reports.sheets import Column, Sheet, sheet_of
from reports.view import Header, MeasureView

_DISTRICT = "районный_координатор"


@dataclass(frozen=True, slots=True)
class PlanSchool:
    label: str
    link: str
    name: str
    groups: str
    answered: str
    active: tuple[str, ...]
    ask: int


@dataclass(frozen=True, slots=True)
class CoordinatorView:
    """A role to be filled by a person later: what is needed, for whom, till when."""

    role: str
    data: str
    fields: tuple[str, ...]
    sent_to: str
    due: str
    document_place: str


@dataclass(frozen=True, slots=True)
class AssistancePage:
    header: Header
    title: str
    lead: str
    ground: str
    note: str
    schools: tuple[PlanSchool, ...]
    possible: str
    coordinators: tuple[CoordinatorView, ...]
    steps: tuple[MeasureView, ...]


def make_plan(pages: ProfileBook) -> AssistancePage:
    """Choose what the plan shows."""
    book, block = pages.book, pages.book.program.assistance.block
    views = [pages.view(school) for school in pages.chosen]
    silent = [view.school.label for view in views if not view.has_answered]
    lead = f"Самодиагностику вернули {len(views) - len(silent)} из {counted(len(views), SCHOOL) if len(views) == 1 else len(views)}." if views else ""
    lead += f" Не ответили: {joined(silent)}." if silent else ""
    possible = joined(school.label for school in pages.possible)
    return AssistancePage(
        book.header, f"{block.title or 'План-график'}: адресная помощь предложена {to_counted(len(views), SCHOOL)}", lead.strip(), block.clause or "", block.note or "",
        tuple(_school(pages, view) for view in views), f"Группы ещё не определены, решится после сведений: {possible}." if possible else "",
        tuple(coordinators(book)), tuple(_steps(book)))


def _school(pages: ProfileBook, view: ProfileView) -> PlanSchool:
    return PlanSchool(view.school.label, link_of(view.school.code, "risk_profile"), view.school.name, pages.groups(view.school), view.answered,
                      tuple(f"{factor.number}. {factor.title} — {factor.significance}" for factor in view.active), len(view.ask))


def coordinators(book: Book) -> Iterator[CoordinatorView]:
    """Make the roles that coordinate «500+»: what is needed of the person and till when."""
    for item in book.program.assistance.block.coordinators:
        view = _dated(book, item.role, item.deadline)
        place = "одна строка на район" if item.role == _DISTRICT else "по строке на школу — в книге assistance_plan.xlsx"
        yield CoordinatorView(book.wording.role_title(item.role), joined(item.data), item.data, item.sent_to, view.due_full, place)


def _steps(book: Book) -> list[MeasureView]:
    """The steps of the plan in the order of dates; equal dates keep the order of the rules."""
    block = book.program.assistance.block
    return [view for _, view in sorted(((_begins(book, step), _step(book, step)) for step in block.steps), key=lambda pair: pair[0])]


def _step(book: Book, step: PlanStep) -> MeasureView:
    if step.measure is not None:
        return book.measures.view(book.program.plans[step.measure])
    return _dated(book, step.title, step.deadline, step.responsible, step.participants, step.document)


def _dated(book: Book, title: str, deadline: model.Deadline, responsible: tuple[str, ...] = (), participants: tuple[str, ...] = (), document: str | None = None) -> MeasureView:
    """What the plan adds to the measures of the rules, with dates of the same cycle."""
    return replace(book.measures.view(_own(book, title, deadline, responsible, participants, document)), title=title)


def _own(book: Book, title: str, deadline: model.Deadline, responsible: tuple[str, ...] = (), participants: tuple[str, ...] = (), document: str | None = None) -> MeasurePlan:
    block = model.Measure.model_construct(title=title, responsible=responsible, participants=participants, deadline=deadline, document=document, audience=None)
    return MeasurePlan(title, block, book.program.school_level)


def _begins(book: Book, step: PlanStep) -> date:
    plan = book.program.plans[step.measure] if step.measure is not None else _own(book, step.title, step.deadline)
    found = book.roadmap.dates_of(plan)
    return date.max if isinstance(found, Undated) else found[0].first or found[0].due


# ---------------------------------------------------------------- the workbook


def _sheets(pages: ProfileBook, page: AssistancePage) -> Iterator[Sheet]:
    book = pages.book
    views = [pages.view(school) for school in pages.chosen]
    yield sheet_of(book, "План-график", [Column("№", 6, 0), Column("Срок", 26), Column("Мероприятие", 60), Column("Отвечает", 40), Column("Участвуют", 24),
                                         Column("Документ", 34), Column("Отметка о выполнении", 24, least=22)],
                   [(number, step.due_full, step.title, step.responsible_full, step.participants, step.document, "") for number, step in enumerate(page.steps, start=1)])
    yield sheet_of(book, "Школы", [Column("Школа", 10), Column("Название", 30), Column("Группы (предварительно)", 30), Column("Самодиагностика", 34),
                                   *(Column(f"Предложенный фактор {place}", 40) for place in range(1, pages.profiles.most + 1)), Column("Утверждено школой и куратором", 40, least=36)],
                   [(view.school.label, view.school.name, pages.groups(view.school), capital(view.answered), *_padded(view, pages.profiles.most), "") for view in views], fixed=2)
    yield sheet_of(book, "Координаторы", [Column("Роль", 34), Column("Школа", 10), Column("Подать до", 20), Column("Кому", 34), *(Column(capital(name), 28, least=28) for name in _fields(page))],
                   [row for item, block in zip(page.coordinators, book.program.assistance.block.coordinators, strict=True) for row in _rows_of(item, block.role, views, _fields(page))], fixed=2)
    yield sheet_of(book, "Факторы", [Column("Школа", 10), Column("№", 6, 0), Column("Фактор", 44), Column("По данным района", 24), Column("По ответам школы", 24), Column("Проверено куратором", 20),
                                     Column("Согласие источников", 24), Column("Итог", 34), Column("Почему", 60), Column("Что спросить", 60)],
                   [(view.school.label, factor.number, factor.title, factor.by_data, factor.by_answers, factor.verified, factor.agreement, factor.status.word,
                     f"{factor.reason} {factor.tie}".strip(), "; ".join(factor.ask)) for view in views for factor in view.factors], fixed=3)


def _padded(view: ProfileView, most: int) -> tuple[str, ...]:
    titles = [f"{factor.number}. {factor.title} ({lowered(factor.significance)})" for factor in view.active]
    return tuple(titles + [""] * (most - len(titles)))


def _fields(page: AssistancePage) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for item in page.coordinators for name in item.fields))


def _rows_of(item: CoordinatorView, role: str, views: list[ProfileView], fields: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """One row for the district's coordinator, one a school for the others; personal data are left to the district."""
    for school in [""] if role == _DISTRICT else [view.school.label for view in views]:
        yield (item.role, school, item.due, item.sent_to, *("" for _ in fields))


def is_made(book: Book) -> bool:
    """Tell whether the rules describe risk profiles."""
    return profiles_of(book) is not None


def write(out: Outlet, schools: tuple[str, ...] | None, say: Callable[[str], None]) -> list[Path]:
    """Write the plan. Errors: OSError, CarelessPhraseError."""
    book = out.book
    pages = profiles_of(book)
    if pages is None:
        return []
    page = make_plan(pages)
    return [*out.page("assistance_plan", page, "assistance_plan", "План-график «500+»"),
            *out.workbook("План-график «500+»", _sheets(pages, page), "assistance_plan")]
