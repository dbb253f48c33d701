"""The cyclogram: group events by month, called for by deficits of subjects; which deficits, in how many schools, in what form, by whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.roadmap.of_run import GroupEvent, Shortage
from engine.schedule.academic import Occurrence
from reports.book import Book
from reports.outlet import Outlet
from reports.roadmaps import MONTH_NAMES, Contact, month_title
from reports.russian import SCHOOL, Noun, capital, counted, in_counted, joined
from reports.sheets import Column, Sheet, sheet_of
from reports.view import Header

EVENT = Noun("групповое мероприятие", "групповых мероприятия", "групповых мероприятий")


@dataclass(frozen=True, slots=True)
class Topic:
    """Deficits that belong together, such as the tasks of one class: «5 класс: задания 5 (4), 7 (6)»."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class EventRow:
    """A group event across the year. `cells`: what stands in each month."""

    title: str
    form: str
    subjects: str
    reason: str
    topics: tuple[Topic, ...]
    count: str
    amount: int
    schools: str
    cells: tuple[str, ...]
    months: str
    responsible: str
    participants: str
    document: str
    clause: str


@dataclass(frozen=True, slots=True)
class Uncovered:
    """Deficits of a subject that no event answers."""

    subject: str
    about: str
    count: str
    topics: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class Cyclogram:
    header: Header
    title: str
    lead: str
    month_names: tuple[str, ...]
    by_subject: tuple[EventRow, ...]
    others: tuple[EventRow, ...]
    uncovered: tuple[Uncovered, ...]
    contacts: tuple[Contact, ...]


def make_cyclogram(book: Book) -> Cyclogram:
    """Choose what the cyclogram shows: events by deficits first, then other events that have a form of their own."""
    roadmap = book.roadmap
    rows = {name: _event(book, event) for name, event in roadmap.events.items()}
    by_subject = tuple(rows[name] for name in _in_time(book, (name for name, event in roadmap.events.items() if event.shortages)))
    others = tuple(rows[name] for name in _in_time(book, (name for name, row in rows.items() if row.form and not roadmap.events[name].shortages)))
    names = tuple(MONTH_NAMES[month - 1][:3] for _, month in roadmap.year.months)
    steps = [step for step in roadmap.roadmap.steps if step.school is None and rows.get(step.measure) in (*by_subject, *others)]
    return Cyclogram(book.header, f"Циклограмма групповых мероприятий на {book.roadmaps.year_words} учебный год", _lead(book, by_subject), names, by_subject, others,
                     tuple(_uncovered(book)), book.roadmaps.contacts(steps))


def _lead(book: Book, events: tuple[EventRow, ...]) -> str:
    if not events:
        return "Дефицитов, ради которых нужны групповые мероприятия, в данных не нашлось."
    schools = {code for event in book.roadmap.events.values() if event.shortages for code in event.schools}
    return (f"{capital(counted(len(events), EVENT))} по предметам: дефициты нашлись в {in_counted(len(schools), SCHOOL)} из тех, кому нужна помощь. "
            "Приглашаются школы, а не отдельные учителя; материалы открыты всем школам района.")


def _in_time(book: Book, names: Iterable[str]) -> list[str]:
    def first(name: str) -> tuple:
        found = book.roadmap.dates(name)
        return (0, found[0].due, name) if isinstance(found, tuple) else (1, book.roadmap.year.last, name)
    return sorted(names, key=first)


# ---------------------------------------------------------------- one event


def _event(book: Book, event: GroupEvent) -> EventRow:
    views, plan = book.roadmaps, book.roadmaps.plans[event.measure]
    block, found = plan.block, book.roadmap.dates(event.measure)
    dates: Sequence[Occurrence] = found if isinstance(found, tuple) else ()
    subjects = dict.fromkeys(item.subject for item in event.shortages)
    groups = [name for step in book.roadmap.roadmap.steps if step.measure == event.measure for name in step.reasons]
    return EventRow(
        plan.block.title or event.measure, block.form or "", joined(subjects), "" if subjects else "; ".join(book.measures.reason(name) for name in dict.fromkeys(groups)),
        tuple(topics(book, event.shortages)), counted(len(event.schools), SCHOOL), len(event.schools),
        views.whom([step for step in book.roadmap.roadmap.steps if step.measure == event.measure]) if dates else "", _cells(book, dates), _months(dates),
        joined(book.wording.role_title(name) for name in block.responsible), joined(book.wording.role(name) for name in block.participants), block.document or "",
        block.clause or "")


def _cells(book: Book, dates: Sequence[Occurrence]) -> tuple[str, ...]:
    """Write each date in the month where it ends: «2–30», «до 9»."""
    cells = dict.fromkeys(book.roadmap.year.months, "")
    for item in dates:
        month = (item.due.year, item.due.month)
        same = item.first is not None and (item.first.year, item.first.month) == month and item.first < item.due
        text = f"{item.first.day}–{item.due.day}" if same and item.first is not None else f"до {item.due.day}"
        if month in cells:
            cells[month] = ", ".join(part for part in (cells[month], text) if part)
    return tuple(cells.values())


def _months(dates: Sequence[Occurrence]) -> str:
    return joined(month_title(month).lower() for month in dict.fromkeys((item.due.year, item.due.month) for item in dates))


def topics(book: Book, shortages: Iterable[Shortage]) -> Iterable[Topic]:
    """Draw deficits together by all their keys but the last: by class, the tasks with the number of schools, in the order of the keys."""
    found: dict[tuple, dict[tuple[str, str], set[str]]] = {}
    for item in shortages:
        found.setdefault((item.subject, *item.keys[:-1]), {}).setdefault(item.keys[-1] if item.keys else ("", ""), set()).add(item.school)
    many = len({head[0] for head in found}) > 1
    for head, leaves in sorted(found.items(), key=lambda pair: _order(pair[0][1:])):
        words = [head[0]] if many else []
        words += [book.wording.key_word(name, value) for name, value in head[1:]]
        parts = [f"{book.wording.key_word(name, value)} ({counted(len(schools), SCHOOL)})" for (name, value), schools in sorted(leaves.items(), key=lambda pair: _order((pair[0],)))]
        yield Topic(", ".join(words), "; ".join(parts))


def _order(keys: Iterable[tuple[str, str]]) -> tuple:
    return tuple((int(value), "") if value.isdigit() else (0, value) for _, value in keys)


def _uncovered(book: Book) -> Iterable[Uncovered]:
    """Find subjects with deficits somewhere in the district that no event of this year answers."""
    roadmap = book.roadmap
    answered = {(book.roadmaps.plans[name].block.shortfall.indicator, word) for name, event in roadmap.events.items() if event.shortages
                for word in {item.subject for item in event.shortages}}
    for indicator, shortages in roadmap.shortages.items():
        for subject in dict.fromkeys(item.subject for item in shortages):
            if (indicator, subject) not in answered:
                mine = [item for item in shortages if item.subject == subject]
                yield Uncovered(subject, book.wording.title(indicator), counted(len({item.school for item in mine}), SCHOOL), tuple(topics(book, mine)))


# ---------------------------------------------------------------- the workbook


def make_sheets(book: Book) -> tuple[Sheet, ...]:
    """Make the sheets: the cyclogram, and the deficits one by one."""
    page = make_cyclogram(book)
    months = [Column(capital(MONTH_NAMES[month - 1]), 10) for _, month in book.roadmap.year.months]
    columns = (Column("Мероприятие", 50), Column("Форма", 20), Column("Предмет", 24), Column("Что вызывает трудности", 80), Column("Школ", 8, 0), Column("Для кого", 34), *months,
               Column("Ответственный", 34), Column("Участвуют", 22), Column("Документ", 34), Column("Основание", 40), Column("Отметка", 14))
    rows = [[row.title, row.form, row.subjects, ". ".join(f"{topic.title}: {topic.text}" if topic.title else topic.text for topic in row.topics) or row.reason, row.amount, row.schools,
             *row.cells, row.responsible, row.participants, row.document, row.clause, ""] for row in (*page.by_subject, *page.others)]
    return sheet_of(book, "Циклограмма", columns, rows, fixed=1), _deficits(book)


def _deficits(book: Book) -> Sheet:
    columns = (Column("Предмет", 24), Column("Где", 30), Column("Показатель", 60), Column("Школ с дефицитом в районе", 16, 0), Column("Из них приглашены", 16, 0), Column("Мероприятие", 50))
    rows = []
    for indicator, shortages in book.roadmap.shortages.items():
        found: dict[tuple, set[str]] = {}
        for item in shortages:
            found.setdefault((item.subject, item.keys), set()).add(item.school)
        for (subject, keys), schools in sorted(found.items(), key=lambda pair: (pair[0][0], _order(pair[0][1]))):
            name, invited = _answer(book, indicator, subject)
            rows.append([subject, book.wording.key(keys), book.wording.title(indicator), len(schools), len(schools & invited), book.wording.title(name) if name else "нет"])
    return sheet_of(book, "Дефициты", columns, rows, fixed=2)


def _answer(book: Book, indicator: str, subject: str) -> tuple[str, set[str]]:
    for name, event in book.roadmap.events.items():
        shortfall = book.roadmaps.plans[name].block.shortfall
        if shortfall is not None and shortfall.indicator == indicator and subject in shortfall.subjects:
            return name, set(event.schools)
    return "", set()


def write(out: Outlet, schools: tuple[str, ...] | None, say: Callable[[str], None]) -> list[Path]:
    """Write the page and the workbook. Errors: OSError, CarelessPhraseError."""
    book = out.book
    return [*out.page("cyclogram", make_cyclogram(book), "cyclogram", "Циклограмма групповых мероприятий"),
            *out.workbook("Циклограмма групповых мероприятий", make_sheets(book), "cyclogram")]
