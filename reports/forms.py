"""The forms of self-diagnosis: a workbook for each school with lists of answers, and no place for names or for anything else."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from engine.inputs.formats.self_diagnosis import CHECKS, NUMBER, QUESTIONS, SCHOOL, TITLE, YEAR
from engine.questionnaire import LEVELS, Asked, Questionnaire

_HEADER_ROW = 6
_WIDTHS = (6, 66, 42)
_LISTS = "Списки"
_HELP = (
    "1. Заполняет школьный координатор вместе с управленческой командой школы на листе «Ответы».",
    "2. В каждой жёлтой ячейке выберите один ответ из списка (стрелка справа от ячейки). Вписать свой ответ нельзя: он не будет прочитан.",
    "3. Отвечайте о школе в целом за учебный год, названный в форме. Если ответа нет, оставьте ячейку пустой: значимость фактора останется не определённой.",
    "4. Имён, должностей, телефонов и других личных данных форма не собирает: не вписывайте их ни в ячейки, ни в имя файла.",
    "5. Строки, коды и номер формы не меняйте: по ним форма узнаётся. Листы защищены без пароля, чтобы их не испортить случайно.",
    "6. Лист «Куратор» заполняет куратор школы после собеседования; школа его не трогает.",
    "7. Верните файл районному координатору. Ответы нужны, чтобы выбрать не больше трёх направлений помощи; оценкой работы школы и учителей они не служат.",
)


def form_name(code: str) -> str:
    return f"Самодиагностика_{code}.xlsx"


def write_form(questionnaire: Questionnaire, school: str, year: int, folder: Path, created: datetime, answers: Mapping[str, str] | None = None,
               checks: Mapping[str, str] | None = None) -> Path:
    """Write the form of one school; `answers` and `checks` fill it in (for the sample district). The same input gives the same bytes.

    Errors: OSError when it cannot be written.
    """
    path = folder / form_name(school)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(str(path), options) as workbook:
        workbook.set_properties({"title": f"{TITLE} № {school}", "created": created})
        _Form(workbook, questionnaire, school, year).write(answers or {}, checks or {})
    return path


class _Form:
    """Writes the sheets of one form."""

    def __init__(self, workbook: xlsxwriter.Workbook, questionnaire: Questionnaire, school: str, year: int):
        self.workbook, self.questionnaire, self.school, self.year = workbook, questionnaire, school, year
        self.title = self._format(bold=True, font_size=14)
        self.soft = self._format(font_color="#5C5850", text_wrap=True)
        self.text = self._format(text_wrap=True)
        self.label = self._format(font_color="#5C5850")
        self.code = self._format(num_format="@", bold=True)
        self.head = self._format(bold=True, bg_color="#F1EEE7", bottom=1, text_wrap=True)
        self.band = self._format(bold=True, bg_color="#F7F5F0", text_wrap=True)
        self.answer = self._format(num_format="@", bg_color="#FFF8DC", border=1, border_color="#BFB8A5", text_wrap=True, locked=False)
        self.lists: dict[tuple[str, ...], str] = {}

    def _format(self, **properties: Any) -> Any:
        return self.workbook.add_format({"font_name": "Arial", "font_size": 10, "valign": "top", **properties})

    def write(self, answers: Mapping[str, str], checks: Mapping[str, str]) -> None:
        pages = [self.workbook.add_worksheet(name) for name in ("Ответы", "Куратор", "Как заполнять", _LISTS)]
        self._lists(pages[3])
        self._answers(pages[0], answers)
        self._checks(pages[1], checks)
        self._help(pages[2])
        pages[0].activate()

    # ------------------------------------------------------------ sheets

    def _answers(self, page: Any, answers: Mapping[str, str]) -> None:
        self._top(page, f"{TITLE} («500+»)", "Выберите один ответ из списка в каждой жёлтой ячейке. Личных данных форма не собирает.", QUESTIONS)
        row, factor = _HEADER_ROW + 1, ""
        for asked in self.questionnaire.asked.values():
            if asked.factor != factor:
                factor = asked.factor
                self._band(page, row, *self.questionnaire.titles[factor])
                row += 1
            self._question(page, row, asked, answers.get(asked.name, ""))
            row += 1
        self._finish(page, (3, 4))

    def _question(self, page: Any, row: int, asked: Asked, given: str) -> None:
        page.set_row(row, _height(asked.text, max(asked.answers, key=len)))
        page.write_string(row, 0, asked.number, self.text)
        page.write_string(row, 1, asked.text, self.text)
        self._choice(page, row, asked.answers, given)
        page.write_string(row, 3, asked.name, self.label)
        page.write_string(row, 4, asked.print, self.label)

    def _checks(self, page: Any, checks: Mapping[str, str]) -> None:
        self._top(page, "Проверка рискового профиля куратором", "Заполняет куратор после собеседования со школой. Пустая ячейка — фактор ещё не проверен.", CHECKS)
        for row, (name, (number, title)) in enumerate(self.questionnaire.titles.items(), start=_HEADER_ROW + 1):
            page.set_row(row, _height(title, ""))
            page.write_string(row, 0, str(number), self.text)
            page.write_string(row, 1, title, self.text)
            self._choice(page, row, LEVELS, checks.get(name, ""))
            page.write_string(row, 3, name, self.label)
        self._finish(page, (3,))

    def _help(self, page: Any) -> None:
        page.set_column(0, 0, 100)
        page.write_string(0, 0, f"{TITLE}: как заполнять", self.title)
        for row, text in enumerate(_HELP, start=2):
            page.set_row(row, 14 * math.ceil(len(text) / 98) + 6)
            page.write_string(row, 0, text, self.text)
        self._finish(page, ())

    def _lists(self, page: Any) -> None:
        """Lists stand on a sheet of their own: a list inside a cell is cut at 255 characters and split at commas."""
        page.write_string(0, 0, f"{TITLE}: списки ответов", self.label)
        for column, words in enumerate(dict.fromkeys([LEVELS, *(asked.answers for asked in self.questionnaire.asked.values())])):
            for row, word in enumerate(words, start=1):
                page.write_string(row, column, word, self.text)
            name = xlsxwriter.utility.xl_col_to_name(column, col_abs=True)
            self.lists[words] = f"={_LISTS}!{name}$2:{name}${len(words) + 1}"
        page.protect()
        page.hide()

    # ------------------------------------------------------------ parts

    def _top(self, page: Any, title: str, about: str, labels: tuple[str, ...]) -> None:
        for column, width in enumerate(_WIDTHS):
            page.set_column(column, column, width)
        page.write_string(0, 0, title, self.title)
        page.merge_range(1, 0, 1, 2, about, self.soft)
        for row, (label, value) in enumerate(((SCHOOL, self.school), (YEAR, f"{self.year - 1}/{self.year % 100:02}"),
                                              (NUMBER, self.questionnaire.number_of(self.school, self.year))), start=2):
            page.write_string(row, 1, label, self.label)
            page.write_string(row, 2, value, self.code)
        for column, label in enumerate(labels):
            page.write_string(_HEADER_ROW, column, label, self.head)

    def _band(self, page: Any, row: int, number: int, title: str) -> None:
        page.set_row(row, _height(title, ""))
        page.write_string(row, 0, str(number), self.band)
        page.write_string(row, 1, title, self.band)
        page.write_blank(row, 2, None, self.band)

    def _choice(self, page: Any, row: int, words: tuple[str, ...], given: str) -> None:
        if given:
            page.write_string(row, 2, given, self.answer)
        else:
            page.write_blank(row, 2, None, self.answer)
        page.data_validation(row, 2, row, 2, {"validate": "list", "source": self.lists[words], "error_title": "Ответ не из списка",
                                              "error_message": "Выберите один ответ из списка ячейки."})

    def _finish(self, page: Any, hidden: tuple[int, ...]) -> None:
        for column in hidden:
            page.set_column(column, column, 12, None, {"hidden": True})
        page.protect("", {"format_rows": True, "format_columns": True})
        page.freeze_panes(_HEADER_ROW + 1 if hidden else 0, 0)
        page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        page.set_paper(9)
        page.set_margins(left=0.5, right=0.4, top=0.5, bottom=0.6)
        page.fit_to_pages(1, 0)
        page.set_footer(f"&L&8Форма {self.questionnaire.number_of(self.school, self.year)}&R&8&P из &N")


def _height(left: str, right: str) -> float:
    """Return a height that shows the whole text: rows of a protected sheet do not fit themselves."""
    return 13.5 * max(math.ceil(len(left) / 62), math.ceil(len(right) / 40), 1) + 4
