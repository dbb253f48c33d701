"""Sheets as a workbook: texts stay texts, numbers stay numbers, and the same run gives the same bytes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from reports.book import Book
from reports.careful import refuse_careless
from reports.russian import NBSP
from reports.sheets import Column, Sheet

_NARROWEST, _HEADER_ROW, _ROWS_MEASURED = 7, 1, 400


def write_workbook(title: str, book: Book, sheets: Iterable[Sheet], path: Path) -> Path:
    """Write sheets as one workbook. Errors: OSError when it cannot be written; CarelessPhraseError when a cell says what no report may say."""
    sheets = tuple(sheets)
    for sheet in sheets:
        refuse_careless(" ¦ ".join([sheet.name, sheet.about, *(column.title for column in sheet.columns), *(str(value) for row in sheet.rows for value in row if isinstance(value, str))]),
                        f"{path.name}, лист «{sheet.name}»")
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(str(path), options) as workbook:
        workbook.set_properties({"title": f"{title}. {book.header.district}", "comments": book.header.purpose,
                                 "created": datetime(book.run.day.year, book.run.day.month, book.run.day.day)})
        writer = _Writer(workbook)
        for sheet in sheets:
            writer.write(sheet)
    return path


class _Writer:
    """Writes sheets in one manner: a line of purpose, a header that stays, filters, widths, landscape pages one sheet wide."""

    def __init__(self, workbook: xlsxwriter.Workbook):
        self.workbook = workbook
        self.about = self._format(italic=True, font_color="#5C5850")
        self.head = self._format(bold=True, text_wrap=True, bottom=1, bg_color="#F1EEE7", valign="bottom")
        self.text = self._format(text_wrap=True)
        self.numbers: dict[int, Any] = {}

    def _format(self, **properties: Any) -> Any:
        return self.workbook.add_format({"font_name": "Arial", "font_size": 9, "valign": "top", **properties})

    def _number(self, decimals: int) -> Any:
        if decimals not in self.numbers:
            self.numbers[decimals] = self._format(num_format="0" if decimals == 0 else f"0.{'0' * decimals}")
        return self.numbers[decimals]

    def write(self, sheet: Sheet) -> None:
        page = self.workbook.add_worksheet(sheet.name)
        last = len(sheet.columns) - 1
        page.write_string(0, 0, _plain(sheet.about), self.about)
        for place, column in enumerate(sheet.columns):
            page.write_string(_HEADER_ROW, place, _plain(column.title), self.head)
            page.set_column(place, place, _width(column, [row[place] for row in sheet.rows[:_ROWS_MEASURED]]))
        for number, row in enumerate(sheet.rows, start=_HEADER_ROW + 1):
            self._row(page, number, sheet.columns, row)
        page.freeze_panes(_HEADER_ROW + 1, sheet.fixed)
        page.autofilter(_HEADER_ROW, 0, _HEADER_ROW + max(len(sheet.rows), 1), last)
        page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        page.set_landscape()
        page.set_paper(9)
        page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        page.fit_to_pages(1, 0)
        page.repeat_rows(_HEADER_ROW)
        page.set_footer(f"&L&8{sheet.footer}&R&8&P из &N")

    def _row(self, page: Any, number: int, columns: Sequence[Column], row: Sequence[Any]) -> None:
        """Texts are written as strings whatever they begin with: «=1+1» stays what it says."""
        for place, (column, value) in enumerate(zip(columns, row, strict=True)):
            if value is None or value == "":
                page.write_blank(number, place, None, self.text)
            elif isinstance(value, (int, float)) and math.isfinite(value):
                page.write_number(number, place, value, self._number(_decimals(value, column.decimals)))
            else:
                page.write_string(number, place, _plain(str(value)), self.text)


def _decimals(value: float, most: int) -> int:
    return 0 if value == int(value) else most


def _plain(text: str) -> str:
    """No-break spaces would keep a search from finding «30 %»."""
    return text.replace(NBSP, " ")


def _width(column: Column, values: list[Any]) -> float:
    """Wide enough for the longest cell and the longest word of the header, narrow enough to read a row across."""
    longest = max((len(str(value)) for value in values if isinstance(value, str)), default=0)
    word = max((len(part) for part in column.title.split()), default=0)
    return max(min(max(longest, word, _NARROWEST) + 1.5, column.widest), column.least)
