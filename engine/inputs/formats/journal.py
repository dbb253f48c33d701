"""ФИС ОКО, «Сравнение отметок с отметками по журналу» -> журнал, группы_журнал."""

from __future__ import annotations

from engine.inputs.formats.desk import Desk
from engine.inputs.formats.groups import GROUPS, GroupRow, counts, group_rows, key_of, percents
from engine.inputs.formats.layout import Header, address, header_with, number, shown, text_at, work_of
from engine.inputs.sheet import RawSheet
from engine.tables import letter

NAME, RANK = "Сравнение отметок с отметками по журналу", 40
_SIDES = ("понизили", "подтвердили", "повысили")
_TOTAL = r"кол во участников|количество участников"


def recognise(sheet: RawSheet) -> Header | None:
    """Find the three sides of the comparison, each a percent, with or without its count beside it, under merged cells or not."""
    return header_with(sheet.head, GROUPS, *_SIDES)


def reshape(sheet: RawSheet, header: Header, desk: Desk) -> None:
    """Stage how many marks were lowered, confirmed and raised.

    Errors: D205, D402, D403, D404, D405, D406, D410.
    """
    work, problems = work_of(sheet, desk.references, header.row)
    sheet_number = desk.open(sheet, NAME, RANK, header.row)
    desk.problems += problems
    if work is None:
        return
    shares_at, counts_at = _places(header)
    total, groups = next((place for place in header.all(_TOTAL) if place not in counts_at), None), letter(header.at(GROUPS))
    best = [count if count is not None else share for share, count in zip(shares_at, counts_at, strict=True)]
    for table, whose, whole, places in (("журнал", "школа", "сравнили", best), ("группы_журнал", "группа", "участников", shares_at)):
        sides = {side: letter(place) for side, place in zip(_SIDES, places, strict=True)}
        desk.letters(sheet_number, table, {whose: groups, whole: letter(total or 0), **sides})
    for item in group_rows(sheet, header, desk, sheet_number, total):
        key = key_of(work, item.group)
        shares = percents(desk, sheet_number, item, shares_at) if item.total is not None else None
        if item.group.kind != "школа":
            desk.put("группы_журнал", sheet_number, item.row, {**key, "участников": item.total, **dict(zip(_SIDES, shares or [None] * 3, strict=True))})
            continue
        whole = _counts(desk, sheet_number, item, shares_at, counts_at, shares) if shares is not None else None
        desk.put("журнал", sheet_number, item.row, {**key, "сравнили": item.total, **dict(zip(_SIDES, whole or [None] * 3, strict=True))})


def _places(header: Header) -> tuple[list[int], list[int | None]]:
    """Return where the percents of the sides stand and where the counts: beside the percent, named or in the next column."""
    shares: list[int] = []
    numbers: list[int | None] = []
    for side in _SIDES:
        places = header.all(side)
        count = next((place for place in places if "кол во" in header.labels[place] or "количество" in header.labels[place] or "чел" in header.labels[place].split()), None)
        share = next(place for place in places if place != count)
        beside = share + 1 < len(header.labels) and header.own[share + 1].startswith(("кол во участников", "количество участников"))
        shares.append(share)
        numbers.append(count if count is not None else share + 1 if beside else None)
    return shares, numbers


def _counts(desk: Desk, sheet_number: int, item: GroupRow, shares_at: list[int], counts_at: list[int | None], shares: list[float]) -> list[int] | None:
    whole = counts(desk, sheet_number, item, shares_at, shares)
    for position, count in zip(counts_at, whole or [], strict=False):
        text = text_at(item.cells, position)
        if position is not None and number(text) != count:
            what = f"{item.group.name}: число {shown(text)} не отвечает проценту рядом (по нему {count})."
            desk.say("D404", sheet_number, address(position, item.row), what, "Проверьте строку.", bad_row=item.row)
            return None
    return whole
