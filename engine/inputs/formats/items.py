"""ФИС ОКО, «Выполнение заданий»: percent of the maximum by item -> задания_впр, группы_задания."""

from __future__ import annotations

import re
from typing import NamedTuple

from engine.inputs.formats.desk import Desk
from engine.inputs.formats.groups import GROUPS, GroupRow, group_rows, key_of
from engine.inputs.formats.layout import Header, address, header_with, is_missing, number, shown, text_at, work_of
from engine.inputs.sheet import RawSheet
from engine.tables import letter
from engine.words import folded

NAME, RANK = "Выполнение заданий", 40
_TOTAL = r"кол во участников|количество участников"
ITEM = re.compile(r"\d{1,2}(?:[.,]\d{1,2})?\s?(?:[КK]\d{1,2})?", re.IGNORECASE)


class Item(NamedTuple):
    position: int
    name: str
    top: int | None
    level: str | None


def recognise(sheet: RawSheet) -> Header | None:
    """Find `Группы участников | Кол-во ОО | Кол-во участников | 1 | 2 | …` with a row or a mark of the items' maxima."""
    header = header_with(sheet.head, GROUPS, _TOTAL, r"1( 1)?( \d+б)?$", r"(2|2 1|1к2|1 2)( \d+б)?$")
    named = [" ".join(row) for row in sheet.head]
    said = any(re.search(r"выполнени\w+ заданий|макс\w*\.? балл", folded(line)) for line in [*named, sheet.sheet])
    return header if header is not None and said and header.find(r"0( %)?$") is None else None


def reshape(sheet: RawSheet, header: Header, desk: Desk) -> None:
    """Stage the sum of points, the participants and the maximum of each item.

    Errors: D205, D401 (over 100 %), D402, D403, D404, D406, D410.
    """
    work, problems = work_of(sheet, desk.references, header.row)
    sheet_number = desk.open(sheet, NAME, RANK, header.row)
    desk.problems += problems
    if work is None:
        return
    items = items_of(sheet, header)
    for table in ("задания_впр", "группы_задания"):
        desk.letters(sheet_number, table, {"школа" if table == "задания_впр" else "группа": letter(header.at(GROUPS)), "участников": letter(header.at(_TOTAL))})
    for item in items:
        if item.top is None:
            desk.say("D406", sheet_number, address(item.position, header.row), f"Не сказан максимальный балл задания {item.name}.", "Верните строку «Макс балл» под заголовком.")
    if any(item.top is None for item in items):
        return
    for row in group_rows(sheet, header, desk, sheet_number, header.find(_TOTAL)):
        for item in items:
            _put(desk, sheet_number, row, item, key_of(work, row.group))


def _put(desk: Desk, sheet_number: int, row: GroupRow, item: Item, key: dict[str, object]) -> None:
    share = number(text_at(row.cells, item.position))
    if share is None or not 0 <= share <= 100:
        text, cell = text_at(row.cells, item.position), address(item.position, row.row)
        if share is not None:
            desk.say("D401", sheet_number, cell, f"Задание {item.name}: процент {shown(text)} не от 0 до 100.", "Исправьте ячейку.", bad_row=row.row)
        elif not is_missing(text):
            desk.say("D402", sheet_number, cell, f"Задание {item.name}: {shown(text)} — не процент.", "Исправьте ячейку.", bad_row=row.row)
        elif row.total:
            desk.say("D406", sheet_number, cell, f"Задание {item.name}: ячейка пуста, строка оборвана.", "Скачайте отчёт заново.", bad_row=row.row)
        share = None
    common = {**key, "задание": item.name, "участников": row.total, "максимум": item.top, "уровень": item.level}
    if row.group.kind != "школа":
        desk.put("группы_задания", sheet_number, row.row, {**common, "выполнение": share}, letter(item.position))
        return
    points = (row.total or 0) * (item.top or 0)
    value = round(share * points / 100) if share is not None else None
    if value is not None and points and abs(share - 100 * value / points) > 0.0051:
        desk.say("D404", sheet_number, address(item.position, row.row), f"Задание {item.name}: {f'{share:g}'.replace('.', ',')} % от {points} баллов — не целое число баллов.",
                 "Проверьте число участников и процент.", bad_row=row.row)
        value = None
    desk.put("задания_впр", sheet_number, row.row, {**common, "сумма_баллов": value}, letter(item.position))


def items_of(sheet: RawSheet, header: Header) -> list[Item]:
    """Find the items in a header, their maxima («Макс балл» below, or «1 (2б)») and levels (a row above)."""
    tops = next((row for row in sheet.head[header.row:header.row + 4] if any(folded(cell).startswith("макс") for cell in row)), [])
    levels = next((row for row in sheet.head[:header.row - 1] if row and any("уровень сложности" in folded(cell) for cell in row)), [])
    found = []
    for position, cell in enumerate(header.cells):
        shown = re.fullmatch(rf"\s*(?:задание\s*)?({ITEM.pattern})\s*(?:\(\s*(\d+)\s*б\w*\.?\s*\))?\s*", cell, re.IGNORECASE)
        if not shown:
            continue
        below = number(text_at(tops, position))
        top = int(shown[2]) if shown[2] else int(below) if below is not None else None
        level = text_at(levels, position).upper()[:1]
        found.append(Item(position, item_name(shown[1]), top, level if level in ("Б", "П", "В") else None))
    return found


def item_name(text: str) -> str:
    """Write the number of an item one way: «4К1», «9.1»."""
    return text.replace(" ", "").replace(",", ".").upper().replace("K", "К")
