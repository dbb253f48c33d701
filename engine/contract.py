"""Tables as read -> tables ready to compute: computed columns, row checks, expected rows, the index of schools."""

from __future__ import annotations

from itertools import product

import numpy as np
from sqlglot import exp

from engine import model
from engine import tree as t
from engine.frames import Frame, with_common
from engine.problems import Cell, Problem
from engine.program import Program
from engine.resolving import Resolver, School, Scope
from engine.sqlrow import RowSql, Sql, column, not_false, settled
from engine.tables import Tables, quoted
from engine.tree import Origin
from engine.values import Numbers, Texts, Value

_SHOWN = 5


def prepare(program: Program, tables: Tables, report_year: int, allow_problems: bool = False) -> tuple[dict[str, Frame], list[Problem]]:
    """Make the frames of all levels and finish every table in place.

    Errors: D303 (a row fails a check of the contract: an error, or with `allow_problems` the row loses its values),
    D304 (expected rows that are absent: the values stay missing).
    """
    stage = Stage(program, tables, report_year, allow_problems)
    stage.computed_columns()
    stage.row_checks()
    frames = stage.frames()
    stage.index_units()
    stage.expected_rows(frames)
    return frames, stage.problems


def report_year_of(program: Program, tables: Tables) -> int:
    """Return the report year: fixed by the rules, the last year in the data, or the last finished academic year."""
    wanted = program.rules.calendar.report_year
    if isinstance(wanted, int):
        return wanted
    if wanted == "последний в данных":
        years = [year for info in tables.info.values() for year in info.years]
        if years:
            return max(years)
    return finished_year(program)


def finished_year(program: Program) -> int:
    """Return the academic year that had ended by the date of the run; a year is called by its last calendar year."""
    begins = program.rules.calendar.academic_year.begins if program.rules.calendar.academic_year else (9, 1)
    day = program.day
    # In June–August the year that ends with the summer is over: its analysis is the cycle's last step.
    ended = (day.month, day.day) >= min((6, 1), begins)
    return day.year if ended else day.year - 1


class Stage:
    """The steps of `prepare`, one method each; examples use some of them."""

    def __init__(self, program: Program, tables: Tables, report_year: int, allow_problems: bool):
        self.program, self.tables, self.report_year, self.allow = program, tables, report_year, allow_problems
        self.rules = program.rules
        self.problems: list[Problem] = []
        registry = self.rules.tables[self.rules.registry]
        school = School(program.school_level, self.rules.registry, dict(registry.columns), tuple(level for level in program.levels if level != program.school_level))
        self.resolver = Resolver(self.rules, school, frozenset(), [], program.thresholds)

    def _run(self, sql: str, parameters: list | None = None):
        return self.tables.connection.execute(sql, parameters or [])

    def _row_sql(self, table: str) -> RowSql:
        def refer(ref: t.Reference) -> Sql:
            if ref.origin is Origin.THRESHOLD:
                return Sql.exact(exp.Literal.number(repr(self.program.thresholds[ref.name])), False)
            return Sql.exact(column(ref.name, "t"))
        return RowSql(refer)

    def _scope(self, table: str) -> Scope:
        return Scope.row(self.resolver.table_kinds(table), table)

    # ------------------------------------------------------------ columns and checks

    def computed_columns(self) -> None:
        """Add the columns that the contract computes from others of the same row."""
        for name, table in self.rules.tables.items():
            formulas = {key: table.columns[key].formula for key in table.computed()}
            if not formulas:
                continue
            present = {row[0] for row in self._run(f"DESCRIBE {quoted(name)}").fetchall()}
            for key, formula in formulas.items():
                tree = self.resolver.number(formula, self._scope(name), ("таблицы", name))
                sql = settled(self._row_sql(name).value(tree)).sql(dialect="duckdb")
                if key not in present:
                    self._run(f"ALTER TABLE {quoted(name)} ADD COLUMN {quoted(key)} DOUBLE")
                self._run(f"UPDATE {quoted(name)} AS t SET {quoted(key)} = {sql}")
            self.tables.refresh(name)

    def row_checks(self) -> None:
        """Find rows that contradict the contract's own checks; unknown is no contradiction."""
        for name, table in self.rules.tables.items():
            for check in table.checks:
                self._check(name, table, check)

    def _check(self, name: str, table: model.Table, check: model.RowCheck) -> None:
        tree = self.resolver.condition(check.condition, self._scope(name), ("таблицы", name))
        condition = self._row_sql(name).condition(tree).low
        failing = f"NOT ({not_false(condition).sql(dialect='duckdb')})"
        total = self._run(f"SELECT COUNT(*) FROM {quoted(name)} AS t WHERE {failing}").fetchall()[0][0]
        if not total:
            return
        shown = [key for key in t.names(check.condition) if key in table.columns][:6]
        fields = ", ".join(quoted(key) for key in (*table.keys, *shown))
        rows = self._run(f'SELECT _source, _row, {fields} FROM {quoted(name)} AS t WHERE {failing} ORDER BY _source, _row LIMIT {_SHOWN}').fetchall()
        for source, row, *values in rows:
            who, facts = values[:len(table.keys)], values[len(table.keys):]
            numbers = ", ".join(f"{key} = {_shown(value)}" for key, value in zip(shown, facts, strict=True))
            more = f" Таких строк ещё {total - _SHOWN}." if total > _SHOWN and row == rows[-1][1] else ""
            self.problems.append(Problem("D303", self._cell(source, row, shown[0] if shown else table.keys[0]),
                                         f"{check.message}: {', '.join(str(item) for item in who)} ({numbers}).{more}", "Исправьте числа в строке."))
        if self.allow:
            self._erase(name, table, failing)

    def _cell(self, source: int | None, row: int | None, key: str) -> Cell:
        if source is None or source >= len(self.tables.sources):
            return Cell("данные", "", "")
        sheet = self.tables.sources[source]
        return Cell(sheet.file, sheet.sheet, f"{sheet.letters.get(key, 'A')}{row}")

    def _erase(self, name: str, table: model.Table, failing: str) -> None:
        """Keep the key of a bad row and drop its values, so that what depends on it becomes undetermined."""
        values = [key for key in table.columns if key not in table.keys]
        settings = ", ".join([*(f"{quoted(key)} = NULL" for key in values), "_status = 2"])
        count = self._run(f"SELECT COUNT(*) FROM {quoted(name)} AS t WHERE {failing}").fetchall()[0][0]
        self._run(f"UPDATE {quoted(name)} AS t SET {settings} WHERE {failing}")
        self.tables.bad_rows += count
        self.tables.refresh(name)

    # ------------------------------------------------------------ frames and the index of schools

    def frames(self) -> dict[str, Frame]:
        """Build the frame of schools from the registry, and a frame for every level above."""
        registry, level = self.rules.registry, self.program.school_level
        columns = self.rules.tables[registry].columns
        fields = ", ".join(quoted(key) for key in columns)
        found = self._run(f"SELECT {fields} FROM {quoted(registry)} ORDER BY {quoted(level)}").fetchnumpy()
        school = Frame(level, tuple(str(code) for code in found[level]))
        for key, block in columns.items():
            school.columns[key] = _column_value(found[key], block)
        frames = {level: school}
        for upper in self.program.levels[1:]:
            frames[upper] = self._upper(school, upper)
        return with_common(frames)

    def _upper(self, school: Frame, level: str) -> Frame:
        texts = school.columns[level]
        order = sorted(range(len(texts.words)), key=lambda code: texts.words[code])
        rank = np.full(len(texts.words) + 1, -1, np.int32)
        for position, code in enumerate(order):
            rank[code] = position
        school.parents[level] = rank[texts.codes]
        codes = tuple(texts.words[code] for code in order)
        frame = Frame(level, codes)
        frame.columns[level] = Texts(np.arange(len(codes), dtype=np.int32), codes)
        return frame

    def index_units(self) -> None:
        """Give every row the index of its school, so that later stages group by an integer. In place: a copy would double the memory."""
        registry, level = self.rules.registry, self.program.school_level
        self._run(f"CREATE OR REPLACE TEMP TABLE _школы AS SELECT {quoted(level)} AS код, CAST(ROW_NUMBER() OVER (ORDER BY {quoted(level)}) - 1 AS INTEGER) AS _unit FROM {quoted(registry)}")
        for name, table in self.rules.tables.items():
            key = table.school_column
            if name not in self.tables.info or (key is None and table.kind != "общие"):
                continue
            present = {row[0] for row in self._run(f"DESCRIBE {quoted(name)}").fetchall()}
            if "_unit" in present:
                continue
            self._run(f"ALTER TABLE {quoted(name)} ADD COLUMN _unit INTEGER{' DEFAULT 0' if key is None else ''}")
            if key is None:
                continue
            self._run(f"UPDATE {quoted(name)} AS t SET _unit = k._unit FROM _школы AS k WHERE k.код = t.{quoted(key)}")

    # ------------------------------------------------------------ expected rows

    def expected_rows(self, frames: dict[str, Frame]) -> None:
        """Insert an empty row for every expected row that no file gave: absent is missing, never «all is well»."""
        for name, table in self.rules.tables.items():
            before = self.tables.info[name].rows
            for expected in table.expected:
                self._expect(name, table, expected)
            self.tables.refresh(name)
            if self.tables.info[name].rows > before:
                self._tell_absent(name, table, frames[self.program.school_level])

    def _expect(self, name: str, table: model.Table, expected: model.Expectation) -> None:
        years = expected.years.years(self.report_year, self.report_year) if expected.years is not None else (None,)
        keys = list(expected.rows)
        combinations = list(product(*(expected.rows[key] for key in keys), years))
        year = table.year_column
        fields = [*keys, *([year] if expected.years is not None else [])]
        who = "TRUE"
        if expected.only_if is not None:
            tree = self.resolver.condition(expected.only_if, self._scope(self.rules.registry), ("таблицы", name))
            who = f"COALESCE({self._row_sql(self.rules.registry).condition(tree).low.sql(dialect='duckdb')}, TRUE)"
        wanted = [tuple(self._cast(table, key, word) for key, word in zip(fields, item, strict=False)) for item in combinations]
        self._insert(name, table, fields, wanted, who)

    def _cast(self, table: model.Table, key: str, word: object) -> str:
        """Write one expected key as a SQL literal of the column's type."""
        kind = table.columns[key].type
        if kind in ("целое", "число", "учебный год"):
            return f"{float(word):g}" if kind == "число" else str(int(float(str(word))))
        return exp.Literal.string(str(word)).sql(dialect="duckdb")

    def _insert(self, name: str, table: model.Table, fields: list[str], wanted: list[tuple[str, ...]], who: str) -> None:
        school = table.school_column
        registry_key = self.program.school_level
        names = ", ".join(quoted(key) for key in fields)
        source = f"(VALUES {', '.join('(' + ', '.join(item) + ')' for item in wanted)}) AS w({names})" if fields else "(SELECT 1) AS w"
        same = " AND ".join(["e._unit = k._unit", *(f"e.{quoted(key)} = w.{quoted(key)}" for key in fields)])
        inserted = ", ".join([quoted(school), *(quoted(key) for key in fields), "_status", "_unit"])
        chosen = ", ".join(["k.код", *(f"w.{quoted(key)}" for key in fields), "1", "k._unit"])
        self._run(
            f"INSERT INTO {quoted(name)} ({inserted}) SELECT {chosen} FROM {quoted(self.rules.registry)} AS t JOIN _школы AS k ON k.код = t.{quoted(registry_key)} "
            f"CROSS JOIN {source} WHERE {who} AND NOT EXISTS (SELECT 1 FROM {quoted(name)} AS e WHERE {same}) ORDER BY k._unit{''.join(', w.' + quoted(key) for key in fields)}")
        for key in table.computed():
            tree = self.resolver.number(table.columns[key].formula, self._scope(name), ("таблицы", name))
            self._run(f"UPDATE {quoted(name)} AS t SET {quoted(key)} = {settled(self._row_sql(name).value(tree)).sql(dialect='duckdb')} WHERE _status = 1")

    def _tell_absent(self, name: str, table: model.Table, schools: Frame) -> None:
        keys = [key for key in table.keys if key != table.school_column]
        fields = "".join(f", {quoted(key)}" for key in keys)
        rows = self._run(f"SELECT _unit{fields} FROM {quoted(name)} WHERE _status = 1 ORDER BY _unit{fields}").fetchall()
        title = table.title or name
        everywhere = self.tables.info[name].rows == len(rows)
        if everywhere:
            self.problems.append(Problem("D304", Cell("данные"), f"«{title}»: нет ни одной строки, ожидалось {len(rows)}.", "Положите файл в папку с данными; до этого показатели не определены."))
            return
        by_school: dict[int, list[tuple]] = {}
        for unit, *rest in rows:
            by_school.setdefault(unit, []).append(tuple(rest))
        for unit, missing in by_school.items():
            first = ", ".join(str(item) for item in missing[0])
            more = f" и ещё {len(missing) - 1}" if len(missing) > 1 else ""
            what = f": {first}{more}" if first else ""
            self.problems.append(Problem("D304", Cell("данные"), f"Школа № {schools.codes[unit]}: нет строк «{title}»{what}.", "Запросите сведения у школы; до этого показатели не определены."))


def _column_value(values: np.ndarray, block: model.Column) -> Value:
    if block.type == "да/нет":
        return np.array([0 if item is None else (1 if item else -1) for item in _cells(values)], np.int8)
    if block.type in ("число", "целое", "дата", "учебный год") or block.formula is not None:
        low = np.ma.filled(np.ma.asarray(values).astype(float), np.nan)
        return Numbers.exact(np.asarray(low, float))
    return Texts.of(_cells(values))


def _cells(values: np.ndarray) -> np.ndarray:
    """Return the cells with None where one is empty: `np.ma.filled(…, None)` would write numpy's own «?» there, a word and a truth."""
    cells = np.array(np.ma.getdata(values), object)
    cells[np.ma.getmaskarray(values)] = None
    return cells


def _shown(value: object) -> str:
    return "нет данных" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
