"""Counts of pupils by school -> rows of the tables: works by score, marks, the journal, items, and all schools together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.inputs.formats.desk import Desk
from engine.inputs.formats.layout import Work
from engine.tables import letter, literal

if TYPE_CHECKING:
    from engine.inputs.formats.pupils import Layout

_KEY = ("школа", "предмет", "класс", "год")


def put_counts(desk: Desk, sheet_number: int, layout: Layout, work: Work, region: str | None) -> None:
    """Stage what `_works`, `_sums` and `_schools` hold."""
    _put_works(desk, sheet_number, layout, work)
    _put_marks(desk, sheet_number, layout, work)
    _put_items(desk, sheet_number, layout, work)
    if region is not None:
        _put_region(desk, sheet_number, work, region)


def _key(work: Work, sheet_number: int) -> str:
    """Return SQL of the key; `w` has the school, `s` its place."""
    return (
        f"w.school AS школа, {literal(work.subject)} AS предмет, {work.grade} AS класс, {work.year} AS год,"
        f" {sheet_number} AS _sheet, s.r AS _row, s.area AS _letter"
    )


def _places(column: int | None) -> str:
    """Return SQL of the schools with the range of their rows in a column, when these stand together."""
    where = literal(letter(column or 0))
    return f"(SELECT school, r, {where} || r || ':' || {where} || last AS area FROM _schools) AS s"


def _put_works(desk: Desk, sheet_number: int, layout: Layout, work: Work) -> None:
    works = "(SELECT school, journal, score, CAST(sum(n) AS BIGINT) AS n FROM _works GROUP BY ALL)" if layout.mark is not None else "_works"
    desk.put_query(
        "работы_впр",
        f"SELECT {_key(work, sheet_number)}, coalesce(w.journal, 0) AS журнал, w.score AS балл, w.n AS работ"
        f" FROM {works} AS w JOIN {_places(layout.total)} USING (school)",
        (*_KEY, "журнал", "балл", "работ"),
    )


def _put_marks(desk: Desk, sheet_number: int, layout: Layout, work: Work) -> None:
    """Stage marks where every pupil who wrote has one, and the journal where any has both marks."""
    if layout.mark is None:
        return
    names = tuple(f"отметка_{mark}" for mark in (2, 3, 4, 5))
    marks = _counted({name: f"mark = {name[-1]}" for name in names}, "TRUE", "HAVING count(*) = count(mark)")
    desk.put_query(
        "результаты",
        f"SELECT {_key(work, sheet_number)}, 'ВПР' AS процедура, w.n AS участников, {', '.join(names)}"
        f" FROM {marks} AS w JOIN {_places(layout.mark)} USING (school)",
        (*_KEY, "процедура", "участников", *names),
    )
    if layout.journal is None:
        return
    sides = {"понизили": "mark < journal", "подтвердили": "mark = journal", "повысили": "mark > journal", "расхождение_2": "abs(mark - journal) >= 2"}
    compared = _counted(sides, "mark IS NOT NULL AND journal IS NOT NULL")
    desk.put_query(
        "журнал",
        f"SELECT {_key(work, sheet_number)}, w.n AS сравнили, {', '.join(sides)} FROM {compared} AS w JOIN {_places(layout.journal)} USING (school)",
        (*_KEY, "сравнили", *sides),
    )


def _counted(conditions: dict[str, str], where: str, having: str = "") -> str:
    counts = ", ".join(f"CAST(coalesce(sum(n) FILTER (WHERE {condition}), 0) AS BIGINT) AS {name}" for name, condition in conditions.items())
    return f"(SELECT school, CAST(sum(n) AS BIGINT) AS n, {counts} FROM _works WHERE {where} GROUP BY school {having})"


def _put_items(desk: Desk, sheet_number: int, layout: Layout, work: Work) -> None:
    """Stage the sum of points of every item: the items of a school side by side become rows."""
    if not layout.items:
        return
    listed = ", ".join(
        f"{{name: {literal(item.name)}, points: i{index}, most: {item.top if item.top is not None else 'CAST(NULL AS BIGINT)'},"
        f" level: {literal(item.level) if item.level else 'CAST(NULL AS VARCHAR)'}, letter: {literal(letter(item.position))}}}"
        for index, item in enumerate(layout.items)
    )
    desk.put_query(
        "задания_впр",
        f"SELECT {_key(work, sheet_number)}, w.item.name AS задание, w.n AS участников,"
        " w.item.points AS сумма_баллов, w.item.most AS максимум, w.item.level AS уровень"
        f" FROM (SELECT school, n, unnest([{listed}]) AS item FROM _sums) AS w"
        " JOIN (SELECT school, r, last FROM _schools) AS p USING (school)"
        ", LATERAL (SELECT p.r AS r, w.item.letter || p.r || ':' || w.item.letter || p.last AS area) AS s",
        (*_KEY, "задание", "участников", "сумма_баллов", "максимум", "уровень"),
    )


def _put_region(desk: Desk, sheet_number: int, work: Work, region: str) -> None:
    """Stage the distribution of all schools of the sheet together: a norm, with counts."""
    desk.put_query(
        "группы_впр",
        f"SELECT 'регион' AS вид_группы, {literal(region)} AS группа, {literal(work.subject)} AS предмет, {work.grade} AS класс,"
        f" {work.year} AS год, score AS балл,"
        f" CAST(sum(n) AS BIGINT) AS работ, 100.0 * sum(n) / sum(sum(n)) OVER () AS доля, CAST(sum(sum(n)) OVER () AS BIGINT) AS участников,"
        f" {sheet_number} AS _sheet, (SELECT min(r) FROM _schools) AS _row, CAST(NULL AS VARCHAR) AS _letter FROM _works GROUP BY score",
        ("вид_группы", "группа", "предмет", "класс", "год", "балл", "работ", "доля", "участников"),
    )
