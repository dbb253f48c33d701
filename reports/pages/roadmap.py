"""The roadmap: the district by month with load and conflicts, each school that has measures on a page of its own, all steps as a workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from reports.book import Book, roadmap_link_of
from reports.outlet import Outlet
from reports.roadmaps import MONTH_NAMES, STEP, ConflictView, Contact, LoadRow, MonthView, PlanRow, RoadmapViews, month_title
from reports.russian import MEASURE, SCHOOL, counted, form, in_counted, lowered
from reports.sheets import Column, Sheet, sheet_of
from reports.view import Header, SchoolView


@dataclass(frozen=True, slots=True)
class LoadCell:
    text: str
    over: str


@dataclass(frozen=True, slots=True)
class LoadLine:
    role: str
    cells: tuple[LoadCell, ...]
    total: str
    peak: str


@dataclass(frozen=True, slots=True)
class SchoolLink:
    label: str
    link: str
    count: str


@dataclass(frozen=True, slots=True)
class DistrictRoadmap:
    header: Header
    title: str
    lead: str
    month_names: tuple[str, ...]
    load: tuple[LoadLine, ...]
    conflicts: tuple[ConflictView, ...]
    conflicts_title: str
    undated: tuple[str, ...]
    undecreed: tuple[str, ...]
    months: tuple[MonthView, ...]
    schools: tuple[SchoolLink, ...]
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class SchoolRoadmap:
    header: Header
    school: SchoolView
    title: str
    lead: str
    groups: str
    rows: tuple[PlanRow, ...]
    possible: str
    conflicts: tuple[ConflictView, ...]
    contacts: tuple[Contact, ...]


def make_roadmap(book: Book) -> DistrictRoadmap:
    """Choose what the district's page shows."""
    views, steps = book.roadmaps, book.roadmap.roadmap.steps
    conflicts, months = views.conflicts(), views.months(steps)
    names = tuple(MONTH_NAMES[month - 1][:3] for _, month in book.roadmap.year.months)
    return DistrictRoadmap(
        book.header, f"Дорожная карта помощи школам на {views.year_words} учебный год", _lead(views, months, len(conflicts)), names, _load(views), conflicts,
        f"Противоречия: {len(conflicts)}" if conflicts else "Противоречий нет", views.undated, views.undecreed, months, tuple(_links(book)), views.contacts(steps))


def _lead(views: RoadmapViews, months: tuple[MonthView, ...], conflicts: int) -> str:
    if not months:
        return "Шагов нет: мер в правилах нет или они никому не нужны."
    fullest = max(months, key=lambda month: month.amount)
    total = sum(month.amount for month in months)
    where = f" в {in_counted(len(views.schools), SCHOOL)}" if views.schools else ""
    return (f"{counted(total, STEP)}{where}; больше всего — {lowered(fullest.title)}: {counted(fullest.amount, STEP)}. "
            f"Сроки — рабочие дни производственного календаря. {'Ниже названы противоречия: их решает человек.' if conflicts else ''}").strip()


def _load(views: RoadmapViews) -> tuple[LoadLine, ...]:
    return tuple(_line(row) for row in views.load())


def _line(row: LoadRow) -> LoadLine:
    cells = tuple(LoadCell(f"{value}{' !' if over else ''}" if value else "", "over" if over else "") for value, over in zip(row.months, row.over, strict=True))
    return LoadLine(row.role, cells, str(row.total), row.peak)


def _links(book: Book) -> Iterable[SchoolLink]:
    for school in book.schools:
        needed = book.roadmap.needed[school.code]
        if needed and school.code in book.roadmaps.named:
            yield SchoolLink(school.label, roadmap_link_of(school.code), counted(len(needed), MEASURE))


# ---------------------------------------------------------------- one school


def make_school_roadmap(book: Book, school: SchoolView) -> SchoolRoadmap:
    """Choose what the roadmap of one school shows: the measures it takes part in, in the order of their first dates."""
    views, steps = book.roadmaps, book.roadmap.steps_of(school.code)
    kept = {id(step) for step in steps}
    conflicts = [conflict for conflict in book.roadmap.conflicts if conflict.performer is None and any(id(step) in kept for step in conflict.steps)]
    groups = ", ".join(group.short for group in school.in_force if group.name not in book.rest_names)
    possible = len(school.possible_measures)
    more = f"Если подтвердятся неопределённые группы, {'добавится' if form(possible, MEASURE) == MEASURE.one else 'добавятся'} ещё {counted(possible, MEASURE)}; они — в карточке школы." if possible else ""
    return SchoolRoadmap(book.header, school, f"Дорожная карта школы {school.label} на {views.year_words} учебный год",
                         f"{counted(len({step.measure for step in steps}), MEASURE)}, {counted(len(steps), STEP)} за год.", groups,
                         tuple(_of_school(book, school, row) for row in views.rows(steps)), more, views.conflicts(conflicts, named=True), views.contacts(steps))


def _of_school(book: Book, school: SchoolView, row: PlanRow) -> PlanRow:
    """A row of one school gives the reasons of that school, also where the event is one for many."""
    return replace(row, why="; ".join(book.measures.reasons(book.roadmaps.plans[row.measure], school.row)), whom="")


# ---------------------------------------------------------------- the workbook


_STEP_COLUMNS = (Column("№", 7, 0), Column("Месяц", 16), Column("Для кого", 30), Column("Мероприятие", 50), Column("Повод", 34), Column("Срок", 26),
                 Column("Ответственный", 34), Column("Участвуют", 22), Column("Результат, документ", 34), Column("Показатель", 44), Column("Основание", 40), Column("Отметка", 16))


def make_sheets(book: Book) -> tuple[Sheet, ...]:
    """Make the sheets: every step, the district by measure, load, conflicts, contacts."""
    return _steps(book), _measures(book), _load_sheet(book), _conflicts(book), _contacts(book)


def _steps(book: Book) -> Sheet:
    views = book.roadmaps
    rows = []
    for number, step in enumerate(book.roadmap.roadmap.steps, start=1):
        row = views.step_row(number, step)
        whom = step.school or row.whom
        rows.append([number, month_title((step.due.year, step.due.month)), whom, *_common(row)])
    return sheet_of(book, "Шаги", _STEP_COLUMNS, rows, fixed=4)


def _measures(book: Book) -> Sheet:
    columns = (_STEP_COLUMNS[0], *_STEP_COLUMNS[2:])
    rows = [[int(row.number), row.whom, *_common(row)] for row in book.roadmaps.rows(book.roadmap.roadmap.steps)]
    return sheet_of(book, "По мерам", columns, rows, fixed=3)


def _common(row: PlanRow) -> list[str]:
    due = f"{row.due} ({row.moved})" if row.moved else row.due
    return [row.title, row.why, due, row.responsible, row.participants, row.document, row.control, row.clause, ""]


def _load_sheet(book: Book) -> Sheet:
    months = [Column(month_title(month), 12, 0) for month in book.roadmap.year.months]
    columns = (Column("Кто отвечает", 44), Column("Исполнителей", 14), *months, Column("Всего", 10, 0), Column("Больше всего за месяц", 44))
    rows = [[row.role, row.performers, *row.months, row.total, row.peak] for row in book.roadmaps.load()]
    return sheet_of(book, "Нагрузка", columns, rows)


def _conflicts(book: Book) -> Sheet:
    columns = (Column("Что", 34), Column("Где", 90), Column("Что делать", 60))
    views = book.roadmaps
    rows = [[item.kind, item.text, item.advice] for item in views.conflicts()]
    rows += [["без даты", text, "Назовите срок в правилах."] for text in views.undated]
    rows += [["календарь не утверждён", text, ""] for text in views.undecreed]
    return sheet_of(book, "Противоречия", columns, rows)


def _contacts(book: Book) -> Sheet:
    columns = (Column("Роль", 50), Column("Контакт", 50), Column("Примечание", 50))
    return sheet_of(book, "Контакты", columns, [[item.role, item.contact, item.note] for item in book.roadmaps.contacts(book.roadmap.roadmap.steps)])


def write(out: Outlet, schools: tuple[str, ...] | None, say: Callable[[str], None]) -> list[Path]:
    """Write the district's page and workbook and a page for each school with measures; named schools alone get theirs only.

    Errors: OSError, CarelessPhraseError.
    """
    book = out.book
    paths = []
    if not schools and out.first:
        paths = [*out.page("roadmap", make_roadmap(book), "roadmap", "Дорожная карта района"),
                 *out.workbook("Дорожная карта", make_sheets(book), "roadmap")]
    for school in out.mine([book.school(code) for code in schools] if schools else book.schools):
        if book.roadmap.needed[school.code]:
            say(f"Дорожная карта школы {school.label}")
            paths += out.page("school_roadmap", make_school_roadmap(book, school), Path(roadmap_link_of(school.code)).stem, f"Дорожная карта школы {school.label}")
    return paths
