"""Workbooks as ФИС ОКО, РИС ГИА and schools give them. One module is one format; a new format is a module and a line here.

A format has `recognise(sheet) -> what it found or None` and `reshape(sheet, found, desk)`, which stages rows of contract tables.
"""

from __future__ import annotations

from types import ModuleType

from engine.inputs.formats import collection, exam, export, individual, items, journal, marks, passport, questionnaire, scores, self_diagnosis
from engine.inputs.formats.desk import Desk
from engine.inputs.formats.layout import Header
from engine.inputs.sheet import Body, RawSheet

WAITING = frozenset({export})            # they need a scale, which may stand in a file that is read later
FORMATS = (individual, collection, export, exam, journal, marks, scores, items, questionnaire, passport, self_diagnosis)


def read(sheet: RawSheet, desk: Desk) -> bool:
    """Take a sheet in if it is in one of the formats; return whether it is. Some wait for `finish`."""
    if collection.is_service(sheet):
        desk.passed_over.append((sheet.title, "служебный лист формы"))
        return True
    for known in FORMATS:
        found = known.recognise(sheet)
        if found is not None:
            if known in WAITING:
                desk.later.append((known, sheet, found))
            else:
                _take_in(known, sheet, found, desk)
            return True
    return False


def _take_in(known: ModuleType, sheet: RawSheet, found: Header, desk: Desk) -> None:
    """Stage a sheet; a broken line of a CSV is told, and what was read from it is not to be trusted."""
    first = len(desk.sheets)
    known.reshape(sheet, found, desk)
    desk.problems += sheet.body.problems()
    for number in range(first, len(desk.sheets)):
        desk.sheets[number].cut = sheet.body.is_cut()
        desk.bad |= {(number, row, "D107") for row in sheet.body.broken_rows()}


def finish(desk: Desk) -> None:
    """Take in the sheets that waited until all files were read."""
    for known, sheet, found in desk.later:
        _take_in(known, sheet, found, desk)
    desk.later.clear()


def likeness(head: list[list[str]]) -> int:
    """Return how many cells the header of the format has that recognises a head, to choose the delimiter of a text; 0 for none."""
    sheet = RawSheet("", "", head, Body())
    found = next((header for known in FORMATS if (header := known.recognise(sheet)) is not None), None)
    return len(found.labels) if found is not None else 0
