"""The form that a school fills in: sheets «Протокол» (pupils), «Служебный» and «Порядковый номер класса» (lists of allowed words)."""

from __future__ import annotations

import re

from engine.inputs.formats.desk import Desk
from engine.inputs.formats.individual import top_of
from engine.inputs.formats.items import items_of
from engine.inputs.formats.layout import CODE, Header, header_with, work_of
from engine.inputs.formats.pupils import Layout, stage_pupils
from engine.inputs.sheet import RawSheet
from engine.words import folded

NAME, RANK = "Форма сбора результатов", 20
SERVICE_SHEETS = ("служебный", "порядковый номер класса", "классы")
_SCHOOL = re.compile(r"(?:школ\w*|оо|сош|гимнази\w*|лице\w*|интернат\w*|цо)\s*№?\s*(\d{1,6})\b", re.IGNORECASE)


def recognise(sheet: RawSheet) -> Header | None:
    """Find `Код участника | Вариант | 1 (5б) | … | Порядковый номер класса | Отметка за предыдущий … | Итого баллов`, in any order."""
    header = header_with(sheet.head, r"код( участника)?$", r"вариант", r"порядковый номер класса|наименование класса|класс$", r"отметка за предыдущ", r"итого баллов")
    return header if header is not None and header.find(r"пользователь|логин|школа$") is None else None


def reshape(sheet: RawSheet, header: Header, desk: Desk) -> None:
    """Stage the works of one school; marks come from the scale of the year.

    Errors: D410 (no school in the title or the file's name), those of `work_of` and `stage_pupils`.
    """
    work, problems = work_of(sheet, desk.references, header.row)
    sheet_number = desk.open(sheet, NAME, RANK, header.row)
    desk.problems += problems
    school = school_of(sheet, header)
    if school is None:
        desk.say("D410", sheet_number, "A1", "Не сказано, чья это форма: нет кода школы ни над таблицей, ни в имени файла.", "Назовите файл кодом школы, например «edu203456 РУ 5 2026.xlsx».")
    if work is None or school is None:
        return
    desk.sheets[sheet_number].left_out.append(("Код участника", "личные данные не читаются"))
    layout = Layout(header, header.at(r"итого баллов"), fixed_school=school, journal=header.find(r"отметка за предыдущ"), variant=header.find("вариант"),
                    number=header.find(r"порядковый номер класса|наименование класса|класс$"), top=top_of(sheet, header), items=tuple(items_of(sheet, header)))
    stage_pupils(sheet, layout, work, desk, sheet_number)


def school_of(sheet: RawSheet, header: Header) -> str | None:
    """Return the code of the school from the rows above the header, the file's name or its folder."""
    lines = [" ".join(row) for row in sheet.head[:header.row - 1]] + [sheet.file]
    for line in lines:
        if found := CODE.search(line):
            return found[0].lower()
    return next((found[1] for line in lines if (found := _SCHOOL.search(line))), None)


def is_service(sheet: RawSheet) -> bool:
    """Return whether a sheet only lists the words allowed in the form."""
    return folded(sheet.sheet) in SERVICE_SHEETS
