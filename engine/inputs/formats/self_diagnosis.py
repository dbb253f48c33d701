"""The form of self-diagnosis that `school-risk profile --forms` writes and a school fills -> самодиагностика, проверка_факторов."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from engine.inputs.formats.desk import Desk
from engine.inputs.formats.layout import Header, address, header_with, text_at
from engine.inputs.parsing import academic_year
from engine.inputs.sheet import RawSheet
from engine.problems import Cell
from engine.questionnaire import ANSWERS, CHECKED, LEVELS, Asked, Questionnaire
from engine.tables import letter
from engine.words import folded, like_hint

NAME, RANK = "Форма самодиагностики", 60
TITLE = "Самодиагностика рискового профиля школы"
SCHOOL, YEAR, NUMBER = "Школа (код)", "Учебный год", "Номер формы"
QUESTIONS = ("№", "Вопрос", "Ответ", "Код вопроса", "Отпечаток")
CHECKS = ("№", "Фактор", "Проверено куратором", "Код фактора")
_NEW_FORM = "Выпишите форму заново: school-risk profile --forms ПАПКА."
_NUMBER = re.compile(r"(.+)-(\d{4})-([0-9a-f]{8})\Z")
_PARTS = re.compile(r"[;,/|+\n]|\s+и\s+|\s+или\s+")


class Form(NamedTuple):
    """A sheet of a form: its number at the desk, whose it is and of which year, which positions its columns have."""

    sheet: int
    school: str
    year: int
    header: Header
    answer: int
    code: int


def recognise(sheet: RawSheet) -> Header | None:
    """Find the questions, or the sheet of the curator, or a sheet of the form that only helps to fill it."""
    for labels in (QUESTIONS, CHECKS):
        if (header := header_with(sheet.head, *(f"{re.escape(folded(label))}$" for label in labels[1:]))) is not None:
            return header
    return Header(1, 2, [], [], []) if _first(sheet).startswith(folded(TITLE)) else None


def _first(sheet: RawSheet) -> str:
    return folded(sheet.head[0][0]) if sheet.head and sheet.head[0] else ""


def reshape(sheet: RawSheet, header: Header, desk: Desk) -> None:
    """Stage the answers of one school, or what its curator found.

    Errors: D421 (not in the list), D422 (no answer), D423 (two answers), D424 (another edition), D425, D426 (whose form, of which year),
    D408 and D427 (the same school twice).
    """
    if not header.labels:
        desk.passed_over.append((sheet.title, "пояснения и списки формы"))
        return
    asks = header.find(f"{folded(QUESTIONS[3])}$") is not None
    number = desk.open(sheet, NAME, RANK, header.row)
    form = _form(sheet, header, desk, number, asks)
    if form is None:
        return
    table, column = (ANSWERS, "ответ") if asks else (CHECKED, "проверено_куратором")
    desk.letters(number, table, {column: letter(form.answer)})
    rows = _Answers(sheet, desk, form) if asks else _Checks(sheet, desk, form)
    rows.read()


# ---------------------------------------------------------------- whose form


def _form(sheet: RawSheet, header: Header, desk: Desk, number: int, asks: bool) -> Form | None:
    school, school_at = _said(sheet, header, SCHOOL)
    year, year_at = _said(sheet, header, YEAR)
    given, given_at = _said(sheet, header, NUMBER)
    desk.sheets[number].school_at = school_at
    found = _NUMBER.match(given)
    if found is None:
        desk.say("D424", number, given_at, f"Номер формы «{given}» не читается: чья она и какой редакции, неизвестно.", _NEW_FORM)
        return None
    if school != found[1]:
        desk.say("D425", number, school_at, f"В форме стоит школа «{school or 'пусто'}», а выдана она школе № {found[1]}: ответы не прочитаны.",
                 f"Верните код {found[1]} или возьмите форму своей школы.")
        return None
    if academic_year(year).value != int(found[2]) or year == "":
        desk.say("D424", number, year_at, f"В форме стоит год «{year or 'пусто'}», а выдана она за {_year(int(found[2]))}.", f"Верните «{_year(int(found[2]))}».")
        return None
    if not _of_this_year(desk, number, int(found[2]), year_at):
        return None
    if found[3] != desk.questionnaire.edition:
        desk.say("D424", number, given_at, "Форма другой редакции: вопросы с тех пор изменились. Взяты ответы на вопросы, которые остались прежними.", _NEW_FORM)
    places = QUESTIONS if asks else CHECKS
    return Form(number, school, int(found[2]), header, header.find(f"{folded(places[2])}$") or 2, header.find(f"{folded(places[3])}$") or 3)


def _of_this_year(desk: Desk, number: int, year: int, place: str) -> bool:
    """Tell a form of another year; a later one is not taken in at all."""
    wanted = desk.questionnaire.year
    if wanted is None or year == wanted:
        return True
    desk.say("D426", number, place, f"Форма за {_year(year)}, а отчётный год — {_year(wanted)}: её ответы не участвуют.", f"Запросите у школы форму за {_year(wanted)}.")
    return year < wanted


def _said(sheet: RawSheet, header: Header, label: str) -> tuple[str, str]:
    """Return what stands to the right of a label above the header, and where."""
    for row, cells in enumerate(sheet.head[:header.row - 1], start=1):
        for position, cell in enumerate(cells):
            if folded(cell) == folded(label):
                return text_at(cells, position + 1), address(position + 1, row)
    return "", "A1"


def _year(year: int) -> str:
    return f"{year - 1}/{year % 100:02}"


# ---------------------------------------------------------------- rows


class _Rows:
    """Reads the rows of a sheet: each with the code of what it asks; a value is taken once from a school."""

    table = ""
    key = ""
    column = ""

    def __init__(self, sheet: RawSheet, desk: Desk, form: Form):
        self.raw, self.desk, self.form = sheet, desk, form
        self.questionnaire: Questionnaire = desk.questionnaire
        self.empty: list[tuple[str, str]] = []
        self.seen: dict[str, str] = {}
        self.twins: list[str] = []
        self.notes: list[str] = []

    def read(self) -> None:
        for row, cells in self.raw.body.rows(self.form.header.first, frozenset()):
            code, given = text_at(cells, self.form.code), text_at(cells, self.form.answer)
            self._note(row, cells)
            if code or given:
                self.row(row, code, given, cells)
        self.finish()

    def row(self, row: int, code: str, given: str, cells: Sequence[object]) -> None:
        raise NotImplementedError

    def finish(self) -> None:
        """Tell what is known only when all rows are read."""
        if self.twins:
            self.desk.say("D408", self.form.sheet, self.twins[0], f"Форма школы № {self.form.school} уже прочитана: {self._earlier_form()}; ответы те же.", "Оставьте один файл.")
        if self.notes:
            shown = ", ".join(self.notes[:5]) + (f" и ещё {len(self.notes) - 5}" if len(self.notes) > 5 else "")
            self.desk.sheets[self.form.sheet].left_out.append((f"пометки вне ячеек ответов: {shown}", "форма читает только ответы из списка"))

    def _note(self, row: int, cells: Sequence[object]) -> None:
        known = len(QUESTIONS)
        self.notes += [address(position, row) for position in range(known, len(cells)) if text_at(cells, position)]

    def say(self, code: str, cell: str, message: str, hint: str = "", row: int | None = None) -> None:
        self.desk.say(code, self.form.sheet, cell, message, hint, bad_row=row)

    def take(self, row: int, name: str, value: str | None, bad: bool = False) -> None:
        """Stage a value unless an earlier form of the school gave it; a different one is an error, an empty one gives way."""
        key = (self.table, self.form.school, self.form.year, name)
        cell = address(self.form.answer, row)
        earlier = self.desk.answers.get(key)
        if earlier is None and (value is not None or bad):
            self.desk.answers[key] = (value, Cell(self.raw.file, self.raw.sheet, cell), self.form.sheet, row)
            self.desk.put(self.table, self.form.sheet, row, {"школа": self.form.school, "год": self.form.year, self.key: name, self.column: value})
        elif earlier is not None and value is not None and earlier[0] == value:
            self.twins.append(cell)
        elif earlier is not None and value is not None and not bad:
            self._contradiction(cell, name, value, earlier)

    def _contradiction(self, cell: str, name: str, value: str, earlier: tuple) -> None:
        said, place, sheet, row = earlier
        self.say("D427", cell, f"Школа № {self.form.school}, {self.what(name)}: здесь «{value}», а в другой её форме — «{said or 'ответ с ошибкой'}» ({place}).",
                 "Оставьте верную форму, вторую уберите из папки.")
        self.desk.bad.add((sheet, row, "D427"))

    def _earlier_form(self) -> Cell:
        return next(place for (table, school, year, _), (_, place, _, _) in self.desk.answers.items()
                    if (table, school, year) == (self.table, self.form.school, self.form.year))

    def what(self, name: str) -> str:
        raise NotImplementedError


class _Answers(_Rows):
    """The sheet that the school fills."""

    table, key, column = ANSWERS, "вопрос", "ответ"

    def row(self, row: int, code: str, given: str, cells: Sequence[object]) -> None:
        cell = address(self.form.answer, row)
        asked = self._asked(row, code, text_at(cells, self.form.code + 1))
        if asked is None:
            return
        if asked.name in self.seen:
            self._second(row, asked, given)
            return
        self.seen[asked.name] = given
        if not given:
            self.empty.append((cell, asked.number))
            self.take(row, asked.name, None)
            return
        answer = self._answer(asked, given, cell)
        if answer is None:
            self.take(row, asked.name, None, bad=True)
            self.desk.bad.add((self.form.sheet, row, "D421"))
        else:
            self.take(row, asked.name, answer)

    def _asked(self, row: int, code: str, print_: str) -> Asked | None:
        asked, place = self.questionnaire.asked.get(code), address(self.form.code, row)
        if asked is None:
            like = like_hint(code, self.questionnaire.asked) if code else ""
            message = f"Вопроса с кодом «{code}» в правилах нет: ответ не прочитан." if code else "Код вопроса стёрт: ответ не прочитан."
            self.say("D424", place, message, f"{like} {_NEW_FORM}".lstrip())
        elif print_ != asked.print:
            self.say("D424", address(self.form.code + 1, row), f"Вопрос {asked.number} («{code}») изменён с тех пор, как форма выдана: ответ не прочитан.", _NEW_FORM)
            self.seen[code] = ""
            return None
        return asked

    def _second(self, row: int, asked: Asked, given: str) -> None:
        """A question that stands in the form twice."""
        if given and given != self.seen[asked.name]:
            self.say("D423", address(self.form.answer, row), f"На вопрос {asked.number} дано два ответа: «{self.seen[asked.name] or 'пусто'}» и «{given}».", "Оставьте одну строку вопроса и один ответ.")
            known = self.desk.answers.get((self.table, self.form.school, self.form.year, asked.name))
            if known is not None:
                self.desk.bad.add((known[2], known[3], "D423"))

    def _answer(self, asked: Asked, given: str, cell: str) -> str | None:
        """Return the answer as the rules write it; None when it is told to be wrong."""
        known = {folded(answer): answer for answer in asked.answers}
        if folded(given) in known:
            return known[folded(given)]
        several = dict.fromkeys(known[folded(part)] for part in _PARTS.split(given) if folded(part) in known)
        listed = "; ".join(asked.answers)
        if len(several) > 1:
            self.say("D423", cell, f"На вопрос {asked.number} дано два ответа: «{given}».", f"Оставьте один: {listed}.")
        else:
            like = like_hint(given, asked.answers)
            self.say("D421", cell, f"Ответа «{given[:60]}» на вопрос {asked.number} нет в списке.", f"{like} Список: {listed}." if like else f"Выберите из списка: {listed}.")
        return None

    def finish(self) -> None:
        super().finish()
        if self.empty and not any(self.seen.values()):
            self.say("D422", self.empty[0][0], f"Форма не заполнена: ни одного ответа из {len(self.empty)}.", "Верните форму школе.")
        else:
            for cell, number in self.empty:
                self.say("D422", cell, f"Нет ответа на вопрос {number}.", "Выберите ответ из списка ячейки; до этого фактор может остаться не определённым.")
        absent = [question.number for name, question in self.questionnaire.asked.items() if name not in self.seen]
        if absent:
            shown = ", ".join(absent[:8]) + (f" и ещё {len(absent) - 8}" if len(absent) > 8 else "")
            self.say("D422", f"A{self.form.header.row}", f"В форме нет вопросов: {shown}.", _NEW_FORM)

    def what(self, name: str) -> str:
        return f"вопрос {self.questionnaire.asked[name].number}"


class _Checks(_Rows):
    """The sheet that the curator fills after the talk with the school; an empty cell means not checked yet."""

    table, key, column = CHECKED, "фактор", "проверено_куратором"

    def row(self, row: int, code: str, given: str, cells: Sequence[object]) -> None:
        cell = address(self.form.answer, row)
        if code not in self.questionnaire.titles:
            self.say("D424", address(self.form.code, row), f"Фактора с кодом «{code}» в правилах нет." if code else "Код фактора стёрт: проверка не прочитана.", _NEW_FORM)
        elif given and folded(given) not in LEVELS:
            self.say("D421", cell, f"Значимости «{given[:60]}» нет в списке.", f"Выберите из списка: {', '.join(LEVELS)}.")
            self.take(row, code, None, bad=True)
            self.desk.bad.add((self.form.sheet, row, "D421"))
        elif given and code in self.seen and self.seen[code] != folded(given):
            self.say("D423", cell, f"Для фактора № {self.questionnaire.titles[code][0]} указаны две значимости: «{self.seen[code]}» и «{given}».", "Оставьте одну строку.")
        elif given and code not in self.seen:
            self.seen[code] = folded(given)
            self.take(row, code, folded(given))

    def what(self, name: str) -> str:
        return f"фактор № {self.questionnaire.titles[name][0]}"
