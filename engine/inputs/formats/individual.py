"""ФИС ОКО, Ф1 «Индивидуальные результаты»: a row for each pupil under a row for each school -> counts; the pupil's code is not taken."""

from __future__ import annotations

from engine.inputs.formats.desk import Desk
from engine.inputs.formats.items import items_of
from engine.inputs.formats.layout import Header, header_with, number, text_at, work_of
from engine.inputs.formats.pupils import Layout, stage_pupils
from engine.inputs.sheet import RawSheet
from engine.words import folded

NAME, RANK = "Индивидуальные результаты", 10
_TOTAL, _MARK, _JOURNAL = r"первичный балл|всего баллов|итого баллов", r"отметка( за работу| впр)?$", r"отметка по журналу|отметка за предыдущ"


def recognise(sheet: RawSheet) -> Header | None:
    """Find `ОО | … | Код участника | Класс | Вариант | 1 (2б) | … | Первичный балл | Отметка | Отметка по журналу`, in any order."""
    return header_with(sheet.head, r"оо$|логин", r"код участника", r"первичный балл", _MARK)


def reshape(sheet: RawSheet, header: Header, desk: Desk) -> None:
    """Stage works, marks, the journal and items by school.

    Errors: those of `work_of` and `stage_pupils`.
    """
    work, problems = work_of(sheet, desk.references, header.row)
    sheet_number = desk.open(sheet, NAME, RANK, header.row)
    desk.problems += problems
    if work is None:
        return
    desk.sheets[sheet_number].left_out.append(("Код участника", "личные данные не читаются"))
    items = tuple(items_of(sheet, header))
    layout = Layout(header, header.at(_TOTAL), school=header.find(r"оо$|логин"), mark=header.find(_MARK), journal=header.find(_JOURNAL),
                    variant=header.find("вариант"), grade=header.find(r"класс$"), top=top_of(sheet, header), items=items, blocks=True)
    stage_pupils(sheet, layout, work, desk, sheet_number)


def top_of(sheet: RawSheet, header: Header) -> int | None:
    """Return the maximum primary score: said above the header, or the sum of the items' maxima."""
    for row in sheet.head[:header.row - 1]:
        cells = [cell for cell in row if cell.strip()]
        if len(cells) > 1 and folded(cells[0]).startswith("максимальный первичный балл"):
            said = number(text_at(cells, 1))
            return int(said) if said is not None else None
    tops = [item.top for item in items_of(sheet, header)]
    return sum(top for top in tops if top is not None) if tops and None not in tops else None
