"""ФИС ОКО, «Распределение первичных баллов»: percents of each score -> работы_впр (journal mark unknown: 0), группы_впр."""

from __future__ import annotations

import re

from engine.inputs.formats.desk import Desk
from engine.inputs.formats.groups import GROUPS, counts, group_rows, key_of, percents
from engine.inputs.formats.layout import Header, header_with, work_of
from engine.inputs.sheet import RawSheet
from engine.tables import letter

NAME, RANK = "Распределение первичных баллов", 40
_TOTAL = r"кол во участников|количество участников"
_SCORE = re.compile(r"(?:распределение .*?)?(?:балл )?(\d{1,3})(?: балл\w*)?(?: %)?")


def recognise(sheet: RawSheet) -> Header | None:
    """Find `Группы участников | Кол-во участников | 0 | 1 | … | max`; the score 0 tells it from other reports."""
    return header_with(sheet.head, GROUPS, _TOTAL, r"(распределение .*)?0( %)?$", r"(распределение .*)?1( %)?$", r"(распределение .*)?6( %)?$")


def reshape(sheet: RawSheet, header: Header, desk: Desk) -> None:
    """Stage how many works have each score.

    Errors: D205, D402, D403, D404, D405, D406, D410.
    """
    work, problems = work_of(sheet, desk.references, header.row)
    sheet_number = desk.open(sheet, NAME, RANK, header.row)
    desk.problems += problems
    if work is None:
        return
    scores = {position: int(found[1]) for position, label in enumerate(header.labels) if (found := _SCORE.fullmatch(label))}
    places, total = sorted(scores, key=scores.__getitem__), header.find(_TOTAL)
    desk.sheets[sheet_number].top, desk.sheets[sheet_number].work = max(scores.values()), (work.subject, work.grade, work.year)
    for table in ("работы_впр", "группы_впр"):
        desk.letters(sheet_number, table, {"школа" if table == "работы_впр" else "группа": letter(header.at(GROUPS))})
    for item in group_rows(sheet, header, desk, sheet_number, total):
        key = key_of(work, item.group)
        shares = percents(desk, sheet_number, item, places) if item.total is not None else None
        if item.group.kind != "школа":
            for position, share in zip(places, shares or [], strict=False):
                desk.put("группы_впр", sheet_number, item.row, {**key, "балл": scores[position], "доля": share, "участников": item.total}, letter(position))
            continue
        whole = counts(desk, sheet_number, item, places, shares) if shares is not None else None
        if whole is None:
            desk.put("работы_впр", sheet_number, item.row, {**key, "журнал": 0, "балл": 0})
        for position, count in zip(places, whole or [], strict=False):
            if count:
                desk.put("работы_впр", sheet_number, item.row, {**key, "журнал": 0, "балл": scores[position], "работ": count}, letter(position))
