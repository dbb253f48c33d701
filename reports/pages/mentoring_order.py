"""The draft order on the project «Школа – школе»: groups, pairs with reasons, annexes; a page to print and a workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from reports.book import Book
from reports.mentoring import Project, project_view
from reports.outlet import Outlet
from reports.pairs import Pairs
from reports.russian import joined
from reports.sheets import Column, Sheet, sheet_of


@dataclass(frozen=True, slots=True)
class Order:
    project: Project
    schools: str
    mentors: str
    rules: tuple[str, ...]
    weights: tuple[tuple[str, str, str], ...]


def make_order(book: Book, pairs: Pairs) -> Order:
    """Choose what the draft order says."""
    led = {pair.mentor for pair in pairs.assignment.pairs}
    return Order(project_view(book, pairs), joined(f"№ {code}" for code in pairs.project.mentees), joined(f"№ {code}" for code in pairs.project.mentors if code in led),
                 pairs.rules(), pairs.weights())


# ---------------------------------------------------------------- the workbook


def make_sheets(book: Book, pairs: Pairs, order: Order) -> tuple[Sheet, ...]:
    """Make the sheets: pairs, groups, closeness factor by factor, how the pairs were chosen."""
    return _pairs(book, order), _groups(book, order), _closeness(book, pairs), _how(book, order)


def _pairs(book: Book, order: Order) -> Sheet:
    columns = (Column("Школа-наставляемый"), Column("Школа-наставник"), Column("Различие условий", 12, 2), Column("Где нужна помощь", 26), Column("По силам ли наставнику", 40),
               Column("Почему эта пара", 70), Column("Запасной наставник", 40), Column("Согласие школы", 22), Column("Согласие наставника", 22), Column("Закреплена", 12))
    rows = [[pair.mentee, pair.mentor, _number(pair.distance), pair.needs, pair.subjects, " ".join(pair.reasons), pair.runner_up,
             *(reply.split(": ", 1)[1] for reply in pair.replies), "да" if pair.fixed else ""] for pair in order.project.pairs]
    rows += [[item.mentee, "", None, "", "", f"Без наставника: {item.why}. {' '.join(item.relax)}", "", "", "", ""] for item in order.project.alone]
    return sheet_of(book, "Пары", columns, rows, fixed=2)


def _number(text: str) -> float | str:
    return float(text.replace(",", ".")) if text[:1].isdigit() else text


def _groups(book: Book, order: Order) -> Sheet:
    columns = (Column("Школа"), Column("Название", 30), Column("Группа", 40), Column("Основания", 80), Column("Ответ школы", 24), Column("Пара", 30))
    rows = [[member.label.removeprefix("№").strip(), member.name, group.title, " ".join(member.grounds), member.reply, member.pairs]
            for group in order.project.groups for member in group.members]
    return sheet_of(book, "Группы", columns, rows)


def _closeness(book: Book, pairs: Pairs) -> Sheet:
    """The distance of every pair, factor by factor: the parts add up to it."""
    columns = (Column("Школа-наставляемый"), Column("Школа-наставник"), Column("Условие", 40), Column("У школы", 24), Column("У наставника", 24), Column("Часть различия", 12, 3),
               Column("Не учтено, потому что", 36))
    return sheet_of(book, "Сходство", columns, list(_parts(pairs)), fixed=2)


def _parts(pairs: Pairs) -> Iterable[list]:
    for pair in pairs.assignment.pairs:
        for item in pair.contributions:
            view = pairs.factor(item, pair.distance)
            yield [pair.mentee, pair.mentor, view.title, view.here, view.there, None if item.missing else round(item.part, 3), pairs.reason(item) if item.missing else ""]


def _how(book: Book, order: Order) -> Sheet:
    rows: list[list] = [["условие сходства", title, f"вес {weight}, {how}"] for title, weight, how in order.weights]
    rows += [["ограничение", line, ""] for line in order.rules]
    return sheet_of(book, "Как подобрано", (Column("Что", 20), Column("Название", 70), Column("Как учитывается", 40)), rows)


def is_made(book: Book) -> bool:
    """Tell whether there are pairs to speak of."""
    return book.pairs is not None


def write(out: Outlet, schools: tuple[str, ...] | None, say: Callable[[str], None]) -> list[Path]:
    """Write the report. Errors: OSError, CarelessPhraseError."""
    book = out.book
    pairs = book.pairs
    if pairs is None:
        return []
    order = make_order(book, pairs)
    return [*out.page("mentoring_order", order, "mentoring_order", "Проект приказа «Школа – школе»"),
            *out.workbook("Пары «Школа – школе»", make_sheets(book, pairs, order), "mentoring_order")]
