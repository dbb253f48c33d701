"""A document of the district (справка) as records: numbered sections with a finding for a title, tables, charts, annexes. Pages fill it, one template places it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reports.book import Book
from reports.charts_shares import IntervalChart
from reports.view import Header
from reports.vpr_figures import Figures

UNKNOWN_DATE = "____________"
_ROWS_OF_A_PAGE = 14


@dataclass(frozen=True, slots=True)
class Head:
    """A column of a grid; `tone` is a CSS class («number» or nothing)."""

    title: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; every row has one text for each column. `wide`: it is printed across the page."""

    caption: str
    columns: tuple[Head, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    wide: bool = False

    @property
    def tone(self) -> str:
        """A CSS class: a wide table is printed across the page, a short one on one page."""
        if self.wide:
            return "wide"
        return "whole" if len(self.rows) <= _ROWS_OF_A_PAGE else ""

    @property
    def cells(self) -> tuple[tuple[tuple[Head, str], ...], ...]:
        """Rows with the head of each cell beside it, as a phone shows them."""
        return tuple(tuple(zip(self.columns, row, strict=True)) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the document. The title says the finding; `missing` says what is not there and what to do about it."""

    title: str
    texts: tuple[str, ...] = ()
    grids: tuple[Grid, ...] = ()
    charts: tuple[IntervalChart, ...] = ()
    points: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    number: str = ""

    @property
    def tone(self) -> str:
        """A CSS class: an annex with a wide table is printed across the page."""
        return "across" if any(grid.wide for grid in self.grids) else ""


@dataclass(frozen=True, slots=True)
class Document:
    """A whole справка: what it is called, the main finding, the sections, the annexes, who signs."""

    header: Header
    name: str
    title: str
    lead: str
    sections: tuple[Section, ...]
    annexes: tuple[Section, ...]
    draft: str
    workbook: str


DRAFT = ("Проект справки: числа и выводы подготовлены расчётом по правилам района, выводы предварительные. Проверяет, дополняет и подписывает ответственный сотрудник; "
         "до подписи справка не рассылается.")


def head(*titles: str) -> tuple[Head, ...]:
    """Make columns; a title that begins with «#» is of numbers."""
    return tuple(Head(title.removeprefix("#"), "number" if title.startswith("#") else "") for title in titles)


def numbered(sections: Iterable[Section], word: str = "") -> tuple[Section, ...]:
    """Number sections from one; `word` stands before the number («Приложение»)."""
    return tuple(Section(item.title, item.texts, item.grids, item.charts, item.points, item.missing, item.notes, f"{word}{place}")
                 for place, item in enumerate(sections, start=1))


def sources_grid(book: Book, figures: Figures, tables: Iterable[str]) -> Grid:
    """List the files behind the figures with their sheets and rows; the workbook has a line for each sheet."""
    found: dict[tuple[str, str], list] = {}
    for item in figures.sheets(tables):
        found.setdefault((item.table, item.file), []).append(item)
    rows = [(book.wording.title(table), file, ", ".join(item.sheet for item in items if item.sheet), str(sum(item.rows for item in items))) for (table, file), items in found.items()]
    return Grid("Файлы и листы, из которых взяты числа", head("сведения", "файл", "листы", "#строк"), tuple(rows), "Строки по каждому листу — в книге Excel, лист «Источники».")


def kinds_grid(book: Book, figures: Figures, tables: Iterable[str]) -> Grid:
    """Say of every kind of data how many books and sheets it came from; a date of export is in no file and is left to be filled in."""
    rows = []
    for table in tables:
        found = figures.sheets([table])
        files = len({item.file for item in found})
        rows.append((book.wording.title(table) if figures.has(table) else table.replace("_", " "), str(files), str(len(found)), str(sum(item.rows for item in found)),
                     UNKNOWN_DATE if found else "нет в данных"))
    return Grid("Сведения, на которых стоит справка", head("сведения", "#файлов", "#листов", "#строк", "дата выгрузки (заполняет ИМЦ)"), tuple(rows))
