"""Reports with one row for each group: the whole sample, the region, the municipality, the schools."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from engine.inputs.formats.desk import Desk
from engine.inputs.formats.layout import Group, Header, Work, address, count_of, group_of, is_missing, number, shown, text_at
from engine.inputs.sheet import RawSheet
from engine.words import folded

GROUPS = "групп"
_WHOSE = "В столбце групп должны стоять «Вся выборка», регион, муниципалитет или школа с кодом (edu…)."
_LARGEST = 9999                            # no school has more pupils in one work: a greater number is of a document or shifted
_SCHOOLS = r"кол во оо|количество оо"


class GroupRow(NamedTuple):
    """One row of a report by groups: where it is, whose it is, its cells and the number of participants."""

    row: int
    group: Group
    cells: list
    total: int | None


def group_rows(sheet: RawSheet, header: Header, desk: Desk, sheet_number: int, total: int | None) -> Iterator[GroupRow]:
    """Give the rows of groups; footnotes and the like are listed as left out.

    Errors: D402 when the number of participants is none or too great for a school, D406 when no row stands under the header or the last one is cut.
    """
    count, groups, schools = 0, header.at(GROUPS), header.find(_SCHOOLS)
    left = desk.sheets[sheet_number].left_out
    for row, cells in sheet.body.rows(header.first, frozenset()):
        text = text_at(cells, groups)
        filled = sum(1 for position in range(len(cells)) if position != groups and text_at(cells, position))
        group = group_of(text, schools_given=number(text_at(cells, schools)) is not None if schools is not None else None) if text else None
        if group is None:
            if folded(text).startswith("макс"):
                continue
            if filled > 1:
                desk.say("D403", sheet_number, address(groups, row), f"Непонятно, чья это строка: {shown(text)}.", _WHOSE)
                continue
            sheet.body.forgive(row)
            if text:
                left.append((f"строка {row}", "сноска или итог"))
            continue
        count += 1
        yield GroupRow(row, group, cells, _whole(desk, sheet_number, row, cells, total, _LARGEST if group.kind == "школа" else None))
    if not count:
        desk.say("D406", sheet_number, f"A{header.row}", "Под заголовком нет ни одной строки групп или школ: книга оборвана.", "Скачайте отчёт заново.")


def _whole(desk: Desk, sheet_number: int, row: int, cells: list, position: int | None, most: int | None) -> int | None:
    text = text_at(cells, position)
    value = number(text)
    if value is not None and value.is_integer() and 0 <= value <= (most if most is not None else value):
        return int(value)
    if position is not None:
        if is_missing(text):
            desk.say("D406", sheet_number, address(position, row), "Нет числа участников: строка оборвана.", "Скачайте отчёт заново.", bad_row=row)
        else:
            desk.say("D402", sheet_number, address(position, row), f"Число участников не читается: {shown(text)}.", "Исправьте ячейку.", bad_row=row)
    return None


def percents(desk: Desk, sheet_number: int, item: GroupRow, positions: list[int]) -> list[float] | None:
    """Read a row of percents that share out all participants; None (and a problem) when they do not.

    Errors: D402 (not a percent), D406 (the cells stop), D405 (the sum is not 100).
    """
    found: list[float] = []
    for position in positions:
        text = text_at(item.cells, position)
        value = number(text)
        if is_missing(text) and not item.total:
            value = 0.0
        if value is None or not 0 <= value <= 100:
            code, what = ("D406", "ячейка пуста: строка оборвана") if is_missing(text) else ("D402", f"это не процент: {shown(text)}")
            desk.say(code, sheet_number, address(position, item.row), f"{item.group.name}: {what}.", "Скачайте отчёт заново или исправьте ячейку.", bad_row=item.row)
            return None
        found.append(value)
    if item.total and abs(sum(found) - 100) > 0.005 * len(found) + 0.001:
        desk.say("D405", sheet_number, address(positions[0], item.row), f"{item.group.name}: проценты в сумме дают {f'{sum(found):.2f}'.replace('.', ',')}, а не 100.",
                 "Проверьте строку: выгрузка повреждена или изменена.", bad_row=item.row)
        return None
    return found


def counts(desk: Desk, sheet_number: int, item: GroupRow, positions: list[int], shares: list[float]) -> list[int] | None:
    """Turn percents into numbers of pupils, exactly; None (and a problem) when a percent is no whole number of pupils.

    Errors: D404.
    """
    total = item.total or 0
    whole = [count_of(share, total) for share in shares]
    for position, count, share in zip(positions, whole, shares, strict=True):
        if count is None:
            desk.say("D404", sheet_number, address(position, item.row), f"{item.group.name}: {f'{share:g}'.replace('.', ',')} % от {total} участников — не целое число учеников.",
                     "Проверьте число участников и процент: одно из них изменено.", bad_row=item.row)
            return None
    known = [count for count in whole if count is not None]
    if sum(known) != total:
        desk.say("D405", sheet_number, address(positions[0], item.row), f"{item.group.name}: проценты дают {sum(known)} учеников из {total}.", "Проверьте строку.", bad_row=item.row)
        return None
    return known


def key_of(work: Work, group: Group) -> dict[str, object]:
    """Return the key columns of a row: of a school, or of a group."""
    own = {"школа": group.name} if group.kind == "школа" else {"вид_группы": group.kind, "группа": group.name}
    return {**own, "предмет": work.subject, "класс": work.grade, "год": work.year}
