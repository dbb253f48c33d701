"""Regional exports of pupil rows of 2020, 2021 and 2022 (CSV or Excel): three heads, one shape."""

from __future__ import annotations

import re

from engine.inputs.formats.desk import Desk
from engine.inputs.formats.items import ITEM, Item, item_name, items_of
from engine.inputs.formats.layout import Header, Work, header_with, work_of
from engine.inputs.formats.pupils import Layout, stage_pupils
from engine.inputs.formats.scales import scales_of
from engine.inputs.sheet import RawSheet

NAME, RANK = "Региональная выгрузка", 30
_HEADS = (
    (r"пользователь", r"школа$", r"вариант", r"итого баллов"),                                    # 2022
    (r"логин", r"вариант", r"всего баллов"),                                                      # 2021
    (r"user$", r"otc$", r"klass$", r"sum$"),                                                      # 2020
)
_SCHOOL, _TOTAL = r"школа$|логин|user$", r"итого баллов|всего баллов|sum$"
_JOURNAL, _GRADE = r"отметка за предыдущ|otc$", r"наименование класса|класс$|klass$"
_NAMED_ITEM = re.compile(rf"\s*(?:балл за\s+|a-)({ITEM.pattern})(?:-grade)?\s*", re.IGNORECASE)


def recognise(sheet: RawSheet) -> Header | None:
    """Find one of the three heads, in any order of columns."""
    return next((header for head in _HEADS if (header := header_with(sheet.head, *head)) is not None), None)


def reshape(sheet: RawSheet, header: Header, desk: Desk) -> None:
    """Stage the works of every school of the district, and of all schools of the export together.

    Errors: D412 for schools that are not in the registry, those of `work_of` and `stage_pupils`.
    """
    work, problems = work_of(sheet, desk.references, header.row)
    sheet_number = desk.open(sheet, NAME, RANK, header.row, covers_more=True)
    desk.problems += problems
    if work is None:
        return
    desk.sheets[sheet_number].left_out.append(("коды участников", "личные данные не читаются"))
    items = tuple(items_of(sheet, header)) or _items(header)
    layout = Layout(header, header.at(_TOTAL), school=header.find(_SCHOOL), journal=header.find(_JOURNAL), variant=header.find(r"вариант|var"),
                    grade=header.find(_GRADE), top=_top(desk, work, items), items=items)
    stage_pupils(sheet, layout, work, desk, sheet_number, region="вся выгрузка")


def _items(header: Header) -> tuple[Item, ...]:
    return tuple(Item(position, item_name(found[1]), None, None) for position, cell in enumerate(header.cells) if (found := _NAMED_ITEM.fullmatch(cell)))


def _top(desk: Desk, work: Work, items: tuple[Item, ...]) -> int | None:
    """Return the maximum score: the items' maxima, or the scale of that year in the rules."""
    tops = [item.top for item in items]
    if tops and None not in tops:
        return sum(top for top in tops if top is not None)
    scale = scales_of(desk).get((work.subject, work.grade, work.year))
    return scale.top if scale is not None else None
