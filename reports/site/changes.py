"""What changed against last year's approved decisions: groups by number of schools, and every school that moved, with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reports.book import Book
from reports.discreet import Discreet
from reports.history import Movements, movements
from reports.russian import SCHOOL, academic_year, counted, joined
from reports.site.bars import CountChart, count_chart
from reports.view import Header, SchoolView

TITLE, FILE, TEMPLATE = "Что изменилось", "changes.html", "site/changes.html.j2"


@dataclass(frozen=True, slots=True)
class Moved:
    """One school: what it was, what it is now (preliminarily), why."""

    label: str
    link: str
    before: str
    now: str
    why: str


@dataclass(frozen=True, slots=True)
class Kind:
    title: str
    about: str
    schools: tuple[Moved, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    header: Header
    title: str
    lead: str
    chart: CountChart | None
    kinds: tuple[Kind, ...]
    breaks: tuple[str, ...]


def exists(book: Book) -> bool:
    return True


def make(book: Book, discreet: Discreet) -> Iterator[tuple[str, str, Changes]]:
    known = book.decisions.known
    found = movements(book.schools)
    title = _title(found) if known else f"Сравнить не с чем: решений за {book.decisions.last_year} учебный год в данных нет"
    lead = (f"Предварительные группы этого года рядом с утверждёнными решениями за {book.decisions.last_year} учебный год. Решения утвердил человек, нынешние группы ещё предстоит утвердить."
            if known else "Положите решения прошлых лет к данным района и повторите расчёт: страница покажет, кто добавился, кто сменил группу и у кого оснований больше нет.")
    yield TITLE, FILE, Changes(book.header, title, lead, _chart(book) if known else None, tuple(_kinds(book, discreet, found)) if known else (), tuple(_breaks(book)))


def _title(found: Movements) -> str:
    said = [f"{words} — {len(schools)}" for words, schools in (("добавились", found.added), ("сменили группу", found.moved), ("оснований больше нет", found.left),
                                                             ("пока не определены", found.open), ("без изменений", found.kept)) if schools]
    return f"По сравнению с прошлым годом: {', '.join(said)}" if said else "Ни в прошлом году, ни сейчас адресная помощь никому не назначалась"


def _chart(book: Book) -> CountChart | None:
    """Count schools by their first group of help, now and by last year's decisions."""
    items = []
    for name in book.help_names:
        now, then = sum(school.main == name for school in book.schools), sum(school.before == name for school in book.schools)
        if now or then:
            items.append((book.wording.short(name), now, then, f"{now} сейчас, {then} год назад"))
    now, then = sum(bool(school.main) for school in book.schools), sum(bool(school.before) for school in book.schools)
    return count_chart(f"Адресная помощь: сейчас — {counted(now, SCHOOL)}, по решениям прошлого года — {counted(then, SCHOOL)}",
                       "Сплошная полоса — сейчас (предварительно), контур — по решениям прошлого года. Школа считается один раз, в первой своей группе.", items)


def _kinds(book: Book, discreet: Discreet, found: Movements) -> Iterator[Kind]:
    for title, about, schools in (
            ("Добавились", f"В прошлом году решения о помощи не было; «впервые» — нет и в решениях с {book.decisions.first_year}.", found.added),
            ("Сменили группу", "", found.moved),
            ("Оснований больше нет", "Поддержку можно завершить решением; причины улучшения данные не называют.", found.left),
            ("Пока не определены", "Сведений не хватает: считать, что оснований больше нет, нельзя.", found.open),
            ("Без изменений", "", found.kept)):
        if schools:
            yield Kind(f"{title}: {len(schools)}", about, tuple(_moved(book, discreet, school) for school in schools))


def _moved(book: Book, discreet: Discreet, school: SchoolView) -> Moved:
    main = next((group for group in discreet.groups(school) if group.name == school.main), None)
    missing = school.missing_named
    now = main.short if main else f"не определено: {joined(missing.possible, 'или')}" if missing else "оснований нет"
    why = (main.grounds[0].text(1) if main.grounds else main.phrase) if main else missing.settle_short if missing else "ни одна группа помощи сейчас не действует, и все они определены"
    return Moved(school.label, school.link, book.wording.short(school.before) if school.before else "впервые" if school.is_new else "не назначалась", now, why)


def _breaks(book: Book) -> Iterator[str]:
    """Where the years cannot be compared at all."""
    for gap in book.rules.calendar.breaks:
        if gap.year == book.run.report_year:
            which = ", ".join(", ".join(words) for words in gap.where.values())
            yield f"«{book.wording.title(gap.table)}»{f' ({which})' if which else ''}: с {academic_year(gap.year)} учебного года ряд начинается заново — {gap.why}."
