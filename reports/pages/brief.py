"""The one-page brief: the conclusion, what changed, which schools need what, what is not known, what the district does when."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from reports.book import Book
from reports.history import movements
from reports.measures import ordered
from reports.outlet import Outlet
from reports.russian import SCHOOL, SIGN, capital, counted, feminine, form, joined, lowered, of_counted, to_counted
from reports.status import GROUP_OPEN, PARTLY_KNOWN, Status
from reports.view import Ground, GroupView, Header, MeasureView, SchoolView

# What one printed A4 page bears, measured on the page itself: lines in all, and characters in a full line and in a line of a column.
_PAGE_LINES, _HEADING_LINES = 78, 14
_FULL_LINE, _COLUMN_LINE = 132, 62
_GROUND_CHARS = 125
_MOST_MEASURES = 6


@dataclass(frozen=True, slots=True)
class Row:
    """One school in its group: why, and the next dated step that is meant for it in particular."""

    label: str
    link: str
    mark: Status
    also: str
    grounds: tuple[str, ...]
    step: str


@dataclass(frozen=True, slots=True)
class Group:
    """Schools of one group, by number."""

    title: str
    count: str
    rows: tuple[Row, ...]
    numbers: str


@dataclass(frozen=True, slots=True)
class Open:
    """A school some of whose groups are not known: which stay possible, what is missing, what would settle it."""

    label: str
    link: str
    mark: Status
    possible: str
    settle: str


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Brief:
    header: Header
    title: str
    lead: str
    changes: tuple[Line, ...]
    changes_title: str
    groups: tuple[Group, ...]
    open: tuple[Open, ...]
    more_open: tuple[Open, ...]
    others: tuple[Line, ...]
    measures: tuple[Line, ...]
    in_annex: bool


@dataclass(frozen=True, slots=True)
class _Layout:
    """How much the page says: grounds of each school (none: they are in the annex), numbers of schools in a list, open schools."""

    grounds: int
    numbers: int
    open: int


# From the fullest to the barest; the first that fits a printed page is taken.
_LAYOUTS = (_Layout(2, 60, 99), _Layout(1, 60, 99), _Layout(0, 60, 6), _Layout(0, 40, 4), _Layout(0, 20, 3), _Layout(0, 10, 2))


def make_brief(book: Book) -> Brief:
    """Choose what the brief shows, so that it fits one printed page: for many schools the grounds go to an annex and lists are cut short."""
    undetermined = [_open(school, book.rest_names) for school in book.schools if school.missing_named]
    measures = tuple(ahead(book))
    for layout in _LAYOUTS:
        groups = tuple(_groups(book, layout.grounds or 2, layout.numbers))
        moved, others, shown = tuple(changes(book, layout.numbers)), tuple(_others(book, layout.numbers)), undetermined[:layout.open]
        brief = Brief(book.header, conclusion(book), _lead(book), moved, changes_title(book), groups, tuple(shown), tuple(undetermined[layout.open:]),
                      others, measures, layout.grounds == 0)
        if _height(brief) <= _PAGE_LINES:
            break
    return brief


# ---------------------------------------------------------------- the conclusion


def conclusion(book: Book) -> str:
    """Say how many schools need help, and how many of them for the first time."""
    total, helped = len(book.schools), [school for school in book.schools if school.main]
    if not helped:
        return f"Оснований для адресной помощи нет ни у одной из {of_counted(total, SCHOOL)}"
    title = f"Адресная помощь нужна {to_counted(len(helped), SCHOOL)} из {total}"
    if not book.decisions.known:
        return title
    new = sum(school.is_new for school in helped)
    return f"{title}; впервые — ни одной" if new == 0 else f"{title}; {feminine(new)} из них — впервые" if len(helped) > 1 else title


def _lead(book: Book) -> str:
    open_help = [school for school in book.schools if school.missing_named]
    parts = []
    if open_help:
        unsure = [school for school in open_help if not school.main]
        one = len(open_help) % 10 == 1 and len(open_help) % 100 != 11
        parts.append(f"{capital(feminine(len(open_help)))} {form(len(open_help), SCHOOL)} определен{'а' if one else 'ы'} не полностью: не хватает сведений")
        if unsure:
            parts[-1] += f"; помощь может понадобиться ещё {to_counted(len(unsure), SCHOOL)}"
    return ". ".join(parts) + "." if parts else ""


def changes_title(book: Book) -> str:
    """Say what this year is compared with."""
    since = f" («впервые» — по решениям с {book.decisions.first_year})" if book.decisions.known else ""
    return f"Что изменилось по сравнению с решениями за {book.decisions.last_year} учебный год{since}"


# ---------------------------------------------------------------- what changed


def changes(book: Book, most: int) -> Iterable[Line]:
    """Say which schools came into groups of help, left them or changed them since last year's decisions; `most`: numbers in a list."""
    if not book.decisions.known:
        yield Line("Сравнить не с чем", f"решений за {book.decisions.last_year} учебный год в данных нет.")
        return
    found = movements(book.schools)
    yield from _line("Добавились", most, found.added, lambda school: book.wording.short(school.main))
    yield from _line("Сменили группу", most, found.moved, lambda school: f"{book.wording.short(school.before)} → {book.wording.short(school.main)}")
    yield from _line("Оснований больше нет", most, found.left, lambda school: f"были: {book.wording.short(school.before)}")
    yield from _line("Пока не определены", most, found.open, lambda school: f"были: {book.wording.short(school.before)}")
    yield from _line("Без изменений", most, found.kept, lambda school: book.wording.short(school.main))


def _line(label: str, most: int, schools: Iterable[SchoolView], kind: Callable[[SchoolView], str]) -> Iterable[Line]:
    """Draw schools of one kind together: «№ 9002, 9032 — зона риска»."""
    kinds: dict[str, list[SchoolView]] = {}
    for school in schools:
        kinds.setdefault(kind(school), []).append(school)
    if kinds:
        yield Line(label, "; ".join(f"{_numbers(found, most)} — {words}" for words, found in kinds.items()) + ".")


def _numbers(schools: list[SchoolView], most: int) -> str:
    shown = ", ".join(school.code for school in schools[:most])
    more = len(schools) - most
    return f"№\u00a0{shown}" + (f" и\u00a0ещё {more}" if more > 0 else "")


# ---------------------------------------------------------------- groups


def _groups(book: Book, most: int, numbers: int) -> Iterable[Group]:
    beside = {measure.name for school in book.schools if not school.main for measure in book.discreet.measures(school)} & book.measures.of_criteria_alone
    for name in book.help_names:
        schools = [school for school in book.schools if school.main == name]
        if schools:
            shared = set.intersection(*({measure.name for measure in book.discreet.measures(school)} for school in schools)) if len(schools) > 1 else set()
            yield Group(book.wording.plural(name), str(len(schools)), tuple(_row(book, school, shared | beside, most) for school in schools), _numbers(schools, numbers))


def _row(book: Book, school: SchoolView, shared: set[str], most: int) -> Row:
    """A school's next step is one meant for it in particular; where there is none, the next one. Steps of criteria that schools without a group take too are not particular."""
    ahead = [measure for measure in book.discreet.measures(school) if not measure.past]
    own = next((measure for measure in ahead if measure.name not in shared), ahead[0] if ahead else None)
    main = next(group for group in book.discreet.groups(school) if group.name == school.main)
    also = joined(group.short for group in school.named if group.name != school.main)
    return Row(school.label, school.link, PARTLY_KNOWN if school.missing_named else main.status, f"также {also}" if also else "", tuple(_grounds(main, most)), _step(own) if own else "")


def _grounds(group: GroupView, most: int) -> Iterable[str]:
    """The first ground, and a second one where both are short; the card holds them all with their works."""
    shown = [_short(ground) for ground in group.grounds[:most]]
    while len(shown) > 1 and len(" ".join(shown)) > _GROUND_CHARS:
        shown.pop()
    yield from shown
    if len(group.grounds) > len(shown):
        yield f"И ещё {counted(len(group.grounds) - len(shown), SIGN)}."


def _short(ground: Ground) -> str:
    has_number = any(letter.isdigit() for letter in ground.sentence)
    return ground.sentence if has_number else ground.text(1)


def _step(measure: MeasureView) -> str:
    return f"{lowered(_head(measure.title))} — {', '.join(part for part in (measure.nearest, measure.responsible) if part)}"


def _head(title: str) -> str:
    """Return the head of a measure's title: what follows a colon, a comma or a bracket is for the card."""
    return re.sub(r"( для)? (тех|тем|того|те|то|та)$", "", re.split(r"[,:(;]", title)[0].strip())


# ---------------------------------------------------------------- what is not known, the rest, the district


def _open(school: SchoolView, rest: frozenset[str]) -> Open:
    missing = school.missing_named
    settled = any(group.name not in rest for group in school.named)
    possible = f"{'возможны ещё' if settled else 'возможны'}: {joined(missing.possible, 'или')}"
    absent = f"Не сданы: {joined(lowered(title) for title in missing.absent_titles)}." if missing.absent_titles else missing.settle_short
    return Open(school.label, school.link, PARTLY_KNOWN if school.main else GROUP_OPEN, possible, absent)


def _others(book: Book, most: int) -> Iterable[Line]:
    """Groups that are no ground for help: every school is named somewhere, so that nobody is left out of the page; groups for service use are only counted."""
    for plan in book.plans:
        if plan.name in book.help_names or plan.block.rest:
            continue
        schools = [school for school in book.schools if any(group.name == plan.name for group in school.in_force)]
        if plan.block.internal and schools:
            yield Line(f"{book.wording.plural(plan.name)}: {len(schools)}", "поимённо известны только самим школам и аналитику.")
        elif plan is book.clear and book.internal:
            schools = [school for school in book.schools if book.without_grounds(school)]
            yield from [Line(f"Без оснований для адресной помощи: {len(schools)}", f"{_numbers(schools, most)}.")] if schools else []
        elif schools:
            yield Line(f"{book.wording.plural(plan.name)}: {len(schools)}", f"{_numbers(schools, most)}.")


def ahead(book: Book) -> Iterable[Line]:
    """The next dated measures of the district and of whole groups, by date: what, for whom, who is responsible."""
    measures = [measure for measure in book.measures.for_everyone() if not measure.past]
    for plan in book.measures.plans:
        groups = [name for name in book.measures.groups_meant(plan) if name not in book.internal]      # a measure for nobody who may be named is not the brief's
        if groups and any(measure.name == plan.name for school in book.schools for measure in school.named_measures):
            measures.append(book.measures.view(plan, (book.wording.short(name) for name in groups) if len(groups) <= 2 else ()))
    for measure in ordered(measure for measure in measures if not measure.past)[:_MOST_MEASURES]:
        meant = f": {measure.why}" if measure.why else ""
        yield Line(capital(measure.nearest), f"{lowered(_head(measure.title))}{meant} ({measure.responsible})")


# ---------------------------------------------------------------- whether it fits


def _height(brief: Brief) -> float:
    """Estimate the lines the first page takes in print. What stands in two columns counts half."""
    if brief.in_annex:
        columns = sum(2 + _wrapped(group.numbers, _COLUMN_LINE) for group in brief.groups) + 2
    else:
        columns = sum(1.6 + sum(_wrapped(_row_text(row), _COLUMN_LINE) + 0.2 for row in group.rows) for group in brief.groups)
    below = max(sum(_wrapped(f"{item.label}: {item.possible}. {item.settle}", _COLUMN_LINE) for item in brief.open),
                sum(_wrapped(f"{line.label} — {line.text}", _COLUMN_LINE) for line in brief.measures))
    warnings = sum(1 + _wrapped(text, _FULL_LINE) for text in brief.header.warnings)
    return (_HEADING_LINES + warnings + sum(_wrapped(line.text, _FULL_LINE - 24) for line in brief.changes) + columns / 2 + below + 2
            + _wrapped(" ".join(f"{line.label} — {line.text}" for line in brief.others), _FULL_LINE))


def _row_text(row: Row) -> str:
    return f"● {row.label} {' '.join(row.grounds)} {row.also} → {row.step}"


def _wrapped(text: str, width: int) -> int:
    return -(-len(text) // width)


def write(out: Outlet, schools: tuple[str, ...] | None, say: Callable[[str], None]) -> list[Path]:
    """Write the report. Errors: OSError, CarelessPhraseError."""
    book = out.book
    return out.page("brief", make_brief(book), "brief", "Краткая справка")
