"""Where everything is from: the run, the files with their sheets and rows, what was left out and why, remarks on the data, the rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from engine import __version__
from reports.book import Book
from reports.discreet import Discreet
from reports.document import Grid, head
from reports.russian import FILE as FILE_NOUN
from reports.russian import REMARK, ROW, SHEET, counted, number
from reports.view import Header

TITLE, FILE, TEMPLATE = "Откуда данные", "provenance.html", "site/provenance.html.j2"
_MOST, _DIGITS = 200, 12


@dataclass(frozen=True, slots=True)
class Provenance:
    header: Header
    title: str
    lead: str
    facts: tuple[tuple[str, str], ...]
    documents: tuple[str, ...]
    files: Grid
    left: tuple[Grid, ...]
    remarks_title: str
    remarks: Grid | None
    rules: Grid


def exists(book: Book) -> bool:
    return True


def make(book: Book, discreet: Discreet) -> Iterator[tuple[str, str, Provenance]]:
    run, rules = book.run, book.rules
    read = [sheet for sheet in run.tables.sources if sheet.header_row]
    files = list(dict.fromkeys(sheet.file for sheet in read))
    title = f"Прочитано: {counted(len(files), FILE_NOUN)}, {counted(len({(sheet.file, sheet.sheet) for sheet in read}), SHEET)}, {counted(sum(sheet.rows for sheet in read), ROW)}"
    facts = (("Расчёт", run.number), ("Данные на", book.header.day), ("Отчётный год", f"{book.header.year} учебный год"), ("Вывод делал", run.evaluation.engine_name),
             ("Версия", f"school-risk {__version__}"), ("Отпечаток расчёта", run.fingerprint), ("Отпечаток правил", rules.fingerprint))
    yield TITLE, FILE, Provenance(
        book.header, title, "Каждый вывод сайта сделан этим расчётом по этим файлам и правилам. Те же файлы, правила и дата дают те же страницы байт в байт. "
        "До листа и ячейки вывод прослежен в карточке школы (папка reports) и командой school-risk explain.", facts, tuple(_documents(book)), _files(book, read),
        tuple(_left(book)), f"Замечания к данным: {len(run.problems)}" if run.problems else "Замечаний к данным нет", _remarks(book, discreet), _rules(book))


def _documents(book: Book) -> Iterator[str]:
    for regulation in book.rules.regulations:
        yield f"{regulation.title}. {regulation.note or ''}".strip()


def _files(book: Book, read: list) -> Grid:
    """A line for each file and kind of data: its sheets and rows together."""
    found: dict[tuple[str, str], list] = {}
    for sheet in read:
        found.setdefault((sheet.file, sheet.table), []).append(sheet)
    rows = tuple((file, book.wording.title(table), ", ".join(dict.fromkeys(sheet.sheet for sheet in sheets if sheet.sheet)) or "—", number(sum(sheet.rows for sheet in sheets)))
                 for (file, table), sheets in found.items())
    return Grid("Файлы, листы и строки", head("файл", "сведения", "листы", "#строк"), rows)


def _left(book: Book) -> Iterator[Grid]:
    tables = book.run.tables
    columns: dict[tuple[str, str, str], dict[str, None]] = {}
    for sheet in tables.sources:
        for name, reason in sheet.left_out:
            columns.setdefault((sheet.file, name, reason), {}).setdefault(sheet.sheet)
    if tables.files_left:
        yield Grid("Файлы, которые не прочитаны", head("файл", "почему"), tuple(tables.files_left))
    if columns:
        yield Grid("Столбцы, которые не прочитаны", head("файл", "столбец", "почему", "листы"),
                   tuple((file, name, reason, ", ".join(sheet for sheet in sheets if sheet) or "—") for (file, name, reason), sheets in columns.items()))


def _remarks(book: Book, discreet: Discreet) -> Grid | None:
    problems = [problem for problem in book.run.problems if not discreet.is_remark_hidden(problem)]
    if not problems:
        return None
    rows = tuple((str(problem.place), problem.code, f"{problem.message} {problem.hint}".strip()) for problem in problems[:_MOST])
    more = len(book.run.problems) - len(rows)
    return Grid("Что замечено при чтении и расчёте", head("где", "код", "что и как исправить"), rows, f"И ещё {counted(more, REMARK)}; все — в записи расчёта run.json." if more else "")


def _rules(book: Book) -> Grid:
    rows = tuple((name, number(source.text.count("\n")), sha256(source.text.encode("utf-8")).hexdigest()[:_DIGITS]) for name, source in sorted(book.rules.sources.items()))
    return Grid("Файлы правил", head("файл", "#строк", "отпечаток SHA-256, начало"), rows)
