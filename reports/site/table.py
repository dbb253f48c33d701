"""The table of the district: a row per school by number, to be filtered and put into other harmless orders.

What may be sorted, and why. By **number** (the order it comes in) and by **name**: to find a school. By **group**: to see together the schools that need the
same help; groups stand by their names, and inside one the schools stand by number. By **next term**: what must be done first. By **what is missing**: whom to
ask for data. None of these sets one school above another. Values of indicators are not columns here: beside a column of shares any order is a ranking,
and a value means nothing without its threshold and n; both stand on the page of the school.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reports.book import Book
from reports.discreet import Discreet
from reports.russian import SCHOOL, capital, feminine, form, joined, lowered, to_counted
from reports.status import NO_GROUND, Status
from reports.view import Header, MeasureView, Missing, SchoolView

TITLE, FILE, TEMPLATE = "Школы", "table.html", "site/table.html.j2"
OPEN, CLEAR = "не определены", "без оснований"
_LAST = 9_999_999


@dataclass(frozen=True, slots=True)
class Choice:
    """A group to filter by: its key in the rows and in the address, its title."""

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    """One school. `keys`: the choices it answers to; `term_order`: the day the column of terms is sorted by."""

    label: str
    link: str
    name: str
    mark: Status
    groups: str
    keys: str
    missing: str
    term: str
    term_order: int


@dataclass(frozen=True, slots=True)
class Table:
    header: Header
    title: str
    lead: str
    choices: tuple[Choice, ...]
    rows: tuple[Row, ...]
    shown: str
    forms: tuple[str, str, str]


def exists(book: Book) -> bool:
    return True


def make(book: Book, discreet: Discreet) -> Iterator[tuple[str, str, Table]]:
    yield TITLE, FILE, make_table(book, discreet)


def make_table(book: Book, discreet: Discreet) -> Table:
    """Choose what the table shows."""
    keys = {plan.name: str(place) for place, plan in enumerate(discreet.named_plans, start=1)}
    rows = tuple(_row(book, discreet, school, keys) for school in book.schools)
    used = {key for row in rows for key in row.keys.split()}
    titles = {**{keys[plan.name]: book.wording.short(plan.name) for plan in discreet.named_plans}, "open": OPEN, "clear": CLEAR}
    helped, partly = sum(bool(school.main) for school in book.schools), sum(school.missing_named is not None for school in book.schools)
    title = f"Адресная помощь нужна {to_counted(helped, SCHOOL)} из {len(rows)}" if helped else "Оснований для адресной помощи школам района нет"
    lead = f"{capital(feminine(partly))} {form(partly, SCHOOL)} {'определена' if form(partly, SCHOOL) == SCHOOL.one else 'определены'} не полностью. " if partly else ""
    return Table(book.header, title, f"{lead}Школы стоят по номерам.", tuple(Choice(key, text) for key, text in titles.items() if key in used), rows,
                 f"показано {len(rows)} {form(len(rows), SCHOOL)} из {len(rows)}", (SCHOOL.one, SCHOOL.few, SCHOOL.many))


def _row(book: Book, discreet: Discreet, school: SchoolView, keys: dict[str, str]) -> Row:
    groups, missing = discreet.groups(school), school.missing_named
    step = next((measure for measure in discreet.measures(school) if not measure.past), None)
    own = [keys[group.name] for group in groups] + (["open"] if missing else []) + (["clear"] if not groups and not missing else [])
    return Row(school.label, school.link, school.name, discreet.mark(school), joined(group.short for group in groups) or ("" if missing else NO_GROUND.word), " ".join(own),
               _missing(missing) if missing else "", _term(step) if step else "", step.next_order[1] or _LAST if step else _LAST)


def _missing(missing: Missing) -> str:
    """Say what was not supplied, then which groups stay open: sorted by this, schools to be asked for the same data stand together."""
    absent = f"не сданы: {joined(lowered(title) for title in missing.absent_titles)}" if missing.absent_titles else "сведений мало"
    return f"{absent}; возможны: {joined(missing.possible, 'или')}"


def _term(step: MeasureView) -> str:
    return f"{step.nearest} — {lowered(step.title)}" if step.nearest else step.title
