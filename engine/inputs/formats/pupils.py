"""Rows of pupils -> counts by school, in DuckDB. Only the columns of scores, marks and the school are ever taken: no name, no code.

One sheet is one work. Whatever cannot be a pupil's result is told with its cell; the work of that school then loses its values.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import duckdb

from engine.inputs.formats.desk import Desk
from engine.inputs.formats.items import Item
from engine.inputs.formats.layout import ABSENT, CODE, Header, Work, address, text_at
from engine.inputs.sheet import RawSheet
from engine.tables import letter, literal

_SHOWN = 5
_SCRATCH = ("_pupils", "_raw", "_groups", "_works", "_schools", "_sums", "_names")
_BLOCK = re.compile(r"кол-?во\s+участников\D*(\d+)", re.IGNORECASE)
_EDGES = literal(" \t\r\n\u00a0")
_ABSENT = "(" + ", ".join(literal(mark) for mark in sorted(ABSENT)) + ")"


@dataclass(frozen=True)
class Layout:
    """Where the parts of a pupil's row stand (0-based); what is None is not in the sheet."""

    header: Header
    total: int
    school: int | None = None
    fixed_school: str | None = None
    mark: int | None = None
    journal: int | None = None
    variant: int | None = None
    grade: int | None = None
    top: int | None = None
    items: tuple[Item, ...] = ()
    blocks: bool = False                  # rows «<school>(edu…) | Кол-во участников: N» stand above each school

    def parts(self) -> dict[str, int]:
        """Return the positions to read, by the names of SQL columns."""
        named = {"school": self.school, "total": self.total, "mark": self.mark, "journal": self.journal, "variant": self.variant, "grade": self.grade}
        return {name: place for name, place in named.items() if place is not None} | {f"i{index}": item.position for index, item in enumerate(self.items)}


@dataclass
class Loaded:
    """Pupils of one sheet in the table `_pupils`; blocks: (school, declared number, row)."""

    typed: bool = False
    blocks: list[tuple[str, int, int]] = field(default_factory=list)


def stage_pupils(sheet: RawSheet, layout: Layout, work: Work, desk: Desk, sheet_number: int, *, region: str | None = None) -> None:
    """Stage works, marks, journal comparison and items of every school of the sheet, and of all together when `region` is named.

    Errors: D401 (over the maximum), D402 (unreadable), D403 (items do not add up: a shifted row), D406 (fewer rows than said), D407 (no row), D413 (class).
    """
    desk.sheets[sheet_number].top, desk.sheets[sheet_number].work = layout.top, (work.subject, work.grade, work.year)
    loaded = _load(sheet, layout, desk.connection, work)
    for problem in sheet.body.problems():
        desk.problems.append(problem)
    _group(desk.connection, layout, loaded)
    bad = _check(desk, sheet_number, layout, loaded, work)
    _put_works(desk, sheet_number, layout, work)
    _put_marks(desk, sheet_number, layout, work)
    _put_items(desk, sheet_number, layout, loaded, work)
    if region is not None:
        _put_region(desk, sheet_number, work, region)
    rows = dict(desk.connection.execute("SELECT school, r FROM _schools").fetchall())
    desk.bad |= {(sheet_number, rows[school], code) for school, code in bad if school in rows}
    _forget(desk.connection)


def _forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop what was only needed for one sheet: a shifted row may have brought a name into the column of scores."""
    kinds = dict(connection.execute("SELECT table_name, 'TABLE' FROM duckdb_tables() WHERE temporary UNION ALL SELECT view_name, 'VIEW' FROM duckdb_views() WHERE temporary").fetchall())
    for name in _SCRATCH:
        if name in kinds:
            connection.execute(f"DROP {kinds[name]} {name}")


# ---------------------------------------------------------------- rows into DuckDB


def _load(sheet: RawSheet, layout: Layout, connection: duckdb.DuckDBPyConnection, work: Work) -> Loaded:
    """Make `_pupils` and `_raw`: DuckDB scans a CSV itself, once, with whole numbers if they all are; a workbook's rows are walked."""
    _forget(connection)
    parts = layout.parts()
    numeric = {place: "SMALLINT" for name, place in parts.items() if name[0] == "i" or name == "total"}
    for wanted in (numeric, {}):
        scan = sheet.body.scan(layout.header.first, wanted)
        if scan is None:
            break
        chosen = ", ".join(f"c{place} AS {name}" for name, place in parts.items())
        try:
            connection.execute(f"CREATE OR REPLACE TEMP VIEW _pupils AS SELECT CAST(_row AS BIGINT) AS _row, {chosen}{_fixed(layout)} FROM {scan.relation}")
            loaded = Loaded(typed=all(scan.types[place].startswith("SMALL") for place in numeric))
            _make_raw(connection, layout, loaded, work)
        except duckdb.ConversionException:
            continue
        except duckdb.InvalidInputException:
            if sheet.body.settle_encoding():
                continue
            break
        count = connection.execute("SELECT CAST(sum(n) AS BIGINT) FROM _raw").fetchone()
        if scan.lines is None or (count is not None and count[0] == scan.lines) or not sheet.body.has_blank_lines():
            return loaded
    connection.execute("DROP VIEW IF EXISTS _pupils")
    loaded = _walk(sheet, layout, connection)
    _make_raw(connection, layout, loaded, work)
    return loaded


def _make_raw(connection: duckdb.DuckDBPyConnection, layout: Layout, loaded: Loaded, work: Work) -> None:
    """Make `_raw` in one scan: equal (school, score, marks) with their count, rows, sums of items, and how many rows look odd."""
    parts = layout.parts()
    keys = ", ".join(["school", "total", *(name if name in parts else f"NULL AS {name}" for name in ("mark", "journal", "variant"))])
    sums = "".join(f", CAST(sum({_points(f'i{index}', loaded.typed)}) AS BIGINT) AS i{index}" for index in range(len(layout.items)))
    shifted = f"count_if({_shifted(layout, loaded.typed)})" if layout.items else "0"
    grade = f"count_if(grade IS NULL OR NOT starts_with(grade, '{work.grade}') OR grade[{len(str(work.grade)) + 1}] BETWEEN '0' AND '9')" if "grade" in parts else "0"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE _raw AS SELECT {keys}, count(*) AS n, min(_row) AS r, max(_row) AS last{sums}, {shifted} AS shifted, {grade} AS odd_grade FROM _pupils GROUP BY ALL")


def _shifted(layout: Layout, typed: bool) -> str:
    """Return SQL that is true where the items of a row do not make its total, or one is over its maximum."""
    total = "total" if typed else _number("total")
    points = " + ".join(_points(f"i{index}", typed) for index in range(len(layout.items)))
    limits = [f"{_points(f'i{index}', typed)} > {item.top}" for index, item in enumerate(layout.items) if item.top is not None]
    return f"{total} IS NOT NULL AND ({points} <> {total}{''.join(f' OR {limit}' for limit in limits)})"


def _fixed(layout: Layout) -> str:
    return f", {literal(layout.fixed_school or '')} AS school" if layout.school is None else ""


def _walk(sheet: RawSheet, layout: Layout, connection: duckdb.DuckDBPyConnection) -> Loaded:
    import pandas  # only folders with workbooks pay for it
    parts, loaded, rows = layout.parts(), Loaded(), []
    school = layout.fixed_school or ""
    for number, cells in sheet.body.rows(layout.header.first, frozenset()):
        if layout.blocks and (block := _block_of(cells)):
            school = block[0]
            loaded.blocks.append((*block, number))
            continue
        values = [text_at(cells, place) for place in parts.values()]
        if not any(values[list(parts).index(name)] for name in parts if name not in ("school", "grade")):
            continue                                       # a footnote, or a row of names only
        if layout.school is None or not values[list(parts).index("school")]:
            own = school
        else:
            own = values[list(parts).index("school")]
        rows.append((number, *(own if name == "school" else value for name, value in zip(parts, values, strict=True)), own))
    names = ["_row", *parts, "_own"]
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    frame = pandas.DataFrame({name: pandas.Series(list(column), dtype="int64" if name == "_row" else "str") for name, column in zip(names, columns, strict=True)})
    connection.register("_walked", frame)
    chosen = ", ".join(name for name in names[:-1] if name != "school")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE _pupils AS SELECT {chosen}, _own AS school FROM _walked")
    connection.unregister("_walked")
    return loaded


def _block_of(cells: list) -> tuple[str, int] | None:
    line = " ".join(text for position in range(min(len(cells), 12)) if (text := text_at(cells, position)))
    declared, code = _BLOCK.search(line), CODE.search(line)
    return (code[0].lower(), int(declared[1])) if declared and code else None


# ---------------------------------------------------------------- groups of equal rows


def _plain(name: str) -> str:
    return f"lower(trim(coalesce({name}, ''), {_EDGES}))"


def _number(name: str) -> str:
    return f"TRY_CAST(replace(trim({name}, {_EDGES}), ',', '.') AS DOUBLE)"


def _group(connection: duckdb.DuckDBPyConnection, layout: Layout, loaded: Loaded) -> None:
    """Make `_groups`: equal (school, score, marks) with their count and first row; and `_works`, those who wrote; `_schools`, their first rows."""
    score = "CAST(total AS DOUBLE)" if loaded.typed else _number("total")
    gone = "total IS NULL" if loaded.typed else f"{_plain('total')} IN {_ABSENT}"
    absent = f"({gone} OR {_plain('variant')} IN ('отсутствовал', 'отсутствовала'))" if "variant" in layout.parts() else f"({gone})"
    school = f"CASE WHEN regexp_matches(school, '(?i)(edu|sch)[0-9]{{4}}') THEN lower(regexp_extract(school, '(?i)(edu|sch)[0-9]+')) ELSE trim(school, {_EDGES}) END"
    marks = ", ".join(f"CASE WHEN {_number(name)} IN (2, 3, 4, 5) THEN CAST({_number(name)} AS INTEGER) END AS {name}" for name in ("mark", "journal"))
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE _groups AS SELECT {school} AS school, school AS school_text, {score} AS score, total AS total_text, {absent} AS absent, {marks},
            mark AS mark_text, journal AS journal_text, n, r, last FROM (SELECT school, total, CAST(mark AS VARCHAR) AS mark, CAST(journal AS VARCHAR) AS journal, variant, n, r, last FROM _raw)""")
    good = "NOT absent AND score >= 0 AND score = floor(score)" + (f" AND score <= {layout.top}" if layout.top is not None else "")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE _works AS SELECT school, CAST(score AS INTEGER) AS score, mark, journal, CAST(sum(n) AS BIGINT) AS n FROM _groups WHERE {good} GROUP BY ALL")
    connection.execute("CREATE OR REPLACE TEMP TABLE _schools AS SELECT school, min(r) AS r, CASE WHEN sum(n) = max(last) - min(r) + 1 THEN max(last) END AS last FROM _groups GROUP BY school")


# ---------------------------------------------------------------- what is wrong


def _check(desk: Desk, sheet_number: int, layout: Layout, loaded: Loaded, work: Work) -> set[tuple[str, str]]:
    """Tell what cannot be a result; return the schools whose work is then unknown, with the code."""
    bad: set[tuple[str, str]] = set()
    over = f"score > {layout.top}" if layout.top is not None else "FALSE"
    bad |= _tell(desk, sheet_number, layout.total, f"NOT absent AND {over}", "total_text", "D401",
                 f"балл больше максимума ({layout.top})", "Сверьте строку с работой: обычно она сдвинута на столбец.")
    bad |= _tell(desk, sheet_number, layout.total, "NOT absent AND (score IS NULL OR score < 0 OR score <> floor(score))", "total_text", "D402",
                 "балл не читается", "Балл — целое число; пропуск — «X», «отсутствовал» или пустая ячейка.")
    for name, place in (("mark", layout.mark), ("journal", layout.journal)):
        if place is not None:
            title = "отметка" if name == "mark" else "отметка по журналу"
            bad |= _tell(desk, sheet_number, place, f"NOT absent AND {name} IS NULL AND {_plain(name + '_text')} NOT IN {_ABSENT}", f"{name}_text", "D402",
                         f"{title} не читается", "Отметка — 2, 3, 4 или 5; пропуск — «нет отметки» или пустая ячейка.")
    bad |= _tell(desk, sheet_number, layout.school or 0, "school IS NULL OR school = ''", "school_text", "D403", "строка без школы", "Заполните код школы: строка, видимо, сдвинута.")
    bad |= _tell_items(desk, sheet_number, layout, loaded)
    bad |= _tell_blocks(desk, sheet_number, loaded)
    _tell_grades(desk, sheet_number, layout, work)
    if not desk.connection.execute("SELECT 1 FROM _raw LIMIT 1").fetchone():
        desk.say("D406", sheet_number, f"A{layout.header.row}", "Под заголовком нет ни одной строки участников: книга оборвана.", "Скачайте отчёт заново.")
    return bad


def _tell(desk: Desk, sheet_number: int, place: int, condition: str, text: str, code: str, what: str, hint: str) -> set[tuple[str, str]]:
    found = desk.connection.execute(f"SELECT r, CAST({text} AS VARCHAR), school, n FROM _groups WHERE {condition} ORDER BY r").fetchall()
    if not found:
        return set()
    cells = ", ".join(address(place, row) + (f" «{_safe(given)}»" if given else "") for row, given, _, _ in found[:_SHOWN])
    total = sum(count for *_, count in found)
    shown = min(len(found), _SHOWN)
    rest = f" и ещё {total - shown}" if total > shown else ""
    desk.say(code, sheet_number, address(place, found[0][0]), f"{what[:1].upper()}{what[1:]}: {cells}{rest}.", hint)
    return {(school, code) for _, _, school, _ in found}


def _safe(text: str) -> str:
    """Show a short number as it is; of anything longer nothing: a shifted row may bring a name or the number of a document."""
    return text if re.fullmatch(r"-?\d{1,3}([.,]\d{1,2})?", text) else "текст"


def _points(name: str, typed: bool) -> str:
    return f"coalesce({name}, 0)" if typed else f"coalesce({_number(name)}, 0)"


def _tell_items(desk: Desk, sheet_number: int, layout: Layout, loaded: Loaded) -> set[tuple[str, str]]:
    if not layout.items:
        return set()
    if not desk.connection.execute("SELECT 1 FROM _raw WHERE shifted > 0 LIMIT 1").fetchone():
        return set()
    found = desk.connection.execute(f"SELECT _row, school FROM _pupils WHERE {_shifted(layout, loaded.typed)} ORDER BY _row").fetchall()
    if not found:
        return set()
    rows = ", ".join(str(row) for row, _ in found[:_SHOWN])
    rest = f" и ещё {len(found) - _SHOWN}" if len(found) > _SHOWN else ""
    desk.say("D403", sheet_number, address(layout.total, found[0][0]), f"Баллы за задания не сходятся с итогом или с максимумом задания: строки {rows}{rest}.",
             "Строка сдвинута на столбец или исправлена вручную: сверьте её с работой.")
    known = dict(desk.connection.execute("SELECT DISTINCT school_text, school FROM _groups").fetchall())
    return {(known[school], "D403") for _, school in found if school in known}


def _tell_blocks(desk: Desk, sheet_number: int, loaded: Loaded) -> set[tuple[str, str]]:
    have = dict(desk.connection.execute("SELECT school, CAST(sum(n) AS BIGINT) FROM _groups GROUP BY 1").fetchall()) if loaded.blocks else {}
    bad = set()
    for school, declared, row in loaded.blocks:
        if have.get(school, 0) != declared:
            desk.say("D406", sheet_number, f"A{row}", f"{school}: сказано «Кол-во участников: {declared}», строк {have.get(school, 0)}.", "Скачайте отчёт заново: он оборван или строки удалены.")
            bad.add((school, "D406"))
    return bad


def _tell_grades(desk: Desk, sheet_number: int, layout: Layout, work: Work) -> None:
    if layout.grade is None or not desk.connection.execute("SELECT 1 FROM _raw WHERE odd_grade > 0 LIMIT 1").fetchone():
        return
    found = desk.connection.execute("SELECT CAST(grade AS VARCHAR), min(_row), count(*) FROM _pupils GROUP BY 1 ORDER BY 2").fetchall()
    odd = [(text, row, count) for text, row, count in found if not _is_grade(text or "", work.grade)]
    if odd:
        cells = ", ".join(f"{address(layout.grade, row)} «{_class(text)}»" for text, row, _ in odd[:_SHOWN])
        desk.say("D413", sheet_number, address(layout.grade, odd[0][1]), f"Класс не {work.grade}-й или не назван: {cells}; строк {sum(count for *_, count in odd)}. Строки учтены за {work.grade} класс, как сказано в заголовке.",
                 "Исправьте класс, если строки попали не в тот отчёт.")


def _is_grade(text: str, grade: int) -> bool:
    found = re.search(r"\d{1,2}", text)
    return found is not None and int(found[0]) == grade


def _class(text: str | None) -> str:
    return text if text and re.fullmatch(r"[\dА-Яа-яA-Za-z «»\"().-]{1,6}", text) else "пусто" if not text else "текст"


# ---------------------------------------------------------------- rows of the tables


def _key(work: Work, sheet_number: int, column: int | None) -> str:
    """Return SQL of the key and the address: the range of the school's rows in a column, when they stand together."""
    where = literal(letter(column or 0))
    return (f"w.school AS школа, {literal(work.subject)} AS предмет, {work.grade} AS класс, {work.year} AS год, {sheet_number} AS _sheet, any_value(s.r) AS _row,"
            f" any_value({where} || s.r || ':' || {where} || s.last) AS _letter")


_KEY = ("школа", "предмет", "класс", "год")


def _put_works(desk: Desk, sheet_number: int, layout: Layout, work: Work) -> None:
    desk.put_query("работы_впр", f"SELECT {_key(work, sheet_number, layout.total)}, coalesce(w.journal, 0) AS журнал, w.score AS балл, sum(w.n) AS работ"
                                 " FROM _works AS w JOIN _schools AS s USING (school) GROUP BY w.school, w.journal, w.score", (*_KEY, "журнал", "балл", "работ"))


def _put_marks(desk: Desk, sheet_number: int, layout: Layout, work: Work) -> None:
    """Stage marks where every pupil who wrote has one, and the journal where any has both marks."""
    if layout.mark is None:
        return
    seen = desk.connection.execute("SELECT mark, min(score), max(score) FROM _works WHERE mark IS NOT NULL GROUP BY 1 ORDER BY 1").fetchall()
    desk.seen[work.subject, work.grade, work.year] += seen
    marks = ", ".join(f"coalesce(sum(w.n) FILTER (WHERE w.mark = {mark}), 0) AS отметка_{mark}" for mark in (2, 3, 4, 5))
    desk.put_query("результаты", f"SELECT {_key(work, sheet_number, layout.mark)}, 'ВПР' AS процедура, sum(w.n) AS участников, {marks} FROM _works AS w JOIN _schools AS s USING (school)"
                                 " GROUP BY w.school HAVING count(*) = count(w.mark)", (*_KEY, "процедура", "участников", *(f"отметка_{mark}" for mark in (2, 3, 4, 5))))
    if layout.journal is None:
        return
    sides = ", ".join(f"coalesce(sum(w.n) FILTER (WHERE {condition}), 0) AS {name}" for name, condition in (
        ("понизили", "w.mark < w.journal"), ("подтвердили", "w.mark = w.journal"), ("повысили", "w.mark > w.journal"), ("расхождение_2", "abs(w.mark - w.journal) >= 2")))
    desk.put_query("журнал", f"SELECT {_key(work, sheet_number, layout.journal)}, sum(w.n) AS сравнили, {sides} FROM _works AS w JOIN _schools AS s USING (school)"
                             " WHERE w.mark IS NOT NULL AND w.journal IS NOT NULL GROUP BY w.school", (*_KEY, "сравнили", "понизили", "подтвердили", "повысили", "расхождение_2"))


def _put_items(desk: Desk, sheet_number: int, layout: Layout, loaded: Loaded, work: Work) -> None:
    if not layout.items or not desk.ensure("задания_впр"):
        return
    sums = ", ".join(f"CAST(sum(i{index}) AS BIGINT) AS i{index}" for index in range(len(layout.items)))
    wrote = "total IS NOT NULL" if loaded.typed else f"{_plain('total')} NOT IN {_ABSENT}"
    desk.connection.execute(f"CREATE OR REPLACE TEMP TABLE _sums AS SELECT school AS school_text, CAST(sum(n) AS BIGINT) AS n, {sums} FROM _raw WHERE {wrote} GROUP BY 1")
    desk.connection.execute("CREATE OR REPLACE TEMP TABLE _names AS SELECT school_text, any_value(school) AS school FROM _groups GROUP BY 1")
    for index, item in enumerate(layout.items):
        level = literal(item.level) if item.level else "CAST(NULL AS VARCHAR)"
        top = str(item.top) if item.top is not None else "CAST(NULL AS BIGINT)"
        desk.put_query("задания_впр", f"SELECT {_key(work, sheet_number, item.position)}, {literal(item.name)} AS задание, sum(w.n) AS участников,"
                                      f" sum(w.i{index}) AS сумма_баллов, {top} AS максимум, {level} AS уровень"
                                      " FROM (SELECT * FROM _sums JOIN _names USING (school_text)) AS w JOIN _schools AS s USING (school) GROUP BY w.school",
                       (*_KEY, "задание", "участников", "сумма_баллов", "максимум", "уровень"))


def _put_region(desk: Desk, sheet_number: int, work: Work, region: str) -> None:
    """Stage the distribution of all schools of the sheet together: a norm, with counts."""
    desk.put_query("группы_впр", f"SELECT 'регион' AS вид_группы, {literal(region)} AS группа, {literal(work.subject)} AS предмет, {work.grade} AS класс, {work.year} AS год, score AS балл,"
                                 f" sum(n) AS работ, 100.0 * sum(n) / sum(sum(n)) OVER () AS доля, CAST(sum(sum(n)) OVER () AS BIGINT) AS участников,"
                                 f" {sheet_number} AS _sheet, (SELECT min(r) FROM _schools) AS _row, CAST(NULL AS VARCHAR) AS _letter FROM _works GROUP BY score",
                   ("вид_группы", "группа", "предмет", "класс", "год", "балл", "работ", "доля", "участников"))
