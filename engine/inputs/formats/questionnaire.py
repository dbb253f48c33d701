"""The context questionnaire of schools in ФИС ОКО: wide, one row a school; 2021 by names, 2022 by numbers of questions -> контекст."""

from __future__ import annotations

import re

from engine.inputs.formats.desk import Desk
from engine.inputs.formats.layout import CODE, Header, address, headers, is_missing, number, text_at, year_in
from engine.inputs.sheet import RawSheet
from engine.tables import letter

NAME, RANK = "Контекстная анкета", 50
_LOGIN = r"логин|код оо|оо$|пользователь"
# Column -> what its header says in 2021; where the questionnaire of 2022 has only numbers of questions, they are said too.
_COLUMNS = {
    "обучающихся": r"(контингент|общая численность обучающихся|количество обучающихся|численность обучающихся)",
    "с_овз": r".*(с овз|ограниченными возможностями|по аоп)", "учителей": r"(учителей всего|количество учителей|общее количество учителей|всего учителей)",
    "высшая_категория": r".*высш\w+ категори", "до_30_лет": r".*до 30 лет", "пенсионного_возраста": r".*пенсионн",
    "классов_углублённых": r".*углубл", "компьютеров": r".*(компьютер|пк\b)", "вовлечённость": r".*(вовлечен|дополнительн\w+ образован)",
    "родители_на_собраниях": r".*родител\w*.*собрани", "родители_готовы_помогать": r".*готов\w+ помо",
}
_NUMBERED = {"обучающихся": "20", "с_овз": "24", "учителей": "25", "высшая_категория": "27"}


def recognise(sheet: RawSheet) -> Header | None:
    """Find a head with the login of a school and at least four known questions, or the numbers 17–27 of 2022."""
    for header in headers(sheet.head):
        if header.find(_LOGIN) is None:
            continue
        named = sum(header.find(pattern) is not None for pattern in _COLUMNS.values())
        numbered = sum(label in {str(value) for value in range(17, 28)} for label in header.labels)
        titled = any("анкет" in cell.casefold() or "контекстн" in cell.casefold() for cell in [sheet.sheet, sheet.file, *(cell for row in sheet.head[:header.row - 1] for cell in row)])
        if titled and (named >= 3 or numbered >= 8):
            return header
    return None


def reshape(sheet: RawSheet, header: Header, desk: Desk) -> None:
    """Stage the answers of each school. «X» and an empty cell are missing answers.

    Errors: D402, D403 (a row without a school), D406, D410 (no year).
    """
    sheet_number = desk.open(sheet, NAME, RANK, header.row, covers_more=True)
    lines = [*(" ".join(row) for row in sheet.head[:header.row - 1]), sheet.sheet, sheet.file]
    year = next((found for line in lines if (found := year_in(line)) is not None), None)
    if year is None:
        desk.say("D410", sheet_number, "A1", "Не сказано, за какой год анкета.", "Назовите файл, например «Контекстная анкета 2022.xlsx».")
        return
    places = {column: place for column, pattern in _COLUMNS.items() if (place := header.find(pattern)) is not None}
    for column, question in _NUMBERED.items():
        if column not in places and question in header.labels:
            places[column] = header.labels.index(question)
    desk.letters(sheet_number, "контекст", {column: letter(place) for column, place in places.items()})
    login, count = header.at(_LOGIN), 0
    whole = {column for column, block in desk.contract["контекст"].columns.items() if block.type == "целое"} if "контекст" in desk.contract else set()
    for row, cells in sheet.body.rows(header.first, frozenset()):
        code = CODE.search(text_at(cells, login))
        own = code[0].lower() if code else text_at(cells, login)
        if not re.fullmatch(r"\d{1,6}|(?:edu|sch)\d{4,}", own):
            desk.say("D403", sheet_number, address(login, row), "Строка анкеты без кода школы.", "Заполните логин школы: строка, видимо, сдвинута.")
            continue
        count += 1
        values: dict[str, object] = {}
        for column, place in places.items():
            text = text_at(cells, place)
            value = number(text)
            values[column] = value
            if not _is_answer(text, value, column in whole):
                what = f"Ответ «{column}» не {'целое ' if column in whole else ''}число."
                desk.say("D402", sheet_number, address(place, row), what, "Исправьте ячейку.", bad_row=row)
        desk.put("контекст", sheet_number, row, {"школа": own, "год": year, **values})
    if not count:
        desk.say("D406", sheet_number, f"A{header.row}", "Под заголовком анкеты нет ни одной школы.", "Скачайте анкету заново.")


def _is_answer(text: str, value: float | None, whole: bool) -> bool:
    if value is None:
        return is_missing(text) or text.casefold() in ("x", "х")
    return value >= 0 and (value.is_integer() or not whole)
