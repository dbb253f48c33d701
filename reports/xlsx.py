"""The district as a workbook: texts stay texts, numbers stay numbers, and the same run gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import xlsxwriter

from engine.program import CriterionPlan
from engine.truth import Truth
from reports.book import Book
from reports.pages.district import key_indicators

_CREATED = datetime(2020, 1, 1)
_WIDEST = 60


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table ready to write: headers, rows of texts and numbers, widths in characters."""

    name: str
    about: str
    headers: tuple[str, ...]
    rows: list[Sequence[Any]]


def write_district(book: Book, path: Path) -> Path:
    """Write district.xlsx: the table, grounds, measures, what is undetermined, sources."""
    workbook = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "nan_inf_to_errors": False})
    workbook.set_properties({"title": "Таблица района", "created": _CREATED, "comments": book.header.purpose})
    for sheet in (_schools(book), _grounds(book), _measures(book), _undetermined(book), _sources(book)):
        _write(workbook, sheet)
    workbook.close()
    return path


def _write(workbook: xlsxwriter.Workbook, sheet: Sheet) -> None:
    page = workbook.add_worksheet(sheet.name)
    head = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#F1EEE7"})
    text = workbook.add_format({"text_wrap": True, "valign": "top"})
    number = workbook.add_format({"valign": "top", "num_format": "0.##"})
    note = workbook.add_format({"italic": True, "font_color": "#5C5850"})
    page.write_string(0, 0, sheet.about, note)
    for column, header in enumerate(sheet.headers):
        page.write_string(1, column, header, head)
    for row, values in enumerate(sheet.rows, start=2):
        for column, value in enumerate(values):
            _cell(page, row, column, value, text, number)
    for column, header in enumerate(sheet.headers):
        longest = max((len(str(row[column])) for row in sheet.rows if column < len(row) and row[column] is not None), default=0)
        page.set_column(column, column, min(max(longest, min(len(header), 18)) + 2, _WIDEST))
    page.freeze_panes(2, 1)
    page.autofilter(1, 0, max(len(sheet.rows) + 1, 2), len(sheet.headers) - 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(1)


def _cell(page, row: int, column: int, value: Any, text, number) -> None:
    """Texts are always written as strings, so that a cell that begins with «=» or «+» stays what it says."""
    if value is None or value == "":
        page.write_blank(row, column, None, text)
    elif isinstance(value, (int, float)) and np.isfinite(value):
        page.write_number(row, column, value, number)
    else:
        page.write_string(row, column, str(value), text)


# ---------------------------------------------------------------- sheets


def _about(book: Book) -> str:
    return f"{book.header.district}. Предварительно. {book.header.purpose} Расчёт {book.header.run} по данным на {book.header.day}."


def _schools(book: Book) -> Sheet:
    indicators = key_indicators(book)
    headers = ["Школа", "Название", *(book.wording.short(plan.name) for plan in book.plans),
               *(f"{plan.block.title or plan.name}, {plan.block.unit or ''}".rstrip(", ") for plan in indicators)]
    rows = []
    for school in book.schools:
        values = [_number(book, plan.name, school.row) for plan in indicators]
        rows.append([school.code, school.name, *(group.status.word for group in school.groups), *values])
    return Sheet("Школы", _about(book), tuple(headers), rows)


def _number(book: Book, name: str, row: int) -> Any:
    """An exact number, bounds in words, or why there is none."""
    value = book.explainer.indicator(name, row).value
    if value.is_missing:
        return f"нет данных: {value.reason.russian}"
    if value.is_exact:
        return value.low
    low, high = ("" if np.isinf(side) else f"{side:g}".replace(".", ",") for side in (value.low, value.high))
    return f"от {low} до {high}" if low and high else f"не менее {low}" if low else f"не более {high}"


def _grounds(book: Book) -> Sheet:
    headers = ("Школа", "Группа", "Критерий", "Вышло", "Показатель", "Значение", "Число", "n", "Условие", "Порог", "Основание", "Файл", "Лист", "Ячейка", "Строка", "В ячейках")
    rows: list[list[Any]] = []
    for school in book.schools:
        for plan in book.criterion_plans:
            truth = book.explainer.status(plan.name, school.row)
            if truth is not Truth.NOT_MET:
                rows += _ground_rows(book, school.code, plan, school.row)
    return Sheet("Основания", _about(book), headers, rows)


def _ground_rows(book: Book, code: str, plan: CriterionPlan, row: int) -> Iterable[list[Any]]:
    view = book.criteria.view(plan.name, row)
    groups = ", ".join(book.wording.short(name) for name in _groups_of(book, plan.name))
    sources = {block.name: block for block in view.sources}
    for fact in view.facts:
        start = [code, groups, view.title, view.status.word, fact.title, fact.value, fact.amount, fact.size_amount, fact.border, fact.border_amount, view.clause]
        lines = sources[fact.name].lines if fact.name in sources else ()
        if not lines:
            yield [*start, "", "", "", "", ""]
        for line in lines:
            yield [*start, line.file, line.sheet, line.cell, f"{line.key}{f' = {line.value}' if line.value else ''}", line.cells]


def _groups_of(book: Book, criterion: str) -> list[str]:
    return [plan.name for plan in book.plans if criterion in book.program.uses[plan.name]]


def _measures(book: Book) -> Sheet:
    headers = ("Школа", "Мера", "Срок", "Ответственный", "Участники", "Документ", "Показатель эффекта", "Почему", "Основание")
    rows = [[school.code, item.title, item.due_full, item.responsible, item.participants, item.document, item.effect, item.why, item.clause]
            for school in book.schools for item in school.measures]
    rows += [["все", item.title, item.due_full, item.responsible, item.participants, item.document, item.effect, item.why, item.clause] for item in book.measures.for_everyone()]
    return Sheet("Меры", _about(book), headers, rows)


def _undetermined(book: Book) -> Sheet:
    rows = [[school.code, school.name, ", ".join(school.missing.possible), "; ".join((*school.missing.absent, *school.missing.why)), school.missing.settle]
            for school in book.schools if school.missing is not None]
    return Sheet("Не определено", _about(book), ("Школа", "Название", "Возможные группы", "Чего не хватает", "Что решит"), rows)


def _sources(book: Book) -> Sheet:
    tables, run = book.run.tables, book.run
    rows: list[list[Any]] = [["прочитано", sheet.file, sheet.sheet, book.wording.title(sheet.table), sheet.rows, "; ".join(f"{header}: {reason}" for header, reason in sheet.left_out)]
                             for sheet in tables.sources]
    rows += [["не прочитано", file, "", "", None, reason] for file, reason in tables.files_left]
    rows += [["проблема", str(problem.place), "", problem.code, None, f"{problem.message} {problem.hint}".strip()] for problem in run.problems]
    rows.append(["расчёт", book.header.run, "", "отпечаток правил и данных", None, run.fingerprint])
    return Sheet("Источники", _about(book), ("Что", "Файл", "Лист", "Таблица", "Строк", "Примечание"), rows)
