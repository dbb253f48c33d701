"""What is wrong with the rows of pupils: each kind of fault is told once a sheet, with its cells, and the work of those schools becomes unknown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from engine.inputs.formats.desk import Desk
from engine.inputs.formats.layout import Work, address, shown
from engine.tables import one_row

if TYPE_CHECKING:
    from engine.inputs.formats.pupils import Layout

Bad = set[tuple[str, str]]  # school, code of the problem
_SHOWN = 5
_SHIFTED = "Сверьте строку с работой: обычно она сдвинута на столбец."
_WHOLE = "Балл — целое число; пропуск — «X», «отсутствовал» или пустая ячейка."
_MARK = "Отметка — 2, 3, 4 или 5; пропуск — «нет отметки» или пустая ячейка."


def tell_faults(desk: Desk, sheet_number: int, layout: Layout, work: Work, blocks: list[tuple[str, int, int]]) -> Bad:
    """Tell what cannot be a result, by `_read` and `_odd`; return the schools whose work is then unknown, with the code."""
    bad = _tell_blocks(desk, sheet_number, blocks)
    if one_row(desk.connection, "SELECT count(*) FROM _odd")[0]:
        bad |= _tell_totals(desk, sheet_number, layout) | _tell_items(desk, sheet_number, layout) | _tell_marks(desk, sheet_number, layout)
        _tell_grades(desk, sheet_number, layout, work)
    if not one_row(desk.connection, "SELECT count(*) FROM _read")[0]:
        desk.say("D406", sheet_number, f"A{layout.header.row}", "Под заголовком нет ни одной строки участников: книга оборвана.", "Скачайте отчёт заново.")
    return bad


def _tell_totals(desk: Desk, sheet_number: int, layout: Layout) -> Bad:
    over, unread = f"total_n > {layout.most}", f"(total_n IS NULL OR total_n < 0 OR (total_n <= {layout.most} AND total_n <> floor(total_n)))"
    return (
        _tell(desk, sheet_number, [("total", layout.total)], f"NOT absent AND {over}", "D401", f"Балл больше максимума ({layout.most})", _SHIFTED)
        | _tell_unfinished(desk, sheet_number, layout)
        | _tell(desk, sheet_number, [("total", layout.total)], f"NOT absent AND {unread}", "D402", "Балл не читается", _WHOLE)
        | _tell(
            desk, sheet_number, [("school", layout.school or 0)], "school = ''", "D403", "Строка без школы", "Заполните код школы: строка, видимо, сдвинута."
        )
    )


def _tell_unfinished(desk: Desk, sheet_number: int, layout: Layout) -> Bad:
    """Tell the rows that have points or a mark and no total: the sheet was cut off, or a cell was erased."""
    points = " + ".join(f"coalesce(i{index}_n, 0)" for index in range(len(layout.items))) or "0"
    given = [f"{name}_n IS NOT NULL" for name in layout.numbers if name not in ("total", "journal")] or ["FALSE"]
    return _tell(
        desk,
        sheet_number,
        [("total", layout.total)],
        f"total_absent AND ((NOT gone AND ({' OR '.join(given)})) OR {points} > 0)",
        "D406",
        "Задания или отметка есть, а балла нет",
        "Строка оборвана: скачайте отчёт заново.",
    )


def _tell_items(desk: Desk, sheet_number: int, layout: Layout) -> Bad:
    """Tell the cells of items that are over their maximum or not numbers, and the rows whose items do not make the total."""
    if not layout.items:
        return set()
    items = [(f"i{index}", item.position) for index, item in enumerate(layout.items)]
    tops = [(f"i{index}", item.position, item.top) for index, item in enumerate(layout.items) if item.top is not None]
    points = " + ".join(f"coalesce({name}_n, 0)" for name, _ in items)
    bad = _tell(
        desk,
        sheet_number,
        items,
        "NOT absent AND ({0}_n IS NULL AND NOT {0}_absent OR {0}_n < 0 OR {0}_n <> floor({0}_n))",
        "D402",
        "Балл за задание не читается",
        _WHOLE,
    )
    over = {name: f"{name}_n > {top}" for name, _, top in tops}
    bad |= _tell(desk, sheet_number, [(name, place) for name, place, _ in tops], over, "D401", "Балл за задание больше максимума", _SHIFTED)
    return bad | _tell(
        desk,
        sheet_number,
        [("total", layout.total)],
        f"total_n IS NOT NULL AND {points} <> total_n",
        "D403",
        "Баллы за задания не сходятся с итогом",
        "Строка сдвинута на столбец или исправлена вручную: сверьте её с работой.",
    )


def _tell_marks(desk: Desk, sheet_number: int, layout: Layout) -> Bad:
    unread = "NOT absent AND NOT {0}_absent AND coalesce({0}_n NOT IN (2, 3, 4, 5), TRUE)"
    bad: Bad = set()
    for name, place, title in (("mark", layout.mark, "Отметка не читается"), ("journal", layout.journal, "Отметка по журналу не читается")):
        if place is not None:
            bad |= _tell(desk, sheet_number, [(name, place)], unread, "D402", title, _MARK)
    return bad


def _tell(desk: Desk, sheet_number: int, columns: list[tuple[str, int]], condition: str | dict[str, str], code: str, what: str, hint: str) -> Bad:
    """Tell the cells of these columns where a condition on an odd row holds; «{0}» in it stands for the column's name."""
    parts = []
    for name, place in columns:
        told = condition[name] if isinstance(condition, dict) else condition.format(name)
        parts.append(f"SELECT _row, {place} AS place, CAST({name} AS VARCHAR) AS text, school FROM _odd WHERE {told}")
    found = desk.connection.execute(f"{' UNION ALL '.join(parts)} ORDER BY 1, 2").fetchall() if parts else []
    if not found:
        return set()
    cells = ", ".join(address(place, row) + (f" {shown(text)}" if text else "") for row, place, text, _ in found[:_SHOWN])
    rest = f" и ещё {len(found) - _SHOWN}" if len(found) > _SHOWN else ""
    desk.say(code, sheet_number, address(found[0][1], found[0][0]), f"{what}: {cells}{rest}.", hint)
    return {(school, code) for *_, school in found}


def _tell_blocks(desk: Desk, sheet_number: int, blocks: list[tuple[str, int, int]]) -> Bad:
    """Tell the schools that have fewer (or more) rows than the line above them says."""
    have = dict(desk.connection.execute("SELECT school, CAST(sum(n) AS BIGINT) FROM _read GROUP BY 1").fetchall()) if blocks else {}
    bad: Bad = set()
    for school, declared, row in blocks:
        if have.get(school, 0) != declared:
            desk.say(
                "D406",
                sheet_number,
                f"A{row}",
                f"{school}: сказано «Кол-во участников: {declared}», строк {have.get(school, 0)}.",
                "Скачайте отчёт заново: он оборван или строки удалены.",
            )
            bad.add((school, "D406"))
    return bad


def _tell_grades(desk: Desk, sheet_number: int, layout: Layout, work: Work) -> None:
    if layout.grade is None:
        return
    found = desk.connection.execute("SELECT grade, min(_row), count(*) FROM _odd GROUP BY 1 ORDER BY 2").fetchall()
    odd = [(text, row, count) for text, row, count in found if not _is_grade(text or "", work.grade)]
    if odd:
        cells = ", ".join(f"{address(layout.grade, row)} {_class(text)}" for text, row, _ in odd[:_SHOWN])
        what = f"Класс не {work.grade}-й или не назван: {cells}; строк {sum(count for *_, count in odd)}."
        kept = f" Строки учтены за {work.grade} класс, как сказано в заголовке."
        desk.say("D413", sheet_number, address(layout.grade, odd[0][1]), what + kept, "Исправьте класс, если строки попали не в тот отчёт.")


def _is_grade(text: str, grade: int) -> bool:
    found = re.search(r"\d{1,2}", text)
    return found is not None and int(found[0]) == grade


def _class(text: str | None) -> str:
    """Show a class, or «НЕТ»; of anything else that it is text: a shifted row may bring a name or the code of a participant."""
    if not text:
        return "пусто"
    return f"«{text}»" if re.fullmatch(r"нет|\d{0,2}[ «\"(-]*[а-яёa-z]?[»\")]*", text.casefold()) else "текст"
