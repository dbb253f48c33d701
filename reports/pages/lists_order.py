"""A draft order that approves the lists of schools, the district's coordinators and those responsible; people's names are left to fill in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from engine.roadmap.steps import Undated
from reports.book import Book
from reports.document import UNKNOWN_DATE, Grid, head
from reports.orders import BLANK, COMMAND, DRAFT, SIGNER, Order, OrderAnnex, OrderPoint
from reports.outlet import Outlet
from reports.pages.assistance_plan import CoordinatorView, coordinators
from reports.pages.roadmap_order import body_of, documents_of
from reports.profile import profiles_of
from reports.russian import SCHOOL, SIGN, counted, in_counted, joined, long_date
from reports.sheets import Column, Sheet, sheet_of
from reports.view import GroupView, SchoolView

NAME = "Проект приказа об утверждении списков школ"
_NOTICE, _COORDINATOR, _CENTER = "уведомление_школы", "районный_координатор", "имц"
OBJECTION_DAYS = 5     # working days from the day the school was shown its grounds: measure М-02


def make_order(book: Book) -> Order:
    """Choose what the order says."""
    year, header = book.roadmaps.year_words, book.header
    lists = OrderAnnex("", f"Списки школ, которым в {year} учебном году оказывается адресная помощь", (_about_lists(book),), tuple(_lists(book)),
                       ("Школы стоят по номерам; место в списке ничего не значит. Школа может входить в несколько списков: меры ей назначаются один раз.",))
    found = {"lists": lists, "responsible": _responsible(book), "open": _undetermined(book), "service": _service(book)}
    annexes = {key: replace(item, number=f"Приложение {place}") for place, (key, item) in enumerate(((key, item) for key, item in found.items() if item is not None), start=1)}
    return Order(header, NAME, body_of(book), f"Об утверждении списков школ и ответственных за адресную помощь в {year} учебном году", _preamble(book), COMMAND,
                 tuple(_points(book, {key: item.number.lower() for key, item in annexes.items()})), SIGNER, tuple(annexes.values()), DRAFT, (("brief.html", "Краткая справка"), ("methodology.html", "Критерии и показатели"), ("lists_order.xlsx", "Книга Excel")))


def _preamble(book: Book) -> tuple[str, ...]:
    documents = "; ".join(documents_of(book))
    during = f"Во исполнение документов района: {documents}; на" if documents else "На"
    return (f"{during} основании справки об итогах {book.header.year} учебного года от {UNKNOWN_DATE} (расчёт {book.header.run} по данным на {book.header.day}), "
            "в целях адресной методической помощи школам",)


# ---------------------------------------------------------------- points


def _points(book: Book, annex: dict[str, str]) -> Iterator[OrderPoint]:
    """`annex`: what the annexes are called, by their key."""
    center = _center(book)
    yield OrderPoint(f"Утвердить списки школ, которым оказывается адресная помощь ({annex['lists']}).")
    yield OrderPoint(f"Назначить районным координатором адресной помощи: {BLANK} (фамилия, инициалы, должность).", tuple(_coordinator_terms(book)))
    yield OrderPoint(f"Утвердить перечень ответственных ({annex['responsible']}); фамилии и контакты вносятся после назначения и в расчёте не хранятся.")
    yield OrderPoint(f"{center}: {_notice(book)}")
    yield OrderPoint(f"Руководителям школ, названных в списках: ознакомиться с основаниями; при несогласии{_objections(book)} представить возражения с подтверждающими сведениями "
                     f"в течение {OBJECTION_DAYS} рабочих дней со дня ознакомления. Возражение рассматривается до включения мер в дорожную карту школы; по его итогам список уточняется.")
    if "open" in annex:
        yield OrderPoint(f"{center}: дополучить сведения школ, группы которых не определены ({annex['open']}), и представить дополнение к спискам до {UNKNOWN_DATE}.")
    yield OrderPoint("Списки используются только для помощи школам: они не служат для оценки школ и учителей, не публикуются и не передаются в средства массовой информации.")
    if "service" in annex:
        yield OrderPoint(f"Сведения о группах для служебного пользования ({annex['service']}) поимённо сообщаются только самим школам.")
    yield OrderPoint(f"Контроль за исполнением приказа возложить на {BLANK} (должность, фамилия, инициалы).")


def _center(book: Book) -> str:
    return book.wording.role_title(_CENTER) if _CENTER in book.rules.roles else "Методическому центру"


def _coordinator_terms(book: Book) -> Iterator[str]:
    for item in _coordinators(book):
        if _COORDINATOR in book.rules.roles and item.role == book.wording.role_title(_COORDINATOR):
            yield f"сведения о нём ({item.data}) направить {item.sent_to} {item.due}"


def _coordinators(book: Book) -> tuple[CoordinatorView, ...]:
    return tuple(coordinators(book)) if book.program.assistance is not None else ()


def _notice(book: Book) -> str:
    due = _notice_day(book)
    when = f"до {long_date(due)}" if due is not None else f"до {UNKNOWN_DATE}"
    return f"{when} ознакомить каждую школу из списков с её основаниями (карточка школы), принять и рассмотреть возражения."


def _notice_day(book: Book) -> date | None:
    """Return the day by which schools are told, by the measures of the rules; None where there is no such measure or it has no day."""
    if _NOTICE not in book.rules.measures:
        return None
    found = book.roadmap.dates(_NOTICE)
    return None if isinstance(found, Undated) else found[-1].due


def _objections(book: Book) -> str:
    day = _notice_day(book)
    return f" не позднее {long_date(book.roadmap.calendar.add_working_days(day, OBJECTION_DAYS))}" if day is not None else ""


# ---------------------------------------------------------------- annexes


def _about_lists(book: Book) -> str:
    helped = [school for school in book.schools if school.main]
    return (f"Всего школ в списках: {len(helped)} из {len(book.schools)}. Основания — из расчёта по правилам района, они предварительные до рассмотрения возражений." if helped
            else "Оснований для адресной помощи по этим данным нет ни у одной школы; приказ о списках не требуется.")


def _lists(book: Book) -> Iterator[Grid]:
    for name in book.help_names:
        members = [(school, group) for school in book.schools for group in school.named if group.name == name]
        if members:
            rows = tuple((school.label, school.name, _ground(book, group), _since(book, school), "") for school, group in members)
            yield Grid(f"{book.wording.plural(name)}: {counted(len(members), SCHOOL)}", head("школа", "название", "основание", "по решениям прошлых лет", "отметка о возражениях"), rows)


def _ground(book: Book, group: GroupView) -> str:
    """Say the first ground and how many more there are; one that names a group for service use is only counted."""
    hidden = tuple(book.wording.title(name) for name in book.internal.categories)
    shown = [ground for ground in group.grounds if not any(title in ground.text(1) for title in hidden)]
    more = len(group.grounds) - 1
    text = shown[0].text(1) if shown else group.phrase or "основания — в карточке школы"
    return f"{text} И ещё {counted(more, SIGN)}." if shown and more > 0 else text


def _since(book: Book, school: SchoolView) -> str:
    if not book.decisions.known:
        return "решений в данных нет"
    return "впервые" if school.is_new else f"была: {book.wording.short(school.before)}" if school.before else "была раньше, не в прошлом году"


def _responsible(book: Book) -> OrderAnnex:
    found = _coordinators(book)
    if not found:
        title = book.wording.role_title(_COORDINATOR) if _COORDINATOR in book.rules.roles else "Районный координатор"
        grid = Grid("Кого назначить", head("роль", "фамилия, инициалы, должность", "контакт", "срок"), ((title, BLANK, BLANK, UNKNOWN_DATE),))
        return OrderAnnex("", "Ответственные", ("Адресная помощь «500+» в правилах не описана: состав ответственных определяет отдел образования.",), (grid,))
    roles = Grid("Кто за что отвечает", head("роль", "какие сведения вносят", "кому", "срок", "фамилия, инициалы (заполняется)"), tuple((item.role, item.data, item.sent_to, item.due, BLANK) for item in found))
    pages = profiles_of(book)
    schools = tuple((school.label, school.name, BLANK, BLANK) for school in (pages.chosen if pages is not None else ()))
    grids = (roles, Grid("Координаторы и кураторы школ", head("школа", "название", "школьный координатор (заполняется)", "куратор (заполняется)"), schools)) if schools else (roles,)
    return OrderAnnex("", "Ответственные за адресную помощь", (), grids, ("Телефоны и почта вносятся в подписанный экземпляр: в расчёте личных данных нет.",))


def _undetermined(book: Book) -> OrderAnnex | None:
    found = [school for school in book.schools if school.missing_named is not None]
    if not found:
        return None
    rows = tuple((school.label, joined(school.missing_named.possible, "или"), school.missing_named.settle_short) for school in found)
    return OrderAnnex("", "Школы, группы которых не определены", (f"Не хватает сведений о {in_counted(len(found), SCHOOL)}: до их получения школы не считаются ни нуждающимися, ни не нуждающимися в помощи.",),
                      (Grid("Что решит", head("школа", "возможные группы", "что решит"), rows),))


def _service(book: Book) -> OrderAnnex | None:
    if not book.internal.categories:
        return None
    rows = []
    for plan in book.plans:
        if plan.block.internal:
            status = book.run.evaluation.status(plan.name)
            rows.append((book.wording.plural(plan.name), str(int((status == 1).sum())), str(int((status == 0).sum()))))
    return OrderAnnex("", "Сведения для служебного пользования", ("Школы здесь только считаются: поимённо их знают сами школы и аналитик.",),
                      (Grid("Сколько школ", head("группа", "#школ", "#не определено"), tuple(rows)),))


# ---------------------------------------------------------------- the workbook


def make_sheets(book: Book, order: Order) -> Iterator[Sheet]:
    """Make the sheets: lists, those responsible, what is not determined."""
    rows = [[grid.caption.rpartition(": ")[0], *(value.removeprefix("№\u00a0").removeprefix("№ ") if place == 0 else value for place, value in enumerate(row))] for grid in order.annexes[0].grids for row in grid.rows]
    yield sheet_of(book, "Списки", (Column("Список", 40), Column("Школа", 10), Column("Название", 30), Column("Основание", 90), Column("По решениям прошлых лет", 30), Column("Отметка о возражениях", 40, least=30)), rows, fixed=2)
    for annex in order.annexes[1:]:
        for grid in annex.grids:
            yield sheet_of(book, grid.caption[:31], tuple(Column(item.title, 50, least=24 if "заполняется" in item.title else 0) for item in grid.columns), [list(row) for row in grid.rows])




def write(out: Outlet, schools: tuple[str, ...] | None, say: Callable[[str], None]) -> list[Path]:
    """Write the order. Errors: OSError, CarelessPhraseError."""
    book = out.book
    order = make_order(book)
    return [*out.page("order", order, "lists_order", NAME), *out.workbook(NAME, make_sheets(book, order), "lists_order")]
