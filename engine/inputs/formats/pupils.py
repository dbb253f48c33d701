"""Rows of pupils -> counts by school, in DuckDB. Only the columns of scores, marks and the school are ever taken: no name, no code.

One sheet is one work. A plain row (whole scores within the maximum that add up, marks from 2 to 5, the class of the work) is only counted,
in one pass over the file; the few others are kept as texts in `_odd` with their row numbers, for `pupil_faults` to look at one by one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import duckdb

from engine.inputs.formats.desk import Desk, Seen
from engine.inputs.formats.items import Item
from engine.inputs.formats.layout import ABSENT, CODE, Header, Work, address, text_at
from engine.inputs.formats.pupil_counts import put_counts
from engine.inputs.formats.pupil_faults import tell_faults
from engine.inputs.formats.pupil_pairs import hold, packed, similarity_wanted
from engine.inputs.sheet import RawSheet
from engine.tables import literal, one_row

_SCRATCH = ("_read", "_odd", "_works", "_schools", "_sums", "_classes")
_BLOCK = re.compile(r"кол-?во\s+участников\D*(\d+)", re.IGNORECASE)
_EDGES = literal(" \t\r\n\u00a0")
_ABSENT = "(" + ", ".join(literal(mark) for mark in sorted(ABSENT)) + ")"
_GONE = ("отсутствовал", "отсутствовала")
_MOST = 1000  # no work has more points: a greater number is a fault whatever the scale
_LOGIN = "regexp_extract(school, '(?i)(edu|sch)[0-9]{4,}')"
_SCHOOL = f"CASE WHEN {_LOGIN} <> '' THEN lower({_LOGIN}) ELSE coalesce(trim(school, {_EDGES}), '') END"


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
    number: int | None = None  # the number of the class, where the sheet has no class of the work
    top: int | None = None
    items: tuple[Item, ...] = ()
    blocks: bool = False  # rows «<school>(edu…) | Кол-во участников: N» stand above each school

    @property
    def numbers(self) -> dict[str, int]:
        """Return the positions of scores and marks, by the names of SQL columns."""
        named = {"total": self.total, "mark": self.mark, "journal": self.journal}
        return {name: place for name, place in named.items() if place is not None} | {f"i{index}": item.position for index, item in enumerate(self.items)}

    @property
    def parts(self) -> dict[str, int]:
        """Return all the positions to read, by the names of SQL columns."""
        named = {"school": self.school, "variant": self.variant, "grade": self.grade, "number": self.number}
        return {name: place for name, place in named.items() if place is not None} | self.numbers

    @property
    def class_part(self) -> str | None:
        """Return the SQL column that tells a class of a school from another."""
        return "grade" if self.grade is not None else "number" if self.number is not None else None

    @property
    def most(self) -> int:
        """Return the greatest total that can be read as a score."""
        return self.top if self.top is not None else _MOST


def stage_pupils(sheet: RawSheet, layout: Layout, work: Work, desk: Desk, sheet_number: int, *, region: str | None = None) -> None:
    """Stage works, marks, journal comparison and items of every school of the sheet, and of all together when `region` is named.

    Errors: D107 (a broken line of a CSV), D401 (over the maximum), D402 (unreadable), D403 (items do not add up: a shifted row),
    D406 (fewer rows than said, or none), D413 (class).
    """
    desk.sheets[sheet_number].top, desk.sheets[sheet_number].work = layout.top, (work.subject, work.grade, work.year)
    relation, blocks = _load(sheet, layout, desk.connection, work, packed(layout) if similarity_wanted(desk) else "")
    _settle(desk.connection, layout)
    bad = tell_faults(desk, sheet_number, layout, work, blocks) | _broken(sheet, desk)
    put_counts(desk, sheet_number, layout, work, region)
    hold(desk, sheet_number, layout, work)
    if layout.mark is not None:
        desk.seen[work.subject, work.grade, work.year] += _seen(desk.connection, sheet_number, layout, work, relation)
    rows = dict(desk.connection.execute("SELECT school, r FROM _schools").fetchall())
    desk.bad |= {(sheet_number, rows[school], code) for school, code in bad if school in rows}
    _forget(desk.connection)


def _broken(sheet: RawSheet, desk: Desk) -> set[tuple[str, str]]:
    """Return the schools whose pupils stand in broken lines of a text."""
    broken = sheet.body.broken_rows()
    if not broken:
        return set()
    found = desk.connection.execute(
        "SELECT DISTINCT t.school FROM _read AS t JOIN (SELECT unnest($1::BIGINT[]) AS row) AS b ON b.row BETWEEN t.r AND t.last", [broken]
    ).fetchall()
    return {(school, "D107") for (school,) in found}


def _forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop what was only needed for one sheet: a shifted row may have brought a name into the column of scores."""
    connection.unregister("_walked")
    for name in _SCRATCH:
        connection.execute(f"DROP TABLE IF EXISTS temp.{name}")


# ---------------------------------------------------------------- rows into DuckDB


def _load(sheet: RawSheet, layout: Layout, connection: duckdb.DuckDBPyConnection, work: Work, words: str) -> tuple[str, list[tuple[str, int, int]]]:
    """Make `_read`: DuckDB scans a CSV itself, once; the rows of a workbook, and of a broken CSV, are walked. Return the relation and the blocks of schools."""
    _forget(connection)
    scan = sheet.body.scan(layout.header.first, {})
    while scan is not None:
        chosen = ", ".join(f"CAST(c{place} AS VARCHAR) AS {name}" for name, place in layout.parts.items())
        relation = f"(SELECT CAST(_row AS BIGINT) AS _row, {chosen}{_fixed(layout)} FROM {scan.relation})"
        try:
            _count(connection, layout, work, relation, words)
        except duckdb.InvalidInputException:
            scan = sheet.body.scan(layout.header.first, {}) if sheet.body.settle_encoding() else None
            continue
        count = one_row(connection, "SELECT CAST(coalesce(sum(n), 0) AS BIGINT) FROM _read")[0]
        if scan.lines is None or count == scan.lines or not (layout.blocks or sheet.body.has_blank_lines()):
            return relation, []
        break
    return "_walked", _walk(sheet, layout, connection, work, words)


def _fixed(layout: Layout) -> str:
    return f", {literal(layout.fixed_school or '')} AS school" if layout.school is None else ""


def _walk(sheet: RawSheet, layout: Layout, connection: duckdb.DuckDBPyConnection, work: Work, words: str) -> list[tuple[str, int, int]]:
    import pandas  # only folders with workbooks pay for it

    parts, blocks, rows = [name for name in layout.parts if name != "school"], [], []
    block = layout.fixed_school or ""
    for number, cells in sheet.body.rows(layout.header.first, frozenset()):
        if layout.blocks and (found := _block_of(cells)):
            block = found[0]
            blocks.append((*found, number))
            continue
        values = {name: text_at(cells, place) or None for name, place in layout.parts.items()}
        if not any(values[name] for name in parts if name not in ("grade", "number")):
            sheet.body.forgive(number)  # a footnote
        else:
            rows.append((number, values.get("school") or block, *(values[name] for name in parts)))
    names = ["_row", "school", *parts]
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    frame = pandas.DataFrame(
        {name: pandas.Series(list(column), dtype="int64" if name == "_row" else "str") for name, column in zip(names, columns, strict=True)}
    )
    connection.register("_walked", frame)
    _count(connection, layout, work, "_walked", words)
    return blocks


def _block_of(cells: list) -> tuple[str, int] | None:
    line = " ".join(text for position in range(min(len(cells), 12)) if (text := text_at(cells, position)))
    declared, code = _BLOCK.search(line), CODE.search(line)
    return (code[0].lower(), int(declared[1])) if declared and code else None


def _count(connection: duckdb.DuckDBPyConnection, layout: Layout, work: Work, relation: str, words: str) -> None:
    """Make `_read` in one pass: a row for the plain and one for the odd rows of each school (of each class, where `words` are wanted), with sums of items, works as codes, odd rows whole.

    A code is score · 64 + mark · 8 + journal mark: one number is far cheaper to group by than three columns.
    """
    marks = "".join(f" + {factor} * coalesce({name}_n, 0)" for name, factor in (("mark", 8), ("journal", 1)) if name in layout.numbers)
    sums = "".join(f", sum(i{index}_n) AS i{index}" for index in range(len(layout.items)))
    whole = ", ".join(f"{name}: {name}" for name in ("_row", *layout.parts) if name != "school")
    filled = ", ".join([name for name in layout.parts if name not in ("school", "grade", "number")])  # a footnote has none of them
    group = f"school, plain, {layout.class_part}" if words else "school, plain"
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE _read AS SELECT {_SCHOOL} AS school, * EXCLUDE (school) FROM (
            SELECT {group}, count(*) AS n, min(_row) AS r, max(_row) AS last, list(TRY_CAST(64 * total_n{marks} AS INTEGER)) AS works{sums}{words},
                   list({{{whole}}}) FILTER (WHERE NOT plain) AS odd
            FROM {_with_plain(layout, work, relation)} WHERE coalesce({filled}) IS NOT NULL GROUP BY {group})""")


def _with_plain(layout: Layout, work: Work, relation: str) -> str:
    """Return SQL of a relation with its numbers, and whether a row is plain."""
    numbers = ", ".join(f"TRY_CAST({name} AS DOUBLE) AS {name}_n" for name in layout.numbers)
    return f"(SELECT *, coalesce({_plain(layout, work)}, FALSE) AS plain FROM (SELECT *, {numbers} FROM {relation}))"


def _plain(layout: Layout, work: Work) -> str:
    """Return SQL that is true for a row that needs no second look. Where a fault shows in a sum, whole numbers are not asked for twice."""
    points = " + ".join(f"floor(i{index}_n)" for index in range(len(layout.items))) or "floor(total_n)"
    needed = ["school <> ''", f"{points} = total_n", f"total_n BETWEEN 0 AND {layout.most}"]
    needed += [f"i{index}_n BETWEEN 0 AND {item.top}" for index, item in enumerate(layout.items) if item.top is not None]
    needed += [
        f"coalesce({name}_n BETWEEN 2 AND 5 AND floor({name}_n) = {name}_n, {name} IS NULL OR {name} IN {_ABSENT})"
        for name in ("mark", "journal")
        if name in layout.numbers
    ]
    if layout.variant is not None:
        needed.append(f"coalesce(strlen(variant), 0) < {len(_GONE[0])}")
    if layout.grade is not None:
        needed.append(f"starts_with(grade, '{work.grade}')")
    return " AND ".join(needed)


def _seen(connection: duckdb.DuckDBPyConnection, sheet_number: int, layout: Layout, work: Work, relation: str) -> list[Seen]:
    """Return the pupils with the least and the greatest score of each mark in each school, by a second pass over the plain rows."""
    found = connection.execute(f"""
        SELECT p.mark, p.total, p.r, s.r FROM (
            SELECT {_SCHOOL} AS school, mark, total, r FROM (
                SELECT school, CAST(mark_n AS INTEGER) AS mark, unnest([min(total_n), max(total_n)]) AS total,
                       unnest([arg_min(_row, total_n), arg_max(_row, total_n)]) AS r
                FROM {_with_plain(layout, work, relation)} WHERE plain AND mark_n IS NOT NULL GROUP BY school, mark_n)) AS p
        JOIN _schools AS s USING (school) ORDER BY 3""").fetchall()
    return [Seen(mark, int(score), sheet_number, address(layout.mark or 0, row), staged) for mark, score, row, staged in found]


# ---------------------------------------------------------------- schools, odd rows and works


def _settle(connection: duckdb.DuckDBPyConnection, layout: Layout) -> None:
    """Make `_schools` (where their rows stand), `_odd` (texts with their numbers) and `_works` (school, score, marks and their count)."""
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE _schools AS
        SELECT school, min(r) AS r, CASE WHEN sum(n) = max(last) - min(r) + 1 THEN max(last) END AS last FROM _read GROUP BY school""")
    gone = f"coalesce(lower(variant) IN {_GONE}, FALSE)" if layout.variant is not None else "FALSE"
    numbers = ", ".join(f"{_number(name)} AS {name}_n, coalesce(lower({name}) IN {_ABSENT}, TRUE) AS {name}_absent" for name in layout.numbers)
    texts = ", ".join(["o._row", *(f"trim(replace(o.{name}, '\u00a0', ' ')) AS {name}" for name in layout.parts if name != "school")])
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE _odd AS SELECT *, total_absent OR gone AS absent FROM (
            SELECT *, {gone} AS gone, {numbers} FROM (SELECT school, {texts} FROM (SELECT school, unnest(odd) AS o FROM _read WHERE NOT plain)))""")
    marks = "".join(
        f" + CASE WHEN {name}_n IN (2, 3, 4, 5) THEN {factor} * {name}_n ELSE 0 END" for name, factor in (("mark", 8), ("journal", 1)) if name in layout.numbers
    )
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE _works AS
        SELECT school, code // 64 AS score, nullif(code // 8 % 8, 0) AS mark, nullif(code % 8, 0) AS journal, n FROM (
            SELECT school, code, count(*) AS n FROM (
                SELECT school, unnest(works) AS code FROM _read WHERE plain UNION ALL
                SELECT school, CAST(64 * total_n{marks} AS INTEGER) FROM _odd
                WHERE NOT absent AND total_n BETWEEN 0 AND {layout.most} AND total_n = floor(total_n))
            GROUP BY school, code)""")
    sums = "".join(f", CAST(sum(i{index}) AS BIGINT) AS i{index}" for index in range(len(layout.items)))
    odd = "".join(f", coalesce(i{index}_n, 0) AS i{index}" for index in range(len(layout.items)))
    plain = "".join(f", i{index}" for index in range(len(layout.items)))
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE _sums AS SELECT school, CAST(sum(n) AS BIGINT) AS n{sums} FROM (
            SELECT school, n{plain} FROM _read WHERE plain UNION ALL SELECT school, 1{odd} FROM _odd WHERE NOT absent) GROUP BY school""")


def _number(name: str) -> str:
    """Return SQL of a number kept as text, with a point or a comma; nothing else is a number."""
    return f"TRY_CAST(CASE WHEN {name} NOT GLOB '*[!0-9.,-]*' THEN replace({name}, ',', '.') END AS DOUBLE)"
