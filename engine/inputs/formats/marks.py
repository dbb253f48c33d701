"""ФИС ОКО, «Статистика по отметкам»: percents of marks by groups -> результаты, группы_отметки."""

from __future__ import annotations

from engine.inputs.formats.desk import Desk
from engine.inputs.formats.groups import GROUPS, counts, group_rows, key_of, percents
from engine.inputs.formats.layout import Header, header_with, number, text_at, work_of
from engine.inputs.sheet import RawSheet
from engine.tables import letter

NAME, RANK = "Статистика по отметкам", 40
_MARKS = ("2", "3", "4", "5")


def recognise(sheet: RawSheet) -> Header | None:
    """Find `Группы участников | Кол-во ОО | Кол-во участников | 2 | 3 | 4 | 5`, in any order; no score beyond marks."""
    header = header_with(sheet.head, GROUPS, r"кол во участников|количество участников|участников", *(rf"(распределение .*)?{mark}( %)?$" for mark in _MARKS))
    return header if header is not None and header.find(r"(.* )?[016789]( %)?$") is None else None


def reshape(sheet: RawSheet, header: Header, desk: Desk) -> None:
    """Stage counts of marks by school and shares by group.

    Errors: D205, D402, D403, D404, D405, D406, D410.
    """
    work, problems = work_of(sheet, desk.references, header.row)
    sheet_number = desk.open(sheet, NAME, RANK, header.row)
    desk.problems += problems
    if work is None:
        return
    total, schools = header.find(r"кол во участников|количество участников|участников"), header.find(r"кол во оо|количество оо")
    places = [position for mark in _MARKS for position in header.all(rf"(распределение .*)?{mark}( %)?$")[:1]]
    groups = letter(header.at(GROUPS))
    letters = {"участников": letter(total or 0), **{f"отметка_{mark}": letter(place) for mark, place in zip(_MARKS, places, strict=True)}}
    desk.letters(sheet_number, "результаты", {**letters, "школа": groups})
    shares_at = {f"доля_{mark}": letter(place) for mark, place in zip(_MARKS, places, strict=True)}
    desk.letters(sheet_number, "группы_отметки", {"участников": letter(total or 0), "группа": groups, **shares_at})
    for item in group_rows(sheet, header, desk, sheet_number, total):
        key = key_of(work, item.group)
        shares = percents(desk, sheet_number, item, places) if item.total is not None else None
        if item.group.kind != "школа":
            parts = {f"доля_{mark}": share for mark, share in zip(_MARKS, shares or [None] * 4, strict=True)}
            units = number(text_at(item.cells, schools))
            desk.put("группы_отметки", sheet_number, item.row, {**key, "школ": int(units) if units is not None else None, "участников": item.total, **parts})
            continue
        whole = counts(desk, sheet_number, item, places, shares) if shares is not None else None
        marks = {f"отметка_{mark}": count for mark, count in zip(_MARKS, whole or [None] * 4, strict=True)}
        desk.put("результаты", sheet_number, item.row, {**key, "процедура": "ВПР", "участников": item.total, **marks})
