"""The social passport as schools keep it: one sheet a school, a list «показатель | количество» -> социальный_паспорт."""

from __future__ import annotations

import re

from engine.inputs.formats.collection import school_of
from engine.inputs.formats.desk import Desk
from engine.inputs.formats.layout import Header, address, header_with, is_missing, number, text_at, year_in
from engine.inputs.sheet import RawSheet
from engine.tables import letter
from engine.words import folded

NAME, RANK = "Социальный паспорт школы", 50
_NAME = r"показател|категори|наименование показател"
_VALUE = r"(количество|кол во|всего|чел)"
# What a line is called -> the column. The first that matches is taken.
_LINES = (
    (r"(всего|общее количество|количество) (детей|обучающихся|учащихся)", "детей"), (r".*малообеспеченн", "малообеспеченных"), (r".*неполн\w+ сем", "неполных"),
    (r".*многодетн", "многодетных"), (r".*(опек|сирот)", "опекаемых"), (r".*(слабо владе|не владе|неродн|языков)", "слабо_владеют_русским"),
    (r".*(овз|инвалид)", "с_овз"), (r".*уч[её]т", "на_учёте"), (r".*высш\w+ образован", "родители_с_высшим"),
)


def recognise(sheet: RawSheet) -> Header | None:
    """Find `Показатель | Количество` (or «Категория | Всего, чел.») under a title with «социальный паспорт»."""
    header = header_with(sheet.head, _NAME, _VALUE)
    titles = [" ".join(row) for row in sheet.head[:8]] + [sheet.sheet, sheet.file]
    named = any("социальный паспорт" in folded(line) for line in titles)
    return header if header is not None and named and header.find(r"код оо|оо$") is None else None


def reshape(sheet: RawSheet, header: Header, desk: Desk) -> None:
    """Stage the counts of one school; several lines of one kind (ОВЗ and disability) add up.

    Errors: D402, D406 (no total), D410 (no school or year).
    """
    sheet_number = desk.open(sheet, NAME, RANK, header.row)
    school, year = school_of(sheet, header), _year(sheet, header)
    if school is None or year is None:
        desk.say("D410", sheet_number, "A1", f"Социальный паспорт: не сказано, {'чей он' if school is None else 'за какой учебный год'}.", "Впишите код школы и учебный год над таблицей.")
        return
    name_at, value_at = header.at(_NAME), header.at(_VALUE)
    found: dict[str, int] = {}
    first = header.first
    for row, cells in sheet.body.rows(header.first, frozenset()):
        column = next((column for pattern, column in _LINES if re.match(pattern, folded(text_at(cells, name_at)))), None)
        text = text_at(cells, value_at)
        value = number(text)
        if column is None:
            desk.sheets[sheet_number].left_out.append((f"строка {row}", "показателя нет в договоре"))
        elif value is not None and value.is_integer() and value >= 0:
            found[column] = found.get(column, 0) + int(value)
        elif not is_missing(text) and text.casefold() not in ("x", "х"):
            desk.say("D402", sheet_number, address(value_at, row), "Число детей не читается.", "Исправьте ячейку.", bad_row=first)
    if "детей" not in found:
        desk.say("D406", sheet_number, f"A{header.row}", "В социальном паспорте нет общего числа детей.", "Добавьте строку «Всего обучающихся».", bad_row=first)
    desk.letters(sheet_number, "социальный_паспорт", dict.fromkeys(found, letter(value_at)))
    desk.put("социальный_паспорт", sheet_number, first, {"школа": school, "год": year, **found})


def _year(sheet: RawSheet, header: Header) -> int | None:
    lines = [*(" ".join(row) for row in sheet.head[:header.row - 1]), sheet.sheet, sheet.file]
    return next((year for line in lines if (year := year_in(line)) is not None), None)
